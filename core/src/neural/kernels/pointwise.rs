//! What is done number by number, or row by row.
use super::linear::{Activation, activate};
use super::{fused, multiply_add};

/// Sums and maxima go in so many lanes.
const LANES: usize = 16;

/// `e^x` with a relative error below 2e-7, for x brought into -87..88.
#[inline(always)]
pub(super) fn exp<const FUSED: bool>(x: f32) -> f32 {
    // e^x = 2^n e^r with |r| <= ln(2) / 2. Adding and taking away 1.5 * 2^23 rounds to the nearest whole number.
    const SHIFT: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let shifted = multiply_add::<FUSED>(x, std::f32::consts::LOG2_E, SHIFT);
    let whole = shifted - SHIFT;
    let power = (shifted.to_bits() as i32).wrapping_sub(SHIFT.to_bits() as i32);
    // ln(2) in two parts, the first so short that its product is exact.
    let rest = multiply_add::<FUSED>(whole, -0.693_359_4, x);
    let rest = multiply_add::<FUSED>(whole, 2.121_944_4e-4, rest);
    let mut sum = 1.0 / 5040.0;
    for coefficient in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = multiply_add::<FUSED>(sum, rest, coefficient);
    }
    f32::from_bits((sum.to_bits() as i32).wrapping_add(power << 23) as u32)
}

/// `x * Phi(x)` with the normal distribution function. Source: Abramowitz and Stegun (1964), 7.1.26, absolute error of the
/// error function below 1.5e-7.
#[inline(always)]
pub(super) fn gelu<const FUSED: bool>(x: f32) -> f32 {
    let size = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / multiply_add::<FUSED>(size, 0.327_591_1, 1.0);
    let mut sum = 1.061_405_4;
    for coefficient in [-1.453_152, 1.421_413_7, -0.284_496_72, 0.254_829_6] {
        sum = multiply_add::<FUSED>(sum, t, coefficient);
    }
    let beyond = sum * t * exp::<FUSED>(-size * size);
    let error = (1.0 - beyond).copysign(x);
    0.5 * x * (1.0 + error)
}

/// `x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`, by the logistic function of twice the argument.
#[inline(always)]
pub(super) fn gelu_tanh<const FUSED: bool>(x: f32) -> f32 {
    let inner = 0.797_884_6 * x * multiply_add::<FUSED>(0.044_715 * x, x, 1.0);
    x / (1.0 + exp::<FUSED>(-2.0 * inner))
}

/// The sum in lanes, added up in a fixed order.
#[inline(always)]
pub(super) fn total(lanes: &[f32; LANES]) -> f32 {
    let mut lanes = *lanes;
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// Turn a row of logits into shares that add up to 1.
#[inline(always)]
pub(super) fn softmax<const FUSED: bool>(row: &mut [f32]) {
    let mut most = [f32::MIN; LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            most[lane] = if chunk[lane] > most[lane] { chunk[lane] } else { most[lane] };
        }
    }
    let most = most.iter().chain(rest).fold(f32::MIN, |most, value| if *value > most { *value } else { most });
    let mut sums = [0.0; LANES];
    let (chunks, rest) = row.as_chunks_mut::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            chunk[lane] = exp::<FUSED>(chunk[lane] - most);
            sums[lane] += chunk[lane];
        }
    }
    let mut sum = total(&sums);
    for value in rest {
        *value = exp::<FUSED>(*value - most);
        sum += *value;
    }
    let share = 1.0 / sum;
    row.iter_mut().for_each(|value| *value *= share);
}

