//! The index of the right side, and its search.
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::bags::Bags;
use super::limits::Bound;
use super::options::TextJoin;
use super::postings::within;
use super::segments::{Parts, Segments};
use super::sets::{SetBound, SetWork, Sets};
use super::shared_words::{SharedWords, WordWork};
use super::texts::{Texts, signature};
use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::{Result, ensure};
use crate::matching::strings::cdist::{Cdist, FittedCdist};
use crate::matching::strings::grams::Coefficient;
use crate::matching::strings::metric::{MetricParameters, TextMetric};
use crate::matching::strings::query::Query;

/// Queries that one thread takes at a time.
const TOGETHER: usize = 32;
/// The share of texts beyond which the filters are given up for the kernels.
const MOST_ONE_BY_ONE: f64 = 0.25;
/// Rows of texts, at most: their numbers have 32 bits.
const MOST_TEXTS: usize = u32::MAX as usize - 1;

/// Pairs of texts with their similarity, in the order of the left rows, the most alike first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TextMatches {
    /// The row of the left text.
    pub left: Ints,
    /// The row of the right text.
    pub right: Ints,
    /// Their similarity, 0 to 1.
    pub score: Vector,
}

/// All pairs of a left and a right text that reach the cut-off; of each left text the `k` best if `k` is set.
///
/// Finds all of them, without comparing all: what is compared depends on how alike the texts are. The result is in memory as a
/// whole; [`TextJoin::fit`] and [`FittedTextJoin::blocks`] give it piece by piece.
///
/// # Errors
/// `invalid_config` for an option out of range; `invalid_data` for hamming without padding on texts of unequal length;
/// `too_large` from 2^32 texts on; `cancelled`.
///
/// ```
/// use inlaid::matching::{TextJoin, TextMetric, join_texts};
/// let options = TextJoin::default().with_metric(TextMetric::Levenshtein).with_cutoff(0.75);
/// let matches = join_texts(&["smith", "jones"], &["smyth", "johns", "smith"], &options, &inlaid::Context::new())?;
/// assert_eq!(matches.left.to_vec(), [0, 0]);
/// assert_eq!(matches.right.to_vec(), [2, 0]);
/// assert_eq!(matches.score.to_vec(), [1.0, 0.8]);
/// # Ok::<(), inlaid::Error>(())
/// ```
pub fn join_texts(left: &[&str], right: &[&str], options: &TextJoin, context: &Context) -> Result<TextMatches> {
    options.fit(right, context)?.search(left, context)
}

/// The texts of the right side, indexed.
#[derive(Debug)]
pub struct FittedTextJoin {
    options: TextJoin,
    /// What is compared: words sorted, then as texts.
    metric: TextMetric,
    pub(super) texts: Texts,
    rows: usize,
    filter: Filter,
}

#[derive(Debug)]
enum Filter {
    Segments(Segments),
    Bags(Bags),
    Sets(Box<Sets>),
    Words(Box<SharedWords>),
    /// Each text by its signature alone.
    Signatures(Bound),
    /// None: all pairs, by the kernels.
    Pairs(Box<FittedCdist>),
}

impl TextJoin {
    /// Index the right side. Time and memory grow with the code points times the number of segments, some hundred bytes for a
    /// name.
    ///
    /// # Errors
    /// `invalid_config` for an option out of range; `too_large` from 2^32 texts on; `cancelled`.
    pub fn fit(&self, right: &[&str], context: &Context) -> Result<FittedTextJoin> {
        self.validate()?;
        ensure!(right.len() <= MOST_TEXTS, TooLarge, "{} texts are over the limit of {MOST_TEXTS}", right.len());
        let all = self.all_pairs();
        let texts = Texts::new(&context.map(right.len(), |row| Ok(all.prepared(right[row])))?);
        let metric = all.metric_of_prepared();
        context.check()?;
        let filter = match self.filter(metric, &texts, context)? {
            Some(filter) => filter,
            None => {
                let distinct = (0..texts.len() as u32).map(|text| texts.text(text).to_vec()).collect();
                Filter::Pairs(Box::new(all.fit_prepared(distinct, context)?))
            }
        };
        context.check()?;
        Ok(FittedTextJoin { options: self.clone(), metric, texts, rows: right.len(), filter })
    }

