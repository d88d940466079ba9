//! The strangest windows and the patterns that come again.
use serde::{Deserialize, Serialize};

use super::mass::distances_from;
use super::options::MatrixProfile;
use super::result::Profile;
use super::windows::{Windows, scale_of};
use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::{Result, ensure};

/// Distances below this (times the root of the window) are those of equal shapes.
const EQUAL: f64 = 1e-7;

/// The strangest windows of a series, the strangest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Discords {
    /// Where they begin.
    pub positions: Ints,
    /// How far each is from the window most like it.
    pub distances: Vector,
    /// Where that begins.
    pub neighbours: Ints,
}

/// The at most `count` windows of `profile` with the largest finite distances, none overlapping another; of equal ones the
/// first. O(n log n).
///
/// ```
/// use inlaid::{Context, anomaly::{MatrixProfile, discords}};
/// let mut series: Vec<f64> = (0..300).map(|t| (t as f64 * 0.4).sin()).collect();
/// series[100..108].fill(0.9);
/// let profile = MatrixProfile::default().with_window(16).search(&series, &Context::new())?;
/// let found = discords(&profile, 1)?;
/// assert!((85..108).contains(&found.positions[0]));
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_config` for a count of 0.
pub fn discords(profile: &Profile, count: usize) -> Result<Discords> {
    ensure!(count >= 1, InvalidConfig, "count must be at least 1, got 0");
    let mut order: Vec<usize> = (0..profile.distances.len()).filter(|at| profile.distances[*at].is_finite()).collect();
    order.sort_by(|a, b| profile.distances[*b].total_cmp(&profile.distances[*a]));
    let mut free = vec![true; profile.distances.len()];
    let mut positions = Vec::new();
    for at in order {
        if positions.len() == count {
            break;
        }
        if free[at] {
            positions.push(at as i64);
            block(&mut free, at, profile.window - 1);
        }
    }
    let distances: Vec<f64> = positions.iter().map(|at| profile.distances[*at as usize]).collect();
    let neighbours: Vec<i64> = positions.iter().map(|at| profile.neighbours[*at as usize]).collect();
    Ok(Discords { positions: positions.into(), distances: distances.into(), neighbours: neighbours.into() })
}

/// Windows at most `steps` away from `at` are no longer free.
fn block(free: &mut [bool], at: usize, steps: usize) {
    let end = at.saturating_add(steps).saturating_add(1).min(free.len());
    free[at.saturating_sub(steps)..end].fill(false);
}

/// A pattern that comes again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Motif {
    /// Where the pattern begins.
    pub position: usize,
    /// Where the window most like it begins.
    pub neighbour: usize,
    /// How far they are apart.
    pub distance: f64,
    /// Where every window like the pattern begins, itself excluded, the nearest first.
    pub matches: Ints,
    /// How far each of them is from the pattern.
    pub match_distances: Vector,
}

/// Which patterns to look for in a series with its matrix profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Motifs {
    /// How many patterns at most, at least 1. Default 3.
    pub count: usize,
    /// A window belongs to a pattern up to this many times the distance of its nearest pair, at least 1. Default 2.
    pub radius: f64,
    /// How many windows at most belong to a pattern beside itself; 0 for any number. Default 0.
    pub most_matches: usize,
}

impl Default for Motifs {
    fn default() -> Self {
        Self { count: 3, radius: 2.0, most_matches: 0 }
    }
}

impl Motifs {
    /// Set how many patterns at most.
    #[must_use]
    pub fn with_count(mut self, count: usize) -> Self {
        self.count = count;
        self
    }

    /// Set up to how many times the distance of the nearest pair a window belongs to a pattern.
    #[must_use]
    pub fn with_radius(mut self, radius: f64) -> Self {
        self.radius = radius;
        self
    }

    /// Set how many windows at most belong to a pattern.
    #[must_use]
    pub fn with_most_matches(mut self, most_matches: usize) -> Self {
        self.most_matches = most_matches;
        self
    }

    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for a count of 0 or a radius below 1.
    pub fn validate(&self) -> Result<()> {
        ensure!(self.count >= 1, InvalidConfig, "count must be at least 1, got 0");
        ensure!(
            self.radius >= 1.0 && self.radius.is_finite(),
            InvalidConfig,
            "radius must be at least 1 and finite, got {}",
            self.radius
        );
        Ok(())
    }

    /// The patterns of `series` by its `profile`, the nearest pair first.
    ///
    /// Each is the window with the least distance that is left; the windows within `radius` times that distance belong to
    /// it, one for every stretch of the exclusion, and neither they nor their surroundings begin another. O(n window) each,
    /// or O(n log window) for long windows.
    ///
    /// ```
    /// use inlaid::{Context, anomaly::{MatrixProfile, Motifs}};
    /// let noise = |t: usize| ((t * t * 7919) % 1009) as f64 / 1009.0;
    /// let series: Vec<f64> =
    ///     (0..600).map(|t| if t % 150 < 20 { ((t % 150) as f64 * 0.7).sin() * 3.0 } else { noise(t) }).collect();
    /// let profile = MatrixProfile::default().with_window(20).search(&series, &Context::new())?;
    /// let motifs = Motifs::default().with_count(1).search(&series, &profile, &Context::new())?;
    /// assert_eq!(motifs[0].matches.len(), 3);
    /// # Ok::<(), inlaid::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_config` as [`Motifs::validate`]; `invalid_data` for a profile that is not of this series; `cancelled`.
    pub fn search(&self, series: &[f64], profile: &Profile, context: &Context) -> Result<Vec<Motif>> {
        self.validate()?;
        let count = profile.distances.len();
        ensure!(
            profile.window >= 3 && count >= 1 && series.len().checked_sub(profile.window - 1) == Some(count),
            InvalidData,
            "the profile has {count} windows of {} points, which are not those of a series of {}",
            profile.window,
            series.len()
        );
        ensure!(
            profile.neighbours.len() == count && profile.neighbours.iter().all(|place| *place < count as i64),
            InvalidData,
            "the profile names neighbours that are not in this series"
        );
        let options = MatrixProfile::default().with_window(profile.window).with_normalized(profile.normalized);
        let windows = Windows::of(series, &options, scale_of(&[series]), context)?;
        let mut order: Vec<usize> = (0..count).filter(|at| profile.distances[*at].is_finite()).collect();
        order.sort_by(|a, b| profile.distances[*a].total_cmp(&profile.distances[*b]));
        let (mut free, mut motifs) = (vec![true; count], Vec::new());
        for at in order {
            if motifs.len() == self.count {
                break;
            }
            if free[at] && profile.neighbours[at] >= 0 {
                motifs.push(self.matches(at, &windows, profile, &mut free, context)?);
                context.report(motifs.len(), self.count);
            }
        }
        Ok(motifs)
    }

    fn matches(
        &self,
        position: usize,
        windows: &Windows,
        profile: &Profile,
        free: &mut [bool],
        context: &Context,
    ) -> Result<Motif> {
        let distance = profile.distances[position];
        let distances = distances_from(windows, position, windows, context)?;
        let floor = if profile.normalized { EQUAL * (profile.window as f64).sqrt() } else { 0.0 };
        let limit = (self.radius * distance).max(floor);
        let mut near: Vec<usize> = (0..distances.len()).filter(|at| distances[*at] <= limit).collect();
        near.sort_by(|a, b| distances[*a].total_cmp(&distances[*b]));
        let mut apart = vec![true; distances.len()];
        block(&mut apart, position, profile.exclusion);
        block(free, position, profile.exclusion);
        let most = if self.most_matches == 0 { usize::MAX } else { self.most_matches };
        let mut matches = Vec::new();
        for at in near {
            if matches.len() == most {
                break;
            }
            if apart[at] {
                matches.push(at as i64);
                block(&mut apart, at, profile.exclusion);
                block(free, at, profile.exclusion);
            }
        }
        let match_distances: Vec<f64> = matches.iter().map(|at| distances[*at as usize]).collect();
        Ok(Motif {
            position,
            neighbour: profile.neighbours[position] as usize,
            distance,
            matches: matches.into(),
            match_distances: match_distances.into(),
        })
    }
}
