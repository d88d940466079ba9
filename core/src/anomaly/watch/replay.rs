//! A table of the past, event by event.
use serde::{Deserialize, Serialize};

use super::report::WatchReport;
use super::state::{WatchState, WatchStep};
use crate::Context;
use crate::anomaly::alert::{AlertKind, Incident};
use crate::data::time::stamp;
use crate::data::time::step::Clock;
use crate::data::{Ints, Table};
use crate::error::{Result, ensure};

/// Events between two looks at the context.
const EVENTS_PER_LOOK: usize = 1024;
const DAY: f64 = 86_400.0;

/// Which columns of a table are the events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Replay {
    /// The column of times: timestamps, dates, texts such as `2014-02-26 22:05:00`, or seconds since 1970. Empty where there
    /// are none. Default `timestamp`.
    pub time: String,
    /// The column that names the series of a row; empty where every column of values is a series. Default empty.
    pub series: String,
    /// The columns of values; exactly one if `series` is given. Default: every column of numbers that is not the time.
    pub values: Vec<String>,
}

impl Default for Replay {
    fn default() -> Self {
        Self { time: "timestamp".to_owned(), series: String::new(), values: Vec::new() }
    }
}

impl Replay {
    /// The column of times.
    #[must_use]
    pub fn with_time(mut self, time: impl Into<String>) -> Self {
        self.time = time.into();
        self
    }

    /// The column that names the series of a row.
    #[must_use]
    pub fn with_series(mut self, series: impl Into<String>) -> Self {
        self.series = series.into();
        self
    }

    /// The columns of values.
    #[must_use]
    pub fn with_values(mut self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.values = values.into_iter().map(Into::into).collect();
        self
    }

    fn values(&self, table: &Table) -> Result<Vec<String>> {
        let columns = if self.values.is_empty() {
            let numeric = |name: &&str| table.kind(name).is_ok_and(|kind| kind.is_numeric());
            let names = table.names().into_iter();
            let names = names.filter(|name| *name != self.time && *name != self.series).filter(numeric);
            names.map(str::to_owned).collect()
        } else {
            self.values.clone()
        };
        ensure!(
            !columns.is_empty(),
            InvalidData,
            "no column of numbers is left to watch; the table has [{}]",
            table.names().join(", ")
        );
        ensure!(
            self.series.is_empty() || columns.len() == 1,
            InvalidConfig,
            "with the series in column \"{}\", `values` must name one column, not [{}]",
            self.series,
            columns.join(", ")
        );
        Ok(columns)
    }
}

impl WatchState {
    /// Replay the rows of `table` in their order as [`update`](WatchState::update) would take them one by one, and report
    /// everything. Within a row the columns of values follow each other.
    ///
    /// # Errors
    /// `invalid_data` for a missing column, one of another type, a text that is no time, or a row without its series;
    /// `invalid_config` for several columns of values beside a column of series; `cancelled`. On an error the watch is as it
    /// was.
    pub fn replay(&mut self, table: &Table, columns: &Replay, context: &Context) -> Result<WatchReport> {
        let times = if columns.time.is_empty() { None } else { Some(seconds(table, &columns.time)?) };
        let names = columns.values(table)?;
        let values = names.iter().map(|name| table.floats(name)).collect::<Result<Vec<_>>>()?;
        let labels = if columns.series.is_empty() { None } else { Some(labels(table, &columns.series)?) };
        let mut going = self.clone();
        let mut report = Recorder::default();
        let rows = table.rows();
        for row in 0..rows {
            for (column, name) in values.iter().zip(&names) {
                if report.events() % EVENTS_PER_LOOK == 0 {
                    context.check()?;
                    context.report(row, rows);
                }
                let series = labels.as_ref().map_or(name.as_str(), |labels| labels[row].as_str());
                let time = times.as_ref().and_then(|times| times[row]);
                let silenced = going.silenced();
                let step = going.update(time, &[series], &[column[row]])?;
                if going.silenced() > silenced {
                    report.silenced.push(report.events() as i64);
                }
                report.put(series, time, column[row], step);
            }
        }
        context.report(rows, rows);
        *self = going;
        Ok(report.finish(self.open_incidents()))
    }
}

/// What is gathered while a table is replayed.
#[derive(Default)]
struct Recorder {
    report: WatchReport,
    positions: std::collections::HashMap<String, i64>,
    columns: [Vec<f64>; 6],
    of: Vec<i64>,
    anomalies: Vec<i64>,
    silenced: Vec<i64>,
}

