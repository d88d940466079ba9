//! The scores of all pairs: which kernel, in which order, on how many threads.
use std::sync::Mutex;

use ndarray::Array2;

use super::kernels::Kernel;
use super::options::Cdist;
use super::packed::{Packed, Target, best_of_lengths, score_tile};
use crate::Context;
use crate::data::Matrix;
use crate::error::{Error, Result, ensure};
use crate::matching::strings::metric::{MetricParameters, TextMetric, of_symbols};
use crate::matching::strings::symbols::code_points;
use crate::matching::strings::words::sorted_words;

/// Scores of one matrix, at most.
const MOST_SCORES: usize = (1 << 31) - 1;
/// Queries that go through a tile together.
const TOGETHER: usize = 32;

/// The similarity of every text of `left` with every text of `right`, `[left, right]`, 0 to 1.
///
/// Levenshtein, osa, indel, subsequence, jaro, jaro_winkler and token_sort_ratio go through the vector kernels; the other metrics
/// are computed pair by pair. Memory: the matrix, and some hundred bytes for each text.
///
/// # Errors
/// `invalid_config` for an option out of range; `invalid_data` for hamming without padding on texts of unequal length;
/// `too_large` from 2^31 scores on, which [`Cdist::fit`] does in blocks; `cancelled`.
///
/// ```
/// use inlaid::matching::{Cdist, TextMetric, cdist};
/// let options = Cdist::default().with_metric(TextMetric::Levenshtein);
/// let scores = cdist(&["smith", "jones"], &["smyth", "johns", "smith"], &options, &inlaid::Context::new())?;
/// assert_eq!(scores.row(0).to_vec(), [0.8, 0.0, 1.0]);
/// # Ok::<(), inlaid::Error>(())
/// ```
pub fn cdist(left: &[&str], right: &[&str], options: &Cdist, context: &Context) -> Result<Matrix> {
    options.validate()?;
    refuse_too_many(left.len(), right.len())?;
    options.fit(right, context)?.score(left, context)
}

fn refuse_too_many(rows: usize, columns: usize) -> Result<()> {
    ensure!(
        rows.checked_mul(columns).is_some_and(|scores| scores <= MOST_SCORES),
        TooLarge,
        "{rows} x {columns} scores are over the limit of {MOST_SCORES}; fit the right side and score the left one in blocks"
    );
    Ok(())
}

/// The right side of a comparison, packed.
#[derive(Debug)]
pub struct FittedCdist {
    options: Cdist,
    texts: Vec<Vec<u32>>,
    packed: Option<Packed>,
}

impl Cdist {
    /// Pack the right side. `O(code points)` time and memory.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range; `cancelled`.
    pub fn fit(&self, right: &[&str], context: &Context) -> Result<FittedCdist> {
        self.validate()?;
        let texts = context.map(right.len(), |index| Ok(self.prepared(right[index])))?;
        let packed = match kernel(self.metric, &self.parameters) {
            Some(kernel) => Some(Packed::new(kernel, &texts, context)?),
            None => None,
        };
        Ok(FittedCdist { options: self.clone(), texts, packed })
    }

    /// The code points that are compared.
    fn prepared(&self, text: &str) -> Vec<u32> {
        let points = code_points(&self.normalization.apply(text));
        if self.metric == TextMetric::TokenSortRatio { sorted_words(&points) } else { points }
    }

    /// The metric of prepared texts.
    fn metric_of_prepared(&self) -> TextMetric {
        if self.metric == TextMetric::TokenSortRatio { TextMetric::Indel } else { self.metric }
    }
}

/// The kernel of a metric, if it has one.
pub(super) fn kernel(metric: TextMetric, parameters: &MetricParameters) -> Option<Kernel> {
    match (metric, parameters.costs()) {
        (TextMetric::Levenshtein, [1, 1, 1]) => Some(Kernel::Levenshtein),
        (TextMetric::Levenshtein, [1, 1, 2]) | (TextMetric::Indel | TextMetric::TokenSortRatio, _) => {
            Some(Kernel::Indel)
        }
        (TextMetric::Osa, _) => Some(Kernel::Osa),
        (TextMetric::Subsequence, _) => Some(Kernel::Subsequence),
        (TextMetric::Jaro, _) => Some(Kernel::Jaro { prefix_weight: 0.0 }),
        (TextMetric::JaroWinkler, _) => Some(Kernel::Jaro { prefix_weight: parameters.prefix_weight }),
        _ => None,
    }
}

