//! The rows whose covariance has the least determinant.
//!
//! Everything happens in the coordinates of the classical model, where the data have variance 1 in every direction: the
//! estimator does not depend on the coordinates. A step takes the covariance of some rows and then the `support` rows nearest
//! by it, which never increases the determinant. Many small random starts make two steps each, the best go on to the end; long
//! tables start in groups of 300 rows, at most five, which are then joined.
use std::collections::HashMap;

use super::{MahalanobisModel, chi_square, length};
use crate::Context;
use crate::anomaly::tabular::moments::products;
use crate::anomaly::tabular::rows::Rows;
use crate::anomaly::tabular::weights::{Units, lightest, median};
use crate::error::{Error, Result, ensure};
use crate::math::random::Random;
use crate::math::simd::dispatch;

/// Random starts in all.
const STARTS: usize = 500;
/// How many of the best go on.
const BEST: usize = 10;
/// Rows of a group, and the most groups.
const GROUP: usize = 300;
const GROUPS: usize = 5;
/// About how many multiplications the starts may cost.
const MOST_WORK: usize = 20_000_000_000;
/// The most steps to the end.
const STEPS: usize = 100;
/// The most multiplications of one step where more than so many directions vary, about: some hundred steps are made.
const MOST_STEP: usize = 4_000_000_000;
const FREE: usize = 128;
/// Rows whose products are taken together.
const TOGETHER: usize = 64;
/// What is added to variances, in units of the data's: rows in a hyperplane still have distances.
const RIDGE: f64 = 1e-10;

/// A centre and a triangle that takes rows to distances, with the logarithm of the determinant.
#[derive(Clone)]
struct Shape {
    centre: Vec<f64>,
    /// The inverse of the lower Cholesky factor, row-major.
    inverse: Vec<f64>,
    determinant: f64,
}

impl Shape {
    /// Of the rows named; none where they have no covariance, or the caller cancelled.
    fn of(values: &[f64], rank: usize, chosen: &[u32], context: &Context) -> Option<Self> {
        Self::weighted(values, rank, chosen, &[], context)
    }

    /// As [`of`](Self::of), each as often as its weight says; once each without weights.
    fn weighted(values: &[f64], rank: usize, chosen: &[u32], weights: &[f64], context: &Context) -> Option<Self> {
        let mut centre = vec![0.0; rank];
        let weight = |at: usize| weights.get(at).copied().unwrap_or(1.0);
        for (at, row) in chosen.iter().enumerate() {
            let row = &values[*row as usize * rank..][..rank];
            centre.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight(at) * value);
        }
        let count = if weights.is_empty() { chosen.len() as f64 } else { weights.iter().sum() };
        centre.iter_mut().for_each(|sum| *sum /= count);
        let mut factor = vec![0.0; rank * rank];
        let mut off = Vec::with_capacity(TOGETHER * rank);
        for (part, chosen) in chosen.chunks(TOGETHER).enumerate() {
            if context.is_cancelled() {
                return None;
            }
            off.clear();
            for (at, row) in chosen.iter().enumerate() {
                let row = &values[*row as usize * rank..][..rank];
                let root = if weights.is_empty() { 1.0 } else { weight(part * TOGETHER + at).sqrt() };
                off.extend(row.iter().zip(&centre).map(|(value, centre)| (value - centre) * root));
            }
            products(&off, rank, &mut factor);
        }
        factor.iter_mut().for_each(|sum| *sum /= count);
        (0..rank).for_each(|i| factor[i * rank + i] += RIDGE);
        let determinant = factorise(&mut factor, rank, context)?;
        invert(&mut factor, rank, context)?;
        Some(Self { centre, inverse: factor, determinant })
    }

    fn distance(&self, row: &[f64], off: &mut [f64]) -> f64 {
        length(&self.inverse, row, &self.centre, off)
    }
}

dispatch! {
    fn dot, portable dot_portable(left: &[f64], right: &[f64]) -> f64 {
        let mut lanes = [0.0; 8];
        let ((a, a_rest), (b, b_rest)) = (left.as_chunks::<8>(), right.as_chunks::<8>());
        for (a, b) in a.iter().zip(b) {
            for lane in 0..8 {
                lanes[lane] += a[lane] * b[lane];
            }
        }
        lanes.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
    }
}

