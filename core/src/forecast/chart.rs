//! Forecasts as charts: the history, the forecast that goes on from it, and one band per interval.
use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};

use super::result::{Forecast, Interval};
use crate::chart::{Axis, Band, Card, Chart, Colour, Line, Page, Size, following, read_stamps};
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
    /// is even (same distance, same day of every n-th month, business days). Default: numbered from 1.
    pub times: Option<Vector>,
    /// Texts instead of times, of the history and the forecast or of the history alone. Such as `1949-01`, `2020Q1`,
    /// `2020-01-31` or `2020-01-01T05:00:00` become times, others stand as they are. Default none.
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
        self.check(options)?;
        let rows = self.mean.nrows();
        ensure!(rows <= 10_000 || options.series.is_some(), TooLarge, "a page holds at most 10000 series, got {rows}");
        let all = options.series.map_or(0..=rows - 1, |series| series..=series);
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
            return self.dates(times.to_vec(), time, horizon, from);
        }
        if let Some(times) = read_stamps(&self.labels) {
            return self.dates(times, time, horizon, from);
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

    /// The axis of dates, with the times that follow on those known.
    fn dates(&self, mut times: Vec<f64>, time: usize, horizon: usize, from: usize) -> Result<(Axis, Vec<f64>)> {
        let (known, all) = (times.len(), time + horizon);
        let fits = known == all || (known == time && time > 0);
        ensure!(fits, InvalidData, "{known} times for {time} observations and {horizon} steps");
        times.extend(following(&times, all - known)?);
        Ok((Axis::dates(self.time_label.as_str()), times.split_off(from)))
    }
}

