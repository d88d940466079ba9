//! Linear and integer programmes; tours, routes and schedules.
//!
//! | sums with factors | what it does |
//! |---|---|
//! | [`LinearModel`] | variables, constraints and an objective, written as mathematics or read by [`ReadMps`] and [`read_lp`] |
//! | [`SolveLinear`] | the best values, whole where they must be, with prices and ranges; why there are none |
//! | [`verify_linear`] | whether a solution is what it says, by arithmetic alone |
//!
//! | places and jobs | what it does |
//! |---|---|
//! | [`PlanTour`] | the cheapest tour through all places and back |
//! | [`PlanRoutes`] | routes of vehicles from a depot through all customers, with capacities and time windows |
//! | [`ScheduleJobs`] | jobs on machines, so that the last ends as early as possible |
//! | [`ScheduleProject`] | the tasks of a project with limited resources |
//! | [`verify_routes`] | whether routes keep what was asked, by driving them |
//! | [`RouteMap`], [`ScheduleChart`] | pictures of both |
mod linear;
mod routes;
mod schedule;
pub use linear::{
    Constraint, Expression, Incumbent, LinearCheck, LinearConflict, LinearModel, LinearSolution, LinearStatus,
    MpsFormat, ReadMps, RowOf, Sensitivity, SolveLinear, Term, Variable, read_lp, verify_linear, write_lp, write_mps,
};
pub use routes::{
    PlanRoutes, PlanTour, PlannedRoute, RouteCheck, RouteMap, RoutePlan, RouteProblem, RouteRecord, TourMetric,
    TourPlan, verify_routes,
};
pub use schedule::{JobSchedule, ProjectSchedule, ProjectTasks, ScheduleChart, ScheduleJobs, ScheduleProject};
