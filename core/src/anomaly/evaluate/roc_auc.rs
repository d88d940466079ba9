//! The area under the receiver operating characteristic.
use super::{anomalies, ranked};
use crate::error::{Result, ensure};

/// The probability that a random anomaly scores higher than a random normal row, a tie counting one half: 1 is perfect, 0.5
/// is chance. O(n log n).
///
/// # Errors
/// `invalid_data` for lists of different lengths, labels other than 0 and 1, or NaN scores; `not_enough_data` unless both
/// labels occur.
pub fn roc_auc(labels: &[i64], scores: &[f64]) -> Result<f64> {
    let ranked = ranked(labels, scores)?;
    let positive = anomalies(&ranked)?;
    let negative = ranked.len() - positive;
    ensure!(negative >= 1, NotEnoughData, "all of {} labels are anomalies, at least 1 must be normal", ranked.len());
    let (mut above, mut area) = (0, 0.0);
    for tie in ranked.chunk_by(|left, right| left.0 == right.0) {
        let strange = tie.iter().filter(|(_, anomaly)| *anomaly).count();
        area += (tie.len() - strange) as f64 * (above as f64 + 0.5 * strange as f64);
        above += strange;
    }
    Ok(area / (positive as f64 * negative as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    /// By hand: of 2 x 3 pairs, anomalies win 4 and tie 1.
    #[test]
    fn the_area_is_the_share_of_pairs_in_the_right_order() {
        let found = roc_auc(&[1, 0, 0, 1, 0], &[0.9, 0.1, 0.4, 0.4, 0.8]).unwrap();
        assert!((found - 4.5 / 6.0).abs() < 1e-15);
        assert_eq!(roc_auc(&[0, 1], &[1.0, 1.0]).unwrap(), 0.5);
    }

    #[test]
    fn one_kind_of_label_or_strange_labels_are_refused() {
        assert_eq!(roc_auc(&[1, 1], &[0.0, 1.0]).unwrap_err().code(), Code::NotEnoughData);
        assert_eq!(roc_auc(&[0, 0], &[0.0, 1.0]).unwrap_err().code(), Code::NotEnoughData);
        assert_eq!(roc_auc(&[0, 2], &[0.0, 1.0]).unwrap_err().code(), Code::InvalidData);
        assert_eq!(roc_auc(&[0, 1], &[0.0, f64::NAN]).unwrap_err().code(), Code::InvalidData);
        assert_eq!(roc_auc(&[0], &[0.0, 1.0]).unwrap_err().code(), Code::InvalidData);
    }
}
