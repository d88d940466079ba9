//! Rounded rows as words, and as bytes where those are finer than they need to be.
//!
//! Four products of bytes cost as much as two of words, so that wide rows are held against each other as bytes first, a byte being
//! a word in a larger unit. By how much a byte row differs from its word row is measured, as is how words differ from the row
//! itself; pairs that bytes cannot tell apart from near ones are held against each other as words, one by one.
use std::ops::Range;

use super::panels::{BLOCK, FEW, NOWHERE, Panels};
use super::products::{Against, ByteLanes, Few, Held, LANES, Pair, Quad, WordLanes};
use crate::Context;
use crate::error::Result;
use crate::math::simd::{Kernels, adds_products, dispatch};

/// From so many columns on bytes are held first, and up to so many their sums are whole numbers of 31 bits.
const FEWEST_BYTES: usize = 64;
const MOST_BYTES: usize = 1 << 14;
/// Groups of a few rows that are tried, and which of their neighbours is a usual one.
const TRIED: usize = 8;
const USUAL: usize = 8;
/// How much more pairs are looked at than with the limits that are known in the end.
const LOOKED_AT: f64 = 2.5;
/// The largest byte.
const LARGEST: f64 = 127.0;

/// What rows are held with: all that pays, but for tests.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Means {
    pub(super) kernels: Kernels,
    /// Whether bytes are held first; by default where that promises to be faster.
    pub(super) bytes: Option<bool>,
}

/// Rows as words.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pairs: usize,
    /// `[row][pair of columns]`.
    rows: Vec<Pair>,
    /// Half their squared lengths, rounded up.
    lengths: Vec<i32>,
}

/// Rows as bytes.
#[derive(Clone, Debug)]
pub(super) struct Bytes {
    quads: usize,
    /// How many units of words one of bytes is.
    unit: f64,
    /// How far at most a row of bytes is from its words, in units of bytes.
    blur: f64,
    /// `[row][four columns]`, 128 more than they are.
    rows: Vec<Quad>,
    lengths: Vec<i32>,
}

/// Rows that can be held against blocks.
#[derive(Clone, Debug)]
pub(super) struct Rounded {
    pub(super) words: Words,
    /// Where blocks are of bytes.
    bytes: Option<Bytes>,
}

/// Blocks of rows: `[block][columns][half of the block]`, and what sums of products begin with.
#[derive(Clone, Debug)]
pub(super) enum Blocks {
    Words(Vec<[WordLanes; 2]>, Vec<i32>),
    Bytes(Vec<[ByteLanes; 2]>, Vec<i32>),
}

/// Limits in words as limits in bytes, which are wrong by `blur` together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coarse {
    unit: f64,
    blur: f64,
}

impl Coarse {
    /// The limit up to which halves of squared distances of bytes may belong to such of words.
    pub(super) fn limit(self, words: i32) -> i32 {
        let most = Panels::distance(words) / self.unit + self.blur;
        (0.5 * most * most * (1.0 + 1e-9) + 1.0) as i32
    }

    /// The greatest distance of words that have such a half.
    pub(super) fn distance(self, bytes: i32) -> f64 {
        (Panels::distance(bytes) + self.blur) * self.unit * (1.0 + 1e-9)
    }
}

