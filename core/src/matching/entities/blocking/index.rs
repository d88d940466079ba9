//! The indexes of all passes, and the candidates read off them.
use std::cmp::Ordering;
use std::collections::HashMap;

use super::keys::KeyMaker;
use super::passes::Blocking;
use super::{BlockingReport, PassReport};
use crate::Context;
use crate::error::{Result, ensure};
use crate::matching::entities::records::Field;

/// What bounds the candidates.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Limits {
    pub(in super::super) largest_block: usize,
    pub(in super::super) window: usize,
    pub(in super::super) most_pairs: usize,
}

/// The indexes of all passes over the records of one table or two.
#[derive(Clone, Debug)]
pub(in super::super) struct Candidates {
    indexes: Vec<Index>,
    names: Vec<String>,
    /// The table of each record where two are linked; empty for one.
    sides: Vec<bool>,
    rows: usize,
    asked: Limits,
    limits: Limits,
    /// The fields by which the records of a large block are sorted, the most telling first.
    telling: Vec<usize>,
}

#[derive(Clone, Debug)]
enum Index {
    Keyed(Keyed),
    Sorted { fields: Vec<usize>, window: usize, order: Vec<u32>, places: Vec<u32> },
    All,
}

/// Blocks of records with the same key.
#[derive(Clone, Debug)]
struct Keyed {
    maker: KeyMaker,
    /// Ascending.
    keys: Vec<u64>,
    /// Where the rows of each block end.
    ends: Vec<u32>,
    /// The rows of all blocks, ascending in each.
    rows: Vec<u32>,
    /// Where the blocks of each row end.
    row_ends: Vec<u32>,
    /// The blocks of all rows.
    blocks: Vec<u32>,
    large: HashMap<u32, Large>,
}

/// A block whose records are compared with neighbours only.
#[derive(Clone, Debug)]
struct Large {
    /// Rows, like beside like.
    order: Vec<u32>,
    /// Where each of the ascending rows stands in the order.
    places: Vec<u32>,
}

impl Keyed {
    fn new(maker: KeyMaker, entries: Vec<(u64, u32)>, rows: usize) -> Result<Self> {
        let mut keyed = Self {
            maker,
            keys: vec![],
            ends: vec![],
            rows: vec![],
            row_ends: vec![],
            blocks: vec![],
            large: HashMap::new(),
        };
        keyed.fill(entries, rows)?;
        Ok(keyed)
    }

    fn fill(&mut self, entries: Vec<(u64, u32)>, rows: usize) -> Result<()> {
        let count = entries.len();
        ensure!(count < u32::MAX as usize, TooLarge, "a blocking pass has {count} keys, the limit is {}", u32::MAX);
        self.keys.clear();
        self.ends.clear();
        self.rows.clear();
        self.row_ends.clear();
        self.row_ends.resize(rows + 1, 0);
        for (position, (key, row)) in entries.iter().enumerate() {
            if self.keys.last() != Some(key) {
                self.keys.push(*key);
                self.ends.push(0);
            }
            if let Some(end) = self.ends.last_mut() {
                *end = position as u32 + 1;
            }
            self.rows.push(*row);
            self.row_ends[*row as usize + 1] += 1;
        }
        for row in 0..rows {
            self.row_ends[row + 1] += self.row_ends[row];
        }
        let mut next = self.row_ends.clone();
        self.blocks.clear();
        self.blocks.resize(count, 0);
        for block in 0..self.keys.len() {
            for &row in &self.rows[self.range(block)] {
                let place = &mut next[row as usize];
                self.blocks[*place as usize] = block as u32;
                *place += 1;
            }
        }
        Ok(())
    }

    fn range(&self, block: usize) -> std::ops::Range<usize> {
        let start = if block == 0 { 0 } else { self.ends[block - 1] };
        start as usize..self.ends[block] as usize
    }

    fn blocks_of(&self, row: usize) -> &[u32] {
        &self.blocks[self.row_ends[row] as usize..self.row_ends[row + 1] as usize]
    }

    fn extend(&mut self, fields: &[Field], first: usize, context: &Context) -> Result<()> {
        let new = self.maker.keys(fields, first, context)?;
        let mut entries = Vec::with_capacity(self.rows.len() + new.len());
        for block in 0..self.keys.len() {
            entries.extend(self.rows[self.range(block)].iter().map(|row| (self.keys[block], *row)));
        }
        entries.extend(new);
        entries.sort(); // stable: the known run is found, the new ones are merged in
        self.fill(entries, fields.first().map_or(0, Field::len))
    }
}

