use ndarray::{Array2, array};

use super::*;
use crate::Code;
use crate::math::random::Random;
use crate::optimize::fronts::testing::{pseudo, shuffled};

/// Peel off front by front, comparing every pair.
fn by_peeling(objectives: &Array2<f64>) -> Vec<i64> {
    let rows: Vec<Vec<f64>> = objectives.rows().into_iter().map(|row| row.to_vec()).collect();
    let mut ranks = vec![-1; rows.len()];
    for rank in 0.. {
        let left: Vec<usize> = (0..rows.len()).filter(|at| ranks[*at] < 0).collect();
        if left.is_empty() {
            break;
        }
        for &at in &left {
            let beaten = |by: &&usize| {
                let pairs = || rows[**by].iter().zip(&rows[at]);
                pairs().all(|(a, b)| a <= b) && pairs().any(|(a, b)| a < b)
            };
            if !left.iter().any(|by| beaten(&by)) {
                ranks[at] = rank;
            }
        }
    }
    ranks
}

fn rank(objectives: &Array2<f64>) -> Vec<i64> {
    non_dominated_ranks(objectives.view(), &Context::new()).unwrap().to_vec()
}

#[test]
fn ranks_are_those_of_peeling_for_any_objectives_and_ties() {
    let mut random = Random::new(4);
    for width in 1..=7 {
        for (count, levels) in [(0, 3.0), (1, 3.0), (40, 2.0), (150, 4.0), (230, 12.0), (300, 1e9), (700, 9.0)] {
            for slope in [0.0, 1.0] {
                let objectives = Array2::from_shape_fn((count, width), |(row, column)| {
                    let lean = if column % 2 == 0 { row as f64 } else { -(row as f64) } * slope / 50.0;
                    ((random.uniform() + lean) * levels).floor() - 1.0
                });
                assert_eq!(rank(&objectives), by_peeling(&objectives), "{width} objectives, {count} points");
            }
        }
    }
}

/// Counts of the reference: `uniform(9, n * m)`, computed with pymoo.
#[test]
fn fronts_are_as_many_and_as_large_as_the_reference_says() {
    for (count, width, fronts, first) in [(1000, 2, 59, 7), (1000, 3, 19, 36), (5000, 3, 35, 52), (2000, 5, 9, 238)] {
        let ranks = rank(&pseudo(9, count, width));
        assert_eq!(ranks.iter().max(), Some(&(fronts - 1)), "{count} points of {width} objectives");
        assert_eq!(ranks.iter().filter(|rank| **rank == 0).count(), first);
    }
}

#[test]
fn ranks_follow_the_points_and_ignore_scale_and_the_order_of_objectives() {
    for width in 2..=6 {
        let objectives = pseudo(17, 400, width);
        let ranks = rank(&objectives);
        let order = shuffled(5, 400);
        let moved = rank(&objectives.select(ndarray::Axis(0), &order));
        assert!(order.iter().zip(moved).all(|(at, rank)| ranks[*at] == rank));
        let turned = objectives.select(ndarray::Axis(1), &shuffled(6, width));
        assert_eq!(rank(&turned.mapv(|value| 3e5 * value - 7.0)), ranks);
    }
}

#[test]
fn infinite_numbers_and_both_zeros_are_compared_as_numbers() {
    let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
    let objectives = array![[0.0, 1.0], [-0.0, 1.0], [low, high], [high, high], [0.0, low]];
    assert_eq!(rank(&objectives), [1, 1, 0, 2, 0]);
}

#[test]
fn nan_and_missing_objectives_are_refused_and_a_cancelled_call_stops() {
    let error = non_dominated_ranks(array![[0.0, 1.0], [0.0, f64::NAN]].view(), &Context::new()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    assert!(error.message().contains("row 1, column 1"), "{}", error.message());
    let none = Array2::zeros((3, 0));
    assert_eq!(non_dominated_ranks(none.view(), &Context::new()).unwrap_err().code(), Code::InvalidData);
    let context = Context::new();
    context.cancel();
    for width in [3, 5] {
        let error = non_dominated_ranks(pseudo(1, 500, width).view(), &context).unwrap_err();
        assert_eq!(error.code(), Code::Cancelled);
    }
}
