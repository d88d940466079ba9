//! The steps that need Node: its tests, run against the packages as a user installs them.
use std::fs;
use std::path::Path;

use super::{Counts, Step};
use crate::package;
use crate::shell::{Run, empty_folder};

pub(super) fn steps() -> Vec<Step> {
    vec![Step { name: "Node package", run: tests }]
}

/// Golden cases, parity, types and behaviour, in a folder with the packages installed.
fn tests(root: &Path) -> Result<Counts, String> {
    let folder = root.join("target/test/node");
    empty_folder(&folder)?;
    let tarballs = package::archives(root)?;
    Run::new(root, "node-install", &folder, "npm").args(["install", "--offline"]).args(tarballs).succeed()?;
    let tests = folder.join("test");
    empty_folder(&tests)?;
    copy(&root.join("bindings/node/test"), &tests)?;
    let done = Run::new(root, "node-tests", &folder, "node")
        .args(["--test", "test/"])
        .env("INLAID_TESTS", root.join("tests"))
        .env("INLAID_TOOLS", root.join("bindings/node/node_modules"))
        .finish()?;
    let counts = Counts::of_node(&done.output).not_empty()?;
    if !done.success {
        eprintln!("{}", done.complaint());
    }
    Ok(counts)
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", from.display());
    for entry in fs::read_dir(from).map_err(failed)?.flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            empty_folder(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target).map_err(failed)?;
        }
    }
    Ok(())
}
