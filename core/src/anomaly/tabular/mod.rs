//! Detectors for the rows of a table.
//!
//! | detector | finds rows that | good for |
//! |---|---|---|
//! | [`Hbos`] | have rare values in single columns | a first look, wide tables, missing values |
//! | [`Ecod`], [`Copod`] | are extreme in single columns | nothing to tune, reasons per column |
//! | [`IsolationForest`] | few random cuts leave alone | long tables, any mixture of columns |
//! | [`NearestNeighbours`] | lie alone | a few to some dozen columns on one scale |
//! | [`LocalOutlierFactor`] | lie in emptier surroundings than their neighbours | clusters of different density |
//! | [`PcaDetector`] | do not follow how columns vary together | correlated columns |
//!
//! Every one is fitted to rows, anomalies among them, and gives a [`FittedDetector`], which scores, judges and explains rows.
mod copula;
mod eigen;
mod explain;
mod fit;
mod fitted;
mod forest;
mod hbos;
mod lof;
mod model;
mod moments;
mod nearest;
mod neighbours;
mod options;
mod pca;
mod probability;
mod rows;
#[cfg(test)]
mod tests;
mod threshold;

pub use copula::{Copod, Ecod};
pub use fitted::FittedDetector;
pub use forest::IsolationForest;
pub use hbos::Hbos;
pub use lof::LocalOutlierFactor;
pub use nearest::{NearestNeighbours, NeighbourDistance};
pub use options::Missing;
pub use pca::PcaDetector;
pub use threshold::{
    Threshold, conformal_threshold, contamination_threshold, extreme_value_threshold, learned_threshold,
};
