//! Bounds by prices of elements, and covers found by the way.
//!
//! Prices `u` of elements turn the cost of a set into `c_j - sum of u`; the sum of prices and of all such costs below 0 is a
//! bound. A subgradient method raises it; greedy covers by reduced cost, without what became superfluous, give covers. Source:
//! Caprara, Fischetti, Toth, *A heuristic method for the set covering problem*, Operations Research 47 (1999).
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::super::watch::Watch;
use super::incidence::Incidence;
use crate::error::Result;
use crate::math::random::Random;

/// Steps of the subgradient method.
const ROUNDS: usize = 1500;
/// Rounds without a better bound after which steps become shorter.
const PATIENCE: usize = 25;
/// Times a part of the best cover is taken out and filled again.
const REFILLS: usize = 400;

/// A cover with a bound.
#[derive(Debug)]
pub(super) struct Covered {
    pub(super) sets: Vec<u32>,
    pub(super) cost: f64,
    pub(super) bound: f64,
    /// Of the prices with the best bound.
    pub(super) reduced: Vec<f64>,
}

pub(super) struct Coverer<'i> {
    problem: &'i Incidence,
    whole: bool,
}

impl<'i> Coverer<'i> {
    pub(super) fn new(problem: &'i Incidence, whole: bool) -> Self {
        Self { problem, whole }
    }

    /// What no cover can be cheaper than, if this bound is so.
    pub(super) fn lifted(&self, bound: f64) -> f64 {
        if self.whole { (bound - bound.abs() * 1e-10 - 1e-7).ceil().max(0.0) } else { bound }
    }

    fn cost(&self, sets: &[u32]) -> f64 {
        sets.iter().map(|set| self.problem.costs[*set as usize]).sum::<f64>() + 0.0
    }

    /// Complete a start to a cover, taking the least `worth` per new element first, and leave out what is superfluous.
    fn greedy(&self, worth: &[f64], start: &[u32], watch: &mut Watch<'_>) -> Result<Vec<u32>> {
        let problem = self.problem;
        let mut times = vec![0_u32; problem.elements()];
        let mut chosen = start.to_vec();
        for set in start {
            problem.elements_of.of_one(*set as usize).iter().for_each(|at| times[*at as usize] += 1);
        }
        let mut open = times.iter().filter(|times| **times == 0).count();
        let fresh = |set: usize, times: &[u32]| {
            problem.elements_of.of_one(set).iter().filter(|at| times[**at as usize] == 0).count()
        };
        let score = |set: usize, new: usize| {
            let worth = worth[set];
            let score = if worth > 0.0 { worth / new as f64 } else { worth * new as f64 };
            // The order of these bits is that of the numbers.
            let bits = score.to_bits() as i64;
            bits ^ ((((bits >> 63) as u64) >> 1) as i64)
        };
        let mut heap: BinaryHeap<Reverse<(i64, u32, u32)>> = BinaryHeap::new();
        for set in 0..problem.sets() {
            if set % 4096 == 0 {
                watch.look()?;
            }
            let new = fresh(set, &times);
            if new > 0 {
                heap.push(Reverse((score(set, new), set as u32, new as u32)));
            }
        }
        let mut turns = 0;
        while open > 0 {
            let Some(Reverse((_, set, before))) = heap.pop() else { break };
            turns += 1;
            if turns % 4096 == 0 {
                watch.look()?;
            }
            let new = fresh(set as usize, &times);
            if new == 0 {
                continue;
            }
            if new as u32 != before {
                heap.push(Reverse((score(set as usize, new), set, new as u32)));
                continue;
            }
            problem.elements_of.of_one(set as usize).iter().for_each(|at| times[*at as usize] += 1);
            open -= new;
            chosen.push(set);
        }
        self.prune(&mut chosen, &mut times);
        Ok(chosen)
    }

