//! Means and covariances of columns, each row as often as it weighs, the same on any number of threads.
use super::rows::Rows;
use crate::Context;
use crate::error::Result;
use crate::math::simd::dispatch;

/// Rows whose sums are taken together: it fixes the order of sums.
const TOGETHER: usize = 4096;

/// The mean of every column.
pub(super) fn means(rows: &Rows<'_>, context: &Context) -> Result<Vec<f64>> {
    let mut sums = partial_sums(rows, rows.columns(), context, |start, block, sums| {
        for (at, row) in block.chunks_exact(sums.len()).enumerate() {
            if rows.is_weighted() {
                let weight = rows.weight(start + at);
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
            } else {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
        }
    })?;
    let total = rows.total();
    sums.iter_mut().for_each(|sum| *sum /= total);
    Ok(sums)
}

/// The covariance of the columns around `centre`, row-major, divided by the number of rows.
pub(super) fn covariance(rows: &Rows<'_>, centre: &[f64], context: &Context) -> Result<Vec<f64>> {
    let columns = rows.columns();
    let mut sums = partial_sums(rows, columns * columns, context, |start, block, sums| {
        let mut centred = block.to_vec();
        for (at, row) in centred.chunks_exact_mut(columns).enumerate() {
            row.iter_mut().zip(centre).for_each(|(value, mean)| *value -= mean);
            if rows.is_weighted() {
                let root = rows.weight(start + at).sqrt();
                row.iter_mut().for_each(|value| *value *= root);
            }
        }
        products(&centred, columns, sums);
    })?;
    let total = rows.total();
    for i in 0..columns {
        for j in 0..=i {
            let value = sums[i * columns + j] / total;
            sums[i * columns + j] = value;
            sums[j * columns + i] = value;
        }
    }
    Ok(sums)
}

dispatch! {
    /// Add the products of all pairs of columns, left of the diagonal and on it.
    pub(super) fn products, portable products_portable(rows: &[f64], columns: usize, sums: &mut [f64]) {
        // Four rows at a time, so that each sum is loaded and stored a quarter as often.
        let quads = rows.chunks_exact(4 * columns);
        let rest = quads.remainder();
        for quad in quads {
            let (a, quad) = quad.split_at(columns);
            let (b, quad) = quad.split_at(columns);
            let (c, d) = quad.split_at(columns);
            for i in 0..columns {
                let (wa, wb, wc, wd) = (a[i], b[i], c[i], d[i]);
                let sums = &mut sums[i * columns..i * columns + i + 1];
                let size = sums.len();
                for ((((sum, a), b), c), d) in sums.iter_mut().zip(&a[..size]).zip(&b[..size]).zip(&c[..size]).zip(&d[..size]) {
                    *sum += (wa * a + wb * b) + (wc * c + wd * d);
                }
            }
        }
        for row in rest.chunks_exact(columns) {
            for i in 0..columns {
                let weight = row[i];
                for (sum, value) in sums[i * columns..i * columns + i + 1].iter_mut().zip(row) {
                    *sum += weight * value;
                }
            }
        }
    }
}

/// Sums over groups of rows, added up in the order of the groups.
fn partial_sums(
    rows: &Rows<'_>,
    length: usize,
    context: &Context,
    add: impl Fn(usize, &[f64], &mut [f64]) + Sync,
) -> Result<Vec<f64>> {
    // Many groups of long sums would not fit into memory: a few wide ones take more rows each.
    let most = ((1 << 24) / length).clamp(1, 4096);
    let together = rows.len().div_ceil(most).max(TOGETHER);
    let parts = context.map(rows.len().div_ceil(together), |group| {
        let (mut sums, mut spare) = (vec![0.0; length], Vec::new());
        let end = rows.len().min((group + 1) * together);
        for start in (group * together..end).step_by(rows.block_rows()) {
            context.check()?;
            add(start, rows.block(start..end.min(start + rows.block_rows()), &mut spare), &mut sums);
        }
        Ok(sums)
    })?;
    let mut parts = parts.into_iter();
    let mut sums = parts.next().unwrap_or_else(|| vec![0.0; length]);
    for part in parts {
        sums.iter_mut().zip(part).for_each(|(sum, value)| *sum += value);
    }
    Ok(sums)
}

/// The variance of every column around `centre`, divided by the number of rows.
pub(super) fn covariance_diagonal(rows: &Rows<'_>, centre: &[f64], context: &Context) -> Result<Vec<f64>> {
    let mut sums = partial_sums(rows, rows.columns(), context, |start, block, sums| {
        for (at, row) in block.chunks_exact(centre.len()).enumerate() {
            let weight = rows.weight(start + at);
            for ((sum, value), centre) in sums.iter_mut().zip(row).zip(centre) {
                *sum += weight * ((value - centre) * (value - centre));
            }
        }
    })?;
    let total = rows.total();
    sums.iter_mut().for_each(|sum| *sum /= total);
    Ok(sums)
}
