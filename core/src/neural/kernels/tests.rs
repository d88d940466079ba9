use super::attention::Spare;
use super::bytes::{self, Rows, Way};
use super::linear::{Activation, Finish, Kept, Linear};
use super::pointwise::{exp, gelu, gelu_tanh};
use super::{Bias, Heads, add_and_normalise, attention};
use crate::math::random::Random;

fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut random = Random::new(seed);
    (0..count).map(|_| random.normal() as f32).collect()
}

#[test]
fn a_layer_is_the_sum_of_products_for_every_number_of_rows_and_outputs() {
    for (rows, outputs, inputs) in [(1, 1, 1), (7, 33, 5), (13, 64, 31), (6, 100, 64), (8, 17, 3), (25, 129, 40)] {
        let (x, weights, bias) = (numbers(rows * inputs, 1), numbers(outputs * inputs, 2), numbers(outputs, 3));
        let layer = Linear::new(&weights, &bias, inputs);
        let mut out = vec![f32::NAN; rows * outputs];
        layer.apply(&x, Activation::None, &mut out);
        for row in 0..rows {
            for output in 0..outputs {
                let exact: f64 = (0..inputs)
                    .map(|at| f64::from(x[row * inputs + at]) * f64::from(weights[output * inputs + at]))
                    .sum::<f64>()
                    + f64::from(bias[output]);
                let got = f64::from(out[row * outputs + output]);
                assert!((got - exact).abs() < 1e-5 * (1.0 + exact.abs()), "{row} {output}: {got} for {exact}");
            }
        }
    }
}

#[test]
fn a_row_does_not_depend_on_the_rows_beside_it() {
    let (inputs, outputs) = (48, 80);
    let layer = Linear::new(&numbers(outputs * inputs, 4), &numbers(outputs, 5), inputs);
    let x = numbers(11 * inputs, 6);
    let (mut all, mut one) = (vec![0.0; 11 * outputs], vec![0.0; outputs]);
    layer.apply(&x, Activation::Gelu, &mut all);
    for (row, expected) in x.chunks(inputs).zip(all.chunks(outputs)) {
        layer.apply(row, Activation::Gelu, &mut one);
        assert_eq!(one, expected);
    }
}

/// Every way to multiply bytes that this processor has.
fn ways() -> Vec<Way> {
    let all = [
        Way::Portable,
        #[cfg(target_arch = "x86_64")]
        Way::Avx2,
        #[cfg(target_arch = "x86_64")]
        Way::Avx512,
        #[cfg(target_arch = "x86_64")]
        Way::Vnni,
    ];
    all.into_iter().filter(|way| *way <= Way::best()).collect()
}

#[test]
fn sums_of_bytes_are_exact_by_every_way() {
    for (rows, outputs, inputs) in [(1, 1, 1), (7, 33, 5), (13, 64, 31), (6, 100, 64), (8, 17, 3), (25, 129, 40)] {
        // Whole numbers whose largest meet the ends of their ranges stay what they are.
        let mut random = Random::new(inputs as u64);
        let mut x: Vec<f32> = (0..rows * inputs).map(|_| (random.uniform() * 256.0).floor() as f32 - 100.0).collect();
        let mut weights: Vec<f32> =
            (0..outputs * inputs).map(|_| (random.uniform() * 255.0).floor() as f32 - 127.0).collect();
        x.chunks_mut(inputs).for_each(|row| {
            row[0] = -100.0;
            row[inputs - 1] = 155.0;
        });
        weights.chunks_mut(inputs).for_each(|row| row[0] = -127.0);
        let made = bytes::Weights::new(&weights, inputs);
        let mut rounded = Rows::default();
        // Rows of one number have but one end: 155 / 255 is then a step.
        let x: Vec<f32> = if inputs == 1 { vec![255.0; rows] } else { x };
        bytes::round_rows(&x, inputs, &mut rounded);
        for way in ways() {
            let mut out = vec![f32::NAN; rows * outputs];
            made.product_by(way, &rounded, &Finish::Scaled(1.0), &mut out);
            for row in 0..rows {
                for output in 0..outputs {
                    let products = (0..inputs).map(|at| x[row * inputs + at] * weights[output * inputs + at]);
                    let exact: f32 = products.sum();
                    let got = out[row * outputs + output];
                    assert_eq!(got, exact, "{way:?}, {inputs} inputs, row {row}, output {output}");
                }
            }
        }
    }
}

