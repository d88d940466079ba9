//! Keys against those of other libraries, and the examples of the sources.
use super::*;

#[test]
fn the_examples_of_the_sources_come_out() {
    for (name, key) in
        [("Robert", "R163"), ("Rupert", "R163"), ("Ashcraft", "A261"), ("Tymczak", "T522"), ("Pfister", "P236")]
    {
        assert_eq!(soundex(name), key, "{name}");
    }
    assert_eq!(cologne_phonetics("Breschnew"), "17863");
    assert_eq!(cologne_phonetics("Wikipedia"), "3412");
    assert_eq!(nysiis("Worthy"), "WARTY");
    assert_eq!(metaphone("Thumb"), "0M");
}

#[test]
fn a_text_without_letters_has_no_key() {
    for key in [
        PhoneticKey::Soundex,
        PhoneticKey::RefinedSoundex,
        PhoneticKey::Nysiis,
        PhoneticKey::Metaphone,
        PhoneticKey::DoubleMetaphone,
        PhoneticKey::DoubleMetaphoneAlternate,
        PhoneticKey::Cologne,
    ] {
        for text in ["", "123", "李小龍", "😀"] {
            assert_eq!(phonetic_key(text, key), "");
        }
    }
}

#[test]
fn keys_are_those_of_other_libraries() {
    let oracle: serde_json::Value =
        serde_json::from_str(include_str!("../../../../../tests/data/text_scores.json")).unwrap();
    let keys = oracle["keys"].as_array().unwrap();
    assert!(keys.len() > 100);
    let mut wrong = Vec::new();
    for wanted in keys {
        let text = wanted["text"].as_str().unwrap();
        for (name, key) in [
            ("soundex", soundex(text)),
            ("refined_soundex", refined_soundex(text)),
            ("nysiis", nysiis(text)),
            ("metaphone", metaphone(text)),
            ("cologne", cologne_phonetics(text)),
        ] {
            if wanted[name] != key.as_str() {
                wrong.push(format!("{name} of {text}: {key} is not {}", wanted[name]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn double_metaphone_keys_are_those_of_the_program_in_c() {
    let oracle: serde_json::Value =
        serde_json::from_str(include_str!("../../../../../tests/data/double_metaphone.json")).unwrap();
    let keys = oracle["keys"].as_array().unwrap();
    assert!(keys.len() > 5000);
    let mut wrong = Vec::new();
    for line in keys {
        let wanted: Vec<&str> = line.as_str().unwrap().split('\t').collect();
        let found = (double_metaphone(wanted[0]), double_metaphone_alternate(wanted[0]));
        if (found.0.as_str(), found.1.as_str()) != (wanted[1], wanted[2]) {
            wrong.push(format!("{wanted:?} is not {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}: {}", wrong.len(), keys.len(), wrong.join("\n"));
}

#[test]
fn accents_are_no_part_of_a_double_metaphone_key_but_the_cedilla() {
    for (name, key) in
        [("Garçon", "KRSN"), ("Garc\u{327}on", "KRSN"), ("Peña", "PN"), ("Müller", "MLR"), ("Weiß", "AS")]
    {
        assert_eq!(double_metaphone(name), key, "{name}");
    }
}
