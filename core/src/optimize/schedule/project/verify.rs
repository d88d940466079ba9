//! A schedule held against its tasks, from nothing but the input.
use super::tasks::ProjectTasks;

/// What is wrong with a schedule, if anything is.
pub(super) fn fault(tasks: &ProjectTasks<'_>, starts: &[f64], makespan: f64) -> Option<String> {
    let tolerance = 1e-9 * makespan;
    if starts.len() != tasks.durations.len() {
        return Some(format!("{} starts for {} tasks", starts.len(), tasks.durations.len()));
    }
    let end = |task: usize| starts[task] + tasks.durations[task];
    for (first, second) in tasks.before.iter().zip(tasks.after) {
        if starts[*second as usize] < end(*first as usize) - tolerance {
            return Some(format!("task {second} begins before task {first} has ended"));
        }
    }
    for (task, start) in starts.iter().enumerate() {
        let release = tasks.releases.get(task).copied().unwrap_or(0.0);
        if *start < release {
            return Some(format!("task {task} begins at {start}, before {release}"));
        }
    }
    // Use is highest where a task begins. What ends there by rounding only is over.
    for (resource, capacity) in tasks.capacities.iter().enumerate() {
        let Some(needs) = tasks.needs else { break };
        let mut changes: Vec<(f64, f64)> = Vec::with_capacity(2 * starts.len());
        for (task, start) in starts.iter().enumerate().filter(|(task, _)| tasks.durations[*task] > 2.0 * tolerance) {
            let need = needs[[task, resource]];
            changes.push((start + tolerance, need));
            changes.push((end(task), -need));
        }
        changes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut used = 0.0;
        for (time, change) in changes {
            used += change;
            if used > capacity * (1.0 + 1e-7) {
                return Some(format!("{used} of resource {resource} are used at {time}, of {capacity}"));
            }
        }
    }
    let last = (0..starts.len()).map(end).fold(0.0, f64::max);
    (last != makespan).then(|| format!("the last end is {last}, not {makespan}"))
}
