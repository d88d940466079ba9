//! Fewer points, the same picture.
//!
//! Of the points on one half pixel of width, a line keeps the first, the lowest, the highest and the last, which leaves
//! the pixels that it covers as they are (Jugel, Jerzak, Hackenbroich, Markl, *M4: A Visualization-Oriented Time Series
//! Data Aggregation*, VLDB 2014); a band keeps the extremes. Gaps narrower than that cannot be seen and close.
use super::axis::Scale;

/// Points of a line without a gap, in pixels.
pub(super) type Run = Vec<(f64, f64)>;

/// Columns per pixel.
const FINE: f64 = 2.0;
/// Points per column up to which all are kept.
const FEW: usize = 4;

/// The part of ascending positions that can be seen, with one neighbour on each side.
fn visible(x: &[f64], across: &Scale) -> std::ops::Range<usize> {
    let from = x.partition_point(|&x| x < across.domain.low).saturating_sub(1);
    let to = (x.partition_point(|&x| x <= across.domain.high) + 1).min(x.len());
    from..to.max(from)
}

/// Whether there are more points than can be told apart.
fn dense(count: usize, across: &Scale) -> bool {
    count as f64 > (across.end - across.start).abs() * FINE * FEW as f64
}

fn column(x: f64, at: usize, dense: bool) -> i64 {
    if dense { (x * FINE).floor() as i64 } else { at as i64 }
}

/// The points of one column of a line.
struct Column {
    number: i64,
    first: (f64, f64),
    low: (usize, (f64, f64)),
    high: (usize, (f64, f64)),
    last: (f64, f64),
}

impl Column {
    fn new(number: i64, at: usize, point: (f64, f64)) -> Self {
        Self { number, first: point, low: (at, point), high: (at, point), last: point }
    }

    fn add(&mut self, at: usize, point: (f64, f64)) {
        if point.1 < self.low.1.1 {
            self.low = (at, point);
        }
        if point.1 > self.high.1.1 {
            self.high = (at, point);
        }
        self.last = point;
    }

    fn give(self, run: &mut Run) {
        let (earlier, later) = if self.low.0 <= self.high.0 { (self.low, self.high) } else { (self.high, self.low) };
        for point in [self.first, earlier.1, later.1, self.last] {
            if run.last() != Some(&point) {
                run.push(point);
            }
        }
    }
}

/// A line in pixels, one run between two gaps.
pub(super) fn line(x: &[f64], y: &[f64], across: &Scale, up: &Scale) -> Vec<Run> {
    let seen = visible(x, across);
    let dense = dense(seen.len(), across);
    let (mut runs, mut run, mut column_now, mut gap) = (Vec::new(), Run::new(), None::<Column>, false);
    for at in seen {
        let (x, y) = (x[at], y[at]);
        if y.is_nan() {
            gap = true;
            continue;
        }
        let point = (across.at(x), up.at(y));
        let number = column(point.0, at, dense);
        match &mut column_now {
            Some(column) if column.number == number => column.add(at, point),
            _ => {
                if let Some(column) = column_now.replace(Column::new(number, at, point)) {
                    column.give(&mut run);
                    if gap {
                        runs.push(std::mem::take(&mut run));
                    }
                }
            }
        }
        gap = false;
    }
    if let Some(column) = column_now {
        column.give(&mut run);
        runs.push(run);
    }
    runs
}

/// A band in pixels: x, lower and upper, one run between two gaps.
pub(super) fn band(x: &[f64], lower: &[f64], upper: &[f64], across: &Scale, up: &Scale) -> Vec<Vec<[f64; 3]>> {
    let seen = visible(x, across);
    let dense = dense(seen.len(), across);
    let (mut runs, mut run, mut now, mut gap) = (Vec::new(), Vec::new(), None::<(i64, [f64; 3])>, false);
    for at in seen {
        if lower[at].is_nan() || upper[at].is_nan() {
            gap = true;
            continue;
        }
        let slice = [across.at(x[at]), up.at(lower[at]), up.at(upper[at])];
        let number = column(slice[0], at, dense);
        match &mut now {
            // Pixels count downwards.
            Some((column, widest)) if *column == number => {
                widest[1] = widest[1].max(slice[1]);
                widest[2] = widest[2].min(slice[2]);
            }
            _ => {
                if let Some((_, slice)) = now.replace((number, slice)) {
                    run.push(slice);
                    if gap {
                        runs.push(std::mem::take(&mut run));
                    }
                }
            }
        }
        gap = false;
    }
    if let Some((_, slice)) = now {
        run.push(slice);
        runs.push(run);
    }
    runs
}

