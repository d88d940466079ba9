//! Seasons of a series: period, test and decomposition.
use inlaid::forecast::{
    Decomposition, DecompositionKind, SeasonalPeriod, Seasonality, decompose, seasonal_period, seasonal_period_batch,
    seasonality_test,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ONE_SERIES, SERIES};
use crate::op::op;
use crate::{Op, Reply};

/// How a series is taken apart.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Decompose {
    /// Observations per season, at least 2.
    period: usize,
    /// Whether the season is a factor or a difference.
    #[serde(default)]
    kind: DecompositionKind,
}

/// Which season is tested, and how sure one must be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Test {
    /// Observations per season, at least 2.
    period: usize,
    /// The confidence of the test, in (0, 1). Default 0.9, as in the M4 competition.
    #[serde(default = "usual")]
    confidence: f64,
}

fn usual() -> f64 {
    0.9
}

pub(super) fn ops() -> Vec<Op> {
    let period = "The dominant seasonal period of a series with its strength; period 1 where no season is clear.\n\nPeaks of \
        the autocorrelation are put to an F test on the positions' means. Fails with `invalid_config` for an option out of \
        range and `invalid_data` for NaN or infinite values.";
    let batch = "The dominant seasonal period of every row of `series`, in parallel; fails as for one series, or with \
        `cancelled`.";
    let parts = "Take a series apart by moving averages: trend, season and remainder.\n\nFails with `invalid_config` for a \
        period below 2, `not_enough_data` below two periods, `invalid_data` for NaN, infinite values, or values of 0 or \
        less if multiplicative.";
    let test = "Whether a series has a season of the given period, by the autocorrelation test of the M4 competition.\n\n\
        Fails with `invalid_config` for a period below 2 or a confidence outside (0, 1), `invalid_data` for NaN or \
        infinite values.";
    vec![
        op("forecast.seasonal_period", period)
            .takes(ONE_SERIES)
            .options::<SeasonalPeriod>()
            .gives::<Seasonality>()
            .runs(|a| Reply::value(seasonal_period(&a.vector(0)?.to_vec(), &a.options()?)?)),
        op("forecast.seasonal_period_batch", batch)
            .takes(SERIES)
            .options::<SeasonalPeriod>()
            .gives::<Vec<Seasonality>>()
            .runs(|a| Reply::value(seasonal_period_batch(a.matrix(0)?, &a.options()?, a.context)?)),
        op("forecast.decompose", parts).takes(ONE_SERIES).options::<Decompose>().gives::<Decomposition>().runs(|a| {
            let o: Decompose = a.options()?;
            Reply::value(decompose(&a.vector(0)?.to_vec(), o.period, o.kind)?)
        }),
        op("forecast.seasonality_test", test).takes(ONE_SERIES).options::<Test>().gives::<bool>().runs(|a| {
            let o: Test = a.options()?;
            Reply::value(seasonality_test(&a.vector(0)?.to_vec(), o.period, o.confidence)?)
        }),
    ]
}
