//! Pairs out of a matrix of scores; minus infinity forbids a pair.
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use ndarray::{Array2, ArrayView2};

use super::transport;
use crate::Context;
use crate::error::Result;
use crate::matching::assignment::{Assign, Unmatched, assign};
use crate::matching::compatibility::matcher::refuse_too_many;
use crate::matching::stable::{HospitalResidents, StableScores, hospital_residents, stable_from_scores};

type Places = Vec<(usize, usize)>;

/// The best pair first, while both have room.
pub(super) fn greedy(
    scores: ArrayView2<'_, f64>,
    takes: &[usize],
    seats: &[usize],
    context: &Context,
) -> Result<Places> {
    // Each row's columns, best first, and every row with the next one of its columns.
    let orders = order(scores, context, |_, _| true)?;
    let candidate = |row: usize, at: usize| {
        let column = *orders[row].get(at)? as usize;
        // Scores are 0 or more, so that their bits are in their order.
        Some((scores[[row, column]].to_bits(), Reverse((row, column)), at))
    };
    let mut next: BinaryHeap<_> = (0..scores.nrows()).filter_map(|row| candidate(row, 0)).collect();
    let (mut takes, mut seats) = (takes.to_vec(), seats.to_vec());
    let mut pairs = Vec::new();
    let mut steps = 0_u32;
    while let Some((_, Reverse((row, column)), at)) = next.pop() {
        steps = steps.wrapping_add(1);
        if steps & 0xffff == 0 {
            context.check()?;
        }
        if takes[row] > 0 && seats[column] > 0 {
            takes[row] -= 1;
            seats[column] -= 1;
            pairs.push((row, column));
        }
        if takes[row] > 0 {
            next.extend(candidate(row, at + 1));
        }
    }
    Ok(pairs)
}

/// The greatest total. A forbidden pair counts 0, as much as leaving both alone, and is dropped afterwards.
pub(super) fn optimal(scores: ArrayView2<'_, f64>, context: &Context) -> Result<Places> {
    let gains = by_rows(scores, context, |_, score| score.max(0.0))?;
    let found = assign(gains.view(), &Assign::default().with_maximize(true), context)?;
    let pairs = found.rows.iter().zip(&*found.columns).map(|(&row, &column)| (row as usize, column as usize));
    Ok(pairs.filter(|&(row, column)| scores[[row, column]] > f64::NEG_INFINITY).collect())
}

/// Scores changed one by one, row by row.
fn by_rows(scores: ArrayView2<'_, f64>, context: &Context, change: impl Fn(usize, f64) -> f64) -> Result<Array2<f64>> {
    let mut changed = Array2::zeros(scores.dim());
    for (row, (mut into, from)) in changed.rows_mut().into_iter().zip(scores.rows()).enumerate() {
        context.check()?;
        into.iter_mut().zip(from).for_each(|(into, from)| *into = change(row, *from));
    }
    Ok(changed)
}

/// As many pairs as possible, of the least worst regret, of the greatest total among these.
pub(super) fn fair(scores: ArrayView2<'_, f64>, best: &[f64], context: &Context) -> Result<Places> {
    // Allowed columns of every row with their regrets, least first.
    let rows: Vec<Vec<(f64, u32)>> = context.map(scores.nrows(), |row| {
        let allowed = scores.row(row).into_iter().enumerate().filter(|(_, score)| **score > f64::NEG_INFINITY);
        let mut sorted: Vec<(f64, u32)> = allowed.map(|(column, &score)| (best[row] - score, column as u32)).collect();
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        Ok(sorted)
    })?;
    let most = transport::most_pairs(&rows, f64::INFINITY, scores.ncols(), context)?;
    let Some(worst) = least_bound(&rows, most, scores.ncols(), context)? else { return Ok(Vec::new()) };
    let within =
        by_rows(scores, context, |row, score| if best[row] - score > worst { f64::NEG_INFINITY } else { score })?;
    let options = Assign::default().with_maximize(true).with_unmatched(Unmatched::Leave);
    let found = assign(within.view(), &options, context)?;
    Ok(found.rows.iter().zip(&*found.columns).map(|(&row, &column)| (row as usize, column as usize)).collect())
}

