//! From options and rows to a fitted detector: what all detectors share.
use ndarray::ArrayView2;

use super::fitted::{Examples, FittedDetector, Learnt};
use super::model::{Detector, Model};
use super::options::{Common, Missing};
use super::probability::Calibration;
use super::rows::{MOST_COLUMNS, Role, Rows, medians};
use super::threshold::{
    ContaminationThreshold, Threshold, check_scores, conformal_of, contamination_of, extreme_value_of,
};
use super::weights;
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::random::Random;

/// What a detector learns from.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) view: ArrayView2<'a, f64>,
    /// How many rows each stands for; one each where there is none.
    pub(super) weights: Option<&'a [f64]>,
    /// What each column says; empty where all are numbers.
    pub(super) roles: &'a [Role],
}

impl<'a> From<ArrayView2<'a, f64>> for Given<'a> {
    fn from(view: ArrayView2<'a, f64>) -> Self {
        Self { view, weights: None, roles: &[] }
    }
}

/// Fit `options` to the rows given.
pub(super) fn fit<D: Detector>(
    options: &D,
    common: &Common,
    given: Given<'_>,
    context: &Context,
) -> Result<FittedDetector> {
    common.validate()?;
    let (name, view) = (D::NAME, given.view);
    ensure!(
        common.missing != Missing::Ignore || D::IGNORES,
        InvalidConfig,
        "{name} cannot ignore missing values; set missing to refuse or median"
    );
    let (count, columns) = view.dim();
    if let Some(weights) = given.weights {
        let total = weights::check(weights, count)?;
        ensure!(
            total >= options.fewest() as f64,
            NotEnoughData,
            "the weights add up to {total} rows, {name} with these options needs at least {}; a weight is how many rows a row \
             stands for",
            options.fewest()
        );
    } else {
        ensure!(
            count >= options.fewest(),
            NotEnoughData,
            "{count} rows, {name} with these options needs at least {}",
            options.fewest()
        );
    }
    ensure!((1..=MOST_COLUMNS).contains(&columns), InvalidData, "{columns} columns, 1 to {MOST_COLUMNS} are allowed");
    // Rows that all stand for one each need no weights.
    let weights = given.weights.filter(|weights| weights.iter().any(|weight| *weight != 1.0)).unwrap_or(&[]);
    let fill = if common.missing == Missing::Median { medians(view, weights, context)? } else { Vec::new() };
    let rows = Rows::new(view, common.missing, &fill, context)?.weighted(weights).with_roles(given.roles);
    let own = (!weights.is_empty()).then_some(weights);
    let (model, scores, threshold) = match &common.threshold {
        Threshold::Conformal(rule) => split(options, &rows, rule.false_alarm, context)?,
        rule => {
            let (model, scores) = train(options, &rows, context)?;
            let threshold = match rule {
                Threshold::Fixed(rule) => rule.score,
                Threshold::ExtremeValue(rule) => {
                    extreme_value_of(&scores, own, [rule.probability, rule.level], context)?
                }
                Threshold::Contamination(ContaminationThreshold { contamination: Some(share), .. }) => {
                    contamination_of(&scores, own, *share, context)?
                }
                _ => contamination_of(&scores, own, common.contamination, context)?,
            };
            (model, scores, threshold)
        }
    };
    let examples = Examples::of(&rows, &scores, threshold)?;
    let calibration = match own {
        None => Calibration::of_ranks(&scores, common.contamination, context)?,
        Some(weights) => Calibration::of_weighted_ranks(&scores, weights, common.contamination, context)?,
    };
    let limits = [threshold, common.contamination];
    let learnt = Learnt { scores, weights: weights.to_vec() };
    FittedDetector::new(name, model, common.missing, fill, learnt, limits, calibration, examples, context)
}

/// Learn from the rows that weigh anything, and score all.
fn train<D: Detector>(options: &D, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
    if !rows.is_weighted() || (0..rows.len()).all(|row| rows.weight(row) > 0.0) {
        let (model, scores) = options.train(rows, context)?;
        check_trained(D::NAME, &scores)?;
        return Ok((model, scores));
    }
    let (learnt, others): (Vec<u32>, Vec<u32>) =
        (0..rows.len() as u32).partition(|row| rows.weight(*row as usize) > 0.0);
    let (model, own) = options.train(&rows.choose(&learnt), context)?;
    check_trained(D::NAME, &own)?;
    let fresh = model.scorer().score(&rows.choose(&others), context)?;
    check_trained(D::NAME, &fresh)?;
    Ok((model, join(rows.len(), [(&learnt, own), (&others, fresh)])))
}

/// Scores of some rows and of all others, in the order of the rows.
fn join(count: usize, parts: [(&[u32], Vec<f64>); 2]) -> Vec<f64> {
    let mut scores = vec![0.0; count];
    for (rows, own) in parts {
        rows.iter().zip(own).for_each(|(row, score)| scores[*row as usize] = score);
    }
    scores
}

/// A detector may not hide an overflow.
fn check_trained(name: &str, scores: &[f64]) -> Result<()> {
    check_scores(scores, 1).map_err(|error| {
        error.at(format_args!("{name} could not score its own rows; scale the columns to similar, moderate sizes"))
    })
}

/// Keep a quarter of the rows from the detector and let their scores decide.
fn split<D: Detector>(
    options: &D,
    rows: &Rows<'_>,
    false_alarm: f64,
    context: &Context,
) -> Result<(Model, Vec<f64>, f64)> {
    // Rows that weigh nothing teach nothing.
    let (mut order, others): (Vec<u32>, Vec<u32>) =
        (0..rows.len() as u32).partition(|row| !rows.is_weighted() || rows.weight(*row as usize) > 0.0);
    let mut random = Random::new(context.seed() ^ 0x5eed_ca11_b4a7_e000);
    for at in (1..order.len()).rev() {
        order.swap(at, (random.bits() % (at as u64 + 1)) as usize);
    }
    let quarter = order.len() / 4;
    let (kept, learnt) = order.split_at_mut(quarter);
    kept.sort_unstable();
    learnt.sort_unstable();
    let total = rows.choose(learnt).total();
    ensure!(
        total >= options.fewest() as f64,
        NotEnoughData,
        "{total} rows remain for {} beside those that calibrate, at least {} are needed",
        D::NAME,
        options.fewest()
    );
    let (model, own) = options.train(&rows.choose(learnt), context)?;
    check_trained(D::NAME, &own)?;
    let kept_rows = rows.choose(kept);
    let fresh = model.scorer().score(&kept_rows, context)?;
    check_trained(D::NAME, &fresh)?;
    let threshold = conformal_of(&fresh, kept_rows.weights().as_deref(), false_alarm, context)?;
    let mut scores = join(rows.len(), [(learnt, own), (kept, fresh)]);
    if !others.is_empty() {
        let rest = model.scorer().score(&rows.choose(&others), context)?;
        check_trained(D::NAME, &rest)?;
        others.iter().zip(rest).for_each(|(row, score)| scores[*row as usize] = score);
    }
    Ok((model, scores, threshold))
}
