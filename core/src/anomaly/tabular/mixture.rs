//! Gaussian mixture: how improbable a row is under some bells, each with its own centre and covariance.
//!
//! Columns are standardised (constant ones are left out). From clusters by k-means, expectation and maximisation alternate until
//! the mean logarithm of the density grows by less than `tolerance`; `floor` is added to every variance. The score is the
//! negative logarithm of the density, in nats, in the columns' own units.
//! O(rows components columns^2) a round, O(rows components columns) with diagonal covariances.
//! Source: Dempster, Laird, Rubin, *Maximum likelihood from incomplete data via the EM algorithm* (1977).
use serde::{Deserialize, Serialize};

use super::clusters::cluster;
use super::mahalanobis::length;
use super::mahalanobis::mcd::{factorise, invert};
use super::model::{Detector, Model, Scorer};
use super::moments::{covariance_diagonal, means};
use super::options::{check_count, detector};
use super::rows::Rows;
use crate::Context;
use crate::error::{Result, bail, ensure};

/// The most components.
const MOST_COMPONENTS: usize = 1024;
/// The most numbers of all covariances together.
const MOST_NUMBERS: usize = 1 << 22;
/// Rows whose sums are taken together: it fixes the order of sums.
const TOGETHER: usize = 4096;

/// The shape of a bell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Covariance {
    /// Columns vary together.
    #[default]
    Full,
    /// Every column varies by itself.
    Diagonal,
}

detector! {
    /// Gaussian mixture: rows where a few bells together are thin.
    GaussianMixture {
        /// Bells, 1 to 1,024 and at most the rows. With more than one, rows that lie far away alone may get a bell of their own.
        /// Default 1.
        components: usize = 1, /// Set the number of bells.
        with_components;
        /// The shape of the bells. Default: full.
        covariance: Covariance = Covariance::Full, /// Set the shape of the bells.
        with_covariance;
        /// The growth of the mean log density at which the search ends, above 0. Default 0.001.
        tolerance: f64 = 1e-3, /// Set the growth at which the search ends.
        with_tolerance;
        /// The most rounds, 1 to 100,000; the bells of the last are taken. Default 100.
        rounds: usize = 100, /// Set the most rounds.
        with_rounds;
        /// What is added to variances, in units of the columns' own, above 0. Default 1e-6.
        floor: f64 = 1e-6, /// Set what is added to variances.
        with_floor;
    }
}

impl GaussianMixture {
    pub(super) fn validate(&self) -> Result<()> {
        check_count("components", self.components, 1, MOST_COMPONENTS)?;
        check_count("rounds", self.rounds, 1, 100_000)?;
        for (name, value) in [("tolerance", self.tolerance), ("floor", self.floor)] {
            ensure!(value > 0.0 && value.is_finite(), InvalidConfig, "{name} must be above 0 and finite, got {value}");
        }
        Ok(())
    }
}

/// One bell.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Bell {
    mean: Vec<f64>,
    /// The inverse of the lower Cholesky factor of the covariance, row-major; of a diagonal one only the diagonal.
    inverse: Vec<f64>,
    /// The logarithm of the share of the bell and of its height.
    height: f64,
}

/// Bells over standardised columns.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MixtureModel {
    centre: Vec<f64>,
    scale: Vec<f64>,
    bells: Vec<Bell>,
    /// The sum of the logarithms of the columns' deviations.
    volume: f64,
}

/// Sums over rows, per bell: shares, rows off the old mean, and their products.
struct Sums {
    share: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    density: f64,
}

impl Sums {
    fn none(bells: usize, columns: usize, shape: usize) -> Self {
        Self {
            share: vec![0.0; bells],
            first: vec![0.0; bells * columns],
            second: vec![0.0; bells * shape],
            density: 0.0,
        }
    }

    fn join(&mut self, other: &Self) {
        let pairs =
            [(&mut self.share, &other.share), (&mut self.first, &other.first), (&mut self.second, &other.second)];
        for (sums, others) in pairs {
            sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
        }
        self.density += other.density;
    }

