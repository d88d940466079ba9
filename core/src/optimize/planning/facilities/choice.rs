//! Which facilities are open when every customer goes to the cheapest: local search.
use super::super::watch::Watch;
use crate::error::Result;
use crate::math::random::Random;

/// A problem in which all customers may share a facility.
#[derive(Clone, Debug)]
pub(super) struct Costs {
    pub(super) opening: Vec<f64>,
    /// Of each facility one number per customer.
    pub(super) service: Vec<f64>,
    pub(super) customers: usize,
    pub(super) most_open: usize,
}

impl Costs {
    pub(super) fn of(&self, facility: usize) -> &[f64] {
        &self.service[facility * self.customers..(facility + 1) * self.customers]
    }

    pub(super) fn facilities(&self) -> usize {
        self.opening.len()
    }

    /// The cheapest open facility of every customer, and the total.
    pub(super) fn assigned(&self, open: &[bool]) -> (Vec<u32>, f64) {
        let mut least = vec![f64::INFINITY; self.customers];
        let mut facility_of = vec![u32::MAX; self.customers];
        let mut total = 0.0;
        for facility in (0..self.facilities()).filter(|at| open[*at]) {
            total += self.opening[facility];
            for (customer, cost) in self.of(facility).iter().enumerate() {
                if *cost < least[customer] {
                    (least[customer], facility_of[customer]) = (*cost, facility as u32);
                }
            }
        }
        (facility_of, total + least.iter().sum::<f64>())
    }
}

/// A move of the local search.
#[derive(Clone, Copy, Debug)]
struct Move {
    gain: f64,
    open: Option<usize>,
    close: Option<usize>,
}

/// Open, close and exchange facilities as long as that is cheaper; facilities that are `barred` stay closed. Exchanges are judged
/// all at once (Whitaker, *A fast algorithm for the greedy interchange for large-scale clustering and median location problems*,
/// INFOR 21, 1983).
pub(super) fn improve(costs: &Costs, open: &mut [bool], watch: &mut Watch<'_>) -> Result<f64> {
    loop {
        let (assigned, total) = costs.assigned(open);
        if !watch.look()? {
            return Ok(total);
        }
        let best = best_move(costs, open, &assigned, watch)?;
        if best.gain <= 1e-10 * total.abs().max(1e-9) {
            return Ok(total);
        }
        if let Some(facility) = best.close {
            open[facility] = false;
        }
        if let Some(facility) = best.open {
            open[facility] = true;
        }
    }
}

fn best_move(costs: &Costs, open: &[bool], assigned: &[u32], watch: &mut Watch<'_>) -> Result<Move> {
    let (customers, facilities) = (costs.customers, costs.facilities());
    let inside: Vec<usize> = (0..facilities).filter(|at| open[*at]).collect();
    let mut first = vec![f64::INFINITY; customers];
    let mut second = vec![f64::INFINITY; customers];
    for facility in &inside {
        for (customer, cost) in costs.of(*facility).iter().enumerate() {
            if assigned[customer] == *facility as u32 {
                first[customer] = *cost;
            } else {
                second[customer] = second[customer].min(*cost);
            }
        }
    }
    let mut loss = vec![0.0; facilities];
    for customer in 0..customers {
        loss[assigned[customer] as usize] += second[customer] - first[customer];
    }
    let mut best = Move { gain: 0.0, open: None, close: None };
    if inside.len() > 1 {
        for facility in &inside {
            let gain = costs.opening[*facility] - loss[*facility];
            if gain > best.gain {
                best = Move { gain, open: None, close: Some(*facility) };
            }
        }
    }
    let mut lost = vec![0.0; facilities];
    for facility in (0..facilities).filter(|at| !open[*at]) {
        watch.spend(customers as u64)?;
        lost.fill(0.0);
        let mut gain = -costs.opening[facility];
        for (customer, cost) in costs.of(facility).iter().enumerate() {
            if *cost < first[customer] {
                gain += first[customer] - cost;
            } else {
                lost[assigned[customer] as usize] += cost.min(second[customer]) - first[customer];
            }
        }
        if inside.len() < costs.most_open && gain > best.gain {
            best = Move { gain, open: Some(facility), close: None };
        }
        for other in &inside {
            let gain = gain + costs.opening[*other] - lost[*other];
            if gain > best.gain {
                best = Move { gain, open: Some(facility), close: Some(*other) };
            }
        }
    }
    Ok(best)
}

/// A first choice: facilities opened one by one, each the one that saves most.
pub(super) fn greedy(costs: &Costs, watch: &mut Watch<'_>) -> Result<Vec<bool>> {
    let facilities = costs.facilities();
    let mut open = vec![false; facilities];
    let mut least = vec![f64::INFINITY; costs.customers];
    for round in 0..costs.most_open.min(facilities) {
        let mut best: Option<(f64, usize)> = None;
        for facility in (0..facilities).filter(|at| !open[*at]) {
            watch.spend(costs.customers as u64)?;
            let of = costs.of(facility);
            let gain = if round == 0 {
                -costs.opening[facility] - of.iter().sum::<f64>()
            } else {
                of.iter().zip(&least).map(|(cost, least)| (least - cost).max(0.0)).sum::<f64>()
                    - costs.opening[facility]
            };
            if best.is_none_or(|(most, _)| gain > most) {
                best = Some((gain, facility));
            }
        }
        let Some((gain, facility)) = best.filter(|(gain, _)| round == 0 || *gain > 0.0) else { break };
        debug_assert!(gain.is_finite());
        open[facility] = true;
        least.iter_mut().zip(costs.of(facility)).for_each(|(least, cost)| *least = least.min(*cost));
    }
    Ok(open)
}

/// Disturb the best choice at random and improve it again, a number of times.
pub(super) fn disturb(
    costs: &Costs,
    open: &mut Vec<bool>,
    total: &mut f64,
    seed: u64,
    watch: &mut Watch<'_>,
) -> Result<()> {
    let mut random = Random::new(seed);
    let facilities = costs.facilities();
    let rounds = (400_000_000 / (1 + costs.service.len() * 20)).min(40);
    for _ in 0..rounds {
        if !watch.look()? {
            return Ok(());
        }
        let mut other = open.clone();
        let changes = 2 + (random.uniform() * 4.0) as usize;
        for _ in 0..changes {
            let at = ((random.uniform() * facilities as f64) as usize).min(facilities - 1);
            let opened = other.iter().filter(|is| **is).count();
            other[at] = if other[at] { opened <= 1 } else { opened < costs.most_open };
        }
        let cost = improve(costs, &mut other, watch)?;
        if cost < *total {
            (*total, *open) = (cost, other);
        }
    }
    Ok(())
}
