//! Similarities of the sets of grams: runs of `q` symbols that overlap.
//!
//! With padding a text is taken as having `q - 1` marks before and after it, so that its ends count as much as its middle;
//! an empty text has no grams. Two texts without grams are equal or not: 1 or 0. Sets: a gram that a text has twice counts once.
use super::symbols::{CELLS_BETWEEN_CHECKS, Symbol, Watch, collected, sorted, without_doubles};

/// Marks beyond every code point.
const START: u32 = 0x11_0000;
const END: u32 = 0x11_0001;

/// A coefficient of two sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coefficient {
    Jaccard,
    Dice,
    Cosine,
    Overlap,
}

/// The symbols of a text with marks before and after it.
pub(super) fn padded<S: Symbol, W: Watch>(text: &[S], q: usize, pad: bool, watch: &W) -> Result<Vec<u32>, W::Stop> {
    let marks = if pad && !text.is_empty() { q - 1 } else { 0 };
    let codes = text.iter().map(|symbol| symbol.code());
    let before = std::iter::repeat_n(START, marks);
    collected(before.chain(codes).chain(std::iter::repeat_n(END, marks)), watch)
}

/// How alike two texts are by their grams of `q` symbols, padded or not, 0 to 1. Time `O((a + b) * q * log)`.
pub(super) fn gram_similarity<S: Symbol, W: Watch>(
    a: &[S],
    b: &[S],
    (q, pad): (usize, bool),
    coefficient: Coefficient,
    watch: &W,
) -> Result<f64, W::Stop> {
    watch.check()?;
    let same = a == b;
    let (left, right) = (padded(a, q, pad, watch)?, padded(b, q, pad, watch)?);
    let (left, right) = (distinct(&left, q, watch)?, distinct(&right, q, watch)?);
    let (mut shared, mut i, mut j) = (0, 0, 0);
    while let (Some(x), Some(y)) = (left.get(i), right.get(j)) {
        if (i + j).is_multiple_of(CELLS_BETWEEN_CHECKS / 8) {
            watch.check()?;
        }
        let order = x.cmp(y);
        shared += usize::from(order.is_eq());
        i += usize::from(order.is_le());
        j += usize::from(order.is_ge());
    }
    Ok(of_counts(left.len(), right.len(), shared, same, coefficient))
}

/// The different grams, sorted.
pub(super) fn distinct<'t, W: Watch>(text: &'t [u32], q: usize, watch: &W) -> Result<Vec<&'t [u32]>, W::Stop> {
    without_doubles(sorted(collected(text.windows(q), watch)?, watch)?, watch)
}

/// The coefficient from the sizes of two sets and of what they share.
fn of_counts(a: usize, b: usize, shared: usize, same: bool, coefficient: Coefficient) -> f64 {
    if a == 0 || b == 0 {
        return f64::from(u8::from(same));
    }
    let (a, b, shared) = (a as f64, b as f64, shared as f64);
    match coefficient {
        Coefficient::Jaccard => shared / (a + b - shared),
        Coefficient::Dice => 2.0 * shared / (a + b),
        Coefficient::Cosine => shared / (a * b).sqrt(),
        Coefficient::Overlap => shared / a.min(b),
    }
}
