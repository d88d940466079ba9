//! Values, shapes and options that cannot be, or that only seem so.
use ndarray::array;

use super::*;
use crate::Code;

#[test]
fn missing_and_infinite_values_are_named_with_their_place() {
    let mut rows = clusters(60, 3, 2);
    rows[[41, 2]] = f64::NAN;
    for (name, fit) in every() {
        let error = fit(rows.view(), Missing::Refuse, &context()).unwrap_err();
        assert_eq!(error.code(), Code::InvalidData, "{name}");
        assert!(error.message().contains("row 41, column 2"), "{name}: {error}");
        assert!(fit(rows.view(), Missing::Median, &context()).is_ok(), "{name}");
    }
    rows[[41, 2]] = f64::INFINITY;
    for (name, fit) in every() {
        for missing in [Missing::Refuse, Missing::Median] {
            assert_eq!(fit(rows.view(), missing, &context()).unwrap_err().code(), Code::InvalidData, "{name}");
        }
    }
}

#[test]
fn missing_values_are_ignored_where_a_detector_can() {
    let mut rows = clusters(200, 3, 4);
    for row in (0..200).step_by(9) {
        rows[[row, row % 3]] = f64::NAN;
    }
    for (name, fit) in every() {
        match fit(rows.view(), Missing::Ignore, &context()) {
            Ok(fitted) => {
                assert!(["Hbos", "Ecod", "Copod", "Loda"].contains(&name), "{name}");
                let again = fitted.score(rows.view(), &context()).unwrap();
                assert!(again.iter().zip(fitted.scores().iter()).all(|(a, b)| (a - b).abs() < 1e-9), "{name}");
                fitted.explain(rows.view(), &context()).unwrap();
                fitted.nearest_normal(rows.view(), &context()).unwrap();
                FittedDetector::from_bytes(&fitted.to_bytes().unwrap()).unwrap();
            }
            Err(error) => assert_eq!(error.code(), Code::InvalidConfig, "{name}: {error}"),
        }
    }
}

