//! Linear and integer programmes.
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
mod linear;
mod planning;
pub use linear::{
    Constraint, Expression, Incumbent, LinearCheck, LinearConflict, LinearModel, LinearSolution, LinearStatus,
    MpsFormat, ReadMps, RowOf, Sensitivity, SolveLinear, Term, Variable, read_lp, verify_linear, write_lp, write_mps,
};
pub use planning::{
    CoverSets, FacilityPlan, ForbiddenSuccession, KnapsackSolution, LocateFacilities, PackBins, PackedBins, Roster,
    RosterShifts, SetCover, SolveKnapsack,
};
