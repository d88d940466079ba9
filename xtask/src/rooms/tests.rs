use super::*;

const FRONT: &str =
    "pub mod error; pub mod forecast;\npub use context::Context;\npub use error::{Code, Error, Result as Answer};";

/// The sentences about one file.
fn said(file: &str, text: &str) -> Vec<String> {
    let files = [("lib.rs", FRONT), (file, text)].map(|(path, text)| (PathBuf::from(path), text.to_owned()));
    judge(&files.into()).unwrap().iter().map(ToString::to_string).collect()
}

fn fine(file: &str, text: &str) {
    assert_eq!(said(file, text), Vec::<String>::new(), "{text}");
}

fn refused(file: &str, text: &str, end: &str) {
    let said = said(file, text);
    assert!(said.len() == 1 && said[0].ends_with(end), "{text}: {said:?}");
}

#[test]
fn the_engine_keeps_to_the_table() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src");
    let violations = check(&source).unwrap();
    assert!(violations.is_empty(), "{violations:#?}");
    // And its imports are seen.
    let text = fs::read_to_string(source.join("forecast/fitted.rs")).unwrap();
    let seen = paths(&["forecast".into(), "fitted".into()], &text);
    for expected in ["error::ensure", "data::Matrix", "Context", "forecast::method::Method"] {
        assert!(seen.iter().any(|used| used.segments.join("::") == expected), "{expected} was not seen");
    }
}

#[test]
fn the_table_has_no_cycle() {
    fn reaches(from: &str, to: &str) -> bool {
        let next = ROOMS.iter().find(|(room, _)| *room == from).map_or(&[][..], |(_, others)| others);
        next.iter().any(|other| *other == to || reaches(other, to))
    }
    assert!(ROOMS.iter().all(|(room, _)| !reaches(room, room)));
}

#[test]
fn rooms_stand_on_the_ground_floor_and_on_the_rooms_of_the_table() {
    fine("forecast/naive.rs", "use crate::{Context, math::normal};\nuse crate::error::{Result, ensure};");
    fine("anomaly/mod.rs", "use crate::forecast::AutoEts; use crate::learn::{self, Trees as Forest};");
    fine("store/mod.rs", "use crate::error::Result; use crate::data::Matrix;");
    refused(
        "forecast/naive.rs",
        "use crate::anomaly::Score;",
        "forecast may not import anomaly (`crate::anomaly::Score`)",
    );
    refused(
        "anomaly/mod.rs",
        "use crate::{\n  Context,\n  analytics::{a::B}};",
        "anomaly may not import analytics (`crate::analytics::a::B`)",
    );
    refused("math/mod.rs", "use crate::forecast::Naive;", "math may not import forecast (`crate::forecast::Naive`)");
    refused("error.rs", "use crate::data::Matrix;", "error may not import data (`crate::data::Matrix`)");
    refused("error.rs", "use crate::Context;", "error may not import context (`crate::Context`)");
}

#[test]
fn paths_in_the_middle_of_code_count() {
    let text = "fn f() {\n  let a = crate::vision::<T>(1);\n}";
    assert_eq!(said("nlp.rs", text), ["nlp.rs:2: nlp may not import vision (`crate::vision`)"]);
    refused("nlp.rs", "impl A for crate::vision::B<C> {}", "vision (`crate::vision::B`)");
    refused("error.rs", "macro_rules! m { () => { $crate::math::f() } }", "math (`crate::math::f`)");
    fine("error.rs", "macro_rules! m { () => { $crate::error::Error::new($crate::Code::Io) } } pub(crate) use m;");
}

#[test]
fn relative_paths_are_followed_up_to_the_root() {
    fine("forecast/ets/search.rs", "use super::super::result::Forecast; use super::options; use self::inner::X;");
    refused("forecast/ets/search.rs", "use super::super::super::nlp::Words;", "nlp (`crate::nlp::Words`)");
    refused("forecast/ets/mod.rs", "use super::{naive, super::nlp::Words};", "nlp (`crate::nlp::Words`)");
    fine("forecast/ets/mod.rs", "mod a { mod b { use super::super::super::super::math::f; } } use super::result::X;");
    refused("forecast.rs", "mod a { use super::B; } use super::nlp::C;", "nlp (`crate::nlp::C`)");
    fine("context.rs", "#[cfg(test)] mod tests { use super::*; use crate::Code; fn f() { { } } use super::Context; }");
}

#[test]
fn nothing_hides_behind_a_star_an_alias_or_an_unknown_name() {
    refused("nlp.rs", "use crate::*;", "name what is needed");
    refused("nlp.rs", "use crate as engine;", "name what is needed");
    refused("nlp.rs", "use super as engine;", "name what is needed");
    refused("nlp.rs", "use crate::Surprise;", "`Surprise` is no room and not offered by lib.rs");
    refused("nlp.rs", "use crate::Result;", "`Result` is no room and not offered by lib.rs");
    refused("utils.rs", "use crate::vision::B;", "neither ground floor nor a room; add it to the table or move it");
    assert!(judge(&BTreeMap::new()).is_err());
}

#[test]
fn comments_texts_and_characters_are_no_code() {
    fine("nlp.rs", "//! See crate::vision::A.\n/* use crate::vision::B; /* crate::rag */ crate::rag::C */");
    fine("nlp.rs", r##"const A: &str = "crate::vision::A \" crate::rag::B"; const C: &str = r#"" crate::rag::B"#;"##);
    fine("nlp.rs", r##"const A: &[u8] = b"\\"; const B: char = '"'; const C: &str = br"crate::rag::C";"##);
    // And code after them is seen again.
    let after = ["'\"'", "'\\''", "'\\u{41}'", "b'\"'", "\"\\\\\"", "r\"\\\"", "/* ' */ 1", "1.0e-3", "'é'"];
    for literal in after {
        refused(
            "nlp.rs",
            &format!("const A: T<'static> = {literal}; use crate::rag::r#type;"),
            "rag (`crate::rag::type`)",
        );
    }
}