impl Recorder {
    fn events(&self) -> usize {
        self.of.len()
    }

    fn put(&mut self, series: &str, time: Option<f64>, value: f64, step: WatchStep) {
        let position = match self.positions.get(series) {
            Some(position) => *position,
            None => {
                let position = self.report.series.len() as i64;
                self.report.series.push(series.to_owned());
                self.positions.insert(series.to_owned(), position);
                position
            }
        };
        let score = step.scores.first().copied().unwrap_or_default();
        if score.is_anomaly {
            self.anomalies.push(self.of.len() as i64);
        }
        self.of.push(position);
        let unknown = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let row =
            [unknown(time), value, score.score, unknown(score.expected), unknown(score.lower), unknown(score.upper)];
        for (column, value) in self.columns.iter_mut().zip(row) {
            column.push(value);
        }
        for notice in step.notices {
            if notice.kind == AlertKind::Closed {
                self.report.incidents.push(notice.incident.clone());
            }
            self.report.notices.push(notice);
        }
    }

    fn finish(self, open: Vec<Incident>) -> WatchReport {
        let [times, values, scores, expected, lower, upper] = self.columns;
        let mut report = self.report;
        report.incidents.extend(open);
        report.incidents.sort_by_key(|incident| incident.id);
        WatchReport {
            event_series: Ints::from(self.of),
            times: times.into(),
            values: values.into(),
            scores: scores.into(),
            expected: expected.into(),
            lower: lower.into(),
            upper: upper.into(),
            anomalies: self.anomalies.into(),
            silenced: self.silenced.into(),
            ..report
        }
    }
}

/// The names of the series of all rows.
fn labels(table: &Table, name: &str) -> Result<Vec<String>> {
    let texts: Vec<Option<String>> = if crate::data::is_text(table.kind(name)?) {
        table.texts(name)?.into_iter().map(|text| text.map(str::to_owned)).collect()
    } else {
        table.integers(name)?.into_iter().map(|number| number.map(|number| number.to_string())).collect()
    };
    let missing = texts.iter().position(Option::is_none);
    ensure!(
        missing.is_none(),
        InvalidData,
        "row {} has no series in column \"{name}\"; every row needs one",
        missing.unwrap_or_default()
    );
    Ok(texts.into_iter().flatten().collect())
}

/// A column of times in seconds since 1970; none is missing.
fn seconds(table: &Table, name: &str) -> Result<Vec<Option<f64>>> {
    use arrow_schema::{DataType, TimeUnit};
    let kind = table.kind(name)?;
    let per_second = match kind {
        kind if crate::data::is_text(kind) => {
            let read = |(row, text): (usize, Option<&str>)| match text.map(|text| (text, stamp::read(text))) {
                None => Ok(None),
                Some((text, found)) => {
                    let seconds = found.and_then(|(format, at)| match format.clock() {
                        // Whole seconds stay whole: neither way divides by what has no exact double.
                        Clock::Calendar { ticks_per_day: 1 } => Some(at as f64 * DAY),
                        Clock::Calendar { ticks_per_day } => Some(at as f64 / (ticks_per_day as f64 / DAY)),
                        Clock::Number => Some(at as f64),
                        _ => None,
                    });
                    ensure!(
                        seconds.is_some(),
                        InvalidData,
                        "row {row} of column \"{name}\" has \"{text}\", which is no time such as 2014-02-26 22:05:00"
                    );
                    Ok(seconds)
                }
            };
            return table.texts(name)?.into_iter().enumerate().map(read).collect();
        }
        DataType::Date32 => {
            let days = table.raw_times(name)?.into_iter();
            return Ok(days.map(|day| day.map(|day| day as f64 * DAY)).collect());
        }
        DataType::Date64 | DataType::Timestamp(TimeUnit::Millisecond, _) => 1e3,
        DataType::Timestamp(TimeUnit::Second, _) => 1.0,
        DataType::Timestamp(TimeUnit::Microsecond, _) => 1e6,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => 1e9,
        _ => {
            let known = |seconds: &f64| (!seconds.is_nan()).then_some(*seconds);
            return Ok(table.floats(name)?.iter().map(known).collect());
        }
    };
    Ok(table.raw_times(name)?.into_iter().map(|time| time.map(|time| time as f64 / per_second)).collect())
}
