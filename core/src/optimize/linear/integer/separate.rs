//! Where cuts come from, and which are kept.
use super::super::simplex::{Simplex, State};
use super::reduce::Mixed;
use super::rounding::{Base, Cut, Rounder, VariableBound};
use crate::Context;
use crate::error::Result;

/// Bounds of columns that hang on one whole column.
#[derive(Debug, Default)]
pub(super) struct VariableBounds {
    pub(super) below: Vec<Vec<VariableBound>>,
    pub(super) above: Vec<Vec<VariableBound>>,
}

impl VariableBounds {
    /// From the rows of two columns, one of them whole and the other not.
    pub(super) fn of(mixed: &Mixed) -> Self {
        let columns = mixed.integer.len();
        let mut bounds = Self { below: vec![Vec::new(); columns], above: vec![Vec::new(); columns] };
        for row in 0..mixed.programme.row_count() {
            let (index, value) = mixed.programme.rows.line(row);
            let (&[a, b], &[u, v]) = (index, value) else { continue };
            let ((x, factor), (y, other)) = match (mixed.integer[a as usize], mixed.integer[b as usize]) {
                (false, true) => ((a, u), (b, v)),
                (true, false) => ((b, v), (a, u)),
                _ => continue,
            };
            let slope = -other / factor;
            let (lower, upper) =
                (mixed.programme.lower[columns + row] / factor, mixed.programme.upper[columns + row] / factor);
            let (lower, upper) = if factor > 0.0 { (lower, upper) } else { (upper, lower) };
            let of = |constant: f64| VariableBound { of: y, constant, slope };
            if upper.is_finite() && bounds.above[x as usize].len() < 8 {
                bounds.above[x as usize].push(of(upper));
            }
            if lower.is_finite() && bounds.below[x as usize].len() < 8 {
                bounds.below[x as usize].push(of(lower));
            }
        }
        bounds
    }
}

/// Which rows have activities that are whole.
pub(super) fn whole_rows(mixed: &Mixed) -> Vec<bool> {
    (0..mixed.programme.row_count())
        .map(|row| mixed.programme.rows.pairs(row).all(|(at, value)| mixed.integer[at] && value == value.round()))
        .collect()
}

/// How many rows are added up at most.
const PATH: usize = 5;

/// Cuts that the point at hand violates, best first.
pub(super) fn separate(
    base: &Base<'_>,
    simplex: &mut Simplex,
    rounder: &mut Rounder,
    context: &Context,
) -> Result<Vec<Cut>> {
    let mut found = Vec::new();
    from_tableau(base, simplex, rounder, &mut found, context)?;
    from_rows(base, simplex, rounder, &mut found, context)?;
    Ok(select(found, base.mixed.integer.len()))
}

fn from_tableau(
    base: &Base<'_>,
    simplex: &mut Simplex,
    rounder: &mut Rounder,
    found: &mut Vec<Cut>,
    context: &Context,
) -> Result<()> {
    let columns = base.mixed.integer.len();
    let mut rows: Vec<(f64, usize)> = Vec::new();
    for (row, variable) in simplex.head().iter().enumerate() {
        let at = *variable as usize;
        let whole = if at < columns { base.mixed.integer[at] } else { base.row_is_whole[at - columns] };
        let fraction = (base.point[at] - base.point[at].round()).abs();
        if whole && fraction > 0.01 {
            rows.push((fraction, row));
        }
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, row) in rows.into_iter().take(200) {
        context.check()?;
        let mut factors = simplex.multipliers(row);
        let largest = factors.iter().fold(0.0f64, |most, (_, value)| most.max(value.abs()));
        factors.retain(|(_, value)| value.abs() > 1e-9 * largest);
        let entries: usize = factors.iter().map(|(row, _)| base.mixed.programme.rows.line(*row).0.len()).sum();
        if largest > 0.0 && entries < 20_000 {
            factors.sort_unstable_by_key(|(row, _)| *row);
            rounder.cuts(base, &factors, found);
        }
    }
    Ok(())
}

