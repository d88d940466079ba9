//! What every detector may be told, and the macro that writes the options of each.
use serde::{Deserialize, Serialize};

use super::threshold::Threshold;
use crate::error::{Result, ensure};

/// What happens to missing values (NaN). Infinite values are always refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// They are an error that names the first.
    #[default]
    Refuse,
    /// The median of the column's fitted values stands in.
    Median,
    /// The detector does without: a bin of its own in `Hbos`, no say in `Ecod`, `Copod` and `Loda`; the others refuse this.
    Ignore,
}

/// What every detector is told.
#[derive(Clone, Debug)]
pub(super) struct Common {
    pub(super) contamination: f64,
    pub(super) threshold: Threshold,
    pub(super) missing: Missing,
}

impl Common {
    pub(super) fn validate(&self) -> Result<()> {
        check_contamination(self.contamination)?;
        self.threshold.validate()
    }
}

/// The share of anomalies must leave most rows normal.
pub(super) fn check_contamination(contamination: f64) -> Result<()> {
    ensure!(
        contamination > 0.0 && contamination <= 0.5,
        InvalidConfig,
        "contamination must lie above 0 and be at most 0.5, got {contamination}"
    );
    Ok(())
}

/// A count with its lowest and highest value.
pub(super) fn check_count(name: &str, value: usize, lowest: usize, highest: usize) -> Result<()> {
    ensure!((lowest..=highest).contains(&value), InvalidConfig, "{name} must be {lowest} to {highest}, got {value}");
    Ok(())
}

/// Declare the options of a detector: its own fields, then the three of every detector, defaults and `with_*` methods.
macro_rules! detector {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$about:meta])* $field:ident : $type:ty = $value:expr, $(#[$told:meta])* $setter:ident;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(default, deny_unknown_fields)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$about])* pub $field: $type,)*
            /// The share of anomalies to expect, above 0 and at most 0.5: what the contamination rule cuts off and what
            /// probabilities add up to. Default 0.1.
            pub contamination: f64,
            /// From which score on a row is an anomaly. Default: the score that the share of `contamination` exceeds.
            pub threshold: $crate::anomaly::tabular::threshold::Threshold,
            /// What happens to missing values. Default: they are refused.
            pub missing: $crate::anomaly::tabular::options::Missing,
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $($field: $value,)*
                    contamination: 0.1,
                    threshold: Default::default(),
                    missing: Default::default(),
                }
            }
        }

        impl $name {
            $($(#[$told])* #[must_use]
            pub fn $setter(mut self, $field: impl Into<$type>) -> Self {
                self.$field = $field.into();
                self
            })*

            /// Set the share of anomalies to expect.
            #[must_use]
            pub fn with_contamination(mut self, contamination: f64) -> Self {
                self.contamination = contamination;
                self
            }

            /// Set from which score on a row is an anomaly.
            #[must_use]
            pub fn with_threshold(
                mut self,
                threshold: impl Into<$crate::anomaly::tabular::threshold::Threshold>,
            ) -> Self {
                self.threshold = threshold.into();
                self
            }

            /// Set what happens to missing values.
            #[must_use]
            pub fn with_missing(mut self, missing: $crate::anomaly::tabular::options::Missing) -> Self {
                self.missing = missing;
                self
            }

            pub(in crate::anomaly::tabular) fn common(&self) -> $crate::anomaly::tabular::options::Common {
                $crate::anomaly::tabular::options::Common {
                    contamination: self.contamination,
                    threshold: self.threshold.clone(),
                    missing: self.missing,
                }
            }

            /// Learn what is normal from `rows`, `[row, feature]`, anomalies among them; the scores of these very rows are
            /// [`scores`](crate::anomaly::FittedDetector::scores) of the result.
            ///
            /// # Errors
            /// `invalid_config` for an option out of range; `invalid_data` for infinite values, and NaN unless `missing`
            /// says otherwise; `not_enough_data` for too few rows; `too_large`; `cancelled`.
            pub fn fit(
                &self,
                rows: ndarray::ArrayView2<'_, f64>,
                context: &$crate::Context,
            ) -> $crate::Result<$crate::anomaly::FittedDetector> {
                self.fit_given(rows.into(), context)
            }

            /// As [`fit`](Self::fit), each row standing for as many as its weight says: whole weights teach what the rows
            /// would teach if each were there so many times; rows of weight 0 are scored but not learnt from. Weights are
            /// counts, not shares: weights that add up to 1 are one row. A detector that draws rows draws them in proportion.
            ///
            /// # Errors
            /// As [`fit`](Self::fit); `invalid_data` for another number of weights than rows, weights that are negative or
            /// not finite, or none above 0; `not_enough_data` where they add up to too few rows.
            pub fn fit_weighted(
                &self,
                rows: ndarray::ArrayView2<'_, f64>,
                weights: &[f64],
                context: &$crate::Context,
            ) -> $crate::Result<$crate::anomaly::FittedDetector> {
                self.fit_given($crate::anomaly::tabular::fit::Given { weights: Some(weights), ..rows.into() }, context)
            }

            pub(in crate::anomaly::tabular) fn fit_given(
                &self,
                given: $crate::anomaly::tabular::fit::Given<'_>,
                context: &$crate::Context,
            ) -> $crate::Result<$crate::anomaly::FittedDetector> {
                self.validate()?;
                $crate::anomaly::tabular::fit::fit(self, &self.common(), given, context)
            }
        }
    };
}
pub(super) use detector;
