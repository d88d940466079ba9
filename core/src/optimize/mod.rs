//! The best point of a function, fronts of several objectives, linear and integer programmes, and planning.
//!
//! | functions | what it does |
//! |---|---|
//! | [`Space`] | what is chosen: named parameters, continuous, integer or categorical |
//! | [`minimize`] | the least value of any function over a space; [`Minimizer`] asks for values and is told them |
//! | [`minimize_front`] | candidates that no other beats in all of several objectives; ranks, hypervolumes, preferences |
//!
//! | sums with factors | what it does |
//! |---|---|
//! | [`LinearModel`] | variables, constraints and an objective, written as mathematics or read by [`ReadMps`] and [`read_lp`] |
//! | [`SolveLinear`] | the best values, whole where they must be, with prices and ranges; why there are none |
//! | [`verify_linear`] | whether a solution is what it says, by arithmetic alone |
//!
//! | planning problems by name | what it does |
//! |---|---|
//! | [`SolveKnapsack`] | what to take into one knapsack or several |
//! | [`PackBins`] | the fewest bins that hold everything |
//! | [`CoverSets`] | the cheapest sets that hold every element, at least or exactly once |
//! | [`LocateFacilities`] | what to open and whom to serve from where, with and without capacities |
//! | [`RosterShifts`] | who works which shift on which day |
//! | [`PlanTour`] | the cheapest tour through all places and back |
//! | [`PlanRoutes`] | routes of vehicles from a depot through all customers, with capacities and time windows |
//! | [`ScheduleJobs`] | jobs on machines, so that the last ends as early as possible |
//! | [`ScheduleProject`] | the tasks of a project with limited resources |
//! | [`verify_routes`] | whether routes keep what was asked, by driving them |
//! | [`RouteMap`], [`ScheduleChart`] | pictures of both |
mod fronts;
mod linear;
mod minimize;
mod planning;
mod routes;
mod schedule;
mod space;
pub use fronts::{
    Front, FrontChart, FrontChoice, FrontDecomposition, FrontHistory, FrontIndicator, FrontMethod, FrontMinimizer,
    FrontPopulation, FrontPreference, FrontSpread, MinimizeFront, crowding_distances, front_indicator, hypervolume,
    hypervolume_contributions, minimize_front, non_dominated_ranks, reference_directions,
};
#[cfg(feature = "highs")]
pub use linear::Highs;
pub use linear::{
    Constraint, Expression, Incumbent, LinearChart, LinearCheck, LinearConflict, LinearModel, LinearSolution,
    LinearSolver, LinearStatus, MpsFormat, OwnSolver, ReadMps, RowOf, Sensitivity, SolveLinear, Term, Variable,
    read_lp, verify_linear, write_lp, write_mps,
};
pub use minimize::{
    Minimize, MinimizeComparison, MinimizeHistory, MinimizeMethod, Minimizer, Minimum, Stage, StopReason,
    compare_minimizers, minimize,
};
pub use planning::{
    CoverSets, FacilityPlan, ForbiddenSuccession, KnapsackSolution, LocateFacilities, PackBins, PackedBins, Roster,
    RosterShifts, SetCover, SolveKnapsack,
};
pub use routes::{
    PlanRoutes, PlanTour, PlannedRoute, RouteCheck, RouteMap, RoutePlan, RouteProblem, RouteRecord, TourMetric,
    TourPlan, verify_routes,
};
pub use schedule::{JobSchedule, ProjectSchedule, ProjectTasks, ScheduleChart, ScheduleJobs, ScheduleProject};
pub use space::{CategoricalParameter, ContinuousParameter, IntegerParameter, MOST_PARAMETERS, Parameter, Space};
