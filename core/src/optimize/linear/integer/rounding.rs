//! Cuts from one aggregated row: mixed-integer rounding and lifted covers.
//!
//! Sources: Marchand and Wolsey, *Aggregation and mixed integer rounding to solve MIPs* (2001); Letchford and Souli, *On
//! lifted cover inequalities: a new lifting procedure with unusual properties* (2019).
use super::reduce::Mixed;

/// `sum value * x <= upper`.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    pub(super) pairs: Vec<(u32, f64)>,
    pub(super) upper: f64,
    /// Distance of the point that was cut off.
    pub(super) efficacy: f64,
}

/// `x <= constant + slope * y` (or `>=`) with a whole column `y`.
#[derive(Clone, Copy, Debug)]
pub(super) struct VariableBound {
    pub(super) of: u32,
    pub(super) constant: f64,
    pub(super) slope: f64,
}

/// What cuts are made from: a programme, and the point to be cut off.
pub(super) struct Base<'a> {
    pub(super) mixed: &'a Mixed,
    /// Of columns, then rows.
    pub(super) point: &'a [f64],
    /// Bounds of columns that hold everywhere, then of rows.
    pub(super) lower: &'a [f64],
    pub(super) upper: &'a [f64],
    /// Whether the activity of each row is whole.
    pub(super) row_is_whole: &'a [bool],
    pub(super) below: &'a [Vec<VariableBound>],
    pub(super) above: &'a [Vec<VariableBound>],
}

/// What stands in place of a variable: a distance to a bound, from 0 up.
#[derive(Clone, Copy, Debug)]
enum Shift {
    Above { bound: f64 },
    Below { bound: f64 },
    AboveOf(VariableBound),
    BelowOf(VariableBound),
}

#[derive(Clone, Copy, Debug)]
struct Whole {
    variable: u32,
    value: f64,
    /// The distance to the bound at the point.
    point: f64,
    range: f64,
    at_upper: bool,
}

#[derive(Clone, Copy, Debug)]
struct Rest {
    variable: u32,
    value: f64,
    point: f64,
    shift: Shift,
    range: f64,
}

/// Space for one row after the other.
#[derive(Debug, Default)]
pub(super) struct Rounder {
    dense: Vec<f64>,
    used: Vec<u32>,
    wholes: Vec<Whole>,
    rests: Vec<Rest>,
    right: f64,
}

const LEAST_EFFICACY: f64 = 1e-4;

impl Rounder {
    fn add(&mut self, at: usize, value: f64) {
        if self.dense[at] == 0.0 {
            self.used.push(at as u32);
        }
        self.dense[at] += value;
        if self.dense[at] == 0.0 {
            self.dense[at] = f64::MIN_POSITIVE;
        }
    }

    fn clear(&mut self) {
        for at in &self.used {
            self.dense[*at as usize] = 0.0;
        }
        self.used.clear();
    }

    /// Cuts from the sum of rows with these factors, which is `A x - s = 0` for the activities `s`, taken both ways.
    pub(super) fn cuts(&mut self, base: &Base<'_>, factors: &[(usize, f64)], found: &mut Vec<Cut>) {
        for sign in [1.0, -1.0] {
            if self.substitute(base, factors, sign) {
                if let Some(cut) = self.mixed_rounding(base) {
                    found.push(cut);
                }
                if let Some(cut) = self.cover(base) {
                    found.push(cut);
                }
            }
        }
    }

    fn is_whole(base: &Base<'_>, at: usize) -> bool {
        let columns = base.mixed.integer.len();
        if at < columns { base.mixed.integer[at] } else { base.row_is_whole[at - columns] }
    }

    /// Put distances to bounds in place of variables: `sum value * distance <= right`. False if a bound is missing.
    fn substitute(&mut self, base: &Base<'_>, factors: &[(usize, f64)], sign: f64) -> bool {
        let columns = base.mixed.integer.len();
        self.clear();
        self.dense.resize(columns + base.row_is_whole.len(), 0.0);
        for (row, factor) in factors {
            for (at, value) in base.mixed.programme.rows.pairs(*row) {
                self.add(at, sign * factor * value);
            }
            self.add(columns + row, -sign * factor);
        }
        self.right = 0.0;
        self.wholes.clear();
        self.rests.clear();
        let largest = self.used.iter().fold(0.0f64, |most, at| most.max(self.dense[*at as usize].abs()));
        // Variables that are not whole first: their bounds may hang on those that are.
        for position in 0..self.used.len() {
            let at = self.used[position] as usize;
            let value = self.dense[at];
            if Self::is_whole(base, at) {
                continue;
            }
            if value.abs() <= 1e-11 * largest {
                if !self.drop_small(base, at, value) {
                    return false;
                }
                continue;
            }
            if !self.shift_rest(base, at, value) {
                return false;
            }
        }
        for position in 0..self.used.len() {
            let at = self.used[position] as usize;
            let value = self.dense[at];
            if !Self::is_whole(base, at) {
                continue;
            }
            if value.abs() <= 1e-11 * largest {
                if !self.drop_small(base, at, value) {
                    return false;
                }
                continue;
            }
            let (lower, upper, point) = (base.lower[at], base.upper[at], base.point[at]);
            let at_upper = match (lower.is_finite(), upper.is_finite()) {
                (false, false) => return false,
                (true, true) => point - lower > upper - point,
                (false, true) => true,
                (true, false) => false,
            };
            let whole = if at_upper {
                self.right -= value * upper;
                Whole { variable: at as u32, value: -value, point: upper - point, range: upper - lower, at_upper }
            } else {
                self.right -= value * lower;
                Whole { variable: at as u32, value, point: point - lower, range: upper - lower, at_upper }
            };
            self.wholes.push(Whole { point: whole.point.max(0.0), ..whole });
        }
        !self.wholes.is_empty()
    }

