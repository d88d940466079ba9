//! The recursion of every theta model, one observation at a time, and how its errors spread into the future.
use serde::{Deserialize, Serialize};

/// A theta model with its parameters, after some observations.
///
/// The one-step forecast of observation `t` (from 0) is `l + w [ (1-a)^t A + (1 - (1-a)^(t+1)) / a B ]`: the smoothed level
/// and a share `w = 1 - 1/theta` of the line `A + B t` as smoothing by `a` sees it. Static models keep the line of the whole
/// sample, dynamic ones that of the observations so far. Source: Fiorucci, Pellegrini, Louzada, Petropoulos, Koehler,
/// *Models for optimising the theta method and their relationship to state space models* (2016).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Filter {
    pub(super) alpha: f64,
    /// `1 - 1/theta`, in [0, 1).
    pub(super) weight: f64,
    pub(super) dynamic: bool,
    pub(super) level: f64,
    /// `(1 - alpha)^t`.
    decay: f64,
    /// Observations learnt.
    time: usize,
    mean: f64,
    intercept: f64,
    slope: f64,
}

impl Filter {
    /// A model with the fixed line `intercept + slope * t`, `t` counted from 1, before the first observation.
    pub(super) fn fixed_line(alpha: f64, weight: f64, start: f64, (intercept, slope): (f64, f64)) -> Self {
        Self { alpha, weight, dynamic: false, level: start, decay: 1.0, time: 0, mean: 0.0, intercept, slope }
    }

    /// A model that learns its line, before the first observation.
    pub(super) fn learning_line(alpha: f64, weight: f64, start: f64) -> Self {
        Self { dynamic: true, ..Self::fixed_line(alpha, weight, start, (0.0, 0.0)) }
    }

    /// How a unit of slope enters the next forecast.
    fn reach(&self) -> f64 {
        (1.0 - self.decay * (1.0 - self.alpha)) / self.alpha
    }

    /// The forecast of the next observation; NaN where a learning line has seen none.
    pub(super) fn forecast(&self) -> f64 {
        if self.dynamic && self.time == 0 {
            return f64::NAN;
        }
        self.level + self.weight * (self.decay * self.intercept + self.reach() * self.slope)
    }

    /// The slope of the forecasts per step.
    pub(super) fn slope(&self) -> f64 {
        self.weight * self.slope
    }

    /// Learn the next observation.
    pub(super) fn learn(&mut self, value: f64) {
        self.level = self.alpha * value + (1.0 - self.alpha) * self.level;
        self.decay *= 1.0 - self.alpha;
        self.time += 1;
        if self.dynamic {
            (self.mean, self.slope) = next_line(self.mean, self.slope, value, self.time as f64);
            self.intercept = self.mean - (self.time as f64 + 1.0) * self.slope / 2.0;
        }
    }

    /// Give `read` the forecast of each next step, taken as if it had been observed.
    pub(super) fn follow<T>(mut self, steps: impl Iterator<Item = T>, mut read: impl FnMut(f64, T)) {
        let mut value = self.forecast();
        for step in steps {
            read(value, step);
            if self.dynamic {
                self.learn(value);
                value = self.forecast();
            } else {
                // What a fixed line loses by its decay the level gains: the forecasts lie on a line.
                value += self.slope();
            }
        }
    }

    /// Forecasts of the next steps.
    pub(super) fn path(&self, steps: usize) -> Vec<f64> {
        let mut path = Vec::with_capacity(steps);
        self.clone().follow(0..steps, |forecast, _| path.push(forecast));
        path
    }

    /// Variances of the next steps' errors, in units of the one-step variance: `1 + (h - 1) alpha^2` for a fixed line; for a
    /// learning one the covariance of (level, mean, slope) is carried forward, so that it is exact as well.
    pub(super) fn variances(&self, steps: usize) -> Vec<f64> {
        if !self.dynamic {
            return (0..steps).map(|step| 1.0 + step as f64 * self.alpha * self.alpha).collect();
        }
        let mut filter = self.clone();
        let mut covariance = [[0.0_f64; 3]; 3];
        let step = |_| {
            let t = filter.time as f64;
            let line = filter.weight * filter.decay;
            // The forecast is z . (level, mean, slope), because A = mean - (t + 1) B / 2.
            let z = [1.0, line, filter.weight * filter.reach() - line * (t + 1.0) / 2.0];
            let spread = times(&covariance, z);
            let variance = 1.0 + dot(z, spread);
            let next = t + 1.0;
            let gain = [filter.alpha, 1.0 / next, 6.0 / (next * (next + 1.0))];
            let keep = [
                [1.0 - filter.alpha, 0.0, 0.0],
                [0.0, 1.0 - 1.0 / next, 0.0],
                [0.0, -6.0 / (next * (next + 1.0)), (next - 2.0) / (next + 1.0)],
            ];
            let transition: [[f64; 3]; 3] =
                std::array::from_fn(|i| std::array::from_fn(|j| keep[i][j] + gain[i] * z[j]));
            let moved: [[f64; 3]; 3] = std::array::from_fn(|i| times(&covariance, transition[i]));
            covariance =
                std::array::from_fn(|i| std::array::from_fn(|j| dot(moved[i], transition[j]) + gain[i] * gain[j]));
            filter.decay *= 1.0 - filter.alpha;
            filter.time += 1;
            variance
        };
        (0..steps).map(step).collect()
    }
}

/// Mean and slope of the least-squares line after observation number `t` >= 1, from those before it.
pub(super) fn next_line(mean: f64, slope: f64, value: f64, t: f64) -> (f64, f64) {
    if t == 1.0 {
        return (value, 0.0);
    }
    (mean + (value - mean) / t, ((t - 2.0) * slope + 6.0 * (value - mean) / t) / (t + 1.0))
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn times(matrix: &[[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| dot(row, vector))
}
