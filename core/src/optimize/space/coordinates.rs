//! How searches see a space: an axis per parameter, mostly from 0 to 1.

/// One parameter as a coordinate.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Axis {
    /// 0 to 1 is `low` to `high`.
    Line { low: f64, high: f64 },
    /// 0 to 1 is `low` to `high` in equal factors.
    Log { low: f64, high: f64 },
    /// Not bounded on both sides: the distance from `start` in `unit`s.
    Open { start: f64, unit: f64, low: Option<f64>, high: Option<f64> },
    /// 0 to 1 in `count` equal cells, `low` being the first.
    Steps { low: f64, count: f64 },
    /// Whole numbers in cells as wide as their share of the logarithm.
    LogSteps { low: f64, high: f64 },
    /// 0 to 1 in `count` equal cells, whose order means nothing.
    Choices { count: f64 },
}

impl Axis {
    /// The value of the parameter at a coordinate, which is taken to the nearest bound.
    pub(crate) fn decode(&self, at: f64) -> f64 {
        match *self {
            // Both ends are met exactly.
            Axis::Line { low, high } => {
                let part = at.clamp(0.0, 1.0);
                let value = if part <= 0.5 { low + part * (high - low) } else { high - (1.0 - part) * (high - low) };
                value.clamp(low, high)
            }
            Axis::Log { low, high } => {
                let part = at.clamp(0.0, 1.0);
                (low.ln() + part * (high.ln() - low.ln())).exp().clamp(low, high)
            }
            Axis::Open { start, unit, low, high } => {
                let value = (start + at * unit).clamp(f64::MIN, f64::MAX);
                let value = low.map_or(value, |low| value.max(low));
                high.map_or(value, |high| value.min(high))
            }
            Axis::Steps { low, count } => low + cell(at, count),
            Axis::LogSteps { low, high } => {
                let (first, last) = ((low - 0.5).ln(), (high + 0.5).ln());
                (first + at.clamp(0.0, 1.0) * (last - first)).exp().round().clamp(low, high)
            }
            Axis::Choices { count } => cell(at, count),
        }
    }

    /// The coordinate of a value; the middle of its cell for whole numbers and choices.
    pub(crate) fn encode(&self, value: f64) -> f64 {
        match *self {
            Axis::Line { low, high } => ((value - low) / (high - low)).clamp(0.0, 1.0),
            Axis::Log { low, high } => ((value.ln() - low.ln()) / (high.ln() - low.ln())).clamp(0.0, 1.0),
            Axis::Open { start, unit, .. } => (value - start) / unit,
            Axis::Steps { low, count } => (value - low + 0.5) / count,
            Axis::LogSteps { low, high } => {
                let (first, last) = ((low - 0.5).ln(), (high + 0.5).ln());
                ((value.ln() - first) / (last - first)).clamp(0.0, 1.0)
            }
            Axis::Choices { count } => (value + 0.5) / count,
        }
    }

    /// By how much the value grows per coordinate.
    pub(crate) fn slope(&self, at: f64) -> f64 {
        match *self {
            Axis::Line { low, high } => high - low,
            Axis::Log { low, high } => self.decode(at) * (high.ln() - low.ln()),
            Axis::Open { unit, .. } => unit,
            Axis::Steps { .. } | Axis::LogSteps { .. } | Axis::Choices { .. } => 0.0,
        }
    }

    /// The least and the greatest coordinate.
    pub(crate) fn range(&self) -> (f64, f64) {
        match *self {
            Axis::Open { start, unit, low, high } => (
                low.map_or(f64::NEG_INFINITY, |low| (low - start) / unit),
                high.map_or(f64::INFINITY, |high| (high - start) / unit),
            ),
            _ => (0.0, 1.0),
        }
    }

    /// Whether both ends are bounded.
    pub(crate) fn is_bounded(&self) -> bool {
        !matches!(self, Axis::Open { .. })
    }

    /// Whether it takes separate values only.
    pub(crate) fn is_discrete(&self) -> bool {
        matches!(self, Axis::Steps { .. } | Axis::LogSteps { .. } | Axis::Choices { .. })
    }

    /// Whether its values have no order.
    pub(crate) fn is_categorical(&self) -> bool {
        matches!(self, Axis::Choices { .. })
    }

    /// How many values it takes; infinite for a continuous one.
    pub(crate) fn count(&self) -> f64 {
        match *self {
            Axis::Steps { count, .. } | Axis::Choices { count } => count,
            Axis::LogSteps { low, high } => high - low + 1.0,
            _ => f64::INFINITY,
        }
    }
}

/// The cell of `count` equal ones that a coordinate falls into.
fn cell(at: f64, count: f64) -> f64 {
    (at.clamp(0.0, 1.0) * count).floor().min(count - 1.0)
}

/// The axes of a space.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Coordinates {
    /// One per parameter.
    pub(crate) axes: Vec<Axis>,
}

impl Coordinates {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.axes.len()
    }

    /// Whether all parameters are bounded.
    pub(crate) fn is_bounded(&self) -> bool {
        self.axes.iter().all(Axis::is_bounded)
    }

    /// Whether all parameters are continuous.
    pub(crate) fn is_continuous(&self) -> bool {
        !self.axes.iter().any(Axis::is_discrete)
    }

    /// Whether a parameter is categorical.
    pub(crate) fn has_categories(&self) -> bool {
        self.axes.iter().any(Axis::is_categorical)
    }

    /// Write the candidate at `at` into `values`.
    pub(crate) fn decode(&self, at: &[f64], values: &mut [f64]) {
        for ((axis, at), value) in self.axes.iter().zip(at).zip(values) {
            *value = axis.decode(*at);
        }
    }

    /// The coordinates of a candidate.
    pub(crate) fn encode(&self, values: &[f64]) -> Vec<f64> {
        self.axes.iter().zip(values).map(|(axis, value)| axis.encode(*value)).collect()
    }
}
