//! A picture of routes.
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::chart::{Axis, Chart, Colour, Scatter, Segments, Size};
use crate::data::Lists;
use crate::error::{Result, ensure};

/// Routes up to which each has its name in the legend.
const NAMED: usize = 12;

/// A map of tours or routes, as a self-contained SVG: a colour for each route, a large dot for the depot.
///
/// ```
/// use inlaid::data::OwnedLists;
/// use inlaid::ndarray::array;
/// use inlaid::optimize::RouteMap;
///
/// let places = array![[0.0, 0.0], [3.0, 1.0], [3.0, 4.0], [-2.0, 2.0]];
/// let routes: OwnedLists = [vec![1_i64, 2], vec![3]].iter().collect();
/// let svg = RouteMap::default().with_title("Monday").to_svg(places.view(), routes.view())?;
/// assert!(svg.contains("Monday") && svg.contains("route 1"));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RouteMap {
    /// The title of the picture. Default empty.
    pub title: String,
    /// A line below the title. Default empty.
    pub subtitle: String,
    /// The place where every route begins and ends. Default 0.
    pub depot: usize,
    /// Whether routes are tours that end where they begin, without a depot. Default no.
    pub tours: bool,
    /// Whether places are latitude and longitude in degrees instead of x and y. Default no.
    pub geographic: bool,
    /// The width in pixels, from 320 to 4000. Default 720.
    pub width: f64,
}

impl Default for RouteMap {
    fn default() -> Self {
        Self { title: String::new(), subtitle: String::new(), depot: 0, tours: false, geographic: false, width: 720.0 }
    }
}

impl RouteMap {
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

    /// Set the place where every route begins and ends.
    #[must_use]
    pub fn with_depot(mut self, depot: usize) -> Self {
        self.depot = depot;
        self
    }

    /// Set whether routes are tours without a depot.
    #[must_use]
    pub fn with_tours(mut self, tours: bool) -> Self {
        self.tours = tours;
        self
    }

    /// Set whether places are latitude and longitude in degrees.
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

