//! From which score on a row is an anomaly: rules over scores, with or without a detector.
//!
//! | rule | the score that ... | needs |
//! |---|---|---|
//! | [`contamination_threshold`], [`weighted_contamination_threshold`] | a given share of the scores exceeds | a guess of the share |
//! | [`extreme_value_threshold`] | a given small share would exceed in the long run | about 100 scores or more |
//! | [`conformal_threshold`] | a normal row exceeds with at most a given probability | scores of rows not fitted |
//! | [`learned_threshold`] | separates a few labelled rows best | labels of both kinds |
//!
//! A row is an anomaly when its score is **above** the threshold.
use serde::{Deserialize, Serialize};

use super::options::check_contamination;
use super::weights::{self, ascending, sorted_quantile};
use crate::Context;
use crate::error::{Result, bail, ensure};

/// The fewest scores above the start of a tail that a distribution is fitted to.
const FEWEST_IN_TAIL: usize = 10;

/// Options of one rule, with a method that sets each.
macro_rules! rule {
    ($(#[$meta:meta])* $name:ident { $($(#[$about:meta])* $field:ident: $type:ty = $value:expr, $(#[$told:meta])* $setter:ident($given:ty) $set:expr;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(default, deny_unknown_fields)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$about])* pub $field: $type,)+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $value,)+ }
            }
        }

        impl $name {
            $($(#[$told])* #[must_use]
            pub fn $setter(mut self, $field: $given) -> Self {
                self.$field = $set;
                self
            })+
        }
    };
}

rule! {
    /// An anomaly is what scores above all but the share `contamination` of the rows.
    ContaminationThreshold {
        /// The share, above 0 and at most 0.5. Default: that of the detector.
        contamination: Option<f64> = None,
        /// Set the share.
        with_contamination(f64) Some(contamination);
    }
}

rule! {
    /// An anomaly is what scores so high as the share `probability` of rows would in the long run: a generalised Pareto tail
    /// is fitted to the scores above their quantile `level`.
    ExtremeValueThreshold {
        /// The share that exceeds the threshold, above 0 and below 1 - `level`. Default 0.001.
        probability: f64 = 0.001,
        /// Set the share that exceeds the threshold.
        with_probability(f64) probability;
        /// Where the tail starts, a share of the scores in (0, 1). Default 0.9.
        level: f64 = 0.9,
        /// Set where the tail starts.
        with_level(f64) level;
    }
}

rule! {
    /// An anomaly is what a normal row scores with probability `false_alarm` at most, whatever its distribution. A quarter of
    /// the rows, drawn by the seed, is kept from the detector and decides; rows must be exchangeable, and at least
    /// 4 / `false_alarm` are needed. Anomalies among the rows make it more careful, never less.
    ConformalThreshold {
        /// The probability of a false alarm, in (0, 1). Default 0.01.
        false_alarm: f64 = 0.01,
        /// Set the probability of a false alarm.
        with_false_alarm(f64) false_alarm;
    }
}

rule! {
    /// An anomaly is what scores above a number.
    FixedThreshold {
        /// The score, finite. Default 0.
        score: f64 = 0.0,
        /// Set the score.
        with_score(f64) score;
    }
}

/// From which score on a row is an anomaly, written as `{"ConformalThreshold": {"false_alarm": 0.01}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Threshold {
    /// All but a share of the rows are normal.
    #[serde(rename = "ContaminationThreshold")]
    Contamination(ContaminationThreshold),
    /// A tail of the scores is extrapolated.
    #[serde(rename = "ExtremeValueThreshold")]
    ExtremeValue(ExtremeValueThreshold),
    /// False alarms have a guaranteed probability.
    #[serde(rename = "ConformalThreshold")]
    Conformal(ConformalThreshold),
    /// A number.
    #[serde(rename = "FixedThreshold")]
    Fixed(FixedThreshold),
}

impl Default for Threshold {
    fn default() -> Self {
        Threshold::Contamination(ContaminationThreshold::default())
    }
}

macro_rules! rule_from {
    ($($variant:ident($rule:ident),)+) => {
        $(impl From<$rule> for Threshold {
            fn from(rule: $rule) -> Self {
                Threshold::$variant(rule)
            }
        })+
    };
}
rule_from!(
    Contamination(ContaminationThreshold),
    ExtremeValue(ExtremeValueThreshold),
    Conformal(ConformalThreshold),
    Fixed(FixedThreshold),
);

