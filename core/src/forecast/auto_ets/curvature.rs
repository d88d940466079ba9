//! The curvature: one pass forward with the sensitivities of every error to every number, summed to the Gauss-Newton matrix.
use super::recursion::{Point, SEASON_ADDITIVE, SEASON_MULTIPLICATIVE, SEASON_NONE, TREND_DAMPED, TREND_NONE, Weights};

/// How many observations are added to the matrix at once.
const BLOCK: usize = 4;

/// Buffers of the pass with sensitivities, and its result. Sensitivities have one entry per number of the form's layout.
#[derive(Clone, Debug, Default)]
pub(super) struct Sensitivity {
    level: Vec<f64>,
    slope: Vec<f64>,
    base: Vec<f64>,
    /// `[place, number]`.
    season: Vec<f64>,
    /// Errors, relative if the errors are multiplicative, of the observations of a block, `[observation, number]`.
    errors: Vec<f64>,
    /// Sum over time of the outer products of the errors' sensitivities, `[number, number]`, lower triangle; only its
    /// diagonal where `diagonal` is set.
    pub(super) gram: Vec<f64>,
    /// Leave out everything but the diagonal.
    pub(super) diagonal: bool,
}

impl Sensitivity {
    /// Clear everything for a form with `len` numbers.
    fn clear(&mut self, len: usize, seasons: usize) {
        for (buffer, size) in [
            (&mut self.level, len),
            (&mut self.slope, len),
            (&mut self.base, len),
            (&mut self.season, len * seasons),
            (&mut self.errors, len * BLOCK),
            (&mut self.gram, len * len),
        ] {
            buffer.clear();
            buffer.resize(size, 0.0);
        }
    }

    /// Add the outer products of the block's errors.
    fn add_block(&mut self, len: usize) {
        if self.diagonal {
            for row in self.errors.chunks_exact(len) {
                let entries = self.gram.iter_mut().step_by(len + 1);
                entries.zip(row).for_each(|(sum, error)| *sum += error * error);
            }
            return;
        }
        let (first, second) = self.errors.split_at(2 * len);
        let ((a, b), (c, d)) = (first.split_at(len), second.split_at(len));
        for i in 0..len {
            let left = [a[i], b[i], c[i], d[i]];
            let row = &mut self.gram[i * len..i * len + i + 1];
            for ((((sum, a), b), c), d) in row.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *sum += left[0] * a + left[1] * b + left[2] * c + left[3] * d;
            }
        }
    }
}

/// The sum of outer products of the errors' gradients, see [`Passes`](super::recursion::Passes).
pub(super) fn curvature<const TREND: u8, const SEASON: u8, const RELATIVE: bool>(
    series: &[f64],
    period: usize,
    weights: &Weights,
    tape: &[Point],
    work: &mut Sensitivity,
) {
    // The form's layout, as in `Form::layout`.
    let at_beta = usize::from(TREND != TREND_NONE);
    let at_gamma = at_beta + usize::from(SEASON != SEASON_NONE);
    let at_phi = at_gamma + usize::from(TREND == TREND_DAMPED);
    let at_level = at_phi + 1;
    let at_season = at_level + 1 + usize::from(TREND != TREND_NONE);
    let places = if SEASON == SEASON_NONE { 0 } else { period };
    let len = at_season + places;
    let positions = Positions { beta: at_beta, gamma: at_gamma, phi: at_phi };
    work.clear(len, places);
    work.level[at_level] = 1.0;
    if TREND != TREND_NONE {
        work.slope[at_level + 1] = 1.0;
    }
    for place in 0..places {
        work.season[place * len + at_season + place] = 1.0;
    }
    let (mut place, mut filled) = (0, 0);
    for (&y, point) in series.iter().zip(tape) {
        let season = if SEASON == SEASON_NONE { 0..0 } else { place * len..(place + 1) * len };
        let mut state = Rows {
            level: &mut work.level,
            slope: &mut work.slope,
            base: &mut work.base,
            season: &mut work.season[season],
            error: &mut work.errors[filled * len..(filled + 1) * len],
        };
        state.step::<TREND, SEASON, RELATIVE>(y, point, weights, positions);
        place = if place + 1 >= places { 0 } else { place + 1 };
        filled += 1;
        if filled == BLOCK {
            work.add_block(len);
            filled = 0;
        }
    }
    if filled > 0 {
        work.errors[filled * len..].fill(0.0);
        work.add_block(len);
    }
}

