//! Rows times weights.
//!
//! Weights stand in panels of 16 outputs, input after input, so that one pass over a row meets them in order. A tile of up to 6
//! rows and 64 outputs stays in registers (24 of AVX-512's 32) while all inputs pass by; bias and activation are applied before
//! it is stored. Ahead of the crate `gemm` by a fifth at these shapes, since weights are put in order once instead of in every
//! call.
use super::bytes::{self, Rows};
use super::pointwise::{gelu, gelu_tanh};
use super::{fused, multiply_add};

/// Outputs of a panel.
pub(super) const PANEL: usize = 16;
/// Panels that are passed at once.
const WIDE: usize = 4;
/// The most rows of a tile.
const TALL: usize = 6;

/// What is done with an output of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::neural) enum Activation {
    None,
    /// `x * Phi(x)`.
    Gelu,
    /// Its approximation by a hyperbolic tangent.
    GeluTanh,
    Relu,
    Tanh,
}

/// A linear layer, ready for use.
#[derive(Debug)]
pub(in crate::neural) struct Linear {
    inputs: usize,
    outputs: usize,
    weights: Weights,
    /// Padded to whole panels.
    bias: Vec<f32>,
}

#[derive(Debug)]
enum Weights {
    /// `[panel][input][PANEL]`, padded with 0.
    Floats(Vec<f32>),
    Bytes(bytes::Weights),
}

/// What weights are kept as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::neural) enum Kept {
    Floats,
    Bytes,
}

impl Linear {
    /// From `weights`, `[output, input]`, and a bias per output or none at all.
    pub(in crate::neural) fn new(weights: &[f32], bias: &[f32], inputs: usize) -> Self {
        let outputs = weights.len() / inputs.max(1);
        let mut panels = vec![0.0; outputs.div_ceil(PANEL) * inputs * PANEL];
        for (rows, panel) in weights.chunks(PANEL * inputs).zip(panels.chunks_mut(PANEL * inputs)) {
            for (lane, row) in rows.chunks_exact(inputs).enumerate() {
                panel.iter_mut().skip(lane).step_by(PANEL).zip(row).for_each(|(to, from)| *to = *from);
            }
        }
        let mut bias = bias.to_vec();
        bias.resize(outputs.next_multiple_of(PANEL), 0.0);
        Self { inputs, outputs, weights: Weights::Floats(panels), bias }
    }

    /// The same, with weights as `kept` says; a layer of very many inputs keeps floats.
    pub(in crate::neural) fn kept(weights: &[f32], bias: &[f32], inputs: usize, kept: Kept) -> Self {
        if kept == Kept::Floats || inputs > bytes::MOST_INPUTS {
            return Self::new(weights, bias, inputs);
        }
        let weights = bytes::Weights::new(weights, inputs);
        let outputs = weights.outputs();
        let mut bias = bias.to_vec();
        bias.resize(outputs.next_multiple_of(PANEL), 0.0);
        Self { inputs, outputs, weights: Weights::Bytes(weights), bias }
    }

    pub(in crate::neural) fn outputs(&self) -> usize {
        self.outputs
    }

    /// `out = activation(x W' + bias)` for rows of `x`, one after the other.
    pub(in crate::neural) fn apply(&self, x: &[f32], activation: Activation, out: &mut [f32]) {
        self.apply_with(x, activation, &mut Rows::default(), out);
    }

    /// The same, with memory for rounded rows that the caller keeps.
    pub(in crate::neural) fn apply_with(&self, x: &[f32], activation: Activation, rows: &mut Rows, out: &mut [f32]) {
        let finish = Finish::Layer(&self.bias, activation);
        match &self.weights {
            Weights::Floats(panels) => {
                let left = Left { values: x, stride: self.inputs, rows: x.len() / self.inputs.max(1) };
                let right = Right { panels, inputs: self.inputs, outputs: self.outputs };
                product(left, right, &finish, out, self.outputs);
            }
            Weights::Bytes(weights) => {
                bytes::round_rows(x, self.inputs, rows);
                weights.product(rows, &finish, out);
            }
        }
    }
}

/// Rows that begin `stride` numbers after one another.
#[derive(Clone, Copy)]
pub(super) struct Left<'a> {
    pub(super) values: &'a [f32],
    pub(super) stride: usize,
    pub(super) rows: usize,
}

/// Panels of columns.
#[derive(Clone, Copy)]
pub(super) struct Right<'a> {
    pub(super) panels: &'a [f32],
    pub(super) inputs: usize,
    pub(super) outputs: usize,
}

/// What becomes of a sum before it is stored.
pub(super) enum Finish<'a> {
    Scaled(f32),
    /// A bias per output, padded to whole panels.
    Layer(&'a [f32], Activation),
}

