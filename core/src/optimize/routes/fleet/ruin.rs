//! Taking strings of neighbouring customers out of their routes and putting them back.
use super::problem::Problem;
use super::state::{NONE, Route, State};
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;

/// Customers taken out per round, on average.
const REMOVED: f64 = 10.0;
/// The longest string.
const LONGEST: f64 = 10.0;
/// How often a string keeps some customers in its middle.
const SPLIT: f64 = 0.5;
/// How often one more of them is kept.
const LONGER_SPLIT: f64 = 0.01;
/// One place in so many is not seen when the best is looked for.
const BLINK: f64 = 100.0;
/// Neighbours by which strings are found.
const NEIGHBOURS: usize = 400;
/// Customers up to which all routes are looked at, and the neighbours whose routes are looked at beyond.
const ALL_ROUTES: usize = 600;
const NEAR: usize = 60;
/// So few routes among the neighbours and all are looked at: there are not many yet.
const FEW_ROUTES: usize = 3;
/// How often a customer is served although that costs more than the penalty.
const SERVED_ANYWAY: f64 = 0.1;

/// A whole number below `count`.
pub(super) fn below(random: &mut Random, count: usize) -> usize {
    ((u128::from(random.bits()) * count as u128) >> 64) as usize
}

/// What a change has to give back when it is not kept.
#[derive(Debug, Default)]
struct Undo {
    routes: Vec<(usize, Route)>,
    count: usize,
    absent: Vec<u32>,
    cost: f64,
}

/// The two halves of a round, and the way back.
#[derive(Debug)]
pub(super) struct Shaker {
    pub(super) random: Random,
    /// Customers by how near they are, for each.
    near: Vec<Vec<u32>>,
    undo: Undo,
    touched: Vec<bool>,
    blink: usize,
    order: Vec<(f64, u32)>,
    candidates: Vec<u32>,
    marked: Vec<bool>,
    /// The most vehicles that may be used.
    pub(super) most: usize,
}

impl Shaker {
    pub(super) fn new(problem: &Problem<'_>, seed: u64, context: &Context) -> Result<Self> {
        let size = problem.size;
        let keep = NEIGHBOURS.min(size.saturating_sub(2));
        let mut near = vec![Vec::new()];
        let mut row: Vec<(f64, u32)> = Vec::new();
        for place in 1..size {
            context.check()?;
            row.clear();
            let others = (1..size).filter(|other| *other != place);
            row.extend(others.map(|other| {
                let (there, back) = (problem.cost(place, other), problem.cost(other, place));
                (if there.is_finite() && back.is_finite() { there + back } else { 2.0 * there.min(back) }, other as u32)
            }));
            let order = |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
            if keep < row.len() {
                row.select_nth_unstable_by(keep, order);
                row.truncate(keep);
            }
            row.sort_unstable_by(order);
            near.push(row.iter().map(|(_, other)| *other).collect());
        }
        let vehicles = problem.capacities.len();
        Ok(Self {
            random: Random::new(seed),
            near,
            undo: Undo::default(),
            touched: vec![false; vehicles],
            blink: 0,
            order: Vec::new(),
            candidates: Vec::new(),
            marked: vec![false; vehicles],
            most: vehicles,
        })
    }

    /// Remember the state as it is: [`back`](Self::back) leads there.
    pub(super) fn begin(&mut self, state: &State) {
        for (vehicle, _) in &self.undo.routes[..self.undo.count] {
            self.touched[*vehicle] = false;
        }
        self.undo.count = 0;
        self.undo.absent.clone_from(&state.absent);
        self.undo.cost = state.cost;
    }

    /// Remember a route before it is changed.
    fn touch(&mut self, state: &State, vehicle: usize) {
        if std::mem::replace(&mut self.touched[vehicle], true) {
            return;
        }
        if self.undo.count == self.undo.routes.len() {
            self.undo.routes.push((vehicle, Route::default()));
        }
        let (at, saved) = &mut self.undo.routes[self.undo.count];
        *at = vehicle;
        saved.stops.clone_from(&state.routes[vehicle].stops);
        self.undo.count += 1;
    }

