//! Tours that are changed: turning and moving pieces, and random disturbances that are repaired or undone.
use std::time::Instant;

use super::distances::{Distances, NEAR};
use super::options::PlanTour;
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;

/// The longest piece that is moved where pieces are turned too.
const PIECE: usize = 3;
/// The longest piece of a disturbance.
const LONGEST: usize = 50;
/// Rounds between two looks at the clock.
const LOOK: u64 = 128;

/// A change that can be undone.
#[derive(Clone, Copy, Debug)]
enum Change {
    /// Ways `0 - 1` and `2 - 3` became `0 - 2` and `1 - 3`.
    Ways([u32; 4]),
    /// Pieces `1 .. 2` and `3 .. 4` between 0 and 5 changed places.
    Pieces([u32; 6]),
}

/// A tour as an order of places, and the places' positions in it.
#[derive(Debug)]
pub(super) struct Tour<'a, 'd> {
    distances: &'a Distances<'d>,
    near: Vec<u32>,
    /// Near by the ways that lead to a place, where these are other ones.
    near_back: Vec<u32>,
    keep: usize,
    pub(super) order: Vec<u32>,
    position: Vec<u32>,
    changes: Vec<Change>,
    waiting: Vec<u32>,
    waits: Vec<bool>,
    least_gain: f64,
}

impl<'a, 'd> Tour<'a, 'd> {
    pub(super) fn new(distances: &'a Distances<'d>, context: &Context) -> Result<Self> {
        let size = distances.size();
        let near = distances.near(false, context)?;
        let near_back = if distances.is_symmetric() { Vec::new() } else { distances.near(true, context)? };
        let keep = NEAR.min(size - 1);
        let order = match distances {
            Distances::Points { points, .. } => along_a_curve(points),
            Distances::Matrix { .. } => nearest_next(distances, &near, keep, context)?,
        };
        let mut position = vec![0; size];
        for (at, place) in order.iter().enumerate() {
            position[*place as usize] = at as u32;
        }
        let cost = distances.tour(&order);
        let waiting: Vec<u32> = order.iter().rev().copied().collect();
        Ok(Self {
            distances,
            near,
            near_back,
            keep,
            order,
            position,
            changes: Vec::new(),
            waiting,
            waits: vec![true; size],
            least_gain: 1e-12 * cost.abs(),
        })
    }

    fn next(&self, place: u32) -> u32 {
        let at = self.position[place as usize] as usize + 1;
        self.order[if at == self.order.len() { 0 } else { at }]
    }

    fn previous(&self, place: u32) -> u32 {
        let at = self.position[place as usize] as usize;
        self.order[if at == 0 { self.order.len() - 1 } else { at - 1 }]
    }

    fn step(&self, place: u32, ahead: bool) -> u32 {
        if ahead { self.next(place) } else { self.previous(place) }
    }

    #[inline]
    fn way(&self, from: u32, to: u32) -> f64 {
        self.distances.between(from as usize, to as usize)
    }

    /// Places from one to another, going ahead.
    fn span(&self, from: u32, to: u32) -> usize {
        let (from, to) = (self.position[from as usize] as usize, self.position[to as usize] as usize);
        (if to >= from { to - from } else { to + self.order.len() - from }) + 1
    }

    fn wait(&mut self, places: &[u32]) {
        for place in places {
            if !std::mem::replace(&mut self.waits[*place as usize], true) {
                self.waiting.push(*place);
            }
        }
    }

    /// Turn the ways `a - b` and `c - d`, both in the same direction, into `a - c` and `b - d`.
    fn change_ways(&mut self, [a, b, c, d]: [u32; 4]) {
        let [a, b, c, d] = if self.next(a) == b { [a, b, c, d] } else { [b, a, d, c] };
        // Going ahead: a b .. c d; either b .. c or d .. a is turned, whichever is shorter.
        let inner = self.span(b, c);
        let (first, last, count) =
            if 2 * inner <= self.order.len() { (b, c, inner) } else { (d, a, self.order.len() - inner) };
        let size = self.order.len();
        let (mut low, mut high) = (self.position[first as usize] as usize, self.position[last as usize] as usize);
        for _ in 0..count / 2 {
            self.order.swap(low, high);
            self.position[self.order[low] as usize] = low as u32;
            self.position[self.order[high] as usize] = high as u32;
            low = if low + 1 == size { 0 } else { low + 1 };
            high = if high == 0 { size - 1 } else { high - 1 };
        }
    }

