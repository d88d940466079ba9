//! The distribution of one statistic in little memory, with its tails continued beyond what was seen.
//!
//! Values are gathered into weighted centroids, fine in the tails and coarse in the middle (a merging t-digest of Dunning and
//! Ertl with the weight limit `n q (1 - q) / r`), whose weights fade once they exceed the memory. Beyond the 2 % quantiles a
//! generalised Pareto distribution, fitted by moments, continues the empirical distribution (Balkema, de Haan; Pickands).
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};

/// Values that wait to be merged.
const WAITING: usize = 32;
/// How fine the centroids are: at most `n q (1 - q) / RESOLUTION` of the weight in one.
const RESOLUTION: f64 = 12.5;
/// Share and least weight of a tail that is fitted.
const TAIL_SHARE: f64 = 0.02;
const TAIL_LEAST: f64 = 10.0;
/// The heaviest tail: beyond 1/2 there is no variance and moments mean nothing.
const HEAVIEST: f64 = 0.45;
/// The least scale of a tail, in interquartile ranges and in its place.
const LEAST_SCALE: f64 = 0.02;
const LEAST_RELATIVE: f64 = 1e-9;
/// More centroids than any stream makes; a saved state with more is refused.
const MOST_CENTROIDS: usize = 4096;
/// More weight than any memory holds.
const LARGEST_WEIGHT: f64 = 2e9;

/// Centroids, values that wait, and what follows from the centroids.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Digest {
    centroids: Vec<Centroid>,
    waiting: Vec<f64>,
    seen: u64,
    #[serde(skip)]
    derived: Derived,
    #[serde(skip)]
    scratch: Vec<Centroid>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Centroid {
    mean: f64,
    weight: f64,
}

#[derive(Clone, Debug, Default)]
struct Derived {
    /// Weight before each centroid, and of all.
    before: Vec<f64>,
    upper: Tail,
    lower: Tail,
}

/// Beyond `begin`, with the probability `share`: a generalised Pareto distribution.
#[derive(Clone, Copy, Debug, Default)]
struct Tail {
    begin: f64,
    share: f64,
    scale: f64,
    shape: f64,
}

impl Tail {
    /// `-log10` of the probability of an excess of this much beyond `begin`.
    fn evidence(&self, excess: f64) -> f64 {
        let ratio = excess / self.scale;
        let log = if self.shape < 1e-6 { ratio } else { (self.shape * ratio).ln_1p() / self.shape };
        log * std::f64::consts::LOG10_E - self.share.log10()
    }
}

/// What is only room for the next merge is no part of the state.
impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        (self.seen, &self.waiting, &self.centroids) == (other.seen, &other.waiting, &other.centroids)
    }
}

impl Digest {
    /// How many values it has seen.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// Add a finite value; at most `memory` values weigh.
    pub(super) fn push(&mut self, value: f64, memory: f64) {
        self.waiting.push(value);
        self.seen = self.seen.saturating_add(1);
        if self.waiting.len() >= WAITING {
            self.merge(memory);
        }
    }

    /// `-log10` of the probabilities of a value at least as high, and at least as low; 0 before anything is known.
    pub(super) fn evidence(&self, value: f64) -> (f64, f64) {
        let derived = &self.derived;
        let Some(&all) = derived.before.last() else { return (0.0, 0.0) };
        let below = self.centroids.partition_point(|centroid| centroid.mean < value);
        let equal = self.centroids[below..].iter().take_while(|centroid| centroid.mean <= value).count();
        let high = if value > derived.upper.begin {
            derived.upper.evidence(value - derived.upper.begin)
        } else {
            -((all - derived.before[below] + 0.5) / (all + 1.0)).log10()
        };
        let low = if -value > derived.lower.begin {
            derived.lower.evidence(-value - derived.lower.begin)
        } else {
            -((derived.before[below + equal] + 0.5) / (all + 1.0)).log10()
        };
        (high.max(0.0), low.max(0.0))
    }