    /// Undo what was changed since [`begin`](Self::begin).
    pub(super) fn back(&mut self, problem: &Problem<'_>, state: &mut State) {
        for (vehicle, saved) in &self.undo.routes[..self.undo.count] {
            state.routes[*vehicle].stops.clone_from(&saved.stops);
        }
        state.absent.clone_from(&self.undo.absent);
        for place in &state.absent {
            state.route_of[*place as usize] = NONE;
        }
        for at in 0..self.undo.count {
            let vehicle = self.undo.routes[at].0;
            state.refresh(problem, vehicle);
        }
        state.cost = self.undo.cost;
    }

    /// Take strings of customers near a random one out of their routes.
    pub(super) fn ruin(&mut self, problem: &Problem<'_>, state: &mut State) {
        let customers = problem.size - 1;
        let served = customers - state.absent.len();
        if served == 0 {
            return;
        }
        let mean = served as f64 / state.used.len() as f64;
        let longest = LONGEST.min(mean);
        let strings = 4.0 * REMOVED.min(customers as f64) / (1.0 + longest) - 1.0;
        let strings = (1.0 + self.random.uniform() * strings.max(0.0)) as usize;
        let seed = 1 + below(&mut self.random, customers);
        self.ruin_at(problem, state, seed);
        let mut ruined = self.undo.count;
        for at in 0..self.near[seed].len() {
            if ruined >= strings {
                break;
            }
            let place = self.near[seed][at] as usize;
            self.ruin_at(problem, state, place);
            ruined = self.undo.count;
        }
    }

    /// Take a string with this customer out of its route, unless that was done already.
    fn ruin_at(&mut self, problem: &Problem<'_>, state: &mut State, place: usize) {
        let vehicle = state.route_of[place];
        if vehicle == NONE || self.touched[vehicle as usize] {
            return;
        }
        let (vehicle, position) = (vehicle as usize, state.position[place] as usize);
        self.touch(state, vehicle);
        let count = state.routes[vehicle].stops.len();
        let mean = (problem.size - 1 - state.absent.len()) as f64 / state.used.len() as f64;
        let most = LONGEST.min(mean).min(count as f64).max(1.0);
        let length = ((1.0 + self.random.uniform() * most) as usize).min(count);
        let mut kept = 0;
        if length > 1 && length < count && self.random.uniform() < SPLIT {
            kept = 1;
            while length + kept < count && self.random.uniform() < LONGER_SPLIT {
                kept += 1;
            }
        }
        let window = length + kept;
        let (first, last) = ((position + 1).saturating_sub(window), position.min(count - window));
        let begin = first + below(&mut self.random, last - first + 1);
        let hole = if kept > 0 { begin + 1 + below(&mut self.random, length - 1) } else { begin + window };
        let mut at = 0;
        let State { routes, route_of, absent, .. } = state;
        routes[vehicle].stops.retain(|stop| {
            let removed = (begin..begin + window).contains(&at) && !(hole..hole + kept).contains(&at);
            at += 1;
            if removed {
                route_of[*stop as usize] = NONE;
                absent.push(*stop);
            }
            !removed
        });
        if !state.refresh(problem, vehicle) {
            // A way that is left is forbidden, or longer than over those taken out: the rest goes too.
            self.clear(problem, state, vehicle);
        }
    }

    /// Take all customers out of a route.
    pub(super) fn clear(&mut self, problem: &Problem<'_>, state: &mut State, vehicle: usize) {
        self.touch(state, vehicle);
        let State { routes, route_of, absent, .. } = state;
        for stop in routes[vehicle].stops.drain(..) {
            route_of[stop as usize] = NONE;
            absent.push(stop);
        }
        state.refresh(problem, vehicle);
    }

    /// Put the absent back, one after another, each where it is cheapest; who fits nowhere stays absent.
    pub(super) fn recreate(&mut self, problem: &Problem<'_>, state: &mut State, context: &Context) -> Result<()> {
        let kind = below(&mut self.random, 17);
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        for place in state.absent.drain(..) {
            let own = problem.own[place as usize];
            let depot = problem.cost(0, place as usize) + problem.cost(place as usize, 0);
            let key = match kind {
                0..4 => self.random.uniform(),
                4..8 => -problem.demands[place as usize],
                8..10 => -depot,
                10 => depot,
                11..13 => own.late - own.early,
                13..15 => own.early,
                _ => -own.late,
            };
            order.push((key, place));
        }
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (_, place) in &order {
            context.check()?;
            let place = *place as usize;
            match self.best_place(problem, state, place) {
                Some((vehicle, at)) => {
                    self.touch(state, vehicle);
                    state.insert(problem, vehicle, at, place);
                }
                None => state.absent.push(place as u32),
            }
        }
        self.order = order;
        Ok(())
    }

