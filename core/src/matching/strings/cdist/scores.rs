//! The scores of all pairs: which kernel, in which order, on how many threads.
use std::sync::Mutex;

use ndarray::Array2;

use super::bounds::best_with;
use super::kernels::Kernel;
use super::options::Cdist;
use super::packed::{Packed, PackedQuery, Pays, TILE, Target, score_tile};
use crate::Context;
use crate::data::Matrix;
use crate::error::{Error, Result, ensure};
use crate::matching::strings::jaro;
use crate::matching::strings::metric::{MetricParameters, TextMetric, of_symbols};
use crate::matching::strings::query::Query;
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
        self.fit_prepared(texts, context)
    }

    /// The same for texts as [`prepared`](Self::prepared) gives them.
    pub(in crate::matching::strings) fn fit_prepared(
        &self,
        texts: Vec<Vec<u32>>,
        context: &Context,
    ) -> Result<FittedCdist> {
        let packed = match kernel(self.metric, &self.parameters) {
            Some(kernel) => Some(Packed::new(kernel, &texts, self.score_cutoff > 0.0, context)?),
            None => None,
        };
        Ok(FittedCdist { options: self.clone(), texts, packed })
    }

    /// The code points that are compared.
    pub(in crate::matching::strings) fn prepared(&self, text: &str) -> Vec<u32> {
        let points = code_points(&self.normalization.apply(text));
        if self.metric == TextMetric::TokenSortRatio { sorted_words(&points) } else { points }
    }

    /// The metric of prepared texts.
    pub(in crate::matching::strings) fn metric_of_prepared(&self) -> TextMetric {
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
                let queries: Vec<Vec<u32>> = texts.iter().map(|text| self.options.prepared(text)).collect();
                let queries: Vec<&[u32]> = queries.iter().map(Vec::as_slice).collect();
                self.score_rows(&queries, &mut rows, context).map_err(|(row, column, error)| {
                    error.at(format_args!("left text {}, right text {column}", first + row))
                })
            })?;
        }
        let shape = (left.len(), columns);
        let scores = Array2::from_shape_vec(shape, scores)
            .map_err(|error| Error::new(crate::Code::Internal, format!("scores without a shape: {error}")))?;
        Ok(scores.into())
    }

    /// The scores of texts as [`Cdist::prepared`] gives them, into rows of zeros.
    pub(in crate::matching::strings) fn score_prepared(
        &self,
        queries: &[&[u32]],
        rows: &mut [f64],
        context: &Context,
    ) -> Result<()> {
        self.score_rows(queries, rows, context).map_err(|(.., error)| error)
    }

    /// The same; an error with the row and the column where it arose.
    fn score_rows(&self, queries: &[&[u32]], rows: &mut [f64], context: &Context) -> Result<(), (usize, usize, Error)> {
        let columns = self.texts.len();
        if columns == 0 {
            return Ok(());
        }
        let Some(packed) = &self.packed else {
            for (row, (query, scores)) in queries.iter().zip(rows.chunks_mut(columns)).enumerate() {
                for column in 0..columns {
                    self.one(query, scores, column, context).map_err(|error| (row, column, error))?;
                }
            }
            return Ok(());
        };
        let prepared: Vec<Option<PackedQuery>> =
            queries.iter().map(|query| packed.takes(query.len()).then(|| packed.prepared(query))).collect();
        let mut work = packed.work();
        let mut patterns: Vec<Option<Query<'_>>> = queries.iter().map(|_| None).collect();
        let mut target =
            Target { rows, columns, cutoff: self.options.score_cutoff, few: Vec::new(), pays: Pays::new() };
        for tile in &packed.tiles {
            let at = |error| (0, tile.first, error);
            context.check().map_err(at)?;
            score_tile(packed.kernel, tile, &prepared, &mut work, &mut target, context).map_err(at)?;
            self.few(packed.kernel, queries, &mut patterns, tile.first, &mut target, context).map_err(at)?;
            for (row, (query, scores)) in queries.iter().zip(target.rows.chunks_mut(columns)).enumerate() {
                let all = 0..columns.min(tile.first + TILE) - tile.first;
                let alone: &mut dyn Iterator<Item = usize> = if prepared[row].is_some() {
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

    /// The scores of the pairs that the blocks of a tile left over.
    fn few<'q>(
        &'q self,
        kernel: Kernel,
        queries: &[&'q [u32]],
        patterns: &mut [Option<Query<'q>>],
        first: usize,
        target: &mut Target<'_>,
        context: &Context,
    ) -> Result<()> {
        // Also where costs make an indel distance of Levenshtein's.
        let metric = if kernel == Kernel::Indel { TextMetric::Indel } else { self.options.metric_of_prepared() };
        for (done, few) in std::mem::take(&mut target.few).into_iter().enumerate() {
            if done % 4096 == 4095 {
                context.check()?;
            }
            let (row, column) = (few.query as usize, first + few.column as usize);
            let (query, text) = (queries[row], self.texts[column].as_slice());
            if matches!(kernel, Kernel::Jaro { .. }) {
                let start = jaro::prefix(query, text);
                if best_with(kernel, (query.len(), text.len()), few.alone.into(), start) < target.cutoff {
                    continue;
                }
            }
            let pattern = patterns[row].get_or_insert_with(|| Query::new(query, metric, &self.options.parameters));
            let score = pattern.score(text, context)?;
            if score >= target.cutoff {
                target.rows[row * target.columns + column] = score;
            }
        }
        Ok(())
    }

    /// The score of a query with one text.
    fn one(&self, query: &[u32], scores: &mut [f64], column: usize, context: &Context) -> Result<()> {
        let (options, text) = (&self.options, &self.texts[column]);
        if let Some(packed) = &self.packed
            && best_with(packed.kernel, (query.len(), text.len()), 0, jaro::PREFIX) < options.score_cutoff
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
