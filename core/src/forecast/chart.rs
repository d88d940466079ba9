//! Forecasts as charts: the history, the forecast that goes on from it, and one band per interval.
use std::borrow::Cow;

use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};

use super::result::{Forecast, Interval};
use crate::chart::{Axis, Band, Card, Chart, Colour, Line, Page, Size, following};
use crate::data::{Matrix, Vector};
use crate::error::{Error, Result, ensure};

/// What stands around the numbers when a [`Forecast`] is drawn.
///
/// ```
/// use inlaid::forecast::{ForecastChart, Method, Naive};
/// use inlaid::{Context, data::Matrix};
///
/// let history = ndarray::array![[112.0, 118.0, 132.0, 129.0], [7.0, 8.0, 6.0, 7.0]];
/// let forecast = Naive::default().fit(history.view(), &Context::default())?.predict(3, &[0.8], &Context::default())?;
/// let options = ForecastChart::default()
///     .with_history(history)
///     .with_ids(["flights", "delays"])
///     .with_times([1949.0, 1950.0, 1951.0, 1952.0].map(|year| (year - 1970.0) * 31_556_952.0).to_vec());
/// assert!(forecast.to_svg(&options)?.contains("80\u{a0}%"));
/// assert!(forecast.to_html(&options)?.contains("delays"));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ForecastChart {
    /// The title of the page or of the picture. Default: the id of the series.
    pub title: String,
    /// The names of the series, as many as the forecast has. Default `series 0`, `series 1`, ..
    pub ids: Vec<String>,
    /// The observations before the forecast, `[series, time]`; NaN is a gap. Default none.
    pub history: Option<Matrix>,
    /// How many of the last observations are shown. Default all.
    pub last: Option<usize>,
    /// Which series is drawn. Default the first in `to_svg`, every one in `to_html`.
    pub series: Option<usize>,
    /// What is measured. Default empty.
    pub label: String,
    /// The unit of the values. Default none.
    pub unit: Option<String>,
    /// When the values are: seconds since 1970 in UTC, of the history and the forecast or of the history alone if it
    /// is even (same distance, or same day of every n-th month). Default: numbered from 1.
    pub times: Option<Vector>,
    /// Texts instead of times, of the history and the forecast or of the history alone. Default none.
    pub labels: Vec<String>,
    /// The label of the time axis. Default empty.
    pub time_label: String,
    /// The size of each picture. Default 720 x 400, on a page as [`Page`] has it.
    pub size: Option<Size>,
}

