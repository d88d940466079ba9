//! Models written as MPS and LP files.
use std::collections::HashSet;
use std::fmt::Write;

use super::super::model::LinearModel;
use super::scan::is_name;
use crate::error::Result;

/// The text of a free MPS file with full precision.
///
/// Names that are missing, that hold blanks or that repeat are replaced by `x` and `r` with the position. Rows without bounds
/// are written as type N, which readers leave out.
///
/// # Errors
/// As [`LinearModel::check`].
pub fn write_mps(model: &LinearModel) -> Result<String> {
    model.check()?;
    let legible =
        |name: &str| !name.is_empty() && !name.contains(char::is_whitespace) && !name.starts_with(['$', '*', '\'']);
    let (columns, rows) = names(model, &legible);
    let mut text = String::new();
    let title = if legible(&model.name) { model.name.as_str() } else { "model" };
    let _ = writeln!(text, "NAME {title}");
    if model.maximize {
        text.push_str("OBJSENSE\n    MAX\n");
    }
    let objective = fresh("objective", &rows);
    let _ = writeln!(text, "ROWS\n N {objective}");
    for (row, name) in rows.iter().enumerate() {
        let kind = match model.row_bounds(row) {
            (lower, upper) if lower == f64::NEG_INFINITY && upper == f64::INFINITY => 'N',
            (lower, upper) if lower == upper => 'E',
            (lower, _) if lower == f64::NEG_INFINITY => 'L',
            _ => 'G',
        };
        let _ = writeln!(text, " {kind} {name}");
    }
    write_columns(model, &columns, &rows, &objective, &mut text);
    write_sides(model, &rows, &objective, &mut text);
    write_bounds(model, &columns, &mut text);
    if !model.quadratic_values.is_empty() {
        // Half of x'Qx, one triangle: squares count twice.
        text.push_str("QUADOBJ\n");
        for (a, b, value) in quadratic(model) {
            let factor = if a == b { 2.0 * value } else { value };
            let _ = writeln!(text, " {} {} {factor:?}", columns[a], columns[b]);
        }
    }
    text.push_str("ENDATA\n");
    Ok(text)
}

/// Products with the places in order, those of the same place added up.
fn quadratic(model: &LinearModel) -> Vec<(usize, usize, f64)> {
    let items = model.quadratic_rows.iter().zip(&model.quadratic_columns).zip(&model.quadratic_values);
    let mut all: Vec<(usize, usize, f64)> =
        items.map(|((a, b), value)| ((*a).min(*b) as usize, (*a).max(*b) as usize, *value)).collect();
    all.sort_by_key(|(a, b, _)| (*a, *b));
    all.dedup_by(|next, kept| {
        let same = (next.0, next.1) == (kept.0, kept.1);
        if same {
            kept.2 += next.2;
        }
        same
    });
    all
}

fn fresh(name: &str, taken: &[String]) -> String {
    let mut name = name.to_string();
    while taken.contains(&name) {
        name.push('_');
    }
    name
}

/// Names of columns and rows that a file can hold.
fn names(model: &LinearModel, legible: &dyn Fn(&str) -> bool) -> (Vec<String>, Vec<String>) {
    let of = |count: usize, name: &dyn Fn(usize) -> String, letter: char| {
        let mut seen = HashSet::new();
        let all: Vec<String> = (0..count).map(name).collect();
        let fits = all.iter().all(|name| legible(name) && seen.insert(name.clone()));
        if fits { all } else { (0..count).map(|at| format!("{letter}{at}")).collect() }
    };
    (of(model.column_count(), &|at| model.column_name(at), 'x'), of(model.row_count(), &|at| model.row_name(at), 'r'))
}

