//! A model as Hugging Face and sentence-transformers lay it out in a folder.
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::weights::{Weights, unread};
use crate::error::{Code, Error, Result, bail, ensure};

/// No JSON of a model is larger; XLM-R's tokenizer has 17 MB.
const MOST_JSON: u64 = 1 << 27;

/// How the rows of a text's tokens become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Pooling {
    #[default]
    Mean,
    /// The first token's.
    First,
    /// The last token's.
    Last,
    /// The largest of each number.
    Max,
    /// The sum over the root of the count.
    MeanSquareRoot,
}

/// What a folder holds.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) config: Vec<u8>,
    pub(super) tokenizer: Vec<u8>,
    pub(super) weights: Weights,
    pub(super) pooling: Pooling,
    pub(super) normalise: bool,
    /// What the model's makers cut texts to.
    pub(super) longest: Option<usize>,
    /// What is put before texts, by the name of the task.
    pub(super) prompts: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Module {
    #[serde(default)]
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PoolingKeys {
    pooling_mode_cls_token: bool,
    pooling_mode_mean_tokens: bool,
    pooling_mode_max_tokens: bool,
    pooling_mode_mean_sqrt_len_tokens: bool,
    pooling_mode_weightedmean_tokens: bool,
    pooling_mode_lasttoken: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SentenceKeys {
    max_seq_length: Option<usize>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PromptKeys {
    prompts: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Shards {
    weight_map: BTreeMap<String, String>,
}

impl Folder {
    /// Read everything but the weights, which are mapped into memory.
    pub(super) fn open(path: &Path) -> Result<Self> {
        ensure!(path.is_dir(), NotFound, "{} is no folder; give the folder that holds config.json", path.display());
        let modules: Vec<Module> = optional(&path.join("modules.json"))?.unwrap_or_default();
        let (mut pooling, mut normalise) = (Pooling::Mean, false);
        for module in &modules {
            match module.kind.rsplit('.').next().unwrap_or_default() {
                "Transformer" => {}
                "Pooling" => {
                    let file = inside(path, &module.path)?.join("config.json");
                    pooling = optional::<PoolingKeys>(&file)?.unwrap_or_default().mode(&file)?;
                }
                "Normalize" => normalise = true,
                other => bail!(
                    Unsupported,
                    "modules.json asks for a module {other:?}; Transformer, Pooling and Normalize can be run"
                ),
            }
        }
        let sentence: SentenceKeys = optional(&path.join("sentence_bert_config.json"))?.unwrap_or_default();
        let prompts: PromptKeys = optional(&path.join("config_sentence_transformers.json"))?.unwrap_or_default();
        Ok(Self {
            config: needed(&path.join("config.json"))?,
            tokenizer: needed(&path.join("tokenizer.json"))?,
            weights: Weights::open(&weights(path)?)?,
            pooling,
            normalise,
            longest: sentence.max_seq_length,
            prompts: prompts.prompts,
        })
    }
}

impl PoolingKeys {
    fn mode(&self, file: &Path) -> Result<Pooling> {
        let modes = [
            (self.pooling_mode_cls_token, Pooling::First),
            (self.pooling_mode_mean_tokens, Pooling::Mean),
            (self.pooling_mode_max_tokens, Pooling::Max),
            (self.pooling_mode_mean_sqrt_len_tokens, Pooling::MeanSquareRoot),
            (self.pooling_mode_lasttoken, Pooling::Last),
        ];
        let chosen: Vec<Pooling> = modes.iter().filter(|(on, _)| *on).map(|(_, mode)| *mode).collect();
        match chosen.as_slice() {
            [mode] if !self.pooling_mode_weightedmean_tokens => Ok(*mode),
            _ => bail!(
                Unsupported,
                "{}: exactly one of the poolings cls, mean, max, mean_sqrt_len and lasttoken can be run",
                file.display()
            ),
        }
    }
}

/// The files of the weights: one, or shards by their index.
fn weights(path: &Path) -> Result<Vec<PathBuf>> {
    let whole = path.join("model.safetensors");
    if whole.is_file() {
        return Ok(vec![whole]);
    }
    if let Some(shards) = optional::<Shards>(&path.join("model.safetensors.index.json"))? {
        let names: BTreeSet<String> = shards.weight_map.into_values().collect();
        ensure!(!names.is_empty(), InvalidData, "model.safetensors.index.json names no files");
        return names.iter().map(|name| inside(path, name)).collect();
    }
    let torch = path.join("pytorch_model.bin").is_file();
    bail!(
        NotFound,
        "{} has no model.safetensors{}",
        path.display(),
        if torch {
            ", only pytorch_model.bin, which may run code when it is read; save the model with save_pretrained(safe_serialization=True)"
        } else {
            "; fetch it from where the model came from"
        }
    );
}

/// A path that a file of the folder names, which must stay inside.
fn inside(folder: &Path, name: &str) -> Result<PathBuf> {
    let plain = Path::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    ensure!(plain, InvalidData, "{} names the path {name:?}, which leaves the folder", folder.display());
    Ok(folder.join(name))
}

fn needed(path: &Path) -> Result<Vec<u8>> {
    let size = std::fs::metadata(path).map_err(|error| unread(path, error))?.len();
    ensure!(size <= MOST_JSON, TooLarge, "{} has {size} bytes, at most {MOST_JSON} are read", path.display());
    std::fs::read(path).map_err(|error| unread(path, error))
}

/// The contents of a JSON file, if it is there.
fn optional<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let bytes = match needed(path) {
        Err(error) if error.code() == Code::NotFound => return Ok(None),
        other => other?,
    };
    let value = serde_json::from_slice(&bytes).map_err(|error| {
        Error::new(Code::InvalidData, format!("{} cannot be read: {error}", path.display())).with_source(error)
    })?;
    Ok(Some(value))
}
