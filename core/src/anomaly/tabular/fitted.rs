//! A fitted detector of any kind, and everything that is asked of it.
use std::ops::Range;
use std::path::Path;

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::explain::{Reference, explain};
use super::model::Model;
use super::options::Missing;
use super::probability::Calibration;
use super::rows::Rows;
use super::threshold::{Threshold, conformal_threshold, contamination_of, extreme_value_of, learned_threshold};
use super::weights;
use crate::Context;
use crate::data::{Ints, Matrix, Vector};
use crate::error::{Result, bail, ensure};
use crate::store::{self, Stored};

/// The most numbers of normal rows that a model keeps as examples (16 MiB).
const MOST_KEPT: usize = 1 << 21;
/// The most normal rows that a model keeps as examples.
const MOST_EXAMPLES: usize = 1 << 14;
/// About how many sums stand beside each other where few columns are added up.
const LINE: usize = 64;
/// The most names of methods; what a file may claim.
const LONGEST_NAME: usize = 40;

/// What any of the detectors for tables learnt.
///
/// Scores grow with strangeness; their unit is the detector's own, [`probability`](Self::probability) is common to all.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FittedDetector {
    method: String,
    model: Model,
    columns: usize,
    missing: Missing,
    /// What stands in for missing values, per column.
    fill: Vec<f64>,
    learnt: Learnt,
    threshold: f64,
    /// The share of anomalies that it was told to expect.
    contamination: f64,
    calibration: Calibration,
    examples: Examples,
    reference: Reference,
}

/// The scores of the fitted rows, and how many rows each stands for; none for one each.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Learnt {
    pub(super) scores: Vec<f64>,
    pub(super) weights: Vec<f64>,
}

impl Learnt {
    fn weights(&self) -> Option<&[f64]> {
        (!self.weights.is_empty()).then_some(&*self.weights)
    }
}

/// Normal rows that were fitted, evenly chosen where there are too many to keep.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Examples {
    /// Which rows of the fitted table they are.
    positions: Vec<u32>,
    /// Their values, row after row.
    values: Vec<f64>,
    /// What one unit of each column is worth in a distance; 0 where the column is constant.
    weights: Vec<f64>,
    /// How many rows each stands for, while fitting; none for one each.
    #[serde(skip)]
    multiples: Vec<f64>,
}

impl Examples {
    pub(super) fn of(rows: &Rows<'_>, scores: &[f64], threshold: f64) -> Result<Self> {
        let columns = rows.columns();
        let is_normal = |row: usize| scores[row] <= threshold && rows.weight(row) > 0.0;
        let normal = (0..scores.len()).filter(|row| is_normal(*row)).count();
        let most = (MOST_KEPT / columns).clamp(1, MOST_EXAMPLES);
        let kept = normal.min(most);
        let (mut positions, mut values, mut seen) = (Vec::with_capacity(kept), Vec::with_capacity(kept * columns), 0);
        for row in (0..scores.len()).filter(|row| is_normal(*row)) {
            // Even steps: the k-th is taken when its share of the kept ones becomes due.
            if kept == normal || (seen * kept / normal == positions.len() && positions.len() < kept) {
                positions.push(row as u32);
                rows.push(row, &mut values);
            }
            seen += 1;
        }
        let multiples = if rows.is_weighted() {
            positions.iter().map(|row| rows.weight(*row as usize)).collect()
        } else {
            Vec::new()
        };
        let weights = precisions(&values, columns, &multiples);
        Ok(Self { positions, values, weights, multiples })
    }

    /// The median of every column of the examples; 0 for a column that none of them has.
    pub(super) fn typical(&self) -> Vec<f64> {
        let columns = self.weights.len();
        if self.multiples.is_empty()
            && !self.positions.is_empty()
            && let Some(medians) = medians(&self.values, columns)
        {
            return medians;
        }
        let mut medians = Vec::with_capacity(columns);
        // As many columns in one pass over the rows as stay in the cache.
        let width = ((1 << 17) / self.positions.len().max(1)).clamp(16, 256);
        for start in (0..columns).step_by(width) {
            let mut present = vec![Vec::with_capacity(self.positions.len()); width.min(columns - start)];
            let mut multiples = vec![Vec::new(); present.len()];
            for (at, row) in self.values.chunks_exact(columns).enumerate() {
                for ((present, multiples), value) in present.iter_mut().zip(&mut multiples).zip(&row[start..]) {
                    if !value.is_nan() {
                        present.push(*value);
                        multiples.extend(self.multiples.get(at));
                    }
                }
            }
            medians.extend(present.iter_mut().zip(&multiples).map(|(some, multiples)| match some.is_empty() {
                true => 0.0,
                false => weights::median(some, (!self.multiples.is_empty()).then_some(multiples)),
            }));
        }
        medians
    }

