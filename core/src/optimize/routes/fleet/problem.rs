//! What is to be planned, judged and put in order: the depot is place 0 here.
use std::borrow::Cow;

use ndarray::ArrayView2;

use super::options::PlanRoutes;
use crate::Context;
use crate::error::{Code, Error, Result, bail, ensure};

/// The most places of a problem.
const LARGEST: usize = 5_000;

/// Places to be served: what going from one to another costs and takes, what each wants and when.
///
/// Place is the row and the column of every matrix; the depot is one of the places.
#[derive(Clone, Copy, Debug)]
pub struct RouteProblem<'a> {
    pub(super) costs: ArrayView2<'a, f64>,
    pub(super) times: Option<ArrayView2<'a, f64>>,
    pub(super) demands: &'a [f64],
    pub(super) windows: Option<ArrayView2<'a, f64>>,
    pub(super) service: &'a [f64],
    pub(super) penalties: &'a [f64],
}

impl<'a> RouteProblem<'a> {
    /// A problem with the costs of going from place to place, `[from, to]`; `inf` forbids a way. The diagonal is not looked at.
    #[must_use]
    pub fn new(costs: ArrayView2<'a, f64>) -> Self {
        Self { costs, times: None, demands: &[], windows: None, service: &[], penalties: &[] }
    }

    /// Set how long each way takes, `[from, to]`, 0 or more, `inf` where there is none. Default the costs.
    #[must_use]
    pub fn with_times(mut self, times: ArrayView2<'a, f64>) -> Self {
        self.times = Some(times);
        self
    }

    /// Set how much each place wants, 0 or more; that of the depot is not looked at. Default nothing.
    #[must_use]
    pub fn with_demands(mut self, demands: &'a [f64]) -> Self {
        self.demands = demands;
        self
    }

    /// Set when each place opens and closes, `[place, 2]`: service begins between the two, who comes early waits. Those of the
    /// depot are the earliest departure and the latest return. The closing may be `inf`. Default 0 and `inf`.
    #[must_use]
    pub fn with_windows(mut self, windows: ArrayView2<'a, f64>) -> Self {
        self.windows = Some(windows);
        self
    }

    /// Set how long each service takes, 0 or more; that of the depot is not looked at. Default 0.
    #[must_use]
    pub fn with_service(mut self, service: &'a [f64]) -> Self {
        self.service = service;
        self
    }

    /// Set what leaving each place unserved costs, 0 or more, `inf` where it must be served; that of the depot is not looked at.
    /// Default all must be served.
    #[must_use]
    pub fn with_penalties(mut self, penalties: &'a [f64]) -> Self {
        self.penalties = penalties;
        self
    }
}

/// Places one after the other, as they look from outside (Vidal, Crainic, Gendreau, Prins, *Computers & Operations Research*
/// 40, 2013): the least time that they take, and the earliest and the latest begin with which they take that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Segment {
    pub(super) duration: f64,
    pub(super) early: f64,
    pub(super) late: f64,
}

impl Segment {
    /// This segment, then `next`; none if that comes too late.
    #[inline]
    pub(super) fn then(self, travel: f64, next: Self, tolerance: f64) -> Option<Self> {
        let shift = self.duration + travel;
        if self.early + shift > next.late + tolerance {
            return None;
        }
        let begin = next.early - shift;
        let wait = (begin - self.late).max(0.0);
        Some(Self {
            duration: shift + next.duration + wait,
            early: begin.max(self.early) - wait,
            late: (next.late - shift).min(self.late),
        })
    }
}

/// A problem that can be worked on.
#[derive(Debug)]
pub(super) struct Problem<'a> {
    /// Places with the depot, which is 0.
    pub(super) size: usize,
    costs: Cow<'a, [f64]>,
    times: Option<Cow<'a, [f64]>>,
    pub(super) demands: Vec<f64>,
    /// Each place as a segment.
    pub(super) own: Vec<Segment>,
    /// The capacity of each vehicle.
    pub(super) capacities: Vec<f64>,
    /// The class of each vehicle; those of a class carry the same.
    pub(super) class_of: Vec<usize>,
    pub(super) classes: usize,
    pub(super) fixed: f64,
    pub(super) longest: f64,
    /// What leaving each place unserved costs; `inf` where it must be served.
    pub(super) penalties: Vec<f64>,
    /// The place of the caller.
    pub(super) places: Vec<usize>,
    /// By how much sums of times may be off.
    pub(super) tolerance: f64,
    /// By how much sums of loads may be off, as a share.
    pub(super) room: f64,
}

