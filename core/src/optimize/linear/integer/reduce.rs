//! A smaller, tighter programme with the same optimum, before the search for whole values.
//!
//! Bounds are propagated, coefficients of columns that are whole are tightened, rows that bind nothing and repetitions are
//! dropped, columns that only one direction is good for are fixed, and the two values of binary columns are tried. Source:
//! Savelsbergh, *Preprocessing and probing techniques for mixed integer programming problems* (1994).
use std::collections::HashMap;

use super::super::simplex::Programme;
use super::super::sparse::Sparse;
use super::propagate::{Activity, Domain, FEASIBLE, Propagator};
use crate::Context;
use crate::error::Result;

/// A programme of which some columns are whole.
#[derive(Clone, Debug)]
pub(super) struct Mixed {
    pub(super) programme: Programme,
    pub(super) integer: Vec<bool>,
}

/// What is left, and how to go back.
#[derive(Debug)]
pub(super) struct Reduced {
    pub(super) mixed: Mixed,
    /// The original position of each column.
    pub(super) column_of: Vec<u32>,
    /// Values of all original columns; those that are left are to be filled in.
    pub(super) fixed: Vec<f64>,
}

/// Rows under change.
struct Work {
    rows: Vec<Vec<(u32, f64)>>,
    row_lower: Vec<f64>,
    row_upper: Vec<f64>,
    gone: Vec<bool>,
    cost: Vec<f64>,
    integer: Vec<bool>,
    domain: Domain,
}

/// Reduce; nothing if no point is left.
pub(super) fn reduce(mixed: &Mixed, presolve: bool, context: &Context) -> Result<Option<Reduced>> {
    let columns = mixed.programme.column_count();
    let rows = mixed.programme.row_count();
    let programme = &mixed.programme;
    let mut work = Work {
        rows: (0..rows).map(|row| programme.rows.pairs(row).map(|(at, value)| (at as u32, value)).collect()).collect(),
        row_lower: programme.lower[columns..].to_vec(),
        row_upper: programme.upper[columns..].to_vec(),
        gone: vec![false; rows],
        cost: programme.cost.clone(),
        integer: mixed.integer.clone(),
        domain: Domain {
            lower: programme.lower[..columns].to_vec(),
            upper: programme.upper[..columns].to_vec(),
            trail: Vec::new(),
        },
    };
    for at in 0..columns {
        if work.integer[at] {
            work.domain.lower[at] = (work.domain.lower[at] - FEASIBLE).ceil();
            work.domain.upper[at] = (work.domain.upper[at] + FEASIBLE).floor();
        }
        if work.domain.lower[at] > work.domain.upper[at] {
            return Ok(None);
        }
    }
    let rounds = if presolve { 10 } else { 0 };
    for round in 0..rounds {
        context.check()?;
        let mut propagator = work.propagator();
        work.domain.trail.clear();
        context.check()?;
        if !propagator.propagate(&mut work.domain, None) {
            return Ok(None);
        }
        context.check()?;
        let mut changed = !work.domain.trail.is_empty();
        if round == 0 && !work.probe(&mut propagator, context)? {
            return Ok(None);
        }
        changed |= !work.domain.trail.is_empty();
        let Some(rows_changed) = work.tidy_rows() else { return Ok(None) };
        changed |= rows_changed;
        context.check()?;
        changed |= work.drop_repetitions();
        context.check()?;
        changed |= work.fix_by_direction();
        if !changed {
            break;
        }
    }
    context.check()?;
    let reduced = work.finish();
    context.check()?;
    Ok(reduced)
}

impl Work {
    fn matrix(&self) -> Sparse {
        let mut matrix = Sparse::empty();
        for (row, gone) in self.rows.iter().zip(&self.gone) {
            let empty: &[(u32, f64)] = &[];
            let row = if *gone { empty } else { row };
            matrix.push_line(row.iter().map(|(at, value)| (*at as usize, *value)));
        }
        matrix
    }

