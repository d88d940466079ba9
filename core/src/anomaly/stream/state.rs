//! A running stream: events in, scores out, saved at any time.
use std::path::Path;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::machine::Machine;
use super::score::{Columns, StreamNote, StreamScore, StreamScores};
use crate::Context;
use crate::data::Vector;
use crate::error::{Result, ensure};
use crate::store::{self, Stored};

/// How many usual steps make a gap.
const GAP: f64 = 8.0;
const HOUR: f64 = 3.6e12;
/// How much one interval moves the usual step.
const STEP_RATE: f64 = 1.02;
/// Rows between two looks at the context.
const ROWS_PER_LOOK: usize = 1024;

/// Larger values would overflow when they are squared.
const LARGEST_VALUE: f64 = 1e150;

/// Whether a detector can learn from a value.
pub(super) fn is_usable(value: f64) -> bool {
    value.abs() <= LARGEST_VALUE
}

/// Judge a saved number of events: one that could overflow when more come was never counted.
pub(super) fn check_count(count: u64) -> Result<()> {
    ensure!(count < 1 << 62, InvalidData, "{count} events were never seen");
    Ok(())
}

/// One event as detectors see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event<'a> {
    /// Nanoseconds since 1970.
    pub(super) time: Option<i64>,
    /// How many events usually come in an hour, at least 1.
    pub(super) per_hour: f64,
    pub(super) values: &'a [f64],
}

/// A detector that watches a stream.
///
/// It never stops because of an event: a missing value, a gap or a time that goes backwards is noted in its score. It goes
/// on after [`to_bytes`](StreamState::to_bytes) and [`from_bytes`](StreamState::from_bytes) as if nothing had been, bit for
/// bit. Memory is constant. The number of columns is that of the first event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StreamState {
    columns: usize,
    events: u64,
    last: Option<i64>,
    /// The usual time between two events in nanoseconds: a running median. 0 before it is known.
    step: f64,
    machine: Machine,
}

impl StreamState {
    pub(super) fn of(machine: Machine) -> Self {
        Self { columns: 0, events: 0, last: None, step: 0.0, machine }
    }

    #[cfg(test)]
    pub(super) fn into_machine(self) -> Machine {
        self.machine
    }

    /// How many columns an event has; none before the first event.
    #[must_use]
    pub fn columns(&self) -> Option<usize> {
        (self.columns > 0).then_some(self.columns)
    }

    /// How many events it has seen.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Score one event, then learn from it. `time` is in nanoseconds since 1970, in local time where days and weeks matter.
    ///
    /// # Errors
    /// `invalid_data` for an event without values, or with another number of values than the first; nothing is changed then.
    pub fn update(&mut self, time: Option<i64>, values: &[f64]) -> Result<StreamScore> {
        self.check_width(values.len())?;
        Ok(self.step(time, values))
    }

