//! Large problems: shortest augmenting paths over short lists of cheap columns, exact all the same.
//!
//! Every row keeps a list of its cheapest columns by cost minus price, and a bound below which no other column lies. Prices
//! only fall, so a bound stays true. A search for a shortest path looks through lists; where a row's bound comes up before a
//! free column does, the row is asked for more. What is found is what a search over full rows finds, at a fraction of the
//! reading: lists come from one pass over the costs, and later passes are for the few rows whose lists ran out.
//!
//! Before the searches, free rows take their cheapest column and pay what it is worth more to them than their second choice
//! (Jonker, Volgenant 1987: augmenting row reduction), within a budget. A waiting source makes the search wait: its state is
//! its own, and it goes on when asked again.
mod full;
mod heap;
pub(super) mod kernels;
pub(super) mod source;

use crate::Context;
use crate::error::Result;
use crate::matching::assignment::{ALONE, Stuck};
use full::Full;
use heap::Heap;
use source::Source;

/// Columns in a first list.
pub(super) const FIRST: u32 = 16;
/// Columns in the longest list; beyond it a row is looked through without keeping what is found.
const LONGEST: u32 = 256;
/// Marks a row among the columns of the heap.
const ROW: u32 = 1 << 31;

/// What the search did.
#[derive(Debug)]
pub(super) enum Step {
    /// Every row is matched.
    Done,
    /// The source does not have the row at hand that it was asked for.
    Wait,
    /// Some rows cannot be matched.
    Stuck(Stuck),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) price: f64,
    /// Shortest known path to it; infinite if none, minus infinite once it was scanned.
    distance: f64,
    /// Who has it.
    pub(super) row: u32,
    /// The row before it on that path, and the cost between both.
    pub(super) before: u32,
    pub(super) cost: f64,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Cost of its pair.
    pub(super) cost: f64,
    /// Cost minus price minus this is the length of a path through it.
    offset: f64,
    /// No column outside its list is cheaper than this; minus infinite without a list.
    bound: f64,
    pub(super) column: u32,
    /// Its list: place, length and room in the pool, the length asked for, the search when it was made.
    start: usize,
    length: u32,
    room: u32,
    wanted: u32,
    made: u32,
}

/// A matching that grows.
#[derive(Debug)]
pub(super) struct Search {
    pub(super) rows: Vec<Row>,
    pub(super) columns: Vec<Column>,
    /// Prices once more, in one piece for kernels.
    pub(super) prices: Vec<f64>,
    pool: Vec<(f64, u32)>,
    /// Places of the pool that lists have left for longer ones.
    left: usize,
    found: Vec<(f64, u32)>,
    /// Free rows to be reduced, the last first, and those left for later.
    waiting: Vec<u32>,
    later: Vec<u32>,
    rounds: u32,
    budget: usize,
    /// The path that is searched for: its free row, columns to scan, and the nearest free column.
    pub(super) root: u32,
    number: u32,
    ready: Vec<u32>,
    heap: Heap,
    reached: f64,
    pub(super) best: f64,
    pub(super) end: u32,
    touched: Vec<u32>,
    pub(super) scanned: Vec<(u32, f64)>,
    /// How often lists were asked for and columns scanned in searches; both fade.
    widened: usize,
    passed: usize,
    pub(super) full: Full,
}

impl Search {
    /// Nobody matched; prices of 0 or, for as many rows as columns, any.
    pub(super) fn new(rows: usize, prices: Vec<f64>) -> Self {
        let row = Row {
            cost: 0.0,
            offset: 0.0,
            bound: f64::NEG_INFINITY,
            column: ALONE,
            start: 0,
            length: 0,
            room: 0,
            // With columns to spare few rows want the same ones.
            wanted: if 2 * rows <= prices.len() { FIRST / 2 } else { FIRST },
            made: 0,
        };
        let column =
            |price: &f64| Column { price: *price, distance: f64::INFINITY, row: ALONE, before: ALONE, cost: 0.0 };
        Self {
            rows: vec![row; rows],
            columns: prices.iter().map(column).collect(),
            prices,
            pool: Vec::new(),
            left: 0,
            found: Vec::new(),
            waiting: Vec::new(),
            later: Vec::new(),
            rounds: 2,
            budget: 4 * rows,
            root: ALONE,
            number: 0,
            ready: Vec::new(),
            heap: Heap::default(),
            reached: f64::NEG_INFINITY,
            best: f64::INFINITY,
            end: ALONE,
            touched: Vec::new(),
            scanned: Vec::new(),
            widened: 0,
            passed: 0,
            full: Full::default(),
        }
    }

