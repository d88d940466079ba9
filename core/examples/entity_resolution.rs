//! How well and how fast records are linked: `entity_resolution TRUTH LEFT.csv [RIGHT.csv]`.
//!
//! `TRUTH` is a column with the entity of each record, as a number or as the number in `rec-17-dup-0`; it is not used as
//! evidence. Prints the accuracy of entities and pairs and the processor time of one fit, the least of several.
#![allow(clippy::print_stdout)]
use std::collections::HashMap;
use std::time::Instant;

use inlaid::Context;
use inlaid::data::{Table, read_csv};
use inlaid::matching::{FittedLinkage, Linkage, linkage_accuracy, pair_accuracy};

fn truth(table: &Table, column: &str, known: &mut HashMap<String, i64>) -> Vec<i64> {
    let texts: Vec<String> = match table.texts(column) {
        Ok(texts) => texts.into_iter().map(|text| text.unwrap_or_default().trim().to_owned()).collect(),
        Err(_) => table.integers(column).unwrap().into_iter().map(|id| id.unwrap_or(-1).to_string()).collect(),
    };
    let entity = |text: &str| {
        let mut parts = text.split('-');
        match (parts.next(), parts.next()) {
            (Some("rec"), Some(number)) => number.to_owned(),
            _ => text.to_owned(),
        }
    };
    texts
        .iter()
        .map(|text| {
            let next = known.len() as i64;
            *known.entry(entity(text)).or_insert(next)
        })
        .collect()
}

/// Seconds of processor time of this process, where the system tells.
fn processor() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/schedstat").ok();
    let own = stat.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    own.map(|nanoseconds| nanoseconds / 1e9)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [column, files @ ..] = arguments.as_slice() else { panic!("give the column of truth and one file or two") };
    // One thread, so that its processor time is that of the process.
    let context = Context::new().with_threads(1);
    let tables: Vec<Table> = files.iter().map(|file| read_csv(file, &context).expect("a table")).collect();
    let mut known = HashMap::new();
    let truth: Vec<i64> = tables.iter().flat_map(|table| truth(table, column, &mut known)).collect();
    let options = Linkage::default().with_ignore([column.as_str()]);
    let fit = || -> FittedLinkage {
        match &tables[..] {
            [one] => options.fit(one, &context),
            [left, right, ..] => options.fit_link(left, right, &context),
            [] => panic!("give a file"),
        }
        .expect("a fit")
    };
    let (mut least, mut wall) = (f64::INFINITY, f64::INFINITY);
    let repeats = std::env::var("REPEATS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    for _ in 0..repeats {
        let (start, clock) = (processor(), Instant::now());
        std::hint::black_box(fit());
        wall = wall.min(clock.elapsed().as_secs_f64());
        if let (Some(start), Some(end)) = (start, processor()) {
            least = least.min(end - start);
        }
    }
    let fitted = fit();
    let entities = fitted.entities().to_vec();
    let linked = linkage_accuracy(&entities, &truth).expect("accuracy");
    let pairs = fitted.pairs(None).expect("pairs");
    let offset = if tables.len() > 1 { tables[0].rows() as i64 } else { 0 };
    let column = |name: &str| -> Vec<i64> { pairs.integers(name).expect("rows").into_iter().flatten().collect() };
    let right: Vec<i64> = column("right").into_iter().map(|row| row + offset).collect();
    let of_pairs = pair_accuracy(&column("left"), &right, &truth).expect("accuracy");
    let summary = fitted.summary();
    let complete = fitted.pair_completeness(&truth, &context).expect("completeness");
    if std::env::var_os("DETAILS").is_some() {
        for column in &summary.columns {
            println!(
                "{} ({:?}) depends on {:?}, swapped with {:?}",
                column.column, column.kind, column.depends_on, column.swapped_with
            );
            for level in &column.levels {
                println!(
                    "    {:40} m {:.5} u {:.3e} weight {:+.2} given {:?}",
                    level.level, level.m, level.u, level.weight, level.u_given
                );
            }
        }
        for skipped in &summary.skipped {
            println!("skipped {}: {}", skipped.column, skipped.reason);
        }
        for pass in &summary.blocking.passes {
            println!(
                "  {:60} {:9} pairs, {} large blocks, largest {}",
                pass.name, pass.pairs, pass.large_blocks, pass.largest_block
            );
        }
        let context = Context::new();
        let mut shown = 0;
        for i in 0..truth.len() {
            for j in i + 1..truth.len().min(if truth.len() > 6000 { i } else { usize::MAX }) {
                if shown < 12 && (truth[i] == truth[j]) != (entities[i] == entities[j]) {
                    shown += 1;
                    let why = fitted.explain(i as i64, j as i64, &context).expect("an explanation");
                    println!(
                        "{} {i} {j}: {:.2} bits",
                        if truth[i] == truth[j] { "missed" } else { "wrong" },
                        why.weight
                    );
                    for c in why.columns {
                        println!(
                            "    {:15} {:?} {:?} {} {:+.2} {:+.2} {:?}",
                            c.column, c.left, c.right, c.level, c.weight, c.frequency_weight, c.given
                        );
                    }
                }
            }
        }
    }
    println!(
        "{} records, {} candidates (of the matches {complete:.5}), prior {:.2e}, {} rounds{}; entities P {:.5} R {:.5} F1 {:.5}; B-cubed F1 {:.5}; pairs P {:.5} R {:.5} F1 {:.5}; cpu {least:.3} s, wall {wall:.3} s",
        summary.records,
        summary.blocking.candidates,
        summary.prior,
        summary.rounds,
        if summary.converged { "" } else { " (not settled)" },
        linked.precision,
        linked.recall,
        linked.f1,
        linked.b_cubed_f1,
        of_pairs.precision,
        of_pairs.recall,
        of_pairs.f1
    );
}
