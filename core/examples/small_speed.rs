//! What one call of `assign` on a small matrix costs, beside what scipy's took in the bench of the Python package:
//! `cargo run --profile dist -p inlaid --example small_speed`.
//!
//! 20,000 uniform matrices of each size, 25 calls each a round, since Linux tells processor time in steps of some
//! milliseconds; the least of five rounds counts.
#![allow(clippy::print_stdout, reason = "an example says what it found")]
use std::error::Error;
use std::time::Duration;

use inlaid::Context;
use inlaid::matching::{Assign, assign};
use ndarray::Array2;

/// A repeatable uniform number.
fn uniform(at: usize) -> f64 {
    let mixed = (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// The processor time of this thread.
fn spent() -> Result<Duration, Box<dyn Error>> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let number = told.split(' ').next().ok_or("schedstat is empty")?;
    Ok(Duration::from_nanos(number.parse()?))
}

fn main() -> Result<(), Box<dyn Error>> {
    const COUNT: usize = 20_000;
    const TURNS: usize = 25;
    let (context, options) = (Context::new(), Assign::default());
    for n in 2..=10 {
        let matrices: Vec<Array2<f64>> =
            (0..COUNT).map(|at| Array2::from_shape_fn((n, n), |(i, j)| uniform((at * n + i) * n + j))).collect();
        let (mut least, mut total) = (Duration::MAX, 0.0);
        for _ in 0..5 {
            let began = spent()?;
            total = 0.0;
            for costs in (0..TURNS).flat_map(|_| &matrices) {
                total += assign(costs.view(), &options, &context)?.total_cost;
            }
            least = least.min(spent()?.saturating_sub(began));
        }
        let each = least.as_secs_f64() / (COUNT * TURNS) as f64;
        println!("n = {n:2}: {:.3} us a call, mean total {:.6}", 1e6 * each, total / (COUNT * TURNS) as f64);
    }
    Ok(())
}
