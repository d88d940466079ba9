//! Whole files: read within a limit, replaced at once or not at all.
use std::collections::hash_map::RandomState;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::container;
use crate::error::{Code, Error, Result, ensure};

/// All bytes of a regular file of at most `largest` bytes that begins as a saved model does.
pub(super) fn read(path: &Path, largest: usize) -> Result<Vec<u8>> {
    // Looked at before opening: opening a pipe would wait for its writer.
    let size = regular(path, &fs::metadata(path).map_err(|error| failed("load", path, error))?)?.len();
    ensure!(
        size <= largest as u64,
        TooLarge,
        "{}: a saved model may have {largest} bytes, this file has {size}",
        path.display()
    );
    let mut source = File::open(path).map_err(|error| failed("load", path, error))?.take(largest as u64 + 1);
    let mut bytes = Vec::new();
    let mut take = |bytes: &mut Vec<u8>, count: u64| {
        let read = source.by_ref().take(count).read_to_end(bytes);
        read.map_err(|error| failed("load", path, error))
    };
    // Foreign files are refused by their beginning, however large they are.
    take(&mut bytes, 16)?;
    container::recognise(&bytes).map_err(|error| error.at(path.display()))?;
    bytes.try_reserve_exact((size as usize).saturating_sub(bytes.len())).map_err(|error| {
        Error::new(Code::TooLarge, format!("{}: no memory for its {size} bytes", path.display())).with_source(error)
    })?;
    take(&mut bytes, u64::MAX)?;
    ensure!(bytes.len() <= largest, TooLarge, "{}: a saved model may have {largest} bytes", path.display());
    Ok(bytes)
}

/// Put `bytes` at `path` as a whole or leave everything as it was.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    replace_with(path, |file| file.write_all(bytes))
}

/// [`replace`] with whatever `fill` writes.
pub(crate) fn replace_with(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> Result<()> {
    let (target, permissions) = target(path)?;
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let fail = |error| failed("save", path, error);
    let (temporary, mut file) = Temporary::create(&folder, permissions.is_some()).map_err(fail)?;
    let written = (|| {
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        fill(&mut file)?;
        file.sync_all()
    })();
    // Closed before it is renamed or removed: some systems do neither to an open file.
    drop(file);
    written.map_err(fail)?;
    temporary.become_file(&target).map_err(fail)?;
    settle(&folder).map_err(fail)
}

/// The file that a save replaces, links followed, and the permissions to keep if there is one.
fn target(path: &Path) -> Result<(PathBuf, Option<Permissions>)> {
    let fail = |error| failed("save", path, error);
    ensure!(path.file_name().is_some(), Io, "cannot save to \"{}\": it names no file", path.display());
    let real = match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_symlink() => fs::canonicalize(path).map_err(fail)?,
        Ok(_) => path.to_owned(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((path.to_owned(), None)),
        Err(error) => return Err(fail(error)),
    };
    let found = fs::metadata(&real).map_err(fail)?;
    let permissions = regular(path, &found)?.permissions();
    ensure!(!permissions.readonly(), Io, "{}: the file is read-only and was not replaced", path.display());
    Ok((real, Some(permissions)))
}

/// Refuse folders, pipes and devices.
fn regular<'a>(path: &Path, found: &'a Metadata) -> Result<&'a Metadata> {
    ensure!(
        found.is_file(),
        Io,
        "{} is {}; name a regular file",
        path.display(),
        if found.is_dir() { "a folder" } else { "a pipe or device" }
    );
    Ok(found)
}

/// A file under a name that nobody can guess, removed unless it becomes another.
struct Temporary {
    path: PathBuf,
    done: bool,
}

impl Temporary {
    /// A new, empty file in `folder`; `private` keeps others out until it gets its permissions.
    fn create(folder: &Path, private: bool) -> io::Result<(Self, File)> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if private {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        #[cfg(not(unix))]
        let _ = private;
        let mut tries = 0;
        loop {
            // The standard library keys its hashers from the system's randomness.
            let name = format!(".inlaid-{:016x}.tmp", RandomState::new().build_hasher().finish());
            let path = folder.join(name);
            match options.open(&path) {
                Ok(file) => return Ok((Self { path, done: false }, file)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists && tries < 16 => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn become_file(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.done {
            // Nothing can be done about a failure here, and the first error is the one to tell.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Bring the new name to the disk, where the system can.
#[cfg(unix)]
fn settle(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // The file is whole and in place; a folder that cannot be opened or synced is the system's way, not a failure.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::PermissionDenied | ErrorKind::InvalidInput | ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        other => other,
    }
}

#[cfg(not(unix))]
fn settle(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A sentence about a file, with the code that fits.
fn failed(what: &str, path: &Path, error: io::Error) -> Error {
    let (code, why) = match (error.kind(), what) {
        (ErrorKind::NotFound, "load") => (Code::NotFound, "there is no such file".to_owned()),
        (ErrorKind::NotFound, _) => {
            (Code::NotFound, "its folder, or what the link points to, does not exist".to_owned())
        }
        _ => (Code::Io, error.to_string()),
    };
    Error::new(code, format!("cannot {what} {}: {why}", path.display())).with_source(error)
}
