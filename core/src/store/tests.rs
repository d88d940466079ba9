//! The container with kinds of its own, and files. `tests/saved_models.rs` tries real models and hostile bytes.
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use serde::{Deserialize, Serialize};

use super::*;
use crate::data::{Matrix, beside};

/// A model as version 1 saved it, and as version 2 does.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Old {
    size: u8,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Toy {
    size: u8,
    names: Vec<String>,
}

impl Stored for Old {
    const KIND: &'static str = "test.Toy";
    const VERSION: u32 = 1;
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

impl Stored for Toy {
    const KIND: &'static str = "test.Toy";
    const VERSION: u32 = 2;
    fn check(&self) -> Result<()> {
        ensure!(self.size < 100, InvalidData, "size is {}, at most 99 is allowed", self.size);
        Ok(())
    }
    fn from_older(version: u32, payload: &[u8]) -> Result<Self> {
        assert_eq!(version, 1);
        decode::<Old>(payload).map(|old| Toy { size: old.size, names: Vec::new() })
    }
}

fn toy(size: u8) -> Toy {
    Toy { size, names: vec!["a".into(); usize::from(size)] }
}

/// A folder of one test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("inlaid-store-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn code_of<T: std::fmt::Debug>(result: Result<T>) -> Code {
    result.expect_err("must fail").code()
}

#[test]
fn an_older_version_is_read_where_the_kind_knows_how() {
    let bytes = to_bytes(&Old { size: 7 }).unwrap();
    assert_eq!(from_bytes::<Toy>(&bytes).unwrap(), Toy { size: 7, names: Vec::new() });
    let error = from_bytes::<Old>(&to_bytes(&toy(7)).unwrap()).unwrap_err();
    assert_eq!(error.code(), Code::Incompatible);
    assert!(error.message().contains("update inlaid"), "{error}");
}

#[derive(Debug, Serialize, Deserialize)]
struct Forgetful {}

impl Stored for Forgetful {
    const KIND: &'static str = "test.Toy";
    const VERSION: u32 = 2;
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

#[test]
fn an_older_version_is_refused_where_the_kind_does_not() {
    let error = from_bytes::<Forgetful>(&to_bytes(&Old { size: 7 }).unwrap()).unwrap_err();
    assert_eq!(error.code(), Code::Incompatible);
    assert!(error.message().contains("fit the model again"), "{error}");
}

#[test]
fn what_could_not_be_loaded_is_not_saved() {
    let folder = Folder::new();
    let error = save(&toy(100), folder.join("model")).unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (Code::InvalidData, "this model cannot be saved: size is 100, at most 99 is allowed")
    );
    assert!(folder.names().is_empty());
}

#[test]
fn a_payload_must_be_used_up() {
    let mut payload = postcard::to_stdvec(&toy(1)).unwrap();
    assert_eq!(decode::<Toy>(&payload).unwrap(), toy(1));
    payload.push(0);
    assert_eq!(code_of(decode::<Toy>(&payload)), Code::Incompatible);
}

#[test]
fn a_matrix_keeps_its_bits_and_its_shape_must_fit_its_numbers() {
    let matrix = Matrix::from(ndarray::array![[-0.0, f64::NAN, 5e-324], [1.0 / 3.0, f64::MAX, f64::NEG_INFINITY]]);
    // Also while arrays travel beside a text.
    let (payload, blocks) = beside::collect(|| postcard::to_stdvec(&matrix).unwrap());
    assert!(blocks.is_empty());
    let back = decode::<Matrix>(&payload).unwrap();
    assert_eq!(back.dim(), (2, 3));
    assert!(back.iter().zip(matrix.iter()).all(|(left, right)| left.to_bits() == right.to_bits()));
    for (rows, columns) in [(2, 2), (usize::MAX, 3), (usize::MAX, usize::MAX), (1 << 63, 2)] {
        let payload = postcard::to_stdvec(&(rows, columns, vec![0.0; 6])).unwrap();
        assert_eq!(code_of(decode::<Matrix>(&payload)), Code::Incompatible);
    }
}

