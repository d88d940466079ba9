//! How different texts of two lengths may be and still reach the cut-off.
use crate::matching::strings::jaro::{BOOST_ABOVE, score};
use crate::matching::strings::metric::{MetricParameters, TextMetric};
use crate::matching::strings::ratio::of_distance;
use crate::matching::strings::words::WORDS_COUNT;

/// What a pair that reaches the cut-off has at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// Symbols of the left text without an equal one in the right text.
    pub(super) left_alone: usize,
    /// Symbols of the right text without an equal one in the left text.
    pub(super) right_alone: usize,
    /// Insertions, deletions and substitutions; not told for Jaro.
    pub(super) edits: usize,
}

/// A metric and its cut-off.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bound {
    /// Distance over the longer length; the edits of Levenshtein that one of the metric's may stand for.
    Longer { cutoff: f64, edits: usize },
    /// Insertions and deletions over both lengths.
    Both { cutoff: f64 },
    /// Common subsequence over the longer length.
    Subsequence { cutoff: f64 },
    /// Insertions and deletions between the shorter text and a part of the longer one.
    Part { cutoff: f64 },
    /// The least Jaro similarity without the boost of a longer prefix, and with it.
    Jaro { plain: f64, prefixed: f64 },
}

/// Equal symbols at the start from which pairs are found by their start.
pub(super) const START: usize = 3;

impl Bound {
    /// The bound, if the metric has one.
    pub(super) fn new(metric: TextMetric, parameters: &MetricParameters, cutoff: f64) -> Option<Self> {
        Some(match (metric, parameters.costs()) {
            (TextMetric::Levenshtein, [1, 1, 1]) | (TextMetric::Hamming, _) => Bound::Longer { cutoff, edits: 1 },
            (TextMetric::Levenshtein, [1, 1, 2]) | (TextMetric::Indel | TextMetric::TokenSortRatio, _) => {
                Bound::Both { cutoff }
            }
            // A transposition is two substitutions.
            (TextMetric::Osa | TextMetric::DamerauLevenshtein, _) => Bound::Longer { cutoff, edits: 2 },
            (TextMetric::Subsequence, _) => Bound::Subsequence { cutoff },
            // The other ratios are weighted with 0.95 at most.
            (TextMetric::WeightedRatio, _) if cutoff > WORDS_COUNT => Bound::Both { cutoff },
            (TextMetric::PartialRatio, _) => Bound::Part { cutoff },
            (TextMetric::Jaro, _) => Bound::Jaro { plain: cutoff, prefixed: cutoff },
            (TextMetric::JaroWinkler, _) => {
                let least = |prefix: usize| {
                    let boost = prefix as f64 * parameters.prefix_weight;
                    // A little less than the quotient, for its rounding.
                    if cutoff <= BOOST_ABOVE || boost >= 1.0 {
                        cutoff.min(BOOST_ABOVE)
                    } else {
                        ((cutoff - boost) / (1.0 - boost) - 1e-12).max(BOOST_ABOVE)
                    }
                };
                Bound::Jaro { plain: least(START - 1), prefixed: least(4) }
            }
            _ => return None,
        })
    }

    /// What texts of these lengths may differ in, if they can reach the cut-off at all.
    pub(super) fn limits(self, left: usize, right: usize) -> Option<Limits> {
        let longer = left.max(right);
        let unshared = |shared: usize| {
            let shorter = left.min(right);
            (shared <= shorter).then(|| {
                let (left_alone, right_alone) = (left - shared, right - shared);
                Limits { left_alone, right_alone, edits: left_alone + right_alone }
            })
        };
        match self {
            Bound::Longer { cutoff, edits } => {
                let distance = most(longer, cutoff);
                (left.abs_diff(right) <= distance).then_some(Limits {
                    left_alone: distance,
                    right_alone: distance,
                    edits: distance * edits,
                })
            }
            Bound::Both { cutoff } => unshared((left + right - most(left + right, cutoff)).div_ceil(2)),
            Bound::Subsequence { cutoff } => unshared(longer - most(longer, cutoff)),
            Bound::Part { cutoff } => {
                let shorter = left.min(right);
                // With `m` symbols shared, the part has at least as many: the ratio is at most `2 m / (shorter + m)`.
                let shared = (cutoff * shorter as f64 / (2.0 - cutoff) - 1e-9 * shorter as f64).ceil() as usize;
                let alone = shorter - shared.min(shorter);
                let of = |length: usize| if length == shorter { alone } else { usize::MAX };
                Some(Limits { left_alone: of(left), right_alone: of(right), edits: usize::MAX - 1 })
            }
            Bound::Jaro { plain, .. } => self.shared_at(plain, left, right).and_then(unshared),
        }
    }

    /// The same for texts with an equal start.
    pub(super) fn limits_of_equal_start(self, left: usize, right: usize) -> Option<Limits> {
        let Bound::Jaro { prefixed, .. } = self else { return None };
        let shared = self.shared_at(prefixed, left, right)?;
        let (left_alone, right_alone) = (left - shared, right - shared);
        Some(Limits { left_alone, right_alone, edits: left_alone + right_alone })
    }

    /// The fewest shared symbols that give a Jaro similarity with nothing out of order.
    fn shared_at(self, jaro: f64, left: usize, right: usize) -> Option<usize> {
        let shorter = left.min(right);
        if score(left, right, shorter, 0) < jaro {
            return None;
        }
        if shorter == 0 {
            return Some(0);
        }
        // (m / a + m / b + 1) / 3 >= jaro, then exactly.
        let (a, b) = (left as f64, right as f64);
        let about = ((3.0 * jaro - 1.0).max(0.0) * a * b / (a + b)).floor() as usize;
        let mut shared = about.saturating_sub(1).min(shorter);
        while score(left, right, shared, 0) < jaro {
            shared += 1;
        }
        Some(shared)
    }
}

/// The largest distance whose similarity reaches the cut-off, by the formula of the similarity.
fn most(total: usize, cutoff: f64) -> usize {
    let mut distance = (((1.0 - cutoff) * total as f64) as usize + 1).min(total);
    while distance > 0 && of_distance(distance, total) < cutoff {
        distance -= 1;
    }
    distance
}
