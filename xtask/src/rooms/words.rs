//! Rust text as words: names and signs with their lines, without comments, texts, characters and lifetimes.

/// A name, `::`, or one sign.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) line: usize,
}

impl Word {
    /// Whether this is a name or a keyword.
    pub(super) fn is_name(&self) -> bool {
        self.text.starts_with(begins_name)
    }
}

fn begins_name(sign: char) -> bool {
    sign == '_' || sign.is_alphabetic()
}

fn goes_on(sign: char) -> bool {
    sign == '_' || sign.is_alphanumeric()
}

/// The words of a file that the compiler accepts.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let length = match sign {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => comment(rest),
            '"' => quoted(rest, 1),
            '\'' => character(rest),
            _ if begins_name(sign) => {
                let length = rest.find(|next| !goes_on(next)).unwrap_or(rest.len());
                let (name, after) = rest.split_at(length);
                match text_after_prefix(name, after) {
                    Some(text) => length + text,
                    None => {
                        // `r#type` is the name `type`; its `r` says nothing.
                        let raw = name == "r" && after.starts_with('#');
                        if !raw {
                            words.push(Word { text: name.to_owned(), line });
                        }
                        length + usize::from(raw)
                    }
                }
            }
            _ if sign.is_ascii_digit() => rest.find(|next| !goes_on(next)).unwrap_or(rest.len()),
            _ if sign.is_whitespace() => sign.len_utf8(),
            _ => {
                let length = if rest.starts_with("::") { 2 } else { sign.len_utf8() };
                words.push(Word { text: rest[..length].to_owned(), line });
                length
            }
        };
        let (passed, next) = rest.split_at(length);
        line += passed.matches('\n').count();
        rest = next;
    }
    words
}

/// The length of a text that stands right after its prefix, as in `b"..."` and `r#"..."#`; none if there is no text.
fn text_after_prefix(prefix: &str, after: &str) -> Option<usize> {
    match prefix {
        "b" if after.starts_with('\'') => Some(character(after)),
        "b" | "c" if after.starts_with('"') => Some(quoted(after, 1)),
        "r" | "br" | "cr" => {
            let hashes = after.len() - after.trim_start_matches('#').len();
            let end = format!("\"{}", "#".repeat(hashes));
            let inside = after[hashes..].strip_prefix('"')?;
            Some(hashes + 1 + inside.find(&end).map_or(inside.len(), |at| at + end.len()))
        }
        _ => None,
    }
}

/// The length of a text with escapes whose first sign takes `open` bytes.
fn quoted(text: &str, open: usize) -> usize {
    let mut escaped = false;
    for (at, sign) in text[open..].char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return open + at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a character such as `'a'` or `'\''`, or of a lifetime such as `'a`.
fn character(text: &str) -> usize {
    let inside = &text[1..];
    if let Some(escape) = inside.strip_prefix('\\') {
        let skipped = escape.chars().next().map_or(0, char::len_utf8);
        return escape[skipped..].find('\'').map_or(text.len(), |at| 2 + skipped + at + 1);
    }
    let first = inside.chars().next().map_or(0, char::len_utf8);
    if inside[first..].starts_with('\'') {
        return 1 + first + 1;
    }
    1 + inside.find(|next| !goes_on(next)).unwrap_or(inside.len())
}

/// The length of a comment in `/* */`, which may hold others.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(next) = text[at..].find(['/', '*']).map(|found| at + found) {
        at = next + 1;
        if text[next..].starts_with("/*") {
            (depth, at) = (depth + 1, next + 2);
        } else if text[next..].starts_with("*/") {
            (depth, at) = (depth - 1, next + 2);
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}
