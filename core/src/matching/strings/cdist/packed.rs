//! The right side of a comparison, packed for the kernels: tiles of columns, in each of them blocks of texts of like length.
use super::kernels::{Kernel, LONGEST_JARO, Scratch, scores};
use super::lanes::{Block, Lane};
use crate::Context;
use crate::error::Result;
use crate::matching::strings::jaro::{PREFIX, boosted, score};
use crate::matching::strings::ratio::of_distance;
use crate::matching::strings::symbols::Alphabet;
use crate::math::simd::dispatch;

/// Columns in a tile: their scores with some queries, and their tables, stay in the second cache.
pub(super) const TILE: usize = 1024;
/// Words of 64 symbols of the longest text that is packed.
const WORDS: usize = 8;
/// Longest query that goes through the kernels; beyond, texts are compared one by one.
const LONGEST_QUERY: usize = 1 << 14;

/// Texts in lanes, for one kernel.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) kernel: Kernel,
    alphabet: Alphabet,
    pub(super) tiles: Vec<Tile>,
}

/// Neighbouring columns of the result.
#[derive(Debug, Default)]
pub(super) struct Tile {
    pub(super) first: usize,
    bytes: Vec<Block<u8, 128>>,
    shorts: Vec<Block<u16, 64>>,
    halves: Vec<Block<u32, 32>>,
    words: Vec<Block<u64, 16>>,
    /// Columns of texts too long to be packed, counted from the first of the tile.
    pub(super) others: Vec<u32>,
}

/// What one thread keeps while it works.
#[derive(Debug)]
pub(super) struct Work {
    /// The row of each number of the alphabet in the block at hand; 0 without, and for the number after the last.
    row_of: Vec<u16>,
    rows: Vec<u16>,
    bytes: Scratch<u8, 128>,
    shorts: Scratch<u16, 64>,
    halves: Scratch<u32, 32>,
    words: Scratch<u64, 16>,
}

impl Packed {
    pub(super) fn new(kernel: Kernel, texts: &[Vec<u32>], context: &Context) -> Result<Self> {
        let longest = if matches!(kernel, Kernel::Jaro { .. }) { 64 } else { 64 * WORDS };
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
            Ok(Tile::new(range.start, &texts[range.clone()], &numbered[range], longest))
        })?;
        Ok(Self { kernel, alphabet, tiles })
    }

    pub(super) fn work(&self) -> Work {
        Work {
            row_of: vec![0; self.alphabet.len() + 1],
            rows: Vec::new(),
            bytes: Scratch::default(),
            shorts: Scratch::default(),
            halves: Scratch::default(),
            words: Scratch::default(),
        }
    }

    /// The symbols of a query as numbers, one more than the last for those that no text has.
    pub(super) fn numbered(&self, query: &[u32]) -> Vec<u32> {
        let last = self.alphabet.len() as u32;
        query.iter().map(|&code| self.alphabet.number(code).min(last)).collect()
    }

    /// Whether a query of this length goes through the kernels.
    pub(super) fn takes(&self, length: usize) -> bool {
        length <= if matches!(self.kernel, Kernel::Jaro { .. }) { LONGEST_JARO } else { LONGEST_QUERY }
    }
}

impl Tile {
    fn new(first: usize, texts: &[Vec<u32>], numbered: &[Vec<u32>], longest: usize) -> Self {
        let mut tile = Self { first, ..Self::default() };
        let mut order: Vec<u32> = (0..texts.len() as u32).collect();
        order.sort_by_key(|column| texts[*column as usize].len());
        let packed = order.partition_point(|column| texts[*column as usize].len() <= longest);
        tile.others = order[packed..].to_vec();
        let mut rest: Vec<(u32, &[u32])> =
            order[..packed].iter().map(|column| (*column, numbered[*column as usize].as_slice())).collect();
        tile.bytes = blocks(&mut rest, 1, false);
        tile.shorts = blocks(&mut rest, 1, false);
        tile.halves = blocks(&mut rest, 1, false);
        for words in 1..=WORDS {
            tile.words.extend(blocks(&mut rest, words, true));
        }
        tile
    }
}

