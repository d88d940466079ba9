//! The left matrix profile of a series that goes on, one point after the other.
//!
//! The sums of products of the newest window with all kept ones move along their diagonals with every point, as in the
//! search of a whole series, and are made anew from the points now and then.
//! Source: Yeh et al., *Matrix profile I* (ICDM 2016), section III-E (STAMPI); Zhu et al., *Matrix profile II* (ICDM 2016).
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::kernel::pair;
use super::options::{MatrixProfile, check_length};
use super::search::{NEAR, distance, distance_of};
use super::windows::{Kind, LANES, Windows, moments};
use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::{Result, ensure};
use crate::math::simd::dispatch;
use crate::store::{self, Stored};

/// Larger values count as missing: their squares would overflow.
const LARGEST: f64 = 1e100;

/// A matrix profile that grows with a stream: each new window and the one before that is most like it.
///
/// ```
/// use inlaid::anomaly::GrowingProfile;
/// let mut stream = GrowingProfile::default().with_window(8).start()?;
/// let mut last = None;
/// for t in 0..100 {
///     last = Some(stream.update((t as f64 * std::f64::consts::TAU / 10.0).sin()));
/// }
/// assert!(last.unwrap().distance < 1e-5);
/// assert!(stream.update(9.0).distance > 1.0);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct GrowingProfile {
    /// The length of the windows in points, at least 3. Default 50.
    pub window: usize,
    /// How many steps before a window do not count as elsewhere. Default a quarter of the window, rounded up.
    pub exclusion: Option<usize>,
    /// How many windows are remembered, at least 2: memory is at most 130 bytes for each, time per point grows with it. Default
    /// 10000.
    pub memory: usize,
}

impl Default for GrowingProfile {
    fn default() -> Self {
        Self { window: 50, exclusion: None, memory: 10_000 }
    }
}

impl GrowingProfile {
    /// Set the length of the windows.
    #[must_use]
    pub fn with_window(mut self, window: usize) -> Self {
        self.window = window;
        self
    }

    /// Set how many steps before a window do not count as elsewhere.
    #[must_use]
    pub fn with_exclusion(mut self, exclusion: impl Into<Option<usize>>) -> Self {
        self.exclusion = exclusion.into();
        self
    }

    /// Set how many windows are remembered.
    #[must_use]
    pub fn with_memory(mut self, memory: usize) -> Self {
        self.memory = memory;
        self
    }

    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for a window below 3 or a memory below 2; `too_large` for a window or memory from 2^30.
    pub fn validate(&self) -> Result<()> {
        MatrixProfile::default().with_window(self.window).validate()?;
        ensure!(self.memory >= 2, InvalidConfig, "memory must be at least 2 windows, got {}", self.memory);
        let most = 1 << 30;
        ensure!(
            self.memory < most && self.window < most,
            TooLarge,
            "window and memory must be below {most}, got {} and {}",
            self.window,
            self.memory
        );
        Ok(())
    }

    /// Start with no points.
    ///
    /// # Errors
    /// As [`GrowingProfile::validate`].
    pub fn start(&self) -> Result<ProfileStream> {
        self.validate()?;
        let options = MatrixProfile::default().with_window(self.window).with_exclusion(self.exclusion);
        Ok(ProfileStream {
            exclusion: options.excluded(),
            memory: self.memory,
            windows: Windows::empty(self.window),
            shares: Vec::new(),
            sums: Vec::new(),
            seen: 0,
            finite: 0,
            equal: 0,
            largest: 0.0,
            since: 0,
        })
    }
}

/// The newest window and its nearest window before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LeftNeighbour {
    /// How far it is; infinite where there is none.
    pub distance: f64,
    /// Where it begins, counted from the first point ever seen; -1 where there is none.
    pub neighbour: i64,
}

