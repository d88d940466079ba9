//! Pairs whose worst cost is as low as possible.
//!
//! The worst cost is one of the costs: it lies between the bound that every row and column sets with its cheapest pair and
//! the worst of some complete matching. The costs in between are halved by whether the pairs below can be completed (largest
//! matching: Hopcroft, Karp 1973), starting from the largest matching found so far: O(pairs) per step and about
//! `log2(pairs)` steps. Source: Burkard, Dell'Amico, Martello, *Assignment Problems* (2009), section 6.2.
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::Context;
use crate::data::Ints;
use crate::error::{Result, ensure};
use crate::matching::assignment::sparse::cardinality::{Adjacent, Matching, enlarge, reached};
use crate::matching::assignment::sparse::{SparseCosts, assign_sparse};
use crate::matching::assignment::{ALONE, Assign, Unmatched, assign};

/// Pair rows with columns so that the worst cost is as low as possible.
///
/// All of the shorter side are matched; a forbidden pair costs `inf` (`-inf` when maximising).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AssignBottleneck {
    /// Whether the lowest cost is to be as high as possible instead. Default false.
    pub maximize: bool,
    /// What happens where forbidden pairs leave no partner: fail, or match as many as possible. Default refuse.
    pub unmatched: Unmatched,
    /// Whether, of the pairings with the best worst cost, the one of least total cost is taken (greatest, when maximising).
    /// Takes the time of an assignment. Default false: any of them.
    pub best_total: bool,
}

impl AssignBottleneck {
    /// Set whether the lowest cost is to be as high as possible.
    #[must_use]
    pub fn with_maximize(mut self, maximize: bool) -> Self {
        self.maximize = maximize;
        self
    }

    /// Set what happens where forbidden pairs leave no partner.
    #[must_use]
    pub fn with_unmatched(mut self, unmatched: Unmatched) -> Self {
        self.unmatched = unmatched;
        self
    }

    /// Set whether the total decides between pairings that are equally good.
    #[must_use]
    pub fn with_best_total(mut self, best_total: bool) -> Self {
        self.best_total = best_total;
        self
    }
}

/// Pairs whose worst cost is the best possible.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BottleneckAssignment {
    /// The row of each pair, ascending.
    pub rows: Ints,
    /// The column of each pair.
    pub columns: Ints,
    /// The greatest cost of a pair (the least, when maximising); none where there are no pairs.
    pub worst_cost: Option<f64>,
    /// Sum of the costs of the pairs.
    pub total_cost: f64,
    /// Rows that prove that no lower worst cost is possible: by pairs that cost less, they have fewer columns between them
    /// than they must have. Empty where the shorter side are the columns, or where there are no pairs.
    pub critical_rows: Ints,
    /// Columns that prove it where the shorter side are the columns.
    pub critical_columns: Ints,
}

/// Pair the rows of `costs`, `[row, column]`, with its columns so that the worst cost is as low as possible.
///
/// Which of several equally good pairings comes back is the same on every run, but not specified further.
///
/// # Errors
/// `invalid_data` for NaN, for the infinity that does not forbid, for a total beyond the largest number, and, unless
/// [`Unmatched::Leave`], where forbidden pairs make it impossible to match all of the shorter side: the message names them.
/// `too_large` for 2^32 - 1 rows or columns. `cancelled`.
pub fn assign_bottleneck(
    costs: ArrayView2<'_, f64>,
    options: &AssignBottleneck,
    context: &Context,
) -> Result<BottleneckAssignment> {
    let plain = Assign::default().with_maximize(options.maximize).with_unmatched(options.unmatched);
    let problem = Problem::of(costs, options.maximize, context)?;
    let solved = problem.solve(options.unmatched == Unmatched::Leave, context)?;
    let Some((matching, worst, critical)) = solved else {
        // The plain solver finds the same and says who.
        assign(costs, &plain, context)?;
        crate::error::bail!(Internal, "rows without columns that the assignment could match; please report this");
    };
    let mut pairs: Vec<(usize, usize)> = matching
        .column_of_row
        .iter()
        .enumerate()
        .filter(|(_, column)| **column != ALONE)
        .map(|(row, column)| if problem.transposed { (*column as usize, row) } else { (row, *column as usize) })
        .collect();
    pairs.sort_unstable();
    if options.best_total && !pairs.is_empty() {
        pairs = cheapest(costs, problem.told(worst), &plain, context)?;
    }
    let total: f64 = pairs.iter().map(|pair| costs[*pair]).sum::<f64>() + 0.0;
    ensure!(total.is_finite(), InvalidData, "the total of {} pairs is beyond the largest number", pairs.len());
    let (rows, columns) = if problem.transposed { (vec![], critical) } else { (critical, vec![]) };
    context.report(1, 1);
    Ok(BottleneckAssignment {
        rows: pairs.iter().map(|pair| pair.0 as i64).collect::<Vec<_>>().into(),
        columns: pairs.iter().map(|pair| pair.1 as i64).collect::<Vec<_>>().into(),
        worst_cost: (!pairs.is_empty()).then(|| problem.told(worst)),
        total_cost: total + 0.0,
        critical_rows: rows.into(),
        critical_columns: columns.into(),
    })
}

