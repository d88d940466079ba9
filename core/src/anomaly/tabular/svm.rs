//! One-class support vector machine: which side of a border around the bulk of the rows.
//!
//! With the kernel `k(x, y) = exp(-gamma |x - y|^2)` the weights `a` of the fitted rows minimise `a' K a / 2` under
//! `0 <= a <= 1` and `sum a = nu n` (with weights `0 <= a_i <= w_i` and `nu` times their sum); the score is `rho - sum a_i k(x_i, x)`, above 0 outside the border, in units of the kernel
//! sum. At least the share `nu` of rows are support vectors and at most that share lie outside. Two weights change at a time,
//! chosen by the gradient and the second order (Fan, Chen, Lin 2005), until the largest violation is below `tolerance`.
//! O(rows^2 columns) and more; meant for up to some ten thousand rows. The model keeps the support vectors.
//! Source: Scholkopf, Platt, Shawe-Taylor, Smola, Williamson, *Estimating the support of a high-dimensional distribution* (2001).
use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::lanes::Lanes;
use super::model::{Detector, Model, Scorer};
use super::options::detector;
use super::rows::Rows;
use crate::Context;
use crate::error::{Result, bail, ensure};

/// The most bytes of kernel rows that are kept.
const CACHE: usize = 200 << 20;
/// What stands in for a curvature that is not above 0.
const FLAT: f64 = 1e-12;

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
    vectors: Lanes,
    weights: Vec<f64>,
    gamma: f64,
    border: f64,
}