    /// The picture of `places`, `[place, 2]`, and routes, a list of places each without the depot.
    ///
    /// # Errors
    /// `invalid_config` for a width out of range or a depot that is not there; `invalid_data` for places that are not two finite
    /// numbers or a route through a place that is not there; `not_enough_data` without a place; `too_large` above ten million
    /// stops.
    pub fn to_svg(&self, places: ArrayView2<'_, f64>, routes: Lists<'_>) -> Result<String> {
        let width = self.width;
        ensure!(
            (320.0..=4000.0).contains(&width),
            InvalidConfig,
            "width must lie between 320 and 4000 pixels, got {width}"
        );
        let (count, columns) = places.dim();
        ensure!(count > 0, NotEnoughData, "there is no place to draw");
        ensure!(columns == 2, InvalidData, "places must have 2 columns, got {columns}");
        for ((place, column), value) in places.indexed_iter() {
            ensure!(value.is_finite(), InvalidData, "place {place} is {value} in column {column}");
        }
        let depot = if self.tours { None } else { Some(self.depot) };
        if let Some(depot) = depot {
            ensure!(depot < count, InvalidConfig, "depot is {depot}; there are places 0 to {}", count - 1);
        }
        let (x, y) =
            if self.geographic { (places.column(1), places.column(0)) } else { (places.column(0), places.column(1)) };
        let (across, up) = if self.geographic {
            (Axis::numbers("Longitude").with_unit("degrees"), Axis::numbers("Latitude").with_unit("degrees"))
        } else {
            (Axis::numbers("x"), Axis::numbers("y"))
        };
        let span = |values: ndarray::ArrayView1<'_, f64>| {
            values
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)))
        };
        let ((left, right), (low, high)) = (span(x), span(y));
        let air = 0.03 * (high - low).max(1e-9 * high.abs()).max(f64::MIN_POSITIVE);
        let mut chart =
            Chart::new(&self.title).with_x(across).with_y(up.with_minimum(low - air).with_maximum(high + air));
        if !self.subtitle.is_empty() {
            chart = chart.with_subtitle(&self.subtitle);
        }
        let driven = routes.iter().filter(|stops| !stops.is_empty()).count();
        for (number, stops) in routes.iter().enumerate().filter(|(_, stops)| !stops.is_empty()) {
            let mut way = Vec::with_capacity(stops.len() + 2);
            way.extend(depot);
            for stop in stops {
                let place = usize::try_from(*stop).ok().filter(|place| *place < count);
                let Some(place) = place else {
                    crate::error::bail!(
                        InvalidData,
                        "route {number} visits place {stop}; there are places 0 to {}",
                        count - 1
                    );
                };
                way.push(place);
            }
            way.push(way[0]);
            let from =
                |at: &dyn Fn(usize) -> f64| way[..way.len() - 1].iter().map(|place| at(*place)).collect::<Vec<_>>();
            let to = |at: &dyn Fn(usize) -> f64| way[1..].iter().map(|place| at(*place)).collect::<Vec<_>>();
            let (across, up) = (|place: usize| x[place], |place: usize| y[place]);
            let name = if driven > NAMED || driven == 1 { String::new() } else { format!("route {number}") };
            chart = chart.with_layer(Segments::new(name, from(&up), to(&across), to(&up)).with_x(from(&across)));
        }
        let others: Vec<usize> = (0..count).filter(|place| Some(*place) != depot).collect();
        if !others.is_empty() {
            let up: Vec<f64> = others.iter().map(|place| y[*place]).collect();
            let across: Vec<f64> = others.iter().map(|place| x[*place]).collect();
            chart = chart.with_layer(Scatter::new("", up).with_x(across).with_colour(Colour::Soft).with_width(5.0));
        }
        if let Some(depot) = depot {
            let dot = Scatter::new("depot", vec![y[depot]]).with_x(vec![x[depot]]).with_colour(Colour::Ink);
            chart = chart.with_layer(dot.with_width(12.0));
        }
        // A degree of longitude shrinks towards the poles.
        let shrinking = if self.geographic { f64::midpoint(low, high).to_radians().cos().max(0.01) } else { 1.0 };
        let shape = (high - low) / ((right - left) * shrinking);
        let plot = if shape.is_finite() { (width - 80.0) * shape } else { width * 0.6 };
        chart.to_svg(Size::new(width, 150.0 + plot.clamp(160.0, 1400.0)))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::Code;
    use crate::data::OwnedLists;

    #[test]
    fn every_way_is_a_line() {
        let places = array![[0.0, 0.0], [3.0, 1.0], [3.0, 4.0], [-2.0, 2.0]];
        let routes: OwnedLists = [vec![1_i64, 2], vec![], vec![3]].iter().collect();
        let svg = RouteMap::default().to_svg(places.view(), routes.view()).unwrap();
        let lines: usize =
            svg.split(" d=\"").skip(1).map(|rest| rest.split('"').next().unwrap().matches('L').count()).sum();
        assert!(lines >= 5, "{lines} lines"); // three ways of route 0, two of route 2
        let tour: OwnedLists = [[0_i64, 1, 2, 3]].iter().collect();
        let drawn = RouteMap::default().with_tours(true).to_svg(places.view(), tour.view()).unwrap();
        assert!(!drawn.contains("depot"));
        assert!(svg.contains("route 0") && svg.contains("route 2") && svg.contains("depot"));
        assert!(roxmltree::Document::parse(&svg).is_ok());
    }

    #[test]
    fn what_cannot_be_drawn_is_said() {
        let places = array![[0.0, 0.0], [3.0, 1.0]];
        let code = |map: RouteMap, places: &Array2<f64>, stops: &[i64]| {
            let routes: OwnedLists = [stops].iter().collect();
            map.to_svg(places.view(), routes.view()).unwrap_err().code()
        };
        assert_eq!(code(RouteMap::default(), &places, &[2]), Code::InvalidData);
        assert_eq!(code(RouteMap::default().with_depot(5), &places, &[1]), Code::InvalidConfig);
        assert_eq!(code(RouteMap::default().with_width(1.0), &places, &[1]), Code::InvalidConfig);
        assert_eq!(code(RouteMap::default(), &Array2::zeros((0, 2)), &[]), Code::NotEnoughData);
        assert_eq!(code(RouteMap::default(), &array![[0.0, f64::NAN]], &[]), Code::InvalidData);
    }
}
