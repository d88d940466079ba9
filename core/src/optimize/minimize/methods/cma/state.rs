//! The distribution of CMA-ES: sampling from it, learning from ranked samples.
//!
//! Source: Hansen, *The CMA Evolution Strategy: A Tutorial* (2016, arXiv:1604.00772), with active (negative) weights.
use crate::math::eigen;
use crate::math::random::Random;

/// Weights and rates that follow from dimension and population.
#[derive(Clone, Debug)]
pub(crate) struct Rates {
    /// Points per generation.
    pub(crate) population: usize,
    /// One weight per rank; the first half positive, adding up to 1.
    weights: Vec<f64>,
    parents: usize,
    effective: f64,
    path_step: f64,
    damping: f64,
    path_covariance: f64,
    rank_one: f64,
    rank_many: f64,
    /// The mean length of a standard normal vector.
    length: f64,
}

impl Rates {
    pub(crate) fn new(dimensions: usize, population: usize) -> Self {
        let (n, size) = (dimensions as f64, population as f64);
        let mut weights: Vec<f64> =
            (1..=population).map(|rank| ((size + 1.0) / 2.0).ln() - (rank as f64).ln()).collect();
        let parents = weights.iter().filter(|w| **w > 0.0).count();
        let sum = |weights: &[f64]| weights.iter().sum::<f64>();
        let squares = |weights: &[f64]| weights.iter().map(|w| w * w).sum::<f64>();
        let (good, bad) = weights.split_at(parents);
        let effective = sum(good) * sum(good) / squares(good);
        let effective_bad = if bad.is_empty() { 0.0 } else { sum(bad) * sum(bad) / squares(bad).max(1e-300) };
        let path_covariance = (4.0 + effective / n) / (n + 4.0 + 2.0 * effective / n);
        let path_step = (effective + 2.0) / (n + effective + 5.0);
        let rank_one = 2.0 / ((n + 1.3) * (n + 1.3) + effective);
        let gain = 2.0 * (effective - 2.0 + 1.0 / effective) / ((n + 2.0) * (n + 2.0) + effective);
        let rank_many = gain.min(1.0 - rank_one).max(0.0);
        let most_bad = if rank_many > 0.0 {
            let balance = 1.0 + rank_one / rank_many;
            let spread = 1.0 + 2.0 * effective_bad / (effective + 2.0);
            let definite = (1.0 - rank_one - rank_many) / (n * rank_many);
            balance.min(spread).min(definite)
        } else {
            0.0
        };
        let (total_good, total_bad) = (sum(good), sum(bad).abs());
        for weight in &mut weights {
            *weight *= if *weight > 0.0 { 1.0 / total_good } else { most_bad / total_bad };
        }
        let damping = 1.0 + 2.0 * (((effective - 1.0) / (n + 1.0)).sqrt() - 1.0).max(0.0) + path_step;
        let length = n.sqrt() * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));
        Self {
            population,
            weights,
            parents,
            effective,
            path_step,
            damping,
            path_covariance,
            rank_one,
            rank_many,
            length,
        }
    }
}

/// A normal distribution that learns.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) rates: Rates,
    n: usize,
    /// The middle.
    pub(crate) mean: Vec<f64>,
    /// The overall step.
    pub(crate) step: f64,
    covariance: Vec<f64>,
    /// Eigenvectors in columns.
    basis: Vec<f64>,
    /// Square roots of the eigenvalues.
    pub(crate) lengths: Vec<f64>,
    path: Vec<f64>,
    step_path: Vec<f64>,
    /// Generations learnt from.
    pub(crate) generations: usize,
    decomposed: usize,
    /// Eigenvalues or steps that are beyond repair.
    pub(crate) broken: bool,
    /// What widens the distribution along axes of separate values, so that it does not settle on one of them too soon.
    pub(crate) stretch: Vec<f64>,
    spare: Vec<f64>,
    turned: Vec<f64>,
    moved: Vec<f64>,
}

impl State {
    /// A round distribution at `mean`, `step` wide.
    pub(crate) fn new(mean: Vec<f64>, step: f64, population: usize) -> Self {
        let n = mean.len();
        let mut identity = vec![0.0; n * n];
        (0..n).for_each(|i| identity[i * n + i] = 1.0);
        Self {
            rates: Rates::new(n, population),
            n,
            mean,
            step,
            covariance: identity.clone(),
            basis: identity,
            lengths: vec![1.0; n],
            path: vec![0.0; n],
            step_path: vec![0.0; n],
            generations: 0,
            decomposed: 0,
            broken: false,
            stretch: vec![1.0; n],
            spare: vec![0.0; n * n + 3 * n],
            turned: vec![0.0; n],
            moved: vec![0.0; n],
        }
    }

    /// The standard deviation along a coordinate.
    pub(crate) fn deviation(&self, i: usize) -> f64 {
        self.step * self.stretch[i] * self.covariance[i * self.n + i].max(0.0).sqrt()
    }

    /// Write the steps of a generation into `steps`, row by row: points are the mean plus `step` times these.
    pub(crate) fn sample(&mut self, random: &mut Random, steps: &mut Vec<f64>) {
        let n = self.n;
        steps.resize(self.rates.population * n, 0.0);
        for row in steps.chunks_exact_mut(n) {
            for (place, length) in self.turned.iter_mut().zip(&self.lengths) {
                *place = length * random.normal();
            }
            for (i, place) in row.iter_mut().enumerate() {
                *place = dot(&self.basis[i * n..(i + 1) * n], &self.turned);
            }
        }
    }

