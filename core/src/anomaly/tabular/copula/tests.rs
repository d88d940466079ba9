//! Scores beside their definition.
use ndarray::Array2;

use super::*;
use crate::anomaly::Missing;
use crate::math::random::Random;

/// The definition, value by value; a row counts as one of the fitted ones.
fn by_hand(fitted: &Array2<f64>, row: &[f64], rule: Rule) -> f64 {
    let mut score = 0.0;
    for (column, value) in row.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
        let known: Vec<f64> = fitted.column(column).iter().copied().filter(|known| !known.is_nan()).collect();
        let all = known.len() as f64;
        if known.is_empty() {
            continue;
        }
        let mean = known.iter().sum::<f64>() / all;
        let cubes: f64 = known.iter().map(|known| (known - mean) * (known - mean) * (known - mean)).sum();
        let constant = known.iter().all(|other| *other == known[0]);
        let at_most = known.iter().filter(|known| *known <= value).count().max(1) as f64;
        let at_least = known.iter().filter(|known| *known >= value).count().max(1) as f64;
        let (left, right) = (-(at_most / all).ln(), -(at_least / all).ln());
        let skewed = if constant || cubes == 0.0 {
            left + right
        } else if cubes > 0.0 {
            right
        } else {
            left
        };
        score += match rule {
            Rule::Largest => skewed.max(left).max(right),
            Rule::Mean => skewed.max(0.5 * (left + right)),
        };
    }
    score
}

#[test]
fn scores_are_those_of_the_definition_for_columns_of_every_kind() {
    let mut random = Random::new(11);
    for count in [1, 2, 7, 40, 350, 1200] {
        let mut table = |rows: usize| {
            Array2::from_shape_fn((rows, 21), |(row, column)| match column % 7 {
                0 => random.normal(),
                1 => (random.uniform() * 9.0).floor(),
                2 => f64::from(u8::from(random.uniform() < 0.2)),
                3 => 4.0,
                4 if row % 3 == 1 => f64::NAN,
                4 => random.normal().exp(),
                5 => (20.0 * random.normal()).exp(),
                _ => (random.normal() * 50.0).round(),
            })
        };
        let (rows, fresh) = (table(count), table(60));
        let context = Context::new();
        for rule in [Rule::Largest, Rule::Mean] {
            let fitted = match rule {
                Rule::Largest => Ecod::default().with_missing(Missing::Ignore).fit(rows.view(), &context),
                Rule::Mean => Copod::default().with_missing(Missing::Ignore).fit(rows.view(), &context),
            }
            .unwrap();
            let own = fitted.scores();
            let (new, alone) = (
                fitted.score(fresh.view(), &context).unwrap(),
                fitted.score(fresh.slice(ndarray::s![..1, ..]), &context).unwrap(),
            );
            assert_eq!(new[0], alone[0]);
            let again = fitted.score(rows.view(), &context).unwrap();
            for (row, score) in rows.rows().into_iter().zip(own.iter().zip(again.iter())) {
                let expected = by_hand(&rows, &row.to_vec(), rule);
                assert!((score.0 - expected).abs() <= 1e-13 * expected.max(1.0), "{count} {rule:?}");
                assert_eq!(score.0, score.1);
            }
            for (row, score) in fresh.rows().into_iter().zip(new.iter()) {
                let expected = by_hand(&rows, &row.to_vec(), rule);
                assert!((score - expected).abs() <= 1e-13 * expected.max(1.0), "{count} {rule:?}");
            }
        }
    }
}
