//! From a model to its solution.
use std::time::{Duration, Instant};

use super::convert::{Converted, convert};
use super::integer::{self, Effort, Ending, Found, Searched, Watch};
use super::model::LinearModel;
use super::options::SolveLinear;
use super::result::{Incumbent, LinearSolution, LinearStatus, Sensitivity};
use super::simplex::{Limits, Outcome, Simplex};
use crate::Context;
use crate::data::Vector;
use crate::error::{Result, ensure};

impl SolveLinear {
    /// Solve a model.
    ///
    /// # Errors
    /// As [`LinearModel::check`]; `invalid_config` for options out of range; `unsupported` for whole columns together with
    /// products in the objective; `invalid_data` for an objective that is not convex (when minimising; not concave when
    /// maximising); `cancelled`.
    pub fn solve(&self, model: &LinearModel, context: &Context) -> Result<LinearSolution> {
        self.solve_from(model, None, context)
    }

    /// Solve a model beginning at a point: with whole columns, its whole values are completed to a first incumbent if that is
    /// possible. Without whole columns it changes nothing.
    ///
    /// # Errors
    /// As [`SolveLinear::solve`], and `invalid_data` for a start of another length or with NaN.
    pub fn solve_from(&self, model: &LinearModel, start: Option<&[f64]>, context: &Context) -> Result<LinearSolution> {
        self.solve_told(model, start, None, context)
    }

    /// Solve a model and tell of every point that is better than those before, with whole columns: `watcher` is given what
    /// is known of it and its values, on the calling thread, and says whether to go on. Without whole columns nobody is told.
    ///
    /// # Errors
    /// As [`SolveLinear::solve_from`].
    pub fn solve_watched(
        &self,
        model: &LinearModel,
        start: Option<&[f64]>,
        watcher: impl Fn(&Incumbent, &[f64]) -> bool + Send + Sync + 'static,
        context: &Context,
    ) -> Result<LinearSolution> {
        let sign = if model.maximize { -1.0 } else { 1.0 };
        let (constant, columns) = (model.constant, model.column_count());
        let watch = Watch::new(move |found, point| watcher(&told(found, sign, constant), &point[..columns]));
        self.solve_told(model, start, Some(watch), context)
    }

    fn solve_told(
        &self,
        model: &LinearModel,
        start: Option<&[f64]>,
        watch: Option<Watch>,
        context: &Context,
    ) -> Result<LinearSolution> {
        let started = Instant::now();
        self.check(model, start)?;
        context.check()?;
        let quadratic = model.quadratic_values.iter().any(|value| *value != 0.0);
        let converted = convert(model);
        context.check()?;
        let mut solution = match (quadratic, model.is_discrete()) {
            (true, true) => {
                return Err(crate::Error::new(
                    crate::Code::Unsupported,
                    "products in the objective together with whole or semi-continuous columns are not supported",
                ));
            }
            (true, false) => super::quadratic::solve(self, model, &converted, self.until(started), context)?,
            (false, true) => self.solve_mixed(model, &converted, start, watch, (started, context))?,
            (false, false) => self.solve_linear(model, &converted, started, context)?,
        };
        solution.seconds = started.elapsed().as_secs_f64();
        context.report(1, 1);
        Ok(solution)
    }

    /// Judge options, model and start.
    pub(super) fn check(&self, model: &LinearModel, start: Option<&[f64]>) -> Result<()> {
        self.validate()?;
        model.check()?;
        let Some(start) = start else { return Ok(()) };
        let columns = model.column_count();
        ensure!(
            start.len() == columns,
            InvalidData,
            "the start has {} values, the model {columns} columns",
            start.len()
        );
        ensure!(start.iter().all(|value| value.is_finite()), InvalidData, "the start holds values that are not finite");
        Ok(())
    }

    pub(super) fn until(&self, started: Instant) -> Option<Instant> {
        let seconds = self.time_limit.filter(|seconds| *seconds < 1e9)?;
        started.checked_add(Duration::from_secs_f64(seconds))
    }

