//! One-class support vector machine: which side of a border around the bulk of the rows.
//!
//! With the kernel `k(x, y) = exp(-gamma |x - y|^2)` the weights `a` of the fitted rows minimise `a' K a / 2` under
//! `0 <= a <= 1` and `sum a = nu n` (with weights `0 <= a_i <= w_i` and `nu` times their sum); the score is `rho - sum a_i k(x_i, x)`, above 0 outside the border, in units of the kernel
//! sum. At least the share `nu` of rows are support vectors and at most that share lie outside. Two weights change at a time,
//! chosen by the gradient and the second order (Fan, Chen, Lin 2005), until the largest violation is below `tolerance`. The
//! search starts from the rows that lie outside by the answer for a sample: few of them change sides.
//! O(rows^2 columns) and more; meant for up to some ten thousand rows. The model keeps the support vectors. The fitted rows'
//! scores are the search's own gradient, equal to `score` but for rounding.
//! Source: Scholkopf, Platt, Shawe-Taylor, Smola, Williamson, *Estimating the support of a high-dimensional distribution* (2001).
use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::kernel::Panel;
use super::model::{Detector, Model, Scorer};
use super::options::detector;
use super::rows::Rows;
use crate::Context;
use crate::error::{Result, bail, ensure};
use crate::math::random::Random;
use crate::math::simd::dispatch;

/// The most bytes of kernel rows that are kept.
const CACHE: usize = 200 << 20;
/// What stands in for a curvature that is not above 0.
const FLAT: f64 = 1e-12;
/// A sample has this share of the rows, and so many at least and at most.
const SHARE: usize = 8;
const LEAST: usize = 32;
const MOST: usize = 2000;

detector! {
    /// One-class support vector machine: a smooth border around the bulk of the rows.
    OneClassSvm {
        /// The share of rows that may lie outside, in (0, 1]. Default 0.5.
        nu: f64 = 0.5, /// Set the share of rows that may lie outside.
        with_nu;
        /// How fast the kernel falls with the squared distance, above 0. Default: 1 / (columns x variance of all values).
        gamma: Option<f64> = None, /// Set how fast the kernel falls with the squared distance.
        with_gamma;
        /// The violation of the optimum at which the search ends, above 0. Default 0.001.
        tolerance: f64 = 1e-3, /// Set the violation at which the search ends.
        with_tolerance;
    }
}

impl OneClassSvm {
    pub(super) fn validate(&self) -> Result<()> {
        ensure!(self.nu > 0.0 && self.nu <= 1.0, InvalidConfig, "nu must lie in (0, 1], got {}", self.nu);
        let positive = |value: f64| value > 0.0 && value.is_finite();
        if let Some(gamma) = self.gamma {
            ensure!(positive(gamma), InvalidConfig, "gamma must be above 0 and finite, got {gamma}");
        }
        ensure!(
            positive(self.tolerance),
            InvalidConfig,
            "tolerance must be above 0 and finite, got {}",
            self.tolerance
        );
        Ok(())
    }
}

/// Support vectors, their weights and the border.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SvmModel {
    vectors: Panel,
    weights: Vec<f64>,
    border: f64,
}

impl Scorer for SvmModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        let mut scores = self.vectors.score(rows, &self.weights, context)?;
        scores.iter_mut().for_each(|score| *score = self.border - *score);
        Ok(scores)
    }

    fn check(&self, columns: usize) -> Result<()> {
        ensure!(
            self.vectors.columns() == columns
                && self.vectors.is_finite()
                && self.weights.len() == self.vectors.len()
                && self.weights.iter().chain([&self.border]).all(|value| value.is_finite()),
            InvalidData,
            "the support vectors are broken"
        );
        Ok(())
    }
}

impl Detector for OneClassSvm {
    const NAME: &'static str = "OneClassSvm";

