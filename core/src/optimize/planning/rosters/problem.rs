//! The rules of a roster as plain numbers, and a roster that keeps them.
use ndarray::ArrayView2;

use super::options::RosterShifts;
use crate::error::{Result, bail, ensure};

/// The most cells of worker, day and shift.
const MOST_CELLS: usize = 1 << 24;
/// Nobody works.
pub(super) const OFF: i32 = -1;

#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) workers: usize,
    pub(super) days: usize,
    pub(super) shifts: usize,
    /// By day and shift.
    pub(super) demand: Vec<i64>,
    /// By worker, day and shift.
    pub(super) costs: Vec<f64>,
    pub(super) most_shifts: Vec<usize>,
    pub(super) fewest_shifts: Vec<usize>,
    pub(super) hours: Vec<f64>,
    pub(super) most_hours: Vec<f64>,
    pub(super) stretch: usize,
    /// By shift and that of the day after.
    pub(super) forbidden: Vec<bool>,
    /// What a worker too few costs; more than any roster if demand must be met.
    pub(super) penalty: f64,
    pub(super) hard: bool,
}

/// One number per worker of a list of one, or of as many.
fn for_all<T: Copy>(what: &str, given: &[T], workers: usize, otherwise: T) -> Result<Vec<T>> {
    match given {
        [] => Ok(vec![otherwise; workers]),
        [one] => Ok(vec![*one; workers]),
        _ => {
            ensure!(
                given.len() == workers,
                InvalidData,
                "{what} has {} numbers for {workers} workers, it must have one, as many or none",
                given.len()
            );
            Ok(given.to_vec())
        }
    }
}

impl Problem {
    pub(super) fn of(options: &RosterShifts, demand: ArrayView2<'_, f64>, costs: ArrayView2<'_, f64>) -> Result<Self> {
        let (days, shifts) = demand.dim();
        let workers = costs.nrows();
        let cells = days.checked_mul(shifts).and_then(|cells| cells.checked_mul(workers.max(1)));
        ensure!(
            cells.is_some_and(|cells| cells < MOST_CELLS),
            TooLarge,
            "{workers} workers, {days} days and {shifts} shifts, their product must be below 2^24"
        );
        ensure!(
            days > 0 && shifts > 0,
            InvalidData,
            "demand is {days} days by {shifts} shifts, both must be at least 1"
        );
        ensure!(workers > 0, InvalidData, "there is no worker: costs has no row");
        ensure!(
            costs.ncols() == days * shifts,
            InvalidData,
            "costs has {} columns, it must have {days} days times {shifts} shifts",
            costs.ncols()
        );
        for ((day, shift), wanted) in demand.indexed_iter() {
            let sound = *wanted >= 0.0 && *wanted <= 1e6 && wanted.fract() == 0.0;
            ensure!(
                sound,
                InvalidData,
                "demand of day {day}, shift {shift} (0-based) is {wanted}, it must be a whole number in 0..1e6"
            );
        }
        let mut spread = 0.0;
        for ((worker, at), cost) in costs.indexed_iter() {
            let sound = *cost == f64::INFINITY || cost.abs() <= 1e9;
            ensure!(
                sound,
                InvalidData,
                "the cost of worker {worker}, day {}, shift {} (0-based) is {cost}, it must be in -1e9..1e9 or inf",
                at / shifts,
                at % shifts
            );
        }
        for row in costs.rows() {
            for day in 0..days {
                let of_day = row.iter().skip(day * shifts).take(shifts).filter(|cost| cost.is_finite());
                spread += of_day.fold(0.0_f64, |most, cost| most.max(cost.abs()));
            }
        }
        let named = options.shift_hours.len();
        ensure!(named == 0 || named == shifts, InvalidData, "shift_hours has {named} numbers for {shifts} shifts");
        let mut forbidden = vec![false; shifts * shifts];
        for pair in &options.forbidden_successions {
            let (shift, next) = (pair.shift, pair.next);
            let there = shift < shifts && next < shifts;
            ensure!(
                there,
                InvalidData,
                "forbidden_successions names the shifts {shift} and {next}, there are {shifts}"
            );
            forbidden[shift * shifts + next] = true;
        }
        Ok(Self {
            workers,
            days,
            shifts,
            demand: demand.iter().map(|wanted| *wanted as i64).collect(),
            costs: costs.iter().copied().collect(),
            most_shifts: for_all("most_shifts", &options.most_shifts, workers, usize::MAX)?,
            fewest_shifts: for_all("fewest_shifts", &options.fewest_shifts, workers, 0)?,
            hours: if named == 0 { vec![8.0; shifts] } else { options.shift_hours.clone() },
            most_hours: for_all("most_hours", &options.most_hours, workers, f64::INFINITY)?,
            stretch: options.most_consecutive_days.unwrap_or(usize::MAX),
            forbidden,
            penalty: options.uncovered_penalty.unwrap_or(2.0 * spread.ceil() + 1.0),
            hard: options.uncovered_penalty.is_none(),
        })
    }

