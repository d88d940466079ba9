//! CPU time of one detector on a table from a file, without Python.
//!
//!     cargo run --release --example anomaly_tables DETECTOR FILE RUNS [SCORES [SEED [FRESH]]]
//!
//! FILE: two little-endian u64 (rows, columns), then the values as f64, row after row. Prints the milliseconds of a fit (which
//! scores the rows that it learns from), the least of RUNS, and the peak of memory before and after; a run fits as often as fills
//! a tenth of a second, for the clock of the processor has ticks of some milliseconds. The scores go to SCORES as f64. SEED: default 1.
//! With FRESH, a second file of this kind, a run is a fit and the scores of its rows, which go to SCORES.
//! With `score:IsolationForest` a forest is fitted to the first 100,000 rows and scores all of them.
//! `benches/compare/anomaly_tables.py` runs this beside PyOD and scikit-learn.
use std::sync::OnceLock;
use std::time::Instant;

use inlaid::Context;
use inlaid::anomaly::{
    AutoDetector, Cblof, Copod, Ecod, FittedDetector, GaussianMixture, Hbos, Inne, IsolationForest, KernelDensity,
    LocalOutlierFactor, Loda, Mahalanobis, NearestNeighbours, OneClassSvm, PcaDetector,
};
use ndarray::{ArrayView2, s};

/// Milliseconds that this thread has run: of the processor where Linux tells, else by the clock.
fn now() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let told = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3, |time| time / 1e6)
}

/// The most memory that this process had, in megabytes, where Linux tells.
fn peak() -> f64 {
    let told = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).map_or(f64::NAN, |size| size / 1024.0)
}

fn fit(name: &str, rows: ArrayView2<'_, f64>, context: &Context) -> inlaid::Result<FittedDetector> {
    match name {
        "AutoDetector" => AutoDetector::default().fit(rows, context),
        "Cblof" => Cblof::default().fit(rows, context),
        "Copod" => Copod::default().fit(rows, context),
        "Ecod" => Ecod::default().fit(rows, context),
        "GaussianMixture" => GaussianMixture::default().fit(rows, context),
        "Hbos" => Hbos::default().fit(rows, context),
        "Inne" => Inne::default().fit(rows, context),
        "KernelDensity" => KernelDensity::default().fit(rows, context),
        "LocalOutlierFactor" => LocalOutlierFactor::default().fit(rows, context),
        "Loda" => Loda::default().fit(rows, context),
        "Mahalanobis" => Mahalanobis::default().fit(rows, context),
        "NearestNeighbours" => NearestNeighbours::default().fit(rows, context),
        "OneClassSvm" => OneClassSvm::default().fit(rows, context),
        "PcaDetector" => PcaDetector::default().fit(rows, context),
        _ => IsolationForest::default().fit(rows, context),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, path, runs, rest @ ..] = arguments.as_slice() else {
        return Err("give DETECTOR FILE RUNS [SCORES [SEED [FRESH]]]".into());
    };
    let (shape, values) = read(path)?;
    let rows = ArrayView2::from_shape((shape[0], shape[1]), &values)?;
    let seed = rest.get(1).map_or(Ok(1), |seed| seed.parse())?;
    let context = Context::new().with_threads(1).with_seed(seed);
    let (mut best, mut scores) = (f64::INFINITY, None);
    let table = peak();
    if name == "score:IsolationForest" {
        let fitted = IsolationForest::default().fit(rows.slice(s![..shape[0].min(100_000), ..]), &context)?;
        for _ in 0..runs.parse::<usize>()? {
            let start = now();
            // What the last run gave is gone before the next begins.
            drop(scores.take());
            scores = Some(fitted.score(rows, &context)?);
            best = best.min(now() - start);
        }
    } else {
        let fresh = match rest {
            [_, _, fresh, ..] => Some(read(fresh)?),
            _ => None,
        };
        let fresh = match &fresh {
            Some((shape, values)) => Some(ArrayView2::from_shape((shape[0], shape[1]), values)?),
            None => None,
        };
        for _ in 0..runs.parse::<usize>()? {
            let (start, mut fits) = (now(), 0.0);
            while now() - start < 100.0 {
                let fitted = fit(name, rows, &context)?;
                scores = Some(match fresh {
                    Some(fresh) => fitted.score(fresh, &context)?,
                    None => fitted.scores(),
                });
                fits += 1.0;
            }
            best = best.min((now() - start) / fits);
        }
    }
    let peak = peak();
    if let Some(to) = rest.first() {
        let bytes: Vec<u8> =
            scores.iter().flat_map(|scores| scores.iter()).flat_map(|score| score.to_le_bytes()).collect();
        std::fs::write(to, bytes)?;
    }
    #[allow(clippy::print_stdout)]
    {
        println!("{best} {table} {peak}");
    }
    Ok(())
}

/// The shape and the values; read in pieces, so that the peak of memory is that of the table.
fn read(path: &str) -> Result<([usize; 2], Vec<f64>), Box<dyn std::error::Error>> {
    use std::io::Read;
    let mut file = std::io::BufReader::with_capacity(1 << 20, std::fs::File::open(path)?);
    let mut word = [0; 8];
    let mut shape = [0; 2];
    for side in &mut shape {
        file.read_exact(&mut word)?;
        *side = u64::from_le_bytes(word) as usize;
    }
    let mut values = Vec::with_capacity(shape[0] * shape[1]);
    for _ in 0..shape[0] * shape[1] {
        file.read_exact(&mut word)?;
        values.push(f64::from_le_bytes(word));
    }
    Ok((shape, values))
}
