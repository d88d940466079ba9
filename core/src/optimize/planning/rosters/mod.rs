//! Rosters: who works which shift on which day.
//!
//! `anneal` finds a roster, and branch and bound of a linear model improves and proves it where the roster is small enough.
mod anneal;
mod model;
mod options;
mod problem;
#[cfg(test)]
mod tests;

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

pub use self::options::{ForbiddenSuccession, RosterShifts};
use self::problem::Problem;
use super::watch::Watch;
use crate::Context;
use crate::data::Matrix;
use crate::error::{Result, bail, ensure};

/// Who works which shift on which day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Roster {
    /// The shift of each worker on each day, `[worker, day]`, counted from 0; -1 for a day off.
    pub shifts: Matrix,
    /// How many workers each shift has too few, `[day, shift]`.
    pub uncovered: Matrix,
    /// What the shifts of all workers cost, and what is uncovered.
    pub cost: f64,
    /// No roster costs less than this.
    pub bound: f64,
    /// Whether the roster is proved best, to 1e-7 of its cost.
    pub optimal: bool,
    /// Seconds that it took.
    pub seconds: f64,
}

impl RosterShifts {
    /// The cheapest roster for a `demand`, `[day, shift]`, of whole numbers of workers, with the `costs` of each worker, `[worker,
    /// day * shifts + shift]`, `inf` where the worker cannot work.
    ///
    /// Shifts may have more workers than they need.
    ///
    /// # Errors
    /// `invalid_config` for options out of range; `invalid_data` for shapes that do not fit, demand that is not whole or below 0,
    /// NaN, and if no roster keeps the rules: the message names what cannot be covered; `did_not_converge` if the limits end the
    /// search before a roster is found; `too_large` for 2^24 cells; `cancelled`.
    pub fn solve(&self, demand: ArrayView2<'_, f64>, costs: ArrayView2<'_, f64>, context: &Context) -> Result<Roster> {
        self.validate()?;
        let mut watch = Watch::new(context, self.time_limit, u64::MAX);
        watch.look()?;
        let problem = Problem::of(self, demand, costs)?;
        problem.check_possible()?;
        let found = anneal::anneal(&problem, &mut watch)?;
        let kept = |roster: &[i32]| {
            (0..problem.workers)
                .all(|at| problem.broken(at, &roster[at * problem.days..(at + 1) * problem.days]).is_none())
        };
        let mut best = Some(found).filter(|roster| kept(roster));
        let proof = model::prove(&problem, best.as_deref(), self.node_limit, &mut watch)?;
        let total = |roster: &[i32]| {
            let (missing, cost) = problem.judged(roster);
            cost + problem.penalty * missing.iter().sum::<i64>() as f64
        };
        if let Some(roster) = proof.roster
            && best.as_deref().is_none_or(|best| total(&roster) < total(best))
        {
            best = Some(roster);
        }
        let Some(roster) = best else {
            ensure!(
                !proof.impossible,
                InvalidData,
                "no roster keeps the rules of all workers, whatever stays uncovered"
            );
            bail!(DidNotConverge, "no roster that keeps the rules of all workers was found within the limits");
        };
        let mut answer = checked(&problem, &roster, proof.bound)?;
        answer.seconds = watch.seconds();
        context.report(1, 1);
        Ok(answer)
    }
}

/// The answer, recomputed from what was given; an error if it does not cover what it must.
fn checked(problem: &Problem, roster: &[i32], bound: f64) -> Result<Roster> {
    problem.check_rules(roster)?;
    let (missing, cost) = problem.judged(roster);
    let uncovered: i64 = missing.iter().sum();
    if problem.hard && uncovered > 0 {
        let short = missing.iter().enumerate().filter(|(_, count)| **count > 0);
        let mut names: Vec<String> = short
            .map(|(at, count)| format!("day {}, shift {} ({count} too few)", at / problem.shifts, at % problem.shifts))
            .collect();
        let many = names.len();
        names.truncate(5);
        let more = if many > 5 { format!(" and {} more", many - 5) } else { String::new() };
        let names = names.join("; ");
        // A penalty is more than twice what any roster costs, so such a bound leaves no roster without one.
        ensure!(
            bound <= problem.penalty * 0.5,
            InvalidData,
            "the demand cannot be met by these workers; the nearest roster leaves uncovered (0-based): {names}{more}"
        );
        bail!(
            DidNotConverge,
            "no roster that meets the demand was found within the limits; uncovered (0-based): {names}{more}"
        );
    }
    let cost = cost + if uncovered > 0 { problem.penalty * uncovered as f64 } else { 0.0 } + 0.0;
    let optimal = bound >= cost - 1e-7 * cost.abs().max(1e-6);
    let table = |rows: usize, columns: usize, values: Vec<f64>| {
        Array2::from_shape_vec((rows, columns), values)
            .map(Matrix::from)
            .map_err(|error| crate::Error::new(crate::Code::Internal, error.to_string()))
    };
    Ok(Roster {
        shifts: table(problem.workers, problem.days, roster.iter().map(|shift| f64::from(*shift)).collect())?,
        uncovered: table(problem.days, problem.shifts, missing.iter().map(|count| *count as f64).collect())?,
        cost,
        bound: if optimal { cost } else { bound.min(cost) },
        optimal,
        seconds: 0.0,
    })
}
