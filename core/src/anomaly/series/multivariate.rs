//! Several series at once: what none of them shows alone.
use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::chi_square;
use super::esd::check_significance;
use super::gaps::Gaps;
use super::residual::ResidualDetector;
use super::result::SeriesAnomalies;
use super::robust::{in_units, largest, median, sigma_about};
use super::scatter::Scatter;
use crate::data::Matrix;
use crate::error::{Error, Result, bail, ensure};
use crate::forecast::Stl;
use crate::{Code, Context};

/// The most columns: each pair of them is looked at.
const MOST_COLUMNS: usize = 512;

/// What is expected of every column: its median, trend and season, or a forecast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Expectation {
    /// Its median.
    ColumnMedian(ColumnMedian),
    /// Trend and season.
    TrendAndSeason(Box<TrendAndSeason>),
    /// A forecast from the past alone; the steps that it does not judge count as expected. `gaps` of the detector is that
    /// of the whole.
    ResidualDetector(Box<ResidualDetector>),
}

/// Expects the median of a column at every step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ColumnMedian {}

/// Expects trend and season of a column's decomposition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TrendAndSeason {
    /// How a column is decomposed, best robustly. Default robust, with the season detected.
    pub stl: Stl,
}

impl Default for TrendAndSeason {
    fn default() -> Self {
        Self { stl: Stl::default().with_robust(true) }
    }
}

impl From<ColumnMedian> for Expectation {
    fn from(median: ColumnMedian) -> Self {
        Expectation::ColumnMedian(median)
    }
}

impl From<Stl> for Expectation {
    fn from(stl: Stl) -> Self {
        Expectation::TrendAndSeason(Box::new(TrendAndSeason { stl }))
    }
}

impl From<ResidualDetector> for Expectation {
    fn from(detector: ResidualDetector) -> Self {
        Expectation::ResidualDetector(Box::new(detector))
    }
}

impl Default for Expectation {
    fn default() -> Self {
        ColumnMedian::default().into()
    }
}

/// Steps at which several series together are unlike what they usually are together.
///
/// Every column's deviations from what is expected of it are divided by their robust standard deviation; a robust covariance
/// of all columns tells which deviations go together. The score is the squared distance from the usual, scaled so that its
/// median is that of a chi-square distribution with as many degrees of freedom as columns vary; the threshold is that
/// distribution's quantile, which normal noise exceeds in a share of `significance` of the steps, and heavier tails more
/// often. The score is the sum of the contributions of the columns, none of them negative. Not causal, for spreads and
/// covariance are those of the whole series. O(columns * expectation + columns^2 * min(time, 20,000) + columns^3).
///
/// ```
/// use inlaid::{Context, anomaly::MultivariateSeries};
/// use ndarray::Array2;
/// // Two columns that move together, but for one step, where each is still within its usual range.
/// let mut table = Array2::from_shape_fn((400, 2), |(t, column)| {
///     (t as f64 * 0.37).sin() + (t * [5, 7][column] % 17) as f64 * 0.01
/// });
/// table[[200, 0]] = 0.9;
/// table[[200, 1]] = -0.9;
/// let found = MultivariateSeries::default().with_significance(1e-9).detect(table.view(), &Context::new())?;
/// assert_eq!(found.anomalies.positions.to_vec(), [200]);
/// let sum: f64 = found.contributions.row(200).sum();
/// assert!((sum / found.anomalies.scores[200] - 1.0).abs() < 1e-12);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MultivariateSeries {
    /// What is expected of every column. Default its median.
    pub expectation: Expectation,
    /// The share of steps of normal noise above the threshold, in (0, 1). Default 1e-4.
    pub significance: f64,
    /// What happens to missing values. Default: they are refused. Interpolated ones count as just what was expected; a step
    /// without any value is never an anomaly.
    pub gaps: Gaps,
}

/// How strange every step is, and how much of that each column is to blame for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MultivariateAnomalies {
    /// Scores, threshold and anomalies; without a band.
    pub anomalies: SeriesAnomalies,
    /// What each column adds to the score, at least 0, `[time, column]`.
    pub contributions: Matrix,
    /// How far each value is from what was expected, in robust standard deviations, with its sign, `[time, column]`.
    pub deviations: Matrix,
    /// What was expected, `[time, column]`; NaN where a forecast does not judge yet.
    pub expected: Matrix,
}

/// One column, standardised.
struct Standard {
    deviations: Vec<f64>,
    expected: Vec<f64>,
    missing: Vec<bool>,
    varies: bool,
}

impl Default for MultivariateSeries {
    fn default() -> Self {
        Self { expectation: Expectation::default(), significance: 1e-4, gaps: Gaps::Refuse }
    }
}

impl MultivariateSeries {
    setters! {
        /// Set what is expected of every column.
        with_expectation, expectation: Expectation;
        /// Set the share of steps of normal noise above the threshold.
        with_significance, significance: f64;
        /// Set what happens to missing values.
        with_gaps, gaps: Gaps;
    }

    /// Judge every option.
    ///
    /// # Errors
    /// `invalid_config`.
    pub fn validate(&self) -> Result<()> {
        check_significance(self.significance)?;
        match &self.expectation {
            Expectation::ColumnMedian(_) => Ok(()),
            Expectation::TrendAndSeason(parts) => parts.stl.validate(),
            Expectation::ResidualDetector(detector) => detector.validate(),
        }
    }

