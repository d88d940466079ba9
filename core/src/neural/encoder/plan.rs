//! What config.json says of an encoder, in one form for all families.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::kernels::Activation;
use crate::error::{Error, Result, bail, ensure};

/// The architectures that can be run, by `model_type`.
const SUPPORTED: &str = "bert, distilbert, roberta, xlm-roberta, camembert, mpnet, electra, deberta-v2, modernbert";
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
    /// DeBERTa v2 and v3: content and position look at each other apart.
    Deberta,
    /// Normalised before each step, rotated positions, gated inner rows, mostly local attention.
    Modern,
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
    /// Whether there is such a table.
    pub(in crate::neural) has_positions: bool,
    /// The position of the first token.
    pub(in crate::neural) first_position: usize,
    /// Kinds of tokens (first and second text); 0 where there is no table of them.
    pub(in crate::neural) kinds: usize,
    /// Steps of distance with a bias of their own (MPNet), or with a row of their own (DeBERTa).
    pub(in crate::neural) distances: usize,
    /// The distance from which on all are one (DeBERTa).
    pub(in crate::neural) farthest: usize,
    /// Whether words look at distances, and distances at words (DeBERTa).
    pub(in crate::neural) looks: [bool; 2],
    /// Every so many layers look at the whole text (ModernBERT).
    pub(in crate::neural) global_every: usize,
    /// How far other layers look to either side.
    pub(in crate::neural) window: usize,
    /// The base of the rotations of global and of local layers.
    pub(in crate::neural) rotations: [f64; 2],
    /// Whether a head reads the mean of all tokens instead of the first.
    pub(in crate::neural) head_reads_mean: bool,
    /// What the pooler before a head does.
    pub(in crate::neural) pooler: Activation,
    /// Names of the classes, in order.
    pub(in crate::neural) labels: Vec<String>,
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
    position_buckets: Option<i64>,
    max_relative_positions: Option<i64>,
    #[serde(default)]
    pos_att_type: Looks,
    #[serde(default)]
    relative_attention: bool,
    #[serde(default)]
    share_att_key: bool,
    position_biased_input: Option<bool>,
    conv_kernel_size: Option<usize>,
    norm_rel_ebd: Option<String>,
    pooler_hidden_act: Option<String>,
    #[serde(alias = "hidden_activation")]
    modern_act: Option<String>,
    #[serde(alias = "norm_eps")]
    modern_eps: Option<f32>,
    global_attn_every_n_layers: Option<usize>,
    local_attention: Option<usize>,
    global_rope_theta: Option<f64>,
    local_rope_theta: Option<f64>,
    #[serde(default)]
    rope_parameters: Option<Rotations>,
    classifier_pooling: Option<String>,
}

/// Newer files keep the bases of the rotations here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rotations {
    full_attention: Rotation,
    sliding_attention: Rotation,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rotation {
    rope_theta: Option<f64>,
}

/// `["p2c", "c2p"]`, or `"p2c|c2p"` as older files have it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Looks {
    List(Vec<String>),
    Text(String),
}

impl Default for Looks {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Looks {
    fn has(&self, name: &str) -> bool {
        match self {
            Self::List(list) => list.iter().any(|item| item == name),
            Self::Text(text) => text.split('|').any(|item| item.trim() == name),
        }
    }
}

fn activation(name: &str) -> Result<Activation> {
    match name {
        "gelu" => Ok(Activation::Gelu),
        "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Ok(Activation::GeluTanh),
        "relu" => Ok(Activation::Relu),
        "tanh" => Ok(Activation::Tanh),
        other => bail!(
            Unsupported,
            "config.json asks for the activation {other:?}; gelu, gelu_new, gelu_pytorch_tanh, relu and tanh can be run"
        ),
    }
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
            "deberta-v2" => Family::Deberta,
            "modernbert" => Family::Modern,
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
        let inner_act = keys.hidden_act.as_deref().or(keys.modern_act.as_deref()).unwrap_or("gelu");
        let pooler =
            if family == Family::Deberta { keys.pooler_hidden_act.as_deref().unwrap_or("gelu") } else { "tanh" };
        ensure!(
            family != Family::Deberta
                || keys.relative_attention
                    && keys.share_att_key
                    && keys.conv_kernel_size.unwrap_or(0) == 0
                    && keys.norm_rel_ebd.as_deref().is_some_and(|norm| norm.contains("layer_norm")),
            Unsupported,
            "config.json: of DeBERTa, the form of version 3 can be run: relative_attention, share_att_key, norm_rel_ebd of \
             layer_norm, no convolution"
        );
        let epsilon =
            keys.layer_norm_eps.or(keys.modern_eps).unwrap_or(if family == Family::Modern { 1e-5 } else { 1e-12 });
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
        // -1 stands for "as the table of positions".
        let count = |value: Option<i64>| value.and_then(|value| usize::try_from(value).ok()).filter(|value| *value > 0);
        let farthest = count(keys.max_relative_positions).unwrap_or(positions).min(MOST);
        let rotation = |new: &Rotation, old: Option<f64>, usual: f64| new.rope_theta.or(old).unwrap_or(usual);
        let bases = keys.rope_parameters.unwrap_or_default();
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
            activation: activation(inner_act)?,
            epsilon,
            vocabulary: need("vocab_size", keys.vocab_size)?,
            embedding: if family == Family::Electra { need("embedding_size", keys.embedding_size)? } else { hidden },
            positions,
            has_positions: match family {
                Family::Modern => false,
                Family::Deberta => keys.position_biased_input.unwrap_or(true),
                _ => true,
            },
            first_position,
            kinds: match family {
                Family::DistilBert | Family::Mpnet | Family::Modern => 0,
                _ => keys.type_vocab_size.unwrap_or(2).min(MOST),
            },
            distances: match family {
                Family::Mpnet => keys.relative_attention_num_buckets.unwrap_or(32).clamp(4, MOST),
                Family::Deberta => count(keys.position_buckets).unwrap_or(farthest).min(MOST),
                _ => 0,
            },
            farthest,
            looks: [keys.pos_att_type.has("c2p"), keys.pos_att_type.has("p2c")],
            global_every: keys.global_attn_every_n_layers.unwrap_or(3).max(1),
            window: keys.local_attention.unwrap_or(128) / 2,
            rotations: [
                rotation(&bases.full_attention, keys.global_rope_theta, 160_000.0),
                rotation(&bases.sliding_attention, keys.local_rope_theta, 10_000.0),
            ],
            head_reads_mean: family == Family::Modern && keys.classifier_pooling.as_deref() == Some("mean"),
            pooler: activation(pooler)?,
            labels: labels.into_iter().map(|(_, label)| label).collect(),
        })
    }

    /// How many tokens a text may have.
    pub(in crate::neural) fn longest(&self) -> usize {
        self.positions - self.first_position
    }
}
