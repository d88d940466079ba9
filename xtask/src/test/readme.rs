//! What the README says: its quick starts in empty folders with the built packages, and its main command.
use std::fs;
use std::path::Path;

use super::{Counts, Step};
use crate::demo;
use crate::user::{Language, Project};

pub(super) fn steps() -> Vec<Step> {
    vec![
        Step { name: "README quick starts", run: quick_starts },
        Step { name: "cargo xtask demo", run: |root| demo::run(root, &demo::Wish::default()).map(|()| Counts::ONE) },
    ]
}

fn quick_starts(root: &Path) -> Result<Counts, String> {
    let readme = fs::read_to_string(root.join("README.md")).map_err(|e| format!("README.md: {e}"))?;
    let mut counts = Counts::default();
    for language in Language::ALL {
        let program =
            block(&readme, fence(language)).ok_or(format!("README.md has no ```{} block", fence(language)))?;
        let project = Project::new(root, language, root.join("target/quick-start").join(language.name()))?;
        let output = project.run(program, &[])?;
        // The forecast of a series around 130 has numbers of three digits.
        if !output.chars().any(|c| c.is_ascii_digit()) {
            return Err(format!("the quick start in {} printed no number: {output}", language.name()));
        }
        counts.passed += 1;
    }
    Ok(counts)
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
    fn blocks_are_found_by_their_mark() {
        let text = "a\n```js\none();\n```\n```rust\nfn main() {}\n```\n";
        assert_eq!(block(text, "rust"), Some("fn main() {}\n"));
        assert_eq!(block(text, "python"), None);
    }
}
