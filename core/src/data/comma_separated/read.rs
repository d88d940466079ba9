//! Reading a table from a file of comma-separated values.
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, StringArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use csv::{ByteRecord, ReaderBuilder};

use crate::Context;
use crate::data::table::Table;
use crate::error::{Code, Error, Result, ensure};

/// The largest file that is read: 1 GiB.
const LARGEST: u64 = 1 << 30;
/// How many records are read between two looks at the context.
const STRIDE: usize = 1024;
const LONGEST_MISSING: usize = 4;
/// What stands for a missing number.
const MISSING: [&str; 8] = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"];

/// Read a table from a file of comma-separated values in UTF-8, the first line naming the columns.
///
/// Fields may be quoted with `"` (a quote inside is doubled), lines may end in LF or CRLF, a byte order mark is skipped
/// and so are empty lines. Each column takes the narrowest type that holds all its fields:
///
/// | type | fields |
/// |---|---|
/// | integers of 64 bits | `12`, `-3` |
/// | floats | `1.5`, `2e-3`, whole numbers beyond 64 bits |
/// | texts | anything else, and numbers with leading zeros such as `007`, which are mostly identifiers |
///
/// In columns of numbers, an empty field and `NA`, `N/A`, `NaN`, `nan`, `null`, `NULL` and `None` are missing; in columns
/// of texts only the empty field is. Dates stay texts, which the forecasting functions read. O(size of the file), and
/// about twice its size in memory.
///
/// # Errors
/// `not_found` if there is no such file, `io` if it cannot be read, `too_large` above 1 GiB, `invalid_data` with the line
/// for an empty file, bytes that are not UTF-8, a line with another number of fields than the header or two columns of
/// one name; `cancelled`.
pub fn read_csv(path: impl AsRef<Path>, context: &Context) -> Result<Table> {
    let path = path.as_ref();
    let name = path.display();
    let broken = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Error::new(Code::NotFound, format!("there is no file {name}")).with_source(error),
        _ => Error::new(Code::Io, format!("cannot read {name}: {error}")).with_source(error),
    };
    let file = File::open(path).map_err(broken)?;
    let size = file.metadata().map_err(broken)?.len();
    ensure!(size <= LARGEST, TooLarge, "{name} has {size} bytes, the limit is {LARGEST}");
    parse(BufReader::with_capacity(1 << 16, file.take(LARGEST + 1)), size, context).map_err(|error| error.at(name))
}

fn parse(source: impl Read, size: u64, context: &Context) -> Result<Table> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(source);
    let header = reader.byte_headers().map_err(unreadable)?.clone();
    ensure!(!header.is_empty(), InvalidData, "the file is empty; its first line must name the columns");
    let names = header.iter().map(|field| text(field, 1).map(String::from)).collect::<Result<Vec<_>>>()?;
    let mut columns = vec![Cells::default(); names.len()];
    let mut record = ByteRecord::new();
    let mut records = 0_usize;
    while reader.read_byte_record(&mut record).map_err(unreadable)? {
        let place = record.position().map(|position| (position.line(), position.byte()));
        let (line, byte) = place.unwrap_or_default();
        if records.is_multiple_of(STRIDE) {
            context.check()?;
            context.report(byte as usize, size as usize);
        }
        // A pipe does not tell its size before.
        ensure!(byte <= LARGEST, TooLarge, "the file has more than {LARGEST} bytes, the limit");
        records += 1;
        ensure!(
            record.len() == names.len(),
            InvalidData,
            "line {line} has {} fields, the first line has {}",
            record.len(),
            names.len()
        );
        for (cells, field) in columns.iter_mut().zip(&record) {
            cells.push(text(field, line)?);
        }
    }
    let arrays = names.into_iter().zip(columns).map(|(name, cells)| Ok((name, cells.into_array(context)?)));
    let table = Table::from_arrays(arrays.collect::<Result<Vec<_>>>()?);
    context.report(1, 1);
    table
}

