//! Replays as pictures: values with their usual band, unusual and silenced events, incidents as shaded times, and scores.
use serde::{Deserialize, Serialize};

use super::report::{WatchReport, word};
use crate::anomaly::alert::{Incident, moment, number};
use crate::chart::{Axis, Band, Card, Chart, Colour, Column, Line, Page, Scatter, Size, Table};
use crate::error::{Error, Result, ensure};

/// The least share of the width that an incident takes, so that short ones are seen.
const NARROWEST: f64 = 0.004;
/// The most incidents that a page tells in words; its table has all of them.
const MOST_TOLD: usize = 20;
/// The most rows of the table of incidents on a page.
const MOST_ROWS: usize = 500;
/// The most series of a page.
const MOST_SERIES: usize = 1000;

/// What stands around the numbers when a [`WatchReport`] is drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct WatchChart {
    /// The title of the page or of the picture. Default: the name of the series.
    pub title: String,
    /// Which series is drawn. Default the first in `to_svg`, every one in `to_html`.
    pub series: Option<String>,
    /// Whether `to_svg` draws the scores instead of the values. Default no.
    pub scores: bool,
    /// What is measured. Default empty.
    pub label: String,
    /// The unit of the values. Default none.
    pub unit: Option<String>,
    /// The size of each picture. Default 720 x 400, on a page as [`Page`] has it.
    pub size: Option<Size>,
}

