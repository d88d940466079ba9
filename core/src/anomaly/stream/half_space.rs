//! Half-space trees: how many of the last window's events fell where this one falls.
use serde::{Deserialize, Serialize};

use super::machine::Machine;
use super::rarity::{self, Rarity};
use super::score::Verdict;
use super::state::{Event, StreamState};
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::random::Random;

/// The most nodes of all trees together.
const MOST_NODES: usize = 1 << 22;
/// The share of the window below which a node is not descended.
const SMALL: f64 = 0.1;

/// Half-space trees: random trees that halve the space, with the number of events of the last window in every node.
///
/// An event has the mass `m 2^depth` of the node that it reaches, where a node with few events or the depth limit stops it; a
/// low mean over the trees is strange. The first window sets the range of each column, the second the first masses; from then
/// on the masses of a window judge the next. The score compares the mean mass with its own history: one half where one event
/// in `1 / rarity` has less. Missing values leave the event out. O(trees depth) per event.
///
/// Source: Tan, Ting, Liu, *Fast anomaly detection for streaming data* (2011).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HalfSpaceTrees {
    /// How many trees, 1 to 1000. Default 25.
    pub trees: usize,
    /// How often the space is halved, 1 to 15; all trees together have at most 2^22 nodes. Default 8.
    pub depth: usize,
    /// How many events a window has, 10 to 100000. Default 250.
    pub window: usize,
    /// The share of events whose score is at least one half, in (0, 0.5]. Default 0.001.
    pub rarity: f64,
}

impl Default for HalfSpaceTrees {
    fn default() -> Self {
        Self { trees: 25, depth: 8, window: 250, rarity: 0.001 }
    }
}

impl HalfSpaceTrees {
    /// Set how many trees.
    #[must_use]
    pub fn with_trees(mut self, trees: usize) -> Self {
        self.trees = trees;
        self
    }

    /// Set how often the space is halved.
    #[must_use]
    pub fn with_depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// Set how many events a window has.
    #[must_use]
    pub fn with_window(mut self, window: usize) -> Self {
        self.window = window;
        self
    }

    /// Set the share of events whose score is at least one half.
    #[must_use]
    pub fn with_rarity(mut self, rarity: f64) -> Self {
        self.rarity = rarity;
        self
    }

    fn nodes(&self) -> usize {
        (1 << (self.depth + 1)) - 1
    }

    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range, `too_large` above 2^22 nodes.
    pub fn validate(&self) -> Result<()> {
        ensure!((1..=1000).contains(&self.trees), InvalidConfig, "trees must be 1 to 1000, got {}", self.trees);
        ensure!((1..=15).contains(&self.depth), InvalidConfig, "depth must be 1 to 15, got {}", self.depth);
        ensure!(
            (10..=100_000).contains(&self.window),
            InvalidConfig,
            "window must be 10 to 100000 events, got {}",
            self.window
        );
        rarity::check(self.rarity)?;
        ensure!(
            self.trees * self.nodes() <= MOST_NODES,
            TooLarge,
            "{} trees of depth {} have more than {MOST_NODES} nodes",
            self.trees,
            self.depth
        );
        Ok(())
    }

    /// Begin to watch a stream; the context gives the seed.
    ///
    /// # Errors
    /// `invalid_config` and `too_large` as [`HalfSpaceTrees::validate`].
    pub fn start(&self, context: &Context) -> Result<StreamState> {
        self.validate()?;
        Ok(StreamState::of(Machine::HalfSpaceTrees(Box::new(Running {
            options: self.clone(),
            seed: context.seed(),
            ranges: Vec::new(),
            windows: 0,
            count: 0,
            reference: Vec::new(),
            latest: Vec::new(),
            history: Rarity::new(self.rarity),
            splits: Vec::new(),
        }))))
    }
}

/// Where a node is halved.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Split {
    column: usize,
    value: f64,
}

/// The state of [`HalfSpaceTrees`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Running {
    options: HalfSpaceTrees,
    seed: u64,
    /// Least and greatest value of each column in the first window.
    ranges: Vec<(f64, f64)>,
    /// How many windows are complete, up to 2, and how many events the current one has.
    windows: u8,
    count: usize,
    /// Masses of the nodes, tree by tree in the order of a heap.
    reference: Vec<u32>,
    latest: Vec<u32>,
    history: Rarity,
    #[serde(skip)]
    splits: Vec<Split>,
}

