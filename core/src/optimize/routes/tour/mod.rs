//! One tour through all places and back.
//!
//! `distances` judges costs and points and knows what is near, `exact` solves small problems, `search` improves tours, `bound`
//! says what cannot be beaten.
mod bound;
mod distances;
mod exact;
mod options;
mod search;
#[cfg(test)]
mod tests;

use std::time::Instant;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

pub use options::{PlanTour, TourMetric};

use crate::Context;
use crate::data::Ints;
use crate::error::{Result, bail, ensure};
use distances::Distances;
use search::Tour;

/// Places up to which the best tour is found by looking at all sets of them.
const EXACT: usize = 12;

/// A tour, and how far from the best it can be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TourPlan {
    /// All places in their order, beginning with place 0; after the last comes the first again.
    pub places: Ints,
    /// What all ways cost, that back to the first place among them.
    pub cost: f64,
    /// No tour costs less than this.
    pub lower_bound: f64,
    /// Distance of cost and bound as a share of the greater of the two, 0 if both are equal.
    pub gap: f64,
    /// Whether cost and bound meet: no tour is cheaper.
    pub optimal: bool,
    /// How often the tour was disturbed and repaired.
    pub rounds: u64,
    /// Seconds that it took.
    pub seconds: f64,
}

impl PlanTour {
    /// The cheapest tour for the costs of going from place to place, `[from, to]`.
    ///
    /// Costs may be below 0 and differ by direction; `inf` forbids a way. The diagonal is not looked at. Above 12 places the
    /// tour need not be the best: `lower_bound` says how far it can be. The bound is that of Held and Karp for symmetric costs
    /// up to 3,000 places, half the two cheapest ways at each place above; the least assignment otherwise up to 1,000 places,
    /// the cheapest way into each place above. Memory grows with the matrix, time with rounds and the square of the places.
    ///
    /// # Errors
    /// `invalid_config` for options out of range; `invalid_data` for a matrix that is not square, NaN, `-inf` and where forbidden
    /// ways are proved to leave no tour; `did_not_converge` where none was found among them; `not_enough_data` without a place;
    /// `too_large` above 5,000 places; `cancelled`.
    pub fn solve(&self, distances: ArrayView2<'_, f64>, context: &Context) -> Result<TourPlan> {
        self.validate()?;
        let plan = self.plan(&Distances::matrix(distances, context)?, context)?;
        let ways = plan.places.iter().zip(plan.places.iter().cycle().skip(1));
        let forbidden =
            ways.clone().find(|(from, to)| from != to && distances[[**from as usize, **to as usize]].is_infinite());
        if let Some((from, to)) = forbidden {
            if plan.places.len() <= EXACT {
                bail!(InvalidData, "forbidden ways leave no tour");
            }
            bail!(DidNotConverge, "no tour without forbidden ways was found: the best goes from place {from} to {to}");
        }
        Ok(plan)
    }

    /// The shortest tour through points, `[point, 2]`, by the metric of the options.
    ///
    /// As [`solve`](Self::solve), without a matrix: near points are found by a tree.
    ///
    /// # Errors
    /// `invalid_config` for options out of range; `invalid_data` for points that are not two numbers within 1e150;
    /// `not_enough_data` without a point; `too_large` above 1,000,000 points; `cancelled`.
    pub fn solve_points(&self, points: ArrayView2<'_, f64>, context: &Context) -> Result<TourPlan> {
        self.validate()?;
        self.plan(&Distances::points(points, self.metric)?, context)
    }

    fn plan(&self, distances: &Distances<'_>, context: &Context) -> Result<TourPlan> {
        let start = Instant::now();
        let size = distances.size();
        let (mut order, rounds) = if size <= EXACT {
            (exact::tour(distances, context)?, 0)
        } else {
            let mut tour = Tour::new(distances, context)?;
            let rounds = tour.iterate(self, start, context)?;
            (tour.order, rounds)
        };
        let first = order.iter().position(|place| *place == 0).unwrap_or(0);
        order.rotate_left(first);
        if distances.is_symmetric() && size > 2 && order[size - 1] < order[1] {
            // Either direction is the same tour: always the same one is given.
            order[1..].reverse();
        }
        let mut seen = order.clone();
        seen.sort_unstable();
        ensure!(
            seen.iter().copied().eq(0..size as u32),
            Internal,
            "a tour misses places; please report this with the input"
        );
        let cost = distances.tour(&order) + 0.0;
        ensure!(cost.is_finite(), InvalidData, "the distances sum to more than the largest number");
        let bound = if size <= EXACT { cost } else { bound::bound(distances, cost, context)? };
        context.report(1, 1);
        let optimal = cost - bound <= 1e-9 * cost.abs();
        let lower_bound = bound.min(cost);
        Ok(TourPlan {
            places: order.into_iter().map(i64::from).collect::<Vec<_>>().into(),
            cost,
            lower_bound,
            gap: if optimal { 0.0 } else { (cost - lower_bound) / cost.abs().max(lower_bound.abs()) },
            optimal,
            rounds,
            seconds: start.elapsed().as_secs_f64(),
        })
    }
}
