//! The sixteen tabular sets of the shared folder, where it is there.
#![allow(clippy::print_stdout)]
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use super::*;
use crate::anomaly::{average_precision, roc_auc};

/// The numbers of one array of an `.npz` file, in their order; they are doubles or whole numbers of 64 bits.
fn array(path: &PathBuf, name: &str) -> Option<(Vec<usize>, Vec<f64>)> {
    let output = Command::new("unzip").arg("-p").arg(path).arg(format!("{name}.npy")).output().ok()?;
    let bytes = output.stdout;
    let length = usize::from(u16::from_le_bytes([*bytes.get(8)?, *bytes.get(9)?]));
    let header = std::str::from_utf8(bytes.get(10..10 + length)?).ok()?;
    let shape = header.split_once("'shape': (")?.1.split_once(')')?.0;
    let shape: Vec<usize> = shape.split(',').filter_map(|side| side.trim().parse().ok()).collect();
    let kind = header.split_once("'descr': '")?.1.split_once('\'')?.0.to_owned();
    let turned = header.contains("'fortran_order': True");
    let data = &bytes[10 + length..];
    let mut values: Vec<f64> = match kind.as_str() {
        "<f8" => data.chunks_exact(8).map(|c| f64::from_le_bytes(c.try_into().unwrap())).collect(),
        "<i8" => data.chunks_exact(8).map(|c| i64::from_le_bytes(c.try_into().unwrap()) as f64).collect(),
        "<i4" => data.chunks_exact(4).map(|c| f64::from(i32::from_le_bytes(c.try_into().unwrap()))).collect(),
        "<f4" => data.chunks_exact(4).map(|c| f64::from(f32::from_le_bytes(c.try_into().unwrap()))).collect(),
        "|u1" | "|b1" => data.iter().map(|value| f64::from(*value)).collect(),
        other => panic!("{other} in {}", path.display()),
    };
    if turned && shape.len() == 2 {
        let (rows, columns) = (shape[0], shape[1]);
        values = (0..rows * columns).map(|at| values[at % columns * rows + at / columns]).collect();
    }
    Some((shape, values))
}

/// Name, rows scaled to [0, 1] and labels of every set.
fn sets() -> Vec<(String, Array2<f64>, Vec<i64>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/anomaly/adbench");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let load = |path: PathBuf| {
        let (shape, values) = array(&path, "X").unwrap();
        let labels = array(&path, "y").unwrap().1.into_iter().map(|label| label as i64).collect();
        let mut rows = Array2::from_shape_vec((shape[0], shape[1]), values).unwrap();
        for mut column in rows.columns_mut() {
            let (low, high) = column.iter().fold((f64::MAX, f64::MIN), |(l, h), x| (l.min(*x), h.max(*x)));
            let range = if high > low { high - low } else { 1.0 };
            column.mapv_inplace(|value| (value - low) / range);
        }
        (path.file_stem().unwrap().to_string_lossy().into_owned(), rows, labels)
    };
    paths.into_iter().map(load).collect()
}

/// `anomaly_oracle.json`: the first five scores, their sum, AUC and AP. Its numbers have eight digits; AUC and AP six decimals.
#[test]
fn scores_of_the_shared_sets_are_those_of_the_peers() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference/anomaly_oracle.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    let oracle: Value = serde_json::from_str(&text).unwrap();
    let mean = || NearestNeighbours::default().with_distance(NeighbourDistance::Mean);
    for (name, rows, labels) in sets() {
        let Some(known) = oracle.get(&name) else { continue };
        let (rows, context) = (rows.view(), context());
        for (key, fitted, tolerance) in [
            ("HBOS_10bins_a.1_tol.5", Hbos::default().fit(rows, &context), 1e-6),
            ("ECOD", Ecod::default().fit(rows, &context), 1e-6),
            ("COPOD", Copod::default().fit(rows, &context), 1e-6),
            ("PCA_std_weighted", PcaDetector::default().fit(rows, &context), 1e-6),
            ("KNN5_largest", NearestNeighbours::default().fit(rows, &context), 1e-6),
            ("KNN5_mean", mean().fit(rows, &context), 1e-6),
            // Which of several rows at the same distance is the twentieth neighbour is the peer's accident (38_thyroid).
            ("LOF20", LocalOutlierFactor::default().fit(rows, &context), 1e-5),
            ("Mahalanobis2_ml", Mahalanobis::default().with_robust(false).fit(rows, &context), 1e-5),
            ("OCSVM_rbf_scale_nu0.5", OneClassSvm::default().fit(rows, &context), 1e-4),
        ] {
            let mut scores = fitted.unwrap().scores().to_vec();
            let known = &known[key];
            if key.starts_with("OCSVM") {
                // The peer's scores leave the border out, which is the same number for every row.
                let border = (scores.iter().sum::<f64>() - known["sum"].as_f64().unwrap()) / scores.len() as f64;
                scores.iter_mut().for_each(|score| *score -= border);
            }
            let first = known["first5"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap());
            let off = first.zip(&scores).map(|(a, b)| (a - b).abs() / a.abs()).fold(0.0, f64::max);
            let sum = known["sum"].as_f64().unwrap();
            let total = (scores.iter().sum::<f64>() - sum).abs() / sum.abs();
            let auc = (roc_auc(&labels, &scores).unwrap() - known["auc"].as_f64().unwrap()).abs();
            let ap = (average_precision(&labels, &scores).unwrap() - known["ap"].as_f64().unwrap()).abs();
            println!("{name} {key}: first {off:.1e}, sum {total:.1e}, AUC {auc:.1e}, AP {ap:.1e}");
            assert!(off < tolerance && total < tolerance, "{name} {key}: {off} {total}");
            assert!(auc < 1e-4 && ap < 1e-4, "{name} {key}: {auc} {ap}");
        }
    }
}

