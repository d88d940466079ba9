//! How good each method was over all series and windows.
use serde::{Deserialize, Serialize};

use crate::data::{Column, Table};
use crate::error::{Result, ensure};
use crate::forecast::SeriesForecast;
use crate::forecast::metrics::{coverage, mae, mase, msis, owa, rmse, smape};
use crate::forecast::panel::{Lineup, percent};

/// How good one method was: means over all its forecasts, one forecast being one window of one series. A measure that
/// exists for no forecast is absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MethodAccuracy {
    /// The name of the method.
    pub method: String,
    /// How many forecasts it gave.
    pub forecasts: usize,
    /// Mean absolute error in units of the in-sample error of the seasonal naive forecast. Forecasts of series that repeat
    /// every season exactly do not count.
    pub mase: Option<f64>,
    /// Symmetric mean absolute percentage error, 0 to 200 percent.
    pub smape: Option<f64>,
    /// The M4 competition's overall figure against Naive2 on the same forecasts; below 1 is better than Naive2.
    pub owa: Option<f64>,
    /// Mean absolute error, in the unit of the data.
    pub mae: Option<f64>,
    /// Mean of the root mean squared errors, in the unit of the data.
    pub rmse: Option<f64>,
    /// One entry per level, in the order asked for.
    pub intervals: Vec<LevelAccuracy>,
}

/// How good the intervals of one level were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LevelAccuracy {
    /// The probability that the interval should hold, in (0, 1).
    pub level: f64,
    /// The share of values that it held, 0 to 1.
    pub coverage: Option<f64>,
    /// Mean scaled interval score in seasonal-naive errors; smaller is better.
    pub msis: Option<f64>,
}

/// The accuracy of all methods as a table.
pub(super) fn table(methods: &[MethodAccuracy]) -> Result<Table> {
    let levels: Vec<f64> = methods.first().map_or_else(Vec::new, level_list);
    ensure!(
        methods.iter().all(|method| level_list(method) == levels),
        InvalidData,
        "the methods have intervals of different levels, which do not fit into one table"
    );
    let floats = |pick: &dyn Fn(&MethodAccuracy) -> Option<f64>| -> Column {
        methods.iter().map(|method| pick(method).unwrap_or(f64::NAN)).collect::<Vec<_>>().into()
    };
    let mut columns: Vec<(String, Column)> = vec![
        ("method".into(), methods.iter().map(|method| method.method.clone()).collect::<Vec<_>>().into()),
        ("forecasts".into(), methods.iter().map(|method| method.forecasts as i64).collect::<Vec<_>>().into()),
        ("mase".into(), floats(&|method| method.mase)),
        ("smape".into(), floats(&|method| method.smape)),
        ("owa".into(), floats(&|method| method.owa)),
        ("mae".into(), floats(&|method| method.mae)),
        ("rmse".into(), floats(&|method| method.rmse)),
    ];
    for (position, level) in levels.iter().enumerate() {
        columns.push((format!("coverage-{}", percent(*level)), floats(&|method| method.intervals[position].coverage)));
        columns.push((format!("msis-{}", percent(*level)), floats(&|method| method.intervals[position].msis)));
    }
    Table::from_columns(columns)
}

fn level_list(method: &MethodAccuracy) -> Vec<f64> {
    method.intervals.iter().map(|interval| interval.level).collect()
}

/// The measures of one forecast; absent where one does not exist.
#[derive(Clone, Debug)]
pub(super) struct Scores {
    mae: Option<f64>,
    rmse: Option<f64>,
    smape: Option<f64>,
    mase: Option<f64>,
    /// Coverage and interval score per level.
    intervals: Vec<(Option<f64>, Option<f64>)>,
}

impl Scores {
    /// Measure a forecast against what came; scaled by `training` at `season`.
    pub(super) fn of(
        forecast: &SeriesForecast,
        levels: &[f64],
        actual: &[f64],
        training: &[f64],
        season: usize,
    ) -> Self {
        let mean = &forecast.mean;
        let of_level = |(level, (lower, upper)): (&f64, &(Vec<f64>, Vec<f64>))| {
            (coverage(actual, lower, upper).ok(), msis(actual, lower, upper, *level, training, season).ok())
        };
        Self {
            mae: mae(actual, mean).ok(),
            rmse: rmse(actual, mean).ok(),
            smape: smape(actual, mean).ok(),
            mase: mase(actual, mean, training, season).ok(),
            intervals: levels.iter().zip(&forecast.bands).map(of_level).collect(),
        }
    }
}

/// Gathers the scores of every method.
#[derive(Debug)]
pub(super) struct Tally {
    /// Per method: the scores of its forecasts, and those of Naive2 on the same window.
    scores: Vec<Vec<(Scores, Option<Scores>)>>,
}

impl Tally {
    pub(super) fn new(lineup: &Lineup) -> Self {
        Self { scores: lineup.methods.iter().map(|_| Vec::new()).collect() }
    }

    pub(super) fn add(&mut self, method: usize, scores: Scores, naive2: Option<Scores>) {
        self.scores[method].push((scores, naive2));
    }

    pub(super) fn finish(self, lineup: &Lineup) -> Vec<MethodAccuracy> {
        let of_method = |((name, _), scores): (&(String, _), Vec<(Scores, Option<Scores>)>)| {
            let average = |pick: &dyn Fn(&Scores) -> Option<f64>| mean(scores.iter().filter_map(|(own, _)| pick(own)));
            let interval = |(position, level): (usize, &f64)| LevelAccuracy {
                level: *level,
                coverage: average(&|own| own.intervals.get(position)?.0),
                msis: average(&|own| own.intervals.get(position)?.1),
            };
            MethodAccuracy {
                method: name.clone(),
                forecasts: scores.len(),
                mase: average(&|own| own.mase),
                smape: average(&|own| own.smape),
                owa: against_naive2(&scores),
                mae: average(&|own| own.mae),
                rmse: average(&|own| own.rmse),
                intervals: lineup.levels.iter().enumerate().map(interval).collect(),
            }
        };
        lineup.methods.iter().zip(self.scores).map(of_method).collect()
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    Some(sum / count as f64).filter(|mean| mean.is_finite())
}

/// The overall figure on the forecasts where all four measures exist.
fn against_naive2(scores: &[(Scores, Option<Scores>)]) -> Option<f64> {
    let measures = |(own, naive2): &(Scores, Option<Scores>)| {
        let naive2 = naive2.as_ref()?;
        Some([own.smape?, own.mase?, naive2.smape?, naive2.mase?])
    };
    let rows: Vec<[f64; 4]> = scores.iter().filter_map(measures).collect();
    let column = |column: usize| rows.iter().map(|row| row[column]).collect::<Vec<_>>();
    owa(&column(0), &column(1), &column(2), &column(3)).ok()
}
