//! What the search knows of every window of a series before it compares any two.
use serde::{Deserialize, Serialize};

use super::options::MatrixProfile;
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;

/// Windows that one instruction looks at.
pub(super) const LANES: usize = 8;
/// Diagonals that are followed together: their sums and what they are compared with stay in the first cache.
pub(super) const BAND: usize = 512;
/// The most windows whose moments are one item of work, and about how many points they have together.
const BLOCK: usize = 1024;
const POINTS: usize = 1 << 22;
/// Below this share of the largest size since the sums were made anew, they are made anew: what rounding lost in a large
/// window would be seen in a small one.
const FALL: f64 = 1e-2;
/// Windows that vary by less than this (in units of the largest value, roughly) are constant to any arithmetic.
const SMALLEST: f64 = 1e-150;

/// What a window is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    /// It has a shape.
    Varied,
    /// All points are the same.
    Constant,
    /// A point is missing or infinite: never like any other.
    Missing,
}

/// The windows of one series.
///
/// `M_i` is the mean of window i less its first point, and `N_i` the root of its sum of squared deviations; first points
/// are subtracted before anything is added, so that a large offset costs no digits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Windows {
    pub(super) window: usize,
    pub(super) count: usize,
    pub(super) normalized: bool,
    /// What the values were multiplied with, a power of two.
    pub(super) scale: f64,
    /// The series, with what is missing replaced by the point before; padded with zeros.
    pub(super) values: Vec<f64>,
    /// `M_i`; padded.
    pub(super) means: Vec<f64>,
    /// `N_i`; padded.
    pub(super) sizes: Vec<f64>,
    /// What a sum is multiplied with to be judged: `1 / N_i` (1 unless normalised), NaN for windows that the kernel must not
    /// match; padded with NaN.
    #[serde(skip)]
    pub(super) weights: Vec<f64>,
    /// Half of what enters less what leaves with the step to window i; unless normalised, what enters. Padded.
    #[serde(skip)]
    pub(super) steps: Vec<f64>,
    /// What enters less the mean of window i plus what leaves less the mean of the window before; unless normalised, what
    /// leaves. Padded.
    #[serde(skip)]
    pub(super) drifts: Vec<f64>,
    pub(super) kinds: Vec<Kind>,
    /// Windows before which sums must be made anew.
    pub(super) cuts: Vec<u32>,
}

impl Windows {
    /// Look at the windows of `series`, which is at least one window long.
    pub(super) fn of(series: &[f64], options: &MatrixProfile, scale: f64, context: &Context) -> Result<Self> {
        let (window, normalized) = (options.window, options.normalized);
        let count = series.len() - window + 1;
        context.check()?;
        let (values, kinds) = filled(series, window, scale);
        context.check()?;
        let padded = count + BAND + LANES;
        let (mut means, mut sizes) = (vec![0.0; padded], vec![0.0; padded]);
        let together = (POINTS / window).clamp(LANES, BLOCK) / LANES * LANES;
        let parts = context.map(count.div_ceil(together), |block| {
            let start = block * together;
            let size = together.min(count - start).next_multiple_of(LANES);
            let (mut means, mut sizes) = (vec![0.0; size], vec![0.0; size]);
            moments(&values[start..], window, &mut means, &mut sizes);
            Ok((means, sizes))
        })?;
        for (block, (mean, size)) in parts.into_iter().enumerate() {
            let start = block * together;
            means[start..start + mean.len()].copy_from_slice(&mean);
            sizes[start..start + size.len()].copy_from_slice(&size);
        }
        let mut windows = Self {
            window,
            count,
            normalized,
            scale,
            values,
            means,
            sizes,
            weights: vec![f64::NAN; padded],
            steps: vec![0.0; padded],
            drifts: vec![0.0; padded],
            kinds,
            cuts: Vec::new(),
        };
        let mut largest = 0.0;
        for at in 0..count {
            if at.is_multiple_of(1 << 15) {
                context.check()?;
            }
            if normalized {
                windows.settle(at);
            } else {
                windows.settle_by_value(at);
            }
            windows.cut(at, windows.sizes[at], &mut largest);
        }
        Ok(windows)
    }

    /// What follows from the moments of a window and of the one before, by shape.
    pub(super) fn settle(&mut self, at: usize) {
        let (first, last) = (self.values[at], self.values[at + self.window - 1]);
        if self.kinds[at] == Kind::Varied && self.sizes[at] < SMALLEST {
            self.kinds[at] = Kind::Constant;
        }
        if self.kinds[at] == Kind::Varied {
            self.weights[at] = 1.0 / self.sizes[at];
        }
        if at > 0 {
            self.steps[at] = (last - self.values[at - 1]) * 0.5;
            self.drifts[at] = (last - first - self.means[at]) - self.means[at - 1];
        }
    }

