//! Limits, cancellation and input checks that the searches share.
use std::time::{Duration, Instant};

use crate::Context;
use crate::error::{Result, ensure};
use crate::optimize::linear::SolveLinear;

/// Looks at the clock and the caller after so many steps.
const LOOK_EVERY: u64 = 4096;

/// How much of its limits a search has used.
#[derive(Debug)]
pub(super) struct Watch<'a> {
    context: &'a Context,
    started: Instant,
    until: Option<Instant>,
    limit: u64,
    steps: u64,
    look_at: u64,
    over: bool,
}

impl<'a> Watch<'a> {
    pub(super) fn new(context: &'a Context, time_limit: Option<f64>, limit: u64) -> Self {
        let started = Instant::now();
        let until = time_limit
            .filter(|seconds| *seconds < 1e9)
            .and_then(|seconds| started.checked_add(Duration::from_secs_f64(seconds)));
        Self { context, started, until, limit, steps: 0, look_at: 0, over: false }
    }

    /// Count work; false once a limit is reached.
    pub(super) fn spend(&mut self, steps: u64) -> Result<bool> {
        self.steps = self.steps.saturating_add(steps);
        self.over |= self.steps > self.limit;
        if self.steps >= self.look_at {
            self.look_at = self.steps.saturating_add(LOOK_EVERY);
            self.look()?;
        }
        Ok(!self.over)
    }

    /// Look at the caller and the clock now; false once a limit is reached.
    pub(super) fn look(&mut self) -> Result<bool> {
        self.context.check()?;
        self.over |= self.until.is_some_and(|until| Instant::now() >= until);
        Ok(!self.over)
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    pub(super) fn spent(&self) -> u64 {
        self.steps
    }

    pub(super) fn context(&self) -> &'a Context {
        self.context
    }

    /// Seconds until time is up, a little above 0 at least; none without a limit.
    fn seconds_left(&self) -> Option<f64> {
        self.until.map(|until| until.saturating_duration_since(Instant::now()).as_secs_f64().max(1e-3))
    }

    /// A solver of linear models that ends when this watch does.
    pub(super) fn solver(&self) -> SolveLinear {
        self.seconds_left().map_or_else(SolveLinear::default, |left| SolveLinear::default().with_time_limit(left))
    }

    pub(super) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// A watch over a share of what is left, which counts its own steps up to `limit`.
    pub(super) fn part(&self, limit: u64) -> Watch<'a> {
        let limit = limit.min(self.limit.saturating_sub(self.steps));
        Watch {
            context: self.context,
            started: self.started,
            until: self.until,
            limit,
            steps: 0,
            look_at: 0,
            over: self.over,
        }
    }
}

pub(super) fn check_time_limit(seconds: Option<f64>) -> Result<()> {
    if let Some(seconds) = seconds {
        ensure!(seconds > 0.0, InvalidConfig, "time_limit is {seconds}, it must be above 0 seconds");
    }
    Ok(())
}

/// Refuse NaN, infinities and numbers below 0.
pub(super) fn check_sizes(what: &str, values: &[f64]) -> Result<()> {
    for (at, value) in values.iter().enumerate() {
        let sound = value.is_finite() && *value >= 0.0;
        ensure!(sound, InvalidData, "{what} {at} (0-based) is {value}, it must be a finite number of 0 or more");
    }
    let total: f64 = values.iter().sum();
    ensure!(total < 1e300, InvalidData, "{what}: the sum is {total:e}, it must be below 1e300");
    Ok(())
}

/// Refuse NaN and infinities.
pub(super) fn check_finite(what: &str, values: &[f64]) -> Result<()> {
    for (at, value) in values.iter().enumerate() {
        ensure!(value.is_finite(), InvalidData, "{what} {at} (0-based) is {value}, it must be finite");
    }
    let total: f64 = values.iter().map(|value| value.abs()).sum();
    ensure!(total < 1e300, InvalidData, "{what}: the sum of sizes is {total:e}, it must be below 1e300");
    Ok(())
}

/// Whether all are whole and their sums exact.
pub(super) fn are_whole(values: impl IntoIterator<Item = f64>) -> bool {
    let mut total = 0.0;
    for value in values {
        if value.fract() != 0.0 {
            return false;
        }
        total += value.abs();
    }
    total < 9_007_199_254_740_992.0
}

/// Positions in the order of falling keys, equal ones by position; looks at the caller between pieces.
pub(super) fn falling(keys: &[f64], context: &Context) -> Result<Vec<u32>> {
    const PIECE: usize = 1 << 16;
    let before = |a: &u32, b: &u32| keys[*b as usize].total_cmp(&keys[*a as usize]).then(a.cmp(b));
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    for piece in order.chunks_mut(PIECE) {
        context.check()?;
        piece.sort_unstable_by(before);
    }
    let mut merged = Vec::with_capacity(order.len());
    let mut width = PIECE;
    while width < order.len() {
        merged.clear();
        for pair in order.chunks(2 * width) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            let (mut i, mut j) = (0, 0);
            while i < left.len() || j < right.len() {
                if merged.len() % PIECE == 0 {
                    context.check()?;
                }
                if j == right.len() || (i < left.len() && before(&left[i], &right[j]).is_lt()) {
                    merged.push(left[i]);
                    i += 1;
                } else {
                    merged.push(right[j]);
                    j += 1;
                }
            }
        }
        std::mem::swap(&mut order, &mut merged);
        width *= 2;
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_ordered_as_a_sort_would() {
        let mut state = crate::math::random::Random::new(1);
        let keys: Vec<f64> = (0..200_000).map(|_| (state.uniform() * 1000.0).floor()).collect();
        let mut wanted: Vec<u32> = (0..keys.len() as u32).collect();
        wanted.sort_by(|a, b| keys[*b as usize].total_cmp(&keys[*a as usize]));
        assert_eq!(falling(&keys, &Context::new()).unwrap(), wanted);
    }
}
