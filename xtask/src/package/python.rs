//! The Python wheel: the modules of `bindings/python/inlaid`, the built library, and what `pyproject.toml` says.
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::glibc;
use super::wheel::Wheel;

/// The most that the package may take once installed, numpy aside, in bytes: forecasting alone kept below 12 MB, and each
/// further room may bring 2 to 4. What is published is smaller, being built without debug assertions and optimised as a whole.
const CEILING: usize = 23_000_000;

/// The interpreters it is for: the stable interface of Python 3.11 and newer.
const INTERPRETERS: &str = "cp311-abi3";

/// Make the wheel of `library` in the folder `out`.
pub(crate) fn build(root: &Path, library: &Path, out: &Path) -> Result<PathBuf, String> {
    let home = root.join("bindings/python");
    let project = project(&home)?;
    let name = text(&project, "name")?;
    let version = env!("CARGO_PKG_VERSION");
    let native = read(library)?;
    let tag = format!("{INTERPRETERS}-{}", platform(&native)?);
    let information = format!("{name}-{version}.dist-info");
    fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let path = out.join(format!("{name}-{version}-{tag}.whl"));
    let mut wheel = Wheel::create(&path)?;
    for file in modules(&home.join(&name))? {
        let inside = format!("{name}/{}", file.to_string_lossy().replace('\\', "/"));
        wheel.add(&inside, &read(&home.join(&name).join(&file))?)?;
    }
    let extension = if cfg!(windows) { "pyd" } else { "abi3.so" };
    wheel.add(&format!("{name}/_native.{extension}"), &native)?;
    wheel.add(&format!("{information}/METADATA"), metadata(&home, &project, version)?.as_bytes())?;
    wheel.add(&format!("{information}/WHEEL"), wheel_page(&tag).as_bytes())?;
    for license in strings(&project, "license-files") {
        wheel.add(&format!("{information}/licenses/{license}"), &read(&home.join(&license))?)?;
    }
    let size = wheel.finish(&information)?;
    let packed = fs::metadata(&path).map_err(|error| error.to_string())?.len();
    let megabytes = |bytes: usize| bytes as f64 / 1e6;
    println!(
        "Python wheel {:.1} MB, installed {:.1} MB (ceiling {:.0} MB)",
        megabytes(packed as usize),
        megabytes(size),
        megabytes(CEILING)
    );
    if size > CEILING {
        return Err(format!("the Python package takes {size} bytes, the ceiling is {CEILING}"));
    }
    Ok(path)
}

/// The `[project]` of `pyproject.toml`.
fn project(home: &Path) -> Result<Table, String> {
    let path = home.join("pyproject.toml");
    let page = String::from_utf8(read(&path)?).map_err(|error| error.to_string())?;
    let mut page: Table = page.parse().map_err(|error| format!("{}: {error}", path.display()))?;
    match page.remove("project") {
        Some(Value::Table(project)) => Ok(project),
        _ => Err(format!("{} has no [project]", path.display())),
    }
}

/// The files of the package below its folder, in order; nothing that a build or a run left there.
fn modules(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(current) = waiting.pop() {
        for entry in fs::read_dir(&current).map_err(|error| format!("{}: {error}", current.display()))? {
            let path = entry.map_err(|error| error.to_string())?.path();
            let kind = path.extension().and_then(|extension| extension.to_str());
            if path.is_dir() && !path.ends_with("__pycache__") {
                waiting.push(path);
            } else if matches!(kind, Some("py" | "pyi" | "typed")) {
                found.push(path.strip_prefix(folder).map_err(|error| error.to_string())?.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The platform part of the tag, honest about what the library needs.
fn platform(library: &[u8]) -> Result<String, String> {
    let machine = std::env::consts::ARCH;
    match std::env::consts::OS {
        "linux" => glibc::tag(library, machine),
        // What rustc links for unless told otherwise.
        "macos" if machine == "aarch64" => Ok("macosx_11_0_arm64".into()),
        "macos" => Ok("macosx_10_12_x86_64".into()),
        "windows" if machine == "aarch64" => Ok("win_arm64".into()),
        "windows" => Ok("win_amd64".into()),
        other => Err(format!("no wheels for {other} yet")),
    }
}

/// METADATA, version 2.4 of the core metadata.
fn metadata(home: &Path, project: &Table, version: &str) -> Result<String, String> {
    let mut lines = vec![
        "Metadata-Version: 2.4".to_owned(),
        format!("Name: {}", text(project, "name")?),
        format!("Version: {version}"),
        format!("Summary: {}", text(project, "description")?),
        format!("Keywords: {}", strings(project, "keywords").join(",")),
    ];
    let authors = project.get("authors").and_then(Value::as_array).into_iter().flatten();
    lines.extend(authors.filter_map(|author| author.get("name")?.as_str()).map(|name| format!("Author: {name}")));
    lines.push(format!("License-Expression: {}", text(project, "license")?));
    lines.extend(strings(project, "license-files").iter().map(|file| format!("License-File: {file}")));
    lines.extend(strings(project, "classifiers").iter().map(|line| format!("Classifier: {line}")));
    lines.push(format!("Requires-Python: {}", text(project, "requires-python")?));
    lines.extend(strings(project, "dependencies").iter().map(|line| format!("Requires-Dist: {line}")));
    for (extra, packages) in project.get("optional-dependencies").and_then(Value::as_table).into_iter().flatten() {
        lines.push(format!("Provides-Extra: {extra}"));
        let packages = packages.as_array().into_iter().flatten().filter_map(Value::as_str);
        lines.extend(packages.map(|package| format!("Requires-Dist: {package} ; extra == '{extra}'")));
    }
    lines.push("Description-Content-Type: text/markdown; charset=UTF-8".to_owned());
    let readme = read(&home.join(text(project, "readme")?))?;
    Ok(format!("{}\n\n{}", lines.join("\n"), String::from_utf8_lossy(&readme)))
}

fn wheel_page(tag: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!("Wheel-Version: 1.0\nGenerator: inlaid xtask ({version})\nRoot-Is-Purelib: false\nTag: {tag}\n")
}

fn text(project: &Table, name: &str) -> Result<String, String> {
    let value = project.get(name).and_then(Value::as_str);
    value.map(str::to_owned).ok_or_else(|| format!("pyproject.toml: [project] needs `{name}`"))
}

fn strings(project: &Table, name: &str) -> Vec<String> {
    let items = project.get(name).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