/// The splits of all trees, tree by tree: inner nodes in the order of a heap.
fn splits(options: &HalfSpaceTrees, columns: usize, seed: u64) -> Vec<Split> {
    let inner = (1 << options.depth) - 1;
    let mut all = Vec::with_capacity(options.trees * inner);
    let mut random = Random::new(seed);
    for _ in 0..options.trees {
        let whole: Vec<(f64, f64)> = (0..columns)
            .map(|_| {
                let centre = random.uniform();
                let reach = 2.0 * centre.max(1.0 - centre);
                (centre - reach, centre + reach)
            })
            .collect();
        let begin = all.len();
        all.resize(begin + inner, Split::default());
        let mut waiting = vec![(0, whole)];
        while let Some((node, mut space)) = waiting.pop() {
            let column = (random.bits() % columns as u64) as usize;
            let (low, high) = space[column];
            let value = 0.5 * (low + high);
            all[begin + node] = Split { column, value };
            if 2 * node + 1 < inner {
                let mut right = space.clone();
                right[column] = (value, high);
                space[column] = (low, value);
                waiting.push((2 * node + 2, right));
                waiting.push((2 * node + 1, space));
            }
        }
    }
    all
}

impl Running {
    pub(super) fn update(&mut self, event: &Event<'_>) -> Verdict {
        let first = self.windows == 0;
        if first {
            self.ranges.resize(event.values.len(), (f64::INFINITY, f64::NEG_INFINITY));
            for (range, &value) in self.ranges.iter_mut().zip(event.values) {
                *range = (range.0.min(value), range.1.max(value));
            }
        }
        let verdict = if self.windows == 2 { self.score(event.values) } else { Verdict::LEARNING };
        if !first {
            self.learn(event.values);
        }
        self.count += 1;
        if self.count == self.options.window {
            self.count = 0;
            if first {
                let nodes = self.options.trees * self.options.nodes();
                (self.reference, self.latest) = (vec![0; nodes], vec![0; nodes]);
                self.restore();
            } else {
                std::mem::swap(&mut self.reference, &mut self.latest);
                self.latest.fill(0);
            }
            self.windows = (self.windows + 1).min(2);
        }
        verdict
    }

    /// Whether an event goes to the right at a split.
    fn is_right(&self, split: Split, values: &[f64]) -> bool {
        let (low, high) = self.ranges[split.column];
        // A constant column has no range: what differs from it is far outside.
        let position = if high > low {
            (values[split.column] - low) / (high - low)
        } else {
            0.5 + (values[split.column] - low) * f64::MAX
        };
        position >= split.value
    }

    /// The mean mass of an event over the trees.
    fn mass(&self, values: &[f64]) -> f64 {
        let (nodes, inner) = (self.options.nodes(), self.options.nodes() / 2);
        let small = SMALL * self.options.window as f64;
        let mut sum = 0.0;
        for tree in 0..self.options.trees {
            let (mut node, mut scale) = (0, 1.0);
            loop {
                let mass = f64::from(self.reference[tree * nodes + node]);
                if node >= inner || mass < small {
                    sum += mass * scale;
                    break;
                }
                node = 2 * node + 1 + usize::from(self.is_right(self.splits[tree * inner + node], values));
                scale *= 2.0;
            }
        }
        sum / self.options.trees as f64
    }

    fn score(&mut self, values: &[f64]) -> Verdict {
        let statistic = -self.mass(values).ln_1p();
        self.history.judge(statistic)
    }

    fn learn(&mut self, values: &[f64]) {
        let (nodes, inner) = (self.options.nodes(), self.options.nodes() / 2);
        for tree in 0..self.options.trees {
            let mut node = 0;
            loop {
                self.latest[tree * nodes + node] += 1;
                if node >= inner {
                    break;
                }
                node = 2 * node + 1 + usize::from(self.is_right(self.splits[tree * inner + node], values));
            }
        }
    }

    pub(super) fn restore(&mut self) {
        self.history.restore();
        if !self.reference.is_empty() {
            self.splits = splits(&self.options, self.ranges.len(), self.seed);
        }
    }

