//! Many series of different lengths in one long table: a row per observation, with the series it belongs to.
//!
//! Series stand in the order of their first rows, and their observations in the order of time whatever the order of the
//! rows. Grouping never fails for one series alone: what is wrong with a series is told when it is asked for.
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::types::*;
use arrow_array::{ArrayRef, ArrowPrimitiveType, DictionaryArray, PrimitiveArray};
use arrow_schema::DataType;
use ndarray::ArrayView2;

use super::table::{Table, is_text, text_array};
use super::time::{Axis, Stamps, TimeColumn};
use crate::error::{Code, Error, Result, bail, ensure};

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
        let values = table.floats(target)?;
        let time = time.map(|name| TimeColumn::of(table, name)).transpose()?;
        let id_kind = table.kind(id)?.clone();
        let (labels, groups) = if is_text(&id_kind) {
            let (firsts, groups) = group(table.texts(id)?.into_iter(), id)?;
            (firsts.into_iter().map(String::from).collect::<Vec<_>>(), groups)
        } else if id_kind.is_integer() {
            let (firsts, groups) = group(table.integers(id)?.into_iter(), id)?;
            (firsts.iter().map(i64::to_string).collect(), groups)
        } else {
            bail!(InvalidData, "column \"{id}\" has type {id_kind}; series are named by texts or integers");
        };
        ensure!(!groups.is_empty(), InvalidData, "the table has no rows");
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

    /// The names of series as a column of the type they came in, each so many times.
    pub(crate) fn id_column(&self, counts: &[(usize, usize)]) -> Result<ArrayRef> {
        let numbers = || counts.iter().flat_map(|&(series, count)| std::iter::repeat_n(series, count));
        let labels = &self.labels;
        fn integers<T: ArrowPrimitiveType>(labels: &[String], series: impl Iterator<Item = usize>) -> Result<ArrayRef>
        where
            T::Native: std::str::FromStr,
        {
            let parsed: Option<Vec<T::Native>> = labels.iter().map(|label| label.parse().ok()).collect();
            let parsed = parsed.ok_or_else(|| Error::new(Code::Internal, "the name of a series left its type"))?;
            Ok(Arc::new(PrimitiveArray::<T>::from_iter_values(series.map(|series| parsed[series]))))
        }
        match &self.id_kind {
            DataType::Int8 => integers::<Int8Type>(labels, numbers()),
            DataType::Int16 => integers::<Int16Type>(labels, numbers()),
            DataType::Int32 => integers::<Int32Type>(labels, numbers()),
            DataType::Int64 => integers::<Int64Type>(labels, numbers()),
            DataType::UInt8 => integers::<UInt8Type>(labels, numbers()),
            DataType::UInt16 => integers::<UInt16Type>(labels, numbers()),
            DataType::UInt32 => integers::<UInt32Type>(labels, numbers()),
            DataType::UInt64 => integers::<UInt64Type>(labels, numbers()),
            DataType::Dictionary(key, words) => {
                let words = text_array(words, labels.iter().map(String::as_str))?;
                let coded = match **key {
                    DataType::Int8 => coded::<Int8Type>(words, numbers()),
                    DataType::Int16 => coded::<Int16Type>(words, numbers()),
                    DataType::Int32 => coded::<Int32Type>(words, numbers()),
                    DataType::Int64 => coded::<Int64Type>(words, numbers()),
                    DataType::UInt8 => coded::<UInt8Type>(words, numbers()),
                    DataType::UInt16 => coded::<UInt16Type>(words, numbers()),
                    DataType::UInt32 => coded::<UInt32Type>(words, numbers()),
                    _ => coded::<UInt64Type>(words, numbers()),
                };
                // Chunks with different dictionaries may name more series than one key type can number.
                coded.map_or_else(|| text_array(&self.id_kind, numbers().map(|i| labels[i].as_str())), Ok)
            }
            kind => text_array(kind, numbers().map(|i| labels[i].as_str())),
        }
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

/// The distinct keys in the order of their first rows, and which of them each row has.
fn group<K: Copy + Eq + Hash>(keys: impl Iterator<Item = Option<K>>, name: &str) -> Result<(Vec<K>, Vec<usize>)> {
    let mut firsts: Vec<K> = Vec::new();
    let mut known: HashMap<K, usize> = HashMap::new();
    let mut groups: Vec<usize> = Vec::with_capacity(keys.size_hint().0);
    for (row, key) in keys.enumerate() {
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

/// A dictionary of the words, if its keys can number them all.
fn coded<K: ArrowDictionaryKeyType>(words: ArrayRef, series: impl Iterator<Item = usize>) -> Option<ArrayRef>
where
    K::Native: TryFrom<usize>,
{
    let keys: Option<Vec<K::Native>> = series.map(|number| K::Native::try_from(number).ok()).collect();
    let keys = PrimitiveArray::<K>::new(keys?.into(), None);
    DictionaryArray::try_new(keys, words).ok().map(|array| Arc::new(array) as ArrayRef)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn table() -> Table {
        Table::from_columns([
            ("unique_id", vec!["b", "a", "b", "a", "b"].into()),
            ("ds", vec![3_i64, 1, 1, 2, 2].into()),
            ("y", vec![30.0, 1.0, 10.0, 2.0, 20.0].into()),
        ])
        .unwrap()
    }

    #[test]
    fn series_stand_in_the_order_of_their_first_rows_and_sorted_by_time() {
        let table = table();
        let panel = Panel::from_table(&table, "unique_id", Some("ds"), "y").unwrap();
        assert_eq!((panel.len(), panel.ids()), (2, &["b".to_owned(), "a".to_owned()][..]));
        let series = panel.series(0).unwrap();
        assert_eq!(series.values(), [10.0, 20.0, 30.0]);
        assert_eq!(series.rows().collect::<Vec<_>>(), [2, 4, 0]);
        assert_eq!(panel.series(2).unwrap_err().code(), Code::InvalidConfig);
        assert_eq!(panel.series(1).unwrap().values(), [1.0, 2.0]);
    }

    #[test]
    fn without_times_the_order_of_the_rows_counts() {
        let table = table();
        let panel = Panel::from_table(&table, "unique_id", None, "y").unwrap();
        assert_eq!(panel.series(0).unwrap().values(), [30.0, 10.0, 20.0]);
        let panel = Panel::from_series([("x", vec![1.0, 2.0]), ("y", vec![]), ("z", vec![3.0])]).unwrap();
        assert_eq!(panel.series(0).unwrap().values(), [1.0, 2.0]);
        assert!(panel.series(1).unwrap().values().is_empty());
        assert_eq!(panel.series(2).unwrap().values(), [3.0]);
    }

    #[test]
    fn numbers_in_order_are_borrowed_from_the_table() {
        let columns =
            [("id", vec![7_i64, 7, 5].into()), ("t", vec![1_i64, 2, 1].into()), ("y", vec![1.0, 2.0, 3.0].into())];
        let table = Table::from_columns(columns).unwrap();
        let panel = Panel::from_table(&table, "id", Some("t"), "y").unwrap();
        let start = table.floats("y").unwrap().as_ptr();
        assert_eq!(panel.series(0).unwrap().values().as_ptr(), start);
        assert_eq!(panel.series(1).unwrap().values(), [3.0]);
        assert_eq!(panel.series(1).unwrap().rows().collect::<Vec<_>>(), [2]);
        assert_eq!(panel.ids(), ["7", "5"]);
    }

    #[test]
    fn a_matrix_is_a_panel_of_its_rows() {
        let matrix = array![[1.0, 2.0], [3.0, 4.0]];
        let panel = Panel::from_matrix(matrix.view()).unwrap();
        assert_eq!(panel.series(1).unwrap().values(), [3.0, 4.0]);
        let panel = Panel::from_matrix(matrix.t()).unwrap();
        assert_eq!(panel.series(1).unwrap().values(), [2.0, 4.0]);
        assert_eq!(panel.ids(), ["0", "1"]);
    }

    #[test]
    fn bad_tables_are_refused_with_the_column() {
        let table = table();
        let refused = |id, time, target| {
            let error = Panel::from_table(&table, id, time, target).unwrap_err();
            assert_eq!(error.code(), Code::InvalidData);
            error.message().to_owned()
        };
        assert!(refused("id", None, "y").contains("\"id\"; the table has [unique_id, ds, y]"));
        assert!(refused("unique_id", None, "unique_id").contains("integers or floats"));
        assert!(refused("y", None, "y").contains("texts or integers"));
        let gone = Table::from_columns([
            ("id", super::super::Column::from(vec!["a"]).with_missing(vec![true])),
            ("y", vec![1.0].into()),
        ]);
        let error = Panel::from_table(&gone.unwrap(), "id", None, "y").unwrap_err();
        assert!(error.message().contains("row 0"));
        let empty = Table::from_columns([("id", Vec::<&str>::new().into()), ("y", Vec::<f64>::new().into())]).unwrap();
        assert_eq!(Panel::from_table(&empty, "id", None, "y").unwrap_err().message(), "the table has no rows");
        assert!(Panel::from_series([("a", vec![1.0]), ("a", vec![2.0])]).is_err());
    }

    #[test]
    fn names_leave_in_the_type_they_came_in() {
        use arrow_array::{Int16Array, LargeStringArray, StringViewArray, UInt64Array};
        let ids: [ArrayRef; 5] = [
            Arc::new(Int16Array::from(vec![300, -1])),
            Arc::new(UInt64Array::from(vec![300, 1])),
            Arc::new(LargeStringArray::from(vec!["x", "y"])),
            Arc::new(StringViewArray::from(vec!["x", "y"])),
            Arc::new(["x", "y"].into_iter().collect::<DictionaryArray<Int8Type>>()),
        ];
        for id in ids {
            let y: ArrayRef = Arc::new(arrow_array::Float64Array::from(vec![1.0, 2.0]));
            let table = Table::from_arrays([("id", Arc::clone(&id)), ("y", y)]).unwrap();
            let panel = Panel::from_table(&table, "id", None, "y").unwrap();
            assert_eq!(&panel.id_column(&[(0, 1), (1, 1)]).unwrap(), &id);
            assert_eq!(panel.id_column(&[(0, 2), (1, 3)]).unwrap().len(), 5);
        }
    }

    #[test]
    fn two_hundred_series_of_small_dictionary_chunks_leave_as_texts() {
        let chunk = |from: usize| {
            let ids: DictionaryArray<Int8Type> =
                (from..from + 100).map(|i| i.to_string()).collect::<Vec<_>>().iter().map(String::as_str).collect();
            let y: ArrayRef = Arc::new(arrow_array::Float64Array::from(vec![1.0; 100]));
            Table::from_arrays([("id", Arc::new(ids) as ArrayRef), ("y", y)]).unwrap().batches()[0].clone()
        };
        let table = Table::from_batches(chunk(0).schema(), vec![chunk(0), chunk(100)]).unwrap();
        let panel = Panel::from_table(&table, "id", None, "y").unwrap();
        let all: Vec<_> = (0..200).map(|i| (i, 1)).collect();
        let column = panel.id_column(&all).unwrap();
        assert_eq!((column.len(), column.data_type()), (200, &DataType::Utf8));
    }
}
