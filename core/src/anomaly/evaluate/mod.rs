//! How good scores are, given what was truly anomalous.

mod nab;

pub use nab::{NabProfile, NabReport, NabScore, NabSeries, NabWindows};