/// The methods that set one field each.
macro_rules! with {
    ($($(#[$about:meta])* $name:ident($field:ident: $type:ty) $value:expr;)+) => {
        impl WatchChart {
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
    /// Which series is drawn.
    with_series(series: impl Into<String>) Some(series.into());
    /// Whether `to_svg` draws the scores instead of the values.
    with_scores(scores: bool) scores;
    /// What is measured.
    with_label(label: impl Into<String>) label.into();
    /// The unit of the values.
    with_unit(unit: impl Into<String>) Some(unit.into());
    /// The size of each picture.
    with_size(size: Size) Some(size);
}

/// The events of one series in the order of time.
struct Events {
    x: Vec<f64>,
    rows: Vec<usize>,
    dated: bool,
}

impl WatchReport {
    /// The chart of one series as SVG: its values, the usual band, unusual events, those that were silenced, and incidents as
    /// shaded times.
    ///
    /// # Errors
    /// `invalid_config` for a series that was not watched or a size out of range; `not_enough_data` for a report without
    /// events; `invalid_data` for columns of different length, as only an edited report has them.
    pub fn to_svg(&self, options: &WatchChart) -> Result<String> {
        let position = self.position(options)?;
        let mut chart = if options.scores { self.score_chart(position)? } else { self.value_chart(position, options)? };
        let name = &self.series[position];
        chart.title = if options.title.is_empty() { name.clone() } else { options.title.clone() };
        chart.to_svg(options.size.unwrap_or_default())
    }

    /// A self-contained page: the incidents as a table, then for every series, or the one asked for, values and scores.
    ///
    /// # Errors
    /// As [`to_svg`](Self::to_svg); `too_large` above 1,000 series.
    pub fn to_html(&self, options: &WatchChart) -> Result<String> {
        let first = self.position(options)?;
        let series = self.series.len();
        ensure!(
            series <= MOST_SERIES || options.series.is_some(),
            TooLarge,
            "a page holds at most {MOST_SERIES} series, got {series}; name one"
        );
        let drawn = if options.series.is_some() { first..=first } else { 0..=series - 1 };
        let mut page = Page::new(if options.title.is_empty() { "Watched" } else { &options.title });
        page.size = options.size;
        page.intro = self.in_words();
        if !self.incidents.is_empty() {
            page = page.with_table(self.incident_table());
        }
        for position in drawn {
            let name = &self.series[position];
            page = page.with_card(Card::new(name.clone(), self.value_chart(position, options)?));
            page = page.with_card(Card::new(format!("{name}: scores"), self.score_chart(position)?));
        }
        page.to_html()
    }

    fn in_words(&self) -> String {
        let events = self.event_series.len();
        let open = self.incidents.iter().filter(|incident| incident.closed.is_none()).count();
        let plural = |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
        let mut text = format!("{}, {}", plural(events, "event"), plural(self.incidents.len(), "incident"));
        if open > 0 {
            text.push_str(&format!(", {open} not over at the end"));
        }
        text.push('.');
        let silenced = self.silenced.len();
        if silenced > 0 {
            text.push_str(&format!(" {} silenced.", plural(silenced, "unusual event")));
        }
        for incident in self.incidents.iter().take(MOST_TOLD) {
            text.push_str("\n\n");
            text.push_str(&incident.summary);
        }
        text
    }

    fn incident_table(&self) -> Table {
        let mut table = Table::new("Incidents").with_columns([
            Column::number("No."),
            Column::text("Severity"),
            Column::text("Series"),
            Column::text("Opened"),
            Column::text("Closed"),
            Column::number("Highest score"),
            Column::number("Unusual events"),
        ]);
        let timed = self.times.iter().any(|time| time.is_finite());
        for incident in self.incidents.iter().take(MOST_ROWS) {
            let series: Vec<&str> = incident.members.iter().map(|member| member.series.as_str()).collect();
            table = table.with_row([
                incident.id.to_string(),
                word(incident.severity).to_owned(),
                series.join(", "),
                moment(incident.opened, timed),
                incident.closed.map_or_else(String::new, |closed| moment(closed, timed)),
                number(incident.peak_score),
                incident.events.to_string(),
            ]);
        }
        table
    }

    fn position(&self, options: &WatchChart) -> Result<usize> {
        let events = self.event_series.len();
        ensure!(events > 0 && !self.series.is_empty(), NotEnoughData, "a report without events cannot be drawn");
        for (name, column) in [
            ("times", &self.times),
            ("values", &self.values),
            ("scores", &self.scores),
            ("lower", &self.lower),
            ("upper", &self.upper),
        ] {
            let length = column.len();
            ensure!(length == events, InvalidData, "{name} has {length} numbers for {events} events");
        }
        match &options.series {
            None => Ok(0),
            Some(wanted) => self.series.iter().position(|name| name == wanted).ok_or_else(|| {
                let message = format!("series \"{wanted}\" was not watched; there are [{}]", self.series.join(", "));
                Error::new(crate::Code::InvalidConfig, message)
            }),
        }
    }

    fn events(&self, position: usize) -> Events {
        let mut rows: Vec<usize> = (0..self.event_series.len())
            .filter(|row| self.event_series.get(*row).is_some_and(|of| *of == position as i64))
            .collect();
        let dated = rows.iter().all(|row| self.times[*row].is_finite());
        if dated {
            rows.sort_by(|a, b| self.times[*a].total_cmp(&self.times[*b]));
            let x = rows.iter().map(|row| self.times[*row]).collect();
            Events { x, rows, dated }
        } else {
            Events { x: rows.iter().map(|row| *row as f64).collect(), rows, dated }
        }
    }

    fn value_chart(&self, position: usize, options: &WatchChart) -> Result<Chart> {
        let events = self.events(position);
        let finite = |value: f64| if value.is_finite() { value } else { f64::NAN };
        let of =
            |column: &crate::data::Vector| -> Vec<f64> { events.rows.iter().map(|row| finite(column[*row])).collect() };
        let (values, lower, upper) = (of(&self.values), of(&self.lower), of(&self.upper));
        let y = Axis { unit: options.unit.clone(), ..Axis::numbers(options.label.as_str()) };
        let mut chart = Chart::default().with_x(axis(events.dated)).with_y(y);
        if let Some(shade) = self.shade(position, &events, range(&values)) {
            chart = chart.with_layer(shade);
        }
        if lower.iter().zip(&upper).any(|(lower, upper)| lower.is_finite() && upper.is_finite()) {
            let band = Band::new("usual", lower, upper).with_x(events.x.clone());
            chart = chart.with_layer(band.with_colour(Colour::Soft).with_strength(0.35));
        }
        chart = chart.with_layer(Line::new("value", values).with_x(events.x.clone()).with_colour(Colour::Blue));
        for (name, rows, colour) in
            [("unusual", &self.anomalies, Colour::Orange), ("silenced", &self.silenced, Colour::Purple)]
        {
            let rows: std::collections::HashSet<i64> = rows.iter().copied().collect();
            let places: Vec<usize> =
                (0..events.rows.len()).filter(|place| rows.contains(&(events.rows[*place] as i64))).collect();
            if !places.is_empty() {
                let points: Vec<f64> = places.iter().map(|place| finite(self.values[events.rows[*place]])).collect();
                let at: Vec<f64> = places.iter().map(|place| events.x[*place]).collect();
                chart = chart.with_layer(Scatter::new(name, points).with_x(at).with_colour(colour));
            }
        }
        Ok(chart)
    }

    fn score_chart(&self, position: usize) -> Result<Chart> {
        let events = self.events(position);
        let scores: Vec<f64> = events.rows.iter().map(|row| self.scores[*row]).collect();
        let y = Axis::numbers("Score").with_minimum(0.0);
        let mut chart = Chart::default().with_x(axis(events.dated)).with_y(y);
        if let Some(shade) = self.shade(position, &events, range(&scores).map(|(_, high)| (0.0, high))) {
            chart = chart.with_layer(shade);
        }
        Ok(chart.with_layer(Line::new("score", scores).with_x(events.x).with_colour(Colour::Purple)))
    }

    /// The incidents of a series as areas over the whole height.
    fn shade(&self, position: usize, events: &Events, range: Option<(f64, f64)>) -> Option<Band> {
        let name = self.series.get(position)?;
        let (low, high) = range?;
        let (first, last) = (*events.x.first()?, *events.x.last()?);
        let narrowest = NARROWEST * (last - first);
        let (mut x, mut lower, mut upper) = (Vec::new(), Vec::new(), Vec::new());
        let times = |incident: &Incident| {
            let member = incident.members.iter().find(|member| member.series == *name)?;
            Some((member.opened, member.closed.unwrap_or(last)))
        };
        for (opened, closed) in self.incidents.iter().filter_map(times) {
            let begin = x.last().copied().unwrap_or(first).max(opened.min(last));
            let end = closed.max(begin + narrowest).min(last);
            let begin = begin.min(end - narrowest).max(x.last().copied().unwrap_or(first));
            x.extend([begin, end.max(begin), end.max(begin)]);
            lower.extend([low, low, f64::NAN]);
            upper.extend([high, high, f64::NAN]);
        }
        let shade = Band::new("incident", lower, upper).with_x(x.clone());
        (!x.is_empty()).then(|| shade.with_colour(Colour::Orange).with_strength(0.18))
    }
}

fn axis(dated: bool) -> Axis {
    if dated { Axis::dates("") } else { Axis::numbers("Event") }
}

/// The lowest and highest of the values that are there.
fn range(values: &[f64]) -> Option<(f64, f64)> {
    let present = values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = present.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    (low <= high).then_some((low, high))
}
