//! The classes of the node binding: one TypeScript file per room.
//!
//! What is mechanical stands here; files by hand that are part of a room are listed in [`WHOLLY_BY_HAND`].
mod class;
mod docs;
mod method;
#[cfg(test)]
mod tests;
mod types;

use inlaid_bridge::api::{Api, Room};

use super::{Generated, MARK};

/// Where they stand.
pub(super) const FOLDER: &str = "bindings/node/lib";

/// The longest line.
const WIDTH: usize = 120;

/// What rooms take from the files written by hand, by file.
const IMPORTS: &[(&str, &[&str])] = &[
    ("bridge", &["type CallOptions", "notConstructible", "type Operation", "run", "runSync", "type SyncOptions"]),
    ("matrix", &["type Matrix", "type MatrixInput", "type VectorInput"]),
    ("schema", &["read", "type RecordShape"]),
    ("table", &["type SameForm", "type Table", "type TableColumns", "type TableInput"]),
    ("whole", &["type IntsInput", "type ListsInput", "type TextsInput"]),
];

/// Room and file of classes that stand wholly by hand and are part of the room.
const WHOLLY_BY_HAND: &[(&str, &str)] = &[("optimize", "program")];

/// Every generated file.
pub(super) fn files(api: &Api) -> Vec<Generated> {
    let mut files = vec![catalogue(api)];
    for room in &api.rooms {
        files.push(file(&format!("{}.ts", room.name), source(room)));
        files.push(file(&format!("{}.mts", room.name), format!("export * from './{}.js';\n", room.name)));
    }
    files
}

fn file(name: &str, text: String) -> Generated {
    Generated { path: format!("{FOLDER}/{name}").into(), text: format!("// {MARK}\n{text}") }
}

/// What the border and the releases are called.
fn catalogue(api: &Api) -> Generated {
    let codes: Vec<String> = api.codes.iter().map(|code| format!("  '{code}',\n")).collect();
    let text = format!(
        "/** The border that this code speaks with the native library. */\n\
         export const ABI = {};\n\n\
         /** The version of this package and of its native library. */\n\
         export const VERSION = '{}';\n\n\
         /** Every {{@link Code}}. */\n\
         export const CODES = [\n{}] as const;\n\n\
         /** What kind of failure an error is; a code never changes its meaning. */\n\
         export type Code = (typeof CODES)[number];\n",
        inlaid_bridge::ABI,
        api.version,
        codes.concat()
    );
    file("catalogue.ts", text)
}

/// The file of a room.
fn source(room: &Room) -> String {
    let mut body = String::new();
    let names = method::OptionNames::of(room);
    for class in &room.classes {
        body += &class::declaration(room, class, &names);
    }
    for function in &room.functions {
        body += &method::function(room, function, &names);
    }
    body += &names.interfaces(room);
    for class in &room.classes {
        body += &class::record(room, class);
    }
    for method in room.classes.iter().flat_map(|class| &class.methods).chain(&room.functions) {
        body += &method::operation(room, method);
    }
    let by_hand: String = WHOLLY_BY_HAND
        .iter()
        .filter(|(name, _)| *name == room.name)
        .map(|(_, file)| format!("export * from './{file}.js';\n\n"))
        .collect();
    format!("{}import * as shape from './schema.js';\n\n{by_hand}{}\n", imports(&body), body.trim_end())
}

/// The imports that `body` needs; each of its words counts.
fn imports(body: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let words: std::collections::BTreeSet<&str> = code_lines(body).flat_map(|l| l.split(|c| !is_part(c))).collect();
    let mut text = String::new();
    for (file, names) in IMPORTS {
        let used: Vec<&str> =
            names.iter().filter(|name| words.contains(name.trim_start_matches("type "))).copied().collect();
        if used.is_empty() {
            continue;
        }
        let all_types = used.iter().all(|name| name.starts_with("type "));
        let (keyword, used) = match all_types {
            true => ("import type", used.iter().map(|name| name.trim_start_matches("type ")).collect()),
            false => ("import", used),
        };
        let line = format!("{keyword} {{ {} }} from './{file}.js';\n", used.join(", "));
        text += &match line.len() <= WIDTH {
            true => line,
            false => format!("{keyword} {{\n  {},\n}} from './{file}.js';\n", used.join(",\n  ")),
        };
    }
    text
}

/// The lines that are not docs.
fn code_lines(body: &str) -> impl Iterator<Item = &str> {
    body.lines().filter(|line| !line.trim_start().starts_with(['*', '/']))
}
