//! Which method is better: statistics over runs with several seeds.
use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use crate::data::{Ints, Matrix, Vector};
use crate::error::{Result, ensure};
use crate::optimize::minimize::methods::below;

/// How the methods of several runs compare; methods are in the order of their first run.
///
/// Sources: Hansen, Auger, Ros, Mersmann, Tusar, Brockhoff, *COCO* (2021) for the expected running time; Mann, Whitney (1947) with
/// the correction for ties; Holm (1979).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MinimizeComparison {
    /// The methods.
    pub methods: Vec<String>,
    /// How many runs each method has.
    pub runs: Ints,
    /// Quantiles of the value at the end, `[method, (least, 25 %, median, 75 %, greatest)]`; runs that found nothing count as
    /// infinite, and a quantile that falls on one is NaN.
    pub quantiles: Matrix,
    /// The part of the runs that reached each target, `[method, target]`.
    pub success_rates: Matrix,
    /// Expected evaluations until a target is reached, restarts included: all evaluations before it, over the runs that
    /// reached it; `[method, target]`, NaN where none did.
    pub expected_running_times: Matrix,
    /// How likely values at the end differ as much by chance, `[method, method]`: two-sided Mann-Whitney tests by the normal
    /// approximation, corrected for their number by Holm's steps; 1 on the diagonal.
    pub p_values: Matrix,
    /// The mean rank of each method's values at the end among those of all runs, from 1; less is better.
    pub mean_ranks: Vector,
}

/// Compare methods by the best values of their runs, `[run, evaluation]`, NaN before the first feasible value and after the
/// end of a shorter run; `methods` names the method of each run. Less is better.
///
/// # Errors
/// `invalid_data` for another number of names than runs, infinite values, and targets that are NaN or infinite;
/// `not_enough_data` without runs or evaluations.
pub fn compare_minimizers(methods: &[&str], best: ArrayView2<'_, f64>, targets: &[f64]) -> Result<MinimizeComparison> {
    let (runs, evaluations) = best.dim();
    ensure!(
        runs > 0 && evaluations > 0,
        NotEnoughData,
        "{runs} runs of {evaluations} evaluations; at least 1 is needed"
    );
    ensure!(methods.len() == runs, InvalidData, "{} methods named for {runs} runs", methods.len());
    for ((run, at), value) in best.indexed_iter() {
        ensure!(
            !value.is_infinite(),
            InvalidData,
            "value {at} of run {run} is {value}; it must be finite, or NaN for none"
        );
    }
    for target in targets {
        ensure!(target.is_finite(), InvalidData, "the target {target} must be finite");
    }
    let mut names: Vec<&str> = Vec::new();
    for method in methods {
        if !names.contains(method) {
            names.push(method);
        }
    }
    let rows_of = |name: &str| -> Vec<usize> { (0..runs).filter(|run| methods[*run] == name).collect() };
    let groups: Vec<Vec<usize>> = names.iter().map(|name| rows_of(name)).collect();
    let ends: Vec<f64> = best.rows().into_iter().map(|row| row.iter().copied().fold(f64::INFINITY, f64::min)).collect();
    let length =
        |run: usize| (0..evaluations).rev().find(|at| !best[[run, *at]].is_nan()).map_or(evaluations, |at| at + 1);
    let mut quantiles = Array2::from_elem((names.len(), 5), f64::NAN);
    let mut success = Array2::zeros((names.len(), targets.len()));
    let mut times = Array2::from_elem((names.len(), targets.len()), f64::NAN);
    for (method, group) in groups.iter().enumerate() {
        let mut values: Vec<f64> = group.iter().map(|run| ends[*run]).collect();
        values.sort_by(f64::total_cmp);
        for part in 0..5 {
            let value = quantile(&values, part as f64 / 4.0);
            quantiles[[method, part]] = if value.is_finite() { value } else { f64::NAN };
        }
        for (at, target) in targets.iter().enumerate() {
            let hits: Vec<Option<usize>> =
                group.iter().map(|run| best.row(*run).iter().position(|value| value <= target)).collect();
            let reached = hits.iter().flatten().count();
            let spent: usize = group.iter().zip(&hits).map(|(run, hit)| hit.map_or(length(*run), |hit| hit + 1)).sum();
            success[[method, at]] = reached as f64 / group.len() as f64;
            if reached > 0 {
                times[[method, at]] = spent as f64 / reached as f64;
            }
        }
    }
    let ranks = ranks(&ends);
    let mean_rank = |group: &Vec<usize>| group.iter().map(|run| ranks[*run]).sum::<f64>() / group.len() as f64;
    Ok(MinimizeComparison {
        methods: names.iter().map(ToString::to_string).collect(),
        runs: groups.iter().map(|group| group.len() as i64).collect::<Vec<_>>().into(),
        quantiles: quantiles.into(),
        success_rates: success.into(),
        expected_running_times: times.into(),
        p_values: p_values(&groups, &ends).into(),
        mean_ranks: groups.iter().map(mean_rank).collect::<Vec<_>>().into(),
    })
}

/// The quantile of sorted values, linear between two of them.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let at = part * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    if low == high { low } else { low + at.fract() * (high - low) }
}

/// Ranks from 1, equal values sharing their mean.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    while first < order.len() {
        let mut last = first;
        while last + 1 < order.len() && values[order[last + 1]] == values[order[first]] {
            last += 1;
        }
        for at in &order[first..=last] {
            ranks[*at] = 0.5 * (first + last) as f64 + 1.0;
        }
        first = last + 1;
    }
    ranks
}

/// Two-sided p by the normal approximation with continuity and ties corrected; 1 where all values are equal.
fn mann_whitney(a: &[f64], b: &[f64]) -> f64 {
    let (m, n) = (a.len() as f64, b.len() as f64);
    let all: Vec<f64> = a.iter().chain(b).copied().collect();
    let ranks = ranks(&all);
    let sum: f64 = ranks[..a.len()].iter().sum();
    let wins = sum - m * (m + 1.0) / 2.0;
    let mut sorted = ranks.clone();
    sorted.sort_by(f64::total_cmp);
    let ties: f64 = sorted.chunk_by(|a, b| a == b).map(|tie| tie.len() as f64).map(|t| t * t * t - t).sum();
    let count = m + n;
    let variance = m * n / 12.0 * (count + 1.0 - ties / (count * (count - 1.0)).max(1.0));
    if variance <= 0.0 {
        return 1.0;
    }
    let z = ((wins - m * n / 2.0).abs() - 0.5).max(0.0) / variance.sqrt();
    (2.0 * below(-z)).min(1.0)
}

/// All pairs, corrected by Holm's steps.
fn p_values(groups: &[Vec<usize>], ends: &[f64]) -> Array2<f64> {
    let values: Vec<Vec<f64>> = groups.iter().map(|group| group.iter().map(|run| ends[*run]).collect()).collect();
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for i in 0..groups.len() {
        for j in 0..i {
            pairs.push((mann_whitney(&values[i], &values[j]), i, j));
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut corrected = Array2::from_elem((groups.len(), groups.len()), 1.0);
    let mut least = 0.0_f64;
    for (rank, (p, i, j)) in pairs.iter().enumerate() {
        least = least.max((p * (pairs.len() - rank) as f64).min(1.0));
        corrected[[*i, *j]] = least;
        corrected[[*j, *i]] = least;
    }
    corrected
}
