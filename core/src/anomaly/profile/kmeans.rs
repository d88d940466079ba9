//! Anomalies as windows far from the centres of all windows.
//!
//! Windows are never copied: a centre is moved along the series, eight windows at a time, so that a round of Lloyd's
//! iteration costs `n window clusters / 8` multiplications and needs no bounds to be fast.
use super::judge::{check_rule, judged, spread, window_detector, window_of};
use super::options::{MatrixProfile, check_length};
use super::windows::{Kind, LANES, Windows, scale_of};
use crate::Context;
use crate::anomaly::series::SeriesAnomalies;
use crate::error::{Result, ensure};
use crate::math::random::Random;
use crate::math::simd::dispatch;

/// Windows that are one item of work: it fixes the order of sums.
const BLOCK: usize = 4096;
/// The most rounds of Lloyd's iteration.
const ROUNDS: usize = 300;
/// Windows between two looks at the context, in products.
const PRODUCTS: usize = 1 << 21;

window_detector! {
    /// KMeansAD: steps in windows that are far from the nearest of some typical windows.
    ///
    /// Windows are brought to mean 0 and deviation 1 (of a sample) unless `normalized` is off; their centres start by
    /// k-means++ with the seed of the context and move until no window changes its centre; the best of `restarts` counts.
    /// The score of a window is its Euclidean distance to the nearest centre, that of a step the mean over the windows
    /// that cover it.
    /// Source: Yairi, Kato, Hori, *Fault detection by mining association rules from house-keeping data* (2001); Liu,
    /// Paparrizos, *The elephant in the room: towards a reliable time-series anomaly detection benchmark* (NeurIPS 2024).
    KMeansAd {
        /// How many typical windows, at least 1. Default 20.
        clusters: usize = 20, /// Set how many typical windows there are.
        with_clusters;
        /// How often the centres start anew, at least 1. Default 1.
        restarts: usize = 1, /// Set how often the centres start anew.
        with_restarts;
        /// Whether windows are compared by shape alone. Default true.
        normalized: bool = true, /// Set whether windows are compared by shape alone.
        with_normalized;
    }
}

impl KMeansAd {
    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for a window of 1 or 2, no clusters or starts, a contamination or threshold out of range, a conformal
    /// threshold.
    pub fn validate(&self) -> Result<()> {
        ensure!(
            self.window == 0 || self.window >= 3,
            InvalidConfig,
            "window must be 0 (automatic) or at least 3, got {}",
            self.window
        );
        ensure!(self.clusters >= 1, InvalidConfig, "clusters must be at least 1, got 0");
        ensure!(self.restarts >= 1, InvalidConfig, "restarts must be at least 1, got 0");
        check_rule(&self.threshold, self.contamination)
    }

    /// Scores and anomalies of `series`. A constant window has the shape of zeros.
    ///
    /// Windows with a missing (NaN) or infinite point are left out; steps that only lie in such have the score 0.
    /// O(n window clusters) a round, at most 300 rounds.
    ///
    /// ```
    /// use inlaid::{Context, anomaly::KMeansAd};
    /// let mut series: Vec<f64> = (0..600).map(|t| (t as f64 * 0.3).sin()).collect();
    /// series[300..305].fill(2.0);
    /// let found = KMeansAd::default().with_window(20).detect(&series, &Context::new())?;
    /// assert!(found.positions.iter().all(|step| (280..325).contains(step)));
    /// # Ok::<(), inlaid::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_config` as [`KMeansAd::validate`]; `not_enough_data` for fewer windows without a gap than clusters;
    /// `too_large` from 2^31 points; `cancelled`.
    pub fn detect(&self, series: &[f64], context: &Context) -> Result<SeriesAnomalies> {
        self.validate()?;
        let window = window_of(self.window, series, context)?;
        check_length("the series", series.len(), window)?;
        let options = MatrixProfile::default().with_window(window).with_normalized(self.normalized);
        let windows = Windows::of(series, &options, scale_of(&[series]), context)?;
        let complete = windows.kinds.iter().filter(|kind| **kind != Kind::Missing).count();
        ensure!(
            complete >= self.clusters,
            NotEnoughData,
            "the series has {complete} windows of {window} points without a gap, as many as the {} clusters are needed",
            self.clusters
        );
        let shapes = Shapes::of(&windows, context)?;
        let mut best: Option<Clustering> = None;
        for start in 0..self.restarts {
            let mut random = Random::new(context.seed().wrapping_add(start as u64));
            let found = shapes.cluster(self.clusters, &mut random, context)?;
            if best.as_ref().is_none_or(|best| found.inertia < best.inertia) {
                best = Some(found);
            }
            context.report(start + 1, self.restarts);
        }
        let Some(best) = best else { return judged(&[], &self.threshold, self.contamination, context) };
        let scores = shapes.distances(&best.centres, &best.labels, context)?;
        let unit = if self.normalized { 1.0 } else { 1.0 / windows.scale };
        let scores = context.collect(scores.len(), |at| scores[at] * unit)?;
        judged(&spread(&scores, window, context)?, &self.threshold, self.contamination, context)
    }
}