#[test]
fn a_column_without_values_has_no_median() {
    let rows = array![[1.0, f64::NAN], [2.0, f64::NAN], [3.0, f64::NAN]];
    let error = Hbos::default().with_missing(Missing::Median).fit(rows.view(), &context()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    assert!(Hbos::default().with_missing(Missing::Ignore).fit(rows.view(), &context()).is_ok());
}

#[test]
fn constant_and_duplicate_columns_are_fine() {
    let mut rows = clusters(200, 5, 4);
    rows.column_mut(1).fill(7.0);
    let copied = rows.column(0).to_owned();
    rows.column_mut(4).assign(&copied);
    rows.column_mut(2).fill(1e9);
    for (name, fit) in every() {
        let fitted = fit(rows.view(), Missing::Refuse, &context()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(fitted.scores().iter().all(|score| score.is_finite()), "{name}");
        let strange = fitted.scores().iter().skip(196).sum::<f64>() / 4.0;
        assert!(strange > fitted.scores().mean().unwrap(), "{name}");
    }
}

#[test]
fn rows_that_are_all_equal_are_all_as_normal() {
    let rows = Array2::from_elem((80, 3), 2.5);
    for (name, fit) in every() {
        let fitted = fit(rows.view(), Missing::Refuse, &context()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let scores = fitted.scores();
        assert!(scores.iter().all(|score| (score - scores[0]).abs() <= 1e-12 * scores[0].abs()), "{name}: {scores:?}");
        assert_eq!(fitted.labels().iter().sum::<i64>(), 0, "{name}");
    }
}

#[test]
fn no_rows_or_columns_one_row_and_too_few_rows_are_typed_errors_or_fine() {
    for (name, fit) in every() {
        let none = fit(Array2::zeros((0, 3)).view(), Missing::Refuse, &context()).unwrap_err();
        assert_eq!(none.code(), Code::NotEnoughData, "{name}");
        let narrow = fit(Array2::zeros((40, 0)).view(), Missing::Refuse, &context()).unwrap_err();
        assert_eq!(narrow.code(), Code::InvalidData, "{name}");
        for rows in 1..4 {
            match fit(clusters(rows, 3, 0).view(), Missing::Refuse, &context()) {
                Ok(fitted) => assert!(fitted.scores().iter().all(|score| score.is_finite()), "{name}"),
                Err(error) => assert_eq!(error.code(), Code::NotEnoughData, "{name}: {error}"),
            }
        }
    }
    let few = NearestNeighbours::default().with_neighbours(10_usize).fit(clusters(10, 2, 0).view(), &context());
    assert!(few.unwrap_err().message().contains("at least 11"));
}

#[test]
fn options_out_of_range_are_refused() {
    let rows = clusters(60, 3, 2);
    let refused = |fitted: Result<FittedDetector>| assert_eq!(fitted.unwrap_err().code(), Code::InvalidConfig);
    for contamination in [0.0, 1.0, 0.51, -0.1, f64::NAN] {
        refused(Hbos::default().with_contamination(contamination).fit(rows.view(), &context()));
        refused(IsolationForest::default().with_contamination(contamination).fit(rows.view(), &context()));
    }
    refused(Hbos::default().with_bins(1_usize).fit(rows.view(), &context()));
    refused(Hbos::default().with_alpha(0.0).fit(rows.view(), &context()));
    refused(Hbos::default().with_tolerance(f64::NAN).fit(rows.view(), &context()));
    refused(NearestNeighbours::default().with_neighbours(0_usize).fit(rows.view(), &context()));
    refused(LocalOutlierFactor::default().with_neighbours(0_usize).fit(rows.view(), &context()));
    refused(IsolationForest::default().with_trees(0_usize).fit(rows.view(), &context()));
    refused(IsolationForest::default().with_extension(3_usize).fit(rows.view(), &context()));
    refused(PcaDetector::default().with_components(4_usize).fit(rows.view(), &context()));
    refused(
        Hbos::default().with_threshold(FixedThreshold::default().with_score(f64::NAN)).fit(rows.view(), &context()),
    );
    refused(
        Hbos::default()
            .with_threshold(ConformalThreshold::default().with_false_alarm(1.0))
            .fit(rows.view(), &context()),
    );
    let extreme = ExtremeValueThreshold::default().with_probability(0.5);
    refused(Hbos::default().with_threshold(extreme).fit(rows.view(), &context()));
    let few = ConformalThreshold::default();
    let error = Hbos::default().with_threshold(few).fit(rows.view(), &context()).unwrap_err();
    assert_eq!(error.code(), Code::NotEnoughData);
}

#[test]
fn other_columns_than_were_fitted_are_refused() {
    for (name, fit) in every() {
        let fitted = fit(clusters(60, 3, 2).view(), Missing::Refuse, &context()).unwrap();
        let error = fitted.score(clusters(5, 4, 0).view(), &context()).unwrap_err();
        assert_eq!(error.code(), Code::InvalidData, "{name}");
        assert!(fitted.score(Array2::zeros((0, 3)).view(), &context()).unwrap().is_empty(), "{name}");
    }
}

#[test]
fn huge_values_give_numbers_or_a_typed_error() {
    let mut rows = clusters(60, 3, 2);
    rows[[5, 1]] = 1e308;
    rows[[6, 1]] = -1e308;
    for (name, fit) in every() {
        match fit(rows.view(), Missing::Refuse, &context()) {
            Ok(fitted) => assert!(fitted.scores().iter().all(|score| score.is_finite()), "{name}"),
            Err(error) => assert!(
                matches!(error.code(), Code::InvalidData | Code::DidNotConverge),
                "{name}: {} {error}",
                error.code()
            ),
        }
        let fitted = fit(clusters(60, 3, 2).view(), Missing::Refuse, &context()).unwrap();
        match fitted.score(rows.view(), &context()) {
            Ok(scores) => assert!(scores.iter().all(|score| score.is_finite()), "{name}"),
            Err(error) => assert_eq!(error.code(), Code::InvalidData, "{name}"),
        }
    }
}

#[test]
fn damaged_bytes_are_refused_or_hold_together() {
    let rows = clusters(40, 2, 2);
    for (name, fit) in every() {
        let bytes = fit(rows.view(), Missing::Refuse, &context()).unwrap().to_bytes().unwrap();
        for at in (0..bytes.len()).step_by(97) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x41;
            let error = FittedDetector::from_bytes(&damaged).unwrap_err();
            assert_eq!(error.code(), Code::Incompatible, "{name}");
        }
        assert!(FittedDetector::from_bytes(&bytes[..bytes.len() / 2]).is_err(), "{name}");
    }
}

#[test]
fn a_cancelled_fit_stops() {
    let rows = clusters(3000, 6, 2);
    for (name, fit) in every() {
        let context = context();
        context.cancel();
        assert_eq!(fit(rows.view(), Missing::Refuse, &context).unwrap_err().code(), Code::Cancelled, "{name}");
    }
}

/// Prints how long each took; the bound leaves room for a busy machine.
#[test]
#[allow(clippy::print_stdout)]
fn a_fit_to_a_long_column_stops_soon_after_a_cancel() {
    let mut random = Random::new(8);
    let rows = Array2::from_shape_fn((4_000_000, 1), |_| random.normal());
    for delay in [30, 100, 200, 300, 400, 500] {
        let context = Context::new().with_threads(1);
        let asked = std::sync::OnceLock::new();
        let outcome = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(std::time::Duration::from_millis(delay));
                context.cancel();
                asked.get_or_init(std::time::Instant::now);
            });
            Ecod::default().fit(rows.view(), &context).map(|_| ()).map_err(|error| error.code())
        });
        if outcome == Err(Code::Cancelled) {
            let late = asked.wait().elapsed();
            println!("cancelled after {delay} ms, stopped {late:?} later");
            assert!(late.as_millis() < 400, "{delay}: {late:?}");
        }
    }
}
