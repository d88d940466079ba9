//! Which point of a front to take.
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::points::{Points, finite};
use crate::data::Vector;
use crate::error::{Result, ensure};

/// What makes a point of a front the one to take. In all of them each objective counts as a part of its range on the front,
/// 0 at its best and 1 at its worst; an objective that is the same everywhere is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FrontChoice {
    /// The knee: how far the point lies below the plane on which the parts add up to 1 (Das 1999), for two objectives the
    /// line through both ends. Without weights.
    #[default]
    Knee,
    /// By how many radians the front turns at the point, from the neighbour on one side to that on the other (Branke, Deb,
    /// Dierolf and Osswald 2004): two objectives only, 0 at both ends. Without weights.
    BendAngle,
    /// Minus the sum of the parts, each times its weight.
    WeightedSum,
    /// Minus the largest of the parts, each less what is aspired to and times its weight, plus a thousandth of their sum
    /// (the achievement function of Wierzbicki 1980): meets any part of the front, also where it is hollow.
    Achievement,
    /// Minus the distance between the weights and the point's own: how far each objective is from its worst, as a part of all
    /// (Deb 2001).
    PseudoWeights,
}

/// Take a point of a front by what is preferred.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FrontPreference {
    /// What makes a point the one to take. Default knee.
    pub choice: FrontChoice,
    /// How much each objective matters, one number of 0 or more per objective, not all 0. Default all the same.
    pub weights: Vec<f64>,
    /// What is aspired to in each objective, in its own unit, for `achievement`. Default the best of each.
    pub aspiration: Vec<f64>,
}

impl FrontPreference {
    /// Set what makes a point the one to take.
    #[must_use]
    pub fn with_choice(mut self, choice: FrontChoice) -> Self {
        self.choice = choice;
        self
    }

    /// Set how much each objective matters.
    #[must_use]
    pub fn with_weights(mut self, weights: impl Into<Vec<f64>>) -> Self {
        self.weights = weights.into();
        self
    }

    /// Set what is aspired to in each objective.
    #[must_use]
    pub fn with_aspiration(mut self, aspiration: impl Into<Vec<f64>>) -> Self {
        self.aspiration = aspiration.into();
        self
    }

    /// Refuse options that contradict each other or are out of range.
    ///
    /// # Errors
    /// `invalid_config`.
    pub fn validate(&self) -> Result<()> {
        for (at, weight) in self.weights.iter().enumerate() {
            let sound = *weight >= 0.0 && weight.is_finite();
            ensure!(sound, InvalidConfig, "weight {at} is {weight}; it must be 0 or more");
        }
        let some = self.weights.is_empty() || self.weights.iter().any(|weight| *weight > 0.0);
        ensure!(some, InvalidConfig, "all weights are 0; at least one must be above");
        for (at, value) in self.aspiration.iter().enumerate() {
            ensure!(value.is_finite(), InvalidConfig, "aspiration {at} is {value}; it must be finite");
        }
        let weightless = matches!(self.choice, FrontChoice::Knee | FrontChoice::BendAngle);
        ensure!(!weightless || self.weights.is_empty(), InvalidConfig, "weights do not go with a choice by shape");
        let aspired = self.choice == FrontChoice::Achievement || self.aspiration.is_empty();
        ensure!(aspired, InvalidConfig, "aspiration goes with achievement only");
        Ok(())
    }

    /// The score of every point, `[point, objective]`, all objectives minimised: the larger, the more to be taken.
    ///
    /// ```
    /// use inlaid::optimize::FrontPreference;
    /// let front = inlaid::ndarray::array![[0.0, 1.0], [0.2, 0.3], [0.6, 0.2], [1.0, 0.0]];
    /// let preference = FrontPreference::default();
    /// assert_eq!(preference.pick(front.view())?, 1);
    /// assert!((preference.score(front.view())?[1] - 0.5 / 2.0_f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), inlaid::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_config` as [`validate`](FrontPreference::validate), for weights or aspirations of another number than
    /// objectives, and for `bend_angle` of other than two objectives; `invalid_data` for numbers that are not finite;
    /// `not_enough_data` without points.
    pub fn score(&self, front: ArrayView2<'_, f64>) -> Result<Vector> {
        self.validate()?;
        let values = finite(front, "front")?;
        let width = front.ncols();
        ensure!(front.nrows() > 0, NotEnoughData, "the front has no points");
        for (name, length) in [("weights", self.weights.len()), ("aspiration", self.aspiration.len())] {
            let fits = length == 0 || length == width;
            ensure!(fits, InvalidConfig, "{name} has {length} entries for {width} objectives");
        }
        let points = Points::new(&values, width);
        let span = Span::of(points);
        let parts: Vec<f64> = points.rows().flat_map(|row| span.parts(row)).collect();
        let parts = Points::new(&parts, width);
        let total: f64 = self.weights.iter().sum();
        let weights: Vec<f64> = if self.weights.is_empty() {
            vec![1.0 / width as f64; width]
        } else {
            self.weights.iter().map(|weight| weight / total).collect()
        };
        Ok(match self.choice {
            FrontChoice::Knee => depths(parts),
            FrontChoice::BendAngle => {
                ensure!(width == 2, InvalidConfig, "bend_angle is for two objectives, not {width}");
                bends(parts)
            }
            FrontChoice::WeightedSum => parts.rows().map(|row| -dot(row, &weights)).collect(),
            FrontChoice::Achievement => {
                let goal =
                    if self.aspiration.is_empty() { vec![0.0; width] } else { span.parts(&self.aspiration).collect() };
                parts.rows().map(|row| -achievement(row, &goal, &weights)).collect()
            }
            FrontChoice::PseudoWeights => parts.rows().map(|row| -unlike(row, &weights)).collect::<Vec<f64>>(),
        }
        .into())
    }

