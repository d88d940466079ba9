//! The project's own commands: `cargo xtask demo | test | doctor | bindings [--check] | rooms`.
mod bindings;
mod rooms;

use std::path::Path;
use std::process::ExitCode;

/// What every command gives: nothing, or a sentence for the person who ran it.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["bindings"] => bindings::write(root()),
        ["bindings", "--check"] => bindings::check(root()),
        ["rooms"] => rooms(),
        _ => Err("usage: cargo xtask bindings [--check] | rooms".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// Fail if a module of the engine imports what the table of CONTRIBUTING.md does not allow.
fn rooms() -> Outcome {
    let violations = rooms::check(&root().join("core/src"))?;
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    if lines.is_empty() { Ok(()) } else { Err(format!("imports outside the table:\n{}", lines.join("\n"))) }
}

/// The repository.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
