//! Loess on evenly spaced points: local regressions of degree 0 or 1 with tricube weights.
//!
//! Points are counted from 1, as in the source; the line of numbers behind a point `p` is at `p - 1`. Of a window that is
//! symmetric about its point, all sums are convolutions with three fixed kernels, taken for eight points at a time; near the
//! ends, and where points are skipped, each point has its own weights. O(points * width).
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;

/// How many points are smoothed at once.
pub(super) const LANES: usize = 8;
/// About how many multiplications lie between two looks at the context.
const WORK: usize = 1 << 22;

/// One smoother.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loess {
    /// The number of points in a window, odd.
    pub(super) width: usize,
    /// 0 or 1.
    pub(super) degree: usize,
    /// Every how many points are smoothed; those between lie on a line.
    pub(super) jump: usize,
}

/// What a window's points weigh, and what it takes to correct for a point that is not their centre.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// The first point.
    pub(super) left: usize,
    /// One weight per point, not normalised.
    pub(super) weights: Vec<f64>,
    /// How far each point lies from the one that is smoothed.
    pub(super) offsets: Vec<f64>,
    /// The least spread of points, squared, that a slope is fitted to.
    pub(super) least_spread: f64,
    at: (usize, usize, usize),
}

/// Weighted sums over a window, for some points or some series at once.
#[derive(Clone, Copy)]
pub(super) struct Sums {
    pub(super) weight: [f64; LANES],
    pub(super) offset: [f64; LANES],
    pub(super) square: [f64; LANES],
    pub(super) value: [f64; LANES],
    pub(super) product: [f64; LANES],
}

impl Sums {
    pub(super) const NONE: Sums = Sums {
        weight: [0.0; LANES],
        offset: [0.0; LANES],
        square: [0.0; LANES],
        value: [0.0; LANES],
        product: [0.0; LANES],
    };

    /// The regression's value at offset 0; `otherwise` where nothing has weight.
    #[inline(always)]
    pub(super) fn solve(&self, slope: bool, least_spread: f64, otherwise: &[f64; LANES]) -> [f64; LANES] {
        let mut smooth = *otherwise;
        for (lane, smooth) in smooth.iter_mut().enumerate() {
            let total = self.weight[lane];
            if total > 0.0 {
                let mean = self.value[lane] / total;
                let centre = self.offset[lane] / total;
                let spread = self.square[lane] / total - centre * centre;
                let tilt = if slope && spread > least_spread {
                    (self.product[lane] / total - centre * mean) * centre / spread
                } else {
                    0.0
                };
                *smooth = mean - tilt;
            }
        }
        smooth
    }
}

impl Loess {
    /// First and last point of the window of a point among `count`.
    pub(super) fn reach(&self, point: usize, count: usize) -> (usize, usize) {
        if self.width >= count {
            return (1, count);
        }
        let half = self.width.div_ceil(2);
        let left = (point + 1).saturating_sub(half).clamp(1, count - self.width + 1);
        (left, left + self.width - 1)
    }

    /// The tricube weights of the points `left..=right` for `point`, which may lie one outside of the `count` points.
    pub(super) fn weigh(&self, window: &mut Window, point: usize, (left, right): (usize, usize), count: usize) {
        // Relative to the point the window is often the last one again.
        let at = (point + count - left, right + count - point, count);
        window.left = left;
        if window.at == at {
            return;
        }
        window.at = at;
        let mut reach = point.abs_diff(left).max(point.abs_diff(right)) as f64;
        if self.width > count {
            reach += ((self.width - count) / 2) as f64;
        }
        let range = 0.001 * (count as f64 - 1.0).max(1.0);
        window.least_spread = range * range;
        let points = right - left + 1;
        window.weights.resize(points, 0.0);
        window.offsets.resize(points, 0.0);
        let first = left as f64 - point as f64;
        tricube(&mut window.weights, &mut window.offsets, first, reach);
    }

