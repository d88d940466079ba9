//! How far a front is from another one, as a single number.
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::points::{Points, finite};
use crate::Context;
use crate::error::{Result, ensure};

/// What is measured between a front and a reference front. All are 0 for a front that has every point of the reference, and
/// the smaller the better; objectives are minimised and measured as they are, so scale them if their units differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FrontIndicator {
    /// The mean distance from the points of the reference to the nearest of the front, counting only where the front is worse
    /// (IGD+, Ishibuchi, Masuda, Tanigaki and Nojima 2015): never better for a dominated front.
    #[default]
    InvertedGenerationalDistancePlus,
    /// The mean distance from the points of the reference to the nearest of the front (IGD, Coello and Reyes Sierra 2004).
    InvertedGenerationalDistance,
    /// The mean distance from the points of the front to the nearest of the reference, counting only where the front is worse
    /// (GD+).
    GenerationalDistancePlus,
    /// The mean distance from the points of the front to the nearest of the reference (GD, Van Veldhuizen 1999, with the mean
    /// in the place of the root of the sum of squares).
    GenerationalDistance,
    /// By how much every point of the front must improve in all objectives so that each of the reference is covered (Zitzler,
    /// Thiele, Laumanns, Fonseca and Grunert da Fonseca 2003); below 0 for a front that is better everywhere.
    AdditiveEpsilon,
}

/// The indicator of a front against a reference front, both `[point, objective]`, all objectives minimised. O(n k m) for n
/// points and k of the reference.
///
/// ```
/// use inlaid::ndarray::array;
/// use inlaid::optimize::{FrontIndicator, front_indicator};
/// let (front, reference) = (array![[1.0, 2.0], [3.0, 1.0]], array![[1.0, 1.0]]);
/// let context = inlaid::Context::new();
/// let epsilon = front_indicator(front.view(), reference.view(), FrontIndicator::AdditiveEpsilon, &context)?;
/// assert_eq!(epsilon, 1.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_data` for numbers that are not finite and fronts of different objectives; `not_enough_data` for an empty front;
/// `cancelled`.
pub fn front_indicator(
    front: ArrayView2<'_, f64>,
    reference: ArrayView2<'_, f64>,
    indicator: FrontIndicator,
    context: &Context,
) -> Result<f64> {
    let (width, other) = (front.ncols(), reference.ncols());
    ensure!(width == other, InvalidData, "a front of {width} objectives and a reference of {other}");
    for (name, rows) in [("front", front.nrows()), ("reference", reference.nrows())] {
        ensure!(rows > 0, NotEnoughData, "the {name} has no points");
    }
    let (front, reference) = (finite(front, "front")?, finite(reference, "reference")?);
    let (front, reference) = (Points::new(&front, width), Points::new(&reference, width));
    let worse = |own: &f64, goal: &f64| (own - goal).max(0.0);
    let length = |gaps: &mut dyn Iterator<Item = f64>| gaps.map(|gap| gap * gap).sum::<f64>().sqrt();
    let plus = |own: &[f64], goal: &[f64]| length(&mut own.iter().zip(goal).map(|(a, b)| worse(a, b)));
    let plain = |own: &[f64], goal: &[f64]| length(&mut own.iter().zip(goal).map(|(a, b)| a - b));
    let most = |own: &[f64], goal: &[f64]| own.iter().zip(goal).map(|(a, b)| a - b).fold(f64::NEG_INFINITY, f64::max);
    let value = match indicator {
        FrontIndicator::InvertedGenerationalDistancePlus => {
            mean(reference, front, context, |goal, own| plus(own, goal))?
        }
        FrontIndicator::InvertedGenerationalDistance => mean(reference, front, context, |goal, own| plain(own, goal))?,
        FrontIndicator::GenerationalDistancePlus => mean(front, reference, context, plus)?,
        FrontIndicator::GenerationalDistance => mean(front, reference, context, plain)?,
        FrontIndicator::AdditiveEpsilon => {
            let least = nearest(reference, front, context, |goal, own| most(own, goal))?;
            least.into_iter().fold(f64::NEG_INFINITY, f64::max)
        }
    };
    ensure!(value.is_finite(), InvalidData, "the distance is beyond the largest number; scale the objectives");
    Ok(value)
}

