//! `cargo xtask demo`: a task in each language, with the built packages installed as a user installs them.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::user::{Language, Project};
use crate::{Outcome, build, doctor};

/// A task that has a program in every language, in `examples/`.
#[derive(Debug)]
pub(crate) struct Task {
    /// Its folder in `examples/`.
    pub(crate) name: &'static str,
    /// What it does, as the end of a sentence.
    about: &'static str,
    /// The bundled files that it reads, in `examples/data/`.
    data: &'static [&'static str],
    /// The files that every language writes and that must be the same, byte for byte.
    results: &'static [&'static str],
    /// Which of them is to be looked at.
    picture: &'static str,
}

/// The tasks; the first is the main job.
pub(crate) const TASKS: [Task; 6] = [
    Task {
        name: "forecast_sales",
        about: "Forecast every series one season ahead",
        data: &["public_statistics.csv"],
        results: &["forecast.csv", "accuracy.csv", "forecast.html"],
        picture: "forecast.html",
    },
    Task {
        name: "assign_drivers",
        about: "Give every order a driver near to it who has room",
        data: &["orders.csv", "drivers.csv"],
        results: &["assignment.csv", "map.svg"],
        picture: "map.svg",
    },
    Task {
        name: "merge_customers",
        about: "Find the records that are the same customer, and merge them",
        data: &["customers.csv"],
        // Not customers.csv: without pandas, Python holds whole numbers with gaps as floats.
        results: &["entities.csv", "reasons.txt"],
        picture: "reasons.txt",
    },
    Task {
        name: "tune_process",
        about: "Find the settings of a process that give the most",
        data: &[],
        results: &["trials.csv", "progress.svg"],
        picture: "progress.svg",
    },
    Task {
        name: "plan_production",
        about: "Plan what to make of what there is",
        data: &["products.csv", "resources.csv"],
        results: &["plan.csv", "prices.csv", "plan.svg"],
        picture: "plan.svg",
    },
    Task {
        name: "watch_metrics",
        about: "Watch the metrics of a service, and say what is wrong",
        data: &["metrics.csv"],
        // Not incidents.csv: the dates of JavaScript are in UTC and end at milliseconds.
        results: &["watch.html", "incident.svg"],
        picture: "watch.html",
    },
];

/// What the caller asked for.
#[derive(Debug)]
pub(crate) struct Wish {
    /// The task.
    task: &'static Task,
    /// One language instead of all.
    language: Option<Language>,
    /// Files instead of the bundled ones.
    data: Vec<PathBuf>,
}

impl Default for Wish {
    fn default() -> Self {
        let [task, ..] = &TASKS;
        Self { task, language: None, data: Vec::new() }
    }
}

impl Wish {
    /// That task on the bundled files in every language.
    pub(crate) fn of(task: &'static Task) -> Self {
        Self { task, ..Self::default() }
    }

    /// Watching a real machine of the Numenta Anomaly Benchmark, where its data lie beside the repository; else what is missing.
    pub(crate) fn of_a_real_stream(root: &Path) -> Result<Self, String> {
        const FILE: &str = "realKnownCause/machine_temperature_system_failure.csv,";
        let all = root.join("../shared/data/anomaly/nab.csv.gz");
        let missing = |e: &dyn std::fmt::Display| format!("{}: {e}", all.display());
        fs::metadata(&all).map_err(|e| missing(&e))?;
        let unpacked = Command::new("gzip").arg("-dc").arg(&all).output().map_err(|e| missing(&e))?;
        let text = String::from_utf8(unpacked.stdout).map_err(|e| missing(&e))?;
        let rows: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(FILE)).collect();
        if rows.is_empty() {
            return Err(missing(&format!("there are no rows of {FILE}")));
        }
        let path = root.join("target/demo/machine_temperature.csv");
        let failed = |e: std::io::Error| format!("{}: {e}", path.display());
        fs::create_dir_all(root.join("target/demo")).map_err(failed)?;
        fs::write(&path, format!("timestamp,value\n{}\n", rows.join("\n"))).map_err(failed)?;
        let task = TASKS.iter().find(|task| task.name == "watch_metrics").ok_or("no task watches metrics")?;
        Ok(Self { data: vec![path], ..Self::of(task) })
    }

    /// Read the words after `demo`.
    pub(crate) fn read(words: &[&str]) -> Result<Self, String> {
        let mut wish = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value after it"));
            match *word {
                "--lang" => wish.language = Some(Language::named(value()?)?),
                "--data" => {
                    let path = PathBuf::from(value()?);
                    wish.data.push(path.canonicalize().map_err(|e| format!("{}: {e}", path.display()))?);
                }
                name => {
                    let names = TASKS.each_ref().map(|task| task.name).join(", ");
                    wish.task = TASKS.iter().find(|task| task.name == name).ok_or_else(|| {
                        format!("`{name}` is neither a task ({names}) nor an option of demo (--lang, --data)")
                    })?;
                }
            }
        }
        let (given, needed) = (wish.data.len(), wish.task.data.len());
        if given != 0 && given != needed {
            return Err(format!("{} reads {needed} files, got {given} with --data", wish.task.name));
        }
        Ok(wish)
    }
}

