//! Forecast every series of a file one season ahead and judge the methods on the past.
//!
//! Usage: main DATA.csv FOLDER, where DATA.csv has the columns unique_id, ds and y. Writes forecast.csv, accuracy.csv and
//! forecast.html into the folder.
use std::error::Error;
use std::path::PathBuf;

use inlaid::Context;
use inlaid::data::{read_csv, write_csv};
use inlaid::forecast::{
    AutoEts, CrossValidation, PanelOptions, PanelPage, SeasonalNaive, Theta, cross_validate, panel,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let source = arguments.next().ok_or("name a file of series")?;
    let folder = PathBuf::from(arguments.next().ok_or("name a folder for the results")?);
    let context = Context::new();
    let table = read_csv(source, &context)?;

    // How good would each method have been on the last three seasons of every series?
    let methods = [AutoEts::default().into(), Theta::default().into(), SeasonalNaive::default().into()];
    let options = CrossValidation::default().with_methods(methods).with_windows(3).with_levels([0.8, 0.95]);
    let tried = cross_validate(&table, &options, &context)?;
    for failure in &tried.failures {
        println!("not judged: {}: {}", failure.id, failure.message);
    }
    println!(
        "{:14}{:>10}{:>8}{:>9}{:>8}{:>9}{:>9}",
        "method", "forecasts", "MASE", "sMAPE %", "OWA", "in 80 %", "in 95 %"
    );
    for method in &tried.accuracy {
        let show = |measure: Option<f64>| measure.unwrap_or(f64::NAN);
        let (mase, smape, owa) = (show(method.mase), show(method.smape), show(method.owa));
        let [in80, in95] = [0, 1].map(|level| show(method.intervals[level].coverage));
        println!("{:14}{:10}{mase:8.3}{smape:9.2}{owa:8.3}{in80:9.3}{in95:9.3}", method.method, method.forecasts);
    }

    // The next season of every series; a bad series is named and fails alone.
    let options = PanelOptions::default().with_methods([AutoEts::default().into()]).with_levels([0.8, 0.95]);
    let result = panel(&table, &options, &context)?;
    for failure in &result.failures {
        println!("not forecast: {}: {}", failure.id, failure.message);
    }

    let accuracy = tried.accuracy_table()?;
    write_csv(&result.forecasts, folder.join("forecast.csv"), &context)?;
    write_csv(&accuracy, folder.join("accuracy.csv"), &context)?;
    let page = PanelPage::default()
        .with_title("The next season of every series")
        .with_intro("History, forecast, and the bands that should hold 80 and 95 of 100 values.")
        .with_last(120)
        .with_table(accuracy)
        .with_table_title(
            "Three seasons forecast in hindsight: MASE and OWA below 1 are better than the seasonal naive forecast and Naive2",
        );
    std::fs::write(folder.join("forecast.html"), result.to_html(&table, &page)?)?;
    Ok(())
}
