//! Texts in pictures: what may stand in XML, how wide it is, where it breaks.
//!
//! No font travels with a picture, so widths are estimated: per character the larger advance of DejaVu Sans (the widest
//! of the common sans-serif faces) and Liberation Sans (the metrics of Arial and Helvetica), measured from their `hmtx`
//! tables. What is laid out with these widths does not overlap with a narrower font.
use std::borrow::Cow;

/// Advances of the characters from space to tilde in hundredths of the font size.
const ASCII: [u8; 95] = [
    32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
    84, 84, 56, 102, 69, 69, 73, 78, 67, 62, 78, 76, 30, 50, 67, 56, 87, 75, 79, 67, 79, 73, 67, 62, 74, 69, 99, 69,
    67, 69, 40, 34, 40, 84, 56, 50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64,
    60, 82, 60, 60, 53, 64, 34, 64, 84,
];

/// The longest text that is looked at; what follows could not be shown anyway.
const LONGEST: usize = 2000;

/// Size and weight of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Font {
    pub(super) size: f64,
    pub(super) bold: bool,
}

impl Font {
    pub(super) const fn plain(size: f64) -> Self {
        Self { size, bold: false }
    }

    pub(super) const fn bold(size: f64) -> Self {
        Self { size, bold: true }
    }

    /// The estimated width of one line in pixels.
    pub(super) fn width(self, text: &str) -> f64 {
        let weight = if self.bold { 1.1 } else { 1.0 };
        text.chars().map(advance).sum::<f64>() * self.size * weight
    }

    /// The distance between the baselines of two lines.
    pub(super) fn line(self) -> f64 {
        (self.size * 1.3).round()
    }

    /// The text, or as much of its start as is at most `room` wide with an ellipsis.
    pub(super) fn fit(self, text: &str, room: f64) -> Cow<'_, str> {
        if self.width(text) <= room {
            return Cow::Borrowed(text);
        }
        let kept = self.prefix(text, room - self.width("…"));
        if kept.is_empty() { Cow::Borrowed("…") } else { Cow::Owned(format!("{}…", kept.trim_end())) }
    }

    /// At most `most` lines of at most `room` pixels, broken between words where possible; the last may be cut.
    pub(super) fn wrap(self, text: &str, room: f64, most: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() && lines.len() < most {
            if lines.len() + 1 == most || self.width(rest) <= room {
                lines.push(self.fit(rest, room).into_owned());
                break;
            }
            let whole = self.prefix(rest, room);
            let next_is_space = rest[whole.len()..].starts_with(' ');
            let cut = match whole.rfind(' ') {
                _ if next_is_space => whole.len(),
                Some(space) if space > 0 => space,
                _ if whole.is_empty() => rest.chars().next().map_or(0, char::len_utf8),
                _ => whole.len(),
            };
            lines.push(rest[..cut].trim_end().to_owned());
            rest = rest[cut..].trim_start();
        }
        lines
    }

    /// The longest start of at most `room` pixels that tears no character from its marks.
    fn prefix(self, text: &str, room: f64) -> &str {
        let weight = self.size * if self.bold { 1.1 } else { 1.0 };
        let (mut used, mut end, mut glued) = (0.0, 0, false);
        for (at, character) in text.char_indices() {
            if !(glued || clings(character)) {
                end = at;
            }
            used += advance(character) * weight;
            if used > room {
                return &text[..end];
            }
            glued = character == '\u{200D}';
        }
        text
    }
}

/// Whether a character belongs to the one before it.
fn clings(character: char) -> bool {
    matches!(u32::from(character), 0x300..=0x36F | 0x200B..=0x200F | 0x20D0..=0x20FF | 0xFE00..=0xFE0F | 0x1F3FB..=0x1F3FF)
}

/// The estimated advance of a character, in font sizes.
fn advance(character: char) -> f64 {
    let code = u32::from(character);
    if let Some(hundredths) = code.checked_sub(32).and_then(|at| ASCII.get(at as usize)) {
        return f64::from(*hundredths) / 100.0;
    }
    match code {
        _ if clings(character) => 0.0,
        0x2009 | 0x202F => 0.25,
        0x2212 => 0.84,
        0x2013 | 0x2018..=0x201F | 0x2032 => 0.55,
        0xA0..=0x24F => 0.72,
        0x370..=0x3FF | 0x530..=0x74F => 0.75,
        0x400..=0x52F => 0.85,
        0x1100..=0x11FF | 0x2E80..=0xA4CF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFFEF => {
            1.05
        }
        0x2070..=0x209F => 0.5,
        0x1F000.. => 1.4,
        _ => 1.0,
    }
}

/// A text as one line of what XML allows: breaks and tabs become spaces, other control characters vanish.
pub(super) fn clean(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(4 * LONGEST));
    for character in text.chars().take(LONGEST) {
        match character {
            '\u{FFFE}' | '\u{FFFF}' | '\u{FEFF}' => {}
            _ if character.is_whitespace() && !matches!(character, '\u{A0}' | '\u{202F}' | '\u{2009}') => {
                if !line.ends_with(' ') && !line.is_empty() {
                    line.push(' ');
                }
            }
            _ if character.is_control() => {}
            _ => line.push(character),
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// A cleaned text as it stands in XML and HTML, inside elements and inside attributes in double quotes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_vanish_and_breaks_become_spaces() {
        assert_eq!(clean(" a\u{0}b\n\tc\u{7F}\u{85} d\u{FFFF} "), "ab c d");
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escape("<>&\"'é"), "&lt;&gt;&amp;&quot;&#39;é");
    }

    #[test]
    fn a_cut_text_is_no_wider_than_its_room() {
        let font = Font::plain(12.0);
        for room in [5.0, 12.0, 40.0, 77.7, 300.0] {
            let text = font.fit("a rather long name of some series", room);
            assert!(font.width(&text) <= room.max(font.width("…")), "{text} in {room}");
        }
        assert_eq!(font.fit("short", 100.0), "short");
    }

    #[test]
    fn a_cut_keeps_marks_and_joined_emoji_together() {
        let font = Font::plain(10.0);
        let family = "👩\u{200D}👩\u{200D}👧";
        assert_eq!(font.fit(&format!("{family}{family}"), font.width(family) + 15.0), format!("{family}…"));
        assert_eq!(font.fit("e\u{301}e\u{301}e\u{301}", 17.0), "e\u{301}…");
    }

    #[test]
    fn words_wrap_and_the_last_line_is_cut() {
        let font = Font::plain(10.0);
        let lines = font.wrap("one two three four five six seven eight nine", 60.0, 3);
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| font.width(line) <= 60.0) && lines[2].ends_with('…'), "{lines:?}");
        assert_eq!(font.wrap("Donaudampfschifffahrt", 60.0, 9).concat(), "Donaudampfschifffahrt");
        assert!(font.wrap("", 60.0, 3).is_empty());
        assert_eq!(font.wrap("ab", 1.0, 5).len(), 2);
    }
}
