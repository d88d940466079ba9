//! The Python door of inlaid: inputs in, one call, replies out. No operation is named here but in `small`.
//!
//! | file | what it does |
//! |---|---|
//! | `call` | lends the inputs to [`inlaid_bridge::call`] and turns its reply into Python objects |
//! | `signals` | runs a call on the main thread, stopped when a signal comes |
//! | `worker` | runs a call on a kept thread while the caller's thread answers signals |
//! | `table` | tables over the Arrow C stream interface, and by columns where there is no Arrow |
//! | `texts` | texts: Python's own strings, and those of Arrow |
//! | `small` | assignments that must not cost more than a microsecond |
//! | `encode`, `decode` | options as JSON, and JSON as Python objects |
//! | `errors` | an engine error as the Python exception of its code |
mod call;
mod decode;
mod encode;
mod errors;
mod signals;
mod small;
mod table;
mod texts;
mod worker;

use pyo3::prelude::*;

#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::call::{Model, call};
    #[pymodule_export]
    use super::encode::encode;
    #[pymodule_export]
    use super::small::assign_small;
    #[pymodule_export]
    use super::table::Table;
    #[pymodule_export]
    use super::texts::Texts;

    /// What the generated classes must have been made for.
    #[pymodule_export]
    const ABI: u32 = inlaid_bridge::ABI;

    /// The version of the engine.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");

    /// The names of all operations.
    #[pyfunction]
    fn operations() -> Vec<&'static str> {
        inlaid_bridge::catalogue().keys().map(String::as_str).collect()
    }
}