    pub(super) fn cost(&self, worker: usize, day: usize, shift: usize) -> f64 {
        self.costs[(worker * self.days + day) * self.shifts + shift]
    }

    /// Fail for what no search is needed to see.
    pub(super) fn check_possible(&self) -> Result<()> {
        for worker in 0..self.workers {
            let (fewest, most) = (self.fewest_shifts[worker], self.most_shifts[worker]);
            ensure!(
                fewest <= most,
                InvalidData,
                "worker {worker} (0-based) has at least {fewest} and at most {most} shifts"
            );
            let there = (0..self.days).filter(|day| (0..self.shifts).any(|at| self.cost(worker, *day, at).is_finite()));
            let there = there.count();
            ensure!(
                fewest <= there,
                InvalidData,
                "worker {worker} (0-based) has at least {fewest} shifts and can work on {there} days"
            );
        }
        for (at, wanted) in self.demand.iter().enumerate().filter(|_| self.hard) {
            let (day, shift) = (at / self.shifts, at % self.shifts);
            let there = (0..self.workers).filter(|worker| self.cost(*worker, day, shift).is_finite()).count() as i64;
            ensure!(
                *wanted <= there,
                InvalidData,
                "day {day}, shift {shift} (0-based) needs {wanted} workers, {there} can work it"
            );
        }
        Ok(())
    }

    /// What is too few, by day and shift, and the cost of a roster by worker and day.
    pub(super) fn judged(&self, roster: &[i32]) -> (Vec<i64>, f64) {
        let mut missing = self.demand.clone();
        let mut cost = 0.0;
        for (at, shift) in roster.iter().enumerate().filter(|(_, shift)| **shift != OFF) {
            let (worker, day) = (at / self.days, at % self.days);
            cost += self.cost(worker, day, *shift as usize);
            missing[day * self.shifts + *shift as usize] -= 1;
        }
        missing.iter_mut().for_each(|count| *count = (*count).max(0));
        (missing, cost)
    }

    /// Fail with `internal` for a roster that breaks a rule of its workers.
    pub(super) fn check_rules(&self, roster: &[i32]) -> Result<()> {
        for worker in 0..self.workers {
            let line = &roster[worker * self.days..(worker + 1) * self.days];
            if let Some(rule) = self.broken(worker, line) {
                bail!(Internal, "the roster of worker {worker} breaks {rule}; please report this");
            }
        }
        Ok(())
    }

    /// The rule that a worker's days break.
    pub(super) fn broken(&self, worker: usize, line: &[i32]) -> Option<&'static str> {
        let (mut count, mut hours, mut stretch) = (0, 0.0, 0);
        for (day, shift) in line.iter().enumerate() {
            if *shift == OFF {
                stretch = 0;
                continue;
            }
            let shift = *shift as usize;
            if !self.cost(worker, day, shift).is_finite() {
                return Some("availability");
            }
            count += 1;
            stretch += 1;
            hours += self.hours[shift];
            if stretch > self.stretch {
                return Some("most_consecutive_days");
            }
            if day > 0 && line[day - 1] != OFF && self.forbidden[line[day - 1] as usize * self.shifts + shift] {
                return Some("forbidden_successions");
            }
        }
        if count > self.most_shifts[worker] {
            return Some("most_shifts");
        }
        if count < self.fewest_shifts[worker] {
            return Some("fewest_shifts");
        }
        (hours > self.most_hours[worker] * (1.0 + 1e-9) + 1e-9).then_some("most_hours")
    }
}