/// For each point of one front the least distance to the other.
fn nearest(
    from: Points<'_>,
    to: Points<'_>,
    context: &Context,
    distance: impl Fn(&[f64], &[f64]) -> f64,
) -> Result<Vec<f64>> {
    let mut seen = 0_usize;
    from.rows()
        .map(|row| {
            seen += to.len();
            if seen > 1 << 16 {
                seen = 0;
                context.check()?;
            }
            Ok(to.rows().map(|other| distance(row, other)).fold(f64::INFINITY, f64::min))
        })
        .collect()
}

fn mean(from: Points<'_>, to: Points<'_>, context: &Context, distance: impl Fn(&[f64], &[f64]) -> f64) -> Result<f64> {
    Ok(nearest(from, to, context, distance)?.iter().sum::<f64>() / from.len() as f64)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::Code;
    use crate::optimize::fronts::testing::pseudo;

    fn measure(front: &Array2<f64>, reference: &Array2<f64>, indicator: FrontIndicator) -> f64 {
        front_indicator(front.view(), reference.view(), indicator, &Context::new()).unwrap()
    }

    /// By hand: (2, 3) and (4, 1) against (1, 1), (2, 2) and (5, 0).
    #[test]
    fn indicators_are_those_worked_out_by_hand() {
        let (front, reference) = (array![[2.0, 3.0], [4.0, 1.0]], array![[1.0, 1.0], [2.0, 2.0], [5.0, 0.0]]);
        let (two, five) = (2.0_f64.sqrt(), 5.0_f64.sqrt());
        let known = [
            (FrontIndicator::InvertedGenerationalDistance, (five + 1.0 + two) / 3.0),
            (FrontIndicator::InvertedGenerationalDistancePlus, (five + 1.0 + 1.0) / 3.0),
            (FrontIndicator::GenerationalDistance, (1.0 + two) / 2.0),
            (FrontIndicator::GenerationalDistancePlus, (1.0 + 1.0) / 2.0),
            (FrontIndicator::AdditiveEpsilon, 2.0),
        ];
        for (indicator, value) in known {
            let found = measure(&front, &reference, indicator);
            assert!((found - value).abs() < 1e-15, "{indicator:?}: {found}");
        }
    }

    #[test]
    fn a_front_is_at_no_distance_from_itself_and_a_dominated_one_is_never_nearer() {
        let reference = pseudo(3, 50, 4);
        let worse = &reference + 0.1;
        for indicator in [
            FrontIndicator::InvertedGenerationalDistance,
            FrontIndicator::InvertedGenerationalDistancePlus,
            FrontIndicator::GenerationalDistance,
            FrontIndicator::GenerationalDistancePlus,
            FrontIndicator::AdditiveEpsilon,
        ] {
            let own = measure(&reference, &reference, indicator);
            assert!((0.0..1e-15).contains(&own), "{indicator:?}");
            assert!(measure(&worse, &reference, indicator) > 0.0);
        }
        assert_eq!(measure(&(&reference - 0.5), &reference, FrontIndicator::InvertedGenerationalDistancePlus), 0.0);
        let epsilon = measure(&(&reference - 0.5), &reference, FrontIndicator::AdditiveEpsilon);
        assert!((-1.5..=-0.5).contains(&epsilon));
    }

    #[test]
    fn empty_uneven_and_infinite_fronts_are_refused() {
        let code = |front: Array2<f64>, reference: Array2<f64>| {
            let found = front_indicator(front.view(), reference.view(), FrontIndicator::default(), &Context::new());
            found.unwrap_err().code()
        };
        assert_eq!(code(Array2::zeros((0, 2)), array![[1.0, 1.0]]), Code::NotEnoughData);
        assert_eq!(code(array![[1.0, 1.0]], array![[1.0]]), Code::InvalidData);
        assert_eq!(code(array![[f64::INFINITY, 1.0]], array![[1.0, 1.0]]), Code::InvalidData);
    }
}