#[test]
fn rounded_layers_are_within_half_a_step_per_number() {
    let (rows, inputs, outputs) = (9, 200, 70);
    let (x, weights, bias) = (numbers(rows * inputs, 1), numbers(outputs * inputs, 2), numbers(outputs, 3));
    let [floats, whole] = [Kept::Floats, Kept::Bytes].map(|kept| Linear::kept(&weights, &bias, inputs, kept));
    let (mut exact, mut got) = (vec![0.0; rows * outputs], vec![0.0; rows * outputs]);
    floats.apply(&x, Activation::None, &mut exact);
    whole.apply(&x, Activation::None, &mut got);
    let range = |row: &[f32]| {
        row.iter().fold(0.0_f32, |most, value| most.max(*value))
            - row.iter().fold(0.0_f32, |least, value| least.min(*value))
    };
    for (row, (exact, got)) in exact.chunks(outputs).zip(got.chunks(outputs)).enumerate() {
        let x = &x[row * inputs..][..inputs];
        let step = range(x) / 255.0;
        for output in 0..outputs {
            let weights = &weights[output * inputs..][..inputs];
            let most = weights.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
            let bound: f32 = x
                .iter()
                .zip(weights)
                .map(|(x, weight)| {
                    let (of_x, of_weight) = (step / 2.0, most / 254.0);
                    weight.abs() * of_x + x.abs() * of_weight + of_x * of_weight
                })
                .sum();
            let off = (exact[output] - got[output]).abs();
            assert!(off <= bound * 1.001 + 1e-4, "{off} for {bound}");
        }
    }
    // Rows of zeros and constants, and numbers at the ends of what a float can hold.
    for value in [0.0, 3.0, -2.0, 1e-42, 3e37, -3e37] {
        let mut out = vec![f32::NAN; outputs];
        whole.apply(&vec![value; inputs], Activation::None, &mut out);
        assert!(out.iter().all(|number| !number.is_nan()), "{value}");
    }
}

#[test]
fn exponentials_and_activations_are_close_to_their_definitions() {
    for step in -8700..8800 {
        let x = step as f32 / 100.0;
        let (own, exact) = (f64::from(exp::<false>(x)), f64::from(x).exp());
        assert!((own / exact - 1.0).abs() < 2e-7, "e^{x}: {own} for {exact}");
    }
    // Values of x * Phi(x) and of its approximation from their formulas in double precision.
    for (x, exact, approximate) in [
        (-3.0, -0.004_049_694, -0.003_637_392),
        (-0.5, -0.154_268_77, -0.154_286),
        (0.0, 0.0, 0.0),
        (0.1, 0.053_982_78, 0.053_983),
        (2.0, 1.954_499_7, 1.954_597_7),
    ] {
        assert!((gelu::<false>(x) - exact).abs() < 1e-6, "gelu of {x}");
        assert!((gelu_tanh::<false>(x) - approximate).abs() < 1e-6, "gelu_tanh of {x}: {}", gelu_tanh::<false>(x));
    }
}

#[test]
fn attention_mixes_values_by_the_softmax_of_scaled_products() {
    let heads = Heads { count: 3, width: 20, scale: 1.0 / 20.0_f32.sqrt() };
    let hidden = heads.count * heads.width;
    let mut spare = Spare::default();
    for tokens in [1, 5, 16, 37, 130] {
        let rows = numbers(tokens * 3 * hidden, tokens as u64);
        let bias = numbers(heads.count * (2 * tokens - 1), 9);
        let mut out = vec![f32::NAN; tokens * hidden];
        attention(&rows, heads, Bias::Distance(&bias), &mut spare, &mut out);
        let number = |token: usize, part: usize, head: usize, at: usize| {
            f64::from(rows[token * 3 * hidden + part * hidden + head * heads.width + at])
        };
        for head in 0..heads.count {
            for token in 0..tokens {
                let powers: Vec<f64> = (0..tokens)
                    .map(|other| {
                        let dot: f64 =
                            (0..heads.width).map(|at| number(token, 0, head, at) * number(other, 1, head, at)).sum();
                        (dot / (heads.width as f64).sqrt()
                            + f64::from(bias[head * (2 * tokens - 1) + tokens - 1 + other - token]))
                        .exp()
                    })
                    .collect();
                let sum: f64 = powers.iter().sum();
                for at in 0..heads.width {
                    let exact: f64 = (0..tokens).map(|other| powers[other] / sum * number(other, 2, head, at)).sum();
                    let got = f64::from(out[token * hidden + head * heads.width + at]);
                    assert!((got - exact).abs() < 1e-5, "{tokens} tokens: {got} for {exact}");
                }
            }
        }
    }
}

#[test]
fn normalised_rows_have_mean_zero_and_variance_one_before_scale_and_shift() {
    let width = 37;
    let (mut rows, more) = (numbers(3 * width, 1), numbers(3 * width, 2));
    let before: Vec<f64> = rows.iter().zip(&more).map(|(a, b)| f64::from(a + b)).collect();
    let (scale, shift) = (numbers(width, 3), numbers(width, 4));
    add_and_normalise(&mut rows, &more, &scale, &shift, 1e-12);
    for (row, before) in rows.chunks(width).zip(before.chunks(width)) {
        let mean = before.iter().sum::<f64>() / width as f64;
        let variance = before.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / width as f64;
        for at in 0..width {
            let exact = (before[at] - mean) / variance.sqrt() * f64::from(scale[at]) + f64::from(shift[at]);
            assert!((f64::from(row[at]) - exact).abs() < 1e-5);
        }
    }
}