/// Windows as points of a space: `(value - base - mean) * weight`.
struct Shapes<'a> {
    windows: &'a Windows,
    /// What is taken from all points of a window.
    bases: Vec<f64>,
    /// What they are then multiplied with; 0 for constant windows, NaN for those left out.
    weights: Vec<f64>,
    /// The squared lengths.
    squares: Vec<f64>,
}

struct Clustering {
    /// One centre after the other.
    centres: Vec<f64>,
    /// The nearest centre of each window.
    labels: Vec<u32>,
    inertia: f64,
}

impl<'a> Shapes<'a> {
    fn of(windows: &'a Windows, context: &Context) -> Result<Self> {
        let (count, window) = (windows.count, windows.window);
        let freedom = ((window - 1) as f64).sqrt();
        let weight = |at: usize| match (windows.kinds[at], windows.normalized) {
            (Kind::Missing, _) => f64::NAN,
            (Kind::Constant, true) => 0.0,
            (_, true) => freedom / windows.sizes[at],
            (_, false) => 1.0,
        };
        let weights = context.collect(count, weight)?;
        // By value nothing may be taken away but what is taken from all: the first point of the series.
        let base =
            |at: usize| if windows.normalized { windows.values[at] + windows.means[at] } else { windows.values[0] };
        let bases = context.collect(count, base)?;
        let mut shapes = Self { windows, bases, weights, squares: Vec::with_capacity(count) };
        for at in 0..count {
            if at.is_multiple_of(PRODUCTS / window + 1) {
                context.check()?;
            }
            let square = if shapes.weights[at].is_nan() { f64::NAN } else { shapes.points(at).map(|x| x * x).sum() };
            shapes.squares.push(square);
        }
        Ok(shapes)
    }

    /// The coordinates of a window.
    fn points(&self, at: usize) -> impl Iterator<Item = f64> {
        let (windows, weight) = (self.windows, self.weights[at]);
        let (base, mean) =
            if windows.normalized { (windows.values[at], windows.means[at]) } else { (self.bases[at], 0.0) };
        windows.values[at..at + windows.window].iter().map(move |value| (value - base - mean) * weight)
    }

    /// The scalar products of `centre` with the windows from `first` on.
    fn products(&self, centre: &[f64], first: usize, to: &mut [f64]) {
        let total: f64 = centre.iter().sum();
        correlate(&self.windows.values[first..], centre, to);
        for (product, at) in to.iter_mut().zip(first..self.windows.count) {
            // The kernel takes the first point of each window away.
            let rest = self.bases[at] - self.windows.values[at];
            *product = (*product - rest * total) * self.weights[at];
        }
    }

    /// Centres by k-means++, then Lloyd's iteration.
    fn cluster(&self, clusters: usize, random: &mut Random, context: &Context) -> Result<Clustering> {
        let mut centres = self.start(clusters, random, context)?;
        let (mut labels, mut gaps) = self.assign(&centres, context)?;
        for _ in 0..ROUNDS {
            centres = self.means(&labels, &gaps, &centres, context)?;
            let (next, nearer) = self.assign(&centres, context)?;
            gaps = nearer;
            if next == labels {
                break;
            }
            labels = next;
        }
        let inertia = gaps.iter().filter(|gap| !gap.is_nan()).sum();
        Ok(Clustering { centres, labels, inertia })
    }

    /// Each next centre is a window drawn by its squared distance to the centres so far (Arthur, Vassilvitskii 2007).
    fn start(&self, clusters: usize, random: &mut Random, context: &Context) -> Result<Vec<f64>> {
        let count = self.windows.count;
        let mut gaps: Vec<f64> = self.squares.iter().map(|square| if square.is_nan() { 0.0 } else { 1.0 }).collect();
        let mut centres = Vec::with_capacity(clusters * self.windows.window);
        for number in 0..clusters {
            let total: f64 = gaps.iter().sum();
            let mut left = random.uniform() * total;
            let drawn = gaps.iter().position(|gap| {
                left -= gap;
                *gap > 0.0 && left <= 0.0
            });
            let known = || (0..count).find(|at| !self.squares[*at].is_nan()).unwrap_or(0);
            let at = drawn.or_else(|| gaps.iter().rposition(|gap| *gap > 0.0)).unwrap_or_else(known);
            centres.extend(self.points(at));
            let centre = &centres[number * self.windows.window..];
            let (_, to_this) = self.assign(centre, context)?;
            for (gap, new) in gaps.iter_mut().zip(to_this) {
                let new = if new.is_nan() { 0.0 } else { new };
                *gap = if number == 0 { new } else { gap.min(new) };
            }
        }
        Ok(centres)
    }

