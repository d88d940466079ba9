//! Every row to one column, columns with or without a limit.
//!
//! Without limits every row takes its cheapest column. Rows above a column's limit are moved on one at a time along the
//! shortest path over columns, where the way from one to another costs what its best row loses by the move: O(columns^2)
//! per moved row besides the rows' heaps, which for few columns is far below a general flow (successive shortest paths:
//! Ahuja, Magnanti, Orlin, *Network Flows*, 1993). Above 256 columns the flow of
//! [`assign_with_capacities`](super::assign_with_capacities) is used.
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::{Result, bail, ensure};
use crate::matching::assignment::variants::b_matching::check_capacities;
use crate::matching::assignment::{AssignCapacities, assign_with_capacities, some};

/// Above so many columns the rows are matched by a general flow.
const MOST_COLUMNS: usize = 256;
/// Costs above this are made smaller before they are subtracted.
const LARGEST: f64 = 1e290;
/// Makes any finite cost smaller than [`LARGEST`]; a power of two, so that nothing is rounded.
const SHRINK: f64 = 1.0 / (1u128 << 64) as f64;

/// Give every row one column; a column may take several rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AssignEachRow {
    /// Whether the total is to be greatest instead of least. Default false.
    pub maximize: bool,
}

impl AssignEachRow {
    /// Set whether the total is to be greatest.
    #[must_use]
    pub fn with_maximize(mut self, maximize: bool) -> Self {
        self.maximize = maximize;
        self
    }
}

/// One column for every row.
///
/// The prices prove that no better total is possible: every row has the column where its cost less the column's price is
/// least (greatest, when maximising), and only full columns have a price other than 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct EachRowAssignment {
    /// The column of each row.
    pub columns: Ints,
    /// How many rows each column has.
    pub loads: Ints,
    /// Sum of the costs.
    pub total_cost: f64,
    /// One price per column: what room for another row would save, as a number of 0 or less (0 or more, when maximising).
    pub column_prices: Vector,
}

/// Give every row of `costs`, `[row, column]`, one column, at least total cost; no column takes more rows than
/// `capacities` says, if given.
///
/// `inf` (`-inf` when maximising) forbids a pair. Without capacities one pass over the costs.
///
/// # Errors
/// `invalid_data` for capacities that are not one per column or below 0, for NaN, for the infinity that does not forbid, for
/// a total beyond the largest number, and where not every row can have a column: the message names rows that have too few
/// columns between them. `cancelled`.
pub fn assign_each_row(
    costs: ArrayView2<'_, f64>,
    capacities: Option<&[i64]>,
    options: &AssignEachRow,
    context: &Context,
) -> Result<EachRowAssignment> {
    let (rows, columns) = costs.dim();
    ensure!(rows.max(columns) < u32::MAX as usize, TooLarge, "{rows} x {columns} costs: below {} each", u32::MAX);
    if let Some(capacities) = capacities {
        check_capacities("column", capacities, columns)?;
    }
    let (own, huge) = cheapest(costs, options.maximize, context)?;
    let mut loads = vec![0_i64; columns];
    own.iter().for_each(|column| loads[*column as usize] += 1);
    let full = capacities.is_some_and(|capacities| loads.iter().zip(capacities).any(|(load, most)| load > most));
    let (own, prices) = match capacities {
        Some(capacities) if full && columns > MOST_COLUMNS => {
            let general = AssignCapacities::default().with_maximize(options.maximize);
            let found = assign_with_capacities(costs, &vec![1; rows], capacities, &general, context)?;
            (found.columns.iter().map(|column| *column as u32).collect(), found.column_prices.to_vec())
        }
        Some(capacities) if full => {
            let unit = if options.maximize { -1.0 } else { 1.0 } * if huge { 1.0 / SHRINK } else { 1.0 };
            let mut moves = Moves::new(costs, 1.0 / unit, own, &loads, capacities);
            moves.solve(context)?;
            (moves.column_of_row, moves.prices.iter().map(|price| price * unit + 0.0).collect())
        }
        _ => (own, vec![0.0; columns]),
    };
    let total: f64 = own.iter().enumerate().map(|(row, column)| costs[[row, *column as usize]]).sum();
    ensure!(total.is_finite(), InvalidData, "the total of {rows} pairs is beyond the largest number");
    loads.fill(0);
    own.iter().for_each(|column| loads[*column as usize] += 1);
    context.report(1, 1);
    Ok(EachRowAssignment {
        columns: own.iter().map(|column| i64::from(*column)).collect::<Vec<_>>().into(),
        loads: loads.into(),
        total_cost: total + 0.0,
        column_prices: prices.into(),
    })
}

