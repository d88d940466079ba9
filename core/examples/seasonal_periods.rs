//! Which periods `seasonal_period` finds in panels whose periods are known, and in series that have none.
//!
//! `cargo run --release --example seasonal_periods -- m4dev.csv classics.csv`, columns `unique_id`, `m`, `y` and optionally
//! `freq` and `split` (rows other than train are left out), in any order.
#![allow(clippy::print_stdout)]
use std::collections::BTreeMap;
use std::time::Instant;

use inlaid::forecast::{SeasonalPeriod, seasonal_period};

struct Series {
    group: String,
    values: Vec<f64>,
}

fn read(path: &str) -> Result<BTreeMap<String, Series>, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(path)?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().ok_or("no header")?.split(',').collect();
    let column = |name: &str| header.iter().position(|column| *column == name);
    let (id, period, value) = (column("unique_id"), column("m"), column("y"));
    let (Some(id), Some(period), Some(value)) = (id, period, value) else { return Err("a column is missing".into()) };
    let mut panel = BTreeMap::new();
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        if column("split").is_some_and(|split| fields[split] != "train") {
            continue;
        }
        let group = column("freq").map_or_else(|| fields[id].to_owned(), |frequency| fields[frequency].to_owned());
        let new = || Series { group: format!("{group} ({})", fields[period]), values: Vec::new() };
        panel.entry(fields[id].to_owned()).or_insert_with(new).values.push(fields[value].parse()?);
    }
    Ok(panel)
}

/// Uniform noise of variance 1.
fn noise(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    ((*state >> 11) as f64 / (1u64 << 53) as f64 - 0.5) * 12.0_f64.sqrt()
}

/// Series without a season: noise, random walks, persistent noise, and their sums.
fn aperiodic() -> BTreeMap<String, Series> {
    let mut panel = BTreeMap::new();
    let mut state = 7;
    for (kind, persistence) in [("noise", 0.0), ("ar .5", 0.5), ("ar .9", 0.9), ("ar -.6", -0.6), ("random walk", 1.0)]
    {
        for length in [20, 50, 120, 400, 2000] {
            for index in 0..200 {
                let mut value = 0.0;
                let step = |_| {
                    value = persistence * value + noise(&mut state);
                    value
                };
                let values = (0..length).map(step).collect();
                panel.insert(
                    format!("{kind} {length} {index}"),
                    Series { group: format!("{kind}, n = {length}"), values },
                );
            }
        }
    }
    panel
}

fn report(panel: &BTreeMap<String, Series>) -> Result<(), inlaid::Error> {
    let mut found: BTreeMap<&str, BTreeMap<usize, usize>> = BTreeMap::new();
    let start = Instant::now();
    for series in panel.values() {
        let season = seasonal_period(&series.values, &SeasonalPeriod::default())?;
        *found.entry(&series.group).or_default().entry(season.period).or_default() += 1;
    }
    let spent = start.elapsed().as_secs_f64() * 1e6 / panel.len() as f64;
    for (group, counts) in found {
        let counts: Vec<_> = counts.iter().map(|(period, count)| format!("{period} x {count}")).collect();
        println!("{group:<24}{}", counts.join(", "));
    }
    println!("{spent:.1} us per series\n");
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        report(&read(&path)?)?;
    }
    report(&aperiodic())?;
    let mut state = 3;
    for length in [10_000, 100_000, 1_000_000] {
        let values: Vec<f64> =
            (0..length).map(|t| f64::from(t % 48).sqrt() + noise(&mut state) + f64::from(t) * 1e-4).collect();
        let start = Instant::now();
        let season = seasonal_period(&values, &SeasonalPeriod::default())?;
        println!(
            "{length} observations: period {}, strength {:.2}, {:.1} ms",
            season.period,
            season.strength,
            start.elapsed().as_secs_f64() * 1e3
        );
    }
    Ok(())
}