/// The nearest windows before, for each of several points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LeftNeighbours {
    /// How far each is from the window that ends with the point; infinite where there is none.
    pub distances: Vector,
    /// Where each begins, counted from the first point ever seen; -1 where there is none.
    pub neighbours: Ints,
}

/// A matrix profile in the course of its stream. It goes on after [`to_bytes`](ProfileStream::to_bytes) and
/// [`from_bytes`](ProfileStream::from_bytes) as if nothing had been, bit for bit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProfileStream {
    exclusion: usize,
    memory: usize,
    /// The kept windows; what is older than `memory` goes in large steps.
    windows: Windows,
    /// What a window adds to a correlation: a half where constant, NaN where a point is missing.
    #[serde(skip)]
    shares: Vec<f64>,
    /// The sums of products of the newest window with the one so many steps before.
    sums: Vec<f64>,
    seen: u64,
    /// How many points up to the last are finite, and how many equal.
    finite: usize,
    equal: usize,
    /// The largest window since the sums were made anew, and how many windows ago that was.
    largest: f64,
    since: usize,
}

impl ProfileStream {
    /// How many points were seen.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// Take the next point and find the window before that is most like the one that ends with it.
    ///
    /// NaN, infinite and values beyond 1e100 are missing: no window with one has or is a neighbour. O(memory).
    pub fn update(&mut self, value: f64) -> LeftNeighbour {
        let none = LeftNeighbour { distance: f64::INFINITY, neighbour: -1 };
        self.push(value);
        let window = self.windows.window;
        if self.windows.values.len() < window {
            return none;
        }
        self.grow();
        self.forget();
        let newest = self.windows.count - 1;
        let reach = newest.min(self.memory - 1);
        if reach <= self.exclusion {
            return none;
        }
        let first = newest - reach;
        let last = newest - self.exclusion;
        let (weight, share) = (self.weight(newest), self.shares[newest]);
        let sums = &self.sums[self.exclusion + 1..=reach];
        let (mut best, mut place) = (f64::NEG_INFINITY, None);
        for (at, sum) in (first..last).zip(sums.iter().rev()) {
            let score = sum * weight * self.weight(at) + (share + self.shares[at]);
            if score > best {
                best = score;
                place = Some(at);
            }
        }
        let Some(at) = place else { return none };
        let varied = self.windows.kinds[at] == Kind::Varied && self.windows.kinds[newest] == Kind::Varied;
        let distance = if varied && best > NEAR {
            distance(&self.windows, &self.windows, newest, at)
        } else {
            distance_of(best, window)
        };
        let before = self.seen - (self.windows.values.len() as u64);
        LeftNeighbour { distance, neighbour: (before + at as u64) as i64 }
    }

    /// [`update`](Self::update) with every one of `values`.
    ///
    /// # Errors
    /// `too_large` from 2^31 values; `cancelled`: the points before were taken.
    pub fn update_batch(&mut self, values: &[f64], context: &Context) -> Result<LeftNeighbours> {
        check_length("the batch", values.len(), 0)?;
        let (mut distances, mut neighbours) = (Vec::with_capacity(values.len()), Vec::with_capacity(values.len()));
        for (at, value) in values.iter().enumerate() {
            context.check()?;
            let found = self.update(*value);
            distances.push(found.distance);
            neighbours.push(found.neighbour);
            if at.is_multiple_of(1024) {
                context.report(at, values.len());
            }
        }
        context.report(values.len(), values.len());
        Ok(LeftNeighbours { distances: distances.into(), neighbours: neighbours.into() })
    }