    fn propagator(&self) -> Propagator {
        let matrix = self.matrix();
        let columns = matrix.turned(self.cost.len());
        let side = |all: &[f64], none: f64| -> Vec<f64> {
            all.iter().zip(&self.gone).map(|(bound, gone)| if *gone { none } else { *bound }).collect()
        };
        let lower = side(&self.row_lower, f64::NEG_INFINITY);
        let upper = side(&self.row_upper, f64::INFINITY);
        Propagator::new(matrix, columns, lower, upper, self.integer.clone())
    }

    fn is_binary(&self, at: usize) -> bool {
        self.integer[at] && self.domain.lower[at] == 0.0 && self.domain.upper[at] == 1.0
    }

    /// Try both values of binary columns. False if neither is possible for one.
    fn probe(&mut self, propagator: &mut Propagator, context: &Context) -> Result<bool> {
        let binary: Vec<usize> = (0..self.cost.len()).filter(|at| self.is_binary(*at)).collect();
        let entries = propagator.rows.index.len();
        let most = (20_000_000 / (entries + 1)).clamp(50, 5000);
        for at in binary.into_iter().take(most) {
            context.check()?;
            if !self.is_binary(at) {
                continue;
            }
            let mark = self.domain.trail.len();
            let mut hulls: Vec<Vec<(u32, f64, f64)>> = Vec::new();
            for value in [0.0, 1.0] {
                self.domain.set(at, value, value);
                let possible = propagator.propagate(&mut self.domain, Some(&[at]));
                if possible {
                    let mut seen: Vec<(u32, f64, f64)> = Vec::new();
                    for (column, ..) in &self.domain.trail[mark..] {
                        let column = *column as usize;
                        seen.push((column as u32, self.domain.lower[column], self.domain.upper[column]));
                    }
                    seen.sort_unstable_by_key(|(column, ..)| *column);
                    seen.dedup_by_key(|(column, ..)| *column);
                    hulls.push(seen);
                }
                self.domain.rewind(mark);
                if !possible {
                    hulls.push(Vec::new());
                    let other = 1.0 - value;
                    self.domain.set(at, other, other);
                    if !propagator.propagate(&mut self.domain, Some(&[at])) {
                        return Ok(false);
                    }
                    break;
                }
            }
            if self.is_binary(at) && hulls.len() == 2 {
                self.join(&hulls, at, propagator);
            }
        }
        Ok(true)
    }

    /// What holds for both values of a binary column holds always.
    fn join(&mut self, hulls: &[Vec<(u32, f64, f64)>], probed: usize, propagator: &mut Propagator) {
        let mut changed = Vec::new();
        let mut others = hulls[1].iter().peekable();
        for (column, lower, upper) in &hulls[0] {
            while others.peek().is_some_and(|(other, ..)| other < column) {
                others.next();
            }
            let Some((other, other_lower, other_upper)) = others.peek() else { break };
            let at = *column as usize;
            if other != column || at == probed {
                continue;
            }
            let new = (lower.min(*other_lower), upper.max(*other_upper));
            if new.0 > self.domain.lower[at] + FEASIBLE || new.1 < self.domain.upper[at] - FEASIBLE {
                let new = (new.0.max(self.domain.lower[at]), new.1.min(self.domain.upper[at]));
                self.domain.set(at, new.0, new.1);
                changed.push(at);
            }
        }
        if !changed.is_empty() {
            propagator.propagate(&mut self.domain, Some(&changed));
        }
    }

    /// Fixed columns go into the sides, rows that bind nothing go, coefficients are tightened. Nothing if a row cannot hold.
    fn tidy_rows(&mut self) -> Option<bool> {
        let mut changed = false;
        for row in 0..self.rows.len() {
            if self.gone[row] {
                continue;
            }
            let mut shift = 0.0;
            let domain = &self.domain;
            self.rows[row].retain(|(at, value)| {
                let fixed = domain.is_fixed(*at as usize);
                if fixed {
                    shift += value * domain.lower[*at as usize];
                }
                !fixed
            });
            self.row_lower[row] -= shift;
            self.row_upper[row] -= shift;
            self.divide(row);
            let pairs = self.rows[row].iter().map(|(at, value)| (*at as usize, *value));
            let activity = Activity::of(pairs, &self.domain.lower, &self.domain.upper);
            let slack = |bound: f64| FEASIBLE * bound.abs().max(1.0);
            let (lower, upper) = (self.row_lower[row], self.row_upper[row]);
            if activity.least() > upper + slack(upper) || activity.most() < lower - slack(lower) {
                return None;
            }
            let exact = 1e-9;
            if activity.most() <= upper + exact * upper.abs().max(1.0) {
                self.row_upper[row] = f64::INFINITY;
            }
            if activity.least() >= lower - exact * lower.abs().max(1.0) {
                self.row_lower[row] = f64::NEG_INFINITY;
            }
            let free = self.row_lower[row] == f64::NEG_INFINITY && self.row_upper[row] == f64::INFINITY;
            if self.rows[row].is_empty() || free {
                self.gone[row] = true;
                changed = true;
                continue;
            }
            if self.rows[row].len() == 1 {
                self.make_bound(row);
                changed = true;
                continue;
            }
            changed |= self.tighten_coefficients(row);
        }
        Some(changed)
    }

