//! Precision among the strangest.
use super::{anomalies, ranked};
use crate::error::{Result, ensure};

/// The share of anomalies among the `count` highest scores; rows that tie at the border count in part. With `count` none, as
/// many as there are anomalies. O(n log n).
///
/// # Errors
/// As [`average_precision`](super::average_precision); `invalid_config` for a count of 0 or above the number of scores.
pub fn precision_at(labels: &[i64], scores: &[f64], count: Option<usize>) -> Result<f64> {
    let ranked = ranked(labels, scores)?;
    let count = match count {
        Some(count) => count,
        None => anomalies(&ranked)?,
    };
    ensure!(
        (1..=ranked.len()).contains(&count),
        InvalidConfig,
        "count must be 1 to {}, the number of scores; got {count}",
        ranked.len()
    );
    let (mut room, mut found) = (count, 0.0);
    for tie in ranked.chunk_by(|left, right| left.0 == right.0) {
        let strange = tie.iter().filter(|(_, anomaly)| *anomaly).count();
        let taken = tie.len().min(room);
        found += strange as f64 * taken as f64 / tie.len() as f64;
        room -= taken;
        if room == 0 {
            break;
        }
    }
    Ok(found / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn ties_at_the_border_count_in_part() {
        let (labels, scores) = ([1, 0, 0, 1, 0], [0.9, 0.1, 0.4, 0.4, 0.8]);
        assert_eq!(precision_at(&labels, &scores, Some(1)).unwrap(), 1.0);
        assert_eq!(precision_at(&labels, &scores, None).unwrap(), 0.5);
        assert_eq!(precision_at(&labels, &scores, Some(3)).unwrap(), 1.5 / 3.0);
        assert_eq!(precision_at(&labels, &scores, Some(0)).unwrap_err().code(), Code::InvalidConfig);
        assert_eq!(precision_at(&labels, &scores, Some(6)).unwrap_err().code(), Code::InvalidConfig);
    }
}
