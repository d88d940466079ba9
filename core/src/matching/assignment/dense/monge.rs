//! Where lines can be put in order so that neighbours agree: costs like products, or distances on a line.
//!
//! A matrix is Monge if, in some order of its rows and columns, `c[i][k] + c[j][l] <= c[i][l] + c[j][k]` for all `i < j`, `k < l`;
//! then matching in that order is best, and column prices that suit neighbours suit all (Burkard, Klinz, Rudolf, *Perspectives
//! of Monge properties in optimization*, 1996). Shortest augmenting paths are at their slowest there. A sample of 28 x 28
//! quadrangles tells whether a matrix may be one; prices found here are only a start, which the search proves or mends.
use crate::matching::assignment::problem::Problem;

/// Rows and columns of the sample.
const SAMPLE: usize = 8;

/// Column prices and the column of each row, if the square matrix looks like a Monge matrix.
pub(in super::super) fn start(problem: &Problem<'_>) -> Option<(Vec<f64>, Vec<u32>)> {
    let size = problem.rows;
    let at = |row: usize, column: usize| problem.row(row)[column];
    let sample: [usize; SAMPLE] = std::array::from_fn(|step| (2 * step + 1) * size / (2 * SAMPLE));
    let (mut rows, mut columns) = (sample, sample);
    // The two sampled columns that rows disagree on most put the rows in order, and the other way round.
    let [left, right] = apart(&rows, &columns, at)?;
    let [top, bottom] = apart(&columns, &rows, |column, row| at(row, column))?;
    let by_row = |row: &usize| at(*row, right) - at(*row, left);
    let by_column = |column: &usize| at(bottom, *column) - at(top, *column);
    rows.sort_by(|a, b| by_row(a).total_cmp(&by_row(b)));
    columns.sort_by(|a, b| by_column(a).total_cmp(&by_column(b)));
    let (mut upward, mut downward, mut sizes) = (true, true, 0.0_f64);
    for (i, k) in (1..SAMPLE).flat_map(|i| (1..SAMPLE).map(move |k| (i, k))) {
        let corners = [
            at(rows[i - 1], columns[k - 1]),
            at(rows[i], columns[k]),
            at(rows[i - 1], columns[k]),
            at(rows[i], columns[k - 1]),
        ];
        let bend = (corners[0] - corners[2]) + (corners[1] - corners[3]);
        if !bend.is_finite() {
            return None;
        }
        let noise = 1e-15 * corners.iter().fold(0.0_f64, |size, cost| size.max(cost.abs()));
        (upward, downward) = (upward && bend <= noise, downward && bend >= -noise);
        sizes += bend.abs();
    }
    if !(upward || downward) || sizes == 0.0 {
        return None;
    }
    let order = |key: &dyn Fn(&usize) -> f64| {
        let mut lines: Vec<(f64, usize)> = (0..size).map(|line| (key(&line), line)).collect();
        lines.sort_by(|a, b| a.0.total_cmp(&b.0));
        lines
    };
    let (rows, mut columns) = (order(&by_row), order(&by_column));
    if !upward {
        columns.reverse();
    }
    let mut prices = vec![0.0; size];
    let mut column_of_row = vec![0; size];
    let mut price = 0.0;
    for place in 0..size {
        let (row, column) = (rows[place].1, columns[place].1);
        if let Some((_, next)) = columns.get(place + 1) {
            prices[*next] = price + (at(row, *next) - at(row, column));
            price = prices[*next];
        }
        column_of_row[row] = column as u32;
    }
    price.is_finite().then_some((prices, column_of_row))
}

/// The two of `columns` whose difference varies most between the first and the last of `rows`.
fn apart(rows: &[usize], columns: &[usize], at: impl Fn(usize, usize) -> f64) -> Option<[usize; 2]> {
    let mut best = (0.0, None);
    for (place, left) in columns.iter().enumerate() {
        for right in &columns[place + 1..] {
            let differences = rows.iter().map(|row| at(*row, *right) - at(*row, *left));
            let (low, high) =
                differences.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
            if high - low > best.0 {
                best = (high - low, Some([*left, *right]));
            }
        }
    }
    best.1
}
