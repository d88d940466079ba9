//! Facility location: what to open, and who is served from where.
//!
//! `choice` is the local search and `plain` the proof without capacities, `shared` both with capacities.
mod choice;
mod plain;
mod shared;
#[cfg(test)]
mod tests;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use self::choice::Costs;
use self::shared::Rooms;
use super::watch::{Watch, are_whole, check_sizes, check_time_limit};
use crate::Context;
use crate::data::Ints;
use crate::error::{Result, bail, ensure};

/// The most pairs of a customer and a facility.
const MOST_PAIRS: usize = 1 << 25;

/// Choose which facilities to open so that opening them and serving every customer from one of them costs least.
///
/// With or without capacities; with `most_open` and no opening costs it is the p-median problem.
///
/// ```
/// use inlaid::optimize::LocateFacilities;
/// let service = ndarray::array![[1.0, 9.0], [2.0, 8.0], [9.0, 1.0]]; // [customer, facility]
/// let plan = LocateFacilities::default().solve(&[3.0, 4.0], service.view(), &[], &[], &inlaid::Context::new())?;
/// assert_eq!((plan.open.to_vec(), plan.facilities.to_vec()), (vec![0, 1], vec![0, 0, 1]));
/// assert_eq!((plan.cost, plan.optimal), (11.0, true));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LocateFacilities {
    /// The most facilities that may be open. Default none: any number.
    pub most_open: Option<usize>,
    /// Seconds after which to stop with the best choice so far, above 0. Default none.
    pub time_limit: Option<f64>,
    /// Nodes of branch and bound after which to stop with the best choice so far. Default 20,000.
    pub node_limit: u64,
}

impl Default for LocateFacilities {
    fn default() -> Self {
        Self { most_open: None, time_limit: None, node_limit: 20_000 }
    }
}

/// What is open, and who is served from where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FacilityPlan {
    /// The positions of the open facilities, rising.
    pub open: Ints,
    /// The facility of each customer.
    pub facilities: Ints,
    /// What opening and serving cost.
    pub cost: f64,
    /// No choice costs less than this.
    pub bound: f64,
    /// Whether the choice is proved best, to 1e-7 of its cost.
    pub optimal: bool,
    /// Seconds that it took.
    pub seconds: f64,
}

impl LocateFacilities {
    /// Set the most facilities that may be open.
    #[must_use]
    pub fn with_most_open(mut self, facilities: usize) -> Self {
        self.most_open = Some(facilities);
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
        ensure!(self.most_open != Some(0), InvalidConfig, "most_open is 0, it must be at least 1");
        Ok(())
    }

    /// The cheapest choice for facilities with these `opening` costs and customers that cost `service`, `[customer, facility]`,
    /// to serve; `inf` forbids.
    ///
    /// Each customer is served by one facility alone, and by an open one. `capacities` say how much of `demands` a facility
    /// serves, `inf` for any; if they are empty there is no limit, and demands have no meaning. If demands are empty they are 1
    /// each. A facility is only open if it serves somebody.
    ///
    /// # Errors
    /// `invalid_config` for options out of range; `invalid_data` for lists of other lengths, NaN, `-inf`, opening costs, demands
    /// or capacities below 0, a customer that no facility may serve or has room for, which is named, and if there is no choice at all;
    /// `did_not_converge` if the limits end the search before a choice is found; `too_large` for 2^25 pairs; `cancelled`.
    pub fn solve(
        &self,
        opening: &[f64],
        service: ArrayView2<'_, f64>,
        demands: &[f64],
        capacities: &[f64],
        context: &Context,
    ) -> Result<FacilityPlan> {
        self.validate()?;
        let mut watch = Watch::new(context, self.time_limit, u64::MAX);
        let input = Input::of(opening, service, demands, capacities, self.most_open, context)?;
        watch.look()?;
        let (facility_of, bound) = if input.customers == 0 {
            (Vec::new(), 0.0)
        } else if capacities.iter().all(|room| room.is_infinite()) {
            let chosen = plain::choose(&input.costs, self.node_limit, &mut watch)?;
            (input.costs.assigned(&chosen.open).0, chosen.bound)
        } else {
            input.shared(self.node_limit, &mut watch)?
        };
        let mut plan = input.verified(&facility_of)?;
        plan.optimal = bound >= plan.cost - 1e-7 * plan.cost.abs().max(1e-9);
        plan.bound = if plan.optimal { plan.cost } else { bound };
        plan.seconds = watch.seconds();
        context.report(1, 1);
        Ok(plan)
    }
}

struct Input<'i> {
    costs: Costs,
    customers: usize,
    demands: Vec<f64>,
    capacities: &'i [f64],
    rooms: Vec<f64>,
    forbidden: f64,
}

