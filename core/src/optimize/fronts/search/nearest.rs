//! Thinning out by the nearest neighbours (Kukkonen and Deb 2006, "A fast and effective method for pruning of non-dominated
//! solutions in many-objective problems").
//!
//! Points lie in the order of one objective, and neighbours are looked for from there to both sides until that objective
//! alone is too far, for several points at once. A point whose known neighbours have left is looked at again only when it
//! might leave itself: until then its spread is known to be at least what the farthest known neighbour allows.
use super::crowding::scales;
use super::least::{self, least};
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;
use crate::optimize::fronts::points::Points;
use crate::optimize::fronts::ranking::key;

/// The most neighbours that count.
const MOST: usize = 8;
/// How many more are known of each point at most.
const SPARE: usize = 2;
/// How many neighbours of a point are known where three count.
const KNOWN_OF_THREE: usize = 5;
/// How many points are looked at together. As many as the compiler leaves in a loop, which it then makes one of vectors.
const LANES: usize = 16;
/// How many points are looked at on each side before asking whether they are near enough.
const STEP: usize = 8;
/// No entry.
const NONE: u32 = u32::MAX;

/// At most `room` points, and the spread of each: the product of the squared distances to the nearest neighbours, as many as
/// objectives, each objective as a part of its range. The point with the least spread leaves, again and again. The best of
/// each objective stay, and so do the worst.
pub(super) fn pruned(points: Points<'_>, room: usize, context: &Context) -> Result<(Vec<u32>, Vec<f64>)> {
    let mut crowd = Crowd::new(points);
    let mut neighbours = Neighbours::of(&crowd, context)?;
    let extreme = crowd.extremes();
    let mut spreads = Spreads::new(crowd.len());
    for (at, _) in extreme.iter().enumerate().filter(|(_, extreme)| !**extreme) {
        spreads.put(at, neighbours.spread(&crowd, at));
    }
    let mut left = crowd.len();
    while left > room {
        if left.is_multiple_of(64) {
            context.check()?;
        }
        let mut leaving = least(&spreads.values);
        if spreads.values[leaving] == f64::INFINITY {
            // Only ends of objectives are left: the first of them as the caller has them.
            let here = (0..crowd.len()).filter(|at| !crowd.gone[*at]);
            leaving = here.min_by_key(|at| crowd.order[*at]).unwrap_or(leaving);
        } else if !spreads.exact[leaving] {
            neighbours.look_again(&crowd, leaving);
            spreads.put(leaving, neighbours.spread(&crowd, leaving));
            continue;
        }
        crowd.leave(leaving);
        spreads.put(leaving, (f64::INFINITY, true));
        left -= 1;
        let mut link = neighbours.first[leaving];
        while link != NONE {
            let (owner, next) = neighbours.links[link as usize];
            if !crowd.gone[owner as usize] && !extreme[owner as usize] {
                spreads.put(owner as usize, neighbours.spread(&crowd, owner as usize));
            }
            link = next;
        }
    }
    let unsure: Vec<u32> = (0..crowd.len() as u32).filter(|at| !spreads.exact[*at as usize]).collect();
    let (stayed, places) = crowd.left();
    let again: Vec<u32> = unsure.iter().map(|at| places[*at as usize]).collect();
    let keys = stayed.nearest(&again, context)?;
    for (at, keys) in unsure.iter().zip(keys.chunks_exact(stayed.kept)) {
        spreads.put(*at as usize, stayed.spread(keys));
    }
    let mut stay: Vec<(u32, f64)> = stayed.order.iter().map(|at| (*at, 0.0)).collect();
    for (at, place) in places.iter().enumerate().filter(|(_, place)| **place != NONE) {
        stay[*place as usize].1 = spreads.values[at];
    }
    stay.sort_unstable_by_key(|(at, _)| *at);
    Ok(stay.into_iter().unzip())
}

/// The spread of each point; of some only how large it is at least.
struct Spreads {
    /// Infinite for those that left and behind the last.
    values: Vec<f64>,
    exact: Vec<bool>,
}

impl Spreads {
    fn new(total: usize) -> Self {
        Self { values: vec![f64::INFINITY; total.next_multiple_of(least::LANES)], exact: vec![true; total] }
    }

    fn put(&mut self, at: usize, (spread, exact): (f64, bool)) {
        (self.values[at], self.exact[at]) = (spread, exact);
    }
}

