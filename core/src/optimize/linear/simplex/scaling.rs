//! Rows and columns multiplied by powers of two so that coefficients are near 1.
use super::super::sparse::Sparse;
use super::Programme;

/// Factors of rows, columns and the objective, all powers of two: scaling rounds nothing.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    pub(super) row: Vec<f64>,
    pub(super) column: Vec<f64>,
    pub(super) cost: f64,
}

/// The power of two nearest to a positive number, on the scale of exponents.
fn power_of_two(value: f64) -> f64 {
    if !(value.is_normal() && value > 0.0) {
        return 1.0;
    }
    value.log2().round().clamp(-60.0, 60.0).exp2()
}

impl Scale {
    /// Geometric means of the smallest and largest of each line, four times over, then the largest of each column to 1.
    pub(super) fn of(programme: &Programme) -> Self {
        let (rows, columns) = (programme.row_count(), programme.column_count());
        let mut scale = Self { row: vec![1.0; rows], column: vec![1.0; columns], cost: 1.0 };
        let sizes = programme.columns.value.iter().map(|value| value.abs());
        let (least, most) = sizes.fold((f64::INFINITY, 0.0f64), |(least, most), v| (least.min(v), most.max(v)));
        if least < 0.2 || most > 5.0 {
            for _ in 0..4 {
                scale.row = means(&programme.rows, &scale.column);
                scale.column = means(&programme.columns, &scale.row);
            }
            for value in scale.row.iter_mut().chain(&mut scale.column) {
                *value = power_of_two(*value);
            }
        }
        let largest = programme.cost.iter().zip(&scale.column).fold(0.0f64, |most, (c, s)| most.max((c * s).abs()));
        if largest > 1e4 {
            scale.cost = power_of_two(1e3 / largest);
        } else if largest > 0.0 && largest < 1e-2 {
            scale.cost = power_of_two(1.0 / largest);
        }
        scale
    }

    /// What the scaled value of a column or row is multiplied by to give the true one.
    #[inline]
    pub(super) fn of_value(&self, at: usize) -> f64 {
        if at < self.column.len() { self.column[at] } else { 1.0 / self.row[at - self.column.len()] }
    }

    /// The scaled matrix by column and by row.
    pub(super) fn matrices(&self, programme: &Programme) -> (Sparse, Sparse) {
        let (mut by_column, mut by_row) = (programme.columns.clone(), programme.rows.clone());
        for column in 0..by_column.lines() {
            for at in by_column.start[column]..by_column.start[column + 1] {
                by_column.value[at] *= self.column[column] * self.row[by_column.index[at] as usize];
            }
        }
        for row in 0..by_row.lines() {
            for at in by_row.start[row]..by_row.start[row + 1] {
                by_row.value[at] *= self.row[row] * self.column[by_row.index[at] as usize];
            }
        }
        (by_column, by_row)
    }
}

/// One over the geometric mean of the smallest and largest of each line, whose entries are multiplied by `across`.
fn means(lines: &Sparse, across: &[f64]) -> Vec<f64> {
    (0..lines.lines())
        .map(|line| {
            let sizes = lines.pairs(line).map(|(at, value)| (value * across[at]).abs());
            let (least, most) = sizes.fold((f64::INFINITY, 0.0f64), |(least, most), v| (least.min(v), most.max(v)));
            let mean = (least * most).sqrt();
            if mean.is_normal() { 1.0 / mean } else { 1.0 }
        })
        .collect()
}
