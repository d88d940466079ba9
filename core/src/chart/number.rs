//! Round numbers for axes and how they are written.
//!
//! A tick is a whole number times a power of ten, so its digits are exact. All ticks of an axis are written alike:
//! with thousands separators and the decimals of the step, from a million with a prefix (`1.5M`, `20G`), beyond
//! 10^-4 .. 10^15 as `5×10⁻⁹`. The minus is the real one.

/// Ticks of an axis, ascending: where they are and what is written there.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ticks {
    pub(super) at: Vec<f64>,
    pub(super) labels: Vec<String>,
}

/// At most about `most` multiples of 1, 2 or 5 times a power of ten within `low..=high`, `whole` numbers if so wanted.
///
/// The span must be positive, finite and not below 10^-12 of the larger end.
pub(super) fn ticks(low: f64, high: f64, most: usize, whole: bool) -> Ticks {
    let raw = ((high - low) / most.max(1) as f64).max(if whole { 1.0 } else { 0.0 });
    let mut exponent = raw.log10().floor() as i32;
    let lead = raw / power(exponent);
    let mantissa = match lead {
        _ if lead <= 1.0 + 1e-9 => 1,
        _ if lead <= 2.0 + 1e-9 => 2,
        _ if lead <= 5.0 + 1e-9 => 5,
        _ => {
            exponent += 1;
            1
        }
    };
    let step = scaled(mantissa, exponent);
    let slack = 1e-9;
    let first = (low / step - slack).ceil() as i64;
    let last = (high / step + slack).floor() as i64;
    let digits: Vec<i64> = (first..=last).take(1000).map(|multiple| multiple * mantissa).collect();
    let labels = labels(&digits, exponent);
    Ticks { at: digits.into_iter().map(|digits| scaled(digits, exponent)).collect(), labels }
}

/// `10^exponent`.
fn power(exponent: i32) -> f64 {
    crate::math::power::whole(10.0, exponent)
}

/// `digits * 10^exponent`, rounded once where the power is exact.
fn scaled(digits: i64, exponent: i32) -> f64 {
    if (-300..0).contains(&exponent) { digits as f64 / power(-exponent) } else { digits as f64 * power(exponent) }
}

/// All of `digits * 10^exponent`, written alike.
fn labels(digits: &[i64], exponent: i32) -> Vec<String> {
    let largest = digits.iter().map(|digits| digits.unsigned_abs()).max().unwrap_or(0);
    let Some(log) = largest.checked_ilog10() else { return digits.iter().map(|_| "0".to_owned()).collect() };
    let order = log as i32 + exponent;
    let (unit, suffix) = match order {
        6..15 => match order / 3 * 3 {
            unit if unit - exponent > 3 => (0, String::new()),
            6 => (6, "M".to_owned()),
            9 => (9, "G".to_owned()),
            _ => (12, "T".to_owned()),
        },
        -4..6 => (0, String::new()),
        _ => (order, format!("×10{}", superscript(order))),
    };
    let decimals = (unit - exponent).max(0) as usize;
    let write = |&digits: &i64| match digits {
        0 => "0".to_owned(),
        _ => decimal(digits, (exponent - unit).max(0) as usize, decimals) + &suffix,
    };
    digits.iter().map(write).collect()
}

/// `digits` with `zeros` behind and the last `decimals` digits after the point.
fn decimal(digits: i64, zeros: usize, decimals: usize) -> String {
    let text = format!("{:0>width$}{:0>zeros$}", digits.unsigned_abs(), "", width = decimals + 1);
    let (whole, fraction) = text.split_at(text.len() - decimals);
    let mut written = String::from(if digits < 0 { "−" } else { "" });
    written.push_str(&separated(whole));
    if decimals > 0 {
        written.push('.');
        written.push_str(fraction);
    }
    written
}

/// Digits in groups of three.
fn separated(digits: &str) -> String {
    let mut written = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// An integer in raised digits.
fn superscript(number: i32) -> String {
    let raise = |digit: char| match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        _ => digit.to_digit(10).and_then(|digit| char::from_u32(0x2070 + digit)).unwrap_or(digit),
    };
    number.to_string().chars().map(raise).collect()
}

/// One number by itself with up to five significant digits.
pub(super) fn alone(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    // Through the text of five significant digits: rounding and order then cannot disagree.
    let text = format!("{:.4e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let order: i32 = exponent.parse().unwrap_or(0);
    let digits = mantissa.replace('.', "");
    let digits = digits.trim_end_matches('0');
    let number: i64 = digits.parse().unwrap_or(0);
    let last = order - digits.len() as i32 + 1;
    let signed = if value < 0.0 { -number } else { number };
    if (-4..15).contains(&order) {
        decimal(signed, last.max(0) as usize, (-last).max(0) as usize)
    } else {
        format!("{}×10{}", decimal(signed, 0, (order - last) as usize), superscript(order))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(low: f64, high: f64, most: usize) -> Vec<String> {
        ticks(low, high, most, false).labels
    }

    #[test]
    fn numbers_are_written_as_a_person_would() {
        assert_eq!(written(0.0, 700.0, 8), ["0", "100", "200", "300", "400", "500", "600", "700"]);
        assert_eq!(written(-0.3, 0.3, 4), ["−0.2", "0", "0.2"]);
        assert_eq!(written(0.0, 4000.0, 4), ["0", "1,000", "2,000", "3,000", "4,000"]);
        assert_eq!(written(0.0, 3e6, 3), ["0", "1M", "2M", "3M"]);
        assert_eq!(written(1.2e6, 1.8e6, 3), ["1.2M", "1.4M", "1.6M", "1.8M"]);
        assert_eq!(written(0.0, 2e12, 2), ["0", "1T", "2T"]);
        assert_eq!(written(0.0, 4e-9, 4), ["0", "1×10⁻⁹", "2×10⁻⁹", "3×10⁻⁹", "4×10⁻⁹"]);
        assert_eq!(written(1e6 + 0.001, 1e6 + 0.003, 2), ["1,000,000.001", "1,000,000.002", "1,000,000.003"]);
        assert_eq!(written(-2e18, 0.0, 2), ["−2×10¹⁸", "−1×10¹⁸", "0"]);
    }

    #[test]
    fn ticks_lie_within_the_ends_and_are_as_many_as_asked_or_fewer() {
        for exponent in -290..290 {
            for lead in [1.0, 1.7, 4.2, 9.99] {
                let high = lead * power(exponent);
                for (low, high) in [(0.0, high), (-high, high), (high * 0.9, high), (-high, -high * 0.37)] {
                    let ticks = ticks(low, high, 6, false);
                    assert!((1..=8).contains(&ticks.at.len()), "{low} {high} {ticks:?}");
                    let slack = 1e-8 * (high - low);
                    assert!(ticks.at.iter().all(|&at| at >= low - slack && at <= high + slack), "{low} {high}");
                    let mut labels = ticks.labels.clone();
                    labels.dedup();
                    assert_eq!(labels.len(), ticks.labels.len(), "{labels:?}");
                }
            }
        }
    }

    #[test]
    fn one_number_has_five_digits_at_most() {
        let cases = [
            (0.0, "0"),
            (112.0, "112"),
            (-1234567.0, "−1,234,600"),
            (0.1 + 0.2, "0.3"),
            (9.99999e5, "1,000,000"),
            (1.5e-9, "1.5×10⁻⁹"),
            (-2e20, "−2×10²⁰"),
            (0.000123456, "0.00012346"),
        ];
        for (value, text) in cases {
            assert_eq!(alone(value), text);
        }
    }
}