/// Mean 0 and variance 1, then scale and shift.
#[inline(always)]
fn normalise<const FUSED: bool>(row: &mut [f32], scale: &[f32], shift: &[f32], epsilon: f32) {
    let count = row.len() as f32;
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for chunk in chunks {
        for lane in 0..LANES {
            sums[lane] += chunk[lane];
        }
    }
    let mean = (total(&sums) + rest.iter().sum::<f32>()) / count;
    let mut squares = [0.0; LANES];
    for chunk in chunks {
        for lane in 0..LANES {
            let off = chunk[lane] - mean;
            squares[lane] = multiply_add::<FUSED>(off, off, squares[lane]);
        }
    }
    let left: f32 = rest.iter().map(|value| (value - mean) * (value - mean)).sum();
    let inverse = 1.0 / ((total(&squares) + left) / count + epsilon).sqrt();
    for ((value, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
        *value = multiply_add::<FUSED>((*value - mean) * inverse, *scale, *shift);
    }
}

fused! {
    /// Normalise rows of as many numbers as `scale` has.
    pub(in crate::neural) fn normalise_rows, plain normalise_rows_plain(rows: &mut [f32], scale: &[f32], shift: &[f32], epsilon: f32) {
        for row in rows.chunks_exact_mut(scale.len()) {
            normalise::<FUSED>(row, scale, shift, epsilon);
        }
    }
}

fused! {
    /// Add `more` to the rows, then normalise them.
    pub(in crate::neural) fn add_and_normalise, plain add_and_normalise_plain(rows: &mut [f32], more: &[f32], scale: &[f32], shift: &[f32], epsilon: f32) {
        for (row, more) in rows.chunks_exact_mut(scale.len()).zip(more.chunks_exact(scale.len())) {
            row.iter_mut().zip(more).for_each(|(value, more)| *value += more);
            normalise::<FUSED>(row, scale, shift, epsilon);
        }
    }
}

fused! {
    /// Turn queries and keys by their positions: of every head, number `i` with number `i + width / 2` by the angle of `cosines`
    /// and `sines`, `[token, width / 2]`. `rows` is `[token, 3 * heads * width]`. Source: Su et al. (2021), RoFormer.
    pub(in crate::neural) fn rotate, plain rotate_plain(rows: &mut [f32], hidden: usize, cosines: &[f32], sines: &[f32], half: usize) {
        for (token, row) in rows.chunks_exact_mut(3 * hidden).enumerate() {
            let (cosines, sines) = (&cosines[token * half..][..half], &sines[token * half..][..half]);
            for head in row[..2 * hidden].chunks_exact_mut(2 * half) {
                let (left, right) = head.split_at_mut(half);
                for at in 0..half {
                    let (x, y) = (left[at], right[at]);
                    left[at] = multiply_add::<FUSED>(x, cosines[at], -y * sines[at]);
                    right[at] = multiply_add::<FUSED>(y, cosines[at], x * sines[at]);
                }
            }
        }
    }
}

fused! {
    /// The activated first half of every row times its second half, `[row, 2 * inner]` to `[row, inner]`.
    pub(in crate::neural) fn gate, plain gate_plain(rows: &[f32], inner: usize, activation: Activation, out: &mut [f32]) {
        for (row, out) in rows.chunks_exact(2 * inner).zip(out.chunks_exact_mut(inner)) {
            let (values, gates) = row.split_at(inner);
            let (lanes, rest) = out.as_chunks_mut::<LANES>();
            for (at, out) in lanes.iter_mut().enumerate() {
                out.copy_from_slice(&values[at * LANES..][..LANES]);
                activate::<FUSED, LANES>(out, activation);
                for lane in 0..LANES {
                    out[lane] *= gates[at * LANES + lane];
                }
            }
            let done = inner - rest.len();
            for (at, out) in rest.iter_mut().enumerate() {
                let mut one = [values[done + at]];
                activate::<FUSED, 1>(&mut one, activation);
                *out = one[0] * gates[done + at];
            }
        }
    }
}

/// Scale a vector to length 1; one of zeros stays.
pub(crate) fn unit(vector: &mut [f32]) {
    let square: f64 = vector.iter().map(|value| f64::from(*value) * f64::from(*value)).sum();
    if square > 0.0 {
        let inverse = 1.0 / square.sqrt();
        vector.iter_mut().for_each(|value| *value = (f64::from(*value) * inverse) as f32);
    }
}