/// Points in the order of one objective.
struct Crowd {
    /// Which point of the caller's each is.
    order: Vec<u32>,
    /// As parts of the ranges, each objective at `order.len()` places, the first one being that of the order. Those that
    /// left are at infinity in the last.
    columns: Vec<f64>,
    width: usize,
    gone: Vec<bool>,
    /// How many neighbours count.
    near: usize,
    /// How many are known of each.
    kept: usize,
}

impl Crowd {
    fn new(points: Points<'_>) -> Self {
        let (total, width) = (points.len(), points.width());
        let scales = scales(points);
        // The first objective that differs is the one of the order.
        let along = scales.iter().position(|scale| *scale > 0.0).unwrap_or(0);
        let mut keys: Vec<(u64, u32)> = (0..total).map(|at| (key(points.row(at)[along]), at as u32)).collect();
        keys.sort_unstable();
        let order: Vec<u32> = keys.into_iter().map(|(_, at)| at).collect();
        let mut columns = Vec::with_capacity(total * width);
        for objective in std::iter::once(along).chain((0..width).filter(|objective| *objective != along)) {
            let least = points.rows().map(|row| row[objective]).fold(f64::INFINITY, f64::min);
            // Halves, so that the difference of the widest numbers is finite.
            let place =
                |at: &u32| 2.0 * ((0.5 * points.row(*at as usize)[objective] - 0.5 * least) * scales[objective]);
            columns.extend(order.iter().map(place));
        }
        let near = width.min(MOST);
        let kept = if width == 3 { KNOWN_OF_THREE } else { MOST + SPARE };
        Self { order, columns, width, gone: vec![false; total], near, kept }
    }

    fn len(&self) -> usize {
        self.order.len()
    }

    /// Which points are the first or the last of an objective.
    fn extremes(&self) -> Vec<bool> {
        let mut extreme = vec![false; self.len()];
        for column in self.columns.chunks_exact(self.len().max(1)) {
            let (mut least, mut most) = (0, 0);
            for (at, value) in column.iter().enumerate() {
                least = if *value < column[least] { at } else { least };
                most = if *value > column[most] { at } else { most };
            }
            (extreme[least], extreme[most]) = (true, true);
        }
        extreme
    }

    fn leave(&mut self, at: usize) {
        self.gone[at] = true;
        let last = self.columns.len() - self.len();
        self.columns[last + at] = f64::INFINITY;
    }

    /// Those left, and where each is among them.
    fn left(&self) -> (Self, Vec<u32>) {
        let here: Vec<usize> = (0..self.len()).filter(|at| !self.gone[*at]).collect();
        let mut places = vec![NONE; self.len()];
        for (place, at) in here.iter().enumerate() {
            places[*at] = place as u32;
        }
        let columns = self.columns.chunks_exact(self.len().max(1)).flat_map(|column| here.iter().map(|at| column[*at]));
        let left = Self {
            order: here.iter().map(|at| self.order[*at]).collect(),
            columns: columns.collect(),
            gone: vec![false; here.len()],
            ..*self
        };
        (left, places)
    }

    /// The bits of a squared distance that say to whom.
    fn mask(&self) -> u64 {
        self.len().next_power_of_two() as u64 - 1
    }

    /// The `kept` nearest of each of some points in order, as squared distances whose lowest bits are the place, the nearest
    /// first; infinite where there are no more.
    fn nearest(&self, queries: &[u32], context: &Context) -> Result<Vec<f64>> {
        let mut keys = vec![f64::INFINITY; queries.len() * self.kept];
        // As many as take far less than a millisecond.
        let step = (1_usize << 18).div_ceil(self.len().max(1)).next_multiple_of(LANES);
        for (queries, keys) in queries.chunks(step).zip(keys.chunks_mut(step * self.kept)) {
            context.check()?;
            self.nearest_at_once(queries, keys);
        }
        Ok(keys)
    }

    fn nearest_at_once(&self, queries: &[u32], keys: &mut [f64]) {
        if self.width == 3 {
            nearest_in_three(&self.columns, self.mask(), queries, keys);
        } else {
            nearest_in_many(&self.columns, self.width, self.mask(), queries, keys);
        }
    }

