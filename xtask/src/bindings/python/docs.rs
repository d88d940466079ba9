//! Lines of Python and docstrings in Google's style, wrapped as a person would.
use crate::bindings::plain;

/// The longest line.
pub(super) const WIDTH: usize = 120;

/// Source text, line by line.
#[derive(Default)]
pub(super) struct Lines {
    lines: Vec<String>,
    depth: usize,
}

impl Lines {
    /// A line, indented.
    pub(super) fn put(&mut self, depth: usize, line: impl AsRef<str>) {
        self.lines.push(format!("{}{}", "    ".repeat(depth + self.depth), line.as_ref()).trim_end().to_owned());
    }

    /// Exactly `count` empty lines here.
    pub(super) fn gap(&mut self, count: usize) {
        while self.lines.last().is_some_and(String::is_empty) {
            self.lines.pop();
        }
        self.lines.extend(std::iter::repeat_n(String::new(), count));
    }

    /// What `write` puts, further in.
    pub(super) fn indented(&mut self, depth: usize, write: impl FnOnce(&mut Self)) {
        self.depth += depth;
        write(self);
        self.depth -= depth;
    }

    /// Everything so far.
    pub(super) fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }

    /// Those of the names that are used, from a module.
    pub(super) fn import(&mut self, module: &str, names: &[&str], uses: impl Fn(&str) -> bool) {
        let mut names: Vec<_> = names.iter().copied().filter(|name| uses(name)).collect();
        names.sort_by_key(|name| (isort_class(name), name.to_owned()));
        if names.is_empty() {
            return;
        }
        let line = format!("from {module} import {}", names.join(", "));
        if line.len() + 4 * self.depth <= WIDTH {
            self.put(0, line);
        } else {
            self.listed(0, &format!("from {module} import ("), &names, ")");
        }
    }

    /// `open a, b close` on one line where it fits, else an item a line.
    pub(super) fn sequence(&mut self, depth: usize, open: &str, items: &[String], close: &str) {
        let line = format!("{open}{}{close}", items.join(", "));
        if line.len() + 4 * (depth + self.depth) <= WIDTH {
            self.put(depth, line);
        } else {
            self.listed(depth, open, items, close);
        }
    }

    fn listed(&mut self, depth: usize, open: &str, items: &[impl AsRef<str>], close: &str) {
        self.put(depth, open);
        items.iter().for_each(|item| self.put(depth + 1, format!("{},", item.as_ref())));
        self.put(depth, close);
    }

    /// A docstring: the text of the Rust docs, then sections of named entries.
    pub(super) fn docstring(&mut self, depth: usize, doc: &str, sections: &[(&str, Vec<(String, String)>)]) {
        let width = WIDTH - 4 * (depth + self.depth);
        let mut lines = reflow(doc, width - 3);
        for (title, entries) in sections.iter().filter(|(_, entries)| !entries.is_empty()) {
            lines.push(String::new());
            lines.push(format!("{title}:"));
            for (name, text) in entries {
                let entry = if name.is_empty() { text.clone() } else { format!("{name}: {text}") };
                let wrapped = reflow(&entry, width - 8);
                lines.extend(wrapped.into_iter().enumerate().map(|(i, line)| match (i, line.is_empty()) {
                    (_, true) => line,
                    (0, _) => format!("    {line}"),
                    _ => format!("        {line}"),
                }));
            }
        }
        let escaped: Vec<_> = lines.iter().map(|line| line.replace('\\', "\\\\").replace("\"\"\"", "'''")).collect();
        match escaped.as_slice() {
            [only] if only.len() + 6 <= width => self.put(depth, format!("\"\"\"{only}\"\"\"")),
            [first, rest @ ..] => {
                self.put(depth, format!("\"\"\"{first}"));
                rest.iter().for_each(|line| self.put(if line.is_empty() { 0 } else { depth }, line));
                self.put(depth, "\"\"\"");
            }
            [] => {}
        }
    }
}

/// Constants, then classes, then functions: the order in which import sorters put names.
fn isort_class(name: &str) -> u8 {
    match name.chars().next() {
        _ if name.chars().all(|c| c.is_uppercase() || c == '_') => 0,
        Some(c) if c.is_uppercase() => 1,
        _ => 2,
    }
}

/// Rust docs as paragraphs of at most `width` columns; tables and lists keep their lines, Rust examples are left out.
pub(super) fn reflow(doc: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut paragraph = String::new();
    let mut in_example = false;
    let text = plain(doc);
    for line in text.lines().map(str::trim) {
        if line.starts_with("```") {
            in_example = !in_example;
            continue;
        }
        if in_example {
            continue;
        }
        if line.is_empty() || line.starts_with(['|', '-', '*', '#']) {
            flush(&mut paragraph, &mut lines, width);
        }
        match line {
            "" => lines.push(String::new()),
            row if row.starts_with('|') => lines.push(row.to_owned()),
            heading if heading.starts_with('#') => lines.push(heading.trim_start_matches(['#', ' ']).to_owned() + ":"),
            words => {
                if !paragraph.is_empty() {
                    paragraph.push(' ');
                }
                paragraph.push_str(words);
            }
        }
    }
    flush(&mut paragraph, &mut lines, width);
    lines.dedup_by(|next, line| next.is_empty() && line.is_empty());
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

fn flush(paragraph: &mut String, lines: &mut Vec<String>, width: usize) {
    let mut line = String::new();
    for word in paragraph.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    paragraph.clear();
}
