//! A picture of pairs: the points of both sides, and a line for every pair.
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::chart::{Axis, Chart, Colour, Scatter, Segments, Size};
use crate::error::{Result, ensure};

/// The pixels that title, legend and labels take beside the plot, from left to right and from top to bottom.
const MARGINS: (f64, f64) = (80.0, 130.0);
/// The lowest and the highest plot.
const HEIGHTS: (f64, f64) = (160.0, 1400.0);

/// A map of pairs of points, as a self-contained SVG.
///
/// The points of the left side are dots, those of the right side squares in another colour, and a line joins each pair. The
/// picture is about as high as the points ask for, so that distances look as they are.
///
/// ```
/// use inlaid::matching::MatchMap;
/// use inlaid::ndarray::array;
///
/// let (orders, drivers) = (array![[0.0, 0.0], [4.0, 3.0]], array![[1.0, 0.5], [3.0, 3.5]]);
/// let svg = MatchMap::default().with_title("Who drives").to_svg(orders.view(), drivers.view(), &[0, 1], &[0, 1])?;
/// assert!(svg.contains("Who drives"));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MatchMap {
    /// The title of the picture. Default empty.
    pub title: String,
    /// A line below the title. Default empty.
    pub subtitle: String,
    /// What the points of the left side are. Default `left`.
    pub left: String,
    /// What the points of the right side are. Default `right`.
    pub right: String,
    /// Whether points are latitude and longitude in degrees instead of x and y. Default no.
    pub geographic: bool,
    /// The width in pixels, from 320 to 4000. Default 720.
    pub width: f64,
}

impl Default for MatchMap {
    fn default() -> Self {
        Self {
            title: String::new(),
            subtitle: String::new(),
            left: "left".into(),
            right: "right".into(),
            geographic: false,
            width: 720.0,
        }
    }
}

impl MatchMap {
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

    /// Set what the points of the left and of the right side are.
    #[must_use]
    pub fn with_sides(mut self, left: impl Into<String>, right: impl Into<String>) -> Self {
        (self.left, self.right) = (left.into(), right.into());
        self
    }

    /// Set whether points are latitude and longitude in degrees.
    #[must_use]
    pub fn with_geographic(mut self, geographic: bool) -> Self {
        self.geographic = geographic;
        self
    }

    /// Set the width in pixels.
    #[must_use]
    pub fn with_width(mut self, width: f64) -> Self {
        self.width = width;
        self
    }

    /// The picture of `left` points `[point, 2]`, `right` points `[point, 2]` and the pairs of row `rows[i]` of the left
    /// with row `columns[i]` of the right.
    ///
    /// # Errors
    /// `invalid_config` for a width out of range; `invalid_data` for points that are not pairs of finite numbers, lists of
    /// pairs of different lengths, or a row that is not there; `not_enough_data` without any point; `too_large` above ten
    /// million points.
    pub fn to_svg(
        &self,
        left: ArrayView2<'_, f64>,
        right: ArrayView2<'_, f64>,
        rows: &[i64],
        columns: &[i64],
    ) -> Result<String> {
        ensure!(
            (320.0..=4000.0).contains(&self.width),
            InvalidConfig,
            "width must lie between 320 and 4000 pixels, got {}",
            self.width
        );
        let sides = [self.points("left", left)?, self.points("right", right)?];
        ensure!(!(sides[0].0.is_empty() && sides[1].0.is_empty()), NotEnoughData, "there is no point to draw");
        ensure!(rows.len() == columns.len(), InvalidData, "{} rows of pairs but {} columns", rows.len(), columns.len());
        let starts = pick("rows", rows, &sides[0])?;
        let ends = pick("columns", columns, &sides[1])?;
        let size = Size::new(self.width, self.height(&sides));
        let (across, up) = if self.geographic {
            (Axis::numbers("Longitude").with_unit("degrees"), Axis::numbers("Latitude").with_unit("degrees"))
        } else {
            (Axis::numbers("x"), Axis::numbers("y"))
        };
        let (low, high) = span(sides.iter().flat_map(|side| side.1.iter().copied()));
        let air = 0.03 * (high - low).max(1e-9 * high.abs()).max(f64::MIN_POSITIVE);
        let mut chart =
            Chart::new(&self.title).with_x(across).with_y(up.with_minimum(low - air).with_maximum(high + air));
        if !self.subtitle.is_empty() {
            chart = chart.with_subtitle(&self.subtitle);
        }
        if !starts.0.is_empty() {
            let lines = Segments::new("", starts.1, ends.0, ends.1).with_x(starts.0).with_colour(Colour::Soft);
            chart = chart.with_layer(lines);
        }
        let [(x, y), (other_x, other_y)] = sides;
        if !x.is_empty() {
            chart = chart.with_layer(Scatter::new(&self.left, y).with_x(x).with_colour(Colour::Blue));
        }
        if !other_x.is_empty() {
            let points = Scatter::new(&self.right, other_y).with_x(other_x).with_colour(Colour::Orange);
            chart = chart.with_layer(points.with_width(10.0));
        }
        chart.to_svg(size)
    }