fn write_columns(model: &LinearModel, columns: &[String], rows: &[String], objective: &str, text: &mut String) {
    let by_column = model.by_row().turned(columns.len());
    let mut whole = vec![false; columns.len()];
    model.integers.iter().for_each(|at| whole[*at as usize] = true);
    text.push_str("COLUMNS\n");
    let mut inside = false;
    for (column, name) in columns.iter().enumerate() {
        if whole[column] != inside {
            inside = whole[column];
            let _ = writeln!(text, " MARKER{column} 'MARKER' '{}'", if inside { "INTORG" } else { "INTEND" });
        }
        if model.costs[column] != 0.0 || by_column.line(column).0.is_empty() {
            let _ = writeln!(text, " {name} {objective} {:?}", model.costs[column]);
        }
        for (row, value) in by_column.pairs(column) {
            let _ = writeln!(text, " {name} {} {value:?}", rows[row]);
        }
    }
    if inside {
        let _ = writeln!(text, " MARKER{} 'MARKER' 'INTEND'", columns.len());
    }
}

fn write_sides(model: &LinearModel, rows: &[String], objective: &str, text: &mut String) {
    text.push_str("RHS\n");
    if model.constant != 0.0 {
        let _ = writeln!(text, " RHS {objective} {:?}", -model.constant);
    }
    let mut ranges = String::new();
    for (row, name) in rows.iter().enumerate() {
        let (lower, upper) = model.row_bounds(row);
        let side = if lower.is_finite() { lower } else { upper };
        if side.is_finite() && side != 0.0 {
            let _ = writeln!(text, " RHS {name} {side:?}");
        }
        if lower.is_finite() && upper.is_finite() && lower != upper {
            let _ = writeln!(ranges, " RANGE {name} {:?}", upper - lower);
        }
    }
    if !ranges.is_empty() {
        text.push_str("RANGES\n");
        text.push_str(&ranges);
    }
}

fn write_bounds(model: &LinearModel, columns: &[String], text: &mut String) {
    let mut whole = vec![false; columns.len()];
    model.integers.iter().for_each(|at| whole[*at as usize] = true);
    let mut semi = vec![false; columns.len()];
    model.semi_continuous.iter().for_each(|at| semi[*at as usize] = true);
    text.push_str("BOUNDS\n");
    for (column, name) in columns.iter().enumerate() {
        let (lower, upper) = model.column_bounds(column);
        if semi[column] {
            if lower != 0.0 {
                let _ = writeln!(text, " LO BOUND {name} {lower:?}");
            }
            let _ = writeln!(text, " SC BOUND {name} {upper:?}");
            continue;
        }
        match (lower.is_finite(), upper.is_finite()) {
            (true, true) if lower == upper => {
                let _ = writeln!(text, " FX BOUND {name} {lower:?}");
                continue;
            }
            (false, false) => {
                let _ = writeln!(text, " FR BOUND {name}");
                continue;
            }
            (false, true) => {
                let _ = writeln!(text, " MI BOUND {name}");
            }
            (true, _) if lower != 0.0 || (upper.is_finite() && upper < 0.0) => {
                let _ = writeln!(text, " LO BOUND {name} {lower:?}");
            }
            _ => {}
        }
        if upper.is_finite() {
            let _ = writeln!(text, " UP BOUND {name} {upper:?}");
        } else if whole[column] {
            let _ = writeln!(text, " PL BOUND {name}");
        }
    }
}

