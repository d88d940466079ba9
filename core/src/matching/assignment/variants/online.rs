//! Rows come one after another and are matched for good when they come.
//!
//! Each row takes the best column that still has room, unless that is worse than the reserve. How much was lost by not
//! knowing what would come is told by [`OnlineMatching::report`], which solves the whole problem in hindsight. For random
//! orders and costs greedy choices are near the best; an adversary can make any rule that decides at once arbitrarily
//! worse (Kalyanasundaram, Pruhs, *Online weighted matching*, 1993), which the report shows and the reserve limits.
use std::path::Path;

use ndarray::{Array2, ArrayView1, ArrayView2};
use serde::{Deserialize, Serialize};

use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::{Result, ensure};
use crate::matching::assignment::variants::b_matching::check_capacities;
use crate::matching::assignment::{AssignCapacities, AssignEachRow, Demand, assign_each_row, assign_with_capacities};
use crate::store::{self, Stored};

/// Match rows that come one after another, each at once and for good.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct OnlineAssign {
    /// Whether high costs are good. Default false.
    pub maximize: bool,
    /// The worst cost that is accepted: a row that has no pair at least as good stays alone, which counts as this cost.
    /// Default none: every row is matched if any column with room is possible, and rows alone count as 0.
    pub reserve: Option<f64>,
}

impl OnlineAssign {
    /// Set whether high costs are good.
    #[must_use]
    pub fn with_maximize(mut self, maximize: bool) -> Self {
        self.maximize = maximize;
        self
    }

    /// Set the worst cost that is accepted.
    #[must_use]
    pub fn with_reserve(mut self, reserve: f64) -> Self {
        self.reserve = Some(reserve);
        self
    }

    /// Refuse a reserve that is not a number.
    ///
    /// # Errors
    /// `invalid_config` for a reserve that is NaN or infinite.
    pub fn validate(&self) -> Result<()> {
        match self.reserve {
            Some(reserve) if !reserve.is_finite() => {
                crate::error::bail!(InvalidConfig, "the reserve is {reserve}: it must be finite")
            }
            _ => Ok(()),
        }
    }

    /// Start with columns that take so many rows each.
    ///
    /// # Errors
    /// `invalid_config` for a reserve that is NaN or infinite; `invalid_data` for capacities below 0.
    pub fn start(&self, capacities: &[i64]) -> Result<OnlineMatching> {
        self.validate()?;
        check_capacities("column", capacities, capacities.len())?;
        Ok(OnlineMatching {
            options: self.clone(),
            capacities: capacities.to_vec(),
            room: capacities.to_vec(),
            costs: Vec::new(),
            chosen: Vec::new(),
        })
    }
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OnlineDecision {
    /// Position of the row, in order of coming.
    pub row: i64,
    /// Its column, if it has one.
    pub column: Option<i64>,
    /// What the pair costs; none where the row stays alone.
    pub cost: Option<f64>,
}

/// Columns that are being matched with rows as they come. Keeps all costs, 8 bytes per row and column, for the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OnlineMatching {
    options: OnlineAssign,
    capacities: Vec<i64>,
    room: Vec<i64>,
    costs: Vec<f64>,
    chosen: Vec<Option<u32>>,
}

/// What deciding at once has cost, beside the best that could have been done in hindsight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OnlineReport {
    /// The column of each row, in order of coming; -1 is none.
    pub columns: Ints,
    /// The column of each row in hindsight; -1 is none. As many pairs as possible, or, with a reserve, the best total with
    /// the reserve counted for rows alone.
    pub best_columns: Ints,
    /// Rows matched.
    pub matched: usize,
    /// Rows matched in hindsight.
    pub best_matched: usize,
    /// Sum of the costs, rows alone counted as the reserve (0 without one).
    pub total_cost: f64,
    /// The same sum in hindsight.
    pub best_total_cost: f64,
    /// How much worse the total is than in hindsight, 0 or more where as many rows are matched or a reserve is set.
    pub regret: f64,
    /// Total over total in hindsight; none where the latter is 0 or the two differ in sign.
    pub ratio: Option<f64>,
    /// What each row lost against hindsight; below 0 where it gained. Adds up to the regret.
    pub row_regrets: Vector,
}

