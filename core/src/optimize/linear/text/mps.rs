//! MPS files, fixed and free.
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::super::model::LinearModel;
use super::tokens::{Line, fixed_fields, number};
use crate::error::{Code, Error, Result, bail, ensure};

/// How the fields of an MPS file are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MpsFormat {
    /// By blanks; if that fails, by columns.
    #[default]
    Auto,
    /// By blanks.
    Free,
    /// By columns: 2-3, 5-12, 15-22, 25-36, 40-47 and 50-61; names may hold blanks.
    Fixed,
}

/// Read an MPS file.
///
/// Sections NAME, OBJSENSE (also MAX and MIN), ROWS, COLUMNS with integer markers, RHS (of the objective: minus its constant),
/// RANGES (on an equation: upwards if positive, downwards if negative), BOUNDS (UP, LO, FX, FR, MI, PL, BV, LI, UI, SC) and
/// QUADOBJ, QSECTION or QMATRIX. Rows of type N after the first are left out. A negative UP without a lower bound makes that
/// -inf. Integer columns between markers that have no line in BOUNDS are 0 or 1 unless `integers_are_unbounded`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ReadMps {
    /// How fields are told apart. Default auto.
    pub format: MpsFormat,
    /// Whether integer columns between markers without a line in BOUNDS may be any whole number from 0 up, as in newer
    /// dialects, instead of 0 or 1. Default false.
    pub integers_are_unbounded: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Start,
    Sense,
    Rows,
    Columns,
    Right,
    Ranges,
    Bounds,
    /// The factor of entries off the diagonal.
    Quadratic(bool),
    End,
}

/// What a row name stands for.
#[derive(Clone, Copy)]
enum Row {
    Objective,
    Ignored,
    At(usize),
}

impl ReadMps {
    /// Set how fields are told apart.
    #[must_use]
    pub fn with_format(mut self, format: MpsFormat) -> Self {
        self.format = format;
        self
    }

    /// Set whether integer columns without bounds may be any whole number from 0 up.
    #[must_use]
    pub fn with_integers_are_unbounded(mut self, unbounded: bool) -> Self {
        self.integers_are_unbounded = unbounded;
        self
    }

    /// The model of an MPS file's text.
    ///
    /// # Errors
    /// `invalid_data` with line and reason for anything that does not belong there.
    pub fn read(&self, text: &str) -> Result<LinearModel> {
        match self.format {
            MpsFormat::Free => self.read_as(text, false),
            MpsFormat::Fixed => self.read_as(text, true),
            MpsFormat::Auto => self.read_as(text, false).or_else(|error| self.read_as(text, true).map_err(|_| error)),
        }
    }

    fn read_as(&self, text: &str, fixed: bool) -> Result<LinearModel> {
        let mut reader = Reader::default();
        for (number, raw) in text.lines().enumerate() {
            let raw = raw.trim_end();
            if raw.is_empty() || raw.starts_with('*') || raw.trim_start().starts_with('*') && !fixed {
                continue;
            }
            let line = Line { number: number + 1 };
            if raw.starts_with([' ', '\t']) {
                if fixed {
                    reader.data(line, &fixed_fields(raw))?;
                } else {
                    let fields: Vec<&str> = raw.split_whitespace().take_while(|f| !f.starts_with('$')).collect();
                    reader.data(line, &fields)?;
                }
            } else {
                reader.section(line, raw)?;
            }
            if reader.section == Some(Section::End) {
                break;
            }
        }
        reader.finish(self.integers_are_unbounded)
    }
}

#[derive(Default)]
struct Reader {
    section: Option<Section>,
    model: LinearModel,
    objective: Option<String>,
    rows: HashMap<String, Row>,
    columns: HashMap<String, usize>,
    kinds: Vec<u8>,
    right: Vec<f64>,
    range: Vec<Option<f64>>,
    /// The row that last had an entry of the column at hand, to find repetitions.
    last_entry: Vec<usize>,
    has_cost: bool,
    in_integers: bool,
    is_marked: Vec<bool>,
    is_integer: Vec<bool>,
    is_semi: Vec<bool>,
    has_bound: Vec<bool>,
    has_lower: Vec<bool>,
}

