//! Layers as BERT has them: attention, then inner rows, each added and normalised.
use super::super::kernels::{Activation, Bias, Heads, Linear, Relative, add_and_normalise, attention, normalise_rows};
use super::names::Names;
use super::{Family, Memory, Norm, Plan, Reader, Tokens};
use crate::Context;
use crate::error::Result;

/// All layers, and what they share.
#[derive(Debug)]
pub(super) struct Layers {
    layers: Vec<Layer>,
    heads: Heads,
    /// MPNet's biases, `[distance, head]`.
    distances: Vec<f32>,
}

#[derive(Debug)]
struct Layer {
    /// Queries, keys and values in one product.
    three: Linear,
    /// DeBERTa's rows for distances, through this layer's weights.
    relative: Option<Relative>,
    mixed: Linear,
    mixed_norm: Norm,
    up: Linear,
    down: Linear,
    down_norm: Norm,
}

impl Layers {
    pub(super) fn read(read: &Reader<'_>, names: &Names, plan: &Plan) -> Result<Self> {
        let width = plan.hidden / plan.heads;
        // DeBERTa adds up to three products of as many terms.
        let sums = match plan.family {
            Family::Deberta => 1 + plan.looks.iter().filter(|looks| **looks).count(),
            _ => 1,
        };
        let heads = Heads { count: plan.heads, width, scale: 1.0 / ((width * sums) as f32).sqrt() };
        let mut distances = Vec::new();
        if plan.family == Family::Mpnet {
            distances = read.tensor("encoder.relative_attention_bias.weight", &[plan.distances, plan.heads])?;
        }
        if plan.family == Family::Deberta {
            distances = read.tensor("encoder.rel_embeddings.weight", &[2 * plan.distances, plan.hidden])?;
            let norm = read.norm("encoder.LayerNorm", plan.hidden)?;
            normalise_rows(&mut distances, &norm.scale, &norm.shift, plan.epsilon);
        }
        let layers =
            (0..plan.layers).map(|at| Layer::read(read, names, plan, heads, &distances, at)).collect::<Result<_>>()?;
        Ok(Self { layers, heads, distances })
    }

    pub(super) fn apply(&self, texts: &[&Tokens], plan: &Plan, context: &Context, memory: &mut Memory) -> Result<()> {
        for layer in &self.layers {
            context.check()?;
            self.attend(layer, texts, plan, memory);
            layer.finish(plan, memory);
        }
        Ok(())
    }

    /// What attention gives goes where the inner rows will stand.
    fn attend(&self, layer: &Layer, texts: &[&Tokens], plan: &Plan, memory: &mut Memory) {
        let count = memory.rows.len() / plan.hidden;
        memory.three.resize(count * 3 * plan.hidden, 0.0);
        memory.inner.resize(count * plan.inner.max(plan.hidden), 0.0);
        layer.three.apply_with(&memory.rows, Activation::None, &mut memory.rounded, &mut memory.three);
        let mut at = 0;
        for tokens in texts {
            let length = tokens.ids.len();
            let rows = &memory.three[at * 3 * plan.hidden..][..length * 3 * plan.hidden];
            let bias = match (plan.family, &layer.relative) {
                (Family::Mpnet, _) => {
                    biases(&self.distances, plan, length, &mut memory.bias);
                    Bias::Distance(&memory.bias)
                }
                (_, Some(relative)) => {
                    places(plan, length, &mut memory.places);
                    Bias::Relative(relative, &memory.places)
                }
                _ => Bias::None,
            };
            attention(rows, self.heads, bias, &mut memory.spare, &mut memory.inner[at * plan.hidden..]);
            at += length;
        }
    }
}

