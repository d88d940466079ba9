//! Ties that are not broken: matchings that are stable whatever the tied people would rather have.
//!
//! Proposers propose to all of their best group at once; receivers strike off whom they could take in no such matching.
//! Sources: Irving, *Stable marriage and indifference* (1994); Manlove, *Stable marriage with ties and unacceptable partners*
//! (1999); Irving, Manlove, Scott, *The hospitals/residents problem with ties* (2000) for super-stability with seats, and
//! *Strong stability in the hospitals/residents problem* (2003).
use super::super::lists::{NONE, Ticker};
use super::TiedStability;
use super::side::TiedMarket;
use super::verify::leavers;
use crate::Context;
use crate::error::Result;

/// The matching of that kind which the proposers like best, or nothing where there is none.
pub(super) fn unbroken(market: &TiedMarket<'_>, strong: bool, context: &Context) -> Result<Option<Vec<u32>>> {
    let mut search = Search::new(market, strong, context);
    let partners = loop {
        context.check()?;
        search.propose()?;
        if !strong {
            match search.only_offers() {
                Some(partners) => break partners,
                // Whoever is held twice would leave either for the other.
                None => return Ok(None),
            }
        }
        let offers = search.open_offers()?;
        let (partners, refusing) = search.share_out(&offers)?;
        if refusing.is_empty() {
            break partners;
        }
        for receiver in refusing {
            search.strike_last_group(receiver);
        }
    };
    // The matching that the search ends with is stable if any is.
    let kind = if strong { TiedStability::Strong } else { TiedStability::Super };
    let mut stable = true;
    leavers(market, &partners, kind, context, |_, _| stable = false)?;
    Ok(stable.then_some(partners))
}

struct Search<'m> {
    market: &'m TiedMarket<'m>,
    strong: bool,
    /// Where the group begins that a proposer proposes to.
    next: Vec<u32>,
    /// How many receivers hold a proposer.
    held: Vec<u32>,
    /// Who may be held by nobody.
    free: Vec<u32>,
    /// A receiver's groups below this one are left.
    limit: Vec<u32>,
    /// How many of a receiver's list are left.
    left: Vec<u32>,
    /// How many a receiver holds.
    total: Vec<usize>,
    /// How many she holds of each group, at the entry of her list with that number.
    count: Vec<u32>,
    /// Entry by entry of the receivers' lists, whether she holds who stands there.
    holds: Vec<bool>,
    ticker: Ticker<'m>,
}

/// Who may still be held by whom, after those are settled who are in no receiver's contested group.
struct Open {
    /// The receiver of each settled proposer.
    partners: Vec<u32>,
    /// The receivers in whose contested group each of the other proposers is.
    offers: Vec<Vec<u32>>,
    /// How many of her contested group each receiver can take.
    quota: Vec<usize>,
}

impl<'m> Search<'m> {
    fn new(market: &'m TiedMarket<'m>, strong: bool, context: &'m Context) -> Self {
        let (proposers, receivers) = (market.proposers, market.receivers);
        let everybody = |receiver: u32| receivers.groups(receiver).last().map_or(0, |last| last + 1);
        Self {
            market,
            strong,
            next: vec![0; proposers.len()],
            held: vec![0; proposers.len()],
            free: (0..proposers.len() as u32).rev().collect(),
            limit: (0..receivers.len() as u32).map(everybody).collect(),
            left: (0..receivers.len() as u32).map(|receiver| receivers.list(receiver).len() as u32).collect(),
            total: vec![0; receivers.len()],
            count: vec![0; receivers.entries()],
            holds: vec![false; receivers.entries()],
            ticker: Ticker::new(context),
        }
    }

    /// Everybody held by nobody proposes to all of the best group in which somebody is left, until nothing changes.
    fn propose(&mut self) -> Result<()> {
        let TiedMarket { proposers, receivers, .. } = *self.market;
        while let Some(proposer) = self.free.pop() {
            let list = proposers.list(proposer);
            while self.held[proposer as usize] == 0 && (self.next[proposer as usize] as usize) < list.len() {
                let start = self.next[proposer as usize];
                let end = proposers.group_end(proposer, start);
                for &receiver in &list[start as usize..end as usize] {
                    self.ticker.step()?;
                    let place = receivers.place(receiver, proposer);
                    if place == NONE || place >= self.left[receiver as usize] {
                        continue;
                    }
                    let entries = receivers.start(receiver);
                    self.holds[entries + place as usize] = true;
                    self.count[entries + receivers.group_at(receiver, place) as usize] += 1;
                    self.held[proposer as usize] += 1;
                    self.total[receiver as usize] += 1;
                    self.settle(receiver);
                }
                if self.held[proposer as usize] == 0 {
                    self.next[proposer as usize] = end;
                }
            }
        }
        Ok(())
    }

    /// Strike off whom the receiver will not need, now that she holds one more.
    fn settle(&mut self, receiver: u32) {
        let seats = self.market.seats[receiver as usize];
        let entries = self.market.receivers.start(receiver);
        while self.limit[receiver as usize] > 0 && self.total[receiver as usize] >= seats {
            let last = self.count[entries + self.limit[receiver as usize] as usize - 1] as usize;
            let total = self.total[receiver as usize];
            // Where strong, a contested group is struck off only once nobody else is left to share it out with.
            let strike = if self.strong { total - last >= seats } else { last == 0 || total > seats };
            if !strike {
                return;
            }
            self.strike_last_group(receiver);
        }
    }

