//! `docs/capabilities.md`: everything public, one line each.
use std::fmt::Write as _;

use inlaid_bridge::api::{Api, Kind, Method};

use super::{Generated, MARK, plain};

/// The page.
pub(super) fn file(api: &Api) -> Generated {
    let mut text = format!("<!-- {MARK} -->\n# Capabilities\n");
    text.push_str("Everything that all four languages have, by room. Names are written as on the wire; Node and Java write them in\n");
    text.push_str("camelCase. Options, defaults and errors stand in the docs of each class.\n");
    for room in &api.rooms {
        let _ = write!(text, "\n## {}\n", room.name);
        rows(&mut text, "functions", &room.functions);
        for class in &room.classes {
            let what = match class.kind {
                Kind::Options => "options",
                Kind::Model => "fitted model",
                Kind::Report => "result",
                Kind::Enum | Kind::Union => continue,
            };
            let _ = write!(text, "\n**{}** ({what}): {}\n", class.name, first_sentence(&class.doc));
            rows(&mut text, "methods", &class.methods);
        }
    }
    Generated { path: "docs/capabilities.md".into(), text }
}

fn rows(text: &mut String, heading: &str, methods: &[Method]) {
    if methods.is_empty() {
        return;
    }
    let _ = write!(text, "\n| {heading} | takes | what it does |\n|---|---|---|\n");
    for method in methods {
        let arrays = method.arrays.iter().map(|array| array.name.to_owned());
        let callback = method.asks.iter().map(|asks| format!("{}()", asks.name));
        let required = method.options.iter().filter(|option| option.required).map(|option| option.name.clone());
        let optional =
            method.options.iter().filter(|option| !option.required).map(|option| format!("[{}]", option.name));
        let takes: Vec<String> = arrays.chain(callback).chain(required).chain(optional).collect();
        let _ = writeln!(text, "| `{}` | {} | {} |", method.name, takes.join(", "), first_sentence(method.doc));
    }
}

/// The first sentence of a doc, without line breaks.
fn first_sentence(doc: &str) -> String {
    let text = plain(doc).replace('\n', " ");
    text.split_once(". ").map_or(text.clone(), |(first, _)| format!("{first}.")).replace('|', "\\|")
}
