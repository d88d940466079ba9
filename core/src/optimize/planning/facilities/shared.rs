//! Facilities with capacities: each customer is served by one, and there must be room.
//!
//! With a price per customer every facility packs the customers that pay most for its room, a knapsack; the packings, with
//! enough room in all opened facilities together, give the bound (Pirkul, *Efficient algorithms for the capacitated concentrator
//! location problem*, Computers and Operations Research 14, 1987). Customers placed by regret, moved and exchanged give a
//! choice; branch and bound of the linear model proves it where that is small enough.
use super::super::knapsack::pack;
use super::super::watch::Watch;
use super::choice::Costs;
use crate::error::Result;
use crate::math::random::Random;
use crate::optimize::linear::{LinearModel, LinearStatus};

const ROUNDS: usize = 400;
/// The most pairs of a customer and a facility for which the linear model is solved.
const MOST_PROVED: usize = 30_000;
const STARTS: usize = 60;

/// Customers with demands, facilities with room.
pub(super) struct Rooms<'r> {
    pub(super) costs: &'r Costs,
    pub(super) demands: &'r [f64],
    pub(super) rooms: &'r [f64],
    /// Costs from here on are forbidden.
    pub(super) forbidden: f64,
}

/// A choice, if one is known, and the bound.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) facility_of: Option<Vec<u32>>,
    pub(super) cost: f64,
    pub(super) bound: f64,
    /// There is no choice at all.
    pub(super) impossible: bool,
}

impl Placed {
    fn is_proved(&self) -> bool {
        self.facility_of.is_some() && self.bound >= self.cost - self.cost.abs() * 1e-9
    }
}

