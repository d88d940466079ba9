//! How long many short series take: `cargo run --release -p inlaid --example panel_speed -- 100000 Naive`.
#![allow(clippy::print_stdout, missing_docs)]
use std::time::Instant;

use inlaid::data::Table;
use inlaid::forecast::{AnyMethod, PanelOptions, panel};
use inlaid::{Context, Error};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: usize = arguments.next().map_or(Ok(100_000), |count| count.parse())?;
    let name = arguments.next().unwrap_or_else(|| "Naive".into());
    let method: AnyMethod = serde_json::from_str(&format!("{{\"{name}\": {{}}}}"))?;
    let length = 30;
    let rows = || (0..count).flat_map(|series| (0..length).map(move |time| (series, time)));
    let table = Table::from_columns([
        ("unique_id", rows().map(|(series, _)| format!("series {series}")).collect::<Vec<_>>().into()),
        ("ds", rows().map(|(_, time)| format!("{}-{:02}", 2000 + time / 12, time % 12 + 1)).collect::<Vec<_>>().into()),
        ("y", rows().map(|(series, time)| ((series * 7 + time * 13) % 31) as f64).collect::<Vec<_>>().into()),
    ])?;
    let options = PanelOptions::default().with_methods([method]).with_horizon(12);
    for threads in [1, 2] {
        let start = Instant::now();
        let result = panel(&table, &options, &Context::new().with_threads(threads))?;
        println!(
            "{count} series of {length} points, {name}, horizon 12, {threads} thread(s): {:.2} s, {} rows, {} failures",
            start.elapsed().as_secs_f64(),
            result.forecasts.rows(),
            result.failures.len()
        );
    }
    Ok::<(), Error>(()).map_err(Into::into)
}