    pub(super) fn simplex(&self, converted: &Converted) -> Simplex {
        let mut simplex = Simplex::new(&converted.programme);
        simplex.set_tolerance(self.tolerance);
        simplex
    }

    fn solve_linear(
        &self,
        model: &LinearModel,
        converted: &Converted,
        started: Instant,
        context: &Context,
    ) -> Result<LinearSolution> {
        let mut simplex = self.simplex(converted);
        context.check()?;
        let limits = Limits {
            until: self.until(started),
            iterations: self.iteration_limit.map_or(usize::MAX, |limit| limit as usize),
            ..Limits::default()
        };
        let outcome = simplex.solve(&limits, context)?;
        let mut solution = self.describe(model, converted, &mut simplex, outcome, context)?;
        if outcome == Outcome::Limit && limits.until.is_none_or(|until| Instant::now() < until) {
            solution.status = LinearStatus::IterationLimit;
        }
        Ok(solution)
    }

    /// What a simplex that has ended knows.
    fn describe(
        &self,
        model: &LinearModel,
        converted: &Converted,
        simplex: &mut Simplex,
        outcome: Outcome,
        context: &Context,
    ) -> Result<LinearSolution> {
        // Numbers beyond the largest are no answer.
        let outcome = if outcome == Outcome::Optimal && !simplex.is_finite() { Outcome::Trouble } else { outcome };
        let status = match outcome {
            Outcome::Optimal => LinearStatus::Optimal,
            Outcome::Infeasible => LinearStatus::Infeasible,
            Outcome::Unbounded => LinearStatus::Unbounded,
            Outcome::Limit | Outcome::Cutoff => LinearStatus::TimeLimit,
            Outcome::Trouble => LinearStatus::Inaccurate,
        };
        let mut solution = LinearSolution::without_point(status);
        solution.iterations = simplex.iterations as u64;
        match outcome {
            Outcome::Optimal => {
                place(model, converted, &mut solution, simplex);
                prices(converted, &mut solution, simplex);
                solution.bound = solution.objective;
                solution.gap = Some(0.0);
                if self.sensitivity {
                    solution.sensitivity = Some(ranges(model, converted, simplex, context)?);
                }
            }
            Outcome::Infeasible => solution.infeasibility_proof = Vector::from(simplex.proof()),
            Outcome::Unbounded => solution.ray = Vector::from(simplex.ray()),
            _ => {
                // A point within bounds is better than none; whether it is one is for the caller to see.
                if simplex.is_feasible() {
                    place(model, converted, &mut solution, simplex);
                }
            }
        }
        Ok(solution)
    }

    pub(super) fn effort(&self, started: Instant) -> Effort {
        Effort {
            until: self.until(started),
            nodes: self.node_limit.map_or(usize::MAX, |limit| limit as usize),
            relative_gap: self.relative_gap,
            absolute_gap: self.absolute_gap,
            presolve: self.presolve,
            cuts: self.cuts,
            heuristics: self.heuristics,
            depth: 0,
            cutoff: f64::INFINITY,
            watch: None,
        }
    }

