//! The best tour through few places.
use super::distances::Distances;
use crate::Context;
use crate::error::Result;

/// For every set of places and every last one of them, the cheapest way from place 0 through all: O(size^2 2^size).
pub(super) fn tour(distances: &Distances<'_>, context: &Context) -> Result<Vec<u32>> {
    let others = distances.size() - 1;
    if others == 0 {
        return Ok(vec![0]);
    }
    let sets = 1_usize << others;
    let mut cost = vec![f64::INFINITY; sets * others];
    let mut before = vec![0_u8; sets * others];
    for last in 0..others {
        cost[(1 << last) * others + last] = distances.between(0, last + 1);
    }
    for set in 1..sets {
        if set % 256 == 0 {
            context.check()?;
        }
        for last in (0..others).filter(|last| set >> last & 1 == 1) {
            let so_far = cost[set * others + last];
            for next in (0..others).filter(|next| set >> next & 1 == 0) {
                let longer = so_far + distances.between(last + 1, next + 1);
                let at = (set | 1 << next) * others + next;
                if longer < cost[at] {
                    (cost[at], before[at]) = (longer, last as u8);
                }
            }
        }
    }
    let mut set = sets - 1;
    let whole = |last: usize| cost[set * others + last] + distances.between(last + 1, 0);
    let mut last = (0..others).min_by(|a, b| whole(*a).total_cmp(&whole(*b))).unwrap_or(0);
    let mut order = Vec::with_capacity(others + 1);
    while set > 0 {
        order.push(last as u32 + 1);
        let previous = before[set * others + last] as usize;
        set &= !(1 << last);
        last = previous;
    }
    order.push(0);
    order.reverse();
    Ok(order)
}
