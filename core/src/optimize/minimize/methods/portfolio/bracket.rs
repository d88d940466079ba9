//! A minimum along a line, held between two points, narrowed question by question.

/// Three points of which the middle one is lowest; at a bound it may coincide with an end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bracket {
    low: (f64, f64),
    /// The lowest point and its value.
    pub(super) best: (f64, f64),
    high: (f64, f64),
    /// The widths before the last two narrowings.
    widths: [f64; 2],
}

/// The part of the wider side at which a golden section cuts.
const GOLDEN: f64 = 0.381_966_011_250_105_1;

impl Bracket {
    /// The lowest point between its neighbours, as (place, value).
    pub(super) fn new(low: (f64, f64), best: (f64, f64), high: (f64, f64)) -> Self {
        Self { low, best, high, widths: [f64::INFINITY; 2] }
    }

    pub(super) fn places(&self) -> [f64; 3] {
        [self.low.0, self.best.0, self.high.0]
    }

    /// The same places with other values.
    pub(super) fn with_values(self, values: [f64; 3]) -> Self {
        let [low, best, high] = self.places();
        let points = [(low, values[0]), (best, values[1]), (high, values[2])];
        let lowest = (0..3).min_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap_or(1);
        match lowest {
            0 => Self::new(points[0], points[0], points[1]),
            2 => Self::new(points[1], points[2], points[2]),
            _ => Self::new(points[0], points[1], points[2]),
        }
    }

    pub(super) fn width(&self) -> f64 {
        self.high.0 - self.low.0
    }

    /// Where to look next: the minimum of the parabola through the points where that narrows fast, else a golden section.
    pub(super) fn next(&self) -> f64 {
        let (left, right) = (self.best.0 - self.low.0, self.high.0 - self.best.0);
        let golden = if left > right { self.best.0 - GOLDEN * left } else { self.best.0 + GOLDEN * right };
        if left <= 0.0 || right <= 0.0 || self.width() > 0.5 * self.widths[0] {
            return golden;
        }
        let (down, up) = (self.low.1 - self.best.1, self.high.1 - self.best.1);
        let bend = 2.0 * (right * down + left * up);
        let move_by = (right * right * down - left * left * up) / bend;
        let at = self.best.0 + move_by;
        if !(at.is_finite() && at > self.low.0 && at < self.high.0) {
            return golden;
        }
        // Not so near to a known point that nothing new is learnt.
        let least = 1e-3 * self.width();
        if (at - self.best.0).abs() < least {
            return if left > right { self.best.0 - least } else { self.best.0 + least };
        }
        at.clamp(self.low.0 + least, self.high.0 - least)
    }

    /// Take up the value at `at`, between the ends.
    pub(super) fn tell(&mut self, at: f64, value: f64) {
        self.widths = [self.widths[1], self.width()];
        if value < self.best.1 {
            if at < self.best.0 {
                self.high = self.best;
            } else {
                self.low = self.best;
            }
            self.best = (at, value);
        } else if at < self.best.0 {
            self.low = (at, value);
        } else {
            self.high = (at, value);
        }
    }
}
