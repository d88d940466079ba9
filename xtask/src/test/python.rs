//! The Python package, installed from its wheel as users install it.
use std::path::Path;

use super::{Counts, Step};
use crate::package;
use crate::shell::Run;
use crate::user::interpreter;

pub(super) fn steps() -> Vec<Step> {
    vec![Step { name: "Python package", run: tests }]
}

fn tests(root: &Path) -> Result<Counts, String> {
    let wheel = package::wheel(root)?;
    let home = root.join("bindings/python");
    let venv = root.join("target/test/python");
    let python = interpreter(&venv);
    let run = |name: &str| Run::new(root, name, &home, &python);
    if !python.exists() {
        let arguments = ["-m", "venv", &venv.to_string_lossy()];
        Run::new(root, "python-venv", root, "python3").args(arguments).succeed()?;
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run("python-requirements").args(pip).args(["--requirement", "requirements-dev.txt"]).succeed()?;
    run("python-wheel").args(pip).args(["--force-reinstall", "--no-deps"]).args([wheel]).succeed()?;
    // From beside the tests: from the folder of the package, `inlaid` would be the source tree.
    let tests = home.join("tests");
    let pytest = python.with_file_name(if cfg!(windows) { "pytest.exe" } else { "pytest" });
    let done = Run::new(root, "python-tests", &tests, pytest).args(["-p", "no:cacheprovider"]).finish()?;
    super::judged(&done, Counts::of_pytest(&done.output))
}
