//! Discords, motifs, distance profiles and several series.
use ndarray::Array2;

use super::*;
use crate::Code;

#[test]
fn the_distance_profile_is_that_of_the_definition_by_sums_and_by_transforms() {
    // 1024 points and more go through the Fourier transform.
    for (count, length) in [(300, 20), (5000, 1024), (4000, 1500), (3000, 3000)] {
        let mut series = walk(count, length as u64);
        series[count / 2] += 1e5;
        series[count / 3..count / 3 + 40].fill(2.0);
        let query = series[7..].iter().copied().chain(series.iter().copied()).take(length).collect::<Vec<_>>();
        for normalized in [true, false] {
            let found = mass(&query, &series, normalized, &context()).unwrap();
            for (at, window) in series.windows(length).enumerate() {
                let expected = apart(&query, window, normalized);
                let within = if normalized { 1e-8 } else { 1e-8 * (1.0 + expected) };
                assert!((found[at] - expected).abs() < within, "{count} {length} {at}: {} {expected}", found[at]);
            }
        }
    }
    assert!(mass(&[f64::NAN, 1.0, 2.0], &[1.0; 9], true, &context()).unwrap().iter().all(|d| *d == f64::INFINITY));
    assert_eq!(mass(&[1.0; 2], &[1.0; 9], true, &context()).unwrap_err().code(), Code::InvalidConfig);
    assert_eq!(mass(&[1.0; 12], &[1.0; 9], true, &context()).unwrap_err().code(), Code::NotEnoughData);
}

#[test]
fn discords_do_not_overlap_and_come_strangest_first() {
    let profile = MatrixProfile::default().with_window(20).search(&walk(900, 3), &context()).unwrap();
    let found = discords(&profile, 10).unwrap();
    assert_eq!(found.positions.len(), 10);
    let largest = profile.distances.iter().copied().fold(0.0, f64::max);
    assert_eq!(found.distances[0], largest);
    for (at, position) in found.positions.iter().enumerate() {
        assert_eq!(found.distances[at], profile.distances[*position as usize]);
        assert_eq!(found.neighbours[at], profile.neighbours[*position as usize]);
        for other in found.positions.iter().take(at) {
            assert!((position - other).abs() >= 20);
            assert!(found.distances[at] <= found.distances[0]);
        }
    }
    // 900 points have room for at most 45; those without a neighbour are none.
    assert!(discords(&profile, 1000).unwrap().positions.len() <= 45);
    assert_eq!(discords(&profile, 0).unwrap_err().code(), Code::InvalidConfig);
    let alone = MatrixProfile::default().with_window(20).search(&walk(20, 3), &context()).unwrap();
    assert!(discords(&alone, 3).unwrap().positions.is_empty());
}

#[test]
fn motifs_are_where_patterns_were_put() {
    let mut random = Random::new(2);
    let mut series: Vec<f64> = (0..2000).map(|_| random.normal()).collect();
    let places = [100_usize, 600, 1100, 1700];
    for (turn, place) in places.iter().enumerate() {
        for k in 0..40 {
            series[place + k] = (1.0 + turn as f64) * (k as f64 * 0.4).sin() + 0.02 * random.normal();
        }
    }
    let profile = MatrixProfile::default().with_window(40).search(&series, &context()).unwrap();
    let options = Motifs::default().with_count(2).with_radius(3.0);
    let found = options.search(&series, &profile, &context()).unwrap();
    let mut at: Vec<i64> = found[0].matches.iter().copied().chain([found[0].position as i64]).collect();
    at.sort_unstable();
    let near = at.iter().zip(&places).all(|(found, place)| found.abs_diff(*place as i64) <= 3);
    assert!(at.len() == 4 && near, "{at:?}");
    for (place, distance) in found[0].matches.iter().zip(found[0].match_distances.iter()) {
        let (a, b) = (found[0].position, *place as usize);
        assert!((apart(&series[a..a + 40], &series[b..b + 40], true) - distance).abs() < 1e-8);
    }
    assert!(found[1].distance >= found[0].distance);
    let one = options.with_most_matches(1).search(&series, &profile, &context()).unwrap();
    assert_eq!(one[0].matches.to_vec(), [found[0].neighbour as i64]);
    let error = Motifs::default().search(&series[1..], &profile, &context()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    let error = Motifs::default().with_radius(0.5).search(&series, &profile, &context()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidConfig);
}

/// All levels of several series by their definition.
fn check_columns(series: &Array2<f64>, options: &MatrixProfile, within: f64) {
    let found = options.search_columns(series.view(), &context()).unwrap();
    let tables: Vec<Vec<Vec<f64>>> =
        series.columns().into_iter().map(|column| table(&column.to_vec(), &column.to_vec(), options)).collect();
    let count = tables[0].len();
    assert_eq!(found.profiles.len(), tables.len());
    for (level, profile) in found.profiles.iter().enumerate() {
        let mut means = vec![vec![0.0; count]; count];
        for a in 0..count {
            for b in 0..count {
                let mut distances: Vec<f64> = tables.iter().map(|table| table[a][b]).collect();
                distances.sort_unstable_by(f64::total_cmp);
                means[a][b] = distances[..=level].iter().sum::<f64>() / (level + 1) as f64;
            }
        }
        assert_eq!(profile.columns, level + 1);
        holds(&profile.distances.to_vec(), &profile.neighbours.to_vec(), &means, within, |a, b| {
            a.abs_diff(b) > found.exclusion
        });
    }
}

#[test]
fn several_series_have_the_profiles_of_their_definition() {
    for (count, columns, window) in [(150, 1, 10), (700, 3, 12), (90, 5, 3), (60, 2, 60)] {
        let all: Vec<Vec<f64>> = (0..columns).map(|column| walk(count, column as u64 + 30)).collect();
        let series = Array2::from_shape_fn((count, columns), |(t, column)| all[column][t]);
        check_columns(&series, &MatrixProfile::default().with_window(window), 1e-9);
        check_columns(&series, &MatrixProfile::default().with_window(window).with_normalized(false), 1e-9);
    }
}

#[test]
fn several_series_with_gaps_constant_runs_and_spikes_are_exact() {
    let mut series = Array2::from_shape_fn((400, 3), |(t, column)| walk(400, column as u64)[t]);
    series.slice_mut(ndarray::s![50..90, 0]).fill(1.0);
    series.slice_mut(ndarray::s![150..200, 0]).fill(2.0);
    series.slice_mut(ndarray::s![160..190, 1]).fill(5.0);
    series[[300, 2]] = f64::NAN;
    series[[310, 1]] = 1e7;
    check_columns(&series, &MatrixProfile::default().with_window(15), 1e-7);
    let threads = |threads| {
        let context = Context::new().with_threads(threads);
        MatrixProfile::default().with_window(8).search_columns(series.view(), &context).unwrap()
    };
    assert_eq!(threads(1), threads(5));
    let none = MatrixProfile::default().search_columns(Array2::zeros((100, 0)).view(), &context()).unwrap_err();
    assert_eq!(none.code(), Code::InvalidData);
}
