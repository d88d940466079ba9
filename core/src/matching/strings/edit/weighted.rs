//! The Levenshtein distance with a cost for each kind of edit.
use crate::matching::strings::symbols::{CELLS_BETWEEN_CHECKS, Symbol, Watch};

/// The least cost of turning `a` into `b` with `[insertion, deletion, substitution]` at their costs. A substitution that
/// costs more than an insertion and a deletion is never used. Time `O(a * b)`, memory `O(a)`.
pub(crate) fn weighted<S: Symbol, W: Watch>(a: &[S], b: &[S], costs: [u64; 3], watch: &W) -> Result<u64, W::Stop> {
    let [insertion, deletion, substitution] = costs;
    let mut column: Vec<u64> = (0..=a.len() as u64).map(|i| i * deletion).collect();
    let mut unchecked = 0;
    for &y in b {
        let mut diagonal = column[0];
        column[0] += insertion;
        let mut up = column[0];
        for (part, cells) in a.chunks(CELLS_BETWEEN_CHECKS).zip(column[1..].chunks_mut(CELLS_BETWEEN_CHECKS)) {
            for (&x, cell) in part.iter().zip(cells) {
                let changed = if x == y { diagonal } else { diagonal + substitution };
                diagonal = *cell;
                up = changed.min(up + deletion).min(*cell + insertion);
                *cell = up;
            }
            if part.len() == CELLS_BETWEEN_CHECKS {
                watch.check()?;
            }
        }
        unchecked += a.len() + 1;
        if unchecked >= CELLS_BETWEEN_CHECKS {
            watch.check()?;
            unchecked = 0;
        }
    }
    Ok(column[a.len()])
}

/// The most that texts of these lengths can be apart.
pub(crate) fn most(a: usize, b: usize, costs: [u64; 3]) -> u64 {
    let [insertion, deletion, substitution] = costs;
    let (a, b) = (a as u64, b as u64);
    let rest = if a > b { (a - b) * deletion } else { (b - a) * insertion };
    (a * deletion + b * insertion).min(a.min(b) * substitution + rest)
}
