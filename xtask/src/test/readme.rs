//! What the README says: its quick starts in empty folders with the built packages, and its main command.
use std::fs;
use std::path::Path;

use super::{Counts, Step};
use crate::demo;
use crate::user::{Language, Project};

pub(super) fn steps() -> Vec<Step> {
    vec![Step { name: "README quick starts", run: quick_starts }, Step { name: "cargo xtask demo", run: demos }]
}

/// Every task in every language.
fn demos(root: &Path) -> Result<Counts, String> {
    let mut counts = Counts::default();
    for task in &demo::TASKS {
        demo::run(root, &demo::Wish::of(task))?;
        counts.passed += 1;
    }
    match demo::Wish::of_a_real_stream(root) {
        Ok(wish) => {
            demo::run(root, &wish)?;
            counts.passed += 1;
        }
        Err(missing) => println!("No real stream was watched: {missing}"),
    }
    Ok(counts)
}

fn quick_starts(root: &Path) -> Result<Counts, String> {
    let readme = fs::read_to_string(root.join("README.md")).map_err(|e| format!("README.md: {e}"))?;
    let mut counts = Counts::default();
    let mut first: Option<Vec<f64>> = None;
    for language in Language::ALL {
        let program =
            block(&readme, fence(language)).ok_or(format!("README.md has no ```{} block", fence(language)))?;
        let project = Project::new(root, language, root.join("target/quick-start").join(language.name()))?;
        let output = project.run(program, &[])?;
        let forecast = decimals(&output);
        judge(&forecast, first.as_deref())
            .map_err(|e| format!("the quick start in {}: {e}: {output}", language.name()))?;
        first.get_or_insert(forecast);
        counts.passed += 1;
    }
    Ok(counts)
}

/// The last year of the series of the quick starts, from which its next year cannot be far.
const LAST_YEAR: [f64; 4] = [169.0, 134.0, 94.0, 141.0];

/// Whether four numbers are a forecast of the next year, and the ones that the first language printed, to the digits that
/// numpy prints.
fn judge(forecast: &[f64], first: Option<&[f64]>) -> Result<(), String> {
    let near = |left: f64, right: f64, within: f64| (left - right).abs() <= within * right;
    if forecast.len() != LAST_YEAR.len() {
        return Err(format!("{} numbers with a decimal point instead of {}", forecast.len(), LAST_YEAR.len()));
    }
    if !forecast.iter().zip(LAST_YEAR).all(|(mean, last)| near(*mean, last, 0.1)) {
        return Err(format!("more than a tenth away from the year before, {LAST_YEAR:?}"));
    }
    if !first.is_none_or(|first| forecast.iter().zip(first).all(|(mean, other)| near(*mean, *other, 1e-7))) {
        return Err(format!("not the numbers of the first language, {first:?}"));
    }
    Ok(())
}

/// Every number with a decimal point in a text.
fn decimals(text: &str) -> Vec<f64> {
    let number = |c: char| c.is_ascii_digit() || c == '.';
    text.split(|c| !number(c)).filter(|word| word.contains('.')).filter_map(|word| word.parse().ok()).collect()
}

/// How the README marks a block of the language.
fn fence(language: Language) -> &'static str {
    match language {
        Language::Rust => "rust",
        Language::Python => "python",
        Language::Node => "js",
        Language::Java => "java",
    }
}

/// The first block of that mark.
fn block<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("```{mark}\n"))?;
    rest.split_once("```").map(|(block, _)| block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forecast_is_four_numbers_near_the_year_before_and_those_of_the_first_language() {
        let printed = decimals("Matrix 1 x 4: [[170.5, 135.25 95. , 142.125]]");
        assert_eq!(printed, [170.5, 135.25, 95.0, 142.125]);
        assert_eq!(judge(&printed, None), Ok(()));
        assert_eq!(judge(&printed, Some(&printed)), Ok(()));
        assert!(judge(&printed, Some(&[170.5, 135.25, 95.0, 142.126])).is_err());
        assert!(judge(&[1.0, 2.0, 3.0, 4.0], None).is_err());
        assert!(judge(&printed[..3], None).is_err());
    }

    #[test]
    fn blocks_are_found_by_their_mark() {
        let text = "a\n```js\none();\n```\n```rust\nfn main() {}\n```\n";
        assert_eq!(block(text, "rust"), Some("fn main() {}\n"));
        assert_eq!(block(text, "python"), None);
    }
}
