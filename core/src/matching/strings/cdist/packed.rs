//! The right side of a comparison, packed for the kernels: tiles of columns, in each of them blocks of texts of like length.
use super::bounds::{Bag, best_with, survivors};
use super::kernels::{Kernel, LONGEST_JARO, Shared, scores};
use super::lanes::{Block, Lane};
use crate::Context;
use crate::error::Result;
use crate::matching::strings::jaro::PREFIX;
use crate::matching::strings::symbols::Alphabet;
use crate::math::simd::dispatch;

/// Columns in a tile: their scores with some queries, and their tables, stay in the second cache.
pub(super) const TILE: usize = 1024;
/// How many words of 64 symbols a packed text may have.
const WORDS: [usize; 5] = [1, 2, 3, 4, 8];
/// Longest query that goes through the kernels; beyond, texts are compared one by one.
const LONGEST_QUERY: usize = 1 << 14;

/// Texts in lanes, for one kernel.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) kernel: Kernel,
    alphabet: Alphabet,
    longest: usize,
    pruned: bool,
    pub(super) tiles: Vec<Tile>,
}

/// A query as the kernels take it.
#[derive(Debug)]
pub(super) struct PackedQuery {
    numbers: Vec<u32>,
    bag: Bag,
}

/// Neighbouring columns of the result.
#[derive(Debug, Default)]
pub(super) struct Tile {
    pub(super) first: usize,
    bytes: Vec<Block<u8, 128>>,
    shorts: Vec<Block<u16, 64>>,
    halves: Vec<Block<u32, 32>>,
    words: Vec<Block<u64, 32>>,
    several: Vec<Block<u64, 16>>,
    /// Columns of texts too long to be packed, counted from the first of the tile.
    pub(super) others: Vec<u32>,
}

/// What one thread keeps while it works.
#[derive(Debug)]
pub(super) struct Work {
    /// The row of each number of the alphabet in the block at hand; 0 without, and for the number after the last.
    row_of: Vec<u16>,
    rows: Vec<u16>,
    bytes: Shared<u8, 128>,
    shorts: Shared<u16, 64>,
    halves: Shared<u32, 32>,
    words: Shared<u64, 32>,
    several: Shared<u64, 16>,
}

impl Packed {
    /// `pruned` tells whether there will be a cut-off.
    pub(super) fn new(kernel: Kernel, texts: &[Vec<u32>], pruned: bool, context: &Context) -> Result<Self> {
        let longest = if matches!(kernel, Kernel::Jaro { .. }) { 256 } else { 512 };
        let mut alphabet = Alphabet::new();
        let numbered: Vec<Vec<u32>> =
            texts
                .iter()
                .map(|text| {
                    if text.len() > longest { vec![] } else { text.iter().map(|&code| alphabet.learn(code)).collect() }
                })
                .collect();
        let tiles = context.map(texts.len().div_ceil(TILE), |index| {
            let range = index * TILE..texts.len().min((index + 1) * TILE);
            Ok(Tile::new(range.start, &texts[range.clone()], &numbered[range], longest, pruned))
        })?;
        Ok(Self { kernel, alphabet, longest, pruned, tiles })
    }

    pub(super) fn work(&self) -> Work {
        Work {
            row_of: vec![0; self.alphabet.len() + 1],
            rows: Vec::new(),
            bytes: Vec::new(),
            shorts: Vec::new(),
            halves: Vec::new(),
            words: Vec::new(),
            several: Vec::new(),
        }
    }

    /// A query for the kernels: its symbols as numbers, one more than the last for those that no text has.
    pub(super) fn prepared(&self, query: &[u32]) -> PackedQuery {
        let last = self.alphabet.len() as u32;
        let numbers: Vec<u32> = query.iter().map(|&code| self.alphabet.number(code).min(last)).collect();
        PackedQuery { bag: Bag::new(&numbers, if self.pruned { self.longest } else { 0 }), numbers }
    }

    /// Whether a query of this length goes through the kernels.
    pub(super) fn takes(&self, length: usize) -> bool {
        length <= if matches!(self.kernel, Kernel::Jaro { .. }) { LONGEST_JARO } else { LONGEST_QUERY }
    }
}

impl Tile {
    fn new(first: usize, texts: &[Vec<u32>], numbered: &[Vec<u32>], longest: usize, bags: bool) -> Self {
        let mut tile = Self { first, ..Self::default() };
        let mut order: Vec<u32> = (0..texts.len() as u32).collect();
        order.sort_by_key(|column| texts[*column as usize].len());
        let packed = order.partition_point(|column| texts[*column as usize].len() <= longest);
        tile.others = order[packed..].to_vec();
        let mut rest: Vec<(u32, &[u32])> =
            order[..packed].iter().map(|column| (*column, numbered[*column as usize].as_slice())).collect();
        tile.bytes = blocks(&mut rest, 1, false, bags);
        tile.shorts = blocks(&mut rest, 1, false, bags);
        tile.halves = blocks(&mut rest, 1, false, bags);
        tile.words = blocks(&mut rest, 1, false, bags);
        for words in WORDS {
            tile.several.extend(blocks(&mut rest, words, true, bags));
        }
        tile
    }
}

/// Take the shortest texts off the front that fit into lanes of this width. Half a block that is not needed stays for wider
/// lanes.
fn blocks<T: Lane, const N: usize>(
    rest: &mut Vec<(u32, &[u32])>,
    words: usize,
    all: bool,
    bags: bool,
) -> Vec<Block<T, N>> {
    let fitting = rest.partition_point(|(_, text)| text.len() <= words * T::BITS);
    let left_over = fitting % N;
    let taken = if all || 2 * left_over > N { fitting } else { fitting - left_over };
    let blocks = rest[..taken].chunks(N).map(|texts| Block::new(texts, words, bags)).collect();
    rest.drain(..taken);
    blocks
}

