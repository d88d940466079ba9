//! Tours and routes: in which order places are visited, and by whom.
mod assignment;
mod fleet;
mod map;
mod tour;
pub use fleet::{PlanRoutes, PlannedRoute, RouteCheck, RoutePlan, RouteProblem, RouteRecord, verify_routes};
pub use map::RouteMap;
pub use tour::{PlanTour, TourMetric, TourPlan};
