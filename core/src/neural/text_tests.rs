//! Whole models: tokenizer, encoder and pooling against sentence-transformers, and folders that are not sound.
#![allow(clippy::print_stderr, reason = "a test that is skipped says why, and one that measures says what")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{OpenModel, Precision, Text, TextModel, Tokens};
use crate::neural::unit;
use crate::{Code, Context};

fn tiny() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/models-tiny");
    if !folder.is_dir() {
        eprintln!("skipped: shared/data/models-tiny is absent");
        return None;
    }
    Some(folder)
}

fn parse(value: &Value) -> Vec<f32> {
    serde_json::from_value(value.clone()).unwrap()
}

#[test]
fn texts_become_the_tokens_and_vectors_of_transformers() {
    let Some(models) = tiny() else { return };
    for name in [
        "bert-embed",
        "distilbert-embed",
        "roberta-embed",
        "xlmr-embed",
        "mpnet-embed",
        "electra-embed",
        "modernbert-embed",
    ] {
        let model = TextModel::open(models.join(name)).unwrap();
        let golden: Value = serde_json::from_slice(&fs::read(models.join(name).join("golden.json")).unwrap()).unwrap();
        let cases: Vec<&Value> =
            golden["cases"].as_array().unwrap().iter().filter(|case| case["text"].is_string()).collect();
        let texts: Vec<&str> = cases.iter().map(|case| case["text"].as_str().unwrap()).collect();
        for threads in [1, 3] {
            let context = Context::new().with_threads(threads);
            let vectors = model.embed("", &texts, model.longest(), &context).unwrap();
            for ((case, own), text) in cases.iter().zip(vectors.chunks(model.dimensions())).zip(&texts) {
                let tokens = model.tokenizer.encode(Text::One(text), model.longest()).unwrap();
                assert_eq!(
                    tokens.ids,
                    serde_json::from_value::<Vec<u32>>(case["ids"].clone()).unwrap(),
                    "{name}: {text}"
                );
                let mut own = own.to_vec();
                unit(&mut own);
                let expected = parse(&case["mean_pooled_normalised"][0]);
                let off = own.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(off < 2e-6, "{name}: {off}");
            }
        }
    }
}

#[test]
fn a_text_is_cut_to_the_tokens_asked_for_and_keeps_the_special_ones() {
    let Some(models) = tiny() else { return };
    let model = TextModel::open(models.join("bert-embed")).unwrap();
    let long = "the refund policy ".repeat(200);
    let whole = model.tokenizer.encode(Text::One(&long), 64).unwrap();
    assert_eq!((whole.ids.len(), whole.ids[0], whole.ids[63]), (64, 2, 3));
    let pair = model.tokenizer.encode(Text::Two("the refund", &long), 20).unwrap();
    assert_eq!(pair.ids.len(), 20);
    assert_eq!(pair.kinds.iter().filter(|kind| **kind == 0).count(), 2 + model_tokens(&model, "the refund"));
    assert_eq!(model.tokenizer.encode(Text::One(&long), 2).unwrap_err().code(), Code::InvalidConfig);
    assert_eq!(model.embed("", &["a"], 65, &Context::new()).unwrap_err().code(), Code::InvalidConfig);
}

fn model_tokens(model: &TextModel, text: &str) -> usize {
    model.tokenizer.encode(Text::One(text), 64).unwrap().ids.len() - 2
}

#[test]
fn empty_and_strange_texts_have_finite_vectors() {
    let Some(models) = tiny() else { return };
    for name in ["bert-embed", "roberta-embed", "xlmr-embed"] {
        let model = TextModel::open(models.join(name)).unwrap();
        let long = "x".repeat(1 << 20);
        let texts = ["", " \n\t", "\0\u{feff}\u{202e}", "👩‍👩‍👧‍👦 ﷽ é", long.as_str()];
        let vectors = model.embed("", &texts, model.longest(), &Context::new()).unwrap();
        assert!(vectors.iter().all(|value| value.is_finite()), "{name}");
        assert!(model.embed("", &[], model.longest(), &Context::new()).unwrap().is_empty());
    }
}

