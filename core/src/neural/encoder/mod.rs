//! Encoders of the BERT family: texts to one row of numbers per token.
//!
//! Sentences are laid one behind the other without padding, some hundred tokens at a time; layers see them as one matrix, attention
//! one by one. So a sentence's numbers never depend on those beside it.
//! Sources: Devlin et al. (2019) BERT; Sanh et al. (2019) DistilBERT; Liu et al. (2019) RoBERTa; Conneau et al. (2020) XLM-R;
//! Song et al. (2020) MPNet; Clark et al. (2020) ELECTRA.
mod head;
mod names;
mod plan;
#[cfg(test)]
mod tests;

use std::sync::Mutex;

use super::kernels::{Activation, Heads, Linear, Spare, add_and_normalise, attention, normalise_rows};
use super::weights::Weights;
use crate::Context;
use crate::error::{Result, ensure};
pub(super) use head::Head;
use names::{Names, names};
use plan::Family;
pub(super) use plan::Plan;

/// A text as the model sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens {
    pub(super) ids: Vec<u32>,
    /// 0 for the first text, 1 for the second.
    pub(super) kinds: Vec<u32>,
}

/// Scale and shift of a layer norm.
#[derive(Debug)]
struct Norm {
    scale: Vec<f32>,
    shift: Vec<f32>,
}

#[derive(Debug)]
struct Layer {
    /// Queries, keys and values in one product.
    three: Linear,
    mixed: Linear,
    mixed_norm: Norm,
    up: Linear,
    down: Linear,
    down_norm: Norm,
}

/// An encoder, ready for use by any number of threads.
#[derive(Debug)]
pub(super) struct Encoder {
    plan: Plan,
    words: Vec<f32>,
    /// The table of positions from the first token's on.
    positions: Vec<f32>,
    kinds: Vec<f32>,
    norm: Norm,
    projection: Option<Linear>,
    /// `[distance, head]`.
    distances: Vec<f32>,
    layers: Vec<Layer>,
    head: Head,
    spares: Mutex<Vec<Memory>>,
}

/// What a batch needs while it runs, kept for the next.
#[derive(Debug, Default)]
struct Memory {
    rows: Vec<f32>,
    three: Vec<f32>,
    mixed: Vec<f32>,
    inner: Vec<f32>,
    spare: Spare,
    bias: Vec<f32>,
}

/// Reads tensors under the names of one family.
struct Reader<'a> {
    weights: &'a Weights,
    /// The prefix that this file uses.
    prefix: &'static str,
}

impl Reader<'_> {
    fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        self.weights.floats(&format!("{}{name}", self.prefix), shape)
    }

    fn linear(&self, name: &str, inputs: usize, outputs: usize) -> Result<Linear> {
        let weights = self.tensor(&format!("{name}.weight"), &[outputs, inputs])?;
        Ok(Linear::new(&weights, &self.tensor(&format!("{name}.bias"), &[outputs])?, inputs))
    }

    fn norm(&self, name: &str, width: usize) -> Result<Norm> {
        // The first checkpoints called them gamma and beta.
        let old = self.weights.has(&format!("{}{name}.gamma", self.prefix));
        let [scale, shift] = if old { ["gamma", "beta"] } else { ["weight", "bias"] };
        Ok(Norm {
            scale: self.tensor(&format!("{name}.{scale}"), &[width])?,
            shift: self.tensor(&format!("{name}.{shift}"), &[width])?,
        })
    }

    fn layer(&self, names: &Names, plan: &Plan, at: usize) -> Result<Layer> {
        let name = |part: &str| format!("{}{at}.{part}", names.layer);
        let (hidden, inner) = (plan.hidden, plan.inner);
        let (mut weights, mut bias) = (Vec::new(), Vec::new());
        for part in [names.query, names.key, names.value] {
            weights.extend(self.tensor(&name(&format!("{part}.weight")), &[hidden, hidden])?);
            bias.extend(self.tensor(&name(&format!("{part}.bias")), &[hidden])?);
        }
        Ok(Layer {
            three: Linear::new(&weights, &bias, hidden),
            mixed: self.linear(&name(names.mixed), hidden, hidden)?,
            mixed_norm: self.norm(&name(names.mixed_norm), hidden)?,
            up: self.linear(&name(names.up), hidden, inner)?,
            down: self.linear(&name(names.down), inner, hidden)?,
            down_norm: self.norm(&name(names.down_norm), hidden)?,
        })
    }
}

impl Encoder {
    /// Of the tensors that `plan` asks for.
    pub(super) fn new(plan: Plan, weights: &Weights) -> Result<Self> {
        let names = names(plan.family);
        let words = "embeddings.word_embeddings.weight";
        let prefix = if weights.has(words) { "" } else { names.prefix };
        let read = Reader { weights, prefix };
        let width = plan.embedding;
        let positions = read.tensor("embeddings.position_embeddings.weight", &[plan.positions, width])?;
        let projection = match plan.embedding == plan.hidden {
            true => None,
            false => Some(read.linear("embeddings_project", width, plan.hidden)?),
        };
        let layers = (0..plan.layers).map(|at| read.layer(&names, &plan, at)).collect::<Result<_>>()?;
        let words = read.tensor(words, &[plan.vocabulary, width])?;
        Ok(Self {
            head: Head::read(&read, &plan, &words)?,
            words,
            positions: positions[plan.first_position * width..].to_vec(),
            kinds: match plan.kinds {
                0 => Vec::new(),
                kinds => read.tensor("embeddings.token_type_embeddings.weight", &[kinds, width])?,
            },
            norm: read.norm("embeddings.LayerNorm", width)?,
            projection,
            distances: match plan.distances {
                0 => Vec::new(),
                count => read.tensor("encoder.relative_attention_bias.weight", &[count, plan.heads])?,
            },
            layers,
            plan,
            spares: Mutex::default(),
        })
    }

