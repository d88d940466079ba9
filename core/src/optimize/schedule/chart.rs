//! A picture of a schedule.
use serde::{Deserialize, Serialize};

use crate::chart::{Axis, Band, Chart, Colour, Size};
use crate::error::{Result, ensure};

/// Groups up to which each has its name in the legend, and colours that differ.
const NAMED: usize = 12;
const COLOURS: [Colour; 6] = [Colour::Blue, Colour::Orange, Colour::Green, Colour::Purple, Colour::Yellow, Colour::Sky];
/// The most bars of a picture.
const LARGEST: usize = 20_000;
/// Half the height of a bar, of a row of 1.
const HALF: f64 = 0.4;

/// A Gantt chart, as a self-contained SVG: time from left to right, a row for each machine (or task), a bar for each operation
/// in the colour of its job.
///
/// ```
/// use inlaid::optimize::ScheduleChart;
/// let svg = ScheduleChart::default().with_title("Week 7").to_svg(&[0, 1, 0], &[0, 0, 1], &[0.0, 3.0, 3.0], &[3.0, 5.0, 7.0])?;
/// assert!(svg.contains("Week 7") && svg.contains("job 1"));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ScheduleChart {
    /// The title of the picture. Default empty.
    pub title: String,
    /// A line below the title. Default empty.
    pub subtitle: String,
    /// What a row is. Default `Machine`.
    pub row: String,
    /// What bars of a colour have in common. Default `job`.
    pub group: String,
    /// What time is measured in. Default empty.
    pub unit: String,
    /// The width in pixels, from 320 to 4000. Default 720.
    pub width: f64,
}

impl Default for ScheduleChart {
    fn default() -> Self {
        Self {
            title: String::new(),
            subtitle: String::new(),
            row: "Machine".into(),
            group: "job".into(),
            unit: String::new(),
            width: 720.0,
        }
    }
}

impl ScheduleChart {
    /// Set the title of the picture.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Set the line below the title.
    #[must_use]
    pub fn with_subtitle(mut self, subtitle: impl Into<String>) -> Self {
        self.subtitle = subtitle.into();
        self
    }

    /// Set what a row is.
    #[must_use]
    pub fn with_row(mut self, row: impl Into<String>) -> Self {
        self.row = row.into();
        self
    }

    /// Set what bars of a colour have in common.
    #[must_use]
    pub fn with_group(mut self, group: impl Into<String>) -> Self {
        self.group = group.into();
        self
    }

    /// Set what time is measured in.
    #[must_use]
    pub fn with_unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// Set the width in pixels.
    #[must_use]
    pub fn with_width(mut self, width: f64) -> Self {
        self.width = width;
        self
    }

