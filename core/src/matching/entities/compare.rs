//! The levels at which the columns of two records agree.
use serde::{Deserialize, Serialize};

use super::options::ComparisonKind;
use super::records::{Field, MISSING};
use super::similarity::{self, Probe};

/// The level of a missing value: no evidence.
pub(super) const NOTHING: u8 = 0;
/// The level of equal values.
pub(super) const EXACT: u8 = 1;
/// Bits of a pattern that belong to one column.
const BITS: u32 = 4;

/// The levels of all columns of a pair, four bits each, the first column lowest.
pub(super) type Pattern = u128;

/// The level of a column in a pattern.
pub(super) fn level(pattern: Pattern, column: usize) -> u8 {
    (pattern >> (BITS * column as u32)) as u8 & 15
}

fn with_level(pattern: Pattern, column: usize, level: u8) -> Pattern {
    let place = BITS * column as u32;
    (pattern & !(15 << place)) | (Pattern::from(level) << place)
}

/// One column and how its values are compared, fully decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Comparator {
    pub(super) column: String,
    pub(super) kind: ComparisonKind,
    pub(super) thresholds: Vec<f64>,
    pub(super) term_frequency: bool,
    /// The position of the column that its values are sometimes exchanged with.
    pub(super) partner: Option<u32>,
}

impl Comparator {
    /// The number of levels without the missing one: equal, one per threshold, one more for some kinds, different, swapped.
    pub(super) fn levels(&self) -> u8 {
        self.different() + u8::from(self.partner.is_some())
    }

    /// The level of values that differ.
    pub(super) fn different(&self) -> u8 {
        let extra = match self.kind {
            ComparisonKind::Postcode | ComparisonKind::Email | ComparisonKind::Date => 1,
            _ => 0,
        };
        EXACT + self.thresholds.len() as u8 + extra + 1
    }

    /// What a level means, for people.
    pub(super) fn describe(&self, level: u8, partner: Option<&str>) -> String {
        let different = self.different();
        match level {
            NOTHING => "missing".into(),
            EXACT => "equal".into(),
            level if level == different => "different".into(),
            level if level > different => format!("swapped with {}", partner.unwrap_or("another column")),
            level => {
                let at = usize::from(level - EXACT - 1);
                let threshold = |at: usize| self.thresholds.get(at).copied().unwrap_or(f64::NAN);
                match self.kind {
                    ComparisonKind::Name => format!("Jaro-Winkler similarity >= {}", threshold(at)),
                    ComparisonKind::Text => format!("letter pairs in common >= {}", threshold(at)),
                    ComparisonKind::Email if at == 0 => "same part before the @".into(),
                    ComparisonKind::Email => format!("Jaro-Winkler similarity >= {}", threshold(at - 1)),
                    ComparisonKind::Postcode if at == self.thresholds.len() => "same beginning".into(),
                    ComparisonKind::Code | ComparisonKind::Phone | ComparisonKind::Postcode => {
                        format!("at most {} edits", threshold(at))
                    }
                    ComparisonKind::Date if at == 0 => "one edit, or day and month swapped".into(),
                    ComparisonKind::Date => format!("at most {} days apart", threshold(at - 1)),
                    ComparisonKind::Geo => format!("at most {} km apart", threshold(at)),
                    _ => format!("at most {} apart", threshold(at)),
                }
            }
        }
    }

    /// The thresholds of a kind where none are said; numbers have theirs from the data.
    pub(super) fn usual_thresholds(kind: ComparisonKind) -> Vec<f64> {
        match kind {
            ComparisonKind::Name => vec![0.92, 0.8],
            ComparisonKind::Text => vec![0.9, 0.75, 0.6, 0.4],
            ComparisonKind::Code | ComparisonKind::Phone => vec![1.0, 2.0],
            ComparisonKind::Postcode => vec![1.0],
            ComparisonKind::Email => vec![0.92],
            ComparisonKind::Date => vec![31.0],
            ComparisonKind::Geo => vec![0.1, 1.0, 10.0],
            ComparisonKind::Auto | ComparisonKind::Exact | ComparisonKind::Numeric => Vec::new(),
        }
    }