impl Rooms<'_> {
    pub(super) fn place(&self, node_limit: u64, watch: &mut Watch<'_>) -> Result<Placed> {
        let mut placed = Placed { facility_of: None, cost: f64::INFINITY, bound: f64::NEG_INFINITY, impossible: false };
        self.start(&mut placed, watch)?;
        self.relax(&mut placed, watch)?;
        let pairs = self.costs.service.iter().filter(|cost| **cost < self.forbidden).count();
        if !placed.is_proved() && pairs <= MOST_PROVED && watch.look()? {
            self.prove(&mut placed, node_limit, watch)?;
        }
        Ok(placed)
    }

    fn cost(&self, facility: usize, customer: usize) -> f64 {
        self.costs.service[facility * self.costs.customers + customer]
    }

    fn total(&self, facility_of: &[u32]) -> f64 {
        let mut used = vec![false; self.rooms.len()];
        let mut total = 0.0;
        for (customer, facility) in facility_of.iter().enumerate() {
            used[*facility as usize] = true;
            total += self.cost(*facility as usize, customer);
        }
        total + used.iter().zip(&self.costs.opening).filter(|(used, _)| **used).map(|(_, cost)| cost).sum::<f64>()
    }

    fn offer(&self, placed: &mut Placed, facility_of: Vec<u32>) {
        let cost = self.total(&facility_of);
        if cost < placed.cost {
            (placed.cost, placed.facility_of) = (cost, Some(facility_of));
        }
    }

    /// Choices from several sets of open facilities.
    fn start(&self, placed: &mut Placed, watch: &mut Watch<'_>) -> Result<()> {
        let facilities = self.rooms.len();
        let need: f64 = self.demands.iter().sum();
        let mut random = Random::new(watch.context().seed());
        // The cost of a facility that serves its share of customers, per room.
        let rate: Vec<f64> = (0..facilities)
            .map(|at| {
                let served = self.costs.of(at).iter().filter(|cost| **cost < self.forbidden);
                let (count, sum) = served.fold((0.0, 0.0), |(count, sum), cost| (count + 1.0, sum + cost));
                let mean = if count > 0.0 { sum / count } else { self.forbidden };
                mean + self.costs.opening[at] * need / self.costs.customers as f64 / self.rooms[at].max(1e-300)
            })
            .collect();
        for round in 0..STARTS {
            if !watch.look()? {
                return Ok(());
            }
            let noise = if round == 0 { 0.0 } else { 0.3 };
            let mut order: Vec<(f64, usize)> =
                (0..facilities).map(|at| (rate[at] * (1.0 + noise * random.uniform()), at)).collect();
            order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let spare = 1.0 + 0.5 * (round % 6) as f64 / 5.0;
            let mut open = vec![false; facilities];
            let mut room = 0.0;
            for (_, at) in order.iter().take(self.costs.most_open) {
                if room < need * spare || round == 1 {
                    open[*at] = true;
                    room += self.rooms[*at];
                }
            }
            self.try_open(placed, &open, watch)?;
        }
        Ok(())
    }

    fn try_open(&self, placed: &mut Placed, open: &[bool], watch: &mut Watch<'_>) -> Result<()> {
        if let Some(mut facility_of) = self.by_regret(open, watch)? {
            self.improve(&mut facility_of, watch)?;
            self.offer(placed, facility_of);
        }
        Ok(())
    }

    /// Customers into open facilities, next the one that would regret most not to have its best.
    fn by_regret(&self, open: &[bool], watch: &mut Watch<'_>) -> Result<Option<Vec<u32>>> {
        let customers = self.costs.customers;
        let mut left = self.rooms.to_vec();
        let inside: Vec<usize> = (0..open.len()).filter(|at| open[*at]).collect();
        let mut facility_of = vec![u32::MAX; customers];
        let judge = |customer: usize, left: &[f64]| {
            let (mut first, mut second) = ((f64::INFINITY, usize::MAX), f64::INFINITY);
            for at in &inside {
                let cost = self.cost(*at, customer);
                if left[*at] >= self.demands[customer] && cost < self.forbidden {
                    if cost < first.0 {
                        second = first.0;
                        first = (cost, *at);
                    } else if cost < second {
                        second = cost;
                    }
                }
            }
            (second - first.0, first.1)
        };
        let mut choice: Vec<(f64, usize)> = (0..customers).map(|customer| judge(customer, &left)).collect();
        for _ in 0..customers {
            watch.spend((customers + inside.len()) as u64)?;
            let mut next: Option<usize> = None;
            let key = |customer: usize| (choice[customer].0, self.demands[customer]);
            for customer in (0..customers).filter(|at| facility_of[*at] == u32::MAX) {
                if choice[customer].1 == usize::MAX {
                    return Ok(None);
                }
                if next.is_none_or(|best| key(customer) > key(best)) {
                    next = Some(customer);
                }
            }
            let Some(customer) = next else { break };
            let at = choice[customer].1;
            facility_of[customer] = at as u32;
            left[at] -= self.demands[customer];
            for other in 0..customers {
                // Only the full facility changes what others would regret.
                if facility_of[other] == u32::MAX && left[at] < self.demands[other] {
                    choice[other] = judge(other, &left);
                }
            }
            if watch.is_over() {
                return Ok(None);
            }
        }
        Ok(Some(facility_of))
    }

    /// Move customers, exchange two of them, and close facilities that move all of theirs, while that is cheaper.
    fn improve(&self, facility_of: &mut [u32], watch: &mut Watch<'_>) -> Result<()> {
        let (customers, facilities) = (self.costs.customers, self.rooms.len());
        let mut left = self.rooms.to_vec();
        let mut served = vec![0_usize; facilities];
        for (customer, at) in facility_of.iter().enumerate() {
            left[*at as usize] -= self.demands[customer];
            served[*at as usize] += 1;
        }
        loop {
            let mut changed = false;
            for customer in 0..customers {
                watch.spend((facilities + customers) as u64)?;
                let from = facility_of[customer] as usize;
                let demand = self.demands[customer];
                let opened = served.iter().filter(|count| **count > 0).count();
                let mut best = (0.0, from);
                for to in 0..facilities {
                    let may = served[to] > 0 || opened < self.costs.most_open || served[from] == 1;
                    if to == from || left[to] < demand || !may {
                        continue;
                    }
                    let mut gain = self.cost(from, customer) - self.cost(to, customer);
                    gain -= if served[to] == 0 { self.costs.opening[to] } else { 0.0 };
                    gain += if served[from] == 1 { self.costs.opening[from] } else { 0.0 };
                    if gain > best.0 + 1e-9 * self.cost(from, customer).abs() {
                        best = (gain, to);
                    }
                }
                if best.1 != from {
                    left[from] += demand;
                    left[best.1] -= demand;
                    served[from] -= 1;
                    served[best.1] += 1;
                    facility_of[customer] = best.1 as u32;
                    changed = true;
                    continue;
                }
                for other in customer + 1..customers {
                    let to = facility_of[other] as usize;
                    let more = self.demands[other] - demand;
                    if to == from || left[from] < more || left[to] < -more {
                        continue;
                    }
                    let now = self.cost(from, customer) + self.cost(to, other);
                    let then = self.cost(to, customer) + self.cost(from, other);
                    if then < now - 1e-9 * now.abs() {
                        left[from] -= more;
                        left[to] += more;
                        facility_of.swap(customer, other);
                        changed = true;
                        break;
                    }
                }
            }
            let closed = self.close_one(facility_of, &mut left, &mut served, watch)?;
            if !(changed || closed) || !watch.look()? {
                return Ok(());
            }
        }
    }

    /// Close a facility whose customers all find room elsewhere at less cost.
    fn close_one(
        &self,
        facility_of: &mut [u32],
        left: &mut Vec<f64>,
        served: &mut [usize],
        watch: &mut Watch<'_>,
    ) -> Result<bool> {
        for at in (0..self.rooms.len()).filter(|at| served[*at] > 0).collect::<Vec<_>>() {
            watch.spend(self.costs.customers as u64)?;
            let mut members: Vec<usize> =
                (0..facility_of.len()).filter(|customer| facility_of[*customer] as usize == at).collect();
            members.sort_by(|a, b| self.demands[*b].total_cmp(&self.demands[*a]).then(a.cmp(b)));
            let mut gain = self.costs.opening[at];
            let mut room = left.clone();
            let mut moves = Vec::new();
            for customer in members {
                let fits = |to: &usize| *to != at && served[*to] > 0 && room[*to] >= self.demands[customer];
                let to = (0..self.rooms.len())
                    .filter(fits)
                    .min_by(|a, b| self.cost(*a, customer).total_cmp(&self.cost(*b, customer)));
                let Some(to) = to else {
                    gain = f64::NEG_INFINITY;
                    break;
                };
                room[to] -= self.demands[customer];
                gain += self.cost(at, customer) - self.cost(to, customer);
                moves.push((customer, to));
            }
            if gain > 1e-9 * self.costs.opening[at].abs() {
                for (customer, to) in moves {
                    facility_of[customer] = to as u32;
                    served[to] += 1;
                }
                room[at] = self.rooms[at];
                served[at] = 0;
                *left = room;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Raise the bound by prices of customers, and try the facilities that it opens.
    fn relax(&self, placed: &mut Placed, watch: &mut Watch<'_>) -> Result<()> {
        let customers = self.costs.customers;
        let mut prices: Vec<f64> = (0..customers)
            .map(|customer| (0..self.rooms.len()).map(|at| self.cost(at, customer)).fold(f64::INFINITY, f64::min))
            .collect();
        let need: f64 = self.demands.iter().sum();
        let (mut length, mut waited) = (1.5, 0);
        for round in 0..ROUNDS {
            let mut worth = Vec::with_capacity(self.rooms.len());
            let mut held: Vec<Vec<usize>> = Vec::with_capacity(self.rooms.len());
            for at in 0..self.rooms.len() {
                let (cost, inside) = self.packed(at, &prices, watch)?;
                worth.push(cost);
                held.push(inside);
            }
            if !watch.look()? {
                return Ok(());
            }
            let (open, sum) = self.enough(&worth, need, watch)?;
            let bound = prices.iter().sum::<f64>() + sum;
            waited += 1;
            if bound > placed.bound {
                if bound > placed.bound + bound.abs() * 1e-6 {
                    waited = 0;
                }
                placed.bound = bound;
            }
            if round % 20 == 0 {
                let mut is = vec![false; self.rooms.len()];
                open.iter().for_each(|at| is[*at] = true);
                self.try_open(placed, &is, watch)?;
            }
            let target = if placed.cost.is_finite() { placed.cost } else { bound + bound.abs() * 0.1 + 1.0 };
            if placed.is_proved() || length < 1e-3 {
                return Ok(());
            }
            if waited > 15 {
                (length, waited) = (length / 2.0, 0);
            }
            let mut over = vec![1.0; customers];
            open.iter().flat_map(|at| &held[*at]).for_each(|customer| over[*customer] -= 1.0);
            let size: f64 = over.iter().map(|x| x * x).sum();
            if size == 0.0 {
                return Ok(());
            }
            let step = length * (target - bound).abs().max(target.abs() * 1e-4) / size;
            prices.iter_mut().zip(&over).for_each(|(price, x)| *price += step * x);
        }
        Ok(())
    }

    /// No more than what a facility costs at these prices, and the customers that it packs.
    fn packed(&self, at: usize, prices: &[f64], watch: &mut Watch<'_>) -> Result<(f64, Vec<usize>)> {
        let (mut who, mut profits, mut weights, mut free) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut gain = 0.0;
        for (customer, cost) in self.costs.of(at).iter().enumerate() {
            let profit = prices[customer] - cost;
            if profit <= 0.0 || *cost >= self.forbidden || self.demands[customer] > self.rooms[at] {
                continue;
            }
            if self.demands[customer] == 0.0 {
                gain += profit;
                free.push(customer);
            } else {
                who.push(customer);
                profits.push(profit);
                weights.push(self.demands[customer]);
            }
        }
        let mut part = watch.part(200_000);
        let packed = pack(&profits, &weights, self.rooms[at], false, &mut part)?;
        watch.spend(part.spent() + who.len() as u64)?;
        free.extend(who.iter().zip(&packed.taken).filter(|(_, is)| **is).map(|(customer, _)| *customer));
        Ok((self.costs.opening[at] - gain - packed.bound * (1.0 + 1e-12), free))
    }

    /// The cheapest facilities to open at these costs that have room enough together, or as many as may be, and no more than
    /// what they cost.
    fn enough(&self, worth: &[f64], need: f64, watch: &mut Watch<'_>) -> Result<(Vec<usize>, f64)> {
        let mut order: Vec<usize> = (0..worth.len()).collect();
        order.sort_by(|a, b| worth[*a].total_cmp(&worth[*b]).then(a.cmp(b)));
        let paying: Vec<usize> =
            order.iter().copied().filter(|at| worth[*at] < 0.0).take(self.costs.most_open).collect();
        let sum: f64 = paying.iter().map(|at| worth[*at]).sum();
        let room: f64 = paying.iter().map(|at| self.rooms[*at]).sum();
        if room >= need || self.costs.most_open < worth.len() {
            return Ok((paying, sum));
        }
        // Of the others, the most costly to leave closed so that the open ones still have the room that is needed.
        let others: Vec<usize> =
            order.iter().copied().filter(|at| worth[*at] >= 0.0 && self.rooms[*at] > 0.0).collect();
        let total: f64 = others.iter().map(|at| self.rooms[*at]).sum();
        let may_close = room + total - need;
        let closable: Vec<usize> =
            others.iter().copied().filter(|at| self.rooms[*at] <= may_close && worth[*at] > 0.0).collect();
        let profits: Vec<f64> = closable.iter().map(|at| worth[*at]).collect();
        let weights: Vec<f64> = closable.iter().map(|at| self.rooms[*at]).collect();
        let mut part = watch.part(200_000);
        let packed = pack(&profits, &weights, may_close, false, &mut part)?;
        watch.spend(part.spent())?;
        let mut closed = vec![false; worth.len()];
        closable.iter().zip(&packed.taken).for_each(|(at, is)| closed[*at] = *is);
        let mut open = paying;
        open.extend(others.iter().copied().filter(|at| !closed[*at]));
        let all: f64 = others.iter().map(|at| worth[*at]).sum();
        Ok((open, sum + all - packed.bound * (1.0 + 1e-12)))
    }

    fn model(&self) -> (LinearModel, Vec<(usize, usize)>) {
        let (customers, facilities) = (self.costs.customers, self.rooms.len());
        let mut model = LinearModel::new();
        model.costs.clone_from(&self.costs.opening);
        let mut pairs = Vec::new();
        for at in 0..facilities {
            for customer in 0..customers {
                if self.cost(at, customer) < self.forbidden && self.demands[customer] <= self.rooms[at] {
                    pairs.push((at, customer));
                    model.costs.push(self.cost(at, customer));
                }
            }
        }
        model.upper = vec![1.0; model.costs.len()];
        model.integers = (0..model.costs.len() as i64).collect();
        let mut put = |row: usize, column: usize, value: f64| {
            model.entry_rows.push(row as i64);
            model.entry_columns.push(column as i64);
            model.entry_values.push(value);
        };
        for (at, (facility, customer)) in pairs.iter().enumerate() {
            let column = facilities + at;
            put(*customer, column, 1.0);
            if self.demands[*customer] > 0.0 {
                put(customers + facility, column, self.demands[*customer]);
            }
            put(customers + facilities + 2 + at, column, 1.0);
            put(customers + facilities + 2 + at, *facility, -1.0);
        }
        for facility in 0..facilities {
            if self.rooms[facility] > 0.0 {
                put(customers + facility, facility, -self.rooms[facility]);
                put(customers + facilities, facility, self.rooms[facility]);
            }
            put(customers + facilities + 1, facility, 1.0);
        }
        let rows = customers + facilities + 2 + pairs.len();
        model.row_lower = vec![f64::NEG_INFINITY; rows];
        model.row_upper = vec![0.0; rows];
        for customer in 0..customers {
            (model.row_lower[customer], model.row_upper[customer]) = (1.0, 1.0);
        }
        let at = customers + facilities;
        (model.row_lower[at], model.row_upper[at]) = (self.demands.iter().sum(), f64::INFINITY);
        model.row_upper[at + 1] = self.costs.most_open.min(facilities) as f64;
        (model, pairs)
    }

    fn prove(&self, placed: &mut Placed, node_limit: u64, watch: &mut Watch<'_>) -> Result<()> {
        let (model, pairs) = self.model();
        let facilities = self.rooms.len();
        let start = placed.facility_of.as_ref().map(|facility_of| {
            let mut start = vec![0.0; model.costs.len()];
            for (at, (facility, customer)) in pairs.iter().enumerate() {
                if facility_of[*customer] as usize == *facility {
                    (start[*facility], start[facilities + at]) = (1.0, 1.0);
                }
            }
            start
        });
        let solver = watch.solver().with_node_limit(node_limit);
        let solution = solver.solve_from(&model, start.as_deref(), watch.context())?;
        match solution.status {
            LinearStatus::Infeasible if placed.facility_of.is_none() => placed.impossible = true,
            _ => {
                if solution.objective.is_some() {
                    let mut facility_of = vec![u32::MAX; self.costs.customers];
                    for (at, (facility, customer)) in pairs.iter().enumerate() {
                        if solution.values[facilities + at] > 0.5 {
                            facility_of[*customer] = *facility as u32;
                        }
                    }
                    if facility_of.iter().all(|at| *at != u32::MAX) {
                        self.offer(placed, facility_of);
                    }
                }
                let bound = if solution.status == LinearStatus::Optimal { solution.objective } else { solution.bound };
                placed.bound = placed.bound.max(bound.unwrap_or(f64::NEG_INFINITY));
            }
        }
        Ok(())
    }
}
