//! The step of a time axis: found from its stamps, and taken again and again into the future.
//!
//! Stamps are whole positions on a [`Clock`]. A step is a number of positions, of calendar months that keep the day (or
//! the end) of the month, or of business days. Times that keep no step are refused with the place, never mended silently.
use super::civil::{civil_from_days, days_from_civil, days_in_month, weekday};

/// What one position on a time axis is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// A number without a calendar.
    Number,
    /// Months since year 0.
    Month,
    /// Quarters since year 0.
    Quarter,
    /// Ticks since 1970-01-01; a day has this many.
    Calendar { ticks_per_day: i64 },
}

/// The step of a time axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// So many positions.
    Positions(i64),
    /// So many calendar months, on this day of the month or its last day where it is shorter; 31 is the month's end.
    Months { count: i64, day: u32 },
    /// The next day from Monday to Friday.
    BusinessDay,
}

/// Where a time axis leaves its step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Break {
    /// The position in the series before the break, 0-based.
    pub(crate) after: usize,
    /// The step that most of the axis keeps.
    pub(crate) usual: Step,
    /// How many stamps are missing there; 0 where the next one is not on the step at all.
    pub(crate) missing: i64,
}

/// The step of at least two stamps in strictly ascending order.
pub(crate) fn find(stamps: &[i64], clock: Clock) -> Result<Step, Break> {
    if let Clock::Calendar { ticks_per_day } = clock {
        if let Some(months) = Monthly::of(stamps, ticks_per_day) {
            return months.step();
        }
        let step = even(stamps);
        return step.or_else(|uneven| match business_days(stamps, ticks_per_day) {
            Some(outcome) => outcome,
            None => Err(uneven),
        });
    }
    even(stamps)
}

impl Step {
    /// The `steps`-th stamp after `last`; `None` beyond what can be counted.
    pub(crate) fn after(self, last: i64, steps: usize, clock: Clock) -> Option<i64> {
        let steps = i64::try_from(steps).ok()?;
        let (day, of_day, ticks) = match clock {
            Clock::Calendar { ticks_per_day } => {
                (last.div_euclid(ticks_per_day), last.rem_euclid(ticks_per_day), ticks_per_day)
            }
            _ => (last, 0, 1),
        };
        let next = match self {
            Step::Positions(count) => return last.checked_add(count.checked_mul(steps)?),
            Step::Months { count, day: anchor } => {
                let (year, month, _) = civil_from_days(day);
                let month = (year * 12 + i64::from(month) - 1).checked_add(count.checked_mul(steps)?)?;
                // Years beyond this do not fit into days of 64 bits.
                let year = Some(month.div_euclid(12)).filter(|year| year.unsigned_abs() < 1 << 50)?;
                let month = month.rem_euclid(12) as u32 + 1;
                days_from_civil(year, month, anchor.min(days_in_month(year, month)))
            }
            Step::BusinessDay => {
                let from_monday = i64::from(weekday(day)).min(4);
                let monday = day - i64::from(weekday(day));
                let ahead = from_monday.checked_add(steps)?;
                monday.checked_add(ahead.div_euclid(5).checked_mul(7)?)?.checked_add(ahead.rem_euclid(5))?
            }
        };
        next.checked_mul(ticks)?.checked_add(of_day)
    }

    /// The step in words, such as `3 months`.
    pub(crate) fn describe(self, clock: Clock) -> String {
        let count = |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
        match (self, clock) {
            (Step::BusinessDay, _) => "1 business day".into(),
            (Step::Months { count: months, .. }, _) if months % 12 == 0 => count(months / 12, "year"),
            (Step::Months { count: months, .. }, _) => count(months, "month"),
            (Step::Positions(steps), Clock::Number) => steps.to_string(),
            (Step::Positions(steps), Clock::Month) => count(steps, "month"),
            (Step::Positions(steps), Clock::Quarter) => count(steps, "quarter"),
            (Step::Positions(ticks), Clock::Calendar { ticks_per_day }) => {
                let units = [(1, "day"), (24, "hour"), (1440, "minute"), (86_400, "second")];
                let whole = units
                    .into_iter()
                    .find(|(per_day, _)| ticks_per_day % per_day == 0 && ticks % (ticks_per_day / per_day) == 0);
                match whole {
                    Some((per_day, unit)) => count(ticks / (ticks_per_day / per_day), unit),
                    None => format!("{} seconds", ticks as f64 * 86_400.0 / ticks_per_day as f64),
                }
            }
        }
    }
}