    /// Positions across and up.
    fn points(&self, side: &str, points: ArrayView2<'_, f64>) -> Result<(Vec<f64>, Vec<f64>)> {
        let (count, columns) = points.dim();
        ensure!(columns == 2 || count == 0, InvalidData, "{side} points must have 2 columns, got {columns}");
        for ((row, column), value) in points.indexed_iter() {
            ensure!(value.is_finite(), InvalidData, "{side} point {row} (0-based) is {value} in column {column}");
        }
        let column = |at: usize| if count == 0 { Vec::new() } else { points.column(at).to_vec() };
        Ok(if self.geographic { (column(1), column(0)) } else { (column(0), column(1)) })
    }

    /// The height at which distances up look as those across do.
    fn height(&self, sides: &[(Vec<f64>, Vec<f64>); 2]) -> f64 {
        let (left, right) = span(sides.iter().flat_map(|side| side.0.iter().copied()));
        let (low, high) = span(sides.iter().flat_map(|side| side.1.iter().copied()));
        // A degree of longitude shrinks towards the poles.
        let shrinking = if self.geographic { ((low + high) / 2.0).to_radians().cos().max(0.01) } else { 1.0 };
        let shape = (high - low) / ((right - left) * shrinking);
        let plot = if shape.is_finite() { (self.width - MARGINS.0) * shape } else { self.width * 0.6 };
        MARGINS.1 + plot.clamp(HEIGHTS.0, HEIGHTS.1)
    }
}

fn span(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

/// The points at `positions`.
fn pick(name: &str, positions: &[i64], side: &(Vec<f64>, Vec<f64>)) -> Result<(Vec<f64>, Vec<f64>)> {
    let (mut across, mut up) = (Vec::with_capacity(positions.len()), Vec::with_capacity(positions.len()));
    for (at, &position) in positions.iter().enumerate() {
        let index = usize::try_from(position).ok().filter(|index| *index < side.0.len());
        let point = index.and_then(|index| Some((side.0.get(index)?, side.1.get(index)?)));
        let Some((x, y)) = point else {
            let count = side.0.len();
            crate::error::bail!(InvalidData, "{name}[{at}] is {position}; there are points 0 to {}", count as i64 - 1);
        };
        across.push(*x);
        up.push(*y);
    }
    Ok((across, up))
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::Code;

    #[test]
    fn every_pair_is_a_line_between_its_points() {
        let (left, right) = (array![[0.0, 0.0], [4.0, 3.0], [9.0, 1.0]], array![[1.0, 0.5], [3.0, 3.5]]);
        let map = MatchMap::default().with_title("Pairs").with_sides("orders", "drivers");
        let svg = map.to_svg(left.view(), right.view(), &[0, 1], &[1, 0]).unwrap();
        let lines = svg.split("<path class=\"l cs\" d=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        assert_eq!((lines.matches('M').count(), lines.matches('L').count()), (2, 2));
        assert!(svg.contains("orders") && svg.contains("drivers"));
    }

    #[test]
    fn a_map_of_degrees_is_as_high_as_distances_ask_for() {
        // At 60 degrees north a degree of longitude is half a degree of latitude.
        let left = array![[59.5, 10.0], [60.5, 12.0]];
        let height = |geographic| {
            let map = MatchMap::default().with_geographic(geographic);
            let points = map.points("left", left.view()).unwrap();
            map.height(&[points, (vec![], vec![])])
        };
        assert!((height(true) - (MARGINS.1 + 720.0 - MARGINS.0)).abs() < 1.0);
        assert!((height(false) - (MARGINS.1 + 2.0 * (720.0 - MARGINS.0))).abs() < 1.0);
    }

    #[test]
    fn what_cannot_be_drawn_is_said() {
        let (left, right) = (array![[0.0, 0.0]], array![[1.0, 0.5]]);
        let draw = |rows: &[i64], columns: &[i64]| {
            MatchMap::default().to_svg(left.view(), right.view(), rows, columns).map(|_| ()).unwrap_err()
        };
        assert!(draw(&[0], &[1]).message().contains("columns[0] is 1"));
        assert!(draw(&[-1], &[0]).message().contains("rows[0] is -1"));
        assert_eq!(draw(&[0, 0], &[0]).code(), Code::InvalidData);
        let none = Array2::zeros((0, 2));
        let nothing = MatchMap::default().to_svg(none.view(), none.view(), &[], &[]).unwrap_err();
        assert_eq!(nothing.code(), Code::NotEnoughData);
        let nan = array![[0.0, f64::NAN]];
        let refused = MatchMap::default().to_svg(nan.view(), none.view(), &[], &[]).unwrap_err();
        assert_eq!(refused.code(), Code::InvalidData);
        let narrow = MatchMap::default().with_width(10.0).to_svg(left.view(), none.view(), &[], &[]).unwrap_err();
        assert_eq!(narrow.code(), Code::InvalidConfig);
    }
}