    /// Learn from `steps` as sampled, best first by `order`. It is broken where `go_on` said no on the way.
    pub(crate) fn learn(&mut self, steps: &[f64], order: &[usize], go_on: &dyn Fn() -> bool) {
        let n = self.n;
        self.moved.fill(0.0);
        for (row, weight) in order.iter().zip(&self.rates.weights).take(self.rates.parents) {
            add(&mut self.moved, *weight, &steps[row * n..(row + 1) * n]);
        }
        for (place, (moved, stretch)) in self.mean.iter_mut().zip(self.moved.iter().zip(&self.stretch)) {
            *place += self.step * stretch * moved;
        }
        self.generations += 1;
        let bend = self.follow_step_path();
        self.follow_path(bend);
        self.adapt(steps, order, bend);
        let length = norm(&self.step_path);
        let change = (self.rates.path_step / self.rates.damping * (length / self.rates.length - 1.0)).min(1.0);
        self.step *= change.exp();
        let every = 0.1 / ((self.rates.rank_one + self.rates.rank_many).max(1e-12) * n as f64);
        if (self.generations - self.decomposed) as f64 > every {
            self.decompose(go_on);
        }
    }

    /// The path of the mean in the distribution's own measure; whether it is short enough for the other path to grow.
    fn follow_step_path(&mut self) -> bool {
        let (n, rate) = (self.n, self.rates.path_step);
        let push = (rate * (2.0 - rate) * self.rates.effective).sqrt();
        self.turned.fill(0.0);
        for (i, moved) in self.moved.iter().enumerate() {
            add(&mut self.turned, *moved, &self.basis[i * n..(i + 1) * n]);
        }
        for (place, length) in self.turned.iter_mut().zip(&self.lengths) {
            *place /= length;
        }
        for i in 0..n {
            let back = dot(&self.basis[i * n..(i + 1) * n], &self.turned);
            self.step_path[i] = (1.0 - rate) * self.step_path[i] + push * back;
        }
        let settled = 1.0 - (1.0 - rate).powf(2.0 * self.generations as f64);
        norm(&self.step_path) / settled.sqrt() < (1.4 + 2.0 / (n as f64 + 1.0)) * self.rates.length
    }

    fn follow_path(&mut self, grows: bool) {
        let rate = self.rates.path_covariance;
        let push = if grows { (rate * (2.0 - rate) * self.rates.effective).sqrt() } else { 0.0 };
        for (place, moved) in self.path.iter_mut().zip(&self.moved) {
            *place = (1.0 - rate) * *place + push * moved;
        }
    }

    /// The covariance moves towards the path and the better steps, and away from the worse ones.
    fn adapt(&mut self, steps: &[f64], order: &[usize], grew: bool) {
        let n = self.n;
        let (one, many, rate) = (self.rates.rank_one, self.rates.rank_many, self.rates.path_covariance);
        let missing = if grew { 0.0 } else { rate * (2.0 - rate) };
        let total: f64 = self.rates.weights.iter().sum();
        let keep = 1.0 + one * missing - one - many * total;
        // Only the lower triangle is worked on.
        for i in 0..n {
            let weight = one * self.path[i];
            let row = &mut self.covariance[i * n..i * n + i + 1];
            row.iter_mut().zip(&self.path).for_each(|(c, p)| *c = keep * *c + weight * p);
        }
        for (rank, row) in order.iter().enumerate() {
            let step = &steps[row * n..(row + 1) * n];
            let weight = self.rates.weights[rank];
            let weight = if weight >= 0.0 { weight } else { weight * n as f64 / self.measure(step).max(1e-300) };
            for i in 0..n {
                let factor = many * weight * step[i];
                let row = &mut self.covariance[i * n..i * n + i + 1];
                row.iter_mut().zip(step).for_each(|(c, s)| *c += factor * s);
            }
        }
        for i in 0..n {
            for j in 0..i {
                self.covariance[j * n + i] = self.covariance[i * n + j];
            }
        }
    }

    /// The squared length of a step in the distribution's own measure.
    fn measure(&mut self, step: &[f64]) -> f64 {
        let n = self.n;
        self.turned.fill(0.0);
        for (i, part) in step.iter().enumerate() {
            add(&mut self.turned, *part, &self.basis[i * n..(i + 1) * n]);
        }
        self.turned.iter().zip(&self.lengths).map(|(t, length)| (t / length) * (t / length)).sum()
    }

    fn decompose(&mut self, go_on: &dyn Fn() -> bool) {
        self.decomposed = self.generations;
        let n = self.n;
        let Self { covariance, lengths, basis, spare, .. } = self;
        let (matrix, spare) = spare.split_at_mut(n * n);
        matrix.copy_from_slice(covariance);
        let fine = eigen::decompose(matrix, n, lengths, basis, spare, go_on);
        // Eigenvectors come in rows.
        for i in 0..n {
            for j in 0..i {
                basis.swap(i * n + j, j * n + i);
            }
        }
        let (least, most) = extremes(&self.lengths);
        if !fine || least <= 0.0 || most > 1e14 * least || !self.step.is_finite() {
            self.broken = true;
            return;
        }
        self.lengths.iter_mut().for_each(|length| *length = length.sqrt());
    }

    /// The longest and the shortest axis, overall step included.
    pub(crate) fn axes(&self) -> (f64, f64) {
        let (least, most) = extremes(&self.lengths);
        (self.step * least, self.step * most)
    }
}

fn extremes(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), v| (least.min(*v), most.max(*v)))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

fn add(target: &mut [f64], factor: f64, other: &[f64]) {
    target.iter_mut().zip(other).for_each(|(t, o)| *t += factor * o);
}