/// Equal differences, or the first that is not the commonest.
fn even(stamps: &[i64]) -> Result<Step, Break> {
    let steps = || stamps.windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
    let first = steps().next().unwrap_or(1);
    if steps().all(|step| step == first) {
        return Ok(Step::Positions(first));
    }
    let usual = commonest(steps());
    Err(broken(steps(), usual, Step::Positions(usual)))
}

/// The commonest difference, the smallest of those equally common.
fn commonest(steps: impl Iterator<Item = i64>) -> i64 {
    let mut sorted: Vec<i64> = steps.collect();
    sorted.sort_unstable();
    let runs = sorted.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0]));
    runs.reduce(|best, run| if run.0 > best.0 { run } else { best }).map_or(1, |(_, step)| step)
}

/// The first difference that is not the usual one.
fn broken(mut steps: impl Iterator<Item = i64>, count: i64, usual: Step) -> Break {
    let mut at = 0;
    let odd = steps.by_ref().inspect(|_| at += 1).find(|step| *step != count).unwrap_or(count);
    Break { after: at - 1, usual, missing: if odd % count == 0 { odd / count - 1 } else { 0 } }
}

/// Stamps that keep the day of the month and the time of day.
struct Monthly {
    months: Vec<i64>,
    day: u32,
}

impl Monthly {
    /// `None` if the stamps do not keep them, or follow each other in less than a month.
    fn of(stamps: &[i64], ticks_per_day: i64) -> Option<Self> {
        let shortest = ticks_per_day.checked_mul(28)?;
        let close = |pair: &[i64]| pair[1].saturating_sub(pair[0]) < shortest;
        let of_day = stamps.first()?.rem_euclid(ticks_per_day);
        if stamps.windows(2).any(close) || stamps.iter().any(|stamp| stamp.rem_euclid(ticks_per_day) != of_day) {
            return None;
        }
        let dates: Vec<_> = stamps.iter().map(|stamp| civil_from_days(stamp.div_euclid(ticks_per_day))).collect();
        let ends = dates.iter().all(|&(year, month, day)| day == days_in_month(year, month));
        let day = if ends { 31 } else { dates.iter().map(|date| date.2).max()? };
        let keeps = dates.iter().all(|&(year, month, of_month)| of_month == day.min(days_in_month(year, month)));
        let months = || dates.iter().map(|&(year, month, _)| year * 12 + i64::from(month)).collect();
        keeps.then(|| Self { months: months(), day })
    }

    fn step(&self) -> Result<Step, Break> {
        let named = |step: Step| match step {
            Step::Positions(count) => Step::Months { count, day: self.day },
            other => other,
        };
        even(&self.months).map(named).map_err(|found| Break { usual: named(found.usual), ..found })
    }
}