    fn fewest(&self) -> usize {
        2
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        let columns = rows.columns();
        let values = rows.all();
        let gamma = match self.gamma {
            Some(gamma) => gamma,
            None => {
                let variance = variance(&values, rows);
                ensure!(variance.is_finite(), InvalidData, "the values vary too much for a kernel; scale the columns");
                if variance > 0.0 { 1.0 / (columns as f64 * variance) } else { 1.0 }
            }
        };
        let all = Panel::of(values, columns, gamma);
        ensure!(all.is_finite(), InvalidData, "the values vary too much for a kernel; scale the columns");
        let start = start(rows, &all, self, context)?;
        let search = Search::new(rows, &all, start, context)?.run(self.tolerance)?;
        let border = search.border();
        let supports: Vec<usize> = (0..all.len()).filter(|row| search.weights[*row] > 0.0).collect();
        let weights = supports.iter().map(|row| search.weights[*row]).collect();
        let model = SvmModel { vectors: all.choose(&supports), weights, border };
        let scores = search.gradient.iter().map(|sum| border - sum).collect();
        Ok((model.into(), scores))
    }
}

/// The variance of all values, each row as often as it weighs.
fn variance(values: &[f64], rows: &Rows<'_>) -> f64 {
    let columns = rows.columns();
    let weight = |at: usize| rows.weight(at / columns);
    let count = rows.total() * columns as f64;
    let mean = values.iter().enumerate().map(|(at, value)| weight(at) * value).sum::<f64>() / count;
    let square = |(at, value): (usize, &f64)| weight(at) * ((value - mean) * (value - mean));
    values.iter().enumerate().map(square).sum::<f64>() / count
}

/// The most that the weight of each row may be: how many rows it stands for.
fn limits(rows: &Rows<'_>) -> Vec<f64> {
    rows.weights().unwrap_or_else(|| vec![1.0; rows.len()])
}

/// Weights at their limits in the order of `rows` until they add up to the share `nu` of those, then 0.
fn fill(rows: impl Iterator<Item = usize>, limits: &[f64], nu: f64) -> Vec<f64> {
    let mut left = nu * limits.iter().sum::<f64>();
    let mut weights = vec![0.0; limits.len()];
    for row in rows {
        weights[row] = left.clamp(0.0, limits[row]);
        left -= weights[row];
    }
    weights
}

/// The weights to start from: of the rows that are outermost by what a sample says.
fn start(rows: &Rows<'_>, all: &Panel, options: &OneClassSvm, context: &Context) -> Result<Vec<f64>> {
    let count = all.len();
    let size = (count / SHARE).min(MOST);
    if size < LEAST {
        return Ok(fill(0..count, &limits(rows), options.nu));
    }
    let mut random = Random::new(context.seed() ^ 0x0c15_5a3e_77f0_21b9);
    let mut order: Vec<u32> = (0..count as u32).collect();
    for at in 0..size {
        order.swap(at, at + (random.bits() % (count - at) as u64) as usize);
    }
    let mut chosen: Vec<usize> = order[..size].iter().map(|row| *row as usize).collect();
    chosen.sort_unstable();
    let some = all.choose(&chosen);
    let places = rows.places(&chosen);
    let sample = rows.choose(&places);
    let first = start(&sample, &some, options, context)?;
    let search = Search::new(&sample, &some, first, context)?.run(options.tolerance.max(1e-2))?;
    let sums = sums(rows, &some, &search.weights, context)?;
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_unstable_by(|left, right| sums[*left].total_cmp(&sums[*right]).then(left.cmp(right)));
    Ok(fill(order.into_iter(), &limits(rows), options.nu))
}

/// For every row the sum of its kernels with the rows of `panel`, each times its weight.
fn sums(rows: &Rows<'_>, panel: &Panel, weights: &[f64], context: &Context) -> Result<Vec<f64>> {
    let supports: Vec<usize> = (0..panel.len()).filter(|row| weights[*row] > 0.0).collect();
    let weights: Vec<f64> = supports.iter().map(|row| weights[*row]).collect();
    let panel = panel.choose(&supports);
    panel.score(rows, &weights, context)
}