/// The best column of every row, the first of equals, and whether some cost is too large to be subtracted.
fn cheapest(costs: ArrayView2<'_, f64>, maximize: bool, context: &Context) -> Result<(Vec<u32>, bool)> {
    let (sign, forbidden) = if maximize { (-1.0, f64::NEG_INFINITY) } else { (1.0, f64::INFINITY) };
    let mut own = Vec::with_capacity(costs.nrows());
    let mut huge = false;
    for (row, line) in costs.rows().into_iter().enumerate() {
        if row % 1024 == 0 {
            context.check()?;
        }
        let (mut best, mut least) = (None, f64::INFINITY);
        for (column, cost) in line.iter().enumerate() {
            if (cost.is_nan() || cost.abs() > LARGEST) && *cost != forbidden {
                ensure!(!cost.is_nan(), InvalidData, "the cost of row {row} and column {column} is NaN");
                ensure!(
                    cost.is_finite(),
                    InvalidData,
                    "the cost of row {row} and column {column} is {cost}; a forbidden pair costs {forbidden}, all others are \
                     finite"
                );
                huge = true;
            }
            if sign * cost < least {
                (best, least) = (Some(column as u32), sign * cost);
            }
        }
        let Some(column) = best else {
            bail!(InvalidData, "row {row} cannot be matched: every pair is forbidden");
        };
        own.push(column);
    }
    Ok((own, huge))
}

/// A row that could move, by what it would lose.
#[derive(Clone, Copy, Debug)]
struct Loss(f64, u32);

impl Ord for Loss {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0).then(self.1.cmp(&other.1))
    }
}

impl PartialOrd for Loss {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Loss {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Loss {}

/// Rows in columns, and which of them would lose least by moving where.
struct Moves<'a> {
    costs: ArrayView2<'a, f64>,
    factor: f64,
    column_of_row: Vec<u32>,
    /// Rows that the columns still take; below 0 where there are too many.
    room: Vec<i64>,
    prices: Vec<f64>,
    rows_of_column: Vec<Vec<u32>>,
    /// By columns from and to; rows that have moved on stay until they come up. Filled once a column is first left.
    losses: Vec<Option<Vec<BinaryHeap<Reverse<Loss>>>>>,
}

impl<'a> Moves<'a> {
    fn new(
        costs: ArrayView2<'a, f64>,
        factor: f64,
        column_of_row: Vec<u32>,
        loads: &[i64],
        capacities: &[i64],
    ) -> Self {
        let columns = costs.ncols();
        let mut rows_of_column = vec![Vec::new(); columns];
        column_of_row.iter().enumerate().for_each(|(row, column)| rows_of_column[*column as usize].push(row as u32));
        Self {
            costs,
            factor,
            column_of_row,
            room: capacities.iter().zip(loads).map(|(most, load)| most - load).collect(),
            prices: vec![0.0; columns],
            rows_of_column,
            losses: vec![None; columns],
        }
    }

    fn loss(&self, row: u32, from: usize, to: usize) -> f64 {
        let row = row as usize;
        self.factor * self.costs[[row, to]] - self.factor * self.costs[[row, from]]
    }

    /// Move rows until no column has too many.
    fn solve(&mut self, context: &Context) -> Result<()> {
        let all = self.room.iter().filter(|room| **room < 0).map(|room| -room).sum::<i64>() as usize;
        let mut moved = 0;
        for source in 0..self.room.len() {
            while self.room[source] < 0 {
                context.check()?;
                context.report(moved, all);
                moved += 1;
                self.relieve(source, context)?;
            }
        }
        Ok(())
    }

