//! Routes of vehicles: capacities, time windows, fleets.
//!
//! `problem` judges the input, `search` leads `ruin` (strings out and back) and `improve` (pieces moved), over routes that
//! `state` keeps cheap to judge; `bound` says what cannot be beaten, `verify` drives the routes.
mod bound;
mod improve;
mod options;
mod problem;
mod result;
mod ruin;
mod search;
mod state;
#[cfg(test)]
mod tests;
mod verify;

pub use options::PlanRoutes;
pub use problem::RouteProblem;
pub use result::{PlannedRoute, RoutePlan, RouteRecord};
pub use verify::{RouteCheck, verify_routes};

use crate::Context;
use crate::data::OwnedLists;
use crate::error::{Result, bail, ensure};
use problem::Problem;
use search::Found;

impl PlanRoutes {
    /// Plan routes for a problem.
    ///
    /// Every place is visited once, or left out for its penalty; each route keeps the windows and what its vehicle carries. The
    /// plan is checked against the input, as by [`verify_routes`], before it is given.
    ///
    /// # Errors
    /// `invalid_config` for options out of range; `invalid_data` for shapes that do not fit, NaN, numbers out of range, and,
    /// by name, places that no vehicle can serve (demand, window, no way) or demands above all capacities together;
    /// `not_enough_data` without a place; `too_large` above 5,000 places; `did_not_converge` where no plan with everyone who
    /// must be served was found within the limits, with those left out; `cancelled`.
    pub fn solve(&self, problem: &RouteProblem<'_>, context: &Context) -> Result<RoutePlan> {
        let working = Problem::of(problem, self, context)?;
        let bound = bound::bound(&working, context)?;
        let found = search::search(&working, self, bound, context)?;
        let plan = written(&working, &found, bound)?;
        let routes: OwnedLists = plan.routes.iter().map(|route| route.stops.to_vec()).collect();
        let check = verify_routes(problem, self, routes.view())?;
        let close = (check.cost - plan.cost).abs() <= 1e-9 * check.cost.abs().max(plan.cost.abs());
        if !(check.feasible && close) {
            let said = check.violations.first().cloned().unwrap_or_else(|| format!("{} is {}", plan.cost, check.cost));
            bail!(Internal, "a plan of routes failed its own check: {said}; please report this with the input");
        }
        Ok(plan)
    }
}

/// The plan as it is given.
fn written(problem: &Problem<'_>, found: &Found, bound: f64) -> Result<RoutePlan> {
    let state = &found.state;
    let mut used: Vec<usize> = state.used.iter().map(|vehicle| *vehicle as usize).collect();
    used.sort_unstable();
    if problem.classes == 1 {
        // Vehicles that are all the same are numbered as they are used.
        used.sort_by_key(|vehicle| {
            state.routes[*vehicle].stops.iter().map(|stop| problem.places[*stop as usize]).min()
        });
    }
    let mut routes = Vec::with_capacity(used.len());
    for (number, vehicle) in used.iter().enumerate() {
        let stops = &state.routes[*vehicle].stops;
        let places = || stops.iter().map(|stop| *stop as usize);
        let whole = problem.segment(std::iter::once(0).chain(places()).chain(std::iter::once(0)));
        let Some(whole) = whole else { bail!(Internal, "a route is not possible; please report this with the input") };
        let (mut last, mut now, mut cost) = (0, whole.early, 0.0);
        let (mut arrivals, mut starts) = (Vec::new(), Vec::new());
        for place in places() {
            cost += problem.cost(last, place);
            now += problem.time(last, place);
            arrivals.push(now);
            now = now.max(problem.own[place].early);
            starts.push(now);
            now += problem.own[place].duration;
            last = place;
        }
        routes.push(PlannedRoute {
            vehicle: if problem.classes == 1 { number } else { *vehicle },
            stops: places().map(|place| problem.places[place] as i64).collect::<Vec<_>>().into(),
            arrivals: arrivals.into(),
            starts: starts.into(),
            departure: whole.early,
            finish: now + problem.time(last, 0),
            load: places().map(|place| problem.demands[place]).sum(),
            cost: cost + problem.cost(last, 0),
        });
    }
    let mut unserved: Vec<i64> = state.absent.iter().map(|place| problem.places[*place as usize] as i64).collect();
    unserved.sort_unstable();
    let penalties: f64 = state.absent.iter().map(|place| problem.penalties[*place as usize]).sum();
    let travel_cost: f64 = routes.iter().map(|route| route.cost).sum();
    let cost = travel_cost + problem.fixed * routes.len() as f64 + penalties + 0.0;
    ensure!(cost.is_finite(), InvalidData, "the costs sum to more than the largest number");
    let optimal = cost - bound <= 1e-9 * cost.abs();
    // A bound that rounding put above the cost is the cost.
    let lower_bound = if optimal { bound.min(cost) } else { bound };
    Ok(RoutePlan {
        vehicles: routes.len(),
        routes,
        unserved: unserved.into(),
        cost,
        travel_cost,
        lower_bound,
        gap: if optimal { 0.0 } else { (cost - lower_bound) / cost.abs().max(lower_bound.abs()) },
        optimal,
        history: found.history.clone(),
        rounds: found.rounds,
        seconds: found.seconds,
    })
}
