//! A report as Python objects, its blocks in the places that are marked for them.
use std::fmt;

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyList, PyString};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// What stands in a report for a block.
const MARK: &str = "$array";

/// The value of `report`, whose marks stand for `blocks`.
pub(crate) fn decode<'py>(py: Python<'py>, report: &str, blocks: &[Bound<'py, PyAny>]) -> PyResult<Bound<'py, PyAny>> {
    let mut text = serde_json::Deserializer::from_str(report);
    Values { py, blocks }
        .deserialize(&mut text)
        .map_err(|error| pyo3::exceptions::PyRuntimeError::new_err(format!("a reply could not be read: {error}")))
}

#[derive(Clone, Copy)]
struct Values<'a, 'py> {
    py: Python<'py>,
    blocks: &'a [Bound<'py, PyAny>],
}

impl<'de, 'py> DeserializeSeed<'de> for Values<'_, 'py> {
    type Value = Bound<'py, PyAny>;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Self::Value, D::Error> {
        text.deserialize_any(self)
    }
}

impl<'de, 'py> Visitor<'de> for Values<'_, 'py> {
    type Value = Bound<'py, PyAny>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(PyBool::new(self.py, value).to_owned().into_any())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        value.into_bound_py_any(self.py).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        value.into_bound_py_any(self.py).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(PyFloat::new(self.py, value).into_any())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(PyString::new(self.py, value).into_any())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let list = PyList::empty(self.py);
        while let Some(item) = items.next_element_seed(self)? {
            list.append(item).map_err(A::Error::custom)?;
        }
        Ok(list.into_any())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let object = PyDict::new(self.py);
        while let Some(Name { text, mark }) = entries.next_key_seed(Names(self.py))? {
            if mark {
                let position: usize = entries.next_value()?;
                let block = self.blocks.get(position).cloned();
                return block.ok_or_else(|| A::Error::custom(format!("there is no block {position}")));
            }
            object.set_item(text, entries.next_value_seed(self)?).map_err(A::Error::custom)?;
        }
        Ok(object.into_any())
    }
}

/// The name of a field, or the mark of a block.
struct Name<'py> {
    text: Bound<'py, PyString>,
    mark: bool,
}

#[derive(Clone, Copy)]
struct Names<'py>(Python<'py>);

impl<'de, 'py> DeserializeSeed<'de> for Names<'py> {
    type Value = Name<'py>;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Self::Value, D::Error> {
        text.deserialize_str(self)
    }
}

impl<'py> Visitor<'_> for Names<'py> {
    type Value = Name<'py>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        // Names of fields come again with every reply, and attributes are looked up by interned ones.
        Ok(Name { text: PyString::intern(self.0, value), mark: value == MARK })
    }
}