    /// The picture of bars: the row, the group, the begin and the end of each; groups may be empty for a single one.
    ///
    /// # Errors
    /// `invalid_config` for a width out of range; `invalid_data` for lists of different lengths, rows or groups out of
    /// 0..=1,000,000 and bars that do not go from a finite begin to a finite end; `not_enough_data` without a bar; `too_large`
    /// above 20,000 bars.
    pub fn to_svg(&self, rows: &[i64], groups: &[i64], starts: &[f64], ends: &[f64]) -> Result<String> {
        let width = self.width;
        ensure!(
            (320.0..=4000.0).contains(&width),
            InvalidConfig,
            "width must lie between 320 and 4000 pixels, got {width}"
        );
        let count = rows.len();
        ensure!(count > 0, NotEnoughData, "there is no bar to draw");
        ensure!(count <= LARGEST, TooLarge, "{count} bars are above the limit of {LARGEST}");
        let same = starts.len() == count && ends.len() == count && (groups.is_empty() || groups.len() == count);
        let (many, begun, ended) = (groups.len(), starts.len(), ends.len());
        ensure!(same, InvalidData, "{count} rows, {many} groups, {begun} starts and {ended} ends must be as many");
        for (at, value) in rows.iter().chain(groups).enumerate() {
            let (name, at) = if at < count { ("rows", at) } else { ("groups", at - count) };
            ensure!((0..=1_000_000).contains(value), InvalidData, "{name}[{at}] is {value}, it must be in 0..=1000000");
        }
        for (at, (start, end)) in starts.iter().zip(ends).enumerate() {
            let sound = start.is_finite() && end.is_finite() && start <= end;
            ensure!(sound, InvalidData, "bar {at} goes from {start} to {end}");
        }
        let group = |at: usize| groups.get(at).copied().unwrap_or(0);
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|a, b| group(*a).cmp(&group(*b)).then(starts[*a].total_cmp(&starts[*b])).then(a.cmp(b)));
        let (low, high) = rows.iter().fold((i64::MAX, 0), |(low, high), row| (low.min(*row), high.max(*row)));
        let mut time = Axis::numbers("Time").with_minimum(starts.iter().copied().fold(0.0, f64::min));
        if !self.unit.is_empty() {
            time = time.with_unit(&self.unit);
        }
        let up = Axis::numbers(&self.row).with_minimum(low as f64 - 0.6).with_maximum(high as f64 + 0.6);
        let mut chart = Chart::new(&self.title).with_x(time).with_y(up);
        if !self.subtitle.is_empty() {
            chart = chart.with_subtitle(&self.subtitle);
        }
        let groups_there = order.chunk_by(|a, b| group(*a) == group(*b)).count();
        for (number, bars) in order.chunk_by(|a, b| group(*a) == group(*b)).enumerate() {
            let named = groups_there > 1 && groups_there <= NAMED;
            let name = if named { format!("{} {}", self.group, group(bars[0])) } else { String::new() };
            for (lane, bars) in lanes(bars, starts, ends).into_iter().enumerate() {
                let (mut x, mut lower, mut upper) = (Vec::new(), Vec::new(), Vec::new());
                for at in bars {
                    let row = rows[at] as f64;
                    x.extend([starts[at], ends[at], ends[at]]);
                    lower.extend([row - HALF, row - HALF, f64::NAN]);
                    upper.extend([row + HALF, row + HALF, f64::NAN]);
                }
                let name = if lane == 0 { name.as_str() } else { "" };
                let strength = if (number / COLOURS.len()).is_multiple_of(2) { 0.75 } else { 0.45 };
                let band = Band::new(name, lower, upper).with_x(x).with_strength(strength);
                chart = chart.with_layer(band.with_colour(COLOURS[number % COLOURS.len()]));
            }
        }
        let rows = (high - low + 1) as f64;
        chart.to_svg(Size::new(width, (150.0 + 28.0 * rows).clamp(240.0, 2000.0)))
    }
}

/// Bars in the order of their begin, parted so that those of a part do not overlap in time.
fn lanes(bars: &[usize], starts: &[f64], ends: &[f64]) -> Vec<Vec<usize>> {
    let mut lanes: Vec<Vec<usize>> = Vec::new();
    for &at in bars {
        let free = lanes.iter_mut().find(|lane| lane.last().is_none_or(|last| ends[*last] <= starts[at]));
        match free {
            Some(lane) => lane.push(at),
            None => lanes.push(vec![at]),
        }
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn bars_that_overlap_are_all_drawn() {
        let chart = ScheduleChart::default().with_row("Task").with_unit("days");
        let svg = chart.to_svg(&[0, 1, 2], &[], &[0.0, 1.0, 5.0], &[4.0, 6.0, 7.0]).unwrap();
        assert!(svg.contains("Time (days)") && svg.contains("Task"));
        assert!(roxmltree::Document::parse(&svg).is_ok());
        assert_eq!(lanes(&[0, 1, 2], &[0.0, 1.0, 5.0], &[4.0, 6.0, 7.0]), [vec![0, 2], vec![1]]);
    }

    #[test]
    fn what_cannot_be_drawn_is_said() {
        let chart = ScheduleChart::default();
        let code = |chart: &ScheduleChart, rows: &[i64], starts: &[f64], ends: &[f64]| {
            chart.to_svg(rows, &[], starts, ends).unwrap_err().code()
        };
        assert_eq!(code(&chart, &[], &[], &[]), Code::NotEnoughData);
        assert_eq!(code(&chart, &[0], &[1.0], &[]), Code::InvalidData);
        assert_eq!(code(&chart, &[-1], &[1.0], &[2.0]), Code::InvalidData);
        assert_eq!(code(&chart, &[0], &[3.0], &[2.0]), Code::InvalidData);
        assert_eq!(code(&chart.clone().with_width(1.0), &[0], &[1.0], &[2.0]), Code::InvalidConfig);
    }
}
