//! The kernels against the functions of two texts, to the bit.
use super::packed::{Packed, Pays, Target, score_tile, score_tile_portable};
use super::*;
use crate::Context;
use crate::matching::strings::{MetricParameters, TextMetric, TextSimilarity, similarity};

const KERNELS: [TextMetric; 7] = [
    TextMetric::Levenshtein,
    TextMetric::Osa,
    TextMetric::Indel,
    TextMetric::Subsequence,
    TextMetric::Jaro,
    TextMetric::JaroWinkler,
    TextMetric::TokenSortRatio,
];

/// Texts of many lengths and alphabets, some of them near to each other.
fn texts(count: usize, seed: u64) -> Vec<String> {
    let mut state = seed;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % limit
    };
    let alphabets: [&[char]; 3] =
        [&['a', 'b', ' '], &['a', 'e', 'n', 'r', 's', ' ', 't', 'l'], &['ä', '😀', 'x', '\u{301}', '字', 'a']];
    let mut texts: Vec<String> = Vec::new();
    for _ in 0..count {
        let length = match below(8) {
            0 => below(5),
            1..=3 => below(20),
            4 => below(40),
            5 => 60 + below(10),
            6 => below(200),
            _ => below(2) * (500 + below(30)),
        };
        let alphabet = alphabets[below(3)];
        let text: String = if texts.is_empty() || below(2) == 0 {
            (0..length).map(|_| alphabet[below(alphabet.len())]).collect()
        } else {
            let base = &texts[below(texts.len())];
            let change = below(6);
            base.chars().enumerate().filter(|(i, _)| i % 7 != change).map(|(_, c)| c).collect()
        };
        texts.push(text);
    }
    texts
}

fn options(metric: TextMetric) -> TextSimilarity {
    TextSimilarity::default().with_metric(metric)
}

#[test]
fn every_score_is_that_of_the_function_of_two_texts_to_the_bit() {
    let context = Context::new();
    let (left, right) = (texts(90, 3), texts(1100, 4));
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    let right: Vec<&str> = right.iter().map(String::as_str).collect();
    for metric in KERNELS {
        let scores = cdist(&left, &right, &Cdist::default().with_metric(metric), &context).unwrap();
        let cutoffs = [0.3, 0.6, 0.75, 0.9, 1.0];
        let cut = cutoffs.map(|cutoff| {
            let options = Cdist::default().with_metric(metric).with_score_cutoff(cutoff);
            cdist(&left, &right, &options, &context).unwrap()
        });
        for (i, a) in left.iter().enumerate() {
            for (j, b) in right.iter().enumerate() {
                let one = similarity(a, b, &options(metric), &context).unwrap();
                assert_eq!(scores[[i, j]].to_bits(), one.to_bits(), "{metric:?} of {a:?} and {b:?}");
                for (cut, cutoff) in cut.iter().zip(cutoffs) {
                    let wanted = if one >= cutoff { one } else { 0.0 };
                    assert_eq!(cut[[i, j]].to_bits(), wanted.to_bits(), "{metric:?} at {cutoff} of {a:?} and {b:?}");
                }
            }
        }
    }
}

#[test]
fn the_widest_instructions_give_the_same_bits_as_the_portable_ones() {
    let context = Context::new();
    let (left, right) = (texts(40, 5), texts(700, 6));
    let right: Vec<Vec<u32>> = right.iter().map(|text| text.chars().map(u32::from).collect()).collect();
    for metric in KERNELS {
        let kernel = scores::kernel(metric, &MetricParameters::default()).unwrap();
        let packed = Packed::new(kernel, &right, true, &context).unwrap();
        let queries: Vec<_> = left
            .iter()
            .map(|text| {
                let points: Vec<u32> = text.chars().map(u32::from).collect();
                packed.takes(points.len()).then(|| packed.prepared(&points))
            })
            .collect();
        let mut results = [vec![0.0; 40 * 700], vec![0.0; 40 * 700], vec![0.0; 40 * 700], vec![0.0; 40 * 700]];
        let mut left_over = Vec::new();
        for (rows, (portable, cutoff)) in results.iter_mut().zip([(false, 0.0), (true, 0.0), (false, 0.7), (true, 0.7)])
        {
            let (mut work, mut target) =
                (packed.work(), Target { rows, columns: 700, cutoff, few: Vec::new(), pays: Pays::new() });
            for tile in &packed.tiles {
                if portable {
                    score_tile_portable(kernel, tile, &queries, &mut work, &mut target, &context).unwrap();
                } else {
                    score_tile(kernel, tile, &queries, &mut work, &mut target, &context).unwrap();
                }
            }
            left_over.push(format!("{:?}", target.few));
        }
        for (a, b) in [(0, 1), (2, 3)] {
            assert!(results[a].iter().any(|score| *score > 0.0));
            assert!(results[a].iter().zip(&results[b]).all(|(a, b)| a.to_bits() == b.to_bits()), "{metric:?}");
            assert_eq!(left_over[a], left_over[b]);
        }
    }
}
