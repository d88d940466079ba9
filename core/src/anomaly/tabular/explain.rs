//! What each feature adds to a score.
//!
//! A score that is a sum over features explains itself. Any other is explained by Shapley values against one reference row
//! (Sundararajan, Najmi, *The many Shapley values for model explanation*, 2020): features are exchanged one after the other
//! from the reference's value to the row's, in several orders, and the changes of the score are averaged. Each order's changes
//! telescope, so that the sum is exact with any number of orders.
use std::ops::Range;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::fitted::Examples;
use super::model::Model;
use super::rows::Rows;
use crate::Context;
use crate::error::{Result, bail, ensure};
use crate::math::random::Random;

/// How many orders of the features are drawn; each is also walked in reverse, which cancels what is linear in the order.
const ORDERS: usize = 8;
/// The most and the fewest normal rows that contributions are compared with, and about how many numbers they have.
const COMPARED: [usize; 2] = [16, 256];
const NUMBERS: usize = 1 << 14;

/// What contributions are relative to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Reference {
    /// Mean contributions of normal rows where the score is a sum; else a typical normal row.
    values: Vec<f64>,
    base: f64,
    exact: bool,
}

impl Reference {
    pub(super) fn of(model: &Model, examples: &Examples, context: &Context) -> Result<Self> {
        let columns = examples.columns();
        let scorer = model.scorer();
        let mut parts = vec![0.0; columns];
        if scorer.contributions(&vec![0.0; columns], &mut parts) {
            let count = examples.values().len() / columns;
            let step = count.div_ceil((NUMBERS / columns).clamp(COMPARED[0], COMPARED[1])).max(1);
            let mut sums = vec![0.0; columns];
            let chosen = examples.values().chunks_exact(columns).enumerate().step_by(step);
            let mut compared = 0.0;
            if examples.is_weighted() {
                for (at, row) in chosen {
                    context.check()?;
                    let weight = examples.multiple(at);
                    scorer.contributions(row, &mut parts);
                    sums.iter_mut().zip(&parts).for_each(|(sum, part)| *sum += weight * part);
                    compared += weight;
                }
            } else {
                compared += chosen.len() as f64;
                let mut rows = Vec::with_capacity(chosen.len() * columns);
                chosen.for_each(|(_, row)| rows.extend_from_slice(row));
                scorer.add_contributions(&rows, &mut sums, context)?;
            }
            sums.iter_mut().for_each(|sum| *sum /= if compared > 0.0 { compared } else { 1.0 });
            let base = scorer.anchor() + sums.iter().sum::<f64>();
            return Ok(Self { values: sums, base, exact: true });
        }
        Self::typical(model, examples.typical(), context)
    }

    /// Around a changed typical row, where contributions start from one.
    pub(super) fn changed(&self, model: &Model, change: impl FnOnce(&mut [f64]), context: &Context) -> Result<Self> {
        if self.exact {
            return Ok(self.clone());
        }
        let mut values = self.values.clone();
        change(&mut values);
        Self::typical(model, values, context)
    }

    fn typical(model: &Model, values: Vec<f64>, context: &Context) -> Result<Self> {
        let one = ArrayView2::from_shape((1, values.len()), &values);
        let Ok(one) = one else { bail!(Internal, "a typical row has no columns; please report this with the input") };
        let base = model.scorer().score(&Rows::trusted(one), context)?.first().copied().unwrap_or(0.0);
        Ok(Self { values, base, exact: false })
    }

    pub(super) fn columns(&self) -> usize {
        self.values.len()
    }

    pub(super) fn base(&self) -> f64 {
        self.base
    }

    pub(super) fn check(&self, columns: usize) -> Result<()> {
        ensure!(
            self.values.len() == columns && self.base.is_finite() && self.values.iter().all(|value| value.is_finite()),
            InvalidData,
            "what contributions are relative to is broken"
        );
        Ok(())
    }
}

/// Contributions of groups of features, which change together, one row after the other.
pub(super) fn explain(
    model: &Model,
    reference: &Reference,
    rows: &Rows<'_>,
    groups: &[Range<usize>],
    context: &Context,
) -> Result<Vec<f64>> {
    let columns = reference.columns();
    let scorer = model.scorer();
    let quiet = context.clone().with_threads(1);
    let found = context.map(rows.len(), |row| {
        let mut values = Vec::with_capacity(columns);
        rows.push(row, &mut values);
        if reference.exact {
            let mut parts = vec![0.0; columns];
            scorer.contributions(&values, &mut parts);
            parts.iter_mut().zip(&reference.values).for_each(|(part, mean)| *part -= mean);
            return Ok(groups.iter().map(|group| parts[group.clone()].iter().sum()).collect());
        }
        let mut parts = vec![0.0; groups.len()];
        let mut random = Random::new(context.seed() ^ 0x5e1f_e8b1_a1ed);
        let mut order: Vec<usize> = (0..groups.len()).collect();
        for _ in 0..ORDERS {
            for at in (1..groups.len()).rev() {
                order.swap(at, (random.bits() % (at as u64 + 1)) as usize);
            }
            for _ in 0..2 {
                walk(model, reference, &values, groups, &order, &quiet, &mut parts)?;
                order.reverse();
            }
        }
        parts.iter_mut().for_each(|part| *part /= (2 * ORDERS) as f64);
        Ok(parts)
    })?;
    context.report(1, 1);
    Ok(found.concat())
}

/// Exchange the groups in this order and add what each changes.
fn walk(
    model: &Model,
    reference: &Reference,
    row: &[f64],
    groups: &[Range<usize>],
    order: &[usize],
    context: &Context,
    parts: &mut [f64],
) -> Result<()> {
    let columns = row.len();
    let mut now = reference.values.clone();
    let mut before = reference.base;
    // At most about a megabyte of mixed rows at once.
    let size = ((1 << 17) / columns).max(1);
    for some in order.chunks(size) {
        let mut mixed = Vec::with_capacity(some.len() * columns);
        for group in some {
            now[groups[*group].clone()].copy_from_slice(&row[groups[*group].clone()]);
            mixed.extend_from_slice(&now);
        }
        let Ok(view) = ArrayView2::from_shape((some.len(), columns), &mixed) else {
            bail!(Internal, "mixed rows do not fill their matrix; please report this with the input")
        };
        let scores = model.scorer().score(&Rows::trusted(view), context)?;
        for (group, score) in some.iter().zip(scores) {
            parts[*group] += score - before;
            before = score;
        }
    }
    Ok(())
}