    /// What follows from the moments of a window and of the one before, by value.
    fn settle_by_value(&mut self, at: usize) {
        if self.kinds[at] == Kind::Constant {
            self.kinds[at] = Kind::Varied;
        }
        if self.kinds[at] == Kind::Varied {
            self.weights[at] = 1.0;
        }
        let last = self.values[at + self.window - 1];
        self.steps[at] = last;
        self.drifts[at] = if at > 0 { self.values[at - 1] } else { last };
    }

    /// Note where a window is much smaller than the largest since the last such place; whether it is.
    pub(super) fn cut(&mut self, at: usize, size: f64, largest: &mut f64) {
        if size > 0.0 && size < FALL * *largest {
            self.cuts.push(at as u32);
            *largest = size;
        }
        *largest = largest.max(size);
    }

    /// Point `at` of window `start` less the window's mean.
    pub(super) fn deviation(&self, start: usize, at: usize) -> f64 {
        self.values[start + at] - self.values[start] - self.means[start]
    }
}

/// A power of two that brings the largest finite value of some series near 1 where squares would overflow or vanish, else 1.
pub(super) fn scale_of(series: &[&[f64]]) -> f64 {
    let finite = series.iter().flat_map(|one| one.iter()).filter(|value| value.is_finite());
    let largest = finite.fold(0.0_f64, |most, value| most.max(value.abs()));
    if largest == 0.0 || (1e-100..1e100).contains(&largest) {
        return 1.0;
    }
    let exponent = (largest.to_bits() >> 52) as i32 - 1023;
    crate::math::power::whole(2.0, (-exponent).clamp(-1022, 1022))
}

/// The series, scaled, with the last finite point in place of those that are not, and what each window is.
pub(super) fn filled(series: &[f64], window: usize, scale: f64) -> (Vec<f64>, Vec<Kind>) {
    let count = series.len() - window + 1;
    let mut held = series.iter().copied().find(|value| value.is_finite()).unwrap_or(0.0);
    let mut values = Vec::with_capacity(series.len() + BAND + LANES);
    let mut kinds = Vec::with_capacity(count);
    // How many points up to here are finite, and how many equal.
    let (mut finite, mut equal) = (0_usize, 0_usize);
    for (at, value) in series.iter().enumerate() {
        if value.is_finite() {
            equal = if finite > 0 && *value == held { equal + 1 } else { 1 };
            finite += 1;
            held = *value;
        } else {
            (finite, equal) = (0, 0);
        }
        values.push(held * scale);
        if at + 1 >= window {
            kinds.push(match (finite >= window, equal >= window) {
                (false, _) => Kind::Missing,
                (true, true) => Kind::Constant,
                (true, false) => Kind::Varied,
            });
        }
    }
    values.resize(series.len() + BAND + LANES, 0.0);
    (values, kinds)
}

dispatch! {
    /// Mean less the first point, and root of the sum of squared deviations, of a whole number of lanes of windows.
    pub(super) fn moments, portable moments_portable(values: &[f64], window: usize, means: &mut [f64], sizes: &mut [f64]) {
        let (means, sizes) = (means.as_chunks_mut::<LANES>().0, sizes.as_chunks_mut::<LANES>().0);
        for (group, (means, sizes)) in means.iter_mut().zip(sizes).enumerate() {
            let values = &values[group * LANES..group * LANES + window + LANES - 1];
            let mut first = [0.0; LANES];
            first.copy_from_slice(&values[..LANES]);
            let mut sums = [0.0; LANES];
            for points in values.windows(LANES) {
                for lane in 0..LANES {
                    sums[lane] += points[lane] - first[lane];
                }
            }
            let rough = sums.map(|sum| sum / window as f64);
            let (mut rest, mut squares) = ([0.0; LANES], [0.0; LANES]);
            for points in values.windows(LANES) {
                for lane in 0..LANES {
                    let deviation = points[lane] - first[lane] - rough[lane];
                    rest[lane] += deviation;
                    squares[lane] += deviation * deviation;
                }
            }
            for lane in 0..LANES {
                let shift = rest[lane] / window as f64;
                means[lane] = rough[lane] + shift;
                let square = squares[lane] - rest[lane] * shift;
                sizes[lane] = if square > 0.0 { square.sqrt() } else { 0.0 };
            }
        }
    }
}
