//! Pairs with what proves them best, and the verdict of the proof.
use serde::{Deserialize, Serialize};

use crate::data::{Ints, Vector};

/// Pairs of least (or greatest) total cost.
///
/// The prices prove it: no pair costs less than the price of its row plus that of its column (more, when maximising), matched
/// pairs cost exactly that, and no line left alone has a lower price than another of its side (higher, when maximising).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Assignment {
    /// The row of each pair, ascending.
    pub rows: Ints,
    /// The column of each pair.
    pub columns: Ints,
    /// Sum of the costs of the pairs.
    pub total_cost: f64,
    /// One price per row: what the row adds to the total, in the unit of the costs.
    pub row_prices: Vector,
    /// One price per column.
    pub column_prices: Vector,
}

impl Assignment {
    /// Put the parts together.
    pub(crate) fn new(rows: Vec<i64>, columns: Vec<i64>, total_cost: f64, prices: [Vec<f64>; 2]) -> Self {
        let [row_prices, column_prices] = prices;
        Self {
            rows: rows.into(),
            columns: columns.into(),
            total_cost,
            row_prices: row_prices.into(),
            column_prices: column_prices.into(),
        }
    }
}

/// Whether an assignment is a legal one and the best.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Certificate {
    /// Whether pairs stay within the matrix, use each row and column once, avoid forbidden pairs, cost what they say, and are
    /// as many as the options ask for.
    pub feasible: bool,
    /// How far the total may be from the best one as the prices prove it, in the unit of the costs.
    pub gap: f64,
    /// By how much the worst pair violates the prices: the sum of both above its cost (below, when maximising), or unequal to
    /// it where the pair is matched.
    pub worst_violation: f64,
    /// What rounding explains: the violation that is allowed, `4e-16 (pairs + 16)` times the largest cost or price in size.
    pub tolerance: f64,
    /// Whether the pairs are feasible, no violation exceeds the tolerance, and the gap is at most `pairs + 1` tolerances.
    pub is_optimal: bool,
}
