//! One parameter: what it may be.
use serde::{Deserialize, Serialize};

use super::coordinates::Axis;
use crate::error::{Result, bail, ensure};

/// The largest whole number in size that a parameter may have: beyond, `f64` skips some.
const LARGEST_WHOLE: i64 = 1 << 53;
/// The most choices of a categorical parameter.
const MOST_CHOICES: usize = 1_000_000;

/// A number between two bounds, or without them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ContinuousParameter {
    /// What it is called.
    pub name: String,
    /// The least value. Default none: it has no lower bound, which only searches from a start allow.
    pub low: Option<f64>,
    /// The greatest value. Default none.
    pub high: Option<f64>,
    /// Whether the search sees its logarithm: for scales, where a factor counts and not a difference. Default false.
    pub log: bool,
    /// Where searches from a point start. Default the middle, 0 without bounds.
    pub start: Option<f64>,
}

/// A whole number between two bounds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct IntegerParameter {
    /// What it is called.
    pub name: String,
    /// The least value. Default 0.
    pub low: i64,
    /// The greatest value. Default 0, which is refused.
    pub high: i64,
    /// Whether the search sees its logarithm. Default false.
    pub log: bool,
    /// Where searches from a point start. Default the middle.
    pub start: Option<i64>,
}

/// One of several choices without an order; candidates hold its position, from 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CategoricalParameter {
    /// What it is called.
    pub name: String,
    /// The choices as texts, all different. Either these or `numbers`.
    pub choices: Vec<String>,
    /// The choices as numbers, all different. Default none.
    pub numbers: Vec<f64>,
    /// The position of the choice where searches from a point start. Default 0.
    pub start: Option<usize>,
}

/// What is chosen for one name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Parameter {
    /// A number.
    ContinuousParameter(ContinuousParameter),
    /// A whole number.
    IntegerParameter(IntegerParameter),
    /// One of several choices.
    CategoricalParameter(CategoricalParameter),
}

impl ContinuousParameter {
    /// A number from `low` to `high`.
    #[must_use]
    pub fn new(name: impl Into<String>, low: f64, high: f64) -> Self {
        Self { name: name.into(), low: Some(low), high: Some(high), log: false, start: None }
    }

    /// A number without bounds, searched for from `start`.
    #[must_use]
    pub fn unbounded(name: impl Into<String>, start: f64) -> Self {
        Self { name: name.into(), low: None, high: None, log: false, start: Some(start) }
    }

    /// Set whether the search sees its logarithm.
    #[must_use]
    pub fn with_log(mut self, log: bool) -> Self {
        self.log = log;
        self
    }

    /// Set where searches from a point start.
    #[must_use]
    pub fn with_start(mut self, start: f64) -> Self {
        self.start = Some(start);
        self
    }

    fn validate(&self) -> Result<()> {
        let name = &self.name;
        for (bound, value) in [("low", self.low), ("high", self.high), ("start", self.start)] {
            if let Some(value) = value {
                ensure!(value.is_finite(), InvalidConfig, "`{name}`: {bound} is {value}; it must be finite");
            }
        }
        if let (Some(low), Some(high)) = (self.low, self.high) {
            ensure!(low < high, InvalidConfig, "`{name}`: low {low} must be below high {high}");
            ensure!(
                (high - low).is_finite(),
                InvalidConfig,
                "`{name}`: {low} to {high} is wider than the largest number"
            );
        }
        if self.log {
            let bounded = self.low.is_some() && self.high.is_some();
            ensure!(bounded, InvalidConfig, "`{name}`: a logarithmic scale needs both bounds");
            let low = self.low.unwrap_or(0.0);
            ensure!(low > 0.0, InvalidConfig, "`{name}`: a logarithmic scale needs bounds above 0, low is {low}");
        }
        self.start.map_or(Ok(()), |start| self.check(start))
    }

