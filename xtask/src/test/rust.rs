//! The steps that need Rust alone.
use std::path::Path;

use super::{Counts, Step};
use crate::shell::Run;
use crate::{bindings, build, rooms};

pub(super) fn steps() -> Vec<Step> {
    vec![
        Step { name: "format", run: |root| cargo(root, "format", &["fmt", "--all", "--check"]) },
        Step { name: "generated bindings", run: |root| bindings::check(root).map(|()| Counts::ONE) },
        Step { name: "who imports whom", run: |root| rooms::run(root).map(|()| Counts::ONE) },
        Step { name: "one build", run: |root| build::everything(root).map(|()| Counts::ONE) },
        Step { name: "lints", run: lints },
        Step { name: "core alone, no features", run: core_alone },
        Step { name: "docs", run: docs },
        Step { name: "Rust tests", run: tests },
    ]
}

/// One cargo command that passes or fails as a whole.
fn cargo(root: &Path, name: &str, arguments: &[&str]) -> Result<Counts, String> {
    Run::new(root, name, root, "cargo").args(arguments).succeed().map(|_| Counts::ONE)
}

fn lints(root: &Path) -> Result<Counts, String> {
    cargo(root, "lints", &["clippy", "--workspace", "--all-targets", "--profile", "ci", "--", "-D", "warnings"])
}

fn core_alone(root: &Path) -> Result<Counts, String> {
    cargo(root, "core-alone", &["check", "--package", "inlaid", "--no-default-features", "--profile", "ci"])
}

fn docs(root: &Path) -> Result<Counts, String> {
    let arguments = ["doc", "--no-deps", "--package", "inlaid", "--package", "inlaid-bridge", "--profile", "ci"];
    Run::new(root, "docs", root, "cargo")
        .args(arguments)
        .env("RUSTDOCFLAGS", "-D warnings")
        .succeed()
        .map(|_| Counts::ONE)
}

fn tests(root: &Path) -> Result<Counts, String> {
    let arguments = ["test", "--workspace", "--profile", "ci", "--no-fail-fast"];
    let done = Run::new(root, "rust-tests", root, "cargo").args(arguments).finish()?;
    super::judged(&done, Counts::of_cargo(&done.output))
}
