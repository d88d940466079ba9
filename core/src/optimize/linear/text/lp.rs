//! LP files, as CPLEX and others write them.
use std::collections::HashMap;

use super::super::model::LinearModel;
use super::scan::{Token, scan};
use crate::error::{Code, Error, Result, bail, ensure};

/// The model of an LP file's text.
///
/// Sections Minimize or Maximize (a quadratic part stands in `[ .. ] / 2`), Subject To, Bounds, General, Binary, Semi-continuous
/// and End; comments from a backslash on. A constraint may have expressions on both sides or a number on each end. Whole
/// columns without bounds are 0 or more.
///
/// # Errors
/// `invalid_data` with line and reason for anything that does not belong there; `unsupported` for special ordered sets,
/// indicator and quadratic constraints.
pub fn read_lp(text: &str) -> Result<LinearModel> {
    let tokens = scan(text)?;
    let mut reader = Reader { tokens, at: 0, model: LinearModel::new(), columns: HashMap::new() };
    reader.read()?;
    reader.model.check()?;
    Ok(reader.model)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Minimize,
    Maximize,
    SubjectTo,
    Bounds,
    General,
    Binary,
    SemiContinuous,
    End,
}

#[derive(Debug, Default)]
struct Sum {
    linear: Vec<(usize, f64)>,
    products: Vec<(usize, usize, f64)>,
    constant: f64,
}

