//! Projects as users have them: an empty folder per language, the built package installed the way its users install it.
use std::fs;
use std::path::{Path, PathBuf};

use crate::package;
use crate::shell::{self, Run};

/// A language that inlaid speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Rust,
    Python,
    Node,
    Java,
}

impl Language {
    /// All of them, in the order of the README.
    pub(crate) const ALL: [Language; 4] = [Language::Rust, Language::Python, Language::Node, Language::Java];

    /// Its name on the command line and in folders.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::Python => "python",
            Language::Node => "node",
            Language::Java => "java",
        }
    }

    /// The tools without which it cannot be used; see `doctor`.
    pub(crate) fn tools(self) -> &'static [&'static str] {
        match self {
            Language::Rust => &["Rust"],
            Language::Python => &["Rust", "Python"],
            Language::Node => &["Rust", "Node.js", "npm"],
            Language::Java => &["Rust", "JDK", "Maven"],
        }
    }

    /// The language of that name.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|language| language.name() == name);
        found.ok_or_else(|| format!("there is no language `{name}`; choose rust, python, node or java"))
    }
}

/// A user's project: a folder in which a program of the language can be run.
pub(crate) struct Project<'r> {
    root: &'r Path,
    language: Language,
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// What tells it from the user's other projects.
    name: String,
}

impl<'r> Project<'r> {
    /// An empty folder with the built package installed.
    pub(crate) fn new(root: &'r Path, language: Language, folder: PathBuf) -> Result<Self, String> {
        let place = folder.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        let name = format!("{place}-{}", language.name());
        let project = Self { root, language, folder, name };
        match language {
            Language::Rust => project.rust()?,
            Language::Python => project.python()?,
            Language::Node => project.node()?,
            Language::Java => project.java()?,
        }
        Ok(project)
    }

    /// Run `program`, the text of a whole program of the language, and give what it printed.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        let run = match self.language {
            Language::Rust => {
                self.write("src/main.rs", program)?;
                self.command("cargo").args(["run", "--quiet", "--profile", "ci", "--"]).args(arguments)
            }
            Language::Python => {
                self.write("main.py", program)?;
                self.command(interpreter(&self.folder.join("venv"))).args(["main.py"]).args(arguments)
            }
            Language::Node => {
                self.write("main.mjs", program)?;
                self.command("node").args(["main.mjs"]).args(arguments)
            }
            Language::Java => {
                self.write("src/main/java/Main.java", program)?;
                self.maven(&["compile"]).succeed()?;
                let class_path = fs::read_to_string(self.folder.join("class-path")).map_err(|e| e.to_string())?;
                let separator = if cfg!(windows) { ";" } else { ":" };
                let class_path = format!("target/classes{separator}{}", class_path.trim());
                self.command("java").args(["-cp", &class_path, "Main"]).args(arguments)
            }
        };
        Ok(run.succeed()?.output)
    }

    fn rust(&self) -> Result<(), String> {
        fs::create_dir_all(self.folder.join("src")).map_err(|e| e.to_string())?;
        // The same versions and profile as the workspace, so that only inlaid itself is compiled again.
        let lock = fs::read(self.root.join("Cargo.lock")).map_err(|e| e.to_string())?;
        fs::write(self.folder.join("Cargo.lock"), lock).map_err(|e| e.to_string())?;
        // A name of its own: projects of one name would overwrite each other's program in the shared target folder.
        let (core, name) = (self.root.join("core"), &self.name);
        self.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"user-of-inlaid-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
                 [dependencies]\ninlaid = {{ path = {core:?} }}\n\n\
                 [profile.ci]\ninherits = \"release\"\ndebug = 0\nlto = false\ncodegen-units = 16\nincremental = false\n"
            ),
        )
    }

    fn python(&self) -> Result<(), String> {
        let wheel = package::wheel(self.root)?;
        let interpreter = interpreter(&self.folder.join("venv"));
        if !interpreter.exists() {
            shell::empty_folder(&self.folder)?;
            self.command("python3").args(["-m", "venv", "venv"]).succeed()?;
        }
        let install = ["-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps"];
        self.command(&interpreter).args(["-m", "pip", "install", "--quiet", "numpy"]).succeed()?;
        self.command(&interpreter).args(install).args([wheel]).succeed().map(|_| ())
    }

    fn node(&self) -> Result<(), String> {
        let archives = package::archives(self.root)?;
        shell::empty_folder(&self.folder)?;
        self.write("package.json", "{ \"name\": \"user-of-inlaid\", \"private\": true }\n")?;
        self.command("npm").args(["install", "--no-fund", "--no-audit"]).args(archives).succeed().map(|_| ())
    }

    fn java(&self) -> Result<(), String> {
        let repository = package::repository(self.root)?;
        forget_cached_artefacts()?;
        shell::empty_folder(&self.folder)?;
        self.write("pom.xml", &pom(&repository)?)?;
        self.maven(&["dependency:build-classpath", "-Dmdep.outputFile=class-path"]).succeed().map(|_| ())
    }

    fn maven(&self, arguments: &[&str]) -> Run {
        self.command("mvn").args(["--batch-mode", "--no-transfer-progress", "--quiet"]).args(arguments)
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Run {
        let run = Run::new(self.root, &self.name, &self.folder, program);
        match (self.language, std::env::current_exe()) {
            (Language::Rust, Ok(own)) => match own.parent().and_then(Path::parent) {
                Some(target) => run.env("CARGO_TARGET_DIR", target),
                None => run,
            },
            _ => run,
        }
    }

    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        let path = self.folder.join(name);
        let parent = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(parent).and_then(|()| fs::write(&path, text)).map_err(|e| format!("{}: {e}", path.display()))
    }
}

/// Maven never asks again for a release that it has cached, so an earlier build of the same version would be used.
fn forget_cached_artefacts() -> Result<(), String> {
    let Some(home) = std::env::home_dir() else { return Ok(()) };
    let cached = home.join(".m2/repository/io/inlaid");
    if cached.exists() {
        fs::remove_dir_all(&cached).map_err(|e| format!("{}: {e}", cached.display()))?;
    }
    Ok(())
}

/// The Python of a virtual environment.
pub(crate) fn interpreter(venv: &Path) -> PathBuf {
    venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

/// What a Java user writes: the library, the natives of the platform, and where the built ones are.
fn pom(repository: &Path) -> Result<String, String> {
    let (version, classifier) = (env!("CARGO_PKG_VERSION"), package::jvm::classifier()?);
    Ok(format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.example</groupId>
  <artifactId>user-of-inlaid</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.source>17</maven.compiler.source>
    <maven.compiler.target>17</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <repositories>
    <repository><id>inlaid</id><url>file://{}</url></repository>
  </repositories>
  <dependencies>
    <dependency>
      <groupId>io.inlaid</groupId>
      <artifactId>inlaid</artifactId>
      <version>{version}</version>
    </dependency>
    <dependency>
      <groupId>io.inlaid</groupId>
      <artifactId>inlaid</artifactId>
      <version>{version}</version>
      <classifier>{classifier}</classifier>
      <scope>runtime</scope>
    </dependency>
  </dependencies>
</project>
",
        repository.display()
    ))
}
