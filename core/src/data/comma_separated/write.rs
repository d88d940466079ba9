//! Writing a table to a file of comma-separated values.
use std::io::{self, BufWriter};
use std::path::Path;

use csv::{ByteRecord, Writer};

use super::text::cell;
use crate::Context;
use crate::data::table::{Column, Table};
use crate::error::{Code, Error, Result};
use crate::store;

/// How many rows are written between two looks at the context.
const STRIDE: usize = 1024;

/// Write a table to a file of comma-separated values in UTF-8, the first line naming the columns.
///
/// Floats are written with the fewest digits that read back to the same bits, dates as `1949-01-31`, timestamps as
/// `2020-01-01T05:00:00` with as many decimals as their unit has and a final `Z` where they have a zone (they are then in
/// UTC). A missing value is an empty field; so is NaN. Fields with commas, quotes or line ends are quoted. The file is
/// replaced as a whole or not at all. O(cells).
///
/// # Errors
/// `unsupported` for a column of another kind, such as lists; `invalid_data` for a date beyond the years 0 to 9999;
/// `not_found` for a folder that does not exist, `io` if the file cannot be written; `cancelled`.
pub fn write_csv(table: &Table, path: impl AsRef<Path>, context: &Context) -> Result<()> {
    let path = path.as_ref();
    let columns = table.names().into_iter().map(|name| table.column(name)).collect::<Result<Vec<_>>>()?;
    let mut stopped = None;
    let written = store::replace_with(path, |file| {
        let mut writer = Writer::from_writer(BufWriter::with_capacity(1 << 16, file));
        writer.write_byte_record(&table.names().into_iter().collect())?;
        let mut record = ByteRecord::new();
        for row in 0..table.rows() {
            if let Err(error) = fill(&mut record, &columns, table, row, context) {
                stopped = Some(error);
                return Err(io::Error::other("stopped"));
            }
            writer.write_byte_record(&record)?;
        }
        writer.flush()
    });
    match stopped {
        Some(error) => Err(error),
        None => written,
    }
}

/// One row as fields.
fn fill(record: &mut ByteRecord, columns: &[Column], table: &Table, row: usize, context: &Context) -> Result<()> {
    if row.is_multiple_of(STRIDE) {
        context.check()?;
        context.report(row, table.rows());
    }
    record.clear();
    for (position, column) in columns.iter().enumerate() {
        match cell(column, row) {
            Some(text) => record.push_field(text.as_bytes()),
            None => {
                let name = table.names()[position].to_owned();
                let sentence = format!("column \"{name}\", row {row}: a date beyond the years 0 to 9999");
                return Err(Error::new(Code::InvalidData, sentence));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::read_csv;
    use super::*;
    use crate::data::table::{TimeUnit, Values};

    fn table(columns: Vec<(&str, Column)>) -> Table {
        Table::from_columns(columns).unwrap()
    }

    fn written(table: &Table, name: &str) -> String {
        let path = std::env::temp_dir().join(format!("inlaid-write-csv-{}-{name}", std::process::id()));
        write_csv(table, &path, &Context::new()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        text
    }

    #[test]
    fn numbers_texts_and_dates_are_written_plainly() {
        let stamps = |values, unit, zone| Values::Timestamps { values, unit, zone }.into();
        let table = table(vec![
            ("id, of", vec!["a\"b", "c\nd"].into()),
            ("n", Column::from(vec![1_i64, 2]).with_missing(vec![false, true])),
            ("y", vec![0.1, f64::NAN].into()),
            ("flag", vec![true, false].into()),
            ("day", Values::Dates(vec![0, -1]).into()),
            ("s", stamps(vec![0, 1], TimeUnit::Second, Some("UTC".into()))),
            ("ns", stamps(vec![-1, 1_000_000_001], TimeUnit::Nanosecond, None)),
        ]);
        assert_eq!(
            written(&table, "plain"),
            "\"id, of\",n,y,flag,day,s,ns\n\
             \"a\"\"b\",1,0.1,true,1970-01-01,1970-01-01T00:00:00Z,1969-12-31T23:59:59.999999999\n\
             \"c\nd\",,,false,1969-12-31,1970-01-01T00:00:01Z,1970-01-01T00:00:01.000000001\n"
        );
    }

    #[test]
    fn floats_read_back_to_the_same_bits() {
        let values = vec![0.1 + 0.2, 1.0, -0.0, 1e300, 5e-324, f64::MAX, 123456789.123];
        let path = std::env::temp_dir().join(format!("inlaid-write-csv-{}-bits", std::process::id()));
        write_csv(&table(vec![("y", values.clone().into())]), &path, &Context::new()).unwrap();
        let back = read_csv(&path, &Context::new()).unwrap();
        std::fs::remove_file(path).unwrap();
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back.floats("y").unwrap()), bits(&values));
    }

    #[test]
    fn a_failure_leaves_the_former_file() {
        let path = std::env::temp_dir().join(format!("inlaid-write-csv-{}-former", std::process::id()));
        std::fs::write(&path, "former").unwrap();
        let far = table(vec![("day", Values::Dates(vec![i32::MAX]).into())]);
        assert_eq!(write_csv(&far, &path, &Context::new()).unwrap_err().code(), Code::InvalidData);
        let context = Context::new();
        context.cancel();
        let plain = table(vec![("y", vec![1.0].into())]);
        assert_eq!(write_csv(&plain, &path, &context).unwrap_err().code(), Code::Cancelled);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "former");
        std::fs::remove_file(path).unwrap();
        let nowhere = std::env::temp_dir().join("no/such/folder/x.csv");
        assert_eq!(write_csv(&plain, nowhere, &Context::new()).unwrap_err().code(), Code::NotFound);
    }
}
