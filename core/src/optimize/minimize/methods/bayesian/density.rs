//! Tree-structured density estimates: where good points are dense and others are not.
//!
//! Points are split by rank; for each parameter by itself each part becomes a density, a mixture of one kernel per point and
//! a uniform one. Candidates are drawn from the densities of the good ones, and the one with the greatest ratio of both is
//! taken. Sources: Bergstra, Bardenet, Bengio, Kegl, *Algorithms for hyper-parameter optimization* (2011); Aitchison, Aitken
//! (1976) for choices.
use crate::math::normal;
use crate::math::random::Random;
use crate::optimize::minimize::methods::population::{below, pick};
use crate::optimize::space::Axis;

/// Candidates drawn for one proposal.
const DRAWN: usize = 48;
/// The narrowest kernel.
const NARROWEST: f64 = 0.01;

/// A mixture for each coordinate.
struct Density<'a> {
    axes: &'a [Axis],
    points: Vec<&'a [f64]>,
    widths: Vec<f64>,
}

impl<'a> Density<'a> {
    fn new(axes: &'a [Axis], points: Vec<&'a [f64]>) -> Self {
        let count = points.len().max(1) as f64;
        let shrink = count.powf(-0.2);
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
        let mut place = Vec::with_capacity(self.axes.len());
        for (i, axis) in self.axes.iter().enumerate() {
            let chosen = pick(random, self.points.len() + 1);
            let width = self.widths[i];
            let at = match self.points.get(chosen) {
                None => random.uniform(),
                Some(_) if axis.is_categorical() && random.uniform() < width => random.uniform(),
                Some(point) if axis.is_categorical() => point[i],
                Some(point) => {
                    let (low, high) = (below((0.0 - point[i]) / width), below((1.0 - point[i]) / width));
                    let inside = normal::quantile(low + random.uniform() * (high - low));
                    (point[i] + width * inside).clamp(0.0, 1.0)
                }
            };
            place.push(at);
        }
        place
    }

    /// The logarithm of the density, up to a constant that is the same for all.
    fn log(&self, place: &[f64]) -> f64 {
        self.axes.iter().enumerate().map(|(i, axis)| self.density(i, axis, place[i]).ln()).sum()
    }

    /// The density of one parameter; the uniform part keeps it from 0.
    fn density(&self, i: usize, axis: &Axis, at: f64) -> f64 {
        let width = self.widths[i];
        let kernel = |point: &&[f64]| {
            if axis.is_categorical() {
                let same = axis.decode(at) == axis.decode(point[i]);
                return if same { (1.0 - width) * axis.count() + width } else { width };
            }
            let z = (at - point[i]) / width;
            let mass = below((1.0 - point[i]) / width) - below((0.0 - point[i]) / width);
            (-0.5 * z * z).exp() / (width * mass * (2.0 * std::f64::consts::PI).sqrt())
        };
        (1.0 + self.points.iter().map(kernel).sum::<f64>()) / (self.points.len() + 1) as f64
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
