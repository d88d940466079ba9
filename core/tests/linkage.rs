//! The records of Febrl, without labels and with no option said: skipped where the data is not there.
#![cfg(feature = "matching")]
#![allow(clippy::print_stderr)]
use std::path::Path;
use std::process::Command;

use inlaid::Context;
use inlaid::data::{Table, read_csv};
use inlaid::matching::{Linkage, linkage_accuracy, pair_accuracy};

/// A data set and the true entity of every record, the number in `rec-17-dup-0`.
fn records(number: usize) -> Option<(Table, Vec<i64>)> {
    let packed =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../shared/data/decisions/febrl_dataset{number}.csv.gz"));
    if !packed.exists() {
        eprintln!("{} is not there: skipped", packed.display());
        return None;
    }
    let unpacked = Command::new("gzip").arg("-dc").arg(&packed).output().ok().filter(|output| output.status.success());
    let Some(unpacked) = unpacked else {
        eprintln!("there is no gzip to unpack the data: skipped");
        return None;
    };
    let file = std::env::temp_dir().join(format!("inlaid-febrl-{number}-{}.csv", std::process::id()));
    std::fs::write(&file, unpacked.stdout).unwrap();
    let table = read_csv(&file, &Context::new()).unwrap();
    std::fs::remove_file(&file).unwrap();
    let name = table.names()[0].to_owned();
    let truth = table.texts(&name).unwrap();
    let number = |text: &str| text.split('-').nth(1).and_then(|number| number.parse().ok());
    let truth = truth.into_iter().map(|text| text.and_then(number).unwrap()).collect();
    Some((table, truth))
}

#[test]
fn the_duplicates_of_febrl_are_found() {
    for (set, least) in [(1, 0.995), (3, 0.995)] {
        let Some((table, truth)) = records(set) else { continue };
        let context = Context::new();
        let fitted = Linkage::default().fit(&table, &context).unwrap();
        // The identifier, which holds the truth, is no evidence; the column names come with a blank in front.
        let skipped: Vec<_> = fitted.summary().skipped.iter().map(|skipped| skipped.column.clone()).collect();
        assert_eq!(skipped, ["rec_id"]);
        let entities = linkage_accuracy(&fitted.entities().to_vec(), &truth).unwrap();
        assert!(entities.f1 >= least && entities.b_cubed_f1 >= least, "{set}: {entities:?}");
        let pairs = fitted.pairs(Some(0.5)).unwrap();
        let rows = |name: &str| -> Vec<i64> { pairs.integers(name).unwrap().into_iter().flatten().collect() };
        let pairs = pair_accuracy(&rows("left"), &rows("right"), &truth).unwrap();
        assert!(pairs.f1 >= least, "{set}: {pairs:?}");
        assert!(fitted.pair_completeness(&truth, &context).unwrap() > 0.999);
    }
}
