//! Words, numbers and signs of LP files.
use crate::error::{Result, bail};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Name(String),
    /// `<` and `>` stand for `<=` and `>=` too.
    Symbol(char),
}

/// The tokens with their line and whether they begin it.
pub(super) fn scan(text: &str) -> Result<Vec<(usize, bool, Token)>> {
    let mut tokens = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('\\').next().unwrap_or_default();
        let mut first = true;
        let mut rest = line.trim_start();
        while let Some(start) = rest.chars().next() {
            let (token, length) = if start.is_ascii_digit() || start == '.' && digit_after(rest) {
                let length = number_length(rest);
                match rest[..length].parse::<f64>() {
                    Ok(value) if value.is_finite() => (Token::Number(value), length),
                    Ok(_) => (Token::Number(f64::INFINITY), length),
                    Err(_) => bail!(InvalidData, "line {}: {:?} is no number", number + 1, &rest[..length]),
                }
            } else if "<>=".contains(start) {
                let length = rest.find(|c: char| !"<>=".contains(c)).unwrap_or(rest.len());
                let sign = match &rest[..length] {
                    "<" | "<=" | "=<" => '<',
                    ">" | ">=" | "=>" => '>',
                    "=" | "==" => '=',
                    other => bail!(InvalidData, "line {}: {other:?} is no comparison", number + 1),
                };
                (Token::Symbol(sign), length)
            } else if "+-*^[]/:".contains(start) {
                (Token::Symbol(start), 1)
            } else if is_name(start) {
                let mut length = rest.find(|c: char| !is_name(c) && !c.is_ascii_digit()).unwrap_or(rest.len());
                // The one keyword with a hyphen.
                if rest.get(..15).is_some_and(|word| word.eq_ignore_ascii_case("semi-continuous")) {
                    length = 15;
                }
                (Token::Name(rest[..length].to_string()), length)
            } else {
                bail!(InvalidData, "line {}: {start:?} does not belong into an LP file", number + 1)
            };
            tokens.push((number + 1, first, token));
            first = false;
            rest = rest[length..].trim_start();
        }
    }
    Ok(tokens)
}

/// What names may hold besides digits.
pub(super) fn is_name(character: char) -> bool {
    character.is_alphabetic() || "!\"#$%&(),.;?@_'`{}~|".contains(character)
}

fn digit_after(text: &str) -> bool {
    text.chars().nth(1).is_some_and(|c| c.is_ascii_digit())
}

fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() && (bytes[at].is_ascii_digit() || bytes[at] == b'.') {
        at += 1;
    }
    // An exponent needs digits: in `3 e` and `3 e1x` the e begins a name.
    if at < bytes.len() && (bytes[at] | 32) == b'e' {
        let mut end = at + 1;
        if end < bytes.len() && (bytes[end] == b'+' || bytes[end] == b'-') {
            end += 1;
        }
        let digits = end;
        while end < bytes.len() && bytes[end].is_ascii_digit() {
            end += 1;
        }
        if end > digits {
            at = end;
        }
    }
    at
}