    /// Match a pair of reduced cost 0, of a free row and a free column.
    pub(super) fn pair(&mut self, row: usize, column: usize, cost: f64) {
        self.rows[row].column = column as u32;
        self.rows[row].cost = cost;
        self.columns[column].row = row as u32;
    }

    /// Let every free row wait for its turn.
    pub(super) fn begin(&mut self) {
        let free = |(_, row): &(usize, &Row)| row.column == ALONE;
        self.waiting = self.rows.iter().enumerate().filter(free).map(|(row, _)| row as u32).rev().collect();
    }

    /// The column of each row, and the price of each.
    pub(super) fn matching(self) -> (Vec<u32>, Vec<f64>) {
        (self.rows.iter().map(|row| row.column).collect(), self.prices)
    }

    /// The column of each row with the cost of the pair, and the prices.
    pub(super) fn pairs(self) -> (Vec<(u32, f64)>, Vec<f64>) {
        (self.rows.iter().map(|row| (row.column, row.cost)).collect(), self.prices)
    }

    /// Go on until every row is matched, or the source has to be filled.
    pub(super) fn run(&mut self, source: &mut impl Source, context: &Context) -> Result<Step> {
        while self.rounds > 0 {
            if !self.reduce(source, context)? {
                return Ok(Step::Wait);
            }
            self.rounds -= 1;
            self.waiting.append(&mut self.later);
            self.waiting.reverse();
            if self.budget == 0 {
                self.rounds = 0;
            }
        }
        while let Some(row) = self.waiting.last().copied() {
            let fresh = self.root != row;
            if fresh {
                context.check()?;
                context.report(self.rows.len() - self.waiting.len(), self.rows.len());
            }
            if !(fresh && self.lists_run_out() && self.search_full(row, source, context)?) {
                if fresh {
                    self.start(row);
                }
                if !self.search(source, context)? {
                    return Ok(Step::Wait);
                }
            }
            if self.end == ALONE {
                let columns: Vec<usize> = self.scanned.iter().map(|(column, _)| *column as usize).collect();
                let rows = columns.iter().map(|column| self.columns[*column].row as usize).chain([row as usize]);
                return Ok(Step::Stuck(Stuck { rows: rows.collect(), columns }));
            }
            self.turn();
            self.waiting.pop();
        }
        Ok(Step::Done)
    }

    /// Give waiting rows their cheapest columns.
    fn reduce(&mut self, source: &mut impl Source, context: &Context) -> Result<bool> {
        while let Some(row) = self.waiting.last().copied() {
            if self.budget == 0 {
                self.later.append(&mut self.waiting);
                break;
            }
            if self.budget.is_multiple_of(64) {
                context.check()?;
            }
            let mut choice = self.choose(row);
            if choice.value > self.rows[row as usize].bound || self.rows[row as usize].bound == f64::NEG_INFINITY {
                if !self.list(row, self.rows[row as usize].wanted, source)? {
                    return Ok(false);
                }
                choice = self.choose(row);
            }
            self.waiting.pop();
            self.budget -= 1;
            let second = choice.second.min(self.rows[row as usize].bound);
            if second == f64::INFINITY {
                // One column or none: nothing tells what it is worth.
                self.later.push(row);
                continue;
            }
            let lower = second > choice.value;
            let mut taken = choice.column;
            if lower {
                self.lower(taken as usize, second - choice.value);
            } else if self.columns[taken as usize].row != ALONE && choice.other != ALONE {
                taken = choice.other;
            }
            let previous = self.columns[taken as usize].row;
            let cost = if taken == choice.column { choice.cost } else { choice.other_cost };
            self.pair(row as usize, taken as usize, cost);
            if previous != ALONE {
                self.rows[previous as usize].column = ALONE;
                if lower { &mut self.waiting } else { &mut self.later }.push(previous);
            }
        }
        Ok(true)
    }

