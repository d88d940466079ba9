//! What the default detector may be told.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};

/// The longest memory, in rows.
pub(super) const LONGEST_MEMORY: f64 = 1e9;
/// The longest window, in rows.
pub(super) const LONGEST_WINDOW: usize = 1024;

/// Find what is strange in a stream of measures: the default detector, for one or several columns.
///
/// Eight statistics of a column are watched side by side, each against its own distribution so far: the value, the absolute
/// step, the step against what is usual at this hour, the value against the profile of the day, and over the last `window`
/// rows the mean, the standard deviation, the shift against the window before and the mean against the profile of the week.
/// The evidence of a statistic is `-log10` of its tail probability, at most 4; the mean of the eight is the evidence of the
/// row. The mean asks for agreement, so a single strange statistic is not enough. Without times the three seasonal ones are
/// left out. Several columns have the evidence of the strangest one.
///
/// After an alarm, only a row with more evidence than the alarm had counts until the cool-down is over.
///
/// | | |
/// |---|---|
/// | time | about 1 microsecond per row and column |
/// | memory | about 40 kB per column, constant |
///
/// ```
/// use inlaid::anomaly::StreamDetector;
/// let mut stream = StreamDetector::default().start()?;
/// let mut alarms = Vec::new();
/// for row in 0..2000_i64 {
///     let time = row * 300_000_000_000; // every five minutes, in nanoseconds
///     let noise = ((row * row * 7919) % 10_007) as f64 / 10_007.0;
///     let value = (row as f64 * 0.0218).sin() + noise + if row == 1500 { 5.0 } else { 0.0 }; // a daily wave
///     if stream.update(Some(time), &[value])?.is_anomaly {
///         alarms.push(row);
///     }
/// }
/// assert_eq!(alarms, [1500]);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StreamDetector {
    /// A row is an anomaly when its score is at least this, in (0, 1). Default 0.5, chosen on half of the Numenta Anomaly
    /// Benchmark; 0.67 asks for events twice as rare, 0.33 for half as rare.
    pub threshold: f64,
    /// How many rows the distributions remember, 100 to 1e9; older ones fade. Default 10000.
    pub memory: f64,
    /// How many rows the windowed statistics look at, 2 to 1024. Default 12.
    pub window: usize,
    /// How many rows are only learned from, at least 1. Default 64.
    pub warm_up: u64,
    /// Whether times give a profile of the day and of the week. Default true.
    pub seasonal: bool,
    /// How many rows an alarm silences weaker ones, as a share of the rows so far, 0 to 1. Default 0.1.
    pub cool_down: f64,
    /// How many rows it silences them at least. Default 50.
    pub shortest_cool_down: u64,
    /// How many rows it silences them at most. Default 1000.
    pub longest_cool_down: u64,
}

impl Default for StreamDetector {
    fn default() -> Self {
        Self {
            threshold: 0.5,
            memory: 10_000.0,
            window: 12,
            warm_up: 64,
            seasonal: true,
            cool_down: 0.1,
            shortest_cool_down: 50,
            longest_cool_down: 1000,
        }
    }
}

impl StreamDetector {
    /// Set the score from which a row is an anomaly.
    #[must_use]
    pub fn with_threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// Set how many rows the distributions remember.
    #[must_use]
    pub fn with_memory(mut self, memory: f64) -> Self {
        self.memory = memory;
        self
    }

    /// Set how many rows the windowed statistics look at.
    #[must_use]
    pub fn with_window(mut self, window: usize) -> Self {
        self.window = window;
        self
    }

    /// Set how many rows are only learned from.
    #[must_use]
    pub fn with_warm_up(mut self, warm_up: u64) -> Self {
        self.warm_up = warm_up;
        self
    }

    /// Set whether times give a profile of the day and of the week.
    #[must_use]
    pub fn with_seasonal(mut self, seasonal: bool) -> Self {
        self.seasonal = seasonal;
        self
    }

    /// Set the cool-down as a share of the rows so far.
    #[must_use]
    pub fn with_cool_down(mut self, cool_down: f64) -> Self {
        self.cool_down = cool_down;
        self
    }

    /// Set the shortest cool-down in rows.
    #[must_use]
    pub fn with_shortest_cool_down(mut self, shortest_cool_down: u64) -> Self {
        self.shortest_cool_down = shortest_cool_down;
        self
    }

    /// Set the longest cool-down in rows.
    #[must_use]
    pub fn with_longest_cool_down(mut self, longest_cool_down: u64) -> Self {
        self.longest_cool_down = longest_cool_down;
        self
    }

    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range.
    pub fn validate(&self) -> Result<()> {
        ensure!(
            self.threshold > 0.0 && self.threshold < 1.0,
            InvalidConfig,
            "threshold must lie between 0 and 1, got {}",
            self.threshold
        );
        ensure!(
            self.memory >= 100.0 && self.memory <= LONGEST_MEMORY,
            InvalidConfig,
            "memory must be 100 to 1e9 rows, got {}",
            self.memory
        );
        ensure!(
            (2..=LONGEST_WINDOW).contains(&self.window),
            InvalidConfig,
            "window must be 2 to {LONGEST_WINDOW} rows, got {}",
            self.window
        );
        ensure!(self.warm_up >= 1, InvalidConfig, "warm_up must be at least 1 row, got 0");
        ensure!(
            (0.0..=1.0).contains(&self.cool_down),
            InvalidConfig,
            "cool_down must be 0 to 1 of the rows so far, got {}",
            self.cool_down
        );
        ensure!(
            self.shortest_cool_down <= self.longest_cool_down,
            InvalidConfig,
            "shortest_cool_down, {}, must not be above longest_cool_down, {}",
            self.shortest_cool_down,
            self.longest_cool_down
        );
        Ok(())
    }
}