#[test]
fn too_much_is_refused_before_it_is_written_or_read() {
    let size = to_bytes(&toy(9)).unwrap().len();
    assert_eq!(container::seal(&toy(9), size).unwrap().len(), size);
    assert_eq!(code_of(container::seal(&toy(9), size - 1)), Code::TooLarge);
    let folder = Folder::new();
    let path = folder.join("model");
    save(&toy(9), &path).unwrap();
    assert_eq!(file::read(&path, size).unwrap().len(), size);
    assert_eq!(code_of(file::read(&path, size - 1)), Code::TooLarge);
    // A file of a terabyte without a block on the disk.
    let sparse = folder.join("sparse");
    if fs::File::create(&sparse).and_then(|file| file.set_len(1 << 40)).is_ok() {
        assert_eq!(code_of(load::<Toy>(&sparse)), Code::TooLarge);
    }
}

#[test]
fn what_is_saved_can_be_loaded_and_named() {
    let folder = Folder::new();
    let path = folder.join("model");
    save(&toy(3), &path).unwrap();
    save(&toy(4), &path).unwrap();
    assert_eq!(load::<Toy>(&path).unwrap(), toy(4));
    let bytes = read(&path).unwrap();
    assert_eq!(
        kind(&bytes).unwrap(),
        Kind { name: "test.Toy".into(), version: 2, writer: env!("CARGO_PKG_VERSION").into() }
    );
    write(&bytes, folder.join("copy")).unwrap();
    assert_eq!(load::<Toy>(folder.join("copy")).unwrap(), toy(4));
    assert_eq!(code_of(write(b"something else", folder.join("other"))), Code::Incompatible);
    assert_eq!(folder.names(), ["copy", "model"]);
}

#[test]
fn what_is_missing_or_no_file_has_its_code_and_its_name_in_the_message() {
    let folder = Folder::new();
    let missing = load::<Toy>(folder.join("missing")).unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    assert!(missing.message().contains("missing") && missing.message().contains("no such file"), "{missing}");
    assert_eq!(code_of(load::<Toy>("")), Code::NotFound);
    assert_eq!(code_of(save(&toy(1), folder.join("no folder/model"))), Code::NotFound);
    for folder in [folder.0.as_path(), Path::new("/"), Path::new("."), Path::new("..")] {
        assert_eq!(code_of(load::<Toy>(folder)), Code::Io);
        assert_eq!(code_of(save(&toy(1), folder)), Code::Io);
    }
    fs::write(folder.join("text"), "a,b\n1,2\n").unwrap();
    let foreign = load::<Toy>(folder.join("text")).unwrap_err();
    assert_eq!(foreign.code(), Code::Incompatible);
    assert!(foreign.message().contains("text: this is no model saved by inlaid"), "{foreign}");
    fs::write(folder.join("empty"), "").unwrap();
    assert_eq!(code_of(load::<Toy>(folder.join("empty"))), Code::Incompatible);
    assert_eq!(code_of(save(&toy(1), folder.join("text/model"))), Code::Io);
    assert_eq!(folder.names(), ["empty", "text"]);
}

