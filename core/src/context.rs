//! What a call may look at while it runs: may I go on, how far am I, with which seed, on how many threads.
//!
//! The engine never calls into its host: a host sets the cancel flag and reads the progress number from its own threads.
//! Threads are scoped to the call: there is no global pool, so a forked process starts with nothing broken.
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock};

use crate::error::{Result, bail};

/// How many cheap items are done between two looks.
const STRETCH: usize = 1 << 15;

/// Cancellation, progress, seed and threads of one call or of several. Clones share the flag and the progress number.
#[derive(Clone, Debug, Default)]
pub struct Context {
    shared: Arc<Shared>,
    seed: u64,
    threads: Option<NonZeroUsize>,
}

#[derive(Debug, Default)]
struct Shared {
    cancelled: AtomicBool,
    permille: AtomicU32,
    #[cfg(test)]
    looks: looks::Looks,
}

impl Context {
    /// A context that is never cancelled unless asked, with seed 0 and one thread per processor.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Set the seed of everything random in the call. The same seed gives the same answer on any number of threads.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Use at most `threads` threads; 0 means one per processor, which is the default.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = NonZeroUsize::new(threads);
        self
    }

    /// The seed of this call.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How many threads a call may use.
    #[must_use]
    pub fn threads(&self) -> usize {
        static PROCESSORS: OnceLock<usize> = OnceLock::new();
        self.threads.map_or_else(
            || *PROCESSORS.get_or_init(|| std::thread::available_parallelism().map_or(1, NonZeroUsize::get)),
            NonZeroUsize::get,
        )
    }

    /// Ask the running call to stop; it returns [`Code::Cancelled`](crate::Code::Cancelled) within 100 ms.
    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Relaxed);
    }

    /// Whether the caller asked to stop.
    #[must_use]
    #[cfg_attr(test, track_caller)]
    pub fn is_cancelled(&self) -> bool {
        #[cfg(test)]
        self.shared.looks.note();
        self.shared.cancelled.load(Relaxed)
    }

    /// How much of the call is done, 0 to 1.
    #[must_use]
    pub fn progress(&self) -> f64 {
        f64::from(self.shared.permille.load(Relaxed)) / 1000.0
    }

    /// Say how far the work is.
    pub fn report(&self, done: usize, of: usize) {
        let permille = if of == 0 { 1000 } else { (done.min(of) as u64).saturating_mul(1000) / of as u64 };
        self.shared.permille.store(permille as u32, Relaxed);
    }

    /// Stop here if the caller asked to.
    ///
    /// # Errors
    /// `cancelled`.
    #[cfg_attr(test, track_caller)]
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() {
            bail!(Cancelled, "cancelled by the caller");
        }
        Ok(())
    }

    /// `work` of every index below `count`, in order on this thread, with looks in between: for cheap work on long inputs.
    ///
    /// # Errors
    /// `cancelled`.
    #[allow(dead_code, reason = "not every room has long inputs")]
    #[cfg_attr(test, track_caller)]
    pub(crate) fn collect<T>(&self, count: usize, mut work: impl FnMut(usize) -> T) -> Result<Vec<T>> {
        let mut values = Vec::with_capacity(count);
        while values.len() < count {
            self.check()?;
            let first = values.len();
            values.extend((first..count.min(first + STRETCH)).map(&mut work));
        }
        Ok(values)
    }

    /// Run `work` for every index below `count`, in parallel, and give the results in order. Reports progress and
    /// checks for cancellation between items; the error of the lowest index wins, whatever the thread count.
    ///
    /// # Errors
    /// `cancelled`, or what `work` returned.
    pub fn map<T: Send>(&self, count: usize, work: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
        self.report(0, count);
        let threads = self.threads().min(count);
        let next = AtomicUsize::new(0);
        let done = AtomicUsize::new(0);
        let failed = AtomicBool::new(false);
        let worker = |results: &mut Vec<(usize, Result<T>)>| {
            while !failed.load(Relaxed) {
                let index = next.fetch_add(1, Relaxed);
                if index >= count {
                    break;
                }
                let result = self.check().and_then(|()| work(index));
                if result.is_err() {
                    failed.store(true, Relaxed);
                }
                results.push((index, result));
                self.report(done.fetch_add(1, Relaxed) + 1, count);
            }
        };
        let mut results = Vec::with_capacity(count);
        if threads <= 1 {
            worker(&mut results);
        } else {
            let shared = Mutex::new(&mut results);
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        let mut own = Vec::new();
                        worker(&mut own);
                        shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner).append(&mut own);
                    });
                }
            });
            results.sort_unstable_by_key(|(index, _)| *index);
        }
        results.into_iter().map(|(_, result)| result).collect()
    }
}

#[cfg(test)]
mod looks;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn results_come_in_order_on_any_number_of_threads() {
        for threads in 1..5 {
            let context = Context::new().with_threads(threads);
            let squares = context.map(100, |i| Ok(i * i)).unwrap();
            assert_eq!(squares, (0..100).map(|i| i * i).collect::<Vec<_>>());
            assert_eq!(context.progress(), 1.0);
        }
    }

    #[test]
    fn a_cancelled_context_stops_before_the_next_item() {
        let context = Context::new();
        let error = context
            .map(1000, |i| {
                if i == 10 {
                    context.cancel();
                }
                Ok(i)
            })
            .unwrap_err();
        assert_eq!(error.code(), Code::Cancelled);
    }

    #[test]
    fn the_error_of_the_lowest_index_wins() {
        for threads in 1..4 {
            let error = Context::new()
                .with_threads(threads)
                .map(50, |i| if i >= 7 { bail!(InvalidData, "item {i}") } else { Ok(()) })
                .unwrap_err();
            assert_eq!(error.message(), "item 7");
        }
    }

    #[test]
    fn nothing_to_do_is_done() {
        let context = Context::new();
        assert!(context.map(0, |_| Ok(())).unwrap().is_empty());
        assert_eq!(context.progress(), 1.0);
    }
}
