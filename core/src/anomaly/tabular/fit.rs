//! From options and rows to a fitted detector: what all detectors share.
use ndarray::ArrayView2;

use super::fitted::{Examples, FittedDetector};
use super::model::{Detector, Model};
use super::options::{Common, Missing};
use super::probability::Calibration;
use super::rows::{MOST_COLUMNS, Rows, medians};
use super::threshold::{
    ContaminationThreshold, Threshold, check_scores, conformal_threshold, contamination_threshold,
    extreme_value_threshold,
};
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::random::Random;

/// Fit `options` to the rows of `view`.
pub(super) fn fit<D: Detector>(
    options: &D,
    common: &Common,
    view: ArrayView2<'_, f64>,
    context: &Context,
) -> Result<FittedDetector> {
    common.validate()?;
    let name = D::NAME;
    ensure!(
        common.missing != Missing::Ignore || D::IGNORES,
        InvalidConfig,
        "{name} cannot ignore missing values; set missing to refuse or median"
    );
    let (count, columns) = view.dim();
    ensure!(
        count >= options.fewest(),
        NotEnoughData,
        "{count} rows, {name} with these options needs at least {}",
        options.fewest()
    );
    ensure!((1..=MOST_COLUMNS).contains(&columns), InvalidData, "{columns} columns, 1 to {MOST_COLUMNS} are allowed");
    let fill = if common.missing == Missing::Median { medians(view, context)? } else { Vec::new() };
    let rows = Rows::new(view, common.missing, &fill, context)?;
    let (model, scores, threshold) = match &common.threshold {
        Threshold::Conformal(rule) => split(options, &rows, rule.false_alarm, context)?,
        own => {
            let (model, scores) = options.train(&rows, context)?;
            check_trained(name, &scores)?;
            let threshold = match own {
                Threshold::Fixed(rule) => rule.score,
                Threshold::ExtremeValue(rule) => extreme_value_threshold(&scores, rule.probability, rule.level)?,
                Threshold::Contamination(ContaminationThreshold { contamination: Some(share), .. }) => {
                    contamination_threshold(&scores, *share)?
                }
                _ => contamination_threshold(&scores, common.contamination)?,
            };
            (model, scores, threshold)
        }
    };
    let examples = Examples::of(&rows, &scores, threshold)?;
    let calibration = Calibration::of_ranks(&scores, common.contamination, context)?;
    let limits = [threshold, common.contamination];
    FittedDetector::new(name, model, common.missing, fill, scores, limits, calibration, examples, context)
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
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    let mut random = Random::new(context.seed() ^ 0x5eed_ca11_b4a7_e000);
    for at in (1..order.len()).rev() {
        order.swap(at, (random.bits() % (at as u64 + 1)) as usize);
    }
    let (kept, learnt) = order.split_at_mut(rows.len() / 4);
    kept.sort_unstable();
    learnt.sort_unstable();
    ensure!(
        learnt.len() >= options.fewest(),
        NotEnoughData,
        "{} rows remain for {} beside those that calibrate, at least {} are needed",
        learnt.len(),
        D::NAME,
        options.fewest()
    );
    let (model, own) = options.train(&rows.choose(learnt), context)?;
    check_trained(D::NAME, &own)?;
    let fresh = model.scorer().score(&rows.choose(kept), context)?;
    check_trained(D::NAME, &fresh)?;
    let threshold = conformal_threshold(&fresh, false_alarm)?;
    let mut scores = vec![0.0; rows.len()];
    learnt.iter().zip(own).chain(kept.iter().zip(fresh)).for_each(|(row, score)| scores[*row as usize] = score);
    Ok((model, scores, threshold))
}