    fn strike_last_group(&mut self, receiver: u32) {
        let receivers = self.market.receivers;
        let entries = receivers.start(receiver);
        let limit = self.limit[receiver as usize] - 1;
        self.limit[receiver as usize] = limit;
        while self.left[receiver as usize] > 0
            && receivers.group_at(receiver, self.left[receiver as usize] - 1) >= limit
        {
            self.left[receiver as usize] -= 1;
            let place = self.left[receiver as usize] as usize;
            if std::mem::take(&mut self.holds[entries + place]) {
                let proposer = receivers.list(receiver)[place];
                self.total[receiver as usize] -= 1;
                self.held[proposer as usize] -= 1;
                if self.held[proposer as usize] == 0 {
                    self.free.push(proposer);
                }
            }
        }
        self.count[entries + limit as usize] = 0;
    }

    /// Whom a receiver holds, with the group of each.
    fn held_by(&self, receiver: u32) -> impl Iterator<Item = (u32, u32)> {
        let receivers = self.market.receivers;
        let entries = receivers.start(receiver);
        let left = self.left[receiver as usize] as usize;
        let holds = self.holds[entries..entries + left].iter();
        let people = receivers.list(receiver).iter().zip(receivers.groups(receiver));
        people.zip(holds).filter(|(_, holds)| **holds).map(|((&proposer, &group), _)| (proposer, group))
    }

    /// Partners, unless somebody is held twice.
    fn only_offers(&self) -> Option<Vec<u32>> {
        let mut partners = vec![NONE; self.market.proposers.len()];
        for receiver in 0..self.market.receivers.len() as u32 {
            for (proposer, _) in self.held_by(receiver) {
                if std::mem::replace(&mut partners[proposer as usize], receiver) != NONE {
                    return None;
                }
            }
        }
        Some(partners)
    }

    fn open_offers(&mut self) -> Result<Open> {
        let TiedMarket { proposers, receivers, seats } = *self.market;
        let offers = vec![Vec::new(); proposers.len()];
        let mut open = Open { partners: vec![NONE; proposers.len()], offers, quota: seats.to_vec() };
        for receiver in 0..receivers.len() as u32 {
            for (proposer, group) in self.held_by(receiver) {
                if !self.contested(receiver, group) {
                    open.partners[proposer as usize] = receiver;
                    open.quota[receiver as usize] -= 1;
                }
            }
        }
        self.ticker.step()?;
        for receiver in 0..receivers.len() as u32 {
            for (proposer, group) in self.held_by(receiver) {
                if self.contested(receiver, group) && open.partners[proposer as usize] == NONE {
                    open.offers[proposer as usize].push(receiver);
                }
            }
        }
        Ok(open)
    }

    /// Whether a receiver holds more of that group than she can take.
    fn contested(&self, receiver: u32, group: u32) -> bool {
        let crowded = self.total[receiver as usize] > self.market.seats[receiver as usize];
        crowded && group + 1 == self.limit[receiver as usize]
    }

    /// Share the contested seats out to as many as possible; gives all partners, and the receivers that those who come away
    /// empty reach by alternating paths: none of their contested groups can be told apart.
    fn share_out(&mut self, open: &Open) -> Result<(Vec<u32>, Vec<u32>)> {
        let mut partners = open.partners.clone();
        let mut taken: Vec<Vec<u32>> = vec![Vec::new(); open.quota.len()];
        // `came` is the proposer through whom a receiver was found in this search.
        let mut came = vec![NONE; open.quota.len()];
        let mut seen: Vec<u32> = Vec::new();
        let mut empty = Vec::new();
        for start in 0..open.offers.len() as u32 {
            if open.offers[start as usize].is_empty() {
                continue;
            }
            let end = self.alternate(&[start], open, &taken, &mut came, &mut seen)?;
            match end {
                None => empty.push(start),
                Some(mut receiver) => loop {
                    let through = came[receiver as usize];
                    taken[receiver as usize].push(through);
                    let before = std::mem::replace(&mut partners[through as usize], receiver);
                    if before == NONE {
                        break;
                    }
                    taken[before as usize].retain(|&other| other != through);
                    receiver = before;
                },
            }
            seen.drain(..).for_each(|receiver| came[receiver as usize] = NONE);
        }
        self.alternate(&empty, open, &taken, &mut came, &mut seen)?;
        Ok((partners, seen))
    }

    /// Search breadth first from some proposers for a receiver with a seat left; all receivers found go to `seen`.
    fn alternate(
        &mut self,
        starts: &[u32],
        open: &Open,
        taken: &[Vec<u32>],
        came: &mut [u32],
        seen: &mut Vec<u32>,
    ) -> Result<Option<u32>> {
        let mut queue = starts.to_vec();
        let mut at = 0;
        while let Some(&proposer) = queue.get(at) {
            at += 1;
            for &receiver in &open.offers[proposer as usize] {
                self.ticker.step()?;
                if came[receiver as usize] != NONE {
                    continue;
                }
                came[receiver as usize] = proposer;
                seen.push(receiver);
                if taken[receiver as usize].len() < open.quota[receiver as usize] {
                    return Ok(Some(receiver));
                }
                queue.extend_from_slice(&taken[receiver as usize]);
            }
        }
        Ok(None)
    }
}
