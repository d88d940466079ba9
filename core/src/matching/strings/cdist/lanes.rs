//! Many texts side by side: one bit per symbol, one lane per text.
//!
//! A lane is as wide as the longest of its texts needs: 8, 16, 32 or 64 bits, and several words of 64 beyond. A block holds 128
//! bytes of lanes and, for each symbol in it, a row of lanes telling where each text has the symbol. A query is then worked
//! off symbol by symbol with one row each and no gathering, in loops that the compiler turns into vector instructions.
use std::ops::{BitAnd, BitOr, BitXor, Not};

/// An unsigned number used as a set of positions.
pub(super) trait Lane:
    Copy
    + Eq
    + Ord
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Not<Output = Self>
    + std::fmt::Debug
    + Send
    + Sync
{
    const BITS: usize;
    const ZERO: Self;
    const ONE: Self;
    const ONES: Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn doubled(self) -> Self;
    fn shifted_right(self, by: u32) -> Self;
    fn ones(self) -> u32;
    fn from_u64(value: u64) -> Self;
    fn number(self) -> f64;
}

macro_rules! lanes {
    ($($number:ty),+) => {$(
        impl Lane for $number {
            const BITS: usize = <$number>::BITS as usize;
            const ZERO: Self = 0;
            const ONE: Self = 1;
            const ONES: Self = <$number>::MAX;
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline(always)]
            fn doubled(self) -> Self {
                self << 1
            }
            #[inline(always)]
            fn shifted_right(self, by: u32) -> Self {
                self >> by
            }
            #[inline(always)]
            fn ones(self) -> u32 {
                self.count_ones()
            }
            #[inline(always)]
            fn from_u64(value: u64) -> Self {
                value as $number
            }
            #[inline(always)]
            fn number(self) -> f64 {
                self as f64
            }
        }
    )+};
}
lanes!(u8, u16, u32, u64);

/// Texts side by side, their symbols as numbers of one alphabet.
#[derive(Debug)]
pub(super) struct Block<T, const N: usize> {
    /// Words per text.
    pub(super) words: usize,
    /// The symbols that have a row, in the order of rows; row 0 belongs to all others and is empty.
    pub(super) symbols: Vec<u32>,
    /// `[row][word][lane]`.
    pub(super) table: Vec<[T; N]>,
    /// Where each lane's text stands in the tile; fewer than `N` in the last block.
    pub(super) columns: Vec<u32>,
    /// The length of each lane's text; 1 where there is none.
    pub(super) lengths: [f64; N],
    /// The same as whole numbers.
    pub(super) counts: [u32; N],
    /// The bits within the length: `[word][lane]`.
    pub(super) within: Vec<[T; N]>,
    pub(super) shortest: usize,
    pub(super) longest: usize,
    /// How often each lane's text has the symbol of a row, up to 255: `[row][lane]`. Empty where nothing is pruned.
    pub(super) bags: Vec<[u8; N]>,
    /// Lanes of one length: their length and where they end.
    pub(super) runs: Vec<(usize, usize)>,
}

impl<T: Lane, const N: usize> Block<T, N> {
    /// A block of at most `N` texts of at most `words * BITS` symbols, in the order of their lengths; `bags` tells whether
    /// symbols are counted.
    pub(super) fn new(texts: &[(u32, &[u32])], words: usize, bags: bool) -> Self {
        let mut block = Self {
            words,
            symbols: Vec::new(),
            table: vec![[T::ZERO; N]; words],
            columns: texts.iter().map(|(column, _)| *column).collect(),
            lengths: [1.0; N],
            counts: [1; N],
            within: vec![[T::ZERO; N]; words],
            shortest: texts.iter().map(|(_, text)| text.len()).min().unwrap_or(0),
            longest: texts.iter().map(|(_, text)| text.len()).max().unwrap_or(0),
            bags: Vec::new(),
            runs: Vec::new(),
        };
        let mut numbers: Vec<u32> = texts.iter().flat_map(|(_, text)| text.iter().copied()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        block.table.resize((numbers.len() + 1) * words, [T::ZERO; N]);
        block.bags.resize(if bags { numbers.len() + 1 } else { 0 }, [0; N]);
        for (lane, (_, text)) in texts.iter().enumerate() {
            block.lengths[lane] = text.len() as f64;
            block.counts[lane] = text.len() as u32;
            match block.runs.last_mut() {
                Some((length, end)) if *length == text.len() => *end = lane + 1,
                _ => block.runs.push((text.len(), lane + 1)),
            }
            for (position, number) in text.iter().enumerate() {
                let (word, bit) = (position / T::BITS, T::from_u64(1 << (position % T::BITS)));
                if let Ok(row) = numbers.binary_search(number) {
                    let place = &mut block.table[(row + 1) * words + word][lane];
                    *place = *place | bit;
                    if let Some(counts) = block.bags.get_mut(row + 1) {
                        counts[lane] = counts[lane].saturating_add(1);
                    }
                }
                let place = &mut block.within[word][lane];
                *place = *place | bit;
            }
        }
        block.symbols = numbers;
        block
    }

    /// The rows of a symbol: one for each of the `W` words.
    #[inline(always)]
    pub(super) fn rows<const W: usize>(&self, row: u16) -> Option<&[[T; N]; W]> {
        let start = row as usize * W;
        self.table.get(start..)?.first_chunk()
    }
}
