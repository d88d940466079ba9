//! Owned numbers of results: cheap to clone, moved over a border without a copy.
use std::ops::Deref;

use ndarray::{ArcArray1, ArcArray2, Array1, Array2};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::beside::{self, Payload};

/// A row-major matrix of `f64` with shared storage: `[series, time]`, `[item, feature]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix(ArcArray2<f64>);

/// A vector of `f64` with shared storage.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector(ArcArray1<f64>);

/// Whole numbers with shared storage: positions of rows, labels, counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ints(ArcArray1<i64>);

impl Matrix {
    /// The numbers in row-major order with the shape, without a copy when this is the only owner.
    #[must_use]
    pub fn into_raw(self) -> (Vec<f64>, [usize; 2]) {
        let shape = [self.0.nrows(), self.0.ncols()];
        let standard = if self.0.is_standard_layout() { self.0 } else { self.0.as_standard_layout().to_shared() };
        let (data, offset) = standard.into_owned().into_raw_vec_and_offset();
        let data = match offset {
            Some(start) if start > 0 => data[start..start + shape[0] * shape[1]].to_vec(),
            _ => data,
        };
        (data, shape)
    }
}

impl Deref for Matrix {
    type Target = ArcArray2<f64>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl From<Array2<f64>> for Matrix {
    fn from(values: Array2<f64>) -> Self {
        Self(values.into_shared())
    }
}

/// How a matrix is written where it does not travel beside the text.
#[derive(Serialize, Deserialize)]
struct Plain {
    rows: usize,
    columns: usize,
    data: Vec<f64>,
}

impl Serialize for Matrix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            match beside::put(|| Payload::Matrix(self.clone())) {
                Some(mark) => mark.serialize(serializer),
                None => serializer.collect_seq(self.0.rows().into_iter().map(|row| row.to_vec())),
            }
        } else {
            let (data, [rows, columns]) = self.clone().into_raw();
            Plain { rows, columns, data }.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Matrix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (rows, columns, data) = if !deserializer.is_human_readable() {
            let plain = Plain::deserialize(deserializer)?;
            (plain.rows, plain.columns, plain.data)
        } else if beside::reading() {
            return match beside::take(&beside::Mark::deserialize(deserializer)?) {
                Some(Payload::Matrix(matrix)) => Ok(matrix),
                Some(_) => Err(beside::mismatch("a matrix")),
                None => Err(beside::missing()),
            };
        } else {
            let rows = Vec::<Vec<f64>>::deserialize(deserializer)?;
            let columns = rows.first().map_or(0, Vec::len);
            (rows.len(), columns, rows.into_iter().flatten().collect())
        };
        Array2::from_shape_vec((rows, columns), data).map(Self::from).map_err(de::Error::custom)
    }
}

/// What the types with one axis share.
macro_rules! row {
    ($type:ident, $number:ty, $wanted:literal) => {
        impl $type {
            /// The numbers, without a copy when this is the only owner.
            #[must_use]
            pub fn into_raw(self) -> Vec<$number> {
                let length = self.0.len();
                match self.0.into_owned().into_raw_vec_and_offset() {
                    (data, Some(start)) if start > 0 => data[start..start + length].to_vec(),
                    (data, _) => data,
                }
            }
        }

        impl Deref for $type {
            type Target = ArcArray1<$number>;
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl From<Array1<$number>> for $type {
            fn from(values: Array1<$number>) -> Self {
                Self(values.into_shared())
            }
        }

        impl From<Vec<$number>> for $type {
            fn from(values: Vec<$number>) -> Self {
                Self(Array1::from_vec(values).into_shared())
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable()
                    && let Some(mark) = beside::put(|| Payload::$type(self.clone()))
                {
                    return mark.serialize(serializer);
                }
                serializer.collect_seq(self.0.iter())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() && beside::reading() {
                    return match beside::take(&beside::Mark::deserialize(deserializer)?) {
                        Some(Payload::$type(row)) => Ok(row),
                        Some(_) => Err(beside::mismatch($wanted)),
                        None => Err(beside::missing()),
                    };
                }
                Vec::<$number>::deserialize(deserializer).map(Self::from)
            }
        }
    };
}
row!(Vector, f64, "a vector");
row!(Ints, i64, "whole numbers");

#[cfg(feature = "schema")]
mod schema {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use crate::data::{Ints, Matrix, Table, Vector};

    /// The schema of a block is its letter of the alphabet; the bindings' generator reads it.
    macro_rules! letter {
        ($type:ty, $letter:literal) => {
            impl JsonSchema for $type {
                fn inline_schema() -> bool {
                    true
                }
                fn schema_name() -> Cow<'static, str> {
                    $letter.into()
                }
                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!({ "letter": $letter })
                }
            }
        };
    }
    letter!(Matrix, "matrix");
    letter!(Vector, "vector");
    letter!(Ints, "ints");
    letter!(Table, "table");
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_matrix_travels_beside_the_text_and_back() {
        let matrix = Matrix::from(array![[1.0, f64::NAN], [3.0, 4.0]]);
        let vector = Vector::from(vec![5.0]);
        let (text, blocks) = beside::collect(|| serde_json::to_string(&(&matrix, &vector)).unwrap());
        assert_eq!(text, r#"[{"$array":0},{"$array":1}]"#);
        let (back, row): (Matrix, Vector) = beside::with(blocks, || serde_json::from_str(&text).unwrap());
        assert_eq!(back[[1, 0]], 3.0);
        assert!(back[[0, 1]].is_nan());
        assert_eq!(row, vector);
    }

    #[test]
    fn a_mark_without_its_block_is_an_error() {
        let read = |text| beside::with(Vec::new(), || serde_json::from_str::<Matrix>(text));
        assert!(read(r#"{"$array":3}"#).is_err());
        assert!(read("[[1.0]]").is_err());
    }

    #[test]
    fn without_a_list_a_matrix_is_nested_rows() {
        let matrix = Matrix::from(array![[1.0, 2.0]]);
        let text = serde_json::to_string(&matrix).unwrap();
        assert_eq!(text, "[[1.0,2.0]]");
        assert_eq!(serde_json::from_str::<Matrix>(&text).unwrap(), matrix);
    }

    #[test]
    fn the_only_owner_moves_its_numbers_out() {
        let matrix = Matrix::from(array![[1.0, 2.0], [3.0, 4.0]]);
        let start = matrix.as_ptr();
        let (data, shape) = matrix.into_raw();
        assert_eq!((data.as_ptr(), shape), (start, [2, 2]));
    }

    #[test]
    fn a_transposed_matrix_leaves_in_row_major_order() {
        let matrix = Matrix(array![[1.0, 2.0], [3.0, 4.0]].reversed_axes().into_shared());
        assert_eq!(matrix.into_raw().0, [1.0, 3.0, 2.0, 4.0]);
    }
}