impl<'a> Problem<'a> {
    pub(super) fn of(input: &RouteProblem<'a>, options: &PlanRoutes, context: &Context) -> Result<Self> {
        Self::judged(input, options)?;
        let size = input.costs.nrows();
        let depot = options.depot;
        let places: Vec<usize> = std::iter::once(depot).chain((0..size).filter(|place| *place != depot)).collect();
        let mut costs = arranged(input.costs, &places);
        let times = input.times.map(|times| arranged(times, &places));
        if let Some(times) = &times
            && times.iter().zip(costs.iter()).any(|(time, cost)| time.is_infinite() && cost.is_finite())
        {
            let blocked = times.iter().zip(costs.iter());
            costs =
                Cow::Owned(blocked.map(|(time, cost)| if time.is_finite() { *cost } else { f64::INFINITY }).collect());
        }
        let pick = |values: &[f64]| -> Vec<f64> {
            let value =
                |(at, place): (usize, &usize)| if at == 0 { 0.0 } else { values.get(*place).copied().unwrap_or(0.0) };
            places.iter().enumerate().map(value).collect()
        };
        let (demands, service) = (pick(input.demands), pick(input.service));
        let window = |place: usize| input.windows.map_or((0.0, f64::INFINITY), |w| (w[[place, 0]], w[[place, 1]]));
        let segment = |(place, service): (&usize, &f64)| {
            let (early, late) = window(*place);
            Segment { duration: *service, early, late }
        };
        let own: Vec<Segment> = places.iter().zip(&service).map(segment).collect();
        let penalty = |place: &usize| input.penalties.get(*place).copied().unwrap_or(f64::INFINITY);
        let penalties = places.iter().map(penalty).collect();
        let capacities = if options.capacities.is_empty() {
            let count = options.most_vehicles.unwrap_or(size).min((size - 1).max(1));
            vec![options.capacity.unwrap_or(f64::INFINITY); count]
        } else {
            options.capacities.clone()
        };
        let mut kinds = capacities.clone();
        kinds.sort_by(f64::total_cmp);
        kinds.dedup();
        let class_of = capacities.iter().map(|capacity| kinds.partition_point(|kind| kind < capacity)).collect();
        let finite =
            |values: &mut dyn Iterator<Item = f64>| values.filter(|v| v.is_finite()).map(f64::abs).fold(0.0, f64::max);
        let way = finite(&mut times.as_ref().unwrap_or(&costs).iter().copied());
        let latest = finite(&mut own.iter().flat_map(|own| [own.early, own.late, own.duration]));
        let longest = options.longest_route.unwrap_or(f64::INFINITY);
        let problem = Self {
            size,
            costs,
            times,
            demands,
            own,
            class_of,
            classes: kinds.len(),
            capacities,
            fixed: options.fixed_cost,
            longest,
            penalties,
            places,
            tolerance: 1e-9 * way.max(latest),
            room: 1.0 + 1e-9,
        };
        problem.check_possible(context)?;
        Ok(problem)
    }

    /// Whether options and input make sense, alone and together.
    pub(super) fn judged(input: &RouteProblem<'_>, options: &PlanRoutes) -> Result<()> {
        options.validate()?;
        check_shapes(input, options)?;
        check_values(input)
    }

    #[inline]
    pub(super) fn cost(&self, from: usize, to: usize) -> f64 {
        self.costs[from * self.size + to]
    }

    #[inline]
    pub(super) fn time(&self, from: usize, to: usize) -> f64 {
        match &self.times {
            Some(times) => times[from * self.size + to],
            None => self.costs[from * self.size + to],
        }
    }

    /// Whether `load` fits into the vehicle.
    #[inline]
    pub(super) fn fits(&self, vehicle: usize, load: f64) -> bool {
        load <= self.capacities[vehicle] * self.room
    }

    /// Whether the segment of a whole route is short enough.
    #[inline]
    pub(super) fn is_short(&self, route: Segment) -> bool {
        route.duration <= self.longest + self.tolerance
    }

