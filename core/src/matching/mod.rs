//! Who or what belongs together: assignments, stable pairs, compatibility, names and entities.
pub mod assignment;
pub mod compatibility;
pub mod entities;
mod map;
pub mod stable;
pub mod strings;

pub use map::MatchMap;
pub use assignment::{
    Assign, AssignByRule, Assignment, AssignmentBatch, Certificate, Line, Metric, PointCosts, Request, Unmatched,
    assign, assign_batch, assign_by, assign_points, verify_assignment,
};
pub use assignment::{
    AssignBottleneck, AssignCapacities, AssignEachRow, BottleneckAssignment, CapacityAssignment, Demand,
    EachRowAssignment, OnlineAssign, OnlineDecision, OnlineMatching, OnlineReport, RankedAssignment, SparseCosts,
    assign_bottleneck, assign_each_row, assign_k_best, assign_sparse, assign_sparse_with_capacities,
    assign_with_capacities, verify_sparse,
};
pub use map::MatchMap;
