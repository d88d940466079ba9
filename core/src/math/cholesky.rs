//! Symmetric positive definite matrices.

/// Replace the symmetric positive definite `matrix`, row-major `n * n` of which only the lower triangle is read, by its
/// inverse, both triangles. `false`, with the content lost, where it is not positive definite. O(n^3).
#[must_use]
pub fn invert(matrix: &mut [f64], n: usize) -> bool {
    debug_assert_eq!(matrix.len(), n * n);
    for i in 0..n {
        for j in 0..=i {
            let (head, row) = matrix.split_at(i * n);
            let other = if j < i { &head[j * n..j * n + j] } else { &row[..j] };
            let dot: f64 = row[..j].iter().zip(other).map(|(a, b)| a * b).sum();
            let rest = matrix[i * n + j] - dot;
            if i == j {
                if !(rest > 0.0 && rest.is_finite()) {
                    return false;
                }
                matrix[i * n + i] = rest.sqrt();
            } else {
                matrix[i * n + j] = rest / matrix[j * n + j];
            }
        }
    }
    // The inverse of the triangle, in place.
    for i in 0..n {
        matrix[i * n + i] = 1.0 / matrix[i * n + i];
        for j in 0..i {
            let dot: f64 = (j..i).map(|k| matrix[i * n + k] * matrix[k * n + j]).sum();
            matrix[i * n + j] = -dot * matrix[i * n + i];
        }
    }
    // Its transpose times itself; row j of the result needs only rows from j on.
    for j in 0..n {
        for i in j..n {
            let dot: f64 = (i..n).map(|k| matrix[k * n + i] * matrix[k * n + j]).sum();
            matrix[j * n + i] = dot;
        }
    }
    for i in 0..n {
        for j in 0..i {
            matrix[i * n + j] = matrix[j * n + i];
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_times_the_matrix_is_the_identity() {
        let n = 7;
        let mut matrix: Vec<f64> = (0..n * n).map(|k| 1.0 / (1.0 + (k / n + k % n) as f64)).collect();
        (0..n).for_each(|i| matrix[i * n + i] += 0.5);
        let mut inverse = matrix.clone();
        assert!(invert(&mut inverse, n));
        for i in 0..n {
            for j in 0..n {
                let dot: f64 = (0..n).map(|k| inverse[i * n + k] * matrix[k * n + j]).sum();
                assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-12, "{i} {j} {dot}");
            }
        }
    }

    #[test]
    fn an_indefinite_matrix_is_refused() {
        assert!(!invert(&mut [1.0, 2.0, 2.0, 1.0], 2));
        assert!(!invert(&mut [f64::NAN], 1));
    }
}
