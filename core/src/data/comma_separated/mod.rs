//! Tables in files of comma-separated values.
mod read;
mod write;

pub use read::read_csv;
pub use write::write_csv;
