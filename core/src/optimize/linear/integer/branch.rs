//! Which column to branch on: pseudo-costs, tried out until they can be relied on.
//!
//! Source: Achterberg, Koch, Martin, *Branching rules revisited* (2005).
use super::super::simplex::{Limits, Outcome, Simplex};
use crate::Context;
use crate::error::Result;

/// What branching on each column has brought per unit, by direction.
#[derive(Clone, Debug)]
pub(super) struct PseudoCosts {
    sum: [Vec<f64>; 2],
    count: [Vec<u32>; 2],
    total: [(f64, u32); 2],
}

/// Downwards, or upwards.
pub(super) const DOWN: usize = 0;
pub(super) const UP: usize = 1;

/// Pseudo-costs of so many trials are relied on.
const RELIABLE: u32 = 6;

impl PseudoCosts {
    pub(super) fn new(columns: usize) -> Self {
        let (sum, count) = (vec![0.0; columns], vec![0; columns]);
        Self { sum: [sum.clone(), sum], count: [count.clone(), count], total: [(0.0, 0); 2] }
    }

    /// The bound rose by `gain` when a column moved by `distance`.
    pub(super) fn learn(&mut self, column: usize, direction: usize, gain: f64, distance: f64) {
        if distance < 1e-6 || !gain.is_finite() {
            return;
        }
        let each = gain.max(0.0) / distance;
        self.sum[direction][column] += each;
        self.count[direction][column] += 1;
        self.total[direction].0 += each;
        self.total[direction].1 += 1;
    }

    fn each(&self, column: usize, direction: usize) -> f64 {
        let count = self.count[direction][column];
        if count > 0 {
            return self.sum[direction][column] / f64::from(count);
        }
        let (sum, count) = self.total[direction];
        if count > 0 { sum / f64::from(count) } else { 1.0 }
    }

    /// What the bound is expected to rise by.
    pub(super) fn gain(&self, column: usize, direction: usize, value: f64) -> f64 {
        let distance = if direction == DOWN { value - value.floor() } else { value.ceil() - value };
        self.each(column, direction) * distance
    }

    fn is_reliable(&self, column: usize) -> bool {
        self.count[DOWN][column].min(self.count[UP][column]) >= RELIABLE
    }
}

/// The merit of two gains.
pub(super) fn merit(down: f64, up: f64) -> f64 {
    down.max(1e-6) * up.max(1e-6)
}

/// What trying columns came to.
pub(super) enum Choice {
    /// Branch on this column.
    Branch(usize),
    /// One side of a column is impossible: its new bounds.
    Tighten(Vec<(usize, f64, f64)>),
}

/// Choose among `candidates`, pairs of column and value, at a node of this bound.
#[expect(clippy::too_many_arguments, reason = "the state of the node")]
pub(super) fn choose(
    pseudo: &mut PseudoCosts,
    simplex: &Simplex,
    candidates: &[(usize, f64)],
    bounds: (&[f64], &[f64]),
    objective: f64,
    limits: &Limits,
    trials: usize,
    spent: &mut usize,
    context: &Context,
) -> Result<Choice> {
    let score = |pseudo: &PseudoCosts, (column, value): (usize, f64)| {
        merit(pseudo.gain(column, DOWN, value), pseudo.gain(column, UP, value))
    };
    let mut order: Vec<(f64, (usize, f64))> = candidates.iter().map(|item| (score(pseudo, *item), *item)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.0.cmp(&b.1.0)));
    let mut best: Option<(f64, usize)> = None;
    let (mut idle, mut tried) = (0, 0);
    let mut tightened = Vec::new();
    for (expected, (column, value)) in order {
        let merit_of = if pseudo.is_reliable(column) || tried >= trials {
            expected
        } else {
            tried += 1;
            let mut gains = [0.0; 2];
            for direction in [DOWN, UP] {
                let mut trial = simplex.clone();
                let before = trial.iterations;
                if direction == DOWN {
                    trial.set_bounds(column, bounds.0[column], value.floor());
                } else {
                    trial.set_bounds(column, value.ceil(), bounds.1[column]);
                }
                let outcome = trial.solve(&Limits { iterations: 100, perturb: false, ..*limits }, context)?;
                *spent += trial.iterations - before;
                let distance = if direction == DOWN { value - value.floor() } else { value.ceil() - value };
                match outcome {
                    Outcome::Infeasible | Outcome::Cutoff => {
                        let new = if direction == DOWN {
                            (column, value.ceil(), bounds.1[column])
                        } else {
                            (column, bounds.0[column], value.floor())
                        };
                        tightened.push(new);
                        gains[direction] = f64::INFINITY;
                    }
                    Outcome::Optimal => {
                        gains[direction] = (trial.objective() - objective).max(0.0);
                        pseudo.learn(column, direction, gains[direction], distance);
                    }
                    _ => gains[direction] = (trial.objective() - objective).max(0.0),
                }
            }
            if !tightened.is_empty() {
                return Ok(Choice::Tighten(tightened));
            }
            merit(gains[DOWN], gains[UP])
        };
        if best.is_none_or(|(most, _)| merit_of > most) {
            best = Some((merit_of, column));
            idle = 0;
        } else {
            idle += 1;
            if idle >= 8 {
                break;
            }
        }
    }
    Ok(Choice::Branch(best.map_or(candidates[0].0, |(_, column)| column)))
}
