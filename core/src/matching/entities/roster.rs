//! The columns that a linkage uses, of one table or of two below each other.
use serde::{Deserialize, Serialize};

use super::compare::Comparator;
use super::infer;
use super::options::{Comparison, ComparisonKind, Linkage};
use super::records::{Field, RawColumn};
use super::result::SkippedColumn;
use crate::Context;
use crate::data::Table;
use crate::error::{Result, ensure};

/// A column of every record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Source {
    pub(super) left: String,
    pub(super) right: String,
    pub(super) raw: RawColumn,
}

/// A field and the columns that it is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct FieldPlan {
    pub(super) name: String,
    pub(super) kind: ComparisonKind,
    pub(super) column: u32,
    pub(super) longitude: Option<u32>,
}

/// All records, as they were given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Roster {
    pub(super) sources: Vec<Source>,
    /// The compared columns first, in their order, then those that only blocking uses.
    pub(super) plans: Vec<FieldPlan>,
    pub(super) rows: u32,
    /// Whether a record is of the right table; empty for one table.
    pub(super) sides: Vec<bool>,
}

/// The most records: their numbers take 32 bits.
const MOST_ROWS: usize = (u32::MAX - 1) as usize;

impl Roster {
    /// Read what the options name, or else every column that suits.
    pub(super) fn read(
        options: &Linkage,
        left: &Table,
        right: Option<&Table>,
        context: &Context,
    ) -> Result<(Self, Vec<Comparator>, Vec<SkippedColumn>)> {
        let rows = left.rows() + right.map_or(0, Table::rows);
        ensure!(rows <= MOST_ROWS, TooLarge, "{rows} records, at most {MOST_ROWS} can be linked");
        let sides = match right {
            Some(_) => (0..rows).map(|row| row >= left.rows()).collect(),
            None => Vec::new(),
        };
        let mut roster = Self { sources: Vec::new(), plans: Vec::new(), rows: rows as u32, sides };
        let (wanted, skipped) = match options.comparisons.is_empty() {
            false => (options.comparisons.clone(), Vec::new()),
            true => roster.choose(options, left, right, context)?,
        };
        let mut comparators = Vec::with_capacity(wanted.len());
        for comparison in &wanted {
            comparators.push(roster.plan(comparison, left, right, context)?);
        }
        for column in options.blocking.iter().flat_map(|pass| pass.columns()) {
            if roster.plans.iter().all(|plan| plan.name != column) {
                let column_of = roster.source(column, column, left, right, context)?;
                let kind = infer::kind(column, &roster.sources[column_of].raw);
                let plan = FieldPlan { name: column.to_owned(), kind, column: column_of as u32, longitude: None };
                roster.plans.push(plan);
            }
        }
        Ok((roster, comparators, skipped))
    }

    /// The columns that both tables have and that can tell records apart.
    fn choose(
        &mut self,
        options: &Linkage,
        left: &Table,
        right: Option<&Table>,
        context: &Context,
    ) -> Result<(Vec<Comparison>, Vec<SkippedColumn>)> {
        for name in &options.ignore {
            let known = left.has(name) || right.is_some_and(|right| right.has(name));
            ensure!(
                known,
                InvalidConfig,
                "ignore names \"{name}\", which is no column; there are [{}]",
                left.names().join(", ")
            );
        }
        let mut skipped = Vec::new();
        let mut skip = |column: &str, reason: &str| {
            skipped.push(SkippedColumn { column: column.to_owned(), reason: reason.to_owned() });
        };
        let mut names = Vec::new();
        for name in left.names() {
            if options.ignore.iter().any(|ignored| ignored == name) {
                skip(name, "it is to be ignored");
                continue;
            }
            if right.is_some_and(|right| !right.has(name)) {
                skip(name, "the right table has no such column");
                continue;
            }
            let source = self.source(name, name, left, right, context)?;
            match infer::unsuitable(name, &self.sources[source].raw, left.rows()) {
                Some(reason) => skip(name, reason),
                None => names.push(name),
            }
        }
        let raw = |names: &[&str]| -> Vec<&RawColumn> {
            let named =
                |name: &&str| self.sources.iter().find(|source| source.left == **name).map(|source| &source.raw);
            names.iter().filter_map(named).collect()
        };
        let kept = infer::most_telling(&raw(&names));
        for (at, name) in names.iter().enumerate() {
            if kept.binary_search(&at).is_err() {
                skip(name, "more telling columns fill the 32 comparisons");
            }
        }
        let names: Vec<&str> = kept.into_iter().map(|at| names[at]).collect();
        let places = infer::places(&names, &raw(&names));
        let mut wanted = Vec::new();
        for name in &names {
            if places.iter().any(|(_, longitude)| longitude == name) {
                continue;
            }
            let place = places.iter().find(|(latitude, _)| latitude == name);
            wanted.push(match place {
                Some((_, longitude)) => {
                    Comparison::new(*name).with_kind(ComparisonKind::Geo).with_longitude(*longitude)
                }
                None => Comparison::new(*name),
            });
        }
        let used: Vec<&str> = names;
        self.sources.retain(|source| used.contains(&source.left.as_str()));
        let reasons = || {
            let one = |skipped: &SkippedColumn| format!("\"{}\": {}", skipped.column, skipped.reason);
            skipped.iter().take(20).map(one).collect::<Vec<_>>().join("; ")
        };
        ensure!(!wanted.is_empty(), InvalidData, "no column can tell records apart ({})", reasons());
        Ok((wanted, skipped))
    }

