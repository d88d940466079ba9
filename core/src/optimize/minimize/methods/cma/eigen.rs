//! Eigenvalues and eigenvectors of a small symmetric matrix.
//!
//! Householder's reduction to three diagonals, then implicit QL steps with Wilkinson's shift. O(n^3), nothing allocated.
//! Source: Golub, Van Loan, *Matrix Computations* (4th ed.), sections 8.3.1 and 8.3.3.

/// The most QL steps for one eigenvalue.
const STEPS: usize = 60;

/// Put the eigenvalues of the symmetric `matrix`, row-major `n * n`, into `values` and its unit eigenvectors into the
/// columns of `vectors`; `spare` is overwritten. `false` where the steps do not end, as with NaN inside, or `go_on` says no,
/// which is asked every O(n^2) operations.
#[must_use]
pub(crate) fn decompose(
    matrix: &[f64],
    n: usize,
    values: &mut [f64],
    vectors: &mut [f64],
    spare: &mut [f64],
    go_on: &dyn Fn() -> bool,
) -> bool {
    vectors.copy_from_slice(matrix);
    reduce(vectors, n, values, spare, go_on) && rotate_away(vectors, n, values, spare, go_on)
}

/// Leave the diagonal in `diagonal`, what is beside it in `beside[1..]`, and the orthogonal matrix that did it in `a`.
fn reduce(a: &mut [f64], n: usize, diagonal: &mut [f64], beside: &mut [f64], go_on: &dyn Fn() -> bool) -> bool {
    for i in (1..n).rev() {
        if !go_on() {
            return false;
        }
        let mut size = 0.0;
        let scale: f64 = a[i * n..i * n + i].iter().map(|x| x.abs()).sum();
        if i == 1 || scale == 0.0 {
            beside[i] = a[i * n + i - 1];
        } else {
            for k in 0..i {
                a[i * n + k] /= scale;
                size += a[i * n + k] * a[i * n + k];
            }
            let f = a[i * n + i - 1];
            let g = -size.sqrt().copysign(f);
            beside[i] = scale * g;
            size -= f * g;
            a[i * n + i - 1] = f - g;
            let mut sum = 0.0;
            for j in 0..i {
                a[j * n + i] = a[i * n + j] / size;
                let mut dot = 0.0;
                for k in 0..=j {
                    dot += a[j * n + k] * a[i * n + k];
                }
                for k in j + 1..i {
                    dot += a[k * n + j] * a[i * n + k];
                }
                beside[j] = dot / size;
                sum += beside[j] * a[i * n + j];
            }
            let half = sum / (size + size);
            for j in 0..i {
                let f = a[i * n + j];
                let g = beside[j] - half * f;
                beside[j] = g;
                for k in 0..=j {
                    a[j * n + k] -= f * beside[k] + g * a[i * n + k];
                }
            }
        }
        diagonal[i] = size;
    }
    beside[0] = 0.0;
    diagonal[0] = 0.0;
    for i in 0..n {
        if !go_on() {
            return false;
        }
        if diagonal[i] != 0.0 {
            for j in 0..i {
                let dot: f64 = (0..i).map(|k| a[i * n + k] * a[k * n + j]).sum();
                for k in 0..i {
                    a[k * n + j] -= dot * a[k * n + i];
                }
            }
        }
        diagonal[i] = a[i * n + i];
        a[i * n + i] = 1.0;
        for j in 0..i {
            a[j * n + i] = 0.0;
            a[i * n + j] = 0.0;
        }
    }
    true
}

/// Rotate what is beside the diagonal away, and `vectors` with it.
fn rotate_away(
    vectors: &mut [f64],
    n: usize,
    diagonal: &mut [f64],
    beside: &mut [f64],
    go_on: &dyn Fn() -> bool,
) -> bool {
    for i in 1..n {
        beside[i - 1] = beside[i];
    }
    beside[n - 1] = 0.0;
    for l in 0..n {
        let mut steps = 0;
        loop {
            let negligible = |m: &usize| {
                let near = diagonal[*m].abs() + diagonal[*m + 1].abs();
                beside[*m].abs() <= f64::EPSILON * near
            };
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
                let f = sine * beside[i];
                let b = cosine * beside[i];
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
                for row in vectors.chunks_exact_mut(n) {
                    let f = row[i + 1];
                    row[i + 1] = sine * row[i] + cosine * f;
                    row[i] = cosine * row[i] - sine * f;
                }
            }
            if !split {
                diagonal[l] -= moved;
                beside[l] = g;
                beside[m] = 0.0;
            }
        }
    }
    diagonal.iter().all(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    #[test]
    fn vectors_times_values_give_the_matrix_back() {
        let mut random = Random::new(3);
        for n in [1, 2, 3, 5, 10, 40] {
            let factor: Vec<f64> = (0..n * n).map(|_| random.normal()).collect();
            let matrix: Vec<f64> =
                (0..n * n).map(|at| (0..n).map(|k| factor[at / n * n + k] * factor[at % n * n + k]).sum()).collect();
            let (mut values, mut vectors, mut spare) = (vec![0.0; n], vec![0.0; n * n], vec![0.0; n]);
            assert!(decompose(&matrix, n, &mut values, &mut vectors, &mut spare, &|| true));
            for (at, entry) in matrix.iter().enumerate() {
                let (i, j) = (at / n, at % n);
                let back: f64 = (0..n).map(|k| vectors[i * n + k] * values[k] * vectors[j * n + k]).sum();
                let dot: f64 = (0..n).map(|k| vectors[i * n + k] * vectors[j * n + k]).sum();
                assert!((back - entry).abs() < 1e-11 * n as f64, "{n} {i} {j}");
                assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-12, "{n} {i} {j}");
            }
        }
    }

    #[test]
    fn a_diagonal_matrix_with_zeros_and_equal_values_is_fine() {
        let matrix = [2.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0];
        let (mut values, mut vectors, mut spare) = (vec![0.0; 3], vec![0.0; 9], vec![0.0; 3]);
        assert!(decompose(&matrix, 3, &mut values, &mut vectors, &mut spare, &|| true));
        values.sort_by(f64::total_cmp);
        assert_eq!(values, [0.0, 2.0, 2.0]);
    }

    #[test]
    fn nan_is_reported() {
        let (mut values, mut vectors, mut spare) = (vec![0.0; 2], vec![0.0; 4], vec![0.0; 2]);
        assert!(!decompose(&[f64::NAN, 1.0, 1.0, 2.0], 2, &mut values, &mut vectors, &mut spare, &|| true));
    }
}