    /// Add a row's share in a bell; `off` is the row less the bell's old mean.
    fn add(&mut self, bell: usize, share: f64, off: &[f64]) {
        let (columns, shape) = (off.len(), self.second.len() / self.share.len());
        self.share[bell] += share;
        let first = &mut self.first[bell * columns..(bell + 1) * columns];
        first.iter_mut().zip(off).for_each(|(sum, off)| *sum += share * off);
        let second = &mut self.second[bell * shape..(bell + 1) * shape];
        if shape == columns {
            second.iter_mut().zip(off).for_each(|(sum, off)| *sum += share * off * off);
        } else {
            for (i, weight) in off.iter().enumerate() {
                let weight = share * weight;
                let row = &mut second[i * columns..i * columns + i + 1];
                row.iter_mut().zip(off).for_each(|(sum, off)| *sum += weight * off);
            }
        }
    }
}

impl Bell {
    fn around(mean: Vec<f64>) -> Self {
        Self { mean, inverse: Vec::new(), height: 0.0 }
    }

    /// The logarithm of the share times the density.
    fn density(&self, row: &[f64], off: &mut [f64]) -> f64 {
        let square = if self.inverse.len() == row.len() {
            let each = row.iter().zip(&self.mean).zip(&self.inverse);
            each.map(|((value, mean), scale)| (value - mean) * scale).map(|z| z * z).sum()
        } else {
            length(&self.inverse, row, &self.mean, off)
        };
        self.height - 0.5 * square
    }

    /// From the sums of its rows; none where it has too little to say, or the caller cancelled.
    fn from(old: &[f64], sums: &Sums, bell: usize, floor: f64, total: f64, context: &Context) -> Option<Self> {
        let (columns, shape) = (old.len(), sums.second.len() / sums.share.len());
        let share = sums.share[bell];
        // As the peers: nothing is divided by 0.
        let weight = share + 10.0 * f64::EPSILON;
        let shift: Vec<f64> = sums.first[bell * columns..(bell + 1) * columns].iter().map(|sum| sum / weight).collect();
        let mean = old.iter().zip(&shift).map(|(old, shift)| old + shift).collect();
        let second = &sums.second[bell * shape..(bell + 1) * shape];
        let mut inverse: Vec<f64>;
        let determinant = if shape == columns {
            let variances = second.iter().zip(&shift).map(|(sum, shift)| sum / weight - shift * shift);
            let variances: Vec<f64> = variances.map(|variance| variance.max(0.0) + floor).collect();
            inverse = variances.iter().map(|variance| 1.0 / variance.sqrt()).collect();
            variances.iter().map(|variance| variance.ln()).sum()
        } else {
            inverse = vec![0.0; shape];
            for i in 0..columns {
                for j in 0..=i {
                    inverse[i * columns + j] = second[i * columns + j] / weight - shift[i] * shift[j];
                }
                inverse[i * columns + i] += floor;
            }
            let determinant = factorise(&mut inverse, columns, context)?;
            invert(&mut inverse, columns, context)?;
            determinant
        };
        let height = (weight / total).ln() - 0.5 * (determinant + columns as f64 * (2.0 * std::f64::consts::PI).ln());
        Some(Self { mean, inverse, height })
    }
}

/// Logarithm of a sum of exponentials; the exponentials' shares of it replace the numbers.
fn shares(logarithms: &mut [f64]) -> f64 {
    let most = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for value in logarithms.iter_mut() {
        *value = (*value - most).exp();
        sum += *value;
    }
    logarithms.iter_mut().for_each(|value| *value /= sum);
    most + sum.ln()
}

