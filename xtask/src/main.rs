//! The project's own commands; run without one to see them.
mod bindings;
mod build;
mod demo;
mod doctor;
mod package;
mod rooms;
mod shell;
mod test;
mod user;

use std::path::Path;
use std::process::ExitCode;

/// What every command gives: nothing, or a sentence for the person who ran it.
type Outcome = Result<(), String>;

const USAGE: &str = "usage: cargo xtask COMMAND
  demo [TASK] [--lang rust|python|node|java] [--data FILE.csv ..]
                                                         run the main job, or a task of examples/, in every language and compare
  test [WORD ..]                                         run everything that must pass, or the steps with a word in their name
  doctor                                                 say which tools are there and what to install
  package                                                make the packages of every language
  bindings [--check]                                     write the generated classes of every language
  rooms                                                  check who imports whom";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["demo", rest @ ..] => demo::Wish::read(rest).and_then(|wish| demo::run(root(), &wish)),
        ["test", words @ ..] => test::run(root(), words),
        ["doctor"] => doctor::run(),
        ["bindings"] => bindings::write(root()),
        ["bindings", "--check"] => bindings::check(root()),
        ["package"] => package::run(root()),
        ["rooms"] => rooms::run(root()),
        _ => Err(USAGE.to_owned()),
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
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