    /// The row that loses least by moving between two columns, and its loss.
    fn best(&mut self, from: usize, to: usize, context: &Context) -> Result<Option<Loss>> {
        if self.losses[from].is_none() {
            let mut heaps = Vec::with_capacity(self.room.len());
            for to in 0..self.room.len() {
                context.check()?;
                let possible = self.rows_of_column[from].iter().map(|row| Loss(self.loss(*row, from, to), *row));
                heaps.push(possible.filter(|loss| to != from && loss.0 < f64::INFINITY).map(Reverse).collect());
            }
            self.losses[from] = Some(heaps);
        }
        let Some(heap) = self.losses[from].as_mut().and_then(|heaps| heaps.get_mut(to)) else {
            return Ok(None);
        };
        while let Some(Reverse(loss)) = heap.peek() {
            if self.column_of_row[loss.1 as usize] as usize == from {
                return Ok(Some(*loss));
            }
            heap.pop();
        }
        Ok(None)
    }

    /// Move one row out of `source`, and others on, until one comes to a column with room.
    fn relieve(&mut self, source: usize, context: &Context) -> Result<()> {
        let columns = self.room.len();
        let mut distance = vec![f64::INFINITY; columns];
        let mut previous = vec![(0_usize, 0_u32); columns];
        let mut settled = vec![false; columns];
        let mut at = source;
        let mut reached = 0.0;
        settled[source] = true;
        distance[source] = 0.0;
        while self.room[at] <= 0 {
            for to in 0..columns {
                if settled[to] {
                    continue;
                }
                if let Some(loss) = self.best(at, to, context)? {
                    let way = (reached + (loss.0 + self.prices[at] - self.prices[to])).max(reached);
                    if way < distance[to] {
                        distance[to] = way;
                        previous[to] = (at, loss.1);
                    }
                }
            }
            let next = (0..columns).filter(|to| !settled[*to] && distance[*to] < f64::INFINITY);
            let Some(next) = next.reduce(|a, b| if distance[b] < distance[a] { b } else { a }) else {
                return Err(self.stuck(&settled));
            };
            settled[next] = true;
            reached = distance[next];
            at = next;
        }
        for column in (0..columns).filter(|column| settled[*column]) {
            self.prices[column] -= reached - distance[column];
        }
        self.room[at] -= 1;
        self.room[source] += 1;
        while at != source {
            let (from, row) = previous[at];
            self.column_of_row[row as usize] = at as u32;
            if self.losses[at].is_some() {
                for to in (0..columns).filter(|to| *to != at) {
                    let loss = Loss(self.loss(row, at, to), row);
                    if let Some(heaps) = self.losses[at].as_mut().filter(|_| loss.0 < f64::INFINITY) {
                        heaps[to].push(Reverse(loss));
                    }
                }
            } else {
                self.rows_of_column[at].push(row);
            }
            at = from;
        }
        Ok(())
    }

