//! The forecasts of many series as one page: a chart per series.
use std::borrow::Cow;
use std::collections::HashMap;

use ndarray::{Array2, ArrayView1, Axis};
use serde::{Deserialize, Serialize};

use super::lineup::percent;
use super::{PanelForecast, SeriesFailure};
use crate::chart;
use crate::data::{Column, Matrix, Panel, Table, Values, cell};
use crate::error::{Code, Error, Result, ensure};
use crate::forecast::{Forecast, ForecastChart, Interval};

/// The most series on one page.
const MOST: usize = 10_000;

/// What stands on the page of [`PanelForecast::to_html`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PanelPage {
    /// The title of the page. Default `Forecast`.
    pub title: String,
    /// What stands below the title; an empty line starts a paragraph. Default empty.
    pub intro: String,
    /// A line at the end, such as where the data come from. Default empty.
    pub footer: String,
    /// The method that is drawn, by its name in the forecasts. Default: the first.
    pub method: Option<String>,
    /// How many of the last observations of each series are shown, at least 1. Default all.
    pub last: Option<usize>,
    /// A table to show between introduction and charts, such as the accuracy of the methods. Default none.
    pub table: Option<Table>,
    /// What stands above that table. Default empty.
    pub table_title: String,
    /// The column that says which series a row of the history belongs to. Default `unique_id`.
    pub id: String,
    /// The column of times of the history and the forecasts; absent where there are none. Default `ds`.
    pub time: Option<String>,
    /// The column of observations in the history. Default `y`.
    pub target: String,
}

impl Default for PanelPage {
    fn default() -> Self {
        Self {
            title: "Forecast".into(),
            intro: String::new(),
            footer: String::new(),
            method: None,
            last: None,
            table: None,
            table_title: String::new(),
            id: "unique_id".into(),
            time: Some("ds".into()),
            target: "y".into(),
        }
    }
}

