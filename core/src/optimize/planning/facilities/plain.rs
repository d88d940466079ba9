//! Facilities without capacities: prices of customers bound the cost, branch and bound proves it.
//!
//! A price per customer replaces the rule that each is served once; each facility then opens on its own if its customers pay for
//! it. Prices start from the dual ascent of Erlenkotter, *A dual-based procedure for uncapacitated facility location*, Operations
//! Research 26 (1978), and are raised by a subgradient method, which also knows a limit on open facilities (Beasley, *Lagrangean
//! heuristics for location problems*, European Journal of Operational Research 65, 1993).
use super::super::watch::Watch;
use super::choice::{Costs, disturb, greedy, improve};
use crate::error::Result;

const ROOT_ROUNDS: usize = 600;
const NODE_ROUNDS: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Status {
    Free,
    Open,
    Closed,
}

/// A choice with a bound.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) open: Vec<bool>,
    pub(super) bound: f64,
}

struct Search<'c> {
    costs: &'c Costs,
    best: Vec<bool>,
    cost: f64,
}

struct Node {
    status: Vec<Status>,
    prices: Vec<f64>,
    bound: f64,
}

/// The cheapest choice, proved unless limits come first.
pub(super) fn choose(costs: &Costs, node_limit: u64, watch: &mut Watch<'_>) -> Result<Chosen> {
    let mut open = greedy(costs, watch)?;
    let mut cost = improve(costs, &mut open, watch)?;
    disturb(costs, &mut open, &mut cost, watch.context().seed(), watch)?;
    let mut search = Search { costs, best: open, cost };
    let status = vec![Status::Free; costs.facilities()];
    let mut root = Node { status, prices: ascend(costs, watch)?, bound: f64::NEG_INFINITY };
    search.relax(&mut root, ROOT_ROUNDS, watch)?;
    let mut nodes = vec![root];
    let mut count = 0;
    // The bound of what a limit leaves open is that of the open nodes.
    while let Some(mut node) = nodes.pop() {
        if !search.beats(node.bound) {
            continue;
        }
        if count >= node_limit || !watch.look()? {
            nodes.push(node);
            break;
        }
        count += 1;
        if count > 1 {
            search.relax(&mut node, NODE_ROUNDS, watch)?;
        }
        if search.beats(node.bound) {
            search.branch(node, &mut nodes, watch)?;
        }
    }
    let left = nodes.iter().map(|node| node.bound).fold(f64::INFINITY, f64::min);
    Ok(Chosen { bound: left.min(search.cost), open: search.best })
}

/// Raise the price of each customer as long as no facility is overpaid.
fn ascend(costs: &Costs, watch: &mut Watch<'_>) -> Result<Vec<f64>> {
    let (customers, facilities) = (costs.customers, costs.facilities());
    let mut prices = vec![f64::INFINITY; customers];
    for facility in 0..facilities {
        prices.iter_mut().zip(costs.of(facility)).for_each(|(price, cost)| *price = price.min(*cost));
    }
    let mut slack: Vec<f64> = costs.opening.iter().map(|cost| cost.max(0.0)).collect();
    for _ in 0..50 {
        let mut raised = false;
        for customer in 0..customers {
            watch.spend(facilities as u64)?;
            let at = |facility: usize| costs.service[facility * customers + customer];
            let price = prices[customer];
            let (mut room, mut next) = (f64::INFINITY, f64::INFINITY);
            for facility in 0..facilities {
                if at(facility) <= price {
                    room = room.min(slack[facility]);
                } else {
                    next = next.min(at(facility));
                }
            }
            let rise = room.min(next - price);
            if rise > 0.0 && rise.is_finite() {
                // To the next cost exactly, so that its facility is counted from there on.
                prices[customer] = if rise == next - price { next } else { price + rise };
                let paid = (0..facilities).filter(|facility| at(*facility) <= price);
                paid.for_each(|facility| slack[facility] = (slack[facility] - rise).max(0.0));
                raised = true;
            }
        }
        if !raised || !watch.look()? {
            break;
        }
    }
    Ok(prices)
}

