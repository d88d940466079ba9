//! What a matrix profile may be told.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};

/// The shortest window: two points that are brought to mean 0 and deviation 1 are always the same.
pub(super) const SHORTEST: usize = 3;
/// The most points of a series: positions are kept in 32 bits.
pub(super) const MOST_POINTS: usize = 1 << 31;

/// Matrix profile: how far every window of a series is from the window most like it elsewhere.
///
/// Windows are brought to mean 0 and deviation 1 first, unless `normalized` is off; a large distance is a *discord*, the
/// strangest window, a small one a *motif*, a pattern that comes again. O(n^2) time whatever the window, O(n) memory.
///
/// ```
/// use inlaid::{Context, anomaly::MatrixProfile};
/// let mut series: Vec<f64> = (0..400).map(|t| (t as f64 * 0.3).sin()).collect();
/// series[200] += 1.5;
/// let profile = MatrixProfile::default().with_window(20).search(&series, &Context::new())?;
/// let strangest = (0..profile.distances.len()).max_by(|a, b| profile.distances[*a].total_cmp(&profile.distances[*b]));
/// assert!((181..=200).contains(&strangest.unwrap()));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MatrixProfile {
    /// The length of the windows in points, at least 3 and at most that of the series. Default 50.
    pub window: usize,
    /// How many steps left and right of a window do not count as elsewhere. Default a quarter of the window, rounded up.
    pub exclusion: Option<usize>,
    /// Whether windows are compared by shape alone: each brought to mean 0 and standard deviation 1. Otherwise by their
    /// values. Default true.
    pub normalized: bool,
}

impl Default for MatrixProfile {
    fn default() -> Self {
        Self { window: 50, exclusion: None, normalized: true }
    }
}

impl MatrixProfile {
    /// Set the length of the windows.
    #[must_use]
    pub fn with_window(mut self, window: usize) -> Self {
        self.window = window;
        self
    }

    /// Set how many steps left and right of a window do not count as elsewhere.
    #[must_use]
    pub fn with_exclusion(mut self, exclusion: impl Into<Option<usize>>) -> Self {
        self.exclusion = exclusion.into();
        self
    }

    /// Set whether windows are compared by shape alone.
    #[must_use]
    pub fn with_normalized(mut self, normalized: bool) -> Self {
        self.normalized = normalized;
        self
    }

    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for a window below 3.
    pub fn validate(&self) -> Result<()> {
        ensure!(self.window >= SHORTEST, InvalidConfig, "window must be at least {SHORTEST}, got {}", self.window);
        Ok(())
    }

    /// How many steps left and right of a window are left out.
    pub(super) fn excluded(&self) -> usize {
        self.exclusion.unwrap_or(self.window.div_ceil(4))
    }
}

/// A series of a length that windows of this length fit into.
pub(super) fn check_length(name: &str, length: usize, window: usize) -> Result<()> {
    ensure!(length >= window, NotEnoughData, "{name} has {length} points, at least one window of {window} is needed");
    ensure!(length < MOST_POINTS, TooLarge, "{name} has {length} points, at most {} are allowed", MOST_POINTS - 1);
    Ok(())
}
