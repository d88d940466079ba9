//! How good scores are, given what was truly anomalous.

mod nab;
mod ranges;
mod vus;

pub use nab::{NabProfile, NabReport, NabScore, NabSeries, NabWindows};
pub use ranges::{RangeBias, RangeReport, RangeScore};
pub use vus::{VolumeReport, VolumeScore};