    /// A value below which this share lies; none before anything is known.
    pub(super) fn quantile(&self, share: f64) -> Option<f64> {
        let wanted = share * self.derived.before.last()?;
        let place = self.derived.before[1..].partition_point(|&until| until < wanted);
        Some(self.centroids[place.min(self.centroids.len() - 1)].mean)
    }

    fn merge(&mut self, memory: f64) {
        self.waiting.sort_unstable_by(f64::total_cmp);
        let old: f64 = self.centroids.iter().map(|centroid| centroid.weight).sum();
        let fade = if old > memory { memory / old } else { 1.0 };
        let all = old * fade + self.waiting.len() as f64;
        let mut out = std::mem::take(&mut self.scratch);
        out.clear();
        let mut done = 0.0;
        let mut current: Option<Centroid> = None;
        let (mut centroids, mut values) = (self.centroids.iter().peekable(), self.waiting.iter().peekable());
        loop {
            let from_values = match (centroids.peek(), values.peek()) {
                (Some(centroid), Some(value)) => **value < centroid.mean,
                (None, Some(_)) => true,
                (Some(_), None) => false,
                (None, None) => break,
            };
            let next = if from_values {
                values.next().map(|&mean| Centroid { mean, weight: 1.0 })
            } else {
                centroids.next().map(|centroid| Centroid { weight: centroid.weight * fade, ..*centroid })
            };
            let Some(next) = next else { break };
            let Some(last) = &mut current else {
                current = Some(next);
                continue;
            };
            let weight = last.weight + next.weight;
            let share = ((done + 0.5 * weight) / all).min(1.0);
            if last.mean == next.mean || weight <= (all * share * (1.0 - share) / RESOLUTION).max(1.0) {
                let mean = last.mean + (next.mean - last.mean) * (next.weight / weight);
                *last = Centroid { mean: mean.clamp(last.mean, next.mean), weight };
            } else {
                done += last.weight;
                out.push(*last);
                *last = next;
            }
        }
        out.extend(current);
        self.scratch = std::mem::replace(&mut self.centroids, out);
        self.waiting.clear();
        self.derive();
    }

    /// What follows from the centroids.
    pub(super) fn derive(&mut self) {
        let mut before = std::mem::take(&mut self.derived.before);
        before.clear();
        let mut sum = 0.0;
        if !self.centroids.is_empty() {
            before.push(0.0);
            before.extend(self.centroids.iter().map(|centroid| {
                sum += centroid.weight;
                sum
            }));
        }
        self.derived.before = before;
        let range = self.quantile(0.75).unwrap_or(0.0) - self.quantile(0.25).unwrap_or(0.0);
        self.derived.upper = tail(self.centroids.iter().rev().copied(), sum, range);
        let mirrored = self.centroids.iter().map(|centroid| Centroid { mean: -centroid.mean, ..*centroid });
        self.derived.lower = tail(mirrored, sum, range);
    }

    /// Whether saved centroids can have come from a stream.
    pub(super) fn check(&self) -> Result<()> {
        let ordered = self.centroids.windows(2).all(|pair| pair[0].mean <= pair[1].mean);
        let sound = self
            .centroids
            .iter()
            .all(|centroid| centroid.mean.is_finite() && centroid.weight > 0.0 && centroid.weight <= LARGEST_WEIGHT);
        ensure!(
            ordered && sound && self.centroids.len() <= MOST_CENTROIDS,
            InvalidData,
            "a distribution has centroids that are not in order, not finite, or more than {MOST_CENTROIDS}"
        );
        ensure!(
            self.waiting.len() < WAITING && self.waiting.iter().all(|value| value.is_finite()),
            InvalidData,
            "a distribution has {} waiting values; fewer than {WAITING} finite ones are allowed",
            self.waiting.len()
        );
        Ok(())
    }
}

