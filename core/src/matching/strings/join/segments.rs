//! Pairs within some edits share a segment of one text, unchanged and at about its place.
use super::limits::Bound;
use super::postings::{Postings, within};
use super::texts::{Texts, mixed};

/// The shortest segments worth looking up; shorter ones are in most texts.
const SHORTEST: usize = 2;
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

/// Texts by their segments, for each number of segments that a query may ask for.
#[derive(Debug)]
pub(super) struct Segments {
    postings: Postings,
    bound: Bound,
}

/// How the texts of one length are looked up for queries of another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// None can match.
    Nothing,
    /// By one of so many segments.
    Segments(usize),
    /// All, one by one.
    All,
}

fn plan(bound: Bound, left: usize, right: usize) -> Plan {
    match bound.limits(left, right) {
        None => Plan::Nothing,
        Some(limits) if limits.edits == 0 || right >= SHORTEST * (limits.edits + 1) => Plan::Segments(limits.edits + 1),
        Some(_) => Plan::All,
    }
}

/// Where segment `index` of `count` lies in a text of `length` symbols: all of about the same length, longer ones last.
fn segment(length: usize, count: usize, index: usize) -> std::ops::Range<usize> {
    let (short, longer) = (length / count, length % count);
    let start = |index: usize| index * short + index.saturating_sub(count - longer);
    start(index)..start(index + 1)
}

fn key(content: u64, length: usize, count: usize, index: usize) -> u64 {
    mixed(content ^ mixed(((length as u64) << 40) ^ ((count as u64) << 20) ^ index as u64))
}

/// Hashes of all parts of a text.
#[derive(Debug, Default)]
pub(super) struct Parts {
    starts: Vec<u64>,
    powers: Vec<u64>,
}

impl Parts {
    fn load(&mut self, text: &[u32]) {
        self.starts.clear();
        self.starts.push(0);
        let mut hash = 0_u64;
        for code in text {
            hash = hash.wrapping_mul(BASE).wrapping_add(u64::from(*code) + 1);
            self.starts.push(hash);
        }
        while self.powers.len() <= text.len() {
            self.powers.push(self.powers.last().map_or(1, |power| power.wrapping_mul(BASE)));
        }
    }

    fn of(&self, start: usize, end: usize) -> u64 {
        self.starts[end].wrapping_sub(self.starts[start].wrapping_mul(self.powers[end - start]))
    }
}

impl Segments {
    /// The share of texts that queries of their own length would have to go through one by one.
    pub(super) fn share_one_by_one(bound: Bound, texts: &Texts) -> f64 {
        let alone = texts.lengths().filter(|(length, _)| plan(bound, *length, *length) == Plan::All);
        alone.map(|(_, range)| range.len()).sum::<usize>() as f64 / texts.len().max(1) as f64
    }

    pub(super) fn new(bound: Bound, texts: &Texts) -> Self {
        let mut entries = Vec::new();
        let mut parts = Parts::default();
        for (length, range) in texts.lengths() {
            // All numbers of segments that a query of some length may ask for.
            let mut counts: Vec<usize> = Vec::new();
            for query in (0..=length).rev().map_while(|query| segments_of(bound, query, length)) {
                counts.extend(query);
            }
            for query in (length + 1..).map_while(|query| segments_of(bound, query, length)) {
                counts.extend(query);
            }
            counts.sort_unstable();
            counts.dedup();
            for number in range {
                parts.load(texts.text(number));
                for &count in &counts {
                    for index in 0..count {
                        let place = segment(length, count, index);
                        entries.push((key(parts.of(place.start, place.end), length, count, index), number));
                    }
                }
            }
        }
        Self { postings: Postings::new(entries, texts), bound }
    }

    /// Add candidates for a query among the texts from `first` on; some may come twice.
    pub(super) fn candidates(
        &self,
        query: &[u32],
        signature: u64,
        texts: &Texts,
        first: u32,
        parts: &mut Parts,
        found: &mut Vec<u32>,
    ) {
        parts.load(query);
        for (length, range) in texts.lengths().filter(|(_, range)| range.end > first) {
            let Some(limits) = self.bound.limits(query.len(), length) else { continue };
            match plan(self.bound, query.len(), length) {
                Plan::Nothing => {}
                Plan::All => {
                    let numbers: Vec<u32> = range.clone().collect();
                    let signatures = &texts.signatures[range.start as usize..range.end as usize];
                    within(&numbers, signatures, signature, limits, first, found);
                }
                Plan::Segments(count) => {
                    for index in 0..count {
                        let place = segment(length, count, index);
                        for start in shifts(query.len(), length, count, index, place.start) {
                            let end = start + place.len();
                            if end > query.len() {
                                break;
                            }
                            let key = key(parts.of(start, end), length, count, index);
                            self.postings.candidates(key, signature, limits, first, found);
                        }
                    }
                }
            }
        }
    }
}

/// The segments of texts of length `right` that a query of length `left` asks for; `None` beyond the lengths that can match.
fn segments_of(bound: Bound, left: usize, right: usize) -> Option<Option<usize>> {
    match plan(bound, left, right) {
        Plan::Nothing => None,
        Plan::Segments(count) => Some(Some(count)),
        Plan::All => Some(None),
    }
}

/// Where in the query a segment may stand. Of `count - 1` edits, for some unchanged segment at most `index` lie before it and
/// at most `count - 1 - index` after it, and each edit shifts by one place at most.
fn shifts(query: usize, length: usize, count: usize, index: usize, start: usize) -> std::ops::Range<usize> {
    let (start, query, length) = (start as isize, query as isize, length as isize);
    let (before, after) = (index as isize, (count - 1 - index) as isize);
    let least = (start - before).max(start + query - length - after).max(0);
    let most = (start + before).min(start + query - length + after);
    least as usize..(most + 1).max(least) as usize
}
