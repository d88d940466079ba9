//! The tables of a result.
use std::sync::{Arc, OnceLock};

use arrow_array::{ArrayRef, Float64Array, Int64Array};

use super::accuracy::Tally;
use super::{CrossValidated, Prepared, Trial, Window};
use crate::data::Table;
use crate::error::Result;
use crate::forecast::panel::ForecastColumns;

/// Write what came of every window; `windows` are those of the first series, then of the second, and so on.
pub(super) fn result(
    trial: &Trial<'_>,
    prepared: Vec<OnceLock<Prepared<'_>>>,
    windows: Vec<Window>,
) -> Result<CrossValidated> {
    let mut columns = ForecastColumns::new(&trial.lineup, 0);
    let mut tally = Tally::new(&trial.lineup);
    let (mut counts, mut actual, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    let (mut times, mut cutoffs) = (Vec::new(), Vec::new());
    let (mut positions, mut known) = (Vec::new(), Vec::new());
    let mut windows = windows.into_iter();
    for (index, prepared) in prepared.into_iter().enumerate() {
        let ready = match prepared.into_inner() {
            Some(Ok(ready)) => ready,
            Some(Err(failure)) => {
                failures.push(failure);
                if trial.options.refit {
                    // Its windows are there, and empty.
                    windows.by_ref().take(trial.options.windows).for_each(drop);
                }
                continue;
            }
            None => continue,
        };
        for (cutoff, window) in ready.cutoffs.iter().copied().zip(windows.by_ref().take(ready.cutoffs.len())) {
            failures.extend(window.failures);
            if window.forecasts.iter().all(Option::is_none) {
                continue;
            }
            let range = cutoff..cutoff + ready.horizon;
            counts.push((index, ready.horizon));
            actual.extend_from_slice(&ready.series.values()[range.clone()]);
            match (ready.series.stamps(range.clone())?, ready.series.stamps(cutoff - 1..cutoff)?) {
                (Some(stamps), Some(last)) => {
                    times.push(stamps);
                    cutoffs.push(last.repeated(ready.horizon));
                }
                _ => {
                    positions.extend(range.map(|position| position as i64));
                    known.extend(std::iter::repeat_n(cutoff as i64 - 1, ready.horizon));
                }
            }
            for (method, forecast) in window.forecasts.into_iter().enumerate() {
                let (forecast, scores) = forecast.unzip();
                columns.push(method, ready.horizon, forecast);
                if let Some(scores) = scores {
                    tally.add(method, scores, window.naive2.clone());
                }
            }
        }
    }
    let panel = &trial.source.panel;
    let (time, cutoff) = match (panel.time_column(times)?, panel.time_column(cutoffs)?) {
        (Some(times), Some(cutoffs)) => (times, cutoffs),
        _ => (Arc::new(Int64Array::from(positions)) as ArrayRef, Arc::new(Int64Array::from(known)) as ArrayRef),
    };
    let options = trial.options;
    let leading: [(String, ArrayRef); 4] = [
        (options.id.clone(), panel.id_column(&counts)?),
        (options.time.clone().unwrap_or_else(|| "position".into()), time),
        ("cutoff".into(), cutoff),
        (options.target.clone(), Arc::new(Float64Array::from(actual))),
    ];
    let forecasts = Table::from_arrays(leading.into_iter().chain(columns.finish()))?;
    Ok(CrossValidated { forecasts, accuracy: tally.finish(&trial.lineup), failures })
}
