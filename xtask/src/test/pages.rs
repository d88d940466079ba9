//! The pages of `docs/`: their Python runs as one program, and what it prints is what they show.
use std::fs;
use std::path::Path;

use super::{Counts, Step};
use crate::user::{Language, Project};

/// The pages that show Python.
const PAGES: [&str; 15] = [
    "docs/anomaly/tables.md",
    "docs/anomaly/streams.md",
    "docs/anomaly/alerts.md",
    "docs/forecast.md",
    "docs/matching/assignment.md",
    "docs/matching/assignment_variants.md",
    "docs/matching/stable.md",
    "docs/matching/compatibility.md",
    "docs/matching/strings.md",
    "docs/matching/entities.md",
    "docs/optimize/minimize.md",
    "docs/optimize/fronts.md",
    "docs/optimize/linear.md",
    "docs/optimize/planning.md",
    "docs/optimize/planning_routes.md",
];

/// Printed between two blocks.
const MARK: &str = "-- end of block --";

pub(super) fn steps() -> Vec<Step> {
    vec![Step { name: "pages of docs", run: pages }]
}

/// Every page that shows Python; `INLAID_BLESS=1` writes what is printed into the page instead of comparing.
fn pages(root: &Path) -> Result<Counts, String> {
    let project = Project::new(root, Language::Python, root.join("target/quick-start/python"))?;
    let mut counts = Counts::default();
    for name in PAGES {
        let page = fs::read_to_string(root.join(name)).map_err(|e| format!("{name}: {e}"))?;
        let parts = parts(&page);
        let enter = format!("import os\nos.chdir({root:?})\n");
        let program = parts.iter().fold(enter, |text, part| format!("{text}{}print({MARK:?})\n", part.code));
        let printed = project.run(&program, &[])?;
        let outputs: Vec<&str> = printed.split(&format!("{MARK}\n")).collect();
        if std::env::var_os("INLAID_BLESS").is_some() {
            fs::write(root.join(name), rewritten(&page, &parts, &outputs)).map_err(|e| format!("{name}: {e}"))?;
        }
        for (part, output) in parts.iter().zip(outputs) {
            if part.shown.trim() == output.trim() || std::env::var_os("INLAID_BLESS").is_some() {
                counts.passed += 1;
            } else {
                counts.failed += 1;
                eprintln!("{name} shows\n{}\nbut this is printed:\n{output}", part.shown);
            }
        }
    }
    counts.not_empty()
}

/// A block of Python with the text that the page shows after it.
struct Part<'p> {
    code: &'p str,
    shown: &'p str,
}

fn parts(page: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = page;
    while let Some((code, after)) = rest.split_once("```python\n").and_then(|(_, from)| from.split_once("```\n")) {
        let shown = after.strip_prefix("```text\n").and_then(|text| text.split_once("```\n"));
        parts.push(Part { code, shown: shown.map_or("", |(shown, _)| shown) });
        rest = after;
    }
    parts
}

/// The page with what was printed in place of what it showed.
fn rewritten(page: &str, parts: &[Part<'_>], outputs: &[&str]) -> String {
    parts.iter().zip(outputs).fold(page.to_owned(), |page, (part, output)| {
        let before = format!("{}```\n```text\n{}```\n", part.code, part.shown);
        let lines: Vec<&str> = output.trim().lines().map(str::trim_end).collect();
        page.replacen(&before, &format!("{}```\n```text\n{}\n```\n", part.code, lines.join("\n")), 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_with_what_the_page_shows() {
        let page = "a\n```python\nprint(1)\n```\n```text\n1\n```\nb\n```python\nx = 2\n```\nc\n";
        let found: Vec<_> = parts(page).iter().map(|part| (part.code, part.shown)).collect();
        assert_eq!(found, [("print(1)\n", "1\n"), ("x = 2\n", "")]);
        assert!(rewritten(page, &parts(page), &["3\n", ""]).contains("```text\n3\n```"));
    }
}