fn text(field: &[u8], line: u64) -> Result<&str> {
    std::str::from_utf8(field).map_err(|error| {
        Error::new(Code::InvalidData, format!("line {line} is not valid UTF-8; save the file as UTF-8"))
            .with_source(error)
    })
}

fn unreadable(error: csv::Error) -> Error {
    let code = if error.is_io_error() { Code::Io } else { Code::InvalidData };
    Error::new(code, format!("the file cannot be read: {error}")).with_source(error)
}

/// The fields of one column, one after the other.
#[derive(Clone)]
struct Cells {
    text: String,
    /// Where each field begins, and the end of the last one; the limit on the file keeps them far below 2^31.
    bounds: Vec<i32>,
}

impl Default for Cells {
    fn default() -> Self {
        Self { text: String::new(), bounds: vec![0] }
    }
}

impl Cells {
    fn push(&mut self, field: &str) {
        self.text.push_str(field);
        self.bounds.push(self.text.len() as i32);
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        self.bounds.windows(2).map(|pair| &self.text[pair[0] as usize..pair[1] as usize])
    }

    /// The fields, with a look at the context now and then.
    fn watched<'a>(&'a self, context: &'a Context) -> impl Iterator<Item = Result<&'a str>> {
        self.iter().enumerate().map(|(row, field)| {
            if row.is_multiple_of(STRIDE) {
                context.check()?;
            }
            Ok(field)
        })
    }

    fn into_array(self, context: &Context) -> Result<ArrayRef> {
        let mut kind = None;
        for field in self.watched(context) {
            kind = kind.max(Kind::of(field?.trim()));
            if kind == Some(Kind::Texts) {
                break;
            }
        }
        Ok(match kind {
            Some(Kind::Integers) => {
                let cells = self.watched(context).map(|field| Ok(field?.trim().parse::<i64>().ok()));
                Arc::new(cells.collect::<Result<Int64Array>>()?)
            }
            Some(Kind::Floats) => {
                let cells = self.watched(context).map(|field| Ok(field?.trim().parse().unwrap_or(f64::NAN)));
                Arc::new(Float64Array::from(cells.collect::<Result<Vec<f64>>>()?))
            }
            Some(Kind::Texts) | None => {
                let nulls = NullBuffer::from_iter(self.iter().map(|field| !field.is_empty()));
                let nulls = Some(nulls).filter(|nulls| nulls.null_count() > 0);
                let array =
                    StringArray::try_new(OffsetBuffer::new(self.bounds.into()), self.text.into_bytes().into(), nulls);
                Arc::new(array.map_err(|error| {
                    Error::new(Code::Internal, "a column of texts was refused; please report this").with_source(error)
                })?)
            }
        })
    }
}

/// What a field can be read as; a column takes the greatest of its fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Integers,
    Floats,
    Texts,
}

impl Kind {
    /// `None` for a missing number.
    fn of(field: &str) -> Option<Self> {
        if field.len() <= LONGEST_MISSING && MISSING.contains(&field) {
            return None;
        }
        let digits = field.strip_prefix(['-', '+']).unwrap_or(field).as_bytes();
        let leading_zero = matches!(digits, [b'0', b'0'..=b'9', ..]);
        let numeric = digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
        Some(if leading_zero || !numeric {
            Kind::Texts
        } else if field.parse::<i64>().is_ok() {
            Kind::Integers
        } else if field.parse::<f64>().is_ok() {
            Kind::Floats
        } else {
            Kind::Texts
        })
    }
}

#[cfg(test)]
mod tests {
    use arrow_schema::DataType;

    use super::*;

    fn read(bytes: &[u8]) -> Result<Table> {
        parse(bytes, bytes.len() as u64, &Context::new())
    }

