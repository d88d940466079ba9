//! A fitted detector of tables, and everything that is asked of it.
use std::path::Path;

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::super::fitted::FittedDetector;
use super::super::threshold::Threshold;
use super::encode::{Coded, Codes, Encoder};
use crate::Context;
use crate::data::{Ints, Matrix, Table, Vector};
use crate::error::{Result, bail, ensure};
use crate::store::{self, Stored};

/// About how many numbers are written at once for the detector.
const AT_ONCE: usize = 1 << 22;

/// What a detector learnt from a table.
///
/// Scores grow with strangeness; their unit is the detector's own, [`probability`](Self::probability) is common to all. Tables to
/// judge have the fitted columns by name, in any order; further columns are not looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FittedTableDetector {
    detector: FittedDetector,
    encoder: Encoder,
    examples: Examples,
}

/// Normal rows that were fitted, as they are compared with others.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Examples {
    /// Which rows of the fitted table they are.
    positions: Vec<u32>,
    /// The columns of numbers, one after the other.
    numbers: Vec<Vec<f64>>,
    /// One over the variance of each of those.
    precisions: Vec<f64>,
    /// The columns of categories, one after the other.
    places: Vec<Vec<u32>>,
    /// What a difference of category adds to a squared distance.
    mismatch: f64,
}

impl Examples {
    fn of(rows: &[(u32, f64)], coded: &Coded<'_>, mismatch: f64) -> Self {
        let (mut numbers, mut precisions, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for codes in coded.columns() {
            match codes {
                Codes::Numbers(values) => {
                    let own: Vec<f64> = rows.iter().map(|(row, _)| values[*row as usize]).collect();
                    precisions.push(precision(&own, rows));
                    numbers.push(own);
                }
                Codes::Places(all) => places.push(rows.iter().map(|(row, _)| all[*row as usize]).collect()),
            }
        }
        let positions = rows.iter().map(|(row, _)| *row).collect();
        Self { positions, numbers, precisions, places, mismatch: mismatch * mismatch }
    }

    /// The position of the nearest to a row; `squares` is room for a number per example.
    fn nearest(&self, coded: &Coded<'_>, row: usize, squares: &mut Vec<f64>) -> i64 {
        squares.clear();
        squares.resize(self.positions.len(), 0.0);
        let (mut numbers, mut places) = (self.numbers.iter().zip(&self.precisions), self.places.iter());
        for codes in coded.columns() {
            match codes {
                Codes::Numbers(values) => {
                    let Some((known, precision)) = numbers.next() else { continue };
                    for (sum, known) in squares.iter_mut().zip(known) {
                        let off = values[row] - known;
                        let square = off * off * precision;
                        // What is missing does not count.
                        *sum += if square.is_nan() { 0.0 } else { square };
                    }
                }
                Codes::Places(all) => {
                    let Some(known) = places.next() else { continue };
                    for (sum, known) in squares.iter_mut().zip(known) {
                        *sum += if all[row] == *known { 0.0 } else { self.mismatch };
                    }
                }
            }
        }
        let mut best = (f64::INFINITY, -1);
        for (square, position) in squares.iter().zip(&self.positions) {
            if *square < best.0 || best.1 < 0 {
                best = (*square, i64::from(*position));
            }
        }
        best.1
    }

    fn check(&self, rows: usize) -> Result<()> {
        let count = self.positions.len();
        let sound = self.positions.iter().all(|position| (*position as usize) < rows)
            && self.numbers.iter().all(|own| own.len() == count && own.iter().all(|value| !value.is_infinite()))
            && self.precisions.len() == self.numbers.len()
            && self.precisions.iter().all(|own| *own >= 0.0 && own.is_finite())
            && self.places.iter().all(|own| own.len() == count)
            && self.mismatch.is_finite()
            && self.mismatch >= 0.0;
        ensure!(sound, InvalidData, "the examples of normal rows are broken");
        Ok(())
    }
}

/// One over the variance of the present values; 0 where that is no number.
fn precision(values: &[f64], rows: &[(u32, f64)]) -> f64 {
    let present =
        || values.iter().zip(rows).filter(|(value, _)| !value.is_nan()).map(|(value, (_, weight))| (value, weight));
    let total: f64 = present().map(|(_, weight)| weight).sum();
    let mean = present().map(|(value, weight)| value * weight).sum::<f64>() / total;
    let square = present().map(|(value, weight)| (value - mean) * (value - mean) * weight).sum::<f64>();
    Some(total / square).filter(|own| own.is_finite()).unwrap_or(0.0)
}

impl FittedTableDetector {
    pub(super) fn new(
        detector: FittedDetector,
        encoder: Encoder,
        mismatch: f64,
        coded: &Coded<'_>,
        context: &Context,
    ) -> Result<Self> {
        let rows = detector.normal_rows();
        let detector = detector.typified(|typical| encoder.typify(coded, &rows, typical), context)?;
        let examples = Examples::of(&rows, coded, mismatch);
        Ok(Self { detector, encoder, examples })
    }

