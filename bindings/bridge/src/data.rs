//! The operations of the ground floor's data: files of tables.
use inlaid::data::{Table, read_csv, write_csv};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

/// A file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// The path of the file.
    path: String,
}

pub(crate) fn ops() -> Vec<Op> {
    let read = "Read a table from a file of comma-separated values in UTF-8, the first line naming the columns.\n\n\
        Each column takes the narrowest type that holds all its fields: integers of 64 bits, floats, or texts (numbers \
        with leading zeros stay texts). Empty fields, `NA`, `NaN`, `null` and `None` are missing numbers.\n\n\
        Fails with `not_found` if there is no such file, `io` if it cannot be read, `too_large` above 1 GiB, and \
        `invalid_data` with the line for an empty file, bytes that are not UTF-8, or a line with another number of fields \
        than the header.";
    let write = "Write a table to a file of comma-separated values in UTF-8, the first line naming the columns.\n\n\
        Floats are written with the fewest digits that read back to the same bits; missing values and NaN are empty fields. \
        The file is replaced as a whole or not at all.\n\nFails with `not_found` for a folder that does not exist, `io` if \
        the file cannot be written, `unsupported` for a column of lists or other nested values.";
    let table = ArrayArgument { name: "table", letter: Letter::Table, axes: &["row"], doc: "The table to write." };
    vec![
        op("data.read_csv", read)
            .options::<File>()
            .gives::<Table>()
            .runs(|a| Reply::value(read_csv(a.options::<File>()?.path, a.context)?)),
        op("data.write_csv", write).takes(table).options::<File>().runs(|a| {
            write_csv(a.table(0)?, a.options::<File>()?.path, a.context)?;
            Ok(Reply::nothing())
        }),
    ]
}
