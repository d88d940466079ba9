//! Encoders held against the outputs of transformers (torch, f32) on tiny models of every family, and MiniLM itself.
#![allow(clippy::print_stderr, reason = "a test that is skipped says why, and one that measures says what")]

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::super::kernels::unit;
use super::super::weights::Weights;
use super::Kept;
use crate::Context;

use super::{Encoder, Plan, Tokens};

fn models() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/models-tiny");
    folder.is_dir().then_some(folder)
}

fn open(folder: &Path) -> Encoder {
    let plan = Plan::parse(&std::fs::read(folder.join("config.json")).unwrap()).unwrap();
    Encoder::new(plan, &Weights::open(&[folder.join("model.safetensors")]).unwrap(), Kept::Floats).unwrap()
}

#[derive(Deserialize)]
struct Golden {
    cases: Vec<serde_json::Value>,
}

fn numbers<T: serde::de::DeserializeOwned>(value: &serde_json::Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn mean(rows: &[f32], width: usize) -> Vec<f32> {
    let mut mean = vec![0.0; width];
    rows.chunks_exact(width).for_each(|row| mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value));
    unit(&mut mean);
    mean
}

fn differ(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn encoders_give_the_embeddings_of_transformers_alone_and_in_a_batch() {
    let Some(models) = models() else {
        eprintln!("skipped: shared/data/models-tiny is absent");
        return;
    };
    for name in [
        "bert-embed",
        "distilbert-embed",
        "roberta-embed",
        "xlmr-embed",
        "mpnet-embed",
        "electra-embed",
        "modernbert-embed",
    ] {
        let encoder = open(&models.join(name));
        let golden: Golden =
            serde_json::from_slice(&std::fs::read(models.join(name).join("golden.json")).unwrap()).unwrap();
        let width = encoder.plan().hidden;
        let mut checked = 0;
        for case in &golden.cases {
            let (texts, means): (Vec<Tokens>, Vec<Vec<f32>>) = if case.get("batch").is_some() {
                let (ids, mask): (Vec<Vec<u32>>, Vec<Vec<u32>>) = (numbers(&case["ids"]), numbers(&case["mask"]));
                let texts = ids.iter().zip(&mask).map(|(ids, mask)| Tokens {
                    ids: ids.iter().zip(mask).filter(|(_, mask)| **mask == 1).map(|(id, _)| *id).collect(),
                    kinds: Vec::new(),
                });
                (texts.collect(), numbers(&case["mean_pooled_normalised"]))
            } else {
                (
                    vec![Tokens { ids: numbers(&case["ids"]), kinds: numbers(&case["type_ids"]) }],
                    numbers(&case["mean_pooled_normalised"]),
                )
            };
            let whole: Vec<&Tokens> = texts.iter().collect();
            encoder
                .run(&whole, &Context::new(), |rows| {
                    let mut at = 0;
                    for (tokens, expected) in texts.iter().zip(&means) {
                        let size = tokens.ids.len() * width;
                        let off = differ(&mean(&rows[at..at + size], width), expected);
                        assert!(off < 2e-6, "{name}: {off}");
                        at += size;
                        checked += 1;
                    }
                })
                .unwrap();
        }
        assert!(checked > 8, "{name}");
    }
}

#[test]
fn heads_give_the_scores_of_transformers() {
    let Some(models) = models() else {
        eprintln!("skipped: shared/data/models-tiny is absent");
        return;
    };
    for name in [
        "bert-seqcls",
        "bert-ner",
        "bert-crossencoder",
        "bert-mlm",
        "distilbert-seqcls",
        "distilbert-ner",
        "roberta-seqcls",
        "xlmr-reranker",
        "debertav3-seqcls",
        "debertav3-ner",
    ] {
        let encoder = open(&models.join(name));
        let golden: Golden =
            serde_json::from_slice(&std::fs::read(models.join(name).join("golden.json")).unwrap()).unwrap();
        let plan = encoder.plan();
        let mut checked = 0;
        for case in golden.cases.iter().filter(|case| case.get("batch").is_none()) {
            let tokens = Tokens { ids: numbers(&case["ids"]), kinds: numbers(&case["type_ids"]) };
            let own = encoder.run(&[&tokens], &Context::new(), |rows| encoder.head().apply(rows, plan)).unwrap();
            let width = encoder.head().width(plan.hidden);
            let expected: Vec<Vec<f32>> = match &case["logits"][0][0] {
                serde_json::Value::Array(_) => numbers(&case["logits"][0]),
                _ => numbers(&case["logits"]),
            };
            assert_eq!(own.len(), width * expected.len(), "{name}");
            for (own, expected) in own.chunks(width).zip(&expected) {
                // Of words, the first eight scores are known.
                let off = differ(&own[..expected.len()], expected);
                assert!(off < 1e-5, "{name}: {off}");
                checked += 1;
            }
        }
        assert!(checked >= 3, "{name}");
    }
}
