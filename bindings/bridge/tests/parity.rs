//! Whatever a room shows to Rust users is in the catalogue too, or `tests/parity/not_bound.toml` says why not.
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use inlaid_bridge::api::describe;

#[test]
fn what_a_room_exports_is_bound_or_excused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let excused = excuses(&fs::read_to_string(root.join("tests/parity/not_bound.toml")).unwrap());
    let api = describe();
    let mut unbound = Vec::new();
    let mut exported_by_rooms = BTreeSet::new();
    for room in &api.rooms {
        let text = front_pages(&root.join("core/src").join(&room.name));
        let bound: BTreeSet<&str> = room
            .classes
            .iter()
            .map(|class| class.name.as_str())
            .chain(room.functions.iter().map(|function| function.name.as_str()))
            .collect();
        for name in exports(&text) {
            let full = format!("{}.{name}", room.name);
            if !bound.contains(name.as_str()) && !excused.contains(&full) {
                unbound.push(full.clone());
            }
            exported_by_rooms.insert(full);
        }
    }
    assert!(unbound.is_empty(), "exported but neither in the catalogue nor in not_bound.toml: {unbound:?}");
    let idle: Vec<_> = excused.difference(&exported_by_rooms).collect();
    assert!(idle.is_empty(), "excused in not_bound.toml but exported by no room: {idle:?}");
}

/// The front pages of a room: its own and those of its public modules.
fn front_pages(room: &Path) -> String {
    let mut text = fs::read_to_string(room.join("mod.rs")).unwrap();
    let inner: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ").and_then(|line| line.strip_suffix(';')))
        .map(|name| fs::read_to_string(room.join(name).join("mod.rs")).unwrap_or_default())
        .collect();
    text.extend(inner);
    text
}

/// The names of `pub use` lines of a room's front page.
fn exports(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for statement in text.split(';') {
        let Some((_, path)) = statement.split_once("pub use ") else { continue };
        let list = path.rsplit_once("::").map_or(path, |(_, last)| last);
        let list = path.split_once('{').map_or(list, |(_, list)| list);
        names.extend(
            list.trim_end_matches(|c: char| c == '}' || c.is_whitespace())
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
        );
    }
    names
}

/// The keys of a file of `"room.Name" = "reason"` lines, each with a reason.
fn excuses(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, reason) = line.split_once('=').expect("a line is `\"room.Name\" = \"reason\"`");
            assert!(reason.trim().len() > 10, "{name} needs a reason");
            name.trim().trim_matches('"').to_owned()
        })
        .collect()
}

#[test]
fn exports_are_read_from_a_front_page() {
    let text = "mod a;\npub use a::{One, two};\npub use b::Three;\n";
    assert_eq!(exports(text), ["One", "two", "Three"]);
}
