//! What the tensors of each family are called.
use super::plan::Family;

/// The names of the parts of a layer, without `.weight` and `.bias`.
pub(super) struct Names {
    /// Before everything else, if the encoder is a part of a larger model.
    pub(super) prefix: &'static str,
    /// Before the number of a layer.
    pub(super) layer: &'static str,
    pub(super) query: &'static str,
    pub(super) key: &'static str,
    pub(super) value: &'static str,
    pub(super) mixed: &'static str,
    pub(super) mixed_norm: &'static str,
    pub(super) up: &'static str,
    pub(super) down: &'static str,
    pub(super) down_norm: &'static str,
}

const BERT: Names = Names {
    prefix: "bert.",
    layer: "encoder.layer.",
    query: "attention.self.query",
    key: "attention.self.key",
    value: "attention.self.value",
    mixed: "attention.output.dense",
    mixed_norm: "attention.output.LayerNorm",
    up: "intermediate.dense",
    down: "output.dense",
    down_norm: "output.LayerNorm",
};

/// The names of a family.
pub(super) fn names(family: Family) -> Names {
    match family {
        Family::Bert => BERT,
        Family::Roberta => Names { prefix: "roberta.", ..BERT },
        Family::Electra => Names { prefix: "electra.", ..BERT },
        Family::Deberta => Names {
            prefix: "deberta.",
            query: "attention.self.query_proj",
            key: "attention.self.key_proj",
            value: "attention.self.value_proj",
            ..BERT
        },
        Family::Modern => Names { prefix: "model.", layer: "layers.", ..BERT },
        Family::Mpnet => Names {
            prefix: "mpnet.",
            query: "attention.attn.q",
            key: "attention.attn.k",
            value: "attention.attn.v",
            mixed: "attention.attn.o",
            mixed_norm: "attention.LayerNorm",
            ..BERT
        },
        Family::DistilBert => Names {
            prefix: "distilbert.",
            layer: "transformer.layer.",
            query: "attention.q_lin",
            key: "attention.k_lin",
            value: "attention.v_lin",
            mixed: "attention.out_lin",
            mixed_norm: "sa_layer_norm",
            up: "ffn.lin1",
            down: "ffn.lin2",
            down_norm: "output_layer_norm",
        },
    }
}
