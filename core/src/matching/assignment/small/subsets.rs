//! Matrices of up to 9 columns, eight at a time, a matrix in every lane of the registers.
//!
//! The least total of the first rows is found for every set of as many columns: that of a set is the least, over its columns,
//! of the total of the set without the column plus the cost of the next row there (Held, Karp, *A dynamic programming approach
//! to sequencing problems*, 1962). `columns * 2^(columns - 1)` sums, the same for all matrices, so that nothing is guessed and
//! no costs are worse than others: below a dozen columns that is less than searches take where costs are often equal or bids lead
//! nowhere, and below half a dozen less than bids. No prices come of it.
use crate::matching::assignment::problem::LARGEST;
use crate::matching::assignment::small::lanes;
use crate::matching::assignment::small::tiny::Shape;

use crate::math::simd::dispatch;

/// How many matrices are worked on at once.
const LANES: usize = 8;
/// Columns whose sets are held in registers.
const LOW: usize = 3;
/// All sets of those.
const LOW_SETS: usize = 1 << LOW;
/// Room for columns, so that places are found by their bits.
const SIDE: usize = 16;
/// The most columns, and how many are few.
pub(in super::super) const WIDEST: usize = 9;
const FEW: usize = 4;

/// A number for every lane.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Lanes([f64; LANES]);

/// Costs by row and column, and the least totals by set of columns.
#[derive(Debug)]
pub(in super::super) struct Desk {
    costs: Box<[[Lanes; SIDE]; SIDE]>,
    totals: Vec<[Lanes; LOW_SETS]>,
}

impl Desk {
    pub(in super::super) fn new(shape: Shape) -> Self {
        Self {
            costs: Box::new([[Lanes([0.0; LANES]); SIDE]; SIDE]),
            totals: vec![[Lanes([0.0; LANES]); LOW_SETS]; 1 << shape.columns.clamp(LOW, WIDEST).saturating_sub(LOW)],
        }
    }
}

/// Whether problems of a shape are solved sooner by sets than by bids and searches, as far as is known before: where columns
/// are few or costs often equal.
pub(in super::super) fn suits(shape: Shape, costs: &[f64]) -> bool {
    fits(shape) && (shape.columns <= FEW || lanes::often_equal(costs))
}

/// Whether a shape is not too large, with nearly all columns taken.
pub(in super::super) fn fits(shape: Shape) -> bool {
    let Shape { rows, columns, .. } = shape;
    rows > 0 && columns <= WIDEST && (columns <= FEW || rows + 2 >= columns)
}

dispatch! {
    /// Solve problems of one shape, one after the other in `costs`; the column of every row of the caller, -1 for none, and
    /// the totals: NaN for a problem that is not for here, one with a cost of unusual size.
    pub(in super::super) fn solve, portable solve_portable(
        costs: &[f64],
        shape: Shape,
        desk: &mut Desk,
        columns_of_rows: &mut [i64],
        totals: &mut [f64],
    ) {
        let size = shape.rows * shape.columns;
        let own_rows = if shape.turned { shape.columns } else { shape.rows };
        let blocks = columns_of_rows.chunks_mut(LANES * own_rows).zip(totals.chunks_mut(LANES));
        for ((pairs, totals), costs) in blocks.zip(costs.chunks(LANES * size)) {
            let unusual = read(costs, shape, totals.len(), desk);
            let all = add_up(shape.columns.clamp(LOW, WIDEST), desk);
            for (lane, (pairs, total)) in pairs.chunks_exact_mut(own_rows).zip(totals).enumerate() {
                *total = if unusual[lane] == 0 {
                    let columns = trace(lane, all, desk);
                    tell(&costs[lane * size..][..size], shape, &columns, pairs)
                } else {
                    f64::NAN
                };
            }
        }
    }
}

/// Put the costs of some problems into lanes; says in which there are unusual ones. Lanes without a problem get the last.
#[inline(always)]
fn read(costs: &[f64], shape: Shape, problems: usize, desk: &mut Desk) -> [u64; LANES] {
    let Shape { rows, columns, turned, factor } = shape;
    let starts: [usize; LANES] = std::array::from_fn(|lane| lane.min(problems - 1) * rows * columns);
    let mut unusual = [0u64; LANES];
    let least = columns.clamp(LOW, WIDEST);
    for row in 0..least {
        for column in 0..least {
            let mut own = [0.0; LANES];
            if row < rows && column < columns {
                let at = if turned { column * rows + row } else { row * columns + column };
                for lane in 0..LANES {
                    own[lane] = costs[starts[lane] + at];
                }
                for lane in 0..LANES {
                    unusual[lane] |= u64::from(own[lane].abs() <= LARGEST) ^ 1;
                    own[lane] *= factor;
                }
            } else if row < rows || column < columns && columns < LOW {
                // Rows that are not there take what is left, at no cost; columns that are not there are theirs alone.
                own = [if row < rows { f64::INFINITY } else { 0.0 }; LANES];
            }
            desk.costs[row % SIDE][column % SIDE] = Lanes(own);
        }
    }
    unusual
}

