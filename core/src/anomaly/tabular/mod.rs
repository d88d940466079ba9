//! Detectors for the rows of a table.
//!
//! | detector | finds rows that | good for |
//! |---|---|---|
//! | [`AutoDetector`] | are strange by single values or by where they lie | the first choice |
//! | [`Hbos`] | have rare values in single columns | a first look, wide tables, missing values |
//! | [`Ecod`], [`Copod`] | are extreme in single columns | nothing to tune, reasons per column |
//! | [`IsolationForest`] | few random cuts leave alone | long tables, any mixture of columns |
//! | [`NearestNeighbours`] | lie alone | a few to some dozen columns on one scale |
//! | [`LocalOutlierFactor`] | lie in emptier surroundings than their neighbours | clusters of different density |
//! | [`Inne`] | lie in emptier surroundings, by samples | as above, long tables |
//! | [`Mahalanobis`] | lie far from one cloud | correlated columns, one cluster |
//! | [`OneClassSvm`], [`KernelDensity`] | lie outside a smooth border, or in thin air | some thousand rows |
//! | [`Cblof`], [`GaussianMixture`] | lie far from every cluster, or where a mixture of bells is thin | clusters, long tables |
//! | [`Loda`] | are rare in random projections | long and wide tables, missing values |
//! | [`PcaDetector`] | do not follow how columns vary together | correlated columns |
//!
//! [`TableDetector`] takes tables with categories to any of them.
//!
//! Every one is fitted to rows, anomalies among them, and gives a [`FittedDetector`], which scores, judges and explains rows.
mod auto;
mod cblof;
mod clusters;
mod columns;
mod copula;
mod crowd;
mod density;
mod eigen;
mod explain;
mod fit;
mod fitted;
mod forest;
mod hbos;
mod inne;
mod kernel;
mod lanes;
mod loda;
mod lof;
mod mahalanobis;
mod mixture;
mod model;
mod moments;
mod nearest;
mod neighbours;
mod options;
mod pca;
mod probability;
mod rows;
mod sort;
mod svm;
#[cfg(test)]
mod tests;
mod threshold;
mod weights;

pub use auto::AutoDetector;
pub use cblof::Cblof;
pub use columns::{AnyDetector, FittedTableDetector, TableDetector, Unseen};
pub use copula::{Copod, Ecod};
pub use density::KernelDensity;
pub use fitted::FittedDetector;
pub use forest::IsolationForest;
pub use hbos::Hbos;
pub use inne::Inne;
pub use loda::Loda;
pub use lof::LocalOutlierFactor;
pub use mahalanobis::Mahalanobis;
pub use mixture::{Covariance, GaussianMixture};
pub use nearest::{NearestNeighbours, NeighbourDistance};
pub use neighbours::Metric;
pub use options::Missing;
pub use pca::PcaDetector;
pub use svm::OneClassSvm;
pub use threshold::{
    ConformalThreshold, ContaminationThreshold, ExtremeValueThreshold, FixedThreshold, Threshold, conformal_threshold,
    contamination_threshold, extreme_value_threshold, learned_threshold, weighted_contamination_threshold,
};