    /// Whether values can stand in the wrong column.
    pub(super) fn can_swap(&self) -> bool {
        matches!(self.kind, ComparisonKind::Name | ComparisonKind::Text)
    }
}

/// The value that one side of a comparison was last prepared for.
#[derive(Debug)]
struct Prepared {
    code: u32,
    probe: Probe,
}

impl Prepared {
    fn load(&mut self, field: &Field, code: usize) -> &Probe {
        if self.code != code as u32 {
            self.probe.load(field.symbols.get(code));
            self.code = code as u32;
        }
        &self.probe
    }
}

/// Holds one record against many others; keep one for each thread.
#[derive(Debug)]
pub(super) struct Matcher<'a> {
    fields: &'a [Field],
    comparators: &'a [Comparator],
    /// Of each column, the value that is prepared.
    probes: Vec<Prepared>,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(fields: &'a [Field], comparators: &'a [Comparator]) -> Self {
        let probes = comparators.iter().map(|_| Prepared { code: MISSING, probe: Probe::default() }).collect();
        Self { fields, comparators, probes }
    }

    /// The levels of a pair; fastest where one record is compared with many in a row, as `left`.
    pub(super) fn compare(&mut self, left: usize, right: usize) -> Pattern {
        let mut pattern = 0;
        let mut unlike = 0_u32;
        for column in 0..self.comparators.len() {
            let level = self.column(column, left, right);
            unlike |= u32::from(level == self.comparators[column].different()) << column;
            pattern = with_level(pattern, column, level);
        }
        if unlike.count_ones() > 1 { self.swaps(pattern, unlike, left, right) } else { pattern }
    }

    /// The level of one column.
    fn column(&mut self, column: usize, left: usize, right: usize) -> u8 {
        let (field, comparator) = (&self.fields[column], &self.comparators[column]);
        let (a, b) = (field.codes[left], field.codes[right]);
        if a == MISSING || b == MISSING {
            return NOTHING;
        }
        if a == b {
            return EXACT;
        }
        let different = comparator.different();
        if comparator.kind == ComparisonKind::Exact {
            return different;
        }
        let prepared = &mut self.probes[column];
        below_exact(field, comparator, [a as usize, b as usize], prepared).unwrap_or(different)
    }

    /// Where two columns differ and each holds what the other should, both are at the level `swapped`.
    fn swaps(&self, mut pattern: Pattern, unlike: u32, left: usize, right: usize) -> Pattern {
        for (column, comparator) in self.comparators.iter().enumerate() {
            let Some(partner) = comparator.partner.map(|partner| partner as usize) else { continue };
            if partner < column || unlike >> column & 1 == 0 || unlike >> partner & 1 == 0 {
                continue;
            }
            if crossed(&self.fields[column], &self.fields[partner], left, right) {
                pattern = with_level(pattern, column, comparator.levels());
                pattern = with_level(pattern, partner, self.comparators[partner].levels());
            }
        }
        pattern
    }
}

/// Whether the values of two columns are exchanged between two records: one is equal, the other equal or alike.
pub(super) fn crossed(a: &Field, b: &Field, left: usize, right: usize) -> bool {
    let (Some(a_left), Some(a_right)) = (a.hash(left), a.hash(right)) else { return false };
    let (Some(b_left), Some(b_right)) = (b.hash(left), b.hash(right)) else { return false };
    match (a_left == b_right, b_left == a_right) {
        (true, true) => true,
        (false, false) => false,
        (true, false) => alike(b, left, a, right),
        (false, true) => alike(a, left, b, right),
    }
}

fn alike(a: &Field, left: usize, b: &Field, right: usize) -> bool {
    let (left, right) = (a.codes[left] as usize, b.codes[right] as usize);
    let mut probe = Probe::default();
    probe.load(a.symbols.get(left));
    probe.jaro_winkler(b.symbols.get(right)) >= 0.9
}

