//! The minimum of a function of one variable in an interval.

/// Where a minimum was found, and the function there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Minimum {
    /// The place.
    pub x: f64,
    /// The function's value there.
    pub value: f64,
}

/// A local minimum of `function` between `low` and `high`, starting from `guess` strictly between them (anything else
/// starts at the golden section). Stops when `x` is known to about `tolerance`, or after `evaluations` calls. NaN counts
/// as infinite.
///
/// Golden sections safeguard parabolas through the three best points. Source: Brent, *Algorithms for Minimization Without
/// Derivatives* (1973), chapter 5.
pub fn minimise(
    mut function: impl FnMut(f64) -> f64,
    (mut low, mut high): (f64, f64),
    guess: f64,
    tolerance: f64,
    evaluations: usize,
) -> Minimum {
    const GOLDEN: f64 = 0.381_966_011_250_105_1;
    let mut at = |x: f64| {
        let value = function(x);
        Minimum { x, value: if value.is_nan() { f64::INFINITY } else { value } }
    };
    let start = if guess > low && guess < high { guess } else { low + GOLDEN * (high - low) };
    let mut best = at(start);
    let (mut second, mut third) = (best, best);
    let (mut step, mut before_last) = (0.0_f64, 0.0_f64);
    for _ in 1..evaluations {
        let middle = f64::midpoint(low, high);
        let least = tolerance + f64::EPSILON * best.x.abs();
        if (best.x - middle).abs() <= 2.0 * least - (high - low) / 2.0 {
            break;
        }
        let mut golden = true;
        if before_last.abs() > least {
            let r = (best.x - second.x) * (best.value - third.value);
            let q = (best.x - third.x) * (best.value - second.value);
            let p = (best.x - third.x) * q - (best.x - second.x) * r;
            let q = 2.0 * (q - r);
            let (p, q) = if q > 0.0 { (-p, q) } else { (p, -q) };
            if p.abs() < (q * before_last / 2.0).abs() && p > q * (low - best.x) && p < q * (high - best.x) {
                (before_last, step) = (step, p / q);
                let next = best.x + step;
                if next - low < 2.0 * least || high - next < 2.0 * least {
                    step = least.copysign(middle - best.x);
                }
                golden = false;
            }
        }
        if golden {
            before_last = if best.x < middle { high - best.x } else { low - best.x };
            step = GOLDEN * before_last;
        }
        let new = at(best.x + if step.abs() >= least { step } else { least.copysign(step) });
        if new.value <= best.value {
            if new.x < best.x {
                high = best.x
            } else {
                low = best.x
            }
            (third, second, best) = (second, best, new);
        } else {
            if new.x < best.x {
                low = new.x
            } else {
                high = new.x
            }
            if new.value <= second.value || second.x == best.x {
                (third, second) = (second, new);
            } else if new.value <= third.value || third.x == best.x || third.x == second.x {
                third = new;
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parabola_is_solved_in_few_evaluations() {
        let mut count = 0;
        let function = |x: f64| {
            count += 1;
            (x - 0.3) * (x - 0.3) + 2.0
        };
        let minimum = minimise(function, (0.0, 1.0), 0.5, 1e-8, 100);
        assert!((minimum.x - 0.3).abs() < 1e-7 && minimum.value >= 2.0, "{minimum:?}");
        assert!(count < 15, "{count}");
    }

    #[test]
    fn a_minimum_at_the_edge_is_approached() {
        let minimum = minimise(|x| x, (1.0, 2.0), 1.5, 1e-8, 200);
        assert!(minimum.x < 1.0 + 1e-7);
    }

    #[test]
    fn a_sharp_and_partly_undefined_function_ends_at_its_least_point() {
        let function = |x: f64| if x < 0.2 { f64::NAN } else { (x - 0.7).abs() };
        let minimum = minimise(function, (0.0, 1.0), f64::NAN, 1e-9, 200);
        assert!((minimum.x - 0.7).abs() < 1e-7, "{minimum:?}");
    }
}
