//! Find the records that are the same customer, say why, and merge them.
//!
//! Usage: main CUSTOMERS.csv FOLDER. Nothing need be known of the columns. Where there is a column rec_id like rec-17-dup-0, as
//! in the febrl data sets, it is not looked at: its number is the truth that the result is judged by. Writes entities.csv
//! (the entity of every record), customers.csv (one record per entity) and reasons.txt into the folder.
use std::error::Error;
use std::path::PathBuf;

use inlaid::Context;
use inlaid::data::{Column, Table, read_csv, write_csv};
use inlaid::matching::{Linkage, MergeRecords, linkage_accuracy, merge_records};

/// Who every record is about, if the table tells.
fn truth(table: &Table) -> Result<Option<Vec<i64>>, Box<dyn Error>> {
    if !table.has("rec_id") {
        return Ok(None);
    }
    let number = |name: Option<&str>| name.and_then(|name| name.split('-').nth(1)?.parse().ok());
    let numbers: Option<Vec<i64>> = table.texts("rec_id")?.into_iter().map(number).collect();
    Ok(Some(numbers.ok_or("a rec_id is not like rec-17-org")?))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let context = Context::new();
    let table = read_csv(arguments.next().ok_or("name a file of customers")?, &context)?;
    let folder = PathBuf::from(arguments.next().ok_or("name a folder for the results")?);

    let truth = truth(&table)?;
    let linkage = Linkage::default().with_ignore(truth.iter().map(|_| "rec_id"));
    let fitted = linkage.fit(&table, &context)?;
    let entities = fitted.entities().to_vec();
    let summary = fitted.summary();
    println!("{} records are {} customers", summary.records, summary.entities);
    if let Some(truth) = truth {
        let judged = linkage_accuracy(&entities, &truth)?;
        println!("precision {:.4}, recall {:.4}, F1 {:.4}", judged.precision, judged.recall, judged.f1);
    }

    // Why: the three pairs that were nearest to being kept apart, column by column, in bits.
    let found = fitted.pairs(None)?;
    let weights = found.floats("weight")?;
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|a, b| weights[*a].total_cmp(&weights[*b]));
    let (left, right) = (found.integers("left")?, found.integers("right")?);
    let mut reasons = Vec::new();
    for at in order.into_iter().take(3) {
        let why = fitted.explain(left[at].unwrap_or(-1), right[at].unwrap_or(-1), &context)?;
        reasons.push(format!(
            "records {} and {}: {:.2} bits, probability {:.4}",
            why.left, why.right, why.weight, why.probability
        ));
        reasons.push(format!("  {:+8.2}  before looking", why.prior_weight));
        for column in &why.columns {
            let show = |value: &Option<String>| value.clone().unwrap_or("-".into());
            let (left, right) = (show(&column.left), show(&column.right));
            let weight = column.weight + column.frequency_weight;
            reasons.push(format!("  {weight:+8.2}  {}: {left} | {right} ({})", column.column, column.level));
        }
    }
    let reasons = reasons.join("\n");
    println!("{reasons}");

    let of_records = Table::from_columns([("entity", Column::from(entities.clone()))])?;
    write_csv(&of_records, folder.join("entities.csv"), &context)?;
    write_csv(&merge_records(&table, &entities, &MergeRecords::default())?, folder.join("customers.csv"), &context)?;
    std::fs::write(folder.join("reasons.txt"), reasons + "\n")?;
    Ok(())
}