    /// Whether full rows are cheaper to look through than lists that have to be made again and again.
    fn lists_run_out(&mut self) -> bool {
        let most = 4 * self.rows.len();
        if self.passed > most {
            self.passed /= 2;
            self.widened /= 2;
        }
        self.widened > most / 8 && 4 * self.widened > self.passed
    }

    fn lower(&mut self, column: usize, by: f64) {
        self.columns[column].price -= by;
        self.prices[column] = self.columns[column].price;
    }

    /// The two cheapest columns in a row's list.
    fn choose(&self, row: u32) -> Choice {
        let mut choice = Choice {
            value: f64::INFINITY,
            second: f64::INFINITY,
            column: ALONE,
            other: ALONE,
            cost: 0.0,
            other_cost: 0.0,
        };
        for (cost, column) in self.listed(row) {
            let value = cost - self.columns[*column as usize].price;
            if value < choice.second {
                if value < choice.value {
                    (choice.second, choice.other, choice.other_cost) = (choice.value, choice.column, choice.cost);
                    (choice.value, choice.column, choice.cost) = (value, *column, *cost);
                } else {
                    (choice.second, choice.other, choice.other_cost) = (value, *column, *cost);
                }
            }
        }
        choice
    }

    fn listed(&self, row: u32) -> &[(f64, u32)] {
        let row = &self.rows[row as usize];
        &self.pool[row.start..row.start + row.length as usize]
    }

    /// Make a row's first list.
    pub(super) fn list_first(&mut self, row: u32, source: &mut impl Source) -> Result<bool> {
        self.list(row, self.rows[row as usize].wanted, source)
    }

    /// Make a row's list anew.
    pub(super) fn list(&mut self, row: u32, wanted: u32, source: &mut impl Source) -> Result<bool> {
        let Some(bound) = source.nearest(row as usize, &self.prices, wanted as usize, &mut self.found)? else {
            return Ok(false);
        };
        if self.found.len() > self.rows[row as usize].room as usize {
            let room = (self.found.len() as u32).max(wanted + wanted / 4);
            self.left += self.rows[row as usize].room as usize;
            self.rows[row as usize].room = 0;
            if self.pool.len() + room as usize > self.pool.capacity() && 4 * self.left > self.pool.len() {
                self.close_up();
            }
            let row = &mut self.rows[row as usize];
            (row.start, row.room) = (self.pool.len(), room);
            self.pool.resize(row.start + room as usize, (0.0, 0));
        }
        let row = &mut self.rows[row as usize];
        row.length = self.found.len() as u32;
        self.pool[row.start..row.start + self.found.len()].copy_from_slice(&self.found);
        row.bound = bound;
        row.wanted = wanted;
        row.made = self.number;
        Ok(true)
    }

    /// Move the lists together over the places that longer lists have left, so that the pool need not grow.
    fn close_up(&mut self) {
        let mut listed: Vec<u32> =
            (0..self.rows.len() as u32).filter(|row| self.rows[*row as usize].room > 0).collect();
        listed.sort_unstable_by_key(|row| self.rows[*row as usize].start);
        let mut end = 0;
        for row in listed {
            let row = &mut self.rows[row as usize];
            self.pool.copy_within(row.start..row.start + row.length as usize, end);
            row.start = end;
            end += row.room as usize;
        }
        self.pool.truncate(end);
        self.left = 0;
    }

    /// Begin a search from a free row.
    fn start(&mut self, row: u32) {
        self.root = row;
        self.number += 1;
        self.heap.clear();
        self.ready.clear();
        self.scanned.clear();
        self.reached = f64::NEG_INFINITY;
        self.best = f64::INFINITY;
        self.end = ALONE;
        self.rows[row as usize].offset = 0.0;
        self.pass(row);
    }

