//! Runs a call on another thread while the caller's thread answers signals.
//!
//! Python runs signal handlers on its main thread only, so that thread must not be inside the engine when Ctrl-C comes.
//! Threads are kept for the next call: handing over to a waiting one costs a few microseconds, starting one costs tens.
//! They never touch Python, and a forked child, which has none of them, starts its own.
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;

/// How often a waiting caller looks for signals and reports progress.
const TICK: Duration = Duration::from_millis(20);

/// How many idle threads are kept.
const KEPT: usize = 8;

type Job = Box<dyn FnOnce() + Send>;

/// A thread that waits for work.
struct Worker {
    jobs: SyncSender<Job>,
    process: u32,
}

/// Locked only by threads attached to the interpreter, which forks attached too: a child never finds it locked.
static IDLE: Mutex<Vec<Worker>> = Mutex::new(Vec::new());

impl Worker {
    /// An idle thread of this process, or a new one.
    fn take() -> std::io::Result<Self> {
        let process = std::process::id();
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.iter().any(|worker| worker.process != process) {
            // The threads stayed with the parent, perhaps while they held a lock of their channel: leave it alone.
            mem::forget(mem::take(&mut *idle));
        }
        idle.pop().map_or_else(|| Self::start(process), Ok)
    }

    fn start(process: u32) -> std::io::Result<Self> {
        let (jobs, waiting): (_, Receiver<Job>) = sync_channel(1);
        let serve = move || waiting.into_iter().for_each(|job| job());
        thread::Builder::new().name("inlaid".into()).spawn(serve)?;
        Ok(Self { jobs, process })
    }

    /// Keep the thread for the next call, or let it end where enough are kept.
    fn give_back(self) {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(self);
        }
    }
}

/// Where a job leaves what it made.
struct Place<T> {
    value: Mutex<Option<thread::Result<T>>>,
    filled: Condvar,
}

impl<T> Place<T> {
    fn fill(&self, value: thread::Result<T>) {
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
        self.filled.notify_one();
    }

    /// What the job made, if it is done within `limit`.
    fn wait(&self, limit: Duration) -> Option<thread::Result<T>> {
        let value = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut value, _) = self
            .filled
            .wait_timeout_while(value, limit, |value| value.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        value.take()
    }
}

/// Run `work` on another thread, detached from the interpreter, and call `look` every [`TICK`] until it is done. The
/// first error of `look` is returned after `work` has ended, which `look` should have asked it to.
pub(crate) fn run<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> T + Send,
    mut look: impl FnMut() -> PyResult<()>,
) -> PyResult<T> {
    let worker = Worker::take()?;
    let place = Arc::new(Place { value: Mutex::new(None), filled: Condvar::new() });
    let theirs = Arc::clone(&place);
    let job: Box<dyn FnOnce() + Send + '_> = Box::new(move || theirs.fill(catch_unwind(AssertUnwindSafe(work))));
    // SAFETY: only the lifetime of what `work` borrows is lengthened. `work` is consumed before the place is filled,
    // and this function neither returns nor unwinds until it is filled or the job is back unsent.
    let job: Job = unsafe { mem::transmute::<Box<dyn FnOnce() + Send + '_>, Job>(job) };
    if let Err(unsent) = worker.jobs.send(job) {
        (unsent.0)(); // the thread is gone, which only a killed thread can be: work here instead
    }
    let mut first_error = None;
    let value = loop {
        if let Some(value) = py.detach(|| place.wait(TICK)) {
            break value;
        }
        if first_error.is_none() {
            // An unwinding `look` must not pass the running job.
            first_error = catch_unwind(AssertUnwindSafe(&mut look))
                .unwrap_or_else(|_| Err(pyo3::exceptions::PyRuntimeError::new_err("looking for signals failed")))
                .err();
        }
    };
    worker.give_back();
    match (first_error, value) {
        (Some(error), _) => Err(error),
        (None, Ok(value)) => Ok(value),
        (None, Err(panic)) => std::panic::resume_unwind(panic),
    }
}
