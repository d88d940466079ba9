//! Tree-structured density estimates: where good points are dense and others are not.
//!
//! Points are split by rank; each part becomes a density, a mixture of one kernel per point and a uniform one, all parameters
//! together. Candidates are drawn from the density of the good ones, and the one with the greatest ratio of both is taken.
//! Sources: Bergstra, Bardenet, Bengio, Kegl, *Algorithms for hyper-parameter optimization* (2011); Falkner, Klein, Hutter,
//! *BOHB* (2018) for the joint kernels; Aitchison, Aitken (1976) for choices.
use crate::math::normal;
use crate::math::random::Random;
use crate::optimize::minimize::methods::population::{below, pick};
use crate::optimize::space::Axis;

/// Candidates drawn for one proposal.
const DRAWN: usize = 48;
/// The narrowest kernel.
const NARROWEST: f64 = 0.01;

/// A mixture over the coordinates.
struct Density<'a> {
    axes: &'a [Axis],
    points: Vec<&'a [f64]>,
    widths: Vec<f64>,
}

impl<'a> Density<'a> {
    fn new(axes: &'a [Axis], points: Vec<&'a [f64]>) -> Self {
        let (count, dimensions) = (points.len().max(1) as f64, axes.len() as f64);
        let shrink = count.powf(-1.0 / (dimensions + 4.0));
        let width = |(i, axis): (usize, &Axis)| {
            if axis.is_categorical() {
                return (0.8 * shrink).min(0.9);
            }
            let mean = points.iter().map(|p| p[i]).sum::<f64>() / count;
            let variance = points.iter().map(|p| (p[i] - mean) * (p[i] - mean)).sum::<f64>() / count;
            let cell = if axis.is_discrete() { 0.5 / axis.count() } else { 0.0 };
            (1.06 * variance.sqrt() * shrink).clamp(NARROWEST.max(cell), 0.5)
        };
        let widths = axes.iter().enumerate().map(width).collect();
        Self { axes, points, widths }
    }

    fn draw(&self, random: &mut Random) -> Vec<f64> {
        let chosen = pick(random, self.points.len() + 1);
        let Some(point) = self.points.get(chosen) else {
            return self.axes.iter().map(|_| random.uniform()).collect();
        };
        let mut place = Vec::with_capacity(point.len());
        for (i, axis) in self.axes.iter().enumerate() {
            let at = if axis.is_categorical() {
                if random.uniform() < self.widths[i] { random.uniform() } else { point[i] }
            } else {
                let (low, high) = (below((0.0 - point[i]) / self.widths[i]), below((1.0 - point[i]) / self.widths[i]));
                let inside = normal::quantile(low + random.uniform() * (high - low));
                (point[i] + self.widths[i] * inside).clamp(0.0, 1.0)
            };
            place.push(at);
        }
        place
    }

    /// The logarithm of the density, up to a constant that is the same for all.
    fn log(&self, place: &[f64]) -> f64 {
        let mut logs = vec![0.0];
        for point in &self.points {
            let mut log = 0.0;
            for (i, axis) in self.axes.iter().enumerate() {
                let width = self.widths[i];
                if axis.is_categorical() {
                    let count = axis.count();
                    let same = axis.decode(place[i]) == axis.decode(point[i]);
                    log += if same { ((1.0 - width) * count + width).ln() } else { width.ln() };
                } else {
                    let z = (place[i] - point[i]) / width;
                    let mass = below((1.0 - point[i]) / width) - below((0.0 - point[i]) / width);
                    log += -0.5 * z * z - (width * mass).ln() - 0.5 * (2.0 * std::f64::consts::PI).ln();
                }
            }
            logs.push(log);
        }
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        most + (logs.iter().map(|log| (log - most).exp()).sum::<f64>() / logs.len() as f64).ln()
    }
}

/// The next place to look at, given points best first.
pub(super) fn propose(random: &mut Random, axes: &[Axis], ranked: &[&[f64]]) -> Vec<f64> {
    let good = ranked.len().div_ceil(10).clamp(2, 25).min(ranked.len());
    let (good, rest) = ranked.split_at(good);
    let (good, rest) = (Density::new(axes, good.to_vec()), Density::new(axes, rest.to_vec()));
    let mut best = (f64::NEG_INFINITY, Vec::new());
    for _ in 0..DRAWN {
        let place = good.draw(random);
        let ratio = good.log(&place) - rest.log(&place);
        if best.1.is_empty() || ratio > best.0 {
            best = (ratio, place);
        }
    }
    best.1
}
