//! Bins: the fewest of one size that hold everything.
//!
//! First and best fit by falling size and bins filled one by one give a packing, Martello and Toth's L2 a bound. Where they
//! differ, bins are completed by a search (`complete`) and patterns of bins made for a linear model (`columns`).
mod columns;
mod complete;
mod heuristics;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use self::columns::Columns;
use self::complete::{Completion, complete};
use self::heuristics::{Bins, best_fit, first_fit, least_slack, lower_bound};
use super::watch::{Watch, are_whole, check_sizes, check_time_limit, falling};
use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::{Result, ensure};

/// The most items whose bins are filled one by one.
const MOST_FILLED: usize = 3000;
/// The most items, and different sizes, for which patterns are made.
const MOST_SIZES: usize = 400;
/// So few items are packed by a search.
const SMALL_REST: u32 = 60;
/// Steps of the first search; most packings that it can find are found by then.
const FIRST_SEARCH: u64 = 200_000;

/// Put things into as few bins of one capacity as possible.
///
/// ```
/// use inlaid::optimize::PackBins;
/// let sizes = [6.0, 5.0, 4.0, 3.0, 2.0];
/// let packed = PackBins::default().with_capacity(10.0).solve(&sizes, &inlaid::Context::new())?;
/// assert_eq!((packed.count, packed.optimal), (2, true));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PackBins {
    /// What a bin holds, above 0. Default 1.
    pub capacity: f64,
    /// How many bins there are. More are an error. Default: as many as needed.
    pub most_bins: Option<usize>,
    /// Seconds after which to stop with the best packing so far, above 0. Default none.
    pub time_limit: Option<f64>,
    /// Steps of searches after which to stop with the best packing so far. Default 20 million, which is some seconds.
    pub step_limit: u64,
}

impl Default for PackBins {
    fn default() -> Self {
        Self { capacity: 1.0, most_bins: None, time_limit: None, step_limit: 20_000_000 }
    }
}

/// Which bin each thing is in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PackedBins {
    /// The bin of each item, counted from 0.
    pub bins: Ints,
    /// How many bins there are.
    pub count: usize,
    /// What is in each bin, as a sum of sizes.
    pub loads: Vector,
    /// No packing has fewer bins.
    pub bound: usize,
    /// Whether no packing has fewer bins than this one.
    pub optimal: bool,
    /// Seconds that it took.
    pub seconds: f64,
}

impl PackBins {
    /// Set what a bin holds.
    #[must_use]
    pub fn with_capacity(mut self, capacity: f64) -> Self {
        self.capacity = capacity;
        self
    }

    /// Set how many bins there are.
    #[must_use]
    pub fn with_most_bins(mut self, bins: usize) -> Self {
        self.most_bins = Some(bins);
        self
    }

    /// Set the seconds after which to stop.
    #[must_use]
    pub fn with_time_limit(mut self, seconds: f64) -> Self {
        self.time_limit = Some(seconds);
        self
    }

    /// Set the steps after which to stop.
    #[must_use]
    pub fn with_step_limit(mut self, steps: u64) -> Self {
        self.step_limit = steps;
        self
    }

    /// Whether the options make sense.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range.
    pub fn validate(&self) -> Result<()> {
        check_time_limit(self.time_limit)?;
        let sound = self.capacity.is_finite() && self.capacity > 0.0;
        ensure!(sound, InvalidConfig, "capacity is {}, it must be a finite number above 0", self.capacity);
        ensure!(self.step_limit > 0, InvalidConfig, "step_limit is 0, it must be at least 1");
        ensure!(self.most_bins != Some(0), InvalidConfig, "most_bins is 0, it must be at least 1");
        Ok(())
    }

