//! A statistic judged by its own history.
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::score::Verdict;
use crate::error::{Result, ensure};

/// How many values the history remembers.
const MEMORY: f64 = 10_000.0;
/// Values before it says anything.
const LEAST_SEEN: u64 = 64;

/// The distribution of a statistic so far. The odds of the score are the asked rarity over that of the value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Rarity {
    digest: Digest,
    rarity: f64,
}

impl Rarity {
    pub(super) fn new(rarity: f64) -> Self {
        Self { digest: Digest::default(), rarity }
    }

    /// Judge a finite statistic, higher for stranger, then learn it.
    pub(super) fn judge(&mut self, statistic: f64) -> Verdict {
        let (evidence, _) = self.digest.evidence(statistic);
        let learning = self.digest.seen() < LEAST_SEEN;
        self.digest.push(statistic, MEMORY);
        if learning {
            return Verdict::LEARNING;
        }
        let score = 1.0 / (1.0 + 10_f64.powf(-evidence) / self.rarity);
        Verdict { score, raw: score, is_anomaly: score >= 0.5, ..Verdict::default() }
    }

    pub(super) fn restore(&mut self) {
        self.digest.derive();
    }

    pub(super) fn check(&self) -> Result<()> {
        check(self.rarity)?;
        self.digest.check()
    }
}

/// Judge the option.
pub(super) fn check(rarity: f64) -> Result<()> {
    ensure!(rarity > 0.0 && rarity <= 0.5, InvalidConfig, "rarity must lie in (0, 0.5], got {rarity}");
    Ok(())
}
