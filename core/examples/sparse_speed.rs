//! CPU time of sparse assignments on triplets from a file, without Python.
//!
//!     cargo run --release --example sparse_speed FILE..
//!
//! FILE: three little-endian u64 (rows, columns, pairs), then the rows as i64, the columns as i64 and the costs as f64.
//! `benches/compare/matching_sparse.py --write FOLDER` makes such files.
use std::sync::OnceLock;
use std::time::Instant;

use inlaid::matching::{Assign, SparseCosts, assign_sparse, verify_sparse};

/// Milliseconds that this process has run: of the processor where Linux tells, else by the clock.
fn now() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let told = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3, |time| time / 1e6)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path)?;
        let words: Vec<u64> =
            bytes.chunks_exact(8).map(|word| word.try_into().map(u64::from_le_bytes)).collect::<Result<_, _>>()?;
        let (shape, pairs) = ([words[0] as usize, words[1] as usize], words[2] as usize);
        let rows: Vec<i64> = words[3..][..pairs].iter().map(|word| *word as i64).collect();
        let columns: Vec<i64> = words[3 + pairs..][..pairs].iter().map(|word| *word as i64).collect();
        let costs: Vec<f64> = words[3 + 2 * pairs..][..pairs].iter().map(|word| f64::from_bits(*word)).collect();
        let context = inlaid::Context::new();
        let mut best = [f64::INFINITY; 2];
        let mut last = None;
        for _ in 0..5 {
            let start = now();
            let sparse = SparseCosts::from_triplets(&rows, &columns, &costs, shape, &inlaid::Context::new())?;
            let built = now() - start;
            let found = assign_sparse(&sparse, &Assign::default(), &context)?;
            let total = now() - start;
            if total < best[1] {
                best = [built, total];
            }
            last = Some(verify_sparse(&sparse, &found, &Assign::default(), &context).map(|proof| (found, proof))?);
        }
        if let Some((found, proof)) = last {
            #[allow(clippy::print_stdout)]
            {
                println!(
                    "{path}: {:.1} ms, {:.1} of it to read the triplets; total {} optimal {} gap {:.1e}",
                    best[1], best[0], found.total_cost, proof.is_optimal, proof.gap
                );
            }
        }
    }
    Ok(())
}
