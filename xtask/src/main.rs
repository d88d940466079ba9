//! The project's own commands: `cargo xtask demo | test | doctor | bindings [--check] | rooms`.
mod bindings;

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
        _ => Err("usage: cargo xtask bindings [--check]".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// The repository.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
