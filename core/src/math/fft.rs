//! The fast Fourier transform of a power-of-two number of points, and autocorrelations through it.
use std::f64::consts::TAU;

use crate::Context;
use crate::error::Result;

/// A complex number: real part, imaginary part.
pub type Complex = (f64, f64);

/// How many points are worked on between two looks at the context.
const STRETCH: usize = 1 << 15;

/// Transform `points` in place: `X_k = sum_t x_t exp(-2 pi i k t / n)`, not normalised. The number of points must be a
/// power of two; of any other number nothing is changed. O(n log n), radix 2 (Cooley, Tukey 1965).
///
/// # Errors
/// `cancelled`.
pub fn transform(points: &mut [Complex], context: &Context) -> Result<()> {
    let count = points.len();
    if !count.is_power_of_two() || count == 1 {
        return Ok(());
    }
    let shift = usize::BITS - count.trailing_zeros();
    for index in 0..count {
        if index % STRETCH == 0 {
            context.check()?;
        }
        let mirror = index.reverse_bits() >> shift;
        if index < mirror {
            points.swap(index, mirror);
        }
    }
    // One table for every stage: the stage of width w takes each (n / w)-th entry.
    let roots: Vec<Complex> = context.collect(count / 2, |k| {
        let angle = -TAU * k as f64 / count as f64;
        (angle.cos(), angle.sin())
    })?;
    let mut half = 1;
    while half < count {
        let stride = count / (2 * half);
        for stretch in points.chunks_mut(STRETCH.max(2 * half)) {
            for block in stretch.chunks_exact_mut(2 * half) {
                let (low, high) = block.split_at_mut(half);
                if half <= STRETCH {
                    turn(low, high, roots.iter().step_by(stride));
                    continue;
                }
                for (part, (low, high)) in low.chunks_mut(STRETCH).zip(high.chunks_mut(STRETCH)).enumerate() {
                    context.check()?;
                    turn(low, high, roots[part * STRETCH * stride..].iter().step_by(stride));
                }
            }
            context.check()?;
        }
        half *= 2;
    }
    Ok(())
}

/// Sums and differences of both halves of a block, the second turned.
#[inline]
fn turn<'a>(low: &mut [Complex], high: &mut [Complex], roots: impl Iterator<Item = &'a Complex>) {
    for ((a, b), root) in low.iter_mut().zip(high).zip(roots) {
        let turned = (b.0 * root.0 - b.1 * root.1, b.0 * root.1 + b.1 * root.0);
        (*a, *b) = ((a.0 + turned.0, a.1 + turned.1), (a.0 - turned.0, a.1 - turned.1));
    }
}

/// Autocovariance sums `sum_t x_t x_(t+k)`, k = 0..=longest, of two series at once (the shorter one counts as padded with
/// zeros). No mean is subtracted. O((n + longest) log(n + longest)), and at most n * longest for short ones.
///
/// # Errors
/// `cancelled`.
pub fn autocovariances(first: &[f64], second: &[f64], longest: usize, context: &Context) -> Result<[Vec<f64>; 2]> {
    let length = first.len().max(second.len());
    let size = (length + longest + 1).next_power_of_two();
    // Two transforms cost about this many multiplications and additions.
    if length * longest <= 12 * size * size.trailing_zeros() as usize {
        let shifted = |series: &[f64], lag: usize| product(series, series.get(lag..).unwrap_or_default());
        return Ok([first, second].map(|series| (0..=longest).map(|lag| shifted(series, lag)).collect()));
    }
    context.check()?;
    let at = |series: &[f64], k: usize| series.get(k).copied().unwrap_or(0.0);
    let mut points = context.collect(size, |k| (at(first, k), at(second, k)))?;
    transform(&mut points, context)?;
    // Both spectra come out of one transform: the first series gives its even part, the second its odd part.
    let mut points = context.collect(size, |k| {
        let (p, q) = (points[k], points[(size - k) % size]);
        let even = (p.0 + q.0, p.1 - q.1);
        let odd = (p.0 - q.0, p.1 + q.1);
        ((even.0 * even.0 + even.1 * even.1) / 4.0, (odd.0 * odd.0 + odd.1 * odd.1) / 4.0)
    })?;
    // The power spectra are even, so forward and backward transform agree but for the factor.
    transform(&mut points, context)?;
    let lags = points.iter().take(longest + 1);
    Ok([lags.clone().map(|point| point.0 / size as f64).collect(), lags.map(|point| point.1 / size as f64).collect()])
}

/// The sum of products as far as both go, in eight running sums that do not wait for each other.
fn product(a: &[f64], b: &[f64]) -> f64 {
    let a = &a[..a.len().min(b.len())];
    let ((a, rest), (b, other)) = (a.as_chunks::<8>(), b[..a.len()].as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for i in 0..8 {
            sums[i] += a[i] * b[i];
        }
    }
    sums.iter().sum::<f64>() + rest.iter().zip(other).map(|(a, b)| a * b).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize, seed: u64) -> Vec<f64> {
        let mut state = seed;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
            })
            .collect()
    }

    #[test]
    fn the_transform_equals_its_definition() {
        let (real, imaginary) = (noise(16, 1), noise(16, 2));
        let mut points: Vec<Complex> = real.iter().copied().zip(imaginary.iter().copied()).collect();
        transform(&mut points, &Context::new()).unwrap();
        for (k, point) in points.iter().enumerate() {
            let (mut sum, mut other) = (0.0, 0.0);
            for t in 0..16 {
                let angle = -TAU * (k * t) as f64 / 16.0;
                sum += real[t] * angle.cos() - imaginary[t] * angle.sin();
                other += real[t] * angle.sin() + imaginary[t] * angle.cos();
            }
            assert!((point.0 - sum).abs() < 1e-12 && (point.1 - other).abs() < 1e-12);
        }
    }

    #[test]
    fn autocovariances_of_two_series_equal_their_sums_of_products() {
        for (n, m) in [(1, 1), (2, 1), (50, 49), (100, 3), (5000, 4999), (4096, 4096)] {
            let (first, second) = (noise(n, 3), noise(m, 4));
            let longest = if n > 1000 { 900 } else { 20 };
            let [a, b] = autocovariances(&first, &second, longest, &Context::new()).unwrap();
            for (series, sums) in [(&first, a), (&second, b)] {
                for (lag, sum) in sums.iter().enumerate() {
                    let direct: f64 = series.iter().zip(series.iter().skip(lag)).map(|(x, y)| x * y).sum();
                    assert!((sum - direct).abs() < 1e-10, "lag {lag}: {sum} {direct}");
                }
            }
        }
    }
}