/// A level as a percentage.
fn percent(level: f64) -> String {
    let tenths = (level * 1000.0).round() / 10.0;
    format!("{tenths}\u{a0}%")
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::Code;
    use crate::chart::Layer;

    fn forecast(rows: usize, horizon: usize) -> Forecast {
        let matrix = |value: f64| Matrix::from(Array2::from_elem((rows, horizon), value));
        let interval = |level, half| Interval { level, lower: matrix(5.0 - half), upper: matrix(5.0 + half) };
        Forecast { mean: matrix(5.0), intervals: vec![interval(0.8, 1.0), interval(0.95, 2.0)] }
    }

    fn line<'a>(chart: &'a Chart, name: &str) -> &'a Line {
        let named = chart.layers.iter().find_map(|layer| match layer {
            Layer::Line(line) if line.name == name => Some(line),
            _ => None,
        });
        named.unwrap()
    }

    #[test]
    fn line_and_bands_leave_the_last_observation_without_a_jump() {
        let options = ForecastChart::default().with_history(array![[1.0, 2.0, 4.0], [7.0, 8.0, 9.0]]);
        let chart = forecast(2, 2).chart(1, &options).unwrap();
        let (history, ahead) = (line(&chart, "history"), line(&chart, "forecast"));
        assert_eq!(history.y.to_vec(), [7.0, 8.0, 9.0]);
        assert_eq!(ahead.y.to_vec(), [9.0, 5.0, 5.0]);
        assert_eq!(ahead.x.as_ref().unwrap().to_vec(), [3.0, 4.0, 5.0]);
        let bands: Vec<&Band> = chart
            .layers
            .iter()
            .filter_map(|layer| match layer {
                Layer::Band(band) => Some(band),
                _ => None,
            })
            .collect();
        assert_eq!([&bands[0].name, &bands[1].name], ["95\u{a0}%", "80\u{a0}%"]);
        assert_eq!((bands[0].lower.to_vec(), bands[0].upper.to_vec()), (vec![9.0, 3.0, 3.0], vec![9.0, 7.0, 7.0]));
        assert!(bands[0].strength < 1.0 - (1.0 - bands[0].strength) * (1.0 - bands[1].strength));
    }

    #[test]
    fn only_the_last_observations_are_shown_and_missing_starts_are_left_out() {
        let history = array![[f64::NAN, f64::NAN, 3.0, 4.0, 5.0]];
        let options = ForecastChart::default().with_history(history);
        let seen = |options: &ForecastChart| line(&forecast(1, 1).chart(0, options).unwrap(), "history").y.to_vec();
        assert_eq!(seen(&options), [3.0, 4.0, 5.0]);
        assert_eq!(seen(&options.clone().with_last(2)), [4.0, 5.0]);
        assert_eq!(seen(&options.with_last(99)), [3.0, 4.0, 5.0]);
    }

    #[test]
    fn times_and_labels_go_on_into_the_future() {
        let days = [0.0, 86_400.0, 172_800.0].to_vec();
        let options = ForecastChart::default().with_history(array![[1.0, 2.0, 3.0]]);
        let chart = forecast(1, 2).chart(0, &options.clone().with_times(days).with_last(1)).unwrap();
        assert_eq!(line(&chart, "forecast").x.as_ref().unwrap().to_vec(), [172_800.0, 259_200.0, 345_600.0]);
        let chart = forecast(1, 2).chart(0, &options.with_labels(["a", "b", "c"])).unwrap();
        assert_eq!(chart.x.categories, ["a", "b", "c", "+1", "+2"]);
        let options = ForecastChart::default().with_history(array![[1.0, 2.0]]).with_labels(["1969-12", "1970-01"]);
        let chart = forecast(1, 1).chart(0, &options).unwrap();
        assert_eq!(line(&chart, "forecast").x.as_ref().unwrap().to_vec(), [0.0, 31.0 * 86_400.0]);
    }

    #[test]
    fn a_forecast_without_history_or_intervals_is_drawn() {
        let bare = Forecast { intervals: Vec::new(), ..forecast(1, 3) };
        let svg = bare.to_svg(&ForecastChart::default()).unwrap();
        assert!(svg.contains(">series 0</text>") && !svg.contains("history"));
    }

    #[test]
    fn a_page_has_a_card_per_series_with_its_id() {
        let options = ForecastChart::default().with_ids(["one", "two", "three"]);
        let cards = |options: &ForecastChart| forecast(3, 2).to_html(options).unwrap().matches("<figure").count();
        assert_eq!(cards(&options), 3);
        assert!(forecast(3, 2).to_html(&options).unwrap().contains("<h2>three</h2>"));
        assert_eq!(cards(&options.with_series(1)), 1);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_code() {
        let fails = |forecast: &Forecast, options: ForecastChart| forecast.to_svg(&options).unwrap_err().code();
        let good = forecast(2, 3);
        let options = ForecastChart::default;
        let history = || options().with_history(array![[1.0, 2.0], [3.0, 4.0]]);
        assert!(good.to_svg(&history()).is_ok());
        assert_eq!(fails(&good, options().with_series(2)), Code::InvalidConfig);
        assert_eq!(good.to_html(&options().with_series(usize::MAX)).unwrap_err().code(), Code::InvalidConfig);
        assert_eq!(fails(&good, history().with_last(0)), Code::InvalidConfig);
        assert_eq!(fails(&good, options().with_history(array![[1.0]])), Code::InvalidData);
        assert_eq!(fails(&good, options().with_ids(["one"])), Code::InvalidData);
        assert_eq!(fails(&good, history().with_times(vec![0.0; 4])), Code::InvalidData);
        assert_eq!(fails(&good, history().with_times(vec![0.0, 0.0])), Code::InvalidData);
        assert_eq!(fails(&good, history().with_labels(["a"])), Code::InvalidData);
        assert_eq!(fails(&good, history().with_labels(["a", "b"]).with_times(vec![0.0, 1.0])), Code::InvalidConfig);
        assert_eq!(fails(&good, options().with_history(array![[f64::INFINITY], [1.0]])), Code::InvalidData);
        assert_eq!(fails(&forecast(1, 0), options()), Code::NotEnoughData);
        let mut torn = forecast(2, 3);
        torn.intervals[0].upper = Array2::zeros((2, 2)).into();
        assert_eq!(fails(&torn, options()), Code::InvalidData);
        torn.intervals.truncate(1);
        torn.intervals[0] = Interval { level: f64::NAN, ..forecast(2, 3).intervals[0].clone() };
        assert_eq!(fails(&torn, options()), Code::InvalidData);
    }
}
