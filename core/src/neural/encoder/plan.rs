//! What config.json says of an encoder, in one form for all families.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::kernels::Activation;
use crate::error::{Error, Result, bail, ensure};

/// The architectures that can be run, by `model_type`.
const SUPPORTED: &str = "bert, distilbert, roberta, xlm-roberta, camembert, mpnet, electra";
/// No model of today has more of anything; what a hostile file may ask for.
const MOST: usize = 1 << 20;

/// How an architecture differs from BERT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::neural) enum Family {
    Bert,
    DistilBert,
    /// RoBERTa, XLM-R and their kin: positions begin after the padding token's.
    Roberta,
    /// Positions as RoBERTa's, and a bias by distance on every head.
    Mpnet,
    /// Embeddings narrower than the layers.
    Electra,
}

/// Everything that decides the shape of an encoder.
#[derive(Clone, Debug)]
pub(in crate::neural) struct Plan {
    pub(in crate::neural) family: Family,
    /// The class that was saved, `BertForSequenceClassification` or so.
    pub(in crate::neural) architecture: String,
    pub(in crate::neural) hidden: usize,
    pub(in crate::neural) layers: usize,
    pub(in crate::neural) heads: usize,
    pub(in crate::neural) inner: usize,
    pub(in crate::neural) activation: Activation,
    pub(in crate::neural) epsilon: f32,
    pub(in crate::neural) vocabulary: usize,
    pub(in crate::neural) embedding: usize,
    /// Rows of the table of positions.
    pub(in crate::neural) positions: usize,
    /// The position of the first token.
    pub(in crate::neural) first_position: usize,
    /// Kinds of tokens (first and second text); 0 where there is no table of them.
    pub(in crate::neural) kinds: usize,
    /// Steps of distance with a bias of their own.
    pub(in crate::neural) distances: usize,
    /// Names of the classes, in order.
    pub(in crate::neural) labels: Vec<String>,
    /// Whether a text may have several labels at once.
    pub(in crate::neural) several_labels: bool,
}

/// The keys of config.json that matter, under the names of all families.
#[derive(Debug, Deserialize)]
struct Keys {
    model_type: Option<String>,
    #[serde(default)]
    architectures: Option<Vec<String>>,
    #[serde(alias = "dim")]
    hidden_size: Option<usize>,
    #[serde(alias = "n_layers")]
    num_hidden_layers: Option<usize>,
    #[serde(alias = "n_heads")]
    num_attention_heads: Option<usize>,
    #[serde(alias = "hidden_dim")]
    intermediate_size: Option<usize>,
    #[serde(alias = "activation")]
    hidden_act: Option<String>,
    layer_norm_eps: Option<f32>,
    vocab_size: Option<usize>,
    embedding_size: Option<usize>,
    max_position_embeddings: Option<usize>,
    position_embedding_type: Option<String>,
    pad_token_id: Option<usize>,
    type_vocab_size: Option<usize>,
    relative_attention_num_buckets: Option<usize>,
    #[serde(default)]
    id2label: BTreeMap<String, String>,
    problem_type: Option<String>,
    #[serde(default)]
    sinusoidal_pos_embds: bool,
}

impl Plan {
    /// Of the text of a config.json.
    pub(in crate::neural) fn parse(text: &[u8]) -> Result<Self> {
        let keys: Keys = serde_json::from_slice(text).map_err(|error| {
            Error::new(crate::Code::InvalidData, format!("config.json cannot be read: {error}")).with_source(error)
        })?;
        let kind = keys.model_type.as_deref().unwrap_or_default();
        let family = match kind {
            "bert" => Family::Bert,
            "distilbert" => Family::DistilBert,
            "roberta" | "xlm-roberta" | "camembert" => Family::Roberta,
            "mpnet" => Family::Mpnet,
            "electra" => Family::Electra,
            _ => {
                bail!(Unsupported, "config.json has the model_type {kind:?}; encoders of these can be run: {SUPPORTED}")
            }
        };
        let need = |name: &str, value: Option<usize>| {
            let Some(value) = value else { bail!(InvalidData, "config.json does not say {name}") };
            ensure!(
                (1..=MOST).contains(&value),
                InvalidData,
                "config.json: {name} is {value}, 1 to {MOST} are allowed"
            );
            Ok(value)
        };
        let hidden = need("hidden_size", keys.hidden_size)?;
        let heads = need("num_attention_heads", keys.num_attention_heads)?;
        ensure!(
            hidden.is_multiple_of(heads),
            InvalidData,
            "config.json: hidden_size {hidden} is no multiple of num_attention_heads {heads}"
        );
        ensure!(
            keys.position_embedding_type.as_deref().is_none_or(|kind| kind == "absolute"),
            Unsupported,
            "config.json: position_embedding_type {:?}; only absolute can be run",
            keys.position_embedding_type.unwrap_or_default()
        );
        let activation = match keys.hidden_act.as_deref().unwrap_or("gelu") {
            "gelu" => Activation::Gelu,
            "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Activation::GeluTanh,
            "relu" => Activation::Relu,
            other => bail!(
                Unsupported,
                "config.json: hidden_act {other:?}; gelu, gelu_new, gelu_pytorch_tanh and relu can be run"
            ),
        };
        let epsilon = keys.layer_norm_eps.unwrap_or(1e-12);
        ensure!(
            epsilon > 0.0 && epsilon < 1.0,
            InvalidData,
            "config.json: layer_norm_eps is {epsilon}, it must lie between 0 and 1"
        );
        let after_padding = matches!(family, Family::Roberta | Family::Mpnet);
        let first_position = if after_padding { keys.pad_token_id.unwrap_or(1).min(MOST) + 1 } else { 0 };
        let positions = need("max_position_embeddings", keys.max_position_embeddings)?;
        ensure!(
            positions > first_position,
            InvalidData,
            "config.json: max_position_embeddings is {positions}, the first token stands at {first_position}"
        );
        let _ = keys.sinusoidal_pos_embds; // Saved as a table like any other.
        let mut labels: Vec<(usize, String)> =
            keys.id2label.into_iter().filter_map(|(id, label)| Some((id.parse().ok()?, label))).collect();
        labels.sort();
        Ok(Self {
            family,
            architecture: keys.architectures.unwrap_or_default().into_iter().next().unwrap_or_default(),
            hidden,
            layers: need("num_hidden_layers", keys.num_hidden_layers)?,
            heads,
            inner: need("intermediate_size", keys.intermediate_size)?,
            activation,
            epsilon,
            vocabulary: need("vocab_size", keys.vocab_size)?,
            embedding: if family == Family::Electra { need("embedding_size", keys.embedding_size)? } else { hidden },
            positions,
            first_position,
            kinds: match family {
                Family::DistilBert | Family::Mpnet => 0,
                _ => keys.type_vocab_size.unwrap_or(2).min(MOST),
            },
            distances: if family == Family::Mpnet { keys.relative_attention_num_buckets.unwrap_or(32) } else { 0 },
            labels: labels.into_iter().map(|(_, label)| label).collect(),
            several_labels: keys.problem_type.as_deref() == Some("multi_label_classification"),
        })
    }

    /// How many tokens a text may have.
    pub(in crate::neural) fn longest(&self) -> usize {
        self.positions - self.first_position
    }
}
