//! Pairs whose sets of grams overlap enough share one of their rarest grams.
//!
//! In an order that all texts share, the rarest grams first, sets of `a` and `b` grams with `o` in common share one of the
//! first `a - o + 1` of the one and of the first `b - o + 1` of the other; and from places `i` and `j` on there must be `o`
//! grams left in both. How large `o` is follows from the cut-off and the sizes. Grams of the indexed texts are listed twice: up
//! to the place that queries with as many grams or more need, and up to the one that queries with fewer need.
//! Sources: Chaudhuri, Ganti, Kaushik (2006); Xiao, Wang, Lin, Yu, *Efficient similarity joins for near-duplicate detection*
//! (2008).
use std::collections::HashMap;

use super::texts::{Texts, mixed};
use crate::Context;
use crate::error::Result;
use crate::matching::strings::grams::{Coefficient, distinct, padded};

/// Less than the cut-off by more than its formula is rounded by.
const SLACK: f64 = 1e-9;

/// A coefficient, its cut-off and what a gram is.
#[derive(Clone, Copy, Debug)]
pub(super) struct SetBound {
    pub(super) coefficient: Coefficient,
    pub(super) cutoff: f64,
    pub(super) size: usize,
    pub(super) pad: bool,
}

impl SetBound {
    /// The fewest shared grams of sets of two sizes, each at least 1, that reach the cut-off.
    fn shared(self, a: usize, b: usize) -> usize {
        let (cutoff, x, y) = (self.cutoff * (1.0 - SLACK), a as f64, b as f64);
        let shared = match self.coefficient {
            Coefficient::Jaccard => cutoff * (x + y) / (1.0 + cutoff),
            Coefficient::Dice => cutoff * (x + y) / 2.0,
            Coefficient::Cosine => cutoff * (x * y).sqrt(),
            Coefficient::Overlap => cutoff * x.min(y),
        };
        (shared.ceil() as usize).max(1)
    }

    /// The smallest set that reaches the cut-off with one of `a` grams.
    fn smallest(self, a: usize) -> usize {
        let (cutoff, x) = (self.cutoff * (1.0 - SLACK), a as f64);
        let smallest = match self.coefficient {
            Coefficient::Jaccard => cutoff * x,
            Coefficient::Dice => cutoff * x / (2.0 - cutoff),
            Coefficient::Cosine => cutoff * cutoff * x,
            Coefficient::Overlap => 1.0,
        };
        (smallest.ceil() as usize).clamp(1, a.max(1))
    }

    /// The largest one.
    fn largest(self, a: usize) -> usize {
        let (cutoff, x) = (self.cutoff * (1.0 - SLACK), a as f64);
        match self.coefficient {
            Coefficient::Jaccard => (x / cutoff).floor() as usize,
            Coefficient::Dice => (x * (2.0 - cutoff) / cutoff).floor() as usize,
            Coefficient::Cosine => (x / (cutoff * cutoff)).floor() as usize,
            Coefficient::Overlap => usize::MAX,
        }
    }

    /// Of a set of `a` grams, how many of the first must have one in common with each set that is no larger and reaches the
    /// cut-off, and with each that is no smaller.
    fn prefixes(self, a: usize) -> (usize, usize) {
        (a + 1 - self.shared(a, self.smallest(a)).min(a), a + 1 - self.shared(a, a).min(a))
    }

    /// Hashes of the different grams of a text; two grams may have one hash, which gives more candidates, never fewer.
    fn hashes(self, text: &[u32], context: &Context) -> Result<Vec<u64>> {
        const BETWEEN_CHECKS: usize = 1 << 12;
        let text = padded(text, self.size, self.pad, context)?;
        let mut hashes = Vec::with_capacity(text.len());
        for (index, gram) in distinct(&text, self.size, context)?.into_iter().enumerate() {
            if index % BETWEEN_CHECKS == BETWEEN_CHECKS - 1 {
                context.check()?;
            }
            hashes.push(gram.iter().fold(0, |hash, code| mixed(hash ^ (u64::from(*code) + 1))));
        }
        Ok(hashes)
    }
}

/// A gram of an indexed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    rank: u32,
    /// How many grams the text has.
    size: u32,
    text: u32,
    /// How many of them come before this one.
    place: u32,
}

/// Entries by rank and size.
#[derive(Debug)]
struct Lists {
    starts: Vec<usize>,
    entries: Vec<Entry>,
}

impl Lists {
    fn new(mut entries: Vec<Entry>, ranks: usize) -> Self {
        entries.sort_unstable();
        let mut starts = vec![0; ranks + 1];
        entries.iter().for_each(|entry| starts[entry.rank as usize + 1] += 1);
        for rank in 0..ranks {
            starts[rank + 1] += starts[rank];
        }
        Self { starts, entries }
    }

    /// The entries of a rank whose texts have some number of grams.
    fn of(&self, rank: u32, least: usize, most: usize) -> &[Entry] {
        let rank = rank as usize;
        let entries = &self.entries[self.starts[rank]..self.starts[rank + 1]];
        let first = entries.partition_point(|entry| (entry.size as usize) < least);
        let end = entries.partition_point(|entry| entry.size as usize <= most);
        &entries[first.min(end)..end]
    }
}

