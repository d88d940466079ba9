//! A robust centre and covariance of a few columns, and distances that fall apart by column.
//!
//! Orthogonalised Gnanadesikan-Kettenring: the covariance of two columns is a quarter of the difference of the robust
//! variances of their sum and their difference; along the eigenvectors of that matrix, which need not be positive, variances
//! are robust and positive. Done twice. Source: Maronna, Zamar, *Robust estimates of location and dispersion for
//! high-dimensional datasets*, Technometrics 44 (2002).
//!
//! The squared distance is the sum of squares of `S^(-1/2) (y - m)`, symmetric root, each of which belongs to a column: that
//! transformation gives the uncorrelated variables that are most correlated with the columns. Source: Garthwaite, Koch,
//! *Evaluating the contributions of individual variables to a quadratic form*, Aust. N. Z. J. Stat. 58 (2016).
use super::robust::centre_and_sigma;
use crate::Context;
use crate::error::Result;

/// The most rows that the covariance is estimated from; evenly spaced where there are more.
const MOST_ROWS: usize = 20_000;
/// The least variance of a direction, for columns of variance 1: columns in a plane still have distances.
const LEAST: f64 = 1e-8;
/// The most sweeps of rotations, which nearly always take less than ten.
const SWEEPS: usize = 60;

/// Centre and symmetric inverse root of the covariance of columns.
pub(super) struct Scatter {
    centre: Vec<f64>,
    /// Row-major, columns * columns.
    root: Vec<f64>,
}

impl Scatter {
    /// Of rows of `width` columns each, row after row, with spreads near 1.
    pub(super) fn of(rows: &[f64], width: usize, context: &Context) -> Result<Self> {
        let count = rows.len() / width;
        let step = count.div_ceil(MOST_ROWS).max(1);
        // One line per column.
        let mut lines: Vec<Vec<f64>> = Vec::with_capacity(width);
        for column in 0..width {
            context.check()?;
            lines.push(rows.iter().skip(column).step_by(width * step).copied().collect());
        }
        let measured = |lines: &[Vec<f64>]| -> Result<Vec<(f64, f64)>> {
            let each = |line: &Vec<f64>| context.check().map(|()| centre_and_sigma(line));
            lines.iter().map(each).collect()
        };
        // The columns are `back` times the lines.
        let mut back = identity(width);
        for _ in 0..2 {
            let spreads: Vec<f64> = measured(&lines)?.into_iter().map(|(_, sigma)| positive(sigma)).collect();
            for (line, spread) in lines.iter_mut().zip(&spreads) {
                line.iter_mut().for_each(|value| *value /= spread);
            }
            let (_, vectors) = eigen(comoments(&lines, context)?, width, context)?;
            lines = turned(&lines, &vectors, context)?;
            // back * diag(spreads) * vectors
            let mut next = vec![0.0; width * width];
            for row in 0..width {
                context.check()?;
                for (inner, spread) in spreads.iter().enumerate() {
                    let weight = back[row * width + inner] * spread;
                    for column in 0..width {
                        next[row * width + column] += weight * vectors[inner * width + column];
                    }
                }
            }
            back = next;
        }
        let along = measured(&lines)?;
        let mut covariance = vec![0.0; width * width];
        let mut centre = vec![0.0; width];
        for (direction, (middle, sigma)) in along.iter().enumerate() {
            context.check()?;
            for row in 0..width {
                let own = back[row * width + direction];
                centre[row] += own * middle;
                for column in 0..width {
                    covariance[row * width + column] += own * sigma * sigma * back[column * width + direction];
                }
            }
        }
        let (values, vectors) = eigen(covariance, width, context)?;
        let mut root = vec![0.0; width * width];
        for (direction, value) in values.iter().enumerate() {
            context.check()?;
            let weight = 1.0 / value.max(LEAST).sqrt();
            for row in 0..width {
                for column in 0..width {
                    root[row * width + column] +=
                        weight * vectors[row * width + direction] * vectors[column * width + direction];
                }
            }
        }
        Ok(Self { centre, root })
    }

    /// What each column adds to the squared distance of a row.
    pub(super) fn contributions(&self, row: &[f64], parts: &mut [f64]) {
        for (part, weights) in parts.iter_mut().zip(self.root.chunks_exact(row.len())) {
            let along: f64 = weights
                .iter()
                .zip(row)
                .zip(&self.centre)
                .map(|((weight, value), centre)| weight * (value - centre))
                .sum();
            *part = along * along;
        }
    }
}

fn positive(sigma: f64) -> f64 {
    if sigma > 0.0 { sigma } else { 1.0 }
}

fn identity(width: usize) -> Vec<f64> {
    let mut matrix = vec![0.0; width * width];
    (0..width).for_each(|at| matrix[at * width + at] = 1.0);
    matrix
}

