//! HiGHS in place of the own methods.
//!
//! Source: Huangfu, Hall, *Parallelizing the dual revised simplex method* (2018); <https://highs.dev>. It is compiled from its C++ source
//! by the crate `highs-sys`, which needs cmake, a C++ compiler and libclang.
use std::ffi::{c_char, c_int, c_void};
use std::time::Instant;

use highs::{ColProblem, HessianFormat, HighsModelStatus, HighsSolutionStatus, Model, Sense, SolvedModel};
use highs_sys::{
    Highs_getInt64InfoValue, Highs_setCallback, Highs_startCallback, HighsCallbackDataIn, HighsCallbackDataOut,
    kHighsCallbackIpmInterrupt, kHighsCallbackMipInterrupt, kHighsCallbackSimplexInterrupt,
};

use super::super::convert::{Converted, convert};
use super::super::model::LinearModel;
use super::super::options::SolveLinear;
use super::super::quadratic::checked_hessian;
use super::super::result::{LinearSolution, LinearStatus};
use super::super::solve::{converted_start, place_values};
use super::super::sparse::Sparse;
use super::LinearSolver;
use crate::Context;
use crate::data::Vector;
use crate::error::{Code, Error, Result, ensure};

/// The solver HiGHS, on one thread; the seed of the call is its seed.
///
/// Of the options it takes limits, gaps, tolerance (from 1e-10; quadratic models are solved to its own) and presolve. Prices with
/// whole columns are those of [`SolveLinear::solve`]. It gives no proofs, rays, ranges or incumbents: `unsupported` where ranges
/// are asked for. It looks whether the caller asked to stop between pivots and nodes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Highs;

impl LinearSolver for Highs {
    fn run(
        &self,
        options: &SolveLinear,
        model: &LinearModel,
        start: Option<&[f64]>,
        context: &Context,
    ) -> Result<LinearSolution> {
        ensure!(!options.sensitivity, Unsupported, "HiGHS gives no ranges here; leave `sensitivity` out");
        let started = Instant::now();
        let converted = convert(model);
        if converted.programme.column_count() == 0 {
            return options.solve_from(model, start, context);
        }
        let quadratic = model.quadratic_values.iter().any(|value| *value != 0.0);
        let quadratic = if quadratic { Some(checked_hessian(model, &converted, context)?) } else { None };
        let start = start.map(|start| converted_start(model, start));
        let solved = solved(options, &converted, quadratic.as_ref(), start.as_deref(), context)?;
        let discrete = model.is_discrete();
        let status = match solved.status() {
            HighsModelStatus::UnboundedOrInfeasible => either(options, &converted, context)?,
            HighsModelStatus::Optimal => LinearStatus::Optimal,
            HighsModelStatus::Infeasible => LinearStatus::Infeasible,
            HighsModelStatus::Unbounded => LinearStatus::Unbounded,
            HighsModelStatus::ReachedTimeLimit => LinearStatus::TimeLimit,
            HighsModelStatus::ReachedIterationLimit => LinearStatus::IterationLimit,
            HighsModelStatus::ReachedSolutionLimit => LinearStatus::NodeLimit,
            _ => LinearStatus::Inaccurate,
        };
        let mut solution = LinearSolution::without_point(status);
        solution.iterations =
            (solved.simplex_iteration_count().max(0) + solved.ipm_iteration_count().max(0)).unsigned_abs();
        if solved.primal_solution_status() == HighsSolutionStatus::Feasible && status != LinearStatus::Unbounded {
            let found = solved.get_solution();
            if discrete {
                let whole = |(at, value): (usize, &f64)| if converted.integer[at] { value.round() } else { *value };
                let point: Vec<f64> = found.columns().iter().enumerate().map(whole).collect();
                options.fix_and_price(model, &converted, &point, &mut solution, context)?;
            } else {
                place_values(model, &converted, &mut solution, found.columns().to_vec());
                if status == LinearStatus::Optimal {
                    let own = |prices: &[f64]| -> Vector {
                        prices.iter().map(|price| converted.sign * price + 0.0).collect::<Vec<_>>().into()
                    };
                    solution.row_duals = own(found.dual_rows());
                    solution.reduced_costs = own(found.dual_columns());
                    solution.bound = solution.objective;
                    solution.gap = Some(0.0);
                }
            }
        }
        if discrete {
            describe_tree(model, &converted, solved, &mut solution);
        }
        solution.seconds = started.elapsed().as_secs_f64();
        Ok(solution)
    }
}

/// Which of infeasible and unbounded, one of which it is: whether there is any point.
fn either(options: &SolveLinear, converted: &Converted, context: &Context) -> Result<LinearStatus> {
    let mut any = converted.clone();
    any.programme.cost.fill(0.0);
    Ok(match solved(options, &any, None, None, context)?.status() {
        HighsModelStatus::Optimal => LinearStatus::Unbounded,
        HighsModelStatus::Infeasible => LinearStatus::Infeasible,
        HighsModelStatus::ReachedTimeLimit => LinearStatus::TimeLimit,
        _ => LinearStatus::Inaccurate,
    })
}