    /// The error that names rows which have too few columns between them.
    fn stuck(&self, reached: &[bool]) -> crate::Error {
        let within: Vec<usize> = (0..reached.len()).filter(|column| reached[*column]).collect();
        let rows: Vec<usize> =
            (0..self.column_of_row.len()).filter(|row| reached[self.column_of_row[*row] as usize]).collect();
        let taken = within.iter().map(|column| self.room[*column]).sum::<i64>() + rows.len() as i64;
        let holds = if within.len() == 1 { "which holds" } else { "which together hold" };
        crate::Error::new(
            crate::Code::InvalidData,
            format!(
                "not all rows can be matched: {} can only use {}, {holds} {taken}",
                some("rows", &rows),
                some("columns", &within)
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::math::random::Random;

    #[test]
    fn random_costs_are_matched_as_by_the_general_flow() {
        let mut random = Random::new(61);
        for case in 0..4000 {
            let (rows, columns) = ((random.bits() % 12) as usize, 1 + (random.bits() % 5) as usize);
            let kind = random.bits() % 3;
            let forbidden = [0.0, 0.2, 0.5][(random.bits() % 3) as usize];
            let costs = Array2::from_shape_fn((rows, columns), |_| match random.uniform() < forbidden {
                true => f64::INFINITY,
                false if kind == 0 => random.normal(),
                false if kind == 1 => (random.bits() % 4) as f64,
                false => (random.bits() % 1000) as f64 * 1e299,
            });
            let capacities: Vec<i64> = (0..columns).map(|_| (random.bits() % 6) as i64).collect();
            let scale = costs.iter().filter(|cost| cost.is_finite()).fold(0.0_f64, |most, cost| most.max(cost.abs()));
            for (sign, maximize) in [(1.0, false), (-1.0, true)] {
                let costs = costs.mapv(|cost| sign * cost);
                let general = AssignCapacities::default().with_maximize(maximize);
                let wanted =
                    assign_with_capacities(costs.view(), &vec![1; rows], &capacities, &general, &Context::new());
                let options = AssignEachRow::default().with_maximize(maximize);
                let found = assign_each_row(costs.view(), Some(&capacities), &options, &Context::new());
                match (wanted, found) {
                    (Ok(wanted), Ok(found)) => {
                        assert!((wanted.total_cost - found.total_cost).abs() <= 1e-14 * scale, "case {case}: {costs}");
                        proves(&costs, &capacities, &found, sign, scale);
                    }
                    (Err(_), Err(_)) => {}
                    (wanted, found) => panic!("case {case}: {wanted:?} {found:?} {costs} {capacities:?}"),
                }
            }
        }
    }

    fn proves(costs: &Array2<f64>, capacities: &[i64], found: &EachRowAssignment, sign: f64, scale: f64) {
        let mut loads = vec![0; capacities.len()];
        for (row, column) in found.columns.iter().enumerate() {
            let column = *column as usize;
            loads[column] += 1;
            let own = sign * (costs[[row, column]] - found.column_prices[column]);
            for (other, price) in found.column_prices.iter().enumerate() {
                assert!(sign * (costs[[row, other]] - price) >= own - 1e-13 * scale, "{found:?} {costs}");
            }
        }
        assert_eq!(loads, found.loads.to_vec());
        for (column, load) in loads.iter().enumerate() {
            assert!(*load <= capacities[column]);
            let price = sign * found.column_prices[column];
            assert!(price <= 0.0 && (price == 0.0 || *load == capacities[column]), "{found:?}");
        }
    }

    #[test]
    fn without_capacities_every_row_has_its_cheapest_column() {
        let costs = array![[3.0, 1.0], [0.0, -0.0], [5.0, 4.0]];
        let found = assign_each_row(costs.view(), None, &AssignEachRow::default(), &Context::new()).unwrap();
        assert_eq!((found.columns.to_vec(), found.loads.to_vec(), found.total_cost), (vec![1, 0, 1], vec![1, 2], 5.0));
        let most = AssignEachRow::default().with_maximize(true);
        assert_eq!(assign_each_row(costs.view(), None, &most, &Context::new()).unwrap().total_cost, 8.0);
    }

    #[test]
    fn many_rows_and_columns_carry_their_own_proof() {
        let mut random = Random::new(62);
        for (rows, columns) in [(20_000, 12), (600, 300)] {
            let costs = Array2::from_shape_fn((rows, columns), |(_, column)| random.uniform() + column as f64 * 0.02);
            let capacities = vec![(rows / columns + 2) as i64; columns];
            let options = AssignEachRow::default();
            let found = assign_each_row(costs.view(), Some(&capacities), &options, &Context::new()).unwrap();
            proves(&costs, &capacities, &found, 1.0, 6.0);
        }
    }

    #[test]
    fn bad_input_is_refused_by_name() {
        let inf = f64::INFINITY;
        let fails = |costs: Array2<f64>, capacities: Option<&[i64]>, text: &str| {
            let error =
                assign_each_row(costs.view(), capacities, &AssignEachRow::default(), &Context::new()).unwrap_err();
            assert_eq!(error.code(), crate::Code::InvalidData);
            assert!(error.message().contains(text), "{error}");
        };
        fails(array![[1.0, f64::NAN]], None, "row 0 and column 1 is NaN");
        fails(array![[1.0, -inf]], None, "row 0 and column 1 is -inf");
        fails(array![[1.0, 2.0], [inf, inf]], None, "row 1 cannot be matched: every pair is forbidden");
        fails(array![[1.0, 2.0]], Some(&[1]), "1 column capacities for 2 columns");
        fails(array![[1.0, 2.0]], Some(&[1, -2]), "the capacity of column 1 is -2");
        fails(
            array![[1.0, inf], [1.0, inf], [2.0, 1.0]],
            Some(&[1, 5]),
            "rows 0 and 1 can only use column 0, which holds 1",
        );
        let none = assign_each_row(Array2::zeros((0, 0)).view(), Some(&[]), &AssignEachRow::default(), &Context::new());
        assert_eq!(none.unwrap().total_cost, 0.0);
    }
}