    /// The filter of the metric, if it has one that is worth it for these texts.
    fn filter(&self, metric: TextMetric, texts: &Texts, context: &Context) -> Result<Option<Filter>> {
        let sets = |coefficient| {
            let MetricParameters { gram_size: size, pad_grams: pad, .. } = self.parameters;
            let bound = SetBound { coefficient, cutoff: self.cutoff, size, pad };
            Ok(Some(Filter::Sets(Box::new(Sets::new(bound, texts, context)?))))
        };
        match metric {
            TextMetric::Jaccard => return sets(Coefficient::Jaccard),
            TextMetric::Dice => return sets(Coefficient::Dice),
            TextMetric::Cosine => return sets(Coefficient::Cosine),
            TextMetric::Overlap => return sets(Coefficient::Overlap),
            TextMetric::TokenSetRatio => {
                let words = SharedWords::new(self.cutoff, texts, MOST_ONE_BY_ONE, context)?;
                return Ok(words.map(|words| Filter::Words(Box::new(words))));
            }
            _ => {}
        }
        Ok(match Bound::new(metric, &self.parameters, self.cutoff) {
            Some(bound @ Bound::Part { .. }) => Some(Filter::Signatures(bound)),
            Some(bound @ Bound::Jaro { .. }) if Bags::share_one_by_one(bound, texts) <= MOST_ONE_BY_ONE => {
                Some(Filter::Bags(Bags::new(bound, texts)))
            }
            Some(bound) if Segments::share_one_by_one(bound, texts) <= MOST_ONE_BY_ONE => {
                Some(Filter::Segments(Segments::new(bound, texts)))
            }
            _ => None,
        })
    }

    /// The same as a comparison of all pairs.
    fn all_pairs(&self) -> Cdist {
        Cdist::default()
            .with_metric(self.metric)
            .with_parameters(self.parameters.clone())
            .with_normalization(self.normalization.clone())
            .with_score_cutoff(self.cutoff)
    }
}

/// What one thread keeps while it searches.
#[derive(Default)]
struct Work {
    parts: Parts,
    sets: SetWork,
    words: WordWork,
    found: Vec<u32>,
}

/// A matching text with its score.
pub(super) type Hit = (u32, f64);

impl FittedTextJoin {
    /// How many texts are indexed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The options it was made with.
    #[must_use]
    pub fn options(&self) -> &TextJoin {
        &self.options
    }

    /// The matches of each text of `left`.
    ///
    /// # Errors
    /// `invalid_data` for hamming without padding on texts of unequal length; `too_large` from 2^32 texts on; `cancelled`.
    pub fn search(&self, left: &[&str], context: &Context) -> Result<TextMatches> {
        ensure!(left.len() <= MOST_TEXTS, TooLarge, "{} texts are over the limit of {MOST_TEXTS}", left.len());
        let all = self.options.all_pairs();
        let queries = Texts::new(&context.map(left.len(), |row| Ok(all.prepared(left[row])))?);
        let hits = self.hits(&queries, false, context)?;
        let mut text_of_row = vec![0_u32; left.len()];
        for text in 0..queries.len() as u32 {
            queries.rows(text).iter().for_each(|row| text_of_row[*row as usize] = text);
        }
        let (mut lefts, mut rights, mut scores) = (Vec::new(), Vec::new(), Vec::new());
        let mut ranked: Vec<(u32, f64)> = Vec::new();
        for (row, text) in text_of_row.iter().enumerate() {
            ranked.clear();
            for (other, score) in &hits[*text as usize] {
                ranked.extend(self.texts.rows(*other).iter().map(|right| (*right, *score)));
            }
            ranked.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            ranked.truncate(self.options.k.unwrap_or(usize::MAX));
            lefts.extend(std::iter::repeat_n(row as i64, ranked.len()));
            rights.extend(ranked.iter().map(|(right, _)| i64::from(*right)));
            scores.extend(ranked.iter().map(|(_, score)| *score));
            if row.is_multiple_of(1024) {
                context.check()?;
            }
        }
        Ok(TextMatches { left: lefts.into(), right: rights.into(), score: scores.into() })
    }