    /// Whether this place is not seen.
    #[inline]
    fn blinks(&mut self) -> bool {
        if self.blink == 0 {
            self.blink = (-BLINK * self.random.uniform().ln()) as usize + 1;
        }
        self.blink -= 1;
        self.blink == 0
    }

    /// The vehicle and the position where a customer costs least, as far as is seen.
    fn best_place(&mut self, problem: &Problem<'_>, state: &State, place: usize) -> Option<(usize, usize)> {
        let penalty = problem.penalties[place];
        let mut best = f64::INFINITY;
        if penalty.is_finite() && self.random.uniform() >= SERVED_ANYWAY {
            best = penalty;
        }
        let mut found = None;
        if state.used.len() < self.most
            && let Some(vehicle) = self.new_vehicle(problem, state, place)
        {
            let cost = problem.cost(0, place) + problem.cost(place, 0) + problem.fixed;
            let alone = || problem.segment([0, place, 0]).is_some_and(|route| problem.is_short(route));
            if cost < best && alone() && !self.blinks() {
                (best, found) = (cost, Some((vehicle, 0)));
            }
        }
        if problem.size <= ALL_ROUTES {
            for vehicle in &state.used {
                self.best_in(problem, state, place, *vehicle as usize, &mut best, &mut found);
            }
        } else {
            self.candidates.clear();
            for other in self.near[place].iter().take(NEAR) {
                let vehicle = state.route_of[*other as usize];
                if vehicle != NONE && !std::mem::replace(&mut self.marked[vehicle as usize], true) {
                    self.candidates.push(vehicle);
                }
            }
            let candidates = std::mem::take(&mut self.candidates);
            for vehicle in &candidates {
                self.marked[*vehicle as usize] = false;
                self.best_in(problem, state, place, *vehicle as usize, &mut best, &mut found);
            }
            let candidates_are_few = candidates.len() < FEW_ROUTES;
            self.candidates = candidates;
            if candidates_are_few || found.is_none() && penalty.is_infinite() {
                for vehicle in &state.used {
                    self.best_in(problem, state, place, *vehicle as usize, &mut best, &mut found);
                }
            }
        }
        found
    }

    /// As [`best_place`](Self::best_place), in one route.
    #[inline]
    fn best_in(
        &mut self,
        problem: &Problem<'_>,
        state: &State,
        place: usize,
        vehicle: usize,
        best: &mut f64,
        found: &mut Option<(usize, usize)>,
    ) {
        let route = &state.routes[vehicle];
        if !problem.fits(vehicle, route.load + problem.demands[place]) {
            return;
        }
        let own = problem.own[place];
        let mut last = 0;
        for at in 0..=route.stops.len() {
            let next = route.stops.get(at).map_or(0, |stop| *stop as usize);
            let way = problem.cost(last, place);
            let cost = way + problem.cost(place, next) - problem.cost(last, next);
            if cost < *best && !self.blinks() {
                let before = state.before(last);
                if before.early + before.duration > own.late + problem.tolerance {
                    // Later places of the route are left later still.
                    return;
                }
                let there = before.then(problem.time(last, place), own, problem.tolerance);
                let whole =
                    there.and_then(|there| there.then(problem.time(place, next), state.after(next), problem.tolerance));
                if whole.is_some_and(|whole| problem.is_short(whole)) {
                    (*best, *found) = (cost, Some((vehicle, at)));
                }
            }
            last = next;
        }
    }

    /// A vehicle that is not used yet and carries the customer.
    fn new_vehicle(&mut self, problem: &Problem<'_>, state: &State, place: usize) -> Option<usize> {
        let demand = problem.demands[place];
        let fitting = |class: usize| state.next_free(class).filter(|vehicle| problem.fits(*vehicle, demand));
        if problem.classes == 1 {
            return fitting(0);
        }
        let choice = below(&mut self.random, problem.classes);
        (choice..problem.classes).find_map(fitting).or_else(|| (0..choice).rev().find_map(fitting))
    }
}
