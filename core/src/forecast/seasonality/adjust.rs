//! Taking a season out before a method that knows none, and putting it back into its forecasts.
use serde::{Deserialize, Serialize};

use super::decompose::{DecompositionKind, indices};
use super::season_of;
use super::test::is_seasonal;
use crate::Context;
use crate::error::{Result, ensure};
use crate::math::normal;

/// The season of one series, one index per position from the first observation on; no indices at all is no season.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::forecast) struct Adjustment {
    kind: DecompositionKind,
    indices: Vec<f64>,
}

/// The least multiplicative index: dividing by less blows the noise up.
const LEAST_FACTOR: f64 = 0.01;
/// Confidence of the seasonality test, from the M4 competition.
const CONFIDENCE: f64 = 0.9;

impl Adjustment {
    /// The season of finite `series`: `season` or the one detected; if `tested`, only where the M4 test finds it.
    /// Multiplicative gives way to additive for values of 0 or less and for factors below [`LEAST_FACTOR`].
    ///
    /// # Errors
    /// `not_enough_data` below two seasons if not `tested`; `cancelled`.
    pub(in crate::forecast) fn of(
        series: &[f64],
        season: Option<usize>,
        kind: DecompositionKind,
        tested: bool,
        context: &Context,
    ) -> Result<Self> {
        let period = season_of(series, season, context)?;
        let critical = normal::quantile(0.5 + CONFIDENCE / 2.0);
        if period == 1 || (tested && !is_seasonal(series, period, critical, context)?) {
            return Ok(Self { kind, indices: Vec::new() });
        }
        ensure!(
            series.len() / 2 >= period,
            NotEnoughData,
            "taking out a season of {period} needs two seasons of observations, got {}",
            series.len()
        );
        if kind == DecompositionKind::Multiplicative && series.iter().all(|value| *value > 0.0) {
            let factors = indices(series, period, kind);
            if factors.iter().all(|factor| *factor >= LEAST_FACTOR && factor.is_finite()) {
                return Ok(Self { kind, indices: factors });
            }
        }
        let kind = DecompositionKind::Additive;
        Ok(Self { kind, indices: indices(series, period, kind) })
    }

    /// Observations per season; 1 is none.
    pub(in crate::forecast) fn season(&self) -> usize {
        self.indices.len().max(1)
    }

    /// `M` or `A` in brackets, nothing without a season.
    pub(in crate::forecast) fn notation(&self) -> &'static str {
        match self.kind {
            _ if self.indices.is_empty() => "",
            DecompositionKind::Multiplicative => "(M)",
            DecompositionKind::Additive => "(A)",
        }
    }

    /// What the observation at `position` is divided by and what is then subtracted from it.
    fn terms(&self, position: usize) -> (f64, f64) {
        match (self.indices.get(position % self.season()), self.kind) {
            (None, _) => (1.0, 0.0),
            (Some(index), DecompositionKind::Multiplicative) => (*index, 0.0),
            (Some(index), DecompositionKind::Additive) => (1.0, *index),
        }
    }

    /// `values`, the first of which stands at `position`, without the season.
    pub(in crate::forecast) fn remove(&self, values: &[f64], position: usize) -> Vec<f64> {
        if self.indices.is_empty() {
            return values.to_vec();
        }
        let without = |(at, value): (usize, &f64)| {
            let (factor, difference) = self.terms(at);
            value / factor - difference
        };
        (position..).zip(values).map(without).collect()
    }

    /// Put the season into `values`, the first of which stands at `position`, and into their standard deviations.
    pub(in crate::forecast) fn restore(&self, values: &mut [f64], deviations: &mut [f64], position: usize) {
        if self.indices.is_empty() {
            return;
        }
        for (at, value) in (position..).zip(values) {
            let (factor, difference) = self.terms(at);
            *value = (*value + difference) * factor;
        }
        (position..).zip(deviations).for_each(|(at, deviation)| *deviation *= self.terms(at).0);
    }

    /// Judge a season that came from a file, of a series of `count` observations.
    ///
    /// # Errors
    /// `invalid_data`.
    pub(in crate::forecast) fn check(&self, count: usize) -> Result<()> {
        let season = self.indices.len();
        ensure!(
            season != 1 && season <= count / 2,
            InvalidData,
            "a season of {season} indices for {count} observations, allowed are none, or 2 to half the observations"
        );
        let least = match self.kind {
            DecompositionKind::Multiplicative => LEAST_FACTOR,
            DecompositionKind::Additive => f64::MIN,
        };
        for index in &self.indices {
            ensure!(
                (least..=f64::MAX).contains(index),
                InvalidData,
                "a seasonal index is {index}, it must be finite and at least {least}"
            );
        }
        Ok(())
    }

    /// The season at each of `count` observations, if there is one.
    pub(in crate::forecast) fn seasons(&self, count: usize) -> Option<Vec<f64>> {
        (!self.indices.is_empty()).then(|| self.indices.iter().copied().cycle().take(count).collect())
    }
}
