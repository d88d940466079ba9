//! The Node door of inlaid: no operation is named here, and nothing is computed.
//!
//! JavaScript hands over the name of an operation, its options as JSON, a model and blocks of numbers; [`call_sync`]
//! runs it where it is called on borrowed blocks, [`Call`] runs it on a thread of its own on copied ones. Both give a
//! [`Reply`], which holds the error where there is one: what is thrown is decided in JavaScript.
#![expect(missing_debug_implementations, reason = "what napi hands over has none")]
mod input;
mod pool;
mod reply;

use std::sync::{Arc, Mutex, PoisonError};

use inlaid::{Code, Context, Error, Result};
use inlaid_bridge as bridge;
use napi::bindgen_prelude::Object;
use napi::{Env, JsDeferred};
use napi_derive::napi;

use input::{Block, Lent, Owned};
use reply::{ModelHandle, Reply};

/// Which border this library speaks; the JavaScript side compares it when it loads.
#[napi]
pub fn abi() -> u32 {
    bridge::ABI
}

/// Run an operation while JavaScript waits.
#[napi]
pub fn call_sync(
    env: Env,
    op: String,
    options: String,
    model: Option<&ModelHandle>,
    blocks: Vec<Block>,
    seed: Seed,
    threads: u32,
) -> napi::Result<Reply> {
    let context = context(&seed, threads);
    let mut size = 0;
    let outcome = blocks.iter().map(Block::lend).collect::<Result<Vec<_>>>().and_then(|lent| {
        let inputs: Vec<_> = lent.iter().map(Lent::input).collect();
        size = input::size(&inputs);
        bridge::call(&op, options.as_bytes(), model.map(|handle| &handle.model), &inputs, &context)
    });
    Reply::of(env, outcome, size)
}

/// A seed of 64 bits in two halves, since a number of JavaScript holds 53.
#[napi(object, object_to_js = false)]
pub struct Seed {
    /// The upper half.
    pub high: u32,
    /// The lower half.
    pub low: u32,
}

fn context(seed: &Seed, threads: u32) -> Context {
    Context::new().with_seed(u64::from(seed.high) << 32 | u64::from(seed.low)).with_threads(threads as usize)
}

/// Settles the promise of a call, on the thread of its environment.
type Settle = Box<dyn FnOnce(Env) -> napi::Result<Reply> + Send>;
type Deferred = JsDeferred<Reply, Settle>;

/// What a call needs to run; taken once, by a thread of the pool or by a cancellation that came before.
struct Work {
    op: String,
    options: String,
    model: Option<bridge::Model>,
    blocks: Vec<Owned>,
    context: Context,
    deferred: Deferred,
}

/// An operation that runs away from the event loop.
#[napi]
pub struct Call {
    context: Context,
    waiting: Arc<Mutex<Option<Work>>>,
}

#[napi]
impl Call {
    /// A call that has not started.
    #[napi(constructor)]
    pub fn new(seed: Seed, threads: u32) -> Self {
        Self { context: context(&seed, threads), waiting: Arc::default() }
    }

    /// Start the call on copies of its blocks; gives the promise of its reply.
    #[napi(ts_return_type = "Promise<Reply>")]
    pub fn start<'env>(
        &self,
        env: &'env Env,
        op: String,
        options: String,
        model: Option<&ModelHandle>,
        blocks: Vec<Block>,
    ) -> napi::Result<Object<'env>> {
        let (deferred, promise) = env.create_deferred::<Reply, Settle>()?;
        match blocks.iter().map(Block::copy).collect() {
            Ok(blocks) => {
                let model = model.map(|handle| handle.model.clone());
                let work = Work { op, options, model, blocks, context: self.context.clone(), deferred };
                *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some(work);
                self.submit();
            }
            Err(error) => settle(deferred, Err(error), 0),
        }
        Ok(promise)
    }

    /// Ask the call to stop: at once if it still waits for a thread, within 100 ms if it runs.
    #[napi]
    pub fn cancel(&self) {
        self.context.cancel();
        if let Some(work) = take(&self.waiting) {
            settle(work.deferred, Err(Error::new(Code::Cancelled, "cancelled by the caller")), 0);
        }
    }

    /// How much of the call is done, 0 to 1.
    #[napi]
    pub fn progress(&self) -> f64 {
        self.context.progress()
    }
}

impl Call {
    fn submit(&self) {
        let waiting = Arc::clone(&self.waiting);
        let job = Box::new(move || {
            if let Some(work) = take(&waiting) {
                work.run();
            }
        });
        if pool::submit(job).is_err()
            && let Some(work) = take(&self.waiting)
        {
            let error = Error::new(Code::Internal, "the system refused a thread; run fewer calls at once");
            settle(work.deferred, Err(error), 0);
        }
    }
}

impl Drop for Call {
    /// The environment ends, or nobody can see the outcome any more: a running call stops.
    fn drop(&mut self) {
        self.context.cancel();
    }
}

impl Work {
    fn run(self) {
        let texts: Vec<_> = self.blocks.iter().map(Owned::texts).collect();
        let inputs: Vec<_> = self.blocks.iter().zip(&texts).map(|(block, texts)| block.input(texts)).collect();
        let size = input::size(&inputs);
        let outcome = bridge::call(&self.op, self.options.as_bytes(), self.model.as_ref(), &inputs, &self.context);
        settle(self.deferred, outcome, size);
    }
}

fn take(waiting: &Mutex<Option<Work>>) -> Option<Work> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn settle(deferred: Deferred, outcome: Result<bridge::Reply>, size: usize) {
    deferred.resolve(Box::new(move |env| Reply::of(env, outcome, size)));
}