    /// The spread by the neighbours known, or how large it is at least if too few of them are left.
    fn spread(&self, keys: &[f64]) -> (f64, bool) {
        let mask = self.mask();
        let (mut spread, mut found, mut reach) = (1.0, 0, f64::INFINITY);
        for key in keys {
            if *key == f64::INFINITY {
                // There are no more than those known.
                return (spread, true);
            }
            reach = f64::from_bits(key.to_bits() & !mask);
            if self.gone[(key.to_bits() & mask) as usize] {
                continue;
            }
            spread *= reach;
            found += 1;
            if found == self.near {
                return (spread, true);
            }
        }
        for _ in found..self.near {
            spread *= reach;
        }
        (spread, false)
    }
}

/// The nearest of each point, and who has whom among them.
struct Neighbours {
    keys: Vec<f64>,
    kept: usize,
    /// For each point the first link of those that have it among their neighbours.
    first: Vec<u32>,
    /// Who, and the next link.
    links: Vec<(u32, u32)>,
}

impl Neighbours {
    fn of(crowd: &Crowd, context: &Context) -> Result<Self> {
        let (total, kept) = (crowd.len(), crowd.kept);
        let keys = crowd.nearest(&(0..total as u32).collect::<Vec<u32>>(), context)?;
        let mut neighbours = Self { keys, kept, first: vec![NONE; total], links: Vec::with_capacity(total * kept) };
        for at in 0..total {
            neighbours.link(at, crowd.mask());
        }
        Ok(neighbours)
    }

    fn link(&mut self, at: usize, mask: u64) {
        for key in &self.keys[at * self.kept..][..self.kept] {
            if *key < f64::INFINITY {
                let first = &mut self.first[(key.to_bits() & mask) as usize];
                self.links.push((at as u32, *first));
                *first = (self.links.len() - 1) as u32;
            }
        }
    }

    /// Look for the neighbours of a point among those left.
    fn look_again(&mut self, crowd: &Crowd, at: usize) {
        crowd.nearest_at_once(&[at as u32], &mut self.keys[at * self.kept..][..self.kept]);
        self.link(at, crowd.mask());
    }

    fn spread(&self, crowd: &Crowd, at: usize) -> (f64, bool) {
        crowd.spread(&self.keys[at * self.kept..][..self.kept])
    }
}

dispatch! {
    /// [`Crowd::nearest`] of three objectives.
    fn nearest_in_three, portable nearest_in_three_portable(columns: &[f64], mask: u64, queries: &[u32], keys: &mut [f64]) {
        let total = columns.len() / 3;
        for (queries, keys) in queries.chunks(LANES).zip(keys.chunks_mut(LANES * KNOWN_OF_THREE)) {
            let places = together(queries);
            let own: [[f64; LANES]; 3] =
                std::array::from_fn(|objective| places.map(|at| columns[objective * total + at as usize]));
            sweep::<KNOWN_OF_THREE>(columns, mask, &places, &own, keys);
        }
    }
}

dispatch! {
    /// [`Crowd::nearest`] of so many objectives.
    fn nearest_in_many, portable nearest_in_many_portable(columns: &[f64], width: usize, mask: u64, queries: &[u32], keys: &mut [f64]) {
        let total = columns.len() / width;
        for (queries, keys) in queries.chunks(LANES).zip(keys.chunks_mut(LANES * (MOST + SPARE))) {
            let places = together(queries);
            let own: Vec<[f64; LANES]> =
                columns.chunks_exact(total).map(|column| places.map(|at| column[at as usize])).collect();
            sweep::<{ MOST + SPARE }>(columns, mask, &places, &own, keys);
        }
    }
}

/// The points of the lanes; the last again in lanes that are left over.
#[inline(always)]
fn together(queries: &[u32]) -> [u32; LANES] {
    std::array::from_fn(|lane| queries[lane.min(queries.len() - 1)])
}

