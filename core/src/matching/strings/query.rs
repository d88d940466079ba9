//! The similarity of a query with one candidate after the other.
use super::metric::{MetricParameters, TextMetric, of_symbols};
use super::pattern::Pattern;
use super::ratio::of_distance;
use super::{edit, jaro};
use crate::Context;
use crate::error::Result;

/// A query with what is computed once for all of its candidates.
pub(super) struct Query<'q> {
    pub(super) text: &'q [u32],
    pattern: Option<Pattern>,
    metric: TextMetric,
    parameters: &'q MetricParameters,
}

impl<'q> Query<'q> {
    pub(super) fn new(text: &'q [u32], metric: TextMetric, parameters: &'q MetricParameters) -> Self {
        let plain = metric != TextMetric::Levenshtein || parameters.costs() == [1; 3];
        let pattern = (plain && text.len() <= 64).then(|| Pattern::new(text));
        Self { text, pattern, metric, parameters }
    }

    /// The similarity of the query, on the left, with a text: that of the functions of two texts, to the bit.
    pub(super) fn score(&self, text: &[u32], context: &Context) -> Result<f64> {
        let (a, b) = (self.text.len(), text.len());
        let longer = a.max(b);
        if let Some(pattern) = &self.pattern {
            let common = || edit::subsequence_of_pattern(pattern, a, text);
            match self.metric {
                TextMetric::Levenshtein => {
                    return Ok(of_distance(edit::distance_of_pattern::<u32, false>(pattern, a, text), longer));
                }
                TextMetric::Osa => {
                    return Ok(of_distance(edit::distance_of_pattern::<u32, true>(pattern, a, text), longer));
                }
                TextMetric::Indel => return Ok(of_distance(a + b - 2 * common(), a + b)),
                TextMetric::Subsequence => return Ok(of_distance(longer - common(), longer)),
                TextMetric::Jaro | TextMetric::JaroWinkler if b <= 64 => {
                    let (shared, out_of_order) = jaro::counts_of_pattern(pattern, a, text);
                    let score = jaro::score(a, b, shared, out_of_order);
                    if self.metric == TextMetric::Jaro {
                        return Ok(score);
                    }
                    return Ok(jaro::boosted(score, jaro::prefix(self.text, text), self.parameters.prefix_weight));
                }
                _ => {}
            }
        }
        of_symbols(self.text, text, self.metric, self.parameters, context)
    }
}
