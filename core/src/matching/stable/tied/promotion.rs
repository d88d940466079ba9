//! Weakly stable matchings of many people.
//!
//! Ties can be broken so that few or many are matched; the most is NP-hard to find. Proposers go for the receivers of their
//! best group with a seat left; who has one of those to go to gives way to anybody; who was refused by all of the list goes
//! through it once more and is then preferred among equals. At least 2/3 of the most are matched, in time linear in the
//! lists but for a logarithm of the seats. Source: Kiraly, *Linear time local approximation algorithm for maximum stable marriage*
//! (2013), there for one seat each; seats of one receiver are equals to the proposers.
use std::collections::BinaryHeap;

use super::super::lists::{NONE, Ticker};
use super::side::{TiedMarket, TiedSide};
use crate::Context;
use crate::error::Result;

/// The receiver of each proposer, [`NONE`] for nobody.
pub(super) fn most(market: &TiedMarket<'_>, context: &Context) -> Result<Vec<u32>> {
    let proposers = market.proposers.len();
    let mut ticker = Ticker::new(context);
    let lists = (0..proposers as u32).map(|proposer| {
        context.check()?;
        Ok(Remaining::new(market, proposer))
    });
    let mut search = Search {
        market,
        lists: lists.collect::<Result<_>>()?,
        partners: vec![NONE; proposers],
        promoted: vec![false; proposers],
        filled: vec![0; market.receivers.len()],
        held: vec![BinaryHeap::new(); market.receivers.len()],
        may_go: vec![Vec::new(); market.receivers.len()],
    };
    for start in 0..proposers as u32 {
        let mut proposer = start;
        loop {
            ticker.step()?;
            match search.propose(proposer) {
                Some(displaced) => proposer = displaced,
                None => break,
            }
        }
    }
    Ok(search.partners)
}

/// The list of one proposer, the current choice first.
struct Remaining {
    list: Vec<u32>,
    /// Everybody before this place has refused.
    next: u32,
    /// Nobody from here to the end of the group before `scanned` has a seat left.
    scanned: u32,
    group_end: u32,
}

struct Search<'m> {
    market: &'m TiedMarket<'m>,
    lists: Vec<Remaining>,
    partners: Vec<u32>,
    /// Who goes through the list once more.
    promoted: Vec<bool>,
    filled: Vec<usize>,
    /// Whom each receiver holds, the worst on top; those who have left since are still in it.
    held: Vec<BinaryHeap<Holding>>,
    /// Whom each receiver holds who had an equal choice with a seat left when they came.
    may_go: Vec<Vec<u32>>,
}

/// Ordered from the best to the worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Holding {
    group: u32,
    not_promoted: bool,
    place: u32,
    proposer: u32,
}

impl Remaining {
    /// With those who list the proposer too.
    fn new(market: &TiedMarket<'_>, proposer: u32) -> Self {
        let both = |receiver: &u32| market.receivers.place(*receiver, proposer) != NONE;
        let list = market.proposers.list(proposer).iter().copied().filter(both).collect();
        let mut remaining = Self { list, next: 0, scanned: 0, group_end: 0 };
        remaining.enter_group(market.proposers, proposer);
        remaining
    }

    /// The group of the current choice is a new one.
    fn enter_group(&mut self, side: &TiedSide, proposer: u32) {
        let mut groups = self.list[self.next as usize..].iter().map(|&receiver| side.group(proposer, receiver));
        let first = groups.next();
        let same = first.map_or(0, |first| 1 + groups.take_while(|group| *group == first).count());
        self.scanned = self.next;
        self.group_end = self.next + same as u32;
    }

    /// Where in the group of the current choice somebody has a seat left.
    fn with_seat(&mut self, filled: &[usize], seats: &[usize]) -> Option<u32> {
        while self.scanned < self.group_end {
            let receiver = self.list[self.scanned as usize] as usize;
            // Who has none left never has one again.
            if filled[receiver] < seats[receiver] {
                return Some(self.scanned);
            }
            self.scanned += 1;
        }
        None
    }
}

impl Search<'_> {
    /// Make the best proposal that is left to somebody; gives who has no partner now and may still propose.
    fn propose(&mut self, proposer: u32) -> Option<u32> {
        let seats = self.market.seats;
        let list = &mut self.lists[proposer as usize];
        if list.next as usize == list.list.len() {
            if list.list.is_empty() || std::mem::replace(&mut self.promoted[proposer as usize], true) {
                return None;
            }
            list.next = 0;
            list.enter_group(self.market.proposers, proposer);
        }
        if let Some(place) = list.with_seat(&self.filled, seats) {
            list.list.swap(list.next as usize, place as usize);
            // Who was swapped to that place has no seat left.
            list.scanned = place + 1;
            let receiver = list.list[list.next as usize];
            self.filled[receiver as usize] += 1;
            self.accept(proposer, receiver);
            return None;
        }
        let receiver = list.list[list.next as usize];
        if let Some(gone) = self.who_can_go(receiver) {
            self.partners[gone as usize] = NONE;
            self.accept(proposer, receiver);
            return Some(gone);
        }
        let mine = self.holding(proposer, receiver);
        let refused = match self.worst(receiver) {
            Some(worst) if (mine.group, mine.not_promoted) < (worst.group, worst.not_promoted) => {
                self.held[receiver as usize].pop();
                self.partners[worst.proposer as usize] = NONE;
                self.accept(proposer, receiver);
                worst.proposer
            }
            _ => proposer,
        };
        let list = &mut self.lists[refused as usize];
        list.next += 1;
        if list.next == list.group_end && (list.next as usize) < list.list.len() {
            list.enter_group(self.market.proposers, refused);
        }
        Some(refused)
    }

    fn holding(&self, proposer: u32, receiver: u32) -> Holding {
        let place = self.market.receivers.place(receiver, proposer);
        let group = self.market.receivers.group_at(receiver, place);
        Holding { group, not_promoted: !self.promoted[proposer as usize], place, proposer }
    }

    fn accept(&mut self, proposer: u32, receiver: u32) {
        self.partners[proposer as usize] = receiver;
        let holding = self.holding(proposer, receiver);
        self.held[receiver as usize].push(holding);
        if self.lists[proposer as usize].with_seat(&self.filled, self.market.seats).is_some() {
            self.may_go[receiver as usize].push(proposer);
        }
    }

    /// Somebody whom a receiver holds and who has an equal choice with a seat left.
    fn who_can_go(&mut self, receiver: u32) -> Option<u32> {
        while let Some(proposer) = self.may_go[receiver as usize].pop() {
            let stays = self.partners[proposer as usize] == receiver;
            if stays && self.lists[proposer as usize].with_seat(&self.filled, self.market.seats).is_some() {
                return Some(proposer);
            }
        }
        None
    }

    /// The worst whom a receiver holds.
    fn worst(&mut self, receiver: u32) -> Option<Holding> {
        while let Some(top) = self.held[receiver as usize].peek() {
            let proposer = top.proposer as usize;
            if self.partners[proposer] == receiver && top.not_promoted != self.promoted[proposer] {
                return Some(*top);
            }
            self.held[receiver as usize].pop();
        }
        None
    }
}