/// The methods that set one field each.
macro_rules! with {
    ($($(#[$about:meta])* $name:ident($field:ident: $type:ty) $value:expr;)+) => {
        impl PanelPage {
            $($(#[$about])* #[must_use] pub fn $name(mut self, $field: $type) -> Self {
                self.$field = $value;
                self
            })+
        }
    };
}

with! {
    /// The title of the page.
    with_title(title: impl Into<String>) title.into();
    /// What stands below the title.
    with_intro(intro: impl Into<String>) intro.into();
    /// A line at the end.
    with_footer(footer: impl Into<String>) footer.into();
    /// The method that is drawn.
    with_method(method: impl Into<String>) Some(method.into());
    /// How many of the last observations of each series are shown.
    with_last(last: usize) Some(last);
    /// A table to show between introduction and charts.
    with_table(table: Table) Some(table);
    /// What stands above that table.
    with_table_title(table_title: impl Into<String>) table_title.into();
    /// The column that says which series a row of the history belongs to.
    with_id(id: impl Into<String>) id.into();
    /// The column of times; `None` where there are none.
    with_time(time: Option<&str>) time.map(String::from);
    /// The column of observations in the history.
    with_target(target: impl Into<String>) target.into();
}

impl PanelForecast {
    /// A self-contained page with a chart of every series: history, forecast, and one band per interval. `history` is the
    /// table that was forecast.
    ///
    /// ```
    /// # fn main() -> inlaid::Result<()> {
    /// use inlaid::data::Table;
    /// use inlaid::forecast::{Naive, PanelOptions, PanelPage, panel};
    ///
    /// let table = Table::from_columns([
    ///     ("unique_id", vec!["tea", "tea", "tea"].into()),
    ///     ("ds", vec!["2024-10", "2024-11", "2024-12"].into()),
    ///     ("y", vec![1.0, 2.0, 4.0].into()),
    /// ])?;
    /// let options = PanelOptions::default().with_methods([Naive::default().into()]).with_horizon(2);
    /// let page = panel(&table, &options, &inlaid::Context::new())?.to_html(&table, &PanelPage::default())?;
    /// assert!(page.contains("tea") && page.contains("<svg"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `invalid_config` for a method that is not in the forecasts or `last` 0; `invalid_data` for a history without the
    /// columns named, or without a series that was forecast; `too_large` above 10,000 series.
    pub fn to_html(&self, history: &Table, options: &PanelPage) -> Result<String> {
        let drawn = Drawn::new(self, history, options)?;
        let mut page = chart::Page::new(options.title.as_str()).with_intro(options.intro.as_str());
        if let Some(table) = &options.table {
            page = page.with_table(shown(table, &options.table_title)?);
        }
        for group in drawn.groups()? {
            page = page.with_card(drawn.card(&group)?);
        }
        if let Some(table) = failures(&self.failures) {
            page = page.with_table(table);
        }
        page.with_footer(options.footer.as_str()).to_html()
    }
}

/// The rows of one series in the forecasts.
struct Group {
    id: String,
    from: usize,
    to: usize,
}

/// A column of floats.
type Floats<'a> = Cow<'a, [f64]>;

/// Everything that the charts are drawn from.
struct Drawn<'a> {
    forecasts: &'a Table,
    panel: Panel<'a>,
    /// Where a series stands in the panel.
    positions: HashMap<String, usize>,
    /// What was fitted to a series.
    captions: HashMap<String, String>,
    /// Times of the history and of the forecasts.
    times: Option<(Column, Column)>,
    mean: Floats<'a>,
    /// Levels with their bounds.
    bands: Vec<(f64, Floats<'a>, Floats<'a>)>,
    last: Option<usize>,
}

impl<'a> Drawn<'a> {
    fn new(result: &'a PanelForecast, history: &'a Table, options: &'a PanelPage) -> Result<Self> {
        let forecasts = &result.forecasts;
        let names = forecasts.names();
        // The first two columns are the series and the time.
        let first = names.get(2).map(|name| (*name).to_owned());
        let method = match (&options.method, first) {
            (Some(method), _) => method.clone(),
            (None, Some(first)) => first,
            (None, None) => return Err(Error::new(Code::InvalidData, "the forecasts have no column of a method")),
        };
        ensure!(
            names.iter().skip(2).any(|name| *name == method),
            InvalidConfig,
            "there is no method \"{method}\" in the forecasts; their columns are {names:?}"
        );
        let (low, high) = (format!("{method}-lo-"), format!("{method}-hi-"));
        let mut bands = Vec::new();
        for name in &names {
            let Some(level) = name.strip_prefix(&low).and_then(|level| level.parse::<f64>().ok()) else { continue };
            let upper = format!("{high}{}", percent(level / 100.0));
            if forecasts.has(&upper) {
                bands.push((level / 100.0, forecasts.floats(name)?, forecasts.floats(&upper)?));
            }
        }
        let time = options.time.as_deref();
        let times = match time {
            Some(name) => Some((history.column(name)?, forecasts.column(name)?)),
            None => None,
        };
        let panel = Panel::from_table(history, &options.id, time, &options.target)?;
        let positions = panel.ids().iter().cloned().zip(0..).collect();
        let captions = captions(&result.models, &method)?;
        let mean = forecasts.floats(&method)?;
        Ok(Self { forecasts, panel, positions, captions, times, mean, bands, last: options.last })
    }

    /// The series of the forecasts in their order.
    fn groups(&self) -> Result<Vec<Group>> {
        let ids = texts(self.forecasts, self.forecasts.names().first().copied().unwrap_or_default())?;
        let mut groups: Vec<Group> = Vec::new();
        for (row, id) in ids.into_iter().enumerate() {
            match groups.last_mut() {
                Some(group) if group.id == id => group.to = row + 1,
                _ => groups.push(Group { id, from: row, to: row + 1 }),
            }
        }
        ensure!(groups.len() <= MOST, TooLarge, "a page holds at most {MOST} series, got {}", groups.len());
        Ok(groups)
    }

    fn card(&self, group: &Group) -> Result<chart::Card> {
        let index = self.positions.get(&group.id).ok_or_else(|| {
            Error::new(Code::InvalidData, format!("the history has no series \"{}\", which was forecast", group.id))
        })?;
        let series = self.panel.series(*index)?;
        let line = |values: &Floats<'_>| -> Result<Matrix> {
            let values = values[group.from..group.to].to_vec();
            let shaped = Array2::from_shape_vec((1, values.len()), values);
            shaped
                .map(Matrix::from)
                .map_err(|_| Error::new(Code::Internal, "a forecast lost its shape; please report this"))
        };
        let mut forecast = Forecast { mean: line(&self.mean)?, intervals: Vec::new() };
        for (level, lower, upper) in &self.bands {
            forecast.intervals.push(Interval { level: *level, lower: line(lower)?, upper: line(upper)? });
        }
        let seen = ArrayView1::from(series.values()).insert_axis(Axis(0)).to_owned();
        let mut drawing = ForecastChart::default().with_ids([group.id.as_str()]).with_history(seen);
        drawing.last = self.last;
        if let Some((known, ahead)) = &self.times {
            let before = series.rows().map(|row| text(known, row));
            let labels = before.chain((group.from..group.to).map(|row| text(ahead, row)));
            drawing = drawing.with_labels(labels.collect::<Result<Vec<_>>>()?);
        }
        let card = chart::Card::new(group.id.as_str(), forecast.chart(0, &drawing)?);
        Ok(card.with_caption(self.captions.get(&group.id).cloned().unwrap_or_default()))
    }
}