    /// Items of these sizes in as few bins as possible.
    ///
    /// Whole sizes are added exactly; others may exceed the capacity by 1e-12 of it. Items without size are in bin 0.
    ///
    /// # Errors
    /// `invalid_config` for options out of range; `invalid_data` for NaN, sizes below 0, an item larger
    /// than a bin, which is named, and if `most_bins` are proved to be too few; `did_not_converge` if no packing into
    /// `most_bins` was found within the limits; `too_large` for 2^31 items; `cancelled`.
    pub fn solve(&self, sizes: &[f64], context: &Context) -> Result<PackedBins> {
        self.validate()?;
        let capacity = self.capacity;
        ensure!(sizes.len() < 1 << 31, TooLarge, "{} items, they must be below 2^31", sizes.len());
        check_sizes("size", sizes)?;
        let exact = are_whole(sizes.iter().copied().chain([capacity]));
        let room = if exact { capacity } else { capacity * (1.0 + 1e-12) };
        if let Some(at) = sizes.iter().position(|size| *size > room) {
            ensure!(false, InvalidData, "item {at} (0-based) has size {}, a bin holds {capacity}", sizes[at]);
        }
        let mut watch = Watch::new(context, self.time_limit, self.step_limit);
        watch.look()?;
        let order = falling(sizes, context)?;
        let order: Vec<u32> = order.into_iter().filter(|at| sizes[*at as usize] > 0.0).collect();
        let sorted: Vec<f64> = order.iter().map(|at| sizes[*at as usize]).collect();
        let bound = lower_bound(&sorted, room, &mut watch)?;
        let mut search = Search { sizes: &sorted, room, bound, best: Vec::new() };
        search.run(self.most_bins, &mut watch)?;
        let (bound, best) = (search.bound, search.best);
        if let Some(most) = self.most_bins.filter(|most| best.len() > *most) {
            ensure!(bound <= most, InvalidData, "at least {bound} bins are needed, most_bins is {most}");
            ensure!(
                false,
                DidNotConverge,
                "no packing into {most} bins was found within the limits; {} bins do",
                best.len()
            );
        }
        let mut solution = verified(sizes, (capacity, room), &order, &best)?;
        solution.bound = bound.max(usize::from(!sizes.is_empty()));
        solution.optimal = solution.bound == solution.count;
        solution.seconds = watch.seconds();
        context.report(1, 1);
        Ok(solution)
    }
}

struct Search<'s> {
    sizes: &'s [f64],
    room: f64,
    bound: usize,
    best: Bins,
}

