//! Ratios that look at the words of texts, in any order.
//!
//! Words are what stands between white space. Conventions of RapidFuzz, on the scale 0..1.
use super::edit;
use super::ratio::{indel_ratio, of_distance, partial_ratio};
use super::symbols::{Symbol, Unwatched, Watch, collected, sorted, without_doubles};
use std::cmp::Ordering;

/// Words that a loop works off between two questions whether it may go on.
const WORDS_BETWEEN_CHECKS: usize = 1 << 13;

/// Beyond Unicode's white space, the four separators of ASCII, which Python counts as well.
fn is_space(code: u32) -> bool {
    (0x1C..=0x1F).contains(&code) || char::from_u32(code).is_some_and(char::is_whitespace)
}

/// The words of a text, sorted.
fn words<'t, S: Symbol, W: Watch>(text: &'t [S], watch: &W) -> Result<Vec<&'t [S]>, W::Stop> {
    let words = text.split(|symbol| is_space(symbol.code())).filter(|word| !word.is_empty());
    sorted(collected(words, watch)?, watch)
}

/// The different words of a text, sorted.
pub(super) fn distinct_words<'t, S: Symbol, W: Watch>(text: &'t [S], watch: &W) -> Result<Vec<&'t [S]>, W::Stop> {
    without_doubles(words(text, watch)?, watch)
}

fn joined<S: Symbol, W: Watch>(words: &[&[S]], watch: &W) -> Result<Vec<u32>, W::Stop> {
    watch.check()?;
    let mut text = Vec::with_capacity(words.iter().map(|word| word.len() + 1).sum());
    for (index, word) in words.iter().enumerate() {
        if index % WORDS_BETWEEN_CHECKS == WORDS_BETWEEN_CHECKS - 1 {
            watch.check()?;
        }
        if index > 0 {
            text.push(u32::from(' '));
        }
        text.extend(word.iter().map(|symbol| symbol.code()));
    }
    Ok(text)
}

/// A text with its words sorted and one space between them.
pub(super) fn sorted_words<S: Symbol>(text: &[S]) -> Vec<u32> {
    let Ok(text) = words(text, &Unwatched).and_then(|words| joined(&words, &Unwatched));
    text
}

/// The different words of two texts: those of both, those of the first alone, those of the second alone.
struct Sets<'a, S> {
    both: Vec<&'a [S]>,
    left: Vec<&'a [S]>,
    right: Vec<&'a [S]>,
}

impl<'a, S: Symbol> Sets<'a, S> {
    fn new<W: Watch>(a: Vec<&'a [S]>, b: Vec<&'a [S]>, watch: &W) -> Result<Self, W::Stop> {
        let (a, b) = (without_doubles(a, watch)?, without_doubles(b, watch)?);
        let mut sets = Self { both: Vec::new(), left: Vec::new(), right: Vec::new() };
        let (mut i, mut j) = (0, 0);
        while i < a.len() || j < b.len() {
            if (i + j) % WORDS_BETWEEN_CHECKS == 0 {
                watch.check()?;
            }
            let order = match (a.get(i), b.get(j)) {
                (Some(x), Some(y)) => x.cmp(y),
                (Some(_), None) => Ordering::Less,
                _ => Ordering::Greater,
            };
            match order {
                Ordering::Equal => sets.both.push(a[i]),
                Ordering::Less => sets.left.push(a[i]),
                Ordering::Greater => sets.right.push(b[j]),
            }
            i += usize::from(order.is_le());
            j += usize::from(order.is_ge());
        }
        Ok(sets)
    }
}

/// The ratio of the texts with their words sorted.
pub(super) fn token_sort_ratio<S: Symbol, W: Watch>(a: &[S], b: &[S], watch: &W) -> Result<f64, W::Stop> {
    indel_ratio(&joined(&words(a, watch)?, watch)?, &joined(&words(b, watch)?, watch)?, watch)
}

/// The best ratio among: the words of both, those with the rest of the first, those with the rest of the second.
/// 0 if a text has no words; 1 if the different words of one are among those of the other.
pub(super) fn token_set_ratio<S: Symbol, W: Watch>(a: &[S], b: &[S], watch: &W) -> Result<f64, W::Stop> {
    let (a, b) = (words(a, watch)?, words(b, watch)?);
    if a.is_empty() || b.is_empty() {
        return Ok(0.0);
    }
    let sets = Sets::new(a, b, watch)?;
    if !sets.both.is_empty() && (sets.left.is_empty() || sets.right.is_empty()) {
        return Ok(1.0);
    }
    let (both, left, right) =
        (joined(&sets.both, watch)?.len(), joined(&sets.left, watch)?, joined(&sets.right, watch)?);
    let space = usize::from(both > 0);
    let (with_left, with_right) = (both + space + left.len(), both + space + right.len());
    // The common start of both joined texts costs nothing.
    let rests = of_distance(edit::indel(&left, &right, usize::MAX, watch)?, with_left + with_right);
    if both == 0 {
        return Ok(rests);
    }
    let alone =
        of_distance(space + left.len(), both + with_left).max(of_distance(space + right.len(), both + with_right));
    Ok(rests.max(alone))
}

/// The better of the partial ratios of the sorted words and of the words that only one text has; 1 if they share a word.
fn partial_token_ratio<S: Symbol, W: Watch>(a: &[S], b: &[S], watch: &W) -> Result<f64, W::Stop> {
    let (a, b) = (words(a, watch)?, words(b, watch)?);
    let sorted = (joined(&a, watch)?, joined(&b, watch)?);
    let counts = (a.len(), b.len());
    let sets = Sets::new(a, b, watch)?;
    if !sets.both.is_empty() {
        return Ok(1.0);
    }
    let best = partial_ratio(&sorted.0, &sorted.1, watch)?;
    if counts == (sets.left.len(), sets.right.len()) {
        return Ok(best);
    }
    Ok(best.max(partial_ratio(&joined(&sets.left, watch)?, &joined(&sets.right, watch)?, watch)?))
}

/// How much less a ratio of words counts than one of texts as they are.
pub(super) const WORDS_COUNT: f64 = 0.95;

/// The best of the ratios above, each with a weight: words count 0.95; where one text is at least 1.5 times as long, parts
/// count 0.9, and 0.6 beyond 8 times. 0 if a text is empty.
pub(super) fn weighted_ratio<S: Symbol, W: Watch>(a: &[S], b: &[S], watch: &W) -> Result<f64, W::Stop> {
    if a.is_empty() || b.is_empty() {
        return Ok(0.0);
    }
    let longer = a.len().max(b.len()) as f64 / a.len().min(b.len()) as f64;
    let whole = indel_ratio(a, b, watch)?;
    if longer < 1.5 {
        let words = token_sort_ratio(a, b, watch)?.max(token_set_ratio(a, b, watch)?);
        return Ok(whole.max(words * WORDS_COUNT));
    }
    let parts_count = if longer <= 8.0 { 0.9 } else { 0.6 };
    let part = partial_ratio(a, b, watch)? * parts_count;
    Ok(whole.max(part).max(partial_token_ratio(a, b, watch)? * WORDS_COUNT * parts_count))
}
