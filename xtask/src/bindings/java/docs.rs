//! Doc comments of the Rust source as Javadoc.
use super::super::plain;
use super::source::{Source, WIDTH};

/// A space that must not become a line break.
const HARD: char = '\u{1}';

/// A Javadoc comment in the making.
#[derive(Default)]
pub(super) struct Doc {
    body: String,
    tags: Vec<(String, String)>,
}

impl Doc {
    /// A comment with its text, Markdown as Rust has it.
    pub(super) fn of(text: &str) -> Self {
        Self { body: text.to_owned(), tags: Vec::new() }
    }

    /// Another sentence, as Markdown.
    pub(super) fn and(mut self, sentence: &str) -> Self {
        self.body = format!("{} {sentence}", self.body.trim_end());
        self
    }

    /// Another paragraph, as Markdown.
    pub(super) fn paragraph(mut self, text: &str) -> Self {
        self.body = format!("{}\n\n{text}", self.body.trim_end());
        self
    }

    /// `@param name text`.
    pub(super) fn parameter(self, name: &str, text: &str) -> Self {
        let text = lowered(&first_paragraph(text));
        let one = text.strip_suffix('.').filter(|text| !text.contains(". ")).map(str::to_owned).unwrap_or(text);
        self.tag(&format!("@param{HARD}{name}"), &one)
    }

    /// `@tag text`, in Javadoc's own markup where it has braces.
    pub(super) fn tag(mut self, tag: &str, text: &str) -> Self {
        self.tags.push((tag.to_owned(), text.to_owned()));
        self
    }

    /// Write the comment.
    pub(super) fn write(&self, source: &mut Source) {
        let width = WIDTH - source.margin() - 3;
        let mut lines = Vec::new();
        let (paragraphs, list) = split(&self.body);
        for (position, paragraph) in paragraphs.iter().enumerate() {
            if position > 0 {
                lines.push(String::new());
            }
            let start = if position > 0 { "<p>" } else { "" };
            lines.extend(wrapped(&format!("{start}{}", markup(paragraph)), width, ""));
        }
        if !list.is_empty() {
            lines.push("<ul>".into());
            lines.extend(list.iter().flat_map(|item| wrapped(&format!("<li>{}", markup(item)), width, "  ")));
            lines.push("</ul>".into());
        }
        if !self.tags.is_empty() {
            lines.push(String::new());
            let line = |(tag, text): &(String, String)| wrapped(&format!("{tag} {}", markup(text)), width, "    ");
            lines.extend(self.tags.iter().flat_map(line));
        }
        match lines.as_slice() {
            [only] if only.len() + 4 <= width => source.line(format!("/** {only} */")),
            _ => {
                source.line("/**");
                lines.iter().for_each(|line| source.line(format!(" * {line}").trim_end()));
                source.line(" */");
            }
        }
    }
}

/// The text before the first blank line, as one line.
pub(super) fn first_paragraph(text: &str) -> String {
    text.split("\n\n").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first sentence without its full stop.
pub(super) fn first_sentence(text: &str) -> String {
    let paragraph = first_paragraph(text);
    let end = paragraph.find(". ").unwrap_or(paragraph.len());
    paragraph[..end].trim_end_matches('.').to_owned()
}

/// The text with a small first letter, unless it begins with a name or an abbreviation.
pub(super) fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_owned(),
    }
}

/// Paragraphs, and the items of a list if there is one.
fn split(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut paragraphs, mut list): (Vec<String>, Vec<String>) = Default::default();
    for block in text.split("\n\n") {
        let (mut plain, mut in_list) = (Vec::new(), false);
        for line in block.lines().map(str::trim) {
            match (line.strip_prefix("- "), list.last_mut()) {
                (Some(item), _) => {
                    list.push(item.to_owned());
                    in_list = true;
                }
                (None, Some(item)) if in_list => item.push_str(&format!(" {line}")),
                _ => plain.push(line),
            }
        }
        if !plain.is_empty() {
            paragraphs.push(plain.join(" "));
        }
    }
    (paragraphs, list)
}

/// Markdown as Javadoc markup: code in `{@code …}`, HTML's own signs escaped; `{@link …}` stays.
fn markup(text: &str) -> String {
    let mut out = String::new();
    for (position, part) in plain(text).split('`').enumerate() {
        if position % 2 == 1 {
            out.push_str(&format!("{{@code {}}}", part.replace("*/", "* /")).replace(' ', &HARD.to_string()));
            continue;
        }
        let mut rest = part;
        while let Some(start) = rest.find("{@") {
            let end = rest[start..].find('}').map_or(rest.len(), |end| start + end + 1);
            out.push_str(&escaped(&rest[..start]));
            out.push_str(&rest[start..end].replace(' ', &HARD.to_string()));
            rest = &rest[end..];
        }
        out.push_str(&escaped(rest));
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('@', "&#64;").replace("*/", "*&#47;")
}

fn wrapped(text: &str, width: usize, hanging: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().filter(|line| line.trim().is_empty() || line.len() + 1 + word.len() <= width);
        match line {
            Some(line) if line.trim().is_empty() => line.push_str(word),
            Some(line) => line.push_str(&format!(" {word}")),
            None => lines.push(format!("{hanging}{word}")),
        }
    }
    lines.into_iter().map(|line| line.replace(HARD, " ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(doc: Doc) -> String {
        let mut source = Source::new();
        doc.write(&mut source);
        let names = super::super::types::Names::default();
        source.finish("p", &names).split_once("\n\n").map(|(_, text)| text.to_owned()).unwrap_or_default()
    }

    #[test]
    fn a_short_comment_is_one_line() {
        assert_eq!(written(Doc::of("Level `l_t < 1` & more.")), "/** Level {@code l_t < 1} &amp; more. */\n");
    }

    #[test]
    fn tags_follow_the_text_and_code_is_not_broken() {
        let long = "word ".repeat(21) + "`[series, time] of a thing`.";
        let text = written(Doc::of(&long).parameter("x", "The value."));
        assert!(text.contains("word\n * {@code [series, time] of a thing}.\n *\n * @param x the value\n"), "{text}");
    }

    #[test]
    fn lists_become_html() {
        let text = written(Doc::of("One of:\n- a `b`\n  and c\n- d"));
        assert!(text.contains(" * One of:\n * <ul>\n * <li>a {@code b} and c\n * <li>d\n * </ul>\n"), "{text}");
    }
}
