//! Questions beside the least total: capacities, the least worst pair, the k best, every row on its own, one after another.
mod b_matching;
mod bottleneck;
mod murty;
mod online;
mod semi;

pub use b_matching::{
    AssignCapacities, CapacityAssignment, Demand, assign_sparse_with_capacities, assign_with_capacities,
};
pub use bottleneck::{AssignBottleneck, BottleneckAssignment, assign_bottleneck};
pub use murty::{RankedAssignment, assign_k_best};
pub use online::{OnlineAssign, OnlineDecision, OnlineMatching, OnlineReport};
pub use semi::{AssignEachRow, EachRowAssignment, assign_each_row};
