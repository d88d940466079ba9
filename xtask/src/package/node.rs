//! The npm packages: `inlaid` with the compiled TypeScript, and `@inlaid/<os>-<cpu>[-musl]` with the native library.
//!
//! The committed `package.json` names no platform package; the one that is packed names those that are packed beside it,
//! pinned to its version. So a release that has every platform names every one, and a local build installs without a
//! registry:
//!
//! ```text
//! npm install ./inlaid-0.1.0.tgz ./inlaid-linux-x64-0.1.0.tgz
//! ```
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::shell::{Run, empty_folder};

/// The most bytes of each tarball: the classes, and a native library.
const CEILINGS: [u64; 2] = [384 << 10, 8 << 20];

/// A platform as npm names it.
struct Platform {
    os: &'static str,
    cpu: &'static str,
    libc: Option<&'static str>,
}

impl Platform {
    /// The one that this program runs on, for which the library was built.
    fn host() -> Result<Self, String> {
        let os = match std::env::consts::OS {
            "linux" => "linux",
            "macos" => "darwin",
            "windows" => "win32",
            other => return Err(format!("no npm package is made for {other}")),
        };
        let cpu = match std::env::consts::ARCH {
            "x86_64" => "x64",
            "aarch64" => "arm64",
            other => return Err(format!("no npm package is made for {other}")),
        };
        let libc = (os == "linux").then_some(if cfg!(target_env = "musl") { "musl" } else { "glibc" });
        Ok(Self { os, cpu, libc })
    }

    /// Such as `@inlaid/linux-x64`.
    fn package(&self) -> String {
        let musl = if self.libc == Some("musl") { "-musl" } else { "" };
        format!("@inlaid/{}-{}{musl}", self.os, self.cpu)
    }
}

/// Compile the classes and pack both packages into `out`; gives the tarballs to install, classes first.
pub(crate) fn build(root: &Path, library: &Path, out: &Path) -> Result<Vec<PathBuf>, String> {
    let home = root.join("bindings/node");
    compile(root)?;
    let platform = Platform::host()?;
    let manifest = read_json(&home.join("package.json"))?;
    let version = env!("CARGO_PKG_VERSION");
    if manifest["version"] != version {
        return Err(format!("bindings/node/package.json has version {}, the workspace {version}", manifest["version"]));
    }
    fs::create_dir_all(out).map_err(|e| format!("{}: {e}", out.display()))?;
    let classes = stage_classes(root, &out.join("stage/inlaid"), &manifest, &platform)?;
    let native = stage_native(root, &out.join("stage/native"), &manifest, &platform, library)?;
    let mut tarballs = Vec::new();
    for (stage, ceiling) in [classes, native].iter().zip(CEILINGS) {
        tarballs.push(pack(root, stage, out, ceiling)?);
    }
    Ok(tarballs)
}

/// Compile `lib` to `dist`, with the compiler that the lock file names.
pub(crate) fn compile(root: &Path) -> Result<(), String> {
    let home = root.join("bindings/node");
    install_tools(root)?;
    empty_folder(&home.join("dist"))?;
    let arguments = ["node_modules/typescript/bin/tsc", "--project", "tsconfig.json"];
    Run::new(root, "node-tsc", &home, "node").args(arguments).succeed().map(|_| ())
}

/// Install the development tools, unless they already are as the lock file says.
fn install_tools(root: &Path) -> Result<(), String> {
    let home = root.join("bindings/node");
    let changed = |path: &str| fs::metadata(home.join(path)).and_then(|metadata| metadata.modified());
    if let (Ok(locked), Ok(installed)) = (changed("package-lock.json"), changed("node_modules/.package-lock.json"))
        && installed >= locked
    {
        return Ok(());
    }
    Run::new(root, "node-npm-ci", &home, "npm").args(["ci"]).succeed().map(|_| ())
}

