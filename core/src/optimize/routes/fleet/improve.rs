//! Moving, exchanging and turning pieces of routes until nothing of that is cheaper.
use super::problem::{Problem, Segment};
use super::state::State;
use crate::Context;
use crate::error::Result;

/// The longest piece that changes its route.
const PIECE: usize = 3;
/// Stops up to which a route is polished: looking at all pairs of them takes longer than rounds of the search are worth.
const LARGEST: usize = 200;

/// A change that makes routes cheaper.
#[derive(Clone, Copy, Debug)]
enum Change {
    /// Pieces `first` and `second`, begin and end, of two routes change places.
    Exchange { first: (usize, usize), second: (usize, usize) },
    /// What stands from the two positions on changes places.
    Tails(usize, usize),
}

/// What is known about routes from before: those that were looked at and have not changed need not be again.
#[derive(Debug)]
pub(super) struct Polish {
    known: Vec<Vec<u32>>,
    trial: Vec<u32>,
    loads: Vec<f64>,
}

impl Polish {
    pub(super) fn new(problem: &Problem<'_>) -> Self {
        Self { known: vec![Vec::new(); problem.capacities.len()], trial: Vec::new(), loads: vec![0.0; problem.size] }
    }

    /// Improve all routes: whether any was changed.
    pub(super) fn run(&mut self, problem: &Problem<'_>, state: &mut State, context: &Context) -> Result<bool> {
        let mut changed = false;
        let mut used: Vec<usize> = state.used.iter().map(|vehicle| *vehicle as usize).collect();
        used.sort_unstable();
        let mut fresh: Vec<bool> =
            used.iter().map(|vehicle| self.known[*vehicle] != state.routes[*vehicle].stops).collect();
        while fresh.contains(&true) {
            let looked_at = std::mem::replace(&mut fresh, vec![false; used.len()]);
            for (at, &vehicle) in used.iter().enumerate() {
                if looked_at[at] && self.within(problem, state, vehicle, context)? {
                    (fresh[at], changed) = (true, true);
                }
            }
            for first in 0..used.len() {
                for second in first + 1..used.len() {
                    if !(looked_at[first] || looked_at[second] || fresh[first] || fresh[second]) {
                        continue;
                    }
                    context.check()?;
                    if self.between(problem, state, used[first], used[second]) {
                        (fresh[first], fresh[second], changed) = (true, true, true);
                    }
                }
            }
        }
        for vehicle in used {
            self.known[vehicle].clone_from(&state.routes[vehicle].stops);
        }
        Ok(changed)
    }

