//! The Fourier transform of any number of points, by Bluestein's algorithm on the transform of powers of two.
//!
//! `X_k = w_k sum_t (x_t w_t) conj(w_(k-t))` with `w_t = exp(-i pi t^2 / n)` is a convolution. O(n log n).
use std::f64::consts::PI;

use crate::Context;
use crate::error::Result;
use crate::math::fft::{Complex, transform};

/// Transform `points` in place, not normalised.
///
/// # Errors
/// `cancelled`.
pub(super) fn forward(points: &mut [Complex], context: &Context) -> Result<()> {
    let count = points.len();
    if count.is_power_of_two() || count < 2 {
        return transform(points, context);
    }
    let size = (2 * count - 1).next_power_of_two();
    // The square modulo twice the count, so that angles keep their digits.
    let angle = |at: usize| PI * ((at as u128 * at as u128 % (2 * count as u128)) as f64) / count as f64;
    let chirp: Vec<Complex> = context.collect(count, |at| {
        let (sine, cosine) = angle(at).sin_cos();
        (cosine, -sine)
    })?;
    let nothing = (0.0, 0.0);
    let mut first = context
        .collect(size, |at| points.get(at).zip(chirp.get(at)).map_or(nothing, |(one, root)| product(*one, *root)))?;
    transform(&mut first, context)?;
    let mut second =
        context.collect(size, |at| chirp.get(at.min(size - at)).map_or(nothing, |root| conjugate(*root)))?;
    transform(&mut second, context)?;
    let mut both = context.collect(size, |at| conjugate(product(first[at], second[at])))?;
    drop((first, second));
    transform(&mut both, context)?;
    let share = 1.0 / size as f64;
    let turned = context.collect(count, |at| {
        let turned = product(conjugate(both[at]), chirp[at]);
        (turned.0 * share, turned.1 * share)
    })?;
    points.copy_from_slice(&turned);
    Ok(())
}

/// The inverse transform in place, divided by the number of points.
///
/// # Errors
/// `cancelled`.
pub(super) fn backward(points: &mut [Complex], context: &Context) -> Result<()> {
    points.iter_mut().for_each(|point| *point = conjugate(*point));
    forward(points, context)?;
    context.check()?;
    let share = 1.0 / points.len() as f64;
    points.iter_mut().for_each(|point| *point = (point.0 * share, -point.1 * share));
    Ok(())
}

fn product(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn conjugate(a: Complex) -> Complex {
    (a.0, -a.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_points_is_transformed_as_defined() {
        for count in [1_usize, 2, 3, 5, 8, 12, 31, 100] {
            let points: Vec<Complex> =
                (0..count).map(|t| ((t as f64 * 1.3).sin() + 0.2, (t as f64 * 0.7).cos() - 0.5)).collect();
            let mut found = points.clone();
            forward(&mut found, &Context::new()).unwrap();
            for (k, found) in found.iter().enumerate() {
                let mut sum = (0.0, 0.0);
                for (t, point) in points.iter().enumerate() {
                    let angle = -2.0 * PI * ((k * t) % count) as f64 / count as f64;
                    let turned = product(*point, (angle.cos(), angle.sin()));
                    sum = (sum.0 + turned.0, sum.1 + turned.1);
                }
                assert!((found.0 - sum.0).abs() < 1e-11 && (found.1 - sum.1).abs() < 1e-11, "{count} {k}");
            }
            backward(&mut found, &Context::new()).unwrap();
            for (found, point) in found.iter().zip(&points) {
                assert!((found.0 - point.0).abs() < 1e-13 && (found.1 - point.1).abs() < 1e-13);
            }
        }
    }
}
