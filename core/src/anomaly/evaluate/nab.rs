//! The score of the Numenta Anomaly Benchmark (NAB).
//!
//! A window of rows stands for each true anomaly. With `s(p) = 2 / (1 + e^(5 p)) - 1` and one threshold for all series:
//!
//! | row at or above the threshold | is worth |
//! |---|---|
//! | in a window of L rows that ends at row R | `s(-(R - i + 1) / L) / s(-1)`; only the best row of a window counts |
//! | after a window | false-alarm weight times `s((i - R) / (L - 1))` of the last window, and times -1 beyond three lengths |
//! | before the first window, or in a series without | false-alarm weight times -1 |
//! | none in a window | minus the weight of a missed window |
//!
//! The sum is put on a scale where raising no alarm is 0 and the best possible is 100. The first `min(15 %, 750)` rows of a
//! series are not scored, and a window that ends there does not count. O(rows log rows), whatever the number of thresholds.
//!
//! Source: Lavin, Ahmad, *Evaluating Real-time Anomaly Detection Algorithms: the Numenta Anomaly Benchmark* (2015).
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};

/// Rows that are never scored, at most.
const PROBATION_ROWS: usize = 750;

/// What missed windows and false alarms cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NabProfile {
    /// A missed window costs 1, a false alarm up to 0.11.
    #[default]
    Standard,
    /// A missed window costs 1, a false alarm up to 0.22.
    RewardLowFp,
    /// A missed window costs 2, a false alarm up to 0.11.
    RewardLowFn,
}

impl NabProfile {
    /// The weights of a false alarm and of a missed window.
    fn weights(self) -> (f64, f64) {
        match self {
            NabProfile::Standard => (0.11, 1.0),
            NabProfile::RewardLowFp => (0.22, 1.0),
            NabProfile::RewardLowFn => (0.11, 2.0),
        }
    }
}

/// Options of the NAB score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct NabScore {
    /// What misses and false alarms cost. Default standard.
    pub profile: NabProfile,
    /// A row is an alarm when its score is at least this. Default: the threshold that gives the highest score, as NAB does.
    pub threshold: Option<f64>,
}

/// The true anomalies of several series: window `k` covers rows `first[k]..=last[k]` of series `series[k]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NabWindows<'a> {
    /// Which series, from 0.
    pub series: &'a [i64],
    /// The first row of the window within its series.
    pub first: &'a [i64],
    /// The last row of the window within its series.
    pub last: &'a [i64],
}

/// How a detector does on a corpus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NabReport {
    /// 0 for raising no alarm, 100 for one alarm at the first row of every window and no other; can be negative.
    pub score: f64,
    /// The threshold that was used; none where raising no alarm is the best.
    pub threshold: Option<f64>,
    /// How many windows have an alarm.
    pub detected: u64,
    /// How many windows count.
    pub windows: u64,
    /// How many rows outside of windows are alarms.
    pub false_alarms: u64,
    /// The same per series, in their order.
    pub series: Vec<NabSeries>,
}

/// One series of a [`NabReport`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NabSeries {
    /// What its windows and false alarms add up to, before the scale of 0 to 100.
    pub sum: f64,
    /// How many of its windows have an alarm.
    pub detected: u64,
    /// How many windows count.
    pub windows: u64,
    /// How many rows outside of windows are alarms.
    pub false_alarms: u64,
}

/// A row that can be an alarm: what it is worth then.
struct Candidate {
    score: f64,
    worth: f64,
    series: usize,
    window: Option<usize>,
}

/// A window with its rows.
#[derive(Clone, Copy)]
struct Window {
    first: usize,
    last: usize,
}

impl NabScore {
    /// Set what misses and false alarms cost.
    #[must_use]
    pub fn with_profile(mut self, profile: NabProfile) -> Self {
        self.profile = profile;
        self
    }