    /// Whether examples stand for others.
    pub(super) fn is_weighted(&self) -> bool {
        !self.multiples.is_empty()
    }

    /// How many rows an example stands for.
    pub(super) fn multiple(&self, example: usize) -> f64 {
        self.multiples.get(example).copied().unwrap_or(1.0)
    }

    pub(super) fn columns(&self) -> usize {
        self.weights.len()
    }

    /// The values of the examples, row after row.
    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The position of the example that is nearest to `row` by standardised Euclidean distance; missing values do not count.
    fn nearest(&self, row: &[f64]) -> Option<u32> {
        let mut best = (f64::INFINITY, None);
        for (position, example) in self.positions.iter().zip(self.values.chunks_exact(row.len())) {
            let mut sum = 0.0;
            for ((value, known), weight) in row.iter().zip(example).zip(&self.weights) {
                let difference = value - known;
                let square = difference * difference * weight;
                sum += if square.is_nan() { 0.0 } else { square };
            }
            if sum < best.0 || best.1.is_none() {
                best = (sum, Some(*position));
            }
        }
        best.1
    }

    fn check(&self, columns: usize, rows: usize) -> Result<()> {
        let sound = self.values.len() == self.positions.len().saturating_mul(columns)
            && self.weights.len() == columns
            && self.values.iter().all(|value| !value.is_infinite())
            && self.weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0)
            && self.positions.iter().all(|position| (*position as usize) < rows);
        ensure!(sound, InvalidData, "the examples of normal rows are broken");
        Ok(())
    }
}

/// The median of every column of at least one row; none where a value is missing.
pub(super) fn medians(values: &[f64], columns: usize) -> Option<Vec<f64>> {
    let count = values.len() / columns;
    // As many columns in one pass over the rows as stay in the cache.
    let most = ((1 << 16) / count).clamp(16, 64).min(columns);
    let (half, mut missing) = (count / 2, false);
    let mut medians = Vec::with_capacity(columns);
    // Whole numbers in the order of the values are chosen from faster than those.
    let mut keys = vec![0_i64; most * count];
    for start in (0..columns).step_by(most) {
        let width = most.min(columns - start);
        for (at, row) in values.chunks_exact(columns).enumerate() {
            for (value, keys) in row[start..start + width].iter().zip(keys.chunks_exact_mut(count)) {
                missing |= value.is_nan();
                keys[at] = key(*value);
            }
        }
        for keys in keys.chunks_exact_mut(count).take(width) {
            let (below, middle, _) = keys.select_nth_unstable(half);
            let middle = value_of(*middle);
            medians.push(if count % 2 == 1 {
                middle
            } else {
                0.5 * below.iter().copied().max().map_or(middle, value_of) + 0.5 * middle
            });
        }
    }
    (!missing).then_some(medians)
}

/// A whole number in the order of `total_cmp`.
fn key(value: f64) -> i64 {
    let bits = value.to_bits().cast_signed();
    bits ^ ((bits >> 63) & i64::MAX)
}

fn value_of(key: i64) -> f64 {
    f64::from_bits((key ^ ((key >> 63) & i64::MAX)).cast_unsigned())
}