    /// Relax a coefficient that is a rounding error.
    fn drop_small(&mut self, base: &Base<'_>, at: usize, value: f64) -> bool {
        let bound = if value > 0.0 { base.lower[at] } else { base.upper[at] };
        if bound.is_finite() {
            self.right -= value * bound;
        }
        bound.is_finite() || value.abs() <= f64::MIN_POSITIVE
    }

    fn shift_rest(&mut self, base: &Base<'_>, at: usize, value: f64) -> bool {
        let (lower, upper, point) = (base.lower[at], base.upper[at], base.point[at]);
        let mut best: Option<(f64, Shift)> = None;
        let mut offer = |distance: f64, shift: Shift| {
            let distance = distance.max(0.0);
            if distance.is_finite() && best.as_ref().is_none_or(|(least, _)| distance < *least - 1e-9) {
                best = Some((distance, shift));
            }
        };
        if at < base.above.len() {
            for bound in &base.above[at] {
                let limit = bound.constant + bound.slope * base.point[bound.of as usize];
                offer(limit - point, Shift::BelowOf(*bound));
            }
            for bound in &base.below[at] {
                let limit = bound.constant + bound.slope * base.point[bound.of as usize];
                offer(point - limit, Shift::AboveOf(*bound));
            }
        }
        offer(point - lower, Shift::Above { bound: lower });
        offer(upper - point, Shift::Below { bound: upper });
        let Some((distance, shift)) = best else { return false };
        let range = upper - lower;
        let value = match shift {
            Shift::Above { bound } => {
                self.right -= value * bound;
                value
            }
            Shift::Below { bound } => {
                self.right -= value * bound;
                -value
            }
            Shift::AboveOf(bound) => {
                self.right -= value * bound.constant;
                self.add(bound.of as usize, value * bound.slope);
                value
            }
            Shift::BelowOf(bound) => {
                self.right -= value * bound.constant;
                self.add(bound.of as usize, value * bound.slope);
                -value
            }
        };
        self.rests.push(Rest { variable: at as u32, value, point: distance, shift, range });
        true
    }

    /// The efficacy of rounding after division by `divisor`.
    fn rate(&self, divisor: f64, right: f64) -> f64 {
        let scaled = right / divisor;
        let fraction = scaled - scaled.floor();
        if !(0.02..=0.98).contains(&fraction) || scaled.abs() > 1e9 {
            return 0.0;
        }
        let (mut left, mut square) = (-scaled.floor(), 0.0);
        for whole in &self.wholes {
            let value = rounded(whole.value / divisor, fraction);
            left += value * whole.point;
            square += value * value;
        }
        for rest in self.rests.iter().filter(|rest| rest.value < 0.0) {
            let value = rest.value / (divisor * (1.0 - fraction));
            left += value * rest.point;
            square += value * value;
        }
        if square > 0.0 { left / square.sqrt() } else { 0.0 }
    }

