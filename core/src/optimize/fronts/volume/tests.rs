use ndarray::{Array2, array};

use super::*;
use crate::Code;
use crate::optimize::fronts::testing::{pseudo, shell, shuffled};

fn measure(points: &Array2<f64>, bound: f64) -> f64 {
    hypervolume(points.view(), &vec![bound; points.ncols()], &Context::new()).unwrap()
}

/// Inclusion and exclusion over all subsets: the volume of a union of boxes.
fn by_subsets(points: &Array2<f64>, reference: &[f64]) -> f64 {
    let inside: Vec<Vec<f64>> = points
        .rows()
        .into_iter()
        .map(|row| row.to_vec())
        .filter(|row| row.iter().zip(reference).all(|(value, bound)| value < bound))
        .collect();
    (1_u32..1 << inside.len())
        .map(|subset| {
            let members = || (0..inside.len()).filter(|at| subset >> at & 1 == 1);
            let sides = (0..reference.len()).map(|objective| {
                reference[objective] - members().map(|at| inside[at][objective]).fold(f64::NEG_INFINITY, f64::max)
            });
            let sign = if subset.count_ones() % 2 == 1 { 1.0 } else { -1.0 };
            sign * sides.product::<f64>()
        })
        .sum()
}

/// The reference's values, which pymoo and pygmo agree on.
#[test]
fn volumes_of_shells_are_those_of_the_reference() {
    let known = [
        (2, 100, 0.987_028_220_963_802_4),
        (2, 1000, 0.994_659_533_957_464_6),
        (3, 100, 0.703_173_179_437_841_3),
        (3, 1000, 0.764_897_045_889_939_6),
        (4, 100, 0.384_789_096_870_448_8),
        (5, 100, 0.180_610_854_961_344_82),
        (6, 60, 0.060_701_861_453_920_07),
    ];
    for (width, count, volume) in known {
        let found = measure(&shell(count, width), 1.1);
        assert!((found - volume).abs() < 1e-12, "{width} objectives, {count} points: {found}");
    }
}

#[test]
fn volumes_and_contributions_are_those_of_inclusion_and_exclusion() {
    for width in 1..=7 {
        for seed in 0..12 {
            // Ties from rounding, points outside, dominated and repeated ones.
            let mut points = pseudo(seed, 11, width).mapv(|x| (x * 6.0).round() / 5.0);
            let copy = points.row(3).to_owned();
            points.row_mut(7).assign(&copy);
            let reference: Vec<f64> = (0..width).map(|objective| 1.0 + 0.05 * objective as f64).collect();
            let full = by_subsets(&points, &reference);
            let found = hypervolume(points.view(), &reference, &Context::new()).unwrap();
            assert!((found - full).abs() < 1e-10, "{width} objectives, seed {seed}: {found} is not {full}");
            let alone = hypervolume_contributions(points.view(), &reference, &Context::new()).unwrap();
            for left_out in 0..points.nrows() {
                let rest: Vec<usize> = (0..points.nrows()).filter(|at| *at != left_out).collect();
                let lost = full - by_subsets(&points.select(ndarray::Axis(0), &rest), &reference);
                assert!((alone[left_out] - lost).abs() < 1e-10, "{width} objectives, seed {seed}, point {left_out}");
            }
        }
    }
}

#[test]
fn the_order_of_points_and_objectives_does_not_matter_and_scale_multiplies() {
    for width in 2..=7 {
        let points = shell(60, width);
        let volume = measure(&points, 1.1);
        let turned = points.select(ndarray::Axis(0), &shuffled(1, 60)).select(ndarray::Axis(1), &shuffled(2, width));
        assert!((measure(&turned, 1.1) / volume - 1.0).abs() < 1e-12);
        let mut scaled = points.mapv(|value| 4.0 * value - 2.0);
        let grown = volume * crate::math::power::whole(4.0, width as i32);
        assert!((measure(&scaled, 4.0 * 1.1 - 2.0) / grown - 1.0).abs() < 1e-12);
        // More points never dominate less; a point outside or dominated changes nothing.
        scaled.row_mut(0).fill(2.4);
        assert!(measure(&scaled, 2.4) <= grown);
        let fewer = points.slice(ndarray::s![..59, ..]).to_owned();
        assert!(measure(&fewer, 1.1) < volume);
    }
}

#[test]
fn a_sphere_of_many_points_is_swept_through_many_blocks() {
    // Of a plane with z = 1 - x - y, at the corners of a grid: each adds a column of the grid.
    let side = 60;
    let points: Vec<[f64; 3]> = (0..side)
        .flat_map(|i| (0..side - i).map(move |j| [i, j, side - 1 - i - j].map(|k| f64::from(k) / f64::from(side))))
        .collect();
    let rows = Array2::from_shape_fn((points.len(), 3), |(row, column)| points[row][column]);
    // Cells of the grid that are dominated: all but those below the plane.
    let cells = (0..side).flat_map(|i| (0..side).map(move |j| side - (side - 1 - i - j).max(0))).sum::<i32>();
    let expected = f64::from(cells) / f64::from(side * side * side);
    let volume = hypervolume(rows.view(), &[1.0; 3], &Context::new()).unwrap();
    assert!((volume - expected).abs() < 1e-12, "{volume} {expected}");
}

#[test]
fn what_has_no_volume_is_refused_and_what_is_outside_is_ignored() {
    let fails = |points: Array2<f64>, reference: &[f64]| {
        hypervolume(points.view(), reference, &Context::new()).unwrap_err().code()
    };
    assert_eq!(fails(array![[0.0, f64::NAN]], &[1.0, 1.0]), Code::InvalidData);
    assert_eq!(fails(array![[0.0, f64::NEG_INFINITY]], &[1.0, 1.0]), Code::InvalidData);
    assert_eq!(fails(array![[0.0, 0.0]], &[1.0]), Code::InvalidData);
    assert_eq!(fails(array![[0.0, 0.0]], &[1.0, f64::INFINITY]), Code::InvalidData);
    assert_eq!(fails(array![[-1e200, -1e200]], &[1.0, 1.0]), Code::InvalidData);
    let outside = array![[0.5, 0.5], [f64::INFINITY, 0.0], [1.0, 0.2], [0.2, 3.0]];
    assert_eq!(measure(&outside, 1.0), 0.25);
    assert_eq!(measure(&Array2::zeros((0, 3)), 1.0), 0.0);
    let alone = hypervolume_contributions(outside.view(), &[1.0, 1.0], &Context::new()).unwrap();
    assert_eq!(alone.to_vec(), [0.25, 0.0, 0.0, 0.0]);
    let context = Context::new();
    context.cancel();
    assert_eq!(hypervolume(shell(50, 4).view(), &[1.1; 4], &context).unwrap_err().code(), Code::Cancelled);
}