impl Threshold {
    pub(super) fn validate(&self) -> Result<()> {
        match self {
            Threshold::Contamination(rule) => rule.contamination.map_or(Ok(()), check_contamination),
            Threshold::ExtremeValue(rule) => check_tail(rule.probability, rule.level),
            Threshold::Conformal(rule) => check_false_alarm(rule.false_alarm),
            Threshold::Fixed(rule) => {
                let score = rule.score;
                ensure!(score.is_finite(), InvalidConfig, "threshold score must be finite, got {score}");
                Ok(())
            }
        }
    }
}

fn check_tail(probability: f64, level: f64) -> Result<()> {
    ensure!(level > 0.0 && level < 1.0, InvalidConfig, "threshold level must lie between 0 and 1, got {level}");
    ensure!(
        probability > 0.0 && probability < 1.0 - level,
        InvalidConfig,
        "threshold probability must lie above 0 and below 1 - level = {}, got {probability}",
        1.0 - level
    );
    Ok(())
}

fn check_false_alarm(false_alarm: f64) -> Result<()> {
    ensure!(
        false_alarm > 0.0 && false_alarm < 1.0,
        InvalidConfig,
        "threshold false_alarm must lie between 0 and 1, got {false_alarm}"
    );
    Ok(())
}

/// Scores that can be ordered.
pub(super) fn check_scores(scores: &[f64], fewest: usize) -> Result<()> {
    ensure!(scores.len() >= fewest, NotEnoughData, "{} scores, at least {fewest} are needed", scores.len());
    if let Some(at) = scores.iter().position(|score| !score.is_finite()) {
        ensure!(false, InvalidData, "score {at} is {}; scores must be finite", scores[at]);
    }
    Ok(())
}

/// The score that the share `contamination` of `scores` exceeds, linear between two of them. O(n).
///
/// # Errors
/// `invalid_config` for a share outside (0, 0.5], `invalid_data` for NaN or infinite scores, `not_enough_data` for none.
pub fn contamination_threshold(scores: &[f64], contamination: f64) -> Result<f64> {
    contamination_of(scores, None, contamination, &Context::new())
}

/// As [`contamination_threshold`], each score as often as its weight says: the mean of the quantile function over one unit of
/// weight, which for whole weights is the quantile of repeated scores. O(n log n).
///
/// # Errors
/// As [`contamination_threshold`], and `invalid_data` for another number of weights than scores, weights that are negative or not
/// finite, or none above 0.
pub fn weighted_contamination_threshold(scores: &[f64], weights: &[f64], contamination: f64) -> Result<f64> {
    weights::check(weights, scores.len())?;
    contamination_of(scores, Some(weights), contamination, &Context::new())
}

/// As [`contamination_threshold`], each score as often as its weight says.
pub(super) fn contamination_of(
    scores: &[f64],
    weights: Option<&[f64]>,
    contamination: f64,
    context: &Context,
) -> Result<f64> {
    check_contamination(contamination)?;
    check_scores(scores, 1)?;
    Ok(match weights {
        None => quantile(&mut scores.to_vec(), 1.0 - contamination),
        Some(weights) => sorted_quantile(&ascending(scores, weights, context)?, 1.0 - contamination),
    })
}