    /// The stream as bytes: versioned, checksummed. About 30 bytes per window of the memory, twice that before it forgets.
    ///
    /// # Errors
    /// As [`store::to_bytes`].
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        store::to_bytes(self)
    }

    /// The stream that [`to_bytes`](ProfileStream::to_bytes) gave.
    ///
    /// # Errors
    /// As [`store::from_bytes`]: `incompatible` for damaged bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        store::from_bytes(bytes).map(Self::restored)
    }

    /// Save the stream to a file, which is replaced as a whole or not at all.
    ///
    /// # Errors
    /// As [`store::save`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        store::save(self, path)
    }

    /// The stream in a file that [`save`](ProfileStream::save) wrote.
    ///
    /// # Errors
    /// As [`store::load`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        store::load(path).map(Self::restored)
    }

    /// With what follows from that which is saved.
    fn restored(mut self) -> Self {
        let windows = &mut self.windows;
        windows.weights = vec![f64::NAN; windows.count];
        (windows.steps, windows.drifts) = (vec![0.0; windows.count], vec![0.0; windows.count]);
        (0..windows.count).for_each(|at| windows.settle(at));
        self.shares = windows.kinds.iter().map(|kind| share(*kind)).collect();
        self
    }

    fn weight(&self, at: usize) -> f64 {
        if self.windows.kinds[at] == Kind::Varied { self.windows.weights[at] } else { 0.0 }
    }

    /// Put a point at the end.
    fn push(&mut self, value: f64) {
        self.seen += 1;
        let held = self.windows.values.last().copied();
        if value.abs() <= LARGEST {
            self.equal = if self.finite > 0 && held == Some(value) { self.equal + 1 } else { 1 };
            self.finite += 1;
            self.windows.values.push(value);
        } else {
            (self.finite, self.equal) = (0, 0);
            self.windows.values.push(held.unwrap_or(0.0));
        }
    }

    /// Put the window that ends with the last point at the end, and bring the sums to it.
    fn grow(&mut self) {
        let windows = &mut self.windows;
        let (at, window) = (windows.count, windows.window);
        let kind = match (self.finite >= window, self.equal >= window) {
            (false, _) => Kind::Missing,
            (true, true) => Kind::Constant,
            (true, false) => Kind::Varied,
        };
        windows.append(kind);
        self.shares.push(share(windows.kinds[at]));
        let reach = at.min(self.memory - 1);
        let cuts = windows.cuts.len();
        windows.cut(at, windows.sizes[at], &mut self.largest);
        let falls = windows.cuts.len() > cuts;
        self.since += 1;
        if falls || self.since >= lifetime(window) {
            self.since = 0;
            self.sums.clear();
            self.sums.extend((0..=reach).map(|back| pair(&self.windows, &self.windows, at, at - back)));
            return;
        }
        let windows = &self.windows;
        let oldest = at - (self.sums.len().max(1) - 1).min(at);
        self.sums.truncate(reach + 1);
        let (steps, drifts) = (&windows.steps[oldest..=at], &windows.drifts[oldest..=at]);
        advance(&mut self.sums, steps, drifts);
        while self.sums.len() <= reach {
            self.sums.push(pair(windows, windows, at, at - self.sums.len()));
        }
        for cut in windows.cuts.iter().map(|cut| *cut as usize).filter(|cut| at - cut <= reach) {
            self.sums[at - cut] = pair(windows, windows, at, cut);
        }
    }

    /// Forget windows beyond the memory once they are as many as the memory.
    fn forget(&mut self) {
        let old = self.windows.count.saturating_sub(self.memory);
        if old >= self.memory {
            self.windows.forget(old);
            self.shares.drain(..old);
        }
    }
}

/// What a window adds to a correlation.
fn share(kind: Kind) -> f64 {
    match kind {
        Kind::Varied => 0.0,
        Kind::Constant => 0.5,
        Kind::Missing => f64::NAN,
    }
}

/// After how many windows the sums are made anew.
fn lifetime(window: usize) -> usize {
    (16 * window).max(1024)
}

impl Stored for ProfileStream {
    const KIND: &'static str = "anomaly.ProfileStream";
    const VERSION: u32 = 1;

