//! Pairs with a high token set ratio share a word, or their sorted words are near by insertions and deletions.
use std::collections::HashMap;

use super::limits::{Bound, Limits};
use super::segments::{Parts, Segments};
use super::texts::{Texts, mixed, signature};
use crate::Context;
use crate::error::Result;
use crate::matching::strings::ratio::of_distance;
use crate::matching::strings::words::distinct_words;

/// Texts by their words.
#[derive(Debug)]
pub(super) struct SharedWords {
    bound: Bound,
    cutoff: f64,
    /// Each word's texts; two words may have one hash, which gives more candidates.
    lists: HashMap<u64, Vec<u32>>,
    /// Of each text, its different words sorted with one space between them: how long, and the signature.
    shapes: Vec<(usize, u64)>,
    /// These, indexed for texts that share no word; their rows are the texts.
    joined: Texts,
    segments: Segments,
}

/// What one thread keeps while it searches.
#[derive(Debug, Default)]
pub(super) struct WordWork {
    parts: Parts,
    found: Vec<u32>,
    /// Texts with the length of a word they share and its space.
    shared: Vec<(u32, u32)>,
}

fn joined(words: &[&[u32]]) -> Vec<u32> {
    words.join(&u32::from(' '))
}

fn hash(word: &[u32]) -> u64 {
    word.iter().fold(0, |hash, code| mixed(hash ^ (u64::from(*code) + 1)))
}

impl SharedWords {
    /// The index; `None` where too many texts would be gone through one by one.
    pub(super) fn new(cutoff: f64, texts: &Texts, most_one_by_one: f64, context: &Context) -> Result<Option<Self>> {
        let bound = Bound::Both { cutoff };
        let all = context.map(texts.len(), |text| {
            let words = distinct_words(texts.text(text as u32), context)?;
            Ok((words.iter().map(|word| hash(word)).collect::<Vec<u64>>(), joined(&words)))
        })?;
        let mut lists: HashMap<u64, Vec<u32>> = HashMap::new();
        let (mut shapes, mut whole) = (Vec::with_capacity(all.len()), Vec::with_capacity(all.len()));
        for (text, (words, joined)) in all.into_iter().enumerate() {
            if text.is_multiple_of(1024) {
                context.check()?;
            }
            words.into_iter().for_each(|word| lists.entry(word).or_default().push(text as u32));
            shapes.push((joined.len(), signature(&joined)));
            whole.push(joined);
        }
        let joined = Texts::new(&whole);
        if Segments::share_one_by_one(bound, &joined) > most_one_by_one {
            return Ok(None);
        }
        context.check()?;
        let segments = Segments::new(bound, &joined);
        Ok(Some(Self { bound, cutoff, lists, shapes, joined, segments }))
    }

    /// Add candidates for a query among the texts from `first` on, each once.
    pub(super) fn candidates(
        &self,
        query: &[u32],
        first: u32,
        work: &mut WordWork,
        found: &mut Vec<u32>,
        context: &Context,
    ) -> Result<()> {
        let words = distinct_words(query, context)?;
        if words.is_empty() {
            return Ok(());
        }
        let joined = joined(&words);
        let own = signature(&joined);
        let WordWork { parts, found: near, shared } = work;
        near.clear();
        self.segments.candidates(&joined, own, &self.joined, 0, parts, near);
        found.extend(near.iter().flat_map(|text| self.joined.rows(*text)).filter(|text| **text >= first));
        shared.clear();
        for word in &words {
            let Some(list) = self.lists.get(&hash(word)) else { continue };
            let from = list.partition_point(|text| *text < first);
            shared.extend(list[from..].iter().map(|text| (*text, word.len() as u32 + 1)));
        }
        context.check()?;
        shared.sort_unstable();
        for run in shared.chunk_by(|a, b| a.0 == b.0) {
            let text = run[0].0;
            let both: usize = run.iter().map(|(_, length)| *length as usize).sum();
            if self.may_reach((joined.len(), own), self.shapes[text as usize], both) {
                found.push(text);
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(())
    }

    /// Whether texts that share words of so many symbols, a space behind each, may reach the cut-off.
    fn may_reach(&self, a: (usize, u64), b: (usize, u64), both: usize) -> bool {
        // All words of one are in the other.
        if both > a.0.min(b.0) {
            return true;
        }
        // The words of both against those with the rest of one.
        let alone = |whole: usize| of_distance(whole + 1 - both, both - 1 + whole) >= self.cutoff;
        if alone(a.0) || alone(b.0) {
            return true;
        }
        let Some(Limits { left_alone, right_alone, .. }) = self.bound.limits(a.0, b.0) else { return false };
        (a.1 & !b.1).count_ones() as usize <= left_alone && (b.1 & !a.1).count_ones() as usize <= right_alone
    }
}