/// The search for the weights.
struct Search<'a> {
    panel: &'a Panel,
    weights: Vec<f64>,
    limits: Vec<f64>,
    gradient: Vec<f64>,
    /// What each row would gain as the one that loses weight.
    gains: Vec<f64>,
    cache: Cache,
    context: &'a Context,
}

/// Kernel rows, the oldest given up first.
struct Cache {
    slots: Vec<Vec<f64>>,
    kept: VecDeque<usize>,
    most: usize,
}

impl Cache {
    /// Make sure that a row is there, and keep `also`.
    fn row(&mut self, row: usize, panel: &Panel, also: usize) {
        if !self.slots[row].is_empty() {
            return;
        }
        let mut room = Vec::new();
        if self.kept.len() >= self.most
            && let Some(mut oldest) = self.kept.pop_front()
        {
            if oldest == also {
                self.kept.push_back(oldest);
                oldest = self.kept.pop_front().unwrap_or(oldest);
            }
            room = std::mem::take(&mut self.slots[oldest]);
        }
        panel.line(row, &mut room);
        self.slots[row] = room;
        self.kept.push_back(row);
    }

    fn get(&self, row: usize) -> &[f64] {
        &self.slots[row]
    }
}

impl<'a> Search<'a> {
    fn new(rows: &Rows<'_>, panel: &'a Panel, weights: Vec<f64>, context: &'a Context) -> Result<Self> {
        let count = panel.len();
        let gradient = sums(rows, panel, &weights, context)?;
        let most = (CACHE / 8 / count).max(2);
        let cache = Cache { slots: vec![Vec::new(); count], kept: VecDeque::new(), most };
        Ok(Self { panel, weights, limits: limits(rows), gradient, gains: vec![0.0; count], cache, context })
    }

    fn run(mut self, tolerance: f64) -> Result<Self> {
        let most = (100 * self.weights.len()).max(10_000_000);
        for round in 0..most {
            if round % 16 == 0 {
                self.context.check()?;
            }
            if !self.step(tolerance) {
                return Ok(self);
            }
        }
        bail!(DidNotConverge, "no optimum within {most} steps; scale the columns or raise tolerance ({tolerance})")
    }

    /// Change the two weights that promise most; `false` at the optimum.
    fn step(&mut self, tolerance: f64) -> bool {
        let (least, most) = bounds(&self.weights, &self.limits, &self.gradient);
        if most - least < tolerance || most == f64::NEG_INFINITY {
            return false;
        }
        let could_rise = |row: &usize| self.weights[*row] < self.limits[*row] && self.gradient[*row] == least;
        let Some(up) = (0..self.weights.len()).rev().find(could_rise) else { return false };
        self.cache.row(up, self.panel, up);
        let best = gains(&self.weights, &self.gradient, self.cache.get(up), least, &mut self.gains);
        let Some(down) = self.gains.iter().rposition(|gain| *gain == best && best > 0.0) else { return false };
        self.cache.row(down, self.panel, up);
        self.exchange(up, down);
        true
    }

    /// Move weight from `down` to `up` as far as the optimum of the two, within their bounds.
    fn exchange(&mut self, up: usize, down: usize) {
        let (first, second) = (self.cache.get(up), self.cache.get(down));
        let curvature = 2.0 - 2.0 * first[down];
        let curvature = if curvature > 0.0 { curvature } else { FLAT };
        let shift = (self.gradient[up] - self.gradient[down]) / curvature;
        let (old_up, old_down) = (self.weights[up], self.weights[down]);
        let sum = old_up + old_down;
        let (mut a, mut b) = (old_up - shift, old_down + shift);
        let (most_up, most_down) = (self.limits[up].min(sum), self.limits[down].min(sum));
        if a >= most_up {
            (a, b) = (most_up, sum - most_up);
        } else if a <= sum - most_down {
            (a, b) = (sum - most_down, most_down);
        }
        (self.weights[up], self.weights[down]) = (a, b);
        update(&mut self.gradient, first, second, a - old_up, b - old_down);
    }