    fn check(&self, value: f64) -> Result<()> {
        let (low, high) = (self.low.unwrap_or(f64::NEG_INFINITY), self.high.unwrap_or(f64::INFINITY));
        let inside = value.is_finite() && (low..=high).contains(&value);
        ensure!(inside, InvalidData, "`{}` is {value}; it must lie within {low}..={high}", self.name);
        Ok(())
    }

    fn axis(&self) -> Axis {
        match (self.low, self.high) {
            (Some(low), Some(high)) if self.log => Axis::Log { low, high },
            (Some(low), Some(high)) => Axis::Line { low, high },
            (low, high) => {
                let start = self.start.unwrap_or_else(|| self.middle());
                Axis::Open { start, unit: start.abs().max(1.0), low, high }
            }
        }
    }

    fn middle(&self) -> f64 {
        match (self.low, self.high) {
            (Some(low), Some(high)) if self.log => Axis::Log { low, high }.decode(0.5),
            (Some(low), Some(high)) => low + 0.5 * (high - low),
            (Some(low), None) => low + low.abs().max(1.0),
            (None, Some(high)) => high - high.abs().max(1.0),
            (None, None) => 0.0,
        }
    }
}

impl IntegerParameter {
    /// A whole number from `low` to `high`.
    #[must_use]
    pub fn new(name: impl Into<String>, low: i64, high: i64) -> Self {
        Self { name: name.into(), low, high, log: false, start: None }
    }

    /// Set whether the search sees its logarithm.
    #[must_use]
    pub fn with_log(mut self, log: bool) -> Self {
        self.log = log;
        self
    }

    /// Set where searches from a point start.
    #[must_use]
    pub fn with_start(mut self, start: i64) -> Self {
        self.start = Some(start);
        self
    }

    fn validate(&self) -> Result<()> {
        let (name, low, high) = (&self.name, self.low, self.high);
        ensure!(low < high, InvalidConfig, "`{name}`: low {low} must be below high {high}");
        for bound in [low, high] {
            ensure!(
                bound.unsigned_abs() <= LARGEST_WHOLE.unsigned_abs(),
                InvalidConfig,
                "`{name}`: {bound} is beyond {LARGEST_WHOLE} in size"
            );
        }
        ensure!(
            !self.log || low > 0,
            InvalidConfig,
            "`{name}`: a logarithmic scale needs bounds above 0, low is {low}"
        );
        self.start.map_or(Ok(()), |start| self.check(start as f64))
    }

    fn check(&self, value: f64) -> Result<()> {
        let (low, high) = (self.low as f64, self.high as f64);
        let inside = (low..=high).contains(&value) && value.fract() == 0.0;
        ensure!(inside, InvalidData, "`{}` is {value}; it must be a whole number within {low}..={high}", self.name);
        Ok(())
    }

    fn axis(&self) -> Axis {
        let (low, high) = (self.low as f64, self.high as f64);
        if self.log { Axis::LogSteps { low, high } } else { Axis::Steps { low, count: high - low + 1.0 } }
    }
}

impl CategoricalParameter {
    /// One of these texts.
    #[must_use]
    pub fn new<T: Into<String>>(name: impl Into<String>, choices: impl IntoIterator<Item = T>) -> Self {
        let choices = choices.into_iter().map(Into::into).collect();
        Self { name: name.into(), choices, numbers: Vec::new(), start: None }
    }

    /// One of these numbers.
    #[must_use]
    pub fn of_numbers(name: impl Into<String>, numbers: impl Into<Vec<f64>>) -> Self {
        Self { name: name.into(), choices: Vec::new(), numbers: numbers.into(), start: None }
    }

    /// Set the position of the choice where searches from a point start.
    #[must_use]
    pub fn with_start(mut self, start: usize) -> Self {
        self.start = Some(start);
        self
    }