    /// The nearest centre of every window, the first of equals, and the squared distance to it.
    fn assign(&self, centres: &[f64], context: &Context) -> Result<(Vec<u32>, Vec<f64>)> {
        let (count, window) = (self.windows.count, self.windows.window);
        let halves: Vec<f64> =
            centres.chunks_exact(window).map(|c| 0.5 * c.iter().map(|x| x * x).sum::<f64>()).collect();
        let parts = context.map(count.div_ceil(BLOCK), |block| {
            let start = block * BLOCK;
            let size = BLOCK.min(count - start);
            let mut best = vec![(f64::NEG_INFINITY, 0_u32); size];
            let step = (PRODUCTS / window).clamp(LANES, BLOCK).next_multiple_of(LANES);
            let mut products = vec![0.0; step];
            for (label, (centre, half)) in centres.chunks_exact(window).zip(&halves).enumerate() {
                for (part, best) in best.chunks_mut(step).enumerate() {
                    context.check()?;
                    self.products(centre, start + part * step, &mut products[..best.len().next_multiple_of(LANES)]);
                    for (best, product) in best.iter_mut().zip(&products) {
                        if product - half > best.0 {
                            *best = (product - half, label as u32);
                        }
                    }
                }
            }
            Ok(best)
        })?;
        context.check()?;
        let (mut labels, mut gaps) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for ((score, label), square) in parts.into_iter().flatten().zip(&self.squares) {
            labels.push(label);
            gaps.push((square - 2.0 * score).max(0.0));
        }
        // `max` takes a number over NaN, and a window that is left out has none.
        gaps.iter_mut().zip(&self.squares).filter(|(_, square)| square.is_nan()).for_each(|(gap, _)| *gap = f64::NAN);
        Ok((labels, gaps))
    }

    /// The mean of the windows of each centre; a centre without any goes to the window that is farthest from its own.
    fn means(&self, labels: &[u32], gaps: &[f64], centres: &[f64], context: &Context) -> Result<Vec<f64>> {
        let (count, window) = (self.windows.count, self.windows.window);
        let clusters = centres.len() / window;
        let parts = context.map(count.div_ceil(BLOCK), |block| {
            let (mut sums, mut sizes) = (vec![0.0; centres.len()], vec![0_usize; clusters]);
            for at in (block * BLOCK..count.min((block + 1) * BLOCK)).filter(|at| !self.squares[*at].is_nan()) {
                if at.is_multiple_of(PRODUCTS / window + 1) {
                    context.check()?;
                }
                let label = labels[at] as usize;
                sizes[label] += 1;
                let sums = &mut sums[label * window..(label + 1) * window];
                sums.iter_mut().zip(self.points(at)).for_each(|(sum, point)| *sum += point);
            }
            Ok((sums, sizes))
        })?;
        let (mut sums, mut sizes) = (vec![0.0; centres.len()], vec![0_usize; clusters]);
        for (more, counts) in parts {
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            sizes.iter_mut().zip(counts).for_each(|(size, more)| *size += more);
        }
        let mut gaps = gaps.to_vec();
        for (sum, size) in sums.chunks_exact_mut(window).zip(&sizes) {
            if *size > 0 {
                sum.iter_mut().for_each(|x| *x /= *size as f64);
                continue;
            }
            let known = gaps.iter().enumerate().filter(|(_, gap)| !gap.is_nan());
            let farthest = known.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
            if let Some((at, _)) = farthest {
                sum.iter_mut().zip(self.points(at)).for_each(|(x, point)| *x = point);
                gaps[at] = 0.0;
            }
        }
        Ok(sums)
    }

    /// The distance of every window to its centre, from the points.
    fn distances(&self, centres: &[f64], labels: &[u32], context: &Context) -> Result<Vec<f64>> {
        let window = self.windows.window;
        let mut distances = Vec::with_capacity(labels.len());
        for (at, label) in labels.iter().enumerate() {
            if at.is_multiple_of(PRODUCTS / window + 1) {
                context.check()?;
            }
            let centre = &centres[*label as usize * window..(*label as usize + 1) * window];
            distances.push(self.points(at).zip(centre).map(|(x, c)| (x - c) * (x - c)).sum::<f64>().sqrt());
        }
        Ok(distances)
    }
}

dispatch! {
    /// The products of `centre` with the windows of `values`, less the first point of each, a whole number of lanes.
    fn correlate, portable correlate_portable(values: &[f64], centre: &[f64], to: &mut [f64]) {
        for (group, to) in to.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let values = &values[group * LANES..group * LANES + centre.len() + LANES - 1];
            let mut base = [0.0; LANES];
            base.copy_from_slice(&values[..LANES]);
            let mut sums = [0.0; LANES];
            for (points, weight) in values.windows(LANES).zip(centre) {
                for lane in 0..LANES {
                    sums[lane] += weight * (points[lane] - base[lane]);
                }
            }
            *to = sums;
        }
    }
}