impl Reader {
    fn section(&mut self, line: Line, raw: &str) -> Result<()> {
        let mut words = raw.split_whitespace();
        let word = words.next().unwrap_or_default().to_ascii_uppercase();
        let rest: Vec<&str> = words.collect();
        self.section = Some(match word.as_str() {
            "NAME" => {
                self.model.name = rest.first().map(ToString::to_string).unwrap_or_default();
                Section::Start
            }
            "ROWS" => Section::Rows,
            "COLUMNS" => Section::Columns,
            "RHS" => Section::Right,
            "RANGES" => Section::Ranges,
            "BOUNDS" => Section::Bounds,
            "ENDATA" => Section::End,
            "QUADOBJ" | "QSECTION" => Section::Quadratic(false),
            "QMATRIX" => Section::Quadratic(true),
            "OBJSENSE" | "OBJSENCE" => {
                if let Some(sense) = rest.first() {
                    self.sense(line, sense)?;
                }
                Section::Sense
            }
            "MAX" | "MIN" | "MAXIMIZE" | "MINIMIZE" if self.section == Some(Section::Sense) => {
                self.sense(line, &word)?;
                Section::Sense
            }
            "OBJSENSEMAX" => {
                self.model.maximize = true;
                Section::Sense
            }
            "SOS" | "SETS" | "QCMATRIX" | "INDICATORS" | "CSECTION" | "GENCONS" | "PWLOBJ" | "USERCUTS"
            | "LAZYCONS" => {
                return Err(Error::new(
                    Code::Unsupported,
                    format!("line {}: section {word} is not supported", line.number),
                ));
            }
            _ => bail!(InvalidData, "line {}: {word:?} is no section of an MPS file", line.number),
        });
        Ok(())
    }

    fn sense(&mut self, line: Line, word: &str) -> Result<()> {
        self.model.maximize = match word.to_ascii_uppercase().as_str() {
            "MAX" | "MAXIMIZE" | "MAXIMISE" => true,
            "MIN" | "MINIMIZE" | "MINIMISE" => false,
            _ => bail!(InvalidData, "line {}: the sense is {word:?}, it must be MAX or MIN", line.number),
        };
        Ok(())
    }

    fn data(&mut self, line: Line, fields: &[&str]) -> Result<()> {
        if fields.is_empty() {
            return Ok(());
        }
        match self.section {
            None | Some(Section::Start) => {
                bail!(InvalidData, "line {}: data before the section ROWS", line.number)
            }
            Some(Section::Sense) => self.sense(line, fields[0]),
            Some(Section::Rows) => self.row(line, fields),
            Some(Section::Columns) => self.column(line, fields),
            Some(Section::Right) => self.right_side(line, fields),
            Some(Section::Ranges) => self.range(line, fields),
            Some(Section::Bounds) => self.bound(line, fields),
            Some(Section::Quadratic(both)) => self.quadratic(line, fields, both),
            Some(Section::End) => Ok(()),
        }
    }

    fn row(&mut self, line: Line, fields: &[&str]) -> Result<()> {
        let number = line.number;
        ensure!(
            fields.len() == 2,
            InvalidData,
            "line {number}: a row has a type and a name, not {} fields",
            fields.len()
        );
        let name = fields[1].to_string();
        let row = match fields[0].to_ascii_uppercase().as_str() {
            "N" if self.objective.is_none() => {
                self.objective = Some(name.clone());
                Row::Objective
            }
            "N" => Row::Ignored,
            kind @ ("L" | "G" | "E") => {
                self.kinds.push(kind.as_bytes()[0]);
                self.right.push(0.0);
                self.range.push(None);
                self.last_entry.push(usize::MAX);
                self.model.row_names.push(name.clone());
                Row::At(self.kinds.len() - 1)
            }
            other => bail!(InvalidData, "line {number}: the type of row {name} is {other:?}, it must be N, L, G or E"),
        };
        ensure!(!self.rows.contains_key(&name), InvalidData, "line {number}: there is a row {name} already");
        self.rows.insert(name, row);
        Ok(())
    }

    fn find_row(&self, line: Line, name: &str) -> Result<Row> {
        match self.rows.get(name) {
            Some(row) => Ok(*row),
            None => bail!(InvalidData, "line {}: there is no row {name:?}", line.number),
        }
    }

