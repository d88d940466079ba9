//! Average precision.
use super::{anomalies, ranked};
use crate::error::Result;

/// The precision at every threshold, weighted by the recall that it adds: 1 is perfect, the share of anomalies is chance.
/// Equal scores are one threshold; nothing is interpolated. O(n log n).
///
/// # Errors
/// As [`roc_auc`](super::roc_auc), but all rows may be anomalies.
pub fn average_precision(labels: &[i64], scores: &[f64]) -> Result<f64> {
    let ranked = ranked(labels, scores)?;
    let positive = anomalies(&ranked)? as f64;
    let (mut seen, mut found, mut sum) = (0, 0, 0.0);
    for tie in ranked.chunk_by(|left, right| left.0 == right.0) {
        let strange = tie.iter().filter(|(_, anomaly)| *anomaly).count();
        (seen, found) = (seen + tie.len(), found + strange);
        sum += found as f64 / seen as f64 * strange as f64;
    }
    Ok(sum / positive)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: thresholds .9, .8, .4 find 1 of 1, 1 of 2, 2 of 4.
    #[test]
    fn every_threshold_counts_by_the_recall_it_adds() {
        let found = average_precision(&[1, 0, 0, 1, 0], &[0.9, 0.1, 0.4, 0.4, 0.8]).unwrap();
        assert!((found - (0.5 * 1.0 + 0.5 * 0.5)).abs() < 1e-15);
        assert_eq!(average_precision(&[1, 1], &[0.0, 1.0]).unwrap(), 1.0);
    }
}
