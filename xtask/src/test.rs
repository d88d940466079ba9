//! `cargo xtask test`: sets up and runs everything that must pass, and counts it.
mod count;
mod jvm;
mod node;
mod pages;
mod python;
mod readme;
mod rust;

use std::path::Path;
use std::time::Instant;

use crate::shell::Done;
use crate::{Outcome, doctor};
pub(crate) use count::Counts;

/// One thing that must pass: its name and what it runs.
struct Step {
    name: &'static str,
    run: fn(&Path) -> Result<Counts, String>,
}

/// Run every step, whatever fails, and sum up; with words, only the steps whose names hold one of them.
pub(crate) fn run(root: &Path, words: &[&str]) -> Outcome {
    doctor::require_all()?;
    let rooms = [rust::steps(), python::steps(), node::steps(), jvm::steps(), readme::steps(), pages::steps()];
    let wanted = |step: &Step| words.is_empty() || words.iter().any(|word| step.name.to_lowercase().contains(word));
    let steps: Vec<Step> = rooms.into_iter().flatten().filter(wanted).collect();
    if steps.is_empty() {
        return Err(format!("no step has {words:?} in its name"));
    }
    let mut rows = Vec::new();
    for step in &steps {
        let start = Instant::now();
        let counts = (step.run)(root).unwrap_or_else(|sentence| {
            eprintln!("--- {} failed\n{sentence}", step.name);
            Counts { failed: 1, ..Counts::default() }
        });
        let seconds = start.elapsed().as_secs_f64();
        println!("{:28} {counts}  ({seconds:.0} s)", step.name);
        rows.push((step.name, counts, seconds));
    }
    let mut total = Counts::default();
    println!("\n{:28} {:>7} {:>7} {:>7} {:>8}", "step", "passed", "failed", "skipped", "seconds");
    for (name, counts, seconds) in rows {
        println!("{name:28} {:7} {:7} {:7} {seconds:8.0}", counts.passed, counts.failed, counts.skipped);
        total.add(counts);
    }
    println!("\n{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped);
    if total.failed == 0 { Ok(()) } else { Err(format!("{} failed", total.failed)) }
}

/// The counts of a test runner; its complaint is shown where something failed, and running nothing is a failure.
fn judged(done: &Done, counts: Counts) -> Result<Counts, String> {
    let counts = counts.not_empty().map_err(|sentence| format!("{sentence}\n{}", done.complaint()))?;
    if counts.failed > 0 {
        eprintln!("{}", done.complaint());
    } else if !done.success {
        return Err(done.complaint());
    }
    Ok(counts)
}