impl Candidates {
    /// Index all records.
    pub(in super::super) fn new(
        passes: &[Blocking],
        fields: &[Field],
        sides: &[bool],
        find: &(dyn Fn(&str) -> usize + Sync),
        limits: Limits,
        context: &Context,
    ) -> Result<Self> {
        let rows = fields.first().map_or(0, Field::len);
        let indexes = context.map(passes.len(), |position| {
            let pass = &passes[position];
            let seed = context.seed();
            Ok(match (KeyMaker::new(pass, fields, &|name| find(name), seed), pass) {
                (Some(maker), _) => {
                    let mut entries = maker.keys(fields, 0, context)?;
                    entries.sort_unstable();
                    context.check()?;
                    Index::Keyed(Keyed::new(maker, entries, rows)?)
                }
                (None, Blocking::SortedNeighbourhood(sorted)) => {
                    let chosen: Vec<usize> = sorted.columns.iter().map(|column| find(column)).collect();
                    let mut order: Vec<u32> = (0..rows as u32).collect();
                    order.sort_unstable_by(|a, b| by_values(fields, &chosen, *a, *b));
                    let places = inverse(&order);
                    Index::Sorted { fields: chosen, window: sorted.window, order, places }
                }
                (None, _) => Index::All,
            })
        })?;
        let mut telling: Vec<usize> = (0..fields.len()).filter(|field| fields[*field].present() * 2 > rows).collect();
        telling.sort_by_key(|field| std::cmp::Reverse(fields[*field].values.len()));
        telling.truncate(3);
        let names = passes.iter().map(Blocking::describe).collect();
        let mut candidates = Self { indexes, names, sides: sides.to_vec(), rows, asked: limits, limits, telling };
        candidates.keep_within_limits(fields, context)?;
        Ok(candidates)
    }

    /// Learn the records from `first` on; those before are known.
    pub(in super::super) fn extend(
        &mut self,
        fields: &[Field],
        sides: &[bool],
        first: usize,
        context: &Context,
    ) -> Result<()> {
        self.rows = fields.first().map_or(0, Field::len);
        self.sides = sides.to_vec();
        for index in &mut self.indexes {
            context.check()?;
            match index {
                Index::Keyed(keyed) => keyed.extend(fields, first, context)?,
                Index::Sorted { fields: chosen, order, places, .. } => {
                    order.extend(first as u32..self.rows as u32);
                    order.sort_by(|a, b| by_values(fields, chosen, *a, *b));
                    *places = inverse(order);
                }
                Index::All => {}
            }
        }
        self.keep_within_limits(fields, context)
    }

    /// Choose how large a block may be so that there are not too many pairs, and sort those that are larger.
    fn keep_within_limits(&mut self, fields: &[Field], context: &Context) -> Result<()> {
        self.limits = self.asked;
        loop {
            let planned: f64 = self.indexes.iter().map(|index| self.planned(index).0).sum();
            if planned <= self.limits.most_pairs as f64 {
                break;
            }
            let (block, window) = (self.limits.largest_block, self.limits.window);
            ensure!(
                block > 2 || window > 1,
                TooLarge,
                "blocking gives about {planned:.0} candidate pairs, the limit most_pairs is {}; name fewer or more telling keys",
                self.limits.most_pairs
            );
            self.limits.largest_block = (block / 2).max(2);
            self.limits.window = (window / 2).max(1);
        }
        let (largest, telling) = (self.limits.largest_block, &self.telling);
        for index in &mut self.indexes {
            let Index::Keyed(keyed) = index else { continue };
            keyed.large.clear();
            for block in 0..keyed.keys.len() {
                let rows = &keyed.rows[keyed.range(block)];
                if rows.len() <= largest {
                    continue;
                }
                context.check()?;
                let mut order: Vec<u32> = (0..rows.len() as u32).collect();
                order.sort_unstable_by(|a, b| by_values(fields, telling, rows[*a as usize], rows[*b as usize]));
                let places = inverse(&order);
                let order = order.into_iter().map(|place| rows[place as usize]).collect();
                keyed.large.insert(block as u32, Large { order, places });
            }
        }
        Ok(())
    }