/// The level of two values that are not equal; `None` is different.
fn below_exact(field: &Field, comparator: &Comparator, [a, b]: [usize; 2], prepared: &mut Prepared) -> Option<u8> {
    let thresholds = &comparator.thresholds;
    let similar = |similarity: f64| thresholds.iter().position(|threshold| similarity >= *threshold);
    let near = |distance: f64| thresholds.iter().position(|threshold| distance <= *threshold);
    let at = match comparator.kind {
        ComparisonKind::Name => {
            if field.words[a] != 0 && field.words[a] == field.words[b] {
                return Some(EXACT + 1);
            }
            similar(jaro_winkler(field, a, b, thresholds, prepared))
        }
        ComparisonKind::Text => {
            let (left, right) = (field.pairs.get(a), field.pairs.get(b));
            let most = 2.0 * left.len().min(right.len()) as f64 / (left.len() + right.len()) as f64;
            similar(most).and_then(|_| similar(similarity::dice(left, right)))
        }
        ComparisonKind::Code | ComparisonKind::Phone => near(distance(field, a, b, thresholds, prepared)),
        ComparisonKind::Postcode => near(distance(field, a, b, thresholds, prepared)).or_else(|| {
            let (left, right) = (field.symbols.get(a), field.symbols.get(b));
            let half = left.len().min(right.len()).div_ceil(2);
            (half >= 2 && left[..half] == right[..half]).then_some(thresholds.len())
        }),
        ComparisonKind::Email => {
            let local = |code: usize| field.values[code].split_once('@').map(|(local, _)| local);
            if local(a).is_some() && local(a) == local(b) {
                return Some(EXACT + 1);
            }
            similar(jaro_winkler(field, a, b, thresholds, prepared)).map(|at| at + 1)
        }
        ComparisonKind::Date => {
            let (left, right) = (field.symbols.get(a), field.symbols.get(b));
            if distance(field, a, b, &[1.0], prepared) <= 1.0 || turned(left, right) {
                return Some(EXACT + 1);
            }
            near((field.numbers[a] - field.numbers[b]).abs()).map(|at| at + 1)
        }
        ComparisonKind::Geo => {
            let places = [a, b].map(|code| (field.numbers[code], field.longitudes[code]));
            near(similarity::kilometres(places.map(|place| place.0), places.map(|place| place.1)))
        }
        _ => near((field.numbers[a] - field.numbers[b]).abs()),
    };
    at.map(|at| EXACT + 1 + at as u8)
}

/// The similarity, or a bound below every threshold where that is cheaper.
fn jaro_winkler(field: &Field, a: usize, b: usize, thresholds: &[f64], prepared: &mut Prepared) -> f64 {
    let Some(least) = thresholds.last() else { return 0.0 };
    let jaro = similarity::jaro_bound(field.shapes[a], field.shapes[b]);
    if jaro + 0.4 * (1.0 - jaro) < *least {
        return jaro;
    }
    let (left, right) = (field.symbols.get(a), field.symbols.get(b));
    let bound = similarity::with_beginning(jaro, left, right);
    if bound < *least { bound } else { prepared.load(field, a).jaro_winkler(right) }
}

/// The distance, or a bound above every threshold where that is cheaper.
fn distance(field: &Field, a: usize, b: usize, thresholds: &[f64], prepared: &mut Prepared) -> f64 {
    let bound = f64::from(similarity::distance_bound(field.shapes[a], field.shapes[b]));
    if thresholds.last().is_none_or(|most| bound > *most) {
        return bound;
    }
    prepared.load(field, a).distance(field.symbols.get(b)).into()
}

/// Whether two dates of 8 digits differ by day and month swapped.
fn turned(a: &[u32], b: &[u32]) -> bool {
    a.len() == 8 && b.len() == 8 && a[..4] == b[..4] && a[4..6] == b[6..] && a[6..] == b[4..6]
}