impl OnlineMatching {
    /// Match the next row, whose pairs with the columns cost `costs`; `inf` (`-inf` when maximising) forbids a pair.
    ///
    /// Of equally good columns the first is taken. O(columns).
    ///
    /// # Errors
    /// `invalid_data` for costs that are not one per column, for NaN and for the infinity that does not forbid; the row is
    /// then as if it had not come.
    pub fn update(&mut self, costs: &[f64]) -> Result<OnlineDecision> {
        let row = self.chosen.len();
        let columns = self.capacities.len();
        ensure!(costs.len() == columns, InvalidData, "row {row} has {} costs for {columns} columns", costs.len());
        let (sign, forbidden) = if self.options.maximize { (-1.0, f64::NEG_INFINITY) } else { (1.0, f64::INFINITY) };
        for (column, cost) in costs.iter().enumerate() {
            ensure!(!cost.is_nan(), InvalidData, "the cost of row {row} and column {column} is NaN");
            ensure!(
                cost.is_finite() || *cost == forbidden,
                InvalidData,
                "the cost of row {row} and column {column} is {cost}; a forbidden pair costs {forbidden}, all others are finite"
            );
        }
        let most = self.options.reserve.map_or(f64::MAX, |reserve| sign * reserve);
        let possible = (0..columns).filter(|column| self.room[*column] > 0 && sign * costs[*column] <= most);
        let best = possible.reduce(|a, b| if sign * costs[b] < sign * costs[a] { b } else { a });
        if let Some(column) = best {
            self.room[column] -= 1;
        }
        self.costs.extend_from_slice(costs);
        self.chosen.push(best.map(|column| column as u32));
        Ok(OnlineDecision {
            row: row as i64,
            column: best.map(|column| column as i64),
            cost: best.map(|column| costs[column]),
        })
    }

    /// Match the next rows of `costs`, `[row, column]`, one after another; all or, on an error, none.
    ///
    /// # Errors
    /// As [`update`](Self::update), for the first row that is refused; `cancelled`.
    pub fn update_batch(&mut self, costs: ArrayView2<'_, f64>, context: &Context) -> Result<Vec<OnlineDecision>> {
        let (room, stored, rows) = (self.room.clone(), self.costs.len(), self.chosen.len());
        let mut one = |row: ArrayView1<'_, f64>| {
            context.check()?;
            self.update(&row.to_vec())
        };
        let decisions: Result<Vec<_>> = costs.rows().into_iter().map(&mut one).collect();
        if decisions.is_err() {
            self.room = room;
            self.costs.truncate(stored);
            self.chosen.truncate(rows);
        }
        decisions
    }

    /// The matching as bytes; see [`store`].
    ///
    /// # Errors
    /// `too_large` above [`store::LARGEST`] bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        store::to_bytes(self)
    }

    /// The matching that [`to_bytes`](Self::to_bytes) gave: it goes on as the saved one would.
    ///
    /// # Errors
    /// `incompatible` for bytes that are damaged, of a newer version, or something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        store::from_bytes(bytes)
    }

    /// Save the matching to a file, which is replaced as a whole or not at all.
    ///
    /// # Errors
    /// `not_found` for a folder that does not exist; `io` if the file cannot be written; `too_large`.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        store::save(self, path)
    }

    /// The matching in a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// `not_found` for a file that does not exist; `io` if it cannot be read; `incompatible` as from bytes.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        store::load(path)
    }

    /// How many more rows each column takes.
    #[must_use]
    pub fn room(&self) -> Ints {
        self.room.clone().into()
    }

    /// Compare with the best that could have been done, had all rows been known.
    ///
    /// # Errors
    /// `invalid_data` for totals beyond the largest number; `cancelled`.
    pub fn report(&self, context: &Context) -> Result<OnlineReport> {
        let (rows, columns) = (self.chosen.len(), self.capacities.len());
        let best = self.hindsight(context)?;
        let alone = self.options.reserve.unwrap_or(0.0);
        let paid = |row: usize, column: Option<u32>| {
            column.map_or(alone, |column| self.costs[row * columns + column as usize])
        };
        let sum =
            |chosen: &[Option<u32>]| chosen.iter().enumerate().map(|(row, column)| paid(row, *column)).sum::<f64>();
        let (total, best_total) = (sum(&self.chosen) + 0.0, sum(&best) + 0.0);
        ensure!(
            total.is_finite() && best_total.is_finite(),
            InvalidData,
            "the total of {rows} rows is beyond the largest number"
        );
        let sign = if self.options.maximize { -1.0 } else { 1.0 };
        let regrets: Vec<f64> =
            (0..rows).map(|row| sign * (paid(row, self.chosen[row]) - paid(row, best[row])) + 0.0).collect();
        let told = |chosen: &[Option<u32>]| -> Ints {
            chosen.iter().map(|column| column.map_or(-1, i64::from)).collect::<Vec<i64>>().into()
        };
        let ratio = total / best_total;
        Ok(OnlineReport {
            columns: told(&self.chosen),
            best_columns: told(&best),
            matched: self.chosen.iter().flatten().count(),
            best_matched: best.iter().flatten().count(),
            total_cost: total,
            best_total_cost: best_total,
            regret: sign * (total - best_total) + 0.0,
            ratio: (ratio.is_finite() && ratio >= 0.0).then_some(ratio),
            row_regrets: regrets.into(),
        })
    }

    /// The best choices, had all rows been known.
    fn hindsight(&self, context: &Context) -> Result<Vec<Option<u32>>> {
        let (rows, columns) = (self.chosen.len(), self.capacities.len());
        let costs = |row: usize, column: usize| self.costs[row * columns + column];
        let mut best = vec![None; rows];
        if let Some(reserve) = self.options.reserve {
            // One more column, open to all, stands for staying alone.
            let all =
                Array2::from_shape_fn(
                    (rows, columns + 1),
                    |(row, column)| {
                        if column < columns { costs(row, column) } else { reserve }
                    },
                );
            let mut capacities = self.capacities.clone();
            let room = i64::MAX - capacities.iter().sum::<i64>();
            capacities.push(room.min(rows as i64));
            let options = AssignEachRow::default().with_maximize(self.options.maximize);
            let found = assign_each_row(all.view(), Some(&capacities), &options, context)?;
            for (row, column) in found.columns.iter().enumerate() {
                best[row] = (*column < columns as i64).then_some(*column as u32);
            }
        } else {
            let all = Array2::from_shape_fn((rows, columns), |(row, column)| costs(row, column));
            let options = AssignCapacities::default().with_maximize(self.options.maximize).with_demand(Demand::AtMost);
            let found = assign_with_capacities(all.view(), &vec![1; rows], &self.capacities, &options, context)?;
            for (row, column) in found.rows.iter().zip(found.columns.iter()) {
                best[*row as usize] = Some(*column as u32);
            }
        }
        Ok(best)
    }
}