impl Search<'_> {
    fn beats(&self, bound: f64) -> bool {
        bound < self.cost - self.cost.abs() * 1e-10
    }

    /// What each facility costs at these prices.
    fn worth(&self, node: &Node, watch: &mut Watch<'_>) -> Result<Vec<f64>> {
        let mut worth = vec![0.0; node.status.len()];
        for facility in (0..worth.len()).filter(|at| node.status[*at] != Status::Closed) {
            watch.spend(self.costs.customers as u64)?;
            let pays = self.costs.of(facility).iter().zip(&node.prices).map(|(cost, price)| (cost - price).min(0.0));
            worth[facility] = self.costs.opening[facility] + pays.sum::<f64>();
        }
        Ok(worth)
    }

    /// The facilities that open at these costs, and the sum of them.
    fn opened(&self, node: &Node, worth: &[f64]) -> (Vec<usize>, f64) {
        let mut open: Vec<usize> = (0..worth.len()).filter(|at| node.status[*at] == Status::Open).collect();
        let mut free: Vec<usize> = (0..worth.len()).filter(|at| node.status[*at] == Status::Free).collect();
        free.sort_by(|a, b| worth[*a].total_cmp(&worth[*b]).then(a.cmp(b)));
        let room = self.costs.most_open.saturating_sub(open.len());
        let none = open.is_empty();
        for (at, facility) in free.into_iter().take(room).enumerate() {
            if worth[facility] < 0.0 || (none && at == 0) {
                open.push(facility);
            }
        }
        let sum = open.iter().map(|at| worth[*at]).sum();
        (open, sum)
    }

    /// Raise the prices of a node; facilities that are decided by the way change its status.
    fn relax(&mut self, node: &mut Node, rounds: usize, watch: &mut Watch<'_>) -> Result<()> {
        let (mut length, mut waited) = (if rounds == ROOT_ROUNDS { 1.0 } else { 0.3 }, 0);
        let mut best_prices = node.prices.clone();
        for round in 0..rounds {
            let worth = self.worth(node, watch)?;
            let (open, sum) = self.opened(node, &worth);
            let bound = node.prices.iter().sum::<f64>() + sum;
            if open.is_empty() {
                // Everything is closed: no choice is left.
                node.bound = f64::INFINITY;
                return Ok(());
            }
            if round % 20 == 0 || bound > node.bound {
                self.try_choice(&open, round % 100 == 0, watch)?;
            }
            waited += 1;
            if bound > node.bound {
                if bound > node.bound + self.cost.abs() * 1e-6 {
                    waited = 0;
                }
                node.bound = bound;
                best_prices.clone_from(&node.prices);
                self.decide(node, &worth, &open);
            }
            if !self.beats(node.bound) || length < 1e-3 || !watch.look()? {
                break;
            }
            if waited > 12 {
                (length, waited) = (length / 2.0, 0);
                node.prices.clone_from(&best_prices);
                continue;
            }
            let mut over = vec![1.0; self.costs.customers];
            for facility in &open {
                let served = self.costs.of(*facility).iter().zip(&node.prices);
                over.iter_mut()
                    .zip(served)
                    .for_each(|(over, (cost, price))| *over -= f64::from(u8::from(cost < price)));
            }
            let size: f64 = over.iter().map(|x| x * x).sum();
            if size == 0.0 {
                break;
            }
            let step = length * (self.cost - bound + self.cost.abs() * 1e-3) / size;
            node.prices.iter_mut().zip(&over).for_each(|(price, x)| *price += step * x);
        }
        node.prices = best_prices;
        Ok(())
    }

    fn try_choice(&mut self, chosen: &[usize], thorough: bool, watch: &mut Watch<'_>) -> Result<()> {
        let mut open = vec![false; self.costs.facilities()];
        chosen.iter().for_each(|at| open[*at] = true);
        let mut cost = self.costs.assigned(&open).1;
        if thorough {
            cost = improve(self.costs, &mut open, watch)?;
        }
        if cost < self.cost {
            (self.cost, self.best) = (cost, open);
        }
        Ok(())
    }

    /// Close what could only be opened, and open what could only be closed, at more than the best is known to cost.
    fn decide(&self, node: &mut Node, worth: &[f64], open: &[usize]) {
        let mut inside = vec![false; worth.len()];
        open.iter().for_each(|at| inside[*at] = true);
        let full = open.len() >= self.costs.most_open;
        let free = |at: &usize| node.status[*at] == Status::Free;
        let worst = open.iter().filter(|at| free(at)).map(|at| worth[*at]).fold(f64::NEG_INFINITY, f64::max);
        let outside = (0..worth.len()).filter(|at| free(at) && !inside[*at]).map(|at| worth[at]);
        let next = outside.fold(f64::INFINITY, f64::min);
        let alone = open.len() == 1;
        let mut decided = Vec::new();
        for at in (0..worth.len()).filter(free) {
            if inside[at] {
                let replaced = if alone {
                    next
                } else if full {
                    next.min(0.0)
                } else {
                    0.0
                };
                if !self.beats(node.bound - worth[at] + replaced) {
                    decided.push((at, Status::Open));
                }
            } else {
                // Opening this one makes room if there is none by closing the worst; a facility that opened only because one
                // must is no longer needed.
                let saved = if full || alone { worst.max(if full { f64::NEG_INFINITY } else { 0.0 }) } else { 0.0 };
                if saved.is_finite() && !self.beats(node.bound + worth[at] - saved) {
                    decided.push((at, Status::Closed));
                }
            }
        }
        decided.into_iter().for_each(|(at, status)| node.status[at] = status);
    }

    /// Two nodes: with a facility and without it, the likelier on top.
    fn branch(&mut self, node: Node, nodes: &mut Vec<Node>, watch: &mut Watch<'_>) -> Result<()> {
        let opened = node.status.iter().filter(|status| **status == Status::Open).count();
        if opened >= self.costs.most_open {
            self.finish(node, nodes);
            return Ok(());
        }
        // The facility whose worth is nearest to 0 tells most.
        let mut pick: Option<(f64, usize)> = None;
        for at in (0..node.status.len()).filter(|at| node.status[*at] == Status::Free) {
            let pays = self.costs.of(at).iter().zip(&node.prices).map(|(cost, price)| (cost - price).min(0.0));
            let worth = (self.costs.opening[at] + pays.sum::<f64>()).abs();
            if pick.is_none_or(|(least, _)| worth < least) {
                pick = Some((worth, at));
            }
        }
        let Some((_, at)) = pick else {
            let open: Vec<usize> = (0..node.status.len()).filter(|at| node.status[*at] == Status::Open).collect();
            return if open.is_empty() { Ok(()) } else { self.try_choice(&open, false, watch) };
        };
        let with = |status: Status| {
            let mut all = node.status.clone();
            all[at] = status;
            Node { status: all, prices: node.prices.clone(), bound: node.bound }
        };
        let likely = if self.best[at] { Status::Open } else { Status::Closed };
        let other = if self.best[at] { Status::Closed } else { Status::Open };
        nodes.push(with(other));
        nodes.push(with(likely));
        Ok(())
    }

    /// As many are open as may be: what is left is closed.
    fn finish(&self, mut node: Node, nodes: &mut Vec<Node>) {
        if node.status.contains(&Status::Free) {
            node.status
                .iter_mut()
                .filter(|status| **status == Status::Free)
                .for_each(|status| *status = Status::Closed);
            nodes.push(node);
        }
    }
}
