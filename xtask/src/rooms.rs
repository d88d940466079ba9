//! Who imports whom in the engine: every path through the crate is held against the table of CONTRIBUTING.md.
//!
//! Looked at are `crate::..`, `$crate::..`, `self::..` and `super::..`, in `use` items and in the middle of code, tests
//! included, comments and texts not. Names that `lib.rs` re-exports count as the module they come from.
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use words::{Word, words};

/// What every room may import. `error` is the lowest: it imports nothing of ours.
const GROUND: &[&str] = &["error", "context", "data", "math", "store", "chart", "neural"];

/// Each room with the other rooms that it may import.
const ROOMS: &[(&str, &[&str])] = &[
    ("forecast", &[]),
    ("anomaly", &["forecast", "learn"]),
    ("optimize", &[]),
    ("matching", &[]),
    ("vision", &[]),
    ("nlp", &[]),
    ("speech", &["nlp"]),
    ("rag", &["nlp", "matching"]),
    ("recommend", &["learn", "matching"]),
    ("learn", &[]),
    ("analytics", &["forecast", "anomaly", "learn"]),
];

/// A path that the table does not allow.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    file: PathBuf,
    line: usize,
    sentence: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.sentence)
    }
}

/// Fail if a module of the engine imports what the table does not allow.
pub(crate) fn run(root: &Path) -> crate::Outcome {
    let violations = check(&root.join("core/src"))?;
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    if lines.is_empty() { Ok(()) } else { Err(format!("imports outside the table:\n{}", lines.join("\n"))) }
}

/// Everything below `core_src` that the table does not allow, by file and line.
///
/// # Errors
/// A file that cannot be read, or a folder without `lib.rs`.
fn check(core_src: &Path) -> Result<Vec<Violation>, String> {
    let mut files = BTreeMap::new();
    read(core_src, core_src, &mut files)?;
    judge(&files)
}

/// Every Rust file below `folder` by its path from `root`.
fn read(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, String>) -> Result<(), String> {
    let fail = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    for entry in fs::read_dir(folder).map_err(|error| fail(folder, error))? {
        let path = entry.map_err(|error| fail(folder, error))?.path();
        if path.is_dir() {
            read(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).map_err(|error| fail(&path, error))?;
            files.insert(path.strip_prefix(root).unwrap_or(&path).to_owned(), text);
        }
    }
    Ok(())
}

/// [`check`] on files by their path below `src`.
fn judge(files: &BTreeMap<PathBuf, String>) -> Result<Vec<Violation>, String> {
    let front = files.get(Path::new("lib.rs")).ok_or("the engine has no lib.rs")?;
    let offered = offered(front);
    let mut violations = Vec::new();
    for (file, text) in files {
        let module = module_of(file);
        // The front page belongs to no room: it names them all.
        let Some(from) = module.first() else { continue };
        let mut say = |line, sentence| violations.push(Violation { file: file.clone(), line, sentence });
        if !is_known(from) {
            say(1, format!("`{from}` is neither ground floor nor a room; add it to the table or move it"));
            continue;
        }
        for path in paths(&module, text) {
            if let Some(sentence) = objection(from, &path.segments, &offered) {
                say(path.line, sentence);
            }
        }
    }
    Ok(violations)
}

/// Why `from` may not use a path from the crate's root, if it may not.
fn objection(from: &str, segments: &[String], offered: &BTreeMap<String, String>) -> Option<String> {
    let shown = format!("crate::{}", segments.join("::"));
    let Some(first) = segments.first().filter(|first| *first != "*") else {
        return Some(format!("{from} takes the whole crate by name or `*`; name what is needed"));
    };
    let to = offered.get(first).unwrap_or(first);
    if !is_known(to) {
        return Some(format!("{from} uses `{shown}`, and `{first}` is no room and not offered by lib.rs"));
    }
    let allowed = from == to
        || (from != "error" && GROUND.contains(&to.as_str()))
        || ROOMS.iter().any(|(room, others)| *room == from && others.contains(&to.as_str()));
    (!allowed).then(|| format!("{from} may not import {to} (`{shown}`)"))
}

fn is_known(module: &str) -> bool {
    GROUND.contains(&module) || ROOMS.iter().any(|(room, _)| *room == module)
}

