//! Medians and spreads.

/// A median of absolute deviations times this estimates the standard deviation of normal values.
pub(super) const MAD_TO_SIGMA: f64 = 1.482_602_218_505_602;
/// A mean of absolute deviations times this does.
pub(super) const MEAN_TO_SIGMA: f64 = 1.253_314_137_315_500_3;
/// A score that no division exceeds: values that should be exactly as expected and are not.
pub(super) const MOST: f64 = 1e6;

/// The median of finite values, of which there is at least one; their order is lost.
pub(super) fn median(values: &mut [f64]) -> f64 {
    let half = values.len() / 2;
    let (_, middle, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let middle = *middle;
    if values.len() % 2 == 1 {
        return middle;
    }
    let below = values[..half].iter().copied().max_by(f64::total_cmp).unwrap_or(middle);
    0.5 * below + 0.5 * middle
}

/// Median and robust standard deviation of at least one value: from the median of absolute deviations, or, where more than
/// half of the values are equal, from their mean.
pub(super) fn centre_and_sigma(values: &[f64]) -> (f64, f64) {
    let centre = median(&mut values.to_vec());
    (centre, sigma_about(values, centre))
}

/// The robust standard deviation of at least one value about a centre.
pub(super) fn sigma_about(values: &[f64], centre: f64) -> f64 {
    let mut off: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
    let sigma = MAD_TO_SIGMA * median(&mut off);
    if sigma > 0.0 {
        return sigma;
    }
    let count = values.len() as f64;
    MEAN_TO_SIGMA * off.iter().map(|off| off / count).sum::<f64>()
}

/// The largest magnitude.
pub(super) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()))
}

/// A deviation in units of a spread, at most [`MOST`]; 0 where there is no deviation.
pub(super) fn in_units(deviation: f64, sigma: f64) -> f64 {
    if deviation == 0.0 { 0.0 } else { (deviation / sigma).clamp(-MOST, MOST) }
}

/// The power of two next to the largest magnitude, which divides without loss; 1 for zeros.
pub(super) fn scale_of(values: &[f64]) -> f64 {
    let largest = largest(values);
    let exponent = if largest > 0.0 { largest.log2().floor().clamp(-1021.0, 1021.0) as i32 } else { 0 };
    crate::math::power::whole(2.0, exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_spreads_are_those_of_sorted_values() {
        assert_eq!(median(&mut [3.0]), 3.0);
        assert_eq!(median(&mut [4.0, 1.0]), 2.5);
        assert_eq!(median(&mut [4.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
        let (centre, sigma) = centre_and_sigma(&[1.0, 2.0, 3.0, 4.0, 100.0]);
        assert_eq!((centre, sigma), (3.0, MAD_TO_SIGMA));
        let (centre, sigma) = centre_and_sigma(&[5.0, 5.0, 5.0, 9.0]);
        assert_eq!((centre, sigma), (5.0, MEAN_TO_SIGMA));
        assert_eq!(centre_and_sigma(&[7.0; 9]), (7.0, 0.0));
    }

    #[test]
    fn deviations_without_a_spread_have_a_bound() {
        assert_eq!(in_units(0.0, 0.0), 0.0);
        assert_eq!(in_units(1.0, 0.0), MOST);
        assert_eq!(in_units(-1e300, 1e-300), -MOST);
        assert_eq!(in_units(3.0, 2.0), 1.5);
    }
}
