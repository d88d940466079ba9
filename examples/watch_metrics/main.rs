//! Watch the metrics of a service as they come, and say what is wrong in words that people can act on.
//!
//! Usage: main METRICS.csv FOLDER, where METRICS.csv has the column timestamp and one column of numbers per metric
//! (any file of the Numenta Anomaly Benchmark is one). Writes incidents.csv, watch.html and incident.svg into the folder.
use std::error::Error;
use std::path::PathBuf;

use inlaid::Context;
use inlaid::anomaly::{AlertPolicy, Replay, StreamDetector, Suppression, Watch, WatchChart};
use inlaid::data::{read_csv, write_csv};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().ok_or("name a file and a folder");
    let context = Context::new();
    let metrics = read_csv(argument()?, &context)?;
    let folder = PathBuf::from(argument()?);

    // Two days teach a detector what is usual at this hour. Nobody wants to know of releases, from 22:00 to 22:45 on every
    // Thursday, as the 1st of January 1970 was.
    let release = Suppression::new(79_200.0, 81_900.0).with_every(604_800.0);
    let policy = AlertPolicy::default().with_group_within(1800.0).with_suppressions(vec![release]);
    let detector = StreamDetector::default().with_warm_up(576);
    let mut watch = Watch::default().with_detector(detector).with_policy(policy).start(&context)?;
    let report = watch.replay(&metrics, &Replay::default(), &context)?;
    println!("{} events of {}", report.scores.len(), report.series.join(", "));
    for incident in &report.incidents {
        println!("{}", incident.summary);
    }
    println!("{} unusual events were silenced", watch.silenced());

    write_csv(&report.incidents_table()?, folder.join("incidents.csv"), &context)?;
    std::fs::write(folder.join("watch.html"), report.to_html(&WatchChart::default().with_title("Service"))?)?;
    // The metric that was farthest from what is usual.
    let members = report.incidents.iter().flat_map(|incident| &incident.members);
    let farthest = members.reduce(|a, b| if a.peak_score >= b.peak_score { a } else { b });
    let series = farthest.map(|member| member.series.as_str());
    let chart = series.map_or_else(WatchChart::default, |series| WatchChart::default().with_series(series));
    std::fs::write(folder.join("incident.svg"), report.to_svg(&chart)?)?;
    Ok(())
}
