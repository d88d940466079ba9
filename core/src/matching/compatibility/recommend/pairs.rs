//! Pairs out of a matrix of scores; minus infinity forbids a pair.
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
    let mut order: Vec<(f64, u32, u32)> = Vec::new();
    for (row, values) in scores.rows().into_iter().enumerate() {
        context.check()?;
        let allowed = values.into_iter().enumerate().filter(|(_, score)| **score > f64::NEG_INFINITY);
        order.extend(allowed.map(|(column, &score)| (score, row as u32, column as u32)));
    }
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut takes, mut seats) = (takes.to_vec(), seats.to_vec());
    let mut pairs = Vec::new();
    for (_, row, column) in order {
        let (row, column) = (row as usize, column as usize);
        if takes[row] > 0 && seats[column] > 0 {
            takes[row] -= 1;
            seats[column] -= 1;
            pairs.push((row, column));
        }
    }
    Ok(pairs)
}

/// The greatest total. A forbidden pair counts 0, as much as leaving both alone, and is dropped afterwards.
pub(super) fn optimal(scores: ArrayView2<'_, f64>, context: &Context) -> Result<Places> {
    let gains = scores.mapv(|score| score.max(0.0));
    let found = assign(gains.view(), &Assign::default().with_maximize(true), context)?;
    let pairs = found.rows.iter().zip(&*found.columns).map(|(&row, &column)| (row as usize, column as usize));
    Ok(pairs.filter(|&(row, column)| scores[[row, column]] > f64::NEG_INFINITY).collect())
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
    let mut levels: Vec<f64> = rows.iter().flatten().map(|(regret, _)| *regret).collect();
    levels.sort_unstable_by(f64::total_cmp);
    levels.dedup();
    let most = transport::most_pairs(&rows, f64::INFINITY, scores.ncols(), context)?;
    let (mut low, mut high) = (0, levels.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if transport::most_pairs(&rows, levels[middle], scores.ncols(), context)? == most {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let Some(&worst) = levels.get(low) else { return Ok(Vec::new()) };
    let mut within = scores.to_owned();
    for (mut values, &best) in within.rows_mut().into_iter().zip(best) {
        values.iter_mut().filter(|score| best - **score > worst).for_each(|score| *score = f64::NEG_INFINITY);
    }
    let options = Assign::default().with_maximize(true).with_unmatched(Unmatched::Leave);
    let found = assign(within.view(), &options, context)?;
    Ok(found.rows.iter().zip(&*found.columns).map(|(&row, &column)| (row as usize, column as usize)).collect())
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
    let large = Array2::from_shape_fn((own.len(), other.len()), |(row, column)| scores[[own[row], other[column]]]);
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
        let own = order(left.view(), |_, column| seats[column] > 0);
        let other = order(right.t(), |row, _| seats[row] > 0);
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

fn order(scores: ArrayView2<'_, f64>, takes_part: impl Fn(usize, usize) -> bool) -> Vec<Vec<i64>> {
    let list = |(row, values): (usize, ndarray::ArrayView1<'_, f64>)| {
        let allowed = |&column: &usize| values[column] > f64::NEG_INFINITY && takes_part(row, column);
        let mut list: Vec<usize> = (0..values.len()).filter(allowed).collect();
        list.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        list.into_iter().map(|column| column as i64).collect()
    };
    scores.rows().into_iter().enumerate().map(list).collect()
}
