//! Texts that are different, in the order of their lengths, with what filters look at.
use std::collections::HashMap;
use std::ops::Range;

/// Counts of symbols in 64 bits: of 32 classes of symbols, whether there is one and whether there are two.
///
/// A symbol more changes at most one bit, so that bits only one text has are at most the symbols only it has.
pub(super) fn signature(text: &[u32]) -> u64 {
    let (mut one, mut two) = (0_u32, 0_u32);
    for code in text {
        // Letters of the Latin alphabet keep classes of their own.
        let class = 1 << (code & 31);
        two |= one & class;
        one |= class;
    }
    (u64::from(two) << 32) | u64::from(one)
}

/// Mix the bits of a number well.
#[inline]
pub(super) fn mixed(number: u64) -> u64 {
    let z = (number ^ (number >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let z = (z ^ (z >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    z ^ (z >> 32)
}

/// Different texts, numbered in the order of length, then of symbols.
#[derive(Debug)]
pub(super) struct Texts {
    symbols: Vec<u32>,
    starts: Vec<usize>,
    pub(super) signatures: Vec<u64>,
    /// The rows that have a text: `rows[first_row[text]..first_row[text + 1]]`.
    rows: Vec<u32>,
    first_row: Vec<usize>,
    /// The first text of each length.
    of_length: Vec<(usize, u32)>,
}

impl Texts {
    pub(super) fn new(all: &[Vec<u32>]) -> Self {
        let mut order: Vec<u32> = (0..all.len() as u32).collect();
        let key = |row: &u32| (all[*row as usize].len(), all[*row as usize].as_slice(), *row);
        order.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        let mut texts = Self {
            symbols: Vec::new(),
            starts: vec![0],
            signatures: Vec::new(),
            rows: Vec::with_capacity(all.len()),
            first_row: Vec::new(),
            of_length: Vec::new(),
        };
        let mut last: Option<&[u32]> = None;
        for row in order {
            let text = all[row as usize].as_slice();
            if last != Some(text) {
                let number = texts.len() as u32;
                if texts.of_length.last().is_none_or(|(length, _)| *length != text.len()) {
                    texts.of_length.push((text.len(), number));
                }
                texts.first_row.push(texts.rows.len());
                texts.symbols.extend_from_slice(text);
                texts.starts.push(texts.symbols.len());
                texts.signatures.push(signature(text));
                last = Some(text);
            }
            texts.rows.push(row);
        }
        texts.first_row.push(texts.rows.len());
        texts
    }

    pub(super) fn len(&self) -> usize {
        self.signatures.len()
    }

    #[inline]
    pub(super) fn text(&self, number: u32) -> &[u32] {
        &self.symbols[self.starts[number as usize]..self.starts[number as usize + 1]]
    }

    /// The rows that have the text, in order.
    pub(super) fn rows(&self, number: u32) -> &[u32] {
        &self.rows[self.first_row[number as usize]..self.first_row[number as usize + 1]]
    }

    /// The lengths there are, each with its texts.
    pub(super) fn lengths(&self) -> impl Iterator<Item = (usize, Range<u32>)> {
        self.of_length.iter().enumerate().map(|(index, (length, first))| {
            let end = self.of_length.get(index + 1).map_or(self.len() as u32, |(_, next)| *next);
            (*length, *first..end)
        })
    }

    /// How often each symbol occurs.
    pub(super) fn frequencies(&self) -> HashMap<u32, u64> {
        let mut counts = HashMap::new();
        self.symbols.iter().for_each(|code| *counts.entry(*code).or_insert(0) += 1);
        counts
    }
}