    /// The mean gradient of the weights between their bounds; without any, the middle of what the others allow.
    fn border(&self) -> f64 {
        let (mut low, mut high, mut sum, mut free) = (f64::NEG_INFINITY, f64::INFINITY, 0.0, 0.0);
        for ((weight, gradient), limit) in self.weights.iter().zip(&self.gradient).zip(&self.limits) {
            if weight >= limit {
                low = low.max(*gradient);
            } else if *weight <= 0.0 {
                high = high.min(*gradient);
            } else {
                sum += gradient;
                free += 1.0;
            }
        }
        match (free > 0.0, low.is_finite(), high.is_finite()) {
            (true, _, _) => sum / free,
            (_, true, true) => 0.5 * (low + high),
            (_, true, false) => low,
            _ => {
                if high.is_finite() {
                    high
                } else {
                    0.0
                }
            }
        }
    }
}

/// Rows that a kernel looks at together.
const STEP: usize = 8;

dispatch! {
    /// The least gradient of a weight that may rise and the largest of one that may fall.
    fn bounds, portable bounds_portable(weights: &[f64], limits: &[f64], gradient: &[f64]) -> (f64, f64) {
        let (mut least, mut most) = ([f64::INFINITY; STEP], [f64::NEG_INFINITY; STEP]);
        let ((weights, weights_rest), (gradient, gradient_rest)) = (weights.as_chunks::<STEP>(), gradient.as_chunks::<STEP>());
        let (limits, limits_rest) = limits.as_chunks::<STEP>();
        for ((weights, gradient), limits) in weights.iter().zip(gradient).zip(limits) {
            for lane in 0..STEP {
                let low = if weights[lane] < limits[lane] { gradient[lane] } else { f64::INFINITY };
                let high = if weights[lane] > 0.0 { gradient[lane] } else { f64::NEG_INFINITY };
                least[lane] = if low < least[lane] { low } else { least[lane] };
                most[lane] = if high > most[lane] { high } else { most[lane] };
            }
        }
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for lane in 0..STEP {
            low = if least[lane] < low { least[lane] } else { low };
            high = if most[lane] > high { most[lane] } else { high };
        }
        for ((weight, gradient), limit) in weights_rest.iter().zip(gradient_rest).zip(limits_rest) {
            low = if weight < limit && *gradient < low { *gradient } else { low };
            high = if *weight > 0.0 && *gradient > high { *gradient } else { high };
        }
        (low, high)
    }
}

dispatch! {
    /// What the objective falls by at most, twice, where each row gives weight to one with the gradient `least` and these
    /// kernels; 0 where it cannot. The largest.
    fn gains, portable gains_portable(
        weights: &[f64],
        gradient: &[f64],
        kernels: &[f64],
        least: f64,
        gains: &mut [f64],
    ) -> f64 {
        let mut best = [0.0; STEP];
        for start in (0..gains.len()).step_by(STEP) {
            let end = gains.len().min(start + STEP);
            let parts = gains[start..end].iter_mut().zip(&weights[start..end]).zip(&gradient[start..end]);
            for (((gain, weight), gradient), (kernel, best)) in parts.zip(kernels[start..end].iter().zip(&mut best)) {
                let violation = gradient - least;
                let curvature = 2.0 - 2.0 * kernel;
                let curvature = if curvature > 0.0 { curvature } else { FLAT };
                let own = violation * violation / curvature;
                let own = if (*weight > 0.0) & (violation > 0.0) { own } else { 0.0 };
                *gain = own;
                *best = if own > *best { own } else { *best };
            }
        }
        best.into_iter().fold(0.0, |most, own| if own > most { own } else { most })
    }
}

