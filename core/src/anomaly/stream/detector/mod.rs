//! The default detector: agreement of several running distributions, calibrated by their tails.
mod column;
mod options;
mod profile;

use serde::{Deserialize, Serialize};

pub use options::StreamDetector;

use super::machine::Machine;
use super::score::{Band, Verdict};
use super::state::{Event, is_usable};
use crate::error::{Result, ensure};
use column::Column;

/// The evidence, in powers of ten, whose score is one half. Chosen on half of NAB, where 1.9 to 2.3 do about equally well.
const CENTRE: f64 = 2.13;

/// The state of a [`StreamDetector`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Running {
    options: StreamDetector,
    columns: Vec<Column>,
    rows: u64,
    /// Evidence and row of the alarm that silences weaker ones.
    alarm: Option<(f64, u64)>,
}

impl StreamDetector {
    /// Begin to watch a stream.
    ///
    /// # Errors
    /// `invalid_config` as [`StreamDetector::validate`].
    pub fn start(&self) -> Result<super::StreamState> {
        self.validate()?;
        Ok(super::StreamState::of(Machine::Detector(Running {
            options: self.clone(),
            columns: Vec::new(),
            rows: 0,
            alarm: None,
        })))
    }
}

/// Evidence as a score: its odds are ten to the evidence beyond the centre.
fn as_score(evidence: f64) -> f64 {
    1.0 / (1.0 + 10_f64.powf(CENTRE - evidence))
}

impl Running {
    pub(super) fn update(&mut self, event: &Event<'_>) -> Verdict {
        if self.columns.len() != event.values.len() {
            self.columns = vec![Column::new(self.options.window); event.values.len()];
        }
        let (mut evidence, mut band) = (0.0_f64, Band::default());
        for (column, &value) in self.columns.iter_mut().zip(event.values) {
            let time = event.time.filter(|_| self.options.seasonal);
            if self.rows >= self.options.warm_up {
                band = column.band(time, event.per_hour);
            }
            if is_usable(value) {
                evidence = evidence.max(column.update(value, time, event.per_hour, self.options.memory));
            }
        }
        let learning = self.rows < self.options.warm_up;
        self.rows = self.rows.saturating_add(1);
        if learning {
            return Verdict::LEARNING;
        }
        let raw = as_score(evidence);
        let silenced = self.is_silenced(evidence);
        let is_anomaly = !silenced && raw >= self.options.threshold;
        if is_anomaly {
            self.alarm = Some((evidence, self.rows));
        }
        let band = if self.columns.len() == 1 { band } else { Band::default() };
        Verdict { score: if silenced { 0.0 } else { raw }, raw, is_anomaly, band, learning }
    }

    fn is_silenced(&self, evidence: f64) -> bool {
        let Some((peak, row)) = self.alarm else { return false };
        let options = &self.options;
        let rows = (self.rows as f64 * options.cool_down) as u64;
        let cool_down = rows.clamp(options.shortest_cool_down, options.longest_cool_down);
        self.rows - row <= cool_down && evidence <= peak
    }

    pub(super) fn restore(&mut self) {
        self.columns.iter_mut().for_each(Column::restore);
    }

    pub(super) fn check(&self, columns: usize) -> Result<()> {
        self.options.validate()?;
        ensure!(
            self.columns.is_empty() || self.columns.len() == columns,
            InvalidData,
            "the detector has {} columns, the stream {columns}",
            self.columns.len()
        );
        ensure!(
            self.alarm.is_none_or(|(evidence, row)| evidence.is_finite() && row <= self.rows),
            InvalidData,
            "the last alarm lies in the future"
        );
        self.columns.iter().try_for_each(|column| column.check(self.options.window))
    }
}

#[cfg(test)]
mod tests;