    /// The detector that was fitted, such as `Hbos`.
    #[must_use]
    pub fn method(&self) -> &str {
        self.detector.method()
    }

    /// The names of the columns that are looked at, in the order of contributions.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        self.encoder.names().into_iter().map(String::from).collect()
    }

    /// The categories of a column that the fitted rows had, the most frequent first, none for a missing one; nothing for a column
    /// of numbers.
    ///
    /// # Errors
    /// `not_found` for a column that was not fitted.
    pub fn categories(&self, column: &str) -> Result<Option<&[Option<String>]>> {
        self.encoder.categories(column)
    }

    /// The scores of the fitted rows, in their order; see [`FittedDetector::scores`].
    #[must_use]
    pub fn scores(&self) -> Vector {
        self.detector.scores()
    }

    /// The score above which a row is an anomaly.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        self.detector.threshold()
    }

    /// Which of the fitted rows are anomalies: 1 or 0 for each.
    #[must_use]
    pub fn labels(&self) -> Ints {
        self.detector.labels()
    }

    /// The probabilities of the fitted rows.
    #[must_use]
    pub fn probabilities(&self) -> Vector {
        self.detector.probabilities()
    }

    /// The score that contributions of [`explain`](Self::explain) start from.
    #[must_use]
    pub fn base(&self) -> f64 {
        self.detector.base()
    }

    /// How strange each row of `table` is: higher is stranger, in the detector's own unit.
    ///
    /// # Errors
    /// `invalid_data` for a fitted column that is not there or of another kind, infinite values, NaN unless `missing` allowed it,
    /// or a category that was not fitted where `unseen` refuses it; `cancelled`.
    pub fn score(&self, table: &Table, context: &Context) -> Result<Vector> {
        let scores = self.each(table, context, |rows| Ok(self.detector.score(rows, context)?.to_vec()))?;
        Ok(scores.into())
    }

    /// 1 for every row whose score is above the threshold, 0 for the others.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn predict(&self, table: &Table, context: &Context) -> Result<Ints> {
        let labels = self.each(table, context, |rows| Ok(self.detector.predict(rows, context)?.to_vec()))?;
        Ok(labels.into())
    }

    /// How probably each row is an anomaly; see [`FittedDetector::probability`].
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn probability(&self, table: &Table, context: &Context) -> Result<Vector> {
        let found = self.each(table, context, |rows| Ok(self.detector.probability(rows, context)?.to_vec()))?;
        Ok(found.into())
    }

    /// What each column adds to a row's score, `[row, column]` in the order of [`columns`](Self::columns): every row adds up to its
    /// score less [`base`](Self::base).
    ///
    /// Where [`FittedDetector::explain`] is exact, what a column's categories became is added up; else the Shapley values are those
    /// of whole columns, against the commonest categories and the median numbers of normal rows.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn explain(&self, table: &Table, context: &Context) -> Result<Matrix> {
        let groups = self.encoder.groups();
        let parts = self.each(table, context, |rows| self.detector.explain_groups(rows, &groups, context))?;
        match Array2::from_shape_vec((table.rows(), groups.len()), parts) {
            Ok(parts) => Ok(parts.into()),
            Err(_) => bail!(Internal, "contributions do not fill their matrix; please report this with the input"),
        }
    }

    /// For every row the position of the nearest normal row among those fitted: standardised numbers, and `mismatch` standard
    /// deviations for categories that differ; -1 where no fitted row was normal. Kept are as many as in
    /// [`FittedDetector::nearest_normal`].
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn nearest_normal(&self, table: &Table, context: &Context) -> Result<Ints> {
        let coded = self.coded(table, context)?;
        let together = 16;
        let found = context.map(coded.rows.div_ceil(together), |part| {
            let mut squares = Vec::new();
            let rows = part * together..coded.rows.min((part + 1) * together);
            Ok(rows.map(|row| self.examples.nearest(&coded, row, &mut squares)).collect::<Vec<_>>())
        })?;
        Ok(found.concat().into())
    }

    /// The same detector with the threshold by another rule; see [`FittedDetector::with_threshold`].
    ///
    /// # Errors
    /// `invalid_config` for a rule out of range or a conformal one without `fresh` rows; `not_enough_data`; as
    /// [`score`](Self::score).
    pub fn with_threshold(&self, rule: &Threshold, fresh: Option<&Table>, context: &Context) -> Result<Self> {
        let own = match fresh {
            Some(table) => Some(self.score(table, context)?.to_vec()),
            None => None,
        };
        Ok(Self { detector: self.detector.with_threshold_of(rule, own, context)?, ..self.clone() })
    }

    /// The same detector with threshold and probabilities learnt from labelled rows: 1 for an anomaly, 0 for normal, anything
    /// else for unknown. The threshold has the largest F1 on them.
    ///
    /// # Errors
    /// `invalid_data` for another number of labels than rows; `not_enough_data` unless both labels occur;
    /// `did_not_converge`; as [`score`](Self::score).
    pub fn with_labels(&self, table: &Table, labels: &[i64], context: &Context) -> Result<Self> {
        let scores = self.score(table, context)?.to_vec();
        Ok(Self { detector: self.detector.with_labels_of(&scores, labels)?, ..self.clone() })
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

    fn coded<'a>(&self, table: &'a Table, context: &Context) -> Result<Coded<'a>> {
        let coded = self.encoder.code(table, context)?;
        self.encoder.check_numbers(&coded, self.detector.missing())?;
        Ok(coded)
    }

    /// Ask the detector about the rows of a table, some at a time.
    fn each<T>(
        &self,
        table: &Table,
        context: &Context,
        mut ask: impl FnMut(ArrayView2<'_, f64>) -> Result<Vec<T>>,
    ) -> Result<Vec<T>> {
        let coded = self.coded(table, context)?;
        let width = self.encoder.width();
        let size = (AT_ONCE / width).max(64);
        let mut all = Vec::new();
        for start in (0..coded.rows).step_by(size) {
            context.check()?;
            let rows = start..coded.rows.min(start + size);
            let values = self.encoder.write(&coded, rows.clone());
            let Ok(view) = ArrayView2::from_shape((rows.len(), width), &values) else {
                bail!(Internal, "a table does not fill its matrix; please report this with the input")
            };
            all.extend(
                ask(view)
                    .map_err(|error| if start > 0 { error.at(format_args!("from row {start} on")) } else { error })?,
            );
        }
        Ok(all)
    }
}

impl Stored for FittedTableDetector {
    const KIND: &'static str = "anomaly.FittedTableDetector";
    const VERSION: u32 = 1;

    fn check(&self) -> Result<()> {
        self.detector.check()?;
        self.encoder.check()?;
        ensure!(
            self.detector.columns() == self.encoder.width(),
            InvalidData,
            "the detector has {} columns, the table becomes {}",
            self.detector.columns(),
            self.encoder.width()
        );
        self.examples.check(self.detector.scores().len())
    }
}