dispatch! {
    /// Round a row to units; its squared length, and the squared distance to what it was.
    fn round, portable round_portable(row: &[f64], mean: &[f64], scale: f64, to: &mut [i16]) -> (i32, f64) {
        // Adding and taking away this rounds to whole numbers.
        const SHIFT: f64 = 6_755_399_441_055_744.0;
        let (mut squares, mut rests) = ([0; 8], [0.0; 8]);
        let ((row, row_rest), (mean, mean_rest)) = (row.as_chunks::<8>(), mean.as_chunks::<8>());
        let (to, to_rest) = to.as_chunks_mut::<8>();
        for ((row, mean), to) in row.iter().zip(mean).zip(to) {
            for lane in 0..8 {
                let exact = (row[lane] - mean[lane]) * scale;
                let whole = (exact + SHIFT) - SHIFT;
                rests[lane] += (exact - whole) * (exact - whole);
                let word = whole as i32;
                to[lane] = word as i16;
                squares[lane] += word * word;
            }
        }
        let (mut square, mut rest) = (squares.iter().sum::<i32>(), rests.iter().sum::<f64>());
        for ((value, mean), to) in row_rest.iter().zip(mean_rest).zip(to_rest) {
            let exact = (value - mean) * scale;
            let whole = (exact + SHIFT) - SHIFT;
            rest += (exact - whole) * (exact - whole);
            *to = whole as i16;
            square += i32::from(*to) * i32::from(*to);
        }
        (square, rest)
    }
}

dispatch! {
    /// The product of two rows.
    fn product, portable product_portable(left: &[Pair], right: &[Pair]) -> i32 {
        let mut sums = [0; LANES];
        let (left, left_rest) = left.as_flattened().as_chunks::<{ 2 * LANES }>();
        let (right, right_rest) = right.as_flattened().as_chunks::<{ 2 * LANES }>();
        for (left, right) in left.iter().zip(right) {
            let mut products = [0; 2 * LANES];
            for at in 0..2 * LANES {
                products[at] = i32::from(left[at]) * i32::from(right[at]);
            }
            for lane in 0..LANES {
                sums[lane] += products[2 * lane] + products[2 * lane + 1];
            }
        }
        let rest: i32 = left_rest.iter().zip(right_rest).map(|(left, right)| i32::from(*left) * i32::from(*right)).sum();
        rest + sums.iter().sum::<i32>()
    }
}

dispatch! {
    /// Write a row of words as bytes: its squared length, and the squared distance to what it was.
    fn narrow, portable narrow_portable(words: &[i16], scale: f64, to: &mut [u8]) -> (i32, f64) {
        const SHIFT: f64 = 6_755_399_441_055_744.0;
        let (mut square, mut rest) = (0, 0.0);
        for (word, to) in words.iter().zip(to) {
            let exact = f64::from(*word) * scale;
            let whole = (exact + SHIFT) - SHIFT;
            let whole = if whole > LARGEST { LARGEST } else { whole };
            let whole = if whole < -LARGEST { -LARGEST } else { whole };
            rest += (exact - whole) * (exact - whole);
            let byte = whole as i32;
            *to = (byte + 128) as u8;
            square += byte * byte;
        }
        (square, rest)
    }
}

/// Half of a squared length, rounded up.
fn halved(square: i32) -> i32 {
    square / 2 + square % 2
}

impl Words {
    pub(super) fn with_room(count: usize, columns: usize) -> Self {
        let pairs = columns.div_ceil(2);
        Self { pairs, rows: vec![[0; 2]; count * pairs], lengths: vec![0; count] }
    }

    /// Round a row to a place; the square of how far it is from what it was.
    pub(super) fn round(&mut self, at: usize, row: &[f64], mean: &[f64], scale: f64) -> f64 {
        let to = self.rows[at * self.pairs..(at + 1) * self.pairs].as_flattened_mut();
        let (square, rest) = round(row, mean, scale, &mut to[..row.len()]);
        self.lengths[at] = halved(square);
        rest
    }

    fn row(&self, at: usize) -> &[Pair] {
        &self.rows[at * self.pairs..(at + 1) * self.pairs]
    }

