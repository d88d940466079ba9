//! Robust random cut forest: how much an event displaces the trees of a sliding window.
use serde::{Deserialize, Serialize};

use super::cut_tree::CutTree;
use super::machine::Machine;
use super::rarity::{self, Rarity};
use super::score::Verdict;
use super::state::{Event, StreamState, check_count};
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::random::Random;

/// The most points of all trees together.
const MOST_LEAVES: usize = 1 << 20;

/// Robust random cut forest over the last `window` points.
///
/// Cuts fall on a column with a probability proportional to its range, so columns should have comparable units. The
/// statistic of a point is its collusive displacement: over its ancestors, the greatest ratio of the points on the other side
/// to those on its own, averaged over the trees. The score compares it with its own history: one half where one event in
/// `1 / rarity` has more. A point is the last `shingle` events, oldest first. Missing values leave the event out.
/// O(trees columns shingle log window) per event.
///
/// Source: Guha et al., *Robust random cut forest based anomaly detection on streams* (2016).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RobustRandomCutForest {
    /// How many trees, 1 to 1000. Default 20.
    pub trees: usize,
    /// How many points each tree holds, 4 to 65536; all trees together at most 2^20. Default 128.
    pub window: usize,
    /// How many events make a point, 1 to 256. Default 1.
    pub shingle: usize,
    /// The share of events whose score is at least one half, in (0, 0.5]. Default 0.001.
    pub rarity: f64,
}

impl Default for RobustRandomCutForest {
    fn default() -> Self {
        Self { trees: 20, window: 128, shingle: 1, rarity: 0.001 }
    }
}

impl RobustRandomCutForest {
    /// Set how many trees.
    #[must_use]
    pub fn with_trees(mut self, trees: usize) -> Self {
        self.trees = trees;
        self
    }

    /// Set how many points each tree holds.
    #[must_use]
    pub fn with_window(mut self, window: usize) -> Self {
        self.window = window;
        self
    }

    /// Set how many events make a point.
    #[must_use]
    pub fn with_shingle(mut self, shingle: usize) -> Self {
        self.shingle = shingle;
        self
    }

    /// Set the share of events whose score is at least one half.
    #[must_use]
    pub fn with_rarity(mut self, rarity: f64) -> Self {
        self.rarity = rarity;
        self
    }

    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range, `too_large` above 2^20 points.
    pub fn validate(&self) -> Result<()> {
        ensure!((1..=1000).contains(&self.trees), InvalidConfig, "trees must be 1 to 1000, got {}", self.trees);
        ensure!((4..=65_536).contains(&self.window), InvalidConfig, "window must be 4 to 65536, got {}", self.window);
        ensure!((1..=256).contains(&self.shingle), InvalidConfig, "shingle must be 1 to 256, got {}", self.shingle);
        rarity::check(self.rarity)?;
        ensure!(
            self.trees * self.window <= MOST_LEAVES,
            TooLarge,
            "{} trees of {} points have more than {MOST_LEAVES} points",
            self.trees,
            self.window
        );
        Ok(())
    }

    /// Begin to watch a stream; the context gives the seed.
    ///
    /// # Errors
    /// `invalid_config` and `too_large` as [`RobustRandomCutForest::validate`].
    pub fn start(&self, context: &Context) -> Result<StreamState> {
        self.validate()?;
        Ok(StreamState::of(Machine::RandomCutForest(Box::new(Running {
            options: self.clone(),
            seed: context.seed(),
            recent: Vec::new(),
            points: Vec::new(),
            count: 0,
            trees: Vec::new(),
            history: Rarity::new(self.rarity),
        }))))
    }
}

/// The state of a [`RobustRandomCutForest`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Running {
    options: RobustRandomCutForest,
    seed: u64,
    /// The values of the last events, up to a shingle.
    recent: Vec<f64>,
    /// The points of the window, each in the place of its number modulo the window.
    points: Vec<f64>,
    /// How many points there were.
    count: u64,
    trees: Vec<CutTree>,
    history: Rarity,
}

impl Running {
    pub(super) fn update(&mut self, event: &Event<'_>) -> Verdict {
        let dimensions = event.values.len() * self.options.shingle;
        if self.recent.len() == dimensions {
            self.recent.drain(..event.values.len());
        }
        self.recent.extend_from_slice(event.values);
        if self.recent.len() < dimensions {
            return Verdict::LEARNING;
        }
        let displacement = self.displace(dimensions);
        // The first points displace one another; only a full window is normal.
        if self.count <= self.options.window as u64 {
            Verdict::LEARNING
        } else {
            self.history.judge(displacement.ln_1p())
        }
    }

