//! Data as it comes and goes: matrices, vectors and tables that are shared without copies.
//!
//! | type | what it holds |
//! |---|---|
//! | [`Matrix`] | row-major `f64` with a shape, as results carry it |
//! | [`Vector`] | one row of `f64` |
//! | [`Ints`] | one row of whole numbers |
//! | [`Lists`], [`OwnedLists`] | rows of whole numbers of different lengths |
//! | [`Texts`] | one row of texts over Arrow memory |
//! | [`Table`] | named columns over Arrow memory: numbers, texts, dates, timestamps; [`read_csv`] and [`write_csv`] go between it and files |
//! | [`Panel`], [`Series`] | many series of different lengths in one table, by name and in the order of time |
//!
//! Inputs are borrowed `ndarray` views; missing values are NaN and each capability says whether it refuses them.
pub mod beside;
mod comma_separated;
mod lists;
mod numbers;
mod panel;
mod table;
mod texts;
pub(crate) mod time;

pub(crate) use comma_separated::cell;
pub use comma_separated::{read_csv, write_csv};
pub use lists::{Lists, OwnedLists};
pub use numbers::{Ints, Matrix, Vector};
pub use panel::{Panel, Series};
#[cfg(any(feature = "anomaly", feature = "matching"))]
pub(crate) use table::is_text;
pub use table::{Column, Table, TimeUnit, Values};
pub use texts::Texts;