    /// The matches of `left` block by block: of `rows` texts each, so that no more than theirs are in memory.
    ///
    /// # Errors
    /// `invalid_config` for 0 rows.
    pub fn blocks<'j>(&'j self, left: &'j [&'j str], rows: usize) -> Result<TextJoinBlocks<'j>> {
        ensure!(rows > 0, InvalidConfig, "`rows` of a block must be at least 1, got 0");
        Ok(TextJoinBlocks { join: self, left, rows, next: 0 })
    }

    /// The hits of each query, unordered; among the texts from the query's own number on if `onwards`.
    pub(super) fn hits(&self, queries: &Texts, onwards: bool, context: &Context) -> Result<Vec<Vec<Hit>>> {
        // The longest queries have the most to do; taken first, no thread is left with them alone at the end.
        let parts = queries.len().div_ceil(TOGETHER);
        let mut hits = context.map(parts, |part| {
            let part = parts - 1 - part;
            let range = (part * TOGETHER) as u32..queries.len().min((part + 1) * TOGETHER) as u32;
            match &self.filter {
                Filter::Pairs(pairs) => self.hits_of_pairs(pairs, queries, range, onwards, context),
                _ => {
                    let mut work = Work::default();
                    range.map(|text| self.filtered(queries, text, onwards, &mut work, context)).collect()
                }
            }
        })?;
        hits.reverse();
        Ok(hits.into_iter().flatten().collect())
    }

    /// The hits of one query among the candidates that pass the filter.
    fn filtered(
        &self,
        queries: &Texts,
        text: u32,
        onwards: bool,
        work: &mut Work,
        context: &Context,
    ) -> Result<Vec<Hit>> {
        context.check()?;
        let query = Query::new(queries.text(text), self.metric, &self.options.parameters);
        let (first, signature) = (if onwards { text } else { 0 }, signature(query.text));
        let Work { parts, sets: set_work, words: word_work, found } = work;
        found.clear();
        match &self.filter {
            Filter::Segments(segments) => {
                segments.candidates(query.text, signature, &self.texts, first, parts, found);
            }
            Filter::Bags(bags) => bags.candidates(query.text, signature, &self.texts, first, found),
            Filter::Sets(sets) => sets.candidates(query.text, first, set_work, found, context)?,
            Filter::Words(words) => words.candidates(query.text, first, word_work, found, context)?,
            Filter::Signatures(bound) => {
                for (length, range) in self.texts.lengths().filter(|(_, range)| range.end > first) {
                    if let Some(limits) = bound.limits(query.text.len(), length) {
                        let numbers: Vec<u32> = range.clone().collect();
                        let signatures = &self.texts.signatures[range.start as usize..range.end as usize];
                        within(&numbers, signatures, signature, limits, first, found);
                    }
                }
            }
            Filter::Pairs(_) => {}
        }
        found.sort_unstable();
        found.dedup();
        let mut hits = Vec::new();
        for (index, other) in found.iter().enumerate() {
            if index % 4096 == 4095 {
                context.check()?;
            }
            let score = query.score(self.texts.text(*other), context)?;
            if score >= self.options.cutoff {
                hits.push((*other, score));
            }
        }
        Ok(hits)
    }

    fn hits_of_pairs(
        &self,
        pairs: &FittedCdist,
        queries: &Texts,
        range: Range<u32>,
        onwards: bool,
        context: &Context,
    ) -> Result<Vec<Vec<Hit>>> {
        let columns = self.texts.len();
        // Rows of scores that fit into some megabytes.
        let together = ((1 << 20) / columns.max(1)).clamp(1, TOGETHER);
        let mut hits = Vec::with_capacity(range.len());
        let numbers: Vec<u32> = range.collect();
        for numbers in numbers.chunks(together) {
            let mut scores = vec![0.0; numbers.len() * columns];
            let texts: Vec<&[u32]> = numbers.iter().map(|number| queries.text(*number)).collect();
            pairs.score_prepared(&texts, &mut scores, context)?;
            for (row, number) in numbers.iter().enumerate() {
                let scores = &scores[row * columns..(row + 1) * columns];
                let first = if onwards { *number as usize } else { 0 };
                let reached = scores.iter().enumerate().skip(first).filter(|(_, score)| **score >= self.options.cutoff);
                hits.push(reached.map(|(text, score)| (text as u32, *score)).collect());
            }
        }
        Ok(hits)
    }
}

/// The matches of a left side, block by block.
#[derive(Debug)]
pub struct TextJoinBlocks<'j> {
    join: &'j FittedTextJoin,
    left: &'j [&'j str],
    rows: usize,
    next: usize,
}

impl TextJoinBlocks<'_> {
    /// The matches of the next block, with the rows of the whole left side; `None` after the last.
    ///
    /// # Errors
    /// As [`FittedTextJoin::search`].
    pub fn next_block(&mut self, context: &Context) -> Result<Option<TextMatches>> {
        if self.next >= self.left.len() {
            return Ok(None);
        }
        let end = self.left.len().min(self.next.saturating_add(self.rows));
        let mut matches = self.join.search(&self.left[self.next..end], context)?;
        let rows: Vec<i64> = matches.left.iter().map(|row| row + self.next as i64).collect();
        matches.left = rows.into();
        self.next = end;
        Ok(Some(matches))
    }
}

/// Order hits as results are: the most alike first, then by row.
pub(super) fn best_first(hits: &mut [(u32, u32, f64)]) {
    hits.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.2.total_cmp(&a.2)).then(a.1.cmp(&b.1)));
}