    fn column(&mut self, line: Line, fields: &[&str]) -> Result<()> {
        let number_of_line = line.number;
        if fields.len() >= 3 && fields[1].trim_matches('\'').eq_ignore_ascii_case("MARKER") {
            self.in_integers = match fields[2].trim_matches('\'').to_ascii_uppercase().as_str() {
                "INTORG" => true,
                "INTEND" => false,
                other => {
                    bail!(InvalidData, "line {number_of_line}: the marker is {other:?}, it must be INTORG or INTEND")
                }
            };
            return Ok(());
        }
        let sound = fields.len() == 3 || fields.len() == 5;
        let count = fields.len();
        ensure!(
            sound,
            InvalidData,
            "line {number_of_line}: a column has a name and one or two rows with values, not {count} fields"
        );
        let name = fields[0];
        let last = self.model.column_names.len().wrapping_sub(1);
        let column = if self.model.column_names.last().is_some_and(|known| known == name) {
            last
        } else {
            let known = self.columns.contains_key(name);
            ensure!(!known, InvalidData, "line {number_of_line}: the lines of column {name} do not stand together");
            self.new_column(name)
        };
        for pair in fields[1..].chunks_exact(2) {
            let value = number(line, pair[1])?;
            match self.find_row(line, pair[0])? {
                Row::Objective => {
                    ensure!(
                        !self.has_cost,
                        InvalidData,
                        "line {number_of_line}: column {name} has row {} twice",
                        pair[0]
                    );
                    self.has_cost = true;
                    self.model.costs[column] = value;
                }
                Row::Ignored => {}
                Row::At(row) => {
                    let twice = self.last_entry[row] == column;
                    ensure!(!twice, InvalidData, "line {number_of_line}: column {name} has row {} twice", pair[0]);
                    self.last_entry[row] = column;
                    self.model.entry_rows.push(row as i64);
                    self.model.entry_columns.push(column as i64);
                    self.model.entry_values.push(value);
                }
            }
        }
        Ok(())
    }

    fn new_column(&mut self, name: &str) -> usize {
        let column = self.model.costs.len();
        self.has_cost = false;
        self.columns.insert(name.to_string(), column);
        self.model.column_names.push(name.to_string());
        self.model.costs.push(0.0);
        self.model.lower.push(0.0);
        self.model.upper.push(f64::INFINITY);
        self.is_marked.push(self.in_integers);
        self.is_integer.push(self.in_integers);
        self.is_semi.push(false);
        self.has_bound.push(false);
        self.has_lower.push(false);
        column
    }

