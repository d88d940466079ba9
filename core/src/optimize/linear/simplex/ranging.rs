//! Ranges of costs and right sides in which a basis stays the best.
use super::{Simplex, State};
use crate::Context;
use crate::error::Result;

/// How far one number may go down and up.
pub(in super::super) type Range = (f64, f64);

impl Simplex {
    /// How far the cost of each column may move, as differences, with the values unchanged.
    pub(in super::super) fn cost_ranges(&mut self, context: &Context) -> Result<Vec<Range>> {
        let mut ranges = vec![(f64::NEG_INFINITY, f64::INFINITY); self.columns];
        for at in 0..self.columns {
            let unit = 1.0 / (self.scale.column[at] * self.scale.cost);
            let reduced = self.reduced[at] * unit;
            match self.state[at] {
                State::Lower if self.lower[at] < self.upper[at] => ranges[at].0 = -reduced.max(0.0),
                State::Upper if self.lower[at] < self.upper[at] => ranges[at].1 = -reduced.min(0.0),
                State::Zero => ranges[at] = (0.0, 0.0),
                _ => {}
            }
        }
        for row in 0..self.rows {
            context.check()?;
            let variable = self.head[row] as usize;
            if variable >= self.columns {
                continue;
            }
            self.basis_row(row);
            self.price();
            let (down, up) = self.basic_cost_range();
            let unit = 1.0 / (self.scale.column[variable] * self.scale.cost);
            ranges[variable] = (down * unit, up * unit);
        }
        Ok(ranges)
    }

    /// For the row of the tableau at hand, how far the cost of its basic variable may move.
    fn basic_cost_range(&self) -> Range {
        let (mut down, mut up) = (f64::NEG_INFINITY, f64::INFINITY);
        let mut meet = |at: usize, entry: f64| {
            if entry.abs() < 1e-9 || self.state[at] == State::Basic || self.lower[at] == self.upper[at] {
                return;
            }
            let ratio = match self.state[at] {
                State::Lower => self.reduced[at].max(0.0) / entry,
                State::Upper => self.reduced[at].min(0.0) / entry,
                _ => 0.0,
            };
            let rises = match self.state[at] {
                State::Lower => entry > 0.0,
                State::Upper => entry < 0.0,
                _ => {
                    (down, up) = (0.0, 0.0);
                    return;
                }
            };
            if rises { up = up.min(ratio) } else { down = down.max(ratio) }
        };
        for at in &self.tableau_row.index {
            meet(*at as usize, self.tableau_row.value[*at as usize]);
        }
        for row in &self.row_part.index {
            meet(self.columns + *row as usize, -self.row_part.value[*row as usize]);
        }
        (down, up)
    }

    /// How far the activity of each row that binds may move with the basis still feasible; nothing for rows that do not bind.
    pub(in super::super) fn right_ranges(&mut self, context: &Context) -> Result<Vec<Option<Range>>> {
        let mut ranges = vec![None; self.rows];
        for (row, range) in ranges.iter_mut().enumerate() {
            context.check()?;
            let at = self.columns + row;
            if self.state[at] == State::Basic {
                continue;
            }
            let mut column = std::mem::take(&mut self.tableau_column);
            column.clear();
            self.column_into(at, 1.0, &mut column);
            self.factor.solve(&mut column, &mut self.dense.column);
            let (mut down, mut up) = (f64::NEG_INFINITY, f64::INFINITY);
            for position in &column.index {
                let entry = column.value[*position as usize];
                if entry.abs() < 1e-9 {
                    continue;
                }
                let basic = self.head[*position as usize] as usize;
                // value - step * entry stays within its bounds.
                let to_lower = (self.x[basic] - self.lower[basic]).max(0.0) / entry;
                let to_upper = (self.x[basic] - self.upper[basic]).min(0.0) / entry;
                let (least, most) = if entry > 0.0 { (to_upper, to_lower) } else { (to_lower, to_upper) };
                down = down.max(least);
                up = up.min(most);
            }
            self.tableau_column = column;
            let unit = self.scale.of_value(at);
            *range = Some((down * unit, up * unit));
        }
        Ok(ranges)
    }
}