dispatch! {
    fn update, portable update_portable(gradient: &mut [f64], first: &[f64], second: &[f64], up: f64, down: f64) {
        for ((gradient, first), second) in gradient.iter_mut().zip(first).zip(second) {
            *gradient += first * up + second * down;
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::ArrayView2;

    use super::*;

    /// By the definition, from weights alone: no weight that may rise has a gradient below that of one that may fall, but for
    /// the tolerance and, of wide rows, kernels in single precision.
    #[test]
    fn no_exchange_of_weights_improves_the_answer() {
        let mut random = Random::new(9);
        for (columns, slack) in [(3, 1e-9), (90, 1e-4)] {
            let count = 500;
            let values: Vec<f64> = (0..count * columns).map(|_| random.normal()).collect();
            let rows = Rows::trusted(ArrayView2::from_shape((count, columns), &values).unwrap());
            let gamma = 0.8 / columns as f64;
            let panel = Panel::of(values.clone(), columns, gamma);
            let context = Context::new();
            for nu in [0.1, 0.5, 0.977, 1.0] {
                let options = OneClassSvm::default().with_nu(nu).with_gamma(gamma);
                let first = start(&rows, &panel, &options, &context).unwrap();
                let search = Search::new(&rows, &panel, first, &context).unwrap().run(1e-7).unwrap();
                let total: f64 = search.weights.iter().sum();
                assert!((total - nu * count as f64).abs() < 1e-9, "{total}");
                assert!(search.weights.iter().all(|weight| (0.0..=1.0).contains(weight)));
                let (mut rise, mut fall) = (f64::INFINITY, f64::NEG_INFINITY);
                for (row, weight) in values.chunks_exact(columns).zip(&search.weights) {
                    let mut gradient = 0.0;
                    for (other, weight) in values.chunks_exact(columns).zip(&search.weights) {
                        let square: f64 = row.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum();
                        gradient += weight * (-gamma * square).exp();
                    }
                    rise = if *weight < 1.0 { rise.min(gradient) } else { rise };
                    fall = if *weight > 0.0 { fall.max(gradient) } else { fall };
                }
                assert!(fall - rise < 1e-7 + slack, "{columns} columns, nu {nu}: {fall} {rise}");
            }
        }
    }

    #[test]
    fn the_scores_of_the_fitted_rows_are_those_of_the_same_rows_as_new_ones() {
        let mut random = Random::new(4);
        for columns in [4, 70] {
            let values: Vec<f64> = (0..600 * columns).map(|_| random.normal()).collect();
            let rows = ArrayView2::from_shape((600, columns), &values).unwrap();
            let fitted = OneClassSvm::default().fit(rows, &Context::new()).unwrap();
            let again = fitted.score(rows, &Context::new()).unwrap();
            let size = again.iter().map(|score| score.abs()).fold(0.0, f64::max);
            for (own, again) in fitted.scores().iter().zip(again.iter()) {
                assert!((own - again).abs() < 1e-9 * size, "{columns}: {own} {again}");
            }
        }
    }

    #[test]
    fn every_version_of_the_instructions_searches_the_same() {
        let mut random = Random::new(2);
        let weights: Vec<f64> = (0..37).map(|_| [0.0, 1.0, random.uniform()][(random.bits() % 3) as usize]).collect();
        let gradient: Vec<f64> = (0..37).map(|_| random.normal()).collect();
        let kernels: Vec<f64> = (0..37).map(|_| random.uniform()).collect();
        let limits = vec![1.0; weights.len()];
        assert_eq!(bounds(&weights, &limits, &gradient), bounds_portable(&weights, &limits, &gradient));
        let (mut wide, mut plain) = (vec![0.0; 37], vec![0.0; 37]);
        let best = gains(&weights, &gradient, &kernels, -1.0, &mut wide);
        assert_eq!(best, gains_portable(&weights, &gradient, &kernels, -1.0, &mut plain));
        assert_eq!(wide, plain);
        let (mut wide, mut plain) = (gradient.clone(), gradient);
        update(&mut wide, &kernels, &weights, 0.3, -0.3);
        update_portable(&mut plain, &kernels, &weights, 0.3, -0.3);
        assert_eq!(wide, plain);
    }
}