/// Robust covariances of lines of variance 1.
fn comoments(lines: &[Vec<f64>], context: &Context) -> Result<Vec<f64>> {
    let width = lines.len();
    let rows = context.map(width, |one| {
        let mut work = vec![0.0; lines[one].len()];
        let mut variance = |sign: f64, other: usize| {
            for ((work, a), b) in work.iter_mut().zip(&lines[one]).zip(&lines[other]) {
                *work = a + sign * b;
            }
            let sigma = centre_and_sigma(&work).1;
            sigma * sigma
        };
        (0..one)
            .map(|other| {
                context.check()?;
                Ok(0.25 * (variance(1.0, other) - variance(-1.0, other)))
            })
            .collect::<Result<Vec<f64>>>()
    })?;
    let mut matrix = identity(width);
    for (one, row) in rows.into_iter().enumerate() {
        for (other, value) in row.into_iter().enumerate() {
            matrix[one * width + other] = value;
            matrix[other * width + one] = value;
        }
    }
    Ok(matrix)
}

/// Lines along the directions in the columns of `vectors`.
fn turned(lines: &[Vec<f64>], vectors: &[f64], context: &Context) -> Result<Vec<Vec<f64>>> {
    let width = lines.len();
    context.map(width, |direction| {
        let mut sum = vec![0.0; lines[direction].len()];
        for (inner, line) in lines.iter().enumerate() {
            let weight = vectors[inner * width + direction];
            sum.iter_mut().zip(line).for_each(|(sum, value)| *sum += weight * value);
        }
        Ok(sum)
    })
}

/// Eigenvalues of a symmetric matrix, and eigenvectors in its columns: Jacobi's rotations.
fn eigen(mut a: Vec<f64>, width: usize, context: &Context) -> Result<(Vec<f64>, Vec<f64>)> {
    let mut vectors = identity(width);
    for _ in 0..SWEEPS {
        let beside = |a: &[f64]| -> f64 {
            (0..width).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i * width + j] * a[i * width + j]).sum()
        };
        let whole: f64 = a.iter().map(|value| value * value).sum();
        if beside(&a) <= 1e-30 * whole {
            break;
        }
        for p in 0..width {
            context.check()?;
            for q in p + 1..width {
                let off = a[p * width + q];
                if off == 0.0 {
                    continue;
                }
                let ratio = (a[q * width + q] - a[p * width + p]) / (2.0 * off);
                let tangent = (1.0 / (ratio.abs() + ratio.hypot(1.0))).copysign(ratio);
                let cosine = 1.0 / tangent.hypot(1.0);
                let sine = tangent * cosine;
                let turn = |x: f64, y: f64| (cosine * x - sine * y, sine * x + cosine * y);
                for k in 0..width {
                    (a[k * width + p], a[k * width + q]) = turn(a[k * width + p], a[k * width + q]);
                    (vectors[k * width + p], vectors[k * width + q]) =
                        turn(vectors[k * width + p], vectors[k * width + q]);
                }
                for k in 0..width {
                    (a[p * width + k], a[q * width + k]) = turn(a[p * width + k], a[q * width + k]);
                }
            }
        }
    }
    Ok(((0..width).map(|at| a[at * width + at]).collect(), vectors))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    #[test]
    fn eigenvectors_give_the_matrix_back() {
        let mut random = Random::new(1);
        for width in [1, 2, 5, 17] {
            let mut matrix = vec![0.0; width * width];
            for i in 0..width {
                for j in 0..=i {
                    let value = random.normal();
                    matrix[i * width + j] = value;
                    matrix[j * width + i] = value;
                }
            }
            let (values, vectors) = eigen(matrix.clone(), width, &Context::new()).unwrap();
            for i in 0..width {
                for j in 0..width {
                    let sum: f64 =
                        (0..width).map(|k| vectors[i * width + k] * values[k] * vectors[j * width + k]).sum();
                    assert!((sum - matrix[i * width + j]).abs() < 1e-12);
                }
            }
        }
    }

    /// Of clean normal rows the estimate is near the truth; a fifth of outliers hardly moves it.
    #[test]
    fn outliers_do_not_move_the_covariance() {
        let mut random = Random::new(2);
        let mut rows = Vec::new();
        for at in 0..5000 {
            let (a, b, c) = (random.normal(), random.normal(), random.normal());
            let row = if at % 5 == 0 { [9.0 + a, -9.0 + b, 5.0] } else { [a, 0.8 * a + 0.6 * b, c] };
            rows.extend(row);
        }
        let scatter = Scatter::of(&rows, 3, &Context::new()).unwrap();
        let distance = |row: [f64; 3]| {
            let mut parts = [0.0; 3];
            scatter.contributions(&row, &mut parts);
            parts.iter().sum::<f64>()
        };
        // True squared distances from 0: 2, 2 / 0.2 and 9.
        let (along, across, third) = (distance([1.0, 1.0, 0.0]), distance([1.0, -1.0, 0.0]), distance([0.0, 0.0, 3.0]));
        assert!(along < 2.0 && across > 4.0 * along && (2.0..12.0).contains(&third), "{along} {across} {third}");
    }
}