/// The module that a file is: `forecast/auto_ets/mod.rs` is `forecast::auto_ets`, `lib.rs` the root.
fn module_of(file: &Path) -> Vec<String> {
    let whole = file.with_extension("");
    let mut module: Vec<String> = whole.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| last == "mod") || module == ["lib"] {
        module.pop();
    }
    module
}

/// The names that `lib.rs` re-exports, with the module of each: `pub use context::Context` offers `Context`.
fn offered(front: &str) -> BTreeMap<String, String> {
    let words = words(front);
    let mut offered = BTreeMap::new();
    for start in (0..words.len()).filter(|&at| words[at].text == "use") {
        let mut leaves = Vec::new();
        tree(&words, start + 1, &mut Vec::new(), &mut leaves);
        for Leaf { mut path, name } in leaves {
            path.retain(|part| part != "crate" && part != "self");
            if path.len() > 1 {
                offered.insert(name, path.swap_remove(0));
            }
        }
    }
    offered
}

/// A path from the crate's root and where it stands.
struct Used {
    segments: Vec<String>,
    line: usize,
}

/// Every path of a file that begins at the crate's root or at a module of it.
fn paths(module: &[String], text: &str) -> Vec<Used> {
    let words = words(text);
    let is = |at: usize, what: &str| words.get(at).is_some_and(|word| word.text == what);
    let mut used = Vec::new();
    // The modules written inside the file around the present place, with the depth of braces at which each began.
    let mut inside: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while at < words.len() {
        let word = &words[at];
        match word.text.as_str() {
            "{" => depth += 1,
            "}" => {
                depth = usize::saturating_sub(depth, 1);
                inside.retain(|(_, began)| *began < depth + 1);
            }
            "mod" if is(at + 2, "{") => inside.push((words[at + 1].text.clone(), depth + 1)),
            "crate" | "super" | "self" if is(at + 1, "::") || is(at + 1, "as") && word.text != "self" => {
                let mut leaves = Vec::new();
                let end = tree(&words, at, &mut Vec::new(), &mut leaves);
                let here = || module.iter().cloned().chain(inside.iter().map(|(name, _)| name.clone()));
                let absolute = leaves.into_iter().map(|leaf| from_root(here().collect(), leaf.path));
                used.extend(absolute.map(|segments| Used { segments, line: word.line }));
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    used
}

/// A path as seen in module `here`, from the crate's root.
fn from_root(here: Vec<String>, path: Vec<String>) -> Vec<String> {
    let mut absolute = here;
    for part in path {
        match part.as_str() {
            "crate" => absolute.clear(),
            "super" => drop(absolute.pop()),
            "self" => {}
            _ => absolute.push(part),
        }
    }
    absolute
}

/// One path of a `use` tree, and the name that it gives to what it names.
struct Leaf {
    path: Vec<String>,
    name: String,
}

/// Read a path, or the tree of a `use`, from word `at` on; every leaf is put on the list with all that stands before
/// it. Gives the place after the tree.
fn tree(words: &[Word], mut at: usize, before: &mut Vec<String>, leaves: &mut Vec<Leaf>) -> usize {
    let length = before.len();
    while let Some(word) = words.get(at) {
        if word.text == "{" {
            at += 1;
            while words.get(at).is_some_and(|word| word.text != "}") {
                let next = tree(words, at, before, leaves);
                // A word that no path begins with, such as a comma, is stepped over.
                at = next.max(at + 1);
            }
            at += 1;
            break;
        }
        let is = |at: usize, what: &str| words.get(at).is_some_and(|word| word.text == what);
        if !(word.is_name() || word.text == "*") {
            // `crate::name::<T>` ends before the angle bracket.
            if before.len() > length {
                let name = before.last().cloned().unwrap_or_default();
                leaves.push(Leaf { path: before.clone(), name });
            }
            break;
        }
        before.push(word.text.clone());
        at += 1;
        if is(at, "::") {
            at += 1;
            continue;
        }
        let mut name = word.text.clone();
        if is(at, "as") {
            name = words.get(at + 1).map_or(name, |word| word.text.clone());
            at += 2;
        }
        leaves.push(Leaf { path: before.clone(), name });
        break;
    }
    before.truncate(length);
    at
}

#[cfg(test)]
mod tests;