    /// The segment of places one after the other, with the depot where it is named.
    pub(super) fn segment(&self, places: impl IntoIterator<Item = usize>) -> Option<Segment> {
        let mut whole: Option<(Segment, usize)> = None;
        for place in places {
            let segment = match whole {
                None => self.own[place],
                Some((before, last)) => before.then(self.time(last, place), self.own[place], self.tolerance)?,
            };
            whole = Some((segment, place));
        }
        whole.map(|(segment, _)| segment)
    }

    /// Customers without whom nothing is to be done are found before anything is searched.
    fn check_possible(&self, context: &Context) -> Result<()> {
        let most = self.capacities.iter().copied().fold(0.0, f64::max);
        let must = |place: &usize| self.penalties[*place].is_infinite();
        let heavy: Vec<usize> =
            (1..self.size).filter(must).filter(|place| self.demands[*place] > most * self.room).collect();
        if let Some(&place) = heavy.first() {
            let named = self.named(&heavy);
            let demand = self.demands[place];
            bail!(
                InvalidData,
                "{named} cannot be served: the demand of the first, {demand}, is above every capacity ({most})"
            );
        }
        let alone = |place: &usize| {
            let there = self.cost(0, *place).is_finite() && self.cost(*place, 0).is_finite();
            there && self.segment([0, *place, 0]).is_some_and(|route| self.is_short(route))
        };
        if (1..self.size).filter(must).all(|place| alone(&place)) {
            return self.check_total();
        }
        // Ways through other places may be shorter than direct ones, so only what no way reaches is refused.
        let (there, back) = (self.reach(false, context)?, self.reach(true, context)?);
        let lost = |place: &usize| {
            let own = self.own[*place];
            let (begin, last) = (there[*place], -back[*place]);
            !begin.is_finite() || last == f64::NEG_INFINITY || begin > last.min(own.late) + self.tolerance
        };
        let lost: Vec<usize> = (1..self.size).filter(must).filter(lost).collect();
        if let Some(&place) = lost.first() {
            let (named, own, name) = (self.named(&lost), self.own[place], self.places[place]);
            let reason = if there[place].is_finite() {
                let (begin, last) = (there[place], (-back[place]).min(own.late));
                format!("service at place {name} begins at {begin} at the earliest and must begin by {last}")
            } else {
                format!("no way from the depot reaches place {name} in time (it closes at {})", own.late)
            };
            bail!(InvalidData, "{named} cannot be served: {reason}");
        }
        self.check_total()
    }

    fn check_total(&self) -> Result<()> {
        let must = (1..self.size).filter(|place| self.penalties[*place].is_infinite());
        let (wanted, room) = (must.map(|place| self.demands[place]).sum::<f64>(), self.capacities.iter().sum::<f64>());
        let vehicles = self.capacities.len();
        ensure!(
            wanted <= room * self.room,
            InvalidData,
            "the demands sum to {wanted}, but {vehicles} vehicles carry {room} together"
        );
        Ok(())
    }

    /// The earliest begin of service at each place over all ways from the depot, by Dijkstra's method; or, backwards, the
    /// negative of the latest begin from which the depot is reached in time. `inf` where there is no way.
    pub(super) fn reach(&self, backwards: bool, context: &Context) -> Result<Vec<f64>> {
        let mut best = vec![f64::INFINITY; self.size];
        let mut done = vec![false; self.size];
        best[0] = if backwards { -self.own[0].late } else { self.own[0].early };
        while let Some(from) = (0..self.size)
            .filter(|p| !done[*p] && best[*p] < f64::INFINITY)
            .min_by(|a, b| best[*a].total_cmp(&best[*b]))
        {
            context.check()?;
            done[from] = true;
            for to in (1..self.size).filter(|to| *to != from) {
                let (tail, head) = if backwards { (to, from) } else { (from, to) };
                if !self.cost(tail, head).is_finite() {
                    continue;
                }
                let (way, own) = (self.own[tail].duration + self.time(tail, head), self.own[to]);
                let (begin, end) = if backwards { (-own.late, -own.early) } else { (own.early, own.late) };
                let at = begin.max(best[from] + if tail == 0 { self.time(tail, head) } else { way });
                if at <= end + self.tolerance && at < best[to] {
                    best[to] = at;
                }
            }
        }
        Ok(best)
    }

