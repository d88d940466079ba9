//! The best parameters of a theta model.
//!
//! Given the smoothing weight alpha, the one-step forecasts are linear in the start and in the share of the line, so both
//! come from two-by-two normal equations and only alpha is searched: a grid, several alphas side by side, then Brent's
//! method around the grid's best minima. The result is the least squared error over the whole region, not a local one.
use super::filter::{Filter, next_line};
use super::options::ThetaModel;
use crate::Context;
use crate::error::Result;
use crate::math::{brent, power};

/// Alphas evaluated side by side, which hides the latency of the recursion.
const LANES: usize = 4;
/// Grid points, a multiple of [`LANES`].
const GRID: usize = 16;
/// Grid minima that are refined.
const REFINED: usize = 2;
/// Errors before this position do not count: the start is still being forgotten.
pub(super) const SKIPPED: usize = 3;
/// Theta is at most 1 / (1 - this).
const LARGEST_WEIGHT: f64 = 1.0 - 1e-9;

/// Least squares of one alpha: sums of products of the columns start (u), line (d) and residual (r).
#[derive(Clone, Copy, Default)]
struct Moments {
    uu: f64,
    ud: f64,
    dd: f64,
    ur: f64,
    dr: f64,
    rr: f64,
}

/// The best start and weight of one alpha.
#[derive(Clone, Copy)]
struct Solution {
    start: f64,
    weight: f64,
    loss: f64,
}

impl Moments {
    /// Minimise `sum (r - start u - weight d)^2` with the weight between the bounds.
    fn solve(&self, (low, high): (f64, f64)) -> Solution {
        let curvature = self.dd - self.ud * self.ud / self.uu;
        let pull = self.dr - self.ur * self.ud / self.uu;
        // A line without a direction of its own says nothing about theta; the standard one is as good as any.
        let free = if curvature > 1e-12 * self.dd { pull / curvature } else { 0.5 };
        let weight = free.clamp(low, high);
        let start = (self.ur - weight * self.ud) / self.uu;
        let loss = self.rr - self.ur * self.ur / self.uu - 2.0 * weight * pull + weight * weight * curvature;
        Solution { start, weight, loss: loss.max(0.0) }
    }
}

/// What the line contributes to the forecast of each observation.
enum Line {
    /// Nothing: plain smoothing.
    None,
    /// One line for all.
    Fixed(f64, f64),
    /// The intercept and slope known before each observation.
    Learnt(Vec<(f64, f64)>),
}

/// One series and one model; only alpha is open.
struct Problem<'a> {
    series: &'a [f64],
    line: Line,
    bounds: (f64, f64),
    skipped: usize,
}

/// Fit `model` to `series`, which is scaled to about 1 and starts at 0; gives the filter before the first observation.
///
/// # Errors
/// `cancelled`.
pub(super) fn fit(series: &[f64], model: ThetaModel, context: &Context) -> Result<Filter> {
    let (intercept, slope) = regression(series);
    let bounds = if model.is_optimised() { (0.0, LARGEST_WEIGHT) } else { (0.5, 0.5) };
    let (line, skipped, range) = match model {
        ThetaModel::Classic => (Line::None, 0, (1e-4, 0.9999)),
        _ if model.is_dynamic() => (Line::Learnt(lines(series)), SKIPPED, (0.1, 0.99)),
        _ => (Line::Fixed(intercept, slope), SKIPPED, (0.1, 0.99)),
    };
    let problem = Problem { series, line, bounds, skipped };
    let alpha = problem.best_alpha(range, context)?;
    let Solution { start, weight, .. } = problem.at([alpha])[0];
    Ok(match model {
        // The line of the classic method starts at the last observation: its forecast is that of `slope * (t - 1)`.
        ThetaModel::Classic => Filter::fixed_line(alpha, 0.5, start, (-slope, slope)),
        _ if model.is_dynamic() => Filter::learning_line(alpha, weight, start),
        _ => Filter::fixed_line(alpha, weight, start, (intercept, slope)),
    })
}

/// Intercept and slope of the least-squares line over t = 1, 2, ..
pub(super) fn regression(series: &[f64]) -> (f64, f64) {
    let count = series.len() as f64;
    let mean = series.iter().sum::<f64>() / count;
    let middle = (count + 1.0) / 2.0;
    let products: f64 = (1..).zip(series).map(|(t, value)| (f64::from(t) - middle) * (value - mean)).sum();
    let slope = if series.len() > 1 { 12.0 * products / (count * (count * count - 1.0)) } else { 0.0 };
    (mean - slope * middle, slope)
}

/// Intercept and slope before each observation, for models that learn them.
fn lines(series: &[f64]) -> Vec<(f64, f64)> {
    let (mut mean, mut slope) = (0.0, 0.0);
    let mut before = (0.0, 0.0);
    let step = |(index, value): (usize, &f64)| {
        let t = (index + 1) as f64;
        let known = before;
        (mean, slope) = next_line(mean, slope, *value, t);
        before = (mean - (t + 1.0) * slope / 2.0, slope);
        known
    };
    series.iter().enumerate().map(step).collect()
}

