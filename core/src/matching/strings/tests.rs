//! Worked examples, and scores of RapidFuzz and jellyfish.
use super::*;
use crate::{Code, Context};

fn near(seen: f64, wanted: f64) {
    assert!((seen - wanted).abs() < 1e-12, "{seen} is not {wanted}");
}

#[test]
fn the_examples_of_the_literature_come_out() {
    near(jaro("MARTHA", "MARHTA"), 17.0 / 18.0);
    near(jaro_winkler("MARTHA", "MARHTA"), 0.961_111_111_111_111_1);
    near(jaro_winkler("DIXON", "DICKSONX"), 0.813_333_333_333_333_2);
    near(jaro_winkler("DWAYNE", "DUANE"), 0.84);
    near(jaro("JELLYFISH", "SMELLYFISH"), 0.896_296_296_296_296_4);
    assert_eq!((levenshtein("CA", "ABC"), osa("CA", "ABC"), damerau_levenshtein("CA", "ABC")), (3, 3, 2));
    near(token_set_ratio("fuzzy was a bear", "fuzzy fuzzy was a bear"), 1.0);
    near(token_sort_ratio("fuzzy was a bear", "fuzzy fuzzy was a bear"), 0.842_105_263_157_894_7);
    near(partial_ratio("YANKEES", "NEW YORK YANKEES"), 1.0);
    near(weighted_ratio("YANKEES", "NEW YORK YANKEES"), 0.9);
    near(jaccard("night", "nacht"), 3.0 / 9.0);
    assert_eq!(levenshtein("café", "cafe"), 1);
}

/// Scores of other libraries, see `tests/data/make_text_scores.py`.
fn oracle() -> serde_json::Value {
    serde_json::from_str(include_str!("../../../../tests/data/text_scores.json")).unwrap()
}

#[test]
fn all_metrics_give_the_scores_of_rapidfuzz() {
    let context = Context::new();
    let oracle = oracle();
    let pairs = oracle["pairs"].as_array().unwrap();
    assert!(pairs.len() > 200);
    for pair in pairs {
        let (a, b) = (pair["left"].as_str().unwrap(), pair["right"].as_str().unwrap());
        let with = |metric, parameters: MetricParameters| {
            let options = TextSimilarity::default().with_metric(metric).with_parameters(parameters);
            similarity(a, b, &options, &context).unwrap()
        };
        let usual = MetricParameters::default;
        let check = |name: &str, seen: f64, wanted: &serde_json::Value| {
            let wanted = wanted.as_f64().unwrap();
            assert!((seen - wanted).abs() <= 1e-12, "{name} of {a:?} and {b:?}: {seen} is not {wanted}");
        };
        let costs = usual().with_costs(2, 3, 4);
        let distances: [(&str, usize, f64); 7] = [
            ("levenshtein", levenshtein(a, b), levenshtein_similarity(a, b)),
            ("osa", osa(a, b), osa_similarity(a, b)),
            ("damerau_levenshtein", damerau_levenshtein(a, b), damerau_levenshtein_similarity(a, b)),
            ("indel", indel_distance(a, b), indel_ratio(a, b)),
            ("subsequence", subsequence_length(a, b), subsequence_similarity(a, b)),
            ("hamming", hamming(a, b, true).unwrap(), hamming_similarity(a, b)),
            (
                "weighted",
                weighted_levenshtein(a, b, &costs, &context).unwrap() as usize,
                with(TextMetric::Levenshtein, costs.clone()),
            ),
        ];
        for (name, distance, score) in distances {
            check(name, distance as f64, &pair[name][0]);
            check(name, score, &pair[name][1]);
        }
        check("jaro", jaro(a, b), &pair["jaro"]);
        check("jaro_winkler", jaro_winkler(a, b), &pair["jaro_winkler"]);
        let boosted = with(TextMetric::JaroWinkler, usual().with_prefix_weight(0.2));
        check("jaro_winkler_0.2", boosted, &pair["jaro_winkler_0.2"]);
        for (name, score) in [
            ("partial_ratio", partial_ratio(a, b)),
            ("token_sort_ratio", token_sort_ratio(a, b)),
            ("token_set_ratio", token_set_ratio(a, b)),
            ("weighted_ratio", weighted_ratio(a, b)),
        ] {
            let wanted = serde_json::json!(pair[name].as_f64().unwrap() / 100.0);
            check(name, score, &wanted);
        }
        let metrics = [TextMetric::Jaccard, TextMetric::Dice, TextMetric::Cosine, TextMetric::Overlap];
        for (index, metric) in metrics.into_iter().enumerate() {
            check("grams", with(metric, usual()), &pair["grams_2"][index]);
            check("bare grams", with(metric, usual().with_grams(3, false)), &pair["grams_3_bare"][index]);
        }
    }
}

