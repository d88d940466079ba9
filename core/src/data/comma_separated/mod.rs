//! Tables in files of comma-separated values.
mod read;
mod text;
mod write;

pub use read::read_csv;
pub(crate) use text::cell;
pub use write::write_csv;
