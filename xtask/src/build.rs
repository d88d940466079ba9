//! The one cargo call that builds tests, examples and the three native libraries with the same features and flags.
//!
//! Building the packages one by one would compile shared crates several times, because their features differ.
use std::path::{Path, PathBuf};

use crate::shell::Run;

/// Build everything; this program, which is running, is found fresh.
pub(crate) fn everything(root: &Path) -> Result<(), String> {
    cargo(root, "build", &["--workspace", "--all-targets"])
}

/// Build the three native libraries.
pub(crate) fn libraries(root: &Path) -> Result<(), String> {
    cargo(
        root,
        "build-libraries",
        &["--package", "inlaid-python", "--package", "inlaid-node", "--package", "inlaid-jvm"],
    )
}

/// Where the native library of a door is.
pub(crate) fn library(name: &str) -> Result<PathBuf, String> {
    let (before, after) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    // This program was built by the same profile into the same folder, wherever the caller keeps it.
    let program = std::env::current_exe().map_err(|e| format!("where is xtask: {e}"))?;
    Ok(program.with_file_name(format!("{before}{name}{after}")))
}

fn cargo(root: &Path, name: &str, arguments: &[&str]) -> Result<(), String> {
    Run::new(root, name, root, "cargo").args(["build", "--profile", "ci"]).args(arguments).succeed().map(|_| ())
}
