//! What is unlike the rest: rows of a table, points of a series, events of a stream, and the incidents that people act on.
//!
//! | I have | use |
//! |---|---|
//! | rows of numbers | [`AutoDetector`], or a detector by name, such as [`IsolationForest`]; each gives a [`FittedDetector`] |
//! | a table with categories | [`TableDetector`], around any of them |
//! | a whole series | [`StlEsd`], [`ResidualDetector`], [`SubPca`] and others; [`MatrixProfile`] for shapes, [`ChangePoints`] for lasting changes |
//! | events that come one by one | [`StreamDetector`] and others; each gives a [`StreamState`] |
//! | metrics that somebody is responsible for | [`Watch`], or an [`AlertPolicy`] for scores of your own |
//! | scores and the truth | [`roc_auc`], [`average_precision`], [`NabScore`], [`VolumeScore`] and others |
//!
//! Scores grow with strangeness, whatever the detector: the higher, the less a row is like those that were fitted.
mod alert;
mod evaluate;
#[cfg(test)]
#[path = "looks_tests.rs"]
mod looks;
mod profile;
mod series;
mod stream;
mod tabular;
mod watch;

pub use alert::{
    AlertEvent, AlertKind, AlertNotice, AlertPolicy, AlertState, Incident, IncidentMember, Severity, Suppression,
};
pub use evaluate::{
    NabProfile, NabReport, NabScore, NabSeries, NabWindows, RangeBias, RangeReport, RangeScore, VolumeReport,
    VolumeScore, average_precision, precision_at, roc_auc,
};
pub use profile::{
    ColumnsProfile, DiscordDetector, Discords, GrowingProfile, KMeansAd, LeftNeighbour, LeftNeighbours, MatrixProfile,
    Motif, Motifs, MultiProfile, Profile, ProfileStream, SubPca, discords, mass,
};
pub use series::{
    ChangeKind, ChangePoints, ColumnMedian, EsdCentre, EsdReport, Expectation, Gaps, LevelShift, MultivariateAnomalies,
    MultivariateSeries, Poly, PolyFit, ResidualDetector, Segments, SeriesAnomalies, ShiftReport, SpectralResidual,
    StlEsd, TrendAndSeason, VarianceShift, generalized_esd,
};
pub use stream::{
    Adwin, ChangeDirection, Cusum, Ewma, HalfSpaceTrees, PageHinkley, RobustRandomCutForest, Spot, SpotTails,
    StreamDetector, StreamNote, StreamScore, StreamScores, StreamState,
};
pub use tabular::{
    AnyDetector, AutoDetector, Cblof, ConformalThreshold, ContaminationThreshold, Copod, Covariance, Ecod,
    ExtremeValueThreshold, FittedDetector, FittedTableDetector, FixedThreshold, GaussianMixture, Hbos, Inne,
    IsolationForest, KernelDensity, LocalOutlierFactor, Loda, Mahalanobis, Metric, Missing, NearestNeighbours,
    NeighbourDistance, OneClassSvm, PcaDetector, TableDetector, Threshold, Unseen, conformal_threshold,
    contamination_threshold, extreme_value_threshold, learned_threshold, weighted_contamination_threshold,
};
pub use watch::{AnyStream, Replay, Watch, WatchChart, WatchReport, WatchState, WatchStep};
