//! Pieces of lines.
use crate::error::{Result, bail};

/// Where something was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: usize,
}

/// A number of a file; `inf` and `1e30` or more are infinite, NaN is refused.
pub(super) fn number(line: Line, text: &str) -> Result<f64> {
    // Fortran writes exponents with d.
    let plain = text.replace(['d', 'D'], "e");
    let value = if text.to_ascii_lowercase().trim_start_matches(['+', '-']).starts_with("inf") {
        infinite(text)
    } else {
        plain.parse::<f64>().ok()
    };
    match value {
        Some(value) if value.is_nan() => bail!(InvalidData, "line {}: NaN is no value", line.number),
        Some(value) if value.abs() >= 1e30 => Ok(f64::INFINITY.copysign(value)),
        Some(value) => Ok(value),
        None => bail!(InvalidData, "line {}: {text:?} is no number", line.number),
    }
}

fn infinite(text: &str) -> Option<f64> {
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    let word = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    matches!(word.as_str(), "inf" | "infinity").then_some(sign * f64::INFINITY)
}

/// The fields of a line by columns, without those that are blank at the end.
pub(super) fn fixed_fields(raw: &str) -> Vec<&str> {
    let spans = [(1, 3), (4, 12), (14, 22), (24, 36), (39, 47), (49, 61)];
    let mut fields: Vec<&str> = Vec::new();
    for (from, to) in spans {
        let end = to.min(raw.len());
        let field = if from < end { raw.get(from..end).unwrap_or_default().trim() } else { "" };
        fields.push(field);
    }
    while fields.last().is_some_and(|field| field.is_empty()) {
        fields.pop();
    }
    // Only rows and bounds have something in the first field.
    if fields.first().is_some_and(|field| field.is_empty()) {
        fields.remove(0);
    }
    fields
}
