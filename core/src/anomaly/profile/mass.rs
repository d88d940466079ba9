//! The distance of one query to every window of a series.
use super::kernel::{pair, seed};
use super::options::{MatrixProfile, check_length};
use super::search::{NEAR, distance, distance_of};
use super::windows::{BAND, Kind, LANES, Windows, scale_of};
use crate::Context;
use crate::data::Vector;
use crate::error::Result;
use crate::math::fft::{Complex, transform};

/// From this length on the Fourier transform is faster than adding products eight by eight.
const LONG: usize = 1024;
/// A window smaller than this share of all points that are transformed with it is added up by itself: rounding of the
/// transform is about 1e-15 of those.
const SMALL: f64 = 1e-3;

/// The distance of `query` to every window of its length in `series`, by shape if `normalized`, else by value: what
/// [`Profile`](crate::anomaly::Profile) says of one window. Infinite where a point is missing or infinite, in either.
///
/// By shape and from 1024 points on by Fourier transforms of a few windows' length, O(n log m), which is MASS; otherwise
/// O(n m) by sums, which is faster for short queries and has no rounding of large neighbours.
/// Source: Mueen et al., *The fastest similarity search algorithm for time series subsequences under Euclidean distance* (2017).
///
/// ```
/// use inlaid::{Context, anomaly::mass};
/// let series = [0.0, 1.0, 3.0, 1.0, 0.0, 10.0, 12.0, 16.0, 12.0, 10.0];
/// let distances = mass(&series[..5], &series, true, &Context::new())?;
/// assert_eq!(distances[0], 0.0);
/// assert!(distances[5] < 1e-6 && distances[3] > 1.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_config` for a query of fewer than 3 points; `not_enough_data` for a series shorter than the query; `too_large`
/// from 2^31 points; `cancelled`.
pub fn mass(query: &[f64], series: &[f64], normalized: bool, context: &Context) -> Result<Vector> {
    let options = MatrixProfile::default().with_window(query.len()).with_normalized(normalized);
    options.validate()?;
    check_length("the series", series.len(), query.len())?;
    let scale = scale_of(&[query, series]);
    let query = Windows::of(query, &options, scale, context)?;
    let series = Windows::of(series, &options, scale, context)?;
    Ok(distances_from(&query, 0, &series, context)?.into())
}

/// The distances of window `at` of `query` to all of `series`.
pub(super) fn distances_from(query: &Windows, at: usize, series: &Windows, context: &Context) -> Result<Vec<f64>> {
    let kind = query.kinds[at];
    let sums = match kind {
        Kind::Varied if series.normalized && query.window >= LONG => transformed(query, at, series, context)?,
        Kind::Varied => added(query, at, series, context)?,
        _ => vec![0.0; series.count],
    };
    let window = series.window;
    let mut distances = Vec::with_capacity(series.count);
    for (other, (sum, other_kind)) in sums.iter().zip(&series.kinds).enumerate() {
        if other.is_multiple_of((1 << 20) / window + 1) {
            context.check()?;
        }
        distances.push(match (kind, other_kind) {
            (Kind::Missing, _) | (_, Kind::Missing) => f64::INFINITY,
            (Kind::Constant, Kind::Constant) => 0.0,
            (Kind::Constant, _) | (_, Kind::Constant) => distance_of(0.5, window),
            _ if !series.normalized => sum.max(0.0).sqrt() / series.scale,
            _ => match sum * query.weights[at] * series.weights[other] {
                near if near > NEAR => distance(query, series, at, other),
                correlation => distance_of(correlation, window),
            },
        });
    }
    Ok(distances)
}

/// Sums from the points themselves.
fn added(query: &Windows, at: usize, series: &Windows, context: &Context) -> Result<Vec<f64>> {
    let mut sums = Vec::with_capacity(series.count + BAND);
    let mut band = vec![[0.0; LANES]; BAND / LANES];
    for first in (0..series.count).step_by(BAND) {
        context.check()?;
        seed(query, series, (at, first), &mut band);
        sums.extend(band.iter().flatten());
    }
    sums.truncate(series.count);
    Ok(sums)
}

/// Sums of products by the Fourier transform, two stretches of the series at a time.
fn transformed(query: &Windows, at: usize, series: &Windows, context: &Context) -> Result<Vec<f64>> {
    let window = series.window;
    let size = (4 * window).next_power_of_two();
    let stride = size - window + 1;
    let mut pattern = vec![(0.0, 0.0); size];
    for k in 0..window {
        pattern[window - 1 - k].0 = query.deviation(at, k);
    }
    transform(&mut pattern, context)?;
    let mut sums = Vec::with_capacity(series.count + 2 * stride);
    let length = series.count + window - 1;
    let points = &series.values[..length];
    for first in (0..series.count).step_by(2 * stride) {
        let stretch = |start: usize| &points[start.min(length)..(start + size).min(length)];
        let stretches = [stretch(first), stretch(first + stride)];
        // The pattern adds up to 0, so that any number may be taken from the points.
        let means = stretches.map(|points| points.iter().sum::<f64>() / points.len().max(1) as f64);
        let mut block: Vec<Complex> = vec![(0.0, 0.0); size];
        block.iter_mut().zip(stretches[0]).for_each(|(point, value)| point.0 = value - means[0]);
        block.iter_mut().zip(stretches[1]).for_each(|(point, value)| point.1 = value - means[1]);
        let energy = [0, 1].map(|part| {
            let squares = block.iter().map(|point| if part == 0 { point.0 * point.0 } else { point.1 * point.1 });
            squares.sum::<f64>().sqrt()
        });
        transform(&mut block, context)?;
        // Forward again with the conjugate gives the conjugate of the inverse.
        for (point, (a, b)) in block.iter_mut().zip(&pattern) {
            *point = (point.0 * a - point.1 * b, -(point.0 * b + point.1 * a));
        }
        transform(&mut block, context)?;
        let largest = energy[0].max(energy[1]);
        for part in 0..2 {
            for (step, point) in block[window - 1..].iter().enumerate() {
                let other = first + part * stride + step;
                if other >= series.count {
                    break;
                }
                // Both parts share the rounding of the larger.
                sums.push(if series.sizes[other] < SMALL * largest {
                    pair(query, series, at, other)
                } else {
                    (if part == 0 { point.0 } else { -point.1 }) / size as f64
                });
            }
        }
    }
    Ok(sums)
}
