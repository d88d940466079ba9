//! Tours and routes.
use inlaid::Result;
use inlaid::optimize::{PlanRoutes, PlanTour, RouteCheck, RouteMap, RoutePlan, RouteProblem, TourPlan, verify_routes};
use ndarray::{ArrayView1, ArrayView2};

use crate::op::{Draft, op};
use crate::{Args, ArrayArgument, Letter, Op, Reply};

const fn vector(name: &'static str, doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Vector, axes: &["place"], doc }
}

const fn matrix(name: &'static str, axes: &'static [&'static str], doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Matrix, axes, doc }
}

/// What a problem of routes consists of.
const ARRAYS: [ArrayArgument; 6] = [
    matrix(
        "costs",
        &["from", "to"],
        "What going from place to place costs. `inf` forbids a way; the diagonal is not looked at.",
    ),
    vector("demands", "How much each place wants, 0 or more; empty for nothing."),
    matrix(
        "windows",
        &["place", "side"],
        "When each place opens and closes; the closing may be `inf`. Those of the depot are the earliest departure and the \
         latest return. Empty for any time.",
    ),
    vector("service", "How long each service takes, 0 or more; empty for no time."),
    matrix("times", &["from", "to"], "How long each way takes, 0 or more; empty for as long as it costs."),
    vector(
        "penalties",
        "What leaving each place unserved costs, `inf` where it must be served; empty where all must be.",
    ),
];

const ROUTES: ArrayArgument = ArrayArgument {
    name: "routes",
    letter: Letter::Lists,
    axes: &["route", "stop"],
    doc: "The places of each route in their order, without the depot.",
};

/// The arrays of a problem, which the problem borrows.
struct Places<'a> {
    costs: ArrayView2<'a, f64>,
    windows: ArrayView2<'a, f64>,
    times: ArrayView2<'a, f64>,
    vectors: [Vec<f64>; 3],
}

impl<'a> Places<'a> {
    fn of(a: &Args<'a>) -> Result<Self> {
        let plain = |values: ArrayView1<'_, f64>| values.to_vec();
        let vectors = [plain(a.vector(1)?), plain(a.vector(3)?), plain(a.vector(5)?)];
        Ok(Self { costs: a.matrix(0)?, windows: a.matrix(2)?, times: a.matrix(4)?, vectors })
    }

    fn problem(&self) -> RouteProblem<'_> {
        let [demands, service, penalties] = &self.vectors;
        let mut problem = RouteProblem::new(self.costs.view());
        problem = problem.with_demands(demands).with_service(service).with_penalties(penalties);
        if !self.windows.is_empty() {
            problem = problem.with_windows(self.windows.view());
        }
        if !self.times.is_empty() {
            problem = problem.with_times(self.times.view());
        }
        problem
    }
}

pub(super) fn ops() -> Vec<Op> {
    let tour = "The cheapest tour through all places and back, for the costs of going from place to place.\n\nUp to 12 places \
        the best one; above, `lower_bound` says how far the tour can be from it. Fails with `invalid_config` for options out \
        of range; `invalid_data` for a matrix that is not square, NaN, `-inf` and where forbidden ways are proved to leave no \
        tour; `did_not_converge` where none was found among them; `not_enough_data` without a place; `too_large` above 5,000 \
        places; `cancelled`.";
    let points = "The shortest tour through points, by the metric of the options.\n\nAs `solve`, without a matrix. Fails with \
        `invalid_config` for options out of range; `invalid_data` for points that are not two numbers; `not_enough_data` \
        without a point; `too_large` above 1,000,000 points; `cancelled`.";
    let plan = "Routes of vehicles from the depot through all customers and back at the least total cost.\n\nEvery place is \
        visited once, or left out for its penalty; each route keeps the windows and what its vehicle carries. Fails with \
        `invalid_config` for options out of range; `invalid_data` for shapes that do not fit, NaN, numbers out of range, and, \
        by name, places that no vehicle can serve or demands above all capacities together; `not_enough_data` without a \
        place; `too_large` above 5,000 places; `did_not_converge` where no plan with everyone who must be served was found \
        within the limits, with those left out; `cancelled`.";
    let verify = "Hold routes against a problem: by driving them, without anything of the search.\n\nFails as \
        `PlanRoutes.solve` for the problem, and with `invalid_data` for a place that is not there.";
    let draw = "A map of routes as a self-contained SVG.\n\nFails with `invalid_config` for a width out of range or a depot \
        that is not there, `invalid_data` for places that are not two finite numbers or a route through a place that is not \
        there, `not_enough_data` without a place.";
    let distances = matrix(
        "distances",
        &["from", "to"],
        "What going from place to place costs. `inf` forbids a way; NaN is refused.",
    );
    let places = matrix("points", &["point", "coordinate"], "Two coordinates per point.");
    let drawn =
        matrix("places", &["place", "coordinate"], "Two coordinates per place: x and y, or latitude and longitude.");
    vec![
        op("optimize.PlanTour.solve", tour)
            .on_options::<PlanTour>()
            .takes(distances)
            .gives::<TourPlan>()
            .runs(|a| Reply::value(a.options::<PlanTour>()?.solve(a.matrix(0)?, a.context)?)),
        op("optimize.PlanTour.solve_points", points)
            .on_options::<PlanTour>()
            .takes(places)
            .gives::<TourPlan>()
            .runs(|a| Reply::value(a.options::<PlanTour>()?.solve_points(a.matrix(0)?, a.context)?)),
        ARRAYS
            .into_iter()
            .fold(op("optimize.PlanRoutes.solve", plan).on_options::<PlanRoutes>(), Draft::takes)
            .gives::<RoutePlan>()
            .runs(|a| Reply::value(a.options::<PlanRoutes>()?.solve(&Places::of(a)?.problem(), a.context)?)),
        ARRAYS
            .into_iter()
            .fold(op("optimize.verify_routes", verify), Draft::takes)
            .takes(ROUTES)
            .options::<PlanRoutes>()
            .gives::<RouteCheck>()
            .runs(|a| Reply::value(verify_routes(&Places::of(a)?.problem(), &a.options()?, a.lists(6)?)?)),
        op("optimize.RouteMap.to_svg", draw)
            .on_options::<RouteMap>()
            .takes(drawn)
            .takes(ROUTES)
            .gives::<String>()
            .runs(|a| Reply::value(a.options::<RouteMap>()?.to_svg(a.matrix(0)?, a.lists(1)?)?)),
    ]
}
