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
pub use compatibility::{
    Attribute, AttributePart, CategoryAttribute, CombineViews, CompareRule, Comparison, CompatibilityMatcher, Decay,
    DistanceRule, EqualRule, ExplainPair, FlagRule, HoursAttribute, MatchStrategy, MissingPolicy, NumberAttribute,
    NumberMeasure, OverlapMeasure, PairExplanation, PlaceAttribute, RangeAttribute, RangeRule, RecommendMatches,
    Recommendations, Rule, ScoreRule, SetAttribute, ShareRule, SubsetDirection, SubsetRule, TextAttribute,
    VectorAttribute, ViewSide, explain_compatibility, recommend_matches,
pub use stable::{
    AllStableMarriages, HospitalResidents, HospitalSide, Placements, Roommates, ScoreOrder, Stability, StableChoice,
    StableMarriage, StableMarriages, StablePairs, StableScores, StableTies, TiedPairs, TiedStability, TiesPolicy,
    VerifyStability, all_stable_marriages, hospital_residents, stable_from_scores, stable_marriage, stable_roommates,
    stable_with_ties, verify_roommates, verify_stability,
pub use entities::*;
pub use strings::*;
