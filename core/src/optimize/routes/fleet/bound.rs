//! What no plan can cost less than.
use super::problem::Problem;
use crate::Context;
use crate::error::Result;
use crate::optimize::routes::assignment;

/// Customers up to which an assignment is solved.
const LARGEST: usize = 500;

/// A lower bound, which is a number: that of [`relaxed`], or what all ways below 0 come to where that is none.
pub(super) fn bound(problem: &Problem<'_>, context: &Context) -> Result<f64> {
    let bound = relaxed(problem, context)?;
    if bound.is_finite() {
        return Ok(bound);
    }
    let mut sum = 0.0;
    for from in 0..problem.size {
        context.check()?;
        let out = (0..problem.size).filter(|to| *to != from).map(|to| problem.cost(from, to)).fold(0.0, f64::min);
        sum += if from == 0 { out * problem.capacities.len() as f64 } else { out };
    }
    Ok(sum)
}

/// Every served place is entered and left once, the depot as often as there are routes. The cheapest such ways
/// over all that windows and capacities leave are an assignment; above [`LARGEST`] customers, the cheapest way into (or out of)
/// every place.
fn relaxed(problem: &Problem<'_>, context: &Context) -> Result<f64> {
    let customers = problem.size - 1;
    if customers == 0 {
        return Ok(0.0);
    }
    let routes = least_routes(problem);
    let (early, late) = spans(problem, context)?;
    let most = problem.capacities.iter().copied().fold(0.0, f64::max) * problem.room;
    let arc = |from: usize, to: usize| {
        let heavy = problem.demands[from] + problem.demands[to] > most;
        let leaves = early[from] + if from == 0 { 0.0 } else { problem.own[from].duration };
        let too_late = leaves + problem.time(from, to) > late[to] + 2.0 * problem.tolerance;
        let fixed = if from == 0 { problem.fixed } else { 0.0 };
        if heavy || too_late { f64::INFINITY } else { problem.cost(from, to) + fixed }
    };
    if customers > LARGEST || problem.capacities.len() > LARGEST {
        return simple(problem, routes, arc, context);
    }
    let vehicles = problem.capacities.len();
    let count = customers + vehicles;
    let mut costs = vec![f64::INFINITY; count * count];
    for row in 0..count {
        let from = if row < customers { row + 1 } else { 0 };
        for column in 0..count {
            let to = if column < customers { column + 1 } else { 0 };
            costs[row * count + column] = match (from, to) {
                (0, 0) if row - customers >= routes => 0.0,
                (0, 0) => f64::INFINITY,
                (from, to) if from == to => problem.penalties[from],
                (from, to) => arc(from, to),
            };
        }
    }
    // Without any assignment there is no plan either; the search will say so.
    Ok(assignment::least(&costs, count, context)?.unwrap_or(f64::NEG_INFINITY))
}

/// As many routes as the demands of those who must be served ask for.
fn least_routes(problem: &Problem<'_>) -> usize {
    let must = (1..problem.size).filter(|place| problem.penalties[*place].is_infinite());
    let (count, wanted) = must.fold((0, 0.0), |(count, sum), place| (count + 1, sum + problem.demands[place]));
    let mut capacities = problem.capacities.clone();
    capacities.sort_by(|a, b| b.total_cmp(a));
    let mut carried = 0.0;
    let enough = capacities.iter().position(|capacity| {
        carried += capacity * problem.room;
        carried >= wanted
    });
    if count == 0 { 0 } else { enough.map_or(capacities.len(), |at| at + 1) }
}

/// The earliest and the latest begin of service at each place over all ways.
fn spans(problem: &Problem<'_>, context: &Context) -> Result<(Vec<f64>, Vec<f64>)> {
    let (there, back) = (problem.reach(false, context)?, problem.reach(true, context)?);
    let mut early: Vec<f64> = (0..problem.size).map(|place| there[place].max(problem.own[place].early)).collect();
    let mut late: Vec<f64> = (0..problem.size).map(|place| (-back[place]).min(problem.own[place].late)).collect();
    (early[0], late[0]) = (problem.own[0].early, problem.own[0].late);
    Ok((early, late))
}

/// The cheapest way into every place, or out of it, whichever sum is greater.
fn simple(problem: &Problem<'_>, routes: usize, arc: impl Fn(usize, usize) -> f64, context: &Context) -> Result<f64> {
    let mut sums = [0.0; 2];
    let mut depot = [f64::INFINITY; 2];
    for place in 1..problem.size {
        context.check()?;
        let others = || (0..problem.size).filter(|other| *other != place);
        let into = others().map(|other| arc(other, place)).fold(f64::INFINITY, f64::min);
        let out = others().map(|other| arc(place, other)).fold(f64::INFINITY, f64::min);
        sums[0] += into.min(problem.penalties[place]);
        sums[1] += out.min(problem.penalties[place]);
        depot[0] = depot[0].min(arc(place, 0));
        depot[1] = depot[1].min(arc(0, place));
    }
    // Negative ways home could be taken by more routes than needed; the bound is then not one.
    let closing = |way: f64| if routes == 0 && way >= 0.0 { 0.0 } else { routes as f64 * way };
    let negative = depot.iter().any(|way| *way < 0.0) || sums.iter().any(|sum| sum.is_infinite());
    Ok(if negative { f64::NEG_INFINITY } else { (sums[0] + closing(depot[0])).max(sums[1] + closing(depot[1])) })
}
