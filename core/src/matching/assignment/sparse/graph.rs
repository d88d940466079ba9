//! Possible pairs as the solvers want them: the shorter side as rows, least cost, each pair once.
use std::borrow::Cow;

use super::ALONE;
pub(in super::super) use super::costs::Arc;
use super::costs::SparseCosts;
use crate::Context;
use crate::error::{Result, ensure};

/// Sums of a matching's worth of costs below this stay finite.
pub(super) const LARGEST: f64 = 1e290;
/// Brings any finite cost below [`LARGEST`]; a power of two, so that nothing is rounded.
const SHRINK: f64 = 1.0 / (1u128 << 64) as f64;

/// Rows with the arcs to their columns; each column at most once per row, all costs finite, `rows <= columns`.
#[derive(Debug)]
pub(in super::super) struct Graph<'a> {
    pub(in super::super) rows: usize,
    pub(in super::super) columns: usize,
    start: Cow<'a, [u32]>,
    arcs: Cow<'a, [Arc]>,
}

impl<'a> Graph<'a> {
    /// A graph from its rows.
    pub(in super::super) fn new(rows: usize, columns: usize, start: Vec<u32>, arcs: Vec<Arc>) -> Self {
        Self { rows, columns, start: Cow::Owned(start), arcs: Cow::Owned(arcs) }
    }

    /// The arcs of one row.
    #[inline(always)]
    pub(in super::super) fn row(&self, row: usize) -> &[Arc] {
        &self.arcs[self.start[row] as usize..self.start[row + 1] as usize]
    }

    /// All arcs, by row.
    pub(super) fn arcs(&self) -> &[Arc] {
        &self.arcs
    }

    /// The cost of a pair, if it is possible.
    pub(in super::super) fn cost(&self, row: usize, column: u32) -> Option<f64> {
        self.row(row).iter().find(|arc| arc.column == column).map(|arc| arc.cost)
    }

    /// The same graph with `offset` taken from every cost.
    pub(super) fn moved(&self, offset: f64) -> Graph<'static> {
        let arcs = self.arcs.iter().map(|arc| Arc { cost: arc.cost - offset, ..*arc }).collect();
        Graph::new(self.rows, self.columns, self.start.to_vec(), arcs)
    }

    /// Columns as rows.
    pub(super) fn turned(&self, context: &Context) -> Result<Graph<'static>> {
        let mut start = vec![0u32; self.columns + 2];
        for arc in self.arcs.iter() {
            start[arc.column as usize + 2] += 1;
        }
        for column in 2..start.len() {
            start[column] += start[column - 1];
        }
        let mut arcs = vec![Arc { cost: 0.0, column: 0 }; self.arcs.len()];
        for row in 0..self.rows {
            if row % 4096 == 0 {
                context.check()?;
            }
            for arc in self.row(row) {
                let place = &mut start[arc.column as usize + 1];
                arcs[*place as usize] = Arc { cost: arc.cost, column: row as u32 };
                *place += 1;
            }
        }
        start.pop();
        Ok(Graph::new(self.columns, self.rows, start, arcs))
    }
}

/// The least and the greatest cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Range {
    pub(super) fn of(graph: &Graph<'_>) -> Self {
        let wider = |range: Self, arc: &Arc| Self { low: range.low.min(arc.cost), high: range.high.max(arc.cost) };
        let range = graph.arcs.iter().fold(Self { low: f64::INFINITY, high: f64::NEG_INFINITY }, wider);
        if range.low <= range.high { range } else { Self { low: 0.0, high: 0.0 } }
    }

    pub(super) fn width(self) -> f64 {
        self.high - self.low
    }

    /// What may be taken from every cost without rounding, where that brings them nearer to 0.
    pub(super) fn offset(self) -> f64 {
        if self.low > 0.0 && self.high <= 2.0 * self.low {
            self.low
        } else if self.high < 0.0 && self.low >= 2.0 * self.high {
            self.high
        } else {
            0.0
        }
    }
}

/// A problem as a graph to be minimised, and how its answers are told in the caller's terms.
#[derive(Debug)]
pub(in super::super) struct Oriented<'a> {
    pub(in super::super) graph: Graph<'a>,
    /// The caller's rows are the columns here.
    pub(in super::super) transposed: bool,
    /// The caller's costs are these times this.
    unit: f64,
}

impl<'a> Oriented<'a> {
    /// Judge and orient the costs, so that the shorter side are the rows.
    pub(in super::super) fn of(costs: &'a SparseCosts, maximize: bool, context: &Context) -> Result<Self> {
        let mut oriented = Self::by_rows(costs, maximize, context)?;
        if costs.rows > costs.columns {
            oriented.graph = oriented.graph.turned(context)?;
            oriented.transposed = true;
        }
        Ok(oriented)
    }

