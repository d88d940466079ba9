//! Detectors that see a whole series at once.
//!
//! | detector | finds | causal |
//! |---|---|---|
//! | [`StlEsd`] | steps unlike their season and the level, by a test | no |
//! | [`ResidualDetector`] | steps that a forecast with an interval did not expect | yes |
//! | [`SpectralResidual`] | steps that the usual waves do not explain | no |
//! | [`LevelShift`], [`VarianceShift`] | lasting changes of level or noise, by windows | no |
//! | [`Poly`] | steps that a smooth continuation of the last ones does not reach, or blocks unlike what is around them | past yes, around no |
//! | [`MultivariateSeries`] | steps at which several series are unlike what they usually are together | no |
//! | [`ChangePoints`] | lasting changes of mean and variance, the best of all segmentations | no |
#[macro_use]
mod options;
mod chi_square;
mod esd;
mod fourier;
mod gaps;
mod multivariate;
mod poly;
mod residual;
mod result;
mod robust;
mod scatter;
mod segments;
mod shift;
mod spectral;
mod stl_esd;
mod student;

pub(in crate::anomaly) use esd::ascending;
pub use esd::{EsdReport, generalized_esd};
pub use gaps::Gaps;
pub use multivariate::{ColumnMedian, Expectation, MultivariateAnomalies, MultivariateSeries, TrendAndSeason};
pub use poly::{Poly, PolyFit};
pub use residual::ResidualDetector;
pub use result::SeriesAnomalies;
pub use segments::{ChangeKind, ChangePoints, Segments};
pub use shift::{LevelShift, ShiftReport, VarianceShift};
pub use spectral::SpectralResidual;
pub use stl_esd::{EsdCentre, StlEsd};
