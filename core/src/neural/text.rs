//! A model that reads texts: its folder, its tokenizer, its encoder, and batches that waste nothing.
use std::collections::BTreeMap;
use std::path::Path;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::encoder::{Encoder, Plan, Tokens};
use super::folder::{Folder, Pooling};
use super::kernels::{Kept, unit};
use super::tokens::{Text, Tokenizer};
use crate::Context;
use crate::error::{Code, Error, Result, bail, ensure};

/// Tokens that go through the layers together: enough rows for the products, few enough for the second cache.
const BATCH: usize = 384;
/// The most texts of a job.
const JOB: usize = 64;

/// A model for texts, shared by all who call it: an encoder with the head that it was saved with.
///
/// Folders as Hugging Face lays them out: `config.json`, `tokenizer.json`, `model.safetensors` or its shards. Encoders of the
/// families BERT, DistilBERT, RoBERTa, XLM-R, CamemBERT, MPNet, ELECTRA, DeBERTa v3 and ModernBERT can be run, in 32-bit floats or
/// 8-bit integers, on the processor; classes ending in `ForSequenceClassification` (cross-encoders among them), `ForTokenClassification` and
/// `ForMaskedLM` have their heads. In floats, numbers are those of transformers within 1e-5.
#[derive(Debug)]
pub struct TextModel {
    tokenizer: Tokenizer,
    encoder: Encoder,
    pooling: Pooling,
    normalise: bool,
    longest: usize,
    prompts: BTreeMap<String, String>,
}

/// How the numbers of a model are kept, and its products made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Precision {
    /// 32-bit floats, as exact as the model was trained.
    #[default]
    Float32,
    /// Weights of layers rounded to 8 bits with a scale per output, rows with a scale and a zero per token: faster, and a quarter
    /// of the memory. Vectors of sentences keep a cosine of about 0.998 to the exact ones.
    Int8,
}

/// How a model is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OpenModel {
    /// How its numbers are kept. Default `float32`.
    pub precision: Precision,
}

impl OpenModel {
    /// Keep numbers so.
    #[must_use]
    pub fn with_precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }
}

/// What a model says of texts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outputs {
    /// Per text, `[row, score]`: one row of scores of labels (logits) for a classifier or a cross-encoder; one per token, special
    /// ones among them, for a tagger (labels), a masked language model (words) and a bare encoder (its last rows).
    pub texts: Vec<Array2<f32>>,
    /// The names of the labels, as config.json has them.
    pub labels: Vec<String>,
}