/// Look at points from those of the lanes, whose objectives are `own`, to both sides while the objective of the order is near
/// enough. It and [`look`] are compiled for the instructions of the kernels that they are part of.
#[inline(always)]
fn sweep<const KEPT: usize>(columns: &[f64], mask: u64, places: &[u32; LANES], own: &[[f64; LANES]], keys: &mut [f64]) {
    let total = columns.len() / own.len();
    let along = &columns[..total];
    let mut best = [[f64::INFINITY; LANES]; KEPT];
    let (first, last) = (places[0] as usize, places[LANES - 1] as usize);
    for at in first..=last {
        let mut gaps = measure(columns, own, at, mask);
        for (gap, place) in gaps.iter_mut().zip(places) {
            *gap = if *place as usize == at { f64::INFINITY } else { *gap };
        }
        look(gaps, &mut best);
    }
    let (mut below, mut above) = (first, last + 1);
    loop {
        let farthest = best[KEPT - 1].iter().fold(0.0, |most, gap| if *gap > most { *gap } else { most });
        let near = |at: usize, from: usize| (along[at] - along[from]) * (along[at] - along[from]) <= farthest;
        let down = if below > 0 && near(below - 1, first) { below.saturating_sub(STEP) } else { below };
        let up = if above < total && near(above, last) { (above + STEP).min(total) } else { above };
        if down == below && up == above {
            break;
        }
        for at in (down..below).chain(above..up) {
            look(measure(columns, own, at, mask), &mut best);
        }
        (below, above) = (down, up);
    }
    for (lane, keys) in keys.chunks_exact_mut(KEPT).enumerate() {
        for (key, best) in keys.iter_mut().zip(&best) {
            *key = best[lane];
        }
    }
}

/// The squared distances of a point from each lane's, whose lowest bits are the place.
#[inline(always)]
fn measure(columns: &[f64], own: &[[f64; LANES]], at: usize, mask: u64) -> [f64; LANES] {
    let total = columns.len() / own.len();
    let mut gaps = [0.0; LANES];
    for (objective, own) in own.iter().enumerate() {
        let value = columns[objective * total + at];
        for lane in 0..LANES {
            gaps[lane] += (value - own[lane]) * (value - own[lane]);
        }
    }
    gaps.map(|gap: f64| f64::from_bits(gap.to_bits() & !mask | at as u64))
}

/// Put distances into their places among the best of each lane. What is no number, of those that left, goes nowhere.
#[inline(always)]
fn look<const KEPT: usize>(gaps: [f64; LANES], best: &mut [[f64; LANES]; KEPT]) {
    for lane in 0..LANES {
        let mut new = gaps[lane];
        for best in best.iter_mut() {
            let old = best[lane];
            best[lane] = if new < old { new } else { old };
            new = if new < old { old } else { new };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimize::fronts::testing::pseudo;

    /// The same by measuring everything again each time.
    fn plainly(points: &[Vec<f64>], room: usize) -> Vec<u32> {
        let width = points[0].len();
        let range = |objective: usize| {
            let values = || points.iter().map(|row| row[objective]);
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
        };
        let extreme = |row: &[f64]| {
            (0..width).any(|objective| [range(objective).0, range(objective).1].contains(&row[objective]))
        };
        let mut left: Vec<u32> = (0..points.len() as u32).collect();
        while left.len() > room {
            let spread = |at: u32| {
                let own = &points[at as usize];
                let mut gaps: Vec<f64> = left
                    .iter()
                    .filter(|by| **by != at)
                    .map(|by| {
                        let gap = |objective: usize| {
                            let (low, high) = range(objective);
                            (own[objective] - points[*by as usize][objective]) / (high - low)
                        };
                        (0..width).map(|objective| gap(objective) * gap(objective)).sum()
                    })
                    .collect();
                gaps.sort_by(f64::total_cmp);
                if extreme(own) { f64::INFINITY } else { gaps[..width].iter().product() }
            };
            let least = (0..left.len()).min_by(|a, b| spread(left[*a]).total_cmp(&spread(left[*b]))).unwrap();
            left.remove(least);
        }
        left
    }

    #[test]
    fn those_that_stay_are_those_of_measuring_everything_again() {
        for (seed, count, width, room) in [(1, 60, 3, 25), (2, 83, 4, 10), (3, 40, 2, 39), (4, 30, 6, 8)] {
            let objectives = pseudo(seed, count, width);
            let rows: Vec<Vec<f64>> = objectives.rows().into_iter().map(|row| row.to_vec()).collect();
            let flat: Vec<f64> = rows.concat();
            let (stay, spreads) = pruned(Points::new(&flat, width), room, &Context::new()).unwrap();
            assert_eq!(stay, plainly(&rows, room), "seed {seed}");
            assert_eq!(spreads.len(), room);
        }
    }
}
