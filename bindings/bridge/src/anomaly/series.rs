//! Detectors that see a whole series at once.
use inlaid::anomaly::{
    ChangePoints, DiscordDetector, EsdReport, KMeansAd, LevelShift, MultivariateAnomalies, MultivariateSeries, Poly,
    ResidualDetector, Segments, SeriesAnomalies, ShiftReport, SpectralResidual, StlEsd, SubPca, VarianceShift, generalized_esd,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

/// How many outliers to look for, how sure.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EsdTest {
    /// How many outliers there are at most, at least 1.
    max_anomalies: usize,
    /// The probability to find any where there are none, in (0, 1). Default 0.05.
    #[serde(default = "significance")]
    significance: f64,
}

fn significance() -> f64 {
    0.05
}

pub(super) const SERIES: ArrayArgument = ArrayArgument {
    name: "series",
    letter: Letter::Vector,
    axes: &["time"],
    doc: "One series, equally spaced in time, oldest first. NaN is a missing value; infinite values are refused.",
};

/// The operation that looks for anomalies of a series.
macro_rules! detects {
    ($($detector:ident gives $gives:ty, $what:literal;)+) => {
        [$(
            op(
                concat!("anomaly.", stringify!($detector), ".detect"),
                concat!(
                    $what,
                    "\n\nFails with `invalid_config` for an option out of range, `invalid_data` for infinite values, and missing \
                     ones unless they are allowed, `not_enough_data` for a series that is too short, `cancelled` if asked to stop."
                ),
            )
            .on_options::<$detector>()
            .takes(SERIES)
            .gives::<$gives>()
            .runs(|a| Reply::value(a.options::<$detector>()?.detect(&a.vector(0)?.to_vec(), a.context)?)),
        )+]
    };
}

pub(super) fn ops() -> Vec<Op> {
    let values = ArrayArgument {
        name: "values",
        letter: Letter::Vector,
        axes: &["value"],
        doc: "Values that are normally distributed but for the outliers, at least 3. NaN and infinite values are refused.",
    };
    let table = ArrayArgument {
        name: "series",
        letter: Letter::Matrix,
        axes: &["time", "column"],
        doc: "Several series of the same times, one per column. NaN is a missing value; infinite values are refused.",
    };
    let esd = "Generalised extreme Studentised deviate test (Rosner 1983).\n\nFails with `invalid_config` for an option out of \
        range, `invalid_data` for NaN or infinite values, `not_enough_data` below 3 values.";
    let several = "Steps at which several series are unlike what they usually are together, and how much of that each column is to \
        blame for.\n\nFails with `invalid_config` for an option out of range, `invalid_data` for infinite values, and missing ones \
        unless they are allowed, `not_enough_data` for series that are too short, `cancelled` if asked to stop.";
    let mut ops = vec![
        op("anomaly.generalized_esd", esd).takes(values).options::<EsdTest>().gives::<EsdReport>().runs(|a| {
            let test: EsdTest = a.options()?;
            Reply::value(generalized_esd(&a.vector(0)?.to_vec(), test.max_anomalies, test.significance)?)
        }),
        op("anomaly.MultivariateSeries.detect", several)
            .on_options::<MultivariateSeries>()
            .takes(table)
            .gives::<MultivariateAnomalies>()
            .runs(|a| Reply::value(a.options::<MultivariateSeries>()?.detect(a.matrix(0)?, a.context)?)),
    ];
    ops.extend(detects! {
        StlEsd gives SeriesAnomalies, "Steps unlike their season and the level, by a test.";
        ResidualDetector gives SeriesAnomalies, "Steps that a forecast with an interval did not expect; causal.";
        SpectralResidual gives SeriesAnomalies, "Steps that the usual waves do not explain.";
        Poly gives SeriesAnomalies, "Steps that a smooth continuation of the last ones does not reach; causal.";
        DiscordDetector gives SeriesAnomalies, "Steps in windows that are far from the window most like them.";
        KMeansAd gives SeriesAnomalies, "Steps in windows that are far from typical ones.";
        SubPca gives SeriesAnomalies, "Steps in windows that do not vary as the others do.";
        LevelShift gives ShiftReport, "Where the level changes for longer, and from what to what.";
        VarianceShift gives ShiftReport, "Where the noise changes for longer, and from what to what.";
        ChangePoints gives Segments, "The segmentation of the least cost, exactly (PELT).";
    });
    ops
}