    /// A row of one column is a bound.
    fn make_bound(&mut self, row: usize) {
        let (at, value) = self.rows[row][0];
        let at = at as usize;
        let (mut lower, mut upper) = (self.row_lower[row] / value, self.row_upper[row] / value);
        if value < 0.0 {
            std::mem::swap(&mut lower, &mut upper);
        }
        if self.integer[at] {
            lower = (lower - FEASIBLE).ceil();
            upper = (upper + FEASIBLE).floor();
        }
        let lower = lower.max(self.domain.lower[at]);
        let upper = upper.min(self.domain.upper[at]);
        // Crossing by rounding alone; true crossing was found by propagation.
        let (lower, upper) = if lower > upper { (upper, upper) } else { (lower, upper) };
        self.domain.set(at, lower, upper);
        self.gone[row] = true;
    }

    /// Whole coefficients of whole columns are divided by their greatest divisor, and sides rounded.
    fn divide(&mut self, row: usize) {
        let whole = |value: f64| (value - value.round()).abs() < 1e-9 && value.abs() < 1e9;
        if !self.rows[row].iter().all(|(at, value)| self.integer[*at as usize] && whole(*value)) {
            return;
        }
        let divisor = self.rows[row].iter().fold(0u64, |divisor, (_, value)| gcd(divisor, value.abs().round() as u64));
        if divisor == 0 {
            return;
        }
        let divisor = divisor as f64;
        for (_, value) in &mut self.rows[row] {
            *value = (*value / divisor).round();
        }
        self.row_lower[row] = (self.row_lower[row] / divisor - FEASIBLE).ceil();
        self.row_upper[row] = (self.row_upper[row] / divisor + FEASIBLE).floor();
    }

    /// In a row with one side, a whole column whose last step makes the row slack can do with a smaller coefficient.
    fn tighten_coefficients(&mut self, row: usize) -> bool {
        let (lower, upper) = (self.row_lower[row], self.row_upper[row]);
        let sign = match (lower.is_finite(), upper.is_finite()) {
            (false, true) => 1.0,
            (true, false) => -1.0,
            _ => return false,
        };
        let mut side = if sign > 0.0 { upper } else { -lower };
        let pairs = self.rows[row].iter().map(|(at, value)| (*at as usize, sign * value));
        let activity = Activity::of(pairs, &self.domain.lower, &self.domain.upper);
        if activity.most_infinite > 0 {
            return false;
        }
        let mut most = activity.most;
        let mut changed = false;
        for (at, value) in &mut self.rows[row] {
            let at = *at as usize;
            if !self.integer[at] {
                continue;
            }
            let size = value.abs();
            // How much of the coefficient is not needed.
            let spare = side - (most - size);
            if spare > 1e-7 * side.abs().max(1.0) && size > spare + 1e-9 {
                let bound = if sign * *value > 0.0 { self.domain.upper[at] } else { self.domain.lower[at] };
                let step = spare * (sign * *value).signum();
                *value -= sign * step;
                side -= step * bound;
                most -= step * bound;
                changed = true;
            }
        }
        if changed {
            if sign > 0.0 { self.row_upper[row] = side } else { self.row_lower[row] = -side }
        }
        changed
    }

