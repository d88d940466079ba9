//! The possible pairs of rows and columns with their costs.
use crate::Context;
use crate::error::{Result, ensure};

/// A possible pair, seen from its row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Arc {
    /// What the pair costs.
    pub(in super::super) cost: f64,
    /// Its column.
    pub(in super::super) column: u32,
}

/// Costs of the possible pairs of rows and columns; all other pairs are forbidden.
///
/// 16 bytes per pair and 4 per row. Pairs may come in any order. Of pairs that come more than once, the cheapest counts where
/// the total is minimised, the dearest where it is maximised.
#[derive(Clone, Debug, PartialEq)]
pub struct SparseCosts {
    pub(in super::super) rows: usize,
    pub(in super::super) columns: usize,
    /// Where the arcs of each row start, and where the last ends.
    pub(in super::super) start: Vec<u32>,
    pub(in super::super) arcs: Vec<Arc>,
    /// Whether some pair comes more than once.
    pub(in super::super) repeated: bool,
    /// Whether some cost needs a look before it is used: infinite, or too large to be added up.
    pub(in super::super) unusual: bool,
}

impl SparseCosts {
    /// Costs from triplets: the pair of `rows[i]` and `columns[i]` costs `costs[i]`; positions count from 0 and stay below
    /// `shape`, the numbers of rows and of columns.
    ///
    /// # Errors
    /// `invalid_data` for lists of unequal length, positions out of range and NaN, with the place of the entry;
    /// `too_large` for 2^32 - 1 rows, columns or entries; `cancelled`.
    pub fn from_triplets(
        rows: &[i64],
        columns: &[i64],
        costs: &[f64],
        shape: [usize; 2],
        context: &Context,
    ) -> Result<Self> {
        ensure!(
            rows.len() == costs.len() && columns.len() == costs.len(),
            InvalidData,
            "{} rows, {} columns and {} costs: there must be one of each per pair",
            rows.len(),
            columns.len(),
            costs.len()
        );
        let [height, width] = shape;
        check_size(height, width, costs.len())?;
        // Room for the starts of the rows, one place late while they are filled.
        let mut start = vec![0u32; height + 2];
        for (entry, row) in rows.iter().enumerate() {
            check_now_and_then(entry, context)?;
            let within = usize::try_from(*row).is_ok_and(|row| row < height);
            ensure!(within, InvalidData, "entry {entry}: row {row} is outside 0..{height}");
            start[*row as usize + 2] += 1;
        }
        for row in 2..start.len() {
            start[row] += start[row - 1];
        }
        let mut arcs = vec![Arc { cost: 0.0, column: 0 }; costs.len()];
        for (entry, ((row, column), cost)) in rows.iter().zip(columns).zip(costs).enumerate() {
            check_now_and_then(entry, context)?;
            let within = usize::try_from(*column).is_ok_and(|column| column < width);
            ensure!(within, InvalidData, "entry {entry}: column {column} is outside 0..{width}");
            ensure!(!cost.is_nan(), InvalidData, "entry {entry}: the cost of row {row} and column {column} is NaN");
            let place = &mut start[*row as usize + 1];
            arcs[*place as usize] = Arc { cost: *cost, column: *column as u32 };
            *place += 1;
        }
        start.pop();
        Self::judged(height, width, start, arcs, context)
    }

    /// Costs from compressed rows: row `i` has the entries `starts[i] .. starts[i + 1]` of `columns` and `costs`; there are
    /// `width` columns.
    ///
    /// # Errors
    /// `invalid_data` for lists of unequal length, starts that are empty, do not begin at 0, fall or do not end at the number
    /// of entries, columns out of range and NaN, with their place; `too_large` for 2^32 - 1 rows, columns or entries;
    /// `cancelled`.
    pub fn from_csr(starts: &[i64], columns: &[i64], costs: &[f64], width: usize, context: &Context) -> Result<Self> {
        ensure!(
            columns.len() == costs.len(),
            InvalidData,
            "{} columns and {} costs: there must be one of each per pair",
            columns.len(),
            costs.len()
        );
        let (Some(first), Some(last)) = (starts.first(), starts.last()) else {
            crate::error::bail!(InvalidData, "the starts of the rows are empty: they must be one more than the rows");
        };
        check_size(starts.len() - 1, width, costs.len())?;
        ensure!(*first == 0, InvalidData, "the first row starts at {first}: it must start at 0");
        for (row, pair) in starts.windows(2).enumerate() {
            check_now_and_then(row, context)?;
            ensure!(pair[0] <= pair[1], InvalidData, "row {row} starts at {} and ends at {}", pair[0], pair[1]);
        }
        ensure!(
            *last == costs.len() as i64,
            InvalidData,
            "the last row ends at {last}: it must end at {}, the number of entries",
            costs.len()
        );
        let mut arcs = Vec::with_capacity(costs.len());
        for (entry, (column, cost)) in columns.iter().zip(costs).enumerate() {
            check_now_and_then(entry, context)?;
            let within = usize::try_from(*column).is_ok_and(|column| column < width);
            ensure!(within, InvalidData, "entry {entry}: column {column} is outside 0..{width}");
            ensure!(!cost.is_nan(), InvalidData, "entry {entry}: the cost of column {column} is NaN");
            arcs.push(Arc { cost: *cost, column: *column as u32 });
        }
        let start = starts.iter().map(|start| *start as u32).collect();
        Self::judged(starts.len() - 1, width, start, arcs, context)
    }

    /// The number of rows and of columns.
    #[must_use]
    pub fn shape(&self) -> [usize; 2] {
        [self.rows, self.columns]
    }

    /// How many pairs are listed, repeated ones counted each time.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.arcs.len()
    }

    /// The listed pairs of one row.
    pub(in super::super) fn row(&self, row: usize) -> &[Arc] {
        &self.arcs[self.start[row] as usize..self.start[row + 1] as usize]
    }

    /// Put the parts together and note what needs care later.
    pub(in super::super) fn judged(
        rows: usize,
        columns: usize,
        start: Vec<u32>,
        arcs: Vec<Arc>,
        context: &Context,
    ) -> Result<Self> {
        // The row that used each column last, one more than its position.
        let mut seen = vec![0u32; columns];
        let mut repeated = false;
        let mut unusual = false;
        for row in 0..rows {
            check_now_and_then(row, context)?;
            for arc in &arcs[start[row] as usize..start[row + 1] as usize] {
                repeated |= std::mem::replace(&mut seen[arc.column as usize], row as u32 + 1) == row as u32 + 1;
                // True for infinities as well.
                unusual |= arc.cost.abs() > super::graph::LARGEST;
            }
        }
        Ok(Self { rows, columns, start, arcs, repeated, unusual })
    }
}

/// Stop where the caller asked to, without asking for every entry.
fn check_now_and_then(entry: usize, context: &Context) -> Result<()> {
    if entry.is_multiple_of(1 << 16) { context.check() } else { Ok(()) }
}

fn check_size(rows: usize, columns: usize, entries: usize) -> Result<()> {
    ensure!(
        rows.max(columns).max(entries) < u32::MAX as usize,
        TooLarge,
        "{rows} rows, {columns} columns and {entries} entries: each must be fewer than {}",
        u32::MAX
    );
    Ok(())
}