/// The best total of the pairs that are not worse than `worst`.
fn cheapest(
    costs: ArrayView2<'_, f64>,
    worst: f64,
    options: &Assign,
    context: &Context,
) -> Result<Vec<(usize, usize)>> {
    let (mut rows, mut columns, mut values) = (vec![], vec![], vec![]);
    for (row, line) in costs.rows().into_iter().enumerate() {
        context.check()?;
        for (column, cost) in line.iter().enumerate() {
            if cost.is_finite() && if options.maximize { *cost >= worst } else { *cost <= worst } {
                rows.push(row as i64);
                columns.push(column as i64);
                values.push(*cost);
            }
        }
    }
    // The dense solver where most pairs remain, the sparse one where few do.
    let (rows, columns) = if values.len() > costs.len() / 8 {
        let within = |cost: f64| if options.maximize { cost >= worst } else { cost <= worst };
        let other = if options.maximize { f64::NEG_INFINITY } else { f64::INFINITY };
        let best = assign(costs.mapv(|cost| if within(cost) { cost } else { other }).view(), options, context)?;
        (best.rows, best.columns)
    } else {
        let sparse = SparseCosts::from_triplets(&rows, &columns, &values, [costs.nrows(), costs.ncols()], context)?;
        let best = assign_sparse(&sparse, options, context)?;
        (best.rows, best.columns)
    };
    Ok(rows.iter().zip(columns.iter()).map(|(row, column)| (*row as usize, *column as usize)).collect())
}

/// Costs to be minimised, no more rows than columns; `inf` is forbidden.
struct Problem {
    costs: Vec<f64>,
    rows: usize,
    columns: usize,
    transposed: bool,
    negated: bool,
}

/// The pairs of a problem up to some cost.
struct Below {
    start: Vec<usize>,
    columns: Vec<u32>,
    width: usize,
}

impl Adjacent for Below {
    fn rows(&self) -> usize {
        self.start.len() - 1
    }
    fn columns(&self) -> usize {
        self.width
    }
    fn degree(&self, row: usize) -> usize {
        self.start[row + 1] - self.start[row]
    }
    #[inline(always)]
    fn column(&self, row: usize, at: usize) -> u32 {
        self.columns[self.start[row] + at]
    }
}

/// A matching, its worst cost, and the rows that prove that it cannot be lower.
type Best = (Matching, f64, Vec<i64>);

