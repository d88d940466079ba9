//! Seasons of a series: their period, whether they are there at all, and what they look like.
//!
//! | question | answer |
//! |---|---|
//! | which period has the series? | [`seasonal_period`] |
//! | is there a season of a period that I know? | [`seasonality_test`] |
//! | what does it look like? | [`decompose`] |
mod adjust;
mod decompose;
mod period;
mod test;
#[cfg(test)]
mod tests;

pub use decompose::{Decomposition, DecompositionKind, decompose};
pub use period::{SeasonalPeriod, Seasonality, seasonal_period, seasonal_period_batch};
pub use test::seasonality_test;

pub(super) use adjust::Adjustment;
pub(super) use period::seasonal_period_within;

use crate::Context;
use crate::error::{Result, ensure};

/// Judge a `season` option: absent, or at least 1.
///
/// # Errors
/// `invalid_config`.
pub(super) fn check_season(season: Option<usize>) -> Result<()> {
    ensure!(season != Some(0), InvalidConfig, "season must be at least 1 (1 is no season), got 0");
    Ok(())
}

/// The season asked for, or the one detected in the series of finite values.
///
/// # Errors
/// `cancelled`.
pub(super) fn season_of(series: &[f64], season: Option<usize>, context: &Context) -> Result<usize> {
    match season {
        Some(season) => Ok(season),
        None => Ok(period::detect(series, &SeasonalPeriod::default(), context)?.period),
    }
}
