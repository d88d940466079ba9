//! ModernBERT's layers: normalised before each step, positions as rotations, inner rows gated, and most layers look no farther than
//! some tokens to either side. Source: Warner et al. (2024).
use super::super::kernels::{Activation, Bias, Heads, Linear, attention, gate, normalise_rows, rotate};
use super::{Memory, Norm, Plan, Reader, Tokens};
use crate::Context;
use crate::error::Result;

/// All layers, and the norm after the last.
#[derive(Debug)]
pub(super) struct Layers {
    layers: Vec<Layer>,
    heads: Heads,
    last: Norm,
}

#[derive(Debug)]
struct Layer {
    /// The first layer has none: its rows come normalised.
    norm: Option<Norm>,
    three: Linear,
    mixed: Linear,
    inner_norm: Norm,
    /// Values and gates in one product.
    up: Linear,
    down: Linear,
}

impl Layers {
    pub(super) fn read(read: &Reader<'_>, plan: &Plan) -> Result<Self> {
        let (hidden, inner) = (plan.hidden, plan.inner);
        let layers = (0..plan.layers).map(|at| {
            let name = |part: &str| format!("layers.{at}.{part}");
            Ok(Layer {
                norm: if at == 0 { None } else { Some(read.norm(&name("attn_norm"), hidden)?) },
                three: read.part(&name("attn.Wqkv"), hidden, 3 * hidden)?,
                mixed: read.part(&name("attn.Wo"), hidden, hidden)?,
                inner_norm: read.norm(&name("mlp_norm"), hidden)?,
                up: read.part(&name("mlp.Wi"), hidden, 2 * inner)?,
                down: read.part(&name("mlp.Wo"), inner, hidden)?,
            })
        });
        let width = hidden / plan.heads;
        Ok(Self {
            layers: layers.collect::<Result<_>>()?,
            heads: Heads { count: plan.heads, width, scale: 1.0 / (width as f32).sqrt() },
            last: read.norm("final_norm", hidden)?,
        })
    }

    pub(super) fn apply(&self, texts: &[&Tokens], plan: &Plan, context: &Context, memory: &mut Memory) -> Result<()> {
        let longest = texts.iter().map(|tokens| tokens.ids.len()).max().unwrap_or(0);
        let half = self.heads.width / 2;
        let [global, local] = plan.rotations.map(|base| angles(base, longest, half));
        let count = memory.rows.len() / plan.hidden;
        let (size, inner) = (count * plan.hidden, count * plan.inner);
        memory.three.resize(3 * size, 0.0);
        memory.mixed.resize(size, 0.0);
        memory.inner.resize(size.max(2 * inner), 0.0);
        memory.bias.resize(size.max(inner), 0.0);
        for (at, layer) in self.layers.iter().enumerate() {
            context.check()?;
            let whole = at % plan.global_every == 0;
            let (cosines, sines) = if whole { &global } else { &local };
            memory.mixed.copy_from_slice(&memory.rows);
            if let Some(norm) = &layer.norm {
                normalise_rows(&mut memory.mixed, &norm.scale, &norm.shift, plan.epsilon);
            }
            layer.three.apply_with(&memory.mixed, Activation::None, &mut memory.rounded, &mut memory.three);
            let mut at = 0;
            for tokens in texts {
                let length = tokens.ids.len();
                let rows = &mut memory.three[at * 3 * plan.hidden..][..length * 3 * plan.hidden];
                rotate(rows, plan.hidden, cosines, sines, half);
                let bias = if whole { Bias::None } else { Bias::Window(plan.window) };
                attention(rows, self.heads, bias, &mut memory.spare, &mut memory.inner[at * plan.hidden..]);
                at += length;
            }
            layer.mixed.apply_with(&memory.inner[..size], Activation::None, &mut memory.rounded, &mut memory.mixed);
            add(&mut memory.rows, &memory.mixed);
            memory.mixed.copy_from_slice(&memory.rows);
            normalise_rows(&mut memory.mixed, &layer.inner_norm.scale, &layer.inner_norm.shift, plan.epsilon);
            layer.up.apply_with(&memory.mixed, Activation::None, &mut memory.rounded, &mut memory.inner);
            gate(&memory.inner[..2 * inner], plan.inner, plan.activation, &mut memory.bias[..inner]);
            layer.down.apply_with(&memory.bias[..inner], Activation::None, &mut memory.rounded, &mut memory.mixed);
            add(&mut memory.rows, &memory.mixed);
        }
        normalise_rows(&mut memory.rows, &self.last.scale, &self.last.shift, plan.epsilon);
        Ok(())
    }
}

fn add(rows: &mut [f32], more: &[f32]) {
    rows.iter_mut().zip(more).for_each(|(value, more)| *value += more);
}

/// Cosines and sines of `position * base^(-2 i / width)`, `[position, i]`.
fn angles(base: f64, positions: usize, half: usize) -> (Vec<f32>, Vec<f32>) {
    let angle = |position: usize, at: usize| position as f64 * base.powf(-(at as f64) / half as f64);
    let all = (0..positions).flat_map(|position| (0..half).map(move |at| angle(position, at)));
    all.map(|angle| (angle.cos() as f32, angle.sin() as f32)).unzip()
}
