//! From the best correlations to distances: constant windows, exact repetitions, both sides.
use std::ops::Range;

use super::engine::{between, within};
use super::kernel::{Best, NONE};
use super::options::{MatrixProfile, check_length};
use super::result::{Nearest, Profile};
use super::windows::{Kind, Windows, scale_of};
use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::Result;

/// Above this correlation the distance is computed from the points: 1 less the correlation has lost its digits.
pub(super) const NEAR: f64 = 1.0 - 1e-4;
/// The correlation of a constant window with one that is not.
const HALF: f64 = 0.5;
/// Windows between two looks at the context, in points.
const TOGETHER: usize = 1 << 20;

impl MatrixProfile {
    /// The matrix profile of `series`: for every window the nearest one elsewhere, before it and after it.
    ///
    /// Missing (NaN) and infinite points are allowed; windows with one are never near anything. Of equally near windows the
    /// first is named. The same on any number of threads. Distances agree with their definition to about 1e-10 of
    /// `sqrt(window)`, whatever the offset and scale, and are exactly 0 for windows that repeat point by point; two
    /// neighbours whose correlations agree to 1e-13 are not told apart.
    ///
    /// # Errors
    /// `invalid_config` as [`MatrixProfile::validate`]; `not_enough_data` for a series shorter than the window; `too_large`
    /// from 2^31 points; `cancelled`.
    pub fn search(&self, series: &[f64], context: &Context) -> Result<Profile> {
        self.validate()?;
        check_length("the series", series.len(), self.window)?;
        context.check()?;
        let windows = Windows::of(series, self, scale_of(&[series]), context)?;
        let exclusion = self.excluded();
        let (left, right) = within(&windows, exclusion, context)?;
        let others = Others::of(&windows);
        let count = windows.count;
        let left = others.settle(&windows, &left, |at| 0..at.saturating_sub(exclusion), context)?;
        let right = others.settle(
            &windows,
            &right,
            |at| at.saturating_add(exclusion).saturating_add(1).min(count)..count,
            context,
        )?;
        let both = left.nearer(&right);
        Ok(Profile {
            left_distances: left.distances.into(),
            left_neighbours: left.neighbours.into(),
            right_distances: right.distances.into(),
            right_neighbours: right.neighbours.into(),
            ..self.profile(both, exclusion)
        })
    }

    /// For every window of `series` the nearest window of `other`; nothing is excluded and there is no left and right.
    ///
    /// # Errors
    /// As [`MatrixProfile::search`], for both.
    pub fn search_between(&self, series: &[f64], other: &[f64], context: &Context) -> Result<Profile> {
        self.validate()?;
        check_length("the series", series.len(), self.window)?;
        check_length("the other series", other.len(), self.window)?;
        context.check()?;
        let scale = scale_of(&[series, other]);
        let (windows, others) = (Windows::of(series, self, scale, context)?, Windows::of(other, self, scale, context)?);
        let best = between(&windows, &others, context)?;
        let nearest = Others::of(&others).settle(&windows, &best, |_| 0..others.count, context)?;
        Ok(self.profile(nearest, 0))
    }

    fn profile(&self, nearest: Nearest, exclusion: usize) -> Profile {
        let none = || (Vector::from(Vec::new()), Ints::from(Vec::new()));
        let ((left_distances, left_neighbours), (right_distances, right_neighbours)) = (none(), none());
        Profile {
            window: self.window,
            exclusion,
            normalized: self.normalized,
            distances: nearest.distances.into(),
            neighbours: nearest.neighbours.into(),
            left_distances,
            left_neighbours,
            right_distances,
            right_neighbours,
        }
    }
}

/// The windows that are searched, by kind.
pub(super) struct Others<'a> {
    windows: &'a Windows,
    constant: Vec<u32>,
    varied: Vec<u32>,
}

/// The first of ascending `places` in `range`.
fn first_in(places: &[u32], range: &Range<usize>) -> Option<u32> {
    let at = places.partition_point(|place| (*place as usize) < range.start);
    places.get(at).copied().filter(|place| range.contains(&(*place as usize)))
}

impl<'a> Others<'a> {
    pub(super) fn of(windows: &'a Windows) -> Self {
        let places = |wanted: Kind| {
            let kinds = windows.kinds.iter().enumerate();
            kinds.filter(|(_, kind)| **kind == wanted).map(|(at, _)| at as u32).collect()
        };
        Self { windows, constant: places(Kind::Constant), varied: places(Kind::Varied) }
    }

    /// Distances and neighbours; a window may match those in `range` of it.
    fn settle(
        &self,
        windows: &Windows,
        best: &Best,
        range: impl Fn(usize) -> Range<usize>,
        context: &Context,
    ) -> Result<Nearest> {
        let mut nearest = Nearest::with_capacity(windows.count);
        for (at, kind) in windows.kinds.iter().enumerate() {
            if at.is_multiple_of((TOGETHER / windows.window).max(1)) {
                context.check()?;
            }
            let range = range(at);
            let constant = first_in(&self.constant, &range);
            let (score, from) = match kind {
                Kind::Missing => (f64::NEG_INFINITY, NONE),
                Kind::Varied => match constant {
                    Some(place) if best.scores[at] < HALF => (HALF, place),
                    _ => (best.scores[at], best.from[at]),
                },
                Kind::Constant => match (constant, first_in(&self.varied, &range)) {
                    (Some(place), _) => (1.0, place),
                    (None, Some(place)) => (HALF, place),
                    (None, None) => (f64::NEG_INFINITY, NONE),
                },
            };
            if from == NONE {
                nearest.push(f64::INFINITY, -1);
            } else {
                let exact = *kind == Kind::Varied && (score > NEAR || !windows.normalized);
                let distance = if exact {
                    distance(windows, self.windows, at, from as usize)
                } else {
                    distance_of(score, windows.window)
                };
                nearest.push(distance, i64::from(from));
            }
        }
        Ok(nearest)
    }
}

/// The distance of windows with this correlation.
pub(super) fn distance_of(correlation: f64, window: usize) -> f64 {
    (2.0 * window as f64 * (1.0 - correlation)).max(0.0).sqrt()
}

/// The distance of two varied windows, from their points.
pub(super) fn distance(left: &Windows, right: &Windows, at: usize, other: usize) -> f64 {
    let window = left.window;
    if !left.normalized {
        return super::kernel::pair(left, right, at, other).sqrt() / left.scale;
    }
    let (one, two) = (1.0 / left.sizes[at], 1.0 / right.sizes[other]);
    let squares = (0..window).map(|k| {
        let difference = left.deviation(at, k) * one - right.deviation(other, k) * two;
        difference * difference
    });
    (window as f64 * squares.sum::<f64>()).sqrt()
}
