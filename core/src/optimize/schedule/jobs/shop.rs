//! Jobs, judged and numbered operation by operation, and what no schedule can beat.
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use ndarray::ArrayView2;

use crate::data::Lists;
use crate::error::{Result, ensure};

/// In place of an operation that is not there.
pub(super) const NONE: u32 = u32::MAX;
/// The most operations.
const LARGEST: usize = 100_000;
/// The most pairs of operations that share a machine.
const MOST_PAIRS: usize = 200_000_000;

/// Operations, those of a job one after the other.
#[derive(Debug)]
pub(super) struct Shop {
    pub(super) job: Vec<u32>,
    pub(super) step: Vec<u32>,
    pub(super) machine: Vec<u32>,
    pub(super) duration: Vec<f64>,
    /// The operations before and after each in its job.
    pub(super) before: Vec<u32>,
    pub(super) after: Vec<u32>,
    /// The operations of each machine, ascending; machines are numbered from 0 without gaps here.
    pub(super) on: Vec<Vec<u32>>,
    /// The place of each operation among those of its machine.
    pub(super) place: Vec<u32>,
    /// How the caller numbers the machines.
    pub(super) names: Vec<i64>,
    /// Whether all durations are whole numbers.
    pub(super) whole: bool,
    /// What comes before and after each operation in its job.
    pub(super) head: Vec<f64>,
    pub(super) tail: Vec<f64>,
}

impl Shop {
    pub(super) fn of(machines: Lists<'_>, durations: ArrayView2<'_, f64>) -> Result<Self> {
        let (rows, columns) = durations.dim();
        let jobs = machines.len();
        ensure!(rows == jobs, InvalidData, "durations has {rows} rows for {jobs} jobs");
        let mut shop = Self {
            job: Vec::new(),
            step: Vec::new(),
            machine: Vec::new(),
            duration: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
            on: Vec::new(),
            place: Vec::new(),
            names: Vec::new(),
            whole: true,
            head: Vec::new(),
            tail: Vec::new(),
        };
        let steps = |job: usize| machines.get(job).iter().copied().take_while(|machine| *machine != -1);
        shop.names = (0..jobs).flat_map(steps).collect();
        shop.names.sort_unstable();
        shop.names.dedup();
        shop.on = vec![Vec::new(); shop.names.len()];
        for job in 0..jobs {
            let list = machines.get(job);
            let count = steps(job).count();
            ensure!(
                list[count..].iter().all(|machine| *machine == -1),
                InvalidData,
                "job {job} has a machine after -1, which ends it at step {count}"
            );
            ensure!(count <= columns, InvalidData, "job {job} has {count} steps, but durations has {columns} columns");
            for (step, &machine) in list[..count].iter().enumerate() {
                ensure!(
                    machine >= 0,
                    InvalidData,
                    "step {step} of job {job} is on machine {machine}; it must be 0 or more"
                );
                let duration = durations[[job, step]];
                let sound = duration >= 0.0 && duration.is_finite();
                ensure!(sound, InvalidData, "durations[{job}, {step}] is {duration}, it must be a number of 0 or more");
                let number = shop.job.len() as u32;
                let at = shop.names.partition_point(|name| *name < machine);
                shop.whole &= duration.fract() == 0.0 && duration < 1e15;
                shop.job.push(job as u32);
                shop.step.push(step as u32);
                shop.machine.push(at as u32);
                shop.duration.push(duration);
                shop.before.push(if step == 0 { NONE } else { number - 1 });
                shop.after.push(if step + 1 == count { NONE } else { number + 1 });
                shop.place.push(shop.on[at].len() as u32);
                shop.on[at].push(number);
            }
        }
        let count = shop.job.len();
        ensure!(count > 0, NotEnoughData, "there is no operation");
        ensure!(count <= LARGEST, TooLarge, "{count} operations are above the limit of {LARGEST}");
        let pairs: usize = shop.on.iter().map(|on| on.len() * on.len()).sum();
        ensure!(
            pairs <= MOST_PAIRS,
            TooLarge,
            "{pairs} pairs of operations share a machine; the limit is {MOST_PAIRS}"
        );
        let total: f64 = shop.duration.iter().sum();
        ensure!(total.is_finite(), InvalidData, "the durations sum to more than the largest number");
        (shop.head, shop.tail) = (vec![0.0; count], vec![0.0; count]);
        for at in 0..count {
            let before = shop.before[at] as usize;
            if shop.before[at] != NONE {
                shop.head[at] = shop.head[before] + shop.duration[before];
            }
            let (back, after) = (count - 1 - at, shop.after[count - 1 - at]);
            if after != NONE {
                shop.tail[back] = shop.tail[after as usize] + shop.duration[after as usize];
            }
        }
        Ok(shop)
    }

    pub(super) fn count(&self) -> usize {
        self.job.len()
    }

    /// No schedule is shorter: the longest job, and each machine by itself if it could be interrupted.
    pub(super) fn bound(&self) -> f64 {
        let jobs = (0..self.count()).filter(|at| self.after[*at] == NONE).map(|at| self.head[at] + self.duration[at]);
        let machines = self.on.iter().map(|on| one_machine(on, &self.head, &self.duration, &self.tail));
        jobs.chain(machines).fold(0.0, f64::max)
    }
}

/// The least end of a machine's operations with their tails if they may be interrupted: at any time the one with the longest
/// tail of those that are there (Jackson, 1955).
pub(in crate::optimize::schedule) fn one_machine(on: &[u32], head: &[f64], duration: &[f64], tail: &[f64]) -> f64 {
    let mut coming: Vec<u32> = on.to_vec();
    coming.sort_unstable_by(|a, b| head[*a as usize].total_cmp(&head[*b as usize]).then(a.cmp(b)));
    // Numbers that are not negative are ordered as their bits are.
    let mut there: BinaryHeap<(u64, Reverse<u32>)> = BinaryHeap::new();
    let mut left: Vec<f64> = Vec::with_capacity(on.len());
    let mut slots: Vec<u32> = Vec::with_capacity(on.len());
    let (mut now, mut end, mut next) = (0.0_f64, 0.0_f64, 0);
    while next < coming.len() || !there.is_empty() {
        if there.is_empty() {
            now = now.max(head[coming[next] as usize]);
        }
        while let Some(&at) = coming.get(next).filter(|at| head[**at as usize] <= now) {
            there.push((tail[at as usize].to_bits(), Reverse(left.len() as u32)));
            left.push(duration[at as usize]);
            slots.push(at);
            next += 1;
        }
        let Some(&(_, Reverse(slot))) = there.peek() else { break };
        let (slot, at) = (slot as usize, slots[slot as usize] as usize);
        let until = coming.get(next).map_or(f64::INFINITY, |at| head[*at as usize]);
        if now + left[slot] <= until {
            now += left[slot];
            end = end.max(now + tail[at]);
            there.pop();
        } else {
            left[slot] -= until - now;
            now = until;
        }
    }
    end
}