/// The quantile `share` of at least one value, linear between two of them; their order is lost.
pub(super) fn quantile(values: &mut [f64], share: f64) -> f64 {
    let place = share * (values.len() - 1) as f64;
    let below = (place.floor() as usize).min(values.len() - 1);
    let (_, low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let low = *low;
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    let part = place - below as f64;
    if part == 0.0 { low } else { low + (high - low) * part }
}

/// The score that the share `probability` of rows would exceed in the long run.
///
/// The exceedances over the quantile `level` follow a generalised Pareto distribution, fitted by its likelihood (the
/// profile of Grimshaw's one parameter, searched on a grid and refined); with fewer than 10 distinct exceedances, or none
/// that differ, the empirical quantile stands in. O(n).
/// Source: Siffer, Fouque, Termier, Largouet, *Anomaly detection in streams with extreme value theory* (KDD 2017).
///
/// # Errors
/// `invalid_config` for a level outside (0, 1) or a probability outside (0, 1 - level); `invalid_data`, `not_enough_data`.
pub fn extreme_value_threshold(scores: &[f64], probability: f64, level: f64) -> Result<f64> {
    extreme_value_of(scores, None, [probability, level], &Context::new())
}

/// As [`extreme_value_threshold`], each score as often as its weight says.
pub(super) fn extreme_value_of(
    scores: &[f64],
    weights: Option<&[f64]>,
    [probability, level]: [f64; 2],
    context: &Context,
) -> Result<f64> {
    check_tail(probability, level)?;
    check_scores(scores, 1)?;
    if let Some(weights) = weights {
        let pairs = ascending(scores, weights, context)?;
        let start = sorted_quantile(&pairs, level);
        let excesses: Vec<(f64, f64)> =
            pairs.iter().filter(|(score, _)| *score > start).map(|(score, weight)| (score - start, *weight)).collect();
        let held: f64 = excesses.iter().map(|(_, weight)| weight).sum();
        if held < FEWEST_IN_TAIL as f64 {
            return Ok(sorted_quantile(&pairs, 1.0 - probability));
        }
        let total: f64 = pairs.iter().map(|(_, weight)| weight).sum();
        return Ok(start + beyond(fit_tail(|| excesses.iter().copied()), probability * total / held));
    }
    let mut values = scores.to_vec();
    let start = quantile(&mut values, level);
    let excesses: Vec<f64> = values.iter().filter(|score| **score > start).map(|score| score - start).collect();
    if excesses.len() < FEWEST_IN_TAIL {
        return Ok(quantile(&mut values, 1.0 - probability));
    }
    let rate = probability * scores.len() as f64 / excesses.len() as f64;
    Ok(start + beyond(fit_pareto(&excesses), rate))
}

/// What the share `rate` of a Pareto tail exceeds.
fn beyond((shape, scale): (f64, f64), rate: f64) -> f64 {
    if shape.abs() < 1e-9 { -scale * rate.ln() } else { scale / shape * (rate.powf(-shape) - 1.0) }
}

/// Shape and scale of the generalised Pareto distribution of the likeliest fit to positive `excesses`.
pub(in crate::anomaly) fn fit_pareto(excesses: &[f64]) -> (f64, f64) {
    fit_tail(|| excesses.iter().map(|excess| (*excess, 1.0)))
}

/// As [`fit_pareto`], of excesses with their weights.
fn fit_tail<I: Iterator<Item = (f64, f64)>>(excesses: impl Fn() -> I) -> (f64, f64) {
    let count: f64 = excesses().map(|(_, weight)| weight).sum();
    let mean = excesses().map(|(x, weight)| x * weight).sum::<f64>() / count;
    let largest = excesses().map(|(x, _)| x).fold(0.0, f64::max);
    // With theta = shape / scale the likeliest shape is the mean of ln(1 + theta x), which leaves one parameter.
    let shape_of = |theta: f64| excesses().map(|(x, weight)| (theta * x).ln_1p() * weight).sum::<f64>() / count;
    let fit = |theta: f64| {
        if (theta * mean).abs() < 1e-9 {
            return (-mean.ln() - 1.0, 0.0, mean);
        }
        let shape = shape_of(theta);
        let scale = shape / theta;
        (-scale.ln() - shape - 1.0, shape, scale)
    };
    // Below a shape of -1/2 the likelihood has no regular maximum; above 1 the mean does not exist.
    let regular = |(value, shape, _): (f64, f64, f64)| if (-0.5..=1.0).contains(&shape) { value } else { f64::MIN };
    let (low, high) = (-(1.0 - 1e-6) / largest, 20.0 / mean);
    let at = |step: f64| {
        // Steps are even in ln(1 + theta largest), which spreads them where the likelihood bends.
        let (from, to) = ((low * largest).ln_1p(), (high * largest).ln_1p());
        ((from + (to - from) * step).exp() - 1.0) / largest
    };
    let steps = 200;
    let mut best = (regular(fit(0.0)), None);
    for step in 0..=steps {
        let value = regular(fit(at(f64::from(step) / f64::from(steps))));
        if value > best.0 {
            best = (value, Some(f64::from(step) / f64::from(steps)));
        }
    }
    let Some(step) = best.1 else { return (0.0, mean) };
    let width = 1.0 / f64::from(steps);
    let (mut low, mut high) = ((step - width).max(0.0), (step + width).min(1.0));
    for _ in 0..60 {
        let (left, right) = (low + (high - low) * 0.382, low + (high - low) * 0.618);
        if regular(fit(at(left))) < regular(fit(at(right))) { low = left } else { high = right }
    }
    let (_, shape, scale) = fit(at(0.5 * (low + high)));
    (shape, scale)
}

/// The score that a normal row exceeds with probability `false_alarm` at most: the `ceil((n + 1)(1 - false_alarm))`-th
/// smallest of `calibration`, the scores of n normal rows that the detector was **not** fitted to, exchangeable with those
/// to come. O(n).
/// Source: Vovk, Gammerman, Shafer, *Algorithmic Learning in a Random World* (2005); Laxhammar, Falkman (2010).
///
/// # Errors
/// `invalid_config` for a probability outside (0, 1); `not_enough_data` for fewer than 1 / `false_alarm` - 1 scores;
/// `invalid_data`.
pub fn conformal_threshold(calibration: &[f64], false_alarm: f64) -> Result<f64> {
    conformal_of(calibration, None, false_alarm, &Context::new())
}

/// As [`conformal_threshold`], each score as often as its weight says.
pub(super) fn conformal_of(
    calibration: &[f64],
    weights: Option<&[f64]>,
    false_alarm: f64,
    context: &Context,
) -> Result<f64> {
    check_false_alarm(false_alarm)?;
    check_scores(calibration, 1)?;
    if let Some(weights) = weights {
        let pairs = ascending(calibration, weights, context)?;
        let total: f64 = pairs.iter().map(|(_, weight)| weight).sum();
        let rank = (total + 1.0) * (1.0 - false_alarm) - 1e-9;
        let mut held = 0.0;
        for (score, weight) in pairs {
            held += weight;
            if held >= rank {
                return Ok(score);
            }
        }
        bail!(
            NotEnoughData,
            "scores that weigh {total} cannot promise a false alarm rate of {false_alarm}, at least {} are needed",
            (1.0 / false_alarm - 1.0).ceil()
        );
    }
    let count = calibration.len();
    let rank = ((count + 1) as f64 * (1.0 - false_alarm) - 1e-9).ceil() as usize;
    ensure!(
        rank <= count,
        NotEnoughData,
        "{count} scores cannot promise a false alarm rate of {false_alarm}, at least {} are needed",
        (1.0 / false_alarm - 1.0).ceil()
    );
    let mut values = calibration.to_vec();
    let (_, value, _) = values.select_nth_unstable_by(rank.max(1) - 1, f64::total_cmp);
    Ok(*value)
}

/// The threshold with the largest F1 on labelled rows: midway between two neighbouring scores, the higher one where several
/// are as good. `labels` are 1 for an anomaly, 0 for normal; rows with any other label are unknown and left out. O(n log n).
///
/// # Errors
/// `invalid_data` for lists of different lengths or NaN or infinite scores; `not_enough_data` unless both labels occur.
pub fn learned_threshold(scores: &[f64], labels: &[i64]) -> Result<f64> {
    let mut known = labelled(scores, labels)?;
    known.sort_unstable_by(|left, right| right.0.total_cmp(&left.0));
    let anomalies = known.iter().filter(|(_, anomaly)| *anomaly).count();
    let (mut found, mut best) = (0, (0.0, known[0].0));
    for at in 0..known.len() {
        found += usize::from(known[at].1);
        let next = known.get(at + 1).map_or(f64::NEG_INFINITY, |next| next.0);
        if next == known[at].0 {
            continue;
        }
        let quality = 2.0 * found as f64 / (at + 1 + anomalies) as f64;
        if quality > best.0 {
            let cut = if next.is_finite() { next + 0.5 * (known[at].0 - next) } else { below(known[at].0) };
            best = (quality, cut);
        }
    }
    Ok(best.1)
}

/// A score that this one is above.
fn below(score: f64) -> f64 {
    score - score.abs().max(1.0) * 1e-9
}

/// Scores of rows whose label is known, and whether they are anomalies.
pub(super) fn labelled(scores: &[f64], labels: &[i64]) -> Result<Vec<(f64, bool)>> {
    ensure!(
        scores.len() == labels.len(),
        InvalidData,
        "{} scores but {} labels, one for each is needed",
        scores.len(),
        labels.len()
    );
    check_scores(scores, 1)?;
    let known: Vec<(f64, bool)> = scores
        .iter()
        .zip(labels)
        .filter(|(_, label)| matches!(label, 0 | 1))
        .map(|(score, label)| (*score, *label == 1))
        .collect();
    let anomalies = known.iter().filter(|(_, anomaly)| *anomaly).count();
    ensure!(
        anomalies >= 1 && anomalies < known.len(),
        NotEnoughData,
        "{anomalies} of {} labelled rows are anomalies; at least one of either kind is needed",
        known.len()
    );
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::math::random::Random;

    #[test]
    fn the_contamination_rule_is_the_linear_quantile() {
        let scores: Vec<f64> = (0..11).map(f64::from).rev().collect();
        assert_eq!(contamination_threshold(&scores, 0.1).unwrap(), 9.0);
        assert_eq!(contamination_threshold(&scores, 0.25).unwrap(), 7.5);
        assert_eq!(contamination_threshold(&[3.0], 0.1).unwrap(), 3.0);
        for (contamination, code) in
            [(0.0, Code::InvalidConfig), (1.0, Code::InvalidConfig), (f64::NAN, Code::InvalidConfig)]
        {
            assert_eq!(contamination_threshold(&scores, contamination).unwrap_err().code(), code);
        }
        assert_eq!(contamination_threshold(&[], 0.1).unwrap_err().code(), Code::NotEnoughData);
        assert_eq!(contamination_threshold(&[1.0, f64::NAN], 0.1).unwrap_err().code(), Code::InvalidData);
    }

    #[test]
    fn an_exponential_tail_is_continued_beyond_the_scores() {
        let mut random = Random::new(4);
        let scores: Vec<f64> = (0..20_000).map(|_| -random.uniform().ln()).collect();
        // The exact quantile of the exponential distribution; the fit of 400 excesses is good to about a tenth.
        let found = extreme_value_threshold(&scores, 1e-5, 0.98).unwrap();
        assert!((found / -1e-5_f64.ln() - 1.0).abs() < 0.2, "{found}");
    }

    #[test]
    fn the_pareto_fit_finds_the_parameters_it_was_drawn_from() {
        let mut random = Random::new(5);
        for (shape, scale) in [(0.3, 2.0), (-0.25, 0.5), (1e-12, 1.0)] {
            let excesses: Vec<f64> =
                (0..50_000).map(|_| scale / shape * (random.uniform().powf(-shape) - 1.0)).collect();
            let (found, width) = fit_pareto(&excesses);
            // Standard errors of the likelihood are about 0.006 and 0.008 of the scale; four of them.
            assert!((found - shape).abs() < 0.03 && (width / scale - 1.0).abs() < 0.04, "{shape}: {found} {width}");
        }
    }

    #[test]
    fn a_conformal_threshold_keeps_its_promise_on_average() {
        let mut random = Random::new(6);
        let (mut alarms, rounds) = (0, 20_000);
        for _ in 0..rounds {
            let calibration: Vec<f64> = (0..39).map(|_| random.normal()).collect();
            alarms += usize::from(random.normal() > conformal_threshold(&calibration, 0.05).unwrap());
        }
        // Exactly 2 of 40 exchangeable scores lie above; four standard errors of 20,000 draws are 0.006.
        let rate = alarms as f64 / f64::from(rounds);
        assert!((rate - 0.05).abs() < 0.0065, "{rate}");
        assert_eq!(conformal_threshold(&[1.0; 18], 0.05).unwrap_err().code(), Code::NotEnoughData);
        assert_eq!(conformal_threshold(&[1.0; 19], 0.05).unwrap(), 1.0);
    }

    #[test]
    fn a_few_labels_place_the_threshold_between_the_two_kinds() {
        let scores = [0.1, 0.2, 0.8, 0.9, 0.3];
        assert!((learned_threshold(&scores, &[0, 0, 1, 1, -1]).unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(learned_threshold(&scores, &[0, 0, 0, 0, 0]).unwrap_err().code(), Code::NotEnoughData);
        assert_eq!(learned_threshold(&scores, &[0, 1]).unwrap_err().code(), Code::InvalidData);
    }
}
