//! Bin completion: can a number of bins hold everything?
//!
//! Bins are filled one after the other, each with the largest item that is left and a completion to which no item can be added.
//! What all bins together may waste is known from the start, so completions that waste more are never looked at. Source:
//! Korf, *A new algorithm for optimal bin packing*, AAAI (2002), with Gent's waste rule.
use std::collections::HashSet;

use super::super::watch::Watch;
use crate::error::Result;

const MOST_FAILURES: usize = 200_000;
const MOST_COMPLETIONS: usize = 5_000;
/// Bins and sizes of which there are no more than this: the search is as deep.
const MOST_DEEP: usize = 1_000;

/// How a search ended.
#[derive(Debug)]
pub(super) enum Completion {
    /// So many of each size in each bin.
    Found(Vec<Vec<u32>>),
    Impossible,
    Limit,
}

struct Search<'s, 'w> {
    sizes: &'s [f64],
    room: f64,
    left: Vec<u32>,
    bins: Vec<Vec<u32>>,
    /// What was left, at the same or less waste, when it could not be done.
    failed: HashSet<Vec<u32>>,
    watch: &'s mut Watch<'w>,
    cut: bool,
}

/// Put `counts` items of falling `sizes` into `target` bins.
pub(super) fn complete(
    sizes: &[f64],
    counts: &[u32],
    room: f64,
    target: usize,
    watch: &mut Watch<'_>,
) -> Result<Completion> {
    let total: f64 = sizes.iter().zip(counts).map(|(size, count)| size * f64::from(*count)).sum();
    let waste = target as f64 * room - total + room * 1e-9;
    if waste < 0.0 {
        return Ok(Completion::Impossible);
    }
    if sizes.len() > MOST_DEEP || target > MOST_DEEP {
        return Ok(Completion::Limit);
    }
    let mut search =
        Search { sizes, room, left: counts.to_vec(), bins: Vec::new(), failed: HashSet::new(), watch, cut: false };
    if search.fill(waste)? {
        return Ok(Completion::Found(search.bins));
    }
    Ok(if search.cut { Completion::Limit } else { Completion::Impossible })
}

impl Search<'_, '_> {
    /// Fill bins until nothing is left, wasting at most so much; false if it cannot be done or a limit came.
    fn fill(&mut self, waste: f64) -> Result<bool> {
        let Some(first) = self.left.iter().position(|count| *count > 0) else { return Ok(true) };
        if !self.watch.spend(1)? {
            self.cut = true;
            return Ok(false);
        }
        if self.failed.contains(&self.left) {
            return Ok(false);
        }
        let mut found = Vec::new();
        let mut bin = vec![0; self.sizes.len()];
        bin[first] = 1;
        self.left[first] -= 1;
        let room = self.room - self.sizes[first];
        self.completions(first, room, waste, &mut bin, &mut found)?;
        self.left[first] += 1;
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (wasted, bin) in found {
            self.left.iter_mut().zip(&bin).for_each(|(left, used)| *left -= used);
            self.bins.push(bin);
            if self.fill(waste - wasted)? {
                return Ok(true);
            }
            if let Some(bin) = self.bins.pop() {
                self.left.iter_mut().zip(&bin).for_each(|(left, used)| *left += used);
            }
            if self.cut {
                return Ok(false);
            }
        }
        if self.failed.len() < MOST_FAILURES {
            self.failed.insert(self.left.clone());
        }
        Ok(false)
    }

    /// All ways to use room with sizes from a position on that no further item can be added to.
    fn completions(
        &mut self,
        from: usize,
        room: f64,
        waste: f64,
        bin: &mut Vec<u32>,
        found: &mut Vec<(f64, Vec<u32>)>,
    ) -> Result<()> {
        if found.len() >= MOST_COMPLETIONS || !self.watch.spend(1)? {
            self.cut = true;
            return Ok(());
        }
        let next = (from..self.sizes.len()).find(|at| self.left[*at] > 0 && self.sizes[*at] <= room);
        let Some(at) = next else {
            let first = bin.iter().position(|count| *count > 0).unwrap_or(0);
            let fits = |at: usize| self.sizes[at] <= room && self.left[at] > 0;
            if room <= waste && !(first..self.sizes.len()).any(fits) {
                found.push((room.max(0.0), bin.clone()));
            }
            return Ok(());
        };
        let most = ((room / self.sizes[at]).floor() as u32).min(self.left[at]);
        for count in (0..=most).rev() {
            bin[at] += count;
            self.left[at] -= count;
            self.completions(at + 1, room - f64::from(count) * self.sizes[at], waste, bin, found)?;
            self.left[at] += count;
            bin[at] -= count;
            if self.cut {
                break;
            }
        }
        Ok(())
    }
}