impl Search<'_> {
    fn offer(&mut self, bins: Bins) {
        if self.best.is_empty() || bins.len() < self.best.len() {
            self.best = bins;
        }
    }

    fn is_done(&self) -> bool {
        self.best.len() <= self.bound
    }

    fn run(&mut self, most: Option<usize>, watch: &mut Watch<'_>) -> Result<()> {
        self.offer(best_fit(self.sizes, self.room, watch)?);
        if self.is_done() {
            return Ok(());
        }
        self.offer(first_fit(self.sizes, self.room, watch)?);
        if self.is_done() || self.sizes.len() > MOST_FILLED {
            return Ok(());
        }
        if let Some(bins) = least_slack(self.sizes, self.room, watch)? {
            self.offer(bins);
        }
        let (distinct, counts) = grouped(self.sizes);
        let mut share = FIRST_SEARCH;
        self.complete(&distinct, &counts, share, watch)?;
        if self.is_done() || distinct.len() > MOST_SIZES || most.is_some_and(|most| self.bound > most) {
            return Ok(());
        }
        self.by_columns(&distinct, &counts, watch)?;
        while !self.is_done() && !watch.is_over() && share < u64::MAX / 32 {
            share *= 16;
            if !self.complete(&distinct, &counts, share, watch)? {
                break;
            }
        }
        Ok(())
    }

    /// Search for fewer bins, one fewer at a time; whether more steps could tell more.
    fn complete(&mut self, sizes: &[f64], counts: &[u32], steps: u64, watch: &mut Watch<'_>) -> Result<bool> {
        while !self.is_done() {
            let mut part = watch.part(steps);
            let outcome = complete(sizes, counts, self.room, self.best.len() - 1, &mut part)?;
            let spent = part.spent();
            watch.spend(spent)?;
            match outcome {
                Completion::Found(bins) => self.offer(named(&bins, counts)),
                Completion::Impossible => self.bound = self.best.len(),
                Completion::Limit => return Ok(spent >= steps),
            }
        }
        Ok(false)
    }

    /// Fix patterns that the linear model uses, make new ones for what is left, and so on; a search ends it.
    fn dive(&mut self, columns: &mut Columns<'_>, mut used: Vector, watch: &mut Watch<'_>) -> Result<()> {
        let counts = columns.counts.to_vec();
        let mut left = counts.clone();
        let mut bins: Vec<Vec<u32>> = Vec::new();
        loop {
            let patterns = &columns.patterns;
            let used_now: Vec<f64> = used.to_vec();
            let fixed = fix(patterns, &used_now, &mut left);
            let stuck = fixed.is_empty();
            bins.extend(fixed);
            let Some(target) = (self.best.len() - 1).checked_sub(bins.len()) else { return Ok(()) };
            let items: u32 = left.iter().sum();
            if items <= SMALL_REST || stuck {
                let mut part = watch.part(FIRST_SEARCH);
                let outcome = complete(columns.sizes, &left, self.room, target, &mut part)?;
                watch.spend(part.spent())?;
                if let Completion::Found(rest) = outcome {
                    bins.extend(rest);
                    self.offer(named(&bins, &counts));
                    return Ok(());
                }
                if stuck || items == 0 {
                    return Ok(());
                }
            }
            let patterns = columns.patterns.iter().filter(|p| p.iter().zip(&left).all(|(count, left)| count <= left));
            let mut rest =
                Columns { sizes: columns.sizes, counts: &left, room: self.room, patterns: patterns.cloned().collect() };
            let (bound, next) = rest.relax(target + 1, watch)?;
            let Some(next) = next.filter(|_| bound <= target && !watch.is_over()) else { return Ok(()) };
            let new = rest.patterns;
            columns.patterns.extend(new.iter().cloned());
            columns.patterns.sort_unstable();
            columns.patterns.dedup();
            used = Vector::from(
                columns
                    .patterns
                    .iter()
                    .map(|p| new.iter().position(|other| other == p).map_or(0.0, |at| next[at]))
                    .collect::<Vec<_>>(),
            );
        }
    }

    fn by_columns(&mut self, sizes: &[f64], counts: &[u32], watch: &mut Watch<'_>) -> Result<()> {
        let kind = kinds(counts);
        let mut patterns: Vec<Vec<u32>> =
            (0..sizes.len()).map(|at| (0..sizes.len()).map(|other| u32::from(other == at)).collect()).collect();
        for bin in &self.best {
            let mut pattern = vec![0; sizes.len()];
            bin.iter().for_each(|item| pattern[kind[*item as usize] as usize] += 1);
            patterns.push(pattern);
        }
        patterns.sort_unstable();
        patterns.dedup();
        let mut columns = Columns { sizes, counts, room: self.room, patterns };
        let (bound, used) = columns.relax(self.best.len(), watch)?;
        self.bound = self.bound.max(bound).min(self.best.len());
        let Some(used) = used.filter(|_| !self.is_done() && !watch.is_over()) else { return Ok(()) };
        self.dive(&mut columns, used, watch)?;
        if !self.is_done()
            && !watch.is_over()
            && let Some(bins) = columns.whole(self.best.len(), 2000, watch)?
        {
            self.offer(named(&bins, counts));
        }
        Ok(())
    }
}