struct Reader {
    tokens: Vec<(usize, bool, Token)>,
    at: usize,
    model: LinearModel,
    columns: HashMap<String, usize>,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, _, token)| token)
    }

    fn line(&self) -> usize {
        let last = self.tokens.last().map_or(1, |(line, ..)| *line);
        self.tokens.get(self.at).map_or(last, |(line, ..)| *line)
    }

    fn word(&self, ahead: usize) -> String {
        match self.tokens.get(self.at + ahead) {
            Some((_, _, Token::Name(name))) => name.to_ascii_lowercase(),
            _ => String::new(),
        }
    }

    /// The section that begins here, with the number of its tokens. Sections begin lines.
    fn section(&self) -> Result<Option<(Section, usize)>> {
        let Some((line, true, Token::Name(_))) = self.tokens.get(self.at) else { return Ok(None) };
        let (first, second) = (self.word(0), self.word(1));
        // `free: x + y >= 2` is a row of that name.
        if matches!(self.tokens.get(self.at + 1), Some((_, _, Token::Symbol(':')))) {
            return Ok(None);
        }
        Ok(Some(match first.as_str() {
            "minimize" | "minimise" | "minimum" | "min" => (Section::Minimize, 1),
            "maximize" | "maximise" | "maximum" | "max" => (Section::Maximize, 1),
            "subject" if second == "to" => (Section::SubjectTo, 2),
            "such" if second == "that" => (Section::SubjectTo, 2),
            "st" | "s.t." | "st." => (Section::SubjectTo, 1),
            "bounds" | "bound" => (Section::Bounds, 1),
            "general" | "generals" | "gen" | "integer" | "integers" | "int" => (Section::General, 1),
            "binary" | "binaries" | "bin" => (Section::Binary, 1),
            "semi-continuous" | "semis" | "semi" => (Section::SemiContinuous, 1),
            "end" => (Section::End, 1),
            "sos" | "sos1" | "sos2" | "lazy" | "user" | "general_constraints" | "pwlobj" => {
                return Err(Error::new(Code::Unsupported, format!("line {line}: section {first} is not supported")));
            }
            _ => return Ok(None),
        }))
    }

    fn read(&mut self) -> Result<()> {
        let Some((section, count)) = self.section()? else {
            bail!(InvalidData, "line {}: an LP file begins with Minimize or Maximize", self.line())
        };
        let known = matches!(section, Section::Minimize | Section::Maximize);
        ensure!(known, InvalidData, "line {}: an LP file begins with Minimize or Maximize", self.line());
        self.at += count;
        self.model.maximize = section == Section::Maximize;
        self.objective()?;
        let mut bounded = Vec::new();
        loop {
            let Some((section, count)) = self.section()? else {
                ensure!(self.peek().is_none(), InvalidData, "line {}: a section was expected", self.line());
                bail!(InvalidData, "line {}: the file ends without End", self.line())
            };
            self.at += count;
            match section {
                Section::Minimize | Section::Maximize => {
                    bail!(InvalidData, "line {}: there is an objective already", self.line())
                }
                Section::SubjectTo => {
                    while self.peek().is_some() && self.section()?.is_none() {
                        self.constraint()?;
                    }
                }
                Section::Bounds => {
                    while self.peek().is_some() && self.section()?.is_none() {
                        self.bound(&mut bounded)?;
                    }
                }
                Section::General | Section::Binary | Section::SemiContinuous => self.kinds(section)?,
                Section::End => return Ok(()),
            }
        }
    }

    fn column(&mut self, name: &str) -> usize {
        if let Some(column) = self.columns.get(name) {
            return *column;
        }
        let column = self.model.costs.len();
        self.columns.insert(name.to_string(), column);
        self.model.column_names.push(name.to_string());
        self.model.costs.push(0.0);
        self.model.lower.push(0.0);
        self.model.upper.push(f64::INFINITY);
        column
    }

    /// A label, if one stands here.
    fn label(&mut self) -> Option<String> {
        match (self.peek(), self.tokens.get(self.at + 1)) {
            (Some(Token::Name(name)), Some((_, _, Token::Symbol(':')))) => {
                let name = name.clone();
                self.at += 2;
                Some(name)
            }
            _ => None,
        }
    }

    fn objective(&mut self) -> Result<()> {
        self.label();
        let sum = self.sum(true, false)?;
        for (column, factor) in sum.linear {
            self.model.costs[column] += factor;
        }
        self.model.constant = sum.constant;
        for (first, second, factor) in sum.products {
            self.model.quadratic_rows.push(first as i64);
            self.model.quadratic_columns.push(second as i64);
            self.model.quadratic_values.push(factor);
        }
        Ok(())
    }

    /// Terms up to something that is none. Behind a comparison a new line ends them, unless they go on with a sign.
    fn sum(&mut self, is_objective: bool, is_right: bool) -> Result<Sum> {
        let mut sum = Sum::default();
        let mut is_first = true;
        loop {
            if self.section()?.is_some() {
                break;
            }
            let signs = matches!(self.peek(), Some(Token::Symbol('+' | '-')));
            if is_right && !is_first && self.begins_line() && (sum.linear.is_empty() || !signs) {
                break;
            }
            is_first = false;
            let line = self.line();
            let (mut sign, mut signed) = (1.0, false);
            while let Some(Token::Symbol(symbol @ ('+' | '-'))) = self.peek() {
                if *symbol == '-' {
                    sign = -sign;
                }
                signed = true;
                self.at += 1;
            }
            match self.peek().cloned() {
                Some(Token::Number(value)) => {
                    self.at += 1;
                    if let Some(Token::Symbol('*')) = self.peek() {
                        self.at += 1;
                    }
                    match self.peek().cloned() {
                        Some(Token::Name(name))
                            if self.section()?.is_none() && !self.is_label() && !(is_right && self.begins_line()) =>
                        {
                            self.at += 1;
                            let column = self.column(&name);
                            sum.linear.push((column, sign * value));
                        }
                        _ => sum.constant += sign * value,
                    }
                }
                Some(Token::Name(name)) if !self.is_label() && self.section()?.is_none() => {
                    self.at += 1;
                    if is_infinite(&name) {
                        sum.constant += sign * f64::INFINITY;
                    } else {
                        let column = self.column(&name);
                        sum.linear.push((column, sign));
                    }
                }
                Some(Token::Symbol('[')) if is_objective => {
                    self.at += 1;
                    self.products(sign, &mut sum)?;
                }
                Some(Token::Symbol('[')) => {
                    return Err(Error::new(
                        Code::Unsupported,
                        format!("line {line}: products may stand in the objective only"),
                    ));
                }
                _ => {
                    ensure!(!signed, InvalidData, "line {line}: a sign stands alone");
                    break;
                }
            }
        }
        Ok(sum)
    }

    fn begins_line(&self) -> bool {
        self.tokens.get(self.at).is_some_and(|(_, first, _)| *first)
    }

    fn is_label(&self) -> bool {
        matches!(self.tokens.get(self.at + 1), Some((_, _, Token::Symbol(':'))))
    }

    /// `2 x ^2 + 4 x * y ] / 2`.
    fn products(&mut self, outer: f64, sum: &mut Sum) -> Result<()> {
        let first = sum.products.len();
        loop {
            let line = self.line();
            let mut sign = outer;
            while let Some(Token::Symbol(symbol @ ('+' | '-'))) = self.peek() {
                if *symbol == '-' {
                    sign = -sign;
                }
                self.at += 1;
            }
            let mut factor = sign;
            if let Some(Token::Number(value)) = self.peek() {
                factor *= value;
                self.at += 1;
            }
            match self.peek().cloned() {
                Some(Token::Name(name)) => {
                    self.at += 1;
                    let a = self.column(&name);
                    let b = match self.peek().cloned() {
                        Some(Token::Symbol('^')) => {
                            self.at += 1;
                            ensure!(
                                self.peek() == Some(&Token::Number(2.0)),
                                InvalidData,
                                "line {line}: only squares are possible"
                            );
                            self.at += 1;
                            a
                        }
                        Some(Token::Symbol('*')) => {
                            self.at += 1;
                            let Some(Token::Name(other)) = self.peek().cloned() else {
                                bail!(InvalidData, "line {line}: a product has two columns")
                            };
                            self.at += 1;
                            self.column(&other)
                        }
                        _ => bail!(InvalidData, "line {line}: between brackets stand squares and products"),
                    };
                    sum.products.push((a, b, factor));
                }
                Some(Token::Symbol(']')) => {
                    self.at += 1;
                    break;
                }
                _ => bail!(InvalidData, "line {line}: a bracket is not closed"),
            }
        }
        if self.peek() == Some(&Token::Symbol('/')) {
            self.at += 1;
            let line = self.line();
            ensure!(self.peek() == Some(&Token::Number(2.0)), InvalidData, "line {line}: brackets are divided by 2");
            self.at += 1;
            for product in &mut sum.products[first..] {
                product.2 *= 0.5;
            }
        }
        Ok(())
    }

    /// `<`, `>` or `=`, if one stands here.
    fn sense(&mut self) -> Option<char> {
        match self.peek() {
            Some(Token::Symbol(sense @ ('<' | '>' | '='))) => {
                let sense = *sense;
                self.at += 1;
                Some(sense)
            }
            _ => None,
        }
    }

    /// What stands behind `<=`, `>=` or `=`.
    fn side(&mut self, line: usize) -> Result<Sum> {
        let before = self.at;
        let sum = self.sum(false, true)?;
        ensure!(self.at > before, InvalidData, "line {line}: nothing stands behind the <=, >= or =");
        Ok(sum)
    }

    fn constraint(&mut self) -> Result<()> {
        let line = self.line();
        let name = self.label().unwrap_or_default();
        let left = self.sum(false, false)?;
        if matches!(self.peek(), Some(Token::Symbol('-'))) {
            return Err(Error::new(Code::Unsupported, format!("line {line}: indicator constraints are not supported")));
        }
        let Some(sense) = self.sense() else { bail!(InvalidData, "line {line}: a constraint has <=, >= or =") };
        let right = self.side(line)?;
        let second = self.sense();
        let (sum, mut bounds) = if let Some(second) = second {
            let last = self.side(line)?;
            let simple = left.linear.is_empty() && last.linear.is_empty() && second == sense && sense != '=';
            ensure!(simple, InvalidData, "line {line}: a constraint of three parts is number <= expression <= number");
            let (low, high) = if sense == '<' { (&left, &last) } else { (&last, &left) };
            let shift = right.constant;
            (right.linear, (low.constant - shift, high.constant - shift))
        } else {
            let mut sum = left.linear;
            sum.extend(right.linear.iter().map(|(column, factor)| (*column, -factor)));
            let side = right.constant - left.constant;
            (
                sum,
                match sense {
                    '<' => (f64::NEG_INFINITY, side),
                    '>' => (side, f64::INFINITY),
                    _ => (side, side),
                },
            )
        };
        ensure!(!bounds.0.is_nan() && !bounds.1.is_nan(), InvalidData, "line {line}: the right side is no number");
        bounds = (bounds.0.min(f64::MAX), bounds.1.max(f64::MIN));
        let row = self.model.row_lower.len() as i64;
        self.model.row_names.push(name);
        self.model.row_lower.push(bounds.0);
        self.model.row_upper.push(bounds.1);
        for (column, factor) in sum {
            self.model.entry_rows.push(row);
            self.model.entry_columns.push(column as i64);
            self.model.entry_values.push(factor);
        }
        Ok(())
    }

    fn bound(&mut self, bounded: &mut Vec<usize>) -> Result<()> {
        let line = self.line();
        if self.word(1) == "free"
            && !self.tokens.get(self.at + 1).is_some_and(|(_, first, _)| *first)
            && let Some(Token::Name(name)) = self.peek().cloned()
        {
            let column = self.column(&name);
            (self.model.lower[column], self.model.upper[column]) = (f64::NEG_INFINITY, f64::INFINITY);
            self.at += 2;
            return Ok(());
        }
        let mut parts = vec![self.sum(false, false)?];
        let mut senses = Vec::new();
        while let Some(sense) = self.sense() {
            senses.push(sense);
            parts.push(self.sum(false, true)?);
        }
        let position = parts.iter().position(|part| !part.linear.is_empty());
        let Some(position) = position.filter(|_| !senses.is_empty() && senses.len() <= 2) else {
            bail!(InvalidData, "line {line}: a bound has a column and one or two numbers")
        };
        let single =
            parts[position].linear.len() == 1 && parts[position].linear[0].1 == 1.0 && parts[position].constant == 0.0;
        let others = parts.iter().enumerate().all(|(at, part)| at == position || part.linear.is_empty());
        ensure!(single && others, InvalidData, "line {line}: a bound has a column and one or two numbers");
        let column = parts[position].linear[0].0;
        for (at, sense) in senses.iter().enumerate() {
            let (other, sense) = match (at + 1 == position, at == position) {
                (true, _) => (
                    at,
                    match sense {
                        '<' => '>',
                        '>' => '<',
                        same => *same,
                    },
                ),
                (_, true) => (at + 1, *sense),
                _ => bail!(InvalidData, "line {line}: the column of a bound stands between its numbers"),
            };
            let value = parts[other].constant;
            let nonsense = (sense == '>' && value == f64::INFINITY) || (sense == '<' && value == f64::NEG_INFINITY);
            ensure!(!value.is_nan() && !nonsense, InvalidData, "line {line}: {value} is no such bound");
            match sense {
                '<' => self.model.upper[column] = value,
                '>' => self.model.lower[column] = value,
                _ => (self.model.lower[column], self.model.upper[column]) = (value, value),
            }
        }
        bounded.push(column);
        Ok(())
    }

    fn kinds(&mut self, section: Section) -> Result<()> {
        while self.peek().is_some() && self.section()?.is_none() {
            let line = self.line();
            let Some(Token::Name(name)) = self.peek().cloned() else {
                bail!(InvalidData, "line {line}: names of columns belong here")
            };
            let Some(column) = self.columns.get(&name).copied() else {
                bail!(InvalidData, "line {line}: there is no column {name:?}")
            };
            self.at += 1;
            match section {
                Section::SemiContinuous => self.model.semi_continuous.push(column as i64),
                Section::Binary => {
                    (self.model.lower[column], self.model.upper[column]) = (0.0, 1.0);
                    self.model.integers.push(column as i64);
                }
                _ => self.model.integers.push(column as i64),
            }
        }
        Ok(())
    }
}

fn is_infinite(name: &str) -> bool {
    matches!(name.to_ascii_lowercase().as_str(), "inf" | "infinity")
}