    pub(super) fn head(&self) -> &Head {
        &self.head
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The rows of all tokens of all texts, text after text, handed to `read`.
    pub(super) fn run<T>(&self, texts: &[&Tokens], context: &Context, read: impl FnOnce(&[f32]) -> T) -> Result<T> {
        for tokens in texts {
            self.check(tokens)?;
        }
        let lock = || self.spares.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut memory = lock().pop().unwrap_or_default();
        self.embed(texts, &mut memory);
        let heads = Heads { count: self.plan.heads, width: self.plan.hidden / self.plan.heads };
        for layer in &self.layers {
            context.check()?;
            layer.apply(texts, heads, &self.distances, &self.plan, &mut memory);
        }
        let result = read(&memory.rows);
        lock().push(memory);
        Ok(result)
    }

    fn check(&self, tokens: &Tokens) -> Result<()> {
        let (count, longest) = (tokens.ids.len(), self.plan.longest());
        ensure!(
            (1..=longest).contains(&count),
            InvalidData,
            "a text of {count} tokens, this model takes 1 to {longest}"
        );
        let most = tokens.ids.iter().max().copied().unwrap_or(0) as usize;
        ensure!(
            most < self.plan.vocabulary,
            InvalidData,
            "token {most} is none of the {} of this model; does the tokenizer belong to it?",
            self.plan.vocabulary
        );
        Ok(())
    }

    /// Fill `memory.rows` with words, positions and kinds of tokens.
    fn embed(&self, texts: &[&Tokens], memory: &mut Memory) {
        let width = self.plan.embedding;
        let count: usize = texts.iter().map(|tokens| tokens.ids.len()).sum();
        let rows = if self.projection.is_some() { &mut memory.mixed } else { &mut memory.rows };
        rows.resize(count * width, 0.0);
        let places = texts.iter().flat_map(|tokens| {
            tokens.ids.iter().enumerate().map(|(at, id)| (at, *id, tokens.kinds.get(at).copied().unwrap_or(0)))
        });
        for (row, (at, id, kind)) in rows.chunks_exact_mut(width).zip(places) {
            let word = &self.words[id as usize * width..][..width];
            let position = &self.positions[at * width..][..width];
            row.iter_mut().zip(word).zip(position).for_each(|((to, word), position)| *to = word + position);
            if self.plan.kinds > 0 {
                let kind = &self.kinds[(kind as usize).min(self.plan.kinds - 1) * width..][..width];
                row.iter_mut().zip(kind).for_each(|(to, kind)| *to += kind);
            }
        }
        normalise_rows(rows, &self.norm.scale, &self.norm.shift, self.plan.epsilon);
        if let Some(projection) = &self.projection {
            memory.rows.resize(count * self.plan.hidden, 0.0);
            projection.apply(&memory.mixed, Activation::None, &mut memory.rows);
        }
    }
}

impl Layer {
    fn apply(&self, texts: &[&Tokens], heads: Heads, distances: &[f32], plan: &Plan, memory: &mut Memory) {
        let count = memory.rows.len() / plan.hidden;
        memory.three.resize(count * 3 * plan.hidden, 0.0);
        memory.mixed.resize(count * plan.hidden, 0.0);
        memory.inner.resize(count * plan.inner, 0.0);
        self.three.apply(&memory.rows, Activation::None, &mut memory.three);
        // What attention gives goes where the inner rows will stand.
        let mut at = 0;
        for tokens in texts {
            let length = tokens.ids.len();
            let rows = &memory.three[at * 3 * plan.hidden..][..length * 3 * plan.hidden];
            let bias = (!distances.is_empty()).then(|| {
                bias_by_distance(distances, plan, length, &mut memory.bias);
                memory.bias.as_slice()
            });
            attention(rows, heads, bias, &mut memory.spare, &mut memory.inner[at * plan.hidden..]);
            at += length;
        }
        self.mixed.apply(&memory.inner[..count * plan.hidden], Activation::None, &mut memory.mixed);
        add_and_normalise(
            &mut memory.rows,
            &memory.mixed,
            &self.mixed_norm.scale,
            &self.mixed_norm.shift,
            plan.epsilon,
        );
        self.up.apply(&memory.rows, plan.activation, &mut memory.inner);
        self.down.apply(&memory.inner, Activation::None, &mut memory.mixed);
        add_and_normalise(&mut memory.rows, &memory.mixed, &self.down_norm.scale, &self.down_norm.shift, plan.epsilon);
    }
}

/// `[head, token, token]`: near distances have a bias each, far ones share theirs on a logarithmic scale, forward and backward
/// apart. Source: Raffel et al. (2020), section 2.1, with 128 as the farthest.
fn bias_by_distance(distances: &[f32], plan: &Plan, tokens: usize, bias: &mut Vec<f32>) {
    const FARTHEST: f64 = 128.0;
    let half = plan.distances / 2;
    let near = half / 2;
    let bucket = |from: usize, to: usize| {
        let (offset, distance) = if to > from { (half, to - from) } else { (0, from - to) };
        if distance < near {
            return offset + distance;
        }
        let share = (distance as f64 / near as f64).ln() / (FARTHEST / near as f64).ln();
        offset + (near + (share * (half - near) as f64) as usize).min(half - 1)
    };
    bias.resize(plan.heads * tokens * tokens, 0.0);
    for from in 0..tokens {
        for to in 0..tokens {
            let row = &distances[bucket(from, to) * plan.heads..][..plan.heads];
            for (head, value) in row.iter().enumerate() {
                bias[(head * tokens + from) * tokens + to] = *value;
            }
        }
    }
}
