//! Auctions with a shrinking least bid, for as many columns as rows.
use super::graph::{Graph, Range};
use super::paths::State;
use super::{ALONE, cardinality, place};
use crate::Context;
use crate::error::Result;

/// The least bid shrinks by this from round to round.
const SHRINK: f64 = 0.25;
/// The first least bid is at most the range of the costs times this.
const FIRST: f64 = 0.25;
/// Rounds stop at the first least bid times this, whatever is still loose.
const LAST: f64 = 1.0 / (1 << 30) as f64;
/// Rounds stop when at most one row in so many is loose.
const FEW: usize = 32;
/// Bids per row of the first round after which somebody looks whether all rows can be matched at all.
const SUSPICIOUS: usize = 16;
/// Bids per row of one round after which the rest is left to shortest paths.
const TOO_MANY: usize = 96;

/// The best matching of all rows to all columns, or `None` where not all can be matched.
pub(super) fn square(graph: &Graph<'_>, range: Range, context: &Context) -> Result<Option<State>> {
    let mut auction = Auction {
        graph,
        state: State::empty(graph),
        waiting: (0..graph.rows as u32).rev().collect(),
        width: range.width(),
        bids: 0,
        since_check: 0,
        feasible: false,
    };
    // Every column's price starts at its cheapest arc: it is then the best column of at least one row.
    auction.state.column_prices.fill(f64::INFINITY);
    for arc in graph.arcs() {
        let price = &mut auction.state.column_prices[arc.column as usize];
        *price = if arc.cost < *price { arc.cost } else { *price };
    }
    if auction.state.column_prices.contains(&f64::INFINITY) {
        return Ok(None);
    }
    // Powers of two add to whole numbers without rounding.
    let mut least = (range.width() * FIRST).log2().floor().exp2();
    let last = (least * LAST).max(f64::MIN_POSITIVE);
    while least >= last {
        let done = match auction.round(least, context)? {
            Round::Complete => false,
            Round::Slow => true,
            Round::Infeasible => return Ok(None),
        };
        auction.state.loosen(graph, &mut auction.waiting, context)?;
        if done || auction.waiting.len() <= graph.rows / FEW {
            break;
        }
        least *= SHRINK;
    }
    let Auction { mut state, waiting, .. } = auction;
    Ok(place(graph, &mut state, &waiting, context)?.then_some(state))
}

/// How a round ended.
enum Round {
    Complete,
    Slow,
    Infeasible,
}

struct Auction<'a> {
    graph: &'a Graph<'a>,
    state: State,
    /// Rows without a column.
    waiting: Vec<u32>,
    /// Greatest less least cost.
    width: f64,
    bids: usize,
    since_check: usize,
    /// Whether it is known that all rows can be matched.
    feasible: bool,
}

impl Auction<'_> {
    /// Let all rows that wait bid until each has a column.
    fn round(&mut self, least: f64, context: &Context) -> Result<Round> {
        let rows = self.graph.rows;
        let (suspicious, too_many) = (self.bids + SUSPICIOUS * rows + 1024, self.bids + TOO_MANY * rows + 4096);
        // What a row with a single column bids over its price. It grows, so that long chains of such rows settle soon.
        let mut lonely = self.width * 4.0;
        let mut lonely_bids = 0;
        while let Some(first) = self.waiting.pop() {
            // Whoever loses a column bids next, while its surroundings are still at hand.
            let mut row = first;
            while row != ALONE {
                if self.bids >= too_many || self.bids >= suspicious && !self.feasible {
                    if self.bids >= too_many {
                        self.waiting.push(row);
                        return Ok(Round::Slow);
                    }
                    if !cardinality::largest(self.graph, context)?.is_complete() {
                        return Ok(Round::Infeasible);
                    }
                    self.feasible = true;
                }
                let arcs = self.graph.row(row as usize);
                self.bids += 1;
                self.since_check += arcs.len();
                if self.since_check > 1 << 18 {
                    self.since_check = 0;
                    context.check()?;
                }
                let (mut best, mut second, mut column) = (f64::INFINITY, f64::INFINITY, 0);
                for arc in arcs {
                    let price = arc.cost - self.state.column_prices[arc.column as usize];
                    if price < second {
                        if price < best {
                            second = best;
                            best = price;
                            column = arc.column;
                        } else {
                            second = price;
                        }
                    }
                }
                let mut bid = second - best;
                if second == f64::INFINITY {
                    bid = lonely;
                    lonely_bids += 1;
                    if lonely_bids % rows == 0 && lonely < self.width * 1e6 {
                        lonely *= 2.0;
                    }
                }
                self.state.column_prices[column as usize] -= if bid < least { least } else { bid };
                self.state.column_of_row[row as usize] = column;
                let loser = std::mem::replace(&mut self.state.row_of_column[column as usize], row);
                if loser != ALONE {
                    self.state.column_of_row[loser as usize] = ALONE;
                }
                row = loser;
            }
        }
        self.feasible = true;
        Ok(Round::Complete)
    }
}
