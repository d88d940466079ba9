//! The JVM door of inlaid: a handful of native methods of `io.inlaid.internal.Native`; no operation is named here.
//!
//! Calls are flat: Java hands over an operation's name, its options as JSON in UTF-8 and its arrays, and gets the report,
//! the arrays beside it and the address of a model back. Arrays are copied at the border, so that neither a moving
//! collector nor another Java thread can change what the engine reads. Everything that fails is thrown as an
//! `io.inlaid.InlaidException`; nothing unwinds into the JVM.
mod fault;
mod input;
mod reply;
mod table;

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use inlaid::Context;
use inlaid_bridge::{self as bridge, Model};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass, JIntArray, JObjectArray, JString};
use jni::sys::{jboolean, jdouble, jint, jlong};

use crate::fault::{Fault, Throw};

/// Models that Java holds at this moment.
static LIVE_MODELS: AtomicI64 = AtomicI64::new(0);

/// What the border looks like; Java refuses a library with another number than its own.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_inlaid_internal_Native_abi<'local>(_: EnvUnowned<'local>, _: JClass<'local>) -> jint {
    bridge::ABI as jint
}

/// Run an operation: fills `reply` with the report, the kinds of its blocks, the blocks and the bytes, and gives the
/// address of a model, or 0.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_inlaid_internal_Native_call<'local>(
    mut env: EnvUnowned<'local>,
    _: JClass<'local>,
    operation: JString<'local>,
    options: JByteArray<'local>,
    model: jlong,
    inputs: JObjectArray<'local>,
    shapes: JIntArray<'local>,
    context: jlong,
    answer: JObjectArray<'local>,
) -> jlong {
    env.with_env(|env| -> Result<jlong, Fault> {
        let operation = operation.try_to_string(env)?;
        let options = if options.is_null() { Vec::new() } else { env.convert_byte_array(&options)? };
        let owned = input::take(env, &inputs, &shapes)?;
        let texts: Vec<_> = owned.iter().map(input::Owned::texts).collect();
        let lent: Vec<_> = owned.iter().zip(&texts).map(|(one, texts)| one.lend(texts)).collect();
        // SAFETY: both addresses are 0 or came from `Box::into_raw` below, and the Java objects that own them count this
        // call as a user until it returns, so neither is freed meanwhile. Both types may be shared between threads.
        let (model, context) = unsafe { ((model as *const Model).as_ref(), (context as *const Context).as_ref()) };
        let fresh;
        let context = match context {
            Some(context) => context,
            None => {
                fresh = Context::new();
                &fresh
            }
        };
        let reply = bridge::call(&operation, &options, model, &lent, context)?;
        drop(lent);
        drop(texts);
        drop(owned);
        let model = reply::give(env, reply, &answer)?;
        Ok(model.map_or(0, |model| {
            LIVE_MODELS.fetch_add(1, Relaxed);
            Box::into_raw(Box::new(model)) as jlong
        }))
    })
    .resolve::<Throw>()
}

/// Free a model; its Java owner calls this once, when nobody uses it any more.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_inlaid_internal_Native_freeModel<'local>(
    mut env: EnvUnowned<'local>,
    _: JClass<'local>,
    model: jlong,
) {
    env.with_env(|_| -> Result<(), Fault> {
        // SAFETY: the address came from `Box::into_raw` in `call`, and its owner frees it once, after its last use.
        drop(unsafe { Box::from_raw(model as *mut Model) });
        LIVE_MODELS.fetch_sub(1, Relaxed);
        Ok(())
    })
    .resolve::<Throw>();
}

/// How many models Java holds at this moment.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_inlaid_internal_Native_liveModels<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
) -> jlong {
    LIVE_MODELS.load(Relaxed)
}

/// Make a context with a seed (all 64 bits of it) and a number of threads, 0 for one per processor.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_inlaid_internal_Native_newContext<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    seed: jlong,
    threads: jint,
) -> jlong {
    let threads = usize::try_from(threads).unwrap_or(0);
    Box::into_raw(Box::new(Context::new().with_seed(seed as u64).with_threads(threads))) as jlong
}

/// Free a context; its Java owner calls this once, when nobody uses it any more.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_inlaid_internal_Native_freeContext<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    context: jlong,
) {
    // SAFETY: the address came from `newContext`, and its owner frees it once, after its last use.
    drop(unsafe { Box::from_raw(context as *mut Context) });
}

/// Ask the calls of a context to stop.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_inlaid_internal_Native_cancel<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    context: jlong,
) {
    borrow(context).cancel();
}

/// Whether the calls of a context were asked to stop.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_inlaid_internal_Native_isCancelled<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    context: jlong,
) -> jboolean {
    borrow(context).is_cancelled()
}

/// How far the running call of a context is, 0 to 1.
#[unsafe(no_mangle)]
pub extern "system" fn Java_io_inlaid_internal_Native_progress<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    context: jlong,
) -> jdouble {
    borrow(context).progress()
}

/// The context at an address.
fn borrow<'a>(context: jlong) -> &'a Context {
    // SAFETY: the address came from `newContext`, and the Java object that owns it is kept alive around every native call.
    unsafe { &*(context as *const Context) }
}
