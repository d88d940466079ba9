//! One group of people in pairs, or a proof that no pairing is stable.
use serde::{Deserialize, Serialize};

use super::lists::{NONE, Names, Side, Ticker, signed};
use crate::Context;
use crate::data::Ints;
use crate::error::{Result, bail, ensure};

/// A stable pairing of one group, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Roommates {
    /// Whether a stable pairing exists.
    pub exists: bool,
    /// The partner of each person, -1 for those who stay alone; absent where no pairing is stable.
    pub partner_of: Option<Ints>,
    /// The odd parties, which are the same in every proof: three people or more, an odd number, each of whom prefers the next
    /// to the one before, and the last is followed by the first. Empty where a stable pairing exists.
    pub odd_parties: Vec<Vec<i64>>,
    /// The proof, a stable partition: the person after each one, -1 for those who stay alone. Nobody prefers the one before
    /// to the one after, and no two people prefer each other to those before them. Two people who follow each other are a
    /// pair; a stable pairing exists exactly if there is no odd party.
    pub successor_of: Ints,
}

/// Judge the lists of one group.
pub(super) fn group(lists: &[&[i64]], context: &Context) -> Result<Side> {
    for (person, list) in lists.iter().enumerate() {
        let own = list.iter().position(|&id| id == person as i64);
        ensure!(
            own.is_none(),
            InvalidData,
            "person {person} lists person {person} at position {} (0-based), who is the same; leave it out",
            own.unwrap_or(0)
        );
    }
    Side::new(Names { own: "person", other: "person" }, lists, lists.len(), context)
}

/// Pair the people of one group so that no two would both rather have each other, or prove that it cannot be.
///
/// `lists[i]` lists other people by number from 0, best first; lists may be cut short, and their number may be odd. Two
/// people who do not both list each other are not a pair. Those left alone are the same in every stable pairing.
///
/// O(entries). Sources: Irving, *An efficient algorithm for the stable roommates problem* (1985); Tan, *A necessary and
/// sufficient condition for the existence of a complete stable matching* (1991).
///
/// # Errors
/// `invalid_data` for a number outside the group, listed twice, or the person's own, with person and position; `cancelled`.
/// That no stable pairing exists is a result, not an error.
///
/// ```
/// use inlaid::matching::stable_roommates;
/// // Nobody wants person 3, and the others run after each other in a circle.
/// let lists: [&[i64]; 4] = [&[1, 2, 3], &[2, 0, 3], &[0, 1, 3], &[0, 1, 2]];
/// let result = stable_roommates(&lists, &inlaid::Context::new())?;
/// assert!(!result.exists);
/// assert_eq!(result.odd_parties, [[0, 1, 2]]);
/// # Ok::<(), inlaid::Error>(())
/// ```
pub fn stable_roommates(lists: &[&[i64]], context: &Context) -> Result<Roommates> {
    let side = group(lists, context)?;
    let people = side.len();
    let mut table = Shortlists {
        last: (0..people as u32).map(|person| side.list(person).len() as u32).collect(),
        first: vec![0; people],
        side: &side,
        ticker: Ticker::new(context),
    };
    let proposes = table.propose()?;
    let mut parties = Vec::new();
    table.reduce(&proposes, &mut parties)?;
    let mut successor: Vec<u32> = (0..people as u32)
        .map(|person| if proposes[person as usize] { table.favourite(person) } else { NONE })
        .collect();
    for party in &parties {
        for (at, &person) in party.iter().enumerate() {
            successor[person as usize] = party[(at + 1) % party.len()];
        }
    }
    let exists = parties.is_empty();
    parties.sort_unstable();
    Ok(Roommates {
        exists,
        partner_of: exists.then(|| signed(&successor)),
        odd_parties: parties.into_iter().map(|party| party.into_iter().map(i64::from).collect()).collect(),
        successor_of: signed(&successor),
    })
}

/// What is left of the lists: a pair is left while it stands on both lists between the first and the last.
struct Shortlists<'s> {
    side: &'s Side,
    /// Nothing before this place is left.
    first: Vec<u32>,
    /// Nothing after this place is left; the length of the list while nobody proposed.
    last: Vec<u32>,
    ticker: Ticker<'s>,
}

