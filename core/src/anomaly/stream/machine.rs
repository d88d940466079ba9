//! The detectors behind one type.
use serde::{Deserialize, Serialize};

use super::detector;
use super::score::Verdict;
use super::state::Event;
use crate::error::Result;

/// Which detector runs, with its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Machine {
    Detector(detector::Running),
}

impl Machine {
    /// The most columns an event may have.
    pub(super) fn most_columns(&self) -> usize {
        match self {
            Machine::Detector(_) => 256,
        }
    }

    /// Whether it leaves out single missing values by itself.
    pub(super) fn takes_missing(&self) -> bool {
        matches!(self, Machine::Detector(_))
    }

    pub(super) fn update(&mut self, event: &Event<'_>) -> Verdict {
        match self {
            Machine::Detector(running) => running.update(event),
        }
    }

    /// Recompute what is not saved.
    pub(super) fn restore(&mut self) {
        match self {
            Machine::Detector(running) => running.restore(),
        }
    }

    pub(super) fn check(&self, columns: usize) -> Result<()> {
        match self {
            Machine::Detector(running) => running.check(columns),
        }
    }
}
