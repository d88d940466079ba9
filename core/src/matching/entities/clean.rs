//! Values before they are compared: case, accents, punctuation and blanks put aside.
use super::options::ComparisonKind;
use crate::data::time::civil;

/// A value as its kind compares it; empty where nothing is left.
pub(super) fn value(text: &str, kind: ComparisonKind) -> String {
    match kind {
        ComparisonKind::Auto | ComparisonKind::Name | ComparisonKind::Text => words(text),
        ComparisonKind::Exact | ComparisonKind::Email => text.trim().to_lowercase(),
        ComparisonKind::Code | ComparisonKind::Postcode => {
            text.chars().filter(|symbol| symbol.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        }
        ComparisonKind::Phone => {
            let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
            digits[digits.len().saturating_sub(9)..].iter().collect()
        }
        ComparisonKind::Numeric => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => (number + 0.0).to_string(),
            _ => String::new(),
        },
        ComparisonKind::Date => match written_day(text) {
            Some((year, month, day)) => format!("{year:04}{month:02}{day:02}"),
            None => text.chars().filter(|symbol| symbol.is_alphanumeric()).flat_map(char::to_lowercase).collect(),
        },
        ComparisonKind::Geo => text.trim().to_owned(),
    }
}

/// Words in small letters without accents, one blank between them; apostrophes join, other punctuation divides.
fn words(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut divided = false;
    for symbol in text.chars() {
        if matches!(symbol, '\'' | '’' | '`' | '\u{300}'..='\u{36f}') {
            continue;
        }
        if !symbol.is_alphanumeric() {
            divided = true;
            continue;
        }
        if divided && !clean.is_empty() {
            clean.push(' ');
        }
        divided = false;
        match plain(symbol) {
            Some(letters) => clean.push_str(letters),
            None => clean.extend(symbol.to_lowercase()),
        }
    }
    clean
}

/// The letters that an accented Latin letter is without its marks.
fn plain(symbol: char) -> Option<&'static str> {
    Some(match symbol {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' | 'À' | 'Á' | 'Â' | 'Ã' | 'Å' | 'Ā' | 'Ă' | 'Ą' => {
            "a"
        }
        'ä' | 'æ' | 'Ä' | 'Æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' | 'Ç' | 'Ć' | 'Ĉ' | 'Ċ' | 'Č' => "c",
        'ď' | 'đ' | 'ð' | 'Ď' | 'Đ' | 'Ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'È' | 'É' | 'Ê' | 'Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => {
            "e"
        }
        'ĝ' | 'ğ' | 'ġ' | 'ģ' | 'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' => "g",
        'ĥ' | 'ħ' | 'Ĥ' | 'Ħ' => "h",
        'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'Ì' | 'Í' | 'Î' | 'Ï' | 'Ĩ' | 'Ī' | 'Ĭ' | 'Į' | 'İ' => {
            "i"
        }
        'ĵ' | 'Ĵ' => "j",
        'ķ' | 'Ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' | 'Ĺ' | 'Ļ' | 'Ľ' | 'Ŀ' | 'Ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ŋ' | 'Ñ' | 'Ń' | 'Ņ' | 'Ň' | 'Ŋ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ō' | 'ŏ' | 'ő' | 'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ō' | 'Ŏ' | 'Ő' => "o",
        'ö' | 'ø' | 'œ' | 'Ö' | 'Ø' | 'Œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' | 'Ŕ' | 'Ŗ' | 'Ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' | 'Ś' | 'Ŝ' | 'Ş' | 'Š' | 'Ș' => "s",
        'ß' | 'ẞ' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' | 'Ţ' | 'Ť' | 'Ŧ' | 'Ț' => "t",
        'þ' | 'Þ' => "th",
        'ù' | 'ú' | 'û' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'Ù' | 'Ú' | 'Û' | 'Ũ' | 'Ū' | 'Ŭ' | 'Ů' | 'Ű' | 'Ų' => {
            "u"
        }
        'ü' | 'Ü' => "ue",
        'ŵ' | 'Ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' | 'Ý' | 'Ÿ' | 'Ŷ' => "y",
        'ź' | 'ż' | 'ž' | 'Ź' | 'Ż' | 'Ž' => "z",
        _ => return None,
    })
}

