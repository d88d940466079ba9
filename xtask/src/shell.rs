//! Running other programs: quietly, with a log to look at when something fails.
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program to run in a folder, its output kept in a log.
pub(crate) struct Run {
    command: Command,
    words: Vec<String>,
    log: PathBuf,
}

/// What a program left behind.
pub(crate) struct Done {
    /// Everything it printed.
    pub(crate) output: String,
    /// Whether it said that all went well.
    pub(crate) success: bool,
    words: String,
    log: PathBuf,
}

impl Run {
    /// `program` in `folder`, its log named `name`.
    pub(crate) fn new(root: &Path, name: &str, folder: &Path, program: impl AsRef<OsStr>) -> Self {
        let words = vec![program.as_ref().to_string_lossy().into_owned()];
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null());
        Self { command, words, log: root.join("target/xtask-logs").join(format!("{name}.log")) }
    }

    /// Add arguments.
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        for argument in arguments {
            self.words.push(argument.as_ref().to_string_lossy().into_owned());
            self.command.arg(argument);
        }
        self
    }

    /// Set an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Run it to its end.
    pub(crate) fn finish(mut self) -> Result<Done, String> {
        let words = self.words.join(" ");
        let failed = |error: std::io::Error| format!("`{words}`: {error}");
        fs::create_dir_all(self.log.parent().unwrap_or(Path::new("."))).map_err(failed)?;
        let file = File::create(&self.log).map_err(failed)?;
        self.command.stdout(file.try_clone().map_err(failed)?).stderr(file);
        let status = self.command.status().map_err(failed)?;
        let output = String::from_utf8_lossy(&fs::read(&self.log).map_err(failed)?).into_owned();
        Ok(Done { output, success: status.success(), words, log: self.log })
    }

    /// Run it to its end and fail if it does.
    pub(crate) fn succeed(self) -> Result<Done, String> {
        let done = self.finish()?;
        if done.success { Ok(done) } else { Err(done.complaint()) }
    }
}

impl Done {
    /// The end of what it printed, with where the rest is.
    pub(crate) fn complaint(&self) -> String {
        let lines: Vec<&str> = self.output.lines().collect();
        let tail = lines[lines.len().saturating_sub(60)..].join("\n");
        format!("`{}` failed; the whole log is in {}\n{tail}", self.words, self.log.display())
    }
}

/// The first line that `program arguments` prints, if it is there.
pub(crate) fn version(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    String::from_utf8_lossy(&text).lines().next().map(str::to_owned)
}

/// A folder that is there and empty.
pub(crate) fn empty_folder(path: &Path) -> Result<(), String> {
    if path.exists() {
        fs::remove_dir_all(path).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    fs::create_dir_all(path).map_err(|e| format!("{}: {e}", path.display()))
}