/// The least total of every set of columns, for as many rows; gives the set of all.
#[inline(always)]
fn add_up(columns: usize, desk: &mut Desk) -> usize {
    let costs = &desk.costs;
    for high in 0..1usize << (columns - LOW) {
        let (known, rest) = desk.totals.split_at_mut(high);
        let Some(sums) = rest.first_mut() else { break };
        // How many columns it has is known to the compiler in each.
        match high.count_ones() {
            0 => add_up_low::<0>(high, known, costs, sums),
            1 => add_up_low::<1>(high, known, costs, sums),
            2 => add_up_low::<2>(high, known, costs, sums),
            3 => add_up_low::<3>(high, known, costs, sums),
            4 => add_up_low::<4>(high, known, costs, sums),
            5 => add_up_low::<5>(high, known, costs, sums),
            6 => add_up_low::<6>(high, known, costs, sums),
            _ => add_up_low::<7>(high, known, costs, sums),
        }
    }
    (1 << columns) - 1
}

/// The least totals of the sets that share their `COUNT` high columns.
#[inline(always)]
fn add_up_low<const COUNT: usize>(
    high: usize,
    known: &[[Lanes; LOW_SETS]],
    costs: &[[Lanes; SIDE]; SIDE],
    sums: &mut [Lanes; LOW_SETS],
) {
    let mut last = [(&[Lanes([0.0; LANES]); LOW_SETS], 0); COUNT];
    let mut left = high;
    for one in &mut last {
        let bit = left & left.wrapping_neg();
        left ^= bit;
        let Some(without) = known.get(high ^ bit) else { return };
        *one = (without, (LOW + bit.trailing_zeros() as usize) % SIDE);
    }
    // The row whose column is the last of the set: as many as the set has columns, less one.
    let row = |low: usize| &costs[(COUNT + low.count_ones() as usize).saturating_sub(1) % SIDE];
    let mut least = [Lanes([f64::INFINITY; LANES]); LOW_SETS];
    if COUNT == 0 {
        least[0] = Lanes([0.0; LANES]);
    }
    for low in 0..LOW_SETS {
        for (without, column) in &last {
            least[low] = lesser(least[low], without[low], row(low)[*column]);
        }
    }
    for low in 0..LOW_SETS {
        for column in 0..LOW {
            if low >> column & 1 == 1 {
                least[low] = lesser(least[low], sums[low ^ 1 << column], row(low)[column]);
            }
        }
        sums[low] = least[low];
    }
}

/// The lesser of a sum and another one, in every lane.
#[inline(always)]
fn lesser(sum: Lanes, before: Lanes, cost: Lanes) -> Lanes {
    let mut least = sum;
    for lane in 0..LANES {
        let other = before.0[lane] + cost.0[lane];
        least.0[lane] = if other < sum.0[lane] { other } else { sum.0[lane] };
    }
    least
}

/// The column of every row of one lane: the last whose sum is the total.
#[inline(always)]
fn trace(lane: usize, all: usize, desk: &Desk) -> [u8; SIDE] {
    let mut found = [0u8; SIDE];
    let total = |set: usize| desk.totals[set / LOW_SETS][set % LOW_SETS].0[lane % LANES];
    let mut set = all;
    let mut wanted = total(set);
    for row in (0..all.count_ones() as usize).rev() {
        let costs = &desk.costs[row % SIDE];
        let (mut column, mut before) = (0, wanted);
        // As often as the set has columns, without a branch that depends on the costs.
        let mut left = set;
        for _ in 0..=row {
            let at = left.trailing_zeros() as usize % SIDE;
            left &= left.wrapping_sub(1);
            let without = total(set ^ 1 << at);
            let is_it = without + costs[at].0[lane % LANES] == wanted;
            column = std::hint::select_unpredictable(is_it, at, column);
            before = std::hint::select_unpredictable(is_it, without, before);
        }
        found[row % SIDE] = column as u8;
        set ^= 1 << column;
        wanted = before;
    }
    found
}

/// Write the pairs as the caller counts them; gives their total.
#[inline(always)]
fn tell(costs: &[f64], shape: Shape, columns: &[u8; SIDE], pairs: &mut [i64]) -> f64 {
    let mut total = 0.0;
    if shape.turned {
        pairs.fill(-1);
        for (row, column) in columns[..shape.rows].iter().enumerate() {
            pairs[*column as usize] = row as i64;
        }
        for (costs, pair) in costs.chunks_exact(shape.rows).zip(pairs).filter(|(_, pair)| **pair >= 0) {
            total += costs[*pair as usize];
        }
    } else {
        for ((costs, pair), column) in costs.chunks_exact(shape.columns).zip(pairs).zip(columns) {
            *pair = i64::from(*column);
            total += costs[*column as usize];
        }
    }
    total
}
