//! The threads on which calls run.
//!
//! Not the pool of Node: it has four threads for the whole process, so that four long fits would stall files and name
//! look-ups, and an environment that ends (`process.exit`, `worker.terminate`) waits until its work is done. Threads start
//! when there is work, wait a while for more, and end.
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// One call to run.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// Calls that run at the same time even on small machines, so that a short one does not wait behind one long fit.
const FEWEST: usize = 4;

/// How long a thread waits for more work before it ends.
const PATIENCE: Duration = Duration::from_secs(5);

struct Pool {
    state: Mutex<State>,
    wake: Condvar,
}

struct State {
    queue: VecDeque<Job>,
    threads: usize,
    idle: usize,
}

static POOL: Pool =
    Pool { state: Mutex::new(State { queue: VecDeque::new(), threads: 0, idle: 0 }), wake: Condvar::new() };

/// Run `job` on a thread of the pool, in the order of arrival; gives it back where no thread can be started.
pub(crate) fn submit(job: Job) -> Result<(), Job> {
    let mut state = POOL.lock();
    state.queue.push_back(job);
    if state.idle >= state.queue.len() {
        POOL.wake.notify_one();
    } else if state.threads < most() {
        if std::thread::Builder::new().name("inlaid".into()).spawn(work).is_ok() {
            state.threads += 1;
        } else if state.threads == 0 {
            return state.queue.pop_back().map_or(Ok(()), Err);
        }
    }
    Ok(())
}

fn most() -> usize {
    std::thread::available_parallelism().map_or(FEWEST, |processors| processors.get().max(FEWEST))
}

fn work() {
    let mut state = POOL.lock();
    loop {
        if let Some(job) = state.queue.pop_front() {
            drop(state);
            job();
            state = POOL.lock();
            continue;
        }
        state.idle += 1;
        let (guard, wait) = POOL.wake.wait_timeout(state, PATIENCE).unwrap_or_else(PoisonError::into_inner);
        state = guard;
        state.idle -= 1;
        if wait.timed_out() && state.queue.is_empty() {
            state.threads -= 1;
            return;
        }
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
