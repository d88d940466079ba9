//! What is usual at this time of the day and of the week.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};

const NANOSECONDS: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * NANOSECONDS;
const WEEK: i64 = 7 * DAY;
/// How long a mean remembers, in visits of its time of day or week.
const DAYS: f64 = 10.0;
const WEEKS: f64 = 4.0;
/// How many rows the overall mean remembers.
const ROWS: f64 = 1000.0;

/// A fading mean: sum and weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Fading {
    sum: f64,
    weight: f64,
}

impl Fading {
    /// The mean of what was seen and `prior` values of `guess`.
    fn mean(self, guess: f64, prior: f64) -> f64 {
        (self.sum + prior * guess) / (self.weight + prior)
    }

    fn add(&mut self, value: f64, length: f64) {
        let keep = 1.0 - 1.0 / length.max(1.0);
        self.sum = self.sum * keep + value;
        self.weight = self.weight * keep + 1.0;
    }

    fn is_sound(self) -> bool {
        self.sum.is_finite() && self.weight >= 0.0 && self.weight.is_finite()
    }
}

/// Usual values and usual steps by time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Profile {
    overall: Fading,
    overall_step: Fading,
    half_hours: Vec<Fading>,
    hours: Vec<Fading>,
    week_hours: Vec<Fading>,
    steps: Vec<Fading>,
}

/// What was expected of a row before it was seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Usual {
    /// By half hour of the day; none before the first visit.
    pub(super) of_day: Option<f64>,
    /// By hour of the week, drawn to the hour of the day where little is known.
    pub(super) of_week: Option<f64>,
    /// The usual absolute step at this hour.
    pub(super) step: Option<f64>,
}

impl Default for Profile {
    fn default() -> Self {
        let list = |length| vec![Fading::default(); length];
        Self {
            overall: Fading::default(),
            overall_step: Fading::default(),
            half_hours: list(48),
            hours: list(24),
            week_hours: list(168),
            steps: list(24),
        }
    }
}

/// Which half hour of the day, hour of the day and hour of the week.
fn places(time: i64) -> (usize, usize, usize) {
    let (day, week) = (time.rem_euclid(DAY), time.rem_euclid(WEEK));
    ((day / (DAY / 48)) as usize, (day / (DAY / 24)) as usize, (week / (WEEK / 168)) as usize)
}

impl Profile {
    /// What is usual at `time`, in nanoseconds since 1970, when `per_hour` rows come in an hour.
    pub(super) fn usual(&self, time: i64, per_hour: f64) -> Usual {
        let (half, hour, week) = places(time);
        let nothing = self.overall.weight == 0.0;
        let overall = self.overall.mean(0.0, 0.0);
        let of_hour = self.hours[hour].mean(overall, per_hour);
        let step = self.overall_step.mean(0.0, 0.0);
        Usual {
            of_day: (self.half_hours[half].weight > 0.0).then(|| self.half_hours[half].mean(overall, 1.0)),
            of_week: (!nothing).then(|| self.week_hours[week].mean(of_hour, 2.0 * per_hour)),
            // A tenth of the overall step keeps quiet hours from making every step strange.
            step: (self.overall_step.weight > 0.0).then(|| self.steps[hour].mean(step, per_hour) + 0.1 * step),
        }
    }

    /// Learn a row: its value, and its absolute step from the row before.
    pub(super) fn learn(&mut self, time: i64, per_hour: f64, value: f64, step: Option<f64>) {
        let (half, hour, week) = places(time);
        self.overall.add(value, ROWS);
        self.half_hours[half].add(value, DAYS * (0.5 * per_hour).max(1.0));
        self.hours[hour].add(value, DAYS * per_hour);
        self.week_hours[week].add(value, WEEKS * per_hour);
        if let Some(step) = step {
            self.overall_step.add(step, ROWS);
            self.steps[hour].add(step, DAYS * per_hour);
        }
    }

    /// Whether a saved profile can have come from a stream.
    pub(super) fn check(&self) -> Result<()> {
        let lists = [&self.half_hours, &self.hours, &self.week_hours, &self.steps];
        let sound = lists.iter().all(|list| list.iter().all(|mean| mean.is_sound()))
            && self.overall.is_sound()
            && self.overall_step.is_sound();
        ensure!(
            sound && lists.map(Vec::len) == [48, 24, 168, 24],
            InvalidData,
            "a profile of the day and week has the wrong length or numbers that are not finite"
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weekly_pattern_is_expected_after_weeks() {
        let mut profile = Profile::default();
        let value = |hour: i64| if (hour / 24) % 7 >= 5 { 1.0 } else { 10.0 + (hour % 24) as f64 };
        for hour in 0..24 * 7 * 8 {
            profile.learn(hour * DAY / 24, 1.0, value(hour), Some(1.0));
        }
        let last = 24 * 7 * 8;
        let worst = |error: &dyn Fn(i64) -> f64| (last..last + 24 * 7).map(error).fold(0.0, f64::max);
        let of_week = worst(&|hour| (profile.usual(hour * DAY / 24, 1.0).of_week.unwrap() - value(hour)).abs());
        let of_day = worst(&|hour| (profile.usual(hour * DAY / 24, 1.0).of_day.unwrap() - value(hour)).abs());
        assert!(of_week < 8.0 && of_day > 2.0 * of_week, "{of_week} {of_day}");
        let before = profile.usual(-1, 1.0);
        assert_eq!(before, profile.usual(WEEK - 1, 1.0));
        assert!((before.step.unwrap() - 1.1).abs() < 1e-12);
    }

    #[test]
    fn nothing_is_usual_at_first() {
        let usual = Profile::default().usual(0, 12.0);
        assert_eq!(usual, Usual { of_day: None, of_week: None, step: None });
    }
}
