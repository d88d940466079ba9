//! Distances of texts beyond 64 symbols: the table is worked off in strips of rows, each strip column by column.
//!
//! A strip hands the differences along its last row to the next one, one byte per column, so memory is a few bytes per
//! symbol however long the texts. With a bound `k` on the distance only columns within `k` of the diagonal are touched; the
//! cells outside are taken as reached by insertions or deletions alone, which some alignment does, so that the answer is
//! right if it is at most `k` and above `k` otherwise. Without a bound `k` starts small and is doubled (Ukkonen 1985).
use crate::matching::strings::symbols::{Alphabet, CELLS_BETWEEN_CHECKS, Symbol, Watch, numbers};

/// Words of 64 rows in a strip: its state and the rows of a small alphabet stay in the first cache.
const WORDS: usize = 8;
const ROWS: usize = 64 * WORDS;

/// One strip of a text: for each symbol in it, where it stands.
pub(super) struct Strip {
    /// The row of `table` of each number of the alphabet; 0 is empty.
    row_of: Vec<u32>,
    table: Vec<[u64; WORDS]>,
    used: Vec<u32>,
}

impl Strip {
    pub(super) fn new(alphabet: usize) -> Self {
        Self { row_of: vec![0; alphabet], table: vec![[0; WORDS]], used: Vec::new() }
    }

    /// Forget the strip before and take these symbols, at most [`ROWS`].
    pub(super) fn load(&mut self, symbols: &[u32]) {
        for number in self.used.drain(..) {
            self.row_of[number as usize] = 0;
        }
        self.table.truncate(1);
        for (position, &number) in symbols.iter().enumerate() {
            let row = &mut self.row_of[number as usize];
            if *row == 0 {
                *row = self.table.len() as u32;
                self.table.push([0; WORDS]);
                self.used.push(number);
            }
            self.table[*row as usize][position / 64] |= 1 << (position % 64);
        }
    }

    #[inline(always)]
    pub(super) fn row(&self, number: u32) -> &[u64; WORDS] {
        let row = self.row_of.get(number as usize).map_or(0, |row| *row as usize);
        &self.table[row]
    }
}

/// Both texts as numbers of the alphabet of the first.
pub(super) struct Numbered {
    pub(super) a: Vec<u32>,
    pub(super) b: Vec<u32>,
    pub(super) alphabet: usize,
}

impl Numbered {
    pub(super) fn new<S: Symbol, W: Watch>(a: &[S], b: &[S], watch: &W) -> Result<Self, W::Stop> {
        let mut alphabet = Alphabet::new();
        let a = numbers(a, watch, |symbol| alphabet.learn(symbol))?;
        let b = numbers(b, watch, |symbol| alphabet.number(symbol))?;
        Ok(Self { a, b, alphabet: alphabet.len() })
    }

    /// Every strip of `a` with its first row, and the columns of `b` within `bound` of the diagonal.
    pub(super) fn strips(&self, bound: usize) -> impl Iterator<Item = (&[u32], std::ops::Range<usize>)> {
        self.a.chunks(ROWS).enumerate().map(move |(index, rows)| {
            let first = index * ROWS;
            let last = first + rows.len();
            (rows, first.saturating_sub(bound)..last.saturating_add(bound).min(self.b.len()))
        })
    }
}

/// Find a distance by trying bounds, each twice the one before, until one holds.
pub(super) fn widening<E>(
    least: usize,
    most: usize,
    mut within: impl FnMut(usize) -> Result<usize, E>,
) -> Result<usize, E> {
    let mut bound = least.max(ROWS).min(most);
    loop {
        let distance = within(bound)?;
        if distance <= bound || bound >= most {
            return Ok(distance);
        }
        bound = bound.saturating_mul(2).min(most);
    }
}

/// What a strip tells the next about a column.
const RISES: u8 = 1;
const FALLS: u8 = 2;
const SWAPPED: u8 = 4;

