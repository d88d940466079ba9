//! A front as a picture.
use serde::{Deserialize, Serialize};

use super::result::Front;
use crate::chart::{Axis, Card, Chart, Colour, Line, Page, Scatter, Segments, Size};
use crate::error::{Result, ensure};

/// What stands around the numbers when a [`Front`] is drawn.
///
/// ```
/// use inlaid::optimize::{FrontChart, MinimizeFront, Space, minimize_front};
/// let worth = |x: &[f64], f: &mut [f64]| (f[0], f[1]) = (x[0], (1.0 + x[1]) / (0.1 + x[0]));
/// let options = MinimizeFront::default().with_evaluations(2000);
/// let front = minimize_front(worth, &Space::cube(2, 0.0, 1.0), &options, &inlaid::Context::new())?;
/// let chart = FrontChart::default().with_objectives(["weight", "sag"]).with_picked([3]);
/// assert!(front.to_svg(&chart)?.contains("sag"));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FrontChart {
    /// The title. Default `Front`.
    pub title: String,
    /// What the objectives are called, one name each. Default `objective 1`, `objective 2`, ..
    pub objectives: Vec<String>,
    /// Positions on the front that are marked. Default none.
    pub picked: Vec<usize>,
    /// The size of each picture. Default 720 x 400, on a page as [`Page`] has it.
    pub size: Option<Size>,
}

impl FrontChart {
    /// Set the title.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Set what the objectives are called.
    #[must_use]
    pub fn with_objectives(mut self, objectives: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.objectives = objectives.into_iter().map(Into::into).collect();
        self
    }

    /// Set which positions on the front are marked.
    #[must_use]
    pub fn with_picked(mut self, picked: impl Into<Vec<usize>>) -> Self {
        self.picked = picked.into();
        self
    }

    /// Set the size of each picture.
    #[must_use]
    pub fn with_size(mut self, size: Size) -> Self {
        self.size = Some(size);
        self
    }

    fn name(&self, objective: usize) -> String {
        self.objectives.get(objective).cloned().unwrap_or_else(|| format!("objective {}", objective + 1))
    }

    fn title(&self) -> &str {
        if self.title.is_empty() { "Front" } else { &self.title }
    }
}

/// The most objectives of which every pair is drawn.
const MOST_PAIRS: usize = 6;

impl Front {
    /// The front as a picture: two objectives as points with the border of what they dominate, more as a line per candidate
    /// over the objectives, each from its best to its worst on the front.
    ///
    /// # Errors
    /// `invalid_config` for names of another number than objectives and for picked positions beyond the front;
    /// `not_enough_data` for a front of one objective.
    pub fn chart(&self, options: &FrontChart) -> Result<Chart> {
        let (rows, width) = self.objectives.dim();
        ensure!(width > 1, NotEnoughData, "a front of one objective is a single value; there is nothing to draw");
        let named = options.objectives.len();
        ensure!(named == 0 || named == width, InvalidConfig, "{named} names for {width} objectives");
        for at in &options.picked {
            ensure!(*at < rows, InvalidConfig, "picked has {at}; the front has {rows} points, counted from 0");
        }
        Ok(if width == 2 { self.pair(0, 1, options, true) } else { self.lines(options) })
    }

    /// [`chart`](Front::chart) as a self-contained SVG.
    ///
    /// # Errors
    /// As [`chart`](Front::chart), and `invalid_config` for a size out of range.
    pub fn to_svg(&self, options: &FrontChart) -> Result<String> {
        self.chart(options)?.to_svg(options.size.unwrap_or_default())
    }

    /// A self-contained page: the picture, and for three to six objectives every pair of them.
    ///
    /// # Errors
    /// As [`to_svg`](Front::to_svg).
    pub fn to_html(&self, options: &FrontChart) -> Result<String> {
        let mut chart = self.chart(options)?;
        chart.title = String::new();
        let mut page = Page::new(options.title());
        page.size = options.size;
        let width = self.objectives.ncols();
        let heading = if width == 2 { "Both objectives" } else { "All objectives" };
        page = page.with_card(Card::new(heading, chart));
        if (3..=MOST_PAIRS).contains(&width) {
            for (x, y) in (0..width).flat_map(|x| (x + 1..width).map(move |y| (x, y))) {
                let mut chart = self.pair(x, y, options, false);
                chart.title = String::new();
                page = page.with_card(Card::new(format!("{} and {}", options.name(x), options.name(y)), chart));
            }
        }
        page.to_html()
    }