/// The whole uses of patterns, or one use of that with the largest part; as far as there is something left for them.
fn fix(patterns: &[Vec<u32>], used: &[f64], left: &mut [u32]) -> Vec<Vec<u32>> {
    let mut fixed = Vec::new();
    let mut fit = |pattern: &[u32], left: &mut [u32]| {
        let fits = pattern.iter().zip(left.iter()).all(|(count, left)| count <= left);
        if fits {
            left.iter_mut().zip(pattern).for_each(|(left, count)| *left -= count);
            fixed.push(pattern.to_vec());
        }
        fits
    };
    let mut whole = false;
    for (pattern, times) in patterns.iter().zip(used) {
        for _ in 0..(times + 1e-9).floor() as usize {
            whole |= fit(pattern, left);
        }
    }
    if !whole {
        let mut order: Vec<usize> = (0..used.len()).filter(|at| used[*at] > 1e-9).collect();
        order.sort_by(|a, b| used[*b].total_cmp(&used[*a]).then(a.cmp(b)));
        let _one = order.into_iter().any(|at| fit(&patterns[at], left));
    }
    fixed
}

/// Different sizes, falling, and how many of each there are.
fn grouped(sizes: &[f64]) -> (Vec<f64>, Vec<u32>) {
    let (mut distinct, mut counts): (Vec<f64>, Vec<u32>) = (Vec::new(), Vec::new());
    for size in sizes {
        if distinct.last() == Some(size) {
            if let Some(count) = counts.last_mut() {
                *count += 1;
            }
        } else {
            distinct.push(*size);
            counts.push(1);
        }
    }
    (distinct, counts)
}

/// The group of each item.
fn kinds(counts: &[u32]) -> Vec<u32> {
    counts.iter().enumerate().flat_map(|(kind, count)| std::iter::repeat_n(kind as u32, *count as usize)).collect()
}

/// Bins of items from bins of counts; what is there more often than wanted is left out.
fn named(bins: &[Vec<u32>], counts: &[u32]) -> Bins {
    let mut next: Vec<u32> = counts
        .iter()
        .scan(0, |start, count| {
            let from = *start;
            *start += count;
            Some(from)
        })
        .collect();
    let ends: Vec<u32> = next.iter().zip(counts).map(|(from, count)| from + count).collect();
    let mut result = Vec::with_capacity(bins.len());
    for bin in bins {
        let mut items = Vec::new();
        for (kind, count) in bin.iter().enumerate() {
            let taken = (*count).min(ends[kind] - next[kind]);
            items.extend(next[kind]..next[kind] + taken);
            next[kind] += taken;
        }
        if !items.is_empty() {
            result.push(items);
        }
    }
    result
}

/// The answer, recomputed from what was given.
fn verified(sizes: &[f64], (capacity, room): (f64, f64), order: &[u32], best: &Bins) -> Result<PackedBins> {
    let mut bins = vec![-1_i64; sizes.len()];
    for (bin, items) in best.iter().enumerate() {
        for item in items {
            let at = order[*item as usize] as usize;
            ensure!(bins[at] < 0, Internal, "item {at} is in two bins; please report this");
            bins[at] = bin as i64;
        }
    }
    for (at, bin) in bins.iter_mut().enumerate().filter(|(_, bin)| **bin < 0) {
        ensure!(sizes[at] == 0.0, Internal, "item {at} is in no bin; please report this");
        *bin = 0;
    }
    let count = best.len().max(usize::from(!sizes.is_empty()));
    let mut loads = vec![0.0; count];
    bins.iter().zip(sizes).for_each(|(bin, size)| loads[*bin as usize] += size);
    let allowed = if room == capacity { capacity } else { capacity * (1.0 + 2e-12 + sizes.len() as f64 * 4e-16) };
    for (bin, load) in loads.iter().enumerate() {
        ensure!(*load <= allowed, Internal, "bin {bin} holds {load} of {capacity}; please report this");
    }
    let loads = Vector::from(loads);
    Ok(PackedBins { bins: Ints::from(bins), count, loads, bound: 0, optimal: false, seconds: 0.0 })
}