impl TextModel {
    /// Open a folder. Its files are mapped into memory while they are read and must not change meanwhile.
    ///
    /// # Errors
    /// `not_found` for a folder or file that is not there, by name; `io`; `invalid_data` for one that is damaged, or tensors
    /// of other shapes than config.json says; `unsupported` for an architecture, pooling or number format that cannot be
    /// run, with those that can; `too_large` for a JSON file of more than 128 MB.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(folder, &OpenModel::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(folder: impl AsRef<Path>, options: &OpenModel) -> Result<Self> {
        let path = folder.as_ref();
        Self::of(Folder::open(path)?, options).map_err(|error| error.at(path.display()))
    }

    fn of(folder: Folder, options: &OpenModel) -> Result<Self> {
        let kept = match options.precision {
            Precision::Float32 => Kept::Floats,
            Precision::Int8 => Kept::Bytes,
        };
        let encoder = Encoder::new(Plan::parse(&folder.config)?, &folder.weights, kept)?;
        let most = encoder.plan().longest();
        let longest = folder.longest.unwrap_or(most).min(most);
        ensure!(longest >= 1, InvalidData, "sentence_bert_config.json cuts texts to {longest} tokens");
        Ok(Self {
            tokenizer: Tokenizer::parse(&folder.tokenizer)?,
            encoder,
            pooling: folder.pooling,
            normalise: folder.normalise,
            longest,
            prompts: folder.prompts,
        })
    }

    /// Numbers per text.
    pub(crate) fn dimensions(&self) -> usize {
        self.encoder.plan().hidden
    }

    /// How many tokens a text is cut to unless the caller says otherwise.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// What is put before texts for the task of this name.
    pub(crate) fn prompt(&self, task: &str) -> Result<&str> {
        let known = || self.prompts.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        match self.prompts.get(task) {
            Some(prompt) => Ok(prompt),
            None => bail!(
                InvalidConfig,
                "this model has no prompt {task:?}; it has {}",
                if self.prompts.is_empty() { "none".to_owned() } else { known() }
            ),
        }
    }

    /// Whether its rows have length 1.
    pub(crate) fn normalises(&self) -> bool {
        self.normalise
    }

    /// One row per text, `[text, dimension]`, of texts with `prompt` before each.
    pub(crate) fn embed(&self, prompt: &str, texts: &[&str], longest: usize, context: &Context) -> Result<Vec<f32>> {
        let width = self.dimensions();
        let joined: Vec<String>;
        let texts: Vec<Text<'_>> = if prompt.is_empty() {
            texts.iter().map(|text| Text::One(text)).collect()
        } else {
            joined = texts.iter().map(|text| format!("{prompt}{text}")).collect();
            joined.iter().map(|text| Text::One(text)).collect()
        };
        let rows = self.each(&texts, longest, context, |states| {
            let mut row = vec![0.0; width];
            self.pool(states, &mut row);
            row
        })?;
        Ok(rows.concat())
    }

    /// What the model's head says of every text: see [`Outputs`].
    ///
    /// # Errors
    /// `invalid_config` for more tokens than the model takes, or none; `cancelled`.
    pub fn outputs(&self, texts: &[Text<'_>], max_tokens: Option<usize>, context: &Context) -> Result<Outputs> {
        let plan = self.encoder.plan();
        let head = self.encoder.head();
        let rows = self.each(texts, max_tokens.unwrap_or(self.longest), context, |states| head.apply(states, plan))?;
        let width = head.width(plan.hidden);
        let texts = rows.into_iter().map(|row| Array2::from_shape_vec((row.len() / width, width), row));
        let texts = texts.collect::<Result<_, _>>().map_err(|error| {
            Error::new(Code::Internal, "scores have another shape than texts; please report this").with_source(error)
        })?;
        Ok(Outputs { texts, labels: plan.labels.clone() })
    }

    /// What `read` makes of the rows of each text's tokens.
    fn each<T: Send>(
        &self,
        texts: &[Text<'_>],
        longest: usize,
        context: &Context,
        read: impl Fn(&[f32]) -> T + Sync,
    ) -> Result<Vec<T>> {
        let most = self.encoder.plan().longest();
        ensure!(
            (1..=most).contains(&longest),
            InvalidConfig,
            "texts are cut to {longest} tokens; this model takes 1 to {most}"
        );
        let size = texts.len().div_ceil(4 * context.threads()).clamp(1, JOB);
        let jobs: Vec<&[Text<'_>]> = texts.chunks(size).collect();
        let parts = context.map(jobs.len(), |at| {
            let mut tokens = Vec::with_capacity(size);
            for text in jobs[at] {
                context.check()?;
                tokens.push(self.tokenizer.encode(*text, longest)?);
            }
            let mut made = Vec::with_capacity(tokens.len());
            for batch in batches(&tokens) {
                self.encoder.run(&batch, context, |states| {
                    let mut begin = 0;
                    for tokens in &batch {
                        let end = begin + tokens.ids.len() * self.dimensions();
                        made.push(read(&states[begin..end]));
                        begin = end;
                    }
                })?;
            }
            Ok(made)
        })?;
        Ok(parts.into_iter().flatten().collect())
    }

    fn pool(&self, states: &[f32], row: &mut [f32]) {
        let width = row.len();
        let count = states.len() / width;
        let sum = |row: &mut [f32]| {
            states
                .chunks_exact(width)
                .for_each(|state| row.iter_mut().zip(state).for_each(|(sum, value)| *sum += value));
        };
        match self.pooling {
            Pooling::First => row.copy_from_slice(&states[..width]),
            Pooling::Last => row.copy_from_slice(&states[(count - 1) * width..]),
            Pooling::Max => {
                row.fill(f32::NEG_INFINITY);
                for state in states.chunks_exact(width) {
                    row.iter_mut().zip(state).for_each(|(most, value)| *most = most.max(*value));
                }
            }
            Pooling::Mean => {
                sum(row);
                row.iter_mut().for_each(|value| *value /= count as f32);
            }
            Pooling::MeanSquareRoot => {
                sum(row);
                row.iter_mut().for_each(|value| *value /= (count as f32).sqrt());
            }
        }
        if self.normalise {
            unit(row);
        }
    }
}

/// Texts in order, some [`BATCH`] tokens each. Nothing is padded, so that texts need not be of similar length.
fn batches(tokens: &[Tokens]) -> Vec<Vec<&Tokens>> {
    let mut batches: Vec<Vec<&Tokens>> = Vec::new();
    let mut room = 0;
    for text in tokens {
        match batches.last_mut() {
            Some(batch) if text.ids.len() <= room => batch.push(text),
            _ => {
                batches.push(vec![text]);
                room = BATCH;
            }
        }
        room = room.saturating_sub(text.ids.len());
    }
    batches
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