/// Letters a to g by SplitMix64, as the script makes them.
fn letters(seed: u64, count: u64) -> String {
    (1..=count)
        .map(|i| {
            let z = seed.wrapping_add(i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            char::from(b'a' + ((z ^ (z >> 31)) % 7) as u8)
        })
        .collect()
}

#[test]
fn long_texts_have_the_distances_of_rapidfuzz() {
    for pair in oracle()["long"].as_array().unwrap() {
        let length = pair["length"].as_u64().unwrap();
        let (a, other) = (letters(1, length), letters(2, length));
        let kept = a.chars().enumerate().filter(|(i, _)| i % 97 != 0);
        let b: String = kept.map(|(i, c)| if i % 89 == 0 { 'x' } else { c }).collect();
        for (place, b) in [b, other].iter().enumerate() {
            for (name, distance) in
                [("levenshtein", levenshtein(&a, b)), ("osa", osa(&a, b)), ("indel", indel_distance(&a, b))]
            {
                assert_eq!(Some(distance as u64), pair[name][place].as_u64(), "{name} of {length}");
            }
            near(jaro(&a, b), pair["jaro"][place].as_f64().unwrap());
        }
    }
}

#[test]
fn texts_in_pairs_have_the_scores_of_each() {
    let context = Context::new();
    let (left, right) = (["smith", "", "Zoë"], ["smyth", "a", "zoe"]);
    let options = TextSimilarity::default().with_normalization(TextNormalization::loose());
    let scores = similarity_batch(&left, &right, &options, &context).unwrap();
    assert_eq!(scores.to_vec(), [jaro_winkler("smith", "smyth"), 0.0, 1.0]);
    let distances = levenshtein_batch(&left, &right, &TextNormalization::default(), &context).unwrap();
    assert_eq!(distances.to_vec(), [1, 1, 2]);
    let error = similarity_batch(&left, &right[..2], &options, &context).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    assert!(error.message().contains("3 and 2"));
}

#[test]
fn normalisation_leaves_what_it_says() {
    let loose = TextNormalization::loose();
    assert_eq!(normalize_text("  Smith-Jones,\tZÜRICH ", &loose), "smith jones zurich");
    assert_eq!(normalize_text("Straße ΣΊΣΥΦΟΣ", &loose), "strasse σισυφοσ");
    let nfkc = TextNormalization::default().with_form(UnicodeForm::Nfkc);
    assert_eq!(normalize_text("ﬁ\u{FF21}e\u{301}", &nfkc), "fiAé");
    let bare = TextNormalization::default().with_punctuation(PunctuationRule::Remove);
    assert_eq!(normalize_text("O'Brien (1st)", &bare), "OBrien 1st");
    let tight = TextNormalization::default().with_whitespace(WhitespaceRule::Remove);
    assert_eq!(normalize_text(" a\u{2003}b ", &tight), "ab");
}

#[test]
fn parameters_out_of_range_are_refused() {
    let refused = |parameters: MetricParameters| {
        let options = TextSimilarity::default().with_parameters(parameters);
        similarity("a", "b", &options, &Context::new()).unwrap_err().code() == Code::InvalidConfig
    };
    let usual = MetricParameters::default;
    assert!(refused(usual().with_prefix_weight(f64::NAN)) && refused(usual().with_prefix_weight(0.3)));
    assert!(refused(usual().with_grams(0, true)) && refused(usual().with_grams(65, true)));
    assert!(refused(usual().with_costs(1, 1, 1_000_001)));
    assert_eq!(hamming("ab", "a", false).unwrap_err().code(), Code::InvalidData);
    let cutoff = Cdist::default().with_score_cutoff(f64::NAN);
    assert_eq!(cdist(&["a"], &["a"], &cutoff, &Context::new()).unwrap_err().code(), Code::InvalidConfig);
}

#[test]
fn too_many_scores_are_refused_before_anything_is_allocated() {
    let texts = vec!["a"; 50_000];
    let error = cdist(&texts, &texts, &Cdist::default(), &Context::new()).unwrap_err();
    assert_eq!(error.code(), Code::TooLarge);
}

#[test]
fn texts_of_ten_megabytes_are_compared_and_stopped_in_time() {
    let long = letters(3, 10_000_000);
    let mut other = long.clone();
    other.insert_str(5_000_000, "xyz");
    assert_eq!(levenshtein(&long, &other), 3);
    assert!(jaro(&long, &other) > 0.9);
    let reversed: String = long.chars().rev().collect();
    for metric in [
        TextMetric::Levenshtein,
        TextMetric::Osa,
        TextMetric::DamerauLevenshtein,
        TextMetric::Indel,
        TextMetric::TokenSortRatio,
        TextMetric::WeightedRatio,
        TextMetric::Jaccard,
    ] {
        let context = Context::new();
        let options = TextSimilarity::default().with_metric(metric);
        let stopped = std::thread::scope(|scope| {
            let call = scope.spawn(|| similarity(&long, &reversed, &options, &context));
            std::thread::sleep(std::time::Duration::from_millis(150));
            context.cancel();
            let since = std::time::Instant::now();
            let result = call.join().unwrap();
            assert_eq!(result.unwrap_err().code(), Code::Cancelled, "{metric:?}");
            since.elapsed()
        });
        assert!(stopped.as_millis() < 400, "{metric:?} took {stopped:?}");
    }
}