/// Take the shortest texts off the front that fit into lanes of this width. Half a block that is not needed stays for wider
/// lanes.
fn blocks<T: Lane, const N: usize>(rest: &mut Vec<(u32, &[u32])>, words: usize, all: bool) -> Vec<Block<T, N>> {
    let fitting = rest.partition_point(|(_, text)| text.len() <= words * T::BITS);
    let left_over = fitting % N;
    let taken = if all || 2 * left_over > N { fitting } else { fitting - left_over };
    let blocks = rest[..taken].chunks(N).map(|texts| Block::new(texts, words)).collect();
    rest.drain(..taken);
    blocks
}

/// Where scores go: rows of a matrix, from the first column of a tile on.
pub(super) struct Target<'m> {
    pub(super) rows: &'m mut [f64],
    pub(super) columns: usize,
    pub(super) cutoff: f64,
}

dispatch! {
    /// The scores of queries with the packed texts of a tile; those below the cut-off are left as they are.
    pub(super) fn score_tile, portable score_tile_portable(
        kernel: Kernel, tile: &Tile, queries: &[Option<Vec<u32>>], work: &mut Work, target: &mut Target<'_>,
        context: &Context,
    ) -> Result<()> {
        let Work { row_of, rows, bytes, shorts, halves, words } = work;
        let first = tile.first;
        let mut map = (row_of, rows);
        for block in &tile.bytes {
            score_block(kernel, block, first, queries, (&mut map, bytes), target, context)?;
        }
        for block in &tile.shorts {
            score_block(kernel, block, first, queries, (&mut map, shorts), target, context)?;
        }
        for block in &tile.halves {
            score_block(kernel, block, first, queries, (&mut map, halves), target, context)?;
        }
        for block in &tile.words {
            score_block(kernel, block, first, queries, (&mut map, words), target, context)?;
        }
        Ok(())
    }
}

type Map<'w> = (&'w mut Vec<u16>, &'w mut Vec<u16>);

#[inline(always)]
fn score_block<T: Lane, const N: usize>(
    kernel: Kernel,
    block: &Block<T, N>,
    first: usize,
    queries: &[Option<Vec<u32>>],
    ((row_of, rows), scratch): (&mut Map<'_>, &mut Scratch<T, N>),
    target: &mut Target<'_>,
    context: &Context,
) -> Result<()> {
    for (row, number) in block.symbols.iter().enumerate() {
        row_of[*number as usize] = row as u16 + 1;
    }
    let mut out = [0.0; N];
    let mut steps = 0;
    for (index, query) in queries.iter().enumerate() {
        let Some(query) = query else { continue };
        if best(kernel, query.len(), block.shortest, block.longest) < target.cutoff {
            continue;
        }
        rows.clear();
        rows.extend(query.iter().map(|number| row_of[*number as usize]));
        scores(kernel, block, rows, scratch, &mut out);
        let row = &mut target.rows[index * target.columns + first..];
        for (column, score) in block.columns.iter().zip(&out) {
            if *score >= target.cutoff {
                row[*column as usize] = *score;
            }
        }
        steps += (query.len() + 1) * block.words;
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

/// The best score that a text of a length between two can have with a query.
#[inline(always)]
fn best(kernel: Kernel, query: usize, shortest: usize, longest: usize) -> f64 {
    best_of_lengths(kernel, query, query.clamp(shortest, longest))
}

/// The best score of texts of two lengths: all of the shorter one is found in the longer one.
pub(super) fn best_of_lengths(kernel: Kernel, a: usize, b: usize) -> f64 {
    let (shorter, longer) = (a.min(b), a.max(b));
    match kernel {
        Kernel::Levenshtein | Kernel::Osa | Kernel::Subsequence => of_distance(longer - shorter, longer),
        Kernel::Indel => of_distance(longer - shorter, longer + shorter),
        Kernel::Jaro { prefix_weight } => {
            let jaro = score(a, b, shorter, 0);
            boosted(jaro, PREFIX, prefix_weight)
        }
    }
}
