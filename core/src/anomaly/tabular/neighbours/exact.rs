//! Rounded rows held against each other, beside comparing all pairs one by one: every kernel, every way of search.
use super::NOBODY;
use super::dense::{Dense, Way};
use super::grain::Means;
use crate::Context;
use crate::math::random::Random;
use crate::math::simd::Kernels;

const KERNELS: [Kernels; 3] = [Kernels::Portable, Kernels::Avx512, Kernels::Vnni];
const WAYS: [Way; 3] = [Way::Swept { apart: true }, Way::Swept { apart: false }, Way::Once];

/// Every kernel, with words and with bytes.
fn means() -> impl Iterator<Item = Means> {
    KERNELS.into_iter().flat_map(|kernels| [false, true].map(|bytes| Means { kernels, bytes: Some(bytes) }))
}

/// Squared distances from a row, ascending, with the rows.
fn brute(values: &[f64], columns: usize, query: &[f64], without: u32) -> Vec<(f64, u32)> {
    let mut all: Vec<(f64, u32)> = values
        .chunks_exact(columns)
        .zip(0..)
        .filter(|(_, row)| *row != without)
        .map(|(row, at)| (row.iter().zip(query).map(|(a, b)| (a - b) * (a - b)).sum(), at))
        .collect();
    all.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    all
}

/// Hold what was found for each of `queries` against all pairs; `whole` where sums are the same in any order.
fn check(
    values: &[f64],
    columns: usize,
    queries: &[f64],
    own: bool,
    found: &(Vec<u32>, Vec<f64>),
    whole: bool,
    name: &str,
) {
    let wanted = found.0.len() / (queries.len() / columns);
    for (at, query) in queries.chunks_exact(columns).enumerate() {
        let expected = brute(values, columns, query, if own { at as u32 } else { NOBODY });
        for (place, (real, nearest)) in expected.into_iter().enumerate().take(wanted) {
            let (row, square) = (found.0[at * wanted + place], found.1[at * wanted + place]);
            assert!((square - real).abs() <= 1e-12 * real, "{name}, row {at}, neighbour {place}: {square} {real}");
            assert!(!own || row as usize != at, "{name}: {at} is its own neighbour");
            let there = &values[row as usize * columns..][..columns];
            let there: f64 = there.iter().zip(query).map(|(a, b)| (a - b) * (a - b)).sum();
            assert!((square - there).abs() <= 1e-12 * there, "{name}, row {at}: {row} is {there} away, not {square}");
            // Any of equal rows may stand for the others.
            assert!(!whole || real == 0.0 || row == nearest, "{name}, row {at}, neighbour {place}");
        }
    }
}

/// Tables of all kinds, and whether sums of squares are the same in any order.
fn tables() -> Vec<(String, usize, Vec<f64>, bool)> {
    let mut random = Random::new(17);
    let mut tables = Vec::new();
    for (count, columns) in [(40, 1), (333, 6), (700, 27), (200, 65), (260, 130), (150, 530)] {
        let normal: Vec<f64> = (0..count * columns).map(|_| random.normal()).collect();
        let made =
            |name: &str, values: Vec<f64>, whole: bool| (format!("{name} {count}x{columns}"), columns, values, whole);
        tables.push(made("whole", normal.iter().map(|value| (value * 1.5).round()).collect(), true));
        tables.push(made("few values", normal.iter().map(|value| f64::from(u8::from(*value > 1.2))).collect(), true));
        tables.push(made("constant", vec![3.25; count * columns], true));
        tables.push(made("tiny", normal.iter().map(|value| value * 1e-150).collect(), false));
        tables.push(made("vanishing", normal.iter().map(|value| value * 1e-300).collect(), true));
        tables.push(made("huge", normal.iter().map(|value| value * 1e150).collect(), false));
        tables.push(made("offset", normal.iter().map(|value| 1e9 + value).collect(), false));
        let tailed = |value: &f64| value * (3.0 * value.abs()).exp();
        tables.push(made("long tails", normal.iter().map(tailed).collect(), false));
        let clustered = normal.chunks(columns).enumerate();
        let clustered =
            clustered.flat_map(|(row, values)| values.iter().map(move |v| (row % 5) as f64 * 100.0 + 0.01 * v));
        tables.push(made("clusters", clustered.collect(), false));
        let twice = normal
            .chunks(columns)
            .enumerate()
            .map(|(row, values)| if row % 3 == 0 { &normal[..columns] } else { values });
        tables.push(made("repeated", twice.flatten().copied().collect(), false));
        tables.push(made("normal", normal, false));
    }
    // Far more copies of a row than are wanted, among others and with zeros of either sign.
    let mut values: Vec<f64> = (0..900 * 6).map(|_| (random.normal() * 2.0).round()).collect();
    for (row, values) in values.chunks_exact_mut(6).enumerate().filter(|(row, _)| row % 7 < 4) {
        values.copy_from_slice(&[if row % 5 == 0 { -0.0 } else { 0.0 }, 1.0, 2.0, 1.0, 0.0, -1.0]);
    }
    tables.push(("mostly one row 900x6".to_owned(), 6, values, true));
    tables
}

