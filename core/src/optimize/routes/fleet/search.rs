//! The search: a first plan, fewer vehicles where they cost, then rounds that cool down.
use std::time::Instant;

use super::improve::Polish;
use super::options::PlanRoutes;
use super::problem::Problem;
use super::result::RouteRecord;
use super::ruin::{Shaker, below};
use super::state::State;
use crate::Context;
use crate::error::{Result, bail};

/// The temperature at the beginning and the end, as a share of the mean cost of a way in the first plan.
const HOT: f64 = 2.0;
const COLD: f64 = 0.01;
/// The share of the search after which the number of vehicles is left as it is.
const FLEET_SHARE: f64 = 0.2;
/// Rounds between two looks at the clock, and between sums made anew.
const LOOK: u64 = 16;
const SETTLE: u64 = 1 << 12;

/// When to stop, and how far it is until then.
struct Clock {
    start: Instant,
    rounds: u64,
    limit: Option<u64>,
    seconds: Option<f64>,
    share: f64,
}

impl Clock {
    /// One more round: how much of the search is done.
    fn tick(&mut self, context: &Context) -> Result<f64> {
        context.check()?;
        self.rounds += 1;
        if let Some(limit) = self.limit {
            self.share = self.share.max(self.rounds as f64 / limit as f64);
        }
        if self.rounds % LOOK == 1 {
            if let Some(seconds) = self.seconds {
                self.share = self.share.max(self.start.elapsed().as_secs_f64() / seconds);
            }
            context.report((self.share.min(1.0) * 1000.0) as usize, 1000);
        }
        Ok(self.share)
    }
}

/// The best plan that was found, and how.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) state: State,
    pub(super) history: Vec<RouteRecord>,
    pub(super) rounds: u64,
    pub(super) seconds: f64,
}

struct Search<'a, 'p> {
    problem: &'a Problem<'p>,
    context: &'a Context,
    shaker: Shaker,
    polish: Polish,
    clock: Clock,
    best: State,
    best_value: f64,
    history: Vec<RouteRecord>,
}

/// Search until the limits of the options.
///
/// # Errors
/// `did_not_converge` where no plan with all who must be served was found; `cancelled`.
pub(super) fn search(problem: &Problem<'_>, options: &PlanRoutes, bound: f64, context: &Context) -> Result<Found> {
    let start = Instant::now();
    let mut shaker = Shaker::new(problem, context.seed(), context)?;
    let mut state = State::empty(problem);
    shaker.begin(&state);
    shaker.recreate(problem, &mut state, context)?;
    let clock = Clock { start, rounds: 0, limit: options.limit(), seconds: options.time_limit, share: 0.0 };
    let mut search = Search {
        problem,
        context,
        shaker,
        polish: Polish::new(problem),
        clock,
        best: state.clone(),
        best_value: f64::INFINITY,
        history: Vec::new(),
    };
    if problem.size > 1 {
        search.fleet()?;
        search.anneal(bound)?;
    }
    let Search { best, history, clock, .. } = search;
    context.report(1, 1);
    Ok(Found { state: best, history, rounds: clock.rounds, seconds: start.elapsed().as_secs_f64() })
}

impl Search<'_, '_> {
    /// What a state costs, with the penalties of those unserved; `inf` where someone must be served.
    fn value(&self, state: &State) -> f64 {
        state.cost + state.absent.iter().map(|place| self.problem.penalties[*place as usize]).sum::<f64>()
    }

    /// The customers who must be served and are not.
    fn missing<'s>(&'s self, state: &'s State) -> impl Iterator<Item = usize> + 's {
        let absent = state.absent.iter().map(|place| *place as usize);
        absent.filter(|place| self.problem.penalties[*place].is_infinite())
    }

    /// Keep a state if it is the best so far.
    fn keep(&mut self, state: &State) -> bool {
        let value = self.value(state);
        let better = value < self.best_value;
        if better {
            self.best.clone_from(state);
            self.best_value = value;
            let seconds = self.clock.start.elapsed().as_secs_f64();
            self.history.push(RouteRecord { round: self.clock.rounds, seconds, cost: value });
        }
        better
    }

