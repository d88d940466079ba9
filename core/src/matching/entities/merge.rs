//! One record of each entity: which of its values survive.
use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use serde::{Deserialize, Serialize};

use super::clean;
use crate::data::{Column, Table, Values, is_text};
use crate::error::{Code, Error, Result, bail, ensure};

/// Which value of an entity's records survives. Missing values never do where there is another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Survivor {
    /// The one that most records have; of equals, that of the first record.
    #[default]
    MostFrequent,
    /// The longest text, which often is the most complete.
    Longest,
    /// That of the first record.
    First,
    /// That of the last record.
    Last,
    /// That of the record with the latest date in the column `by`.
    Newest,
    /// That of the record with the earliest date in the column `by`.
    Oldest,
    /// That of the record whose source, in the column `by`, comes first in `order`.
    Source,
    /// The largest number or latest date.
    Max,
    /// The smallest number or earliest date.
    Min,
    /// The mean of the numbers.
    Mean,
}

/// What survives of one column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MergeRule {
    /// The column.
    pub column: String,
    /// Which value survives. Default most_frequent.
    pub survivor: Survivor,
    /// The column with dates or sources, for newest, oldest and source. Default none.
    pub by: Option<String>,
    /// The sources, best first; others come after them. Default none.
    pub order: Vec<String>,
}

impl MergeRule {
    /// A rule for a column.
    #[must_use]
    pub fn new(column: impl Into<String>, survivor: Survivor) -> Self {
        Self { column: column.into(), survivor, ..Self::default() }
    }

    /// Set the column with dates or sources.
    #[must_use]
    pub fn with_by(mut self, column: impl Into<String>) -> Self {
        self.by = Some(column.into());
        self
    }

    /// Set the sources, best first.
    #[must_use]
    pub fn with_order<N: Into<String>>(mut self, sources: impl IntoIterator<Item = N>) -> Self {
        self.order = sources.into_iter().map(Into::into).collect();
        self
    }
}

/// What survives when the records of each entity become one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MergeRecords {
    /// What survives of columns without a rule. Default most_frequent; newest, oldest and source need a rule of their own.
    pub survivor: Survivor,
    /// Rules of single columns. Default none.
    pub rules: Vec<MergeRule>,
}

impl MergeRecords {
    /// Set what survives of columns without a rule.
    #[must_use]
    pub fn with_survivor(mut self, survivor: Survivor) -> Self {
        self.survivor = survivor;
        self
    }

    /// Set the rules of single columns.
    #[must_use]
    pub fn with_rules(mut self, rules: impl Into<Vec<MergeRule>>) -> Self {
        self.rules = rules.into();
        self
    }

    fn validate(&self, table: &Table) -> Result<()> {
        let ordered = |survivor| matches!(survivor, Survivor::Newest | Survivor::Oldest | Survivor::Source);
        ensure!(
            !ordered(self.survivor),
            InvalidConfig,
            "survivor {:?} needs a column to go by; give it in a rule",
            self.survivor
        );
        for (position, rule) in self.rules.iter().enumerate() {
            let column = &rule.column;
            ensure!(
                table.has(column),
                InvalidConfig,
                "a rule names column \"{column}\"; there are [{}]",
                table.names().join(", ")
            );
            ensure!(
                self.rules[..position].iter().all(|earlier| earlier.column != *column),
                InvalidConfig,
                "column \"{column}\" has two rules"
            );
            ensure!(
                ordered(rule.survivor) == rule.by.is_some(),
                InvalidConfig,
                "rule of \"{column}\": newest, oldest and source, and only they, go `by` a column"
            );
            if let Some(by) = rule.by.as_ref().filter(|by| !table.has(by)) {
                bail!(InvalidConfig, "rule of \"{column}\" goes by \"{by}\"; there are [{}]", table.names().join(", "));
            }
            ensure!(
                (rule.survivor == Survivor::Source) != rule.order.is_empty(),
                InvalidConfig,
                "rule of \"{column}\": source, and only it, needs an order of sources"
            );
        }
        Ok(())
    }
}

/// The table with the entity of every record as a last column named `entity`; nothing else is copied.
///
/// # Errors
/// `invalid_data` for another number of entities than rows, or a table that has a column of that name.
pub fn label_records(table: &Table, entities: &[i64]) -> Result<Table> {
    check_count(table, entities)?;
    ensure!(!table.has("entity"), InvalidData, "the table has a column \"entity\" already; rename it first");
    let mut fields: Vec<_> = table.schema().fields().iter().cloned().collect();
    fields.push(Arc::new(Field::new("entity", DataType::Int64, true)));
    let schema = Arc::new(Schema::new(fields));
    let mut start = 0;
    let mut batches = Vec::with_capacity(table.batches().len());
    for batch in table.batches() {
        let end = start + batch.num_rows();
        let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
        columns.push(Arc::new(Int64Array::from(entities[start..end].to_vec())));
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns);
        batches.push(batch.map_err(|error| {
            Error::new(Code::Internal, "a labelled batch was refused; please report this").with_source(error)
        })?);
        start = end;
    }
    Table::from_batches(schema, batches)
}