/// A hash of the sorted words of a text of several; 0 for a single word.
pub(super) fn sorted_words(text: &str) -> u64 {
    if !text.contains(' ') {
        return 0;
    }
    let mut words: Vec<&str> = text.split(' ').collect();
    words.sort_unstable();
    hash(words.join(" ").as_bytes()).max(1)
}

/// FNV-1a with a finalising mix: the same on every machine and in every run.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    mix(hash)
}

/// SplitMix64's finaliser: every bit of the result depends on every bit of the argument.
pub(super) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The day that a text names: `1980-05-31`, `19800531`, `31/05/1980`, `05/31/1980`, `31.05.1980`, `31-05-1980`, with or
/// without a time behind. Where day and month could be either, the day comes first.
pub(super) fn written_day(text: &str) -> Option<(i64, u32, u32)> {
    let text = text.trim();
    let text = match text.find(['T', ' ']) {
        Some(end) if end >= 8 => &text[..end],
        _ => text,
    };
    let bytes = text.as_bytes();
    let number = |part: &[u8]| -> Option<u32> {
        let digits = (1..=4).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
        digits.then(|| part.iter().fold(0, |value, byte| value * 10 + u32::from(byte - b'0')))
    };
    if bytes.len() == 8 && bytes.iter().all(u8::is_ascii_digit) {
        return real_day(number(&bytes[..4])?, number(&bytes[4..6])?, number(&bytes[6..])?);
    }
    let separator = *bytes.iter().find(|byte| matches!(byte, b'-' | b'/' | b'.'))?;
    let mut parts = bytes.split(|byte| *byte == separator);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let [a, b, c] = [number(first)?, number(second)?, number(third)?];
    match (first.len(), third.len()) {
        (4, 1..=2) => real_day(a, b, c),
        (1..=2, 4) => real_day(c, b, a).or_else(|| real_day(c, a, b)),
        _ => None,
    }
}

fn real_day(year: u32, month: u32, day: u32) -> Option<(i64, u32, u32)> {
    let year = i64::from(year);
    let real = (1600..=2200).contains(&year) && (1..=12).contains(&month);
    (real && (1..=civil::days_in_month(year, month)).contains(&day)).then_some((year, month, day))
}

/// Days since 1970-01-01 of a cleaned date; `None` where it is no real day.
pub(super) fn day(clean: &str) -> Option<i64> {
    let (year, month, day) = written_day(clean)?;
    Some(civil::days_from_civil(year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_case_accents_and_punctuation() {
        for (text, expected) in [
            ("  O'Brien-SMITH ", "obrien smith"),
            ("José  Müller", "jose mueller"),
            ("Ægir, Ltd.", "aegir ltd"),
            ("МОСКВА", "москва"),
            ("?!", ""),
            ("cafe\u{301}", "cafe"),
        ] {
            assert_eq!(value(text, ComparisonKind::Name), expected);
        }
        assert_eq!(value("+61 (0)2 9385-1000", ComparisonKind::Phone), "293851000");
        assert_eq!(value("AB 12-c", ComparisonKind::Code), "ab12c");
        assert_eq!(value(" 7.50 ", ComparisonKind::Numeric), "7.5");
        assert_eq!(value("-0", ComparisonKind::Numeric), "0");
        assert_eq!(value("twelve", ComparisonKind::Numeric), "");
    }

    #[test]
    fn days_are_read_however_they_are_written() {
        for text in
            ["1980-05-31", "19800531", "31/05/1980", "05/31/1980", "31.5.1980", "1980-05-31T10:00:00", "1980/5/31"]
        {
            assert_eq!(value(text, ComparisonKind::Date), "19800531", "{text}");
        }
        for text in ["1980-13-01", "19801301", "31/31/1980", "80-05-31", "1980", "1980-05", "today", "", "1980-02-30"] {
            assert_eq!(written_day(text), None, "{text}");
        }
        assert_eq!(value("1980-13-01", ComparisonKind::Date), "19801301");
        assert_eq!(day("19700102"), Some(1));
    }
}