    fn mixed_rounding(&mut self, base: &Base<'_>) -> Option<Cut> {
        let mut divisors: Vec<f64> = Vec::new();
        for whole in &self.wholes {
            let inside = whole.point > 1e-6 && whole.point < whole.range - 1e-6;
            if inside && !divisors.iter().any(|known| (known - whole.value.abs()).abs() < 1e-9 * known) {
                divisors.push(whole.value.abs());
            }
        }
        divisors.sort_by(|a, b| b.total_cmp(a));
        divisors.truncate(10);
        let largest = self.wholes.iter().fold(0.0f64, |most, whole| most.max(whole.value.abs()));
        divisors.push(largest + 1.0);
        divisors.push(1.0);
        let mut best = (LEAST_EFFICACY, 0.0);
        for divisor in divisors {
            let efficacy = self.rate(divisor, self.right);
            if efficacy > best.0 {
                best = (efficacy, divisor);
            }
        }
        if best.1 == 0.0 {
            return None;
        }
        for part in [2.0, 4.0, 8.0] {
            let divisor = best.1 / part;
            let efficacy = self.rate(divisor, self.right);
            if efficacy > best.0 {
                best = (efficacy, divisor);
            }
        }
        // Counting from the other bound may cut deeper.
        let mut order: Vec<usize> = (0..self.wholes.len())
            .filter(|at| {
                let whole = &self.wholes[*at];
                whole.range.is_finite() && whole.point > 1e-6 && whole.point < whole.range - 1e-6
            })
            .collect();
        order.sort_by(|a, b| {
            let middle = |at: usize| (self.wholes[at].point - self.wholes[at].range / 2.0).abs();
            middle(*a).total_cmp(&middle(*b)).then(a.cmp(b))
        });
        for at in order.into_iter().take(20) {
            let old = self.flip(at);
            let efficacy = self.rate(best.1, self.right);
            if efficacy > best.0 {
                best.0 = efficacy;
            } else {
                (self.wholes[at], self.right) = old;
            }
        }
        self.round_with(base, best.1)
    }

    /// Count a whole variable from its other bound; gives what was.
    fn flip(&mut self, at: usize) -> (Whole, f64) {
        let old = (self.wholes[at], self.right);
        let whole = &mut self.wholes[at];
        self.right -= whole.value * whole.range;
        whole.value = -whole.value;
        whole.point = whole.range - whole.point;
        whole.at_upper = !whole.at_upper;
        old
    }

    fn round_with(&mut self, base: &Base<'_>, divisor: f64) -> Option<Cut> {
        let scaled = self.right / divisor;
        let fraction = scaled - scaled.floor();
        let wholes: Vec<(usize, f64)> =
            (0..self.wholes.len()).map(|at| (at, rounded(self.wholes[at].value / divisor, fraction))).collect();
        let rests: Vec<(usize, f64)> = (0..self.rests.len())
            .filter(|at| self.rests[*at].value < 0.0)
            .map(|at| (at, self.rests[at].value / (divisor * (1.0 - fraction))))
            .collect();
        self.write(base, &wholes, &rests, scaled.floor())
    }

    /// Back from distances to columns.
    fn write(&mut self, base: &Base<'_>, wholes: &[(usize, f64)], rests: &[(usize, f64)], right: f64) -> Option<Cut> {
        self.clear();
        let mut right = right;
        for (at, factor) in wholes {
            let whole = self.wholes[*at];
            let variable = whole.variable as usize;
            if whole.at_upper {
                right -= factor * base.upper[variable];
                self.put(base, variable, -factor);
            } else {
                right += factor * base.lower[variable];
                self.put(base, variable, *factor);
            }
        }
        for (at, factor) in rests {
            let rest = self.rests[*at];
            let variable = rest.variable as usize;
            match rest.shift {
                Shift::Above { bound } => {
                    right += factor * bound;
                    self.put(base, variable, *factor);
                }
                Shift::Below { bound } => {
                    right -= factor * bound;
                    self.put(base, variable, -factor);
                }
                Shift::AboveOf(bound) => {
                    right += factor * bound.constant;
                    self.put(base, variable, *factor);
                    self.add(bound.of as usize, -factor * bound.slope);
                }
                Shift::BelowOf(bound) => {
                    right -= factor * bound.constant;
                    self.put(base, variable, -factor);
                    self.add(bound.of as usize, factor * bound.slope);
                }
            }
        }
        self.finish(base, right)
    }

    /// Add a column, or a row's activity by its columns.
    fn put(&mut self, base: &Base<'_>, variable: usize, factor: f64) {
        let columns = base.mixed.integer.len();
        if variable < columns {
            self.add(variable, factor);
        } else {
            for (at, value) in base.mixed.programme.rows.pairs(variable - columns) {
                self.add(at, factor * value);
            }
        }
    }

    /// Leave out small coefficients, scale, and measure.
    fn finish(&mut self, base: &Base<'_>, right: f64) -> Option<Cut> {
        let mut right = right;
        let largest = self.used.iter().fold(0.0f64, |most, at| most.max(self.dense[*at as usize].abs()));
        if !(largest > 1e-9 && largest < 1e12) {
            return None;
        }
        let mut pairs = Vec::new();
        for at in &self.used {
            let value = self.dense[*at as usize];
            if value.abs() > 1e-6 * largest {
                pairs.push((*at, value / largest));
                continue;
            }
            if value.abs() <= f64::MIN_POSITIVE {
                continue;
            }
            let bound = if value > 0.0 { base.lower[*at as usize] } else { base.upper[*at as usize] };
            if !bound.is_finite() || bound.abs() > 1e6 {
                return None;
            }
            right -= value * bound;
        }
        let upper = right / largest;
        if pairs.is_empty() || pairs.len() > 100 + base.mixed.integer.len() / 4 || upper.abs() > 1e9 {
            return None;
        }
        pairs.sort_unstable_by_key(|(at, _)| *at);
        let upper = upper + 1e-9 * upper.abs().max(1.0);
        let left: f64 = pairs.iter().map(|(at, value)| value * base.point[*at as usize]).sum();
        let norm = pairs.iter().map(|(_, value)| value * value).sum::<f64>().sqrt();
        let efficacy = (left - upper) / norm;
        (efficacy > LEAST_EFFICACY).then_some(Cut { pairs, upper, efficacy })
    }

