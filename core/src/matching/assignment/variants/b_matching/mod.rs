//! Rows that want several units, columns that hold several.
//!
//! [`assign_with_capacities`] gives each row as many units as it demands, from columns that hold only so many, at least
//! total cost. A pair is used at most once, or, with [`AssignCapacities::repeat`], as often as both sides allow (the
//! transportation problem). Flows of least cost by successive shortest paths with prices (Ahuja, Magnanti, Orlin, *Network
//! Flows*, 1993, section 9.7): one path search per unit, or per group of units that go the same way.
//!
//! ```
//! use inlaid::matching::{AssignCapacities, Demand, assign_with_capacities};
//! // Two reviewers who take two papers each, three papers that need one reviewer.
//! let costs = ndarray::array![[1.0, 5.0, 2.0], [2.0, 3.0, 9.0]];
//! let options = AssignCapacities::default().with_demand(Demand::AtMost);
//! let found = assign_with_capacities(costs.view(), &[2, 2], &[1, 1, 1], &options, &inlaid::Context::new())?;
//! assert_eq!((found.rows.to_vec(), found.columns.to_vec()), (vec![0, 0, 1], vec![0, 2, 1]));
//! assert_eq!(found.total_cost, 6.0);
//! # Ok::<(), inlaid::Error>(())
//! ```
mod flow;
mod price;
#[cfg(test)]
mod tests;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::{Error, Result, bail, ensure};
use crate::matching::assignment::some;
use crate::matching::assignment::sparse::SparseCosts;
use crate::matching::assignment::sparse::graph::{Arc, Oriented};
use flow::{Flow, Short};
use price::{Price, Tiered};

/// Whether every row must get all the units that it demands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// Every row gets all its units, or the call fails with `invalid_data` and names who cannot.
    #[default]
    Exact,
    /// Rows get at most their units: as many in all as possible, and of the least total cost among those.
    AtMost,
}

/// Pair rows and columns that have capacities so that the total cost is least.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AssignCapacities {
    /// Whether the total is to be greatest instead of least. Default false.
    pub maximize: bool,
    /// Whether every row must get all its units. Default exact.
    pub demand: Demand,
    /// Whether a pair may be used more than once. Default false.
    pub repeat: bool,
}

impl AssignCapacities {
    /// Set whether the total is to be greatest.
    #[must_use]
    pub fn with_maximize(mut self, maximize: bool) -> Self {
        self.maximize = maximize;
        self
    }

    /// Set whether every row must get all its units.
    #[must_use]
    pub fn with_demand(mut self, demand: Demand) -> Self {
        self.demand = demand;
        self
    }

    /// Set whether a pair may be used more than once.
    #[must_use]
    pub fn with_repeat(mut self, repeat: bool) -> Self {
        self.repeat = repeat;
        self
    }
}

/// Pairs with how often each is used.
///
/// The prices prove that no better total is possible: a pair that could be used more costs at least the prices of its row
/// and column together, a pair in use at most that; a column with room left has price 0, no column a price above 0, and no
/// row a price above those that got less than their demand (all the other way round, when maximising).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CapacityAssignment {
    /// The row of each pair in use, ascending.
    pub rows: Ints,
    /// The column of each pair, ascending within a row.
    pub columns: Ints,
    /// How often each pair is used.
    pub amounts: Ints,
    /// Units in all.
    pub units: i64,
    /// Sum of the costs of the pairs, times their amounts.
    pub total_cost: f64,
    /// One price per row: what another unit of demand would cost.
    pub row_prices: Vector,
    /// One price per column: what another unit of capacity would save, as a number of 0 or less.
    pub column_prices: Vector,
}

/// Give each row of `costs`, `[row, column]`, its units from columns that hold only so many, at least total cost.
///
/// `inf` (`-inf` when maximising) forbids a pair. 28 bytes per pair besides the costs.
///
/// # Errors
/// `invalid_data` for capacities that are not one per row and one per column or below 0, for NaN, for the infinity that does
/// not forbid, for a total beyond the largest number, and, unless [`Demand::AtMost`], where demands cannot be met: the
/// message names the rows and how much they can get. `too_large` for 2^32 - 1 pairs. `cancelled`.
pub fn assign_with_capacities(
    costs: ArrayView2<'_, f64>,
    row_capacities: &[i64],
    column_capacities: &[i64],
    options: &AssignCapacities,
    context: &Context,
) -> Result<CapacityAssignment> {
    assign_sparse_with_capacities(
        &listed(costs, options.maximize, context)?,
        row_capacities,
        column_capacities,
        options,
        context,
    )
}

