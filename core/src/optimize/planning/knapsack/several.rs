//! Several knapsacks: bound and bound.
//!
//! Knapsacks are filled one after the other, the smallest first. At every node one knapsack of all the room that is left gives
//! the upper bound; its items, spread over the knapsacks as far as they go, and knapsacks filled one by one give packings.
//! Sources: Martello and Toth, *A bound and bound algorithm for the zero-one multiple knapsack problem*, Discrete Applied
//! Mathematics 3 (1981); Pisinger, *An exact algorithm for large multiple knapsack problems*, European Journal of Operational
//! Research 114 (1999).
use super::super::watch::{Watch, falling};
use super::core::pack;
use crate::error::Result;

/// In place of the knapsack of an item that is in none.
pub(super) const NOWHERE: u32 = u32::MAX;

#[derive(Debug)]
pub(super) struct Spread {
    pub(super) place: Vec<u32>,
    pub(super) bound: f64,
    pub(super) proved: bool,
}

/// A step of the search that can be taken back.
#[derive(Debug)]
enum Step {
    /// An item is in the current knapsack, with the room and the profit before.
    Put { item: usize, room: f64, profit: f64 },
    /// Items equal to each other are not in the current knapsack.
    Without(Vec<usize>),
    /// The next knapsack is the current one; these items were kept out of the last.
    Close(Vec<usize>),
}

struct Search<'s> {
    profits: &'s [f64],
    weights: &'s [f64],
    whole: bool,
    /// Of each knapsack, in the order of filling.
    room: Vec<f64>,
    current: usize,
    place: Vec<u32>,
    banned: Vec<bool>,
    profit: f64,
    steps: Vec<Step>,
    best: f64,
    best_place: Vec<u32>,
}

/// The most profitable way to put items into knapsacks, each item into one at most.
pub(super) fn spread(
    profits: &[f64],
    weights: &[f64],
    capacities: &[f64],
    whole: bool,
    watch: &mut Watch<'_>,
) -> Result<Spread> {
    let rising: Vec<f64> = capacities.iter().map(|capacity| -capacity).collect();
    let order = falling(&rising, watch.context())?;
    let mut search = Search {
        profits,
        weights,
        whole,
        room: order.iter().map(|at| capacities[*at as usize]).collect(),
        current: 0,
        place: vec![NOWHERE; profits.len()],
        banned: vec![false; profits.len()],
        profit: 0.0,
        steps: Vec::new(),
        best: 0.0,
        best_place: vec![NOWHERE; profits.len()],
    };
    let (bound, proved) = search.run(watch)?;
    let place = search.best_place.iter().map(|at| if *at == NOWHERE { NOWHERE } else { order[*at as usize] }).collect();
    let bound = if proved { search.best } else { bound.max(search.best) };
    Ok(Spread { place, bound, proved })
}

