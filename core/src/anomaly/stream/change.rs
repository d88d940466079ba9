//! Changes of a mean that lasts: the Page-Hinkley test and adaptive windows.
use serde::{Deserialize, Serialize};

use super::machine::Machine;
use super::score::Verdict;
use super::state::{Event, StreamState, check_count};
use crate::error::{Result, ensure};

/// Rows of buckets: 2^60 events are more than any stream has.
const MOST_ROWS: usize = 60;

/// Which changes count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeDirection {
    /// Both.
    #[default]
    Both,
    /// The mean rises.
    Up,
    /// The mean falls.
    Down,
}

/// Page-Hinkley test: the fading sum of deviations from the running mean must not leave its extreme by more than a limit.
///
/// With the mean `m_t` so far, `s_t = fading * s_{t-1} + (x_t - m_t - slack)`; the statistic of a rise is `s_t - min s`, that
/// of a fall the mirror image. After an alarm it starts afresh. The score is one half at the limit. One column, in its own
/// unit. O(1) per event.
///
/// Source: Page (1954); Hinkley, *Inference about the change-point from cumulative sum tests*, Biometrika 58 (1971).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PageHinkley {
    /// How many events must have been seen before an alarm. Default 30.
    pub warm_up: u64,
    /// The deviation per event that is allowed, at least 0, in the unit of the values. Default 0.005.
    pub slack: f64,
    /// What the sum must not exceed, above 0, in the unit of the values. Default 50.
    pub limit: f64,
    /// What is kept of the sum at each event, in (0, 1]. Default 0.9999.
    pub fading: f64,
    /// Which changes count. Default both.
    pub direction: ChangeDirection,
}

/// ADWIN: a window that grows while its mean stays and drops its older part when two parts differ.
///
/// The window is kept as an exponential histogram (ADWIN2). Its oldest bucket goes as long as the means of any two parts, of
/// `n0` and `n1` events, differ by more than `sqrt(2 m v d) + 2/3 m d`, with `m = 1/n0 + 1/n1`, `v` the variance of the window
/// and `d = ln(2 ln(n) / confidence)`. The score is one half where difference and bound are equal, and stays until the
/// next look. One column. O(log n) per look and memory.
///
/// A change is cut off bucket by bucket as the evidence grows, so that several looks in a row may alarm. river's ADWIN alarms
/// once, because it then forgets the whole window, also what came after the change, and later, because it counts each part
/// as `shortest - 1` events fewer; with both it would be this one, event by event.
///
/// Source: Bifet, Gavalda, *Learning from time-changing data with adaptive windowing* (2007).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Adwin {
    /// The bound on false alarms, in (0, 1). Default 0.002.
    pub confidence: f64,
    /// How many events lie between two looks, at least 1. Default 32.
    pub clock: u64,
    /// How many buckets of each size are kept, 1 to 64. Default 5.
    pub buckets: usize,
    /// The fewest events of a part, at least 1. Default 5.
    pub shortest: u64,
    /// Windows of at most this many events are not cut. Default 10.
    pub grace: u64,
}

impl Default for PageHinkley {
    fn default() -> Self {
        Self { warm_up: 30, slack: 0.005, limit: 50.0, fading: 0.9999, direction: ChangeDirection::Both }
    }
}

impl Default for Adwin {
    fn default() -> Self {
        Self { confidence: 0.002, clock: 32, buckets: 5, shortest: 5, grace: 10 }
    }
}

impl PageHinkley {
    /// Set how many events must have been seen before an alarm.
    #[must_use]
    pub fn with_warm_up(mut self, warm_up: u64) -> Self {
        self.warm_up = warm_up;
        self
    }

    /// Set the deviation per event that is allowed.
    #[must_use]
    pub fn with_slack(mut self, slack: f64) -> Self {
        self.slack = slack;
        self
    }

    /// Set what the sum must not exceed.
    #[must_use]
    pub fn with_limit(mut self, limit: f64) -> Self {
        self.limit = limit;
        self
    }

    /// Set what is kept of the sum at each event.
    #[must_use]
    pub fn with_fading(mut self, fading: f64) -> Self {
        self.fading = fading;
        self
    }

    /// Set which changes count.
    #[must_use]
    pub fn with_direction(mut self, direction: ChangeDirection) -> Self {
        self.direction = direction;
        self
    }

    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range.
    pub fn validate(&self) -> Result<()> {
        ensure!(
            self.slack >= 0.0 && self.slack.is_finite(),
            InvalidConfig,
            "slack must be finite and at least 0, got {}",
            self.slack
        );
        ensure!(
            self.limit > 0.0 && self.limit.is_finite(),
            InvalidConfig,
            "limit must be finite and above 0, got {}",
            self.limit
        );
        ensure!(
            self.fading > 0.0 && self.fading <= 1.0,
            InvalidConfig,
            "fading must lie in (0, 1], got {}",
            self.fading
        );
        Ok(())
    }

