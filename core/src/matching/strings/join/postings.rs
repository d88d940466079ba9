//! Texts by keys of 64 bits, each with its signature beside it.
use std::ops::Range;

use super::limits::Limits;
use super::texts::Texts;
use crate::math::simd::dispatch;

/// Which texts have a key. Two keys may fall together, which gives more candidates, never fewer.
#[derive(Debug)]
pub(super) struct Postings {
    /// Open addressing: key, start and end in the lists; an empty slot has an empty range.
    slots: Vec<(u64, u32, u32)>,
    texts: Vec<u32>,
    signatures: Vec<u64>,
}

impl Postings {
    pub(super) fn new(mut entries: Vec<(u64, u32)>, all: &Texts) -> Self {
        entries.sort_unstable();
        entries.dedup();
        let keys = entries.chunk_by(|a, b| a.0 == b.0).count();
        let mut slots = vec![(0, 0, 0); (keys * 2).next_power_of_two().max(2)];
        let mut start = 0;
        for list in entries.chunk_by(|a, b| a.0 == b.0) {
            let key = list[0].0;
            let mut slot = key as usize & (slots.len() - 1);
            while slots[slot].1 != slots[slot].2 {
                slot = (slot + 1) & (slots.len() - 1);
            }
            slots[slot] = (key, start, start + list.len() as u32);
            start += list.len() as u32;
        }
        let texts: Vec<u32> = entries.into_iter().map(|(_, text)| text).collect();
        let signatures = texts.iter().map(|text| all.signatures[*text as usize]).collect();
        Self { slots, texts, signatures }
    }

    /// Add the texts from `first` on that have the key and whose signature is within the limits of the query's.
    #[inline]
    pub(super) fn candidates(&self, key: u64, signature: u64, limits: Limits, first: u32, found: &mut Vec<u32>) {
        let (texts, signatures) = self.lists(self.range(key));
        if !texts.is_empty() {
            within(texts, signatures, signature, limits, first, found);
        }
    }

    /// Where the texts that have the key stand in the lists.
    #[inline]
    pub(super) fn range(&self, key: u64) -> Range<usize> {
        let mut slot = key as usize & (self.slots.len() - 1);
        loop {
            let (other, start, end) = self.slots[slot];
            if other == key || start == end {
                return start as usize..end as usize;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// Texts in ascending order, each with its signature.
    #[inline]
    pub(super) fn lists(&self, range: Range<usize>) -> (&[u32], &[u64]) {
        (&self.texts[range.clone()], &self.signatures[range])
    }
}

dispatch! {
    /// Add the texts from `first` on whose signature is within the limits of the query's.
    pub(super) fn within, portable within_portable(
        texts: &[u32], signatures: &[u64], signature: u64, limits: Limits, first: u32, found: &mut Vec<u32>,
    ) -> () {
        let left = u32::try_from(limits.left_alone).unwrap_or(u32::MAX);
        let right = u32::try_from(limits.right_alone).unwrap_or(u32::MAX);
        let mut end = found.len();
        found.resize(end + texts.len(), 0);
        // Every text is written, and stays if the next is written behind it: no branch to guess wrong.
        for (text, other) in texts.iter().zip(signatures) {
            let fits = (signature & !other).count_ones() <= left && (other & !signature).count_ones() <= right;
            found[end] = *text;
            end += usize::from(fits & (*text >= first));
        }
        found.truncate(end);
    }
}