    /// Leave out sets whose elements others cover, the dearest first.
    fn prune(&self, chosen: &mut Vec<u32>, times: &mut [u32]) {
        let costs = &self.problem.costs;
        chosen.sort_by(|a, b| costs[*b as usize].total_cmp(&costs[*a as usize]).then(a.cmp(b)));
        chosen.retain(|set| {
            let elements = self.problem.elements_of.of_one(*set as usize);
            let needed = elements.iter().any(|at| times[*at as usize] == 1);
            if !needed {
                elements.iter().for_each(|at| times[*at as usize] -= 1);
            }
            needed
        });
        chosen.sort_unstable();
    }

    /// A cover and a bound.
    pub(super) fn solve(&self, seed: u64, watch: &mut Watch<'_>) -> Result<Covered> {
        let problem = self.problem;
        let sets = self.greedy(&problem.costs, &[], watch)?;
        let mut best = Covered { cost: self.cost(&sets), sets, bound: 0.0, reduced: problem.costs.clone() };
        let mut prices: Vec<f64> = (0..problem.elements())
            .map(|element| {
                let share =
                    |set: &u32| problem.costs[*set as usize] / problem.elements_of.of_one(*set as usize).len() as f64;
                problem.sets_of.of_one(element).iter().map(share).fold(f64::INFINITY, f64::min)
            })
            .collect();
        let (mut length, mut waited) = (1.0, 0);
        let mut over = vec![0.0; problem.elements()];
        for round in 0..ROUNDS {
            if !watch.look()? || self.lifted(best.bound) >= best.cost || length < 1e-4 {
                break;
            }
            watch.context().report(round, 2 * ROUNDS);
            over.fill(1.0);
            let mut bound: f64 = prices.iter().sum();
            let mut reduced = problem.costs.clone();
            for (set, cost) in reduced.iter_mut().enumerate() {
                let elements = problem.elements_of.of_one(set);
                *cost -= elements.iter().map(|at| prices[*at as usize]).sum::<f64>();
                if *cost < 0.0 {
                    bound += *cost;
                    elements.iter().for_each(|at| over[*at as usize] -= 1.0);
                }
            }
            let better = bound > best.bound;
            if better || round % 10 == 0 {
                let sets = self.greedy(&reduced, &[], watch)?;
                let cost = self.cost(&sets);
                if cost < best.cost {
                    (best.cost, best.sets) = (cost, sets);
                }
            }
            waited += 1;
            if better {
                if bound > best.bound + best.cost * 1e-5 {
                    waited = 0;
                }
                (best.bound, best.reduced) = (bound, reduced);
            }
            if waited > PATIENCE {
                (length, waited) = (length / 2.0, 0);
            }
            let size: f64 = over.iter().map(|x| x * x).sum();
            if size == 0.0 {
                break;
            }
            let step = length * (best.cost * 1.01 - bound).max(best.cost * 1e-3) / size;
            prices.iter_mut().zip(&over).for_each(|(price, x)| *price = (*price + step * x).max(0.0));
        }
        self.refill(&mut best, seed, watch)?;
        Ok(best)
    }

    /// Take a part of the best cover out, at random, and complete the rest by reduced costs.
    fn refill(&self, best: &mut Covered, seed: u64, watch: &mut Watch<'_>) -> Result<()> {
        let mut random = Random::new(seed);
        let refills = (200_000_000 / (1 + self.problem.elements_of.pairs())).min(REFILLS);
        for round in 0..refills {
            if !watch.look()? || self.lifted(best.bound) >= best.cost {
                break;
            }
            let share = 0.1 + 0.4 * random.uniform();
            let start: Vec<u32> = best.sets.iter().copied().filter(|_| random.uniform() > share).collect();
            let worth = if round % 2 == 0 { &best.reduced } else { &self.problem.costs };
            let noisy: Vec<f64> = worth.iter().map(|cost| cost * (1.0 + 0.1 * random.uniform())).collect();
            let sets = self.greedy(&noisy, &start, watch)?;
            let cost = self.cost(&sets);
            if cost <= best.cost {
                (best.cost, best.sets) = (cost, sets);
            }
        }
        Ok(())
    }
}
