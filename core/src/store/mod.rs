//! Saving and loading fitted models: versioned, checksummed, atomic.
//!
//! A saved model is one container, the same in memory and in a file; numbers are little-endian:
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 8 | `89 49 4E 4C 41 49 44 0A`, that is `\x89INLAID\n` |
//! | 8 | 4 | version of the container, now 1 |
//! | 12 | 4 | CRC-32 (IEEE) of everything after these four bytes |
//! | 16 | 8 | number of bytes that follow |
//! | 24 | | kind (text), version of the kind, version of inlaid that wrote it (text), as [postcard] |
//! | | | the model itself, as postcard: `f64` by its bits, so a loaded model predicts bit for bit what the saved one did |
//!
//! [postcard]: https://postcard.jamesmunns.com/wire-format
//!
//! The checksum finds accidents, not malice: bytes from a stranger can carry a right checksum. Decoding therefore never
//! allocates for a length that is not backed by bytes, and what was decoded is judged by [`Stored::check`] before a
//! caller sees it. The worst that a made-up file can do is to be refused, or to be a model with made-up numbers.
//!
//! | code | when |
//! |---|---|
//! | `incompatible` | foreign, damaged, cut short or too long; a newer format; another kind; a model that does not hold together |
//! | `not_found` | no such file to load, no such folder to save to |
//! | `io` | the file is there but cannot be read or replaced, or is no regular file |
//! | `too_large` | more than [`LARGEST`] bytes |
//!
//! ```
//! # #[cfg(feature = "forecast")]
//! # fn main() -> inlaid::Result<()> {
//! use inlaid::forecast::{FittedNaive, Method, Naive};
//! use inlaid::{Context, store};
//!
//! let context = Context::new();
//! let fitted = Naive::default().fit(ndarray::array![[3.0, 5.0, 4.0]].view(), &context)?;
//! let bytes = fitted.to_bytes()?; // or fitted.save("sales.inlaid")?
//! assert_eq!(store::kind(&bytes)?.name, "forecast.FittedNaive");
//! let loaded = FittedNaive::from_bytes(&bytes)?;
//! assert_eq!(loaded.predict(2, &[0.95], &context)?, fitted.predict(2, &[0.95], &context)?);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "forecast"))]
//! # fn main() {}
//! ```
mod container;
mod file;

#[cfg(test)]
mod tests;

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Code, Error, Result, bail, ensure};

pub(crate) use file::replace_with;

/// The most bytes that one saved model may have: 1 GiB.
pub const LARGEST: usize = 1 << 30;

/// A fitted model that can be saved and loaded.
///
/// What is saved are the fields in their order and without their names, so **every change to a field, an enum's variants
/// or their order, here or in a type inside, is a new [`VERSION`](Stored::VERSION)**. The format has no room for
/// `skip_serializing_if`, `flatten`, `untagged` and internally tagged enums. So that bytes from a stranger can do no harm,
/// no type inside may contain itself (the stack) or be a list of items without any bytes (the time).
pub trait Stored: Serialize + DeserializeOwned {
    /// The name of the model in the catalogue and in saved files, such as `forecast.FittedAutoEts`: 1 to 100 letters,
    /// digits or `.`, `_`, `+`, `-`. It never changes and is never used again for another model.
    const KIND: &'static str;

    /// The version of what is saved, from 1.
    const VERSION: u32;

    /// Judge a model whose fields hold values of the right types and no more: everything that a fit guarantees and the
    /// methods rely on must be established here. (A matrix without columns may claim any number of rows.) After `Ok` no
    /// method may panic, allocate or run out of proportion to what it is asked, or give NaN or infinite values without
    /// saying so.
    ///
    /// # Errors
    /// Any; what cannot be loaded becomes `incompatible` with this error's sentence, what cannot be saved keeps the code.
    fn check(&self) -> Result<()>;

    /// Read what an older `version` of this kind, at least 1, had saved; [`decode`] reads its types. Refused unless
    /// implemented.
    ///
    /// # Errors
    /// `incompatible`.
    fn from_older(version: u32, payload: &[u8]) -> Result<Self> {
        let _ = payload;
        bail!(
            Incompatible,
            "version {version} of {} is no longer read, this inlaid reads version {}; fit the model again",
            Self::KIND,
            Self::VERSION
        )
    }
}