    /// The scores of events as an iterator: each event is scored and learnt when its score is asked for.
    ///
    /// ```
    /// use inlaid::anomaly::Ewma;
    /// let mut stream = Ewma::default().with_mean(0.0).with_deviation(1.0).start()?;
    /// let events = [0.5, -0.3, 6.0].map(|value| (None, [value]));
    /// let first = stream.scores_over(events).position(|score| score.is_ok_and(|score| score.is_anomaly));
    /// assert_eq!(first, Some(2));
    /// # Ok::<(), inlaid::Error>(())
    /// ```
    ///
    /// # Errors
    /// Each score as [`update`](StreamState::update); the iterator goes on after an error.
    pub fn scores_over<'s, V: AsRef<[f64]>>(
        &'s mut self,
        events: impl IntoIterator<Item = (Option<i64>, V), IntoIter: 's>,
    ) -> impl Iterator<Item = Result<StreamScore>> + 's {
        events.into_iter().map(move |(time, values)| self.update(time, values.as_ref()))
    }

    /// Score the rows of `values`, `[event, column]`, one after the other, and learn from them: the scores of
    /// [`update`](StreamState::update). `times` has one time per row.
    ///
    /// # Errors
    /// `invalid_data` as [`update`](StreamState::update), and for another number of times than rows; nothing is changed
    /// then. `cancelled`, after which the rows before have been seen: [`events`](StreamState::events) says how many.
    pub fn update_batch(
        &mut self,
        times: Option<&[i64]>,
        values: ArrayView2<'_, f64>,
        context: &Context,
    ) -> Result<Vector> {
        let mut scores = Vec::with_capacity(values.nrows());
        self.each(times, values, context, |score| scores.push(score.score))?;
        Ok(scores.into())
    }

    /// As [`update_batch`](StreamState::update_batch), with all that is known of each row.
    ///
    /// # Errors
    /// As [`update_batch`](StreamState::update_batch).
    pub fn update_all(
        &mut self,
        times: Option<&[i64]>,
        values: ArrayView2<'_, f64>,
        context: &Context,
    ) -> Result<StreamScores> {
        let mut scores = Columns::with_capacity(values.nrows());
        self.each(times, values, context, |score| scores.push(&score))?;
        Ok(scores.into())
    }

    fn each(
        &mut self,
        times: Option<&[i64]>,
        values: ArrayView2<'_, f64>,
        context: &Context,
        mut take: impl FnMut(StreamScore),
    ) -> Result<()> {
        let rows = values.nrows();
        ensure!(
            times.is_none_or(|times| times.len() == rows),
            InvalidData,
            "there are {} times for {rows} rows; each row needs one",
            times.map_or(0, <[i64]>::len)
        );
        if rows == 0 {
            return Ok(());
        }
        self.check_width(values.ncols())?;
        let mut copy = vec![0.0; values.ncols()];
        for (index, row) in values.rows().into_iter().enumerate() {
            if index % ROWS_PER_LOOK == 0 {
                context.check()?;
                context.report(index, rows);
            }
            let time = times.map(|times| times[index]);
            let score = if let Some(row) = row.as_slice() {
                self.step(time, row)
            } else {
                copy.iter_mut().zip(row).for_each(|(to, from)| *to = *from);
                self.step(time, &copy)
            };
            take(score);
        }
        context.report(rows, rows);
        Ok(())
    }

    fn check_width(&self, width: usize) -> Result<()> {
        let most = self.machine.most_columns();
        ensure!(
            (1..=most).contains(&width),
            InvalidData,
            "an event of this detector has 1 to {most} values, this one has {width}"
        );
        ensure!(
            self.columns == 0 || self.columns == width,
            InvalidData,
            "an event of this stream has {} values, this one has {width}",
            self.columns
        );
        Ok(())
    }

    fn step(&mut self, time: Option<i64>, values: &[f64]) -> StreamScore {
        self.columns = values.len();
        self.events = self.events.saturating_add(1);
        let timing = self.time(time);
        let missing = values.iter().filter(|value| !is_usable(**value)).count();
        if missing == values.len() || (missing > 0 && !self.machine.takes_missing()) {
            return StreamScore { note: StreamNote::Missing, ..StreamScore::default() };
        }
        let per_hour = if self.step > 0.0 { (HOUR / self.step).max(1.0) } else { 1.0 };
        let verdict = self.machine.update(&Event { time, per_hour, values });
        let note = match (missing > 0, timing, verdict.learning) {
            (true, _, _) => StreamNote::Missing,
            (_, note, false) => note,
            (_, StreamNote::None, true) => StreamNote::Learning,
            (_, note, true) => note,
        };
        StreamScore {
            score: verdict.score,
            raw: verdict.raw,
            is_anomaly: verdict.is_anomaly,
            expected: verdict.band.expected,
            lower: verdict.band.lower,
            upper: verdict.band.upper,
            note,
        }
    }

    /// Follow the time: what is worth noting, and the usual step.
    fn time(&mut self, time: Option<i64>) -> StreamNote {
        let Some(time) = time else { return StreamNote::None };
        let Some(last) = self.last.replace(time) else { return StreamNote::None };
        if time < last {
            return StreamNote::Backwards;
        }
        let step = time.saturating_sub(last) as f64;
        let gap = self.step > 0.0 && step > GAP * self.step;
        if self.step == 0.0 {
            self.step = step;
        } else if step > self.step {
            self.step = (self.step * STEP_RATE).min(step);
        } else if step > 0.0 {
            self.step = (self.step / STEP_RATE).max(step);
        }
        if gap { StreamNote::Gap } else { StreamNote::None }
    }

    /// The stream as bytes: versioned, checksummed.
    ///
    /// # Errors
    /// As [`store::to_bytes`].
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        store::to_bytes(self)
    }

    /// The stream that [`to_bytes`](StreamState::to_bytes) gave.
    ///
    /// # Errors
    /// As [`store::from_bytes`]: `incompatible` for damaged bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        store::from_bytes(bytes).map(Self::restored)
    }

    /// Save the stream to a file, which is replaced as a whole or not at all.
    ///
    /// # Errors
    /// As [`store::save`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        store::save(self, path)
    }

    /// The stream in a file that [`save`](StreamState::save) wrote.
    ///
    /// # Errors
    /// As [`store::load`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        store::load(path).map(Self::restored)
    }

    pub(in crate::anomaly) fn restored(mut self) -> Self {
        self.machine.restore();
        self
    }
}

impl Stored for StreamState {
    const KIND: &'static str = "anomaly.StreamState";
    const VERSION: u32 = 2;

    fn check(&self) -> Result<()> {
        ensure!(
            self.columns <= self.machine.most_columns(),
            InvalidData,
            "the stream has {} columns, at most {} are allowed",
            self.columns,
            self.machine.most_columns()
        );
        ensure!(
            self.step >= 0.0 && self.step.is_finite(),
            InvalidData,
            "the usual step of time is {}; it must be finite and not negative",
            self.step
        );
        self.machine.check(self.columns)
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