    /// Judge the costs; rows stay rows.
    pub(in super::super) fn by_rows(costs: &'a SparseCosts, maximize: bool, context: &Context) -> Result<Self> {
        context.check()?;
        let forbidden = if maximize { f64::NEG_INFINITY } else { f64::INFINITY };
        let mut huge = false;
        if costs.unusual {
            for row in 0..costs.rows {
                for Arc { cost, column } in costs.row(row) {
                    ensure!(
                        cost.is_finite() || *cost == forbidden,
                        InvalidData,
                        "the cost of row {row} and column {column} is {cost}; a forbidden pair costs {forbidden}, all others are \
                         finite"
                    );
                    huge |= cost.is_finite() && cost.abs() > LARGEST;
                }
            }
        }
        let scale = if huge { SHRINK } else { 1.0 };
        let unit = if maximize { -1.0 / scale } else { 1.0 / scale };
        let graph = if costs.unusual || costs.repeated || unit != 1.0 {
            each_pair_once(costs, 1.0 / unit, forbidden, context)?
        } else {
            let (start, arcs) = (Cow::Borrowed(&costs.start[..]), Cow::Borrowed(&costs.arcs[..]));
            Graph { rows: costs.rows, columns: costs.columns, start, arcs }
        };
        Ok(Self { graph, transposed: false, unit })
    }

    /// The costs of the pairs in the caller's unit, added up in the order of the caller's rows.
    pub(super) fn total(&self, column_of_row: &[u32]) -> f64 {
        let matched = column_of_row.iter().enumerate().filter(|(_, column)| **column != ALONE);
        let cost = |(row, column): (usize, &u32)| self.graph.cost(row, *column).unwrap_or(f64::NAN) * self.unit;
        if !self.transposed {
            return matched.map(cost).sum::<f64>() + 0.0;
        }
        let mut by_column = vec![0.0; self.graph.columns];
        matched.for_each(|pair| by_column[*pair.1 as usize] = cost(pair));
        by_column.iter().sum::<f64>() + 0.0
    }

    /// Rows and columns of pairs as the caller numbers them, in order of the caller's rows.
    pub(super) fn pairs(&self, column_of_row: &[u32]) -> (Vec<i64>, Vec<i64>) {
        let matched = column_of_row.iter().enumerate().filter(|(_, column)| **column != ALONE);
        if !self.transposed {
            return matched.map(|(row, column)| (row as i64, i64::from(*column))).unzip();
        }
        let mut row_of_column = vec![ALONE; self.graph.columns];
        for (row, column) in matched {
            row_of_column[*column as usize] = row as u32;
        }
        let matched = row_of_column.iter().enumerate().filter(|(_, row)| **row != ALONE);
        matched.map(|(column, row)| (column as i64, i64::from(*row))).unzip()
    }

    /// A price or cost in the caller's unit.
    pub(in super::super) fn told(&self, value: f64) -> f64 {
        // Zero keeps its plain sign.
        value * self.unit + 0.0
    }

    /// Prices of rows and columns as the caller numbers and counts them.
    pub(super) fn prices(&self, mut rows: Vec<f64>, mut columns: Vec<f64>) -> [Vec<f64>; 2] {
        rows.iter_mut().chain(&mut columns).for_each(|price| *price = self.told(*price));
        if self.transposed { [columns, rows] } else { [rows, columns] }
    }
}

/// The costs times `factor`, without forbidden pairs, each pair once: the first of the cheapest.
fn each_pair_once(costs: &SparseCosts, factor: f64, forbidden: f64, context: &Context) -> Result<Graph<'static>> {
    let mut start = Vec::with_capacity(costs.rows + 1);
    let mut arcs: Vec<Arc> = Vec::with_capacity(costs.arcs.len());
    // Where the arc to each column is, one more than its position; older rows are below the start of this one.
    let mut place = vec![0u32; costs.columns];
    start.push(0);
    for row in 0..costs.rows {
        if row % 4096 == 0 {
            context.check()?;
        }
        let first = arcs.len();
        for arc in costs.row(row).iter().filter(|arc| arc.cost != forbidden) {
            let cost = arc.cost * factor;
            let known = &mut place[arc.column as usize];
            if *known as usize > first {
                let kept = &mut arcs[*known as usize - 1];
                if cost < kept.cost {
                    kept.cost = cost;
                }
            } else {
                arcs.push(Arc { cost, column: arc.column });
                *known = arcs.len() as u32;
            }
        }
        start.push(arcs.len() as u32);
    }
    Ok(Graph::new(costs.rows, costs.columns, start, arcs))
}