    /// Set the threshold instead of searching the best.
    #[must_use]
    pub fn with_threshold(mut self, threshold: f64) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// Judge a threshold.
    ///
    /// # Errors
    /// `invalid_config` for a threshold that is not finite.
    pub fn validate(&self) -> Result<()> {
        ensure!(
            self.threshold.is_none_or(f64::is_finite),
            InvalidConfig,
            "threshold must be finite, got {}",
            self.threshold.unwrap_or(f64::NAN)
        );
        Ok(())
    }

    /// The score of a corpus. `scores` are those of all series one after the other, `lengths` how many rows each has.
    ///
    /// # Errors
    /// `invalid_config` as [`NabScore::validate`]; `invalid_data` for scores that are not finite, lengths that do not add up
    /// to the scores, windows of unlike lengths, outside of their series or sharing rows; `not_enough_data` without a window
    /// that counts.
    pub fn evaluate(&self, scores: &[f64], lengths: &[i64], windows: NabWindows<'_>) -> Result<NabReport> {
        self.validate()?;
        let lengths = checked_lengths(lengths, scores.len())?;
        if let Some(row) = scores.iter().position(|score| !score.is_finite()) {
            ensure!(false, InvalidData, "score {row} is {}; scores must be finite", scores[row]);
        }
        let windows = by_series(windows, &lengths)?;
        let (false_alarm, missed) = self.profile.weights();
        let mut series = vec![NabSeries::default(); lengths.len()];
        let mut candidates = Vec::new();
        let mut count = 0;
        let mut begin = 0;
        for (index, (&length, windows)) in lengths.iter().zip(&windows).enumerate() {
            series[index] = NabSeries {
                sum: 0.0 - missed * windows.len() as f64,
                windows: windows.len() as u64,
                ..NabSeries::default()
            };
            let rows = &scores[begin..begin + length];
            add_candidates(&mut candidates, rows, windows, (index, count, false_alarm));
            count += windows.len();
            begin += length;
        }
        ensure!(count > 0, NotEnoughData, "no window lies behind the rows that are not scored; at least one is needed");
        candidates.sort_unstable_by(|one, other| other.score.total_cmp(&one.score));
        let raised = match self.threshold {
            Some(threshold) => candidates.partition_point(|row| row.score >= threshold),
            None => best_cut(&candidates, count, missed),
        };
        let threshold = self.threshold.or_else(|| raised.checked_sub(1).map(|last| candidates[last].score));
        let mut best = vec![None; count];
        for row in &candidates[..raised] {
            let sums = &mut series[row.series];
            match row.window {
                None => sums.false_alarms += 1,
                Some(window) if best[window].is_none() => sums.detected += 1,
                Some(_) => {}
            }
            sums.sum += gain(row, &mut best, missed);
        }
        let sum: f64 = series.iter().map(|series| series.sum).sum();
        let most = count as f64;
        Ok(NabReport {
            score: 100.0 * (sum + missed * most) / (most + missed * most),
            threshold,
            detected: series.iter().map(|series| series.detected).sum(),
            windows: count as u64,
            false_alarms: series.iter().map(|series| series.false_alarms).sum(),
            series,
        })
    }
}

/// What one more alarm changes, given the best alarm of each window so far.
fn gain(row: &Candidate, best: &mut [Option<f64>], missed: f64) -> f64 {
    let Some(window) = row.window else { return row.worth };
    let before = best[window].unwrap_or(-missed);
    if best[window].is_some_and(|best| best >= row.worth) {
        return 0.0;
    }
    best[window] = Some(row.worth);
    row.worth - before
}

/// How many of the candidates, highest score first, are alarms at the best threshold.
fn best_cut(candidates: &[Candidate], windows: usize, missed: f64) -> usize {
    let mut best = vec![None; windows];
    let (mut sum, mut highest, mut cut) = (0.0, 0.0, 0);
    for (index, row) in candidates.iter().enumerate() {
        sum += gain(row, &mut best, missed);
        let ends = candidates.get(index + 1).is_none_or(|next| next.score < row.score);
        if ends && sum > highest {
            (highest, cut) = (sum, index + 1);
        }
    }
    cut
}

/// `2 / (1 + e^(5 p)) - 1`, and -1 from three on.
fn sigmoid(position: f64) -> f64 {
    if position > 3.0 { -1.0 } else { 2.0 / (1.0 + (5.0 * position).exp()) - 1.0 }
}