dispatch! {
    /// Add a multiple of one list to another.
    fn add, portable add_portable(to: &mut [f64], from: &[f64], weight: f64) {
        for (to, from) in to.iter_mut().zip(from) {
            *to += from * weight;
        }
    }
}

/// The lower Cholesky factor in place, zeros above; the logarithm of the determinant. None where there is none, or the caller
/// cancelled.
pub(in crate::anomaly::tabular) fn factorise(a: &mut [f64], n: usize, context: &Context) -> Option<f64> {
    let mut determinant = 0.0;
    for i in 0..n {
        if context.is_cancelled() {
            return None;
        }
        for j in 0..=i {
            let (head, row) = a.split_at(i * n);
            let other = if j < i { &head[j * n..j * n + j] } else { &row[..j] };
            let rest = a[i * n + j] - dot(&row[..j], other);
            if i == j {
                if !(rest > 0.0 && rest.is_finite()) {
                    return None;
                }
                a[i * n + i] = rest.sqrt();
                determinant += rest.ln();
            } else {
                a[i * n + j] = rest / a[j * n + j];
            }
        }
        a[i * n + i + 1..(i + 1) * n].fill(0.0);
    }
    Some(determinant)
}

/// The inverse of a lower triangle in place; none where the caller cancelled.
pub(in crate::anomaly::tabular) fn invert(a: &mut [f64], n: usize, context: &Context) -> Option<()> {
    let mut weights = Vec::with_capacity(n);
    for i in 0..n {
        if context.is_cancelled() {
            return None;
        }
        let (before, own) = a.split_at_mut(i * n);
        let (scale, own) = (1.0 / own[i], &mut own[..n]);
        weights.clear();
        weights.extend(own[..i].iter().map(|value| -value * scale));
        own[..i].fill(0.0);
        own[i] = scale;
        for (k, weight) in weights.iter().enumerate() {
            add(&mut own[..=k], &before[k * n..k * n + k + 1], *weight);
        }
    }
    Some(())
}