/// One over the variance of the present values of every column; 0 where that is no number.
fn precisions(values: &[f64], columns: usize, multiples: &[f64]) -> Vec<f64> {
    // Several rows of few columns are one line of sums.
    let lines = if multiples.is_empty() { (LINE / columns).max(1) } else { 1 };
    let (mut counts, mut means) = (vec![0.0; lines * columns], vec![0.0; lines * columns]);
    let multiple = |at: usize| multiples.get(at).copied().unwrap_or(1.0);
    for (at, line) in values.chunks(lines * columns).enumerate() {
        let weight = multiple(at);
        for ((count, mean), value) in counts.iter_mut().zip(&mut means).zip(line) {
            let present = !value.is_nan();
            *count += if present { weight } else { 0.0 };
            *mean += if present { weight * *value } else { 0.0 };
        }
    }
    let counts = folded(&counts, columns);
    let means = folded(&means, columns);
    let mean = |(mean, count): (&f64, &f64)| mean / if *count > 0.0 { *count } else { 1.0 };
    let means: Vec<f64> = means.iter().zip(&counts).map(mean).collect::<Vec<f64>>().repeat(lines);
    let mut variances = vec![0.0; lines * columns];
    for (at, line) in values.chunks(lines * columns).enumerate() {
        let weight = multiple(at);
        for ((variance, mean), value) in variances.iter_mut().zip(&means).zip(line) {
            let off = value - mean;
            *variance += if off.is_nan() { 0.0 } else { weight * (off * off) };
        }
    }
    let precision = |(variance, count): (f64, &f64)| Some(count / variance).filter(|weight| weight.is_finite());
    folded(&variances, columns).into_iter().zip(&counts).map(|pair| precision(pair).unwrap_or(0.0)).collect()
}

/// The sums of what stands in the same column.
fn folded(line: &[f64], columns: usize) -> Vec<f64> {
    let mut sums = vec![0.0; columns];
    for part in line.chunks(columns) {
        sums.iter_mut().zip(part).for_each(|(sum, value)| *sum += value);
    }
    sums
}

impl FittedDetector {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn new(
        method: &str,
        model: Model,
        missing: Missing,
        fill: Vec<f64>,
        learnt: Learnt,
        [threshold, contamination]: [f64; 2],
        calibration: Calibration,
        examples: Examples,
        context: &Context,
    ) -> Result<Self> {
        let reference = Reference::of(&model, &examples, context)?;
        let columns = reference.columns();
        let method = method.to_owned();
        Ok(Self {
            method,
            model,
            columns,
            missing,
            fill,
            learnt,
            threshold,
            contamination,
            calibration,
            examples,
            reference,
        })
    }

    /// The detector that was fitted, such as `Hbos`.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// How many columns rows must have.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The scores of the fitted rows, in their order. A detector that looks at neighbours leaves the row itself out, so that
    /// [`score`](Self::score) of the same row, which is then a new one, may be lower.
    #[must_use]
    pub fn scores(&self) -> Vector {
        Vector::from(self.learnt.scores.clone())
    }

    /// The score above which a row is an anomaly.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Which of the fitted rows are anomalies: 1 or 0 for each.
    #[must_use]
    pub fn labels(&self) -> Ints {
        self.judge(&self.learnt.scores)
    }

    /// How strange each of `rows`, `[row, feature]`, is: higher is stranger, in the detector's own unit.
    ///
    /// # Errors
    /// `invalid_data` for another number of columns than was fitted, infinite values, or NaN unless `missing` allowed it;
    /// `cancelled`.
    pub fn score(&self, rows: ArrayView2<'_, f64>, context: &Context) -> Result<Vector> {
        self.score_rows(&self.rows(rows, context)?, context).map(Vector::from)
    }

