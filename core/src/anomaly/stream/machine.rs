//! The detectors behind one type.
use serde::{Deserialize, Serialize};

use super::score::Verdict;
use super::state::Event;
use super::{change, control, detector, half_space, random_cut, spot};
use crate::error::Result;

/// The most columns of a detector that takes several.
const MOST_COLUMNS: usize = 256;

/// Which detector runs, with its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Machine {
    Detector(detector::Running),
    Ewma(control::RunningEwma),
    Cusum(control::RunningCusum),
    PageHinkley(change::RunningPageHinkley),
    Adwin(change::RunningAdwin),
    Spot(Box<spot::Running>),
    HalfSpaceTrees(Box<half_space::Running>),
    RandomCutForest(Box<random_cut::Running>),
}

impl Machine {
    /// The most columns an event may have.
    pub(super) fn most_columns(&self) -> usize {
        match self {
            Machine::Detector(_) | Machine::HalfSpaceTrees(_) | Machine::RandomCutForest(_) => MOST_COLUMNS,
            _ => 1,
        }
    }

    /// Whether it leaves out single missing values by itself.
    pub(super) fn takes_missing(&self) -> bool {
        matches!(self, Machine::Detector(_))
    }

    pub(super) fn update(&mut self, event: &Event<'_>) -> Verdict {
        match self {
            Machine::Detector(running) => running.update(event),
            Machine::Ewma(running) => running.update(event),
            Machine::Cusum(running) => running.update(event),
            Machine::PageHinkley(running) => running.update(event),
            Machine::Adwin(running) => running.update(event),
            Machine::Spot(running) => running.update(event),
            Machine::HalfSpaceTrees(running) => running.update(event),
            Machine::RandomCutForest(running) => running.update(event),
        }
    }

    /// Recompute what is not saved.
    pub(super) fn restore(&mut self) {
        match self {
            Machine::Detector(running) => running.restore(),
            Machine::HalfSpaceTrees(running) => running.restore(),
            Machine::RandomCutForest(running) => running.restore(),
            _ => {}
        }
    }

    pub(super) fn check(&self, columns: usize) -> Result<()> {
        match self {
            Machine::Detector(running) => running.check(columns),
            Machine::Ewma(running) => running.check(),
            Machine::Cusum(running) => running.check(),
            Machine::PageHinkley(running) => running.check(),
            Machine::Adwin(running) => running.check(),
            Machine::Spot(running) => running.check(),
            Machine::HalfSpaceTrees(running) => running.check(columns),
            Machine::RandomCutForest(running) => running.check(columns),
        }
    }
}