    /// Begin to watch a stream of one column.
    ///
    /// # Errors
    /// `invalid_config` as [`PageHinkley::validate`].
    pub fn start(&self) -> Result<StreamState> {
        self.validate()?;
        Ok(StreamState::of(Machine::PageHinkley(RunningPageHinkley { options: self.clone(), sums: Sums::default() })))
    }
}

impl Adwin {
    /// Set the bound on false alarms.
    #[must_use]
    pub fn with_confidence(mut self, confidence: f64) -> Self {
        self.confidence = confidence;
        self
    }

    /// Set how many events lie between two looks.
    #[must_use]
    pub fn with_clock(mut self, clock: u64) -> Self {
        self.clock = clock;
        self
    }

    /// Set how many buckets of each size are kept.
    #[must_use]
    pub fn with_buckets(mut self, buckets: usize) -> Self {
        self.buckets = buckets;
        self
    }

    /// Set the fewest events of a part.
    #[must_use]
    pub fn with_shortest(mut self, shortest: u64) -> Self {
        self.shortest = shortest;
        self
    }

    /// Set the longest window that is not cut.
    #[must_use]
    pub fn with_grace(mut self, grace: u64) -> Self {
        self.grace = grace;
        self
    }

    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range.
    pub fn validate(&self) -> Result<()> {
        ensure!(
            self.confidence > 0.0 && self.confidence < 1.0,
            InvalidConfig,
            "confidence must lie between 0 and 1, got {}",
            self.confidence
        );
        ensure!(self.clock >= 1, InvalidConfig, "clock must be at least 1 event, got 0");
        ensure!((1..=64).contains(&self.buckets), InvalidConfig, "buckets must be 1 to 64, got {}", self.buckets);
        ensure!(self.shortest >= 1, InvalidConfig, "shortest must be at least 1 event, got 0");
        Ok(())
    }

    /// Begin to watch a stream of one column.
    ///
    /// # Errors
    /// `invalid_config` as [`Adwin::validate`].
    pub fn start(&self) -> Result<StreamState> {
        self.validate()?;
        Ok(StreamState::of(Machine::Adwin(RunningAdwin {
            options: self.clone(),
            rows: Vec::new(),
            events: 0,
            width: 0,
            sum: 0.0,
            squares: 0.0,
            ratio: 0.0,
        })))
    }
}

/// The state of a [`PageHinkley`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RunningPageHinkley {
    options: PageHinkley,
    sums: Sums,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Sums {
    events: u64,
    mean: f64,
    rise: f64,
    fall: f64,
    lowest: f64,
    highest: f64,
}

impl RunningPageHinkley {
    pub(super) fn update(&mut self, event: &Event<'_>) -> Verdict {
        let value = event.values[0];
        let PageHinkley { slack, limit, fading, warm_up, direction } = self.options;
        let sums = &mut self.sums;
        sums.events += 1;
        sums.mean += (value - sums.mean) / sums.events as f64;
        let deviation = value - sums.mean;
        sums.rise = fading * sums.rise + deviation - slack;
        sums.fall = fading * sums.fall + deviation + slack;
        let first = sums.events == 1;
        sums.lowest = if first { sums.rise } else { sums.lowest.min(sums.rise) };
        sums.highest = if first { sums.fall } else { sums.highest.max(sums.fall) };
        if sums.events < warm_up {
            return Verdict::LEARNING;
        }
        let (up, down) = (sums.rise - sums.lowest, sums.highest - sums.fall);
        let statistic = match direction {
            ChangeDirection::Both => up.max(down),
            ChangeDirection::Up => up,
            ChangeDirection::Down => down,
        };
        let verdict = Verdict::against(statistic, limit);
        if verdict.is_anomaly {
            self.sums = Sums::default();
        }
        verdict
    }

    pub(super) fn check(&self) -> Result<()> {
        self.options.validate()?;
        check_count(self.sums.events)?;
        let Sums { mean, rise, fall, lowest, highest, .. } = self.sums;
        ensure!(
            [mean, rise, fall, lowest, highest].iter().all(|sum| sum.is_finite()) && rise >= lowest && fall <= highest,
            InvalidData,
            "the sums of deviations are not finite or beyond their extremes"
        );
        Ok(())
    }
}

/// The state of an [`Adwin`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RunningAdwin {
    options: Adwin,
    /// Buckets of `2^row` events, the oldest first in each row; higher rows are older.
    rows: Vec<Vec<Bucket>>,
    events: u64,
    width: u64,
    sum: f64,
    /// Sum of squared deviations from the mean of the window.
    squares: f64,
    /// The greatest difference of two parts in units of its bound, at the last look.
    ratio: f64,
}