fn solved(
    options: &SolveLinear,
    converted: &Converted,
    quadratic: Option<&Sparse>,
    start: Option<&[f64]>,
    context: &Context,
) -> Result<SolvedModel> {
    let programme = &converted.programme;
    let columns = programme.column_count();
    let mut problem = ColProblem::new();
    let rows: Vec<_> = (columns..columns + programme.row_count())
        .map(|at| problem.add_row(programme.lower[at]..=programme.upper[at]))
        .collect();
    for at in 0..columns {
        let entries = programme.columns.pairs(at).map(|(row, value)| (rows[row], value));
        let bounds = programme.lower[at]..=programme.upper[at];
        problem.add_column_with_integrality(programme.cost[at], bounds, entries, converted.integer[at]);
    }
    let mut engine = Model::try_new(problem).map_err(|status| failed("refused the model", status))?;
    engine.set_sense(Sense::Minimise);
    if let Some(quadratic) = quadratic {
        let below = (0..columns).map(|at| {
            let line = if at < quadratic.lines() { at..at + 1 } else { 0..0 };
            line.flat_map(|at| quadratic.pairs(at)).filter(|(row, _)| *row >= at).collect::<Vec<_>>()
        });
        let passed = engine.try_pass_hessian(HessianFormat::Triangular, below);
        passed.map_err(|error| failed("refused the products of the objective", error))?;
    }
    set_options(&mut engine, options, context)?;
    if let Some(start) = start {
        engine.try_set_solution(Some(start), None, None, None).map_err(|status| failed("refused the start", status))?;
    }
    listen(&mut engine, context);
    let solved = engine.try_solve().map_err(|status| failed("did not run", status))?;
    context.check()?;
    Ok(solved)
}

fn failed(what: &str, status: impl std::fmt::Debug) -> Error {
    Error::new(Code::Internal, format!("HiGHS {what} ({status:?}); please report this with the model"))
}

fn set_options(engine: &mut Model, options: &SolveLinear, context: &Context) -> Result<()> {
    let mut tell = |name: &str, value: f64| {
        engine.try_set_option(name, value).map_err(|error| failed(&format!("refused `{name}` = {value}"), error))
    };
    tell("time_limit", options.time_limit.unwrap_or(f64::INFINITY))?;
    tell("mip_rel_gap", options.relative_gap)?;
    tell("mip_abs_gap", options.absolute_gap)?;
    tell("primal_feasibility_tolerance", options.tolerance)?;
    tell("dual_feasibility_tolerance", options.tolerance)?;
    let mut count = |name: &str, value: Option<u64>| match value {
        Some(value) => {
            let value = i32::try_from(value).unwrap_or(i32::MAX);
            engine.try_set_option(name, value).map_err(|error| failed(&format!("refused `{name}` = {value}"), error))
        }
        None => Ok(()),
    };
    count("mip_max_nodes", options.node_limit)?;
    count("simplex_iteration_limit", options.iteration_limit)?;
    count("qp_iteration_limit", options.iteration_limit)?;
    count("random_seed", Some(context.seed() % (1 << 31)))?;
    for (name, value) in [("parallel", "off"), ("presolve", if options.presolve { "choose" } else { "off" })] {
        engine.try_set_option(name, value).map_err(|error| failed(&format!("refused `{name}` = {value}"), error))?;
    }
    Ok(())
}

/// Stop HiGHS once the caller asks for it.
fn listen(engine: &mut Model, context: &Context) {
    unsafe extern "C" fn look(
        _: c_int,
        _: *const c_char,
        _: *const HighsCallbackDataOut,
        told: *mut HighsCallbackDataIn,
        context: *mut c_void,
    ) {
        // SAFETY: HiGHS passes on the context that was given below, which outlives the solve, and a struct to write to.
        unsafe {
            let context = &*context.cast::<Context>().cast_const();
            if let Some(told) = told.as_mut() {
                told.user_interrupt = c_int::from(context.is_cancelled());
            }
        }
    }
    let own: *const Context = context;
    // SAFETY: the pointer is a live HiGHS object; `own` is read while the solve runs, during which `context` is borrowed, and
    // never written to.
    unsafe {
        Highs_setCallback(engine.as_mut_ptr(), Some(look), own.cast_mut().cast());
        for kind in [kHighsCallbackSimplexInterrupt, kHighsCallbackIpmInterrupt, kHighsCallbackMipInterrupt] {
            Highs_startCallback(engine.as_mut_ptr(), kind);
        }
    }
}

/// Bound, gap and nodes of branch and bound.
fn describe_tree(model: &LinearModel, converted: &Converted, mut solved: SolvedModel, solution: &mut LinearSolution) {
    let mut nodes = 0_i64;
    // SAFETY: a live HiGHS object, a text that ends with 0 and a number to write to.
    unsafe { Highs_getInt64InfoValue(solved.as_mut_ptr(), c"mip_node_count".as_ptr(), &raw mut nodes) };
    solution.nodes = u64::try_from(nodes).unwrap_or(0);
    let bound = solved.double_info_value(c"mip_dual_bound").ok().filter(|bound| bound.is_finite());
    if let Some(bound) = bound {
        let bound = converted.sign * bound + model.constant;
        solution.bound = Some(bound);
        solution.gap = solution.objective.map(|objective| (objective - bound).abs() / objective.abs().max(1e-9));
    }
}
