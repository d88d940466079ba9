//! What a matrix profile says.
use serde::{Deserialize, Serialize};

use crate::data::{Ints, Vector};

/// How far every window of a series is from the one most like it.
///
/// Position i is the window of the points i to i + `window` - 1. Distances are Euclidean, of windows with mean 0 and
/// standard deviation 1 (population) where `normalized`: 0 for equal shapes, `sqrt(2 window)` for shapes that have nothing
/// in common, `2 sqrt(window)` for opposite ones. Two constant windows are at distance 0, a constant and another one at
/// `sqrt(window)`. **A distance is infinite and its neighbour -1** where a window has no neighbour: a missing (NaN) or
/// infinite point lies in it, or nothing remains to compare with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Profile {
    /// The length of the windows.
    pub window: usize,
    /// How many steps left and right of a window did not count.
    pub exclusion: usize,
    /// Whether windows were brought to mean 0 and deviation 1.
    pub normalized: bool,
    /// The distance to the nearest window.
    pub distances: Vector,
    /// Where the nearest window begins, -1 where none.
    pub neighbours: Ints,
    /// The distance to the nearest window before; empty where two series were compared.
    pub left_distances: Vector,
    /// Where the nearest window before begins, -1 where none.
    pub left_neighbours: Ints,
    /// The distance to the nearest window after; empty where two series were compared.
    pub right_distances: Vector,
    /// Where the nearest window after begins, -1 where none.
    pub right_neighbours: Ints,
}

/// Distances and neighbours of one kind, as they are built.
#[derive(Clone, Debug, Default)]
pub(super) struct Nearest {
    pub(super) distances: Vec<f64>,
    pub(super) neighbours: Vec<i64>,
}

impl Nearest {
    pub(super) fn with_capacity(count: usize) -> Self {
        Self { distances: Vec::with_capacity(count), neighbours: Vec::with_capacity(count) }
    }

    pub(super) fn push(&mut self, distance: f64, neighbour: i64) {
        self.distances.push(distance);
        self.neighbours.push(neighbour);
    }

    /// The nearer of each, `self` where both are as near.
    pub(super) fn nearer(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for (at, (distance, neighbour)) in other.distances.iter().zip(&other.neighbours).enumerate() {
            if *distance < both.distances[at] {
                both.distances[at] = *distance;
                both.neighbours[at] = *neighbour;
            }
        }
        both
    }
}