/// The most points that are drawn one by one.
const MOST_POINTS: usize = 20_000;

/// Points in pixels; of too many, one per cell of a grid that is no finer than needed.
pub(super) fn scatter(x: &[f64], y: &[f64], across: &Scale, up: &Scale) -> Run {
    let shown = x.iter().zip(y).filter(|(_, y)| !y.is_nan()).map(|(&x, &y)| (across.at(x), up.at(y)));
    let mut points: Run = shown.collect();
    let mut cell = 1.0;
    while points.len() > MOST_POINTS {
        let mut taken = std::collections::HashSet::new();
        points.retain(|&(x, y)| taken.insert(((x / cell).floor() as i64, (y / cell).floor() as i64)));
        cell *= 1.5;
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::axis::Domain;

    fn scale(low: f64, high: f64, start: f64, end: f64) -> Scale {
        Scale { domain: Domain { low, high, cut: false, whole: false }, start, end }
    }

    #[test]
    fn a_million_points_keep_their_extremes_in_every_column() {
        let count = 1_000_000u32;
        let x: Vec<f64> = (0..count).map(f64::from).collect();
        let y: Vec<f64> = (0..count).map(|i| f64::from((i % 1009 * 7919) % 1009)).collect();
        let (across, up) = (scale(0.0, f64::from(count), 0.0, 600.0), scale(0.0, 1009.0, 300.0, 0.0));
        let runs = line(&x, &y, &across, &up);
        assert_eq!(runs.len(), 1);
        assert!(runs[0].len() <= 4 * 1201);
        let mut columns = std::collections::BTreeMap::<i64, (f64, f64)>::new();
        for &(x, y) in &runs[0] {
            let range = columns.entry((x * FINE).floor() as i64).or_insert((y, y));
            *range = (range.0.min(y), range.1.max(y));
        }
        for (x, y) in x.iter().zip(&y) {
            let (x, y) = (across.at(*x), up.at(*y));
            let (low, high) = columns[&((x * FINE).floor() as i64)];
            assert!(low <= y && y <= high);
        }
    }

    #[test]
    fn gaps_part_runs_and_few_points_are_all_kept() {
        let x: Vec<f64> = (0..6).map(f64::from).collect();
        let y = [1.0, 2.0, f64::NAN, 4.0, f64::NAN, 6.0];
        let (across, up) = (scale(0.0, 5.0, 0.0, 500.0), scale(0.0, 6.0, 60.0, 0.0));
        let runs = line(&x, &y, &across, &up);
        assert_eq!(runs, [vec![(0.0, 50.0), (100.0, 40.0)], vec![(300.0, 20.0)], vec![(500.0, 0.0)]]);
        let bands = band(&x, &y, &y, &across, &up);
        assert_eq!(bands.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 1]);
        assert_eq!(scatter(&x, &y, &across, &up).len(), 4);
    }

    #[test]
    fn alternating_gaps_stay_bounded() {
        let x: Vec<f64> = (0..1_000_000).map(f64::from).collect();
        let y: Vec<f64> = (0..1_000_000).map(|i| if i % 2 == 0 { f64::NAN } else { f64::from(i % 100) }).collect();
        let (across, up) = (scale(0.0, 1e6, 0.0, 600.0), scale(0.0, 100.0, 300.0, 0.0));
        assert!(line(&x, &y, &across, &up).iter().map(Vec::len).sum::<usize>() <= 4 * 1201);
        assert!(band(&x, &y, &y, &across, &up).iter().map(Vec::len).sum::<usize>() <= 1201);
        assert!(scatter(&x, &y, &across, &up).len() <= MOST_POINTS);
    }
}