fn stage_classes(root: &Path, stage: &Path, manifest: &Value, platform: &Platform) -> Result<PathBuf, String> {
    let home = root.join("bindings/node");
    empty_folder(stage)?;
    copy_folder(&home.join("dist"), &stage.join("dist"))?;
    let mut manifest = manifest.clone();
    if let Some(fields) = manifest.as_object_mut() {
        for field in ["devDependencies", "scripts", "napi"] {
            fields.shift_remove(field);
        }
        let pinned = Map::from_iter([(platform.package(), fields["version"].clone())]);
        fields.insert("optionalDependencies".into(), pinned.into());
    }
    write_json(&stage.join("package.json"), &manifest)?;
    copy(&home.join("README.md"), &stage.join("README.md"))?;
    copy_licences(root, stage)
}

fn stage_native(
    root: &Path,
    stage: &Path,
    manifest: &Value,
    platform: &Platform,
    library: &Path,
) -> Result<PathBuf, String> {
    empty_folder(stage)?;
    let name = platform.package();
    let mut own = json!({
        "name": name,
        "version": manifest["version"],
        "description": format!("The native library of inlaid for {} on {}.", platform.os, platform.cpu),
        "license": manifest["license"],
        "author": manifest["author"],
        "main": "inlaid.node",
        "files": ["inlaid.node", "LICENSE-MIT", "LICENSE-APACHE"],
        "engines": manifest["engines"],
        "os": [platform.os],
        "cpu": [platform.cpu],
    });
    if let Some(libc) = platform.libc {
        own["libc"] = json!([libc]);
    }
    write_json(&stage.join("package.json"), &own)?;
    let readme =
        format!("# {name}\n\nThe native library that [inlaid](https://www.npmjs.com/package/inlaid) installs.\n");
    write(&stage.join("README.md"), &readme)?;
    copy(library, &stage.join("inlaid.node"))?;
    copy_licences(root, stage)
}

/// Pack a folder; fails where something that was not meant to be is inside, or too much.
fn pack(root: &Path, stage: &Path, out: &Path, ceiling: u64) -> Result<PathBuf, String> {
    let arguments = ["pack", "--json", "--pack-destination"];
    let done = Run::new(root, "node-pack", stage, "npm").args(arguments).args([out]).succeed()?;
    // Warnings of npm stand before the list.
    let list = done.output.find("[\n").map_or("", |start| &done.output[start..]);
    let list: Value = serde_json::from_str(list).map_err(|e| format!("what `npm pack` printed: {e}"))?;
    let packed = &list[0];
    for file in packed["files"].as_array().into_iter().flatten() {
        let path = file["path"].as_str().unwrap_or_default();
        let of_dist =
            path.starts_with("dist/") && [".js", ".mjs", ".d.ts", ".d.mts"].iter().any(|end| path.ends_with(end));
        let known = ["package.json", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "inlaid.node"].contains(&path);
        if !of_dist && !known {
            return Err(format!("{} would hold {path}, which nobody needs", packed["filename"]));
        }
    }
    let (size, unpacked) = (packed["size"].as_u64().unwrap_or(0), packed["unpackedSize"].as_u64().unwrap_or(0));
    let name = packed["filename"].as_str().unwrap_or_default();
    println!("{name}: {} KiB, {} KiB installed, {} files", size >> 10, unpacked >> 10, packed["entryCount"]);
    if size == 0 || size > ceiling {
        return Err(format!("{name} has {size} bytes; the ceiling is {ceiling}"));
    }
    Ok(out.join(name))
}

fn copy_licences(root: &Path, stage: &Path) -> Result<PathBuf, String> {
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        copy(&root.join(name), &stage.join(name))?;
    }
    Ok(stage.to_owned())
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|e| format!("{}: {e}", to.display()))?;
    for entry in fs::read_dir(from).map_err(|e| format!("{}: {e}", from.display()))?.flatten() {
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).map(|_| ()).map_err(|e| format!("{} to {}: {e}", from.display(), to.display()))
}

fn read_json(path: &Path) -> Result<Value, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}

fn write_json(path: &Path, value: &Value) -> Result<(), String> {
    write(path, &(serde_json::to_string_pretty(value).unwrap_or_default() + "\n"))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}