/// Run the task in every language asked for, compare, and show the result.
pub(crate) fn run(root: &Path, wish: &Wish) -> Outcome {
    let task = wish.task;
    let languages = wish.language.map_or_else(|| Language::ALL.to_vec(), |language| vec![language]);
    for language in &languages {
        doctor::require(language.tools())?;
    }
    let bundled = || task.data.iter().map(|name| root.join("examples/data").join(name)).collect();
    let data: Vec<PathBuf> = if wish.data.is_empty() { bundled() } else { wish.data.clone() };
    let data: Vec<String> = data.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    if languages.iter().any(|language| *language != Language::Rust) {
        println!("Building the native libraries (some minutes the first time)");
        build::libraries(root)?;
    }
    let from = if data.is_empty() { String::new() } else { format!(", from\n{}", data.join("\n")) };
    println!("{}{from},\nin {}.\n", task.about, names(&languages));
    let place = root.join("target/demo");
    let mut printed = String::new();
    for language in &languages {
        println!("{}: building, installing, running", language.name());
        let project = Project::new(root, *language, place.join(language.name()))?;
        let output = results(&place, *language, task);
        fs::create_dir_all(&output).map_err(|e| format!("{}: {e}", output.display()))?;
        let folder = output.to_string_lossy();
        let arguments: Vec<&str> = data.iter().map(String::as_str).chain([folder.as_ref()]).collect();
        printed = project.run(&program(root, task, *language)?, &arguments)?;
    }
    println!("\n{printed}");
    compare(&place, task, &languages)?;
    let page = place.join(task.picture);
    let first = results(&place, languages[0], task).join(task.picture);
    fs::copy(&first, &page).map_err(|e| format!("{}: {e}", first.display()))?;
    println!("To look at: {}", page.display());
    Ok(())
}

/// Where a language writes the results of a task.
fn results(place: &Path, language: Language, task: &Task) -> PathBuf {
    place.join(language.name()).join("results").join(task.name)
}

/// The example program of a language.
fn program(root: &Path, task: &Task, language: Language) -> Result<String, String> {
    let file = match language {
        Language::Rust => "main.rs",
        Language::Python => "main.py",
        Language::Node => "main.mjs",
        Language::Java => "Main.java",
    };
    let path = root.join("examples").join(task.name).join(file);
    fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
}

/// Fail unless every language wrote the same bytes: floats are written with the digits that give back their bits.
fn compare(place: &Path, task: &Task, languages: &[Language]) -> Outcome {
    if let [only] = languages {
        println!("Only {} was run, so there was nothing to compare it with.", only.name());
        return Ok(());
    }
    for name in task.results {
        let read = |language: &Language| {
            let path = results(place, *language, task).join(name);
            fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))
        };
        let expected = read(&languages[0])?;
        for language in &languages[1..] {
            if read(language)? != expected {
                let (a, b) = (languages[0].name(), language.name());
                return Err(format!("{a} and {b} differ in {name}; look into {}", place.display()));
            }
        }
    }
    println!("The {} languages gave bit-identical results: {}.", languages.len(), task.results.join(", "));
    Ok(())
}

fn names(languages: &[Language]) -> String {
    languages.iter().map(|language| language.name()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_read_or_refused_with_what_there_is() {
        assert_eq!(Wish::read(&["--lang", "node"]).unwrap().language, Some(Language::Node));
        assert!(Wish::read(&["--lang", "cobol"]).unwrap_err().contains("rust, python, node or java"));
        assert!(Wish::read(&["--data", "no/such/file.csv"]).is_err());
        assert!(Wish::read(&["--speed"]).unwrap_err().contains("--data"));
        assert_eq!(Wish::read(&["merge_customers"]).unwrap().task.name, "merge_customers");
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        assert!(Wish::read(&["assign_drivers", "--data", here]).unwrap_err().contains("reads 2 files"));
        assert!(Wish::read(&["--lang"]).is_err());
    }
}
