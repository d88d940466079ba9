//! Writing the names of series in the type they came in.
use std::sync::Arc;

use arrow_array::types::*;
use arrow_array::{ArrayRef, ArrowPrimitiveType, DictionaryArray, PrimitiveArray};
use arrow_schema::DataType;

use super::Panel;
use crate::data::table::text_array;
use crate::error::{Code, Error, Result};

impl Panel<'_> {
    /// The names of series as a column of the type they came in, each so many times.
    pub(crate) fn id_column(&self, counts: &[(usize, usize)]) -> Result<ArrayRef> {
        let numbers = || counts.iter().flat_map(|&(series, count)| std::iter::repeat_n(series, count));
        let labels = &self.labels;
        fn integers<T: ArrowPrimitiveType>(labels: &[String], series: impl Iterator<Item = usize>) -> Result<ArrayRef>
        where
            T::Native: std::str::FromStr,
        {
            let parsed: Option<Vec<T::Native>> = labels.iter().map(|label| label.parse().ok()).collect();
            let parsed = parsed.ok_or_else(|| Error::new(Code::Internal, "the name of a series left its type"))?;
            Ok(Arc::new(PrimitiveArray::<T>::from_iter_values(series.map(|series| parsed[series]))))
        }
        match &self.id_kind {
            DataType::Int8 => integers::<Int8Type>(labels, numbers()),
            DataType::Int16 => integers::<Int16Type>(labels, numbers()),
            DataType::Int32 => integers::<Int32Type>(labels, numbers()),
            DataType::Int64 => integers::<Int64Type>(labels, numbers()),
            DataType::UInt8 => integers::<UInt8Type>(labels, numbers()),
            DataType::UInt16 => integers::<UInt16Type>(labels, numbers()),
            DataType::UInt32 => integers::<UInt32Type>(labels, numbers()),
            DataType::UInt64 => integers::<UInt64Type>(labels, numbers()),
            DataType::Dictionary(key, words) => {
                let words = text_array(words, labels.iter().map(String::as_str))?;
                let coded = match **key {
                    DataType::Int8 => coded::<Int8Type>(words, numbers()),
                    DataType::Int16 => coded::<Int16Type>(words, numbers()),
                    DataType::Int32 => coded::<Int32Type>(words, numbers()),
                    DataType::Int64 => coded::<Int64Type>(words, numbers()),
                    DataType::UInt8 => coded::<UInt8Type>(words, numbers()),
                    DataType::UInt16 => coded::<UInt16Type>(words, numbers()),
                    DataType::UInt32 => coded::<UInt32Type>(words, numbers()),
                    _ => coded::<UInt64Type>(words, numbers()),
                };
                // Chunks with different dictionaries may name more series than one key type can number.
                coded.map_or_else(|| text_array(&self.id_kind, numbers().map(|i| labels[i].as_str())), Ok)
            }
            kind => text_array(kind, numbers().map(|i| labels[i].as_str())),
        }
    }
}

/// A dictionary of the words, if its keys can number them all.
fn coded<K: ArrowDictionaryKeyType>(words: ArrayRef, series: impl Iterator<Item = usize>) -> Option<ArrayRef>
where
    K::Native: TryFrom<usize>,
{
    let keys: Option<Vec<K::Native>> = series.map(|number| K::Native::try_from(number).ok()).collect();
    let keys = PrimitiveArray::<K>::new(keys?.into(), None);
    DictionaryArray::try_new(keys, words).ok().map(|array| Arc::new(array) as ArrayRef)
}
