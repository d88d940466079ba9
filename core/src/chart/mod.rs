//! Charts as self-contained SVG and HTML: lines, bands, points and bars on axes of numbers, dates or categories.
//!
//! | type | what it is |
//! |---|---|
//! | [`Chart`] | one picture: two axes and the layers between them; [`Chart::to_svg`], [`Chart::to_html`] |
//! | [`Line`], [`Band`], [`Scatter`], [`Segments`], [`Bars`] | the layers, drawn in the order given |
//! | [`Page`] | one HTML document of many charts in cards, with a table; [`Page::to_html`] |
//!
//! What is drawn needs nothing else: no script, no font, no file from anywhere. Light and dark follow the reader's
//! setting (`prefers-color-scheme`), prints are light. Colours stay distinct for colour-blind readers and never carry a
//! meaning alone: lines differ in dashes, points in shapes, once there are several. The same chart gives the same bytes.
//!
//! NaN is a gap: it breaks lines and bands and leaves points and bars out. Infinite values are `invalid_data`. A million
//! points cost no more than the pixels they fall on: see [`Line`].
//!
//! ```
//! use inlaid::chart::{Axis, Band, Chart, Line, Size};
//!
//! let chart = Chart::new("Visitors")
//!     .with_x(Axis::dates("Month"))
//!     .with_y(Axis::numbers("Visitors").with_unit("thousands"))
//!     .with_layer(Band::new("80 %", vec![2.0, 1.5], vec![4.0, 4.5]).with_x(vec![1.7e9, 1.71e9]))
//!     .with_layer(Line::new("forecast", vec![3.0, 3.1]).with_x(vec![1.7e9, 1.71e9]));
//! let svg = chart.to_svg(Size::default())?;
//! assert!(svg.starts_with("<svg ") && svg.contains("Visitors (thousands)"));
//! # Ok::<(), inlaid::Error>(())
//! ```
mod axis;
mod calendar;
mod check;
mod decimate;
mod draw;
mod legend;
mod number;
mod page;
mod picture;
mod spec;
mod text;
mod theme;

pub(crate) use calendar::{following, read as read_stamps};
pub use page::{Card, Column, Page, Table};
pub use spec::{Axis, AxisKind, Band, Bars, Chart, Colour, Layer, Line, Scatter, Segments, Size};

#[cfg(test)]
mod tests;
