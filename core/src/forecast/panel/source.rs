//! The series of one call: their numbers, times and seasons.
use crate::Context;
use crate::data::{Panel, Series, Table};
use crate::error::{Code, Error, Result, bail, ensure};
use crate::forecast::SeasonalPeriod;
use crate::forecast::method::check_finite;
use crate::forecast::seasonality::seasonal_period_within;

/// A horizon for series without a season.
const WITHOUT_SEASON: usize = 10;

/// A panel with what is known of the seasons of its series.
pub(in crate::forecast) struct Source<'t> {
    pub(in crate::forecast) panel: Panel<'t>,
    seasons: Option<(&'t str, Vec<Option<i64>>)>,
}

impl<'t> Source<'t> {
    pub(in crate::forecast) fn of_table(
        table: &'t Table,
        id: &str,
        time: Option<&'t str>,
        target: &str,
        season: Option<&'t str>,
        context: &Context,
    ) -> Result<Self> {
        let seasons = season.map(|name| table.integers(name).map(|seasons| (name, seasons))).transpose()?;
        Ok(Self { panel: Panel::from_table_within(table, id, time, target, context)?, seasons })
    }

    pub(in crate::forecast) fn of_panel(panel: Panel<'t>) -> Self {
        Self { panel, seasons: None }
    }

    /// A series of finite numbers, and the season that the table gives it.
    pub(in crate::forecast) fn series(&self, index: usize) -> Result<(Series<'_>, Option<usize>)> {
        let series = self.panel.series(index)?;
        check_finite(series.values())?;
        let season = self.season(&series)?;
        Ok((series, season))
    }

    fn season(&self, series: &Series<'_>) -> Result<Option<usize>> {
        let Some((name, seasons)) = &self.seasons else { return Ok(None) };
        let mut known = series.rows().filter_map(|row| seasons[row]);
        let Some(season) = known.next() else { return Ok(None) };
        if let Some(other) = known.find(|other| *other != season) {
            bail!(InvalidData, "{name} is {season} and {other} within one series; it must be one number");
        }
        let whole = usize::try_from(season).ok().filter(|season| *season >= 1);
        whole.map(Some).ok_or_else(|| {
            Error::new(Code::InvalidData, format!("{name} is {season}; it must be at least 1 (1 is no season)"))
        })
    }
}

/// The horizon asked for, else one season: the one given, else the one detected; 10 steps where there is none.
pub(in crate::forecast) fn horizon(
    asked: Option<usize>,
    season: Option<usize>,
    values: &[f64],
    context: &Context,
) -> Result<usize> {
    if let Some(horizon) = asked {
        return Ok(horizon);
    }
    let season = match season {
        Some(season) => season,
        None => seasonal_period_within(values, &SeasonalPeriod::default(), context)?.period,
    };
    Ok(if season > 1 { season } else { WITHOUT_SEASON })
}

/// Refuse forecasts that are no numbers.
pub(in crate::forecast) fn check_forecast(forecast: &crate::forecast::SeriesForecast) -> Result<()> {
    let bands = forecast.bands.iter().flat_map(|(lower, upper)| lower.iter().chain(upper));
    ensure!(
        forecast.mean.iter().chain(bands).all(|value| value.is_finite()),
        InvalidData,
        "the forecast leaves the range of numbers; rescale the data or ask for fewer steps"
    );
    Ok(())
}