impl Layer {
    fn read(read: &Reader<'_>, names: &Names, plan: &Plan, heads: Heads, distances: &[f32], at: usize) -> Result<Self> {
        let name = |part: &str| format!("{}{at}.{part}", names.layer);
        let (hidden, inner) = (plan.hidden, plan.inner);
        let (mut weights, mut bias) = (Vec::new(), Vec::new());
        for part in [names.query, names.key, names.value] {
            weights.extend(read.tensor(&name(&format!("{part}.weight")), &[hidden, hidden])?);
            bias.extend(read.shift(&name(&format!("{part}.bias")), hidden)?);
        }
        let rows = |part: &str| {
            let layer = read.linear(&name(part), hidden, hidden)?;
            let mut rows = vec![0.0; distances.len()];
            layer.apply(distances, Activation::None, &mut rows);
            Result::Ok(rows)
        };
        let relative = match (plan.family, plan.looks) {
            (Family::Deberta, [words, places]) if words || places => {
                let keys = words.then(|| rows(names.key)).transpose()?;
                let queries = places.then(|| rows(names.query)).transpose()?;
                Some(Relative::new(keys.as_deref(), queries.as_deref(), heads))
            }
            _ => None,
        };
        Ok(Self {
            three: Linear::kept(&weights, &bias, hidden, read.kept),
            relative,
            mixed: read.part(&name(names.mixed), hidden, hidden)?,
            mixed_norm: read.norm(&name(names.mixed_norm), hidden)?,
            up: read.part(&name(names.up), hidden, inner)?,
            down: read.part(&name(names.down), inner, hidden)?,
            down_norm: read.norm(&name(names.down_norm), hidden)?,
        })
    }

    /// From what attention gave to the rows of the next layer.
    fn finish(&self, plan: &Plan, memory: &mut Memory) {
        let count = memory.rows.len() / plan.hidden;
        memory.mixed.resize(count * plan.hidden, 0.0);
        self.mixed.apply_with(
            &memory.inner[..count * plan.hidden],
            Activation::None,
            &mut memory.rounded,
            &mut memory.mixed,
        );
        add_and_normalise(
            &mut memory.rows,
            &memory.mixed,
            &self.mixed_norm.scale,
            &self.mixed_norm.shift,
            plan.epsilon,
        );
        self.up.apply_with(&memory.rows, plan.activation, &mut memory.rounded, &mut memory.inner);
        self.down.apply_with(
            &memory.inner[..count * plan.inner],
            Activation::None,
            &mut memory.rounded,
            &mut memory.mixed,
        );
        add_and_normalise(&mut memory.rows, &memory.mixed, &self.down_norm.scale, &self.down_norm.shift, plan.epsilon);
    }
}

/// `[head, tokens - 1 + to - from]`: near distances have a bias each, far ones share theirs on a logarithmic scale, forward and
/// backward apart. Source: Raffel et al. (2020), section 2.1, with 128 as the farthest.
fn biases(distances: &[f32], plan: &Plan, tokens: usize, biases: &mut Vec<f32>) {
    const FARTHEST: f64 = 128.0;
    let half = plan.distances / 2;
    let near = half / 2;
    let bucket = |step: isize| {
        let (offset, distance) = (if step > 0 { half } else { 0 }, step.unsigned_abs());
        if distance < near {
            return offset + distance;
        }
        let share = (distance as f64 / near as f64).ln() / (FARTHEST / near as f64).ln();
        offset + (near + (share * (half - near) as f64) as usize).min(half - 1)
    };
    let size = 2 * tokens - 1;
    biases.resize(plan.heads * size, 0.0);
    for place in 0..size {
        let row = &distances[bucket(place as isize - tokens as isize + 1) * plan.heads..][..plan.heads];
        for (head, value) in row.iter().enumerate() {
            biases[head * size + place] = *value;
        }
    }
}

/// Which row stands for a distance, `[tokens - 1 + to - from]`: near ones have their own, far ones share theirs on a logarithmic
/// scale. Source: He et al. (2023), DeBERTa v3, as transformers has it.
fn places(plan: &Plan, tokens: usize, places: &mut Vec<u32>) {
    let span = plan.distances as isize;
    let middle = (span / 2).max(1);
    let (half, most) = (middle as f64, (plan.farthest as f64 - 1.0).max(2.0));
    places.clear();
    places.extend((0..2 * tokens as isize - 1).map(|place| {
        let back = tokens as isize - 1 - place;
        let size = back.abs();
        let row = if size <= middle {
            back
        } else {
            let share = (size as f64 / half).ln() / (most / half).ln();
            ((share * (half - 1.0)).ceil() as isize + middle) * back.signum()
        };
        (row + span).clamp(0, 2 * span - 1) as u32
    }));
}