    /// 1 for every row whose score is above the threshold, 0 for the others.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn predict(&self, rows: ArrayView2<'_, f64>, context: &Context) -> Result<Ints> {
        Ok(self.judge(&self.score_rows(&self.rows(rows, context)?, context)?))
    }

    /// How probably each row is an anomaly.
    ///
    /// Without labels, by its place among the fitted rows, so that the probabilities of those add up to `contamination` of
    /// them; after [`with_labels`](Self::with_labels), by the labelled rows.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn probability(&self, rows: ArrayView2<'_, f64>, context: &Context) -> Result<Vector> {
        let mut scores = self.score_rows(&self.rows(rows, context)?, context)?;
        scores.iter_mut().for_each(|score| *score = self.calibration.probability(*score));
        Ok(scores.into())
    }

    /// The probabilities of the fitted rows, from [`scores`](Self::scores).
    #[must_use]
    pub fn probabilities(&self) -> Vector {
        self.learnt.scores.iter().map(|score| self.calibration.probability(*score)).collect::<Vec<_>>().into()
    }

    /// What each feature adds to a row's score, `[row, feature]`: every row adds up to its score less [`base`](Self::base).
    ///
    /// Exact where the score is a sum over features (`Hbos`, `Ecod`, `Copod`, `Mahalanobis`), along the paths of the trees in
    /// an `IsolationForest`; both as the difference to the mean of normal rows. Otherwise Shapley values against the row of
    /// medians of normal rows, over 8 orders of the features and their reverses; those cost 16 scores per row and feature.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn explain(&self, rows: ArrayView2<'_, f64>, context: &Context) -> Result<Matrix> {
        let rows = self.rows(rows, context)?;
        let single: Vec<Range<usize>> = (0..self.columns).map(|column| column..column + 1).collect();
        let parts = explain(&self.model, &self.reference, &rows, &single, context)?;
        match Array2::from_shape_vec((rows.len(), self.columns), parts) {
            Ok(parts) => Ok(parts.into()),
            Err(_) => bail!(Internal, "contributions do not fill their matrix; please report this with the input"),
        }
    }

    /// The score that contributions of [`explain`](Self::explain) start from.
    #[must_use]
    pub fn base(&self) -> f64 {
        self.reference.base()
    }

    /// For every row the position of the nearest normal row among those fitted, by Euclidean distance of standardised
    /// columns; -1 where no fitted row was normal. At most 16,384 normal rows (fewer above 128 columns), evenly spread over
    /// the table, are kept for this.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn nearest_normal(&self, rows: ArrayView2<'_, f64>, context: &Context) -> Result<Ints> {
        let rows = self.rows(rows, context)?;
        let found = context.map(rows.len(), |row| {
            let mut values = Vec::with_capacity(self.columns);
            rows.push(row, &mut values);
            Ok(self.examples.nearest(&values).map_or(-1, i64::from))
        })?;
        Ok(found.into())
    }

    /// The same detector with the threshold by another rule. The conformal rule needs rows that were not fitted: give them
    /// as `fresh`; the other rules take the scores of those too where they are given, else the scores of the fitted rows.
    ///
    /// # Errors
    /// `invalid_config` for a rule out of range or a conformal one without `fresh` rows; `not_enough_data`; as
    /// [`score`](Self::score).
    pub fn with_threshold(
        &self,
        rule: &Threshold,
        fresh: Option<ArrayView2<'_, f64>>,
        context: &Context,
    ) -> Result<Self> {
        let own = match fresh {
            Some(rows) => Some(self.score_rows(&self.rows(rows, context)?, context)?),
            None => None,
        };
        self.with_threshold_of(rule, own, context)
    }

    /// The same detector with the threshold by a rule over scores of new rows, or of those fitted.
    pub(super) fn with_threshold_of(&self, rule: &Threshold, own: Option<Vec<f64>>, context: &Context) -> Result<Self> {
        rule.validate()?;
        let (scores, weights) = match &own {
            Some(fresh) => (fresh, None),
            None => (&self.learnt.scores, self.learnt.weights()),
        };
        let threshold = match rule {
            Threshold::Contamination(rule) => {
                contamination_of(scores, weights, rule.contamination.unwrap_or(self.contamination), context)?
            }
            Threshold::ExtremeValue(rule) => {
                extreme_value_of(scores, weights, [rule.probability, rule.level], context)?
            }
            Threshold::Fixed(rule) => rule.score,
            Threshold::Conformal(rule) => {
                ensure!(
                    own.is_some(),
                    InvalidConfig,
                    "a conformal threshold needs rows that were not fitted, give them as fresh"
                );
                conformal_threshold(scores, rule.false_alarm)?
            }
        };
        Ok(Self { threshold, ..self.clone() })
    }

    /// The same detector with threshold and probabilities learnt from labelled rows: 1 for an anomaly, 0 for normal, anything
    /// else for unknown. The threshold has the largest F1 on them.
    ///
    /// # Errors
    /// `invalid_data` for another number of labels than rows; `not_enough_data` unless both labels occur;
    /// `did_not_converge`; as [`score`](Self::score).
    pub fn with_labels(&self, rows: ArrayView2<'_, f64>, labels: &[i64], context: &Context) -> Result<Self> {
        self.with_labels_of(&self.score_rows(&self.rows(rows, context)?, context)?, labels)
    }

    /// The same detector, taught by the labels of rows with these scores.
    pub(super) fn with_labels_of(&self, scores: &[f64], labels: &[i64]) -> Result<Self> {
        let threshold = learned_threshold(scores, labels)?;
        let calibration = Calibration::of_labels(scores, labels)?;
        Ok(Self { threshold, calibration, ..self.clone() })
    }

    /// Contributions of groups of features that change together, one row after the other.
    pub(super) fn explain_groups(
        &self,
        rows: ArrayView2<'_, f64>,
        groups: &[Range<usize>],
        context: &Context,
    ) -> Result<Vec<f64>> {
        explain(&self.model, &self.reference, &self.rows(rows, context)?, groups, context)
    }

    /// The same detector, whose contributions start from another typical row where they start from one.
    pub(super) fn typified(self, change: impl FnOnce(&mut [f64]), context: &Context) -> Result<Self> {
        let reference = self.reference.changed(&self.model, change, context)?;
        Ok(Self { reference, ..self })
    }

    pub(super) fn missing(&self) -> Missing {
        self.missing
    }

    /// Normal rows that were fitted, with how many rows each stands for.
    pub(super) fn normal_rows(&self) -> Vec<(u32, f64)> {
        let weight = |row: &u32| self.learnt.weights.get(*row as usize).copied().unwrap_or(1.0);
        self.examples.positions.iter().map(|row| (*row, weight(row))).collect()
    }

    /// The detector as bytes, `f64` by its bits; see [`store`](crate::store).
    ///
    /// # Errors
    /// `too_large` above [`store::LARGEST`] bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        store::to_bytes(self)
    }

    /// The detector that [`to_bytes`](Self::to_bytes) gave: it scores bit for bit as the saved one would.
    ///
    /// # Errors
    /// `incompatible` for bytes that are damaged, newer than this version, or no such model; `too_large`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        store::from_bytes(bytes)
    }

    /// Save the detector to a file, which is replaced as a whole or not at all; see [`store::save`].
    ///
    /// # Errors
    /// `not_found` for a folder that does not exist, `io`, `too_large`.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        store::save(self, path)
    }

    /// The detector in a file.
    ///
    /// # Errors
    /// `not_found` for a file that does not exist, `io`, and as [`from_bytes`](Self::from_bytes).
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        store::load(path)
    }

    fn rows<'a>(&'a self, view: ArrayView2<'a, f64>, context: &Context) -> Result<Rows<'a>> {
        ensure!(
            view.ncols() == self.columns,
            InvalidData,
            "the rows have {} columns, the detector was fitted to {}",
            view.ncols(),
            self.columns
        );
        Rows::new(view, self.missing, &self.fill, context)
    }

    fn score_rows(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        let scores = self.model.scorer().score(rows, context)?;
        if let Some(at) = scores.iter().position(|score| !score.is_finite()) {
            bail!(InvalidData, "row {at} is too far from the fitted rows for a finite score ({})", scores[at]);
        }
        Ok(scores)
    }

    fn judge(&self, scores: &[f64]) -> Ints {
        scores.iter().map(|score| i64::from(*score > self.threshold)).collect::<Vec<_>>().into()
    }
}

impl Stored for FittedDetector {
    const KIND: &'static str = "anomaly.FittedDetector";
    const VERSION: u32 = 2;

    fn check(&self) -> Result<()> {
        ensure!(
            self.columns >= 1 && self.method.len() <= LONGEST_NAME,
            InvalidData,
            "the model has {} columns and a name of {} bytes",
            self.columns,
            self.method.len()
        );
        ensure!(
            self.fill.len() == if self.missing == Missing::Median { self.columns } else { 0 }
                && self.fill.iter().all(|value| value.is_finite()),
            InvalidData,
            "what stands in for missing values is broken"
        );
        ensure!(
            self.threshold.is_finite()
                && !self.learnt.scores.is_empty()
                && self.learnt.scores.iter().all(|score| score.is_finite()),
            InvalidData,
            "the scores or the threshold are no numbers"
        );
        if let Some(own) = self.learnt.weights() {
            weights::check(own, self.learnt.scores.len())?;
        }
        super::options::check_contamination(self.contamination)?;
        self.calibration.check()?;
        self.examples.check(self.columns, self.learnt.scores.len())?;
        self.reference.check(self.columns)?;
        self.model.scorer().check(self.columns)
    }
}
