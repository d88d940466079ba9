//! What a tour may be told.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};

/// Rounds where neither `rounds` nor `time_limit` says when to stop.
const ROUNDS: u64 = 100_000;

/// How distances between points are measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TourMetric {
    /// As the crow flies.
    #[default]
    Euclidean,
    /// The sum of the differences of the coordinates.
    Manhattan,
    /// The greatest difference of the coordinates.
    Chebyshev,
}

/// Find the cheapest tour through all places and back: the travelling salesman's problem.
///
/// Up to 12 places exactly (Held and Karp, *Journal of the SIAM* 10, 1962). Above, iterated local search: turning pieces of
/// the tour and moving short ones (2-opt and Or-opt, over lists of near places with bits for those where nothing changed),
/// then, round after round, a small random double bridge that is repaired around where it was made and kept unless it is worse.
/// Where going costs something else than coming back, pieces are moved but not turned. Limited by `rounds` the tour is the same
/// on every machine for the seed of the context; under a `time_limit` the number of rounds depends on the machine.
///
/// ```
/// use inlaid::ndarray::array;
/// use inlaid::optimize::PlanTour;
///
/// let points = array![[0.0, 0.0], [3.0, 4.0], [3.0, 0.0], [0.0, 4.0]];
/// let tour = PlanTour::default().solve_points(points.view(), &inlaid::Context::new())?;
/// assert_eq!((tour.cost, tour.optimal), (14.0, true));
/// assert_eq!(tour.places.to_vec(), [0, 2, 1, 3]);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PlanTour {
    /// How distances between points are measured; not looked at where costs are given. Default euclidean.
    pub metric: TourMetric,
    /// How often the tour is disturbed and repaired, 0 or more. Default 100000, or as often as `time_limit` allows.
    pub rounds: Option<u64>,
    /// Seconds after which to stop, above 0; the first tour and the bound are made in any case. Default none.
    pub time_limit: Option<f64>,
}

impl PlanTour {
    /// Set how distances between points are measured.
    #[must_use]
    pub fn with_metric(mut self, metric: TourMetric) -> Self {
        self.metric = metric;
        self
    }

    /// Set how often the tour is disturbed and repaired.
    #[must_use]
    pub fn with_rounds(mut self, rounds: u64) -> Self {
        self.rounds = Some(rounds);
        self
    }

    /// Set the seconds after which to stop.
    #[must_use]
    pub fn with_time_limit(mut self, seconds: f64) -> Self {
        self.time_limit = Some(seconds);
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
        Ok(())
    }

    /// The rounds after which to stop, if not the clock does.
    pub(super) fn limit(&self) -> Option<u64> {
        self.rounds.or(if self.time_limit.is_none() { Some(ROUNDS) } else { None })
    }
}
