//! A roster as a linear model with whole columns.
use super::super::watch::{Watch, are_whole};
use super::problem::{OFF, Problem};
use crate::error::Result;
use crate::optimize::linear::{LinearModel, LinearStatus};

/// The most columns for which branch and bound is tried.
const MOST_PROVED: usize = 10_000;
/// The most columns for which the bound without whole columns is computed.
const MOST_BOUNDED: usize = 30_000;

/// What the linear model tells.
#[derive(Debug)]
pub(super) struct Proof {
    pub(super) roster: Option<Vec<i32>>,
    pub(super) bound: f64,
    /// No roster keeps the rules of workers.
    pub(super) impossible: bool,
}

struct Rows {
    model: LinearModel,
}

impl Rows {
    fn row(&mut self, lower: f64, upper: f64, entries: impl IntoIterator<Item = (usize, f64)>) {
        let at = self.model.row_lower.len() as i64;
        self.model.row_lower.push(lower);
        self.model.row_upper.push(upper);
        for (column, value) in entries {
            self.model.entry_rows.push(at);
            self.model.entry_columns.push(column as i64);
            self.model.entry_values.push(value);
        }
    }
}

/// A column per worker, day and shift that can be, then one per day and shift for what is missing.
fn model_of(problem: &Problem, column: &[u32], count: usize) -> LinearModel {
    let (workers, days, shifts) = (problem.workers, problem.days, problem.shifts);
    let mut model = LinearModel::new();
    model.costs = problem.costs.iter().copied().filter(|cost| cost.is_finite()).collect();
    model.upper = vec![1.0; count];
    model.integers = (0..count as i64).collect();
    for wanted in &problem.demand {
        model.costs.push(problem.penalty);
        model.upper.push(*wanted as f64);
    }
    let none = f64::NEG_INFINITY;
    let at = |worker: usize, day: usize, shift: usize| {
        let column = column[(worker * days + day) * shifts + shift];
        (column != u32::MAX).then_some(column as usize)
    };
    let of_day = |worker: usize, day: usize| (0..shifts).filter_map(move |shift| at(worker, day, shift));
    let mut rows = Rows { model };
    for day in 0..days {
        for shift in 0..shifts {
            let cell = day * shifts + shift;
            let there = (0..workers).filter_map(|worker| at(worker, day, shift)).chain([count + cell]);
            rows.row(problem.demand[cell] as f64, f64::INFINITY, there.map(|column| (column, 1.0)));
        }
    }
    for worker in 0..workers {
        for day in 0..days {
            rows.row(none, 1.0, of_day(worker, day).map(|column| (column, 1.0)));
            for shift in (0..shifts).filter(|_| day + 1 < days) {
                let barred = (0..shifts).filter(|next| problem.forbidden[shift * shifts + next]);
                let after: Vec<usize> = barred.filter_map(|next| at(worker, day + 1, next)).collect();
                if let Some(own) = at(worker, day, shift).filter(|_| !after.is_empty()) {
                    rows.row(none, 1.0, after.into_iter().chain([own]).map(|column| (column, 1.0)));
                }
            }
        }
        let (fewest, most) = (problem.fewest_shifts[worker], problem.most_shifts[worker]);
        if fewest > 0 || most < days {
            let all = (0..days).flat_map(|day| of_day(worker, day)).map(|column| (column, 1.0));
            rows.row(fewest as f64, most.min(days) as f64, all);
        }
        if problem.most_hours[worker].is_finite() {
            let all = (0..days).flat_map(|day| (0..shifts).map(move |shift| (day, shift)));
            let all =
                all.filter_map(|(day, shift)| at(worker, day, shift).map(|column| (column, problem.hours[shift])));
            rows.row(none, problem.most_hours[worker], all);
        }
        if problem.stretch < days {
            for first in 0..days - problem.stretch {
                let window = (first..=first + problem.stretch).flat_map(|day| of_day(worker, day));
                rows.row(none, problem.stretch as f64, window.map(|column| (column, 1.0)));
            }
        }
    }
    rows.model
}

/// A bound without any model: nobody works unless that is worth it, and nothing is missing.
fn plain_bound(problem: &Problem) -> f64 {
    let of_day = |costs: &[f64]| costs.iter().copied().fold(0.0, f64::min);
    problem.costs.chunks(problem.shifts).map(of_day).sum()
}

/// Improve and prove a roster.
pub(super) fn prove(
    problem: &Problem,
    roster: Option<&[i32]>,
    node_limit: u64,
    watch: &mut Watch<'_>,
) -> Result<Proof> {
    let mut proof = Proof { roster: None, bound: plain_bound(problem), impossible: false };
    let mut column = vec![u32::MAX; problem.costs.len()];
    let mut count = 0;
    for (at, _) in problem.costs.iter().enumerate().filter(|(_, cost)| cost.is_finite()) {
        column[at] = count as u32;
        count += 1;
    }
    if count > MOST_BOUNDED || !watch.look()? {
        return Ok(proof);
    }
    let mut model = model_of(problem, &column, count);
    if count > MOST_PROVED {
        model.integers.clear();
        let solution = watch.solver().solve(&model, watch.context())?;
        if solution.status == LinearStatus::Optimal {
            proof.bound = proof.bound.max(solution.bound.unwrap_or(proof.bound));
        }
        proof.impossible = solution.status == LinearStatus::Infeasible;
        return Ok(proof);
    }
    let start = roster.map(|roster| {
        let mut start = vec![0.0; model.costs.len()];
        for (at, shift) in roster.iter().enumerate().filter(|(_, shift)| **shift != OFF) {
            start[column[at * problem.shifts + *shift as usize] as usize] = 1.0;
        }
        let (missing, _) = problem.judged(roster);
        start[count..].iter_mut().zip(&missing).for_each(|(value, missing)| *value = *missing as f64);
        start
    });
    let mut solver = watch.solver().with_node_limit(node_limit);
    if are_whole(model.costs.iter().copied()) {
        solver = solver.with_absolute_gap(0.999);
    }
    let solution = solver.solve_from(&model, start.as_deref(), watch.context())?;
    proof.impossible = solution.status == LinearStatus::Infeasible;
    if solution.objective.is_some() {
        let mut found = vec![OFF; problem.workers * problem.days];
        for (at, column) in column.iter().enumerate().filter(|(_, column)| **column != u32::MAX) {
            if solution.values[*column as usize] > 0.5 {
                found[at / problem.shifts] = (at % problem.shifts) as i32;
            }
        }
        proof.roster = Some(found);
    }
    let bound = if solution.status == LinearStatus::Optimal { solution.objective } else { solution.bound };
    proof.bound = proof.bound.max(bound.unwrap_or(f64::NEG_INFINITY));
    Ok(proof)
}
