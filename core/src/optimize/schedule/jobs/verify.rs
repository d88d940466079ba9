//! A schedule held against its jobs, with nothing of the search but how operations are listed.
use ndarray::ArrayView2;

use super::shop::Shop;
use crate::data::Lists;

/// What is wrong with a schedule, if anything is.
pub(super) fn fault(
    machines: Lists<'_>,
    durations: ArrayView2<'_, f64>,
    shop: &Shop,
    starts: &[f64],
    makespan: f64,
) -> Option<String> {
    let tolerance = 1e-9 * makespan;
    let mut on: Vec<(i64, f64, f64)> = Vec::with_capacity(starts.len());
    let (mut at, mut last) = (0, 0.0_f64);
    for job in 0..machines.len() {
        let mut free = 0.0;
        for (step, machine) in machines.get(job).iter().take_while(|machine| **machine >= 0).enumerate() {
            let (Some(&start), Some(&listed)) = (starts.get(at), shop.job.get(at)) else {
                return Some(format!("step {step} of job {job} is missing"));
            };
            if listed as usize != job || start < free - tolerance {
                return Some(format!("step {step} of job {job} begins at {start}, before {free}"));
            }
            free = start + durations[[job, step]];
            on.push((*machine, start, free));
            at += 1;
        }
        last = last.max(free);
    }
    on.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
    for pair in on.windows(2) {
        if pair[0].0 == pair[1].0 && pair[1].1 < pair[0].2 - tolerance {
            return Some(format!(
                "machine {} begins at {} what it must not before {}",
                pair[0].0, pair[1].1, pair[0].2
            ));
        }
    }
    (at != starts.len() || (last - makespan).abs() > tolerance)
        .then(|| format!("the last end is {last}, not {makespan}"))
}
