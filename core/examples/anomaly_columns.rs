//! Scores of detectors on tables with categories, without Python.
//!
//!     cargo run --release --example anomaly_columns MISMATCH FILE..
//!
//! Each FILE is CSV; texts are categories, and a column `label` says which rows are anomalies (1) for the measure alone. Prints for
//! every file and detector the area under the ROC curve. `benches/compare/anomaly_columns.py` runs this beside one-hot columns for
//! PyOD and scikit-learn.
use std::path::Path;

use inlaid::Context;
use inlaid::anomaly::{
    AnyDetector, AutoDetector, Cblof, Ecod, GaussianMixture, Hbos, Inne, IsolationForest, KernelDensity,
    LocalOutlierFactor, Loda, Mahalanobis, NearestNeighbours, OneClassSvm, PcaDetector, TableDetector, roc_auc,
};
use inlaid::data::read_csv;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mismatch, files @ ..] = arguments.as_slice() else { return Err("give MISMATCH FILE..".into()) };
    let context = Context::new().with_threads(1).with_seed(1);
    let detectors: [(&str, AnyDetector); 14] = [
        ("AutoDetector", AutoDetector::default().into()),
        ("Cblof", Cblof::default().into()),
        ("Ecod", Ecod::default().into()),
        ("GaussianMixture", GaussianMixture::default().into()),
        ("Hbos", Hbos::default().into()),
        ("Inne", Inne::default().into()),
        ("IsolationForest", IsolationForest::default().into()),
        ("KernelDensity", KernelDensity::default().into()),
        ("LocalOutlierFactor", LocalOutlierFactor::default().into()),
        ("Loda", Loda::default().into()),
        ("Mahalanobis", Mahalanobis::default().with_robust(false).into()),
        ("NearestNeighbours", NearestNeighbours::default().into()),
        ("OneClassSvm", OneClassSvm::default().into()),
        ("PcaDetector", PcaDetector::default().into()),
    ];
    for file in files {
        let table = read_csv(file, &context)?;
        let labels: Vec<i64> = table.integers("label")?.into_iter().flatten().collect();
        let name = Path::new(file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for (detector, options) in &detectors {
            let mut options = TableDetector::default().with_detector(options.clone()).with_ignored(["label"]);
            options.mismatch = mismatch.parse()?;
            let scores = options.fit(&table, &context)?.scores().to_vec();
            #[allow(clippy::print_stdout)]
            {
                println!("{name} {detector} {}", roc_auc(&labels, &scores)?);
            }
        }
    }
    Ok(())
}