impl Problem<'_> {
    /// The alpha of least loss in `range`.
    fn best_alpha(&self, (low, high): (f64, f64), context: &Context) -> Result<f64> {
        let grid: [f64; GRID] = std::array::from_fn(|i| low + (high - low) * i as f64 / (GRID - 1) as f64);
        let mut losses = [f64::INFINITY; GRID];
        for (alphas, losses) in grid.as_chunks::<LANES>().0.iter().zip(losses.as_chunks_mut::<LANES>().0) {
            context.check()?;
            *losses = self.at(*alphas).map(|solution| solution.loss);
        }
        let mut minima: Vec<usize> = (0..GRID)
            .filter(|&i| i == 0 || losses[i] <= losses[i - 1])
            .filter(|&i| i == GRID - 1 || losses[i] <= losses[i + 1])
            .collect();
        minima.sort_by(|a, b| losses[*a].total_cmp(&losses[*b]));
        let mut best = (f64::INFINITY, f64::midpoint(low, high));
        for i in minima.into_iter().take(REFINED) {
            let bracket = (grid[i.saturating_sub(1)], grid[(i + 1).min(GRID - 1)]);
            // Once cancelled the evaluations left cost nothing, and the check below speaks.
            let loss = |alpha| if context.is_cancelled() { 0.0 } else { self.at([alpha])[0].loss };
            let minimum = brent::minimise(loss, bracket, grid[i], 1e-7, 40);
            for (loss, alpha) in [(minimum.value, minimum.x), (losses[i], grid[i])] {
                if loss < best.0 {
                    best = (loss, alpha);
                }
            }
        }
        context.check()?;
        Ok(best.1)
    }

    /// The best start and weight for each alpha.
    fn at<const N: usize>(&self, alphas: [f64; N]) -> [Solution; N] {
        match &self.line {
            Line::Learnt(lines) => self.learnt(alphas, lines),
            Line::Fixed(intercept, slope) => self.fixed(alphas, *intercept, *slope),
            Line::None => self.fixed(alphas, 0.0, 0.0),
        }
    }

    /// A fixed line enters as `(1-a)^t (A - (1-a) B/a) + B/a`; its decaying part is a shift of the start, so the line's own
    /// column is constant.
    fn fixed<const N: usize>(&self, alphas: [f64; N], intercept: f64, slope: f64) -> [Solution; N] {
        let (mut level, mut fade) = ([0.0_f64; N], [1.0_f64; N]);
        let (mut uu, mut u, mut ur, mut r, mut rr) = ([0.0; N], [0.0; N], [0.0; N], [0.0; N], [0.0; N]);
        let (before, counted) = self.series.split_at(self.skipped.min(self.series.len()));
        for value in before {
            for i in 0..N {
                level[i] += alphas[i] * (value - level[i]);
            }
        }
        for value in counted {
            for i in 0..N {
                let error = value - level[i];
                uu[i] += fade[i] * fade[i];
                u[i] += fade[i];
                ur[i] += fade[i] * error;
                r[i] += error;
                rr[i] += error * error;
                level[i] += alphas[i] * error;
                fade[i] *= 1.0 - alphas[i];
            }
        }
        std::array::from_fn(|i| {
            let (alpha, line) = (alphas[i], slope / alphas[i]);
            let moments = Moments {
                uu: uu[i],
                ud: u[i] * line,
                dd: counted.len() as f64 * line * line,
                ur: ur[i],
                dr: r[i] * line,
                rr: rr[i],
            };
            let solution = moments.solve(self.bounds);
            // The column u starts at 1 where counting starts; the start itself lies `skipped` steps before.
            let start = solution.start / power::whole(1.0 - alpha, self.skipped as i32);
            Solution { start: start - solution.weight * (intercept - (1.0 - alpha) * line), ..solution }
        })
    }

    fn learnt<const N: usize>(&self, alphas: [f64; N], lines: &[(f64, f64)]) -> [Solution; N] {
        let mut level = [0.0_f64; N];
        let skipped = self.skipped.min(self.series.len());
        for value in &self.series[..skipped] {
            for i in 0..N {
                level[i] += alphas[i] * (value - level[i]);
            }
        }
        let keep: [f64; N] = std::array::from_fn(|i| 1.0 - alphas[i]);
        let inverse: [f64; N] = std::array::from_fn(|i| 1.0 / alphas[i]);
        let mut fade = [1.0_f64; N];
        let mut decay: [f64; N] = std::array::from_fn(|i| power::whole(keep[i], skipped as i32));
        let mut moments = [Moments::default(); N];
        for (value, (intercept, slope)) in self.series.iter().zip(lines).skip(skipped) {
            for i in 0..N {
                let error = value - level[i];
                let line = decay[i] * intercept + (1.0 - decay[i] * keep[i]) * inverse[i] * slope;
                let sums = &mut moments[i];
                sums.uu += fade[i] * fade[i];
                sums.ud += fade[i] * line;
                sums.dd += line * line;
                sums.ur += fade[i] * error;
                sums.dr += line * error;
                sums.rr += error * error;
                level[i] += alphas[i] * error;
                fade[i] *= keep[i];
                decay[i] *= keep[i];
            }
        }
        std::array::from_fn(|i| {
            let solution = moments[i].solve(self.bounds);
            Solution { start: solution.start / power::whole(keep[i], skipped as i32), ..solution }
        })
    }
}
