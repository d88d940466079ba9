//! Packages as users install them, made from the libraries that the one cargo call built.
mod glibc;
pub(crate) mod python;
mod wheel;

use std::path::Path;

use crate::{Outcome, build};

/// Make the Python wheel and say where it is.
pub(crate) fn python(root: &Path) -> Outcome {
    let wheel = python::build(root, &build::library("_native")?, &root.join("target/packages"))?;
    println!("{}", wheel.display());
    Ok(())
}
