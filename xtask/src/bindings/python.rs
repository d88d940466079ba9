//! The classes of the Python binding: one module per room, and a page about the catalogue.
//!
//! What is mechanical stands here; idiom stands by hand beside the generated files, in `_*.py`. A class that has a
//! part by hand is listed in [`BY_HAND`] and extends it, one that is wholly by hand in [`WHOLLY_BY_HAND`].
mod calls;
mod classes;
mod docs;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeSet;

use inlaid_bridge::api::{Api, Class, Kind, Room};

use super::{Generated, MARK};
use docs::Lines;

/// Where they stand.
pub(super) const FOLDER: &str = "bindings/python/inlaid";

/// Room, class, and the class of `_<room>.py` that it extends.
const BY_HAND: &[(&str, &str, &str)] = &[("forecast", "Forecast", "ForecastByHand")];

/// Room, file and classes that stand wholly by hand and are part of the room.
const WHOLLY_BY_HAND: &[(&str, &str, &[&str])] =
    &[("optimize", "_program", &["Constraint", "Expression", "LinearProgram", "Variable"])];

/// What options, results and models are made of, as `_records.py` names it.
const RECORDS: &[&str] = &["Model", "Options", "Report", "as_ints", "as_matrix", "as_table", "as_tagged", "as_vector"];

/// Names that only hints need: numpy's, then ours.
const HINTS: &[&str] = &["ArrayLike", "NDArray", "ListsLike", "TableLike", "TextsLike"];

/// Every generated file.
pub(super) fn files(api: &Api) -> Vec<Generated> {
    let mut files = vec![catalogue(api)];
    files.extend(
        api.rooms
            .iter()
            .map(|room| Generated { path: format!("{FOLDER}/{}.py", room.name).into(), text: module(room) }),
    );
    files
}

/// What the bridge looked like when the classes were written.
fn catalogue(api: &Api) -> Generated {
    let rooms: Vec<_> = api.rooms.iter().map(|room| format!("\"{}\"", room.name)).collect();
    let rooms = if rooms.len() == 1 { format!("({},)", rooms[0]) } else { format!("({})", rooms.join(", ")) };
    let text = format!(
        "# {MARK}\n\"\"\"What the generated classes were made for.\"\"\"\n\n\
         ABI = {}\n\"\"\"How the native library is called.\"\"\"\n\n\
         VERSION = \"{}\"\n\"\"\"The version of every package.\"\"\"\n\n\
         ROOMS = {rooms}\n\"\"\"The modules of the package that hold capabilities.\"\"\"\n",
        inlaid_bridge::ABI,
        api.version
    );
    Generated { path: format!("{FOLDER}/_catalogue.py").into(), text }
}

/// A room's module.
fn module(room: &Room) -> String {
    let mut body = Lines::default();
    let of_kind = |kind: Kind| room.classes.iter().filter(move |class| class.kind == kind);
    of_kind(Kind::Enum).for_each(|class| classes::words(class, &mut body));
    for class in ordered(room) {
        classes::record(room, class, &mut body);
    }
    of_kind(Kind::Model).for_each(|class| classes::model(room, class, &mut body));
    of_kind(Kind::Union).for_each(|class| classes::union(class, &mut body));
    room.functions.iter().for_each(|function| calls::function(room, function, &mut body));
    header(room, &body.text()) + &body.text()
}

/// Options and results, each after those that its defaults are made of.
fn ordered(room: &Room) -> Vec<&Class> {
    let mut done: BTreeSet<&str> = room.borrowed.iter().map(|borrowed| borrowed.name.as_str()).collect();
    let mut waiting: Vec<&Class> =
        room.classes.iter().filter(|class| matches!(class.kind, Kind::Options | Kind::Report)).collect();
    let mut order = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let free = |class: &&Class| classes::of_defaults(room, class).iter().all(|name| done.contains(name.as_str()));
        let (ready, blocked): (Vec<_>, Vec<_>) = waiting.into_iter().partition(free);
        assert!(!ready.is_empty(), "defaults of {} need each other", blocked[0].name);
        done.extend(ready.iter().map(|class| class.name.as_str()));
        order.extend(ready);
        waiting = blocked;
    }
    order
}