    /// Decide how a column is compared and read it.
    fn plan(
        &mut self,
        comparison: &Comparison,
        left: &Table,
        right: Option<&Table>,
        context: &Context,
    ) -> Result<Comparator> {
        let column = &comparison.column;
        let right_column = comparison.right_column.as_ref().unwrap_or(column);
        let source = self.source(column, right_column, left, right, context)?;
        let longitude = match &comparison.longitude {
            Some(name) => Some(self.source(name, name, left, right, context)? as u32),
            None => None,
        };
        let raw = &self.sources[source].raw;
        let kind = match comparison.kind {
            ComparisonKind::Auto => infer::kind(column, raw),
            kind => kind,
        };
        let thresholds = match comparison.thresholds.is_empty() {
            true => Comparator::usual_thresholds(kind),
            false => comparison.thresholds.clone(),
        };
        self.plans.push(FieldPlan { name: column.clone(), kind, column: source as u32, longitude });
        let continuous = matches!(kind, ComparisonKind::Numeric | ComparisonKind::Geo);
        Ok(Comparator {
            column: column.clone(),
            kind,
            thresholds,
            term_frequency: comparison.term_frequency.unwrap_or(!continuous),
            partner: None,
        })
    }

    /// The position of a column, read if it is not yet.
    fn source(
        &mut self,
        left_name: &str,
        right_name: &str,
        left: &Table,
        right: Option<&Table>,
        context: &Context,
    ) -> Result<usize> {
        let known = |source: &Source| source.left == left_name && source.right == right_name;
        if let Some(position) = self.sources.iter().position(known) {
            return Ok(position);
        }
        let mut raw = RawColumn::of(left, left_name, context)?;
        if let Some(right) = right {
            raw.append(RawColumn::of(right, right_name, context).map_err(|error| error.at("right table"))?);
        }
        self.sources.push(Source { left: left_name.to_owned(), right: right_name.to_owned(), raw });
        Ok(self.sources.len() - 1)
    }

    /// Add the records of another table, of the right side if `right`.
    pub(super) fn append(&mut self, table: &Table, right: bool, context: &Context) -> Result<()> {
        let rows = self.rows as usize + table.rows();
        ensure!(rows <= MOST_ROWS, TooLarge, "{rows} records, at most {MOST_ROWS} can be linked");
        let mut new = Vec::with_capacity(self.sources.len());
        for source in &self.sources {
            new.push(RawColumn::of(table, if right { &source.right } else { &source.left }, context)?);
        }
        for (source, raw) in self.sources.iter_mut().zip(new) {
            source.raw.append(raw);
        }
        if !self.sides.is_empty() {
            self.sides.resize(rows, right);
        }
        self.rows = rows as u32;
        Ok(())
    }

    /// Bring fields up to all records.
    pub(super) fn fill(&self, fields: &mut Vec<Field>, context: &Context) -> Result<()> {
        if fields.is_empty() {
            *fields = self.plans.iter().map(|plan| Field::new(plan.kind)).collect();
        }
        for (plan, field) in self.plans.iter().zip(fields) {
            let raw = &self.sources[plan.column as usize].raw;
            let longitude = plan.longitude.map(|column| &self.sources[column as usize].raw);
            field.extend(raw, longitude, field.len(), context)?;
        }
        Ok(())
    }

    /// The field of a column's name.
    pub(super) fn find(&self, name: &str) -> usize {
        self.plans.iter().position(|plan| plan.name == name).unwrap_or(0)
    }

    /// What a record has in a field, as it was given.
    pub(super) fn shown(&self, field: usize, row: usize) -> Option<String> {
        let plan = &self.plans[field];
        let value = self.sources[plan.column as usize].raw.get(row)?;
        match plan.longitude {
            None => Some(value.to_owned()),
            Some(column) => Some(format!("{value}, {}", self.sources[column as usize].raw.get(row)?)),
        }
    }

    /// Judge a roster that came from a file.
    pub(super) fn check(&self) -> Result<()> {
        let rows = self.rows as usize;
        ensure!(
            self.sides.is_empty() || self.sides.len() == rows,
            InvalidData,
            "{} sides are known of {rows} records",
            self.sides.len()
        );
        self.sources.iter().try_for_each(|source| source.raw.check(rows))?;
        for plan in &self.plans {
            let known = |column: u32| (column as usize) < self.sources.len();
            ensure!(
                known(plan.column) && plan.longitude.is_none_or(known),
                InvalidData,
                "field \"{}\" is made of a column that is not there",
                plan.name
            );
            ensure!(
                (plan.kind == ComparisonKind::Geo) == plan.longitude.is_some() && plan.kind != ComparisonKind::Auto,
                InvalidData,
                "field \"{}\" does not suit its kind",
                plan.name
            );
        }
        Ok(())
    }
}