#[test]
fn a_write_that_fails_half_way_leaves_everything_as_it_was() {
    let folder = Folder::new();
    let path = folder.join("model");
    save(&toy(3), &path).unwrap();
    for target in [path.clone(), folder.join("new")] {
        let error = replace_with(&target, |file| {
            file.write_all(b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        });
        assert_eq!(code_of(error), Code::Io);
        let panicked = std::panic::catch_unwind(|| replace_with(&target, |_| panic!("on purpose")));
        assert!(panicked.is_err());
    }
    assert_eq!(folder.names(), ["model"]);
    assert_eq!(load::<Toy>(&path).unwrap(), toy(3));
}

#[test]
fn a_rename_that_fails_leaves_nothing_behind() {
    let folder = Folder::new();
    let path = folder.join("model");
    // A folder takes the name while the file is being written.
    let error = replace_with(&path, |_| fs::create_dir(&path));
    assert_eq!(code_of(error), Code::Io);
    assert_eq!(folder.names(), ["model"]);
}

#[test]
fn saves_at_once_to_one_path_leave_one_whole_model_and_readers_never_see_a_part() {
    let folder = Folder::new();
    let path = folder.join("model");
    save(&toy(1), &path).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || (0..10).for_each(|turn| save(&toy(writer * 20 + turn), path).unwrap()));
        }
        for _ in 0..50 {
            let seen = load::<Toy>(&path).unwrap();
            assert_eq!(seen, toy(seen.size));
        }
    });
    let last = load::<Toy>(&path).unwrap();
    assert!(last.size % 20 == 9, "the last save of one of the writers, not {}", last.size);
    assert_eq!(folder.names(), ["model"]);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn an_existing_file_keeps_its_permissions_and_a_new_one_gets_the_usual() {
        let folder = Folder::new();
        let path = folder.join("model");
        save(&toy(1), &path).unwrap();
        fs::write(folder.join("usual"), "").unwrap();
        assert_eq!(mode(&path), mode(&folder.join("usual")));
        for kept in [0o600, 0o640, 0o755] {
            fs::set_permissions(&path, fs::Permissions::from_mode(kept)).unwrap();
            save(&toy(2), &path).unwrap();
            assert_eq!(mode(&path), kept);
        }
    }

    #[test]
    fn a_read_only_file_is_not_replaced() {
        let folder = Folder::new();
        let path = folder.join("model");
        save(&toy(1), &path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert_eq!(code_of(save(&toy(2), &path)), Code::Io);
        assert_eq!(load::<Toy>(&path).unwrap(), toy(1));
        assert_eq!(folder.names(), ["model"]);
    }

    #[test]
    fn a_link_stays_and_what_it_points_to_is_replaced() {
        let folder = Folder::new();
        fs::create_dir(folder.join("elsewhere")).unwrap();
        let real = folder.join("elsewhere/model");
        save(&toy(1), &real).unwrap();
        symlink(Path::new("elsewhere/model"), folder.join("link")).unwrap();
        save(&toy(2), folder.join("link")).unwrap();
        assert!(fs::symlink_metadata(folder.join("link")).unwrap().file_type().is_symlink());
        assert_eq!(load::<Toy>(&real).unwrap(), toy(2));
        symlink("nowhere", folder.join("dangling")).unwrap();
        assert_eq!(code_of(save(&toy(3), folder.join("dangling"))), Code::NotFound);
        assert_eq!(code_of(load::<Toy>(folder.join("dangling"))), Code::NotFound);
        symlink("round", folder.join("round")).unwrap();
        assert_eq!(code_of(save(&toy(3), folder.join("round"))), Code::Io);
        assert_eq!(folder.names(), ["dangling", "elsewhere", "link", "round"]);
    }

    #[test]
    fn a_device_is_neither_read_nor_replaced() {
        for device in ["/dev/zero", "/dev/null"] {
            assert_eq!(code_of(load::<Toy>(device)), Code::Io);
            assert_eq!(code_of(save(&toy(1), device)), Code::Io);
        }
    }

    #[test]
    fn a_folder_without_write_permission_refuses_a_save() {
        let folder = Folder::new();
        fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o555)).unwrap();
        let may_write = fs::write(folder.join("probe"), "").is_ok();
        let saved = save(&toy(1), folder.join("model"));
        fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o755)).unwrap();
        if may_write {
            // The superuser may write everywhere, so there is nothing to see.
            saved.unwrap();
        } else {
            assert_eq!(code_of(saved), Code::Io);
            assert!(folder.names().is_empty());
        }
    }

    #[test]
    fn a_file_without_read_permission_refuses_a_load() {
        let folder = Folder::new();
        let path = folder.join("model");
        save(&toy(1), &path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o200)).unwrap();
        if fs::read(&path).is_err() {
            assert_eq!(code_of(load::<Toy>(&path)), Code::Io);
        }
    }
}
