//! Jaro and Jaro-Winkler: how many symbols two texts share at about the same place, and how many of them are out of order.
//!
//! With `m` shared symbols (equal, at most `max(a, b) / 2 - 1` places apart, each used once) and `t` half the number of
//! shared symbols out of order, rounded down: `(m / a + m / b + (m - t) / m) / 3`. Winkler adds `prefix * weight * (1 - jaro)`
//! for up to four equal symbols at the start if the Jaro similarity is above 0.7.
//! Sources: Jaro (1989); Winkler, *String comparator metrics and enhanced decision rules* (1990).
use super::pattern::{Pattern, low_bits};
use super::symbols::{Alphabet, CELLS_BETWEEN_CHECKS, Symbol, Watch, numbers};

/// Symbols at the start that Winkler's boost looks at.
pub(super) const PREFIX: usize = 4;
/// The Jaro similarity above which it is given.
pub(super) const BOOST_ABOVE: f64 = 0.7;

/// How far apart shared symbols may be.
#[inline(always)]
pub(super) fn window(a: usize, b: usize) -> usize {
    (a.max(b) / 2).saturating_sub(1)
}

/// The similarity from the counts; `out_of_order` is the number of places where the shared symbols differ.
#[inline(always)]
pub(super) fn score(a: usize, b: usize, shared: usize, out_of_order: usize) -> f64 {
    if shared == 0 {
        return f64::from(u8::from(a == 0 && b == 0));
    }
    let m = shared as f64;
    (m / a as f64 + m / b as f64 + (m - (out_of_order / 2) as f64) / m) / 3.0
}

/// The Jaro similarity with Winkler's boost.
#[inline(always)]
pub(super) fn boosted(jaro: f64, prefix: usize, weight: f64) -> f64 {
    if jaro > BOOST_ABOVE { jaro + prefix as f64 * weight * (1.0 - jaro) } else { jaro }
}

/// The Jaro similarity, 0 to 1; two empty texts are equal. Time and memory `O(a + b)`.
pub(super) fn jaro<S: Symbol, W: Watch>(a: &[S], b: &[S], watch: &W) -> Result<f64, W::Stop> {
    let (shared, out_of_order) = if a.len() <= 64 && b.len() <= 64 {
        counts_of_pattern(&Pattern::new(a), a.len(), b)
    } else {
        counts_of_lists(a, b, watch)?
    };
    Ok(score(a.len(), b.len(), shared, out_of_order))
}

/// The Jaro-Winkler similarity, 0 to 1, with a weight of 0 to 0.25 for each equal symbol at the start.
pub(super) fn jaro_winkler<S: Symbol, W: Watch>(a: &[S], b: &[S], weight: f64, watch: &W) -> Result<f64, W::Stop> {
    Ok(boosted(jaro(a, b, watch)?, prefix(a, b), weight))
}

/// Equal symbols at the start, up to [`PREFIX`].
pub(super) fn prefix<S: Symbol>(a: &[S], b: &[S]) -> usize {
    a.iter().zip(b).take(PREFIX).take_while(|(x, y)| x == y).count()
}

/// Shared symbols and how many of them are out of order, for a pattern of `length` symbols and a text, both at most 64.
pub(super) fn counts_of_pattern<S: Symbol>(pattern: &Pattern, length: usize, b: &[S]) -> (usize, usize) {
    let window = window(length, b.len());
    let (mut used, mut shared) = (0_u64, 0_u64);
    let mut reach = low_bits(window + 1);
    for (position, &symbol) in b.iter().enumerate() {
        let free = pattern.row(symbol) & reach & !used;
        used |= free & free.wrapping_neg();
        shared |= u64::from(free != 0) << position;
        reach = (reach << 1) | u64::from(position < window);
    }
    let (count, mut out_of_order) = (used.count_ones() as usize, 0);
    while shared != 0 {
        let next = used & used.wrapping_neg();
        let symbol = b[shared.trailing_zeros() as usize];
        out_of_order += usize::from(pattern.row(symbol) & next == 0);
        used ^= next;
        shared &= shared - 1;
    }
    (count, out_of_order)
}

/// The same for texts of any length. Equal symbols are matched in order, so one cursor per symbol is enough.
fn counts_of_lists<S: Symbol, W: Watch>(a: &[S], b: &[S], watch: &W) -> Result<(usize, usize), W::Stop> {
    let window = window(a.len(), b.len());
    let mut alphabet = Alphabet::new();
    let numbers = numbers(a, watch, |symbol| alphabet.learn(symbol))?;
    // The positions of each symbol in `a`, one symbol after the other.
    let mut ends = vec![0_usize; alphabet.len()];
    watch.check()?;
    numbers.iter().for_each(|&number| ends[number as usize] += 1);
    let mut total = 0;
    for end in &mut ends {
        total += std::mem::replace(end, total);
    }
    let mut cursors = ends.clone();
    let mut positions = vec![0_usize; a.len()];
    for (position, &number) in numbers.iter().enumerate() {
        if position.is_multiple_of(CELLS_BETWEEN_CHECKS) {
            watch.check()?;
        }
        let end = &mut ends[number as usize];
        positions[*end] = position;
        *end += 1;
    }
    watch.check()?;
    let mut used = vec![false; a.len()];
    let mut shared = Vec::new();
    for (position, &symbol) in b.iter().enumerate() {
        if position.is_multiple_of(CELLS_BETWEEN_CHECKS) {
            watch.check()?;
        }
        let number = alphabet.number(symbol);
        let Some(cursor) = cursors.get_mut(number as usize) else { continue };
        let end = ends[number as usize];
        while *cursor < end && positions[*cursor] + window < position {
            *cursor += 1;
        }
        if *cursor < end && positions[*cursor] <= position + window {
            used[positions[*cursor]] = true;
            shared.push(number);
            *cursor += 1;
        }
    }
    watch.check()?;
    let in_order = numbers.iter().zip(&used).filter(|(_, used)| **used).map(|(number, _)| number);
    let out_of_order = in_order.zip(&shared).filter(|(x, y)| x != y).count();
    Ok((shared.len(), out_of_order))
}