impl Shortlists<'_> {
    fn is_left(&self, person: u32, place: u32) -> bool {
        let other = self.side.list(person)[place as usize];
        let theirs = self.side.place(other, person);
        place <= self.last[person as usize] && theirs != NONE && theirs <= self.last[other as usize]
    }

    /// The place of the best one left at or after `from`.
    fn next(&mut self, person: u32, from: u32) -> Result<Option<u32>> {
        let end = (self.side.list(person).len() as u32).min(self.last[person as usize].saturating_add(1));
        for place in from..end {
            self.ticker.step()?;
            if self.is_left(person, place) {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Everybody proposes down the list until somebody holds the proposal; tells who is held.
    fn propose(&mut self) -> Result<Vec<bool>> {
        let people = self.side.len();
        let mut holds = vec![NONE; people];
        let mut held = vec![false; people];
        for start in 0..people as u32 {
            let mut person = start;
            while let Some(place) = self.next(person, self.first[person as usize])? {
                self.first[person as usize] = place;
                held[person as usize] = true;
                let other = self.side.list(person)[place as usize];
                // The offer is left on both lists, so it is better than what is held.
                self.last[other as usize] = self.side.place(other, person);
                let left = std::mem::replace(&mut holds[other as usize], person);
                if left == NONE {
                    break;
                }
                held[left as usize] = false;
                self.first[left as usize] += 1;
                person = left;
            }
        }
        Ok(held)
    }

    fn favourite(&self, person: u32) -> u32 {
        self.side.list(person)[self.first[person as usize] as usize]
    }

    fn least(&self, person: u32) -> u32 {
        self.side.list(person)[self.last[person as usize] as usize]
    }

    /// Take rotations out until everybody has one person left or is in an odd party.
    fn reduce(&mut self, proposes: &[bool], parties: &mut Vec<Vec<u32>>) -> Result<()> {
        let people = self.side.len();
        let mut settled: Vec<bool> = proposes.iter().map(|proposes| !proposes).collect();
        let mut second: Vec<u32> = self.first.iter().map(|place| place.saturating_add(1)).collect();
        let mut on_path = vec![false; people];
        let mut path: Vec<u32> = Vec::new();
        let mut start = 0;
        while start < people || !path.is_empty() {
            let Some(&person) = path.last() else {
                if settled[start] {
                    start += 1;
                } else {
                    path.push(start as u32);
                    on_path[start] = true;
                }
                continue;
            };
            let from = second[person as usize].max(self.first[person as usize] + 1);
            let Some(place) = self.next(person, from)? else {
                // One person is left.
                settled[person as usize] = true;
                on_path[person as usize] = false;
                path.pop();
                continue;
            };
            second[person as usize] = place;
            let next = self.least(self.side.list(person)[place as usize]);
            if !on_path[next as usize] {
                on_path[next as usize] = true;
                path.push(next);
                continue;
            }
            let at = path.iter().rposition(|&other| other == next).unwrap_or(0);
            let cycle = path.split_off(at);
            cycle.iter().for_each(|&other| on_path[other as usize] = false);
            match self.odd_party(next, cycle.len())? {
                Some(party) => {
                    party.iter().for_each(|&member| settled[member as usize] = true);
                    parties.push(party);
                }
                None => self.turn(&cycle, &second)?,
            }
        }
        Ok(())
    }

    /// The party of a person whose list, like those of all in it, holds just the one after and the one before.
    fn odd_party(&mut self, start: u32, length: usize) -> Result<Option<Vec<u32>>> {
        let mut party = Vec::with_capacity(length);
        let mut person = start;
        loop {
            let first = self.first[person as usize];
            let second = self.next(person, first + 1)?;
            if second != Some(self.last[person as usize]) || party.len() == length {
                return Ok(None);
            }
            party.push(person);
            person = self.favourite(person);
            if person == start {
                break;
            }
        }
        if party.len() % 2 == 0 {
            return Ok(None);
        }
        let smallest = party.iter().enumerate().min_by_key(|(_, person)| **person).map_or(0, |(at, _)| at);
        party.rotate_left(smallest);
        Ok(Some(party))
    }

    /// The second choice of everybody in the cycle rejects all who are worse.
    fn turn(&mut self, cycle: &[u32], second: &[u32]) -> Result<()> {
        for &person in cycle {
            let other = self.side.list(person)[second[person as usize] as usize];
            self.last[other as usize] = self.side.place(other, person);
        }
        for &person in cycle {
            match self.next(person, self.first[person as usize])? {
                Some(place) => self.first[person as usize] = place,
                None => bail!(Internal, "the list of person {person} has run out; please report this with the lists"),
            }
        }
        Ok(())
    }
}
