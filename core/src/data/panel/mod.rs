//! Many series of different lengths in one long table: a row per observation, with the series it belongs to.
//!
//! Series stand in the order of their first rows, and their observations in the order of time whatever the order of the
//! rows. Grouping never fails for one series alone: what is wrong with a series is told when it is asked for.
mod ids;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use ndarray::ArrayView2;

use super::table::{Table, is_text};
use super::time::{Axis, Stamps, TimeColumn};
use crate::Context;
use crate::error::{Result, bail, ensure};

/// Many series of different lengths, borrowed from a [`Table`] or a matrix.
///
/// ```
/// # fn main() -> inlaid::Result<()> {
/// use inlaid::data::{Panel, Table};
///
/// let table = Table::from_columns([
///     ("unique_id", vec!["b", "a", "b"].into()),
///     ("ds", vec!["2024-02", "2024-01", "2024-01"].into()),
///     ("y", vec![2.0, 9.0, 1.0].into()),
/// ])?;
/// let panel = Panel::from_table(&table, "unique_id", Some("ds"), "y")?;
/// assert_eq!(panel.ids(), ["b", "a"]);
/// assert_eq!(panel.series(0)?.values(), [1.0, 2.0]);
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Panel<'t> {
    labels: Vec<String>,
    id_kind: DataType,
    /// The rows of series `i` are `bounds[i]..bounds[i + 1]` of `rows`, or of the table where `rows` is empty.
    bounds: Vec<usize>,
    rows: Vec<usize>,
    values: Cow<'t, [f64]>,
    time: Option<TimeColumn<'t>>,
}

/// One series of a [`Panel`], in the order of time.
#[derive(Debug)]
pub struct Series<'p> {
    values: Cow<'p, [f64]>,
    rows: Rows<'p>,
    axis: Option<Axis>,
}

/// Where the observations of a series stand in the table.
#[derive(Debug)]
enum Rows<'p> {
    Range(Range<usize>),
    Listed(Cow<'p, [usize]>),
}

impl<'t> Panel<'t> {
    /// The series of a table: `id` names the column of texts or integers that says which series a row belongs to,
    /// `target` the column of numbers, and `time` the column of times; without `time` the order of the rows counts.
    /// Numbers of a table already in the order of its series are borrowed. O(rows).
    ///
    /// Missing numbers are NaN. Times may be integers, dates, timestamps or texts such as `1949`, `1949-01`, `2020Q1`,
    /// `1949-01-31` and `2020-01-01T05:00:00`.
    ///
    /// # Errors
    /// `invalid_data` for a missing column, one of another type, no rows at all, or a row without its series.
    pub fn from_table(table: &'t Table, id: &str, time: Option<&'t str>, target: &str) -> Result<Self> {
        Self::from_table_within(table, id, time, target, &Context::new())
    }

    /// [`from_table`](Self::from_table) as a part of a longer call.
    pub(crate) fn from_table_within(
        table: &'t Table,
        id: &str,
        time: Option<&'t str>,
        target: &str,
        context: &Context,
    ) -> Result<Self> {
        let values = table.floats(target)?;
        let time = time.map(|name| TimeColumn::of(table, name)).transpose()?;
        let id_kind = table.kind(id)?.clone();
        let (labels, groups) = if is_text(&id_kind) {
            let (firsts, groups) = group(table.texts(id)?.into_iter(), id, context)?;
            (firsts.into_iter().map(String::from).collect::<Vec<_>>(), groups)
        } else if id_kind.is_integer() {
            let (firsts, groups) = group(table.integers(id)?.into_iter(), id, context)?;
            (firsts.iter().map(i64::to_string).collect(), groups)
        } else {
            bail!(InvalidData, "column \"{id}\" has type {id_kind}; series are named by texts or integers");
        };
        ensure!(!groups.is_empty(), InvalidData, "the table has no rows");
        context.check()?;
        let (bounds, rows) = order(&groups, labels.len());
        Ok(Self { labels, id_kind, bounds, rows, values, time })
    }

