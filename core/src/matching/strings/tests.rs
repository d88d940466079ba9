//! Worked examples, and scores of RapidFuzz and jellyfish.
use super::*;

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
