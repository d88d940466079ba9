//! TSDoc: paragraphs and tags as one comment.
use super::WIDTH;
use crate::bindings::plain;

/// A comment of one or more paragraphs, then one line per tag, at `indent` spaces.
pub(super) fn comment(indent: usize, paragraphs: &[String], tags: &[String]) -> String {
    let pad = " ".repeat(indent);
    let mut lines: Vec<String> = Vec::new();
    for paragraph in paragraphs.iter().filter(|paragraph| !paragraph.is_empty()) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(wrapped(paragraph, WIDTH - indent - 3, ""));
    }
    if !tags.is_empty() && !lines.is_empty() {
        lines.push(String::new());
    }
    for tag in tags {
        lines.extend(wrapped(tag, WIDTH - indent - 3, "  "));
    }
    match lines.as_slice() {
        [] => String::new(),
        [only] if tags.is_empty() && only.len() + indent + 7 <= WIDTH => format!("{pad}/** {only} */\n"),
        _ => {
            let body: String =
                lines.iter().map(|line| format!("{pad} * {line}").trim_end().to_owned() + "\n").collect();
            format!("{pad}/**\n{body}{pad} */\n")
        }
    }
}

/// A doc of the Rust source as paragraphs.
pub(super) fn paragraphs(doc: &str) -> Vec<String> {
    plain(doc).split("\n\n").map(|paragraph| safe(paragraph.trim())).collect()
}

/// One paragraph as words; lists and tables keep their lines.
fn wrapped(paragraph: &str, width: usize, hanging: &str) -> Vec<String> {
    if paragraph
        .lines()
        .any(|line| line.trim_start().starts_with(['|', '-', '*', '`']) && paragraph.lines().count() > 1)
    {
        return paragraph.lines().map(str::to_owned).collect();
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in paragraph.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut line, hanging.to_owned()));
        } else if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// What would end the comment or start a tag, made harmless.
fn safe(text: &str) -> String {
    text.replace("*/", "*\u{2060}/").replace('@', "\\@")
}