/// How many rows at the beginning of a series are not scored.
fn probation(length: usize) -> usize {
    // 15 % in whole numbers: 0.15 has no exact double.
    (length * 15 / 100).min(PROBATION_ROWS)
}

/// The rows of one series that are scored; `(series, windows before, weight of a false alarm)`.
fn add_candidates(
    candidates: &mut Vec<Candidate>,
    scores: &[f64],
    windows: &[Window],
    (series, before, false_alarm): (usize, usize, f64),
) {
    let mut next = 0;
    for (row, &score) in scores.iter().enumerate().skip(probation(scores.len())) {
        while windows.get(next).is_some_and(|window| window.last < row) {
            next += 1;
        }
        let inside = windows.get(next).filter(|window| window.first <= row);
        let (worth, window) = match (inside, next.checked_sub(1).map(|last| windows[last])) {
            (Some(window), _) => {
                let length = (window.last - window.first + 1) as f64;
                (sigmoid(-((window.last - row + 1) as f64) / length) / sigmoid(-1.0), Some(before + next))
            }
            (None, Some(past)) => {
                let length = (past.last - past.first).max(1) as f64;
                (false_alarm * sigmoid((row - past.last) as f64 / length), None)
            }
            (None, None) => (-false_alarm, None),
        };
        candidates.push(Candidate { score, worth, series, window });
    }
}

fn checked_lengths(lengths: &[i64], scores: usize) -> Result<Vec<usize>> {
    let mut rows = Vec::with_capacity(lengths.len());
    let mut sum = 0_usize;
    for (series, &length) in lengths.iter().enumerate() {
        let Some(length) = usize::try_from(length).ok().filter(|length| *length <= scores) else {
            return Err(crate::error::Error::new(
                crate::error::Code::InvalidData,
                format!("length {series} is {length}; it must be 0 to the number of scores, {scores}"),
            ));
        };
        sum += length;
        rows.push(length);
    }
    ensure!(sum == scores, InvalidData, "lengths add up to {sum}, but there are {scores} scores");
    Ok(rows)
}

/// The windows of each series in order, without those that end before rows are scored.
fn by_series(windows: NabWindows<'_>, lengths: &[usize]) -> Result<Vec<Vec<Window>>> {
    let NabWindows { series, first, last } = windows;
    ensure!(
        series.len() == first.len() && first.len() == last.len(),
        InvalidData,
        "windows have {} series, {} first and {} last rows; the numbers must be equal",
        series.len(),
        first.len(),
        last.len()
    );
    let mut lists = vec![Vec::new(); lengths.len()];
    for (index, ((&series, &first), &last)) in series.iter().zip(first).zip(last).enumerate() {
        let place = usize::try_from(series).ok().filter(|series| *series < lengths.len());
        ensure!(
            place.is_some(),
            InvalidData,
            "window {index} is of series {series}; there are series 0 to {}",
            lengths.len().saturating_sub(1)
        );
        let place = place.unwrap_or_default();
        let bounds = usize::try_from(first).ok().zip(usize::try_from(last).ok());
        let window = bounds.map(|(first, last)| Window { first, last });
        let Some(window) = window.filter(|window| window.first <= window.last && window.last < lengths[place]) else {
            return Err(crate::error::Error::new(
                crate::error::Code::InvalidData,
                format!("window {index} covers rows {first} to {last} of a series of {} rows", lengths[place]),
            ));
        };
        lists[place].push(window);
    }
    for (series, list) in lists.iter_mut().enumerate() {
        list.sort_unstable_by_key(|window| window.first);
        if let Some(pair) = list.windows(2).find(|pair| pair[1].first <= pair[0].last) {
            ensure!(false, InvalidData, "windows of series {series} share row {}", pair[1].first);
        }
        let unscored = probation(lengths[series]);
        list.retain(|window| window.last >= unscored);
    }
    Ok(lists)
}

#[cfg(test)]
#[path = "nab_tests.rs"]
mod tests;