#[derive(Clone, Copy)]
struct Positions {
    beta: usize,
    gamma: usize,
    phi: usize,
}

/// The sensitivities that one step reads and writes; `season` is the row of the step's place.
struct Rows<'a> {
    level: &'a mut [f64],
    slope: &'a mut [f64],
    base: &'a mut [f64],
    season: &'a mut [f64],
    error: &'a mut [f64],
}

impl Rows<'_> {
    #[inline(always)]
    fn step<const TREND: u8, const SEASON: u8, const RELATIVE: bool>(
        &mut self,
        y: f64,
        point: &Point,
        weights: &Weights,
        at: Positions,
    ) {
        let Weights { alpha, beta, gamma, phi } = *weights;
        let (q, s) = (point.base, point.season);
        self.base.copy_from_slice(self.level);
        if TREND != TREND_NONE {
            self.base.iter_mut().zip(&*self.slope).for_each(|(base, slope)| *base += phi * slope);
        }
        if TREND == TREND_DAMPED {
            self.base[at.phi] += point.slope;
        }
        let bases = self.error.iter_mut().zip(&*self.base);
        match SEASON {
            SEASON_NONE => bases.for_each(|(error, base)| *error = -base),
            SEASON_ADDITIVE => bases.zip(&*self.season).for_each(|((error, base), season)| *error = -(base + season)),
            _ => bases.zip(&*self.season).for_each(|((error, base), season)| *error = -(s * base + q * season)),
        }
        let mean = match SEASON {
            SEASON_NONE => q,
            SEASON_ADDITIVE => q + s,
            _ => q * s,
        };
        let error = y - mean;
        // u and v of the step, and what they gain from the error, from the base and from the season.
        let (u, v) = if SEASON == SEASON_MULTIPLICATIVE { (error / s, error / q) } else { (error, error) };
        let (u_error, u_season, v_error, v_base) =
            if SEASON == SEASON_MULTIPLICATIVE { (1.0 / s, -u / s, 1.0 / q, -v / q) } else { (1.0, 0.0, 1.0, 0.0) };
        if SEASON == SEASON_NONE {
            let rows = self.level.iter_mut().zip(&*self.base).zip(&*self.error);
            rows.for_each(|((level, base), error)| *level = base + alpha * error);
            if TREND != TREND_NONE {
                let rows = self.slope.iter_mut().zip(&*self.error);
                rows.for_each(|(slope, error)| *slope = phi * *slope + beta * error);
            }
        } else {
            let rows = self.level.iter_mut().zip(self.slope.iter_mut());
            let rows = rows.zip(self.season.iter_mut()).zip(self.base.iter().zip(&*self.error));
            for (((level, slope), season), (base, error)) in rows {
                let to_u = u_error * error + u_season * *season;
                *level = base + alpha * to_u;
                if TREND != TREND_NONE {
                    *slope = phi * *slope + beta * to_u;
                }
                *season += gamma * (v_error * error + v_base * base);
            }
            self.season[at.gamma] += v;
        }
        self.level[0] += u;
        if TREND != TREND_NONE {
            self.slope[at.beta] += u;
        }
        if TREND == TREND_DAMPED {
            self.slope[at.phi] += point.slope;
        }
        if RELATIVE {
            let scale = y / (mean * mean);
            self.error.iter_mut().for_each(|error| *error *= scale);
        }
    }
}