fn check_count(table: &Table, entities: &[i64]) -> Result<()> {
    let (rows, known) = (table.rows(), entities.len());
    ensure!(rows == known, InvalidData, "{known} entities of {rows} records; there must be one of each");
    Ok(())
}

/// One record of each entity, in the order of their first records: `entity`, `records` (how many there were), `members`
/// (their rows, one blank between), then every column of the table with the value that survives.
///
/// # Errors
/// `invalid_config` for rules that do not suit the table; `invalid_data` for another number of entities than rows, a
/// mean, max or min of texts, or a column named `entity`, `records` or `members`; `unsupported` for columns of types
/// without a plain form, such as lists.
pub fn merge_records(table: &Table, entities: &[i64], options: &MergeRecords) -> Result<Table> {
    check_count(table, entities)?;
    options.validate(table)?;
    for name in ["entity", "records", "members"] {
        ensure!(!table.has(name), InvalidData, "the table has a column \"{name}\" already; rename it first");
    }
    let mut places: HashMap<i64, usize> = HashMap::new();
    let mut groups: Vec<(i64, Vec<usize>)> = Vec::new();
    for (row, entity) in entities.iter().enumerate() {
        let place = *places.entry(*entity).or_insert_with(|| {
            groups.push((*entity, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(row);
    }
    let list = |rows: &[usize]| rows.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let mut columns: Vec<(String, Column)> = vec![
        ("entity".into(), groups.iter().map(|(entity, _)| *entity).collect::<Vec<_>>().into()),
        ("records".into(), groups.iter().map(|(_, rows)| rows.len() as i64).collect::<Vec<_>>().into()),
        ("members".into(), groups.iter().map(|(_, rows)| list(rows)).collect::<Vec<_>>().into()),
    ];
    for name in table.names() {
        let usual = MergeRule::new(name, options.survivor);
        let rule = options.rules.iter().find(|rule| rule.column == name).unwrap_or(&usual);
        columns.push((name.to_owned(), merged(table, name, rule, &groups)?));
    }
    Table::from_columns(columns)
}

/// One column of all entities.
fn merged(table: &Table, name: &str, rule: &MergeRule, groups: &[(i64, Vec<usize>)]) -> Result<Column> {
    let column = table.column(name)?;
    let missing: Vec<bool> = match (&column.missing, &column.values) {
        (Some(missing), _) => missing.clone(),
        (None, Values::Floats(values)) => values.iter().map(|value| value.is_nan()).collect(),
        (None, values) => vec![false; values.len()],
    };
    let there = |rows: &[usize]| -> Vec<usize> { rows.iter().copied().filter(|row| !missing[*row]).collect() };
    if rule.survivor == Survivor::Mean {
        let values = numbers(table, name)?;
        let mean = |(_, rows): &(i64, Vec<usize>)| {
            let rows = there(rows);
            // The part of each, so that no sum overflows.
            rows.iter().map(|row| values[*row] / rows.len() as f64).sum::<f64>()
        };
        let gone = groups.iter().map(|(_, rows)| there(rows).is_empty()).collect();
        return Ok(Column::from(groups.iter().map(mean).collect::<Vec<f64>>()).with_missing(gone));
    }
    let keys: Option<Vec<f64>> = match rule.survivor {
        Survivor::Max | Survivor::Min => Some(ordered(table, name)?),
        Survivor::Newest | Survivor::Oldest => Some(ordered(table, rule.by.as_deref().unwrap_or(name))?),
        Survivor::Source => Some(ranks(table, rule.by.as_deref().unwrap_or(name), &rule.order)?),
        _ => None,
    };
    let lowest = matches!(rule.survivor, Survivor::Min | Survivor::Oldest | Survivor::Source);
    let chosen: Vec<Option<usize>> = groups
        .iter()
        .map(|(_, rows)| {
            let rows = there(rows);
            match (&keys, rule.survivor) {
                (Some(keys), _) => extreme(&rows, keys, lowest),
                (None, Survivor::Last) => rows.last().copied(),
                (None, Survivor::Longest) => longest(&rows, &column.values),
                (None, Survivor::MostFrequent) => most_frequent(&rows, &column.values),
                (None, _) => rows.first().copied(),
            }
        })
        .collect();
    Ok(taken(&column.values, &chosen))
}

/// The row with the largest or smallest key, the first of equals; rows without a key come last.
fn extreme(rows: &[usize], keys: &[f64], lowest: bool) -> Option<usize> {
    let mut best: Option<usize> = None;
    for &row in rows {
        let better = best.is_none_or(|best| {
            let (key, against) = (keys[row], keys[best]);
            against.is_nan() && !key.is_nan() || if lowest { key < against } else { key > against }
        });
        if better {
            best = Some(row);
        }
    }
    best
}

/// Dates and numbers as numbers in their order; NaN where there is none.
fn ordered(table: &Table, name: &str) -> Result<Vec<f64>> {
    let kind = table.kind(name)?;
    if is_text(kind) {
        let day = |text: Option<&str>| {
            let text = text.map(str::trim).unwrap_or_default();
            let clock = text.get(10..).unwrap_or_default();
            // The time of day, where there is one, is between one day and the next.
            let part = clock
                .bytes()
                .filter(u8::is_ascii_digit)
                .take(9)
                .fold((0.0, 0.1), |(sum, unit), digit| (sum + f64::from(digit - b'0') * unit, unit / 10.0));
            match clean::written_day(text) {
                Some((year, month, day)) => f64::from(year as i32 * 512 + month as i32 * 32 + day as i32) + part.0,
                None => text.parse().unwrap_or(f64::NAN),
            }
        };
        let texts = table.texts(name)?;
        let keys: Vec<f64> = texts.iter().map(|text| day(*text)).collect();
        let bad = texts
            .iter()
            .zip(&keys)
            .find(|(text, key)| text.is_some_and(|text| !text.trim().is_empty()) && key.is_nan());
        if let Some((Some(text), _)) = bad {
            bail!(
                InvalidData,
                "column \"{name}\" has the text \"{text:.40}\"; dates such as 2020-01-31 or numbers are needed"
            );
        }
        return Ok(keys);
    }
    if matches!(kind, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)) {
        let times = table.raw_times(name)?;
        return Ok(times.into_iter().map(|time| time.map_or(f64::NAN, |time| time as f64)).collect());
    }
    numbers(table, name)
}

fn numbers(table: &Table, name: &str) -> Result<Vec<f64>> {
    Ok(table.floats(name)?.into_owned())
}

/// The place of every row's source in the order; those that are not named come after.
fn ranks(table: &Table, name: &str, order: &[String]) -> Result<Vec<f64>> {
    let rank = |text: Option<&str>| {
        let place = text.and_then(|text| order.iter().position(|source| source == text));
        place.unwrap_or(order.len()) as f64
    };
    Ok(table.texts(name)?.into_iter().map(rank).collect())
}

fn longest(rows: &[usize], values: &Values) -> Option<usize> {
    let length = |row: usize| match values {
        Values::Texts(texts) => texts[row].chars().count(),
        Values::Integers(numbers) => numbers[row].to_string().len(),
        Values::Floats(numbers) => numbers[row].to_string().len(),
        _ => 0,
    };
    rows.iter().copied().rev().max_by_key(|row| length(*row))
}

fn most_frequent(rows: &[usize], values: &Values) -> Option<usize> {
    let same = |a: usize, b: usize| match values {
        Values::Floats(values) => values[a] == values[b],
        Values::Integers(values) | Values::Timestamps { values, .. } => values[a] == values[b],
        Values::Booleans(values) => values[a] == values[b],
        Values::Texts(values) => values[a] == values[b],
        Values::Dates(values) => values[a] == values[b],
    };
    // Rows of one value, by their first.
    let mut counts: Vec<(usize, usize)> = Vec::new();
    if rows.len() > 64 {
        let key = |row: usize| match values {
            Values::Floats(values) => (values[row] + 0.0).to_bits(),
            Values::Integers(values) | Values::Timestamps { values, .. } => values[row] as u64,
            Values::Booleans(values) => u64::from(values[row]),
            Values::Texts(values) => clean::hash(values[row].as_bytes()),
            Values::Dates(values) => values[row] as u64,
        };
        let mut places: HashMap<u64, usize> = HashMap::new();
        for &row in rows {
            let place = *places.entry(key(row)).or_insert_with(|| {
                counts.push((row, 0));
                counts.len() - 1
            });
            counts[place].1 += 1;
        }
    } else {
        for &row in rows {
            match counts.iter_mut().find(|(first, _)| same(*first, row)) {
                Some((_, count)) => *count += 1,
                None => counts.push((row, 1)),
            }
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(row, _)| row)
}

/// The values of the chosen rows; `None` is missing.
fn taken(values: &Values, chosen: &[Option<usize>]) -> Column {
    fn pick<T: Clone + Default>(values: &[T], chosen: &[Option<usize>]) -> Vec<T> {
        chosen.iter().map(|row| row.map_or_else(T::default, |row| values[row].clone())).collect()
    }
    let picked = match values {
        Values::Floats(values) => {
            Values::Floats(chosen.iter().map(|row| row.map_or(f64::NAN, |row| values[row])).collect())
        }
        Values::Integers(values) => Values::Integers(pick(values, chosen)),
        Values::Booleans(values) => Values::Booleans(pick(values, chosen)),
        Values::Texts(values) => Values::Texts(pick(values, chosen)),
        Values::Dates(values) => Values::Dates(pick(values, chosen)),
        Values::Timestamps { values, unit, zone } => {
            Values::Timestamps { values: pick(values, chosen), unit: *unit, zone: zone.clone() }
        }
    };
    let missing: Vec<bool> = chosen.iter().map(Option::is_none).collect();
    let column = Column::from(picked);
    if missing.contains(&true) && !matches!(column.values, Values::Floats(_)) {
        column.with_missing(missing)
    } else {
        column
    }
}
