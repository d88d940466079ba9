//! Which of all stable matchings: least total, least regret, most equal, median.
use std::collections::BTreeMap;

use super::flow::lightest_closed_set;
use super::lists::{Market, NONE, Ticker, inverse};
use super::rotations::Lattice;
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;

/// How many stable matchings are drawn where there are too many to look at all.
const DRAWN: usize = 255;

/// What was chosen: the partners of the proposers, and whether it is proven to be the best.
pub(super) struct Choice {
    pub(super) partners: Vec<u32>,
    pub(super) exact: bool,
}

/// By how many places the proposers of a rotation step down, and the receivers step up.
fn drift(market: &Market, lattice: &Lattice, rotation: usize) -> (i64, i64) {
    let Market { proposers, receivers } = market;
    lattice.moves(rotation).iter().fold((0, 0), |(down, up), step| {
        let place = |receiver| i64::from(proposers.place(step.proposer, receiver));
        let hers = |proposer| i64::from(receivers.place(step.to, proposer));
        (down + place(step.to) - place(step.from), up + hers(step.loser) - hers(step.proposer))
    })
}

/// The least sum of choices of everybody; of several such matchings the one that the proposers like best.
pub(super) fn egalitarian(market: &Market, lattice: &Lattice, context: &Context) -> Result<Choice> {
    let weight = |rotation| {
        let (down, up) = drift(market, lattice, rotation);
        down - up
    };
    let weights: Vec<i64> = (0..lattice.len()).map(weight).collect();
    let chosen = lightest_closed_set(&weights, |rotation| lattice.before(rotation), context)?;
    Ok(Choice { partners: lattice.matching(|rotation| chosen[rotation]), exact: true })
}

/// The least worst choice of anybody; of several such matchings one that the proposers like best.
///
/// As rotations are added the proposers' worst choice can only rise, so the search goes on only while a receiver has
/// the worst one, and adds just what moves those receivers.
pub(super) fn minimum_regret(market: &Market, lattice: &Lattice, context: &Context) -> Result<Choice> {
    let Market { proposers, receivers } = market;
    // The rotations that move each receiver, in order, and how many of them are in.
    let mut moves_of: Vec<Vec<u32>> = vec![Vec::new(); receivers.len()];
    for rotation in 0..lattice.len() {
        for step in lattice.moves(rotation) {
            moves_of[step.to as usize].push(rotation as u32);
        }
    }
    let mut chosen = vec![false; lattice.len()];
    let mut partners = lattice.best.clone();
    let mut holders = inverse(&partners, receivers.len());
    let mut best: Option<(i64, Vec<bool>)> = None;
    loop {
        context.check()?;
        let theirs = worst(&partners, |p, r| proposers.place(p, r));
        let hers = worst(&holders, |r, p| receivers.place(r, p));
        let regret = theirs.max(hers);
        if best.as_ref().is_none_or(|(least, _)| regret < *least) {
            best = Some((regret, chosen.clone()));
        }
        if theirs >= hers {
            break;
        }
        let unhappy: Vec<usize> = (0..holders.len())
            .filter(|&r| holders[r] != NONE && i64::from(receivers.place(r as u32, holders[r])) == hers)
            .collect();
        let next = |r: usize| moves_of[r].iter().copied().find(|&rotation| !chosen[rotation as usize]);
        let Some(wanted) = unhappy.into_iter().map(next).collect::<Option<Vec<u32>>>() else { break };
        let mut added = Vec::new();
        let mut stack = wanted;
        while let Some(rotation) = stack.pop() {
            if !std::mem::replace(&mut chosen[rotation as usize], true) {
                added.push(rotation);
                stack.extend(lattice.before(rotation as usize).iter().filter(|&&earlier| !chosen[earlier as usize]));
            }
        }
        added.sort_unstable();
        for step in added.iter().flat_map(|&rotation| lattice.moves(rotation as usize)) {
            partners[step.proposer as usize] = step.to;
            holders[step.to as usize] = step.proposer;
        }
    }
    let chosen = best.map(|(_, chosen)| chosen).unwrap_or_default();
    Ok(Choice { partners: lattice.matching(|rotation| chosen[rotation]), exact: true })
}

fn worst(partners: &[u32], place: impl Fn(u32, u32) -> u32) -> i64 {
    let places = partners.iter().enumerate().filter(|(_, partner)| **partner != NONE);
    places.map(|(person, &partner)| i64::from(place(person as u32, partner))).max().unwrap_or(-1)
}

/// The least difference between the sums of choices of the two sides.
///
/// Finding it is NP-hard (Kato 1993): with at most `limit` stable matchings all are looked at; otherwise those on random
/// ways from one end of the lattice to the other.
pub(super) fn sex_equal(market: &Market, lattice: &Lattice, limit: usize, context: &Context) -> Result<Choice> {
    let gaps: Vec<i64> = (0..lattice.len())
        .map(|rotation| {
            let (down, up) = drift(market, lattice, rotation);
            down + up
        })
        .collect();
    let holders = inverse(&lattice.best, market.receivers.len());
    let start = total(&lattice.best, |p, r| market.proposers.place(p, r))
        - total(&holders, |r, p| market.receivers.place(r, p));
    let mut best = (start.abs(), vec![false; lattice.len()]);
    let exact = each_closed_set(lattice, limit, context, |chosen| {
        let gap =
            (start + gaps.iter().zip(chosen).filter(|(_, chosen)| **chosen).map(|(gap, _)| gap).sum::<i64>()).abs();
        if gap < best.0 {
            best = (gap, chosen.to_vec());
        }
    })?;
    if !exact {
        let ways = Ways::new(lattice);
        for way in 0..DRAWN as u64 {
            let order = ways.draw(context.seed().wrapping_add(way), context)?;
            let mut gap = start;
            let mut closest = (best.0, None);
            for (steps, &rotation) in order.iter().enumerate() {
                gap += gaps[rotation as usize];
                if gap.abs() < closest.0 {
                    closest = (gap.abs(), Some(steps + 1));
                }
            }
            if let (gap, Some(steps)) = closest {
                best = (gap, set_of(&order[..steps], lattice.len()));
            }
        }
    }
    Ok(Choice { partners: lattice.matching(|rotation| best.1[rotation]), exact })
}

