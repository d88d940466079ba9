//! CPU time of the k best assignments, the bottleneck, and assignments with capacities, on pseudo-random costs.
//!
//!     cargo run --release --example variants_speed
use std::sync::OnceLock;
use std::time::Instant;

use inlaid::Context;
use inlaid::matching::{
    Assign, AssignBottleneck, AssignCapacities, AssignEachRow, assign_bottleneck, assign_each_row, assign_k_best,
    assign_with_capacities,
};
use ndarray::Array2;

/// Milliseconds that this process has run: of the processor where Linux tells, else by the clock.
fn now() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let told = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3, |time| time / 1e6)
}

/// SplitMix64 numbers modulo `most`, row by row.
fn costs(seed: u64, rows: usize, columns: usize, most: u64) -> Array2<f64> {
    let mut state = seed;
    Array2::from_shape_fn((rows, columns), |_| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % most) as f64
    })
}

fn timed(what: &str, mut run: impl FnMut() -> inlaid::Result<f64>) -> inlaid::Result<()> {
    let mut best = f64::INFINITY;
    let mut value = 0.0;
    for _ in 0..3 {
        let start = now();
        value = run()?;
        best = best.min(now() - start);
    }
    #[allow(clippy::print_stdout)]
    {
        println!("{what:58} {best:9.1} ms   {value}");
    }
    Ok(())
}

fn main() -> inlaid::Result<()> {
    let context = Context::new();
    for (n, count) in [(100, 100), (100, 1000), (300, 100)] {
        for most in [10, 1_000_000] {
            let matrix = costs(1, n, n, most);
            timed(&format!("{count} best of {n} x {n}, costs below {most}"), || {
                let found = assign_k_best(matrix.view(), count, &Assign::default(), &context)?;
                Ok(found.last().map_or(0.0, |last| last.total_cost))
            })?;
        }
    }
    let matrix = costs(2, 2000, 2000, 1 << 40);
    for total in [false, true] {
        timed(&format!("bottleneck of 2,000 x 2,000, best total {total}"), || {
            let options = AssignBottleneck::default().with_best_total(total);
            assign_bottleneck(matrix.view(), &options, &context).map(|found| found.worst_cost.unwrap_or(0.0))
        })?;
    }
    for (rows, columns, demand, capacity, repeat) in
        [(200, 300, 5, 4, false), (1000, 1000, 3, 3, false), (500, 500, 100, 100, true), (1000, 200, 2, 12, false)]
    {
        let matrix = costs(3, rows, columns, 10_000);
        let options = AssignCapacities::default().with_repeat(repeat);
        let (demands, capacities) = (vec![demand; rows], vec![capacity; columns]);
        timed(&format!("{rows} x {columns}, capacities {demand} and {capacity}, repeat {repeat}"), || {
            assign_with_capacities(matrix.view(), &demands, &capacities, &options, &context)
                .map(|found| found.total_cost)
        })?;
    }
    let matrix = costs(4, 100_000, 20, 10_000);
    for spare in [0, 1000] {
        let capacities = vec![5000 + spare; 20];
        timed(&format!("100,000 rows into 20 columns of {}", 5000 + spare), || {
            assign_each_row(matrix.view(), Some(&capacities), &AssignEachRow::default(), &context)
                .map(|found| found.total_cost)
        })?;
    }
    Ok(())
}
