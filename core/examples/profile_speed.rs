//! What a matrix profile costs: the Rust side of `benches/compare/anomaly_profile.py`.
//!
//! `cargo run --profile dist -p inlaid --example profile_speed -- SERIES WINDOW ROUNDS [RESULT]`: reads little-endian
//! doubles, prints the least processor time of some rounds on one thread in seconds, and writes distances and neighbours.
#![allow(clippy::print_stdout, reason = "an example says what it found")]
use std::error::Error;
use std::time::Duration;

use inlaid::Context;
use inlaid::anomaly::MatrixProfile;

/// The processor time of this thread.
fn spent() -> Result<Duration, Box<dyn Error>> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(Duration::from_nanos(told.split(' ').next().ok_or("schedstat is empty")?.parse()?))
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, window, rounds, result @ ..] = arguments.as_slice() else {
        return Err("SERIES WINDOW ROUNDS [RESULT]".into());
    };
    let series: Vec<f64> = std::fs::read(path)?.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect();
    let options = MatrixProfile::default().with_window(window.parse()?);
    let context = Context::new().with_threads(1);
    let mut least = Duration::MAX;
    for _ in 0..rounds.parse::<usize>()? {
        let began = spent()?;
        let profile = options.search(&series, &context)?;
        least = least.min(spent()? - began);
        if let [to] = result {
            let neighbours = profile.neighbours.iter().map(|place| *place as f64);
            let bytes: Vec<u8> =
                profile.distances.iter().copied().chain(neighbours).flat_map(f64::to_le_bytes).collect();
            std::fs::write(to, bytes)?;
        }
    }
    println!("{:.6}", least.as_secs_f64());
    Ok(())
}
