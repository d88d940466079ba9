//! The tails of ECOD and COPOD where rows stand for several: shares of weight instead of shares of rows.
use serde::{Deserialize, Serialize};

use super::super::model::{Model, Scorer};
use super::super::rows::Rows;
use super::super::weights::ascending;
use super::Rule;
use super::turned::Turned;
use crate::Context;
use crate::error::{Result, ensure};

/// One column: distinct values ascending and, for each, how much weighs at most and at least as large a value.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Column {
    values: Vec<f64>,
    at_most: Vec<f64>,
    at_least: Vec<f64>,
    /// What all present values weigh.
    total: f64,
    /// The sign of the third central moment.
    skew: i8,
}

/// The weighted distributions of all columns.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::anomaly::tabular) struct WeightedTails {
    rule: Rule,
    columns: Vec<Column>,
}

impl Column {
    fn of(values: &[f64], weights: &[f64], context: &Context) -> Result<Self> {
        let mut pairs = ascending(values, weights, context)?;
        let skew = skewness_sign(&pairs);
        // Equal values side by side, their weights added up.
        pairs.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0.0 };
            same
        });
        let mut at_most = running(pairs.iter().map(|(_, weight)| *weight));
        let total = at_most.last().copied().unwrap_or(0.0);
        let mut at_least = running(pairs.iter().rev().map(|(_, weight)| *weight));
        at_least.reverse();
        // Both ends are everything, whatever the rounding of sums.
        at_most.iter_mut().chain(&mut at_least).for_each(|sum| *sum = sum.min(total));
        Ok(Self { values: pairs.into_iter().map(|(value, _)| value).collect(), at_most, at_least, total, skew })
    }

    fn part(&self, value: f64, rule: Rule) -> f64 {
        if value.is_nan() || self.values.is_empty() {
            return 0.0;
        }
        let above = self.values.partition_point(|known| *known <= value);
        let from = if above > 0 && self.values[above - 1] == value { above - 1 } else { above };
        // A new value beyond all others counts as one row.
        let one = self.total.min(1.0);
        let at_most = above.checked_sub(1).map_or(one, |at| self.at_most[at]);
        let at_least = self.at_least.get(from).copied().unwrap_or(one);
        rule.part(-(at_most / self.total).ln(), -(at_least / self.total).ln(), self.skew)
    }
}

fn running(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sum = 0.0;
    weights
        .map(|weight| {
            sum += weight;
            sum
        })
        .collect()
}

/// The sign of the third central moment; 0 where values hardly differ.
fn skewness_sign(pairs: &[(f64, f64)]) -> i8 {
    let total: f64 = pairs.iter().map(|(_, weight)| weight).sum();
    let total = if total > 0.0 { total } else { 1.0 };
    let mean = pairs.iter().map(|(value, weight)| value * weight).sum::<f64>() / total;
    let (mut second, mut third) = (0.0, 0.0);
    for (value, weight) in pairs {
        let off = value - mean;
        second += weight * (off * off);
        third += weight * (off * off * off);
    }
    let least = f64::EPSILON * mean;
    if second / total <= least * least || third == 0.0 {
        0
    } else if third > 0.0 {
        1
    } else {
        -1
    }
}

pub(super) fn train(rule: Rule, rows: &Rows<'_>, weights: &[f64], context: &Context) -> Result<(Model, Vec<f64>)> {
    let columns = context.map(rows.columns(), |column| {
        let mut turned = Turned::default();
        turned.turn(rows, column..column + 1, context)?;
        Column::of(turned.column(0), weights, context)
    })?;
    let model = WeightedTails { rule, columns };
    let scores = model.score(rows, context)?;
    Ok((model.into(), scores))
}

impl Scorer for WeightedTails {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        rows.score(context, |block, scores| {
            for (row, score) in block.chunks_exact(self.columns.len()).zip(scores) {
                *score = row.iter().zip(&self.columns).map(|(value, column)| column.part(*value, self.rule)).sum();
            }
            Ok(())
        })
    }

    fn contributions(&self, row: &[f64], parts: &mut [f64]) -> bool {
        for ((value, column), part) in row.iter().zip(&self.columns).zip(parts) {
            *part = column.part(*value, self.rule);
        }
        true
    }

    fn check(&self, columns: usize) -> Result<()> {
        let sound = |column: &Column| {
            let length = column.values.len();
            let inside = |sum: &f64| *sum > 0.0 && *sum <= column.total;
            column.at_most.len() == length
                && column.at_least.len() == length
                && column.total.is_finite()
                && (length == 0 || column.total > 0.0)
                && column.values.iter().all(|value| value.is_finite())
                && column.values.windows(2).all(|pair| pair[0] < pair[1])
                && column.at_most.iter().chain(&column.at_least).all(inside)
        };
        ensure!(
            self.columns.len() == columns && self.columns.iter().all(sound),
            InvalidData,
            "the distributions of the columns are broken"
        );
        Ok(())
    }
}
