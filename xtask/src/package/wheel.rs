//! A wheel as a file: entries in order, their digests in RECORD, the same bytes for the same content.
use std::fs::File;
use std::io::Write;
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A wheel while it is written.
pub(super) struct Wheel {
    zip: ZipWriter<File>,
    record: String,
    size: usize,
}

impl Wheel {
    /// An empty wheel at `path`.
    pub(super) fn create(path: &Path) -> Result<Self, String> {
        let file = File::create(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { zip: ZipWriter::new(file), record: String::new(), size: 0 })
    }

    /// Add a file.
    pub(super) fn add(&mut self, name: &str, content: &[u8]) -> Result<(), String> {
        self.write(name, content)?;
        self.record += &format!("{name},sha256={},{}\n", base64url(&Sha256::digest(content)), content.len());
        Ok(())
    }

    /// Add RECORD and close the file; gives the size of everything once installed.
    pub(super) fn finish(mut self, information: &str) -> Result<usize, String> {
        let name = format!("{information}/RECORD");
        let record = format!("{}{name},,\n", self.record);
        self.write(&name, record.as_bytes())?;
        self.zip.finish().map_err(|error| error.to_string())?;
        Ok(self.size)
    }

    fn write(&mut self, name: &str, content: &[u8]) -> Result<(), String> {
        let mode = if name.ends_with(".so") { 0o755 } else { 0o644 };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(mode);
        self.size += content.len();
        self.zip
            .start_file(name, options)
            .map_err(|error| error.to_string())
            .and_then(|()| self.zip.write_all(content).map_err(|error| error.to_string()))
            .map_err(|error| format!("{name}: {error}"))
    }
}

/// Base 64 for URLs without padding, as RECORD wants digests.
fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..=chunk.len() {
            text.push(LETTERS[(group >> (18 - 6 * position) & 63) as usize] as char);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_written_as_in_the_rfc() {
        // RFC 4648, section 10, without padding.
        for (plain, coded) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg")] {
            assert_eq!(base64url(plain.as_bytes()), coded);
        }
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
    }
}