    /// Two objectives as points; with the border of what they dominate if those are all.
    fn pair(&self, x: usize, y: usize, options: &FrontChart, border: bool) -> Chart {
        let column = |objective: usize| self.objectives.column(objective).to_vec();
        let (across, up) = (column(x), column(y));
        let mut chart =
            Chart::new(options.title()).with_x(Axis::numbers(options.name(x))).with_y(Axis::numbers(options.name(y)));
        if border {
            let (steps_x, steps_y) = self.steps(&across, &up);
            chart = chart.with_layer(Line::new("", steps_y).with_x(steps_x).with_colour(Colour::Soft));
        }
        chart = chart.with_layer(Scatter::new("front", up.clone()).with_x(across.clone()).with_colour(Colour::Blue));
        if !options.picked.is_empty() {
            let take = |values: &[f64]| options.picked.iter().map(|at| values[*at]).collect::<Vec<f64>>();
            let picked = Scatter::new("picked", take(&up)).with_x(take(&across)).with_width(11.0);
            chart = chart.with_layer(picked.with_colour(Colour::Orange));
        }
        chart
    }

    /// The corners of the border, from left to right.
    fn steps(&self, across: &[f64], up: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut points: Vec<(f64, f64)> = across.iter().copied().zip(up.iter().copied()).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
        // Where the first objective is maximised, what is dominated lies to the left.
        let leftwards = self.maximize.first().copied().unwrap_or(false);
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for pair in points.windows(2) {
            let corner = if leftwards { (pair[0].0, pair[1].1) } else { (pair[1].0, pair[0].1) };
            x.extend([pair[0].0, corner.0]);
            y.extend([pair[0].1, corner.1]);
        }
        x.extend(points.last().map(|last| last.0));
        y.extend(points.last().map(|last| last.1));
        (x, y)
    }

    /// A line per candidate over all objectives.
    fn lines(&self, options: &FrontChart) -> Chart {
        let width = self.objectives.ncols();
        let names = (0..width).map(|objective| options.name(objective));
        let chart = Chart::new(options.title())
            .with_x(Axis::categories("", names))
            .with_y(Axis::numbers("from the best, 0, to the worst, 1").with_minimum(0.0).with_maximum(1.0));
        let picked = |at: &usize| options.picked.contains(at);
        let (marked, others): (Vec<usize>, Vec<usize>) = (0..self.objectives.nrows()).partition(picked);
        let chart = chart.with_layer(self.strands("front", &others).with_colour(Colour::Blue));
        if marked.is_empty() {
            chart
        } else {
            chart.with_layer(self.strands("picked", &marked).with_colour(Colour::Orange))
        }
    }

    /// The lines of some candidates, from each objective to the next.
    fn strands(&self, name: &str, members: &[usize]) -> Segments {
        let width = self.objectives.ncols();
        let part = |at: usize, objective: usize| {
            let column = self.objectives.column(objective);
            let least = column.iter().copied().fold(f64::INFINITY, f64::min);
            let most = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let part = if most > least { (0.5 * column[at] - 0.5 * least) / (0.5 * most - 0.5 * least) } else { 0.0 };
            let turned = most > least && self.maximize.get(objective).copied().unwrap_or(false);
            if turned { 1.0 - part } else { part }
        };
        let pieces = || members.iter().flat_map(|at| (0..width - 1).map(move |from| (*at, from)));
        let start: Vec<f64> = pieces().map(|(at, from)| part(at, from)).collect();
        let end: Vec<f64> = pieces().map(|(at, from)| part(at, from + 1)).collect();
        let end_x: Vec<f64> = pieces().map(|(_, from)| from as f64 + 1.0).collect();
        let x: Vec<f64> = pieces().map(|(_, from)| from as f64).collect();
        Segments::new(name, start, end_x, end).with_x(x)
    }
}