    /// Smooth all points of `values`. `robust` weighs them besides.
    pub(super) fn smooth(
        &self,
        values: &[f64],
        robust: Option<&[f64]>,
        smooth: &mut [f64],
        context: &Context,
    ) -> Result<()> {
        let count = values.len();
        if count < 2 {
            smooth.copy_from_slice(values);
            return Ok(());
        }
        let jump = self.jump.min(count - 1);
        let half = self.width.div_ceil(2);
        let mut window = Window::default();
        let mut ends = vec![0.0; if robust.is_some() { self.width.min(count) } else { 0 }];
        let mut one = |point: usize, reach: (usize, usize)| {
            self.weigh(&mut window, point, reach, count);
            self.point(&window, values, robust, &mut ends, values[point - 1])
        };
        let every = (WORK / self.width.min(count)).max(1);
        if jump > 1 {
            for (done, point) in (1..=count).step_by(jump).enumerate() {
                if done % every == 0 {
                    context.check()?;
                }
                smooth[point - 1] = one(point, self.reach(point, count));
            }
            let last = (count - 1) / jump * jump + 1;
            if last != count {
                // The window of the last point on the grid, as in the source.
                smooth[count - 1] = one(count, self.reach(last, count));
            }
            join(smooth, jump);
            return Ok(());
        }
        // Points whose window is symmetric about them.
        let inner = if self.width < count { half..count + 2 - half } else { 0..0 };
        for (done, point) in (1..=count).filter(|point| !inner.contains(point)).enumerate() {
            if done % every == 0 {
                context.check()?;
            }
            smooth[point - 1] = one(point, self.reach(point, count));
        }
        if inner.is_empty() {
            return Ok(());
        }
        self.inner(inner, values, robust, smooth, context)
    }

    /// The points with symmetric windows.
    fn inner(
        &self,
        inner: std::ops::Range<usize>,
        values: &[f64],
        robust: Option<&[f64]>,
        smooth: &mut [f64],
        context: &Context,
    ) -> Result<()> {
        let count = values.len();
        let mut window = Window::default();
        self.weigh(&mut window, inner.start, self.reach(inner.start, count), count);
        // The outermost weights are 0.
        let kernel = &window.weights[1..self.width - 1];
        let offsets = &window.offsets[1..self.width - 1];
        // The window of point p starts at place p - half, without its outermost p - half + 1.
        let first = inner.start + 1 - self.width.div_ceil(2);
        let places = inner.len();
        let every = (WORK / self.width).next_multiple_of(LANES);
        let smooth = &mut smooth[inner.start - 1..][..places];
        let Some(robust) = robust else {
            let total: f64 = kernel.iter().sum();
            let kernel: Vec<f64> = kernel.iter().map(|weight| weight / total).collect();
            for start in (0..places).step_by(every) {
                context.check()?;
                let end = (start + every).min(places);
                convolve(&values[first + start..], &kernel, &mut smooth[start..end]);
            }
            return Ok(());
        };
        context.check()?;
        let weighted: Vec<f64> = values.iter().zip(robust).map(|(value, weight)| value * weight).collect();
        let tilted: Vec<f64> = kernel.iter().zip(offsets).map(|(weight, offset)| weight * offset).collect();
        let squared: Vec<f64> = tilted.iter().zip(offsets).map(|(weight, offset)| weight * offset).collect();
        let kernels = [kernel, &tilted, &squared];
        let own = &values[inner.start - 1..][..places];
        for start in (0..places).step_by(every) {
            context.check()?;
            let end = (start + every).min(places);
            let lines = [&robust[first + start..], &weighted[first + start..]];
            let slope = self.degree > 0;
            regress(lines, kernels, slope, window.least_spread, &own[start..end], &mut smooth[start..end]);
        }
        Ok(())
    }

    /// One point from its window.
    fn point(
        &self,
        window: &Window,
        values: &[f64],
        robust: Option<&[f64]>,
        scratch: &mut [f64],
        otherwise: f64,
    ) -> f64 {
        let points = window.weights.len();
        let part = window.left - 1..window.left - 1 + points;
        let weights = match robust {
            None => &window.weights[..],
            Some(robust) => {
                let scratch = &mut scratch[..points];
                for ((product, weight), robust) in scratch.iter_mut().zip(&window.weights).zip(&robust[part.clone()]) {
                    *product = weight * robust;
                }
                scratch
            }
        };
        let sums = reduce(weights, &window.offsets, &values[part]);
        sums.solve(self.degree > 0, window.least_spread, &[otherwise; LANES])[0]
    }
}

/// Lines between the points of a grid, and from its last to the end.
fn join(smooth: &mut [f64], jump: usize) {
    let count = smooth.len();
    let mut from = 0;
    while from + 1 < count {
        let to = (from + jump).min(count - 1);
        let (first, slope) = (smooth[from], (smooth[to] - smooth[from]) / (to - from) as f64);
        for step in 1..to - from {
            smooth[from + step] = first + slope * step as f64;
        }
        from = to;
    }
}

dispatch! {
    fn tricube, portable tricube_portable(weights: &mut [f64], offsets: &mut [f64], first: f64, reach: f64) {
        let (near, far) = (0.001 * reach, 0.999 * reach);
        for (step, (weight, offset)) in weights.iter_mut().zip(offsets).enumerate() {
            *offset = first + step as f64;
            let distance = offset.abs();
            let share = distance / reach;
            let rest = 1.0 - share * share * share;
            let cube = rest * rest * rest;
            *weight = if distance <= near { 1.0 } else if distance <= far { cube } else { 0.0 };
        }
    }
}

