//! Ties that are not broken: matchings that are stable whatever the tied people would rather have.
//!
//! Super-stable: no pair in which both would gain or not mind. Strongly stable: no pair in which one gains and the other
//! would not mind. Sources: Irving, *Stable marriage and indifference* (1994); Manlove, *Stable marriage with ties and
//! unacceptable partners* (1999).
use super::lists::{NONE, Ticker};
use crate::Context;
use crate::error::Result;

/// One side's lists with ties, between two dense sides.
#[derive(Debug)]
pub(super) struct Ranked {
    /// Everybody acceptable, best first.
    pub(super) lists: Vec<Vec<u32>>,
    /// `[person, other]`: in which group of equals the other is, 0 the best, [`NONE`] if unacceptable.
    pub(super) groups: Vec<u32>,
    pub(super) others: usize,
}

impl Ranked {
    fn group(&self, person: u32, other: u32) -> u32 {
        self.groups[person as usize * self.others + other as usize]
    }
}

/// The matching of that kind which the proposers like best, or nothing where there is none.
pub(super) fn without_breaking(
    proposers: &Ranked,
    receivers: &Ranked,
    strong: bool,
    context: &Context,
) -> Result<Option<Vec<u32>>> {
    let mut search = Search {
        proposers,
        receivers,
        next: vec![0; proposers.lists.len()],
        // Everybody in this group and the better ones is left.
        limit: vec![i64::from(NONE) - 1; receivers.lists.len()],
        asked: vec![false; receivers.lists.len()],
        ticker: Ticker::new(context),
    };
    loop {
        context.check()?;
        let offers = search.propose()?;
        let partners = if strong { search.largest_matching(&offers)? } else { search.only_matching(&offers) };
        let mut refused = false;
        for (receiver, refuses) in search.refusing(&offers, &partners, strong)?.into_iter().enumerate() {
            if refuses {
                // All who are left with an offer to a receiver are in her last group.
                search.limit[receiver] -= 1;
                refused = true;
            }
        }
        if refused {
            continue;
        }
        let mut matched = vec![false; receivers.lists.len()];
        partners.iter().filter(|partner| **partner != NONE).for_each(|&receiver| matched[receiver as usize] = true);
        let everybody = offers.iter().zip(&partners).all(|(offers, &partner)| offers.is_empty() || partner != NONE);
        // Who was ever asked must not end up alone.
        let kept = search.asked.iter().zip(&matched).all(|(asked, matched)| !asked || *matched);
        return Ok((everybody && kept).then_some(partners));
    }
}

struct Search<'r> {
    proposers: &'r Ranked,
    receivers: &'r Ranked,
    next: Vec<usize>,
    limit: Vec<i64>,
    asked: Vec<bool>,
    ticker: Ticker<'r>,
}

impl Search<'_> {
    fn is_left(&self, proposer: u32, receiver: u32) -> bool {
        let group = self.receivers.group(receiver, proposer);
        group != NONE && i64::from(group) <= self.limit[receiver as usize]
    }

    /// Everybody proposes to all of the best group in which somebody is left, until nothing changes.
    fn propose(&mut self) -> Result<Vec<Vec<u32>>> {
        let count = self.proposers.lists.len() as u32;
        loop {
            let mut changed = false;
            for proposer in 0..count {
                for receiver in self.best_group(proposer)? {
                    let group = i64::from(self.receivers.group(receiver, proposer));
                    self.asked[receiver as usize] = true;
                    changed |= group < self.limit[receiver as usize];
                    self.limit[receiver as usize] = group;
                }
            }
            if !changed {
                return (0..count).map(|proposer| self.best_group(proposer)).collect();
            }
        }
    }

    fn best_group(&mut self, proposer: u32) -> Result<Vec<u32>> {
        let list = &self.proposers.lists[proposer as usize];
        while let Some(&receiver) = list.get(self.next[proposer as usize]) {
            self.ticker.step()?;
            if self.is_left(proposer, receiver) {
                let group = self.proposers.group(proposer, receiver);
                let rest = list[self.next[proposer as usize]..].iter();
                let equals = rest.take_while(|&&other| self.proposers.group(proposer, other) == group);
                return Ok(equals.copied().filter(|&other| self.is_left(proposer, other)).collect());
            }
            self.next[proposer as usize] += 1;
        }
        Ok(Vec::new())
    }

    /// Partners where each proposer has one offer.
    fn only_matching(&self, offers: &[Vec<u32>]) -> Vec<u32> {
        offers.iter().map(|offers| if let [only] = offers[..] { only } else { NONE }).collect()
    }

    /// A matching of most proposers with receivers they have an offer to.
    fn largest_matching(&mut self, offers: &[Vec<u32>]) -> Result<Vec<u32>> {
        let mut holder = vec![NONE; self.receivers.lists.len()];
        let mut partner = vec![NONE; offers.len()];
        for start in 0..offers.len() as u32 {
            // Breadth first over alternating paths; `came` is the proposer through whom a receiver was found.
            let mut came = vec![NONE; holder.len()];
            let mut queue = vec![start];
            let mut at = 0;
            'search: while let Some(&proposer) = queue.get(at) {
                at += 1;
                for &receiver in &offers[proposer as usize] {
                    self.ticker.step()?;
                    if came[receiver as usize] != NONE {
                        continue;
                    }
                    came[receiver as usize] = proposer;
                    if holder[receiver as usize] != NONE {
                        queue.push(holder[receiver as usize]);
                        continue;
                    }
                    let mut end = receiver;
                    loop {
                        let through = came[end as usize];
                        holder[end as usize] = through;
                        let before = std::mem::replace(&mut partner[through as usize], end);
                        if before == NONE {
                            break 'search;
                        }
                        end = before;
                    }
                }
            }
        }
        Ok(partner)
    }

    /// Which receivers refuse the worst of those they hold: who holds several, or, where ties may stay, who is wanted by too
    /// many: the receivers that unmatched proposers reach by alternating paths.
    fn refusing(&mut self, offers: &[Vec<u32>], partners: &[u32], strong: bool) -> Result<Vec<bool>> {
        let mut refuses = vec![false; self.receivers.lists.len()];
        if !strong {
            let mut count = vec![0_u32; refuses.len()];
            offers.iter().flatten().for_each(|&receiver| count[receiver as usize] += 1);
            return Ok(count.into_iter().map(|count| count > 1).collect());
        }
        let holder = super::lists::inverse(partners, refuses.len());
        let alone = |(proposer, offers): (usize, &Vec<u32>)| {
            (!offers.is_empty() && partners[proposer] == NONE).then_some(proposer as u32)
        };
        let mut stack: Vec<u32> = offers.iter().enumerate().filter_map(alone).collect();
        while let Some(proposer) = stack.pop() {
            for &receiver in &offers[proposer as usize] {
                self.ticker.step()?;
                if !std::mem::replace(&mut refuses[receiver as usize], true) && holder[receiver as usize] != NONE {
                    stack.push(holder[receiver as usize]);
                }
            }
        }
        Ok(refuses)
    }
}