/// Where scores go: rows of a matrix, from the first column of a tile on.
pub(super) struct Target<'m> {
    pub(super) rows: &'m mut [f64],
    pub(super) columns: usize,
    pub(super) cutoff: f64,
    /// Pairs of blocks in which few can reach the cut-off, to be compared one by one.
    pub(super) few: Vec<Few>,
    pub(super) pays: Pays,
}

/// Whether blocks are left out often enough for looking to pay; where they are not, one in some is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pays {
    looked: u32,
    left_out: u32,
    waits: u32,
}

impl Pays {
    pub(super) fn new() -> Self {
        Self { looked: 0, left_out: 0, waits: 0 }
    }

    /// Looking takes about a tenth of the kernels' time.
    const LEAST: u32 = 8;

    #[inline(always)]
    fn tries(&mut self) -> bool {
        if self.looked < 64 || self.left_out * Self::LEAST >= self.looked || self.waits == 0 {
            self.waits = 15;
            return true;
        }
        self.waits -= 1;
        false
    }

    #[inline(always)]
    fn learn(&mut self, left_out: bool) {
        self.looked += 1;
        self.left_out += u32::from(left_out);
        if self.looked == 4096 {
            (self.looked, self.left_out) = (self.looked / 2, self.left_out / 2);
        }
    }
}

/// A pair that is left for later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Few {
    /// The query's place among the queries.
    pub(super) query: u32,
    /// The column, counted from the first of the tile.
    pub(super) column: u32,
    /// At least so many symbols of the query have no equal one in the text.
    pub(super) alone: u8,
}

/// Longest texts that are compared one by one about as fast as in lanes.
const LONGEST_ALONE: usize = 64;

/// Texts of a block for one that is compared alone in the time that the block takes.
#[inline(always)]
fn block_for_one<T: Lane, const N: usize>() -> usize {
    if T::BITS < 64 { N / 8 } else { N / 4 }
}

dispatch! {
    /// The scores of queries with the packed texts of a tile; those below the cut-off are 0 or left as they are.
    pub(super) fn score_tile, portable score_tile_portable(
        kernel: Kernel, tile: &Tile, queries: &[Option<PackedQuery>], work: &mut Work, target: &mut Target<'_>,
        context: &Context,
    ) -> Result<()> {
        let Work { row_of, rows, bytes, shorts, halves, words, several } = work;
        let first = tile.first;
        let mut map = (row_of, rows);
        for block in &tile.bytes {
            score_block::<_, _, false>(kernel, block, first, queries, (&mut map, bytes), target, context)?;
        }
        for block in &tile.shorts {
            score_block::<_, _, false>(kernel, block, first, queries, (&mut map, shorts), target, context)?;
        }
        for block in &tile.halves {
            score_block::<_, _, false>(kernel, block, first, queries, (&mut map, halves), target, context)?;
        }
        for block in &tile.words {
            score_block::<_, _, false>(kernel, block, first, queries, (&mut map, words), target, context)?;
        }
        for block in &tile.several {
            score_block::<_, _, true>(kernel, block, first, queries, (&mut map, several), target, context)?;
        }
        Ok(())
    }
}

type Map<'w> = (&'w mut Vec<u16>, &'w mut Vec<u16>);

#[inline(always)]
fn score_block<T: Lane, const N: usize, const WORDS: bool>(
    kernel: Kernel,
    block: &Block<T, N>,
    first: usize,
    queries: &[Option<PackedQuery>],
    ((row_of, rows), shared): (&mut Map<'_>, &mut Shared<T, N>),
    target: &mut Target<'_>,
    context: &Context,
) -> Result<()> {
    for (row, number) in block.symbols.iter().enumerate() {
        row_of[*number as usize] = row as u16 + 1;
    }
    let mut out = [0.0; N];
    let (mut alone, mut marks) = ([0; N], [0; N]);
    let mut steps = 0;
    for (index, query) in queries.iter().enumerate() {
        let Some(PackedQuery { numbers, bag }) = query else { continue };
        let length = numbers.len();
        let nearest = length.clamp(block.shortest, block.longest);
        if best_with(kernel, (length, nearest), 0, PREFIX) < target.cutoff {
            continue;
        }
        if !block.bags.is_empty() && target.pays.tries() {
            let left = survivors(kernel, block, bag, row_of, target.cutoff, (&mut alone, &mut marks));
            let few = left <= block_for_one::<T, N>() && (left == 0 || length.max(block.longest) <= LONGEST_ALONE);
            target.pays.learn(few);
            steps += 1;
            if few {
                for lane in 0..if left > 0 { block.columns.len() } else { 0 } {
                    if marks[lane] != 0 {
                        target.few.push(Few { query: index as u32, column: block.columns[lane], alone: alone[lane] });
                    }
                }
                continue;
            }
        }
        rows.resize(length, 0);
        for (row, number) in rows.iter_mut().zip(numbers) {
            *row = row_of[*number as usize];
        }
        scores::<T, N, WORDS>(kernel, block, rows, shared, &mut out);
        let row = &mut target.rows[index * target.columns + first..];
        for (column, score) in block.columns.iter().zip(&out) {
            // Without a branch, which at middling cut-offs would be guessed wrong half of the time.
            row[*column as usize] = if *score >= target.cutoff { *score } else { 0.0 };
        }
        steps += (length + 1) * block.words;
        if steps > 1 << 16 {
            context.check()?;
            steps = 0;
        }
    }
    for number in &block.symbols {
        row_of[*number as usize] = 0;
    }
    Ok(())
}
