//! Costs by rule: the engine asks for lines of the matrix, and the matrix is never there.
use serde::{Deserialize, Serialize};

use crate::Context;
use crate::error::{Code, Error, Result, bail, ensure};
use crate::matching::assignment::options::{Assign, Unmatched};
use crate::matching::assignment::problem::LARGEST;
use crate::matching::assignment::result::Assignment;
use crate::matching::assignment::search::kernels;
use crate::matching::assignment::search::source::{Source, nearest_of, within_of};
use crate::matching::assignment::search::{Search, Step};
use crate::matching::assignment::{ALONE, infeasible};

/// Which lines of the matrix are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The costs of a row, one per column.
    Row,
    /// The costs of a column, one per row.
    Column,
}

/// A line of the matrix that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Request {
    /// Rows are asked for, or columns where these are fewer.
    pub line: Line,
    /// The number of the line.
    pub position: usize,
}

/// An assignment whose costs come line by line, when they are asked for.
///
/// Ask for a [`Request`], tell its costs, until nothing more is asked; then take the assignment. Memory is that of the cheapest
/// pairs of each line, O(rows + columns). A line is asked for a few times: twice if there are as many rows as columns and once
/// otherwise, and again when its cheapest pairs turn out to be wanted by others.
///
/// ```
/// use inlaid::matching::{Assign, AssignByRule};
/// let context = inlaid::Context::new();
/// let mut session = AssignByRule::new(3, 4, &Assign::default())?;
/// while let Some(request) = session.ask(&context)? {
///     let costs: Vec<f64> = (0..4).map(|column| (request.position as f64 - column as f64).abs()).collect();
///     session.tell(&costs)?;
/// }
/// assert_eq!(session.assignment()?.columns.to_vec(), [0, 1, 2]);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Debug)]
pub struct AssignByRule {
    rows: usize,
    columns: usize,
    sign: f64,
    search: Search,
    told: Told,
    start: Option<Start>,
    asked: Option<usize>,
    done: bool,
}

/// The line at hand.
#[derive(Debug, Default)]
struct Told {
    position: Option<usize>,
    costs: Vec<f64>,
    wanted: usize,
}

/// Column minima so far.
#[derive(Debug)]
struct Start {
    next: usize,
    least: Vec<f64>,
    row: Vec<u64>,
}

impl AssignByRule {
    /// Begin with a matrix of `rows` x `columns`.
    ///
    /// # Errors
    /// `unsupported` for [`Unmatched::Leave`]; `too_large` for 2^31 rows or columns.
    pub fn new(rows: usize, columns: usize, options: &Assign) -> Result<Self> {
        ensure!(
            options.unmatched == Unmatched::Refuse,
            Unsupported,
            "with costs by rule all of the shorter side must be matched: `unmatched` must be refuse"
        );
        let most = 1 << 31;
        ensure!(
            rows.max(columns) < most,
            TooLarge,
            "{rows} x {columns}: rows and columns must each be fewer than {most}"
        );
        let (short, long) = (rows.min(columns), rows.max(columns));
        let mut search = Search::new(short, vec![0.0; long]);
        let start = (short == long && short > 0).then(|| Start {
            next: 0,
            least: vec![f64::INFINITY; long],
            row: vec![0; long],
        });
        if start.is_none() {
            search.begin();
        }
        let sign = if options.maximize { -1.0 } else { 1.0 };
        Ok(Self { rows, columns, sign, search, told: Told::default(), start, asked: None, done: false })
    }

    /// The next line whose costs must be told; nothing once the assignment is found.
    ///
    /// # Errors
    /// As [`assign`](super::assign) where not all of the shorter side can be matched; `cancelled`.
    pub fn ask(&mut self, context: &Context) -> Result<Option<Request>> {
        context.check()?;
        if self.done {
            return Ok(None);
        }
        if self.asked.is_none() {
            match &self.start {
                Some(start) => self.asked = Some(start.next),
                None => match self.search.run(&mut self.told, context)? {
                    Step::Wait => self.asked = Some(self.told.wanted),
                    Step::Stuck(stuck) => return Err(infeasible(&stuck, self.rows > self.columns)),
                    Step::Done => {
                        self.done = true;
                        return Ok(None);
                    }
                },
            }
        }
        let line = if self.rows > self.columns { Line::Column } else { Line::Row };
        Ok(self.asked.map(|position| Request { line, position }))
    }

