//! Constraints as part of the value: the augmented Lagrangian.
//!
//! With multipliers `m` and penalty `p`, an equality `h = 0` adds `m h + p h^2 / 2`, an inequality `g <= 0` adds
//! `(max(0, m + p g)^2 - m^2) / (2 p)`; after a search `m` becomes `m + p h`, or `max(0, m + p g)`, and `p` grows where the
//! violation did not fall to a quarter. Source: Nocedal, Wright, *Numerical Optimization* (2nd ed.), chapter 17.

/// Multipliers and penalties of the constraints, inequalities first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lagrangian {
    inequalities: usize,
    multipliers: Vec<f64>,
    penalties: Vec<f64>,
    violations: Vec<f64>,
}

/// The penalty never grows beyond this times the first.
const MOST_GROWTH: f64 = 1e12;

impl Lagrangian {
    pub(super) fn new(inequalities: usize, equalities: usize) -> Self {
        let count = inequalities + equalities;
        Self {
            inequalities,
            multipliers: vec![0.0; count],
            penalties: vec![1.0; count],
            violations: vec![f64::INFINITY; count],
        }
    }

    /// How many constraints there are.
    pub(super) fn len(&self) -> usize {
        self.multipliers.len()
    }

    /// Choose penalties that weigh a typical violation like a typical difference of values.
    pub(super) fn scale(&mut self, spread: f64, constraints: &[f64]) {
        let count = self.len();
        for at in 0..count {
            let squares = constraints.iter().skip(at).step_by(count).filter(|c| c.is_finite()).map(|c| c * c);
            let (sum, rows) = squares.fold((0.0, 0.0), |(sum, rows), square| (sum + square, rows + 1.0));
            let typical = if rows > 0.0 { sum / rows } else { 0.0 };
            let penalty = 2.0 * spread / typical;
            self.penalties[at] = if penalty.is_finite() && penalty > 0.0 { penalty.clamp(1e-8, 1e12) } else { 1.0 };
        }
    }

    /// What the constraints add to the value.
    pub(super) fn term(&self, constraints: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (at, value) in constraints.iter().enumerate() {
            let (multiplier, penalty) = (self.multipliers[at], self.penalties[at]);
            sum += if at < self.inequalities {
                let active = (multiplier + penalty * value).max(0.0);
                (active * active - multiplier * multiplier) / (2.0 * penalty)
            } else {
                multiplier * value + 0.5 * penalty * value * value
            };
        }
        sum
    }

    /// Learn from the constraints at the end of a search.
    pub(super) fn update(&mut self, constraints: &[f64]) {
        for (at, value) in constraints.iter().enumerate() {
            let (multiplier, penalty) = (self.multipliers[at], self.penalties[at]);
            let moved = multiplier + penalty * value;
            let inequality = at < self.inequalities;
            // What is left of the violation, or of the slack of an inequality that should hold with equality.
            let violation = if inequality { value.max(-multiplier / penalty).abs() } else { value.abs() };
            self.multipliers[at] = if inequality { moved.max(0.0) } else { moved };
            if violation > 0.25 * self.violations[at] && penalty < MOST_GROWTH {
                self.penalties[at] = 5.0 * penalty;
            }
            self.violations[at] = violation.min(self.violations[at]);
        }
    }

    /// By how much the multipliers changed, beside their size.
    pub(super) fn moved_from(&self, before: &Self) -> f64 {
        let change = self.multipliers.iter().zip(&before.multipliers).map(|(a, b)| (a - b).abs());
        let size = self.multipliers.iter().map(|m| m.abs()).fold(1e-6, f64::max);
        let penalties = self.penalties.iter().zip(&before.penalties).any(|(a, b)| a != b);
        let tight = self.violations.iter().all(|violation| *violation < 1e-9);
        if penalties && !tight { 1.0 } else { change.fold(0.0, f64::max) / size }
    }
}