    /// Series by name, without times.
    ///
    /// # Errors
    /// `invalid_data` for two series of one name, or none at all.
    pub fn from_series<N: Into<String>>(series: impl IntoIterator<Item = (N, Vec<f64>)>) -> Result<Panel<'static>> {
        let (mut labels, mut bounds, mut values) = (Vec::new(), vec![0], Vec::new());
        for (name, mut observations) in series {
            labels.push(name.into());
            values.append(&mut observations);
            bounds.push(values.len());
        }
        ensure!(!labels.is_empty(), InvalidData, "there is no series");
        let mut sorted: Vec<&str> = labels.iter().map(String::as_str).collect();
        sorted.sort_unstable();
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!(InvalidData, "two series are named \"{}\"; names must differ", pair[0]);
        }
        Ok(Panel { labels, id_kind: DataType::Utf8, bounds, rows: Vec::new(), values: values.into(), time: None })
    }

    /// The rows of a matrix `[series, time]`, named by their numbers from 0, without times.
    ///
    /// # Errors
    /// `invalid_data` for a matrix without rows.
    pub fn from_matrix(series: ArrayView2<'t, f64>) -> Result<Self> {
        let (rows, columns) = series.dim();
        ensure!(rows > 0, InvalidData, "there is no series: the matrix [series, time] has no rows");
        let values = series.to_slice().map_or_else(|| series.iter().copied().collect::<Vec<_>>().into(), Cow::Borrowed);
        let labels = (0..rows).map(|row| row.to_string()).collect();
        let bounds = (0..=rows).map(|row| row * columns).collect();
        Ok(Self { labels, id_kind: DataType::Int64, bounds, rows: Vec::new(), values, time: None })
    }

    /// The number of series.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no series.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The names of the series, in the order of their first rows.
    #[must_use]
    pub fn ids(&self) -> &[String] {
        &self.labels
    }

    /// The series at `index`, in the order of time. O(observations), or a sort where the rows
    /// are in another order.
    ///
    /// # Errors
    /// `invalid_config` for an index of [`len`](Panel::len) or more; `invalid_data` if a time is missing, cannot be read or stands twice, or if the times keep no even step: gaps are
    /// refused, not filled.
    pub fn series(&self, index: usize) -> Result<Series<'_>> {
        let count = self.len();
        ensure!(index < count, InvalidConfig, "there is no series {index}, the panel has {count} (0-based)");
        let range = self.bounds[index]..self.bounds[index + 1];
        let in_place = self.rows.is_empty();
        let (axis, sorted) = match &self.time {
            Some(time) => {
                let (axis, sorted) = match in_place {
                    true => time.axis(&range.clone().collect::<Vec<_>>())?,
                    false => time.axis(&self.rows[range.clone()])?,
                };
                (Some(axis), sorted)
            }
            None => (None, None),
        };
        let rows = match sorted {
            Some(rows) => Rows::Listed(rows.into()),
            None if in_place => Rows::Range(range),
            None => Rows::Listed(Cow::Borrowed(&self.rows[range])),
        };
        let values = match &rows {
            Rows::Range(range) => Cow::Borrowed(&self.values[range.clone()]),
            Rows::Listed(rows) => rows.iter().map(|&row| self.values[row]).collect::<Vec<_>>().into(),
        };
        Ok(Series { values, rows, axis })
    }

    /// Times as a column of the type they came in; `None` without times.
    pub(crate) fn time_column(&self, cells: Vec<Stamps>) -> Result<Option<ArrayRef>> {
        self.time.as_ref().map(|time| time.array(cells)).transpose()
    }
}

impl Series<'_> {
    /// The observations in the order of time; NaN is a missing one.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The rows of the table where the observations stand, in the order of time.
    pub fn rows(&self) -> impl Iterator<Item = usize> {
        let (range, listed) = match &self.rows {
            Rows::Range(range) => (range.clone(), [].as_slice()),
            Rows::Listed(rows) => (0..0, &rows[..]),
        };
        range.chain(listed.iter().copied())
    }

    /// The times of some observations; `None` without times.
    pub(crate) fn stamps(&self, range: Range<usize>) -> Result<Option<Stamps>> {
        self.axis.as_ref().map(|axis| axis.stamps(range)).transpose()
    }

    /// The times of the next steps; `None` without times.
    pub(crate) fn future(&self, horizon: usize) -> Result<Option<Stamps>> {
        self.axis.as_ref().map(|axis| axis.future(horizon)).transpose()
    }
}

/// Rows that are grouped between two looks at the context: a few milliseconds.
const BETWEEN_CHECKS: usize = 1 << 16;

/// The distinct keys in the order of their first rows, and which of them each row has.
fn group<K: Copy + Eq + Hash>(
    keys: impl Iterator<Item = Option<K>>,
    name: &str,
    context: &Context,
) -> Result<(Vec<K>, Vec<usize>)> {
    let mut firsts: Vec<K> = Vec::new();
    let mut known: HashMap<K, usize> = HashMap::new();
    let mut groups: Vec<usize> = Vec::with_capacity(keys.size_hint().0);
    for (row, key) in keys.enumerate() {
        if row % BETWEEN_CHECKS == 0 {
            context.check()?;
        }
        let Some(key) = key else {
            bail!(InvalidData, "column \"{name}\" is missing in row {row} (0-based); each row needs its series");
        };
        // Rows of one series mostly follow each other.
        let group = match groups.last() {
            Some(&last) if firsts[last] == key => last,
            _ => *known.entry(key).or_insert_with(|| {
                firsts.push(key);
                firsts.len() - 1
            }),
        };
        groups.push(group);
    }
    Ok((firsts, groups))
}

/// Where each group begins and ends, and its rows in order; no rows where they already stand so.
fn order(groups: &[usize], count: usize) -> (Vec<usize>, Vec<usize>) {
    let mut bounds = vec![0; count + 1];
    for &group in groups {
        bounds[group + 1] += 1;
    }
    for group in 0..count {
        bounds[group + 1] += bounds[group];
    }
    if groups.is_sorted() {
        return (bounds, Vec::new());
    }
    let mut next = bounds.clone();
    let mut rows = vec![0; groups.len()];
    for (row, &group) in groups.iter().enumerate() {
        rows[next[group]] = row;
        next[group] += 1;
    }
    (bounds, rows)
}
