//! CPU time of vectors of texts, without Python.
//!
//!     cargo run --release --features nlp --example encoder_speed FOLDER TEXTS PRECISION RUNS THREADS [VECTORS]
//!
//! FOLDER: a model as sentence-transformers lays it out. TEXTS: a file with one text a line. PRECISION: `float32` or `int8`. Prints
//! milliseconds of the processor for opening the model, and the least of RUNS of the processor (of this thread) and by the clock
//! for all texts. The vectors go to VECTORS as f32. `benches/compare/nlp_encoders.py` runs this beside onnxruntime.
use std::time::Instant;

use inlaid::Context;
use inlaid::neural::{OpenModel, Precision};
use inlaid::nlp::{Embed, Embedder};

/// Milliseconds that this thread has run, where Linux tells.
fn now() -> f64 {
    let told = std::fs::read_to_string("/proc/self/schedstat").ok();
    told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok()).map_or(f64::NAN, |time| time / 1e6)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, texts, precision, runs, threads, rest @ ..] = arguments.as_slice() else {
        return Err("give FOLDER TEXTS PRECISION RUNS THREADS [VECTORS]".into());
    };
    let precision = match precision.as_str() {
        "float32" => Precision::Float32,
        "int8" => Precision::Int8,
        other => return Err(format!("{other:?} is no precision; float32 or int8").into()),
    };
    let text = std::fs::read_to_string(texts)?;
    let texts: Vec<&str> = text.lines().collect();
    let context = Context::new().with_threads(threads.parse()?);
    let start = now();
    let embedder = Embedder::open_with(folder, &OpenModel::default().with_precision(precision))?;
    let open = now() - start;
    let (mut busy, mut waited) = (f64::INFINITY, f64::INFINITY);
    let mut vectors = None;
    for _ in 0..runs.parse::<usize>()? {
        let (start, clock) = (now(), Instant::now());
        vectors = Some(embedder.embed(&texts, &Embed::default(), &context)?);
        busy = busy.min(now() - start);
        waited = waited.min(clock.elapsed().as_secs_f64() * 1e3);
    }
    #[allow(clippy::print_stdout, reason = "the result of this program")]
    {
        println!("{open} {busy} {waited}");
    }
    if let (Some(path), Some(vectors)) = (rest.first(), vectors) {
        std::fs::write(path, vectors.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())?;
    }
    Ok(())
}