impl Problem {
    /// Judge and orient the costs.
    fn of(costs: ArrayView2<'_, f64>, maximize: bool, context: &Context) -> Result<Self> {
        let transposed = costs.nrows() > costs.ncols();
        let view = if transposed { costs.reversed_axes() } else { costs };
        let (rows, columns) = view.dim();
        ensure!(
            columns < u32::MAX as usize,
            TooLarge,
            "{rows} x {columns} costs: rows and columns must each be fewer than {}",
            u32::MAX
        );
        let mut own = Vec::with_capacity(rows * columns);
        for (row, line) in view.rows().into_iter().enumerate() {
            context.check()?;
            own.extend(line.iter().map(|cost| if maximize { -cost } else { *cost }));
            // NaN is not above, so the comparison is turned round.
            let usual = |cost: &f64| *cost > f64::NEG_INFINITY;
            if let Some(column) = own[row * columns..].iter().position(|cost| !usual(cost)) {
                let (row, column) = if transposed { (column, row) } else { (row, column) };
                let (forbidden, cost) =
                    (if maximize { f64::NEG_INFINITY } else { f64::INFINITY }, costs[[row, column]]);
                ensure!(!cost.is_nan(), InvalidData, "the cost of row {row} and column {column} is NaN");
                crate::error::bail!(
                    InvalidData,
                    "the cost of row {row} and column {column} is {cost}; a forbidden pair costs {forbidden}, all others are \
                     finite"
                );
            }
        }
        Ok(Self { costs: own, rows, columns, transposed, negated: maximize })
    }

    /// A cost as the caller counts it.
    fn told(&self, cost: f64) -> f64 {
        if self.negated { -cost + 0.0 } else { cost }
    }

    fn line(&self, row: usize) -> &[f64] {
        &self.costs[row * self.columns..][..self.columns]
    }

    /// The pairs that cost at most `most`.
    fn below(&self, most: f64, context: &Context) -> Result<Below> {
        let mut start = Vec::with_capacity(self.rows + 1);
        let mut columns = Vec::new();
        start.push(0);
        for row in 0..self.rows {
            context.check()?;
            let within = self.line(row).iter().enumerate().filter(|(_, cost)| **cost <= most && **cost < f64::INFINITY);
            columns.extend(within.map(|(column, _)| column as u32));
            start.push(columns.len());
        }
        Ok(Below { start, columns, width: self.columns })
    }

    /// The best matching, or `None` where not all rows can be matched and nobody may be left alone.
    fn solve(&self, leave: bool, context: &Context) -> Result<Option<Best>> {
        let mut size = self.rows;
        // No row can do better than its cheapest pair; of a square, no column either.
        let mut low = f64::NEG_INFINITY;
        let mut by_column = vec![f64::INFINITY; self.columns];
        for row in 0..self.rows {
            let mut least = f64::INFINITY;
            for (cost, column) in self.line(row).iter().zip(&mut by_column) {
                least = least.min(*cost);
                *column = column.min(*cost);
            }
            low = low.max(least);
        }
        if self.rows == self.columns {
            low = by_column.iter().copied().fold(low, f64::max);
        }
        let mut matching = Matching::empty(self.rows, self.columns);
        // Somebody has no partner at all, so the bounds say nothing.
        if low == f64::INFINITY {
            if !leave {
                return Ok(None);
            }
            low = f64::NEG_INFINITY;
        }
        if self.rows == 0 {
            return Ok(Some((matching, low, vec![])));
        }
        if low > f64::NEG_INFINITY {
            enlarge(&self.below(low, context)?, &mut matching, context)?;
            if matching.is_complete() {
                let critical = self.critical(low, size, context)?;
                return Ok(Some((matching, low, critical)));
            }
        }
        // Pairs of the best matching so far that is too small; those of the one that is large enough.
        let mut complete = matching.clone();
        enlarge(&self.below(f64::INFINITY, context)?, &mut complete, context)?;
        if !complete.is_complete() {
            if !leave {
                return Ok(None);
            }
            // The bounds hold only where all rows are matched.
            size = complete.column_of_row.iter().filter(|column| **column != ALONE).count();
            low = f64::NEG_INFINITY;
            matching = Matching::empty(self.rows, self.columns);
        }
        if size == 0 {
            return Ok(Some((complete, low, vec![])));
        }
        let mut high = self.worst(&complete);
        let mut between = kept(&self.costs, |cost| cost > low && cost < high, context)?;
        while !between.is_empty() {
            // About the middle: a sample's median.
            let mut sample: Vec<f64> = between.iter().copied().step_by(between.len() / 1024 + 1).collect();
            let middle = sample.len() / 2;
            let most = *sample.select_nth_unstable_by(middle, f64::total_cmp).1;
            let mut tried = matching.clone();
            enlarge(&self.below(most, context)?, &mut tried, context)?;
            if tried.column_of_row.iter().filter(|column| **column != ALONE).count() == size {
                high = self.worst(&tried);
                complete = tried;
                between = kept(&between, |cost| cost < high, context)?;
            } else {
                matching = tried;
                between = kept(&between, |cost| cost > most, context)?;
            }
        }
        let critical = self.critical(high, size, context)?;
        Ok(Some((complete, high, critical)))
    }