    fn solve_mixed(
        &self,
        model: &LinearModel,
        converted: &Converted,
        start: Option<&[f64]>,
        watch: Option<Watch>,
        (started, context): (Instant, &Context),
    ) -> Result<LinearSolution> {
        let programme = &converted.programme;
        let start = start.map(|start| converted_start(model, start));
        let effort = Effort { watch, ..self.effort(started) };
        let searched = integer::minimise(programme, &converted.integer, start.as_deref(), &effort, context)?;
        let mut solution = LinearSolution::without_point(match searched.ending {
            Ending::Proved => LinearStatus::Optimal,
            Ending::Infeasible => LinearStatus::Infeasible,
            Ending::Unbounded => LinearStatus::Unbounded,
            Ending::Time if effort.watch.as_ref().is_some_and(Watch::is_stopped) => LinearStatus::Stopped,
            Ending::Time => LinearStatus::TimeLimit,
            Ending::Nodes => LinearStatus::NodeLimit,
            Ending::Trouble => LinearStatus::Inaccurate,
        });
        if searched.ending == Ending::Unbounded {
            return self.settle_unbounded(model, converted, searched, started, context);
        }
        log(model, converted, &mut solution, &searched);
        if let Some((_, point)) = &searched.point {
            self.fix_and_price(model, converted, point, &mut solution, context)?;
        } else if searched.ending == Ending::Infeasible {
            // The linear part alone may prove it.
            let mut simplex = self.simplex(converted);
            let limits = Limits { until: effort.until, ..Limits::default() };
            if simplex.solve(&limits, context)? == Outcome::Infeasible {
                let mut proof = simplex.proof();
                proof.truncate(converted.rows);
                if converted.rows == programme.row_count() {
                    solution.infeasibility_proof = Vector::from(proof);
                }
            }
        }
        let (objective, bound) = (solution.objective, searched.bound);
        if bound.is_finite() {
            let bound = converted.sign * bound + model.constant;
            solution.bound = Some(bound);
            solution.gap = objective.map(|objective| (objective - bound).abs() / objective.abs().max(1e-9));
        }
        Ok(solution)
    }

    /// The relaxation is unbounded: so is the model, if it has a point.
    fn settle_unbounded(
        &self,
        model: &LinearModel,
        converted: &Converted,
        searched: Searched,
        started: Instant,
        context: &Context,
    ) -> Result<LinearSolution> {
        let mut without = converted.programme.clone();
        without.cost.fill(0.0);
        let effort = self.effort(started);
        let any = integer::minimise(&without, &converted.integer, None, &effort, context)?;
        let status = match (any.ending, any.point.is_some()) {
            (_, true) => LinearStatus::Unbounded,
            (Ending::Infeasible, _) => LinearStatus::Infeasible,
            (Ending::Nodes, _) => LinearStatus::NodeLimit,
            (Ending::Trouble, _) => LinearStatus::Inaccurate,
            _ => LinearStatus::TimeLimit,
        };
        let mut solution = LinearSolution::without_point(status);
        log(model, converted, &mut solution, &searched);
        if status == LinearStatus::Unbounded {
            let mut simplex = self.simplex(converted);
            if simplex.solve(&Limits { until: effort.until, ..Limits::default() }, context)? == Outcome::Unbounded {
                let mut ray = simplex.ray();
                ray.truncate(converted.columns);
                solution.ray = Vector::from(ray);
            }
        }
        Ok(solution)
    }

    /// The point with its whole columns fixed, exact to rounding, and the prices that belong to it.
    pub(super) fn fix_and_price(
        &self,
        model: &LinearModel,
        converted: &Converted,
        point: &[f64],
        solution: &mut LinearSolution,
        context: &Context,
    ) -> Result<()> {
        let mut fixed = converted.clone();
        for at in 0..fixed.integer.len() {
            if fixed.integer[at] {
                fixed.programme.lower[at] = point[at];
                fixed.programme.upper[at] = point[at];
            }
        }
        let mut simplex = self.simplex(&fixed);
        let outcome = simplex.solve(&Limits { iterations: 50_000, ..Limits::default() }, context)?;
        let found: f64 = fixed.programme.cost.iter().zip(point).map(|(cost, value)| cost * value).sum();
        if outcome == Outcome::Optimal && simplex.objective() <= found + 1e-6 * found.abs().max(1.0) {
            place(model, &fixed, solution, &simplex);
            prices(&fixed, solution, &simplex);
        } else {
            place_values(model, converted, solution, point[..converted.columns].to_vec());
        }
        Ok(())
    }
}