/// The bells of standardised rows, one after the other; `labels` of the first round, or bells to start from.
fn improve(
    values: &[f64],
    mut bells: Vec<Bell>,
    labels: Option<&[usize]>,
    weights: Option<&[f64]>,
    options: &GaussianMixture,
    context: &Context,
) -> Result<Vec<Bell>> {
    let Some(columns) = bells.first().map(|bell| bell.mean.len()) else { return Ok(bells) };
    let shape = if options.covariance == Covariance::Full { columns * columns } else { columns };
    let total = weights.map_or((values.len() / columns) as f64, |weights| weights.iter().sum());
    let mut before = f64::NEG_INFINITY;
    for round in 0..options.rounds + usize::from(labels.is_some()) {
        let labels = labels.filter(|_| round == 0);
        let parts = context.map(values.len().div_ceil(TOGETHER * columns), |part| {
            let mut sums = Sums::none(bells.len(), columns, shape);
            let (mut off, mut own) = (vec![0.0; columns], vec![0.0; bells.len()]);
            let start = part * TOGETHER;
            for (at, row) in values[start * columns..].chunks_exact(columns).take(TOGETHER).enumerate() {
                if at % 64 == 0 {
                    context.check()?;
                }
                let weight = weights.map_or(1.0, |weights| weights[start + at]);
                match labels {
                    Some(labels) => {
                        own.fill(0.0);
                        own[labels[start + at]] = 1.0;
                    }
                    None => {
                        own.iter_mut().zip(&bells).for_each(|(own, bell)| *own = bell.density(row, &mut off));
                        sums.density += weight * shares(&mut own);
                    }
                }
                for (bell, share) in own.iter().enumerate().filter(|(_, share)| **share > 0.0) {
                    off.iter_mut().zip(row).zip(&bells[bell].mean).for_each(|((off, x), mean)| *off = x - mean);
                    sums.add(bell, weight * *share, &off);
                }
            }
            Ok(sums)
        })?;
        let mut sums = Sums::none(bells.len(), columns, shape);
        parts.iter().for_each(|part| sums.join(part));
        for (at, bell) in bells.iter_mut().enumerate() {
            let Some(next) = Bell::from(&bell.mean, &sums, at, options.floor, total, context) else {
                context.check()?;
                bail!(DidNotConverge, "bell {at} has no covariance; take fewer components or a larger floor")
            };
            *bell = next;
        }
        if labels.is_some() {
            continue;
        }
        let density = sums.density / total;
        ensure!(density.is_finite(), InvalidData, "the density of the rows is {density}; scale the columns");
        if (density - before).abs() < options.tolerance {
            break;
        }
        before = density;
    }
    Ok(bells)
}

impl Scorer for MixtureModel {
    fn score(&self, rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
        let columns = self.centre.len();
        rows.score(context, |block, scores| {
            let (mut own, mut off, mut each) = (vec![0.0; columns], vec![0.0; columns], vec![0.0; self.bells.len()]);
            for (row, score) in block.chunks_exact(columns).zip(scores) {
                context.check()?;
                standard(row, &self.centre, &self.scale, &mut own);
                each.iter_mut().zip(&self.bells).for_each(|(to, bell)| *to = bell.density(&own, &mut off));
                *score = self.volume - shares(&mut each);
            }
            Ok(())
        })
    }

    fn check(&self, columns: usize) -> Result<()> {
        let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        let shape = self.bells.first().map_or(0, |bell| bell.inverse.len());
        ensure!(
            [self.centre.len(), self.scale.len()] == [columns; 2]
                && (shape == columns || Some(shape) == columns.checked_mul(columns))
                && self.bells.len() <= MOST_COMPONENTS
                && self.bells.iter().all(|bell| {
                    bell.mean.len() == columns
                        && bell.inverse.len() == shape
                        && finite(&bell.mean)
                        && finite(&bell.inverse)
                        && bell.height.is_finite()
                })
                && finite(&self.centre)
                && finite(&self.scale)
                && self.volume.is_finite(),
            InvalidData,
            "the bells are broken"
        );
        Ok(())
    }
}

fn standard(row: &[f64], centre: &[f64], scale: &[f64], to: &mut [f64]) {
    for (((to, value), centre), scale) in to.iter_mut().zip(row).zip(centre).zip(scale) {
        *to = (value - centre) * scale;
    }
}

impl Detector for GaussianMixture {
    const NAME: &'static str = "GaussianMixture";

    fn fewest(&self) -> usize {
        self.components.max(2)
    }

