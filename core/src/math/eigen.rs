//! Eigenvalues and eigenvectors of a symmetric matrix of up to a few thousand rows.
//!
//! Householder's reduction to three diagonals, then implicit QL steps with Wilkinson's shift. Every inner loop runs along rows:
//! reflections are kept as rows and eigenvectors come out as rows. O(n^3), nothing allocated.
//! Source: Golub, Van Loan, *Matrix Computations* (4th ed.), sections 8.3.1 and 8.3.3.
use super::simd::dispatch;

/// The most QL steps for one eigenvalue.
const STEPS: usize = 60;

/// Put the eigenvalues of the symmetric `matrix`, row-major `n * n`, into `values`, in no order, and its unit eigenvectors into the
/// rows of `vectors`; the matrix and `spare`, of 3 n numbers, are overwritten. `false` where the steps do not end or overflow, as with
/// NaN inside, or `go_on` says no, which is asked every O(n^2) operations.
#[must_use]
pub fn decompose(
    matrix: &mut [f64],
    n: usize,
    values: &mut [f64],
    vectors: &mut [f64],
    spare: &mut [f64],
    go_on: &dyn Fn() -> bool,
) -> bool {
    let (beside, spare) = spare.split_at_mut(n);
    let (scales, product) = spare.split_at_mut(n);
    beside.fill(0.0);
    scales.fill(0.0);
    // Row i is reduced by a reflection of the entries before it, which stays in the row.
    for i in (1..n).rev() {
        if !go_on() {
            return false;
        }
        let (head, row) = matrix.split_at_mut(i * n);
        let vector = &mut row[..i];
        let size = vector.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        values[i] = row[i];
        let vector = &mut row[..i];
        if i == 1 || vector[..i - 1].iter().all(|x| *x == 0.0) {
            beside[i] = vector[i - 1];
            continue;
        }
        vector.iter_mut().for_each(|x| *x /= size);
        let norm = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
        let last = vector[i - 1];
        let to = -norm.copysign(last);
        beside[i] = to * size;
        vector[i - 1] = last - to;
        let half = norm * norm - last * to;
        scales[i] = half;
        let product = &mut product[..i];
        multiply(head, n, vector, product);
        let dot: f64 = product.iter().zip(vector.iter()).map(|(p, v)| p * v).sum();
        let shift = dot / (2.0 * half);
        product.iter_mut().zip(vector.iter()).for_each(|(p, v)| *p = (*p - shift * v) / half);
        subtract(head, n, vector, product);
    }
    values[0] = matrix[0];
    vectors.fill(0.0);
    (0..n).for_each(|i| vectors[i * n + i] = 1.0);
    // Row k of `vectors` shall be the image of the k-th unit vector; reflections act on rows from the right.
    for i in 1..n {
        if !go_on() {
            return false;
        }
        if scales[i] > 0.0 {
            // What was multiplied is done with; its room takes the sums.
            reflect(&mut vectors[..i * n], n, &matrix[i * n..i * n + i], scales[i], &mut product[..i]);
        }
    }
    rotate_away(vectors, n, values, beside, go_on)
}

dispatch! {
    /// The symmetric matrix in the first rows of `a`, of which only what is left of the diagonal is right, times a vector.
    fn multiply, portable multiply_portable(a: &[f64], n: usize, vector: &[f64], product: &mut [f64]) {
        let size = vector.len();
        product.iter_mut().for_each(|value| *value = 0.0);
        for i in 0..size {
            let row = &a[i * n..i * n + i];
            let (own, mut sums) = (vector[i], [0.0; 8]);
            let blocks = row.len() / 8 * 8;
            for at in (0..blocks).step_by(8) {
                for lane in 0..8 {
                    sums[lane] += row[at + lane] * vector[at + lane];
                    product[at + lane] += row[at + lane] * own;
                }
            }
            let mut sum: f64 = sums.iter().sum();
            for at in blocks..row.len() {
                sum += row[at] * vector[at];
                product[at] += row[at] * own;
            }
            product[i] += sum + a[i * n + i] * own;
        }
    }
}

dispatch! {
    /// `a -= v w' + w v'` left of the diagonal.
    fn subtract, portable subtract_portable(a: &mut [f64], n: usize, v: &[f64], w: &[f64]) {
        for i in 0..v.len() {
            let (left, right) = (v[i], w[i]);
            for ((value, x), y) in a[i * n..i * n + i + 1].iter_mut().zip(v).zip(w) {
                *value -= left * y + right * x;
            }
        }
    }
}

dispatch! {
    /// `rows -= v (v' rows) / half` over the columns that differ from the identity.
    fn reflect, portable reflect_portable(rows: &mut [f64], n: usize, v: &[f64], half: f64, sums: &mut [f64]) {
        let size = v.len();
        sums.iter_mut().for_each(|sum| *sum = 0.0);
        for (row, weight) in rows.chunks_exact(n).zip(v) {
            for (sum, value) in sums.iter_mut().zip(&row[..size]) {
                *sum += weight * value;
            }
        }
        for (row, weight) in rows.chunks_exact_mut(n).zip(v) {
            let weight = weight / half;
            for (value, sum) in row[..size].iter_mut().zip(&*sums) {
                *value -= weight * sum;
            }
        }
    }
}