    /// A plan with everyone who must be served, and with fewer vehicles as long as they cost something.
    fn fleet(&mut self) -> Result<()> {
        let mut state = self.best.clone();
        let mut absences = vec![0.0; self.problem.size];
        if self.missing(&state).next().is_some() && !self.squeeze(&mut state, &mut absences, 1.0)? {
            let missing: Vec<usize> = self.missing(&state).collect();
            let (named, vehicles) = (self.problem.named(&missing), self.problem.capacities.len());
            bail!(
                DidNotConverge,
                "no plan with everyone was found for {vehicles} vehicles: {named} left out; allow more vehicles or rounds, \
                 or give penalties"
            );
        }
        self.keep(&state);
        if self.problem.fixed > 0.0 {
            while state.used.len() > 1 && self.clock.share < FLEET_SHARE {
                self.shaker.most = state.used.len() - 1;
                let missed = |vehicle: &u32| {
                    state.routes[*vehicle as usize].stops.iter().map(|stop| absences[*stop as usize]).sum::<f64>()
                };
                let Some(vehicle) = state.used.iter().copied().min_by(|a, b| missed(a).total_cmp(&missed(b))) else {
                    break;
                };
                self.shaker.begin(&state);
                self.shaker.clear(self.problem, &mut state, vehicle as usize);
                self.shaker.recreate(self.problem, &mut state, self.context)?;
                if !self.squeeze(&mut state, &mut absences, FLEET_SHARE)? {
                    break;
                }
                self.keep(&state);
            }
            self.shaker.most = self.problem.capacities.len();
        }
        Ok(())
    }

    /// Rounds until everyone who must be served is, up to a share of the search: whether it came to that.
    ///
    /// Those left out again and again weigh more than others, so that they change places with them.
    fn squeeze(&mut self, state: &mut State, absences: &mut [f64], share: f64) -> Result<bool> {
        let weigh = |search: &Self, state: &State, absences: &[f64]| -> (usize, f64) {
            search.missing(state).fold((0, 0.0), |(count, sum), place| (count + 1, sum + absences[place]))
        };
        let (mut count, mut weight) = weigh(self, state, absences);
        while count > 0 {
            if self.clock.tick(self.context)? >= share {
                return Ok(false);
            }
            self.shaker.begin(state);
            let before = self.value_of_optional(state);
            self.shaker.ruin(self.problem, state);
            self.shaker.recreate(self.problem, state, self.context)?;
            let (new_count, new_weight) = weigh(self, state, absences);
            let missing: Vec<usize> = self.missing(state).collect();
            let same = new_count == count && new_weight <= weight && self.value_of_optional(state) < before;
            if new_count < count || new_weight < weight || same {
                count = new_count;
                weight = new_weight;
            } else {
                self.shaker.back(self.problem, state);
            }
            for place in missing {
                absences[place] += 1.0;
            }
            weight = weigh(self, state, absences).1.max(weight);
        }
        Ok(true)
    }

    /// What a state costs apart from those who must be served and are not.
    fn value_of_optional(&self, state: &State) -> f64 {
        let penalties = state.absent.iter().map(|place| self.problem.penalties[*place as usize]);
        state.cost + penalties.filter(|penalty| penalty.is_finite()).sum::<f64>()
    }

    /// Rounds that accept a worse plan ever more seldom.
    fn anneal(&mut self, bound: f64) -> Result<()> {
        let mut state = self.best.clone();
        let problem = self.problem;
        let mut value = self.value(&state);
        let ways = (problem.size - 1 - state.absent.len() + state.used.len()).max(1);
        let travel = state.cost - problem.fixed * state.used.len() as f64;
        let scale = (travel.abs() / ways as f64).max(1e-12 * value.abs()).max(f64::MIN_POSITIVE);
        let within = 1e-9 * value.abs();
        loop {
            let share = self.clock.tick(self.context)?;
            if share >= 1.0 || self.best_value <= bound + within {
                break;
            }
            let temperature = scale * HOT * (COLD / HOT).powf(share);
            self.shaker.begin(&state);
            if self.clock.rounds.is_multiple_of(64) && state.used.len() > 1 {
                let at = below(&mut self.shaker.random, state.used.len());
                let vehicle = state.used[at] as usize;
                self.shaker.clear(problem, &mut state, vehicle);
            } else {
                self.shaker.ruin(problem, &mut state);
            }
            self.shaker.recreate(problem, &mut state, self.context)?;
            let new = self.value(&state);
            if new < value - temperature * self.shaker.random.uniform().ln() {
                value = new;
                if new < self.best_value && self.polish.run(problem, &mut state, self.context)? {
                    value = self.value(&state);
                }
                self.keep(&state);
            } else {
                self.shaker.back(problem, &mut state);
            }
            if self.clock.rounds.is_multiple_of(SETTLE) {
                state.settle();
                value = self.value(&state);
            }
        }
        Ok(())
    }
}