    /// Take the newest point into the trees, instead of the oldest, and give its mean displacement.
    fn displace(&mut self, dimensions: usize) -> f64 {
        let window = self.options.window;
        let slot = (self.count % window as u64) as usize;
        let full = self.count >= window as u64;
        if self.trees.is_empty() {
            self.trees = vec![CutTree::new(dimensions); self.options.trees];
        }
        let fresh = !full && self.points.len() <= slot * dimensions;
        if fresh {
            self.points.extend_from_slice(&self.recent);
        } else {
            self.points[slot * dimensions..(slot + 1) * dimensions].copy_from_slice(&self.recent);
        }
        // Draws depend on the seed and the number of the point alone, so a loaded forest goes on with the same.
        let mut random = Random::new(self.seed ^ self.count.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut sum = 0.0;
        for tree in &mut self.trees {
            if full {
                tree.remove(slot);
            }
            tree.insert(slot, &self.recent, &mut random);
            sum += tree.displacement(slot);
        }
        self.count += 1;
        sum / self.options.trees as f64
    }

    pub(super) fn restore(&mut self) {
        self.history.restore();
        self.trees.iter_mut().for_each(|tree| tree.restore(&self.points));
    }

    pub(super) fn check(&self, columns: usize) -> Result<()> {
        self.options.validate()?;
        self.history.check()?;
        check_count(self.count)?;
        let dimensions = columns * self.options.shingle;
        let held = self.count.min(self.options.window as u64) as usize;
        ensure!(
            self.points.len() == held * dimensions
                && self.recent.len() <= dimensions
                && (self.recent.len() == dimensions || self.count == 0)
                && (columns == 0 || self.recent.len().is_multiple_of(columns))
                && self.points.iter().chain(&self.recent).all(|value| value.abs() <= 1e150),
            InvalidData,
            "the window does not hold {held} finite points of {dimensions} values"
        );
        let trees = if self.count == 0 { 0 } else { self.options.trees };
        ensure!(self.trees.len() == trees, InvalidData, "there are {} trees instead of {trees}", self.trees.len());
        self.trees.iter().try_for_each(|tree| tree.check(held, dimensions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[derive(Deserialize)]
    struct Oracle {
        points: Vec<[f64; 2]>,
        codisp: Vec<f64>,
    }

    #[test]
    fn displacements_are_those_of_the_reference_program_on_average() {
        // Made with rrcf 0.4.4 and 3000 trees by `tests/data/make_streams.py`.
        let oracle: Oracle = serde_json::from_str(include_str!("../../../../tests/data/streams.json")).unwrap();
        let options = RobustRandomCutForest::default().with_trees(1000).with_window(16);
        let mut sums = vec![0.0; oracle.points.len()];
        for seed in 0..4 {
            let stream = options.start(&Context::new().with_seed(seed)).unwrap();
            let Machine::RandomCutForest(mut running) = stream.into_machine() else { panic!("another machine") };
            for (sum, point) in sums.iter_mut().zip(&oracle.points) {
                running.recent = point.to_vec();
                *sum += running.displace(2) / 4.0;
            }
            running.check(2).unwrap();
        }
        for (row, (own, reference)) in sums.iter().zip(&oracle.codisp).enumerate() {
            // Displacements spread about as much as their mean: 4000 and 3000 trees leave about 2.5 % of it.
            assert!((own - reference).abs() < 0.12 * (1.0 + reference), "{row}: {own} {reference}");
        }
    }

    #[test]
    fn an_outlier_is_found_and_the_stream_goes_on_after_saving() {
        let mut random = Random::new(7);
        let context = Context::new().with_seed(1);
        let mut stream = RobustRandomCutForest::default().with_shingle(2).start(&context).unwrap();
        let (mut alarms, mut size) = (0, 0);
        for row in 0..3000 {
            // Few values, so that points repeat.
            let value = (random.normal() * 4.0).round();
            if row % 499 == 3 {
                let bytes = stream.to_bytes().unwrap();
                size = size.max(bytes.len());
                let mut again = StreamState::from_bytes(&bytes).unwrap();
                let mut clone = stream.clone();
                for value in [1.0, 2.0, 30.0] {
                    assert!(again.update(None, &[value]).unwrap() == clone.update(None, &[value]).unwrap());
                }
                stream = StreamState::from_bytes(&bytes).unwrap();
            }
            alarms += usize::from(stream.update(None, &[value]).unwrap().is_anomaly);
        }
        assert!(alarms < 20 && size <= 64 * 1024, "{alarms} {size}");
        assert!(stream.update(None, &[60.0]).unwrap().is_anomaly);
    }

    #[test]
    fn a_full_window_is_saved_in_64_kib() {
        let mut random = Random::new(3);
        for columns in [1, 2, 4] {
            let mut stream = RobustRandomCutForest::default().start(&Context::new().with_seed(2)).unwrap();
            for _ in 0..12_000 {
                let values: Vec<f64> = (0..columns).map(|_| 1e6 * random.normal()).collect();
                stream.update(None, &values).unwrap();
            }
            let size = stream.to_bytes().unwrap().len();
            assert!(size <= 64 * 1024, "{columns} columns: {size}");
        }
    }

    #[test]
    fn options_out_of_range_are_refused() {
        let context = Context::new();
        let code = |options: RobustRandomCutForest| options.start(&context).unwrap_err().code();
        assert_eq!(code(RobustRandomCutForest::default().with_trees(0)), Code::InvalidConfig);
        assert_eq!(code(RobustRandomCutForest::default().with_window(1)), Code::InvalidConfig);
        assert_eq!(code(RobustRandomCutForest::default().with_shingle(0)), Code::InvalidConfig);
        assert_eq!(code(RobustRandomCutForest::default().with_rarity(1.0)), Code::InvalidConfig);
        assert_eq!(code(RobustRandomCutForest::default().with_trees(1000).with_window(65_536)), Code::TooLarge);
    }
}
