//! Volumes, one objective after the other.
use crate::Context;
use crate::error::Result;
use crate::optimize::fronts::points::Points;
use crate::optimize::fronts::ranking::{Staircase, compare, covers, key, lexicographic};

/// Volumes up to one reference; memory of each level is used again.
pub(super) struct Slicer<'a> {
    reference: &'a [f64],
    context: &'a Context,
    spare: Vec<Vec<f64>>,
}

impl<'a> Slicer<'a> {
    pub(super) fn new(reference: &'a [f64], context: &'a Context) -> Self {
        Self { reference, context, spare: Vec::new() }
    }

    /// The volume of rows within the reference.
    pub(super) fn volume(&mut self, rows: &[f64]) -> Result<f64> {
        let width = self.reference.len();
        let mut sorted = rows.to_vec();
        sort_by_last(&mut sorted, width);
        self.sorted(&sorted, width)
    }

    /// The volume of rows in the first `width` objectives, sorted by the last of them.
    fn sorted(&mut self, rows: &[f64], width: usize) -> Result<f64> {
        let last = |row: &[f64]| self.reference[width - 1] - row[width - 1];
        match width {
            0 => Ok(0.0),
            1 => Ok(rows.first().map_or(0.0, |_| last(rows))),
            2 => Ok(self.plane(rows)),
            3 => {
                self.context.check()?;
                Ok(self.solid(rows))
            }
            _ => {
                // Each point fills, from its last number on, what it dominates alone in the others so far.
                let mut total = 0.0;
                for at in 0..rows.len() / width {
                    let depth = self.reference[width - 1] - rows[at * width + width - 1];
                    total += depth * self.added(rows, width, at)?;
                }
                Ok(total)
            }
        }
    }

    /// What row `at` dominates in the first `width - 1` objectives that none before it does.
    fn added(&mut self, rows: &[f64], width: usize, at: usize) -> Result<f64> {
        let point = &rows[at * width..(at + 1) * width - 1];
        let full: f64 = point.iter().zip(self.reference).map(|(value, bound)| bound - value).product();
        if at == 0 {
            return Ok(full);
        }
        self.without(&rows[..at * width], width, point, full)
    }

    /// `full` less what rows of `stride` numbers dominate of the box from `point` on.
    fn without(&mut self, rows: &[f64], stride: usize, point: &[f64], full: f64) -> Result<f64> {
        let width = point.len();
        let mut limited = self.spare.pop().unwrap_or_default();
        limited.clear();
        for row in rows.chunks_exact(stride) {
            limited.extend(row.iter().zip(point).map(|(value, bound)| value.max(*bound)));
        }
        if limited.chunks_exact(width).any(|row| row == point) {
            self.spare.push(limited);
            return Ok(0.0);
        }
        sort_by_last(&mut limited, width);
        if width > 3 {
            keep_border(&mut limited, width);
        }
        let taken = self.sorted(&limited, width);
        self.spare.push(limited);
        Ok(full - taken?)
    }

    /// What row `at` dominates alone.
    pub(super) fn alone(&mut self, rows: &[f64], width: usize, at: usize) -> Result<f64> {
        let point = &rows[at * width..(at + 1) * width];
        let full: f64 = point.iter().zip(self.reference).map(|(value, bound)| bound - value).product();
        let others: Vec<f64> = [&rows[..at * width], &rows[(at + 1) * width..]].concat();
        if others.is_empty() {
            return Ok(full);
        }
        self.without(&others, width, point, full)
    }

    /// Rows by the second number.
    fn plane(&self, rows: &[f64]) -> f64 {
        let (mut area, mut wall) = (0.0, self.reference[0]);
        for row in rows.chunks_exact(2) {
            if row[0] < wall {
                area += (wall - row[0]) * (self.reference[1] - row[1]);
                wall = row[0];
            }
        }
        area
    }

    /// Rows by the third number.
    fn solid(&self, rows: &[f64]) -> f64 {
        let corner = [self.reference[0], self.reference[1]];
        let mut rows = rows.chunks_exact(3);
        let Some(first) = rows.next() else { return 0.0 };
        let depth = |row: &[f64]| self.reference[2] - row[2];
        let mut stairs = Staircase::of([first[0], first[1]]);
        let mut volume = (corner[0] - first[0]) * (corner[1] - first[1]) * depth(first);
        for row in rows {
            let step = [row[0], row[1]];
            if !stairs.covers(step) {
                volume += stairs.insert(step, corner) * depth(row);
            }
        }
        volume
    }
}

/// Sort rows by their last number, the smallest first; ties by the others, so that rows come before those they dominate.
fn sort_by_last(rows: &mut Vec<f64>, width: usize) {
    let count = rows.len() / width;
    let mut order: Vec<(u64, u32)> = (0..count).map(|at| (key(rows[(at + 1) * width - 1]), at as u32)).collect();
    if order.is_sorted_by(|a, b| a.0 < b.0) {
        return;
    }
    let row = |at: u32| &rows[at as usize * width..(at as usize + 1) * width];
    order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| compare(row(a.1), row(b.1))));
    let sorted: Vec<f64> = order.iter().flat_map(|(_, at)| row(*at)).copied().collect();
    *rows = sorted;
}

/// Of rows sorted by the last number, keep those that no row before is at most as large as.
fn keep_border(rows: &mut Vec<f64>, width: usize) {
    let mut kept = 0;
    for at in 0..rows.len() / width {
        let (before, rest) = rows.split_at(at * width);
        let row = &rest[..width];
        if !before[..kept * width].chunks_exact(width).any(|other| covers(&other[..width - 1], &row[..width - 1])) {
            rows.copy_within(at * width..(at + 1) * width, kept * width);
            kept += 1;
        }
    }
    rows.truncate(kept * width);
}

/// What each point of rank 0 in a plane dominates alone, in the order of the points: the box up to its neighbours, less what
/// the others in it dominate.
pub(super) fn between_neighbours(points: Points<'_>, ranks: &[u32], reference: &[f64]) -> Vec<f64> {
    let order = lexicographic(points);
    let border: Vec<u32> = order.iter().copied().filter(|at| ranks[*at as usize] == 0).collect();
    let row = |at: u32| points.row(at as usize);
    let height = |place: usize| if place > 0 { row(border[place - 1])[1] } else { reference[1] };
    let wall = |place: usize| border.get(place + 1).map_or(reference[0], |next| row(*next)[0]);
    let mut floors: Vec<f64> = (0..border.len()).map(height).collect();
    let mut alone: Vec<f64> = (0..border.len())
        .map(|place| (wall(place) - row(border[place])[0]) * (height(place) - row(border[place])[1]))
        .collect();
    for &at in order.iter().filter(|at| ranks[**at as usize] > 0) {
        let [x, y] = [row(at)[0], row(at)[1]];
        let place = border.partition_point(|border| row(*border)[0] <= x) - 1;
        if y < floors[place] {
            alone[place] -= (wall(place) - x) * (floors[place] - y);
            floors[place] = y;
        }
    }
    let mut by_position: Vec<(u32, f64)> = border.into_iter().zip(alone).collect();
    by_position.sort_unstable_by_key(|(at, _)| *at);
    by_position.into_iter().map(|(_, alone)| alone).collect()
}
