//! Attention within one sentence.
//!
//! Per head: keys are turned into panels, so that logits are a [`product`] of queries with them; shares are a softmax of those;
//! and values, in panels already but for their stride, are mixed by a second product. Nothing is padded but the last panel.
use super::fused;
use super::linear::{Finish, Left, PANEL, Right, product};
use super::pointwise::softmax;

/// How rows of a fused layer of queries, keys and values are cut.
#[derive(Clone, Copy, Debug)]
pub(in crate::neural) struct Heads {
    pub(in crate::neural) count: usize,
    /// Numbers per head.
    pub(in crate::neural) width: usize,
}

/// Memory that is used again and again.
#[derive(Debug, Default)]
pub(in crate::neural) struct Spare {
    keys: Vec<f32>,
    values: Vec<f32>,
    logits: Vec<f32>,
}

/// Attention of the rows of one sentence among themselves.
///
/// `rows` holds queries, keys and values of every token, `[token, 3 * heads * width]`, and `out` takes `[token, heads * width]`.
/// `bias`, if any, is added to the logits, `[head, token, token]`.
pub(in crate::neural) fn attention(
    rows: &[f32],
    heads: Heads,
    bias: Option<&[f32]>,
    spare: &mut Spare,
    out: &mut [f32],
) {
    let Heads { count, width } = heads;
    let hidden = count * width;
    let stride = 3 * hidden;
    let tokens = rows.len() / stride;
    let padded = tokens.next_multiple_of(PANEL);
    spare.keys.resize(padded * width, 0.0);
    spare.values.resize(tokens * width.next_multiple_of(PANEL), 0.0);
    spare.logits.resize(tokens * padded, 0.0);
    for head in 0..count {
        let [queries, keys, values] = [0, 1, 2].map(|part| &rows[part * hidden + head * width..]);
        turn_keys(keys, stride, width, tokens, &mut spare.keys);
        gather_values(values, stride, width, tokens, &mut spare.values);
        let left = Left { values: queries, stride, rows: tokens };
        let right = Right { panels: &spare.keys, inputs: width, outputs: padded };
        product(left, right, &Finish::Scaled(1.0 / (width as f32).sqrt()), &mut spare.logits, padded);
        let bias = bias.map(|bias| &bias[head * tokens * tokens..][..tokens * tokens]);
        shares(&mut spare.logits, tokens, bias);
        let left = Left { values: &spare.logits, stride: padded, rows: tokens };
        let right = Right { panels: &spare.values, inputs: tokens, outputs: width };
        product(left, right, &Finish::Scaled(1.0), &mut out[head * width..], hidden);
    }
}

fused! {
    /// Keys as panels of 16 tokens; the last is padded with what stands there, whose logits are overwritten.
    fn turn_keys, plain turn_keys_plain(keys: &[f32], stride: usize, width: usize, tokens: usize, panels: &mut [f32]) {
        for (token, panel) in (0..tokens).step_by(PANEL).zip(panels.chunks_exact_mut(PANEL * width)) {
            for lane in 0..PANEL.min(tokens - token) {
                let key = &keys[(token + lane) * stride..][..width];
                panel.iter_mut().skip(lane).step_by(PANEL).zip(key).for_each(|(to, from)| *to = *from);
            }
        }
    }
}

/// Values as panels of 16 numbers, token after token.
fn gather_values(values: &[f32], stride: usize, width: usize, tokens: usize, panels: &mut [f32]) {
    for (at, panel) in (0..width).step_by(PANEL).zip(panels.chunks_exact_mut(PANEL * tokens)) {
        let size = PANEL.min(width - at);
        for (token, to) in panel.chunks_exact_mut(PANEL).enumerate() {
            to[..size].copy_from_slice(&values[token * stride + at..][..size]);
        }
    }
}

fused! {
    /// Rows of logits to rows of shares; what pads them gets none.
    fn shares, plain shares_plain(logits: &mut [f32], tokens: usize, bias: Option<&[f32]>) {
        let padded = tokens.next_multiple_of(PANEL);
        for (token, row) in logits.chunks_exact_mut(padded).enumerate().take(tokens) {
            if let Some(bias) = bias {
                row.iter_mut().zip(&bias[token * tokens..][..tokens]).for_each(|(logit, more)| *logit += more);
            }
            row[tokens..].fill(f32::MIN);
            softmax::<FUSED>(row);
        }
    }
}