    pub(super) fn check(&self, columns: usize) -> Result<()> {
        self.options.validate()?;
        self.history.check()?;
        let nodes = if self.windows == 0 { 0 } else { self.options.trees * self.options.nodes() };
        let most = self.options.window as u32;
        ensure!(
            self.reference.len() == nodes
                && self.latest.len() == nodes
                && self.windows <= 2
                && self.count < self.options.window
                && self.reference.iter().chain(&self.latest).all(|mass| *mass <= most),
            InvalidData,
            "the trees do not have {nodes} nodes of at most {most} events"
        );
        ensure!(
            (self.ranges.is_empty() && self.windows == 0 && self.count == 0)
                || (self.ranges.len() == columns
                    && self
                        .ranges
                        .iter()
                        .all(|range| range.0 <= range.1 && range.0.abs() <= 1e150 && range.1.abs() <= 1e150)),
            InvalidData,
            "the ranges of {} columns are not finite, in a stream of {columns}",
            self.ranges.len()
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn noise(random: &mut Random) -> [f64; 2] {
        [random.normal(), 5.0 + 0.1 * random.normal()]
    }

    #[test]
    fn masses_count_the_events_of_the_last_window_in_the_same_half_spaces() {
        let mut random = Random::new(3);
        let options = HalfSpaceTrees::default().with_trees(3).with_depth(4).with_window(100);
        let stream = options.start(&Context::new().with_seed(4)).unwrap();
        let Machine::HalfSpaceTrees(mut running) = stream.into_machine() else { panic!("another machine") };
        let events: Vec<[f64; 2]> = (0..300).map(|_| noise(&mut random)).collect();
        for values in &events {
            running.update(&Event { time: None, per_hour: 1.0, values });
        }
        // The way of an event through a tree, by the splits alone.
        let way = |tree: usize, values: &[f64; 2]| {
            let mut nodes = vec![0];
            for level in 0..4 {
                let split = running.splits[tree * 15 + nodes[level]];
                let (low, high) = running.ranges[split.column];
                let right = (values[split.column] - low) / (high - low) >= split.value;
                nodes.push(2 * nodes[level] + 1 + usize::from(right));
            }
            nodes
        };
        let mut expected = 0.0;
        for tree in 0..3 {
            let own = way(tree, &events[0]);
            for (level, node) in own.iter().enumerate() {
                let mass = events[200..].iter().filter(|other| way(tree, other)[level] == *node).count() as f64;
                if level == 4 || mass < 10.0 {
                    expected += mass * f64::from(1 << level) / 3.0;
                    break;
                }
            }
        }
        assert!((running.mass(&events[0]) - expected).abs() < 1e-9);
    }

    #[derive(Deserialize)]
    struct Peers {
        half_spaces: Peer,
    }

    #[derive(Deserialize)]
    struct Peer {
        rows: Vec<[f64; 2]>,
        labels: Vec<i64>,
        area: f64,
        spread: f64,
    }

    #[test]
    fn strange_rows_rank_as_high_as_by_river() {
        // river 0.26.1, 20 seeds, by `tests/data/make_stream_peers.py`: other splits at random, so only ranks can be compared.
        let peers: Peers = serde_json::from_str(include_str!("../../../../tests/data/stream_peers.json")).unwrap();
        let Peer { rows, labels, area, spread } = peers.half_spaces;
        let mut own = 0.0;
        for seed in 0..20 {
            let stream = HalfSpaceTrees::default().start(&Context::new().with_seed(seed)).unwrap();
            let Machine::HalfSpaceTrees(mut running) = stream.into_machine() else { panic!("another machine") };
            let mut scores = Vec::new();
            for values in &rows {
                scores.push(if running.windows == 2 { -running.mass(values) } else { 0.0 });
                running.update(&Event { time: None, per_hour: 1.0, values });
            }
            own += crate::anomaly::roc_auc(&labels[500..], &scores[500..]).unwrap() / 20.0;
        }
        assert!(own > area - 3.0 * spread / 20_f64.sqrt() - 0.005, "{own} beside {area}");
    }

    #[test]
    fn an_outlier_is_found_and_the_stream_goes_on_after_saving() {
        let mut random = Random::new(7);
        let mut stream = HalfSpaceTrees::default().start(&Context::new().with_seed(1)).unwrap();
        let (mut alarms, mut size) = (0, 0);
        for row in 0..4000 {
            if row % 997 == 3 {
                let bytes = stream.to_bytes().unwrap();
                size = size.max(bytes.len());
                let again = StreamState::from_bytes(&bytes).unwrap();
                assert!(again == stream);
                stream = again;
            }
            alarms += usize::from(stream.update(None, &noise(&mut random)).unwrap().is_anomaly);
        }
        assert!(alarms < 25 && size < 64 * 1024, "{alarms} {size}");
        assert!(stream.update(None, &[9.0, 7.0]).unwrap().is_anomaly);
        assert_eq!(stream.update(None, &[f64::NAN, 5.0]).unwrap().note, super::super::StreamNote::Missing);
    }

    #[test]
    fn options_out_of_range_are_refused() {
        let context = Context::new();
        let code = |options: HalfSpaceTrees| options.start(&context).unwrap_err().code();
        assert_eq!(code(HalfSpaceTrees::default().with_trees(0)), Code::InvalidConfig);
        assert_eq!(code(HalfSpaceTrees::default().with_depth(16)), Code::InvalidConfig);
        assert_eq!(code(HalfSpaceTrees::default().with_window(1)), Code::InvalidConfig);
        assert_eq!(code(HalfSpaceTrees::default().with_rarity(0.0)), Code::InvalidConfig);
        assert_eq!(code(HalfSpaceTrees::default().with_trees(1000).with_depth(15)), Code::TooLarge);
    }
}