    /// `place 4`, `places 4, 7 and 9`: at most ten of them, as the caller numbers them.
    pub(super) fn named(&self, places: &[usize]) -> String {
        let mut sorted: Vec<usize> = places.iter().map(|place| self.places[*place]).collect();
        sorted.sort_unstable();
        let shown: Vec<String> = sorted.iter().take(10).map(ToString::to_string).collect();
        match shown.as_slice() {
            [one] => format!("place {one}"),
            _ if sorted.len() > 10 => format!("places {} and {} more", shown.join(", "), sorted.len() - 10),
            [most @ .., last] => format!("places {} and {last}", most.join(", ")),
            [] => "no place".into(),
        }
    }
}

fn check_shapes(input: &RouteProblem<'_>, options: &PlanRoutes) -> Result<()> {
    let (size, columns) = input.costs.dim();
    ensure!(size == columns, InvalidData, "costs must be a square matrix, got {size} rows and {columns} columns");
    ensure!(size > 0, NotEnoughData, "there is no place, not even a depot");
    ensure!(size <= LARGEST, TooLarge, "{size} places are above the limit of {LARGEST}");
    let depot = options.depot;
    ensure!(depot < size, InvalidConfig, "depot is {depot}; there are places 0 to {}", size - 1);
    if let Some(times) = input.times {
        let (rows, columns) = times.dim();
        ensure!((rows, columns) == (size, size), InvalidData, "times are {rows} by {columns}, costs {size} by {size}");
    }
    if let Some(windows) = input.windows {
        let (rows, columns) = windows.dim();
        ensure!((rows, columns) == (size, 2), InvalidData, "windows are {rows} by {columns}, they must be {size} by 2");
    }
    let lengths =
        [("demands", input.demands.len()), ("service", input.service.len()), ("penalties", input.penalties.len())];
    for (name, count) in lengths {
        ensure!(count == 0 || count == size, InvalidData, "{count} {name} for {size} places");
    }
    Ok(())
}

fn check_values(input: &RouteProblem<'_>) -> Result<()> {
    let way = |name: &str, (from, to): (usize, usize), value: f64, allowed: &str| {
        Error::new(Code::InvalidData, format!("{name}[{from}, {to}] is {value}; {allowed}"))
    };
    let ways = |matrix: ArrayView2<'_, f64>, name: &str, lowest: f64, allowed: &str| -> Result<()> {
        let wrong =
            matrix.indexed_iter().find(|((from, to), value)| from != to && (value.is_nan() || **value < lowest));
        wrong.map_or(Ok(()), |(at, value)| Err(way(name, at, *value, allowed)))
    };
    ways(input.costs, "costs", f64::MIN, "a cost is a number, or inf for no way")?;
    match input.times {
        Some(times) => ways(times, "times", 0.0, "a time is 0 or more, or inf for no way")?,
        None => ways(input.costs, "costs", 0.0, "costs that serve as times, for want of times, are 0 or more")?,
    }
    for (name, values) in [("demands", input.demands), ("service", input.service)] {
        for (place, value) in values.iter().enumerate() {
            let sound = *value >= 0.0 && value.is_finite();
            ensure!(sound, InvalidData, "{name}[{place}] is {value}, it must be a number of 0 or more");
        }
    }
    for (place, penalty) in input.penalties.iter().enumerate() {
        ensure!(*penalty >= 0.0, InvalidData, "penalties[{place}] is {penalty}, it must be 0 or more, or inf");
    }
    for (place, window) in input.windows.iter().flat_map(|windows| windows.rows().into_iter().enumerate()) {
        let (opens, closes) = (window[0], window[1]);
        ensure!(opens.is_finite(), InvalidData, "place {place} opens at {opens}, which must be a number");
        ensure!(closes >= opens, InvalidData, "place {place} opens at {opens} and closes at {closes}, before that");
    }
    Ok(())
}

/// The matrix with its rows and columns in the order of `places`, without a copy where they are.
fn arranged<'a>(matrix: ArrayView2<'a, f64>, places: &[usize]) -> Cow<'a, [f64]> {
    match matrix.to_slice() {
        Some(values) if places.first() == Some(&0) => Cow::Borrowed(values),
        _ => Cow::Owned(places.iter().flat_map(|from| places.iter().map(|to| matrix[[*from, *to]])).collect()),
    }
}
