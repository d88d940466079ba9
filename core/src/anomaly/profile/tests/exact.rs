//! Profiles against brute force.
use super::*;

#[test]
fn every_window_has_the_neighbour_of_its_definition() {
    for (count, window) in [(40, 3), (200, 7), (700, 16), (1500, 100), (90, 88), (91, 45)] {
        let series = walk(count, count as u64);
        check(&series, &MatrixProfile::default().with_window(window), 1e-9);
    }
}

#[test]
fn by_value_too() {
    for (count, window) in [(40, 3), (700, 16), (900, 100)] {
        let series = walk(count, count as u64);
        check(&series, &MatrixProfile::default().with_window(window).with_normalized(false), 1e-9);
    }
}

#[test]
fn an_exclusion_of_nothing_and_of_everything_is_allowed() {
    let series = walk(120, 4);
    for exclusion in [0, 1, 50, 99, 100, 101, usize::MAX] {
        check(&series, &MatrixProfile::default().with_window(20).with_exclusion(exclusion), 1e-9);
    }
}

#[test]
fn windows_of_two_series_meet() {
    for (one, two, window) in [(300, 200, 12), (30, 1200, 30), (1200, 30, 30), (20, 20, 20), (600, 1100, 5)] {
        let (series, other) = (walk(one, 1), walk(two, 2));
        for normalized in [true, false] {
            let options = MatrixProfile::default().with_window(window).with_normalized(normalized);
            let profile = options.search_between(&series, &other, &context()).unwrap();
            let table = table(&series, &other, &options);
            holds(&profile.distances.to_vec(), &profile.neighbours.to_vec(), &table, 1e-9, |_, _| true);
            assert!(profile.left_distances.is_empty() && profile.right_neighbours.is_empty());
        }
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    // Few different values, so that many neighbours are equally good.
    let mut random = Random::new(5);
    let few: Vec<f64> = (0..6000).map(|_| (random.uniform() * 3.0).floor()).collect();
    for series in [walk(6000, 9), few] {
        let options = MatrixProfile::default().with_window(8);
        let alone = options.search(&series, &Context::new().with_threads(1)).unwrap();
        for threads in [2, 3, 7] {
            assert_eq!(options.search(&series, &Context::new().with_threads(threads)).unwrap(), alone);
        }
    }
}

#[test]
fn the_widest_instructions_give_the_bits_of_the_narrowest() {
    use super::super::kernel::{Best, Sweep, seed, seed_portable, sweep_shapes, sweep_shapes_portable};
    use super::super::windows::{BAND, LANES, Windows};
    let windows = Windows::of(&walk(900, 3), &MatrixProfile::default().with_window(25), 1.0, &context()).unwrap();
    let run = |portable: bool| {
        let (mut row_best, mut column_best) = (Best::new(windows.count), Best::new(windows.count));
        let mut sums = vec![[0.0; LANES]; BAND / LANES];
        let mut sweep = Sweep {
            rows: 0..windows.count - 7,
            diagonal: 7,
            fresh: true,
            row: &windows,
            column: &windows,
            row_best: &mut row_best,
            column_best: &mut column_best,
        };
        if portable {
            seed_portable(&windows, &windows, (0, 7), &mut sums);
            sweep_shapes_portable(&mut sweep, &mut sums);
        } else {
            seed(&windows, &windows, (0, 7), &mut sums);
            sweep_shapes(&mut sweep, &mut sums);
        }
        (row_best, column_best)
    };
    let ((a, b), (c, d)) = (run(false), run(true));
    assert_eq!((a.from, b.from), (c.from, d.from));
    assert_eq!((a.scores, b.scores), (c.scores, d.scores));
}

/// A linear change of the series changes nothing by shape, and by value the unit.
#[test]
fn shift_and_scale_do_not_matter() {
    let series = walk(800, 6);
    let options = MatrixProfile::default().with_window(30);
    let plain = options.search(&series, &context()).unwrap();
    // Powers of two scale exactly; the shift rounds the points themselves.
    for (factor, shift, within) in [(1024.0, 0.0, 0.0), (-0.25, 0.0, 0.0), (1.0, 1e6, 1e-7), (3.0, -7.0, 1e-9)] {
        let moved: Vec<f64> = series.iter().map(|value| value * factor + shift).collect();
        let profile = options.search(&moved, &context()).unwrap();
        for (a, b) in profile.distances.iter().zip(plain.distances.iter()) {
            assert!((a - b).abs() <= within, "{factor} {shift}: {a} {b}");
        }
    }
    let by_value = options.with_normalized(false);
    let plain = by_value.search(&series, &context()).unwrap();
    let moved: Vec<f64> = series.iter().map(|value| value * 8.0).collect();
    let scaled = by_value.search(&moved, &context()).unwrap();
    assert_eq!(scaled.neighbours, plain.neighbours);
    assert!(scaled.distances.iter().zip(plain.distances.iter()).all(|(a, b)| *a == 8.0 * b));
}
