//! How well the rows of two tables suit each other.
//!
//! A [`CompatibilityMatcher`] says what of a left and a right row is compared: each attribute gives a similarity of 0 to 1,
//! and their weighted mean is the score; must-have rules forbid pairs. If the right side has wishes of its own
//! (`right_attributes`), each pair has two views, which are combined. [`recommend_matches`] ranks or pairs rows by scores.
//!
//! | attribute | compares |
//! |---|---|
//! | [`NumberAttribute`] | numbers: closeness, a target, higher or lower is better |
//! | [`CategoryAttribute`] | categories: equal, or similar by a map |
//! | [`PlaceAttribute`] | places: distance on the globe |
//! | [`SetAttribute`] | sets: the share covered, or Jaccard |
//! | [`RangeAttribute`] | a value within a range, or the overlap of two, of numbers or times |
//! | [`HoursAttribute`] | weekly hours |
//! | [`TextAttribute`] | texts by how they are written |
//! | [`VectorAttribute`] | embeddings given beside the tables |
mod attributes;
mod columns;
mod matcher;
mod prepared;
mod recommend;
mod rules;
mod scorer;
#[cfg(test)]
mod tests;
mod windows;

pub use attributes::{
    Attribute, CategoryAttribute, Decay, HoursAttribute, MissingPolicy, NumberAttribute, NumberMeasure, OverlapMeasure,
    PlaceAttribute, RangeAttribute, SetAttribute, TextAttribute, VectorAttribute,
};
pub use matcher::{
    AttributePart, CombineViews, CompatibilityExplanation, CompatibilityMatcher, ExplainPair, ViewSide,
    explain_compatibility,
};
pub use recommend::{MatchStrategy, RecommendMatches, Recommendations, recommend_matches};
pub use rules::{
    CompareRule, ComparisonOperator, DistanceRule, EqualRule, FlagRule, RangeRule, Rule, ScoreRule, ShareRule,
    SubsetDirection, SubsetRule,
};
