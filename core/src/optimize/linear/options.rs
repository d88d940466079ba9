//! What the solver may be told.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};

/// Solve a [`LinearModel`](super::LinearModel).
///
/// Linear models by the simplex method; with whole columns by branch and bound with cuts; with a convex quadratic objective
/// by an interior point method. A limit that is reached is no error: the solution says so and holds the best point and bound
/// that were found. The work is done on one thread, and the same on every run; a time limit ends it where the clock says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SolveLinear {
    /// Seconds after which to stop, above 0. Default none.
    pub time_limit: Option<f64>,
    /// Nodes of branch and bound after which to stop. Default none.
    pub node_limit: Option<u64>,
    /// Iterations of the simplex method, or of the interior point method, after which to stop; only without whole columns.
    /// Default none.
    pub iteration_limit: Option<u64>,
    /// With whole columns: a point is the best once the bound is this close, as a share of the objective, in 0..1. Default
    /// 1e-7.
    pub relative_gap: f64,
    /// With whole columns: or once the bound is this close, 0 or more. Default 1e-9.
    pub absolute_gap: f64,
    /// How far values and reduced costs may be outside their bounds, after rows and columns are scaled to about 1; in
    /// 1e-10..1e-4. Default 1e-9.
    pub tolerance: f64,
    /// With whole columns: whether the model is reduced before it is solved. Default true.
    pub presolve: bool,
    /// With whole columns: whether cuts are added at the root of the tree. Default true.
    pub cuts: bool,
    /// With whole columns: whether points are looked for by rounding, diving and searching near the best. Default true.
    pub heuristics: bool,
    /// Whether the ranges of costs and right sides are computed in which the solution stays as it is; only for linear models
    /// without whole columns. Default false.
    pub sensitivity: bool,
}

impl Default for SolveLinear {
    fn default() -> Self {
        Self {
            time_limit: None,
            node_limit: None,
            iteration_limit: None,
            relative_gap: 1e-7,
            absolute_gap: 1e-9,
            tolerance: 1e-9,
            presolve: true,
            cuts: true,
            heuristics: true,
            sensitivity: false,
        }
    }
}

impl SolveLinear {
    /// Set the seconds after which to stop.
    #[must_use]
    pub fn with_time_limit(mut self, seconds: f64) -> Self {
        self.time_limit = Some(seconds);
        self
    }

    /// Set the nodes after which to stop.
    #[must_use]
    pub fn with_node_limit(mut self, nodes: u64) -> Self {
        self.node_limit = Some(nodes);
        self
    }

    /// Set the iterations after which to stop.
    #[must_use]
    pub fn with_iteration_limit(mut self, iterations: u64) -> Self {
        self.iteration_limit = Some(iterations);
        self
    }

    /// Set how close the bound must come, as a share of the objective.
    #[must_use]
    pub fn with_relative_gap(mut self, gap: f64) -> Self {
        self.relative_gap = gap;
        self
    }

    /// Set how close the bound must come.
    #[must_use]
    pub fn with_absolute_gap(mut self, gap: f64) -> Self {
        self.absolute_gap = gap;
        self
    }

    /// Set how far values may be outside their bounds.
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Set whether the model is reduced first.
    #[must_use]
    pub fn with_presolve(mut self, presolve: bool) -> Self {
        self.presolve = presolve;
        self
    }

    /// Set whether cuts are added.
    #[must_use]
    pub fn with_cuts(mut self, cuts: bool) -> Self {
        self.cuts = cuts;
        self
    }

    /// Set whether points are looked for besides the tree.
    #[must_use]
    pub fn with_heuristics(mut self, heuristics: bool) -> Self {
        self.heuristics = heuristics;
        self
    }

    /// Set whether ranges are computed.
    #[must_use]
    pub fn with_sensitivity(mut self, sensitivity: bool) -> Self {
        self.sensitivity = sensitivity;
        self
    }

    /// Whether the options make sense.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range.
    pub fn validate(&self) -> Result<()> {
        if let Some(seconds) = self.time_limit {
            ensure!(seconds > 0.0, InvalidConfig, "time_limit is {seconds}, it must be above 0 seconds");
        }
        let gap = self.relative_gap;
        ensure!((0.0..1.0).contains(&gap), InvalidConfig, "relative_gap is {gap}, it must be in 0..1");
        let gap = self.absolute_gap;
        ensure!(gap >= 0.0 && gap.is_finite(), InvalidConfig, "absolute_gap is {gap}, it must be 0 or more");
        let tolerance = self.tolerance;
        let sound = (1e-10..=1e-4).contains(&tolerance);
        ensure!(sound, InvalidConfig, "tolerance is {tolerance}, it must be in 1e-10..1e-4");
        Ok(())
    }
}
