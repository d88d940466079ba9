//! What holds for every metric and for texts of any kind: bounds, identity, symmetry, and one score by every way to it.
use std::cell::Cell;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use super::metric::watched;
use super::symbols::Watch;
use super::*;
use crate::Context;
use crate::math::random::Random;

const METRICS: [TextMetric; 16] = [
    TextMetric::Levenshtein,
    TextMetric::Osa,
    TextMetric::DamerauLevenshtein,
    TextMetric::Indel,
    TextMetric::Subsequence,
    TextMetric::Hamming,
    TextMetric::Jaro,
    TextMetric::JaroWinkler,
    TextMetric::PartialRatio,
    TextMetric::TokenSortRatio,
    TextMetric::TokenSetRatio,
    TextMetric::WeightedRatio,
    TextMetric::Jaccard,
    TextMetric::Dice,
    TextMetric::Cosine,
    TextMetric::Overlap,
];

/// Marks, letters from right to left, joiners, code points beyond 16 bits, NUL, blanks of many kinds, the last code points.
const SYMBOLS: [&str; 5] = [
    "ab ",
    "aeinrst lo",
    "e\u{301}\u{308}a\u{30a}o\u{338}\u{200d}\u{feff}",
    "שלום \u{200f}سلام\u{202e}١٢",
    "😀👩\u{1f3fd}𝒜\u{10ffff}\u{d7ff}\u{e000}\0\u{1c}\u{a0}\u{2003}\n",
];

fn texts(count: usize, seed: u64) -> Vec<String> {
    let mut random = Random::new(seed);
    let mut below = |end: usize| ((u128::from(random.bits()) * end as u128) >> 64) as usize;
    let mut texts: Vec<String> = vec![String::new(), "\0".into(), " ".into()];
    while texts.len() < count {
        let symbols: Vec<char> = SYMBOLS[below(5)].chars().collect();
        let length = [below(4), below(16), below(40), 60 + below(12)][below(4)];
        let mut text: Vec<char> = match below(2) {
            0 => (0..length).map(|_| symbols[below(symbols.len())]).collect(),
            _ => texts[below(texts.len())].chars().collect(),
        };
        for _ in 0..below(4) {
            let (at, symbol) = (below(text.len() + 1), symbols[below(symbols.len())]);
            match below(3) {
                0 => text.insert(at, symbol),
                1 if at < text.len() => drop(text.remove(at)),
                2 if at + 1 < text.len() => text.swap(at, at + 1),
                _ => text.push(symbol),
            }
        }
        texts.push(text.into_iter().collect());
    }
    texts
}

fn score(a: &str, b: &str, metric: TextMetric) -> f64 {
    similarity(a, b, &TextSimilarity::default().with_metric(metric), &Context::new()).unwrap()
}

#[test]
fn every_metric_is_bounded_symmetric_and_one_for_the_same_text() {
    let texts = texts(130, 1);
    for metric in METRICS {
        for (i, a) in texts.iter().enumerate() {
            let itself = score(a, a, metric);
            let wordless = a.chars().all(|c| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c));
            match metric {
                TextMetric::TokenSetRatio if wordless => assert_eq!(itself, 0.0, "{a:?}"),
                TextMetric::WeightedRatio if a.is_empty() => assert_eq!(itself, 0.0),
                _ => assert_eq!(itself, 1.0, "{metric:?} of {a:?}"),
            }
            for b in &texts[..i] {
                let (there, back) = (score(a, b, metric), score(b, a, metric));
                assert!((0.0..=1.0).contains(&there), "{metric:?} of {a:?} and {b:?} is {there}");
                assert_eq!(there.to_bits(), back.to_bits(), "{metric:?} of {a:?} and {b:?}");
            }
        }
    }
}