/// The least regret within which there are `most` pairs, nothing where no pair is allowed at all.
///
/// Halves the range of regrets by their bits, which for numbers of 0 or more are in their order, and always tries one that
/// occurs: no sorting of all of them.
fn least_bound(rows: &[Vec<(f64, u32)>], most: usize, columns: usize, context: &Context) -> Result<Option<f64>> {
    let last = |within: f64| {
        let each = rows.iter().filter_map(|row| row[..row.partition_point(|(regret, _)| *regret <= within)].last());
        each.map(|(regret, _)| *regret)
            .fold(None, |most: Option<f64>, regret| Some(most.map_or(regret, |most| most.max(regret))))
    };
    let first = |above: f64| {
        let each = rows.iter().filter_map(|row| row.get(row.partition_point(|(regret, _)| *regret <= above)));
        each.map(|(regret, _)| *regret).fold(f64::INFINITY, f64::min)
    };
    let Some(mut enough) = last(f64::INFINITY) else { return Ok(None) };
    let mut too_little = -1.0;
    loop {
        let next = first(too_little);
        if next >= enough {
            return Ok(Some(enough));
        }
        let middle = next.to_bits() + (enough.to_bits() - next.to_bits()) / 2;
        let tried = last(f64::from_bits(middle)).unwrap_or(next);
        if transport::most_pairs(rows, tried, columns, context)? == most {
            enough = tried;
        } else {
            too_little = tried;
        }
    }
}

/// The greatest total within the capacities of both sides.
pub(super) fn capacity_aware(
    scores: ArrayView2<'_, f64>,
    takes: &[usize],
    seats: &[usize],
    context: &Context,
) -> Result<Places> {
    let (rows, columns) = scores.dim();
    let takes: Vec<usize> = takes.iter().map(|&count| count.min(columns)).collect();
    let seats: Vec<usize> = seats.iter().map(|&count| count.min(rows)).collect();
    if takes.iter().any(|&count| count > 1) && seats.iter().any(|&count| count > 1) {
        return transport::greatest(scores, &takes, &seats, context);
    }
    // With capacity 1 on one side no pair can come twice, so each seat may be a row or column of its own.
    let expanded = |counts: &[usize]| -> Vec<usize> {
        counts.iter().enumerate().flat_map(|(at, &count)| std::iter::repeat_n(at, count)).collect()
    };
    let (own, other) = (expanded(&takes), expanded(&seats));
    refuse_too_many(own.len(), other.len())?;
    let mut large = Array2::zeros((own.len(), other.len()));
    for (mut line, &row) in large.rows_mut().into_iter().zip(&own) {
        context.check()?;
        line.iter_mut().zip(&other).for_each(|(score, &column)| *score = scores[[row, column]]);
    }
    Ok(optimal(large.view(), context)?.into_iter().map(|(row, column)| (own[row], other[column])).collect())
}

/// No two would both rather have each other.
pub(super) fn stable(
    left: &Array2<f64>,
    right: &Array2<f64>,
    seats: &[usize],
    several: bool,
    context: &Context,
) -> Result<Places> {
    let partners = if several {
        // Hospitals without seats are nobody's choice.
        let own = order(left.view(), context, |_, column| seats[column] > 0)?;
        let other = order(right.t(), context, |row, _| seats[row] > 0)?;
        let capacities: Vec<i64> = seats.iter().map(|&count| count.clamp(1, left.nrows().max(1)) as i64).collect();
        let (own, other): (Vec<&[i64]>, Vec<&[i64]>) =
            (own.iter().map(Vec::as_slice).collect(), other.iter().map(Vec::as_slice).collect());
        hospital_residents(&own, &other, &capacities, &HospitalResidents::default(), context)?.hospital_of
    } else {
        stable_from_scores(left.view(), right.t(), &StableScores::default(), context)?.receiver_of
    };
    let matched = partners.iter().enumerate().filter(|(_, column)| **column >= 0);
    Ok(matched.map(|(row, &column)| (row, column as usize)).collect())
}

/// The allowed columns of every row, best first, ties by their number.
fn order(
    scores: ArrayView2<'_, f64>,
    context: &Context,
    takes_part: impl Fn(usize, usize) -> bool + Sync,
) -> Result<Vec<Vec<i64>>> {
    context.map(scores.nrows(), |row| {
        let values = scores.row(row);
        let allowed = |&column: &usize| values[column] > f64::NEG_INFINITY && takes_part(row, column);
        let mut list: Vec<usize> = (0..values.len()).filter(allowed).collect();
        list.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        Ok(list.into_iter().map(|column| column as i64).collect())
    })
}
