//! Methods and expectations by a word, for callers that cannot hold the options of another room.
//!
//! Written as a word they have their defaults; a Rust program may give any options.
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::multivariate::Expectation;
use super::residual::ResidualDetector;
use crate::forecast::{AnyMethod, AutoEts, Drift, Naive, Naive2, SeasonalNaive, Stl, Theta};

/// A method of the room `forecast`, with its default options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ForecastMethod {
    /// Exponential smoothing that chooses its form.
    #[default]
    AutoEts,
    /// The theta method.
    Theta,
    /// The last value.
    Naive,
    /// The value of a season ago.
    SeasonalNaive,
    /// The last value, seasonally adjusted.
    Naive2,
    /// The last value and the mean change.
    Drift,
}

impl From<ForecastMethod> for AnyMethod {
    fn from(word: ForecastMethod) -> Self {
        match word {
            ForecastMethod::AutoEts => AutoEts::default().into(),
            ForecastMethod::Theta => Theta::default().into(),
            ForecastMethod::Naive => Naive::default().into(),
            ForecastMethod::SeasonalNaive => SeasonalNaive::default().into(),
            ForecastMethod::Naive2 => Naive2::default().into(),
            ForecastMethod::Drift => Drift::default().into(),
        }
    }
}

const METHODS: [ForecastMethod; 6] = [
    ForecastMethod::AutoEts,
    ForecastMethod::Theta,
    ForecastMethod::Naive,
    ForecastMethod::SeasonalNaive,
    ForecastMethod::Naive2,
    ForecastMethod::Drift,
];

/// What is expected of every column: its level, a robust decomposition, or a forecast, each with defaults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Expectation"))]
#[serde(rename_all = "snake_case")]
pub(super) enum ExpectationWord {
    /// Its median.
    #[default]
    Level,
    /// Trend and season of a robust decomposition by loess.
    Decomposition,
    /// A forecast from the past alone; the steps that it does not judge count as expected.
    Forecast,
}

impl From<ExpectationWord> for Expectation {
    fn from(word: ExpectationWord) -> Self {
        match word {
            ExpectationWord::Level => Expectation::Level,
            ExpectationWord::Decomposition => Expectation::Decomposition(Box::new(Stl::default().with_robust(true))),
            ExpectationWord::Forecast => Expectation::Forecast(Box::default()),
        }
    }
}

const EXPECTATIONS: [ExpectationWord; 3] =
    [ExpectationWord::Level, ExpectationWord::Decomposition, ExpectationWord::Forecast];

/// A word, or all options.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Spelt<W, T> {
    Word(W),
    Whole(T),
}

/// How a method is written: a word where it has its defaults.
pub(super) mod method {
    use super::*;

    pub(in super::super) fn serialize<S: Serializer>(method: &AnyMethod, serializer: S) -> Result<S::Ok, S::Error> {
        match METHODS.into_iter().find(|word| AnyMethod::from(*word) == *method) {
            Some(word) => word.serialize(serializer),
            None => method.serialize(serializer),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AnyMethod, D::Error> {
        match Spelt::<ForecastMethod, AnyMethod>::deserialize(deserializer) {
            Ok(Spelt::Word(word)) => Ok(word.into()),
            Ok(Spelt::Whole(method)) => Ok(method),
            Err(_) => Err(de::Error::custom(
                "unknown method, expected one of `auto_ets`, `theta`, `naive`, `seasonal_naive`, `naive2`, `drift`",
            )),
        }
    }
}

/// How an expectation is written: a word where it has its defaults.
pub(super) mod expectation {
    use super::*;

    pub(in super::super) fn serialize<S: Serializer>(expected: &Expectation, serializer: S) -> Result<S::Ok, S::Error> {
        match EXPECTATIONS.into_iter().find(|word| Expectation::from(*word) == *expected) {
            Some(word) => word.serialize(serializer),
            None => expected.serialize(serializer),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Expectation, D::Error> {
        match Spelt::<ExpectationWord, Expectation>::deserialize(deserializer) {
            Ok(Spelt::Word(word)) => Ok(word.into()),
            Ok(Spelt::Whole(expected)) => Ok(expected),
            Err(_) => {
                Err(de::Error::custom("unknown expectation, expected one of `level`, `decomposition`, `forecast`"))
            }
        }
    }
}

impl ResidualDetector {
    /// Set the method by its name, with its default options.
    #[must_use]
    pub fn with_method_named(mut self, method: ForecastMethod) -> Self {
        self.method = method.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_for_defaults_and_anything_else_is_written_in_full() {
        let theta: ResidualDetector = serde_json::from_str(r#"{"method": "theta"}"#).unwrap();
        assert_eq!(theta.method, Theta::default().into());
        let text = serde_json::to_string(&theta).unwrap();
        assert!(text.contains(r#""method":"theta""#), "{text}");
        let own = ResidualDetector::default().with_method(SeasonalNaive::default().with_season(7).into());
        let again: ResidualDetector = serde_json::from_str(&serde_json::to_string(&own).unwrap()).unwrap();
        assert_eq!(again, own);
        let error = serde_json::from_str::<ResidualDetector>(r#"{"method": "arima"}"#).unwrap_err().to_string();
        assert!(error.contains("seasonal_naive"), "{error}");
    }
}
