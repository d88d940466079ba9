//! One descent: from a point down to where the gradient vanishes on the free coordinates.
//!
//! A coordinate is held while it lies on a bound that the gradient pushes it against. Steps are projected into the bounds
//! and meet the weak Wolfe conditions, found by doubling and halving, which also serves functions with kinks (Lewis,
//! Overton, *Nonsmooth optimization via quasi-Newton methods*, 2013). Where forward differences no longer lead down,
//! central ones take over.
use super::memory::{Memory, dot};
use super::slope::{Differences, gradient};
use crate::error::Result;
use crate::optimize::minimize::desk::Run;

/// The part of the promised decrease that a step must bring.
const ENOUGH: f64 = 1e-4;
/// The part of the slope that a step may leave.
const FLATTER: f64 = 0.9;
/// How many times what the model promises a descent may still hope for.
const HOPE: f64 = 10.0;
/// Trials of one step.
const TRIALS: usize = 25;

/// How far a descent goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// The length of the first step.
    pub(crate) reach: f64,
    /// About the most evaluations.
    pub(crate) evaluations: usize,
    /// Steps that gain less are none.
    pub(crate) tolerance: f64,
    /// Give up once what is promised does not lead below this.
    pub(crate) ambition: f64,
    /// Whether central differences finish what forward ones began.
    pub(crate) exact: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self { reach: 0.1, evaluations: usize::MAX, tolerance: 1e-12, ambition: f64::INFINITY, exact: true }
    }
}

/// What a descent found.
#[derive(Clone, Debug)]
pub(crate) struct Descent {
    pub(crate) point: Vec<f64>,
    pub(crate) value: f64,
    /// What the quadratic model still promises to gain: next to nothing at a smooth minimum.
    pub(crate) promised: f64,
}

/// What one step found.
struct Step {
    point: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

/// Where the descent stands.
struct Place {
    ranges: Vec<(f64, f64)>,
    point: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
    how: Differences,
}

/// Descend from `start` as planned.
pub(crate) async fn descend(run: &mut Run, start: &[f64], plan: Plan) -> Result<Descent> {
    let n = start.len();
    let began = run.used;
    let ranges: Vec<(f64, f64)> = run.space.axes.iter().map(|axis| axis.range()).collect();
    let point: Vec<f64> = start.iter().zip(&ranges).map(|(x, (low, high))| x.clamp(*low, *high)).collect();
    let value = run.value(&point).await?;
    let mut place = Place { ranges, point, value, gradient: Vec::new(), how: Differences::Forward };
    let mut memory = Memory::new(n.clamp(5, 20));
    if !value.is_finite() || !place.look(run).await? {
        return Ok(place.end(&memory));
    }
    let mut idle = 0;
    while run.used - began < plan.evaluations {
        let before = place.value;
        match step(run, &place, &memory, plan.reach).await? {
            Some(next) => {
                let moved: Vec<f64> = next.point.iter().zip(&place.point).map(|(a, b)| a - b).collect();
                let turned: Vec<f64> = next.gradient.iter().zip(&place.gradient).map(|(a, b)| a - b).collect();
                memory.push(moved, turned);
                (place.point, place.value, place.gradient) = (next.point, next.value, next.gradient);
                let least = plan.tolerance.max(4.0 * f64::EPSILON * before.abs());
                idle = if before - place.value <= least { idle + 1 } else { 0 };
            }
            None if !memory.is_empty() => {
                memory.clear();
                continue;
            }
            None => idle = 2,
        }
        let known = memory.len() >= n.min(10);
        if known && plan.ambition.is_finite() && place.value - HOPE * place.promised(&memory) > plan.ambition {
            break;
        }
        if idle >= 2 {
            if run.options.gradient || !plan.exact || place.how == Differences::Central {
                break;
            }
            place.how = Differences::Central;
            idle = 1;
            if !place.look(run).await? {
                break;
            }
        }
    }
    Ok(place.end(&memory))
}

impl Place {
    fn end(self, memory: &Memory) -> Descent {
        let promised = self.promised(memory);
        Descent { point: self.point, value: self.value, promised }
    }

    /// Which coordinates are not held at a bound.
    fn free(&self) -> Vec<bool> {
        let held = |i: usize| {
            let (low, high) = self.ranges[i];
            (self.point[i] <= low && self.gradient[i] > 0.0) || (self.point[i] >= high && self.gradient[i] < 0.0)
        };
        (0..self.point.len()).map(|i| !held(i)).collect()
    }

    /// The decrease to the minimum of the quadratic model; infinite where there is none.
    fn promised(&self, memory: &Memory) -> f64 {
        if memory.is_empty() || self.gradient.len() != self.point.len() {
            return f64::INFINITY;
        }
        -0.5 * dot(&memory.direction(&self.gradient, &self.free()), &self.gradient)
    }

    /// Take the gradient here; whether it is finite.
    async fn look(&mut self, run: &mut Run) -> Result<bool> {
        let slopes = gradient(run, &self.point, self.value, self.how, &self.ranges).await?;
        let fine = slopes.is_some();
        self.gradient = slopes.unwrap_or_default();
        Ok(fine)
    }
}

/// A step along the projected direction that meets the weak Wolfe conditions, or the lowest that was found.
async fn step(run: &mut Run, place: &Place, memory: &Memory, reach: f64) -> Result<Option<Step>> {
    let mut direction = memory.direction(&place.gradient, &place.free());
    if dot(&direction, &place.gradient) >= 0.0 {
        return Ok(None);
    }
    if memory.is_empty() {
        let length = dot(&direction, &direction).sqrt();
        direction.iter_mut().for_each(|d| *d *= reach / length);
    }
    let (mut short, mut long, mut length) = (0.0, f64::INFINITY, 1.0);
    let mut lowest: Option<Step> = None;
    for _ in 0..TRIALS {
        let bounded = place.ranges.iter().zip(place.point.iter().zip(&direction));
        let point: Vec<f64> = bounded.map(|((low, high), (x, d))| (x + length * d).clamp(*low, *high)).collect();
        let moved: Vec<f64> = point.iter().zip(&place.point).map(|(a, b)| a - b).collect();
        let slope = dot(&moved, &place.gradient);
        if slope >= 0.0 || moved.iter().all(|m| *m == 0.0) {
            break;
        }
        let value = run.value(&point).await?;
        if value.is_nan() || value > place.value + ENOUGH * slope || value >= place.value {
            long = length;
        } else {
            let Some(slopes) = gradient(run, &point, value, place.how, &place.ranges).await? else { break };
            let left = dot(&moved, &slopes);
            let better = lowest.as_ref().is_none_or(|lowest| value < lowest.value);
            let at_bounds = moved.iter().zip(&direction).any(|(m, d)| (m - length * d).abs() > 1e-12 * d.abs());
            if better {
                lowest = Some(Step { point, value, gradient: slopes });
            }
            if left >= FLATTER * slope || at_bounds {
                break;
            }
            short = length;
        }
        length = if long.is_finite() { parabola(place.value, slope, value, length, short, long) } else { 2.0 * length };
        if long.is_finite() && (long - short) <= 1e-14 * long {
            break;
        }
    }
    Ok(lowest)
}

/// The next length to try: the minimum of the parabola through both values and the slope, well inside the interval.
fn parabola(from: f64, slope: f64, value: f64, length: f64, short: f64, long: f64) -> f64 {
    let middle = f64::midpoint(short, long);
    if short > 0.0 || length != long {
        return middle;
    }
    let found = -slope * length / (2.0 * (value - from - slope));
    if found.is_finite() { found.clamp(0.1 * long, 0.5 * long) } else { 0.25 * long }
}
