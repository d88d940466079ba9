//! Vectors of texts.
use std::path::Path;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::Context;
use crate::error::{Code, Error, Result, ensure};
use crate::neural::{OpenModel, TextModel};

/// A model that gives every text a vector; texts that mean the same have vectors that point the same way.
///
/// It opens folders as Hugging Face and sentence-transformers lay them out: `config.json`, `tokenizer.json`,
/// `model.safetensors` (or its shards), and, if they are there, `modules.json` with the pooling. Encoders of the families
/// BERT, DistilBERT, RoBERTa, XLM-R, CamemBERT, MPNet, ELECTRA, DeBERTa v3 and ModernBERT can be run, in 32-bit floats or 8-bit
/// integers, on the processor. Any number of threads may share one. The files are mapped into memory while they are read and must not change meanwhile.
///
/// ```no_run
/// use inlaid::Context;
/// use inlaid::nlp::{Embed, Embedder};
///
/// # fn main() -> inlaid::Result<()> {
/// let embedder = Embedder::open("models/all-MiniLM-L6-v2")?;
/// let vectors = embedder.embed(&["A cat sat on the mat.", "Un chat."], &Embed::default(), &Context::new())?;
/// assert_eq!(vectors.dim(), (2, embedder.dimensions()));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Embedder {
    model: TextModel,
}

/// How texts are embedded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Embed {
    /// What is put before every text, such as `query: ` for models of the family E5. Default: nothing.
    pub prompt: String,
    /// The name of one of the model's own prompts, such as `query`, instead of `prompt`.
    pub task: Option<String>,
    /// How many tokens a text may have, special ones among them; the rest is cut off. Default: what the model's makers chose.
    pub max_tokens: Option<usize>,
    /// Keep so many of the first numbers of each vector, for models that were trained for it (Matryoshka), and make its
    /// length 1 again if the model's vectors have it. Default: all.
    pub dimensions: Option<usize>,
}

impl Embed {
    /// Put `prompt` before every text.
    #[must_use]
    pub fn with_prompt(mut self, prompt: impl Into<String>) -> Self {
        self.prompt = prompt.into();
        self
    }

    /// Use the model's own prompt of this name.
    #[must_use]
    pub fn with_task(mut self, task: impl Into<String>) -> Self {
        self.task = Some(task.into());
        self
    }

    /// Cut texts to so many tokens.
    #[must_use]
    pub fn with_max_tokens(mut self, max_tokens: usize) -> Self {
        self.max_tokens = Some(max_tokens);
        self
    }

    /// Keep so many of the first numbers of each vector.
    #[must_use]
    pub fn with_dimensions(mut self, dimensions: usize) -> Self {
        self.dimensions = Some(dimensions);
        self
    }
}

impl Embedder {
    /// Open the model in a folder.
    ///
    /// # Errors
    /// `not_found` for a folder or file that is not there, by name; `io`; `invalid_data` for one that is damaged, or tensors
    /// of other shapes than config.json says; `unsupported` for an architecture, pooling or number format that cannot be
    /// run, with those that can; `too_large` for a JSON file of more than 128 MB.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(folder, &OpenModel::default())
    }

    /// The same with options, such as weights in 8-bit integers.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(folder: impl AsRef<Path>, options: &OpenModel) -> Result<Self> {
        Ok(Self { model: TextModel::open_with(folder, options)? })
    }

    /// Numbers per vector.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.model.dimensions()
    }

    /// How many tokens a text is cut to unless told otherwise.
    #[must_use]
    pub fn max_tokens(&self) -> usize {
        self.model.longest()
    }

    /// One vector per text, `[text, dimension]`. A text's vector does not depend on the texts beside it, nor on threads.
    ///
    /// # Errors
    /// `invalid_config` for options that this model cannot follow; `too_large` if the vectors do not fit into memory;
    /// `cancelled`.
    pub fn embed(&self, texts: &[&str], options: &Embed, context: &Context) -> Result<Array2<f32>> {
        let width = self.dimensions();
        let kept = options.dimensions.unwrap_or(width);
        ensure!(
            (1..=width).contains(&kept),
            InvalidConfig,
            "dimensions is {kept}; vectors of this model have 1 to {width} to keep"
        );
        ensure!(
            options.task.is_none() || options.prompt.is_empty(),
            InvalidConfig,
            "both prompt and task are given; give one"
        );
        let prompt = match &options.task {
            Some(task) => self.model.prompt(task)?,
            None => &options.prompt,
        };
        let longest = options.max_tokens.unwrap_or_else(|| self.max_tokens());
        let all = self.model.embed(prompt, texts, longest, context)?;
        let whole = Array2::from_shape_vec((texts.len(), width), all).map_err(|error| {
            Error::new(Code::Internal, "vectors have another shape than texts; please report this").with_source(error)
        })?;
        if kept == width {
            return Ok(whole);
        }
        let mut cut = whole.slice(ndarray::s![.., ..kept]).to_owned();
        if self.model.normalises() {
            for mut row in cut.rows_mut() {
                if let Some(row) = row.as_slice_mut() {
                    crate::neural::unit(row);
                }
            }
        }
        Ok(cut)
    }
}