    /// Tell the costs of the line that was asked for; infinite ones forbid as in [`assign`](super::assign).
    ///
    /// # Errors
    /// `invalid_data` for another number of costs than the line has, for NaN, for the infinity that does not forbid, for a
    /// finite cost above 1e290 in size, and if nothing was asked. The session then still waits for the line.
    pub fn tell(&mut self, costs: &[f64]) -> Result<()> {
        let Some(position) = self.asked else { bail!(InvalidData, "costs were told, but no line was asked for") };
        let line = if self.rows > self.columns { "column" } else { "row" };
        let wanted = self.rows.max(self.columns);
        ensure!(costs.len() == wanted, InvalidData, "{} costs for {line} {position}, which has {wanted}", costs.len());
        let forbidden = self.sign * f64::INFINITY;
        for (at, cost) in costs.iter().enumerate() {
            ensure!(
                cost.abs() <= LARGEST || *cost == forbidden,
                InvalidData,
                "cost {at} of {line} {position} is {cost}; it must be at most {LARGEST:e} in size, or {forbidden} to forbid the pair"
            );
        }
        self.asked = None;
        let sign = self.sign;
        self.told.costs.clear();
        self.told.costs.extend(costs.iter().map(|cost| sign * cost));
        self.told.position = Some(position);
        if let Some(start) = &mut self.start {
            kernels::lower_to_columns(&self.told.costs, position as u64, LARGEST, &mut start.least, &mut start.row);
            start.next += 1;
            if start.next == self.rows {
                self.begin();
            }
        }
        Ok(())
    }

    /// Pair columns with the rows that have their least cost, and start from there.
    fn begin(&mut self) {
        let Some(start) = self.start.take() else { return };
        let prices = start.least.iter().map(|price| if price.is_finite() { *price } else { 0.0 }).collect();
        self.search = Search::new(self.rows, prices);
        let mut free = vec![true; self.rows];
        for (column, (row, cost)) in start.row.iter().zip(&start.least).enumerate() {
            if cost.is_finite() && std::mem::replace(&mut free[*row as usize], false) {
                self.search.pair(*row as usize, column, *cost);
            }
        }
        self.search.begin();
    }

    /// Fail while lines are still asked for.
    ///
    /// # Errors
    /// `invalid_data` before the assignment is found.
    pub fn check_done(&self) -> Result<()> {
        ensure!(self.done, InvalidData, "the assignment is not found yet: costs of further lines must be told");
        Ok(())
    }

    /// The assignment, once nothing more is asked.
    ///
    /// # Errors
    /// `invalid_data` while lines are still asked for.
    pub fn assignment(self) -> Result<Assignment> {
        self.check_done()?;
        let turned = self.rows > self.columns;
        Ok(finish(self.search, turned, self.sign, &[], &[]))
    }
}

/// The assignment that a search over lines of the shorter side found, whose rows and columns the caller numbers in these
/// orders, or as they come.
pub(super) fn finish(search: Search, turned: bool, sign: f64, rows: &[u32], columns: &[u32]) -> Assignment {
    let name = |order: &[u32], at: usize| order.get(at).map_or(at, |at| *at as usize);
    let (matched, prices) = search.pairs();
    let mut pairs = Vec::with_capacity(matched.len());
    let mut row_prices = vec![0.0; matched.len()];
    let mut column_prices = vec![0.0; prices.len()];
    for (at, price) in prices.iter().enumerate() {
        column_prices[name(columns, at)] = sign * price + 0.0;
    }
    for (row, (column, cost)) in matched.iter().enumerate().filter(|(_, (column, _))| *column != ALONE) {
        let column = *column as usize;
        row_prices[name(rows, row)] = sign * (cost - prices[column]) + 0.0;
        let (row, column) = (name(rows, row) as i64, name(columns, column) as i64);
        pairs.push(if turned { (column, row, sign * cost) } else { (row, column, sign * cost) });
    }
    pairs.sort_unstable_by_key(|(row, ..)| *row);
    let total = pairs.iter().map(|(.., cost)| cost).sum::<f64>() + 0.0;
    let both = if turned { [column_prices, row_prices] } else { [row_prices, column_prices] };
    let (rows, columns) = pairs.iter().map(|(row, column, _)| (*row, *column)).unzip();
    Assignment::new(rows, columns, total, both)
}

impl Source for Told {
    fn nearest(
        &mut self,
        row: usize,
        prices: &[f64],
        wanted: usize,
        found: &mut Vec<(f64, u32)>,
    ) -> Result<Option<f64>> {
        self.wanted = row;
        Ok((self.position == Some(row)).then(|| nearest_of(row, &self.costs, prices, wanted, found)))
    }

    fn within(&mut self, row: usize, prices: &[f64], limit: f64, found: &mut Vec<(f64, u32)>) -> Result<bool> {
        self.wanted = row;
        let at_hand = self.position == Some(row);
        if at_hand {
            within_of(&self.costs, prices, limit, found);
        }
        Ok(at_hand)
    }
}

/// Pair rows with columns at costs that a function fills in, without ever having the matrix.
///
/// `rule` puts the costs of the requested line into the slice that it is lent; see [`AssignByRule`].
///
/// # Errors
/// What `rule` returns; as [`AssignByRule`].
pub fn assign_by(
    rows: usize,
    columns: usize,
    mut rule: impl FnMut(Request, &mut [f64]) -> Result<()>,
    options: &Assign,
    context: &Context,
) -> Result<Assignment> {
    let mut session = AssignByRule::new(rows, columns, options)?;
    let mut costs = vec![0.0; rows.max(columns)];
    while let Some(request) = session.ask(context)? {
        rule(request, &mut costs)?;
        session.tell(&costs)?;
    }
    session.assignment().map_err(|error| Error::new(Code::Internal, error.message()))
}
