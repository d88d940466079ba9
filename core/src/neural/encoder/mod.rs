//! Encoders of the BERT family and of its heirs: texts to one row of numbers per token.
//!
//! Sentences are laid one behind the other without padding, some hundred tokens at a time; layers see them as one matrix, attention
//! one by one. So a sentence's numbers never depend on those beside it.
//! Sources: Devlin et al. (2019) BERT; Sanh et al. (2019) DistilBERT; Liu et al. (2019) RoBERTa; Conneau et al. (2020) XLM-R;
//! Song et al. (2020) MPNet; Clark et al. (2020) ELECTRA; He et al. (2021, 2023) DeBERTa; Warner et al. (2024) ModernBERT.
mod head;
mod layer;
mod modern;
mod names;
mod plan;
#[cfg(test)]
mod tests;

use std::sync::Mutex;

use super::kernels::{Activation, Kept, Linear, Rows, Spare, normalise_rows};
use super::weights::Weights;
use crate::Context;
use crate::error::{Result, ensure};
pub(super) use head::Head;
use names::names;
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
pub(in crate::neural) struct Norm {
    scale: Vec<f32>,
    shift: Vec<f32>,
}

/// The layers of either kind.
#[derive(Debug)]
enum Layers {
    Bert(layer::Layers),
    Modern(modern::Layers),
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
    layers: Layers,
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
    /// Rows as whole numbers, where weights are.
    rounded: Rows,
    spare: Spare,
    /// Biases, or the places of distances, of the text at hand.
    bias: Vec<f32>,
    places: Vec<u32>,
}

/// Reads tensors under the names of one family.
struct Reader<'a> {
    weights: &'a Weights,
    /// The prefix that this file uses.
    prefix: &'static str,
    /// What the weights of layers are kept as.
    kept: Kept,
}

impl Reader<'_> {
    fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        self.weights.floats(&format!("{}{name}", self.prefix), shape)
    }

    fn has(&self, name: &str) -> bool {
        self.weights.has(&format!("{}{name}", self.prefix))
    }

    /// A tensor of one number per output, 0 where the model does without.
    fn shift(&self, name: &str, width: usize) -> Result<Vec<f32>> {
        if self.has(name) { self.tensor(name, &[width]) } else { Ok(vec![0.0; width]) }
    }

    fn linear(&self, name: &str, inputs: usize, outputs: usize) -> Result<Linear> {
        let weights = self.tensor(&format!("{name}.weight"), &[outputs, inputs])?;
        Ok(Linear::new(&weights, &self.shift(&format!("{name}.bias"), outputs)?, inputs))
    }

    /// A part of a layer, which most of the time goes into.
    fn part(&self, name: &str, inputs: usize, outputs: usize) -> Result<Linear> {
        let weights = self.tensor(&format!("{name}.weight"), &[outputs, inputs])?;
        Ok(Linear::kept(&weights, &self.shift(&format!("{name}.bias"), outputs)?, inputs, self.kept))
    }

    fn norm(&self, name: &str, width: usize) -> Result<Norm> {
        // The first checkpoints called them gamma and beta.
        let old = self.has(&format!("{name}.gamma"));
        let [scale, shift] = if old { ["gamma", "beta"] } else { ["weight", "bias"] };
        Ok(Norm {
            scale: self.tensor(&format!("{name}.{scale}"), &[width])?,
            shift: self.shift(&format!("{name}.{shift}"), width)?,
        })
    }
}

impl Encoder {
    /// Of the tensors that `plan` asks for.
    pub(super) fn new(plan: Plan, weights: &Weights, kept: Kept) -> Result<Self> {
        let names = names(plan.family);
        let [words, norm] = match plan.family {
            Family::Modern => ["embeddings.tok_embeddings.weight", "embeddings.norm"],
            _ => ["embeddings.word_embeddings.weight", "embeddings.LayerNorm"],
        };
        let prefix = if weights.has(words) { "" } else { names.prefix };
        let read = Reader { weights, prefix, kept };
        let width = plan.embedding;
        let positions = match plan.has_positions {
            true => read.tensor("embeddings.position_embeddings.weight", &[plan.positions, width])?,
            false => Vec::new(),
        };
        let projection = match plan.embedding == plan.hidden {
            true => None,
            false => Some(read.linear("embeddings_project", width, plan.hidden)?),
        };
        let layers = match plan.family {
            Family::Modern => Layers::Modern(modern::Layers::read(&read, &plan)?),
            _ => Layers::Bert(layer::Layers::read(&read, &names, &plan)?),
        };
        let words = read.tensor(words, &[plan.vocabulary, width])?;
        Ok(Self {
            head: Head::read(&read, &plan, &words)?,
            words,
            positions: positions.get(plan.first_position * width..).unwrap_or_default().to_vec(),
            kinds: match plan.kinds {
                0 => Vec::new(),
                kinds => read.tensor("embeddings.token_type_embeddings.weight", &[kinds, width])?,
            },
            norm: read.norm(norm, width)?,
            projection,
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
        match &self.layers {
            Layers::Bert(layers) => layers.apply(texts, &self.plan, context, &mut memory)?,
            Layers::Modern(layers) => layers.apply(texts, &self.plan, context, &mut memory)?,
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
            row.copy_from_slice(word);
            if self.plan.has_positions {
                let position = &self.positions[at * width..][..width];
                row.iter_mut().zip(position).for_each(|(to, position)| *to += position);
            }
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