/// Docs, imports of what `body` uses, and the names of the module.
fn header(room: &Room, body: &str) -> String {
    let uses = |word: &str| contains_word(body, word);
    let mut names: Vec<String> = room.classes.iter().map(|class| class.name.clone()).collect();
    names.extend(room.functions.iter().map(|function| function.name.clone()));
    let by_hand = WHOLLY_BY_HAND.iter().filter(|(name, _, _)| *name == room.name);
    names.extend(by_hand.clone().flat_map(|(_, _, classes)| classes.iter().map(|class| (*class).to_owned())));
    names.sort();
    let mut lines = Lines::default();
    lines.put(0, format!("# {MARK}"));
    lines.put(0, format!("\"\"\"Classes and functions of the room `{}`.\"\"\"", room.name));
    lines.gap(1);
    lines.put(0, "from __future__ import annotations");
    lines.gap(1);
    lines.import("collections.abc", &["Callable", "Mapping", "Sequence"], uses);
    if uses("PathLike") {
        lines.put(0, "from os import PathLike");
    }
    lines.import(
        "typing",
        &["TYPE_CHECKING", "Any", "ClassVar", "Literal", "Self", "SupportsFloat", "TypeAlias"],
        |word| word == "TYPE_CHECKING" && HINTS.iter().any(|hint| uses(hint)) || uses(word),
    );
    lines.gap(1);
    lines.import(".", &["_native"], uses);
    lines.import("._arrays", &["lend_bytes", "lend_ints", "lend_lists", "lend_matrix", "lend_vector"], uses);
    lines.import("._asking", &["Ask", "lend_number", "lend_row"], uses);
    lines.import("._bridge", &["Cancel", "Run", "Wire", "call", "untagged"], uses);
    for (_, _, mixin) in BY_HAND.iter().filter(|(name, _, mixin)| *name == room.name && uses(mixin)) {
        lines.import(&format!("._{}", room.name), &[mixin], |_| true);
    }
    for (_, file, classes) in by_hand {
        lines.import(&format!(".{file}"), classes, |_| true);
    }
    lines.import("._progress", &["Progress"], uses);
    lines.import("._records", RECORDS, uses);
    lines.import("._tables", &["lend_panel", "lend_table"], uses);
    lines.import("._texts", &["lend_texts"], uses);
    let lenders: BTreeSet<&str> = room.borrowed.iter().map(|borrowed| borrowed.room.as_str()).collect();
    for lender in lenders {
        let names = room.borrowed.iter().filter(|borrowed| borrowed.room == lender);
        let names: Vec<&str> = names.map(|borrowed| borrowed.name.as_str()).collect();
        lines.import(&format!(".{lender}"), &names, uses);
    }
    if HINTS.iter().any(|hint| uses(hint)) {
        lines.gap(1);
        lines.put(0, "if TYPE_CHECKING:");
        if uses("NDArray") {
            lines.put(1, "import numpy as np");
        }
        lines.indented(1, |lines| {
            lines.import("numpy.typing", &["ArrayLike", "NDArray"], uses);
            if HINTS[..2].iter().any(|hint| uses(hint)) && HINTS[2..].iter().any(|hint| uses(hint)) {
                lines.gap(1);
            }
            lines.import("._arrays", &["ListsLike"], uses);
            lines.import("._tables", &["TableLike"], uses);
            lines.import("._texts", &["TextsLike"], uses);
        });
    }
    lines.gap(1);
    lines.put(0, "__all__ = [");
    names.iter().for_each(|name| lines.put(1, format!("\"{name}\",")));
    lines.put(0, "]");
    lines.text()
}

/// Whether `word` stands in `text`, neither inside another word nor inside docs.
fn contains_word(text: &str, word: &str) -> bool {
    let code = text.split("\"\"\"").step_by(2);
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.into_iter().any(|code| {
        code.match_indices(word)
            .any(|(at, _)| !code[..at].ends_with(part) && !code[at + word.len()..].starts_with(part))
    })
}