    fn blocks(&self, context: &Context) -> Result<Blocks> {
        let blocks = self.lengths.len().div_ceil(BLOCK);
        let mut values = vec![[[0; 32]; 2]; blocks * self.pairs];
        let mut starts = vec![-NOWHERE; blocks * BLOCK];
        for at in 0..self.lengths.len() {
            if at % 1024 == 0 {
                context.check()?;
            }
            let lane = at % BLOCK;
            for (values, pair) in values[at / BLOCK * self.pairs..].iter_mut().zip(self.row(at)) {
                let half = &mut values[lane / 16];
                (half[lane % 16 * 2], half[lane % 16 * 2 + 1]) = (pair[0], pair[1]);
            }
            starts[at] = -self.lengths[at];
        }
        Ok(Blocks::Words(values, starts))
    }
}

impl Bytes {
    fn of(words: &Words, unit: f64) -> Self {
        let quads = words.pairs.div_ceil(2);
        let count = words.lengths.len();
        let mut bytes =
            Self { quads, unit, blur: 0.0, rows: vec![[128; 4]; count * quads], lengths: Vec::with_capacity(count) };
        let mut rest = 0.0_f64;
        for at in 0..count {
            let to = bytes.rows[at * quads..(at + 1) * quads].as_flattened_mut();
            let (square, off) = narrow(words.row(at).as_flattened(), 1.0 / unit, to);
            bytes.lengths.push(halved(square));
            rest = rest.max(off);
        }
        bytes.blur = rest.sqrt() * (1.0 + 1e-9) + 1e-6;
        bytes
    }

    fn row(&self, at: usize) -> &[Quad] {
        &self.rows[at * self.quads..(at + 1) * self.quads]
    }

    fn blocks(&self, context: &Context) -> Result<Blocks> {
        let blocks = self.lengths.len().div_ceil(BLOCK);
        let mut values = vec![[[0; 8]; 2]; blocks * self.quads];
        let mut starts = vec![-NOWHERE; blocks * BLOCK];
        for at in 0..self.lengths.len() {
            if at % 1024 == 0 {
                context.check()?;
            }
            let (lane, mut sum) = (at % BLOCK, 0);
            for (values, quad) in values[at / BLOCK * self.quads..].iter_mut().zip(self.row(at)) {
                sum += quad.iter().map(|byte| i32::from(*byte) - 128).sum::<i32>();
                // The highest bit says on which side of 128 a byte is: turned over, it is the sign.
                let four = u64::from(u32::from_le_bytes(*quad) ^ 0x8080_8080);
                values[lane / 16][lane % 16 / 2] |= (four << (lane % 2 * 32)).cast_signed();
            }
            starts[at] = -self.lengths[at] - 128 * sum;
        }
        Ok(Blocks::Bytes(values, starts))
    }
}

impl Rounded {
    /// As bytes too, where that promises to be faster, and in blocks.
    pub(super) fn new(words: Words, means: Means, context: &Context) -> Result<(Self, Blocks)> {
        let columns = 2 * words.pairs;
        let may = columns <= MOST_BYTES
            && means.bytes.unwrap_or(columns >= FEWEST_BYTES && means.kernels == Kernels::Vnni && adds_products());
        if !may {
            return Self::coarse(words, context);
        }
        let most = words.rows.as_flattened().iter().map(|word| word.unsigned_abs()).max().unwrap_or(0);
        let bytes = Bytes::of(&words, (f64::from(most) / LARGEST).max(1.0));
        let blocks = bytes.blocks(context)?;
        let rounded = Self { words, bytes: Some(bytes) };
        if means.bytes.is_none() && !rounded.pays(&blocks, means.kernels, context)? {
            return Self::coarse(rounded.words, context);
        }
        Ok((rounded, blocks))
    }

    /// As words only.
    fn coarse(words: Words, context: &Context) -> Result<(Self, Blocks)> {
        let blocks = words.blocks(context)?;
        Ok((Self { words, bytes: None }, blocks))
    }

    /// Other rows like these.
    pub(super) fn like(&self, words: Words) -> Self {
        let bytes = self.bytes.as_ref().map(|own| Bytes::of(&words, own.unit));
        Self { words, bytes }
    }

