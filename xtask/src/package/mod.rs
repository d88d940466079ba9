//! Packages as users install them, made from the libraries that the one cargo call built.
mod glibc;
pub(crate) mod jvm;
mod node;
pub(crate) mod python;
mod wheel;

use std::path::{Path, PathBuf};

use crate::{Outcome, build};

/// Build the libraries, make every package and say where each is.
pub(crate) fn run(root: &Path) -> Outcome {
    build::libraries(root)?;
    println!("{}", wheel(root)?.display());
    for archive in archives(root)? {
        println!("{}", archive.display());
    }
    println!("{}", repository(root)?.display());
    Ok(())
}

/// The Python wheel.
pub(crate) fn wheel(root: &Path) -> Result<PathBuf, String> {
    python::build(root, &build::library("_native")?, &folder(root))
}

/// The npm packages, classes first.
pub(crate) fn archives(root: &Path) -> Result<Vec<PathBuf>, String> {
    node::build(root, &build::library("inlaid_node")?, &folder(root))
}

/// The Maven repository folder.
pub(crate) fn repository(root: &Path) -> Result<PathBuf, String> {
    jvm::build(root, &build::library("inlaid_jvm")?, &folder(root))
}

/// A folder with the native library as its jar holds it, for the tests of the JVM binding.
pub(crate) fn natives(root: &Path) -> Result<PathBuf, String> {
    jvm::natives(&build::library("inlaid_jvm")?, &folder(root))
}

/// Where the packages are put.
fn folder(root: &Path) -> PathBuf {
    root.join("target/packages")
}