    /// Move or turn pieces inside a route while that is cheaper.
    fn within(&mut self, problem: &Problem<'_>, state: &mut State, vehicle: usize, context: &Context) -> Result<bool> {
        let mut changed = false;
        'again: loop {
            context.check()?;
            let stops = &state.routes[vehicle].stops.clone();
            let count = stops.len();
            if count > LARGEST {
                return Ok(changed);
            }
            let at = |position: usize| if position == 0 || position > count { 0 } else { stops[position - 1] as usize };
            let gain_needed = 1e-9 * state.routes[vehicle].cost.abs();
            for begin in 1..=count {
                for end in begin..=count {
                    // Turned in its place: the ways inside may cost something else backwards.
                    if end > begin {
                        let outside = problem.cost(at(begin - 1), at(end)) + problem.cost(at(begin), at(end + 1))
                            - problem.cost(at(begin - 1), at(begin))
                            - problem.cost(at(end), at(end + 1));
                        let inside = || -> f64 {
                            (begin..end).map(|p| problem.cost(at(p + 1), at(p)) - problem.cost(at(p), at(p + 1))).sum()
                        };
                        if outside < -gain_needed && outside + inside() < -gain_needed {
                            self.trial.clone_from(stops);
                            self.trial[begin - 1..end].reverse();
                            if self.accept(problem, state, vehicle) {
                                changed = true;
                                continue 'again;
                            }
                        }
                    }
                    if end - begin >= PIECE {
                        continue;
                    }
                    let out = problem.cost(at(begin - 1), at(end + 1))
                        - problem.cost(at(begin - 1), at(begin))
                        - problem.cost(at(end), at(end + 1));
                    for gap in (0..=count).filter(|gap| *gap + 1 < begin || *gap > end) {
                        let enter = problem.cost(at(gap), at(begin)) + problem.cost(at(end), at(gap + 1))
                            - problem.cost(at(gap), at(gap + 1));
                        if out + enter < -gain_needed {
                            self.trial.clone_from(stops);
                            let length = end - begin + 1;
                            if gap < begin {
                                self.trial[gap..end].rotate_right(length);
                            } else {
                                self.trial[begin - 1..gap].rotate_left(length);
                            }
                            if self.accept(problem, state, vehicle) {
                                changed = true;
                                continue 'again;
                            }
                        }
                    }
                }
            }
            return Ok(changed);
        }
    }

    /// Take the trial as the route if it is possible.
    fn accept(&mut self, problem: &Problem<'_>, state: &mut State, vehicle: usize) -> bool {
        let places = self.trial.iter().map(|stop| *stop as usize);
        let whole = problem.segment(std::iter::once(0).chain(places).chain(std::iter::once(0)));
        if !whole.is_some_and(|whole| problem.is_short(whole)) {
            return false;
        }
        let before = state.routes[vehicle].cost;
        let old = std::mem::replace(&mut state.routes[vehicle].stops, self.trial.clone());
        if state.refresh(problem, vehicle) && state.routes[vehicle].cost < before {
            return true;
        }
        state.routes[vehicle].stops = old;
        state.refresh(problem, vehicle);
        false
    }

    /// Exchange pieces or tails of two routes while that is cheaper.
    fn between(&mut self, problem: &Problem<'_>, state: &mut State, first: usize, second: usize) -> bool {
        let mut changed = false;
        while let Some(change) = self.better(problem, state, first, second) {
            let mut one = std::mem::take(&mut state.routes[first].stops);
            let mut other = std::mem::take(&mut state.routes[second].stops);
            let (kept, kept_other) = (one.clone(), other.clone());
            match change {
                Change::Tails(at, other_at) => {
                    let tail = one.split_off(at);
                    one.extend(other.drain(other_at..));
                    other.extend(tail);
                }
                Change::Exchange { first: (begin, end), second: (other_begin, other_end) } => {
                    let piece: Vec<u32> = one[begin..end].to_vec();
                    let other_piece: Vec<u32> = other.splice(other_begin..other_end, piece).collect();
                    one.splice(begin..end, other_piece);
                }
            }
            (state.routes[first].stops, state.routes[second].stops) = (one, other);
            let before = state.cost;
            let sound = state.refresh(problem, first) & state.refresh(problem, second);
            if !(sound && state.cost < before) {
                // Rounding made it look better than it is.
                (state.routes[first].stops, state.routes[second].stops) = (kept, kept_other);
                state.refresh(problem, first);
                state.refresh(problem, second);
                return changed;
            }
            changed = true;
        }
        changed
    }

    /// The first change of two routes that makes them cheaper.
    fn better(&mut self, problem: &Problem<'_>, state: &State, first: usize, second: usize) -> Option<Change> {
        let (one, other) = (&state.routes[first], &state.routes[second]);
        if one.stops.is_empty() || other.stops.is_empty() || one.stops.len().max(other.stops.len()) > LARGEST {
            return None;
        }
        let needed = -1e-9 * (one.cost.abs() + other.cost.abs());
        for route in [one, other] {
            let mut load = 0.0;
            for stop in &route.stops {
                load += problem.demands[*stop as usize];
                self.loads[*stop as usize] = load;
            }
        }
        let place = |stops: &[u32], at: usize| stops.get(at).map_or(0, |stop| *stop as usize);
        let last = |stops: &[u32], at: usize| if at == 0 { 0 } else { stops[at - 1] as usize };
        let carried = |place: usize| if place == 0 { 0.0 } else { self.loads[place] };
        for at in 0..=one.stops.len() {
            let (from, to) = (last(&one.stops, at), place(&one.stops, at));
            for other_at in 0..=other.stops.len() {
                let (other_from, other_to) = (last(&other.stops, other_at), place(&other.stops, other_at));
                let tails = way(problem, from, &[], other_to) + way(problem, other_from, &[], to)
                    - way(problem, from, &[], to)
                    - way(problem, other_from, &[], other_to);
                if tails < needed {
                    let load = carried(from) + other.load - carried(other_from);
                    let other_load = carried(other_from) + one.load - carried(from);
                    let fits = problem.fits(first, load) && problem.fits(second, other_load);
                    if fits && link(problem, state, from, other_to) && link(problem, state, other_from, to) {
                        return Some(Change::Tails(at, other_at));
                    }
                }
                for end in at..=(at + PIECE).min(one.stops.len()) {
                    let next = place(&one.stops, end);
                    let gone = carried(last(&one.stops, end)) - carried(from);
                    for other_end in other_at..=(other_at + PIECE).min(other.stops.len()) {
                        if end == at && other_end == other_at {
                            continue;
                        }
                        let pieces = (&one.stops[at..end], &other.stops[other_at..other_end]);
                        let other_next = place(&other.stops, other_end);
                        let cost = way(problem, from, pieces.1, next) + way(problem, other_from, pieces.0, other_next)
                            - way(problem, from, pieces.0, next)
                            - way(problem, other_from, pieces.1, other_next);
                        if cost >= needed {
                            continue;
                        }
                        let come = carried(last(&other.stops, other_end)) - carried(other_from);
                        let fits = problem.fits(first, one.load - gone + come)
                            && problem.fits(second, other.load - come + gone);
                        if fits
                            && joined(problem, state, from, pieces.1, next)
                            && joined(problem, state, other_from, pieces.0, other_next)
                        {
                            return Some(Change::Exchange { first: (at, end), second: (other_at, other_end) });
                        }
                    }
                }
            }
        }
        None
    }
}

/// The ends of a way that leads over a piece of another route, without the ways inside the piece.
fn way(problem: &Problem<'_>, from: usize, piece: &[u32], to: usize) -> f64 {
    match (piece.first(), piece.last()) {
        (Some(first), Some(last)) => problem.cost(from, *first as usize) + problem.cost(*last as usize, to),
        _ if from == 0 && to == 0 => -problem.fixed,
        _ => problem.cost(from, to),
    }
}

/// Whether one can go from the first places of a route to the last of another.
fn link(problem: &Problem<'_>, state: &State, from: usize, to: usize) -> bool {
    if from == 0 && to == 0 {
        return true;
    }
    let whole = state.before(from).then(problem.time(from, to), state.after(to), problem.tolerance);
    whole.is_some_and(|whole| problem.is_short(whole))
}

/// Whether one can go from the first places of a route over a piece to its last.
fn joined(problem: &Problem<'_>, state: &State, from: usize, piece: &[u32], to: usize) -> bool {
    if piece.is_empty() {
        return link(problem, state, from, to);
    }
    let mut segment: Segment = state.before(from);
    let mut last = from;
    for stop in piece {
        let place = *stop as usize;
        match segment.then(problem.time(last, place), problem.own[place], problem.tolerance) {
            Some(longer) => segment = longer,
            None => return false,
        }
        last = place;
    }
    let whole = segment.then(problem.time(last, to), state.after(to), problem.tolerance);
    whole.is_some_and(|whole| problem.is_short(whole))
}