dispatch! {
    /// Turn two rows into each other.
    fn rotate, portable rotate_portable(first: &mut [f64], second: &mut [f64], cosine: f64, sine: f64) {
        for (a, b) in first.iter_mut().zip(second) {
            let f = *b;
            *b = sine * *a + cosine * f;
            *a = cosine * *a - sine * f;
        }
    }
}

/// Rotate what is beside the diagonal away, and the rows of `vectors`, transposed first, with it.
fn rotate_away(
    vectors: &mut [f64],
    n: usize,
    diagonal: &mut [f64],
    beside: &mut [f64],
    go_on: &dyn Fn() -> bool,
) -> bool {
    for i in 0..n {
        for j in 0..i {
            vectors.swap(i * n + j, j * n + i);
        }
    }
    beside.rotate_left(1);
    beside[n - 1] = 0.0;
    for l in 0..n {
        let mut steps = 0;
        loop {
            let negligible =
                |m: &usize| beside[*m].abs() <= f64::EPSILON * (diagonal[*m].abs() + diagonal[*m + 1].abs());
            let m = (l..n - 1).find(negligible).unwrap_or(n - 1);
            if m == l {
                break;
            }
            steps += 1;
            if steps > STEPS || !go_on() {
                return false;
            }
            let shift = (diagonal[l + 1] - diagonal[l]) / (2.0 * beside[l]);
            let root = shift.hypot(1.0);
            let mut g = diagonal[m] - diagonal[l] + beside[l] / (shift + root.copysign(shift));
            let (mut sine, mut cosine, mut moved) = (1.0, 1.0, 0.0);
            let mut split = false;
            for i in (l..m).rev() {
                let (f, b) = (sine * beside[i], cosine * beside[i]);
                let r = f.hypot(g);
                beside[i + 1] = r;
                if r == 0.0 {
                    diagonal[i + 1] -= moved;
                    beside[m] = 0.0;
                    split = true;
                    break;
                }
                sine = f / r;
                cosine = g / r;
                let h = diagonal[i + 1] - moved;
                let r = (diagonal[i] - h) * sine + 2.0 * cosine * b;
                moved = sine * r;
                diagonal[i + 1] = h + moved;
                g = cosine * r - b;
                let (first, second) = vectors[i * n..(i + 2) * n].split_at_mut(n);
                rotate(first, second, cosine, sine);
            }
            if !split {
                diagonal[l] -= moved;
                beside[l] = g;
                beside[m] = 0.0;
            }
        }
    }
    diagonal.iter().chain(&*vectors).all(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    fn decomposed(mut matrix: Vec<f64>, n: usize) -> Option<(Vec<f64>, Vec<f64>)> {
        let (mut values, mut vectors, mut spare) = (vec![f64::NAN; n], vec![f64::NAN; n * n], vec![f64::NAN; 3 * n]);
        decompose(&mut matrix, n, &mut values, &mut vectors, &mut spare, &|| true).then_some((values, vectors))
    }

    #[test]
    fn vectors_times_values_give_the_matrix_back() {
        let mut random = Random::new(3);
        for n in [1, 2, 3, 5, 10, 41, 90] {
            let factor: Vec<f64> = (0..n * n).map(|_| random.normal()).collect();
            let matrix: Vec<f64> =
                (0..n * n).map(|at| (0..n).map(|k| factor[at / n * n + k] * factor[at % n * n + k]).sum()).collect();
            let (values, vectors) = decomposed(matrix.clone(), n).unwrap();
            for (at, entry) in matrix.iter().enumerate() {
                let (i, j) = (at / n, at % n);
                let back: f64 = (0..n).map(|k| vectors[k * n + i] * values[k] * vectors[k * n + j]).sum();
                let dot: f64 = (0..n).map(|k| vectors[i * n + k] * vectors[j * n + k]).sum();
                assert!((back - entry).abs() < 1e-11 * n as f64, "{n} {i} {j} {back} {entry}");
                assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-12, "{n} {i} {j}");
            }
        }
    }

    #[test]
    fn equal_and_zero_values_are_fine_and_nan_is_reported() {
        let diagonal = vec![2.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0];
        let (mut values, _) = decomposed(diagonal, 3).unwrap();
        values.sort_by(f64::total_cmp);
        assert_eq!(values, [0.0, 2.0, 2.0]);
        assert!(decomposed(vec![f64::NAN, 1.0, 1.0, 2.0], 2).is_none());
    }

    #[test]
    fn a_caller_that_says_no_is_heard() {
        let (mut values, mut vectors, mut spare) = ([0.0; 3], [0.0; 9], [0.0; 9]);
        let mut matrix = [2.0, 1.0, 0.5, 1.0, 3.0, 0.2, 0.5, 0.2, 4.0];
        assert!(!decompose(&mut matrix, 3, &mut values, &mut vectors, &mut spare, &|| false));
    }
}
