//! All stable matchings of a market at once: rotations, and which must come before which.
//!
//! A rotation is a cycle of proposers who can each step down to the partner of the next, so that every receiver of the
//! cycle steps up. The stable matchings are the sets of rotations that contain with each all those before it.
//! Source: Gusfield, Irving, *The Stable Marriage Problem* (1989), chapters 2 and 3.
use super::deferred::one_to_one;
use super::lists::{Market, NONE, Ticker, inverse};
use crate::Context;
use crate::error::{Result, bail};

/// The rotations of a market, in an order in which each comes after all those before it.
#[derive(Debug)]
pub(super) struct Lattice {
    /// The partners of the proposers in the matching that they like best.
    pub(super) best: Vec<u32>,
    starts: Vec<usize>,
    moves: Vec<Move>,
    before_starts: Vec<usize>,
    before: Vec<u32>,
}

/// One proposer's step in a rotation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    pub(super) proposer: u32,
    pub(super) from: u32,
    pub(super) to: u32,
    /// Who had `to` until now.
    pub(super) loser: u32,
}

impl Lattice {
    /// How many rotations there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The steps of a rotation.
    pub(super) fn moves(&self, rotation: usize) -> &[Move] {
        &self.moves[self.starts[rotation]..self.starts[rotation + 1]]
    }

    /// The rotations that must come before one; all have lower numbers.
    pub(super) fn before(&self, rotation: usize) -> &[u32] {
        &self.before[self.before_starts[rotation]..self.before_starts[rotation + 1]]
    }

    /// The rotations that one must come before.
    pub(super) fn after(&self) -> Vec<Vec<u32>> {
        let mut after = vec![Vec::new(); self.len()];
        for rotation in 0..self.len() {
            for &earlier in self.before(rotation) {
                after[earlier as usize].push(rotation as u32);
            }
        }
        after
    }

    /// The partners of the proposers after the rotations of a closed set.
    pub(super) fn matching(&self, chosen: impl Fn(usize) -> bool) -> Vec<u32> {
        let mut partners = self.best.clone();
        for rotation in (0..self.len()).filter(|&rotation| chosen(rotation)) {
            for step in self.moves(rotation) {
                partners[step.proposer as usize] = step.to;
            }
        }
        partners
    }

    /// Find all rotations by stepping from one end of the lattice to the other. O(entries).
    pub(super) fn new(market: &Market, context: &Context) -> Result<Self> {
        let Market { proposers, receivers } = market;
        let best = one_to_one(proposers, receivers, context)?;
        let worst = inverse(&one_to_one(receivers, proposers, context)?, proposers.len());
        let mut finder = Finder {
            market,
            ticker: Ticker::new(context),
            next: (0..best.len()).map(|p| place(market, p, best[p])).collect(),
            holder: inverse(&best, receivers.len()),
            partner: best.clone(),
            removed_by: vec![NONE; proposers.entries()],
            last_of: vec![NONE; best.len()],
            marks: Vec::new(),
            lattice: Self { best, starts: vec![0], moves: Vec::new(), before_starts: vec![0], before: Vec::new() },
        };
        finder.run(&worst)?;
        Ok(finder.lattice)
    }
}

fn place(market: &Market, proposer: usize, receiver: u32) -> u32 {
    if receiver == NONE { 0 } else { market.proposers.place(proposer as u32, receiver) }
}

struct Finder<'m> {
    market: &'m Market,
    ticker: Ticker<'m>,
    /// Up to where each proposer's list has been searched for the next partner.
    next: Vec<u32>,
    holder: Vec<u32>,
    partner: Vec<u32>,
    /// For every entry of the proposers' lists, the rotation that made it impossible.
    removed_by: Vec<u32>,
    /// The last rotation that moved each proposer.
    last_of: Vec<u32>,
    /// For every rotation, the last one that noted it as being before.
    marks: Vec<u32>,
    lattice: Lattice,
}

