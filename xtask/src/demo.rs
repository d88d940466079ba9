//! `cargo xtask demo`: the same task in each language, with the built packages installed as a user installs them.
use std::fs;
use std::path::{Path, PathBuf};

use crate::user::{Language, Project};
use crate::{Outcome, build, doctor};

/// What the caller asked for.
#[derive(Debug, Default)]
pub(crate) struct Wish {
    /// One language instead of all.
    language: Option<Language>,
    /// A file of series instead of the bundled ones.
    data: Option<PathBuf>,
}

impl Wish {
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
                    wish.data = Some(path.canonicalize().map_err(|e| format!("{}: {e}", path.display()))?);
                }
                _ => return Err(format!("`{word}` is not an option of demo; there are --lang and --data")),
            }
        }
        Ok(wish)
    }
}

/// The files that every language writes and that must be the same, byte for byte.
const RESULTS: [&str; 3] = ["forecast.csv", "accuracy.csv", "forecast.html"];

/// Run the task in every language asked for, compare, and show the result.
pub(crate) fn run(root: &Path, wish: &Wish) -> Outcome {
    let languages = wish.language.map_or_else(|| Language::ALL.to_vec(), |language| vec![language]);
    for language in &languages {
        doctor::require(language.tools())?;
    }
    let data = wish.data.clone().unwrap_or_else(|| root.join("examples/data/public_statistics.csv"));
    let data = data.to_string_lossy();
    if languages.iter().any(|language| *language != Language::Rust) {
        println!("Building the native libraries (some minutes the first time)");
        build::libraries(root)?;
    }
    println!("Forecast every series of {data}\none season ahead, in {}.\n", names(&languages));
    let place = root.join("target/demo");
    let mut table = String::new();
    for language in &languages {
        let folder = place.join(language.name());
        println!("{}: building, installing, running", language.name());
        let project = Project::new(root, *language, folder)?;
        let output = project.folder.join("results");
        fs::create_dir_all(&output).map_err(|e| format!("{}: {e}", output.display()))?;
        table = project.run(&program(root, *language)?, &[&data, &output.to_string_lossy()])?;
    }
    println!("\n{table}");
    compare(&place, &languages)?;
    let page = place.join("forecast.html");
    let first = place.join(languages[0].name()).join("results/forecast.html");
    fs::copy(&first, &page).map_err(|e| format!("{}: {e}", first.display()))?;
    println!("Charts of every series: {}", page.display());
    Ok(())
}

/// The example program of a language.
fn program(root: &Path, language: Language) -> Result<String, String> {
    let file = match language {
        Language::Rust => "main.rs",
        Language::Python => "main.py",
        Language::Node => "main.mjs",
        Language::Java => "Main.java",
    };
    let path = root.join("examples/forecast_sales").join(file);
    fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
}

/// Fail unless every language wrote the same bytes: floats are written with the digits that give back their bits.
fn compare(place: &Path, languages: &[Language]) -> Outcome {
    if let [only] = languages {
        println!("Only {} was run, so there was nothing to compare it with.", only.name());
        return Ok(());
    }
    for name in RESULTS {
        let read = |language: &Language| {
            let path = place.join(language.name()).join("results").join(name);
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
    println!("The {} languages gave bit-identical numbers and the same page.", languages.len());
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
        assert!(Wish::read(&["--lang"]).is_err());
    }
}