/// The text of an LP file with full precision.
///
/// Names that are missing, that LP files cannot hold or that repeat are replaced by `x` and `r` with the position.
///
/// # Errors
/// As [`LinearModel::check`].
pub fn write_lp(model: &LinearModel) -> Result<String> {
    model.check()?;
    let keywords = [
        "free", "inf", "infinity", "st", "subject", "such", "bounds", "bound", "general", "generals", "gen", "integer",
        "integers", "int", "binary", "binaries", "bin", "semi", "semis", "end", "min", "max", "minimize", "maximize",
        "minimise", "maximise", "minimum", "maximum", "sos", "sos1", "sos2", "lazy", "user", "st.", "s.t.",
    ];
    let legible = |name: &str| {
        let start = name.chars().next().is_some_and(|c| is_name(c) && c != '.');
        // What could be read as an exponent behind a number.
        let exponent =
            name.len() > 1 && name.starts_with(['e', 'E']) && name[1..].starts_with(|c: char| c.is_ascii_digit());
        let known = keywords.contains(&name.to_ascii_lowercase().as_str());
        start
            && !exponent
            && !known
            && !name.to_ascii_lowercase().starts_with("semi")
            && name.chars().all(|c| is_name(c) || c.is_ascii_digit())
    };
    let (columns, rows) = names(model, &legible);
    let mut text = String::from(if model.maximize { "Maximize\n obj:" } else { "Minimize\n obj:" });
    for (column, cost) in model.costs.iter().enumerate() {
        term(&mut text, *cost, &columns[column], column);
    }
    if model.constant != 0.0 {
        term(&mut text, model.constant, "", 0);
    }
    if !model.quadratic_values.is_empty() {
        text.push_str(" + [");
        for (at, (a, b, value)) in quadratic(model).into_iter().enumerate() {
            let name = if a == b { format!("{} ^ 2", columns[a]) } else { format!("{} * {}", columns[a], columns[b]) };
            term(&mut text, 2.0 * value, &name, at);
        }
        text.push_str(" ] / 2");
    }
    text.push_str("\nSubject To\n");
    let matrix = model.by_row();
    for (row, name) in rows.iter().enumerate() {
        write_row(model, &matrix, &columns, row, name, &mut text);
    }
    write_lp_bounds(model, &columns, &mut text);
    text.push_str("End\n");
    Ok(text)
}

fn term(text: &mut String, value: f64, name: &str, at: usize) {
    if value == 0.0 && !name.is_empty() {
        // Columns are mentioned in their order even if they cost nothing, so that they are read back in it.
        let _ = write!(text, " + 0 {name}");
        return;
    }
    let sign = if value < 0.0 { "-" } else { "+" };
    let _ = write!(text, " {sign} {:?} {name}", value.abs());
    if at % 8 == 7 {
        text.push('\n');
    }
}

fn write_row(
    model: &LinearModel,
    matrix: &super::super::sparse::Sparse,
    columns: &[String],
    row: usize,
    name: &str,
    text: &mut String,
) {
    let (lower, upper) = model.row_bounds(row);
    let _ = write!(text, " {name}:");
    let both = lower.is_finite() && upper.is_finite() && lower != upper;
    if both {
        let _ = write!(text, " {lower:?} <=");
    }
    if matrix.line(row).0.is_empty() {
        text.push_str(if columns.is_empty() { " 0" } else { " 0 " });
        text.push_str(columns.first().map_or("", String::as_str));
    }
    for (at, (column, value)) in matrix.pairs(row).enumerate() {
        term(text, value, &columns[column], at);
    }
    let _ = match (lower.is_finite(), upper.is_finite()) {
        (true, true) if !both => writeln!(text, " = {lower:?}"),
        (_, true) => writeln!(text, " <= {upper:?}"),
        (true, false) => writeln!(text, " >= {lower:?}"),
        (false, false) => writeln!(text, " >= -inf"),
    };
}

fn write_lp_bounds(model: &LinearModel, columns: &[String], text: &mut String) {
    text.push_str("Bounds\n");
    for (column, name) in columns.iter().enumerate() {
        let (lower, upper) = model.column_bounds(column);
        let _ = match (lower.is_finite(), upper.is_finite()) {
            (true, true) if lower == upper => writeln!(text, " {name} = {lower:?}"),
            (false, false) => writeln!(text, " {name} free"),
            (false, true) => writeln!(text, " -inf <= {name} <= {upper:?}"),
            (true, true) => writeln!(text, " {lower:?} <= {name} <= {upper:?}"),
            (true, false) if lower != 0.0 => writeln!(text, " {name} >= {lower:?}"),
            _ => Ok(()),
        };
    }
    for (title, list) in [("General", &model.integers), ("Semi-continuous", &model.semi_continuous)] {
        if !list.is_empty() {
            let _ = writeln!(text, "{title}");
            for at in list {
                let _ = writeln!(text, " {}", columns[*at as usize]);
            }
        }
    }
}
