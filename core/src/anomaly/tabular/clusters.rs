//! Clusters around their means.
//!
//! Centres are drawn by k-means++ (each the more probably, the further it is from those before) and moved to the mean of the rows
//! nearest to them until no row changes sides; the best of several draws by the sum of squared distances. Rows are read in
//! blocks, and sums are taken in an order that does not depend on the number of threads. O(rows clusters columns) a round.
//! Sources: Lloyd, *Least squares quantization in PCM* (1982); Arthur, Vassilvitskii, *k-means++* (SODA 2007).
use super::lanes::Lanes;
use super::rows::Rows;
use super::weights::Units;
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;

/// The most rounds of one draw.
const ROUNDS: usize = 300;
/// Draws.
const STARTS: u64 = 4;

/// Centres, one after the other, with the cluster of every row.
pub(super) struct Clusters {
    pub(super) centres: Vec<f64>,
    pub(super) labels: Vec<usize>,
    /// What the rows of each cluster weigh.
    pub(super) sizes: Vec<f64>,
    spread: f64,
}

/// At most `wanted` clusters; fewer where fewer rows differ.
pub(super) fn cluster(rows: &Rows<'_>, wanted: usize, context: &Context) -> Result<Clusters> {
    let mut best: Option<Clusters> = None;
    for start in 0..STARTS {
        let mut random = Random::new(context.seed().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (0xc1a5_7e85 + start));
        let found = settle(rows, draw(rows, wanted, &mut random, context)?, context)?;
        if best.as_ref().is_none_or(|best| found.spread < best.spread) {
            best = Some(found);
        }
    }
    match best {
        Some(best) => Ok(best),
        None => crate::error::bail!(Internal, "no clusters were drawn; please report this with the input"),
    }
}

/// The nearest of the centres and its squared distance; the first of several.
pub(super) fn nearest(squares: &[f64]) -> (usize, f64) {
    let mut best = (0, f64::INFINITY);
    for (at, square) in squares.iter().enumerate() {
        if *square < best.1 {
            best = (at, *square);
        }
    }
    best
}

/// Rows that are far from each other.
fn draw(rows: &Rows<'_>, wanted: usize, random: &mut Random, context: &Context) -> Result<Vec<f64>> {
    let columns = rows.columns();
    let mut centres = Vec::with_capacity(wanted * columns);
    let units = Units::of(rows);
    let first = (random.uniform() * units.len() as f64) as usize % units.len();
    rows.push(units.row(first, units.offset(random.clone().bits())), &mut centres);
    let mut squares = vec![f64::INFINITY; rows.len()];
    while centres.len() < wanted * columns {
        let newest = Lanes::of(&centres[centres.len() - columns..], columns);
        let fresh = rows.score(context, |block, squares| {
            let mut to = Vec::new();
            for (row, square) in block.chunks_exact(columns).zip(squares) {
                newest.squares(row, &mut to);
                *square = to[0];
            }
            Ok(())
        })?;
        squares.iter_mut().zip(fresh).for_each(|(least, square)| *least = least.min(square));
        let pull = |row: usize| if rows.is_weighted() { squares[row] * rows.weight(row) } else { squares[row] };
        let total: f64 = (0..squares.len()).map(pull).sum();
        if !(total > 0.0 && total.is_finite()) {
            break;
        }
        let mut left = random.uniform() * total;
        let mut chosen = squares.iter().rposition(|square| *square > 0.0).unwrap_or(0);
        for row in 0..squares.len() {
            left -= pull(row);
            if left < 0.0 {
                chosen = row;
                break;
            }
        }
        rows.push(chosen, &mut centres);
    }
    Ok(centres)
}

/// Move centres to the means of their rows until nothing changes.
fn settle(rows: &Rows<'_>, mut centres: Vec<f64>, context: &Context) -> Result<Clusters> {
    let columns = rows.columns();
    let mut labels = Vec::new();
    let (mut held, mut spread) = (Vec::new(), f64::INFINITY);
    for _ in 0..ROUNDS {
        let lanes = Lanes::of(&centres, columns);
        let found = rows.score(context, |block, labels| {
            let mut squares = Vec::new();
            for (row, label) in block.chunks_exact(columns).zip(labels) {
                lanes.squares(row, &mut squares);
                *label = nearest(&squares[..lanes.len()]).0 as f64;
            }
            Ok(())
        })?;
        let found: Vec<usize> = found.into_iter().map(|label| label as usize).collect();
        let (mut sums, mut sizes) = (vec![0.0; centres.len()], vec![0.0; lanes.len()]);
        let (mut at, mut squares) = (0, 0.0);
        rows.each_block(context, |block| {
            for row in block.chunks_exact(columns) {
                let own = found[at] * columns..(found[at] + 1) * columns;
                let weight = rows.weight(at);
                squares += weight * row.iter().zip(&centres[own.clone()]).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
                sums[own].iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
                sizes[found[at]] += weight;
                at += 1;
            }
        })?;
        let settled = found == labels;
        (labels, held, spread) = (found, sizes.clone(), squares);
        if settled {
            break;
        }
        // A centre without rows stays where it is.
        for ((centre, sum), size) in centres.chunks_exact_mut(columns).zip(sums.chunks_exact(columns)).zip(&sizes) {
            if *size > 0.0 {
                centre.iter_mut().zip(sum).for_each(|(centre, sum)| *centre = sum / size);
            }
        }
    }
    Ok(Clusters { centres, labels, sizes: held, spread })
}
