//! Detectors that see a whole series at once.
mod result;

pub use result::SeriesAnomalies;