impl Stored for OnlineMatching {
    const KIND: &'static str = "matching.OnlineMatching";
    const VERSION: u32 = 1;

    fn check(&self) -> Result<()> {
        self.options.validate()?;
        let columns = self.capacities.len();
        check_capacities("column", &self.capacities, columns)?;
        let mut replay = self.options.start(&self.capacities)?;
        ensure!(
            self.chosen.len().checked_mul(columns) == Some(self.costs.len()),
            InvalidData,
            "{} costs for {} rows and {columns} columns",
            self.costs.len(),
            self.chosen.len()
        );
        // Everything else follows from the costs in their order.
        for row in 0..self.chosen.len() {
            replay.update(&self.costs[row * columns..][..columns])?;
        }
        ensure!(replay == *self, InvalidData, "the choices do not follow from the costs");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::math::random::Random;

    #[test]
    fn rows_take_the_best_column_with_room() {
        let mut online = OnlineAssign::default().start(&[1, 2]).unwrap();
        let mut choose = |costs: &[f64]| online.update(costs).unwrap().column;
        assert_eq!(choose(&[1.0, 3.0]), Some(0));
        assert_eq!(choose(&[0.0, 9.0]), Some(1));
        assert_eq!(choose(&[0.0, f64::INFINITY]), None);
        assert_eq!(choose(&[0.0, 1.0]), Some(1));
        assert_eq!(choose(&[0.0, 1.0]), None);
        assert_eq!(online.room().to_vec(), [0, 0]);
        let report = online.report(&Context::new()).unwrap();
        // By hand: in hindsight row 2 has column 0 for 0, rows 3 and 4 have column 1 for 1 each.
        assert_eq!((report.matched, report.best_matched), (3, 3));
        assert_eq!((report.total_cost, report.best_total_cost, report.regret), (11.0, 2.0, 9.0));
        assert_eq!(report.ratio, Some(5.5));
    }

    #[test]
    fn a_reserve_refuses_what_is_worse() {
        let mut online = OnlineAssign::default().with_reserve(5.0).start(&[1, 1]).unwrap();
        assert_eq!(online.update(&[6.0, 7.0]).unwrap().column, None);
        assert_eq!(online.update(&[5.0, 7.0]).unwrap().column, Some(0));
        assert_eq!(online.update(&[1.0, 6.0]).unwrap().column, None);
        let report = online.report(&Context::new()).unwrap();
        assert_eq!((report.total_cost, report.best_total_cost, report.regret), (15.0, 11.0, 4.0));
        assert_eq!(report.row_regrets.to_vec(), [0.0, 0.0, 4.0]);
        assert_eq!(report.best_columns.to_vec(), [-1, -1, 0]);
    }

    #[test]
    fn hindsight_is_never_worse_and_regrets_add_up() {
        let mut random = Random::new(71);
        for case in 0..500 {
            let columns = 1 + (random.bits() % 6) as usize;
            let capacities: Vec<i64> = (0..columns).map(|_| (random.bits() % 3) as i64).collect();
            let maximize = case % 2 == 1;
            let mut options = OnlineAssign::default().with_maximize(maximize);
            if case % 3 == 0 {
                options = options.with_reserve(0.5);
            }
            let mut online = options.start(&capacities).unwrap();
            for _ in 0..random.bits() % 10 {
                let costs: Vec<f64> = (0..columns).map(|_| random.uniform()).collect();
                online.update(&costs).unwrap();
            }
            let report = online.report(&Context::new()).unwrap();
            assert!(report.matched <= report.best_matched || options.reserve.is_some());
            assert!(report.regret >= -1e-12 || report.matched < report.best_matched, "case {case}: {report:?}");
            assert!((report.row_regrets.sum() - report.regret).abs() < 1e-12);
        }
    }

    #[test]
    fn many_rows_at_once_are_as_one_by_one() {
        let mut random = Random::new(72);
        let costs = Array2::from_shape_fn((20, 6), |_| random.uniform());
        let mut one = OnlineAssign::default().start(&[2; 6]).unwrap();
        let mut many = one.clone();
        let each: Vec<_> = costs.rows().into_iter().map(|row| one.update(&row.to_vec()).unwrap()).collect();
        assert_eq!(many.update_batch(costs.view(), &Context::new()).unwrap(), each);
        assert_eq!(one, many);
    }

    #[test]
    fn a_saved_matching_goes_on_as_before() {
        let mut online = OnlineAssign::default().with_reserve(2.0).start(&[2, 1]).unwrap();
        online.update(&[1.0, 0.5]).unwrap();
        let mut loaded = OnlineMatching::from_bytes(&online.to_bytes().unwrap()).unwrap();
        assert_eq!(loaded.update(&[1.5, 0.0]).unwrap(), online.update(&[1.5, 0.0]).unwrap());
        assert_eq!(loaded, online);
        let mut wrong = online.clone();
        wrong.room = vec![2, 2];
        assert!(wrong.to_bytes().unwrap_err().message().contains("do not follow from the costs"));
    }

    #[test]
    fn bad_rows_leave_no_trace() {
        let mut online = OnlineAssign::default().start(&[1, 1]).unwrap();
        let before = online.clone();
        for costs in [&[1.0][..], &[1.0, f64::NAN], &[f64::NEG_INFINITY, 1.0]] {
            assert_eq!(online.update(costs).unwrap_err().code(), Code::InvalidData);
            assert_eq!(online, before);
        }
        let rows = ndarray::array![[1.0, 2.0], [f64::NAN, 0.0]];
        let error = online.update_batch(rows.view(), &Context::new()).unwrap_err();
        assert!(error.message().contains("row 1 and column 0 is NaN"), "{error}");
        assert_eq!(online, before);
        assert_eq!(OnlineAssign::default().start(&[-1]).unwrap_err().code(), Code::InvalidData);
        let error = OnlineAssign::default().with_reserve(f64::NAN).start(&[1]).unwrap_err();
        assert_eq!(error.code(), Code::InvalidConfig);
        let report = OnlineAssign::default().start(&[]).unwrap().report(&Context::new()).unwrap();
        assert_eq!((report.matched, report.total_cost, report.ratio), (0, 0.0, None));
    }
}