    /// How many pairs an index gives, how many blocks are large, and the size of the largest.
    fn planned(&self, index: &Index) -> (f64, usize, usize) {
        let pairs = |rows: &[u32]| -> f64 {
            let all = rows.len() as f64;
            if self.sides.is_empty() {
                return all * (all - 1.0) / 2.0;
            }
            let right = rows.iter().filter(|row| self.sides[**row as usize]).count() as f64;
            right * (all - right)
        };
        match index {
            Index::All => (self.all_pairs(), 0, 0),
            Index::Sorted { window, .. } => (self.all_pairs().min((self.rows * window) as f64), 0, 0),
            Index::Keyed(keyed) => {
                let (mut total, mut large, mut largest) = (0.0, 0, 0);
                for block in 0..keyed.keys.len() {
                    let rows = &keyed.rows[keyed.range(block)];
                    largest = largest.max(rows.len());
                    let here = if rows.len() > 1 { pairs(rows) } else { 0.0 };
                    if rows.len() > self.limits.largest_block {
                        large += 1;
                        total += here.min((rows.len() * self.limits.window) as f64);
                    } else {
                        total += here;
                    }
                }
                (total, large, largest)
            }
        }
    }

    /// All pairs that there are.
    pub(in super::super) fn all_pairs(&self) -> f64 {
        let rows = self.rows as f64;
        if self.sides.is_empty() {
            return rows * (rows - 1.0) / 2.0;
        }
        let right = self.sides.iter().filter(|side| **side).count() as f64;
        right * (rows - right)
    }

    /// What the passes found, with the number of different candidates.
    pub(in super::super) fn report(&self, candidates: usize) -> BlockingReport {
        let pass = |(index, name): (&Index, &String)| {
            let (pairs, large_blocks, largest_block) = self.planned(index);
            PassReport { name: name.clone(), pairs: pairs as usize, large_blocks, largest_block }
        };
        let all_pairs = self.all_pairs();
        BlockingReport {
            passes: self.indexes.iter().zip(&self.names).map(pass).collect(),
            all_pairs,
            candidates,
            reduction: if all_pairs > 0.0 { 1.0 - candidates as f64 / all_pairs } else { 0.0 },
            largest_block: self.limits.largest_block,
            window: self.limits.window,
        }
    }

    /// The candidates of `row` among the rows before it, ascending, each once. `met` has a mark for every row and is kept
    /// from call to call; rows must be asked in ascending order.
    pub(in super::super) fn before(&self, row: usize, met: &mut Vec<u32>, found: &mut Vec<u32>) {
        found.clear();
        met.resize(self.rows, u32::MAX);
        let mark = row as u32;
        let side = self.sides.get(row);
        let mut take = |other: u32| {
            if other < mark && met[other as usize] != mark {
                met[other as usize] = mark;
                if side != self.sides.get(other as usize) || side.is_none() {
                    found.push(other);
                }
            }
        };
        for index in &self.indexes {
            match index {
                Index::All => (0..mark).for_each(&mut take),
                Index::Sorted { window, order, places, .. } => {
                    let place = places[row] as usize;
                    let last = (place + window + 1).min(order.len());
                    order[place.saturating_sub(*window)..last].iter().copied().for_each(&mut take);
                }
                Index::Keyed(keyed) => {
                    for &block in keyed.blocks_of(row) {
                        let rows = &keyed.rows[keyed.range(block as usize)];
                        match keyed.large.get(&block).filter(|_| rows.len() > self.limits.largest_block) {
                            None => rows.iter().copied().take_while(|other| *other < mark).for_each(&mut take),
                            Some(large) => {
                                let Ok(at) = rows.binary_search(&mark) else { continue };
                                let place = large.places[at] as usize;
                                let last = (place + self.limits.window + 1).min(rows.len());
                                let first = place.saturating_sub(self.limits.window);
                                large.order[first..last].iter().copied().for_each(&mut take);
                            }
                        }
                    }
                }
            }
        }
        found.sort_unstable();
    }
}

/// The order of two records by the values of fields; missing values come last, equal records in the order of rows.
fn by_values(fields: &[Field], chosen: &[usize], a: u32, b: u32) -> Ordering {
    for field in chosen {
        let field = &fields[*field];
        let order = match (field.value(a as usize), field.value(b as usize)) {
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    a.cmp(&b)
}

/// Where each item stands in an order.
fn inverse(order: &[u32]) -> Vec<u32> {
    let mut places = vec![0; order.len()];
    for (place, item) in order.iter().enumerate() {
        places[*item as usize] = place as u32;
    }
    places
}
