//! Which columns are compared, and how, where nothing is said.
//!
//! A column is left out if it has one value or none, if it cannot be compared (lists, binary), or if it numbers the rows:
//! all its values differ within each table, nearly every row has one, and they are consecutive whole numbers, or the column
//! is named like an identifier (`id`, `rec_id`, `record_no`, `uuid`, `index`), or they are codes of letters and digits. What
//! remains is judged by its values, and by its name where the values leave it open.
use super::clean;
use super::options::{ComparisonKind, MOST_COMPARISONS};
use super::records::{MISSING, Nature, RawColumn};

/// The part of the values that must look alike for a column to be of a kind.
const MOST: f64 = 0.9;
/// Fewer rows than this say nothing about codes.
const FEW_ROWS: usize = 20;

/// What the values of a column look like.
#[derive(Debug, Default)]
struct Look {
    rows: usize,
    present: usize,
    values: usize,
    /// Parts of the present rows.
    digits: f64,
    leading_zero: bool,
    dates: f64,
    mails: f64,
    mixed: f64,
    coded: f64,
    /// Means over the present rows.
    length: f64,
    words: f64,
    /// The part of the values with the most frequent length.
    same_length: f64,
}

impl Look {
    fn at(column: &RawColumn) -> Self {
        let mut counts = vec![0_usize; column.values.len()];
        for code in &column.codes {
            if *code != MISSING {
                counts[*code as usize] += 1;
            }
        }
        let present: usize = counts.iter().sum();
        let mut look = Look { rows: column.codes.len(), present, values: column.values.len(), ..Look::default() };
        let mut lengths = [0_usize; 32];
        for (text, count) in column.values.iter().zip(&counts) {
            let part = *count as f64 / present.max(1) as f64;
            // The beginning of a long text is enough to know what it is.
            let seen: String = text.chars().take(200).collect();
            let length = seen.chars().count();
            lengths[length.min(31)] += count;
            look.length += part * length as f64;
            look.words += part * seen.split_whitespace().count() as f64;
            let digit = seen.chars().any(|symbol| symbol.is_ascii_digit());
            let letter = seen.chars().any(char::is_alphabetic);
            let blank = seen.chars().any(char::is_whitespace);
            let number = seen.strip_prefix('-').unwrap_or(&seen);
            if !number.is_empty() && number.chars().all(|symbol| symbol.is_ascii_digit()) {
                look.digits += part;
                look.leading_zero |= number.len() > 1 && number.starts_with('0');
            }
            look.dates += if clean::written_day(&seen).is_some() { part } else { 0.0 };
            look.mails += if seen.contains('@') && !blank { part } else { 0.0 };
            look.mixed += if digit && letter && !blank && !seen.contains('@') { part } else { 0.0 };
            look.coded += if digit && !blank && !seen.contains('@') { part } else { 0.0 };
        }
        look.same_length = lengths.iter().copied().max().unwrap_or(0) as f64 / present.max(1) as f64;
        look
    }
}

/// The words of a column's name, in small letters.
fn name_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for symbol in name.chars() {
        let begins = !symbol.is_alphanumeric() || (symbol.is_uppercase() && before.is_lowercase());
        if begins && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (symbol.is_alphanumeric(), words.last_mut()) {
            word.extend(symbol.to_lowercase());
        }
        before = symbol;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Why a column is not used for comparison; `None` if it is. `left` rows are of the left table.
pub(super) fn unsuitable(name: &str, column: &RawColumn, left: usize) -> Option<&'static str> {
    if column.nature == Nature::Other {
        return Some("its type cannot be compared");
    }
    let look = Look::at(column);
    match look.values {
        0 => return Some("it has no value"),
        1 => return Some("it has one value only"),
        _ => {}
    }
    let distinct =
        distinct_within(&column.codes[..left], look.values) && distinct_within(&column.codes[left..], look.values);
    if !distinct || (look.present as f64) < MOST * look.rows as f64 {
        return None;
    }
    let words = name_words(name);
    let word = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let identifier = ["id", "ids", "index", "uuid", "guid", "key", "pk", "recid", "rowid"];
    let named = match words.as_slice() {
        [] => true,
        [only] => identifier.contains(&only.as_str()),
        [first, ..] => {
            ["rec", "record", "row", "entry", "unnamed", "line"].contains(&first.as_str())
                && (word(&identifier) || word(&["no", "nr", "num", "number", "0"]))
        }
    };
    let named = named || (words.len() > 1 && word(&["uuid", "guid"]));
    if named
        || consecutive(column, left)
        || (look.rows >= FEW_ROWS && look.mixed > MOST && column.nature == Nature::Text)
    {
        return Some("it numbers the rows");
    }
    None
}

