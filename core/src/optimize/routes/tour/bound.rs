//! What no tour can cost less than.
use super::distances::{Distances, NEAR};
use crate::Context;
use crate::error::Result;
use crate::optimize::routes::assignment;

/// Places up to which trees are grown, and what all of them together may look at.
const TREES: usize = 3000;
const EFFORT: usize = 400_000_000;
const MOST_TREES: usize = 300;
/// Places up to which an assignment is solved.
const ASSIGNED: usize = 1000;

/// A bound for tours over these distances of which one costs `cost`.
///
/// Symmetric: the greatest 1-tree over prices of places that subgradients find (Held and Karp, *Mathematical Programming* 1,
/// 1971) up to [`TREES`] places, half the two shortest ways at each place above. Otherwise the least assignment up to
/// [`ASSIGNED`] places, the cheapest ways into (or out of) each place above.
pub(super) fn bound(distances: &Distances<'_>, cost: f64, context: &Context) -> Result<f64> {
    let size = distances.size();
    if size < 3 {
        return Ok(cost);
    }
    let bound = match (distances.is_symmetric(), size) {
        (true, ..=TREES) => trees(distances, cost, context)?,
        (true, _) => {
            let (near, keep) = (distances.near(false, context)?, NEAR.min(size - 1));
            let two = |place: usize| {
                let near = &near[place * keep..][..2];
                near.iter().map(|other| distances.between(place, *other as usize)).sum::<f64>()
            };
            (0..size).map(two).sum::<f64>() / 2.0
        }
        (false, ..=ASSIGNED) => assigned(distances, context)?,
        (false, _) => {
            let mut sums = [0.0; 2];
            for place in 0..size {
                context.check()?;
                let others = || (0..size).filter(|other| *other != place);
                sums[0] += others().map(|other| distances.between(other, place)).fold(f64::INFINITY, f64::min);
                sums[1] += others().map(|other| distances.between(place, other)).fold(f64::INFINITY, f64::min);
            }
            sums[0].max(sums[1])
        }
    };
    // Tours of whole ways cost whole numbers; what is lost to rounding must not lift the bound over one.
    let slack = 1e-9 * bound.abs().max(1.0);
    Ok(if distances.is_whole() { (bound - slack).ceil() } else { bound })
}

fn assigned(distances: &Distances<'_>, context: &Context) -> Result<f64> {
    let size = distances.size();
    let cost = |at: usize| {
        let (from, to) = (at / size, at % size);
        if from == to { f64::INFINITY } else { distances.between(from, to) }
    };
    let costs: Vec<f64> = (0..size * size).map(cost).collect();
    Ok(assignment::least(&costs, size, context)?.unwrap_or(f64::NEG_INFINITY))
}

/// The best of many 1-trees: a tree over all places but the first, and the first's two cheapest ways, with prices that make
/// places with many ways dearer and those with one cheaper.
fn trees(distances: &Distances<'_>, cost: f64, context: &Context) -> Result<f64> {
    let size = distances.size();
    let count = (EFFORT / (size * size)).clamp(10, MOST_TREES);
    let mut price = vec![0.0; size];
    let (mut best, mut step, mut stale) = (f64::NEG_INFINITY, 1.0, 0);
    let mut degree = vec![0_i32; size];
    let mut last = vec![0_i32; size];
    for _ in 0..count {
        let length = tree(distances, &price, &mut degree, context)? - 2.0 * price.iter().sum::<f64>();
        let excess: f64 = degree.iter().map(|degree| f64::from((degree - 2) * (degree - 2))).sum();
        if length > best {
            (best, stale) = (length, 0);
        } else {
            stale += 1;
        }
        if excess == 0.0 || cost - best <= 1e-12 * cost.abs() {
            break;
        }
        if stale >= 5 {
            (step, stale) = (step * 0.6, 0);
        }
        // A little above the tour, so that a tour that is the best does not stop the steps.
        let size_of_step = step * (1.01 * cost.abs().max(best.abs()) - best).max(1e-12 * cost.abs()) / excess;
        for (place, price) in price.iter_mut().enumerate() {
            *price += size_of_step * (0.7 * f64::from(degree[place] - 2) + 0.3 * f64::from(last[place]));
            last[place] = degree[place] - 2;
        }
    }
    Ok(best)
}

/// The least 1-tree with these prices: its length; the ways at each place.
fn tree(distances: &Distances<'_>, price: &[f64], degree: &mut [i32], context: &Context) -> Result<f64> {
    let size = distances.size();
    degree.fill(0);
    let way = |from: usize, to: usize| distances.between(from, to) + price[from] + price[to];
    let mut left: Vec<u32> = (2..size as u32).collect();
    let mut near: Vec<(f64, u32)> = left.iter().map(|place| (way(1, *place as usize), 1)).collect();
    let mut length = 0.0;
    while !left.is_empty() {
        context.check()?;
        let mut least = 0;
        for at in 1..near.len() {
            if near[at].0 < near[least].0 {
                least = at;
            }
        }
        let (cost, from) = near.swap_remove(least);
        let place = left.swap_remove(least) as usize;
        length += cost;
        degree[place] += 1;
        degree[from as usize] += 1;
        for (other, known) in left.iter().zip(&mut near) {
            let cost = way(place, *other as usize);
            if cost < known.0 {
                *known = (cost, place as u32);
            }
        }
    }
    let mut two = [(f64::INFINITY, 0); 2];
    for place in 1..size {
        let cost = way(0, place);
        if cost < two[0].0 {
            two = [(cost, place), two[0]];
        } else if cost < two[1].0 {
            two[1] = (cost, place);
        }
    }
    for (cost, place) in two {
        length += cost;
        degree[place] += 1;
        degree[0] += 1;
    }
    Ok(length)
}