impl Search<'_> {
    /// The bound at the root and whether the search came to its end.
    fn run(&mut self, watch: &mut Watch<'_>) -> Result<(f64, bool)> {
        let mut root = f64::INFINITY;
        loop {
            let (bound, chosen) = self.relax(watch)?;
            if root.is_infinite() {
                root = bound;
            }
            let mut deeper = None;
            if self.beats(bound) && !watch.is_over() {
                self.split(&chosen, watch)?;
                if self.beats(bound) {
                    let (fill, exact) = self.fill(watch)?;
                    if self.beats(bound) && !exact {
                        deeper = Some(fill);
                    }
                }
            }
            if watch.is_over() {
                return Ok((root, false));
            }
            match deeper {
                Some(fill) => self.advance(fill),
                None => {
                    if !self.back() {
                        return Ok((root, true));
                    }
                }
            }
            watch.spend(1)?;
        }
    }

    fn beats(&self, bound: f64) -> bool {
        let rounding = bound.abs() * 1e-14;
        if self.whole { bound + rounding >= self.best + 1.0 } else { bound > self.best + self.best.abs() * 1e-12 }
    }

    /// Pack free items that a test lets through into one knapsack; what is packed, and the bound of its profit.
    fn pack_free(
        &self,
        room: f64,
        by_weight: bool,
        may: impl Fn(usize) -> bool,
        watch: &mut Watch<'_>,
    ) -> Result<(Vec<usize>, f64, bool)> {
        let items: Vec<usize> = (0..self.profits.len()).filter(|at| may(*at) && self.weights[*at] <= room).collect();
        let weights: Vec<f64> = items.iter().map(|at| self.weights[*at]).collect();
        let profits: Vec<f64> =
            if by_weight { weights.clone() } else { items.iter().map(|at| self.profits[*at]).collect() };
        let packed = pack(&profits, &weights, room, self.whole && !by_weight, watch)?;
        let chosen = items.iter().zip(&packed.taken).filter(|(_, is)| **is).map(|(at, _)| *at).collect();
        Ok((chosen, packed.bound, packed.proved))
    }

    /// The bound of all that the present steps may still become, and the items that reach it in one knapsack.
    fn relax(&self, watch: &mut Watch<'_>) -> Result<(f64, Vec<usize>)> {
        let room: f64 = self.room[self.current..].iter().sum();
        let widest = self.room[self.current..].iter().copied().fold(0.0, f64::max);
        let free = |at: usize| self.place[at] == NOWHERE && self.weights[at] <= widest;
        let (chosen, bound, _) = self.pack_free(room * (1.0 + 1e-13), false, free, watch)?;
        Ok((self.profit + bound, chosen))
    }

    /// Spread the items of the relaxed packing, heaviest filling first, and fill the gaps with others.
    fn split(&mut self, chosen: &[usize], watch: &mut Watch<'_>) -> Result<()> {
        let mut wanted = vec![false; self.profits.len()];
        chosen.iter().for_each(|at| wanted[*at] = true);
        self.try_fill(|at| wanted[at], true, watch)
    }

    /// Fill all knapsacks that are left one after the other; first with the items of a test, then with any.
    fn try_fill(&mut self, wanted: impl Fn(usize) -> bool, by_weight: bool, watch: &mut Watch<'_>) -> Result<()> {
        let before = self.place.clone();
        let mut room = self.room.clone();
        let mut profit = self.profit;
        for pass in 0..2 {
            for (knapsack, room) in room.iter_mut().enumerate().skip(self.current) {
                if !watch.look()? {
                    break;
                }
                let may = |at: usize| {
                    let in_time = knapsack > self.current || !self.banned[at];
                    self.place[at] == NOWHERE && in_time && (pass == 1 || wanted(at))
                };
                let (chosen, ..) = self.pack_free(*room, by_weight && pass == 0, may, watch)?;
                for at in chosen {
                    self.place[at] = knapsack as u32;
                    *room -= self.weights[at];
                    profit += self.profits[at];
                }
            }
        }
        if profit > self.best {
            self.best = profit;
            self.best_place.clone_from(&self.place);
        }
        self.place = before;
        Ok(())
    }

    /// The best filling of the current knapsack and, by filling the next ones in turn, a packing. Also whether that is the best
    /// that can come of the present steps, as in the last knapsack.
    fn fill(&mut self, watch: &mut Watch<'_>) -> Result<(Vec<usize>, bool)> {
        let current = self.current;
        let may = |at: usize| self.place[at] == NOWHERE && !self.banned[at];
        let (first, _, proved) = self.pack_free(self.room[current], false, may, watch)?;
        self.room_for(&first, watch)?;
        Ok((first, proved && current + 1 == self.room.len()))
    }

    /// A packing in which the current knapsack holds these items.
    fn room_for(&mut self, first: &[usize], watch: &mut Watch<'_>) -> Result<()> {
        let kept = (self.current, self.profit, self.room[self.current]);
        for at in first {
            self.place[*at] = self.current as u32;
            self.profit += self.profits[*at];
            self.room[self.current] -= self.weights[*at];
        }
        if self.current + 1 < self.room.len() {
            self.current += 1;
            self.next_filled(watch)?;
        } else if self.profit > self.best {
            self.best = self.profit;
            self.best_place.clone_from(&self.place);
        }
        (self.current, self.profit, self.room[kept.0]) = kept;
        first.iter().for_each(|at| self.place[*at] = NOWHERE);
        Ok(())
    }

    fn next_filled(&mut self, watch: &mut Watch<'_>) -> Result<()> {
        let banned = std::mem::replace(&mut self.banned, vec![false; self.profits.len()]);
        let done = self.try_fill(|_| true, false, watch);
        self.banned = banned;
        done
    }

    /// One step deeper: the best item of the filling goes in, or the knapsack is closed.
    fn advance(&mut self, fill: Vec<usize>) {
        let ratio = |at: usize| self.profits[at] / self.weights[at];
        let next = fill.into_iter().max_by(|a, b| ratio(*a).total_cmp(&ratio(*b)).then(b.cmp(a)));
        match next {
            Some(item) => {
                // Kept rather than added back, so that rounding errors do not add up over a long search.
                self.steps.push(Step::Put { item, room: self.room[self.current], profit: self.profit });
                self.put(item);
            }
            None => self.close(),
        }
    }

    fn put(&mut self, item: usize) {
        self.place[item] = self.current as u32;
        self.room[self.current] -= self.weights[item];
        self.profit += self.profits[item];
    }

    fn close(&mut self) {
        let kept_out = (0..self.banned.len()).filter(|at| self.banned[*at]).collect::<Vec<_>>();
        kept_out.iter().for_each(|at| self.banned[*at] = false);
        self.current += 1;
        self.steps.push(Step::Close(kept_out));
    }

    /// Take steps back to the last item that was put somewhere, and go on without it there; false at the end of the search.
    fn back(&mut self) -> bool {
        while let Some(step) = self.steps.pop() {
            match step {
                Step::Put { item, room, profit } => {
                    self.place[item] = NOWHERE;
                    self.room[self.current] = room;
                    self.profit = profit;
                    let same = |at: &usize| {
                        self.weights[*at] == self.weights[item]
                            && self.profits[*at] == self.profits[item]
                            && self.place[*at] == NOWHERE
                            && !self.banned[*at]
                    };
                    let equal: Vec<usize> = (0..self.profits.len()).filter(same).collect();
                    equal.iter().for_each(|at| self.banned[*at] = true);
                    self.steps.push(Step::Without(equal));
                    return true;
                }
                Step::Without(items) => items.iter().for_each(|at| self.banned[*at] = false),
                Step::Close(kept_out) => {
                    self.current -= 1;
                    kept_out.iter().for_each(|at| self.banned[*at] = true);
                }
            }
        }
        false
    }
}