    /// How limits are turned into those of bytes, for these rows and others.
    pub(super) fn coarseness(&self, others: &Self) -> Option<Coarse> {
        let (own, others) = (self.bytes.as_ref()?, others.bytes.as_ref()?);
        Some(Coarse { unit: own.unit, blur: own.blur + others.blur })
    }

    /// Whether blocks are of bytes.
    pub(super) fn is_coarse(&self) -> bool {
        self.bytes.is_some()
    }

    /// Whether so few pairs cannot be told apart by bytes that these save more than they cost, estimated from some rows.
    fn pays(&self, blocks: &Blocks, kernels: Kernels, context: &Context) -> Result<bool> {
        let (Some(coarse), count) = (self.coarseness(self), self.words.lengths.len()) else { return Ok(false) };
        let all: Vec<u32> = (0..count.div_ceil(BLOCK) as u32).collect();
        let (mut held, mut near, mut tried) = (Held::default(), 0, 0);
        let step = (count / FEW / TRIED).max(1) * FEW;
        for start in (0..count).step_by(step) {
            context.check()?;
            let own = start..count.min(start + FEW);
            self.hold(own.clone(), &[], blocks, &[], &all, kernels, &mut held);
            for which in 0..own.len() {
                let mut halves: Vec<i32> = held.halves.iter().flat_map(|halves| halves[which]).collect();
                // Itself is the first.
                let usual = USUAL.min(halves.len() - 1);
                let (_, usual, _) = halves.select_nth_unstable(usual);
                let most = coarse.limit(Panels::limit(coarse.distance(*usual) - coarse.blur * coarse.unit, 0.0));
                near += halves.iter().filter(|half| **half <= most).count();
                tried += 1;
            }
        }
        // In cycles: what words would cost more than bytes, and a look at a pair as words.
        let columns = 2.0 * self.words.pairs as f64;
        let saved = 0.5 * count as f64 * columns / 64.0;
        Ok(LOOKED_AT * near as f64 / f64::from(tried.max(1)) * (40.0 + columns / 20.0) < 0.5 * saved)
    }

    /// Half the squared distance of a row from another as words, too large by at most 1, where `held` says how far they are as
    /// they were held.
    #[inline(always)]
    pub(super) fn half(&self, row: usize, others: &Self, other: usize, held: i32) -> i32 {
        if self.bytes.is_none() {
            return held;
        }
        let (own, others) = (&self.words, &others.words);
        own.lengths[row] + others.lengths[other] - product(own.row(row), others.row(other))
    }

    /// Hold some rows, at most four, against blocks: limits are of what blocks are of, one for each row, and of all others.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn hold(
        &self,
        rows: Range<usize>,
        own: &[i32],
        blocks: &Blocks,
        others: &[i32],
        some: &[u32],
        kernels: Kernels,
        held: &mut Held,
    ) {
        let mut limits = [i32::MIN; FEW];
        limits.iter_mut().zip(own).for_each(|(to, limit)| *to = *limit);
        // Those that are missing are the last again.
        let at = |which: usize| (rows.start + which).min(rows.end - 1);
        match (blocks, &self.bytes) {
            (Blocks::Bytes(values, starts), Some(bytes)) => held.bytes(
                &Few {
                    rows: [0, 1, 2, 3].map(|k| bytes.row(at(k))),
                    lengths: [0, 1, 2, 3].map(|k| bytes.lengths[at(k)]),
                    limits,
                },
                some,
                &Against { values, starts, limits: others },
                kernels,
            ),
            (Blocks::Words(values, starts), _) => held.words(
                &Few {
                    rows: [0, 1, 2, 3].map(|k| self.words.row(at(k))),
                    lengths: [0, 1, 2, 3].map(|k| self.words.lengths[at(k)]),
                    limits,
                },
                some,
                &Against { values, starts, limits: others },
                kernels,
            ),
            (Blocks::Bytes(..), None) => debug_assert!(false, "blocks of bytes and rows of none"),
        }
    }
}
