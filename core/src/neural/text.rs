//! A model that reads texts: its folder, its tokenizer, its encoder, and batches that waste nothing.
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use super::encoder::{Encoder, Plan, Tokens};
use super::folder::{Folder, Pooling};
use super::kernels::unit;
use super::tokens::{Text, Tokenizer};
use crate::Context;
use crate::error::{Result, bail, ensure};

/// Tokens that go through the layers together: enough rows for the products, few enough for the second cache.
const BATCH: usize = 384;
/// The most texts of a job.
const JOB: usize = 64;

/// A model for texts, shared by all who call it.
#[derive(Debug)]
pub(crate) struct TextModel {
    tokenizer: Tokenizer,
    encoder: Encoder,
    pooling: Pooling,
    normalise: bool,
    longest: usize,
    prompts: BTreeMap<String, String>,
}

impl TextModel {
    /// Of a folder in the layout of Hugging Face.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Self::of(Folder::open(path)?).map_err(|error| error.at(path.display()))
    }

    fn of(folder: Folder) -> Result<Self> {
        let encoder = Encoder::new(Plan::parse(&folder.config)?, &folder.weights)?;
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
        ensure!(
            (1..=self.encoder.plan().longest()).contains(&longest),
            InvalidConfig,
            "texts are cut to {longest} tokens; this model takes 1 to {}",
            self.encoder.plan().longest()
        );
        let width = self.dimensions();
        let mut all = vec![0.0; texts.len() * width];
        let size = texts.len().div_ceil(4 * context.threads()).clamp(1, JOB);
        let jobs: Vec<_> = all.chunks_mut(size * width).zip(texts.chunks(size)).map(Mutex::new).collect();
        context.map(jobs.len(), |at| {
            let mut job = jobs[at].lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let (rows, texts) = &mut *job;
            let mut tokens = Vec::with_capacity(texts.len());
            let mut joined = String::new();
            for text in texts.iter() {
                context.check()?;
                joined.clear();
                joined.push_str(prompt);
                joined.push_str(text);
                tokens.push(self.tokenizer.encode(Text::One(&joined), longest)?);
            }
            let mut rows = rows.chunks_exact_mut(width);
            for batch in batches(&tokens) {
                self.encoder.run(&batch, context, |states| {
                    let mut begin = 0;
                    for (tokens, row) in batch.iter().zip(&mut rows) {
                        let end = begin + tokens.ids.len() * width;
                        self.pool(&states[begin..end], row);
                        begin = end;
                    }
                })?;
            }
            Ok(())
        })?;
        drop(jobs);
        Ok(all)
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
