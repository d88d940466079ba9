//! Anomalies as windows that do not follow how windows vary.
use ndarray::{Array2, ArrayView2, ShapeBuilder};

use super::judge::{check_rule, judged, window_detector, window_of};
use super::options::check_length;
use super::windows::{Kind, filled, scale_of};
use crate::Context;
use crate::anomaly::series::SeriesAnomalies;
use crate::anomaly::tabular::PcaDetector;
use crate::data::Vector;
use crate::error::{Error, Result, ensure};

/// The longest window: the covariance has its square.
const LONGEST: usize = 8192;

window_detector! {
    /// Sub-PCA: steps in windows that do not follow the principal components of all windows.
    ///
    /// The points of a window are its columns, each brought to mean 0 and deviation 1; a window's score is that of
    /// [`PcaDetector`]: distances to the tips of the components, divided by their share of the variance where `weighted`.
    /// The step in the middle of a window gets its score, the steps at both ends that of the first or last window.
    /// Source: Liu, Paparrizos, *The elephant in the room: towards a reliable time-series anomaly detection benchmark*
    /// (NeurIPS 2024), Sub-PCA.
    SubPca {
        /// How many of the components with the most variance are used. Default: all that have any.
        components: Option<usize> = None, /// Set how many components are used.
        with_components;
        /// Whether a component counts the more, the less variance it has. Default true.
        weighted: bool = true, /// Set whether components with little variance count for more.
        with_weighted;
    }
}

impl SubPca {
    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for a window of 1, 2 or more than 8192, no components, a contamination or threshold out of range, a
    /// conformal threshold.
    pub fn validate(&self) -> Result<()> {
        ensure!(
            self.window == 0 || (3..=LONGEST).contains(&self.window),
            InvalidConfig,
            "window must be 0 (automatic) or 3 to {LONGEST}, got {}",
            self.window
        );
        ensure!(self.components != Some(0), InvalidConfig, "components must be at least 1, got 0");
        check_rule(&self.threshold, self.contamination)
    }

    /// Scores and anomalies of `series`.
    ///
    /// Windows with a missing (NaN) or infinite point are left out; their steps have the score 0. O(n window^2).
    ///
    /// ```
    /// use inlaid::{Context, anomaly::SubPca};
    /// let mut series: Vec<f64> = (0..600).map(|t| (t as f64 * 0.3).sin() + ((t * 37) % 11) as f64 * 0.01).collect();
    /// series[300] = 3.0;
    /// let found = SubPca::default().with_window(12).detect(&series, &Context::new())?;
    /// assert!(found.positions.iter().any(|step| (288..=312).contains(step)));
    /// # Ok::<(), inlaid::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_config` as [`SubPca::validate`], and for more components than the window has points; `not_enough_data` for
    /// fewer than two complete windows; `too_large` from 2^31 points; `cancelled`.
    pub fn detect(&self, series: &[f64], context: &Context) -> Result<SeriesAnomalies> {
        self.validate()?;
        let window = window_of(self.window, series, context)?;
        check_length("the series", series.len(), window)?;
        context.check()?;
        let (values, kinds) = filled(series, window, scale_of(&[series]));
        let complete: Vec<usize> = (0..kinds.len()).filter(|at| kinds[*at] != Kind::Missing).collect();
        ensure!(
            complete.len() >= 2,
            NotEnoughData,
            "the series has {} windows of {window} points without a gap, at least 2 are needed",
            complete.len()
        );
        let detector = PcaDetector { components: self.components, weighted: self.weighted, ..PcaDetector::default() };
        let found = if complete.len() == kinds.len() {
            // All windows without a copy: a row begins one point after the one before.
            let rows = ArrayView2::from_shape((kinds.len(), window).strides((1, 1)), &values[..series.len()])
                .map_err(|error| Error::new(crate::Code::Internal, "windows of a series").with_source(error))?;
            detector.fit(rows, context)?.scores()
        } else {
            let rows = Array2::from_shape_fn((complete.len(), window), |(row, at)| values[complete[row] + at]);
            detector.fit(rows.view(), context)?.scores()
        };
        context.check()?;
        judged(&centred(&found, &complete, &kinds, window), &self.threshold, self.contamination, context)
    }
}

/// The score of each window for the step in its middle, the first and the last for the steps at the ends.
fn centred(found: &Vector, complete: &[usize], kinds: &[Kind], window: usize) -> Vec<f64> {
    let mut scores = vec![f64::NAN; kinds.len()];
    complete.iter().zip(found.iter()).for_each(|(at, score)| scores[*at] = *score);
    let before = window / 2;
    let ends = [scores[0], scores[scores.len() - 1]];
    let mut steps = vec![ends[0]; before];
    steps.append(&mut scores);
    steps.resize(kinds.len() + window - 1, ends[1]);
    steps
}
