//! Pairs that share most of their symbols use one of some groups of symbols equally often.
use std::collections::HashMap;

use super::limits::{Bound, START};
use super::postings::{Postings, within};
use super::texts::{Texts, mixed};

/// The most groups of symbols; more would be equal in most texts.
const MOST_GROUPS: usize = 10;

/// Texts by how often they use the symbols of a group, and by their first symbols.
#[derive(Debug)]
pub(super) struct Bags {
    bound: Bound,
    bags: Postings,
    starts: Postings,
    groups: HashMap<u32, [u8; MOST_GROUPS + 1]>,
}

/// How many groups tell texts of one length apart for queries of another; `None` if all are to be gone through.
fn groups_for(bound: Bound, left: usize, right: usize) -> Option<Option<usize>> {
    let groups = bound.limits(left, right)?.edits + 1;
    // Groups of less than two symbols on average are equal too often to be worth a look.
    Some((groups == 1 || (groups <= MOST_GROUPS && right >= 2 * groups)).then_some(groups))
}

/// For each number of groups, groups of about the same weight: the most frequent symbols first, each to the lightest group.
fn balanced(frequencies: HashMap<u32, u64>) -> HashMap<u32, [u8; MOST_GROUPS + 1]> {
    let mut symbols: Vec<(u32, u64)> = frequencies.into_iter().collect();
    symbols.sort_unstable_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
    let mut groups: HashMap<u32, [u8; MOST_GROUPS + 1]> = HashMap::with_capacity(symbols.len());
    for count in 1..=MOST_GROUPS {
        let mut weights = vec![0_u64; count];
        for (code, frequency) in &symbols {
            let lightest = (0..count).min_by_key(|group| weights[*group]).unwrap_or(0);
            weights[lightest] += frequency;
            groups.entry(*code).or_default()[count] = lightest as u8;
        }
    }
    groups
}

fn key(content: u64, length: usize, count: usize, index: usize) -> u64 {
    mixed(content ^ mixed(((length as u64) << 40) ^ ((count as u64) << 20) ^ index as u64))
}

fn start_key(text: &[u32]) -> Option<u64> {
    let start: &[u32; START] = text.first_chunk()?;
    Some(start.iter().fold(0, |key, code| mixed(key ^ (u64::from(*code) + 1))))
}

impl Bags {
    /// The share of texts that queries of their own length would have to go through one by one.
    pub(super) fn share_one_by_one(bound: Bound, texts: &Texts) -> f64 {
        let alone = texts.lengths().filter(|(length, _)| groups_for(bound, *length, *length) == Some(None));
        alone.map(|(_, range)| range.len()).sum::<usize>() as f64 / texts.len().max(1) as f64
    }

    pub(super) fn new(bound: Bound, texts: &Texts) -> Self {
        let groups = balanced(texts.frequencies());
        let (mut bags, mut starts) = (Vec::new(), Vec::new());
        let mut sums = [0; MOST_GROUPS];
        for (length, range) in texts.lengths() {
            let mut counts: Vec<usize> = Vec::new();
            for query in (0..=length).rev().map_while(|query| groups_for(bound, query, length)) {
                counts.extend(query);
            }
            for query in (length + 1..).map_while(|query| groups_for(bound, query, length)) {
                counts.extend(query);
            }
            counts.sort_unstable();
            counts.dedup();
            for number in range {
                let text = texts.text(number);
                for &count in &counts {
                    sum(text, count, &groups, &mut sums);
                    bags.extend((0..count).map(|index| (key(sums[index], length, count, index), number)));
                }
                starts.extend(start_key(text).map(|key| (key, number)));
            }
        }
        Self { bound, bags: Postings::new(bags, texts), starts: Postings::new(starts, texts), groups }
    }

    /// Add candidates for a query among the texts from `first` on; some may come twice.
    pub(super) fn candidates(&self, query: &[u32], signature: u64, texts: &Texts, first: u32, found: &mut Vec<u32>) {
        let mut sums = [[0; MOST_GROUPS]; MOST_GROUPS + 1];
        let mut summed = [false; MOST_GROUPS + 1];
        let same_start = start_key(query).map_or(0..0, |key| self.starts.range(key));
        let (numbers, signatures) = self.starts.lists(same_start);
        let mut seen = 0;
        for (length, range) in texts.lengths().filter(|(_, range)| range.end > first) {
            // The texts of one start are in the order of their lengths.
            seen += numbers[seen..].partition_point(|number| *number < range.start);
            let end = seen + numbers[seen..].partition_point(|number| *number < range.end);
            if end > seen
                && let Some(limits) = self.bound.limits_of_equal_start(query.len(), length)
            {
                within(&numbers[seen..end], &signatures[seen..end], signature, limits, first, found);
            }
            seen = end;
            let Some(limits) = self.bound.limits(query.len(), length) else { continue };
            match groups_for(self.bound, query.len(), length).flatten() {
                None => {
                    let numbers: Vec<u32> = range.clone().collect();
                    let signatures = &texts.signatures[range.start as usize..range.end as usize];
                    within(&numbers, signatures, signature, limits, first, found);
                }
                Some(count) => {
                    if !std::mem::replace(&mut summed[count], true) {
                        sum(query, count, &self.groups, &mut sums[count]);
                    }
                    for (index, content) in sums[count][..count].iter().enumerate() {
                        self.bags.candidates(key(*content, length, count, index), signature, limits, first, found);
                    }
                }
            }
        }
    }
}

/// For each of `count` groups a number that depends on how often the text uses its symbols, not on their order. A symbol that
/// no indexed text has is in the first group.
fn sum(text: &[u32], count: usize, groups: &HashMap<u32, [u8; MOST_GROUPS + 1]>, sums: &mut [u64; MOST_GROUPS]) {
    sums.fill(0);
    for code in text {
        let group = groups.get(code).map_or(0, |groups| groups[count] as usize);
        sums[group] = sums[group].wrapping_add(mixed(u64::from(*code) + 1));
    }
}