#[test]
fn a_cancelled_batch_says_so() {
    let Some(models) = tiny() else { return };
    let model = TextModel::open(models.join("bert-embed")).unwrap();
    let context = Context::new();
    context.cancel();
    assert_eq!(model.embed("", &["a", "b"], 64, &context).unwrap_err().code(), Code::Cancelled);
}

/// A copy of a small model, gone when the test ends.
struct Copy(PathBuf);

impl Copy {
    fn of(model: &Path, name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("inlaid-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for file in ["config.json", "model.safetensors", "tokenizer.json"] {
            fs::copy(model.join(file), folder.join(file)).unwrap();
        }
        Self(folder)
    }

    fn fails(&self, code: Code, words: &str) {
        let error = TextModel::open(&self.0).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn folders_that_are_not_sound_are_refused_by_name_and_reason() {
    let Some(models) = tiny() else { return };
    let copy = |name| Copy::of(&models.join("bert-embed"), name);

    let folder = copy("missing");
    fs::remove_file(folder.0.join("tokenizer.json")).unwrap();
    folder.fails(Code::NotFound, "tokenizer.json");
    let folder = copy("weights");
    fs::rename(folder.0.join("model.safetensors"), folder.0.join("pytorch_model.bin")).unwrap();
    folder.fails(Code::NotFound, "safe_serialization");

    let folder = copy("short");
    let weights = fs::read(folder.0.join("model.safetensors")).unwrap();
    fs::write(folder.0.join("model.safetensors"), &weights[..weights.len() - 100]).unwrap();
    folder.fails(Code::InvalidData, "model.safetensors");
    for length in [0, 1, 8, 9, 100] {
        fs::write(folder.0.join("model.safetensors"), &weights[..length]).unwrap();
        folder.fails(Code::InvalidData, "model.safetensors");
    }
    // A header that claims to be longer than anything.
    let mut huge = weights.clone();
    huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    fs::write(folder.0.join("model.safetensors"), huge).unwrap();
    folder.fails(Code::InvalidData, "model.safetensors");

    let folder = copy("config");
    let config = fs::read_to_string(folder.0.join("config.json")).unwrap();
    let write = |text: &str| fs::write(folder.0.join("config.json"), text).unwrap();
    write("{");
    folder.fails(Code::InvalidData, "config.json");
    write(&config.replace("\"bert\"", "\"mamba\""));
    folder.fails(Code::Unsupported, "distilbert");
    write(&config.replace("\"hidden_size\": 32", "\"hidden_size\": 64"));
    folder.fails(Code::InvalidData, "shape");
    write(&config.replace("\"num_attention_heads\": 4", "\"num_attention_heads\": 5"));
    folder.fails(Code::InvalidData, "num_attention_heads");
    write(&config.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1000000"));
    folder.fails(Code::InvalidData, "encoder.layer.2");
    write(&config.replace("\"hidden_act\": \"gelu\"", "\"hidden_act\": \"swoosh\""));
    folder.fails(Code::Unsupported, "swoosh");

    let folder = copy("modules");
    let modules = r#"[{"path": "../../etc", "type": "sentence_transformers.models.Pooling"}]"#;
    fs::write(folder.0.join("modules.json"), modules).unwrap();
    folder.fails(Code::InvalidData, "leaves the folder");
    fs::write(folder.0.join("modules.json"), r#"[{"path": "", "type": "a.Dense"}]"#).unwrap();
    folder.fails(Code::Unsupported, "Dense");
    assert_eq!(TextModel::open(Path::new("no/such/folder")).unwrap_err().code(), Code::NotFound);
}

/// `INLAID_MINILM` names the folder of all-MiniLM-L6-v2, `INLAID_MINILM_GOLDEN` rows of text, ids and embedding.
#[test]
fn minilm_equals_sentence_transformers() {
    #[derive(serde::Deserialize)]
    struct Row {
        text: String,
        ids: Vec<u32>,
        embedding: Vec<f32>,
    }
    let (Ok(folder), Ok(golden)) = (std::env::var("INLAID_MINILM"), std::env::var("INLAID_MINILM_GOLDEN")) else {
        eprintln!("skipped: INLAID_MINILM and INLAID_MINILM_GOLDEN are not set");
        return;
    };
    let rows: Vec<Row> = serde_json::from_slice(&fs::read(golden).unwrap()).unwrap();
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let context = Context::new().with_threads(1);
    for (precision, least_allowed, mean_allowed) in
        [(Precision::Float32, 0.9999, 0.9999), (Precision::Int8, 0.99, 0.997)]
    {
        let started = std::time::Instant::now();
        let options = OpenModel::default().with_precision(precision);
        let model = TextModel::open_with(Path::new(&folder), &options).unwrap();
        eprintln!("{precision:?}: opened in {:?}", started.elapsed());
        let tokens: Vec<Tokens> =
            texts.iter().map(|text| model.tokenizer.encode(Text::One(text), model.longest()).unwrap()).collect();
        tokens.iter().zip(&rows).for_each(|(own, row)| assert_eq!(own.ids, row.ids, "{:?}", row.text));
        let all = model.embed("", &texts, model.longest(), &context).unwrap();
        let cosine = |(own, row): (&[f32], &Row)| own.iter().zip(&row.embedding).map(|(a, b)| a * b).sum::<f32>();
        let cosines: Vec<f32> = all.chunks(384).zip(&rows).map(cosine).collect();
        let least = cosines.iter().copied().fold(1.0, f32::min);
        let mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
        eprintln!("least cosine {least}, mean {mean}");
        assert!(least > least_allowed && mean > mean_allowed);
        let count: usize = tokens.iter().map(|tokens| tokens.ids.len()).sum();
        let mut fastest = f64::MAX;
        for _ in 0..10 {
            let started = std::time::Instant::now();
            model.embed("", &texts, model.longest(), &context).unwrap();
            fastest = fastest.min(started.elapsed().as_secs_f64());
        }
        eprintln!("{:.1} texts/s, {:.0} tokens/s", texts.len() as f64 / fastest, count as f64 / fastest);
    }
}

#[test]
fn rounded_models_stay_near_and_give_a_text_the_same_vector_in_any_batch() {
    let Some(models) = tiny() else { return };
    for name in ["bert-embed", "roberta-embed", "mpnet-embed", "modernbert-embed"] {
        let open = |precision| {
            TextModel::open_with(models.join(name), &OpenModel::default().with_precision(precision)).unwrap()
        };
        let (exact, rounded) = (open(Precision::Float32), open(Precision::Int8));
        let texts = ["A cat sat on the mat.", "", "Bitte eine Tasse Tee, ohne Zucker und mit Milch!", "x"];
        let [one, many] = [1, 3].map(|threads| {
            rounded.embed("", &texts, rounded.longest(), &Context::new().with_threads(threads)).unwrap()
        });
        assert_eq!(one, many, "{name}");
        let width = rounded.dimensions();
        let whole = exact.embed("", &texts, exact.longest(), &Context::new()).unwrap();
        for (at, text) in texts.iter().enumerate() {
            let alone = rounded.embed("", &[text], rounded.longest(), &Context::new()).unwrap();
            assert_eq!(alone, one[at * width..][..width], "{name}: {text:?}");
            let (mut a, mut b) = (alone, whole[at * width..][..width].to_vec());
            unit(&mut a);
            unit(&mut b);
            let cosine: f32 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
            assert!(cosine > 0.99 && cosine < 0.999_999_9, "{name}: {cosine}");
        }
    }
}
