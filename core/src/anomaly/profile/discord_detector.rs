//! Anomalies as windows that are like no other.
use super::judge::{check_rule, judged, spread, window_detector, window_of};
use super::options::MatrixProfile;
use crate::Context;
use crate::anomaly::series::SeriesAnomalies;
use crate::error::{Result, ensure};

/// How many windows must lie before a step before the causal detector judges it.
const WARM_UP: usize = 4;

window_detector! {
    /// Discords: steps in windows that are far from the window most like them, by the matrix profile.
    ///
    /// The unit of scores is that of [`Profile`](crate::anomaly::Profile): 0 for a pattern that comes again exactly,
    /// `sqrt(2 window)` for one that is like nothing else. A strange pattern that comes twice has a near neighbour and is
    /// not found, unless causal.
    DiscordDetector {
        /// Whether the score of a step may only depend on the past: the distance of the window that ends there to the
        /// nearest window before. Otherwise it is the mean over all windows that cover the step. Default false.
        causal: bool = false, /// Set whether only the past counts.
        with_causal;
        /// How many steps left and right of a window do not count as elsewhere. Default a quarter of the window, rounded up.
        exclusion: Option<usize> = None, /// Set how many steps do not count as elsewhere.
        with_exclusion;
        /// Whether windows are compared by shape alone. Default true.
        normalized: bool = true, /// Set whether windows are compared by shape alone.
        with_normalized;
    }
}

impl DiscordDetector {
    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for a window of 1 or 2, a contamination or threshold out of range, a conformal threshold.
    pub fn validate(&self) -> Result<()> {
        ensure!(
            self.window == 0 || self.window >= 3,
            InvalidConfig,
            "window must be 0 (automatic) or at least 3, got {}",
            self.window
        );
        check_rule(&self.threshold, self.contamination)
    }

    /// Scores and anomalies of `series`.
    ///
    /// Missing (NaN) and infinite points are allowed: steps that only lie in windows with one have the score 0, as have,
    /// if causal, the first steps (five windows). With an automatic window "causal" holds for the scores, not for the
    /// window, which is taken from the whole series; nor for the threshold. O(n^2).
    ///
    /// ```
    /// use inlaid::{Context, anomaly::DiscordDetector};
    /// let mut series: Vec<f64> = (0..600).map(|t| (t as f64 * std::f64::consts::TAU / 24.0).sin()).collect();
    /// series[400..406].fill(0.0);
    /// let found = DiscordDetector::default().detect(&series, &Context::new())?;
    /// assert!(found.positions.iter().all(|step| (376..430).contains(step)));
    /// # Ok::<(), inlaid::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_config` as [`DiscordDetector::validate`]; `not_enough_data` for a series shorter than the window (3 points
    /// if automatic); `too_large` from 2^31 points; `cancelled`.
    pub fn detect(&self, series: &[f64], context: &Context) -> Result<SeriesAnomalies> {
        self.validate()?;
        let window = window_of(self.window, series, context)?;
        let profile = MatrixProfile::default()
            .with_window(window)
            .with_exclusion(self.exclusion)
            .with_normalized(self.normalized)
            .search(series, context)?;
        let known = |distance: &f64| if distance.is_finite() { *distance } else { f64::NAN };
        let scores = if self.causal {
            let left = profile.left_distances.iter().enumerate();
            let late = left.map(|(at, distance)| if at < WARM_UP * window { f64::NAN } else { known(distance) });
            std::iter::repeat_n(f64::NAN, window - 1).chain(late).collect()
        } else {
            spread(&profile.distances.iter().map(known).collect::<Vec<f64>>(), window, context)?
        };
        judged(&scores, &self.threshold, self.contamination, context)
    }
}
