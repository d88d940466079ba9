//! Routes that are being changed, and what makes a change cheap to judge.
use super::problem::{Problem, Segment};

/// In place of the route of a customer without one.
pub(super) const NONE: u32 = u32::MAX;

/// The customers of a vehicle in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Route {
    pub(super) stops: Vec<u32>,
    pub(super) load: f64,
    /// The ways, and the vehicle if it is used.
    pub(super) cost: f64,
}

/// One route for each vehicle, most of them empty at times.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) routes: Vec<Route>,
    pub(super) route_of: Vec<u32>,
    pub(super) position: Vec<u32>,
    /// From the depot to each customer, and from there back to it.
    before: Vec<Segment>,
    after: Vec<Segment>,
    /// Vehicles that are used, in no order, and where each stands there.
    pub(super) used: Vec<u32>,
    used_at: Vec<u32>,
    /// Vehicles that are not, by class.
    free: Vec<Vec<u32>>,
    pub(super) absent: Vec<u32>,
    /// All routes; without what the absent cost.
    pub(super) cost: f64,
}

impl State {
    /// Nobody is served.
    pub(super) fn empty(problem: &Problem<'_>) -> Self {
        let (size, vehicles) = (problem.size, problem.capacities.len());
        let mut free = vec![Vec::new(); problem.classes];
        for vehicle in (0..vehicles).rev() {
            free[problem.class_of[vehicle]].push(vehicle as u32);
        }
        Self {
            routes: vec![Route::default(); vehicles],
            route_of: vec![NONE; size],
            position: vec![0; size],
            before: vec![problem.own[0]; size],
            after: vec![problem.own[0]; size],
            used: Vec::new(),
            used_at: vec![NONE; vehicles],
            free,
            absent: (1..size as u32).collect(),
            cost: 0.0,
        }
    }

    /// From the depot to a place, which may be the depot.
    #[inline]
    pub(super) fn before(&self, place: usize) -> Segment {
        self.before[place]
    }

    /// From a place, which may be the depot, back to the depot.
    #[inline]
    pub(super) fn after(&self, place: usize) -> Segment {
        self.after[place]
    }

    /// The vehicle of a class that would be used next.
    pub(super) fn next_free(&self, class: usize) -> Option<usize> {
        self.free[class].last().map(|vehicle| *vehicle as usize)
    }

    /// Put what follows from the stops of a vehicle in order; false if the route is impossible.
    pub(super) fn refresh(&mut self, problem: &Problem<'_>, vehicle: usize) -> bool {
        let route = &mut self.routes[vehicle];
        self.cost -= route.cost;
        (route.load, route.cost) = (0.0, 0.0);
        let is_used = self.used_at[vehicle] != NONE;
        if route.stops.is_empty() {
            if is_used {
                self.release(problem, vehicle);
            }
            return true;
        }
        let mut sound = true;
        let (mut last, mut cost, mut load) = (0, problem.fixed, 0.0);
        let mut segment = problem.own[0];
        for (at, stop) in route.stops.iter().enumerate() {
            let place = *stop as usize;
            cost += problem.cost(last, place);
            load += problem.demands[place];
            match segment.then(problem.time(last, place), problem.own[place], problem.tolerance) {
                Some(longer) => segment = longer,
                None => sound = false,
            }
            self.before[place] = segment;
            (self.route_of[place], self.position[place]) = (vehicle as u32, at as u32);
            last = place;
        }
        cost += problem.cost(last, 0);
        let mut next = 0;
        segment = problem.own[0];
        for stop in route.stops.iter().rev() {
            let place = *stop as usize;
            match problem.own[place].then(problem.time(place, next), segment, problem.tolerance) {
                Some(longer) => segment = longer,
                None => sound = false,
            }
            self.after[place] = segment;
            next = place;
        }
        match problem.own[0].then(problem.time(0, next), segment, problem.tolerance) {
            Some(whole) => sound &= problem.is_short(whole),
            None => sound = false,
        }
        sound &= cost.is_finite() && problem.fits(vehicle, load);
        // A forbidden way must not stay in the sum when the route is changed again.
        (route.load, route.cost) = (load, if cost.is_finite() { cost } else { 0.0 });
        self.cost += route.cost;
        if !is_used {
            self.used_at[vehicle] = self.used.len() as u32;
            self.used.push(vehicle as u32);
            let free = &mut self.free[problem.class_of[vehicle]];
            if free.last() == Some(&(vehicle as u32)) {
                free.pop();
            } else {
                free.retain(|free| *free != vehicle as u32);
            }
        }
        sound
    }

    fn release(&mut self, problem: &Problem<'_>, vehicle: usize) {
        let at = self.used_at[vehicle] as usize;
        self.used.swap_remove(at);
        if let Some(moved) = self.used.get(at) {
            self.used_at[*moved as usize] = at as u32;
        }
        self.used_at[vehicle] = NONE;
        self.free[problem.class_of[vehicle]].push(vehicle as u32);
    }

    /// Put a customer who has no route into one.
    pub(super) fn insert(&mut self, problem: &Problem<'_>, vehicle: usize, at: usize, place: usize) -> bool {
        self.routes[vehicle].stops.insert(at, place as u32);
        self.refresh(problem, vehicle)
    }

    /// The sum of routes, summed anew: what is added and taken away over and over drifts.
    pub(super) fn settle(&mut self) {
        self.cost = self.used.iter().map(|vehicle| self.routes[*vehicle as usize].cost).sum();
    }
}