/// The methods that set one field each.
macro_rules! with {
    ($($(#[$about:meta])* $name:ident($field:ident: $type:ty) $value:expr;)+) => {
        impl ForecastChart {
            $($(#[$about])* #[must_use] pub fn $name(mut self, $field: $type) -> Self {
                self.$field = $value;
                self
            })+
        }
    };
}

with! {
    /// The title of the page or of the picture.
    with_title(title: impl Into<String>) title.into();
    /// The names of the series.
    with_ids(ids: impl IntoIterator<Item = impl Into<String>>) ids.into_iter().map(Into::into).collect();
    /// The observations before the forecast, `[series, time]`.
    with_history(history: impl Into<Matrix>) Some(history.into());
    /// How many of the last observations are shown.
    with_last(last: usize) Some(last);
    /// Which series is drawn.
    with_series(series: usize) Some(series);
    /// What is measured.
    with_label(label: impl Into<String>) label.into();
    /// The unit of the values.
    with_unit(unit: impl Into<String>) Some(unit.into());
    /// When the values are, in seconds since 1970.
    with_times(times: impl Into<Vector>) Some(times.into());
    /// Texts instead of times.
    with_labels(labels: impl IntoIterator<Item = impl Into<String>>) labels.into_iter().map(Into::into).collect();
    /// The label of the time axis.
    with_time_label(time_label: impl Into<String>) time_label.into();
    /// The size of each picture.
    with_size(size: Size) Some(size);
}

impl Forecast {
    /// The chart of one series as SVG: history, forecast, one band per interval, the narrowest darkest.
    ///
    /// # Errors
    /// As [`Forecast::chart`], and `invalid_config` for a size out of range.
    pub fn to_svg(&self, options: &ForecastChart) -> Result<String> {
        let series = options.series.unwrap_or(0);
        let mut chart = self.chart(series, options)?;
        chart.title = if options.title.is_empty() { self.name(series, options) } else { options.title.clone() };
        chart.to_svg(options.size.unwrap_or_default())
    }

    /// A page with the chart of every series, or of the one asked for.
    ///
    /// # Errors
    /// As [`Forecast::to_svg`]; `too_large` above 10,000 series.
    pub fn to_html(&self, options: &ForecastChart) -> Result<String> {
        let all = match options.series {
            Some(series) => series..series.saturating_add(1),
            None => 0..self.mean.nrows(),
        };
        ensure!(all.len() <= 10_000, TooLarge, "a page holds at most 10000 series, got {}", all.len());
        let mut page = Page::new(if options.title.is_empty() { "Forecast" } else { &options.title });
        page.size = options.size;
        for series in all {
            page = page.with_card(Card::new(self.name(series, options), self.chart(series, options)?));
        }
        page.to_html()
    }

    /// The chart of one series without a title, to be put on a [`Page`] or drawn.
    ///
    /// # Errors
    /// `invalid_config` for a series that the forecast does not have or for `last` 0; `invalid_data` for matrices, ids,
    /// times or labels that do not fit to each other, times that are not even where the forecast's are left out,
    /// infinite values; `not_enough_data` for a forecast without steps.
    pub fn chart(&self, series: usize, options: &ForecastChart) -> Result<Chart> {
        let (rows, horizon) = self.mean.dim();
        self.check(options)?;
        ensure!(series < rows, InvalidConfig, "series must be below {rows} (counted from 0), got {series}");
        let history = options.history.as_ref().map(|history| history.row(series));
        let time = history.as_ref().map_or(0, ArrayView1::len);
        // Series that start late have NaN before; what is not shown takes no room on the axis.
        let absent = history.as_ref().map_or(0, |row| row.iter().take_while(|value| value.is_nan()).count());
        let from = absent.max(time.saturating_sub(options.last.unwrap_or(time)));
        let (axis, x) = options.axis(time, horizon, from)?;
        let name = |error: Error| error.at(self.name(series, options));
        ensure!(x.len() == time - from + horizon, Internal, "{} positions; please report this", x.len());
        let (before, ahead) = x.split_at(time - from);
        // From the last observation on, so that line and bands leave it without a jump.
        let origin = before.last().zip(history.as_ref().and_then(|row| row.last())).filter(|(_, y)| y.is_finite());
        let lead = |values: ArrayView1<'_, f64>| -> Vec<f64> {
            origin.map(|(_, y)| *y).into_iter().chain(values.iter().copied()).collect()
        };
        let at: Vec<f64> = origin.map(|(x, _)| *x).into_iter().chain(ahead.iter().copied()).collect();
        let y = Axis { unit: options.unit.clone(), ..Axis::numbers(options.label.as_str()) };
        let mut chart = Chart::default().with_x(axis).with_y(y);
        for (interval, strength) in self.widest_first() {
            let band =
                Band::new(percent(interval.level), lead(interval.lower.row(series)), lead(interval.upper.row(series)));
            chart = chart.with_layer(band.with_x(at.clone()).with_colour(Colour::Blue).with_strength(strength));
        }
        if let Some(row) = history.as_ref().filter(|_| !before.is_empty()) {
            let seen: Vec<f64> = row.iter().skip(from).copied().collect();
            chart = chart.with_layer(Line::new("history", seen).with_x(before.to_vec()).with_colour(Colour::Ink));
        }
        let line = Line::new("forecast", lead(self.mean.row(series))).with_x(at).with_colour(Colour::Blue);
        let chart = chart.with_layer(line);
        chart.validate().map_err(name)?;
        Ok(chart)
    }

    /// The intervals from the widest to the narrowest, with the strength of each band.
    fn widest_first(&self) -> Vec<(&Interval, f64)> {
        let mut intervals: Vec<&Interval> = self.intervals.iter().collect();
        intervals.sort_by(|a, b| b.level.total_cmp(&a.level));
        // Bands lie on top of each other: each adds what is missing to a colour that grows evenly.
        let count = intervals.len() as f64;
        let total = |band: usize| 0.16 + 0.30 * band as f64 / count.max(2.0);
        let added = |band: usize| match band {
            0 => total(0),
            _ => 1.0 - (1.0 - total(band)) / (1.0 - total(band - 1)),
        };
        intervals.into_iter().enumerate().map(|(band, interval)| (interval, added(band))).collect()
    }

    fn name(&self, series: usize, options: &ForecastChart) -> String {
        options.ids.get(series).cloned().unwrap_or_else(|| format!("series {series}"))
    }

    /// Whether everything has as many rows and steps as the forecast.
    fn check(&self, options: &ForecastChart) -> Result<()> {
        let (rows, horizon) = self.mean.dim();
        ensure!(rows > 0 && horizon > 0, NotEnoughData, "the forecast is empty: {rows} series, {horizon} steps");
        for interval in &self.intervals {
            let level = interval.level;
            ensure!(level > 0.0 && level < 1.0, InvalidData, "levels must lie between 0 and 1, exclusive; got {level}");
            for (side, bound) in [("lower", &interval.lower), ("upper", &interval.upper)] {
                let fits = bound.dim() == (rows, horizon);
                let shape = bound.shape();
                ensure!(
                    fits,
                    InvalidData,
                    "{side} bounds of level {level} are {shape:?}, the mean is [{rows}, {horizon}]"
                );
            }
        }
        if let Some(history) = &options.history {
            let seen = history.nrows();
            ensure!(seen == rows, InvalidData, "the history has {seen} series, the forecast {rows}");
        }
        let ids = options.ids.len();
        ensure!(ids == 0 || ids == rows, InvalidData, "{ids} ids for {rows} series");
        ensure!(options.last != Some(0), InvalidConfig, "last must be at least 1, got 0");
        Ok(())
    }
}

impl ForecastChart {
    /// The time axis and the positions from the first observation that is shown to the last step.
    fn axis(&self, time: usize, horizon: usize, from: usize) -> Result<(Axis, Vec<f64>)> {
        let all = time + horizon;
        let both = self.times.is_some() && !self.labels.is_empty();
        ensure!(!both, InvalidConfig, "give times or labels, not both");
        if let Some(times) = &self.times {
            let known = times.len();
            ensure!(
                known == all || (known == time && time > 0),
                InvalidData,
                "{known} times for {time} observations and {horizon} steps"
            );
            let known: Cow<'_, [f64]> = times.as_slice().map_or_else(|| times.to_vec().into(), Cow::Borrowed);
            let mut times = known.to_vec();
            times.extend(following(&known, all - known.len())?);
            return Ok((Axis::dates(self.time_label.as_str()), times.split_off(from)));
        }
        if !self.labels.is_empty() {
            let known = self.labels.len();
            ensure!(
                known == all || known == time,
                InvalidData,
                "{known} labels for {time} observations and {horizon} steps"
            );
            let steps = (1..=all - known).map(|step| format!("+{step}"));
            let names: Vec<String> = self.labels.iter().cloned().chain(steps).skip(from).collect();
            let x = (0..names.len()).map(|at| at as f64).collect();
            return Ok((Axis::categories(self.time_label.as_str(), names), x));
        }
        let x = (from + 1..=all).map(|at| at as f64).collect();
        Ok((Axis::numbers(self.time_label.as_str()), x))
    }
}

/// A level as a percentage.
fn percent(level: f64) -> String {
    let tenths = (level * 1000.0).round() / 10.0;
    format!("{tenths}\u{a0}%")
}
