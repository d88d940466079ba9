//! The container around a saved model: sealing and opening, with every length held against the bytes there are.
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Kind, LARGEST, Stored};
use crate::error::{Code, Error, Result, ensure};

/// The first byte is no text and the last one is what a transfer "as text" would change.
pub(super) const MAGIC: [u8; 8] = *b"\x89INLAID\n";
/// The version of the container itself.
const FORMAT: u32 = 1;
/// Where the checksummed part begins, and where the counted part begins.
const CHECKED: usize = 16;
const COUNTED: usize = 24;
/// The longest name of a kind.
const LONGEST_NAME: usize = 100;

/// What stands before the model.
#[derive(Serialize, Deserialize)]
struct Head<'a> {
    kind: &'a str,
    version: u32,
    writer: &'a str,
}

/// A container that was found whole.
pub(super) struct Opened<'a> {
    pub(super) kind: Kind,
    pub(super) payload: &'a [u8],
}

/// A container with `model` in it, of at most `largest` bytes; the size is known before memory is asked for.
pub(super) fn seal<T: Stored>(model: &T, largest: usize) -> Result<Vec<u8>> {
    const { assert!(is_name(T::KIND), "a kind is 1 to 100 letters, digits, or one of . _ + -") };
    const { assert!(T::VERSION >= 1, "versions of a kind begin at 1") };
    let head = Head { kind: T::KIND, version: T::VERSION, writer: env!("CARGO_PKG_VERSION") };
    let content = (&head, model);
    let count = postcard::experimental::serialized_size(&content).map_err(unwritable::<T>)?;
    let size = COUNTED.saturating_add(count);
    ensure!(size <= largest, TooLarge, "the saved {} would have {size} bytes, at most {largest} are allowed", T::KIND);
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size).map_err(|error| {
        Error::new(Code::TooLarge, format!("no memory for the {size} bytes of the saved {}", T::KIND))
            .with_source(error)
    })?;
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&(count as u64).to_le_bytes());
    bytes.resize(size, 0);
    let used = postcard::to_slice(&content, &mut bytes[COUNTED..]).map_err(unwritable::<T>)?.len();
    ensure!(used == count, Internal, "{} wrote {used} bytes after {count} were counted; please report this", T::KIND);
    let checksum = crc32fast::hash(&bytes[CHECKED..]);
    bytes[CHECKED - 4..CHECKED].copy_from_slice(&checksum.to_le_bytes());
    Ok(bytes)
}

/// Judge a whole container and give what is in it.
pub(super) fn open(bytes: &[u8]) -> Result<Opened<'_>> {
    recognise(bytes)?;
    ensure!(
        bytes.len() <= LARGEST,
        TooLarge,
        "a saved model may have {LARGEST} bytes, these are {}; nothing was loaded",
        bytes.len()
    );
    let format = number(bytes, 8);
    ensure!(
        format <= FORMAT,
        Incompatible,
        "this model was saved in format {format}, this inlaid {} reads up to format {FORMAT}; update inlaid, or save it \
         again if the file may be damaged",
        env!("CARGO_PKG_VERSION")
    );
    ensure!(format != 0, Incompatible, "the saved model is damaged: there is no format 0; save it again");
    ensure!(bytes.len() >= COUNTED, Incompatible, "{}", cut(bytes.len(), COUNTED as u64));
    let whole = (u64::from(number(bytes, 16)) | u64::from(number(bytes, 20)) << 32).saturating_add(COUNTED as u64);
    let size = bytes.len() as u64;
    ensure!(size >= whole, Incompatible, "{}", cut(bytes.len(), whole));
    ensure!(
        size == whole,
        Incompatible,
        "the saved model ends after {whole} bytes, but {} more follow; copy or save it again",
        size - whole
    );
    let (said, found) = (number(bytes, CHECKED - 4), crc32fast::hash(&bytes[CHECKED..]));
    ensure!(
        said == found,
        Incompatible,
        "the saved model is damaged: its checksum is {found:08x}, it should be {said:08x}; copy or save it again"
    );
    let (head, payload) = postcard::take_from_bytes::<Head<'_>>(&bytes[COUNTED..]).map_err(unreadable)?;
    ensure!(
        is_name(head.kind) && head.version >= 1 && is_name(head.writer),
        Incompatible,
        "the saved model names neither its kind nor its writer properly; it was not saved by inlaid"
    );
    let kind = Kind { name: head.kind.to_owned(), version: head.version, writer: head.writer.to_owned() };
    Ok(Opened { kind, payload })
}

/// Refuse bytes that do not begin as a saved model does; the first eight are enough.
pub(super) fn recognise(bytes: &[u8]) -> Result<()> {
    ensure!(!bytes.is_empty(), Incompatible, "this is no saved model: it is empty");
    let begins = bytes.len().min(MAGIC.len());
    ensure!(
        bytes[..begins] == MAGIC[..begins],
        Incompatible,
        "this is no model saved by inlaid, or its beginning is damaged; check which file it is"
    );
    ensure!(bytes.len() >= CHECKED - 4, Incompatible, "{}", cut(bytes.len(), COUNTED as u64));
    Ok(())
}

/// Read all of a payload as `T`.
///
/// On the word of a length alone the decoder reserves 1 MiB at most, and nothing for more items than there are bytes left.
pub(super) fn decode<T: DeserializeOwned>(payload: &[u8]) -> Result<T> {
    let (model, rest) = postcard::take_from_bytes::<T>(payload).map_err(unreadable)?;
    ensure!(
        rest.is_empty(),
        Incompatible,
        "the saved model has {} bytes that belong to nothing; save it again",
        rest.len()
    );
    Ok(model)
}

/// Four bytes as a number; the caller has seen that they are there.
fn number(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

fn cut(size: usize, whole: u64) -> String {
    format!("the saved model is cut short: {size} bytes of at least {whole}; copy or save it again")
}

fn unwritable<T: Stored>(cause: postcard::Error) -> Error {
    Error::new(Code::Internal, format!("{} cannot be written: {cause}; please report this", T::KIND)).with_source(cause)
}

fn unreadable(cause: postcard::Error) -> Error {
    let sentence =
        format!("the saved model cannot be read though its checksum is right: {cause}; fit and save it again");
    Error::new(Code::Incompatible, sentence).with_source(cause)
}

/// Whether a text can name a kind or a version: 1 to 100 ASCII letters, digits or `.`, `_`, `+`, `-`. Nothing else of a
/// file gets into messages.
const fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !(bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'.' | b'_' | b'+' | b'-')) {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty() && bytes.len() <= LONGEST_NAME
}
