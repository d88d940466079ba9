//! What stands on top of an encoder: nothing, labels of texts, labels of tokens, or words for a gap.
use super::super::kernels::{Activation, Linear, normalise_rows};
use super::{Family, Norm, Plan, Reader};
use crate::error::{Result, ensure};

/// The last steps of a model.
#[derive(Debug)]
pub(in crate::neural) enum Head {
    /// The rows of the tokens themselves.
    None,
    /// Scores of labels from the first token's row.
    Texts { before: Linear, activation: Activation, norm: Option<Box<Norm>>, scores: Linear },
    /// Scores of labels of every token.
    Tokens { scores: Linear },
    /// Scores of all words of the vocabulary for every token.
    Words { before: Linear, activation: Activation, norm: Box<Norm>, scores: Linear },
}

/// Where a family keeps its heads.
struct Places {
    before: &'static str,
    activation: Activation,
    scores: &'static str,
    words_before: &'static str,
    words_norm: &'static str,
    /// The bias of the words, whose weights are the table of words.
    words_bias: &'static str,
}

fn places(plan: &Plan, prefix: &str) -> Places {
    const ROBERTA: Places = Places {
        before: "classifier.dense",
        activation: Activation::Tanh,
        scores: "classifier.out_proj",
        words_before: "lm_head.dense",
        words_norm: "lm_head.layer_norm",
        words_bias: "lm_head.bias",
    };
    match plan.family {
        Family::Bert => Places {
            before: if prefix.is_empty() { "pooler.dense" } else { "bert.pooler.dense" },
            scores: "classifier",
            words_before: "cls.predictions.transform.dense",
            words_norm: "cls.predictions.transform.LayerNorm",
            words_bias: "cls.predictions.bias",
            ..ROBERTA
        },
        Family::DistilBert => Places {
            before: "pre_classifier",
            activation: Activation::Relu,
            scores: "classifier",
            words_before: "vocab_transform",
            words_norm: "vocab_layer_norm",
            words_bias: "vocab_projector.bias",
        },
        Family::Deberta => Places {
            before: "pooler.dense",
            activation: plan.pooler,
            scores: "classifier",
            words_before: "cls.predictions.transform.dense",
            words_norm: "cls.predictions.transform.LayerNorm",
            words_bias: "cls.predictions.bias",
        },
        Family::Modern => Places {
            before: "head.dense",
            activation: plan.activation,
            scores: "classifier",
            words_before: "head.dense",
            words_norm: "head.norm",
            words_bias: "decoder.bias",
        },
        Family::Roberta | Family::Mpnet => ROBERTA,
        Family::Electra => Places {
            activation: Activation::Gelu,
            words_before: "generator_predictions.dense",
            words_norm: "generator_predictions.LayerNorm",
            words_bias: "generator_lm_head.bias",
            ..ROBERTA
        },
    }
}

impl Head {
    /// The head that the class of the saved model has.
    pub(super) fn read(read: &Reader<'_>, plan: &Plan, words: &[f32]) -> Result<Self> {
        let places = places(plan, read.prefix);
        let own = Reader { prefix: "", ..*read };
        let labels = |name: &str| {
            let count =
                read.weights.shape(&format!("{name}.weight")).and_then(|shape| shape.first().copied()).unwrap_or(0);
            ensure!(
                count >= 1 && (plan.labels.is_empty() || plan.labels.len() == count),
                InvalidData,
                "{name}.weight scores {count} labels, config.json names {}",
                plan.labels.len()
            );
            Ok(count)
        };
        let class = plan.architecture.as_str();
        if class.ends_with("ForSequenceClassification") {
            return Ok(Self::Texts {
                before: own.linear(places.before, plan.hidden, plan.hidden)?,
                activation: places.activation,
                norm: match plan.family {
                    Family::Modern => Some(Box::new(own.norm("head.norm", plan.hidden)?)),
                    _ => None,
                },
                scores: own.linear(places.scores, plan.hidden, labels(places.scores)?)?,
            });
        }
        if class.ends_with("ForTokenClassification") {
            return Ok(Self::Tokens { scores: own.linear("classifier", plan.hidden, labels("classifier")?)? });
        }
        if class.ends_with("ForMaskedLM") {
            let bias = own.tensor(places.words_bias, &[plan.vocabulary])?;
            return Ok(Self::Words {
                before: own.linear(places.words_before, plan.hidden, plan.embedding)?,
                activation: plan.activation,
                norm: Box::new(own.norm(places.words_norm, plan.embedding)?),
                scores: Linear::new(words, &bias, plan.embedding),
            });
        }
        Ok(Self::None)
    }

    /// What the model says of a text: one row of scores, or one per token.
    pub(in crate::neural) fn apply(&self, rows: &[f32], plan: &Plan) -> Vec<f32> {
        let count = rows.len() / plan.hidden;
        match self {
            Self::None => rows.to_vec(),
            Self::Texts { before, activation, norm, scores } => {
                let mut own = vec![0.0; before.outputs()];
                if plan.head_reads_mean {
                    let mut mean = vec![0.0; plan.hidden];
                    for row in rows.chunks_exact(plan.hidden) {
                        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / count as f32);
                    }
                    before.apply(&mean, *activation, &mut own);
                } else {
                    before.apply(&rows[..plan.hidden], *activation, &mut own);
                }
                if let Some(norm) = norm {
                    normalise_rows(&mut own, &norm.scale, &norm.shift, plan.epsilon);
                }
                let mut out = vec![0.0; scores.outputs()];
                scores.apply(&own, Activation::None, &mut out);
                out
            }
            Self::Tokens { scores } => {
                let mut out = vec![0.0; count * scores.outputs()];
                scores.apply(rows, Activation::None, &mut out);
                out
            }
            Self::Words { before, activation, norm, scores } => {
                let mut own = vec![0.0; count * before.outputs()];
                before.apply(rows, *activation, &mut own);
                normalise_rows(&mut own, &norm.scale, &norm.shift, plan.epsilon);
                let mut out = vec![0.0; count * scores.outputs()];
                scores.apply(&own, Activation::None, &mut out);
                out
            }
        }
    }

    /// Scores per row: of labels or of words.
    pub(in crate::neural) fn width(&self, hidden: usize) -> usize {
        match self {
            Self::None => hidden,
            Self::Texts { scores, .. } | Self::Tokens { scores } | Self::Words { scores, .. } => scores.outputs(),
        }
    }
}