/// What the method fitted to each series.
fn captions(models: &Table, method: &str) -> Result<HashMap<String, String>> {
    let ids = texts(models, models.names().first().copied().unwrap_or_default())?;
    let [methods, forms, seasons, observations] =
        [texts(models, "method")?, texts(models, "model")?, texts(models, "season")?, texts(models, "observations")?];
    let caption = |row: usize| {
        let season = if seasons[row] == "1" { "no season".into() } else { format!("season {}", seasons[row]) };
        format!("{}, {season}, {} observations", forms[row], observations[row])
    };
    let rows = (0..ids.len()).filter(|row| methods[*row] == method);
    Ok(rows.map(|row| (ids[row].clone(), caption(row))).collect())
}

/// A table as the page shows it: floats with four significant digits.
fn shown(table: &Table, title: &str) -> Result<chart::Table> {
    let columns: Vec<(&str, Column)> =
        table.names().into_iter().map(|name| Ok((name, table.column(name)?))).collect::<Result<_>>()?;
    let heads = columns.iter().map(|(name, column)| match column.values {
        Values::Floats(_) | Values::Integers(_) => chart::Column::number(*name),
        _ => chart::Column::text(*name),
    });
    let mut shown = chart::Table::new(title).with_columns(heads);
    for row in 0..table.rows() {
        let cells = columns.iter().map(|(_, column)| match &column.values {
            Values::Floats(values) if values[row].is_finite() => Ok(significant(values[row])),
            _ => text(column, row),
        });
        shown = shown.with_row(cells.collect::<Result<Vec<_>>>()?);
    }
    Ok(shown)
}

/// Four significant digits, without an exponent where that is not much longer.
fn significant(value: f64) -> String {
    let digits = if value == 0.0 { 0 } else { 3 - value.abs().log10().floor() as i32 };
    match digits {
        0..=9 => format!("{value:.0$}", digits as usize),
        -5..0 => format!("{value:.0}"),
        _ => format!("{value:.3e}"),
    }
}

/// What could not be forecast, as a table; nothing if all was.
fn failures(failures: &[SeriesFailure]) -> Option<chart::Table> {
    if failures.is_empty() {
        return None;
    }
    let heads = ["series", "method", "code", "what was wrong"].map(chart::Column::text);
    let mut table = chart::Table::new("Not forecast").with_columns(heads);
    for failure in failures {
        let method = failure.method.as_deref().unwrap_or("all");
        table = table.with_row([failure.id.as_str(), method, &failure.code, &failure.message]);
    }
    Some(table)
}

/// A column as texts.
fn texts(table: &Table, name: &str) -> Result<Vec<String>> {
    let column = table.column(name)?;
    (0..table.rows()).map(|row| text(&column, row)).collect()
}

fn text(column: &Column, row: usize) -> Result<String> {
    cell(column, row)
        .ok_or_else(|| Error::new(Code::InvalidData, format!("row {row}: a date beyond the years 0 to 9999")))
}