    /// Exchange the neighbouring pieces `b .. c` and `d .. e`, between `a` and `f`; nothing is turned.
    fn change_pieces(&mut self, [a, b, c, d, e, f]: [u32; 6]) {
        // On a circle of three pieces it is the same which two of them change places.
        let lengths = [self.span(b, c), self.span(d, e), self.order.len() - self.span(b, c) - self.span(d, e)];
        let pairs = [(b, 0, 1), (d, 1, 2), (f, 2, 0)];
        let total = |pair: &(u32, usize, usize)| lengths[pair.1] + lengths[pair.2];
        let Some((first, one, other)) = pairs.into_iter().min_by_key(total) else { return };
        let _ = a;
        let (start, size) = (self.position[first as usize] as usize, self.order.len());
        let count = lengths[one] + lengths[other];
        let mut moved: Vec<u32> = (0..count).map(|at| self.order[(start + at) % size]).collect();
        moved.rotate_left(lengths[one]);
        for (at, place) in moved.into_iter().enumerate() {
            let at = (start + at) % size;
            self.order[at] = place;
            self.position[place as usize] = at as u32;
        }
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Ways(places) => {
                self.change_ways(places);
                self.wait(&places);
            }
            Change::Pieces(places) => {
                self.change_pieces(places);
                self.wait(&places);
            }
        }
        self.changes.push(change);
    }

    /// Undo all changes since they were last forgotten.
    fn back(&mut self) {
        while let Some(change) = self.changes.pop() {
            match change {
                Change::Ways([a, b, c, d]) => self.change_ways([a, c, b, d]),
                Change::Pieces([a, b, c, d, e, f]) => self.change_pieces([a, d, e, b, c, f]),
            }
        }
    }

    /// Move the piece `first .. last` that follows `before` behind the piece `from .. to` that follows it, before `after`.
    fn move_piece(&mut self, [before, first, last, from, to, after]: [u32; 6], turned: bool) {
        self.apply(Change::Ways([before, first, to, after]));
        self.apply(Change::Ways([before, to, from, last]));
        if !turned {
            self.apply(Change::Ways([to, last, first, after]));
        }
    }

    /// Improve around all places that wait: by how much the tour became cheaper.
    pub(super) fn improve(&mut self, context: &Context) -> Result<f64> {
        let mut gained = 0.0;
        while let Some(place) = self.waiting.pop() {
            context.check()?;
            self.waits[place as usize] = false;
            let gain = if self.near_back.is_empty() { self.improve_at(place) } else { self.improve_directed(place) };
            if gain > 0.0 {
                gained += gain;
                self.wait(&[place]);
            }
        }
        Ok(gained)
    }

    /// The first change with a new way from `a` to a near place that makes the tour cheaper: by how much.
    fn improve_at(&mut self, a: u32) -> f64 {
        for ahead in [true, false] {
            let b = self.step(a, ahead);
            let old = self.way(a, b);
            for at in 0..self.keep {
                let c = self.near[a as usize * self.keep + at];
                let new = self.way(a, c);
                if new >= old {
                    break;
                }
                let d = self.step(c, ahead);
                let gain = old + self.way(c, d) - new - self.way(b, d);
                if c != b && gain > self.least_gain {
                    self.apply(Change::Ways([a, b, c, d]));
                    return gain;
                }
            }
            let gain = self.improve_by_piece(a, ahead);
            if gain > 0.0 {
                return gain;
            }
        }
        0.0
    }

    /// As [`improve_at`](Self::improve_at), for a piece that ends with `a` and goes to a near place.
    fn improve_by_piece(&mut self, a: u32, ahead: bool) -> f64 {
        let before = self.step(a, ahead);
        let mut last = a;
        for length in 0..PIECE {
            if length > 0 {
                last = self.step(last, !ahead);
            }
            let behind = self.step(last, !ahead);
            if behind == before || last == before {
                return 0.0;
            }
            let free = self.way(a, before) + self.way(last, behind) - self.way(before, behind);
            for at in 0..self.keep {
                let c = self.near[a as usize * self.keep + at];
                let new = self.way(a, c);
                if new >= free {
                    break;
                }
                let inside = {
                    let mut one = a;
                    let mut found = one == c;
                    while one != last {
                        one = self.step(one, !ahead);
                        found |= one == c;
                    }
                    found
                };
                if inside {
                    continue;
                }
                // Going away from `before`: before, a .. last, behind .. c, d, or behind .. d, c.
                for beyond in [true, false] {
                    let d = self.step(c, ahead != beyond);
                    if beyond && c == before || !beyond && c == behind {
                        continue;
                    }
                    let gain = free + self.way(c, d) - new - self.way(last, d);
                    if gain > self.least_gain {
                        let (to, after) = if beyond { (c, d) } else { (d, c) };
                        self.move_piece([before, a, last, behind, to, after], !beyond);
                        return gain;
                    }
                }
            }
        }
        0.0
    }

    /// As [`improve_at`](Self::improve_at), by exchanging neighbouring pieces without turning them.
    fn improve_directed(&mut self, place: u32) -> f64 {
        // The way out of the place may be the worst of the three, or the way to it.
        for a in [place, self.previous(place)] {
            let b = self.next(a);
            let old = self.way(a, b);
            for at in 0..self.keep {
                let d = self.near[a as usize * self.keep + at];
                let first = old - self.way(a, d);
                if first <= 0.0 {
                    break;
                }
                if d == b {
                    continue;
                }
                let c = self.previous(d);
                for other in 0..self.keep {
                    let e = self.near_back[b as usize * self.keep + other];
                    let second = first + self.way(c, d) - self.way(e, b);
                    if second <= 0.0 {
                        break;
                    }
                    // `e` must stand between `d` and `a`.
                    if self.span(d, e) > self.span(d, a) {
                        continue;
                    }
                    let f = self.next(e);
                    let gain = second + self.way(e, f) - self.way(c, f);
                    if e != a && gain > self.least_gain {
                        self.apply(Change::Pieces([a, b, c, d, e, f]));
                        return gain;
                    }
                }
            }
        }
        0.0
    }

    /// Exchange two random neighbouring pieces: how much dearer the tour became.
    fn disturb(&mut self, random: &mut Random) -> f64 {
        let size = self.order.len();
        let mut below = |count: usize| ((u128::from(random.bits()) * count as u128) >> 64) as usize;
        let longest = LONGEST.min((size - 2) / 2);
        let (start, one, other) = (below(size), 1 + below(longest), 1 + below(longest));
        let at = |offset: usize| self.order[(start + offset) % size];
        let [a, b, c, d, e, f] = [at(0), at(1), at(one), at(one + 1), at(one + other), at(one + other + 1)];
        let dearer =
            self.way(a, d) + self.way(e, b) + self.way(c, f) - self.way(a, b) - self.way(c, d) - self.way(e, f);
        if self.near_back.is_empty() {
            self.move_piece([a, b, c, d, e, f], false);
        } else {
            self.apply(Change::Pieces([a, b, c, d, e, f]));
        }
        dearer
    }

    /// Disturb and repair until the limits: how many rounds were made.
    pub(super) fn iterate(&mut self, options: &PlanTour, start: Instant, context: &Context) -> Result<u64> {
        let mut random = Random::new(context.seed());
        let limit = options.limit();
        self.improve(context)?;
        self.changes.clear();
        let mut rounds = 0;
        loop {
            context.check()?;
            if limit.is_some_and(|limit| rounds >= limit) {
                return Ok(rounds);
            }
            if rounds % LOOK == 0 {
                let elapsed = start.elapsed().as_secs_f64();
                if options.time_limit.is_some_and(|seconds| elapsed >= seconds) {
                    return Ok(rounds);
                }
                let by_rounds = limit.map_or(0.0, |limit| rounds as f64 / limit as f64);
                let share = by_rounds.max(options.time_limit.map_or(0.0, |seconds| elapsed / seconds));
                context.report((share * 1000.0) as usize, 1000);
            }
            rounds += 1;
            let dearer = self.disturb(&mut random);
            let gained = self.improve(context)?;
            if dearer - gained > self.least_gain {
                self.back();
            }
            self.changes.clear();
        }
    }
}