/// Steps from one shape, over the rows named, to `support` of them.
fn step(values: &[f64], rank: usize, among: &[u32], shape: &Shape, support: usize, context: &Context) -> Option<Shape> {
    let mut off = vec![0.0; rank];
    let mut distances: Vec<(f64, u32)> =
        among.iter().map(|row| (shape.distance(&values[*row as usize * rank..][..rank], &mut off), *row)).collect();
    if support < distances.len() {
        distances
            .select_nth_unstable_by(support - 1, |left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
        distances.truncate(support);
    }
    let mut chosen: Vec<u32> = distances.into_iter().map(|(_, row)| row).collect();
    chosen.sort_unstable();
    Shape::of(values, rank, &chosen, context)
}

/// As [`step`], over rows with weights: the nearest that weigh `support` together, of the last what is still wanted.
fn weighted_step(
    values: &[f64],
    rank: usize,
    weights: &[f64],
    shape: &Shape,
    support: f64,
    context: &Context,
) -> Option<Shape> {
    let mut off = vec![0.0; rank];
    let mut distances: Vec<(f64, u32)> =
        values.chunks_exact(rank).zip(0..).map(|(row, at)| (shape.distance(row, &mut off), at)).collect();
    let (count, last) = lightest(&mut distances, weights, support);
    let mut chosen: Vec<(u32, f64)> =
        distances[..count].iter().map(|(_, row)| (*row, weights[*row as usize])).collect();
    if let Some(end) = chosen.last_mut() {
        end.1 = last;
    }
    chosen.sort_unstable_by_key(|(row, _)| *row);
    let (chosen, weights): (Vec<u32>, Vec<f64>) = chosen.into_iter().unzip();
    Shape::weighted(values, rank, &chosen, &weights, context)
}

/// The covariance of `rank + 1` random rows, of more where they lie in a plane.
fn start(values: &[f64], rank: usize, among: &[u32], random: &mut Random, context: &Context) -> Option<Shape> {
    let mut drawn: Vec<u32> = among.to_vec();
    let mut count = rank + 1;
    for at in 0..drawn.len() {
        let pick = at + (random.bits() % (drawn.len() - at) as u64) as usize;
        drawn.swap(at, pick);
        if at + 1 >= count {
            let shape = Shape::of(values, rank, &drawn[..=at], context)?;
            // Below the ridge's own determinant in one direction the rows say nothing there.
            if shape.inverse.iter().all(|value| value.abs() < 0.5 / RIDGE.sqrt()) {
                return Some(shape);
            }
            // One row more, as the source says; among many equal ones a few more at once.
            count += ((count - rank) / 8).max(1);
        }
    }
    Shape::of(values, rank, among, context)
}

fn keep_best(mut shapes: Vec<Shape>) -> Vec<Shape> {
    shapes.sort_by(|left, right| left.determinant.total_cmp(&right.determinant));
    shapes.truncate(BEST);
    shapes
}

/// The robust centre and directions.
pub(super) fn concentrate(
    classical: &MahalanobisModel,
    rows: &Rows<'_>,
    support: f64,
    context: &Context,
) -> Result<MahalanobisModel> {
    let (columns, count) = (rows.columns(), rows.len());
    let rank = classical.directions.len() / columns;
    let products = (count.saturating_add(rank)).saturating_mul(rank).saturating_mul(rank);
    ensure!(
        rank <= FREE || products <= MOST_STEP,
        TooLarge,
        "{count} rows that vary in {rank} directions: the robust covariance would take {products} multiplications a step, more than \
         {MOST_STEP}; take fewer columns or rows, or set robust to false"
    );
    let mut values = Vec::with_capacity(count * rank);
    rows.each_block(context, |block| {
        for row in block.chunks_exact(columns) {
            for direction in classical.directions.chunks_exact(columns) {
                let along = direction.iter().zip(row).zip(&classical.centre);
                values.push(along.map(|((weight, value), centre)| weight * (value - centre)).sum::<f64>());
            }
        }
    })?;
    let (units, weights) = (Units::of(rows), rows.weights());
    let candidates = candidates(&values, rank, &units, support as usize, context)?;
    let all: Vec<u32> = (0..count as u32).collect();
    let ended = context.map(candidates.len(), |at| {
        let mut shape = candidates[at].clone();
        for _ in 0..STEPS {
            context.check()?;
            let next = match &weights {
                None => step(&values, rank, &all, &shape, support as usize, context),
                Some(weights) => weighted_step(&values, rank, weights, &shape, support, context),
            };
            match next {
                Some(next) if next.determinant < shape.determinant - 1e-12 * shape.determinant.abs() => shape = next,
                Some(next) => return Ok(if next.determinant < shape.determinant { next } else { shape }),
                None => break,
            }
        }
        Ok(shape)
    })?;
    context.check()?;
    let Some(raw) = keep_best(ended).into_iter().next() else {
        return Err(Error::new(
            crate::Code::DidNotConverge,
            format!("no covariance of {support} rows exists; scale the columns or set robust to false"),
        ));
    };
    let model = compose(classical, &reweigh(&values, rank, raw, weights.as_deref(), context), columns, context);
    // What was cut short is no model.
    context.check()?;
    Ok(model)
}

/// The shapes to go on from.
fn candidates(values: &[f64], rank: usize, units: &Units, support: usize, context: &Context) -> Result<Vec<Shape>> {
    let mut random = Random::new(context.seed() ^ 0x0ddc_0de3);
    let count = units.len();
    let enough = GROUP.max(4 * rank);
    let groups = if count < 2 * enough { 1 } else { (count / enough).min(GROUPS) };
    let taken = if groups == 1 { count } else { groups * enough };
    let order: Vec<u32> =
        shuffled(count, taken, &mut random).into_iter().map(|unit| units.row(unit, 0.5) as u32).collect();
    let size = taken / groups;
    // Wide tables cannot pay for as many.
    let cost = (6 * size).saturating_mul(rank * rank).saturating_mul(groups).max(1);
    let starts = STARTS.div_ceil(groups).min((MOST_WORK / cost).max(BEST));
    let share = |rows: usize| (support * rows / count).clamp(rank + 1, rows);
    let tried = context.map(groups * starts, |at| {
        let among = &order[at / starts * size..(at / starts + 1) * size];
        let mut random = Random::new(context.seed() ^ (at as u64).wrapping_mul(0x9e37_79b9) ^ 0xfa57);
        let mut shape = start(values, rank, among, &mut random, context);
        for _ in 0..2 {
            shape = shape.and_then(|shape| step(values, rank, among, &shape, share(size), context));
        }
        Ok(shape)
    })?;
    let mut kept = Vec::new();
    for group in tried.chunks(starts) {
        kept.extend(keep_best(group.iter().flatten().cloned().collect()));
    }
    if groups == 1 {
        return Ok(kept);
    }
    let joined = &order[..taken];
    let again = context.map(kept.len(), |at| {
        let mut shape = Some(kept[at].clone());
        for _ in 0..2 {
            shape = shape.and_then(|shape| step(values, rank, joined, &shape, share(taken), context));
        }
        Ok(shape)
    })?;
    Ok(keep_best(again.into_iter().flatten().collect()))
}

/// The first of all numbers below `count` in a random order; the others are not written down.
fn shuffled(count: usize, taken: usize, random: &mut Random) -> Vec<usize> {
    let mut moved = HashMap::new();
    (0..taken)
        .map(|at| {
            let pick = at + (random.bits() % (count - at) as u64) as usize;
            let own = moved.get(&at).copied().unwrap_or(at);
            moved.insert(pick, own).unwrap_or(pick)
        })
        .collect()
}

/// Scale by the median distance, then take the shape of all rows within the 97.5 % ellipsoid.
fn reweigh(values: &[f64], rank: usize, raw: Shape, weights: Option<&[f64]>, context: &Context) -> Shape {
    let mut off = vec![0.0; rank];
    let distances: Vec<f64> = values.chunks_exact(rank).map(|row| raw.distance(row, &mut off)).collect();
    let middle = median(&mut distances.clone(), weights);
    let factor = middle / chi_square::quantile(0.5, rank);
    let border = chi_square::quantile(0.975, rank) * factor;
    let inside: Vec<u32> = distances.iter().zip(0..).filter(|(far, _)| **far < border).map(|(_, row)| row).collect();
    let own: Vec<f64> = weights.map_or_else(Vec::new, |all| inside.iter().map(|row| all[*row as usize]).collect());
    let held = if weights.is_some() { own.iter().sum() } else { inside.len() as f64 };
    if held > rank as f64
        && let Some(shape) = Shape::weighted(values, rank, &inside, &own, context)
    {
        return shape;
    }
    raw
}

/// The shape in the coordinates of the rows.
fn compose(classical: &MahalanobisModel, shape: &Shape, columns: usize, context: &Context) -> MahalanobisModel {
    let rank = shape.centre.len();
    let mut directions = vec![0.0; rank * columns];
    for (to, weights) in directions.chunks_exact_mut(columns).zip(shape.inverse.chunks_exact(rank)) {
        for (direction, weight) in classical.directions.chunks_exact(columns).zip(weights) {
            to.iter_mut().zip(direction).for_each(|(to, value)| *to += weight * value);
        }
    }
    // M (x - c) - L^-1 m = M (x - c') with M c' = M c + L^-1 m; the pseudo-inverse of the directions gives the shift.
    let mut centre = classical.centre.clone();
    let shift = unwhiten(classical, &shape.centre, columns, context);
    centre.iter_mut().zip(shift).for_each(|(centre, shift)| *centre += shift);
    MahalanobisModel { centre, directions }
}

/// A point whose coordinates along the classical directions are these, in the span of the data.
fn unwhiten(classical: &MahalanobisModel, wanted: &[f64], columns: usize, context: &Context) -> Vec<f64> {
    // Directions are D = E S with orthonormal-by-weight rows; D D' is small and well behaved: solve D D' u = w, x = D' u.
    let rank = wanted.len();
    let mut gram = vec![0.0; rank * rank];
    for (i, a) in classical.directions.chunks_exact(columns).enumerate() {
        for (j, b) in classical.directions.chunks_exact(columns).enumerate().take(i + 1) {
            gram[i * rank + j] = a.iter().zip(b).map(|(x, y)| x * y).sum();
        }
    }
    if factorise(&mut gram, rank, context).is_none() || invert(&mut gram, rank, context).is_none() {
        return vec![0.0; columns];
    }
    let half: Vec<f64> =
        gram.chunks_exact(rank).map(|row| row.iter().zip(wanted).map(|(a, b)| a * b).sum::<f64>()).collect();
    let mut point = vec![0.0; columns];
    for (k, direction) in classical.directions.chunks_exact(columns).enumerate() {
        let weight: f64 = (k..rank).map(|i| gram[i * rank + k] * half[i]).sum();
        point.iter_mut().zip(direction).for_each(|(x, d)| *x += weight * d);
    }
    point
}