impl Scorer for SvmModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        rows.score(context, |block, scores| {
            let mut kernel = Vec::new();
            for (row, score) in block.chunks_exact(self.vectors.columns()).zip(scores) {
                context.check()?;
                self.vectors.gaussian(row, self.gamma, &mut kernel);
                *score =
                    self.border - self.weights.iter().zip(&kernel).map(|(weight, value)| weight * value).sum::<f64>();
            }
            Ok(())
        })
    }

    fn check(&self, columns: usize) -> Result<()> {
        ensure!(
            self.vectors.columns() == columns
                && self.weights.len() == self.vectors.len()
                && self.weights.iter().chain([&self.gamma, &self.border]).all(|value| value.is_finite())
                && self.gamma > 0.0,
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
        let all = Lanes::of(&values, columns);
        let (weights, border) =
            Search::new(&all, gamma, self.nu, rows.weights().unwrap_or_else(|| vec![1.0; all.len()]), context)?
                .run(self.tolerance)?;
        let supports: Vec<usize> = (0..weights.len()).filter(|row| weights[*row] > 0.0).collect();
        let vectors: Vec<f64> = supports.iter().flat_map(|row| all.row(*row)).collect();
        let weights = supports.iter().map(|row| weights[*row]).collect();
        let model = SvmModel { vectors: Lanes::of(&vectors, columns), weights, gamma, border };
        let scores = model.score(rows, context)?;
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

/// The search for the weights.
struct Search<'a> {
    rows: &'a Lanes,
    gamma: f64,
    weights: Vec<f64>,
    /// The most that each may be: how many rows a row stands for.
    bounds: Vec<f64>,
    gradient: Vec<f64>,
    cache: Cache,
    context: &'a Context,
}

/// Kernel rows in single precision, the oldest given up first.
struct Cache {
    slots: Vec<Option<Box<[f32]>>>,
    kept: VecDeque<usize>,
    most: usize,
    spare: Vec<f64>,
}

impl Cache {
    fn row(&mut self, row: usize, rows: &Lanes, gamma: f64, also: usize) -> Result<()> {
        if self.slots[row].is_some() {
            return Ok(());
        }
        if self.kept.len() >= self.most
            && let Some(mut oldest) = self.kept.pop_front()
        {
            if oldest == also {
                self.kept.push_back(oldest);
                oldest = self.kept.pop_front().unwrap_or(oldest);
            }
            self.slots[oldest] = None;
        }
        rows.gaussian(&rows.row(row), gamma, &mut self.spare);
        self.slots[row] = Some(self.spare.iter().take(rows.len()).map(|value| *value as f32).collect());
        self.kept.push_back(row);
        Ok(())
    }

    fn get(&self, row: usize) -> &[f32] {
        self.slots[row].as_deref().unwrap_or(&[])
    }
}

impl<'a> Search<'a> {
    /// The first weights are at their bounds until their sum is reached, the others 0.
    fn new(rows: &'a Lanes, gamma: f64, nu: f64, bounds: Vec<f64>, context: &'a Context) -> Result<Self> {
        let count = rows.len();
        let mut left = nu * bounds.iter().sum::<f64>();
        let mut weights = vec![0.0; count];
        for (weight, bound) in weights.iter_mut().zip(&bounds) {
            *weight = f64::min(left, *bound);
            left -= *weight;
        }
        let cache = Cache {
            slots: vec![None; count],
            kept: VecDeque::new(),
            most: (CACHE / 4 / count).max(2),
            spare: Vec::new(),
        };
        let mut search = Self { rows, gamma, weights, bounds, gradient: vec![0.0; count], cache, context };
        for row in 0..count {
            let weight = search.weights[row];
            if weight > 0.0 {
                context.check()?;
                search.cache.row(row, rows, gamma, row)?;
                let kernel = search.cache.get(row);
                search.gradient.iter_mut().zip(kernel).for_each(|(sum, value)| *sum += weight * f64::from(*value));
            }
        }
        Ok(search)
    }

    fn run(mut self, tolerance: f64) -> Result<(Vec<f64>, f64)> {
        let most = (100 * self.weights.len()).max(10_000_000);
        for round in 0..most {
            if round % 16 == 0 {
                self.context.check()?;
            }
            if !self.step(tolerance)? {
                let border = self.border();
                return Ok((self.weights, border));
            }
        }
        bail!(DidNotConverge, "no optimum within {most} steps; scale the columns or raise tolerance ({tolerance})")
    }

    /// Change the two weights that promise most; `false` at the optimum.
    fn step(&mut self, tolerance: f64) -> Result<bool> {
        let (mut up, mut rise) = (None, f64::NEG_INFINITY);
        for (row, ((weight, gradient), bound)) in self.weights.iter().zip(&self.gradient).zip(&self.bounds).enumerate()
        {
            if weight < bound && -gradient >= rise {
                (up, rise) = (Some(row), -gradient);
            }
        }
        let Some(up) = up else { return Ok(false) };
        self.cache.row(up, self.rows, self.gamma, up)?;
        let kernel = self.cache.get(up);
        let (mut down, mut fall, mut best) = (None, f64::NEG_INFINITY, f64::INFINITY);
        for (row, ((weight, gradient), kernel)) in self.weights.iter().zip(&self.gradient).zip(kernel).enumerate() {
            if *weight > 0.0 {
                fall = if *gradient >= fall { *gradient } else { fall };
                let violation = rise + gradient;
                if violation > 0.0 {
                    let curvature = 2.0 - 2.0 * f64::from(*kernel);
                    let curvature = if curvature > 0.0 { curvature } else { FLAT };
                    let gain = -(violation * violation) / curvature;
                    if gain <= best {
                        (down, best) = (Some(row), gain);
                    }
                }
            }
        }
        let Some(down) = down else { return Ok(false) };
        if rise + fall < tolerance {
            return Ok(false);
        }
        self.cache.row(down, self.rows, self.gamma, up)?;
        self.exchange(up, down);
        Ok(true)
    }

    /// Move weight from `down` to `up` as far as the optimum of the two, within their bounds.
    fn exchange(&mut self, up: usize, down: usize) {
        let (first, second) = (self.cache.get(up), self.cache.get(down));
        let curvature = 2.0 - 2.0 * f64::from(first[down]);
        let curvature = if curvature > 0.0 { curvature } else { FLAT };
        let shift = (self.gradient[up] - self.gradient[down]) / curvature;
        let (old_up, old_down) = (self.weights[up], self.weights[down]);
        let sum = old_up + old_down;
        // What keeps both between 0 and their bounds.
        let (most_up, most_down) = (self.bounds[up].min(sum), self.bounds[down].min(sum));
        let mut a = old_up - shift;
        let mut b = old_down + shift;
        if a >= most_up {
            (a, b) = (most_up, sum - most_up);
        } else if a <= sum - most_down {
            (a, b) = (sum - most_down, most_down);
        }
        (self.weights[up], self.weights[down]) = (a, b);
        let (da, db) = (a - old_up, b - old_down);
        for ((gradient, first), second) in self.gradient.iter_mut().zip(first).zip(second) {
            *gradient += f64::from(*first) * da + f64::from(*second) * db;
        }
    }

    /// The mean gradient of the weights between their bounds; without any, the middle of what the others allow.
    fn border(&self) -> f64 {
        let (mut low, mut high, mut sum, mut free) = (f64::NEG_INFINITY, f64::INFINITY, 0.0, 0.0);
        for ((weight, gradient), bound) in self.weights.iter().zip(&self.gradient).zip(&self.bounds) {
            if weight >= bound {
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
