//! The tables of a result.
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, StringArray};

use super::{Lineup, Outcome, PanelForecast, PanelOptions, Source};
use crate::data::Table;
use crate::error::Result;
use crate::forecast::SeriesForecast;

/// Long columns of forecasts, filled series by series.
#[derive(Debug)]
pub(in crate::forecast) struct ForecastColumns {
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
    width: usize,
}

impl ForecastColumns {
    pub(in crate::forecast) fn new(lineup: &Lineup, rows: usize) -> Self {
        let names = lineup.columns();
        let columns = names.iter().map(|_| Vec::with_capacity(rows)).collect();
        Self { names, columns, width: lineup.width() }
    }

    /// Add the forecast of one method for `horizon` rows; NaN where it has none.
    pub(in crate::forecast) fn push(&mut self, method: usize, horizon: usize, forecast: Option<SeriesForecast>) {
        let columns = &mut self.columns[method * self.width..(method + 1) * self.width];
        match forecast {
            Some(forecast) => {
                let bands = forecast.bands.into_iter().flat_map(|(lower, upper)| [lower, upper]);
                for (column, values) in columns.iter_mut().zip(std::iter::once(forecast.mean).chain(bands)) {
                    column.extend(values);
                }
            }
            None => columns.iter_mut().for_each(|column| column.extend(std::iter::repeat_n(f64::NAN, horizon))),
        }
    }

    pub(in crate::forecast) fn finish(self) -> impl Iterator<Item = (String, ArrayRef)> {
        let arrays = self.columns.into_iter().map(|column| Arc::new(Float64Array::from(column)) as ArrayRef);
        self.names.into_iter().zip(arrays)
    }
}

/// Write what came of every series.
pub(super) fn tables(
    source: &Source<'_>,
    options: &PanelOptions,
    lineup: &Lineup,
    outcomes: Vec<Outcome>,
) -> Result<PanelForecast> {
    let forecast = |outcome: &Outcome| outcome.fitted.iter().any(Option::is_some);
    let rows = outcomes.iter().filter(|outcome| forecast(outcome)).map(|outcome| outcome.horizon).sum();
    let mut columns = ForecastColumns::new(lineup, rows);
    let mut models = Models::default();
    let (mut counts, mut stamps, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    let mut failures = Vec::new();
    for (series, outcome) in outcomes.into_iter().enumerate() {
        let any = forecast(&outcome);
        failures.extend(outcome.failures);
        if !any {
            continue;
        }
        counts.push((series, outcome.horizon));
        match outcome.stamps {
            Some(times) => stamps.push(times),
            None => steps.extend(1..=outcome.horizon as i64),
        }
        for (method, fitted) in outcome.fitted.into_iter().enumerate() {
            let (forecast, summary) = fitted.unzip();
            columns.push(method, outcome.horizon, forecast);
            if let Some(summary) = summary {
                models.push(series, &lineup.methods[method].0, summary);
            }
        }
    }
    let time: (String, ArrayRef) = match (&options.time, source.panel.time_column(stamps)?) {
        (Some(name), Some(column)) => (name.clone(), column),
        _ => ("step".into(), Arc::new(Int64Array::from(steps))),
    };
    let id = (options.id.clone(), source.panel.id_column(&counts)?);
    let forecasts = Table::from_arrays([id, time].into_iter().chain(columns.finish()))?;
    Ok(PanelForecast { forecasts, models: models.finish(source, &options.id)?, failures })
}

/// What was fitted to every series.
#[derive(Default)]
struct Models {
    series: Vec<(usize, usize)>,
    methods: Vec<String>,
    models: Vec<String>,
    seasons: Vec<i64>,
    observations: Vec<i64>,
}

impl Models {
    fn push(&mut self, series: usize, method: &str, summary: super::Summary) {
        self.series.push((series, 1));
        self.methods.push(method.into());
        self.models.push(summary.model);
        self.seasons.push(summary.season as i64);
        self.observations.push(summary.observations as i64);
    }

    fn finish(self, source: &Source<'_>, id: &str) -> Result<Table> {
        // The column of the series keeps its name unless it is one of ours.
        let id = if ["method", "model", "season", "observations"].contains(&id) { "unique_id" } else { id };
        Table::from_arrays([
            (id, source.panel.id_column(&self.series)?),
            ("method", Arc::new(StringArray::from(self.methods)) as ArrayRef),
            ("model", Arc::new(StringArray::from(self.models))),
            ("season", Arc::new(Int64Array::from(self.seasons))),
            ("observations", Arc::new(Int64Array::from(self.observations))),
        ])
    }
}
