//! The statistics of one column, and what each of them says of a row.
use serde::{Deserialize, Serialize};

use super::super::digest::Digest;
use super::super::score::Band;
use super::profile::Profile;
use crate::error::{Result, ensure};

/// The most that one statistic can say: one in ten thousand. What is stranger says no more, so that one statistic alone
/// cannot raise an alarm.
const MOST_EVIDENCE: f64 = 4.0;
/// Values of a statistic before it says anything.
const LEAST_SEEN: u64 = 64;
/// The statistics that need no time.
const PLAIN: usize = 5;
const ALL: usize = 8;
/// The band that is shown leaves out one half per cent on both sides.
const BAND: (f64, f64) = (0.005, 0.995);
/// The strangest step against the usual one, so that the first step after none is no infinity.
const MOST_RATIO: f64 = 1e6;

/// Which of [`Column::digests`] holds what.
const VALUE: usize = 0;
const DAY: usize = 5;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Column {
    /// Of the value, step, mean, deviation, shift; and of the value against the day, mean against the week, step against
    /// the hour.
    digests: Vec<Digest>,
    profile: Option<Box<Profile>>,
    /// The last `2 window` values in the order of their arrival, `at` being the oldest once it is full; and the deviations
    /// from the profile of the week.
    values: Ring,
    deviations: Ring,
}

/// The last values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Ring {
    values: Vec<f64>,
    length: usize,
    at: usize,
}

impl Ring {
    fn new(length: usize) -> Self {
        Self { values: Vec::with_capacity(length), length, at: 0 }
    }

    fn push(&mut self, value: f64) {
        if self.values.len() < self.length {
            self.values.push(value);
        } else {
            self.values[self.at] = value;
        }
        self.at = (self.at + 1) % self.length;
    }

    fn last(&self) -> Option<f64> {
        let place = (self.at + self.length - 1) % self.length;
        self.values.get(place).copied()
    }

    /// The `count` values that end `skipped` before the last, as up to two pieces; none while there are fewer.
    fn recent(&self, skipped: usize, count: usize) -> Option<(&[f64], &[f64])> {
        if self.values.len() < skipped + count {
            return None;
        }
        let end = (self.at + self.length - skipped - 1) % self.length + 1;
        Some(if end >= count {
            (&self.values[end - count..end], &[])
        } else {
            (&self.values[self.length - (count - end)..], &self.values[..end])
        })
    }

    /// The mean of those values.
    fn mean(&self, skipped: usize, count: usize) -> Option<f64> {
        let (one, other) = self.recent(skipped, count)?;
        Some(one.iter().chain(other).sum::<f64>() / count as f64)
    }

    fn check(&self, length: usize) -> Result<()> {
        let sound = self.length == length
            && self.values.len() <= length
            && self.at < length
            && (self.values.len() == length || self.at == self.values.len())
            && self.values.iter().all(|value| value.is_finite());
        ensure!(sound, InvalidData, "a window does not have the length of the options or holds what is not finite");
        Ok(())
    }
}

impl Column {
    pub(super) fn new(window: usize) -> Self {
        Self {
            digests: vec![Digest::default(); PLAIN],
            profile: None,
            values: Ring::new(2 * window),
            deviations: Ring::new(window),
        }
    }

    /// What value is expected, and between which bounds.
    pub(super) fn band(&self, time: Option<i64>, per_hour: f64) -> Band {
        let of_day = time.zip(self.profile.as_ref()).and_then(|(time, profile)| profile.usual(time, per_hour).of_day);
        let (centre, digest) = match (of_day, self.digests.get(DAY)) {
            (Some(centre), Some(digest)) if digest.seen() >= LEAST_SEEN => (centre, digest),
            _ => (0.0, &self.digests[VALUE]),
        };
        let at = |share| digest.quantile(share).map(|value| centre + value);
        Band { expected: at(0.5), lower: at(BAND.0), upper: at(BAND.1) }
    }

    /// The evidence of a finite value, then learn it.
    pub(super) fn update(&mut self, value: f64, time: Option<i64>, per_hour: f64, memory: f64) -> f64 {
        let window = self.values.length / 2;
        let step = self.values.last().map(|last| (value - last).abs());
        self.values.push(value);
        let mean = self.values.mean(0, window);
        let deviation = mean.and_then(|mean| {
            let (one, other) = self.values.recent(0, window)?;
            let squares: f64 = one.iter().chain(other).map(|value| (value - mean) * (value - mean)).sum();
            Some((squares / window as f64).sqrt())
        });
        let shift = mean.zip(self.values.mean(window, window)).map(|(mean, before)| (mean - before).abs());
        let plain = [(Some(value), true), (step, false), (mean, true), (deviation, true), (shift, false)];
        let mut sum = self.weigh(0, &plain, memory);
        let Some(time) = time else { return sum / PLAIN as f64 };
        let mut profile = self.profile.take().unwrap_or_default();
        let usual = profile.usual(time, per_hour);
        profile.learn(time, per_hour, value, step);
        self.profile = Some(profile);
        let of_week = usual.of_week.and_then(|usual| {
            self.deviations.push(value - usual);
            self.deviations.mean(0, window)
        });
        let ratio = step.zip(usual.step).map(|(step, usual)| {
            let ratio = if step > 0.0 { step / usual } else { 0.0 };
            ratio.min(MOST_RATIO)
        });
        if self.digests.len() < ALL {
            self.digests.resize(ALL, Digest::default());
        }
        let seasonal = [(usual.of_day.map(|usual| value - usual), true), (of_week, true), (ratio, false)];
        sum += self.weigh(PLAIN, &seasonal, memory);
        sum / ALL as f64
    }

    /// The evidence of statistics, of both tails or of the upper one, and learn them.
    fn weigh(&mut self, first: usize, statistics: &[(Option<f64>, bool)], memory: f64) -> f64 {
        let mut sum = 0.0;
        for (digest, &(statistic, both)) in self.digests[first..].iter_mut().zip(statistics) {
            // Differences of the largest numbers can overflow; they say nothing.
            let Some(statistic) = statistic.filter(|statistic| statistic.is_finite()) else { continue };
            if digest.seen() >= LEAST_SEEN {
                let (high, low) = digest.evidence(statistic);
                sum += if both { high.max(low) } else { high }.min(MOST_EVIDENCE);
            }
            digest.push(statistic, memory);
        }
        sum
    }

    pub(super) fn restore(&mut self) {
        self.digests.iter_mut().for_each(Digest::derive);
    }

    pub(super) fn check(&self, window: usize) -> Result<()> {
        let count = self.digests.len();
        ensure!(
            count == PLAIN || (count == ALL && self.profile.is_some()),
            InvalidData,
            "a column has {count} distributions; {PLAIN} or, with a profile, {ALL} are allowed"
        );
        self.values.check(2 * window)?;
        self.deviations.check(window)?;
        self.profile.iter().try_for_each(|profile| profile.check())?;
        self.digests.iter().try_for_each(Digest::check)
    }
}
