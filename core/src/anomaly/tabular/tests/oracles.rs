//! Scores of PyOD 3.6.7 and scikit-learn 1.9.1 on three sets of ADBench.
use super::*;

/// The largest relative difference. Peers' numbers have ten digits.
fn furthest(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    // Scores around 0, as sums of logarithms are, are held against the size of all.
    let size = expected.iter().map(|value| value.abs()).sum::<f64>() / expected.len() as f64;
    found.iter().zip(expected).map(|(a, b)| (a - b).abs() / b.abs().max(1e-3 * size)).fold(0.0, f64::max)
}

fn holds(key: &str, tolerance: f64, fit: impl Fn(ArrayView2<'_, f64>) -> Result<FittedDetector>) {
    for (name, set) in Set::all() {
        let fitted = fit(set.rows()).unwrap();
        let off = furthest(&fitted.scores().to_vec(), &set.scores[key]);
        assert!(off < tolerance, "{key} on {name}: {off}");
        if let Some(expected) = set.fresh.get(key) {
            let off = furthest(&fitted.score(set.fresh().view(), &context()).unwrap().to_vec(), expected);
            assert!(off < tolerance, "{key} on new rows of {name}: {off}");
        }
    }
}

#[test]
fn hbos_scores_as_its_peer() {
    holds("hbos", 1e-8, |rows| Hbos::default().fit(rows, &context()));
}

#[test]
fn ecod_and_copod_score_as_their_peers() {
    holds("ecod", 1e-8, |rows| Ecod::default().fit(rows, &context()));
    holds("copod", 1e-8, |rows| Copod::default().fit(rows, &context()));
}

/// The spectrum of `39_vertebral` ends at 1e-10 of its largest value (one column is the sum of two), where the peer's own
/// rounding is 1e-6 of the score.
#[test]
fn principal_components_score_as_their_peer() {
    holds("pca", 1e-6, |rows| PcaDetector::default().fit(rows, &context()));
}

#[test]
fn distances_to_neighbours_are_those_of_the_peer() {
    let with = |distance| NearestNeighbours::default().with_distance(distance);
    holds("knn_largest", 1e-8, |rows| with(NeighbourDistance::Largest).fit(rows, &context()));
    holds("knn_mean", 1e-8, |rows| with(NeighbourDistance::Mean).fit(rows, &context()));
    holds("knn_median", 1e-8, |rows| with(NeighbourDistance::Median).fit(rows, &context()));
}

/// The peer cuts equal distances at the twentieth neighbour where its search happens to end. New rows lie halfway between two
/// fitted ones, equally far from both: those where the cut falls between two of the same distance are left out.
#[test]
fn the_local_outlier_factor_is_that_of_the_peer() {
    for (name, set) in Set::all() {
        let fitted = LocalOutlierFactor::default().fit(set.rows(), &context()).unwrap();
        assert!(furthest(&fitted.scores().to_vec(), &set.scores["lof"]) < 1e-8, "{name}");
        let (fresh, rows) = (set.fresh(), set.rows());
        let decided: Vec<bool> = fresh
            .rows()
            .into_iter()
            .map(|new| {
                let square = |row: ndarray::ArrayView1<'_, f64>| {
                    row.iter().zip(new).map(|(a, b)| (a - b) * (a - b)).sum::<f64>()
                };
                let mut squares: Vec<f64> = rows.rows().into_iter().map(square).collect();
                squares.sort_unstable_by(f64::total_cmp);
                squares[20] - squares[19] > 1e-12 * squares[19]
            })
            .collect();
        assert!(decided.iter().filter(|decided| !**decided).count() * 20 <= decided.len(), "{name}");
        let scores = fitted.score(fresh.view(), &context()).unwrap().to_vec();
        let both = scores.iter().zip(&set.fresh["lof"]).zip(decided).filter(|(_, decided)| *decided);
        let (found, expected): (Vec<f64>, Vec<f64>) = both.map(|((a, b), _)| (a, b)).unzip();
        assert!(furthest(&found, &expected) < 1e-8, "{name}");
    }
}

/// Rows of whole numbers, most of which have several others equally far: `tests/data/make_lof_ties.py` takes those with the lower
/// numbers, in exact arithmetic.
#[test]
fn the_local_outlier_factor_takes_the_lower_numbers_of_equally_far_rows() {
    #[derive(Deserialize)]
    struct Ties {
        rows: Vec<Vec<f64>>,
        tied: usize,
        factors: Vec<f64>,
        all_tied: Vec<f64>,
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/lof_ties.json");
    let ties: Ties = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let columns = ties.rows[0].len();
    let rows = Array2::from_shape_vec((ties.rows.len(), columns), ties.rows.concat()).unwrap();
    let fitted = LocalOutlierFactor::default().with_neighbours(10_usize).fit(rows.view(), &context()).unwrap();
    let off = |expected: &[f64]| furthest(&fitted.scores().to_vec(), expected);
    assert!(off(&ties.factors) < 1e-10, "{}", off(&ties.factors));
    // It matters which are taken.
    assert!(ties.tied * 2 > ties.rows.len() && off(&ties.all_tied) > 1e-2);
}

/// The spectrum of `39_vertebral` again: a condition of 1e10 costs both sides as many digits.
#[test]
fn the_classical_mahalanobis_distance_is_that_of_the_peer() {
    holds("mahalanobis", 1e-5, |rows| Mahalanobis::default().with_robust(false).fit(rows, &context()));
}

/// Peer and engine stop at a violation of 1e-9 with kernels in single precision, whose 6e-8 sums over a hundred rows; scores
/// near the border are 0 but for that.
#[test]
fn the_support_vector_machine_finds_the_optimum_of_its_peer() {
    for (name, set) in Set::all() {
        let fitted = OneClassSvm::default().with_tolerance(1e-9).fit(set.rows(), &context()).unwrap();
        for (found, expected) in [
            (fitted.scores().to_vec(), &set.scores["svm"]),
            (fitted.score(set.fresh().view(), &context()).unwrap().to_vec(), &set.fresh["svm"]),
        ] {
            let size = expected.iter().map(|value| value.abs()).sum::<f64>() / expected.len() as f64;
            let off = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(off < 1e-6 * size, "{name}: {off} of {size}");
        }
    }
}
