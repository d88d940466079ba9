use ndarray::{Array2, array};

use super::*;
use crate::Code;
use crate::math::random::Random;

fn mixed() -> Space {
    Space::default()
        .with(ContinuousParameter::new("a", -3.0, 7.0))
        .with(ContinuousParameter::new("b", 1e-5, 1e3).with_log(true))
        .with(IntegerParameter::new("c", -2, 9))
        .with(IntegerParameter::new("d", 1, 1000).with_log(true))
        .with(CategoricalParameter::new("e", ["x", "y", "z"]))
        .with(ContinuousParameter::unbounded("f", 40.0))
}

#[test]
fn decoded_candidates_lie_within_the_space_and_come_back() {
    let (space, mut random) = (mixed(), Random::new(1));
    let at = Array2::from_shape_fn((500, 6), |_| 1.4 * random.uniform() - 0.2);
    let candidates = space.decode(at.view()).unwrap();
    space.check_candidates(candidates.view()).unwrap();
    let again = space.decode(space.encode(candidates.view()).unwrap().view()).unwrap();
    for (x, y) in candidates.iter().zip(again.iter()) {
        assert!((x - y).abs() <= 1e-12 * x.abs().max(1.0), "{x} {y}");
    }
}

#[test]
fn both_ends_of_every_bounded_parameter_are_met_exactly() {
    let ends = mixed().decode(array![[0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]].view()).unwrap();
    assert_eq!(ends.row(0).to_vec(), [-3.0, 1e-5, -2.0, 1.0, 0.0, 40.0]);
    assert_eq!(ends.row(1).to_vec(), [7.0, 1e3, 9.0, 1000.0, 2.0, 80.0]);
}

#[test]
fn whole_numbers_and_choices_have_equal_shares() {
    let space =
        Space::default().with(IntegerParameter::new("n", 1, 4)).with(CategoricalParameter::new("c", ["p", "q"]));
    let at = Array2::from_shape_fn((400, 2), |(row, _)| (row as f64 + 0.5) / 400.0);
    let values = space.decode(at.view()).unwrap();
    for value in 1..=4 {
        assert_eq!(values.column(0).iter().filter(|x| **x == f64::from(value)).count(), 100);
    }
    assert_eq!(values.column(1).sum(), 200.0);
}

#[test]
fn a_space_that_cannot_be_searched_is_refused_with_its_reason() {
    let x = |low, high| ContinuousParameter::new("x", low, high);
    let refused = [
        (Space::default(), "no parameters"),
        (Space::default().with(x(1.0, 1.0)), "low 1 must be below high 1"),
        (Space::default().with(x(2.0, 1.0)), "low 2 must be below high 1"),
        (Space::default().with(x(f64::NAN, 1.0)), "low is NaN"),
        (Space::default().with(x(0.0, f64::INFINITY)), "high is inf"),
        (Space::default().with(x(-1e308, 1e308)), "wider than the largest number"),
        (Space::default().with(x(0.0, 1.0)).with(x(0.0, 1.0)), "two parameters are called `x`"),
        (Space::default().with(x(0.0, 1.0).with_log(true)), "bounds above 0"),
        (Space::default().with(x(0.0, 1.0).with_start(3.0)), "start: `x` is 3"),
        (Space::default().with(ContinuousParameter::new("", 0.0, 1.0)), "has no name"),
        (Space::default().with(IntegerParameter::new("n", 3, 3)), "low 3 must be below high 3"),
        (Space::default().with(IntegerParameter::new("n", 0, i64::MAX)), "beyond"),
        (Space::default().with(CategoricalParameter::new("c", Vec::<String>::new())), "no choices"),
        (Space::default().with(CategoricalParameter::new("c", ["a", "a"])), "`a` is there twice"),
        (Space::default().with(CategoricalParameter::of_numbers("c", [2.0, 2.0])), "2 is there twice"),
    ];
    for (space, reason) in refused {
        let error = space.validate().unwrap_err();
        assert_eq!(error.code(), Code::InvalidConfig);
        assert!(error.message().contains(reason), "{} should say {reason}", error.message());
    }
}

#[test]
fn a_candidate_outside_is_refused_with_its_place() {
    let space = mixed();
    let good = [0.0, 1.0, 3.0, 10.0, 1.0, 0.0];
    for (column, value) in [(0, 7.5), (1, f64::NAN), (2, 2.5), (3, 0.0), (4, 3.0), (5, f64::INFINITY)] {
        let mut row = good;
        row[column] = value;
        let rows = Array2::from_shape_fn((2, 6), |(r, c)| if r == 0 { good[c] } else { row[c] });
        let error = space.check_candidates(rows.view()).unwrap_err();
        assert_eq!(error.code(), Code::InvalidData);
        let place = format!("candidate 1: `{}`", space.names()[column]);
        assert!(error.message().starts_with(&place), "{}", error.message());
    }
    assert_eq!(space.check_candidates(array![[1.0]].view()).unwrap_err().code(), Code::InvalidData);
}
