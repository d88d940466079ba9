//! The methods, each an `async` function of a run.
mod random;

use super::desk::{Course, Run};

/// The method of a run, before its first question.
pub(super) fn begin(run: Run) -> Course {
    Box::pin(random::search(run))
}
