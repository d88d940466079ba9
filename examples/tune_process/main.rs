//! Find the settings of a process that give the most, where every trial costs: three numbers, a count and a choice.
//!
//! Usage: main FOLDER. The process is a made-up reactor, which stands for a plant, a simulation or a training run; all that
//! the search sees of it is the yield of the settings it asks for. Writes trials.csv and progress.svg into the folder.
use std::error::Error;
use std::path::PathBuf;

use inlaid::Context;
use inlaid::data::{Column, Table, write_csv};
use inlaid::optimize::{CategoricalParameter, ContinuousParameter, IntegerParameter, Minimize, Space, minimize};

const CATALYSTS: [&str; 3] = ["none", "platinum", "zeolite"];

/// What a run gives less what it costs: the best temperature, time and height depend on the catalyst.
fn gain(settings: &[f64]) -> f64 {
    let (temperature, minutes, stages, catalyst) = (settings[0], settings[1], settings[2], settings[3] as usize);
    let (best, height) = [(235.0, 48.0), (188.0, 82.0), (205.0, 91.0)][catalyst];
    let heat = (temperature - best) / 22.0;
    let made = height * minutes / (minutes + 9.0 - stages) / (1.0 + heat * heat);
    made - 0.21 * minutes - 1.7 * stages - [0.0, 4.0, 9.0][catalyst]
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name a folder")?);
    let context = Context::new().with_seed(7);
    let space = Space::default()
        .with(ContinuousParameter::new("temperature", 120.0, 260.0))
        .with(ContinuousParameter::new("minutes", 5.0, 90.0))
        .with(IntegerParameter::new("stages", 1, 6))
        .with(CategoricalParameter::new("catalyst", CATALYSTS));
    let mut trials: Vec<Vec<f64>> = vec![Vec::new(); 5];
    let measured = |settings: &[f64]| {
        let value = gain(settings);
        for (column, number) in trials.iter_mut().zip(settings.iter().chain([&value])) {
            column.push(*number);
        }
        value
    };
    let options = Minimize::default().with_maximize(true).with_evaluations(60);
    let found = minimize(measured, &space, &options, &context)?;
    let best = found.point.to_vec();
    let catalyst = |choice: f64| CATALYSTS[choice as usize];
    println!("{} trials, the best gives {:.2}", found.evaluations, found.value);
    println!("{:.1} degrees, {:.1} minutes, {} stages, {}", best[0], best[1], best[2], catalyst(best[3]));
    let choices: Vec<&str> = trials[3].iter().map(|choice| catalyst(*choice)).collect();
    let table = Table::from_columns([
        ("temperature", Column::from(trials[0].clone())),
        ("minutes", Column::from(trials[1].clone())),
        ("stages", Column::from(trials[2].clone())),
        ("catalyst", Column::from(choices)),
        ("gain", Column::from(trials[4].clone())),
    ])?;
    write_csv(&table, folder.join("trials.csv"), &context)?;
    std::fs::write(folder.join("progress.svg"), found.to_svg()?)?;
    Ok(())
}
