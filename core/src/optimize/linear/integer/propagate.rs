//! Bounds that rows imply from bounds of their columns.
use super::super::sparse::Sparse;

/// Bounds must improve by this share of the distance between them to count, where columns are not whole.
const WORTHWHILE: f64 = 1e-2;
/// What counts as satisfied.
pub(super) const FEASIBLE: f64 = 1e-6;
/// Implied bounds beyond this say nothing.
const HUGE: f64 = 1e8;

/// Bounds of columns, and how to take changes back.
#[derive(Clone, Debug, Default)]
pub(super) struct Domain {
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    /// Column with the bounds that it had.
    pub(super) trail: Vec<(u32, f64, f64)>,
}

impl Domain {
    pub(super) fn is_fixed(&self, at: usize) -> bool {
        self.lower[at] >= self.upper[at]
    }

    /// Change bounds; the old ones are remembered.
    pub(super) fn set(&mut self, at: usize, lower: f64, upper: f64) {
        self.trail.push((at as u32, self.lower[at], self.upper[at]));
        self.lower[at] = lower;
        self.upper[at] = upper;
    }

    /// Take changes back until so many are left.
    pub(super) fn rewind(&mut self, length: usize) {
        while self.trail.len() > length {
            if let Some((at, lower, upper)) = self.trail.pop() {
                self.lower[at as usize] = lower;
                self.upper[at as usize] = upper;
            }
        }
    }
}

/// Rows with what is needed to go back and forth between them and their columns.
#[derive(Clone, Debug)]
pub(super) struct Propagator {
    pub(super) rows: Sparse,
    pub(super) columns: Sparse,
    pub(super) row_lower: Vec<f64>,
    pub(super) row_upper: Vec<f64>,
    pub(super) integer: Vec<bool>,
    queue: Vec<u32>,
    queued: Vec<bool>,
}

/// The least and greatest sum of a row, infinite parts counted apart.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Activity {
    pub(super) least: f64,
    pub(super) least_infinite: u32,
    pub(super) most: f64,
    pub(super) most_infinite: u32,
}

impl Activity {
    pub(super) fn of(pairs: impl Iterator<Item = (usize, f64)>, lower: &[f64], upper: &[f64]) -> Self {
        let mut activity = Self::default();
        for (at, value) in pairs {
            let (low, high) = if value > 0.0 { (lower[at], upper[at]) } else { (upper[at], lower[at]) };
            if low.is_finite() {
                activity.least += value * low;
            } else {
                activity.least_infinite += 1;
            }
            if high.is_finite() {
                activity.most += value * high;
            } else {
                activity.most_infinite += 1;
            }
        }
        activity
    }

    pub(super) fn least(&self) -> f64 {
        if self.least_infinite > 0 { f64::NEG_INFINITY } else { self.least }
    }

    pub(super) fn most(&self) -> f64 {
        if self.most_infinite > 0 { f64::INFINITY } else { self.most }
    }
}

impl Propagator {
    pub(super) fn new(
        rows: Sparse,
        columns: Sparse,
        row_lower: Vec<f64>,
        row_upper: Vec<f64>,
        integer: Vec<bool>,
    ) -> Self {
        let queued = vec![false; rows.lines()];
        Self { rows, columns, row_lower, row_upper, integer, queue: Vec::new(), queued }
    }

    fn enqueue_column(&mut self, column: usize) {
        let (index, _) = self.columns.line(column);
        for row in index {
            if !self.queued[*row as usize] {
                self.queued[*row as usize] = true;
                self.queue.push(*row);
            }
        }
    }

    /// Tighten bounds after those of `changed` did; of all rows if there is none named. False if no point is left.
    pub(super) fn propagate(&mut self, domain: &mut Domain, changed: Option<&[usize]>) -> bool {
        match changed {
            Some(columns) => columns.iter().for_each(|column| self.enqueue_column(*column)),
            None => {
                self.queue = (0..self.rows.lines() as u32).collect();
                self.queued.fill(true);
            }
        }
        let mut next = 0;
        let mut work = 0usize;
        let budget = 20 * self.rows.index.len() + 1000;
        let mut feasible = true;
        while next < self.queue.len() {
            let row = self.queue[next] as usize;
            next += 1;
            self.queued[row] = false;
            work += self.rows.start[row + 1] - self.rows.start[row];
            if !self.propagate_row(domain, row) {
                feasible = false;
                break;
            }
            if work > budget {
                break;
            }
        }
        for row in &self.queue[next..] {
            self.queued[*row as usize] = false;
        }
        self.queue.clear();
        feasible
    }