impl FittedCdist {
    /// How many texts there are on the right.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The similarity of every text of `left` with every text on the right, `[left, right]`, 0 to 1.
    ///
    /// # Errors
    /// `invalid_data` for hamming without padding on texts of unequal length; `too_large` from 2^31 scores on; `cancelled`.
    pub fn score(&self, left: &[&str], context: &Context) -> Result<Matrix> {
        let columns = self.texts.len();
        refuse_too_many(left.len(), columns)?;
        let mut scores = vec![0.0; left.len() * columns];
        if !scores.is_empty() {
            let parts: Vec<Mutex<&mut [f64]>> = scores.chunks_mut(TOGETHER * columns).map(Mutex::new).collect();
            context.map(parts.len(), |part| {
                let mut rows = parts[part].lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let first = part * TOGETHER;
                let texts = &left[first..left.len().min(first + TOGETHER)];
                self.score_rows(texts, &mut rows, context).map_err(|(row, column, error)| {
                    error.at(format_args!("left text {}, right text {column}", first + row))
                })
            })?;
        }
        let shape = (left.len(), columns);
        let scores = Array2::from_shape_vec(shape, scores)
            .map_err(|error| Error::new(crate::Code::Internal, format!("scores without a shape: {error}")))?;
        Ok(scores.into())
    }

    /// The scores of some texts, into rows of zeros; an error with the row and the column where it arose.
    fn score_rows(&self, left: &[&str], rows: &mut [f64], context: &Context) -> Result<(), (usize, usize, Error)> {
        let queries: Vec<Vec<u32>> = left.iter().map(|text| self.options.prepared(text)).collect();
        let columns = self.texts.len();
        let Some(packed) = &self.packed else {
            for (row, (query, scores)) in queries.iter().zip(rows.chunks_mut(columns)).enumerate() {
                for column in 0..columns {
                    self.one(query, scores, column, context).map_err(|error| (row, column, error))?;
                }
            }
            return Ok(());
        };
        let numbered: Vec<Option<Vec<u32>>> =
            queries.iter().map(|query| packed.takes(query.len()).then(|| packed.numbered(query))).collect();
        let mut work = packed.work();
        for tile in &packed.tiles {
            let at = |error| (0, tile.first, error);
            context.check().map_err(at)?;
            let mut target = Target { rows, columns, cutoff: self.options.score_cutoff };
            score_tile(packed.kernel, tile, &numbered, &mut work, &mut target, context).map_err(at)?;
            for (row, (query, scores)) in queries.iter().zip(rows.chunks_mut(columns)).enumerate() {
                let all = 0..columns.min(tile.first + super::packed::TILE) - tile.first;
                let alone: &mut dyn Iterator<Item = usize> = if numbered[row].is_some() {
                    &mut tile.others.iter().map(|column| *column as usize)
                } else {
                    &mut all.into_iter()
                };
                for column in alone {
                    let column = tile.first + column;
                    self.one(query, scores, column, context).map_err(|error| (row, column, error))?;
                }
            }
        }
        Ok(())
    }

    /// The score of a query with one text.
    fn one(&self, query: &[u32], scores: &mut [f64], column: usize, context: &Context) -> Result<()> {
        let (options, text) = (&self.options, &self.texts[column]);
        if let Some(packed) = &self.packed
            && best_of_lengths(packed.kernel, query.len(), text.len()) < options.score_cutoff
        {
            return Ok(());
        }
        if column.is_multiple_of(256) || query.len() + text.len() > 1 << 10 {
            context.check()?;
        }
        let score = of_symbols(query, text, options.metric_of_prepared(), &options.parameters, context)?;
        if score >= options.score_cutoff {
            scores[column] = score;
        }
        Ok(())
    }
}
