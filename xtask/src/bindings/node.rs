//! The classes of the node binding: one TypeScript file per room.
//!
//! What is mechanical stands here; files by hand that are part of a room are listed in [`WHOLLY_BY_HAND`].
mod class;
mod docs;
mod method;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeSet;

use inlaid_bridge::api::{Api, Kind, Room};

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
    let (other_rooms, shapes) = borrowed(room, &body);
    if !room.lent.is_empty() {
        let records = room.lent.iter().filter(|name| types::class(room, name).kind == Kind::Options);
        let records: Vec<String> = records.map(|name| types::upper(name)).collect();
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        body += &listed("shape.lend(", "", &records, ");\n");
    }
    let imports = imports(&(shapes.clone() + &body)) + &other_rooms;
    format!("{imports}import * as shape from './schema.js';\n\n{by_hand}{shapes}{}\n", body.trim_end())
}

/// The imports from other rooms that `body` needs, and the shapes of what they lend.
fn borrowed(room: &Room, body: &str) -> (String, String) {
    let words = words(body);
    let (mut imports, mut shapes) = (String::new(), String::new());
    let lenders: BTreeSet<&str> = room.borrowed.iter().map(|borrowed| borrowed.room.as_str()).collect();
    for lender in lenders {
        let mut names = Vec::new();
        for class in room.borrowed.iter().filter(|borrowed| borrowed.room == lender).map(|borrowed| &borrowed.class) {
            let shape = types::upper(&class.name);
            if words.contains(shape.as_str()) {
                shapes += &format!("const {shape}: RecordShape = shape.borrowed({});\n", class.name);
                names.push(class.name.clone());
            } else if words.contains(class.name.as_str()) {
                names.push(format!("type {}", class.name));
            }
        }
        imports += &import(lender, &names.iter().map(String::as_str).collect::<Vec<_>>());
    }
    if !shapes.is_empty() {
        shapes.push('\n');
    }
    (imports, shapes)
}

/// The imports that `body` needs; each of its words counts.
fn imports(body: &str) -> String {
    let words = words(body);
    let mut text = String::new();
    for (file, names) in IMPORTS {
        let used: Vec<&str> =
            names.iter().filter(|name| words.contains(name.trim_start_matches("type "))).copied().collect();
        if used.is_empty() {
            continue;
        }
        text += &import(file, &used);
    }
    text
}

/// The import of names from a file; those that begin with `type ` are types.
fn import(file: &str, names: &[&str]) -> String {
    let all_types = names.iter().all(|name| name.starts_with("type "));
    let (keyword, names): (_, Vec<&str>) = match all_types {
        true => ("import type", names.iter().map(|name| name.trim_start_matches("type ")).collect()),
        false => ("import", names.to_vec()),
    };
    listed(&format!("{keyword} {{"), " ", &names, &format!("}} from './{file}.js';\n"))
}

/// Items between `open` and `close`, on lines of their own where one does not hold them.
fn listed(open: &str, space: &str, items: &[&str], close: &str) -> String {
    let line = format!("{open}{space}{}{space}{close}", items.join(", "));
    if line.len() <= WIDTH + 1 { line } else { format!("{open}\n  {},\n{close}", items.join(",\n  ")) }
}

/// The words of the code.
fn words(body: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    code_lines(body).flat_map(|line| line.split(move |c| !is_part(c))).collect()
}

/// The lines that are not docs.
fn code_lines(body: &str) -> impl Iterator<Item = &str> {
    body.lines().filter(|line| !line.trim_start().starts_with(['*', '/']))
}