/// Each row, and sums of rows in which columns that are not whole cancel.
fn from_rows(
    base: &Base<'_>,
    simplex: &Simplex,
    rounder: &mut Rounder,
    found: &mut Vec<Cut>,
    context: &Context,
) -> Result<()> {
    let columns = base.mixed.integer.len();
    let rows = base.mixed.programme.row_count();
    let mut sum = vec![0.0; columns];
    for start in 0..rows.min(2000) {
        if start.is_multiple_of(16) {
            context.check()?;
        }
        if simplex.states()[columns + start] == State::Basic && slack(base, start) > 0.1 {
            continue;
        }
        let mut factors = vec![(start, 1.0)];
        for step in 0..PATH {
            let before = found.len();
            rounder.cuts(base, &factors, found);
            if found.len() > before || step + 1 == PATH {
                break;
            }
            let Some((row, factor)) = extend(base, &factors, &mut sum) else { break };
            factors.push((row, factor));
        }
    }
    Ok(())
}

/// Distance of a row's activity to its nearer bound, relative to its size.
fn slack(base: &Base<'_>, row: usize) -> f64 {
    let at = base.mixed.integer.len() + row;
    let (lower, upper, point) = (base.lower[at], base.upper[at], base.point[at]);
    (point - lower).min(upper - point) / point.abs().max(1.0)
}

/// The row, with its factor, that takes out the column farthest from its bounds.
fn extend(base: &Base<'_>, factors: &[(usize, f64)], sum: &mut [f64]) -> Option<(usize, f64)> {
    let programme = &base.mixed.programme;
    let mut used = Vec::new();
    for (row, factor) in factors {
        for (at, value) in programme.rows.pairs(*row) {
            if sum[at] == 0.0 {
                used.push(at);
            }
            sum[at] += factor * value;
        }
    }
    let mut candidates: Vec<(f64, usize, f64)> = Vec::new();
    for at in &used {
        let value = std::mem::take(&mut sum[*at]);
        if base.mixed.integer[*at] || value.abs() < 1e-9 {
            continue;
        }
        let point = base.point[*at];
        let limit_above = base.above[*at].iter().map(|b| b.constant + b.slope * base.point[b.of as usize]);
        let limit_below = base.below[*at].iter().map(|b| b.constant + b.slope * base.point[b.of as usize]);
        let upper = limit_above.fold(base.upper[*at], f64::min);
        let lower = limit_below.fold(base.lower[*at], f64::max);
        let distance = (point - lower).min(upper - point);
        if distance > 1e-6 {
            candidates.push((distance, *at, value));
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, at, value) in candidates {
        let mut best: Option<(f64, usize, f64)> = None;
        for (row, other) in programme.columns.pairs(at) {
            if factors.iter().any(|(known, _)| *known == row) {
                continue;
            }
            let loose = slack(base, row);
            let length = programme.rows.line(row).0.len() as f64;
            let merit = loose * 1e3 + length;
            if loose < 1e-6 && other.abs() > 1e-6 && best.is_none_or(|(least, ..)| merit < least) {
                best = Some((merit, row, -value / other));
            }
        }
        if let Some((_, row, factor)) = best
            && factor.abs() > 1e-4
            && factor.abs() < 1e4
        {
            return Some((row, factor));
        }
    }
    None
}

/// The deepest cuts that are not nearly parallel.
fn select(mut found: Vec<Cut>, columns: usize) -> Vec<Cut> {
    let density = |cut: &Cut| 0.1 * cut.pairs.len() as f64 / columns.max(1) as f64;
    found.sort_by(|a, b| {
        let (x, y) = (a.efficacy * (1.0 - density(a)), b.efficacy * (1.0 - density(b)));
        y.total_cmp(&x).then_with(|| a.pairs.len().cmp(&b.pairs.len()))
    });
    let mut kept: Vec<Cut> = Vec::new();
    let mut norms: Vec<f64> = Vec::new();
    let most = 50 + columns / 5;
    let least = found.first().map_or(0.0, |best| best.efficacy * 0.02);
    for cut in found {
        if kept.len() >= most || cut.efficacy < least {
            break;
        }
        let norm = cut.pairs.iter().map(|(_, value)| value * value).sum::<f64>().sqrt();
        let parallel = kept.iter().zip(&norms).any(|(other, length)| product(&cut, other) > 0.9 * norm * length);
        if !parallel {
            kept.push(cut);
            norms.push(norm);
        }
    }
    kept
}

fn product(a: &Cut, b: &Cut) -> f64 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < a.pairs.len() && j < b.pairs.len() {
        let (x, y) = (a.pairs[i], b.pairs[j]);
        match x.0.cmp(&y.0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += x.1 * y.1;
                i += 1;
                j += 1;
            }
        }
    }
    sum
}
