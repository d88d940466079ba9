//! The Maven artefacts: the classes, a jar with the native library of this platform, and the Spring Boot starter, in a
//! repository folder that any Maven or Gradle build can name.
//!
//! ```xml
//! <repository><id>inlaid</id><url>file:///…/target/packages/maven</url></repository>
//! ```
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::shell::{Run, empty_folder};

/// The most bytes of the jars: classes, native library, starter.
const CEILINGS: [u64; 3] = [3 << 19, 8 << 20, 64 << 10];

/// Deploy every artefact into the repository folder `out/maven` and give that folder.
pub(crate) fn build(root: &Path, library: &Path, out: &Path) -> Result<PathBuf, String> {
    check_versions(root)?;
    let natives = natives(library, out)?;
    let repository = out.join("maven");
    empty_folder(&repository)?;
    let target = format!("-DaltDeploymentRepository=inlaid::file://{}", absolute(&repository)?.display());
    maven(root, "package-jvm", &natives)?.args(["-DskipTests", &target, "deploy"]).succeed()?;
    let (version, classifier) = (env!("CARGO_PKG_VERSION"), classifier()?);
    let jars = [
        format!("inlaid/{version}/inlaid-{version}.jar"),
        format!("inlaid/{version}/inlaid-{version}-{classifier}.jar"),
        format!("inlaid-spring-boot-starter/{version}/inlaid-spring-boot-starter-{version}.jar"),
    ];
    for (jar, ceiling) in jars.iter().zip(CEILINGS) {
        let path = repository.join("io/inlaid").join(jar);
        let size = fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?.len();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        println!("{name} {} kB (ceiling {} kB)", size / 1000, ceiling / 1000);
        if size > ceiling {
            return Err(format!("{name} has {size} bytes, its ceiling is {ceiling}"));
        }
    }
    Ok(repository)
}

/// A Maven call on the binding with the native library of `natives`: quiet about progress, the same on every run.
pub(crate) fn maven(root: &Path, name: &str, natives: &Path) -> Result<Run, String> {
    let folder = format!("-Dinlaid.natives={}", absolute(natives)?.display());
    let classifier = format!("-Dinlaid.classifier={}", classifier()?);
    let run = Run::new(root, name, &root.join("bindings/jvm"), "mvn");
    Ok(run.args(["--batch-mode", "--no-transfer-progress", "-Dstyle.color=never", &folder, &classifier]))
}

/// Lay the library out as the classifier jar has it, with its hash beside it; gives the folder to put on a class path.
pub(crate) fn natives(library: &Path, out: &Path) -> Result<PathBuf, String> {
    let natives = out.join("maven-natives");
    let place = natives.join("native").join(classifier()?);
    empty_folder(&natives)?;
    fs::create_dir_all(&place).map_err(|error| format!("{}: {error}", place.display()))?;
    let content = fs::read(library).map_err(|error| format!("{}: {error}", library.display()))?;
    let hash: String = Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
    let name = library.file_name().ok_or("the library needs a file name")?.to_string_lossy().into_owned();
    let write = |name: &str, content: &[u8]| {
        fs::write(place.join(name), content).map_err(|error| format!("{}: {error}", place.join(name).display()))
    };
    write(&name, &content)?;
    write(&format!("{name}.sha256"), hash.as_bytes())?;
    Ok(natives)
}

/// This platform as the loader in the classes names it.
pub(crate) fn classifier() -> Result<String, String> {
    let os = match std::env::consts::OS {
        known @ ("linux" | "macos" | "windows") => known,
        other => return Err(format!("no jar is made for {other}")),
    };
    let cpu = match std::env::consts::ARCH {
        known @ ("x86_64" | "aarch64") => known,
        other => return Err(format!("no jar is made for {other}")),
    };
    Ok(format!("{os}-{cpu}{}", if cfg!(target_env = "musl") { "-musl" } else { "" }))
}

/// Every pom has the version of the workspace.
fn check_versions(root: &Path) -> Result<(), String> {
    let wanted = format!("<version>{}</version>", env!("CARGO_PKG_VERSION"));
    for pom in ["pom.xml", "inlaid/pom.xml", "spring-boot-starter/pom.xml"] {
        let path = root.join("bindings/jvm").join(pom);
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let own = text.lines().find(|line| line.trim().starts_with("<version>")).unwrap_or_default().trim();
        if own != wanted {
            return Err(format!("{} has {own}, the workspace {wanted}", path.display()));
        }
    }
    Ok(())
}

fn absolute(path: &Path) -> Result<PathBuf, String> {
    std::path::absolute(path).map_err(|error| format!("{}: {error}", path.display()))
}