#[test]
fn every_kernel_and_way_finds_what_comparing_all_pairs_finds() {
    let context = Context::new().with_threads(1);
    for (name, columns, values, whole) in tables() {
        let count = values.len() / columns;
        for wanted in [1, 5, 21, 70] {
            let wanted = wanted.min(count - 1);
            let mut first = None;
            for means in means() {
                let Some(dense) = Dense::with(&values, columns, means, &context).unwrap() else { continue };
                assert_eq!(dense.panels.rounded.is_coarse(), means.bytes == Some(true));
                for way in WAYS {
                    let found = dense.all_by(way, wanted, &context).unwrap();
                    let name = format!("{name}, {wanted} neighbours, {means:?}, {way:?}");
                    match &first {
                        // What agrees to the last bit need not be compared again.
                        Some(first) => {
                            let (_, far): &(Vec<u32>, Vec<f64>) = first;
                            assert_eq!(&found.1, far, "{name}");
                        }
                        None => {
                            check(&values, columns, &values, true, &found, whole, &name);
                            first = Some(found);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn rows_that_were_not_fitted_are_found_the_same_by_every_kernel() {
    let context = Context::new().with_threads(1);
    let mut random = Random::new(23);
    for (name, columns, values, whole) in tables() {
        let count = values.len() / columns;
        let wanted = 6.min(count - 1);
        // Some as they are, some moved, one far outside.
        let mut queries = values[..20.min(count) * columns].to_vec();
        for (at, query) in queries.chunks_exact_mut(columns).enumerate().skip(5) {
            let size = query.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
            let move_by = if at == 7 { 50.0 * size } else { 0.1 * size };
            query.iter_mut().for_each(|value| *value += (move_by * random.normal()).round());
        }
        let asked = queries.len() / columns;
        let mut first: Option<Vec<f64>> = None;
        for means in means() {
            let Some(dense) = Dense::with(&values, columns, means, &context).unwrap() else { continue };
            let mut found = (vec![NOBODY; asked * wanted], vec![f64::INFINITY; asked * wanted]);
            dense.ask(&queries, &vec![NOBODY; asked], &mut found.0, &mut found.1, &context).unwrap();
            check(&values, columns, &queries, false, &found, whole, &format!("{name}, {means:?}"));
            if let Some(first) = &first {
                assert_eq!(&found.1, first, "{name}, {means:?}");
            }
            first = Some(found.1);
            // A kept row that asks is left out.
            let own: Vec<u32> = (0..count as u32).collect();
            let mut found = (vec![NOBODY; count * wanted], vec![f64::INFINITY; count * wanted]);
            dense.ask(&values, &own, &mut found.0, &mut found.1, &context).unwrap();
            let all = dense.all(wanted, &context).unwrap();
            assert_eq!(found.1, all.1, "{name}, {means:?}");
        }
    }
}

#[test]
fn the_number_of_threads_does_not_change_the_neighbours() {
    let mut random = Random::new(29);
    for columns in [4, 90] {
        let values: Vec<f64> = (0..1500 * columns).map(|_| (random.normal() * 3.0).round()).collect();
        let dense = Dense::of(&values, columns, &Context::new()).unwrap().unwrap();
        for way in WAYS {
            let one = dense.all_by(way, 7, &Context::new().with_threads(1)).unwrap();
            let three = dense.all_by(way, 7, &Context::new().with_threads(3)).unwrap();
            assert_eq!(one, three, "{columns} {way:?}");
        }
    }
}