/// The distance of two texts, or any number above `most` if it is above `most`; transpositions count once if `SWAPS`.
pub(super) fn by_strips<S: Symbol, W: Watch, const SWAPS: bool>(
    a: &[S],
    b: &[S],
    most: usize,
    watch: &W,
) -> Result<usize, W::Stop> {
    let texts = Numbered::new(a, b, watch)?;
    let longest = a.len().max(b.len());
    widening(a.len().abs_diff(b.len()), most.min(longest), |bound| banded::<W, SWAPS>(&texts, bound, watch))
}

fn banded<W: Watch, const SWAPS: bool>(texts: &Numbered, bound: usize, watch: &W) -> Result<usize, W::Stop> {
    let mut strip = Strip::new(texts.alphabet);
    // Along row 0 every column costs one more; so it does where a strip was not worked off.
    let mut edge = vec![RISES; texts.b.len()];
    // The cost at the upper left corner of the strip, in row `first` and column `start`.
    let (mut corner, mut start_before) = (0, 0);
    let mut unchecked = 0;
    let mut cost = texts.b.len();
    for (rows, columns) in texts.strips(bound) {
        strip.load(rows);
        for &step in &edge[start_before..columns.start] {
            corner = corner + usize::from(step & RISES) - usize::from((step & FALLS) >> 1);
        }
        start_before = columns.start;
        cost = corner + rows.len();
        let mut column = Column::<SWAPS>::new(rows.len());
        for (place, &symbol) in edge[columns.clone()].iter_mut().zip(&texts.b[columns.clone()]) {
            *place = column.step(strip.row(symbol), *place);
            cost = cost + usize::from(*place & RISES) - usize::from((*place & FALLS) >> 1);
            unchecked += WORDS;
            if unchecked >= CELLS_BETWEEN_CHECKS {
                watch.check()?;
                unchecked = 0;
            }
        }
        // What lies right of the band is reached by insertions.
        edge[columns.end..].fill(RISES);
        cost += texts.b.len() - columns.end;
        corner += rows.len();
    }
    Ok(cost)
}

/// A column of a strip: in which rows the cost rises and falls from the row above.
struct Column<const SWAPS: bool> {
    rises: [u64; WORDS],
    falls: [u64; WORDS],
    diagonal: [u64; WORDS],
    previous: [u64; WORDS],
    words: usize,
    /// The bit of the last row in the last word.
    last: u32,
}

impl<const SWAPS: bool> Column<SWAPS> {
    fn new(rows: usize) -> Self {
        Self {
            rises: [u64::MAX; WORDS],
            falls: [0; WORDS],
            diagonal: [u64::MAX; WORDS],
            previous: [0; WORDS],
            words: rows.div_ceil(64),
            last: (rows as u32 - 1) % 64,
        }
    }

    /// Go on by one column, whose symbol stands in the rows `equal`; takes and gives what happens above and below.
    #[inline(always)]
    fn step(&mut self, equal: &[u64; WORDS], above: u8) -> u8 {
        let mut rise = u64::from(above & RISES != 0);
        let mut fall = u64::from(above & FALLS != 0);
        let mut swap = u64::from(above & SWAPPED != 0);
        let mut below = 0;
        for (word, &equal) in equal.iter().enumerate().take(self.words) {
            let (up, down) = (self.rises[word], self.falls[word]);
            let mut swapped = 0;
            if SWAPS {
                let candidates = !self.diagonal[word] & equal;
                swapped = ((candidates << 1) | swap) & self.previous[word];
                swap = candidates >> 63;
                self.previous[word] = equal;
            }
            let start = equal | fall;
            let diagonal = ((start & up).wrapping_add(up) ^ up) | start | down | swapped;
            let right = down | !(diagonal | up);
            let left = diagonal & up;
            if word + 1 == self.words {
                let tells_swap = if SWAPS { ((!self.diagonal[word] & equal) >> self.last) & 1 } else { 0 };
                let bit = |differences: u64| ((differences >> self.last) & 1) as u8;
                below = (bit(right) * RISES) | (bit(left) * FALLS) | (tells_swap as u8 * SWAPPED);
            }
            let right_in = (right << 1) | rise;
            let left_in = (left << 1) | fall;
            (rise, fall) = (right >> 63, left >> 63);
            self.rises[word] = left_in | !(diagonal | right_in);
            self.falls[word] = right_in & diagonal;
            self.diagonal[word] = diagonal;
        }
        below
    }
}