    /// A lifted cover of a row of columns that are 0 or 1.
    fn cover(&mut self, base: &Base<'_>) -> Option<Cut> {
        if self.wholes.len() < 2 || self.wholes.iter().any(|whole| whole.range != 1.0) {
            return None;
        }
        let mut right = self.right;
        for rest in self.rests.iter().filter(|rest| rest.value < 0.0) {
            let simple = matches!(rest.shift, Shift::Above { .. } | Shift::Below { .. });
            if !simple || !rest.range.is_finite() {
                return None;
            }
            right -= rest.value * rest.range;
        }
        self.right = right;
        for at in 0..self.wholes.len() {
            if self.wholes[at].value < 0.0 {
                self.flip(at);
            }
        }
        let right = self.right;
        let eps = 1e-6 * right.abs().max(1.0);
        if right <= eps {
            return None;
        }
        let mut order: Vec<usize> = (0..self.wholes.len()).collect();
        order.sort_by(|a, b| {
            let (a, b) = (&self.wholes[*a], &self.wholes[*b]);
            b.point.total_cmp(&a.point).then(b.value.total_cmp(&a.value)).then(a.variable.cmp(&b.variable))
        });
        let mut members: Vec<usize> = Vec::new();
        let mut weight = 0.0;
        for at in order {
            if weight > right + eps {
                break;
            }
            members.push(at);
            weight += self.wholes[at].value;
        }
        if weight <= right + eps {
            return None;
        }
        // Members without which it still is a cover only weaken it.
        members.sort_by(|a, b| self.wholes[*a].point.total_cmp(&self.wholes[*b].point).then(a.cmp(b)));
        let mut at = 0;
        while at < members.len() {
            let value = self.wholes[members[at]].value;
            if weight - value > right + eps {
                weight -= value;
                members.remove(at);
            } else {
                at += 1;
            }
        }
        let lifted = self.lift(&members, right, weight - right, eps)?;
        self.write(base, &lifted.0, &[], lifted.1)
    }

    /// Letchford and Souli's lifting of the cover `members`, whose weight exceeds `right` by `excess`.
    fn lift(&self, members: &[usize], right: f64, excess: f64, eps: f64) -> Option<(Vec<(usize, f64)>, f64)> {
        let mut sorted = members.to_vec();
        sorted.sort_by(|a, b| self.wholes[*b].value.total_cmp(&self.wholes[*a].value).then(a.cmp(b)));
        let size = sorted.len();
        let (mut level, mut rest) = (self.wholes[*sorted.first()?].value, excess);
        for (count, at) in sorted.iter().enumerate().skip(1) {
            let drop = count as f64 * (level - self.wholes[*at].value);
            if drop < rest {
                level = self.wholes[*at].value;
                rest -= drop;
            } else {
                level -= rest / count as f64;
                rest = 0.0;
                break;
            }
        }
        if rest > 0.0 {
            level = right / size as f64;
        }
        if level <= eps {
            return None;
        }
        let mut sums = Vec::with_capacity(size);
        let mut sum = 0.0;
        for at in &sorted {
            let value = self.wholes[*at].value;
            sum += value.min(level);
            sums.push(sum);
        }
        let lifted = |value: f64| {
            let ratio = value / level;
            let nearest = (ratio + 0.5).floor();
            let mut count = (nearest.max(1.0) as usize - 1).min(size);
            while count < size && value > sums[count] + eps {
                count += 1;
            }
            count as f64
        };
        let wholes = (0..self.wholes.len())
            .map(|at| {
                let value = self.wholes[at].value;
                let light = members.contains(&at) && value <= level + eps;
                (at, if light { 1.0 } else { lifted(value) })
            })
            .filter(|(_, factor)| *factor != 0.0)
            .collect();
        Some((wholes, (size - 1) as f64))
    }
}

/// The coefficient that rounding leaves of a whole variable.
fn rounded(value: f64, fraction: f64) -> f64 {
    let floor = (value + 1e-11).floor();
    let over = (value - floor).max(0.0) - fraction;
    floor + if over > 0.0 { over / (1.0 - fraction) } else { 0.0 }
}
