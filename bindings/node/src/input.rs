//! What JavaScript lends to a call, as the bridge reads it.
use inlaid::data::{Column, OwnedLists, Table, TimeUnit, Values};
use inlaid::{Code, Error, Result};
use inlaid_bridge::Input;
use napi::bindgen_prelude::{BigInt64Array, Float64Array, Int32Array, Uint8Array, Uint32Array};
use napi_derive::napi;

/// One array of a call; exactly one of `data`, `ints`, `longs`, `wholes`, `texts`, `bytes` and `table` is there.
#[napi(object, object_to_js = false)]
pub struct Block {
    /// The numbers of a matrix or vector.
    pub data: Option<Float64Array>,
    /// The first axis of a matrix; a vector has no shape.
    pub rows: Option<i64>,
    /// The second axis of a matrix.
    pub columns: Option<i64>,
    /// Whole numbers of 32 bits.
    pub ints: Option<Int32Array>,
    /// Whole numbers of 64 bits.
    pub longs: Option<BigInt64Array>,
    /// Whole numbers up to 2^53 as doubles.
    pub wholes: Option<Float64Array>,
    /// Texts in UTF-8, one after the other.
    pub texts: Option<Uint8Array>,
    /// Where each text, or each list of whole numbers, ends.
    pub ends: Option<Uint32Array>,
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
    Ints(Vec<i64>),
    Texts(Vec<u8>, Vec<u32>),
    Lists(OwnedLists),
    Bytes(Vec<u8>),
    Table(Table),
}

/// A block borrowed from JavaScript; what has another form there is laid out anew.
pub(crate) enum Lent<'a> {
    Input(Input<'a>),
    Ints(Vec<i64>),
    Texts(Vec<&'a str>),
    Lists(OwnedLists),
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
            Block { texts: Some(texts), ends: Some(ends), .. } => split(texts, ends).map(Lent::Texts),
            Block { ends: Some(ends), .. } => lists(&self.ints().unwrap_or_default(), ends).map(Lent::Lists),
            Block { longs: Some(longs), .. } => Ok(Lent::Input(Input::Ints(longs))),
            Block { bytes: Some(bytes), .. } => Ok(Lent::Input(Input::Bytes(bytes))),
            Block { table: Some(columns), .. } => table(columns).map(Lent::Table),
            _ => self.ints().map(Lent::Ints).ok_or_else(|| malformed("a block without content")),
        }
    }

    /// Copy the block; what JavaScript does to its arrays afterwards does not matter.
    pub(crate) fn copy(&self) -> Result<Owned> {
        if let Block { texts: Some(texts), ends: Some(ends), .. } = self {
            split(texts, ends)?;
            return Ok(Owned::Texts(texts.to_vec(), ends.to_vec()));
        }
        Ok(match self.lend()? {
            Lent::Input(Input::Matrix { data, rows, columns }) => Owned::Matrix(data.to_vec(), rows, columns),
            Lent::Input(Input::Vector(data)) => Owned::Vector(data.to_vec()),
            Lent::Input(Input::Ints(data)) => Owned::Ints(data.to_vec()),
            Lent::Input(Input::Bytes(data)) => Owned::Bytes(data.to_vec()),
            Lent::Input(Input::Table(table)) => Owned::Table(table.clone()),
            Lent::Ints(data) => Owned::Ints(data),
            Lent::Lists(lists) => Owned::Lists(lists),
            Lent::Table(table) => Owned::Table(table),
            Lent::Texts(_) | Lent::Input(Input::Texts(_) | Input::Lists(_)) => {
                return Err(malformed("texts or lists in another form"));
            }
        })
    }

    /// Its whole numbers, whichever of the forms they have.
    fn ints(&self) -> Option<Vec<i64>> {
        match self {
            Block { ints: Some(ints), .. } => Some(ints.iter().map(|&number| i64::from(number)).collect()),
            Block { longs: Some(longs), .. } => Some(longs.to_vec()),
            Block { wholes: Some(wholes), .. } => Some(wholes.iter().map(|&number| number as i64).collect()),
            _ => None,
        }
    }
}

impl Owned {
    /// The texts, borrowed; nothing for other blocks.
    pub(crate) fn texts(&self) -> Vec<&str> {
        match self {
            Owned::Texts(block, ends) => split(block, ends).unwrap_or_default(), // looked at when it was copied
            _ => Vec::new(),
        }
    }

    /// The engine's view; `texts` is what [`texts`](Self::texts) gave.
    pub(crate) fn input<'a>(&'a self, texts: &'a [&'a str]) -> Input<'a> {
        match self {
            Owned::Matrix(data, rows, columns) => Input::Matrix { data, rows: *rows, columns: *columns },
            Owned::Vector(data) => Input::Vector(data),
            Owned::Ints(data) => Input::Ints(data),
            Owned::Texts(..) => Input::Texts(texts),
            Owned::Lists(lists) => Input::Lists(lists.view()),
            Owned::Bytes(data) => Input::Bytes(data),
            Owned::Table(table) => Input::Table(table),
        }
    }
}

impl Lent<'_> {
    pub(crate) fn input(&self) -> Input<'_> {
        match self {
            Lent::Input(input) => input.clone(),
            Lent::Ints(data) => Input::Ints(data),
            Lent::Texts(texts) => Input::Texts(texts),
            Lent::Lists(lists) => Input::Lists(lists.view()),
            Lent::Table(table) => Input::Table(table),
        }
    }
}

/// The texts of a block.
fn split<'a>(block: &'a [u8], ends: &[u32]) -> Result<Vec<&'a str>> {
    let block = std::str::from_utf8(block).map_err(|_| malformed("texts that are not UTF-8"))?;
    let mut start = 0;
    let text = |&end: &u32| {
        let text = block.get(start..end as usize).ok_or_else(|| malformed("texts with wrong ends"));
        start = end as usize;
        text
    };
    ends.iter().map(text).collect()
}

/// The lists of a block.
fn lists(values: &[i64], ends: &[u32]) -> Result<OwnedLists> {
    let mut start = 0;
    let list = |&end: &u32| {
        let list = values.get(start..end as usize).ok_or_else(|| malformed("lists with wrong ends"));
        start = end as usize;
        list
    };
    ends.iter().map(list).collect()
}

/// About how many bytes the inputs hold: what a model fitted to them will hold.
pub(crate) fn size(inputs: &[Input<'_>]) -> usize {
    inputs.iter().map(Input::size).sum()
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