/// What a saved model is, without loading it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kind {
    /// The name of the model in the catalogue, such as `forecast.FittedAutoEts`.
    pub name: String,
    /// The version of what is saved of this kind.
    pub version: u32,
    /// The version of inlaid that saved it.
    pub writer: String,
}

/// A model as bytes.
///
/// # Errors
/// `too_large` above [`LARGEST`] bytes; what [`Stored::check`] says of a model that could not be loaded again.
pub fn to_bytes<T: Stored>(model: &T) -> Result<Vec<u8>> {
    model.check().map_err(|error| error.at("this model cannot be saved"))?;
    container::seal(model, LARGEST)
}

/// The model that [`to_bytes`] or [`save`] wrote.
///
/// # Errors
/// `incompatible` for bytes that are not, or no longer, a model of this kind that this version reads; `too_large` above
/// [`LARGEST`] bytes.
pub fn from_bytes<T: Stored>(bytes: &[u8]) -> Result<T> {
    let opened = container::open(bytes)?;
    let kind = &opened.kind;
    ensure!(
        kind.name == T::KIND,
        Incompatible,
        "this is a saved {}, not a {}; load it as what it is",
        kind.name,
        T::KIND
    );
    ensure!(
        kind.version <= T::VERSION,
        Incompatible,
        "version {} of {}, saved by inlaid {}, is newer than this inlaid {}, which reads up to version {}; update inlaid",
        kind.version,
        kind.name,
        kind.writer,
        env!("CARGO_PKG_VERSION"),
        T::VERSION
    );
    let model =
        if kind.version == T::VERSION { decode(opened.payload)? } else { T::from_older(kind.version, opened.payload)? };
    model.check().map_err(|error| {
        let sentence = format!("the saved {} does not hold together: {error}; fit and save it again", T::KIND);
        Error::new(Code::Incompatible, sentence).with_source(error)
    })?;
    Ok(model)
}

/// Save a model to a file, which is replaced as a whole or not at all, whatever happens meanwhile.
///
/// The bytes go to a new file beside it, reach the disk, and then take its name. An existing file keeps its permissions
/// (not its owner); one without write permission is not replaced. A symbolic link stays: what it points to is replaced,
/// and a link to nothing is refused. A process that is killed half way may leave a `.inlaid-*.tmp` file behind.
///
/// # Errors
/// As [`to_bytes`]; `not_found` for a folder or the target of a link that does not exist; `io`.
pub fn save<T: Stored>(model: &T, path: impl AsRef<Path>) -> Result<()> {
    file::replace(path.as_ref(), &to_bytes(model)?)
}

/// The model in a file.
///
/// # Errors
/// As [`from_bytes`]; `not_found` for a file that does not exist; `io`.
pub fn load<T: Stored>(path: impl AsRef<Path>) -> Result<T> {
    let path = path.as_ref();
    from_bytes(&file::read(path, LARGEST)?).map_err(|error| error.at(path.display()))
}

/// What the bytes of a saved model are, after a look at the whole container but not inside the model.
///
/// # Errors
/// `incompatible` for bytes that are no whole saved model, `too_large` above [`LARGEST`] bytes.
pub fn kind(bytes: &[u8]) -> Result<Kind> {
    Ok(container::open(bytes)?.kind)
}

/// The bytes of a file that holds a saved model of any kind; [`kind`] says which.
///
/// # Errors
/// `not_found` for a file that does not exist, `io`, `too_large` above [`LARGEST`] bytes, `incompatible` for a file that
/// is no whole saved model.
pub fn read(path: impl AsRef<Path>) -> Result<Vec<u8>> {
    let path = path.as_ref();
    let bytes = file::read(path, LARGEST)?;
    container::open(&bytes).map_err(|error| error.at(path.display()))?;
    Ok(bytes)
}

/// Write the bytes of a saved model of any kind to a file, as [`save`] does.
///
/// # Errors
/// `incompatible` for bytes that are no whole saved model; as [`save`].
pub fn write(bytes: &[u8], path: impl AsRef<Path>) -> Result<()> {
    container::open(bytes)?;
    file::replace(path.as_ref(), bytes)
}

/// Read all of a payload as `T`; for [`Stored::from_older`].
///
/// # Errors
/// `incompatible` for bytes that are no `T`, or more than one.
pub fn decode<T: DeserializeOwned>(payload: &[u8]) -> Result<T> {
    container::decode(payload)
}
