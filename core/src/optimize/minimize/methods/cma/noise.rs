//! How often points are evaluated when values are noisy.
//!
//! Some points of a generation are evaluated again. Where that moves their ranks by more than chance allows, all points are
//! evaluated more often from then on, and less often where it does not. Source: Hansen, Niederberger, Guzzella, Koumoutsakos,
//! *A method for handling uncertainty in evolutionary optimization* (2009), with averages in place of longer evaluations.
use crate::error::Result;
use crate::optimize::minimize::desk::Run;

/// The most evaluations of one point.
const MOST: f64 = 64.0;
/// Ranks may move by this part of the population.
const ALLOWED: f64 = 0.2;

/// Evaluations per point, as a number that grows and falls.
#[derive(Clone, Debug)]
pub(super) struct Noise {
    repeats: f64,
}

impl Default for Noise {
    fn default() -> Self {
        Self { repeats: 1.0 }
    }
}

impl Noise {
    /// The mean values of the points, some of which are evaluated twice as often.
    pub(super) async fn evaluate(&mut self, run: &mut Run, points: &[f64], merits: &mut [f64]) -> Result<()> {
        let n = run.dimensions();
        let size = merits.len();
        let repeats = self.repeats.round().max(1.0) as usize;
        let again = size.div_ceil(10).max(2).min(size);
        let mut asked = Vec::with_capacity((size + again) * repeats * n);
        for _ in 0..repeats {
            asked.extend_from_slice(points);
        }
        for _ in 0..repeats {
            asked.extend_from_slice(&points[..again * n]);
        }
        run.evaluate(&asked).await?;
        let mean = |first: usize, stride: usize| {
            (0..repeats).map(|k| run.merit(first + k * stride)).sum::<f64>() / repeats as f64
        };
        for (row, merit) in merits.iter_mut().enumerate() {
            *merit = mean(row, size);
        }
        let second: Vec<f64> = (0..again).map(|row| mean(repeats * size + row, again)).collect();
        let rank = |value: f64, own: usize| (0..size).filter(|row| *row != own && merits[*row] < value).count() as f64;
        let moved: f64 = (0..again).map(|row| (rank(merits[row], row) - rank(second[row], row)).abs()).sum();
        let unsure = moved / again as f64 > ALLOWED * (size - 1) as f64;
        self.repeats = if unsure { (1.5 * self.repeats).min(MOST) } else { (self.repeats / 1.1).max(1.0) };
        for (merit, second) in merits.iter_mut().zip(&second) {
            *merit = f64::midpoint(*merit, *second);
        }
        Ok(())
    }
}