/// The tail of centroids that come from the extreme inwards.
fn tail(centroids: impl ExactSizeIterator<Item = Centroid> + Clone, all: f64, range: f64) -> Tail {
    let last = centroids.len().saturating_sub(1);
    let Some(extreme) = centroids.clone().next() else { return Tail::default() };
    let wanted = (all * TAIL_SHARE).max(TAIL_LEAST).min(all * 0.5).max(extreme.weight);
    let (mut weight, mut count, mut begin) = (0.0, 0, extreme.mean);
    for centroid in centroids.clone() {
        begin = centroid.mean;
        if count == last || weight + centroid.weight > wanted {
            break;
        }
        weight += centroid.weight;
        count += 1;
    }
    let least = LEAST_SCALE * range + LEAST_RELATIVE * begin.abs();
    if count == 0 {
        return Tail { begin, share: 0.5 / all, scale: least, shape: 0.0 };
    }
    let (mut sum, mut squares) = (0.0, 0.0);
    for centroid in centroids.take(count) {
        let excess = centroid.mean - begin;
        sum += centroid.weight * excess;
        squares += centroid.weight * excess * excess;
    }
    let mean = sum / weight;
    let variance = squares / weight - mean * mean;
    let shape = if variance > 0.0 { (0.5 * (1.0 - mean * mean / variance)).clamp(0.0, HEAVIEST) } else { 0.0 };
    Tail { begin, share: weight / all, scale: (mean * (1.0 - shape)).max(least), shape }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    fn filled(values: impl Iterator<Item = f64>, memory: f64) -> Digest {
        let mut digest = Digest::default();
        values.for_each(|value| digest.push(value, memory));
        digest
    }

    #[test]
    fn evidence_is_the_logarithm_of_normal_tail_probabilities() {
        let mut random = Random::new(3);
        let digest = filled((0..64_000).map(|_| random.normal()), 1e6);
        // -log10 of 1 - Phi(z), from tables.
        for (z, evidence) in [(0.0, 0.301), (1.0, 0.7995), (2.0, 1.643), (3.0, 2.8697)] {
            let within = if z > 2.5 { 0.35 } else { 0.05 };
            let (high, _) = digest.evidence(z);
            let (_, low) = digest.evidence(-z);
            assert!((high - evidence).abs() < within, "{z}: {high} {evidence}");
            assert!((low - evidence).abs() < within, "{z}: {low} {evidence}");
        }
        // Beyond what was seen a tail is never taken to be lighter than an exponential, so this is less than the true 6.54.
        let beyond = digest.evidence(5.0).0;
        assert!(beyond > 4.0 && beyond < 6.6, "{beyond}");
    }

    #[test]
    fn few_centroids_keep_quantiles_and_the_extremes() {
        let mut random = Random::new(4);
        let values: Vec<f64> = (0..32 * 500).map(|_| random.uniform()).collect();
        let digest = filled(values.iter().copied(), 1e6);
        assert!(digest.centroids.len() < 300, "{}", digest.centroids.len());
        for share in [0.01, 0.1, 0.5, 0.9, 0.99] {
            assert!((digest.quantile(share).unwrap() - share).abs() < 0.02);
        }
        let greatest = values.iter().copied().fold(0.0, f64::max);
        assert_eq!(digest.centroids.last().unwrap().mean, greatest);
    }

    #[test]
    fn what_is_long_ago_fades() {
        let digest =
            filled((0..32 * 2000).map(|row| if row < 32 * 1000 { 0.0 } else { 1.0 + f64::from(row % 7) }), 1000.0);
        assert!(digest.quantile(0.001).unwrap() >= 0.99);
        let all = digest.derived.before.last().unwrap();
        assert!((all - 1032.0).abs() < 1e-6, "{all}");
    }

    #[test]
    fn a_constant_is_certain_and_anything_else_is_not() {
        let digest = filled(std::iter::repeat_n(5.0, 320), 1e6);
        assert_eq!(digest.centroids.len(), 1);
        let (high, low) = digest.evidence(5.0);
        assert!(high < 0.01 && low < 0.01);
        assert!(digest.evidence(5.1).0 > 20.0);
        assert!(digest.evidence(4.9).1 > 20.0);
        assert_eq!(Digest::default().evidence(1.0), (0.0, 0.0));
    }
}