/// The sum of some events and their squared deviations from their mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Bucket {
    sum: f64,
    squares: f64,
}

/// What two parts have in squared deviations beyond those inside of each.
fn between(first: (f64, f64), second: (f64, f64)) -> f64 {
    let difference = first.1 / first.0 - second.1 / second.0;
    first.0 * second.0 / (first.0 + second.0) * difference * difference
}

fn size(row: usize) -> u64 {
    1 << row
}

impl RunningAdwin {
    pub(super) fn update(&mut self, event: &Event<'_>) -> Verdict {
        self.insert(event.values[0]);
        self.events += 1;
        let mut changed = false;
        if self.events.is_multiple_of(self.options.clock) && self.width > self.options.grace {
            self.ratio = self.worst_cut();
            let found = self.ratio;
            while self.ratio > 1.0 && self.width > 1 {
                changed = true;
                self.drop_oldest();
                self.ratio = self.worst_cut();
            }
            if changed {
                return Verdict::against(found, 1.0);
            }
        }
        Verdict { is_anomaly: false, ..Verdict::against(self.ratio.min(1.0), 1.0) }
    }

    fn insert(&mut self, value: f64) {
        if self.width > 0 {
            self.squares += between((self.width as f64, self.sum), (1.0, value));
        }
        self.width += 1;
        self.sum += value;
        let mut incoming = Bucket { sum: value, squares: 0.0 };
        for row in 0..MOST_ROWS {
            if row == self.rows.len() {
                self.rows.push(Vec::with_capacity(self.options.buckets + 1));
            }
            let buckets = &mut self.rows[row];
            buckets.push(incoming);
            if buckets.len() <= self.options.buckets {
                return;
            }
            let (one, other) = (buckets[0], buckets[1]);
            buckets.drain(..2);
            let count = size(row) as f64;
            incoming = Bucket {
                sum: one.sum + other.sum,
                squares: one.squares + other.squares + between((count, one.sum), (count, other.sum)),
            };
        }
    }

    /// Remove the oldest bucket.
    fn drop_oldest(&mut self) {
        let row = self.rows.len().saturating_sub(1);
        let Some(buckets) = self.rows.last_mut() else { return };
        if !buckets.is_empty() {
            let bucket = buckets.remove(0);
            self.width -= size(row);
            self.sum -= bucket.sum;
            let parts = between((self.width.max(1) as f64, self.sum), (size(row) as f64, bucket.sum));
            self.squares = (self.squares - bucket.squares - parts).max(0.0);
        }
        while self.rows.last().is_some_and(Vec::is_empty) {
            self.rows.pop();
        }
    }

    /// The greatest difference of an older and a newer part in units of its bound; 0 without parts.
    fn worst_cut(&self) -> f64 {
        let all = self.width as f64;
        let depth = (2.0 * all.ln() / self.options.confidence).ln();
        let variance = self.squares / all;
        let shortest = self.options.shortest as f64;
        let (mut count, mut sum, mut worst) = (0.0, 0.0, 0.0_f64);
        for (row, buckets) in self.rows.iter().enumerate().rev() {
            for bucket in buckets {
                count += size(row) as f64;
                sum += bucket.sum;
                let rest = all - count;
                if count < shortest || rest < shortest {
                    continue;
                }
                let inverse = 1.0 / count + 1.0 / rest;
                let bound = (2.0 * inverse * variance * depth).sqrt() + 2.0 / 3.0 * depth * inverse;
                worst = worst.max((sum / count - (self.sum - sum) / rest).abs() / bound);
            }
        }
        worst
    }

    pub(super) fn check(&self) -> Result<()> {
        self.options.validate()?;
        check_count(self.width)?;
        check_count(self.events)?;
        let mut width = 0_u64;
        let most = self.options.buckets;
        let short = self.rows.len() <= MOST_ROWS && self.rows.iter().all(|buckets| buckets.len() <= most);
        ensure!(short, InvalidData, "the window has too many buckets");
        for (row, buckets) in self.rows.iter().enumerate() {
            width = width.saturating_add(size(row).saturating_mul(buckets.len() as u64));
            let sound = buckets.iter().all(|bucket| bucket.sum.is_finite() && bucket.squares.is_finite());
            ensure!(sound, InvalidData, "buckets of {} events hold what is not finite", size(row));
        }
        ensure!(width == self.width, InvalidData, "the buckets hold {width} events, the window {}", self.width);
        ensure!(
            self.rows.last().is_none_or(|buckets| !buckets.is_empty())
                && self.sum.is_finite()
                && self.squares >= 0.0
                && self.squares.is_finite()
                && self.ratio >= 0.0
                && self.ratio.is_finite(),
            InvalidData,
            "the sums of the window are not finite"
        );
        Ok(())
    }
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
