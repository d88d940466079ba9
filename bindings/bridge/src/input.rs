//! What a door lends to a call.
use inlaid::data::{Ints, Lists, Table, Vector};
use inlaid::{Code, Error, Result};
use ndarray::Array2;

use crate::Payload;

/// An array lent to a call; it never outlives it.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// Row-major numbers with their shape.
    Matrix {
        /// The numbers.
        data: &'a [f64],
        /// The first axis.
        rows: usize,
        /// The second axis.
        columns: usize,
    },
    /// Numbers in a row.
    Vector(&'a [f64]),
    /// Whole numbers in a row.
    Ints(&'a [i64]),
    /// Texts in a row.
    Texts(&'a [&'a str]),
    /// Rows of whole numbers of different lengths.
    Lists(Lists<'a>),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A table, which shares its columns with whoever lent it.
    Table(&'a Table),
}

impl Input<'_> {
    /// The same block, owned, as an option holds it.
    pub(crate) fn to_payload(&self) -> Result<Payload> {
        let refused = |what: &str| Err(Error::new(Code::InvalidData, format!("{what} cannot stand inside options")));
        match self {
            Input::Matrix { data, rows, columns } => Array2::from_shape_vec((*rows, *columns), data.to_vec())
                .map(|matrix| Payload::Matrix(matrix.into()))
                .map_err(|_| shape_mismatch(data.len(), *rows, *columns)),
            Input::Vector(data) => Ok(Payload::Vector(Vector::from(data.to_vec()))),
            Input::Ints(data) => Ok(Payload::Ints(Ints::from(data.to_vec()))),
            Input::Table(table) => Ok(Payload::Table((*table).clone())),
            Input::Texts(_) => refused("a block of texts"),
            Input::Lists(_) => refused("a block of lists"),
            Input::Bytes(_) => refused("bytes"),
        }
    }

    /// About how many bytes it holds: what a model fitted to it will hold.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Input::Matrix { data, .. } | Input::Vector(data) => size_of_val(*data),
            Input::Ints(data) => size_of_val(*data),
            Input::Texts(texts) => texts.iter().map(|text| text.len()).sum(),
            Input::Lists(lists) => size_of_val(lists.values()) + lists.len() * size_of::<usize>(),
            Input::Bytes(data) => data.len(),
            Input::Table(table) => table.rows() * table.names().len() * size_of::<f64>(),
        }
    }
}

pub(crate) fn shape_mismatch(length: usize, rows: usize, columns: usize) -> Error {
    Error::new(Code::InvalidData, format!("{length} numbers are not a matrix of {rows} x {columns}"))
}
