//! Joins against the scores of all pairs: nothing is lost and nothing is made up.
use super::*;
use crate::matching::strings::{Cdist, TextMetric, cdist};
use crate::{Code, Context};

/// Names with typing errors from a small stock, so that many are alike.
fn names(count: usize, seed: u64) -> Vec<String> {
    let mut state = seed;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % limit
    };
    let first = ["anna", "jo", "maximilian", "zoë", "李", "elisabeth", "ben", "katherine", "", "aleksandra"];
    let last = ["smith", "o'brien", "schwarzenegger", "li", "müller", "van der berg", "jones", "", "featherstonehaugh"];
    (0..count)
        .map(|_| {
            let mut name: Vec<char> =
                format!("{} {}", first[below(first.len())], last[below(last.len())]).trim().chars().collect();
            for _ in 0..below(5) {
                let letter = ['a', 'e', 'n', 's', 't', 'ü', ' '][below(7)];
                let place = below(name.len() + 1);
                match below(4) {
                    0 => name.insert(place, letter),
                    1 if place < name.len() => drop(name.remove(place)),
                    2 if place + 1 < name.len() => name.swap(place, place + 1),
                    _ if place < name.len() => name[place] = letter,
                    _ => {}
                }
            }
            name.into_iter().collect()
        })
        .collect()
}

const METRICS: [TextMetric; 16] = [
    TextMetric::Levenshtein,
    TextMetric::Osa,
    TextMetric::DamerauLevenshtein,
    TextMetric::Indel,
    TextMetric::Subsequence,
    TextMetric::Hamming,
    TextMetric::Jaro,
    TextMetric::JaroWinkler,
    TextMetric::TokenSortRatio,
    TextMetric::TokenSetRatio,
    TextMetric::Jaccard,
    TextMetric::PartialRatio,
    TextMetric::WeightedRatio,
    TextMetric::Dice,
    TextMetric::Cosine,
    TextMetric::Overlap,
];

#[test]
fn every_pair_at_the_cutoff_is_found_with_its_score_and_no_other() {
    let context = Context::new();
    let (left, right) = (names(150, 1), names(400, 2));
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    let right: Vec<&str> = right.iter().map(String::as_str).collect();
    for metric in METRICS {
        let scores = cdist(&left, &right, &Cdist::default().with_metric(metric), &context).unwrap();
        for cutoff in [1.0, 0.96, 0.92, 0.85, 0.8, 0.75, 0.7, 0.6, 0.3, 0.01] {
            let options = TextJoin::default().with_metric(metric).with_cutoff(cutoff);
            let matches = join_texts(&left, &right, &options, &context).unwrap();
            let mut seen: Vec<(i64, i64, u64)> = matches
                .left
                .iter()
                .zip(matches.right.iter())
                .zip(matches.score.iter())
                .map(|((left, right), score)| (*left, *right, score.to_bits()))
                .collect();
            seen.sort_unstable();
            let wanted: Vec<(i64, i64, u64)> = scores
                .indexed_iter()
                .filter(|(_, score)| **score >= cutoff)
                .map(|((row, column), score)| (row as i64, column as i64, score.to_bits()))
                .collect();
            assert_eq!(seen.len(), wanted.len(), "{metric:?} at {cutoff}");
            assert!(seen == wanted, "{metric:?} at {cutoff}");
        }
    }
}

#[test]
fn the_k_best_are_the_first_of_all() {
    let context = Context::new();
    let texts = names(300, 3);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let options = TextJoin::default().with_cutoff(0.8);
    let all = join_texts(&texts, &texts, &options, &context).unwrap();
    let best = join_texts(&texts, &texts, &options.clone().with_k(2), &context).unwrap();
    let mut wanted = Vec::new();
    let mut taken = vec![0; texts.len()];
    for ((left, right), score) in all.left.iter().zip(all.right.iter()).zip(all.score.iter()) {
        taken[*left as usize] += 1;
        if taken[*left as usize] <= 2 {
            wanted.push((*left, *right, *score));
        }
    }
    let seen: Vec<_> =
        best.left.iter().zip(best.right.iter()).zip(best.score.iter()).map(|((l, r), s)| (*l, *r, *s)).collect();
    assert_eq!(seen, wanted);
    let fitted = options.fit(&texts, &context).unwrap();
    let mut blocks = fitted.blocks(&texts, 7).unwrap();
    let mut rows = Vec::new();
    while let Some(block) = blocks.next_block(&context).unwrap() {
        rows.extend(block.left.iter().copied().zip(block.right.iter().copied()));
    }
    assert_eq!(rows, all.left.iter().copied().zip(all.right.iter().copied()).collect::<Vec<_>>());
}

#[test]
fn doubles_are_the_pairs_of_the_list_with_itself_on_any_number_of_threads() {
    let texts = names(400, 4);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    for (metric, cutoff) in [(TextMetric::Levenshtein, 0.8), (TextMetric::JaroWinkler, 0.9), (TextMetric::Dice, 0.7)] {
        let options = TextJoin::default().with_metric(metric).with_cutoff(cutoff);
        let doubles = dedup_texts(&texts, &options, &Context::new().with_threads(1)).unwrap();
        assert_eq!(doubles, dedup_texts(&texts, &options, &Context::new().with_threads(3)).unwrap());
        let all = join_texts(&texts, &texts, &options, &Context::new()).unwrap();
        let wanted: Vec<(i64, i64)> =
            all.left.iter().copied().zip(all.right.iter().copied()).filter(|(l, r)| l < r).collect();
        let seen: Vec<(i64, i64)> = doubles.left.iter().copied().zip(doubles.right.iter().copied()).collect();
        assert_eq!(seen, wanted, "{metric:?}");
        for (left, right) in seen {
            assert_eq!(doubles.group[left as usize], doubles.group[right as usize]);
        }
        assert_eq!(doubles.group[0], 0);
    }
}

#[test]
fn an_empty_side_has_no_matches() {
    let context = Context::new();
    for metric in METRICS {
        let options = TextJoin::default().with_metric(metric);
        assert!(join_texts(&[], &["a"], &options, &context).unwrap().left.is_empty());
        assert!(join_texts(&["a"], &[], &options, &context).unwrap().left.is_empty());
        assert!(dedup_texts(&[], &options, &context).unwrap().group.is_empty());
    }
}

#[test]
fn a_cutoff_that_is_no_similarity_is_refused() {
    for cutoff in [0.0, -1.0, 1.1, f64::NAN] {
        let error = join_texts(&["a"], &["a"], &TextJoin::default().with_cutoff(cutoff), &Context::new()).unwrap_err();
        assert_eq!(error.code(), Code::InvalidConfig);
    }
    let error = join_texts(&["a"], &["a"], &TextJoin::default().with_k(0), &Context::new()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidConfig);
}
