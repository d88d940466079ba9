//! New records held against those that are known.
use std::collections::HashMap;

use super::cluster::{Clustering, Match};
use super::compare::Matcher;
use super::fit::{bits_of, compare, weigh};
use super::fitted::{FittedLinkage, Prepared};
use super::result::NewMatches;
use crate::Context;
use crate::data::Table;
use crate::error::Result;

/// How many members of an entity a new record is held against, at most.
const MEMBERS: usize = 50;
/// Weights beyond this, in bits, are as good as certain.
const CERTAIN: f64 = 40.0;

impl FittedLinkage {
    /// Hold new records against the known ones, and against each other, with what was learnt; the model stays as it is.
    ///
    /// A new record joins the known entity that it matches best, judged by the mean weight over its members, or becomes an
    /// entity of its own; known entities are never joined with each other. Records of a link belong to the right
    /// table if `right`, else to the left one. Copies the known records; compares only candidates of the new ones.
    ///
    /// # Errors
    /// `invalid_data` for a table without the columns that were compared; `too_large`; `cancelled`.
    pub fn match_new(&self, table: &Table, right: bool, context: &Context) -> Result<NewMatches> {
        let (_, matches) = self.admitted(table, right, context)?;
        Ok(matches)
    }

    /// Take new records in: as [`match_new`](Self::match_new), and they are known from now on. Weights stay as they are, the
    /// frequencies of values follow. On an error nothing is learnt.
    ///
    /// # Errors
    /// As [`match_new`](Self::match_new).
    pub fn update(&mut self, table: &Table, right: bool, context: &Context) -> Result<NewMatches> {
        let (next, matches) = self.admitted(table, right, context)?;
        *self = next;
        Ok(matches)
    }

    fn admitted(&self, table: &Table, right: bool, context: &Context) -> Result<(Self, NewMatches)> {
        self.prepared(context)?;
        let mut next = self.clone();
        let mut prepared = next.take_prepared(context)?;
        let first = next.roster.rows as usize;
        next.roster.append(table, right, context)?;
        next.roster.fill(&mut prepared.fields, context)?;
        prepared.candidates.extend(&prepared.fields, &next.roster.sides, first, context)?;
        let compared = compare(&prepared.candidates, &prepared.fields, &next.weights.comparators, first, context)?;
        let found = weigh(&next.weights, &prepared.fields, &compared, context)?;
        next.join(&prepared, &found, first, context)?;
        let least = bits_of(next.options.threshold);
        let kept: Vec<&Match> = found.iter().filter(|pair| pair.bits >= least).collect();
        let pairs = super::fitted::pair_columns(&kept, i64::from)?;
        let entities = next.entities[first..].to_vec().into();
        next.matches.extend(found);
        next.put_prepared(prepared);
        Ok((next, NewMatches { entities, pairs }))
    }

    /// Give every record from `first` on its entity.
    fn join(&mut self, prepared: &Prepared, found: &[Match], first: usize, context: &Context) -> Result<()> {
        let least = bits_of(self.options.threshold);
        let (weights, fields, sides) = (&self.weights, &prepared.fields, &self.roster.sides);
        let mut matcher = Matcher::new(fields, &weights.comparators);
        let mut members: HashMap<i64, Vec<u32>> = HashMap::new();
        for (row, entity) in self.entities.iter().enumerate() {
            members.entry(*entity).or_default().push(row as u32);
        }
        let mut following = self.entities.iter().max().map_or(0, |last| last + 1);
        let mut of_row: HashMap<u32, Vec<&Match>> = HashMap::new();
        for pair in found.iter().filter(|pair| pair.bits >= least) {
            of_row.entry(pair.right).or_default().push(pair);
        }
        for row in first..self.roster.rows as usize {
            if row % 64 == 0 {
                context.check()?;
            }
            let mut best: Option<(f64, i64)> = None;
            let mut tried: Vec<i64> = Vec::new();
            for pair in of_row.get(&(row as u32)).map_or(&[][..], Vec::as_slice) {
                let entity = self.entities[pair.left as usize];
                if self.options.clustering == Clustering::ConnectedComponents {
                    if best.is_none_or(|(bits, _)| pair.bits > bits) {
                        best = Some((pair.bits, entity));
                    }
                    continue;
                }
                if tried.contains(&entity) {
                    continue;
                }
                tried.push(entity);
                let rows = members.get(&entity).map_or(&[][..], Vec::as_slice);
                let single = matches!(self.options.clustering, Clustering::OneToOne | Clustering::OneToOneGreedy);
                let paired = single && rows.len() > 1;
                let (mut sum, mut count) = (0.0, 0.0);
                for &other in rows.iter().take(MEMBERS) {
                    if sides.is_empty() || sides[other as usize] != sides[row] {
                        let pattern = matcher.compare(other as usize, row);
                        let bits = weights.total(fields, pattern, row, weights.bits(pattern));
                        (sum, count) = (sum + bits.clamp(-CERTAIN, CERTAIN), count + 1.0);
                    }
                }
                if !paired && count > 0.0 && sum / count >= least && best.is_none_or(|(bits, _)| sum / count > bits) {
                    best = Some((sum / count, entity));
                }
            }
            let entity = best.map_or(following, |(_, entity)| entity);
            following = following.max(entity + 1);
            self.entities.push(entity);
            members.entry(entity).or_default().push(row as u32);
        }
        Ok(())
    }
}