fn total(partners: &[u32], place: impl Fn(u32, u32) -> u32) -> i64 {
    let places = partners.iter().enumerate().filter(|(_, partner)| **partner != NONE);
    places.map(|(person, &partner)| i64::from(place(person as u32, partner))).sum()
}

/// Give every proposer the median of the partners in all stable matchings (the lower of two), which is itself stable:
/// Teo, Sethuraman, *The geometry of fractional stable matchings* (1998). With more than `limit` stable matchings, the
/// median of a sample, which is stable too.
pub(super) fn median(market: &Market, lattice: &Lattice, limit: usize, context: &Context) -> Result<Choice> {
    // How often each place on each list is the partner's.
    let mut counts: Vec<BTreeMap<u32, usize>> = vec![BTreeMap::new(); market.proposers.len()];
    let mut note = |partners: &[u32]| {
        for (person, &partner) in partners.iter().enumerate().filter(|(_, partner)| **partner != NONE) {
            *counts[person].entry(market.proposers.place(person as u32, partner)).or_insert(0) += 1;
        }
    };
    let exact = each_closed_set(lattice, limit, context, |_| ())?;
    let drawn = if exact {
        let mut count = 0;
        each_closed_set(lattice, limit, context, |chosen| {
            note(&lattice.matching(|rotation| chosen[rotation]));
            count += 1;
        })?;
        count
    } else {
        let ways = Ways::new(lattice);
        let mut random = Random::new(context.seed());
        for way in 0..DRAWN as u64 {
            let order = ways.draw(context.seed().wrapping_add(way), context)?;
            let steps = (random.uniform() * (order.len() + 1) as f64) as usize;
            let chosen = set_of(&order[..steps.min(order.len())], lattice.len());
            note(&lattice.matching(|rotation| chosen[rotation]));
        }
        DRAWN
    };
    let middle = |(person, counts): (usize, &BTreeMap<u32, usize>)| {
        let mut passed = 0;
        let place = counts.iter().find_map(|(&place, &count)| {
            passed += count;
            (passed > (drawn - 1) / 2).then_some(place)
        });
        place.map_or(NONE, |place| market.proposers.list(person as u32)[place as usize])
    };
    Ok(Choice { partners: counts.iter().enumerate().map(middle).collect(), exact })
}

/// Visit all closed sets of rotations if there are at most `limit`; whether these were all.
fn each_closed_set(lattice: &Lattice, limit: usize, context: &Context, visit: impl FnMut(&[bool])) -> Result<bool> {
    // Even a single chain of rotations has one closed set more than rotations.
    if lattice.len() >= limit { Ok(false) } else { each_closed_set_up_to(lattice, limit, context, visit) }
}

/// Visit the first `limit` closed sets of rotations, the empty one first; whether these were all.
pub(super) fn each_closed_set_up_to(
    lattice: &Lattice,
    limit: usize,
    context: &Context,
    mut visit: impl FnMut(&[bool]),
) -> Result<bool> {
    let mut ticker = Ticker::new(context);
    let mut chosen = vec![false; lattice.len()];
    for _ in 0..limit {
        context.check()?;
        visit(&chosen);
        // The next one in the order of binary numbers, the first rotation being the highest digit.
        let mut last = None;
        for rotation in (0..chosen.len()).rev() {
            ticker.step()?;
            if !chosen[rotation] && lattice.before(rotation).iter().all(|&earlier| chosen[earlier as usize]) {
                last = Some(rotation);
                break;
            }
        }
        let Some(rotation) = last else { return Ok(true) };
        chosen[rotation] = true;
        chosen[rotation + 1..].fill(false);
    }
    Ok(false)
}

fn set_of(rotations: &[u32], length: usize) -> Vec<bool> {
    let mut chosen = vec![false; length];
    rotations.iter().for_each(|&rotation| chosen[rotation as usize] = true);
    chosen
}

/// Random ways from one end of the lattice to the other.
struct Ways {
    after: Vec<Vec<u32>>,
    waiting_for: Vec<u32>,
}

impl Ways {
    fn new(lattice: &Lattice) -> Self {
        let waiting_for = (0..lattice.len()).map(|rotation| lattice.before(rotation).len() as u32).collect();
        Self { after: lattice.after(), waiting_for }
    }

    /// The rotations in a random order in which each comes after all those before it.
    fn draw(&self, seed: u64, context: &Context) -> Result<Vec<u32>> {
        let mut ticker = Ticker::new(context);
        let mut random = Random::new(seed);
        let mut waiting_for = self.waiting_for.clone();
        let mut free: Vec<u32> = (0..waiting_for.len() as u32).filter(|&r| waiting_for[r as usize] == 0).collect();
        let mut order = Vec::with_capacity(waiting_for.len());
        while !free.is_empty() {
            ticker.step()?;
            let pick = ((random.uniform() * free.len() as f64) as usize).min(free.len() - 1);
            let rotation = free.swap_remove(pick);
            order.push(rotation);
            for &later in &self.after[rotation as usize] {
                waiting_for[later as usize] -= 1;
                if waiting_for[later as usize] == 0 {
                    free.push(later);
                }
            }
        }
        Ok(order)
    }
}
