//! The unrestricted Damerau-Levenshtein distance: a transposed pair may be edited again.
//!
//! A transposition joins the last row before `i` where `a` has the symbol of column `j` with the last column before `j`
//! where `b` has the symbol of row `i`. Only those with no gap on one side can be better than edits (Zhao, Sahinalp,
//! *String correction using the Damerau-Levenshtein distance*, 2019), so three rows of memory are enough.
use crate::matching::strings::symbols::{
    Alphabet, CELLS_BETWEEN_CHECKS, Symbol, Watch, collected, numbers, without_common_ends,
};

/// The distance, or any number above `most` if it is above `most`. Time `O(a * b)`, memory `O(a + b)`.
pub(crate) fn damerau<S: Symbol, W: Watch>(a: &[S], b: &[S], most: usize, watch: &W) -> Result<usize, W::Stop> {
    if a.len().abs_diff(b.len()) > most {
        return Ok(a.len().abs_diff(b.len()));
    }
    let (a, b) = without_common_ends(a, b);
    let (a, b) = if a.len() < b.len() { (b, a) } else { (a, b) };
    if b.is_empty() {
        return Ok(a.len());
    }
    let mut alphabet = Alphabet::new();
    let columns = numbers(b, watch, |symbol| alphabet.learn(symbol))?;
    // The last row, counted from 1, that had a symbol; 0 for none.
    let mut last_row = vec![0_usize; alphabet.len()];
    let far = usize::MAX / 2;
    // Costs of this row and of the one above, shifted by one so that column -1 exists and is far.
    let mut above = collected(std::iter::repeat_n(far, b.len() + 2), watch)?;
    let mut here = collected(std::iter::once(far).chain(0..=b.len()), watch)?;
    // For column j: the cost at (k - 1, j - 2) where k is the last row with the symbol of column j.
    let mut before_pair = collected(std::iter::repeat_n(far, b.len() + 1), watch)?;
    let mut unchecked = 0;
    for (row, &symbol) in a.iter().enumerate() {
        let i = row + 1;
        std::mem::swap(&mut above, &mut here);
        let number = alphabet.number(symbol);
        let mut last_column = 0;
        // The cost at (i - 2, j - 1), which is still in `here` when column j is about to be written.
        let mut two_above = here[1];
        let mut before_column = far;
        here[1] = i;
        for (column, &other) in columns.iter().enumerate() {
            let j = column + 1;
            if j.is_multiple_of(CELLS_BETWEEN_CHECKS) {
                watch.check()?;
            }
            let same = number == other;
            let mut cost = (above[j] + usize::from(!same)).min(here[j] + 1).min(above[j + 1] + 1);
            if same {
                last_column = j;
                before_pair[j] = above[j - 1];
                before_column = two_above;
            } else {
                let k = last_row[other as usize];
                if last_column > 0 && j - last_column == 1 {
                    cost = cost.min(before_pair[j] + (i - k));
                } else if k > 0 && i - k == 1 {
                    cost = cost.min(before_column + (j - last_column));
                }
            }
            two_above = here[j + 1];
            here[j + 1] = cost;
        }
        if let Some(place) = last_row.get_mut(number as usize) {
            *place = i;
        }
        unchecked += b.len();
        if unchecked >= CELLS_BETWEEN_CHECKS {
            watch.check()?;
            unchecked = 0;
        }
    }
    Ok(here[b.len() + 1])
}