    /// Rows that are multiples of each other become one.
    fn drop_repetitions(&mut self) -> bool {
        let mut known: HashMap<Vec<(u32, u64)>, usize> = HashMap::new();
        let mut changed = false;
        for row in 0..self.rows.len() {
            if self.gone[row] || self.rows[row].is_empty() || self.rows[row].len() > 1000 {
                continue;
            }
            let scale = 1.0 / self.rows[row][0].1;
            let key = self.rows[row].iter().map(|(at, value)| (*at, (value * scale * 1e9).round().to_bits())).collect();
            let Some(first) = known.get(&key).copied() else {
                known.insert(key, row);
                continue;
            };
            let ratio = self.rows[first][0].1 / self.rows[row][0].1;
            let (mut lower, mut upper) = (self.row_lower[row] * ratio, self.row_upper[row] * ratio);
            if ratio < 0.0 {
                std::mem::swap(&mut lower, &mut upper);
            }
            self.row_lower[first] = self.row_lower[first].max(lower);
            self.row_upper[first] = self.row_upper[first].min(upper);
            self.gone[row] = true;
            changed = true;
        }
        changed
    }

    /// Columns whose cost and rows agree on a direction go to the end of it.
    fn fix_by_direction(&mut self) -> bool {
        let columns = self.cost.len();
        let (mut down, mut up) = (vec![0u32; columns], vec![0u32; columns]);
        for row in (0..self.rows.len()).filter(|row| !self.gone[*row]) {
            let (below, above) = (self.row_lower[row].is_finite(), self.row_upper[row].is_finite());
            for (at, value) in &self.rows[row] {
                if (*value > 0.0 && above) || (*value < 0.0 && below) {
                    up[*at as usize] += 1;
                }
                if (*value > 0.0 && below) || (*value < 0.0 && above) {
                    down[*at as usize] += 1;
                }
            }
        }
        let mut changed = false;
        for at in 0..columns {
            if self.domain.is_fixed(at) {
                continue;
            }
            let (lower, upper) = (self.domain.lower[at], self.domain.upper[at]);
            if self.cost[at] >= 0.0 && down[at] == 0 && lower.is_finite() {
                self.domain.set(at, lower, lower);
                changed = true;
            } else if self.cost[at] <= 0.0 && up[at] == 0 && upper.is_finite() {
                self.domain.set(at, upper, upper);
                changed = true;
            }
        }
        changed
    }

    /// What is left; nothing if a row without columns cannot hold.
    fn finish(self) -> Option<Reduced> {
        let columns = self.cost.len();
        let mut column_of = Vec::new();
        let mut new = vec![u32::MAX; columns];
        for at in 0..columns {
            if !self.domain.is_fixed(at) {
                new[at] = column_of.len() as u32;
                column_of.push(at as u32);
            }
        }
        let mut rows = Sparse::empty();
        let (mut lower, mut upper): (Vec<f64>, Vec<f64>) =
            column_of.iter().map(|at| (self.domain.lower[*at as usize], self.domain.upper[*at as usize])).unzip();
        for row in (0..self.rows.len()).filter(|row| !self.gone[*row]) {
            let mut shift = 0.0;
            let mut pairs = Vec::with_capacity(self.rows[row].len());
            for (at, value) in &self.rows[row] {
                if new[*at as usize] == u32::MAX {
                    shift += value * self.domain.lower[*at as usize];
                } else {
                    pairs.push((new[*at as usize] as usize, *value));
                }
            }
            if pairs.is_empty() {
                let (low, high) = (self.row_lower[row] - shift, self.row_upper[row] - shift);
                let slack = FEASIBLE * shift.abs().max(1.0);
                if low > slack || high < -slack {
                    return None;
                }
                continue;
            }
            rows.push_line(pairs);
            lower.push(self.row_lower[row] - shift);
            upper.push(self.row_upper[row] - shift);
        }
        let by_column = rows.turned(column_of.len());
        let cost = column_of.iter().map(|at| self.cost[*at as usize]).collect();
        let integer = column_of.iter().map(|at| self.integer[*at as usize]).collect();
        let programme = Programme { columns: by_column, rows, cost, lower, upper };
        Some(Reduced { mixed: Mixed { programme, integer }, column_of, fixed: self.domain.lower })
    }
}

pub(super) fn gcd(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}