/// Days from Monday to Friday at one time of day, mostly following each other. `None` if they are something else.
fn business_days(stamps: &[i64], ticks_per_day: i64) -> Option<Result<Step, Break>> {
    let of_day = stamps.first()?.rem_euclid(ticks_per_day);
    let business =
        |stamp: &i64| stamp.rem_euclid(ticks_per_day) == of_day && weekday(stamp.div_euclid(ticks_per_day)) < 5;
    if !stamps.iter().all(business) {
        return None;
    }
    // Business days since a Monday, so that Friday and the next Monday are neighbours.
    let position = |stamp: &i64| {
        let day = stamp.div_euclid(ticks_per_day) + 3;
        day.div_euclid(7) * 5 + day.rem_euclid(7)
    };
    let positions: Vec<i64> = stamps.iter().map(position).collect();
    let steps = || positions.windows(2).map(|pair| pair[1] - pair[0]);
    if steps().all(|step| step == 1) {
        return Some(Ok(Step::BusinessDay));
    }
    (commonest(steps()) == 1).then(|| Err(broken(steps(), 1, Step::BusinessDay)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: Clock = Clock::Calendar { ticks_per_day: 1 };
    const SECONDS: Clock = Clock::Calendar { ticks_per_day: 86_400 };

    fn day(year: i64, month: u32, day: u32) -> i64 {
        days_from_civil(year, month, day)
    }

    /// The step of the stamps, and that each follows from the first by it.
    fn found(stamps: &[i64], clock: Clock) -> Step {
        let step = find(stamps, clock).unwrap();
        for (steps, stamp) in stamps.iter().enumerate() {
            assert_eq!(step.after(stamps[0], steps, clock), Some(*stamp));
        }
        step
    }

    #[test]
    fn numbers_keep_their_difference() {
        assert_eq!(found(&[3, 5, 7], Clock::Number), Step::Positions(2));
        assert_eq!(found(&[-10, 0], Clock::Number), Step::Positions(10));
        assert_eq!(Step::Positions(2).after(i64::MAX, 1, Clock::Number), None);
        assert_eq!(Step::Positions(i64::MAX).after(0, 3, Clock::Number), None);
    }

    #[test]
    fn months_quarters_and_years_keep_the_day_or_the_end_of_the_month() {
        let starts = [day(2020, 1, 1), day(2020, 2, 1), day(2020, 3, 1)];
        assert_eq!(found(&starts, DAYS), Step::Months { count: 1, day: 1 });
        let ends = [day(2019, 12, 31), day(2020, 1, 31), day(2020, 2, 29), day(2020, 3, 31), day(2020, 4, 30)];
        assert_eq!(found(&ends, DAYS), Step::Months { count: 1, day: 31 });
        let clipped = [day(2021, 1, 30), day(2021, 2, 28), day(2021, 3, 30)];
        assert_eq!(found(&clipped, DAYS), Step::Months { count: 1, day: 30 });
        let quarters = [day(2019, 9, 30), day(2019, 12, 31), day(2020, 3, 31)];
        assert_eq!(found(&quarters, DAYS), Step::Months { count: 3, day: 31 });
        assert_eq!(found(&[day(2019, 2, 28), day(2020, 2, 29)], DAYS), Step::Months { count: 12, day: 31 });
        let noon = [day(2020, 1, 5) * 86_400 + 43_200, day(2020, 2, 5) * 86_400 + 43_200];
        assert_eq!(found(&noon, SECONDS), Step::Months { count: 1, day: 5 });
    }

    #[test]
    fn days_weeks_and_hours_keep_their_length() {
        assert_eq!(found(&[day(2020, 2, 28), day(2020, 2, 29), day(2020, 3, 1)], DAYS), Step::Positions(1));
        assert_eq!(found(&[day(2020, 1, 1), day(2020, 1, 8), day(2020, 1, 15)], DAYS), Step::Positions(7));
        assert_eq!(found(&[day(2021, 1, 1), day(2021, 1, 29), day(2021, 2, 26)], DAYS), Step::Positions(28));
        assert_eq!(found(&[0, 3600, 7200], SECONDS), Step::Positions(3600));
        assert_eq!(found(&[-900, 0, 900], SECONDS), Step::Positions(900));
    }

    #[test]
    fn business_days_skip_the_weekend() {
        let monday = day(2024, 1, 1);
        let weeks: Vec<i64> = (0..21).filter(|d| d % 7 < 5).map(|d| monday + d).collect();
        assert_eq!(found(&weeks, DAYS), Step::BusinessDay);
        assert_eq!(found(&[monday + 4, monday + 7, monday + 8], DAYS), Step::BusinessDay);
        assert_eq!(found(&weeks[..5], DAYS), Step::Positions(1));
        let friday = monday + 4;
        assert_eq!(Step::BusinessDay.after(friday, 1, DAYS), Some(monday + 7));
        assert_eq!(Step::BusinessDay.after(friday, 6, DAYS), Some(monday + 14));
    }

    #[test]
    fn a_gap_is_named_with_the_usual_step() {
        let gap = |after, usual, missing| Err(Break { after, usual, missing });
        assert_eq!(find(&[1, 2, 3, 6, 7], Clock::Number), gap(2, Step::Positions(1), 2));
        assert_eq!(find(&[0, 2, 4, 5], Clock::Number), gap(2, Step::Positions(2), 0));
        let months = [day(2020, 1, 1), day(2020, 2, 1), day(2020, 3, 1), day(2020, 5, 1)];
        assert_eq!(find(&months, DAYS), gap(2, Step::Months { count: 1, day: 1 }, 1));
        let monday = day(2024, 1, 1);
        let holiday: Vec<i64> = [0, 1, 2, 3, 4, 7, 9, 10, 11].iter().map(|d| monday + d).collect();
        assert_eq!(find(&holiday, DAYS), gap(5, Step::BusinessDay, 1));
        assert_eq!(find(&[0, 3600, 7300, 10_800], SECONDS), gap(0, Step::Positions(3500), 0));
    }

    #[test]
    fn steps_say_what_they_are() {
        assert_eq!(Step::Positions(7).describe(DAYS), "7 days");
        assert_eq!(Step::Positions(3600).describe(SECONDS), "1 hour");
        assert_eq!(Step::Positions(900).describe(SECONDS), "15 minutes");
        assert_eq!(Step::Positions(1).describe(Clock::Calendar { ticks_per_day: 864_000 }), "0.1 seconds");
        assert_eq!(Step::Months { count: 12, day: 1 }.describe(DAYS), "1 year");
        assert_eq!(Step::Months { count: 3, day: 31 }.describe(DAYS), "3 months");
        assert_eq!(Step::Positions(2).describe(Clock::Quarter), "2 quarters");
    }
}
