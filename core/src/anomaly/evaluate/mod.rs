//! How good scores are, given what was truly anomalous.
//!
//! Labels are 1 for an anomaly and 0 for normal; higher scores should mean anomalies. Equal scores are one place in the
//! ranking, so that results do not depend on the order of rows.
mod average_precision;
mod nab;
mod precision_at;
mod ranges;
mod roc_auc;
mod vus;

pub use average_precision::average_precision;
pub use nab::{NabProfile, NabReport, NabScore, NabSeries, NabWindows};
pub use precision_at::precision_at;
pub use ranges::{RangeBias, RangeReport, RangeScore};
pub use roc_auc::roc_auc;
pub use vus::{VolumeReport, VolumeScore};

use crate::error::{Result, bail, ensure};

/// Scores, strangest first, with whether each is an anomaly.
fn ranked(labels: &[i64], scores: &[f64]) -> Result<Vec<(f64, bool)>> {
    ensure!(
        labels.len() == scores.len(),
        InvalidData,
        "{} labels but {} scores, one for each is needed",
        labels.len(),
        scores.len()
    );
    ensure!(!scores.is_empty(), NotEnoughData, "no scores, at least 1 is needed");
    let mut ranked = Vec::with_capacity(scores.len());
    for (at, (label, score)) in labels.iter().zip(scores).enumerate() {
        ensure!(matches!(label, 0 | 1), InvalidData, "label {at} is {label}; labels are 0 or 1");
        if score.is_nan() {
            bail!(InvalidData, "score {at} is missing (NaN)");
        }
        ranked.push((*score, *label == 1));
    }
    ranked.sort_unstable_by(|left, right| right.0.total_cmp(&left.0));
    Ok(ranked)
}

/// How many are anomalies; at least one.
fn anomalies(ranked: &[(f64, bool)]) -> Result<usize> {
    let count = ranked.iter().filter(|(_, anomaly)| *anomaly).count();
    ensure!(count >= 1, NotEnoughData, "none of {} labels is an anomaly, at least 1 is needed", ranked.len());
    Ok(count)
}