fused! {
    /// Store all products of rows with columns in `out`, whose rows begin `out_stride` numbers after one another.
    pub(super) fn product, plain product_plain(left: Left<'_>, right: Right<'_>, finish: &Finish<'_>, out: &mut [f32], out_stride: usize) {
        let size = right.inputs * PANEL;
        let mut at = 0;
        let groups = right.panels.chunks(WIDE * size);
        for group in groups {
            let width = (right.outputs - at).min(WIDE * PANEL);
            let tiles = left.rows.div_ceil(TALL);
            let mut row = 0;
            for tile in 0..tiles {
                // As even as they can be, so that none is left with one row.
                let end = left.rows * (tile + 1) / tiles;
                let part = Left { values: &left.values[row * left.stride..], ..left };
                let place = &mut out[row * out_stride + at..];
                match group.len() / size {
                    4 => tall::<FUSED, 4, 64>(end - row, part, right.inputs, group, finish, (at, width), place, out_stride),
                    3 => tall::<FUSED, 3, 48>(end - row, part, right.inputs, group, finish, (at, width), place, out_stride),
                    2 => tall::<FUSED, 2, 32>(end - row, part, right.inputs, group, finish, (at, width), place, out_stride),
                    _ => tall::<FUSED, 1, 16>(end - row, part, right.inputs, group, finish, (at, width), place, out_stride),
                }
                row = end;
            }
            at += width;
        }
    }
}

/// `rows` rows against `P` panels, which are `W` columns.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "one tile, whose parts live in registers")]
fn tall<const FUSED: bool, const P: usize, const W: usize>(
    rows: usize,
    left: Left<'_>,
    inputs: usize,
    panels: &[f32],
    finish: &Finish<'_>,
    columns: (usize, usize),
    out: &mut [f32],
    stride: usize,
) {
    macro_rules! rows {
        ($count:literal) => {
            store::<FUSED, W>(&mut sums::<FUSED, $count, P, W>(left, inputs, panels), finish, columns, out, stride)
        };
    }
    match rows {
        6 => rows!(6),
        5 => rows!(5),
        4 => rows!(4),
        3 => rows!(3),
        2 => rows!(2),
        _ => rows!(1),
    }
}

/// The products of `R` rows with `P` panels, which are `W` columns. Written so that the compiler keeps all sums in registers: one flat
/// array of them, one of weights, no closures (which may be compiled apart), no check of bounds in the loop.
#[inline(always)]
fn sums<const FUSED: bool, const R: usize, const P: usize, const W: usize>(
    left: Left<'_>,
    inputs: usize,
    panels: &[f32],
) -> [[f32; W]; R] {
    let mut rows = [&left.values[..0]; R];
    for (row, values) in rows.iter_mut().enumerate() {
        *values = &left.values[row * left.stride..][..inputs];
    }
    let mut columns = [&panels.as_chunks::<PANEL>().0[..0]; P];
    for (panel, column) in columns.iter_mut().enumerate() {
        *column = &panels[panel * inputs * PANEL..].as_chunks().0[..inputs];
    }
    let mut sums = [[0.0; W]; R];
    for input in 0..inputs {
        let mut weights = [0.0; W];
        for panel in 0..P {
            for lane in 0..PANEL {
                weights[panel * PANEL + lane] = columns[panel][input][lane];
            }
        }
        for row in 0..R {
            let value = rows[row][input];
            for lane in 0..W {
                sums[row][lane] = multiply_add::<FUSED>(value, weights[lane], sums[row][lane]);
            }
        }
    }
    sums
}

/// Finish sums and store those that belong to a column.
#[inline(always)]
pub(super) fn store<const FUSED: bool, const W: usize>(
    sums: &mut [[f32; W]],
    finish: &Finish<'_>,
    (at, width): (usize, usize),
    out: &mut [f32],
    stride: usize,
) {
    for (row, sums) in sums.iter_mut().enumerate() {
        match finish {
            Finish::Scaled(scale) => {
                for sum in &mut *sums {
                    *sum *= scale;
                }
            }
            Finish::Layer(bias, activation) => {
                let bias = &bias[at..at + W];
                for lane in 0..W {
                    sums[lane] += bias[lane];
                }
                activate::<FUSED, W>(sums, *activation);
            }
        }
        let out = &mut out[row * stride..][..width];
        // A copy of a known size is a few stores, any other a call.
        match out.first_chunk_mut::<W>() {
            Some(whole) => *whole = *sums,
            None => out.copy_from_slice(&sums[..width]),
        }
    }
}

/// In loops, not closures, which might be compiled apart and without the instructions of this processor.
#[inline(always)]
pub(super) fn activate<const FUSED: bool, const W: usize>(values: &mut [f32; W], activation: Activation) {
    match activation {
        Activation::None => {}
        Activation::Gelu => {
            for value in values {
                *value = gelu::<FUSED>(*value);
            }
        }
        Activation::GeluTanh => {
            for value in values {
                *value = gelu_tanh::<FUSED>(*value);
            }
        }
        Activation::Relu => {
            for value in values {
                *value = value.max(0.0);
            }
        }
        Activation::Tanh => {
            for value in values {
                *value = value.tanh();
            }
        }
    }
}