/// The default ensemble beats every single default on average, in AUC, in AP and by mean rank of AUC.
#[test]
fn the_default_ensemble_beats_single_detectors_on_the_shared_sets() {
    let sets = sets();
    if sets.is_empty() {
        return;
    }
    let mut table: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for (_, rows, labels) in &sets {
        for (name, fit) in every() {
            // Covariances of 1,555 columns take minutes, or are refused.
            if ["Mahalanobis", "GaussianMixture"].contains(&name) && rows.ncols() > 200 {
                continue;
            }
            let fitted =
                fit(rows.view(), Missing::Refuse, &context()).unwrap_or_else(|error| panic!("{name}: {error}"));
            let scores = fitted.scores().to_vec();
            let quality = (roc_auc(labels, &scores).unwrap(), average_precision(labels, &scores).unwrap());
            table.entry(name).or_default().push(quality);
        }
    }
    let count = sets.len() as f64;
    table.retain(|_, qualities| qualities.len() == sets.len());
    let ranks = |own: &[(f64, f64)]| {
        let rank = |set: usize| {
            let better = table.values().filter(|other| other[set].0 > own[set].0).count() as f64;
            let equal = table.values().filter(|other| other[set].0 == own[set].0).count() as f64;
            better + 0.5 * (equal + 1.0)
        };
        (0..own.len()).map(rank).sum::<f64>() / count
    };
    let mut means = BTreeMap::new();
    for (name, qualities) in &table {
        let auc = qualities.iter().map(|quality| quality.0).sum::<f64>() / count;
        let ap = qualities.iter().map(|quality| quality.1).sum::<f64>() / count;
        println!("{name}: AUC {auc:.4}, AP {ap:.4}, mean rank {:.2}", ranks(qualities));
        means.insert(*name, (auc, ap, ranks(qualities)));
    }
    let own = means["AutoDetector"];
    assert!(own.0 >= 0.715 && own.1 >= 0.365, "{own:?}");
    for (name, (auc, ap, rank)) in &means {
        assert!(*name == "AutoDetector" || (own.0 > *auc && own.1 > *ap && own.2 < *rank), "{name}: {auc} {ap} {rank}");
    }
}

/// How probable anomalies should have been, given the true share of them: the mean logarithmic loss, and the observed share
/// among rows of each probability. Printed for the choice of the exponent; asserted only roughly.
#[test]
fn probabilities_of_the_default_ensemble_are_roughly_calibrated() {
    let (mut bins, mut loss, mut chance, mut count) = ([(0.0, 0.0, 0.0); 5], 0.0, 0.0, 0.0);
    for (_, rows, labels) in sets() {
        let share = labels.iter().sum::<i64>() as f64 / labels.len() as f64;
        let fitted = AutoDetector::default().with_contamination(share.min(0.5)).fit(rows.view(), &context()).unwrap();
        let weight = 1.0 / labels.len() as f64;
        for (probability, label) in fitted.probabilities().iter().zip(&labels) {
            let label = *label as f64;
            let bin = [0.05, 0.1, 0.2, 0.4].iter().filter(|border| probability >= *border).count();
            bins[bin].0 += weight;
            bins[bin].1 += weight * probability;
            bins[bin].2 += weight * label;
            let bits = |p: f64| -(label * p.ln() + (1.0 - label) * (1.0 - p).ln()) * weight;
            loss += bits(*probability);
            chance += bits(share);
        }
        count += 1.0;
    }
    if count == 0.0 {
        return;
    }
    println!("loss {:.4}, of the share alone {:.4}", loss / count, chance / count);
    for (weight, expected, found) in bins {
        println!("{:.3} of rows: expected {:.3}, found {:.3}", weight / count, expected / weight, found / weight);
        assert!(weight < 0.2 || (expected - found).abs() / weight < 0.12);
    }
    assert!(loss < chance);
}

/// Processor seconds of this thread.
fn seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse::<f64>().ok().map(|nanoseconds| nanoseconds * 1e-9)
}

/// Fit and score every set, processor time on one thread: `cargo test .. -- --ignored --nocapture how_long`.
#[test]
#[ignore = "a measurement"]
fn how_long_every_detector_takes() {
    for (set, rows, _) in sets() {
        for (name, fit) in every() {
            if name == "Mahalanobis" && rows.ncols() > 200 {
                continue;
            }
            let context = context().with_threads(1);
            // The clock of a thread moves in ticks: fit until many have passed.
            let (Some(before), start, mut fits) = (seconds(), Instant::now(), 0_u32) else { return };
            while start.elapsed().as_millis() < 250 && fit(rows.view(), Missing::Refuse, &context).is_ok() {
                fits += 1;
            }
            let Some(after) = seconds() else { return };
            println!("TIME {set} {name} {:.6}", (after - before) / f64::from(fits));
        }
    }
}