/// As [`assign_with_capacities`], where only the listed pairs are possible.
///
/// # Errors
/// As [`assign_with_capacities`].
pub fn assign_sparse_with_capacities(
    costs: &SparseCosts,
    row_capacities: &[i64],
    column_capacities: &[i64],
    options: &AssignCapacities,
    context: &Context,
) -> Result<CapacityAssignment> {
    let [rows, columns] = costs.shape();
    check_capacities("row", row_capacities, rows)?;
    check_capacities("column", column_capacities, columns)?;
    let oriented = Oriented::by_rows(costs, options.maximize, context)?;
    let most = if options.repeat { i64::MAX } else { 1 };
    let (amounts, prices) = match options.demand {
        Demand::Exact => {
            let mut flow = Flow::<f64>::new(&oriented.graph, row_capacities, column_capacities, most);
            if let Err(short) = flow.solve(false, context)? {
                return Err(unmet(&short));
            }
            flow.finish()
        }
        Demand::AtMost => {
            let mut flow = Flow::<Tiered>::new(&oriented.graph, row_capacities, column_capacities, most);
            // With a way out for every unit no row is short.
            if let Err(short) = flow.solve(true, context)? {
                return Err(unmet(&short));
            }
            flow.finish()
        }
    };
    told(&oriented, &amounts, prices)
}

/// The finite entries of a matrix.
pub(in super::super) fn listed(costs: ArrayView2<'_, f64>, maximize: bool, context: &Context) -> Result<SparseCosts> {
    let (rows, columns) = costs.dim();
    let forbidden = if maximize { f64::NEG_INFINITY } else { f64::INFINITY };
    ensure!(
        costs.len() < u32::MAX as usize && rows.max(columns) < u32::MAX as usize,
        TooLarge,
        "{rows} x {columns} costs: there must be fewer than {} pairs",
        u32::MAX
    );
    let mut start = Vec::with_capacity(rows + 1);
    let mut arcs = Vec::with_capacity(costs.len());
    start.push(0);
    for (row, line) in costs.rows().into_iter().enumerate() {
        context.check()?;
        for (column, cost) in line.iter().enumerate() {
            ensure!(!cost.is_nan(), InvalidData, "the cost of row {row} and column {column} is NaN");
            if *cost != forbidden {
                arcs.push(Arc { cost: *cost, column: column as u32 });
            }
        }
        start.push(arcs.len() as u32);
    }
    SparseCosts::judged(rows, columns, start, arcs, context)
}

/// Refuse capacities that are not one per line, below 0, or more than can be counted.
pub(in super::super) fn check_capacities(side: &str, capacities: &[i64], lines: usize) -> Result<()> {
    ensure!(
        capacities.len() == lines,
        InvalidData,
        "{} {side} capacities for {lines} {side}s: there must be one each",
        capacities.len()
    );
    let mut sum = 0_i64;
    for (line, capacity) in capacities.iter().enumerate() {
        ensure!(*capacity >= 0, InvalidData, "the capacity of {side} {line} is {capacity}: it must be 0 or more");
        let Some(more) = sum.checked_add(*capacity) else {
            bail!(InvalidData, "the {side} capacities add up to more than {}", i64::MAX);
        };
        sum = more;
    }
    Ok(())
}

/// The error that names whose demands cannot be met.
fn unmet(short: &Short) -> Error {
    let who = some("rows", &short.rows);
    let verb = if short.rows.len() == 1 { "demands" } else { "together demand" };
    Error::new(
        crate::Code::InvalidData,
        format!("not all demands can be met: {who} {verb} {} and can get at most {}", short.demand, short.supply),
    )
}

/// The result in the caller's terms.
fn told(oriented: &Oriented<'_>, amounts: &[i64], prices: [Vec<f64>; 2]) -> Result<CapacityAssignment> {
    let mut pairs: Vec<(usize, u32, i64, f64)> = Vec::new();
    let mut at = 0;
    for row in 0..oriented.graph.rows {
        let first = pairs.len();
        for arc in oriented.graph.row(row) {
            if amounts[at] > 0 {
                pairs.push((row, arc.column, amounts[at], arc.cost));
            }
            at += 1;
        }
        pairs[first..].sort_unstable_by_key(|pair| pair.1);
    }
    let total: f64 = pairs.iter().map(|pair| oriented.told(pair.3) * pair.2 as f64).sum();
    ensure!(total.is_finite(), InvalidData, "the total of {} pairs is beyond the largest number", pairs.len());
    let [row_prices, column_prices] =
        prices.map(|side| side.iter().map(|price| oriented.told(*price)).collect::<Vec<_>>());
    Ok(CapacityAssignment {
        units: pairs.iter().map(|pair| pair.2).sum(),
        rows: pairs.iter().map(|pair| pair.0 as i64).collect::<Vec<_>>().into(),
        columns: pairs.iter().map(|pair| i64::from(pair.1)).collect::<Vec<_>>().into(),
        amounts: pairs.iter().map(|pair| pair.2).collect::<Vec<_>>().into(),
        total_cost: total + 0.0,
        row_prices: row_prices.into(),
        column_prices: column_prices.into(),
    })
}