    /// The greatest cost of the pairs.
    fn worst(&self, matching: &Matching) -> f64 {
        let pairs = matching.column_of_row.iter().enumerate().filter(|(_, column)| **column != ALONE);
        pairs.map(|(row, column)| self.line(row)[*column as usize]).fold(f64::NEG_INFINITY, f64::max)
    }

    /// Rows that have too few columns by the pairs that cost less than `worst`.
    fn critical(&self, worst: f64, size: usize, context: &Context) -> Result<Vec<i64>> {
        let graph = self.below(worst.next_down(), context)?;
        let mut matching = Matching::empty(self.rows, self.columns);
        enlarge(&graph, &mut matching, context)?;
        let alone: Vec<u32> =
            (0..self.rows as u32).filter(|row| matching.column_of_row[*row as usize] == ALONE).collect();
        if alone.len() <= self.rows - size {
            return Ok(vec![]);
        }
        // Where all rows are matched, one row too many is proof enough.
        let roots = if size == self.rows { &alone[..1] } else { &alone };
        let [rows, _] = reached(&graph, &matching, roots, context)?;
        Ok((0..self.rows).filter(|row| rows[*row]).map(|row| row as i64).collect())
    }
}

/// The costs that fit.
fn kept(costs: &[f64], fits: impl Fn(f64) -> bool, context: &Context) -> Result<Vec<f64>> {
    let mut kept = Vec::new();
    for part in costs.chunks(1 << 20) {
        context.check()?;
        kept.extend(part.iter().copied().filter(|cost| fits(*cost)));
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::Code;
    use crate::math::random::Random;

    /// Pairs, worst cost and total of the best: most pairs, then lowest worst cost, then least total.
    fn brute(costs: &Array2<f64>) -> (usize, f64, f64) {
        // Going through all matchings: the total of the best worst cost is not made of best parts.
        fn go(costs: &Array2<f64>, row: usize, used: u32, so_far: (usize, f64, f64), best: &mut (usize, f64, f64)) {
            if row == costs.nrows() {
                let better = so_far.0 > best.0
                    || so_far.0 == best.0 && (so_far.1 < best.1 || so_far.1 == best.1 && so_far.2 < best.2);
                if better {
                    *best = so_far;
                }
                return;
            }
            go(costs, row + 1, used, so_far, best);
            for column in 0..costs.ncols() {
                let cost = costs[[row, column]];
                if used & (1 << column) == 0 && cost.is_finite() {
                    let next = (so_far.0 + 1, so_far.1.max(cost), so_far.2 + cost);
                    go(costs, row + 1, used | (1 << column), next, best);
                }
            }
        }
        let mut best = (0, f64::INFINITY, f64::INFINITY);
        go(costs, 0, 0, (0, f64::NEG_INFINITY, 0.0), &mut best);
        best
    }

    #[test]
    fn random_small_costs_are_matched_as_by_brute_force() {
        let mut random = Random::new(41);
        for case in 0..8000 {
            let (rows, columns) = ((random.bits() % 6) as usize, (random.bits() % 6) as usize);
            let ties = random.bits().is_multiple_of(2);
            let forbidden = [0.0, 0.3, 0.6][(random.bits() % 3) as usize];
            let costs = Array2::from_shape_fn((rows, columns), |_| match random.uniform() < forbidden {
                true => f64::INFINITY,
                false if ties => (random.bits() % 5) as f64 - 2.0,
                false => random.normal(),
            });
            let (pairs, worst, total) = brute(&costs);
            let options = AssignBottleneck::default().with_unmatched(Unmatched::Leave).with_best_total(true);
            for (sign, maximize) in [(1.0, false), (-1.0, true)] {
                let costs = costs.mapv(|cost| sign * cost);
                let options = options.clone().with_maximize(maximize);
                let found = assign_bottleneck(costs.view(), &options, &Context::new()).unwrap();
                assert_eq!(found.rows.len(), pairs, "case {case}: {costs}");
                if pairs > 0 {
                    assert_eq!(found.worst_cost, Some(sign * worst), "case {case}: {costs}");
                    assert!((found.total_cost - sign * total).abs() < 1e-12, "case {case}: {found:?} {costs}");
                    proves(&costs, &found, sign * worst, sign);
                } else {
                    assert_eq!(found.worst_cost, None);
                }
                let any =
                    assign_bottleneck(costs.view(), &options.clone().with_best_total(false), &Context::new()).unwrap();
                assert_eq!(any.worst_cost, found.worst_cost);
                let strict =
                    assign_bottleneck(costs.view(), &options.with_unmatched(Unmatched::Refuse), &Context::new());
                assert_eq!(strict.is_ok(), pairs == rows.min(columns), "case {case}");
            }
        }
    }

    /// The critical lines have fewer partners by better pairs than must be matched among them.
    fn proves(costs: &Array2<f64>, found: &BottleneckAssignment, worst: f64, sign: f64) {
        let turned = costs.nrows() > costs.ncols();
        let view = if turned { costs.t() } else { costs.view() };
        let critical = if turned { &found.critical_columns } else { &found.critical_rows };
        let partners = (0..view.ncols())
            .filter(|column| critical.iter().any(|row| sign * view[[*row as usize, *column]] < sign * worst))
            .count();
        let others = view.nrows() - critical.len();
        assert!(partners + others < found.rows.len(), "{found:?} {costs}");
    }

    #[test]
    fn bad_costs_are_refused_with_the_place() {
        let fails = |costs: Array2<f64>, text: &str| {
            let error = assign_bottleneck(costs.view(), &AssignBottleneck::default(), &Context::new()).unwrap_err();
            assert_eq!(error.code(), Code::InvalidData);
            assert!(error.message().contains(text), "{error}");
        };
        fails(array![[1.0, 2.0], [f64::NAN, 1.0]], "row 1 and column 0 is NaN");
        fails(array![[1.0, f64::NEG_INFINITY], [0.0, 1.0], [1.0, 1.0]], "row 0 and column 1 is -inf");
        fails(array![[1.0, f64::INFINITY], [2.0, f64::INFINITY]], "rows 0 and 1 can only use column 0");
        let none = Array2::from_elem((2, 2), f64::INFINITY);
        fails(none.clone(), "every pair is forbidden");
        let options = AssignBottleneck::default().with_unmatched(Unmatched::Leave);
        let found = assign_bottleneck(none.view(), &options, &Context::new()).unwrap();
        assert_eq!((found.rows.len(), found.worst_cost), (0, None));
    }

    #[test]
    fn two_thousand_rows_take_no_worse_pair_than_they_must() {
        let mut random = Random::new(42);
        let costs = Array2::from_shape_fn((2000, 2000), |_| random.uniform());
        let found = assign_bottleneck(costs.view(), &AssignBottleneck::default(), &Context::new()).unwrap();
        proves(&costs, &found, found.worst_cost.unwrap(), 1.0);
        let total = AssignBottleneck::default().with_best_total(true);
        let cheapest = assign_bottleneck(costs.view(), &total, &Context::new()).unwrap();
        assert_eq!(cheapest.worst_cost, found.worst_cost);
        assert!(cheapest.total_cost <= found.total_cost);
    }
}
