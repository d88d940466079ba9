//! Attention within one sentence.
//!
//! Per head: keys are turned into panels, so that logits are a [`product`] of queries with them; shares are a softmax of those;
//! and values, in panels already but for their stride, are mixed by a second product. Nothing is padded but the last panel.
//! Queries go some dozens at a time, so that a long text needs little memory.
use super::fused;
use super::linear::{Finish, Left, PANEL, Right, product};
use super::pointwise::softmax;

/// Queries of a turn.
const QUERIES: usize = 96;

/// How rows of a fused layer of queries, keys and values are cut.
#[derive(Clone, Copy, Debug)]
pub(in crate::neural) struct Heads {
    pub(in crate::neural) count: usize,
    /// Numbers per head.
    pub(in crate::neural) width: usize,
    /// What products of queries and keys are multiplied with.
    pub(in crate::neural) scale: f32,
}

/// What else decides how much a token looks at another.
#[derive(Clone, Copy, Debug)]
pub(in crate::neural) enum Bias<'a> {
    None,
    /// Tokens farther away than this are not seen.
    Window(usize),
    /// A number for each head and distance, `[head, tokens - 1 + to - from]`.
    Distance(&'a [f32]),
    /// Rows for distances that words look at, and that look at words.
    Relative(&'a Relative, &'a [u32]),
}

/// Rows for distances, in panels like keys. Source: He et al. (2021), DeBERTa, equation 4.
#[derive(Debug)]
pub(in crate::neural) struct Relative {
    /// Distances that have a row.
    count: usize,
    /// `[head][panel][width][PANEL]`: what words look at, and what looks at words.
    keys: Option<Vec<f32>>,
    queries: Option<Vec<f32>>,
}

impl Relative {
    /// Of rows `[distance, heads * width]`.
    pub(in crate::neural) fn new(keys: Option<&[f32]>, queries: Option<&[f32]>, heads: Heads) -> Self {
        let hidden = heads.count * heads.width;
        let count = keys.or(queries).map_or(0, |rows| rows.len() / hidden);
        let panels = |rows: &[f32]| {
            let size = count.next_multiple_of(PANEL) * heads.width;
            let mut all = vec![0.0; heads.count * size];
            for (head, panels) in all.chunks_exact_mut(size).enumerate() {
                turn_keys(&rows[head * heads.width..], hidden, heads.width, count, panels);
            }
            all
        };
        Self { count, keys: keys.map(panels), queries: queries.map(panels) }
    }
}

/// Memory that is used again and again.
#[derive(Debug, Default)]
pub(in crate::neural) struct Spare {
    keys: Vec<f32>,
    values: Vec<f32>,
    logits: Vec<f32>,
    /// Products of words with the rows of distances, and the other way round.
    near: Vec<f32>,
    far: Vec<f32>,
}

/// Attention of the rows of one sentence among themselves.
///
/// `rows` holds queries, keys and values of every token, `[token, 3 * heads * width]`, and `out` takes `[token, heads * width]`.
pub(in crate::neural) fn attention(rows: &[f32], heads: Heads, bias: Bias<'_>, spare: &mut Spare, out: &mut [f32]) {
    let Heads { count, width, scale } = heads;
    let hidden = count * width;
    let stride = 3 * hidden;
    let tokens = rows.len() / stride;
    let padded = tokens.next_multiple_of(PANEL);
    spare.keys.resize(padded * width, 0.0);
    spare.values.resize(tokens * width.next_multiple_of(PANEL), 0.0);
    spare.logits.resize(QUERIES.min(tokens) * padded, 0.0);
    for head in 0..count {
        let [queries, keys, values] = [0, 1, 2].map(|part| &rows[part * hidden + head * width..]);
        turn_keys(keys, stride, width, tokens, &mut spare.keys);
        gather_values(values, stride, width, tokens, &mut spare.values);
        if let Bias::Relative(relative, _) = bias {
            let left = |values| Left { values, stride, rows: tokens };
            distances(left(queries), &relative.keys, head, relative.count, heads, &mut spare.near);
            distances(left(keys), &relative.queries, head, relative.count, heads, &mut spare.far);
        }
        for first in (0..tokens).step_by(QUERIES) {
            let rows = QUERIES.min(tokens - first);
            let left = Left { values: &queries[first * stride..], stride, rows };
            let right = Right { panels: &spare.keys, inputs: width, outputs: padded };
            let logits = &mut spare.logits[..rows * padded];
            product(left, right, &Finish::Scaled(scale), logits, padded);
            let seen = Seen { tokens, first, head, near: &spare.near, far: &spare.far };
            shares(logits, seen, bias);
            let left = Left { values: logits, stride: padded, rows };
            let right = Right { panels: &spare.values, inputs: tokens, outputs: width };
            product(left, right, &Finish::Scaled(1.0), &mut out[first * hidden + head * width..], hidden);
        }
    }
}

/// Products of words with all rows of distances, if there are such rows.
fn distances(left: Left<'_>, panels: &Option<Vec<f32>>, head: usize, count: usize, heads: Heads, out: &mut Vec<f32>) {
    out.clear();
    let Some(panels) = panels else { return };
    let size = count.next_multiple_of(PANEL) * heads.width;
    let right = Right { panels: &panels[head * size..][..size], inputs: heads.width, outputs: count };
    out.resize(left.rows * count, 0.0);
    product(left, right, &Finish::Scaled(heads.scale), out, count);
}

/// Which logits are meant.
#[derive(Clone, Copy)]
struct Seen<'a> {
    tokens: usize,
    /// The token of the first row.
    first: usize,
    head: usize,
    near: &'a [f32],
    far: &'a [f32],
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
    fn shares, plain shares_plain(logits: &mut [f32], seen: Seen<'_>, bias: Bias<'_>) {
        let Seen { tokens, first, head, near, far } = seen;
        for (row, logits) in logits.chunks_exact_mut(tokens.next_multiple_of(PANEL)).enumerate() {
            let from = first + row;
            match bias {
                Bias::None => {}
                Bias::Window(reach) => {
                    logits[..from.saturating_sub(reach)].fill(f32::MIN);
                    logits[(from + reach + 1).min(tokens)..].fill(f32::MIN);
                }
                Bias::Distance(values) => {
                    let own = &values[head * (2 * tokens - 1) + tokens - 1 - from..][..tokens];
                    for (logit, more) in logits.iter_mut().zip(own) {
                        *logit += more;
                    }
                }
                Bias::Relative(relative, places) => {
                    // By `from - to`, which falls as `to` rises.
                    let places = &places[tokens - 1 - from..][..tokens];
                    let count = relative.count;
                    if !near.is_empty() {
                        let own = &near[from * count..][..count];
                        for (logit, place) in logits.iter_mut().zip(places) {
                            *logit += own[*place as usize];
                        }
                    }
                    if !far.is_empty() {
                        for ((logit, place), own) in logits.iter_mut().zip(places).zip(far.chunks_exact(count)) {
                            *logit += own[*place as usize];
                        }
                    }
                }
            }
            logits[tokens..].fill(f32::MIN);
            softmax::<FUSED>(logits);
        }
    }
}