    /// The position of the point with the largest score; of several, the first.
    ///
    /// # Errors
    /// As [`score`](FrontPreference::score).
    pub fn pick(&self, front: ArrayView2<'_, f64>) -> Result<usize> {
        let scores = self.score(front)?;
        let mut best = 0;
        for (at, score) in scores.iter().enumerate() {
            if *score > scores[best] {
                best = at;
            }
        }
        Ok(best)
    }
}

/// The best of each objective and its range.
struct Span {
    best: Vec<f64>,
    range: Vec<f64>,
}

impl Span {
    fn of(points: Points<'_>) -> Self {
        let fold = |start: f64, by: fn(f64, f64) -> f64| {
            points.rows().fold(vec![start; points.width()], |mut found, row| {
                found.iter_mut().zip(row).for_each(|(found, value)| *found = by(*found, *value));
                found
            })
        };
        let (best, worst) = (fold(f64::INFINITY, f64::min), fold(f64::NEG_INFINITY, f64::max));
        // Of halves, so that the widest range is finite.
        let range = best.iter().zip(&worst).map(|(best, worst)| 0.5 * worst - 0.5 * best).collect();
        Self { best, range }
    }

    fn parts<'a>(&'a self, row: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        let spans = self.best.iter().zip(&self.range);
        row.iter().zip(spans).map(
            |(value, (best, range))| {
                if *range > 0.0 { (0.5 * value - 0.5 * best) / range } else { 0.0 }
            },
        )
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// How far points lie below the plane of parts that add up to 1.
fn depths(parts: Points<'_>) -> Vec<f64> {
    let length = (parts.width() as f64).sqrt();
    parts.rows().map(|row| (1.0 - row.iter().sum::<f64>()) / length).collect()
}

/// The angle at each point between the directions to its neighbours by the first objective, less pi.
fn bends(parts: Points<'_>) -> Vec<f64> {
    let order = super::ranking::lexicographic(parts);
    let mut bends = vec![0.0; parts.len()];
    for three in order.windows(3) {
        let [before, at, after] = [0, 1, 2].map(|place| parts.row(three[place] as usize));
        let rise = (before[1] - at[1]).atan2(at[0] - before[0]);
        let fall = (at[1] - after[1]).atan2(after[0] - at[0]);
        bends[three[1] as usize] = rise - fall;
    }
    bends
}

fn achievement(row: &[f64], goal: &[f64], weights: &[f64]) -> f64 {
    let missing = || row.iter().zip(goal).zip(weights).map(|((value, goal), weight)| (value - goal) * weight);
    missing().fold(f64::NEG_INFINITY, f64::max) + 1e-3 * missing().sum::<f64>()
}

/// The distance between the weights and those of the point.
fn unlike(row: &[f64], weights: &[f64]) -> f64 {
    let total: f64 = row.iter().map(|part| 1.0 - part).sum();
    let own = |part: f64| if total > 0.0 { (1.0 - part) / total } else { 1.0 / row.len() as f64 };
    row.iter().zip(weights).map(|(part, weight)| (own(*part) - weight) * (own(*part) - weight)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::Code;
    use crate::optimize::fronts::testing::shuffled;

    fn bent() -> Array2<f64> {
        array![[0.0, 40.0], [1.0, 16.0], [2.0, 8.0], [4.0, 4.0], [6.0, 2.0], [10.0, 0.0]]
    }

    fn pick(preference: &FrontPreference, front: &Array2<f64>) -> usize {
        preference.pick(front.view()).unwrap()
    }

    /// By hand: the parts of (2, 8) are 0.2 and 0.2, and no other pair adds up to less.
    #[test]
    fn the_knee_is_the_point_farthest_below_the_line_between_the_ends() {
        let preference = FrontPreference::default();
        assert_eq!(pick(&preference, &bent()), 2);
        let scores = preference.score(bent().view()).unwrap();
        assert!((scores[2] - 0.6 / 2.0_f64.sqrt()).abs() < 1e-15);
        assert_eq!((scores[0], scores[5]), (0.0, 0.0));
    }

    /// By hand: at (1, 16) the slopes in parts are -6 and -2, at (2, 8) -2 and -0.5.
    #[test]
    fn bends_are_the_angles_between_the_slopes() {
        let scores = FrontPreference::default().with_choice(FrontChoice::BendAngle).score(bent().view()).unwrap();
        assert!((scores[1] - (6.0_f64.atan() - 2.0_f64.atan())).abs() < 1e-12);
        assert!((scores[2] - (2.0_f64.atan() - 0.5_f64.atan())).abs() < 1e-12);
        assert_eq!((scores[0], scores[5]), (0.0, 0.0));
    }

    #[test]
    fn weights_move_the_choice_along_the_front() {
        for choice in [FrontChoice::WeightedSum, FrontChoice::Achievement, FrontChoice::PseudoWeights] {
            let preference = FrontPreference::default().with_choice(choice);
            assert_eq!(pick(&preference.clone().with_weights([1.0, 0.0]), &bent()), 0, "{choice:?}");
            assert_eq!(pick(&preference.clone().with_weights([0.0, 3.0]), &bent()), 5, "{choice:?}");
        }
        let aspiring = FrontPreference::default().with_choice(FrontChoice::Achievement).with_aspiration([6.0, 2.0]);
        assert_eq!(pick(&aspiring, &bent()), 4);
        // The middle of a hollow front, which no weighted sum finds.
        let hollow = array![[0.0, 1.0], [0.6, 0.6], [1.0, 0.0]];
        assert_eq!(pick(&FrontPreference::default().with_choice(FrontChoice::Achievement), &hollow), 1);
        assert_ne!(pick(&FrontPreference::default().with_choice(FrontChoice::WeightedSum), &hollow), 1);
    }

    #[test]
    fn the_order_and_the_units_do_not_matter() {
        let order = shuffled(2, 6);
        let moved = bent().select(ndarray::Axis(0), &order).mapv(|value| 1e6 * value + 3.0);
        for choice in [
            FrontChoice::Knee,
            FrontChoice::BendAngle,
            FrontChoice::WeightedSum,
            FrontChoice::Achievement,
            FrontChoice::PseudoWeights,
        ] {
            let preference = FrontPreference::default().with_choice(choice);
            let (before, after) = (preference.score(bent().view()).unwrap(), preference.score(moved.view()).unwrap());
            for (at, from) in order.iter().enumerate() {
                assert!((after[at] - before[*from]).abs() < 1e-9, "{choice:?}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_and_one_point_is_picked() {
        let code = |preference: FrontPreference, front: Array2<f64>| preference.pick(front.view()).unwrap_err().code();
        let sum = FrontPreference::default().with_choice(FrontChoice::WeightedSum);
        assert_eq!(code(sum.clone().with_weights([1.0]), bent()), Code::InvalidConfig);
        assert_eq!(code(sum.clone().with_weights([0.0, 0.0]), bent()), Code::InvalidConfig);
        assert_eq!(code(sum.clone().with_weights([f64::NAN, 1.0]), bent()), Code::InvalidConfig);
        assert_eq!(code(sum.clone().with_aspiration([1.0, 1.0]), bent()), Code::InvalidConfig);
        assert_eq!(code(FrontPreference::default().with_weights([1.0, 1.0]), bent()), Code::InvalidConfig);
        let angle = FrontPreference::default().with_choice(FrontChoice::BendAngle);
        assert_eq!(code(angle, Array2::zeros((4, 3))), Code::InvalidConfig);
        assert_eq!(code(sum.clone(), Array2::zeros((0, 2))), Code::NotEnoughData);
        assert_eq!(code(sum.clone(), array![[f64::NAN, 1.0]]), Code::InvalidData);
        for choice in [FrontChoice::Knee, FrontChoice::PseudoWeights, FrontChoice::Achievement] {
            assert_eq!(pick(&FrontPreference::default().with_choice(choice), &array![[3.0, 4.0]]), 0);
        }
    }
}