#[test]
fn texts_in_pairs_all_pairs_and_a_join_give_one_score_to_the_bit() {
    let (left, right) = (texts(60, 2), texts(150, 3));
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    let right: Vec<&str> = right.iter().map(String::as_str).collect();
    let context = Context::new();
    for metric in METRICS {
        let options = TextSimilarity::default().with_metric(metric);
        let all = cdist(&left, &right, &Cdist::default().with_metric(metric), &context).unwrap();
        let join = TextJoin::default().with_metric(metric).with_cutoff(0.55);
        let join = join_texts(&left, &right, &join, &context).unwrap();
        let mut joined = vec![0.0; left.len() * right.len()];
        for ((i, j), score) in join.left.iter().zip(join.right.iter()).zip(join.score.iter()) {
            joined[*i as usize * right.len() + *j as usize] = *score;
        }
        for (i, text) in left.iter().enumerate() {
            let row = vec![*text; right.len()];
            let batch = similarity_batch(&row, &right, &options, &context).unwrap();
            for (j, other) in right.iter().enumerate() {
                let one = score(text, other, metric);
                assert_eq!(batch[j].to_bits(), one.to_bits(), "{metric:?} of {text:?} and {other:?}");
                assert_eq!(all[[i, j]].to_bits(), one.to_bits(), "{metric:?} of {text:?} and {other:?}");
                let kept = if one >= 0.55 { one } else { 0.0 };
                assert_eq!(
                    joined[i * right.len() + j].to_bits(),
                    kept.to_bits(),
                    "{metric:?} of {text:?} and {other:?}"
                );
            }
        }
    }
}

#[test]
fn costs_that_are_not_one_keep_the_bounds_and_turn_with_their_texts() {
    let texts = texts(60, 4);
    let with = |costs: [u64; 3]| {
        let parameters = MetricParameters::default().with_costs(costs[0], costs[1], costs[2]);
        TextSimilarity::default().with_metric(TextMetric::Levenshtein).with_parameters(parameters)
    };
    let context = Context::new();
    for a in &texts {
        for b in &texts {
            let there = similarity(a, b, &with([2, 3, 4]), &context).unwrap();
            assert!((0.0..=1.0).contains(&there), "{a:?} and {b:?}");
            assert_eq!(there, similarity(b, a, &with([3, 2, 4]), &context).unwrap(), "{a:?} and {b:?}");
        }
    }
}

/// Notes the longest time between two questions, and stops when it was asked for long enough.
struct Longest {
    last: Cell<Duration>,
    longest: Cell<Duration>,
    end: Instant,
}

/// The time that this thread had a processor, where the system tells; any time otherwise.
fn spent() -> Duration {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|text| text.split(' ').next().and_then(|number| number.parse().ok()));
    told.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

impl Watch for Longest {
    type Stop = Option<Infallible>;

    fn check(&self) -> Result<(), Option<Infallible>> {
        let now = spent();
        self.longest.set(self.longest.get().max(now.saturating_sub(self.last.replace(now))));
        if Instant::now() > self.end { Err(None) } else { Ok(()) }
    }
}

#[test]
fn no_metric_works_a_tenth_of_a_second_on_ten_megabytes_without_asking() {
    let mut random = Random::new(5);
    let mut make = |symbols: &[u8]| -> Vec<u8> {
        (0..10_000_000).map(|_| symbols[((u128::from(random.bits()) * symbols.len() as u128) >> 64) as usize]).collect()
    };
    let kinds = [(make(b"abcdefghijkl"), make(b"abcdefghijkl")), (make(b"abc "), make(b"bcd "))];
    for (a, b) in &kinds {
        for metric in METRICS {
            let once = || {
                let watch = Longest {
                    last: Cell::new(spent()),
                    longest: Cell::new(Duration::ZERO),
                    end: Instant::now() + Duration::from_millis(600),
                };
                let _ = watched(a, b, metric, &MetricParameters::default(), &watch);
                let _ = watch.check();
                watch.longest.get()
            };
            // Memory is slow to get and to give back while others want it too: the second try counts as well.
            let limit = Duration::from_millis(100);
            let longest = Some(once()).filter(|longest| *longest < limit).unwrap_or_else(once);
            assert!(longest < limit, "{metric:?} took {longest:?}");
        }
    }
}