dispatch! {
    /// The sums of one window, all in the first lane.
    fn reduce, portable reduce_portable(weights: &[f64], offsets: &[f64], values: &[f64]) -> Sums {
        let mut lanes = Sums::NONE;
        let (weights, rest) = weights.as_chunks::<LANES>();
        let (offsets, other) = offsets.as_chunks::<LANES>();
        let (values, more) = values.as_chunks::<LANES>();
        let mut add = |weight: &[f64; LANES], offset: &[f64; LANES], value: &[f64; LANES]| {
            for lane in 0..LANES {
                let tilted = weight[lane] * offset[lane];
                lanes.weight[lane] += weight[lane];
                lanes.offset[lane] += tilted;
                lanes.square[lane] += tilted * offset[lane];
                lanes.value[lane] += weight[lane] * value[lane];
                lanes.product[lane] += tilted * value[lane];
            }
        };
        for ((weight, offset), value) in weights.iter().zip(offsets).zip(values) {
            add(weight, offset, value);
        }
        let (mut weight, mut offset, mut value) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        weight[..rest.len()].copy_from_slice(rest);
        offset[..other.len()].copy_from_slice(other);
        value[..more.len()].copy_from_slice(more);
        add(&weight, &offset, &value);
        let first = |lanes: [f64; LANES]| [lanes.iter().sum(); LANES];
        Sums {
            weight: first(lanes.weight),
            offset: first(lanes.offset),
            square: first(lanes.square),
            value: first(lanes.value),
            product: first(lanes.product),
        }
    }
}

dispatch! {
    /// `smooth[i] = sum kernel[j] values[i + j]`.
    fn convolve, portable convolve_portable(values: &[f64], kernel: &[f64], smooth: &mut [f64]) {
        let mut at = 0;
        let (blocks, rest) = smooth.as_chunks_mut::<{ 4 * LANES }>();
        for block in blocks {
            let mut sums = [0.0; 4 * LANES];
            for (weight, values) in kernel.iter().zip(values[at..].array_windows::<{ 4 * LANES }>()) {
                for lane in 0..4 * LANES {
                    sums[lane] += weight * values[lane];
                }
            }
            *block = sums;
            at += 4 * LANES;
        }
        for smooth in rest {
            *smooth = kernel.iter().zip(&values[at..]).map(|(weight, value)| weight * value).sum();
            at += 1;
        }
    }
}

dispatch! {
    /// Local regressions of robustly weighted points: `lines` are robust weights and values times these, `kernels` the tricube
    /// weights, those times the offset, and times its square.
    fn regress, portable regress_portable(lines: [&[f64]; 2], kernels: [&[f64]; 3], slope: bool, least_spread: f64,
        own: &[f64], smooth: &mut [f64]) {
        let [robust, weighted] = lines;
        let [kernel, tilted, squared] = kernels;
        let width = kernel.len();
        let mut at = 0;
        while at < smooth.len() {
            let points = (smooth.len() - at).min(LANES);
            let mut sums = Sums::NONE;
            if points == LANES {
                let robust = robust[at..at + width + LANES - 1].array_windows::<LANES>();
                let weighted = weighted[at..at + width + LANES - 1].array_windows::<LANES>();
                let weights = kernel.iter().zip(tilted).zip(squared);
                for (((weight, tilt), square), (robust, weighted)) in weights.zip(robust.zip(weighted)) {
                    for lane in 0..LANES {
                        sums.weight[lane] += weight * robust[lane];
                        sums.offset[lane] += tilt * robust[lane];
                        sums.square[lane] += square * robust[lane];
                        sums.value[lane] += weight * weighted[lane];
                        sums.product[lane] += tilt * weighted[lane];
                    }
                }
            } else {
                for lane in 0..points {
                    for place in 0..width {
                        let (robust, weighted) = (robust[at + lane + place], weighted[at + lane + place]);
                        sums.weight[lane] += kernel[place] * robust;
                        sums.offset[lane] += tilted[place] * robust;
                        sums.square[lane] += squared[place] * robust;
                        sums.value[lane] += kernel[place] * weighted;
                        sums.product[lane] += tilted[place] * weighted;
                    }
                }
            }
            let mut otherwise = [0.0; LANES];
            otherwise[..points].copy_from_slice(&own[at..at + points]);
            let solved = sums.solve(slope, least_spread, &otherwise);
            smooth[at..at + points].copy_from_slice(&solved[..points]);
            at += points;
        }
    }
}
