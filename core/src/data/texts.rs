//! Texts as a library of data frames holds them.
use arrow_array::{Array, ArrayRef};

use super::table::{is_text, texts_of};
use crate::error::{Result, ensure};

/// A row of texts over Arrow memory, of any of Arrow's text types (plain, large, view, dictionary), in one chunk or
/// several; clones share it.
#[derive(Clone, Debug)]
pub struct Texts {
    chunks: Vec<ArrayRef>,
}

impl Texts {
    /// Texts of Arrow arrays, without a copy.
    ///
    /// # Errors
    /// `invalid_data` for an array of another type.
    pub fn from_arrays(chunks: Vec<ArrayRef>) -> Result<Self> {
        for chunk in &chunks {
            let kind = chunk.data_type();
            ensure!(is_text(kind), InvalidData, "expected texts, got the Arrow type {kind}");
        }
        Ok(Self { chunks })
    }

    /// The number of texts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.len()).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The texts in their order, borrowed; `None` is missing.
    #[must_use]
    pub fn to_options(&self) -> Vec<Option<&str>> {
        texts_of(&self.chunks.iter().collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int32Type;
    use arrow_array::{DictionaryArray, Float64Array, LargeStringArray, StringArray, StringViewArray};

    use super::*;

    #[test]
    fn every_text_type_of_arrow_is_read() {
        let texts = Texts::from_arrays(vec![
            Arc::new(StringArray::from(vec![Some("a"), None])),
            Arc::new(LargeStringArray::from(vec!["ä"])),
            Arc::new(StringViewArray::from(vec!["a text that is longer than a view"])),
            Arc::new(vec!["x", "y", "x"].into_iter().collect::<DictionaryArray<Int32Type>>()),
        ])
        .unwrap();
        let long = "a text that is longer than a view";
        let wanted = [Some("a"), None, Some("ä"), Some(long), Some("x"), Some("y"), Some("x")];
        assert_eq!(texts.to_options(), wanted);
        assert_eq!((texts.len(), texts.is_empty()), (7, false));
    }

    #[test]
    fn numbers_are_no_texts() {
        let refused = Texts::from_arrays(vec![Arc::new(Float64Array::from(vec![1.0]))]).unwrap_err();
        assert!(refused.message().contains("Float64"), "{refused}");
    }
}