    /// Look for the nearest free column.
    fn search(&mut self, source: &mut impl Source, context: &Context) -> Result<bool> {
        while self.best > self.reached {
            if let Some(column) = self.ready.pop() {
                if self.columns[column as usize].distance != f64::NEG_INFINITY {
                    self.scan(column);
                    if self.scanned.len().is_multiple_of(256) {
                        context.check()?;
                    }
                }
                continue;
            }
            let Some((key, what)) = self.heap.first() else { break };
            if key >= self.best {
                break;
            }
            if what >= ROW {
                context.check()?;
                if !self.widen(what - ROW, source)? {
                    return Ok(false);
                }
                self.reached = self.reached.max(key);
                continue;
            }
            self.heap.pop();
            if self.columns[what as usize].distance == key {
                self.reached = self.reached.max(key);
                self.scan(what);
                if self.scanned.len().is_multiple_of(256) {
                    context.check()?;
                }
            }
        }
        Ok(true)
    }

    /// Go through a matched column to its row and on.
    fn scan(&mut self, column: u32) {
        let place = &mut self.columns[column as usize];
        let distance = std::mem::replace(&mut place.distance, f64::NEG_INFINITY);
        let (row, price) = (place.row, place.price);
        self.passed += 1;
        self.scanned.push((column, distance));
        self.rows[row as usize].offset = self.rows[row as usize].cost - price - distance;
        self.pass(row);
    }

    /// Look through a row's list, and remember when it ends.
    fn pass(&mut self, row: u32) {
        let Row { start, length, offset, bound, .. } = self.rows[row as usize];
        for at in start..start + length as usize {
            let (cost, column) = self.pool[at];
            self.relax(row, offset, cost, column);
        }
        // Without a list the bound says nothing, and the row is asked when all nearer columns were scanned.
        let end = (bound - offset).max(self.reached);
        if end < self.best {
            self.heap.push(end, row | ROW);
        }
    }

    #[inline]
    fn relax(&mut self, row: u32, offset: f64, cost: f64, column: u32) {
        let place = &mut self.columns[column as usize];
        let distance = cost - place.price - offset;
        if distance >= place.distance || distance >= self.best {
            return;
        }
        if place.distance == f64::INFINITY {
            self.touched.push(column);
        }
        place.distance = distance;
        place.before = row;
        place.cost = cost;
        if place.row == ALONE {
            self.best = distance;
            self.end = column;
        } else if distance <= self.reached {
            self.ready.push(column);
        } else {
            self.heap.push(distance, column);
        }
    }

    /// Ask for more of a row whose list ended; it is first in the heap.
    fn widen(&mut self, row: u32, source: &mut impl Source) -> Result<bool> {
        let Row { offset, bound, wanted, made, .. } = self.rows[row as usize];
        let longer = if bound == f64::NEG_INFINITY {
            wanted
        } else if made != self.number {
            (2 * wanted).min(64)
        } else {
            4 * wanted
        };
        if longer <= LONGEST {
            if !self.list(row, longer, source)? {
                return Ok(false);
            }
            self.widened += 1;
            self.heap.pop();
            self.pass(row);
            return Ok(true);
        }
        let mut found = std::mem::take(&mut self.found);
        let at_hand = source.within(row as usize, &self.prices, self.best + offset, &mut found)?;
        if at_hand {
            self.heap.pop();
            for (cost, column) in &found {
                self.relax(row, offset, *cost, *column);
            }
        }
        self.found = found;
        Ok(at_hand)
    }

    /// Match along the path that was found; prices of scanned columns fall by what they lie nearer than its end.
    fn turn(&mut self) {
        for at in 0..self.scanned.len() {
            let (column, distance) = self.scanned[at];
            if distance < self.best {
                self.lower(column as usize, self.best - distance);
            }
        }
        let mut column = self.end;
        loop {
            let place = &mut self.columns[column as usize];
            let row = place.before;
            place.row = row;
            let own = &mut self.rows[row as usize];
            own.cost = place.cost;
            let next = std::mem::replace(&mut own.column, column);
            if row == self.root {
                break;
            }
            column = next;
        }
        for column in self.touched.drain(..) {
            self.columns[column as usize].distance = f64::INFINITY;
        }
        self.root = ALONE;
    }
}

/// What a row would take, and what it would take otherwise.
#[derive(Debug)]
struct Choice {
    value: f64,
    second: f64,
    column: u32,
    other: u32,
    cost: f64,
    other_cost: f64,
}
