//! NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002).
use super::crowding;
use super::nearest;
use super::options::FrontSpread;
use super::population::Population;
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;
use crate::optimize::fronts::points::Points;

/// Survivors with what tournaments look at.
#[derive(Debug)]
pub(super) struct Survivors {
    /// Which members survive.
    pub(super) members: Vec<u32>,
    /// The front of each, 0 the best.
    pub(super) ranks: Vec<u32>,
    /// How far from others each is, by its front.
    pub(super) spreads: Vec<f64>,
}

/// The `count` best members: front by front, the last thinned out.
pub(super) fn survive(
    population: &Population,
    objectives: usize,
    count: usize,
    spread: FrontSpread,
    context: &Context,
) -> Result<Survivors> {
    let mut survivors = Survivors { members: Vec::new(), ranks: Vec::new(), spreads: Vec::new() };
    for (rank, front) in population.fronts(objectives, context)?.into_iter().enumerate() {
        let room = count - survivors.members.len();
        if room == 0 {
            break;
        }
        let rows: Vec<f64> = front.iter().flat_map(|at| population.worth(*at as usize, objectives)).copied().collect();
        let failed = rows.iter().any(|value| value.is_infinite());
        let (stay, spreads) = if failed {
            ((0..front.len().min(room) as u32).collect(), vec![0.0; front.len().min(room)])
        } else {
            thinned(Points::new(&rows, objectives), room, spread, context)?
        };
        survivors.members.extend(stay.iter().map(|at| front[*at as usize]));
        survivors.ranks.extend(stay.iter().map(|_| rank as u32));
        survivors.spreads.extend(spreads);
    }
    Ok(survivors)
}

/// At most `room` points of a front, and the spread of each.
fn thinned(points: Points<'_>, room: usize, spread: FrontSpread, context: &Context) -> Result<(Vec<u32>, Vec<f64>)> {
    if spread == FrontSpread::Crowding {
        let distances = crowding::distances(points);
        let mut order: Vec<u32> = (0..points.len() as u32).collect();
        if points.len() > room {
            order.sort_by(|a, b| distances[*b as usize].total_cmp(&distances[*a as usize]));
            order.truncate(room);
            order.sort_unstable();
        }
        let spreads = order.iter().map(|at| distances[*at as usize]).collect();
        return Ok((order, spreads));
    }
    if points.width() > 2 {
        return nearest::pruned(points, room, context);
    }
    Ok(crowding::thinned(points, room))
}

/// Winners of tournaments of two. Each member takes part in as many as any other.
#[derive(Debug)]
pub(super) struct Tournaments<'a> {
    worths: Worths<'a>,
    order: Vec<u32>,
    next: usize,
}

#[derive(Debug)]
enum Worths<'a> {
    /// The better rank, then the wider spread.
    Spread(&'a [u32], &'a [f64]),
    /// The one that violates less, else any (Jain and Deb 2014).
    Violations(&'a [f64]),
}

impl<'a> Tournaments<'a> {
    pub(super) fn new(ranks: &'a [u32], spreads: &'a [f64]) -> Self {
        Self::of(Worths::Spread(ranks, spreads), ranks.len())
    }

    pub(super) fn of_violations(violations: &'a [f64]) -> Self {
        Self::of(Worths::Violations(violations), violations.len())
    }

    fn of(worths: Worths<'a>, count: usize) -> Self {
        Self { worths, order: (0..count as u32).collect(), next: usize::MAX }
    }

    fn draw(&mut self, random: &mut Random) -> usize {
        if self.next >= self.order.len() {
            super::variation::shuffle(&mut self.order, random);
            self.next = 0;
        }
        self.next += 1;
        self.order[self.next - 1] as usize
    }

    /// One winner.
    pub(super) fn winner(&mut self, random: &mut Random) -> usize {
        let (one, other) = (self.draw(random), self.draw(random));
        let order = match self.worths {
            Worths::Spread(ranks, spreads) => {
                ranks[one].cmp(&ranks[other]).then_with(|| spreads[other].total_cmp(&spreads[one]))
            }
            Worths::Violations(violations) => violations[one].total_cmp(&violations[other]),
        };
        if order.is_le() { one } else { other }
    }
}
