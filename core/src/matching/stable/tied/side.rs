//! Lists whose entries stand in groups of equals.
use crate::error::{Result, ensure};

use super::super::lists::{NONE, Side};

/// The lists of one side, with the group of every entry.
#[derive(Debug)]
pub(super) struct TiedSide {
    side: Side,
    /// Entry by entry: 0 for the best group of a list.
    groups: Vec<u32>,
}

/// Two sides, of which the receivers take several.
#[derive(Debug)]
pub(super) struct TiedMarket<'m> {
    pub(super) proposers: &'m TiedSide,
    pub(super) receivers: &'m TiedSide,
    /// How many each receiver takes.
    pub(super) seats: &'m [usize],
}

impl TiedSide {
    /// With the group of every entry, which is 0 for the first of a list and never falls along it.
    pub(super) fn new(side: Side, groups: Vec<u32>) -> Self {
        Self { side, groups }
    }

    /// Judge ranks, one per entry of each list; none at all where no list has ties.
    pub(super) fn ranked(side: Side, ranks: &[&[i64]], own: &str) -> Result<Self> {
        if ranks.is_empty() {
            let groups = (0..side.len() as u32).flat_map(|person| 0..side.list(person).len() as u32).collect();
            return Ok(Self { side, groups });
        }
        ensure!(
            ranks.len() == side.len(),
            InvalidData,
            "{own}_ranks has {} lists, there are {} {own}s; give ranks for every list, or none at all where there are no ties",
            ranks.len(),
            side.len()
        );
        let mut groups = Vec::with_capacity(side.entries());
        for (person, ranks) in ranks.iter().enumerate() {
            let length = side.list(person as u32).len();
            ensure!(
                ranks.len() == length,
                InvalidData,
                "{own}_ranks has {} numbers for {own} {person}, whose list has {length}; there must be one for each",
                ranks.len()
            );
            let mut group = 0;
            for (place, rank) in ranks.iter().enumerate() {
                if place > 0 {
                    let before = ranks[place - 1];
                    ensure!(
                        before <= *rank,
                        InvalidData,
                        "{own}_ranks falls from {before} to {rank} at position {place} (0-based) of {own} {person}; \
                         lists go from the best to the worst, equals having the same rank"
                    );
                    group += u32::from(before < *rank);
                }
                groups.push(group);
            }
        }
        Ok(Self { side, groups })
    }

    pub(super) fn len(&self) -> usize {
        self.side.len()
    }

    pub(super) fn entries(&self) -> usize {
        self.groups.len()
    }

    /// Where the list of a person begins among the entries of all.
    pub(super) fn start(&self, person: u32) -> usize {
        self.side.start(person)
    }

    pub(super) fn list(&self, person: u32) -> &[u32] {
        self.side.list(person)
    }

    /// Where `other` stands on the list of `person`, [`NONE`] if nowhere.
    pub(super) fn place(&self, person: u32, other: u32) -> u32 {
        self.side.place(person, other)
    }

    /// The group of who stands at a place of a list.
    pub(super) fn group_at(&self, person: u32, place: u32) -> u32 {
        self.groups[self.side.start(person) + place as usize]
    }

    /// The group of `other`; [`NONE`], worse than any, for nobody and for who is not on the list.
    pub(super) fn group(&self, person: u32, other: u32) -> u32 {
        match if other == NONE { NONE } else { self.side.place(person, other) } {
            NONE => NONE,
            place => self.group_at(person, place),
        }
    }

    /// The groups of the entries of a list.
    pub(super) fn groups(&self, person: u32) -> &[u32] {
        &self.groups[self.side.start(person)..self.side.start(person) + self.side.list(person).len()]
    }

    /// Where the group that begins at a place ends.
    pub(super) fn group_end(&self, person: u32, place: u32) -> u32 {
        let groups = &self.groups(person)[place as usize..];
        place + groups.iter().take_while(|group| **group == groups[0]).count() as u32
    }

    /// How many on the list are strictly better than `other`, who is on it.
    pub(super) fn better(&self, person: u32, other: u32) -> u32 {
        let group = self.group(person, other);
        self.groups(person).partition_point(|&one| one < group) as u32
    }
}