impl Finder<'_> {
    fn run(&mut self, worst: &[u32]) -> Result<()> {
        let mut path: Vec<u32> = Vec::new();
        let mut on_path = vec![false; worst.len()];
        let mut first = 0;
        while first < worst.len() {
            if path.is_empty() {
                if self.partner[first] == worst[first] {
                    first += 1;
                    continue;
                }
                path.push(first as u32);
                on_path[first] = true;
            }
            let Some(&end) = path.last() else { continue };
            let next = self.next_of(end)?;
            let successor = self.holder[next as usize];
            if on_path[successor as usize] {
                let from = path.iter().rposition(|&person| person == successor).unwrap_or(0);
                let cycle = path.split_off(from);
                cycle.iter().for_each(|&person| on_path[person as usize] = false);
                self.turn(&cycle)?;
            } else {
                path.push(successor);
                on_path[successor as usize] = true;
            }
        }
        Ok(())
    }

    /// The best receiver below a proposer's partner who would rather have the proposer than hers.
    fn next_of(&mut self, proposer: u32) -> Result<u32> {
        let list = self.market.proposers.list(proposer);
        let here = place(self.market, proposer as usize, self.partner[proposer as usize]);
        let next = &mut self.next[proposer as usize];
        *next = (*next).max(here + 1);
        while let Some(&receiver) = list.get(*next as usize) {
            self.ticker.step()?;
            let holder = self.holder[receiver as usize];
            let receivers = &self.market.receivers;
            if holder != NONE && receivers.place(receiver, proposer) < receivers.place(receiver, holder) {
                return Ok(receiver);
            }
            *next += 1;
        }
        bail!(Internal, "a rotation of stable matchings has no end; please report this with the preferences")
    }

    /// Note the rotation of a cycle and move everybody in it.
    fn turn(&mut self, cycle: &[u32]) -> Result<()> {
        let rotation = self.lattice.len() as u32;
        let first = self.lattice.moves.len();
        self.marks.push(NONE);
        for (at, &proposer) in cycle.iter().enumerate() {
            let to = self.next_of(proposer)?;
            let loser = cycle[(at + 1) % cycle.len()];
            self.lattice.moves.push(Move { proposer, from: self.partner[proposer as usize], to, loser });
            self.note_earlier(rotation, proposer);
        }
        for at in first..self.lattice.moves.len() {
            let step = self.lattice.moves[at];
            self.remove(rotation, step)?;
            self.partner[step.proposer as usize] = step.to;
            self.holder[step.to as usize] = step.proposer;
            self.last_of[step.proposer as usize] = rotation;
        }
        self.lattice.starts.push(self.lattice.moves.len());
        self.lattice.before_starts.push(self.lattice.before.len());
        Ok(())
    }

    /// What brought the proposer to the present partner, and what made those in between impossible, came before.
    fn note_earlier(&mut self, rotation: u32, proposer: u32) {
        let start = self.market.proposers.start(proposer);
        let here = place(self.market, proposer as usize, self.partner[proposer as usize]);
        let between = start + here as usize + 1..start + self.next[proposer as usize] as usize;
        for earlier in self.removed_by[between].iter().copied().chain([self.last_of[proposer as usize]]) {
            if earlier != NONE && self.marks[earlier as usize] != rotation {
                self.marks[earlier as usize] = rotation;
                self.lattice.before.push(earlier);
            }
        }
    }

    /// Once a receiver has stepped up, those between the new and the old partner cannot be hers.
    fn remove(&mut self, rotation: u32, step: Move) -> Result<()> {
        let Market { proposers, receivers } = self.market;
        let (new, old) = (receivers.place(step.to, step.proposer), receivers.place(step.to, step.loser));
        for &proposer in &receivers.list(step.to)[new as usize + 1..=old as usize] {
            self.ticker.step()?;
            let place = proposers.place(proposer, step.to);
            if place != NONE {
                self.removed_by[proposers.start(proposer) + place as usize] = rotation;
            }
        }
        Ok(())
    }
}