    /// The pairs of row and value of a line, whose first field may be the name of a set.
    fn pairs<'f>(&self, line: Line, fields: &'f [&'f str]) -> Result<&'f [&'f str]> {
        let pairs = if fields.len() % 2 == 1 { &fields[1..] } else { fields };
        let sound = !pairs.is_empty() && pairs.len() <= 4;
        ensure!(
            sound,
            InvalidData,
            "line {}: one or two rows with values belong here, not {} fields",
            line.number,
            fields.len()
        );
        Ok(pairs)
    }

    fn right_side(&mut self, line: Line, fields: &[&str]) -> Result<()> {
        for pair in self.pairs(line, fields)?.chunks_exact(2) {
            let value = number(line, pair[1])?;
            match self.find_row(line, pair[0])? {
                Row::Objective => self.model.constant = -value,
                Row::Ignored => {}
                Row::At(row) => self.right[row] = value,
            }
        }
        Ok(())
    }

    fn range(&mut self, line: Line, fields: &[&str]) -> Result<()> {
        for pair in self.pairs(line, fields)?.chunks_exact(2) {
            let value = number(line, pair[1])?;
            match self.find_row(line, pair[0])? {
                Row::At(row) => self.range[row] = Some(value),
                _ => bail!(InvalidData, "line {}: row {} has type N and can have no range", line.number, pair[0]),
            }
        }
        Ok(())
    }

    fn bound(&mut self, line: Line, fields: &[&str]) -> Result<()> {
        let kind = fields[0].to_ascii_uppercase();
        let number_of_line = line.number;
        let alone = matches!(kind.as_str(), "FR" | "MI" | "PL" | "BV");
        let (name, value) = match (alone, &fields[1..]) {
            (true, [name]) | (true, [_, name] | [_, name, _]) => (*name, 0.0),
            (false, [name, value] | [_, name, value]) => (*name, number(line, value)?),
            _ => bail!(InvalidData, "line {number_of_line}: a bound has a type, a set, a column and a value"),
        };
        // `FR column value` without a set: the column is the first of the two.
        let name = match (alone, fields) {
            (true, [_, first, second]) if !self.columns.contains_key(*second) && self.columns.contains_key(*first) => {
                first
            }
            _ => name,
        };
        let Some(column) = self.columns.get(name).copied() else {
            bail!(InvalidData, "line {number_of_line}: there is no column {name:?}")
        };
        let (lower, upper) = (&mut self.model.lower[column], &mut self.model.upper[column]);
        match kind.as_str() {
            "LO" | "LI" => {
                *lower = value;
                self.has_lower[column] = true;
            }
            "UP" | "UI" | "SC" => {
                *upper = value;
                if value < 0.0 && *lower == 0.0 && !self.has_lower[column] && kind != "SC" {
                    *lower = f64::NEG_INFINITY;
                }
            }
            "FX" => (*lower, *upper) = (value, value),
            "FR" => (*lower, *upper) = (f64::NEG_INFINITY, f64::INFINITY),
            "MI" => *lower = f64::NEG_INFINITY,
            "PL" => *upper = f64::INFINITY,
            "BV" => (*lower, *upper) = (0.0, 1.0),
            _ => bail!(
                InvalidData,
                "line {number_of_line}: the type of the bound is {kind:?}, it must be UP, LO, FX, FR, MI, PL, BV, LI, UI or SC"
            ),
        }
        let nonsense = *lower == f64::INFINITY || *upper == f64::NEG_INFINITY;
        ensure!(!nonsense, InvalidData, "line {number_of_line}: column {name} would have bounds {lower} .. {upper}");
        self.is_integer[column] |= matches!(kind.as_str(), "BV" | "LI" | "UI");
        self.is_semi[column] |= kind == "SC";
        self.has_bound[column] = true;
        Ok(())
    }

    fn quadratic(&mut self, line: Line, fields: &[&str], both: bool) -> Result<()> {
        let [first, second, value] = fields else {
            bail!(InvalidData, "line {}: two columns and a value belong here, not {} fields", line.number, fields.len())
        };
        let find = |name: &str| match self.columns.get(name) {
            Some(column) => Ok(*column as i64),
            None => bail!(InvalidData, "line {}: there is no column {name:?}", line.number),
        };
        let (first, second) = (find(first)?, find(second)?);
        let value = number(line, value)?;
        // The objective has half of x'Qx; a file with one triangle means both.
        let factor = if first == second || both { 0.5 } else { 1.0 };
        self.model.quadratic_rows.push(first);
        self.model.quadratic_columns.push(second);
        self.model.quadratic_values.push(factor * value);
        Ok(())
    }

    fn finish(mut self, integers_are_unbounded: bool) -> Result<LinearModel> {
        ensure!(self.section.is_some(), InvalidData, "there is no section of an MPS file");
        ensure!(self.section == Some(Section::End), InvalidData, "the file ends without ENDATA");
        ensure!(self.objective.is_some(), InvalidData, "there is no row of type N for the objective");
        for (row, kind) in self.kinds.iter().enumerate() {
            let right = self.right[row];
            let (lower, upper) = match (kind, self.range[row]) {
                (b'L', None) => (f64::NEG_INFINITY, right),
                (b'G', None) => (right, f64::INFINITY),
                (b'L', Some(range)) => (right - range.abs(), right),
                (b'G', Some(range)) => (right, right + range.abs()),
                (_, None) => (right, right),
                (_, Some(range)) if range < 0.0 => (right + range, right),
                (_, Some(range)) => (right, right + range),
            };
            self.model.row_lower.push(lower);
            self.model.row_upper.push(upper);
        }
        for column in 0..self.model.costs.len() {
            if self.is_marked[column] && !self.has_bound[column] && !integers_are_unbounded {
                self.model.upper[column] = 1.0;
            }
            if self.is_integer[column] {
                self.model.integers.push(column as i64);
            }
            if self.is_semi[column] {
                self.model.semi_continuous.push(column as i64);
            }
        }
        self.model.check()?;
        Ok(self.model)
    }
}
