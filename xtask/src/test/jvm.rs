//! The Maven artefacts: the classes on every JDK there is, and the starter on both lines of Spring Boot.
use std::path::{Path, PathBuf};

use super::{Counts, Step};
use crate::package::jvm;

/// The newest Spring Boot that the starter is tested with; the oldest stands in the pom.
const NEWEST_SPRING_BOOT: &str = "-Dspring-boot.version=4.1.1";

/// What newer JDKs ask for before a library may be loaded.
const NATIVE_ACCESS: &str = "-Dinlaid.jvm.flags=--enable-native-access=ALL-UNNAMED";

pub(super) fn steps() -> Vec<Step> {
    vec![
        Step { name: "Java library, Spring Boot 3.5", run: |root| verify(root, "java-tests", &[]) },
        Step {
            name: "Spring Boot 4",
            run: |root| {
                let starter = [
                    "--projects",
                    "spring-boot-starter",
                    "--also-make",
                    "-Dtest=io/inlaid/spring/*Test",
                    "-Dsurefire.failIfNoSpecifiedTests=false",
                ];
                verify(root, "spring-tests", &[&[NEWEST_SPRING_BOOT], &starter[..]].concat())
            },
        },
        Step { name: "Java library, newest JDK", run: newest },
    ]
}

fn verify(root: &Path, name: &str, more: &[&str]) -> Result<Counts, String> {
    let natives = crate::package::natives(root)?;
    let done = jvm::maven(root, name, &natives)?.args(more).args(["verify"]).finish()?;
    // -Xcheck:jni only prints; whatever it prints is a defect.
    if let Some(line) = done.output.lines().find(|line| line.contains("WARNING in native method")) {
        return Err(format!("-Xcheck:jni is not silent: {line}\n{}", done.complaint()));
    }
    super::judged(&done, Counts::of_surefire(&done.output))
}

/// The classes once more on a newer JDK, where one is installed beside the one that builds.
fn newest(root: &Path) -> Result<Counts, String> {
    match newer_java() {
        Some(java) => {
            let jvm = format!("-Djvm={}", java.display());
            verify(root, "java-newest-tests", &["--projects", "inlaid", &jvm, NATIVE_ACCESS])
        }
        None => {
            println!("no JDK newer than the one that builds is installed: its tests are skipped");
            Ok(Counts { skipped: 1, ..Counts::default() })
        }
    }
}

/// A JDK 25 in the usual place of the system.
fn newer_java() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/jvm").ok()?.flatten();
    let named = installed.filter(|entry| entry.file_name().to_string_lossy().contains("25"));
    named.map(|entry| entry.path().join("bin/java")).find(|java| java.exists())
}
