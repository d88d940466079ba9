//! Plans held against what was asked, from nothing but the input.
use serde::{Deserialize, Serialize};

use super::options::PlanRoutes;
use super::problem::{Problem, RouteProblem};
use crate::data::{Ints, Lists};
use crate::error::{Result, ensure};

/// What routes come to when everything is computed from the input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RouteCheck {
    /// Whether nothing is violated.
    pub feasible: bool,
    /// What is violated, a sentence each.
    pub violations: Vec<String>,
    /// Ways, vehicles and penalties together.
    pub cost: f64,
    /// The ways alone.
    pub travel_cost: f64,
    /// How many routes are not empty.
    pub vehicles: usize,
    /// The places that no route visits, ascending.
    pub unserved: Ints,
}

/// Hold routes, one list of places each without the depot, against a problem: by driving them, without anything of the search.
///
/// A route leaves the depot as late as it costs no time. Windows, the longest route and capacities may be exceeded by a share
/// of 1e-7: sums are rounded. Loads are held against capacities from the greatest down. Empty routes are nothing. Costs O(size of
/// the problem + stops).
///
/// # Errors
/// As [`PlanRoutes::solve`](super::PlanRoutes::solve) for the problem; `invalid_data` for a place that is not there.
pub fn verify_routes(problem: &RouteProblem<'_>, options: &PlanRoutes, routes: Lists<'_>) -> Result<RouteCheck> {
    Problem::judged(problem, options)?;
    let size = problem.costs.nrows();
    let mut check = Drive { problem, options, visits: vec![0_usize; size], violations: Vec::new(), travel: 0.0 };
    let mut loads = Vec::new();
    for (number, stops) in routes.iter().enumerate().filter(|(_, stops)| !stops.is_empty()) {
        for stop in stops {
            let there = usize::try_from(*stop).is_ok_and(|place| place < size);
            ensure!(there, InvalidData, "route {number} visits place {stop}; there are places 0 to {}", size - 1);
        }
        let stops: Vec<usize> = stops.iter().map(|stop| *stop as usize).collect();
        loads.push((check.route(number, &stops), number));
    }
    check.loads(&mut loads);
    let mut unserved = Vec::new();
    let mut penalties = 0.0;
    for place in (0..size).filter(|place| *place != options.depot) {
        match (check.visits[place], problem.penalties.get(place).copied().unwrap_or(f64::INFINITY)) {
            (1, _) => {}
            (0, penalty) => {
                unserved.push(place as i64);
                if penalty.is_finite() {
                    penalties += penalty;
                } else {
                    check.violations.push(format!("place {place} is not visited"));
                }
            }
            (visits, _) => check.violations.push(format!("place {place} is visited {visits} times")),
        }
    }
    let (vehicles, travel) = (loads.len(), check.travel);
    Ok(RouteCheck {
        feasible: check.violations.is_empty(),
        violations: check.violations,
        cost: travel + options.fixed_cost * vehicles as f64 + penalties,
        travel_cost: travel,
        vehicles,
        unserved: unserved.into(),
    })
}

/// Routes that are driven one after the other.
struct Drive<'a, 'p> {
    problem: &'a RouteProblem<'p>,
    options: &'a PlanRoutes,
    visits: Vec<usize>,
    violations: Vec<String>,
    travel: f64,
}

impl Drive<'_, '_> {
    /// Drive a route: its load.
    fn route(&mut self, number: usize, stops: &[usize]) -> f64 {
        let depot = self.options.depot;
        let window =
            |place: usize| self.problem.windows.map_or((0.0, f64::INFINITY), |w| (w[[place, 0]], w[[place, 1]]));
        let of = |values: &[f64], place: usize| values.get(place).copied().unwrap_or(0.0);
        let (mut last, mut load, mut now) = (depot, 0.0, window(depot).0);
        // By how much a later departure changes nothing at the end, and by how much it is possible at all.
        let (mut waited, mut spare) = (0.0_f64, window(depot).1 - now);
        for place in stops.iter().copied().chain(std::iter::once(depot)) {
            let cost = self.problem.costs[[last, place]];
            let time = self.problem.times.map_or(cost, |times| times[[last, place]]);
            if !(cost.is_finite() && time.is_finite()) || last == place {
                self.violations
                    .push(format!("route {number} goes from place {last} to place {place}, which is forbidden"));
                return load;
            }
            self.travel += cost;
            now += time;
            let (opens, closes) = window(place);
            if now > closes + 1e-7 * closes.abs().max(now.abs()) {
                self.violations.push(format!("route {number} reaches place {place} at {now}, after {closes}"));
            }
            let begin = now.max(opens);
            waited += begin - now;
            spare = spare.min(waited + (closes - begin).max(0.0));
            now = begin;
            if place != depot {
                self.visits[place] += 1;
                load += of(self.problem.demands, place);
                now += of(self.problem.service, place);
            }
            last = place;
        }
        let duration = now - window(depot).0 - waited.min(spare).max(0.0);
        if let Some(longest) = self.options.longest_route
            && duration > longest + 1e-7 * longest.max(now.abs())
        {
            self.violations.push(format!("route {number} takes {duration}, longer than {longest}"));
        }
        load
    }

    /// Hold loads with the numbers of their routes against the vehicles.
    fn loads(&mut self, loads: &mut [(f64, usize)]) {
        loads.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut capacities = self.options.capacities.clone();
        capacities.sort_by(|a, b| b.total_cmp(a));
        let vehicles = if capacities.is_empty() { self.options.most_vehicles } else { Some(capacities.len()) };
        if let Some(vehicles) = vehicles
            && loads.len() > vehicles
        {
            self.violations.push(format!("{} routes are more than {vehicles} vehicles", loads.len()));
        }
        for (at, (load, number)) in loads.iter().enumerate() {
            let capacity = capacities.get(at).copied().or(self.options.capacity).unwrap_or(f64::INFINITY);
            if *load > capacity * (1.0 + 1e-7) {
                self.violations.push(format!("route {number} carries {load}, more than {capacity}"));
            }
        }
    }
}
