//! What a roster may be told.
use serde::{Deserialize, Serialize};

use super::super::watch::check_time_limit;
use crate::error::{Result, ensure};

/// Two shifts that nobody works one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ForbiddenSuccession {
    /// The shift of a day, counted from 0. Default 0.
    pub shift: usize,
    /// The shift that the same worker does not work the day after. Default 0.
    pub next: usize,
}

/// Give workers shifts so that every shift has the workers it needs, rules are kept, and the total cost is least.
///
/// Everybody works one shift a day at most. Costs say how much a worker dislikes a shift on a day, `inf` that it cannot be: not
/// there, or without the skill. The limits of workers are lists with one number per worker, or one for all.
///
/// ```
/// use inlaid::optimize::RosterShifts;
/// let demand = ndarray::array![[1.0, 1.0], [1.0, 0.0]]; // [day, shift]
/// let costs = ndarray::array![[0.0, 5.0, 1.0, 1.0], [3.0, 1.0, 2.0, 2.0]]; // [worker, day * shifts + shift]
/// let roster = RosterShifts::default().solve(demand.view(), costs.view(), &inlaid::Context::new())?;
/// assert_eq!(roster.shifts.rows().into_iter().map(|row| row.to_vec()).collect::<Vec<_>>(), [[0.0, 0.0], [1.0, -1.0]]);
/// assert_eq!((roster.cost, roster.optimal), (2.0, true));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RosterShifts {
    /// The most shifts of each worker, or of all. Default empty: no limit.
    pub most_shifts: Vec<usize>,
    /// The fewest shifts of each worker, or of all. Default empty: none.
    pub fewest_shifts: Vec<usize>,
    /// The hours of each shift. Default empty: 8 each.
    pub shift_hours: Vec<f64>,
    /// The most hours of each worker, or of all. Default empty: no limit.
    pub most_hours: Vec<f64>,
    /// The most days that anybody works one after the other. Default none: no limit.
    pub most_consecutive_days: Option<usize>,
    /// Shifts that nobody works on two days in a row, such as early after night. Default empty.
    pub forbidden_successions: Vec<ForbiddenSuccession>,
    /// What a worker too few in a shift costs, 0 or more. Default none: demand must be met.
    pub uncovered_penalty: Option<f64>,
    /// Seconds after which to stop with the best roster so far, above 0. Default none.
    pub time_limit: Option<f64>,
    /// Nodes of branch and bound after which to stop with the best roster so far. Default 2,000.
    pub node_limit: u64,
}

impl Default for RosterShifts {
    fn default() -> Self {
        Self {
            most_shifts: Vec::new(),
            fewest_shifts: Vec::new(),
            shift_hours: Vec::new(),
            most_hours: Vec::new(),
            most_consecutive_days: None,
            forbidden_successions: Vec::new(),
            uncovered_penalty: None,
            time_limit: None,
            node_limit: 2_000,
        }
    }
}

impl RosterShifts {
    /// Set the most shifts of each worker, or of all.
    #[must_use]
    pub fn with_most_shifts(mut self, shifts: Vec<usize>) -> Self {
        self.most_shifts = shifts;
        self
    }

    /// Set the fewest shifts of each worker, or of all.
    #[must_use]
    pub fn with_fewest_shifts(mut self, shifts: Vec<usize>) -> Self {
        self.fewest_shifts = shifts;
        self
    }

    /// Set the hours of each shift.
    #[must_use]
    pub fn with_shift_hours(mut self, hours: Vec<f64>) -> Self {
        self.shift_hours = hours;
        self
    }

    /// Set the most hours of each worker, or of all.
    #[must_use]
    pub fn with_most_hours(mut self, hours: Vec<f64>) -> Self {
        self.most_hours = hours;
        self
    }

    /// Set the most days that anybody works one after the other.
    #[must_use]
    pub fn with_most_consecutive_days(mut self, days: usize) -> Self {
        self.most_consecutive_days = Some(days);
        self
    }

    /// Set shifts that nobody works on two days in a row, as pairs of a shift and that of the day after.
    #[must_use]
    pub fn with_forbidden_successions(mut self, pairs: &[(usize, usize)]) -> Self {
        self.forbidden_successions =
            pairs.iter().map(|(shift, next)| ForbiddenSuccession { shift: *shift, next: *next }).collect();
        self
    }

    /// Set what a worker too few in a shift costs.
    #[must_use]
    pub fn with_uncovered_penalty(mut self, penalty: f64) -> Self {
        self.uncovered_penalty = Some(penalty);
        self
    }

    /// Set the seconds after which to stop.
    #[must_use]
    pub fn with_time_limit(mut self, seconds: f64) -> Self {
        self.time_limit = Some(seconds);
        self
    }

    /// Set the nodes after which to stop.
    #[must_use]
    pub fn with_node_limit(mut self, nodes: u64) -> Self {
        self.node_limit = nodes;
        self
    }

    /// Whether the options make sense.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range.
    pub fn validate(&self) -> Result<()> {
        check_time_limit(self.time_limit)?;
        ensure!(self.node_limit > 0, InvalidConfig, "node_limit is 0, it must be at least 1");
        ensure!(
            self.most_consecutive_days != Some(0),
            InvalidConfig,
            "most_consecutive_days is 0, it must be at least 1"
        );
        for (what, hours) in [("shift_hours", &self.shift_hours), ("most_hours", &self.most_hours)] {
            for value in hours {
                let sound = value.is_finite() && *value >= 0.0;
                ensure!(sound, InvalidConfig, "{what} has {value}, it must be a finite number of 0 or more");
            }
        }
        if let Some(penalty) = self.uncovered_penalty {
            let sound = (0.0..=1e12).contains(&penalty);
            ensure!(sound, InvalidConfig, "uncovered_penalty is {penalty}, it must be in 0..1e12");
        }
        Ok(())
    }
}