fn distinct_within(codes: &[u32], values: usize) -> bool {
    let mut seen = vec![false; values];
    codes.iter().all(|code| *code == MISSING || !std::mem::replace(&mut seen[*code as usize], true))
}

/// Whether the rows of each table are consecutive whole numbers, in any order.
fn consecutive(column: &RawColumn, left: usize) -> bool {
    let run = |codes: &[u32]| {
        let numbers = codes.iter().filter_map(|code| column.values.get(*code as usize)?.parse::<i64>().ok());
        let (mut lowest, mut highest, mut count) = (i64::MAX, i64::MIN, 0_usize);
        for number in numbers {
            (lowest, highest, count) = (lowest.min(number), highest.max(number), count + 1);
        }
        codes.is_empty() || (count == codes.len() && highest.abs_diff(lowest) == count as u64 - 1)
    };
    run(&column.codes[..left]) && run(&column.codes[left..])
}

/// How the values of a column are compared.
pub(super) fn kind(name: &str, column: &RawColumn) -> ComparisonKind {
    let look = Look::at(column);
    let words = name_words(name);
    let named = |list: &[&str]| words.iter().any(|word| list.iter().any(|start| word.starts_with(start)));
    match column.nature {
        Nature::Boolean => return ComparisonKind::Exact,
        Nature::Day => return ComparisonKind::Date,
        Nature::Real => return ComparisonKind::Numeric,
        Nature::Whole | Nature::Text | Nature::Other => {}
    }
    if look.mails > MOST {
        return ComparisonKind::Email;
    }
    if look.dates > 0.8 && (look.digits < MOST || look.same_length > MOST) {
        return ComparisonKind::Date;
    }
    if look.length >= 6.0 && look.coded + look.digits > 0.6 && named(&["phone", "tel", "mobile", "fax", "cell"]) {
        return ComparisonKind::Phone;
    }
    if look.length <= 12.0 && look.digits + look.mixed > 0.5 && named(&["post", "zip", "plz"]) {
        return ComparisonKind::Postcode;
    }
    if look.digits > MOST {
        // Whole numbers of one length are numbers of things, others are quantities.
        let code = look.leading_zero || (look.length >= 4.0 && look.same_length > 0.8) || look.length >= 9.0;
        return if code { ComparisonKind::Code } else { ComparisonKind::Numeric };
    }
    if look.coded > MOST && look.length >= 4.0 {
        return ComparisonKind::Code;
    }
    if look.length > 30.0 || look.words > 4.0 { ComparisonKind::Text } else { ComparisonKind::Name }
}

/// Pairs of columns with the latitude and the longitude of places.
pub(super) fn places<'n>(names: &[&'n str], columns: &[&RawColumn]) -> Vec<(&'n str, &'n str)> {
    let find = |starts: [&str; 2]| -> Vec<usize> {
        let is = |name: &str| name_words(name).iter().any(|word| *word == starts[0] || word.starts_with(starts[1]));
        (0..names.len()).filter(|at| is(names[*at]) && columns[*at].nature == Nature::Real).collect()
    };
    let (latitudes, mut longitudes) = (find(["lat", "latitud"]), find(["lon", "longitud"]));
    if longitudes.is_empty() {
        longitudes = find(["lng", "longitud"]);
    }
    latitudes.into_iter().zip(longitudes).map(|(latitude, longitude)| (names[latitude], names[longitude])).collect()
}

/// The most telling columns, where there are too many: those with the most values.
pub(super) fn most_telling(columns: &[&RawColumn]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(columns[*at].values.len()));
    order.truncate(MOST_COMPARISONS);
    order.sort_unstable();
    order
}
