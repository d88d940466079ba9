//! Ratios of the insertion-deletion distance: of whole texts, of the best part of the longer one, and of words.
//!
//! The conventions are those of RapidFuzz, whose scale is 0..100 where ours is 0..1: two empty texts have the ratio 1 but
//! the token set ratio and the weighted ratio 0, as has any empty text there.
use super::edit;
use super::pattern::Pattern;
use super::symbols::{CELLS_BETWEEN_CHECKS, Symbol, Watch};

/// `1 - distance / (a + b)`; 1 for two empty texts.
#[inline(always)]
pub(super) fn of_distance(distance: usize, total: usize) -> f64 {
    if total == 0 { 1.0 } else { 1.0 - distance as f64 / total as f64 }
}

/// The ratio of two texts.
pub(super) fn indel_ratio<S: Symbol, W: Watch>(a: &[S], b: &[S], watch: &W) -> Result<f64, W::Stop> {
    Ok(of_distance(edit::indel(a, b, usize::MAX, watch)?, a.len() + b.len()))
}

/// The best ratio of the shorter text with a part of the longer one: every window of its length, and every shorter part at
/// the start or the end. 0 if only one is empty.
pub(super) fn partial_ratio<S: Symbol, W: Watch>(a: &[S], b: &[S], watch: &W) -> Result<f64, W::Stop> {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return Ok(f64::from(u8::from(long.is_empty())));
    }
    let best = best_part(short, long, 0.0, watch)?;
    // Of texts of one length either may be the one that is cut.
    if short.len() == long.len() && best < 1.0 { best_part(long, short, best, watch) } else { Ok(best) }
}

fn best_part<S: Symbol, W: Watch>(short: &[S], long: &[S], known: f64, watch: &W) -> Result<f64, W::Stop> {
    let length = short.len();
    let pattern = (length <= 64).then(|| Pattern::new(short));
    let distance = |part: &[S]| match &pattern {
        Some(pattern) => Ok(length + part.len() - 2 * edit::subsequence_of_pattern(pattern, length, part)),
        None => edit::indel(short, part, usize::MAX, watch),
    };
    let (mut nearest, mut start, mut unchecked) = (usize::MAX, 0, 0);
    while start + length <= long.len() && nearest > 0 {
        let here = distance(&long[start..start + length])?;
        nearest = nearest.min(here);
        // One place further the distance is at most 2 less, so none before this one can be nearer.
        start += (here - nearest) / 2 + 1;
        unchecked += length;
        if unchecked > CELLS_BETWEEN_CHECKS {
            watch.check()?;
            unchecked = 0;
        }
    }
    let mut best = known.max(of_distance(nearest, 2 * length));
    for part in (1..length).rev() {
        // The ratio if all of the part is in the shorter text.
        if of_distance(length - part, length + part) <= best {
            break;
        }
        for cut in [&long[..part], &long[long.len() - part..]] {
            best = best.max(of_distance(distance(cut)?, length + part));
        }
        watch.check()?;
    }
    Ok(best)
}