    fn propagate_row(&mut self, domain: &mut Domain, row: usize) -> bool {
        let (row_lower, row_upper) = (self.row_lower[row], self.row_upper[row]);
        let activity = Activity::of(self.rows.pairs(row), &domain.lower, &domain.upper);
        let slack = |bound: f64| FEASIBLE * bound.abs().max(1.0);
        if activity.least() > row_upper + slack(row_upper) || activity.most() < row_lower - slack(row_lower) {
            return false;
        }
        let above = row_upper.is_finite() && activity.least_infinite <= 1 && activity.most() > row_upper;
        let below = row_lower.is_finite() && activity.most_infinite <= 1 && activity.least() < row_lower;
        if !above && !below {
            return true;
        }
        for at in self.rows.start[row]..self.rows.start[row + 1] {
            let (column, value) = (self.rows.index[at] as usize, self.rows.value[at]);
            if value.abs() < 1e-9 {
                continue;
            }
            let (lower, upper) = (domain.lower[column], domain.upper[column]);
            let (low, high) = if value > 0.0 { (lower, upper) } else { (upper, lower) };
            let (mut new_lower, mut new_upper) = (lower, upper);
            if above {
                // value * x <= row_upper - least of the others.
                let others = rest(activity.least, activity.least_infinite, value, low);
                if let Some(others) = others {
                    let bound = (row_upper - others) / value;
                    if value > 0.0 { new_upper = new_upper.min(bound) } else { new_lower = new_lower.max(bound) }
                }
            }
            if below {
                let others = rest(activity.most, activity.most_infinite, value, high);
                if let Some(others) = others {
                    let bound = (row_lower - others) / value;
                    if value > 0.0 { new_lower = new_lower.max(bound) } else { new_upper = new_upper.min(bound) }
                }
            }
            if new_lower <= lower && new_upper >= upper {
                continue;
            }
            if !self.tighten(domain, column, new_lower, new_upper) {
                return false;
            }
        }
        true
    }

    /// Put better bounds on a column. False if they cross.
    fn tighten(&mut self, domain: &mut Domain, column: usize, lower: f64, upper: f64) -> bool {
        let (old_lower, old_upper) = (domain.lower[column], domain.upper[column]);
        let (mut lower, mut upper) = (lower, upper);
        if self.integer[column] {
            if lower > old_lower {
                lower = (lower - FEASIBLE).ceil();
            }
            if upper < old_upper {
                upper = (upper + FEASIBLE).floor();
            }
        }
        if lower > upper + FEASIBLE * lower.abs().max(1.0) {
            return false;
        }
        let better = |gain: f64, range: f64| {
            gain > 0.0 && (gain.is_infinite() || gain > 1e-6 && (self.integer[column] || gain > WORTHWHILE * range))
        };
        let range = old_upper - old_lower;
        let mut new = (old_lower, old_upper);
        if better(lower - old_lower, range) && (self.integer[column] || lower.abs() < HUGE) {
            new.0 = lower;
        }
        if better(old_upper - upper, range) && (self.integer[column] || upper.abs() < HUGE) {
            new.1 = upper;
        }
        if new.0 > new.1 {
            // Within tolerance: the same value.
            let middle = if lower > old_lower { new.1 } else { new.0 };
            new = (middle, middle);
        }
        if new != (old_lower, old_upper) {
            domain.set(column, new.0, new.1);
            self.enqueue_column(column);
        }
        true
    }
}

/// What the others of a row contribute, if that is finite.
fn rest(sum: f64, infinite: u32, value: f64, bound: f64) -> Option<f64> {
    match (infinite, bound.is_finite()) {
        (0, _) => Some(sum - value * bound),
        (1, false) => Some(sum),
        _ => None,
    }
}
