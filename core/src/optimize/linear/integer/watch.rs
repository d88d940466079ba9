//! Who is told of every better point while the search goes on.
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Found;

type Tell = dyn Fn(&Found, &[f64]) -> bool + Send + Sync;

/// A watcher that is told of better points, and may stop the search.
#[derive(Clone)]
pub(in crate::optimize::linear) struct Watch {
    tell: Arc<Tell>,
    stopped: Arc<AtomicBool>,
}

impl Watch {
    /// `tell` is given what was found and the point, and says whether to go on.
    pub(in crate::optimize::linear) fn new(tell: impl Fn(&Found, &[f64]) -> bool + Send + Sync + 'static) -> Self {
        Self { tell: Arc::new(tell), stopped: Arc::default() }
    }

    /// The same watcher for points that `lift` first takes to what the caller knows.
    pub(super) fn lifted(&self, lift: impl Fn(&Found, &[f64]) -> (Found, Vec<f64>) + Send + Sync + 'static) -> Self {
        let tell = Arc::clone(&self.tell);
        let lifted = move |found: &Found, point: &[f64]| {
            let (found, point) = lift(found, point);
            tell(&found, &point)
        };
        Self { tell: Arc::new(lifted), stopped: Arc::clone(&self.stopped) }
    }

    pub(super) fn tell(&self, found: &Found, point: &[f64]) {
        if !(self.tell)(found, point) {
            self.stopped.store(true, Ordering::Relaxed);
        }
    }

    /// Whether the watcher asked to stop.
    pub(in crate::optimize::linear) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("stopped", &self.is_stopped()).finish_non_exhaustive()
    }
}
