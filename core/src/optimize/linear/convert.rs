//! From models to programmes that are minimised.
use super::model::LinearModel;
use super::simplex::Programme;
use super::sparse::Sparse;

/// A programme with what is needed to speak of the model again.
#[derive(Clone, Debug)]
pub(super) struct Converted {
    pub(super) programme: Programme,
    pub(super) integer: Vec<bool>,
    /// -1 if the model is to be maximised.
    pub(super) sign: f64,
    /// Columns and rows of the model; those behind stand for semi-continuous columns.
    pub(super) columns: usize,
    pub(super) rows: usize,
}

/// Bounds of this size and beyond are none.
const ENDLESS: f64 = 1e20;

/// The programme of a checked model. A semi-continuous column gets a column of 0 or 1 that says whether it is 0.
pub(super) fn convert(model: &LinearModel) -> Converted {
    let (columns, rows) = (model.column_count(), model.row_count());
    let sign = if model.maximize { -1.0 } else { 1.0 };
    let mut integer = vec![false; columns];
    model.integers.iter().for_each(|at| integer[*at as usize] = true);
    let mut cost: Vec<f64> = model.costs.iter().map(|cost| sign * cost).collect();
    let (mut lower, mut upper): (Vec<f64>, Vec<f64>) = (0..columns).map(|at| model.column_bounds(at)).unzip();
    let mut row_bounds: Vec<(f64, f64)> = (0..rows).map(|at| model.row_bounds(at)).collect();
    let mut matrix = model.by_row();
    let mut semi: Vec<usize> = model.semi_continuous.iter().map(|at| *at as usize).collect();
    semi.sort_unstable();
    semi.dedup();
    for at in semi {
        let switch = cost.len();
        cost.push(0.0);
        integer.push(true);
        let (low, high) = (lower[at], upper[at]);
        lower[at] = 0.0;
        lower.push(0.0);
        // Contradictory bounds leave only 0.
        upper.push(if low <= high { 1.0 } else { 0.0 });
        upper[at] = high.max(0.0);
        matrix.push_line([(at, 1.0), (switch, -high.max(0.0))]);
        row_bounds.push((f64::NEG_INFINITY, 0.0));
        if low > 0.0 {
            matrix.push_line([(at, 1.0), (switch, -low)]);
            row_bounds.push((0.0, f64::INFINITY));
        }
    }
    let by_column: Sparse = matrix.turned(cost.len());
    for (low, high) in row_bounds {
        lower.push(low);
        upper.push(high);
    }
    lower.iter_mut().filter(|bound| **bound <= -ENDLESS).for_each(|bound| *bound = f64::NEG_INFINITY);
    upper.iter_mut().filter(|bound| **bound >= ENDLESS).for_each(|bound| *bound = f64::INFINITY);
    let programme = Programme { columns: by_column, rows: matrix, cost, lower, upper };
    Converted { programme, integer, sign, columns, rows }
}
