//! The npm packages, installed from their tarballs into an empty folder.
use std::fs;
use std::path::Path;

use super::{Counts, Step};
use crate::package;
use crate::shell::{Run, empty_folder};

pub(super) fn steps() -> Vec<Step> {
    vec![Step { name: "Node package", run: tests }]
}

fn tests(root: &Path) -> Result<Counts, String> {
    let archives = package::archives(root)?;
    let folder = root.join("target/test/node");
    empty_folder(&folder)?;
    let manifest = "{ \"name\": \"tests-of-inlaid\", \"private\": true }\n";
    fs::write(folder.join("package.json"), manifest).map_err(|e| e.to_string())?;
    let install = ["install", "--no-fund", "--no-audit", "--loglevel=error"];
    Run::new(root, "node-install", &folder, "npm").args(install).args(archives).succeed()?;
    copy(&root.join("bindings/node/test"), &folder.join("test"))?;
    let entries = fs::read_dir(folder.join("test")).map_err(|e| e.to_string())?.flatten();
    let files = entries.map(|entry| entry.path()).filter(|path| path.to_string_lossy().contains(".test."));
    let done = Run::new(root, "node-tests", &folder, "node")
        .args(["--test", "--test-reporter=tap"])
        .args(files)
        .env("INLAID_TESTS", root.join("tests"))
        .env("INLAID_TOOLS", root.join("bindings/node/node_modules"))
        .finish()?;
    super::judged(&done, Counts::of_node(&done.output))
}

/// Copy a folder with everything below it.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|e| format!("{}: {e}", to.display()))?;
    for entry in fs::read_dir(from).map_err(|e| format!("{}: {e}", from.display()))? {
        let entry = entry.map_err(|e| e.to_string())?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).map_err(|e| format!("{}: {e}", target.display()))?;
        }
    }
    Ok(())
}