    #[test]
    fn columns_take_the_narrowest_type_that_holds_them() {
        let table = read(b"i,f,t,zero,mixed,big\n1,1.5,a,007,1,99999999999999999999\n-2,2e3,b,008,x,1\n").unwrap();
        let kinds: Vec<_> = table.names().iter().map(|name| table.kind(name).unwrap().clone()).collect();
        use DataType::{Float64, Int64, Utf8};
        assert_eq!(kinds, [Int64, Float64, Utf8, Utf8, Utf8, Float64]);
        assert_eq!(table.integers("i").unwrap(), [Some(1), Some(-2)]);
        assert_eq!(table.floats("f").unwrap()[..], [1.5, 2000.0]);
        assert_eq!(table.texts("zero").unwrap(), [Some("007"), Some("008")]);
        assert_eq!(table.texts("mixed").unwrap(), [Some("1"), Some("x")]);
    }

    #[test]
    fn missing_numbers_are_missing_and_missing_words_stay_words() {
        let table = read(b"n,y,t,none\n1,NaN,NA,\n,2.5,,\nNA, 3 ,x,NA\n").unwrap();
        assert_eq!(table.integers("n").unwrap(), [Some(1), None, None]);
        let y = table.floats("y").unwrap();
        assert!(y[0].is_nan());
        assert_eq!(y[1..], [2.5, 3.0]);
        assert_eq!(table.texts("t").unwrap(), [Some("NA"), None, Some("x")]);
        assert_eq!(table.texts("none").unwrap(), [None, None, Some("NA")]);
    }

    #[test]
    fn quotes_byte_order_marks_and_both_line_ends_are_understood() {
        let table =
            read("\u{feff}id,\"y, in €\"\r\n\"a \"\"b\"\", c\",1\r\n\r\n\"two\nlines\",2\n".as_bytes()).unwrap();
        assert_eq!(table.names(), ["id", "y, in €"]);
        assert_eq!(table.texts("id").unwrap(), [Some("a \"b\", c"), Some("two\nlines")]);
        assert_eq!(table.integers("y, in €").unwrap(), [Some(1), Some(2)]);
    }

    #[test]
    fn a_header_alone_is_a_table_without_rows() {
        let table = read(b"unique_id,ds,y\n").unwrap();
        assert_eq!((table.rows(), table.names().len()), (0, 3));
    }

    #[test]
    fn bad_files_are_refused_with_the_line() {
        let refused = |bytes: &[u8]| {
            let error = read(bytes).unwrap_err();
            assert_eq!(error.code(), Code::InvalidData);
            error.message().to_owned()
        };
        assert!(refused(b"").contains("empty"));
        assert!(refused(b"\n\r\n").contains("empty"));
        assert_eq!(refused(b"a,b\n1,2\n1\n"), "line 3 has 1 fields, the first line has 2");
        assert_eq!(refused(b"a,b\n\"x\ny\",2\n1,2,3\n"), "line 4 has 3 fields, the first line has 2");
        assert!(refused(b"a,b\n1,2\n\xff,2\n").contains("line 3 is not valid UTF-8"));
        assert!(refused(b"a,\xff\n1,2\n").contains("line 1 is not valid UTF-8"));
        assert!(refused(b"a,a\n1,2\n").contains("\"a\""));
    }

    #[test]
    fn a_file_that_is_missing_or_no_file_has_its_code() {
        let folder = std::env::temp_dir();
        let error = read_csv(folder.join("no such file of inlaid.csv"), &Context::new()).unwrap_err();
        assert_eq!(error.code(), Code::NotFound);
        assert!(error.message().contains("no such file of inlaid.csv"));
        assert_eq!(read_csv(&folder, &Context::new()).unwrap_err().code(), Code::Io);
    }

    #[test]
    fn a_cancelled_read_stops() {
        let context = Context::new();
        context.cancel();
        let error = parse(&b"a\n1\n"[..], 4, &context).unwrap_err();
        assert_eq!(error.code(), Code::Cancelled);
    }
}