    fn train(&self, rows: &Rows<'_>, context: &Context) -> Result<(Model, Vec<f64>)> {
        let columns = rows.columns();
        let shape = if self.covariance == Covariance::Full { columns.saturating_mul(columns) } else { columns };
        ensure!(
            shape.saturating_mul(self.components) <= MOST_NUMBERS,
            TooLarge,
            "{} covariances of {columns} columns have more than {MOST_NUMBERS} numbers; take fewer, or diagonal ones",
            self.components
        );
        let centre = means(rows, context)?;
        let variances = covariance_diagonal(rows, &centre, context)?;
        let (mut scale, mut volume) = (vec![0.0; columns], 0.0);
        for (column, variance) in variances.iter().enumerate() {
            let deviation = variance.sqrt();
            ensure!(deviation.is_finite(), InvalidData, "column {column} varies too much; scale it");
            if deviation > 10.0 * f64::EPSILON * centre[column].abs() && 1.0 / deviation < f64::INFINITY {
                scale[column] = 1.0 / deviation;
                volume += deviation.ln();
            }
        }
        let mut values = rows.all();
        let mut own = vec![0.0; columns];
        for row in values.chunks_exact_mut(columns) {
            standard(row, &centre, &scale, &mut own);
            row.copy_from_slice(&own);
        }
        let Ok(view) = ndarray::ArrayView2::from_shape((rows.len(), columns), &values) else {
            bail!(Internal, "rows do not fill their matrix; please report this with the input")
        };
        let weights = rows.weights();
        let same = Rows::trusted(view).weighted(weights.as_deref().unwrap_or(&[]));
        let found = cluster(&same, self.components, context)?;
        let bells = found.centres.chunks_exact(columns).map(|mean| Bell::around(mean.to_vec())).collect();
        let bells = improve(&values, bells, Some(&found.labels), weights.as_deref(), self, context)?;
        let model = MixtureModel { centre, scale, bells, volume };
        let scores = model.score(rows, context)?;
        Ok((model.into(), scores))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scikit-learn 1.9.1, `GaussianMixture(2, tol=0, max_iter=25, means_init, weights_init, precisions_init, reg_covar=1e-6)` on
    /// the same rows from the same start; `tests/data/make_mixture.py` writes both.
    #[test]
    fn bells_from_the_same_start_end_where_those_of_the_peer_do() {
        let text = include_str!("../../../../tests/data/mixture.json");
        let known: serde_json::Value = serde_json::from_str(text).unwrap();
        let list = |value: &serde_json::Value| -> Vec<f64> { serde_json::from_value(value.clone()).unwrap() };
        let values = list(&known["rows"]);
        for (name, covariance) in [("full", Covariance::Full), ("diagonal", Covariance::Diagonal)] {
            let options = GaussianMixture {
                components: 2,
                covariance,
                rounds: 25,
                tolerance: 1e-300,
                ..GaussianMixture::default()
            };
            let height = 0.5_f64.ln() - 1.5 * (2.0 * std::f64::consts::PI).ln();
            let unit = match covariance {
                Covariance::Full => vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
                Covariance::Diagonal => vec![1.0; 3],
            };
            let start = |mean: [f64; 3]| Bell { mean: mean.to_vec(), inverse: unit.clone(), height };
            let bells = vec![start([-1.0, 0.0, 0.5]), start([1.0, 0.2, -0.5])];
            let bells = improve(&values, bells, None, None, &options, &Context::new()).unwrap();
            let model = MixtureModel { centre: vec![0.0; 3], scale: vec![1.0; 3], bells, volume: 0.0 };
            let view = ndarray::ArrayView2::from_shape((values.len() / 3, 3), &values).unwrap();
            let scores = model.score(&Rows::trusted(view), &Context::new()).unwrap();
            let off = scores.iter().zip(list(&known[name])).map(|(a, b)| (a + b).abs() / b.abs().max(1.0));
            assert!(off.fold(0.0, f64::max) < 1e-9, "{name}");
        }
    }
}
