//! Eigenvalues and eigenvectors of a symmetric matrix of up to a few thousand columns.
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::eigen;

/// Eigenvalues in no order, and for each a unit eigenvector as a row of an `n * n` matrix.
pub(super) struct Eigen {
    pub(super) values: Vec<f64>,
    pub(super) vectors: Vec<f64>,
}

/// Decompose the symmetric row-major `n * n` matrix `a`.
pub(super) fn decompose(mut a: Vec<f64>, n: usize, context: &Context) -> Result<Eigen> {
    let (mut values, mut vectors, mut spare) = (vec![0.0; n], vec![0.0; n * n], vec![0.0; 3 * n]);
    let fine = eigen::decompose(&mut a, n, &mut values, &mut vectors, &mut spare, &|| !context.is_cancelled());
    context.check()?;
    ensure!(fine, DidNotConverge, "no eigenvalues of a matrix of {n} columns; scale the columns to similar sizes");
    Ok(Eigen { values, vectors })
}