/// The nearest place that was not visited, again and again.
fn nearest_next(distances: &Distances<'_>, near: &[u32], keep: usize, context: &Context) -> Result<Vec<u32>> {
    let size = distances.size();
    let mut left: Vec<u32> = (1..size as u32).collect();
    let mut visited = vec![false; size];
    let (mut order, mut here) = (vec![0_u32], 0_usize);
    visited[0] = true;
    while order.len() < size {
        context.check()?;
        let known = near[here * keep..(here + 1) * keep].iter().copied().find(|place| !visited[*place as usize]);
        let next = known.or_else(|| {
            left.retain(|place| !visited[*place as usize]);
            let by_cost = |a: &u32, b: &u32| {
                distances.between(here, *a as usize).total_cmp(&distances.between(here, *b as usize)).then(a.cmp(b))
            };
            left.iter().copied().min_by(by_cost)
        });
        let Some(next) = next else { break };
        visited[next as usize] = true;
        order.push(next);
        here = next as usize;
    }
    Ok(order)
}

/// Points in the order in which Hilbert's curve comes by.
fn along_a_curve(points: &[[f64; 2]]) -> Vec<u32> {
    const LEVELS: u32 = 20;
    let bounds = |axis: usize| {
        points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| {
            (low.min(point[axis]), high.max(point[axis]))
        })
    };
    let ((left, right), (low, high)) = (bounds(0), bounds(1));
    let side = (right - left).max(high - low).max(f64::MIN_POSITIVE);
    let cells = f64::from((1_u32 << LEVELS) - 1);
    let key = |point: &[f64; 2]| {
        let mut x = ((point[0] - left) / side * cells) as u32;
        let mut y = ((point[1] - low) / side * cells) as u32;
        let mut key = 0_u64;
        for level in (0..LEVELS).rev() {
            let (right, upper) = (x >> level & 1, y >> level & 1);
            key = (key << 2) | u64::from((3 * right) ^ upper);
            if upper == 0 {
                if right == 1 {
                    let mask = (1 << level) - 1;
                    (x, y) = (!x & mask, !y & mask);
                }
                (x, y) = (y, x);
            }
        }
        key
    };
    let mut order: Vec<(u64, u32)> = points.iter().map(key).zip(0..).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, place)| place).collect()
}
