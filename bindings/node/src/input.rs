//! What JavaScript lends to a call, as the bridge reads it.
use inlaid::data::{Column, Table, TimeUnit, Values};
use inlaid::{Code, Error, Result};
use inlaid_bridge::Input;
use napi::bindgen_prelude::{BigInt64Array, Float64Array, Uint8Array};
use napi_derive::napi;

/// One array of a call; exactly one of `data`, `bytes` and `table` is there.
#[napi(object, object_to_js = false)]
pub struct Block {
    /// The numbers of a matrix or vector.
    pub data: Option<Float64Array>,
    /// The first axis of a matrix; a vector has no shape.
    pub rows: Option<i64>,
    /// The second axis of a matrix.
    pub columns: Option<i64>,
    /// Bytes.
    pub bytes: Option<Uint8Array>,
    /// The columns of a table.
    pub table: Option<Vec<TableColumn>>,
}

/// One column of a table; `kind` says which of the fields holds its values.
#[napi(object)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// `floats`, `integers`, `big_integers`, `booleans`, `texts` or `instants`.
    pub kind: String,
    /// Floats, whole numbers up to 2^53, booleans as 0 and 1, or milliseconds since 1970-01-01.
    pub numbers: Option<Float64Array>,
    /// Whole numbers of 64 bits.
    pub integers: Option<BigInt64Array>,
    /// Texts.
    pub texts: Option<Vec<String>>,
    /// 1 where a value is missing.
    pub missing: Option<Uint8Array>,
}

/// A block that belongs to the call alone.
pub(crate) enum Owned {
    Matrix(Vec<f64>, usize, usize),
    Vector(Vec<f64>),
    Bytes(Vec<u8>),
    Table(Table),
}

/// A block borrowed from JavaScript; a table is always laid out anew.
pub(crate) enum Lent<'a> {
    Input(Input<'a>),
    Table(Table),
}

impl Block {
    /// Borrow the block for a call that runs while JavaScript waits.
    pub(crate) fn lend(&self) -> Result<Lent<'_>> {
        let axis = |value: i64| usize::try_from(value).map_err(|_| malformed("a negative shape"));
        match self {
            Block { data: Some(data), rows: Some(rows), columns: Some(columns), .. } => {
                Ok(Lent::Input(Input::Matrix { data, rows: axis(*rows)?, columns: axis(*columns)? }))
            }
            Block { data: Some(data), .. } => Ok(Lent::Input(Input::Vector(data))),
            Block { bytes: Some(bytes), .. } => Ok(Lent::Input(Input::Bytes(bytes))),
            Block { table: Some(columns), .. } => table(columns).map(Lent::Table),
            _ => Err(malformed("a block without content")),
        }
    }

    /// Copy the block; what JavaScript does to its arrays afterwards does not matter.
    pub(crate) fn copy(&self) -> Result<Owned> {
        Ok(match self.lend()? {
            Lent::Input(Input::Matrix { data, rows, columns }) => Owned::Matrix(data.to_vec(), rows, columns),
            Lent::Input(Input::Vector(data)) => Owned::Vector(data.to_vec()),
            Lent::Input(Input::Bytes(data)) => Owned::Bytes(data.to_vec()),
            Lent::Input(Input::Table(table)) => Owned::Table(table.clone()),
            Lent::Table(table) => Owned::Table(table),
        })
    }
}

impl Owned {
    pub(crate) fn input(&self) -> Input<'_> {
        match self {
            Owned::Matrix(data, rows, columns) => Input::Matrix { data, rows: *rows, columns: *columns },
            Owned::Vector(data) => Input::Vector(data),
            Owned::Bytes(data) => Input::Bytes(data),
            Owned::Table(table) => Input::Table(table),
        }
    }
}

impl Lent<'_> {
    pub(crate) fn input(&self) -> Input<'_> {
        match self {
            Lent::Input(input) => input.clone(),
            Lent::Table(table) => Input::Table(table),
        }
    }
}

/// How many bytes of numbers the inputs hold, about: what a model fitted to them will hold.
pub(crate) fn size(inputs: &[Input<'_>]) -> usize {
    let one = |input: &Input<'_>| match input {
        Input::Matrix { data, .. } | Input::Vector(data) => size_of_val(*data),
        Input::Bytes(data) => data.len(),
        Input::Table(table) => table.rows() * table.names().len() * size_of::<f64>(),
    };
    inputs.iter().map(one).sum()
}

fn table(columns: &[TableColumn]) -> Result<Table> {
    let named = columns.iter().map(|column| Ok((column.name.as_str(), column.read()?)));
    Table::from_columns(named.collect::<Result<Vec<_>>>()?)
}

impl TableColumn {
    fn read(&self) -> Result<Column> {
        let whole = |numbers: &Float64Array| numbers.iter().map(|&number| number as i64).collect();
        let values = match (self.kind.as_str(), &self.numbers, &self.integers, &self.texts) {
            ("floats", Some(numbers), _, _) => Values::Floats(numbers.to_vec()),
            ("integers", Some(numbers), _, _) => Values::Integers(whole(numbers)),
            ("big_integers", _, Some(integers), _) => Values::Integers(integers.to_vec()),
            ("booleans", Some(numbers), _, _) => {
                Values::Booleans(numbers.iter().map(|&number| number != 0.0).collect())
            }
            ("texts", _, _, Some(texts)) => Values::Texts(texts.clone()),
            ("instants", Some(numbers), _, _) => {
                Values::Timestamps { values: whole(numbers), unit: TimeUnit::Millisecond, zone: Some("UTC".into()) }
            }
            _ => return Err(malformed("a column without values")),
        };
        let column = Column::from(values);
        Ok(match &self.missing {
            Some(marks) => column.with_missing(marks.iter().map(|&mark| mark != 0).collect()),
            None => column,
        })
    }
}

fn malformed(what: &str) -> Error {
    Error::new(Code::Internal, format!("the JavaScript side of inlaid sent {what}; please report this"))
}
