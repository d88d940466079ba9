//! Jobs on machines: the job shop.
//!
//! `shop` judges and numbers operations, `search` is the tabu search, `proof` the tree, `verify` holds a schedule against the
//! jobs.
mod options;
mod proof;
mod search;
mod shop;
#[cfg(test)]
mod tests;
mod verify;

use std::time::Instant;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

pub use options::ScheduleJobs;

use crate::Context;
use crate::data::{Ints, Lists, Vector};
use crate::error::{Result, bail};
use proof::Proof;
use shop::Shop;
pub(super) use shop::one_machine;

/// When each operation of each job begins and ends; the lists have one entry per operation, those of a job one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct JobSchedule {
    /// The job of each operation.
    pub jobs: Ints,
    /// Its place in the job, from 0.
    pub steps: Ints,
    /// Its machine.
    pub machines: Ints,
    /// When it begins.
    pub starts: Vector,
    /// When it ends.
    pub ends: Vector,
    /// When the last operation ends.
    pub makespan: f64,
    /// No schedule ends before.
    pub lower_bound: f64,
    /// Distance of makespan and bound as a share of the makespan, 0 if both are equal.
    pub gap: f64,
    /// Whether makespan and bound meet: no schedule is shorter.
    pub optimal: bool,
    /// Moves that were made.
    pub rounds: u64,
    /// Seconds that it took.
    pub seconds: f64,
}

impl ScheduleJobs {
    /// Schedule jobs: `machines` lists the machine of each step of each job, `durations` says how long each takes, `[job,
    /// step]`; columns beyond the steps of a job are not looked at.
    ///
    /// Machines are any numbers of 0 or more. A list may be filled up with -1, so that a matrix of machines can be used. The
    /// schedule is checked against the jobs before it is given. A move costs O(operations); the bound is that of the longest job
    /// and of each machine by itself with interruptions, unless the tree proves more.
    ///
    /// # Errors
    /// `invalid_config` for options out of range; `invalid_data` for shapes that do not fit, machines below 0, durations that
    /// are below 0 or no numbers; `not_enough_data` without an operation; `too_large` above 100,000 operations or 200 million
    /// pairs that share a machine; `cancelled`.
    pub fn solve(&self, machines: Lists<'_>, durations: ArrayView2<'_, f64>, context: &Context) -> Result<JobSchedule> {
        self.validate()?;
        let start = Instant::now();
        let shop = Shop::of(machines, durations)?;
        let mut bound = shop.bound();
        let found = search::search(&shop, self, start, bound, context)?;
        let (mut starts, mut makespan) = (found.starts, found.makespan);
        let mut proved = makespan <= bound * (1.0 + 1e-12);
        let mut nodes = self.proof_nodes;
        while !proved && shop.count() <= proof::LARGEST && nodes > 0 {
            // A shorter schedule is shorter by 1 where durations are whole, and by more than rounding elsewhere.
            let limit = if shop.whole { makespan - 1.0 } else { makespan * (1.0 - 1e-9) };
            match proof::within(&shop, limit, nodes, context)? {
                Proof::None => {
                    proved = true;
                    bound = if shop.whole { makespan } else { limit.max(bound) };
                }
                Proof::Better(better) => {
                    makespan = (0..shop.count()).map(|op| better[op] + shop.duration[op]).fold(0.0, f64::max);
                    starts = better;
                    proved = makespan <= bound * (1.0 + 1e-12);
                }
                Proof::Open => nodes = 0,
            }
        }
        context.report(1, 1);
        let ends: Vec<f64> = starts.iter().zip(&shop.duration).map(|(start, duration)| start + duration).collect();
        if let Some(said) = verify::fault(machines, durations, &shop, &starts, makespan) {
            bail!(Internal, "a schedule of jobs failed its own check: {said}; please report this with the input");
        }
        let lower_bound = bound.min(makespan);
        let ints = |values: &[u32]| Ints::from(values.iter().map(|value| i64::from(*value)).collect::<Vec<_>>());
        Ok(JobSchedule {
            jobs: ints(&shop.job),
            steps: ints(&shop.step),
            machines: shop.machine.iter().map(|at| shop.names[*at as usize]).collect::<Vec<_>>().into(),
            starts: starts.into(),
            ends: ends.into(),
            makespan,
            lower_bound,
            gap: if proved || makespan <= 0.0 { 0.0 } else { (makespan - lower_bound) / makespan },
            optimal: proved,
            rounds: found.rounds,
            seconds: start.elapsed().as_secs_f64(),
        })
    }
}