impl<'i> Input<'i> {
    fn of(
        opening: &[f64],
        service: ArrayView2<'_, f64>,
        demands: &[f64],
        capacities: &'i [f64],
        most_open: Option<usize>,
        context: &Context,
    ) -> Result<Self> {
        let (customers, facilities) = service.dim();
        ensure!(
            opening.len() == facilities,
            InvalidData,
            "{} opening costs for {facilities} facilities",
            opening.len()
        );
        ensure!(facilities > 0 || customers == 0, InvalidData, "there is no facility for {customers} customers");
        ensure!(
            customers.saturating_mul(facilities) < MOST_PAIRS,
            TooLarge,
            "{customers} customers and {facilities} facilities, their product must be below 2^25"
        );
        let (many, rooms) = (demands.len(), capacities.len());
        ensure!(many == 0 || many == customers, InvalidData, "{many} demands for {customers} customers");
        ensure!(rooms == 0 || rooms == facilities, InvalidData, "{rooms} capacities for {facilities} facilities");
        check_sizes("opening cost", opening)?;
        check_sizes("demand", demands)?;
        let limited: Vec<f64> =
            capacities.iter().map(|room| if *room == f64::INFINITY { 0.0 } else { *room }).collect();
        check_sizes("capacity", &limited)?;
        let mut sizes: f64 = opening.iter().map(|cost| cost.abs()).sum();
        for (customer, row) in service.rows().into_iter().enumerate() {
            context.check()?;
            let mut largest: Option<f64> = None;
            for (facility, cost) in row.iter().enumerate() {
                let sound = *cost > f64::NEG_INFINITY;
                ensure!(
                    sound,
                    InvalidData,
                    "serving customer {customer} from facility {facility} (0-based) costs {cost}, it must be a number or inf"
                );
                if cost.is_finite() {
                    largest = Some(largest.unwrap_or(0.0).max(cost.abs()));
                }
            }
            let Some(largest) = largest else {
                bail!(InvalidData, "customer {customer} (0-based) can be served by no facility: all its costs are inf");
            };
            sizes += 2.0 * largest;
        }
        ensure!(sizes < 1e150, InvalidData, "the sum of costs is {sizes:e}, it must be below 1e150");
        // Dearer than any choice without it.
        let forbidden = sizes + 1.0;
        let mut by_facility = Vec::with_capacity(customers * facilities);
        for column in service.columns() {
            context.check()?;
            by_facility.extend(column.iter().map(|cost| if cost.is_finite() { *cost } else { forbidden }));
        }
        let most_open = most_open.unwrap_or(facilities).min(facilities);
        let costs = Costs { opening: opening.to_vec(), service: by_facility, customers, most_open };
        let demands = if many == 0 { vec![1.0; customers] } else { demands.to_vec() };
        let need: f64 = demands.iter().sum();
        let exact = are_whole(demands.iter().chain(&limited).copied());
        let slack = if exact { 0.0 } else { 1e-12 };
        let rooms = capacities.iter().map(|room| room.min(need) * (1.0 + slack)).collect();
        Ok(Self { costs, customers, demands, capacities, rooms, forbidden })
    }

    fn shared(&self, node_limit: u64, watch: &mut Watch<'_>) -> Result<(Vec<u32>, f64)> {
        for (customer, demand) in self.demands.iter().enumerate() {
            let fits = |at: &usize| self.costs.of(*at)[customer] < self.forbidden && self.rooms[*at] >= *demand;
            ensure!(
                (0..self.rooms.len()).any(|at| fits(&at)),
                InvalidData,
                "customer {customer} (0-based) with demand {demand} fits into no facility that may serve it"
            );
        }
        let mut largest = self.rooms.clone();
        largest.sort_by(|a, b| b.total_cmp(a));
        let room: f64 = largest.iter().take(self.costs.most_open).sum();
        let need: f64 = self.demands.iter().sum();
        ensure!(
            need <= room * (1.0 + 1e-12),
            InvalidData,
            "the demands sum to {need}, the {} facilities that may be open hold {room}",
            self.costs.most_open
        );
        let rooms = Rooms { costs: &self.costs, demands: &self.demands, rooms: &self.rooms, forbidden: self.forbidden };
        let placed = rooms.place(node_limit, watch)?;
        match placed.facility_of {
            Some(facility_of) => Ok((facility_of, placed.bound.min(placed.cost))),
            None if placed.impossible => {
                bail!(InvalidData, "no choice serves every customer from one facility within the capacities")
            }
            None => bail!(DidNotConverge, "no choice within the capacities was found within the limits"),
        }
    }

    /// The answer, recomputed from what was given.
    fn verified(&self, facility_of: &[u32]) -> Result<FacilityPlan> {
        let mut open = vec![false; self.costs.facilities()];
        let mut loads = vec![0.0; open.len()];
        let mut cost = 0.0;
        for (customer, at) in facility_of.iter().enumerate() {
            let at = *at as usize;
            ensure!(at < open.len(), Internal, "customer {customer} has no facility; please report this");
            let service = self.costs.of(at)[customer];
            ensure!(
                service < self.forbidden,
                InvalidData,
                "{} open facilities cannot serve every customer: customer {customer} (0-based) among others is left",
                self.costs.most_open
            );
            open[at] = true;
            loads[at] += self.demands[customer];
            cost += service;
        }
        let rounding =
            if self.rooms.iter().zip(self.capacities).all(|(room, given)| room <= given) { 0.0 } else { 1e-11 };
        for (at, (load, room)) in loads.iter().zip(self.capacities).enumerate() {
            let fits = *load <= room * (1.0 + rounding);
            ensure!(fits, Internal, "facility {at} serves {load} of {room}; please report this");
        }
        let opened: Vec<i64> = (0..open.len() as i64).filter(|at| open[*at as usize]).collect();
        let many = opened.len() <= self.costs.most_open;
        ensure!(many, Internal, "{} facilities are open; please report this", opened.len());
        cost += opened.iter().map(|at| self.costs.opening[*at as usize]).sum::<f64>();
        Ok(FacilityPlan {
            open: Ints::from(opened),
            facilities: Ints::from(facility_of.iter().map(|at| i64::from(*at)).collect::<Vec<_>>()),
            cost: cost + 0.0,
            bound: 0.0,
            optimal: false,
            seconds: 0.0,
        })
    }
}