    /// How many choices there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.choices.len().max(self.numbers.len())
    }

    fn validate(&self) -> Result<()> {
        let name = &self.name;
        let both = !self.choices.is_empty() && !self.numbers.is_empty();
        ensure!(!both, InvalidConfig, "`{name}`: the choices are texts or numbers, not both");
        ensure!(self.count() > 0, InvalidConfig, "`{name}` has no choices; it needs at least one");
        ensure!(
            self.count() <= MOST_CHOICES,
            TooLarge,
            "`{name}` has {} choices; at most {MOST_CHOICES} are allowed",
            self.count()
        );
        let mut texts: Vec<&str> = self.choices.iter().map(String::as_str).collect();
        texts.sort_unstable();
        if let Some(pair) = texts.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!(InvalidConfig, "`{name}`: the choice `{}` is there twice", pair[0]);
        }
        let mut numbers = self.numbers.clone();
        numbers.sort_unstable_by(f64::total_cmp);
        for number in &numbers {
            ensure!(number.is_finite(), InvalidConfig, "`{name}`: the choice {number} must be finite");
        }
        if let Some(pair) = numbers.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!(InvalidConfig, "`{name}`: the choice {} is there twice", pair[0]);
        }
        self.start.map_or(Ok(()), |start| self.check(start as f64))
    }

    fn check(&self, value: f64) -> Result<()> {
        let count = self.count();
        let inside = (0.0..count as f64).contains(&value) && value.fract() == 0.0;
        ensure!(inside, InvalidData, "`{}` is {value}; it must be the position of one of {count} choices", self.name);
        Ok(())
    }
}

/// What each kind of parameter says of itself.
macro_rules! each {
    ($self:expr, $one:ident => $line:expr) => {
        match $self {
            Parameter::ContinuousParameter($one) => $line,
            Parameter::IntegerParameter($one) => $line,
            Parameter::CategoricalParameter($one) => $line,
        }
    };
}

impl Parameter {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        each!(self, one => &one.name)
    }

    /// The value that a candidate's number stands for, as text: a number, or the choice.
    #[must_use]
    pub fn label(&self, value: f64) -> String {
        match self {
            Parameter::CategoricalParameter(one) => {
                let position = value as usize;
                let text = one.choices.get(position).cloned();
                text.or_else(|| one.numbers.get(position).map(ToString::to_string)).unwrap_or_default()
            }
            _ => value.to_string(),
        }
    }

    pub(super) fn validate(&self) -> Result<()> {
        let recoded = |error: crate::Error| crate::Error::new(crate::Code::InvalidConfig, error.message());
        let checked = each!(self, one => one.validate());
        checked
            .map_err(|error| if error.code() == crate::Code::InvalidData { recoded(error).at("start") } else { error })
    }

    pub(super) fn check(&self, value: f64) -> Result<()> {
        each!(self, one => one.check(value))
    }

    pub(super) fn axis(&self) -> Axis {
        match self {
            Parameter::ContinuousParameter(one) => one.axis(),
            Parameter::IntegerParameter(one) => one.axis(),
            Parameter::CategoricalParameter(one) => Axis::Choices { count: one.count() as f64 },
        }
    }

    pub(super) fn start(&self) -> Option<f64> {
        match self {
            Parameter::ContinuousParameter(one) => one.start,
            Parameter::IntegerParameter(one) => one.start.map(|start| start as f64),
            Parameter::CategoricalParameter(one) => one.start.map(|start| start as f64),
        }
    }

    pub(super) fn middle(&self) -> f64 {
        match self {
            Parameter::ContinuousParameter(one) => one.middle(),
            _ => self.axis().decode(0.5),
        }
    }
}

impl From<ContinuousParameter> for Parameter {
    fn from(one: ContinuousParameter) -> Self {
        Self::ContinuousParameter(one)
    }
}

impl From<IntegerParameter> for Parameter {
    fn from(one: IntegerParameter) -> Self {
        Self::IntegerParameter(one)
    }
}

impl From<CategoricalParameter> for Parameter {
    fn from(one: CategoricalParameter) -> Self {
        Self::CategoricalParameter(one)
    }
}
