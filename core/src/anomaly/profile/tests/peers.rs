//! Profiles of stumpy 1.14.1; Sub-PCA and KMeansAD as numpy computes them from their definitions.
use ndarray::Array2;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Case {
    name: String,
    series: Vec<Option<f64>>,
    window: usize,
    normalized: bool,
    /// Distance (none where infinite) and neighbour, of all, left and right.
    distances: Vec<Option<f64>>,
    neighbours: Vec<i64>,
    left_neighbours: Vec<i64>,
    right_neighbours: Vec<i64>,
}

#[derive(Deserialize)]
struct Oracle {
    profiles: Vec<Case>,
    columns: Columns,
    queries: Queries,
    detectors: Detectors,
}

#[derive(Deserialize)]
struct Columns {
    series: Vec<Vec<f64>>,
    window: usize,
    distances: Vec<Vec<Option<f64>>>,
    neighbours: Vec<Vec<i64>>,
}

#[derive(Deserialize)]
struct Queries {
    series: Vec<f64>,
    query: Vec<f64>,
    shape: Vec<f64>,
    value: Vec<f64>,
}

#[derive(Deserialize)]
struct Detectors {
    pca_series: Vec<f64>,
    pca: Vec<Pca>,
    means_series: Vec<f64>,
    means: Vec<Means>,
}

#[derive(Deserialize)]
struct Pca {
    window: usize,
    components: Option<usize>,
    weighted: bool,
    scores: Vec<f64>,
}

#[derive(Deserialize)]
struct Means {
    window: usize,
    clusters: usize,
    normalized: bool,
    scores: Vec<f64>,
}

const ORACLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/profiles.json"));

fn oracle() -> Oracle {
    serde_json::from_str(ORACLE).unwrap()
}

fn points(series: &[Option<f64>]) -> Vec<f64> {
    series.iter().map(|value| value.unwrap_or(f64::NAN)).collect()
}

/// Distances to 1e-8; below 1e-3 the peer's own, a root of 1 less a correlation, is good to 1e-6 only, as it is at an offset
/// of 1e8 (where ours is held against the definition elsewhere). A neighbour may be another if it is as near.
#[test]
fn profiles_are_those_of_stumpy() {
    let oracle = oracle();
    assert!(oracle.profiles.len() >= 8);
    for case in oracle.profiles {
        let series = points(&case.series);
        let options = MatrixProfile::default().with_window(case.window).with_normalized(case.normalized);
        let profile = options.search(&series, &context()).unwrap();
        for (at, (found, expected)) in profile.distances.iter().zip(&case.distances).enumerate() {
            let expected = expected.unwrap_or(f64::INFINITY);
            let close = if expected < 1e-3 || case.name == "offset" { 1e-6 } else { 1e-8 };
            let same = *found == expected || (found - expected).abs() < close;
            assert!(same, "{}: window {at}: {found} but {expected}", case.name);
        }
        let sides = [
            (&profile.neighbours, &profile.distances, &case.neighbours),
            (&profile.left_neighbours, &profile.left_distances, &case.left_neighbours),
            (&profile.right_neighbours, &profile.right_distances, &case.right_neighbours),
        ];
        for (found, distances, expected) in sides {
            for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
                if found == expected {
                    continue;
                }
                assert!(*found >= 0 && *expected >= 0, "{}: window {at}: {found} but {expected}", case.name);
                let window = |start: usize| &series[start..start + case.window];
                let theirs = apart(window(at), window(*expected as usize), case.normalized);
                assert!((distances[at] - theirs).abs() < 1e-7, "{}: window {at}: {found} {expected}", case.name);
            }
        }
    }
}

#[test]
fn profiles_of_several_series_are_those_of_stumpy() {
    let Columns { series, window, distances, neighbours } = oracle().columns;
    let rows = Array2::from_shape_fn((series.len(), series[0].len()), |(row, column)| series[row][column]);
    let found = MatrixProfile::default().with_window(window).search_columns(rows.view(), &context()).unwrap();
    for ((profile, distances), neighbours) in found.profiles.iter().zip(&distances).zip(&neighbours) {
        for (at, (found, expected)) in profile.distances.iter().zip(distances).enumerate() {
            let expected = expected.unwrap_or(f64::INFINITY);
            // The peer's distance of two equal windows is a root of rounding.
            let close = if expected < 1e-3 { 1e-6 } else { 1e-8 };
            assert!(*found == expected || (found - expected).abs() < close, "{at}: {found} {expected}");
            if expected > 1e-3 {
                assert_eq!(profile.neighbours[at], neighbours[at], "{at}");
            }
        }
    }
}

#[test]
fn distance_profiles_are_those_of_stumpy() {
    let Queries { series, query, shape, value } = oracle().queries;
    for (normalized, expected) in [(true, shape), (false, value)] {
        let found = mass(&query, &series, normalized, &context()).unwrap();
        assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-8), "{found:?} {expected:?}");
    }
}

#[test]
fn sub_pca_is_that_of_its_definition() {
    let Detectors { pca_series, pca, .. } = oracle().detectors;
    for case in pca {
        let options = SubPca::default().with_window(case.window).with_components(case.components);
        let found = options.with_weighted(case.weighted).detect(&pca_series, &context()).unwrap();
        for (a, b) in found.scores.iter().zip(&case.scores) {
            // The weights of the last components are 1e5 and carry the rounding of their shares.
            assert!((a - b).abs() < 1e-8 * b.abs(), "{}: {a} {b}", case.window);
        }
        assert_eq!(found.scores.len(), case.scores.len());
    }
}

#[test]
fn typical_windows_are_those_of_the_best_of_many_starts() {
    let Detectors { means_series, means, .. } = oracle().detectors;
    for case in means {
        let options =
            KMeansAd::default().with_window(case.window).with_clusters(case.clusters).with_restarts(100_usize);
        let found = options.with_normalized(case.normalized).detect(&means_series, &context()).unwrap();
        for (a, b) in found.scores.iter().zip(&case.scores) {
            assert!((a - b).abs() < 1e-8, "{}: {a} {b}", case.clusters);
        }
        assert_eq!(found.scores.len(), case.scores.len());
    }
}
