//! The test against Rosner's example and against its definition.
use super::*;
use crate::Code;
use crate::math::random::Random;

/// Rosner (1983), as in the NIST/SEMATECH handbook, section 1.3.5.17.3.
const ROSNER: [f64; 54] = [
    -0.25, 0.68, 0.94, 1.15, 1.20, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56, 1.58, 1.65, 1.69, 1.70, 1.76,
    1.77, 1.81, 1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.10, 2.14, 2.15, 2.23, 2.24, 2.26, 2.35, 2.37, 2.40, 2.47, 2.54,
    2.62, 2.64, 2.90, 2.92, 2.92, 2.93, 3.21, 3.26, 3.30, 3.59, 3.68, 4.30, 4.64, 5.34, 5.42, 6.01,
];

#[test]
fn rosners_example_has_three_outliers() {
    let report = generalized_esd(&ROSNER, 10, 0.05).unwrap();
    assert_eq!(report.outliers, 3);
    assert_eq!(report.positions.to_vec()[..3], [53, 52, 51]);
    let statistics = [3.118, 2.942, 3.179, 2.810, 2.815, 2.848, 2.279, 2.310, 2.101, 2.067];
    let critical = [3.158, 3.151, 3.143, 3.136, 3.128, 3.120, 3.111, 3.103, 3.094, 3.085];
    for step in 0..10 {
        // As many digits as are printed, and one more for how they were rounded.
        assert!((report.statistics[step] - statistics[step]).abs() < 1.1e-3, "{step}: {}", report.statistics[step]);
        assert!((report.critical_values[step] - critical[step]).abs() < 1.1e-3, "{step}");
    }
}

/// The statistics by definition: all sums and medians anew for each candidate.
fn slowly(values: &[f64], test: &Test) -> Vec<(usize, f64)> {
    let mut left: Vec<usize> = (0..values.len()).collect();
    let mut found = Vec::new();
    while found.len() < test.most && left.len() >= 3 {
        let mut rest: Vec<f64> = left.iter().map(|at| values[*at]).collect();
        rest.sort_by(f64::total_cmp);
        let count = rest.len() as f64;
        let middle = |sorted: &[f64]| 0.5 * (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]);
        let (centre, sigma) = if test.robust {
            let centre = middle(&rest);
            let mut off: Vec<f64> = rest.iter().map(|value| (value - centre).abs()).collect();
            off.sort_by(f64::total_cmp);
            let mean = MEAN_TO_SIGMA * off.iter().sum::<f64>() / count;
            (centre, if middle(&off) > 0.0 { MAD_TO_SIGMA * middle(&off) } else { mean })
        } else {
            let mean = rest.iter().sum::<f64>() / count;
            let squares: f64 = rest.iter().map(|value| (value - mean) * (value - mean)).sum();
            (mean, (squares / (count - 1.0)).sqrt())
        };
        if sigma.max(test.floor) == 0.0 {
            break;
        }
        let off = |at: usize| match test.direction {
            ChangeDirection::Both => (values[at] - centre).abs(),
            ChangeDirection::Up => values[at] - centre,
            ChangeDirection::Down => centre - values[at],
        };
        let place = (0..left.len()).max_by(|a, b| off(left[*a]).total_cmp(&off(left[*b]))).unwrap();
        found.push((left[place], off(left[place]) / sigma.max(test.floor)));
        left.remove(place);
    }
    found
}

#[test]
fn every_step_is_that_of_the_definition() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let count = 3 + (random.bits() % 60) as usize;
        let values: Vec<f64> = (0..count)
            .map(|_| {
                let value = random.normal() + if random.uniform() < 0.1 { 30.0 * random.normal() } else { 0.0 };
                // Some series have many equal values.
                if seed % 3 == 0 { (value * 2.0).round() } else { 1e5 + value }
            })
            .collect();
        for direction in [ChangeDirection::Both, ChangeDirection::Up, ChangeDirection::Down] {
            for robust in [false, true] {
                let test = Test { most: count / 2 + 1, significance: 0.05, direction, robust, floor: 1e-9 };
                let outcome = test.run(&values, &Context::new()).unwrap();
                let wanted = slowly(&values, &test);
                assert_eq!(outcome.candidates.len(), wanted.len());
                for (one, (position, statistic)) in outcome.candidates.iter().zip(wanted) {
                    // Equal distances may be taken out in either order, which ends the comparison of these.
                    if values[one.position] != values[position] {
                        assert!((one.statistic - statistic).abs() < 1e-7 * statistic.max(1.0));
                        break;
                    }
                    assert!((one.statistic - statistic).abs() < 1e-7 * statistic.max(1.0), "{seed} {robust}");
                }
            }
        }
    }
}

#[test]
fn long_lists_are_sorted_like_short_ones() {
    let mut random = Random::new(4);
    let values: Vec<f64> = (0..200_001).map(|_| (1e5 * random.uniform()).floor() - 5e4).collect();
    let mut wanted: Vec<(f64, usize)> = values.iter().copied().zip(0..).collect();
    wanted.sort_by(|left, right| left.0.total_cmp(&right.0));
    assert_eq!(ascending(&values, &Context::new()).unwrap(), wanted);
}

#[test]
fn the_significance_is_the_share_of_false_alarms() {
    let mut random = Random::new(11);
    let rounds = 2000;
    let alarms = (0..rounds)
        .filter(|_| {
            let values: Vec<f64> = (0..100).map(|_| random.normal()).collect();
            generalized_esd(&values, 5, 0.1).unwrap().outliers > 0
        })
        .count();
    // Rosner's critical values are good approximations; four standard errors are 0.027.
    let share = alarms as f64 / f64::from(rounds);
    assert!((share - 0.1).abs() < 0.03, "{share}");
}

#[test]
fn outliers_do_not_depend_on_the_unit() {
    let report = generalized_esd(&ROSNER, 10, 0.05).unwrap();
    for (factor, shift) in [(-3.0, 100.0), (1e-200, 0.0), (1e300, 0.0)] {
        let moved: Vec<f64> = ROSNER.iter().map(|value| factor * value + shift).collect();
        let moved = generalized_esd(&moved, 10, 0.05).unwrap();
        assert_eq!(moved.outliers, report.outliers);
        for step in 0..10 {
            assert!((moved.statistics[step] - report.statistics[step]).abs() < 1e-9);
        }
    }
}

#[test]
fn equal_values_have_no_outliers_and_one_unlike_them_is_one() {
    let report = generalized_esd(&[0.1; 20], 5, 0.05).unwrap();
    assert_eq!(report.outliers, 0);
    let mut values = vec![0.1; 20];
    values[3] = 0.2;
    let report = generalized_esd(&values, 5, 0.05).unwrap();
    assert_eq!((report.outliers, report.positions[0]), (1, 3));
    assert!(report.statistics.iter().all(|value| value.is_finite()));
}

#[test]
fn bad_input_has_its_code() {
    let code = |values: &[f64], most, significance| generalized_esd(values, most, significance).unwrap_err().code();
    assert_eq!(code(&ROSNER, 0, 0.05), Code::InvalidConfig);
    assert_eq!(code(&ROSNER, 1, 0.0), Code::InvalidConfig);
    assert_eq!(code(&ROSNER, 1, f64::NAN), Code::InvalidConfig);
    assert_eq!(code(&[1.0, f64::NAN, 2.0], 1, 0.05), Code::InvalidData);
    assert_eq!([code(&[], 1, 0.05), code(&[1.0], 1, 0.05), code(&[1.0, 2.0], 1, 0.05)], [Code::NotEnoughData; 3]);
}
