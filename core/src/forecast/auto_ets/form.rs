//! The forms of the family: which error, trend and season, what they are called and how many numbers they have.
use std::fmt;

use serde::{Deserialize, Serialize};

/// How the error enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Error {
    Additive,
    Multiplicative,
}

/// How the level moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Trend {
    None,
    Additive,
    Damped,
}

/// How the season enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Season {
    None,
    Additive,
    Multiplicative,
}

/// One member of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Form {
    pub(super) error: Error,
    pub(super) trend: Trend,
    pub(super) season: Season,
}

impl Form {
    /// The simplest member.
    pub(super) const LEVEL: Form = Form { error: Error::Additive, trend: Trend::None, season: Season::None };

    /// How many numbers one fit estimates: weights, damping, first states (one season is implied), error variance.
    pub(super) fn parameters(self, period: usize) -> usize {
        let trend = match self.trend {
            Trend::None => 0,
            Trend::Additive => 2,
            Trend::Damped => 3,
        };
        let season = if self.has_season() { period } else { 0 };
        3 + trend + season
    }

    pub(super) fn has_trend(self) -> bool {
        self.trend != Trend::None
    }

    pub(super) fn is_damped(self) -> bool {
        self.trend == Trend::Damped
    }

    pub(super) fn has_season(self) -> bool {
        self.season != Season::None
    }

    pub(super) fn is_multiplicative(self) -> bool {
        self.error == Error::Multiplicative
    }

    /// Whether the form divides by its own values and thus asks for positive data.
    pub(super) fn needs_positive(self) -> bool {
        self.is_multiplicative() || self.season == Season::Multiplicative
    }

    /// Where each number stands in the vector that is optimised.
    pub(super) fn layout(self, period: usize) -> Layout {
        let beta = usize::from(self.has_trend());
        let gamma = beta + usize::from(self.has_season());
        let phi = gamma + usize::from(self.is_damped());
        let level = phi + 1;
        let slope = level + beta;
        let len = slope + 1 + if self.has_season() { period } else { 0 };
        Layout { beta, gamma, phi, level, slope, season: slope + 1, len }
    }
}

/// Positions of a form's numbers: alpha at 0, and those that the form lacks nowhere. A position is meaningful only if
/// the form has that number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) beta: usize,
    pub(super) gamma: usize,
    pub(super) phi: usize,
    pub(super) level: usize,
    pub(super) slope: usize,
    pub(super) season: usize,
    pub(super) len: usize,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = if self.is_multiplicative() { "M" } else { "A" };
        let trend = match self.trend {
            Trend::None => "N",
            Trend::Additive => "A",
            Trend::Damped => "Ad",
        };
        let season = match self.season {
            Season::None => "N",
            Season::Additive => "A",
            Season::Multiplicative => "M",
        };
        write!(f, "ETS({error},{trend},{season})")
    }
}
