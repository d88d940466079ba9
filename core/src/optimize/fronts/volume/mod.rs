//! How much of the space up to a reference point is dominated: the hypervolume.
//!
//! Two objectives: a sweep over the sorted points, O(n log n). Three: a sweep with the border in the plane of the other two,
//! O(n log n) (Beume, Fonseca, Lopez-Ibanez, Paquete and Vahrenhold 2009). More: the walking fish group's algorithm (While,
//! Bradstreet and Barone 2012), which adds up what each point dominates alone within one objective less, down to three:
//! O(n^2 log n) for four, in the worst case O(n^(m-2) log n) for m.
mod slices;
#[cfg(test)]
mod tests;

use ndarray::ArrayView2;

use super::points::{Points, flat};
use crate::Context;
use crate::data::Vector;
use crate::error::{Result, ensure};
use slices::Slicer;

/// The volume that points, `[point, objective]`, dominate up to a reference point, all objectives minimised. Points that are
/// not smaller than the reference in every objective, and dominated ones, add nothing. 0 without points.
///
/// Exact up to rounding (relative errors around 1e-13); quick up to about seven objectives, beyond which its cost grows out
/// of hand.
///
/// ```
/// use inlaid::optimize::hypervolume;
/// let points = inlaid::ndarray::array![[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]];
/// assert_eq!(hypervolume(points.view(), &[4.0, 4.0], &inlaid::Context::new())?, 6.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_data` for NaN, minus infinity, a reference that is not finite or of another length, and a volume beyond the
/// largest number; `cancelled`.
pub fn hypervolume(objectives: ArrayView2<'_, f64>, reference: &[f64], context: &Context) -> Result<f64> {
    let (inside, _) = inside(objectives, reference)?;
    let volume = volume(&inside, reference, context)?;
    ensure!(volume.is_finite(), InvalidData, "the volume is beyond the largest number; scale the objectives");
    Ok(volume)
}

/// What each point, `[point, objective]`, adds to the hypervolume: by how much it would shrink without the point. 0 for
/// points that are dominated, outside the reference or there twice.
///
/// Costs about as many hypervolumes of the points near each other as there are points.
///
/// # Errors
/// As [`hypervolume`].
pub fn hypervolume_contributions(
    objectives: ArrayView2<'_, f64>,
    reference: &[f64],
    context: &Context,
) -> Result<Vector> {
    let (inside, positions) = inside(objectives, reference)?;
    let mut contributions = vec![0.0; objectives.nrows()];
    let points = Points::new(&inside, reference.len());
    let ranks = super::ranking::ranks(points, context)?;
    let border: Vec<usize> = (0..points.len()).filter(|at| ranks[*at] == 0).collect();
    let width = reference.len();
    let alone = if width == 2 {
        slices::between_neighbours(points, &ranks, reference)
    } else {
        context.map(border.len(), |place| Slicer::new(reference, context).alone(&inside, width, border[place]))?
    };
    for (&at, alone) in border.iter().zip(&alone) {
        ensure!(alone.is_finite(), InvalidData, "the volume is beyond the largest number; scale the objectives");
        contributions[positions[at]] = alone.max(0.0);
    }
    Ok(contributions.into())
}

/// The points smaller than the reference in every objective, row by row, and where they stood.
fn inside(objectives: ArrayView2<'_, f64>, reference: &[f64]) -> Result<(Vec<f64>, Vec<usize>)> {
    let values = flat(objectives, "objectives")?;
    let width = objectives.ncols();
    ensure!(reference.len() == width, InvalidData, "a reference of {} numbers for {width} objectives", reference.len());
    for (objective, bound) in reference.iter().enumerate() {
        ensure!(bound.is_finite(), InvalidData, "reference: objective {objective} is {bound}; it must be finite");
    }
    let (mut rows, mut positions) = (Vec::with_capacity(values.len()), Vec::new());
    for (at, row) in values.chunks_exact(width).enumerate() {
        let below = row.iter().position(|value| *value == f64::NEG_INFINITY);
        ensure!(
            below.is_none(),
            InvalidData,
            "objectives: row {at}, column {} is -inf, whose volume is infinite",
            below.unwrap_or(0)
        );
        if row.iter().zip(reference).all(|(value, bound)| value < bound) {
            rows.extend_from_slice(row);
            positions.push(at);
        }
    }
    Ok((rows, positions))
}

/// The hypervolume of rows that are all within the reference.
pub(super) fn volume(rows: &[f64], reference: &[f64], context: &Context) -> Result<f64> {
    Slicer::new(reference, context).volume(rows)
}