    /// Find the anomalies of `table`, `[time, column]`, at least 3 steps.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range; `invalid_data` for no column, infinite values, NaN unless `gaps` says
    /// otherwise, and what the expectation refuses, with the column; `not_enough_data`; `too_large` above 512 columns;
    /// `cancelled`.
    pub fn detect(&self, table: ArrayView2<'_, f64>, context: &Context) -> Result<MultivariateAnomalies> {
        self.validate()?;
        let (steps, width) = table.dim();
        ensure!(width >= 1, InvalidData, "there is no column: the matrix [time, column] has none");
        ensure!(width <= MOST_COLUMNS, TooLarge, "{width} columns, at most {MOST_COLUMNS} can be judged together");
        ensure!(steps >= 3, NotEnoughData, "need at least 3 steps, got {steps}");
        let columns = context.map(width, |column| {
            let values = table.column(column).to_vec();
            self.standardise(&values, context).map_err(|error| error.at(format_args!("column {column}")))
        })?;
        let varying: Vec<usize> = (0..width).filter(|column| columns[*column].varies).collect();
        let mut contributions = Array2::<f64>::zeros((steps, width));
        let mut scores = vec![0.0; steps];
        let threshold = chi_square::upper_quantile(self.significance, varying.len().max(1));
        if !varying.is_empty() {
            self.join(&columns, &varying, &mut contributions, &mut scores, context)?;
        }
        let gather = |pick: &dyn Fn(&Standard) -> &[f64]| -> Result<Matrix> {
            let numbers = context.collect(steps * width, |at| pick(&columns[at % width])[at / width])?;
            let whole = Array2::from_shape_vec((steps, width), numbers);
            Ok(whole.map_err(|error| Error::new(Code::Internal, "columns of a table").with_source(error))?.into())
        };
        Ok(MultivariateAnomalies {
            anomalies: SeriesAnomalies::judged(scores, threshold),
            contributions: contributions.into(),
            deviations: gather(&|column| &column.deviations)?,
            expected: gather(&|column| &column.expected)?,
        })
    }

    /// A column's deviations in robust standard deviations.
    fn standardise(&self, series: &[f64], context: &Context) -> Result<Standard> {
        let filled = self.gaps.fill(series)?;
        let values = &filled.values;
        let missing: Vec<bool> = (0..values.len()).map(|step| filled.is_missing(step)).collect();
        let expected = match &self.expectation {
            Expectation::ColumnMedian(_) => vec![median(&mut values.to_vec()); values.len()],
            Expectation::TrendAndSeason(parts) => {
                let parts = parts.stl.transform(values, context)?;
                parts.trend.iter().zip(&*parts.seasonal).map(|(trend, seasonal)| trend + seasonal).collect()
            }
            Expectation::ResidualDetector(detector) => {
                let detector = detector.as_ref().clone().with_gaps(self.gaps);
                detector.detect(series, context)?.expected.to_vec()
            }
        };
        let judged = |step: &usize| !missing[*step] && expected[*step].is_finite();
        context.check()?;
        let scale = super::robust::scale_of(values);
        let off = context.collect(values.len(), |step| {
            if judged(&step) { values[step] / scale - expected[step] / scale } else { 0.0 }
        })?;
        let seen: Vec<f64> = (0..values.len()).filter(judged).map(|step| off[step]).collect();
        // Below is rounding of the expectation.
        let floor = 1e-10 * largest(values) / scale;
        context.check()?;
        let sigma = if seen.is_empty() {
            0.0
        } else {
            let centre = median(&mut seen.clone());
            context.check()?;
            sigma_about(&seen, centre)
        };
        context.check()?;
        let varies = seen.iter().any(|off| off.abs() > floor);
        let deviations =
            context.collect(off.len(), |step| if varies { in_units(off[step], sigma.max(floor)) } else { 0.0 })?;
        Ok(Standard { deviations, expected, missing, varies })
    }

    /// Distances in the columns that vary.
    fn join(
        &self,
        columns: &[Standard],
        varying: &[usize],
        contributions: &mut Array2<f64>,
        scores: &mut [f64],
        context: &Context,
    ) -> Result<()> {
        let width = varying.len();
        let steps = scores.len();
        let row = |step: usize| varying.iter().map(move |column| columns[*column].deviations[step]);
        // Steps that every column was judged at tell what goes together.
        context.check()?;
        let whole: Vec<usize> = (0..steps)
            .filter(|step| columns.iter().all(|column| !column.missing[*step] && column.expected[*step].is_finite()))
            .collect();
        ensure!(
            whole.len() >= 3,
            NotEnoughData,
            "only {} steps have a value and an expectation in every column, at least 3 are needed",
            whole.len()
        );
        context.check()?;
        let mut rows = Vec::with_capacity(whole.len() * width);
        for part in whole.chunks((1 << 15) / width + 1) {
            context.check()?;
            rows.extend(part.iter().flat_map(|step| row(*step)));
        }
        let scatter = Scatter::of(&rows, width, context)?;
        let mut parts = vec![0.0; width];
        for step in 0..steps {
            if step % 1024 == 0 {
                context.check()?;
                context.report(step, steps);
            }
            let silent = |column: &Standard| column.missing[step] || !column.expected[step].is_finite();
            if columns.iter().all(silent) {
                continue;
            }
            let own: Vec<f64> = row(step).collect();
            scatter.contributions(&own, &mut parts);
            varying.iter().zip(&parts).for_each(|(column, part)| contributions[[step, *column]] = *part);
            scores[step] = parts.iter().sum();
        }
        context.check()?;
        let mut usual: Vec<f64> = whole.iter().map(|step| scores[*step]).collect();
        let factor = median(&mut usual) / chi_square::upper_quantile(0.5, width);
        if factor > 0.0 {
            scores.iter_mut().for_each(|score| *score /= factor);
            contributions.iter_mut().for_each(|part| *part /= factor);
        }
        if let Some(step) = scores.iter().position(|score| !score.is_finite()) {
            bail!(InvalidData, "the score of step {step} (0-based) leaves the range of numbers");
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "multivariate_tests.rs"]
mod tests;
