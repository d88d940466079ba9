//! What a Linux library needs of the system it is loaded on, as the tags of Python wheels say it.
use object::elf::{DT_NEEDED, FileHeader64};
use object::read::elf::{Dyn, FileHeader, SectionHeader};
use object::{Endianness, read};

/// What manylinux allows a library to link (PEP 600, `auditwheel`'s policy); everything else must be in the wheel.
const ALLOWED: &[&str] =
    &["libc.so.", "libm.so.", "libgcc_s.so.", "libpthread.so.", "libdl.so.", "librt.so.", "ld-linux"];

/// The oldest glibc that a tag may name.
const FLOOR: (u32, u32) = (2, 17);

/// The platform tag for a library: `manylinux_2_17_x86_64`, or `linux_x86_64` if it needs libraries of its own.
pub(super) fn tag(library: &[u8], machine: &str) -> Result<String, String> {
    let (needed, versions) = needs(library).map_err(|error| format!("the library is no ELF file: {error}"))?;
    if needed.iter().any(|name| name.starts_with("libc.musl")) {
        return Ok(format!("musllinux_1_2_{machine}"));
    }
    if let Some(other) = needed.iter().find(|name| !ALLOWED.iter().any(|allowed| name.starts_with(allowed))) {
        println!("note: the library needs {other}, so the wheel is for this machine only");
        return Ok(format!("linux_{machine}"));
    }
    let (major, minor) = versions.iter().filter_map(|name| number(name)).fold(FLOOR, Ord::max);
    Ok(format!("manylinux_{major}_{minor}_{machine}"))
}

/// The libraries it names and the symbol versions it asks of them.
fn needs(library: &[u8]) -> read::Result<(Vec<String>, Vec<String>)> {
    let header = FileHeader64::<Endianness>::parse(library)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, library)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut needed = Vec::new();
    if let Some((entries, link)) = sections.dynamic(endian, library)? {
        let strings = sections.strings(endian, library, link)?;
        for entry in entries.iter().filter(|entry| entry.tag(endian) == DT_NEEDED) {
            needed.push(text(entry.string(endian, strings)?));
        }
    }
    let mut versions = Vec::new();
    for section in sections.iter() {
        let Some((mut needs, link)) = section.gnu_verneed(endian, library)? else { continue };
        let strings = sections.strings(endian, library, link)?;
        while let Some((_, mut entries)) = needs.next()? {
            while let Some(entry) = entries.next()? {
                versions.push(text(entry.name(endian, strings)?));
            }
        }
    }
    Ok((needed, versions))
}

/// `GLIBC_2.17` as numbers.
fn number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix("GLIBC_")?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbol_versions_are_numbers() {
        assert_eq!(number("GLIBC_2.17"), Some((2, 17)));
        assert_eq!(number("GLIBC_2.2.5"), Some((2, 2)));
        assert_eq!(number("GCC_3.0"), None);
        assert_eq!(number("GLIBC_PRIVATE"), None);
    }

    #[test]
    fn bytes_that_are_no_library_are_refused() {
        assert!(tag(b"not a library", "x86_64").is_err());
    }
}