/// The point with the columns that semi-continuous ones have beside them.
pub(super) fn converted_start(model: &LinearModel, start: &[f64]) -> Vec<f64> {
    let mut semi = model.semi_continuous.clone();
    semi.sort_unstable();
    semi.dedup();
    let switches = semi.iter().map(|at| f64::from(start[*at as usize] != 0.0));
    start.iter().copied().chain(switches).collect()
}

fn log(model: &LinearModel, converted: &Converted, solution: &mut LinearSolution, searched: &Searched) {
    solution.nodes = searched.nodes as u64;
    solution.iterations = searched.iterations as u64;
    solution.incumbents = searched.found.iter().map(|found| told(found, converted.sign, model.constant)).collect();
}

/// What is said of a point, in the model's own terms.
fn told(found: &Found, sign: f64, constant: f64) -> Incumbent {
    let own = |value: f64| sign * value + constant;
    Incumbent {
        objective: own(found.objective),
        bound: found.bound.is_finite().then(|| own(found.bound)),
        nodes: found.nodes as u64,
        seconds: found.seconds,
    }
}

fn place(model: &LinearModel, converted: &Converted, solution: &mut LinearSolution, simplex: &Simplex) {
    let values = (0..converted.columns)
        .map(|at| {
            let value = simplex.value(at);
            let value = if converted.integer[at] { value.round() } else { value };
            value.clamp(converted.programme.lower[at].min(value), converted.programme.upper[at].max(value)) + 0.0
        })
        .collect();
    place_values(model, converted, solution, values);
}

pub(super) fn place_values(
    model: &LinearModel,
    converted: &Converted,
    solution: &mut LinearSolution,
    values: Vec<f64>,
) {
    let row_values: Vec<f64> = (0..converted.rows)
        .map(|row| converted.programme.rows.pairs(row).map(|(at, value)| value * values[at]).sum::<f64>() + 0.0)
        .collect();
    solution.objective = Some(model.objective_at(&values) + 0.0);
    solution.values = Vector::from(values);
    solution.row_values = Vector::from(row_values);
}

fn prices(converted: &Converted, solution: &mut LinearSolution, simplex: &Simplex) {
    let columns = converted.programme.column_count();
    let price = |at: usize| converted.sign * simplex.reduced_cost(at) + 0.0;
    solution.reduced_costs = Vector::from((0..converted.columns).map(price).collect::<Vec<_>>());
    solution.row_duals = Vector::from((columns..columns + converted.rows).map(price).collect::<Vec<_>>());
}

fn ranges(model: &LinearModel, converted: &Converted, simplex: &mut Simplex, context: &Context) -> Result<Sensitivity> {
    let costs = simplex.cost_ranges(context)?;
    let (mut cost_from, mut cost_to) = (Vec::with_capacity(costs.len()), Vec::with_capacity(costs.len()));
    for (at, (down, up)) in costs.into_iter().enumerate() {
        let (down, up) = if converted.sign < 0.0 { (-up, -down) } else { (down, up) };
        cost_from.push(model.costs[at] + down);
        cost_to.push(model.costs[at] + up);
    }
    let rights = simplex.right_ranges(context)?;
    let (mut right_from, mut right_to) = (Vec::with_capacity(rights.len()), Vec::with_capacity(rights.len()));
    for (row, range) in rights.into_iter().enumerate() {
        let value = simplex.value(converted.columns + row);
        let (lower, upper) = model.row_bounds(row);
        let (from, to) = match (range, lower.is_finite(), upper.is_finite()) {
            (Some((down, up)), ..) => (value + down, value + up),
            (None, false, true) => (value, f64::INFINITY),
            (None, true, false) => (f64::NEG_INFINITY, value),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        right_from.push(from);
        right_to.push(to);
    }
    Ok(Sensitivity {
        cost_from: Vector::from(cost_from),
        cost_to: Vector::from(cost_to),
        right_from: Vector::from(right_from),
        right_to: Vector::from(right_to),
    })
}