    fn check(&self) -> Result<()> {
        let Windows { window, count, normalized, scale, values, means, sizes, kinds, cuts, .. } = &self.windows;
        GrowingProfile::default().with_window(*window).with_memory(self.memory).validate()?;
        let windows = (values.len() + 1).saturating_sub(*window);
        ensure!(
            *count == windows && *count < 2 * self.memory && *normalized && *scale == 1.0,
            InvalidData,
            "{} points have {windows} windows of {window} and not {count}",
            values.len()
        );
        let compared = if *count == 0 { 0 } else { (*count).min(self.memory) };
        ensure!(
            [means.len(), sizes.len(), kinds.len()].iter().all(|length| length == count) && self.sums.len() == compared,
            InvalidData,
            "moments and sums are not those of {count} windows"
        );
        // A sum of squares of points within the largest.
        let most = LARGEST * LARGEST * *window as f64 * 16.0;
        let within = |numbers: &[f64], most: f64| numbers.iter().all(|number| number.abs() <= most);
        ensure!(
            within(values, LARGEST)
                && within(means, 4.0 * LARGEST)
                && within(sizes, most)
                && sizes.iter().all(|size| *size >= 0.0)
                && within(&self.sums, most)
                && (0.0..=most).contains(&self.largest),
            InvalidData,
            "points, moments or sums of windows are not finite or too large"
        );
        ensure!(
            cuts.iter().is_sorted() && cuts.last().is_none_or(|cut| (*cut as usize) < *count),
            InvalidData,
            "sums are made anew at windows that are not there"
        );
        ensure!(
            self.seen < 1 << 62
                && self.seen >= values.len() as u64
                && self.finite as u64 <= self.seen
                && self.equal <= self.finite
                && self.since < lifetime(*window),
            InvalidData,
            "{} points were seen, {} of the last finite and {} equal",
            self.seen,
            self.finite,
            self.equal
        );
        Ok(())
    }
}

dispatch! {
    /// Bring `sums`, by distance from the newest window, to it: `steps` and `drifts` end with its own.
    fn advance, portable advance_portable(sums: &mut [f64], steps: &[f64], drifts: &[f64]) {
        let last = steps.len() - 1;
        let (step, drift) = (steps[last], drifts[last]);
        for ((sum, own), own_drift) in sums.iter_mut().zip(steps.iter().rev()).zip(drifts.iter().rev()) {
            *sum += step * own_drift + drift * own;
        }
    }
}

impl Windows {
    fn empty(window: usize) -> Self {
        Self {
            window,
            count: 0,
            normalized: true,
            scale: 1.0,
            values: Vec::new(),
            means: Vec::new(),
            sizes: Vec::new(),
            weights: Vec::new(),
            steps: Vec::new(),
            drifts: Vec::new(),
            kinds: Vec::new(),
            cuts: Vec::new(),
        }
    }

    /// Put one window at the end, whose points are already there.
    fn append(&mut self, kind: Kind) {
        let at = self.count;
        let mut points = self.values[at..at + self.window].to_vec();
        points.resize(self.window + LANES, 0.0);
        let (mut means, mut sizes) = ([0.0; LANES], [0.0; LANES]);
        moments(&points, self.window, &mut means, &mut sizes);
        self.means.push(means[0]);
        self.sizes.push(sizes[0]);
        self.weights.push(f64::NAN);
        self.steps.push(0.0);
        self.drifts.push(0.0);
        self.kinds.push(kind);
        self.count += 1;
        self.settle(at);
    }

    /// Remove the first windows.
    fn forget(&mut self, count: usize) {
        self.count -= count;
        for numbers in
            [&mut self.values, &mut self.means, &mut self.sizes, &mut self.weights, &mut self.steps, &mut self.drifts]
        {
            numbers.drain(..count);
        }
        self.kinds.drain(..count);
        let old = self.cuts.partition_point(|cut| (*cut as usize) < count);
        self.cuts.drain(..old);
        self.cuts.iter_mut().for_each(|cut| *cut -= count as u32);
    }
}
