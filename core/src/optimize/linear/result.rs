//! What a solved model comes to.
use serde::{Deserialize, Serialize};

use super::expression::{RowOf, Term};
use crate::data::Vector;

/// How a solve ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LinearStatus {
    /// The point is the best there is, within the gap.
    Optimal,
    /// There is no point that keeps all bounds and rows.
    Infeasible,
    /// The objective has no limit.
    Unbounded,
    /// Time was up; the best point so far is given, if there is one.
    TimeLimit,
    /// The tree had as many nodes as allowed; the best point so far is given, if there is one.
    NodeLimit,
    /// As many iterations were made as allowed.
    IterationLimit,
    /// The one who is told of better points asked to stop; the best point so far is given.
    Stopped,
    /// Rounding errors kept the solver from an answer that it could vouch for.
    Inaccurate,
}

/// A point that was the best when it was found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Incumbent {
    /// Its objective.
    pub objective: f64,
    /// What was known then: no point is better than this. Missing before the first relaxation is solved.
    pub bound: Option<f64>,
    /// Nodes looked at before.
    pub nodes: u64,
    /// Seconds since the start.
    pub seconds: f64,
}

/// Ranges in which a linear solution stays as it is, one number changed at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Sensitivity {
    /// The least cost of each column for which the values stay.
    pub cost_from: Vector,
    /// The greatest cost of each column for which the values stay.
    pub cost_to: Vector,
    /// The least right side of each row for which the prices stay: of the side that binds, or of the only side of a row that
    /// does not bind. `-inf` for a row of two sides of which none binds.
    pub right_from: Vector,
    /// The greatest right side of each row for which the prices stay.
    pub right_to: Vector,
}

/// The solution of a [`LinearModel`](super::LinearModel), or what is known instead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LinearSolution {
    /// How it ended.
    pub status: LinearStatus,
    /// The objective of the point, if there is one.
    pub objective: Option<f64>,
    /// No point is better than this, if that is known.
    pub bound: Option<f64>,
    /// Distance of objective and bound as a share of the objective, if both are known.
    pub gap: Option<f64>,
    /// The value of each column; empty if there is no point.
    pub values: Vector,
    /// The value of each row at the point; empty if there is no point.
    pub row_values: Vector,
    /// The price of each row: how the objective changes per unit of its right side. With whole columns those are the prices of
    /// the linear model in which these columns are fixed. Empty if there is no optimal point.
    pub row_duals: Vector,
    /// How the objective changes per unit of each column that is forced away from its bound. Empty as above.
    pub reduced_costs: Vector,
    /// If infeasible by its linear part alone: one factor per row. The sum of the rows with these factors contradicts the
    /// bounds of the columns. Empty otherwise.
    pub infeasibility_proof: Vector,
    /// If unbounded: a direction from any point along which the objective improves without end. Empty otherwise.
    pub ray: Vector,
    /// Ranges, if asked for.
    pub sensitivity: Option<Sensitivity>,
    /// The points that were the best one after the other, with whole columns.
    pub incumbents: Vec<Incumbent>,
    /// Nodes of the tree.
    pub nodes: u64,
    /// Iterations of the simplex method, or of the interior point method.
    pub iterations: u64,
    /// Seconds that it took.
    pub seconds: f64,
}

impl LinearSolution {
    pub(super) fn without_point(status: LinearStatus) -> Self {
        let none = || Vector::from(Vec::new());
        Self {
            status,
            objective: None,
            bound: None,
            gap: None,
            values: none(),
            row_values: none(),
            row_duals: none(),
            reduced_costs: none(),
            infeasibility_proof: none(),
            ray: none(),
            sensitivity: None,
            incumbents: Vec::new(),
            nodes: 0,
            iterations: 0,
            seconds: 0.0,
        }
    }

    /// What is claimed to be optimal, to be held against a model by [`verify_linear`](super::verify_linear): values of the
    /// columns and, unless they are empty, prices of the rows and reduced costs.
    #[must_use]
    pub fn claimed(values: Vec<f64>, row_duals: Vec<f64>, reduced_costs: Vec<f64>) -> Self {
        let mut solution = Self::without_point(LinearStatus::Optimal);
        solution.objective = Some(f64::NAN);
        solution.values = Vector::from(values);
        solution.row_duals = Vector::from(row_duals);
        solution.reduced_costs = Vector::from(reduced_costs);
        solution
    }

    /// The value of a variable; NaN if there is no point.
    #[must_use]
    pub fn value(&self, term: Term) -> f64 {
        self.values.get(term.position()).copied().unwrap_or(f64::NAN)
    }

    /// The price of a row; NaN if there is none.
    #[must_use]
    pub fn dual(&self, row: RowOf) -> f64 {
        self.row_duals.get(row.position()).copied().unwrap_or(f64::NAN)
    }
}