/// Texts by their rarest grams.
#[derive(Debug)]
pub(super) struct Sets {
    bound: SetBound,
    /// Grams in the order of how many texts have them.
    ranks: HashMap<u64, u32>,
    /// The ranks of each text, ascending.
    starts: Vec<usize>,
    tokens: Vec<u32>,
    /// Up to where queries with as many grams or more look, and those with fewer.
    for_larger: Lists,
    for_smaller: Lists,
    /// Texts without grams.
    without: Vec<u32>,
}

/// What one thread keeps while it searches.
#[derive(Debug, Default)]
pub(super) struct SetWork {
    known: Vec<u32>,
}

impl Sets {
    pub(super) fn new(bound: SetBound, texts: &Texts, context: &Context) -> Result<Self> {
        let hashes = context.map(texts.len(), |text| bound.hashes(texts.text(text as u32), context))?;
        let mut frequencies: HashMap<u64, u32> = HashMap::new();
        for (text, hashes) in hashes.iter().enumerate() {
            if text.is_multiple_of(1024) {
                context.check()?;
            }
            hashes.iter().for_each(|hash| *frequencies.entry(*hash).or_default() += 1);
        }
        let mut order: Vec<(u32, u64)> = frequencies.iter().map(|(hash, count)| (*count, *hash)).collect();
        context.check()?;
        order.sort_unstable();
        let ranks: HashMap<u64, u32> =
            order.into_iter().enumerate().map(|(rank, (_, hash))| (hash, rank as u32)).collect();
        let (mut starts, mut tokens, mut without) = (vec![0], Vec::new(), Vec::new());
        let (mut for_larger, mut for_smaller) = (Vec::new(), Vec::new());
        for (text, hashes) in hashes.iter().enumerate() {
            if text.is_multiple_of(1024) {
                context.check()?;
            }
            let first = tokens.len();
            tokens.extend(hashes.iter().filter_map(|hash| ranks.get(hash)));
            let own = &mut tokens[first..];
            own.sort_unstable();
            starts.push(first + own.len());
            let (text, size) = (text as u32, own.len() as u32);
            if size == 0 {
                without.push(text);
                continue;
            }
            let (with_smaller, with_larger) = bound.prefixes(own.len());
            let entry = |(place, rank): (usize, &u32)| Entry { rank: *rank, size, text, place: place as u32 };
            for_smaller.extend(own.iter().take(with_smaller).enumerate().map(entry));
            for_larger.extend(own.iter().take(with_larger).enumerate().map(entry));
        }
        context.check()?;
        // A query that is smaller is one that the indexed text is larger than, and the other way round.
        let for_larger = Lists::new(for_larger, ranks.len());
        context.check()?;
        let for_smaller = Lists::new(for_smaller, ranks.len());
        Ok(Self { bound, starts, tokens, for_larger, for_smaller, without, ranks })
    }

    fn tokens(&self, text: u32) -> &[u32] {
        &self.tokens[self.starts[text as usize]..self.starts[text as usize + 1]]
    }

    /// Add candidates for a query among the texts from `first` on, each once.
    pub(super) fn candidates(
        &self,
        query: &[u32],
        first: u32,
        work: &mut SetWork,
        found: &mut Vec<u32>,
        context: &Context,
    ) -> Result<()> {
        let hashes = self.bound.hashes(query, context)?;
        let size = hashes.len();
        if size == 0 {
            found.extend(self.without.iter().filter(|text| **text >= first));
            return Ok(());
        }
        work.known.clear();
        work.known.extend(hashes.iter().filter_map(|hash| self.ranks.get(hash)));
        work.known.sort_unstable();
        // Grams that no indexed text has are the rarest.
        let unknown = size - work.known.len();
        let (with_smaller, with_larger) = self.bound.prefixes(size);
        let (smallest, largest) = (self.bound.smallest(size), self.bound.largest(size));
        let lists =
            [(&self.for_larger, with_smaller, smallest, size), (&self.for_smaller, with_larger, size + 1, largest)];
        for (lists, prefix, least, most) in lists {
            for (place, rank) in (unknown..prefix).zip(&work.known) {
                for entry in lists.of(*rank, least, most) {
                    let left = (size - place).min((entry.size - entry.place) as usize);
                    if entry.text >= first && left >= self.bound.shared(size, entry.size as usize) {
                        found.push(entry.text);
                    }
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        context.check()?;
        found.retain(|text| {
            let own = self.tokens(*text);
            overlap_reaches(&work.known, own, self.bound.shared(size, own.len()))
        });
        Ok(())
    }
}

/// Whether ascending lists have so many in common.
fn overlap_reaches(a: &[u32], b: &[u32], wanted: usize) -> bool {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        if shared + (a.len() - i).min(b.len() - j) < wanted {
            return false;
        }
        let (x, y) = (a[i], b[j]);
        shared += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    shared >= wanted
}
