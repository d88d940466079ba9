//! How long a call goes without a look at its context.
use std::collections::HashMap;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use super::Context;
use crate::error::Result;

/// Between looks that follow each other faster than this, the processor time is not asked for.
const BRIEF: Duration = Duration::from_millis(1);

/// When each thread last looked, and the longest that one worked without a look; nothing until somebody asks.
#[derive(Debug, Default)]
pub(super) struct Looks {
    watched: Mutex<Option<Watched>>,
}

#[derive(Debug, Default)]
struct Watched {
    last: HashMap<ThreadId, Moment>,
    longest: Duration,
    /// From where to where.
    between: String,
}

#[derive(Clone, Copy, Debug)]
struct Moment {
    clock: Instant,
    asked: Instant,
    spent: Option<Duration>,
    place: &'static Location<'static>,
}

/// The processor time of this thread where the system tells it, good to a few milliseconds.
fn spent() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(told.split(' ').next()?.parse().ok()?))
}

impl Looks {
    #[track_caller]
    pub(super) fn note(&self) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(watched) = watched.as_mut() else { return };
        let clock = Instant::now();
        let thread = std::thread::current().id();
        let place = Location::caller();
        let Some(before) = watched.last.get(&thread).copied() else {
            watched.last.insert(thread, Moment { clock, asked: clock, spent: spent(), place });
            return;
        };
        let mut now = Moment { clock, place, ..before };
        let mut gap = clock - before.clock;
        if clock - before.asked > BRIEF {
            now = Moment { clock, asked: clock, spent: spent(), place };
            // Others may have had the processor meanwhile; what this thread had of it is what the call is to blame for.
            if let (Some(then), Some(now)) = (before.spent, now.spent) {
                gap = gap.min(now.saturating_sub(then));
            }
        }
        if gap > watched.longest {
            watched.longest = gap;
            watched.between = format!("{} and {place}", before.place);
        }
        watched.last.insert(thread, now);
    }
}

impl Context {
    /// Run `work` and tell the longest processor time that it took between two looks at the context, begin and end included,
    /// and which looks these were.
    pub(crate) fn longest_between_looks<T>(&self, work: impl FnOnce(&Self) -> Result<T>) -> Result<(Duration, String)> {
        let looks = &self.shared.looks;
        *looks.watched.lock().unwrap_or_else(PoisonError::into_inner) = Some(Watched::default());
        looks.note();
        let result = work(self);
        looks.note();
        let watched = looks.watched.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
        result?;
        Ok((watched.longest, watched.between))
    }
}
