//! What is to be drawn: plain structs that serialise.
use serde::{Deserialize, Serialize};

use crate::data::Vector;

/// The size of a picture in CSS pixels; pictures scale without loss, this is the size at which texts are 12 px high.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Size {
    /// Width, 160 to 8000. Default 720.
    pub width: f64,
    /// Height, 120 to 8000. Default 400.
    pub height: f64,
}

impl Size {
    /// A picture `width` by `height` CSS pixels large.
    #[must_use]
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height }
    }
}

impl Default for Size {
    fn default() -> Self {
        Self { width: 720.0, height: 400.0 }
    }
}

/// One picture: two axes and the layers between them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Chart {
    /// The title above the picture; empty is none. Default empty.
    pub title: String,
    /// A line below the title. Default none.
    pub subtitle: Option<String>,
    /// What a reader who cannot see the picture is told. Default: the axes, and each layer with its range.
    pub description: Option<String>,
    /// The axis at the bottom. Default numbers without a label.
    pub x: Axis,
    /// The axis on the left: numbers, or categories for bars that lie. Default numbers without a label.
    pub y: Axis,
    /// What is drawn, the first at the back. At least one.
    pub layers: Vec<Layer>,
}

impl Chart {
    /// A chart with a title and nothing on it.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// A line below the title.
    #[must_use]
    pub fn with_subtitle(mut self, subtitle: impl Into<String>) -> Self {
        self.subtitle = Some(subtitle.into());
        self
    }

    /// What a reader who cannot see the picture is told.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The axis at the bottom.
    #[must_use]
    pub fn with_x(mut self, axis: Axis) -> Self {
        self.x = axis;
        self
    }

    /// The axis on the left.
    #[must_use]
    pub fn with_y(mut self, axis: Axis) -> Self {
        self.y = axis;
        self
    }

    /// One more layer, in front of the others.
    #[must_use]
    pub fn with_layer(mut self, layer: impl Into<Layer>) -> Self {
        self.layers.push(layer.into());
        self
    }
}

/// What the positions along an axis are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AxisKind {
    /// Numbers, ticks at multiples of 1, 2 or 5.
    #[default]
    Numbers,
    /// Seconds since 1970-01-01 00:00 UTC, years 0 to 9999; ticks at years, months, days, hours. Only at the bottom.
    Dates,
    /// Positions 0, 1, 2, .. named by [`Axis::categories`]; also for time stamps that are mere texts.
    Categories,
}

/// An axis: what it measures, in which unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Axis {
    /// What is measured; empty is none. Default empty.
    pub label: String,
    /// The unit, shown in brackets behind the label. Default none.
    pub unit: Option<String>,
    /// What the positions are. Default numbers.
    pub kind: AxisKind,
    /// The names of positions 0, 1, 2, .. if the kind is categories. Default none.
    pub categories: Vec<String>,
    /// Where the axis starts. Default: from the data, at zero where bars stand or the data come near to it.
    pub minimum: Option<f64>,
    /// Where the axis ends. Default: from the data.
    pub maximum: Option<f64>,
}

impl Axis {
    /// An axis of numbers.
    #[must_use]
    pub fn numbers(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// An axis of dates: seconds since 1970-01-01 00:00 UTC.
    #[must_use]
    pub fn dates(label: impl Into<String>) -> Self {
        Self { label: label.into(), kind: AxisKind::Dates, ..Self::default() }
    }

    /// An axis of named positions 0, 1, 2, ..
    #[must_use]
    pub fn categories<S: Into<String>>(label: impl Into<String>, names: impl IntoIterator<Item = S>) -> Self {
        let categories = names.into_iter().map(Into::into).collect();
        Self { label: label.into(), kind: AxisKind::Categories, categories, ..Self::default() }
    }

    /// The unit, shown in brackets behind the label.
    #[must_use]
    pub fn with_unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// Where the axis starts; what lies before is cut off.
    #[must_use]
    pub fn with_minimum(mut self, minimum: f64) -> Self {
        self.minimum = Some(minimum);
        self
    }

    /// Where the axis ends; what lies behind is cut off.
    #[must_use]
    pub fn with_maximum(mut self, maximum: f64) -> Self {
        self.maximum = Some(maximum);
        self
    }
}

/// The colour of a layer. The named ones differ for every kind of colour vision, on light and on dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// The next of the six colours; after the sixth the first again, with another dash or shape.
    #[default]
    Auto,
    /// The colour of the text.
    Ink,
    /// A quiet grey.
    Soft,
    /// Blue.
    Blue,
    /// Orange red, amber on dark.
    Orange,
    /// Green.
    Green,
    /// Purple, rose on dark.
    Purple,
    /// Ochre, yellow on dark.
    Yellow,
    /// Sky blue, violet on dark.
    Sky,
}

/// One layer of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "layer", rename_all = "snake_case")]
pub enum Layer {
    /// A line.
    Line(Line),
    /// The area between two lines.
    Band(Band),
    /// Points.
    Scatter(Scatter),
    /// Straight lines between two points each.
    Segments(Segments),
    /// Bars from zero.
    Bars(Bars),
}

/// The fields, constructors and `with_*` methods that all layers share.
macro_rules! layer {
    (
        $(#[$about:meta])*
        $name:ident($($(#[$value_about:meta])* $value:ident),+) { $($(#[$field_about:meta])* $field:ident: $type:ty = $default:expr),* }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(default, deny_unknown_fields)]
        #[non_exhaustive]
        pub struct $name {
            /// The name in the legend; empty is not in the legend. Default empty.
            pub name: String,
            /// Where the values stand on the axis, as many as values. Default 0, 1, 2, ..
            pub x: Option<Vector>,
            $($(#[$value_about])* pub $value: Vector,)+
            /// The colour. Default the next one.
            pub colour: Colour,
            $($(#[$field_about])* pub $field: $type,)*
        }

        impl $name {
            /// A layer at positions 0, 1, 2, ..
            #[must_use]
            pub fn new(name: impl Into<String>, $($value: impl Into<Vector>),+) -> Self {
                Self { name: name.into(), $($value: $value.into(),)+ ..Self::default() }
            }

            /// Where the values stand on the axis.
            #[must_use]
            pub fn with_x(mut self, x: impl Into<Vector>) -> Self {
                self.x = Some(x.into());
                self
            }

            /// The colour.
            #[must_use]
            pub fn with_colour(mut self, colour: Colour) -> Self {
                self.colour = colour;
                self
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    name: String::new(),
                    x: None,
                    $($value: Vector::from(Vec::new()),)+
                    colour: Colour::Auto,
                    $($field: $default,)*
                }
            }
        }

        impl From<$name> for Layer {
            fn from(layer: $name) -> Self {
                Layer::$name(layer)
            }
        }
    };
}

layer! {
    /// A line through points whose x never decrease. NaN breaks it; a point alone between gaps is a dot.
    ///
    /// Where more points fall on a column of pixels than can be told apart, the first, lowest, highest and last of them
    /// are drawn: what is seen stays the same and a million points become some ten kilobytes.
    ///
    /// ```
    /// use inlaid::chart::{Chart, Line, Size};
    /// let chart = Chart::new("Load").with_layer(Line::new("measured", vec![3.0, f64::NAN, 4.0, 5.0]).with_dashed(true));
    /// assert!(chart.to_svg(Size::new(400.0, 240.0))?.contains("<path"));
    /// # Ok::<(), inlaid::Error>(())
    /// ```
    Line(
        /// The values; NaN is a gap.
        y
    ) {
        /// Dashes instead of a full line. Default no.
        dashed: bool = false
    }
}

layer! {
    /// The area between a lower and an upper line over x that never decrease. NaN in either is a gap.
    ///
    /// ```
    /// use inlaid::chart::{Band, Chart, Size};
    /// let band = Band::new("80 %", vec![1.0, 0.5], vec![2.0, 2.5]).with_strength(0.3);
    /// assert!(Chart::new("Spread").with_layer(band).to_svg(Size::default())?.contains("80 %"));
    /// # Ok::<(), inlaid::Error>(())
    /// ```
    Band(
        /// The lower line; NaN is a gap.
        lower,
        /// The upper line; NaN is a gap.
        upper
    ) {
        /// How strong the colour is, above 0 and at most 1. Default 0.2.
        strength: f64 = 0.2
    }
}

layer! {
    /// Points. Above 20,000 of them, points that would cover each other are drawn once.
    ///
    /// ```
    /// use inlaid::chart::{Axis, Chart, Scatter, Size};
    /// let points = Scatter::new("trees", vec![8.1, 12.4, 9.9]).with_x(vec![20.0, 41.0, 29.0]);
    /// let chart = Chart::new("Trees").with_x(Axis::numbers("Girth").with_unit("cm")).with_layer(points);
    /// assert!(chart.to_svg(Size::default())?.contains("Girth (cm)"));
    /// # Ok::<(), inlaid::Error>(())
    /// ```
    Scatter(
        /// The values; NaN is left out.
        y
    ) {
        /// The width of a point in pixels, above 0 and at most 40. Default 6.
        width: f64 = 6.0
    }
}

layer! {
    /// Straight lines, each from a point (`x`, `y`) to a point (`end_x`, `end_y`), in any order: pairs on a map.
    ///
    /// ```
    /// use inlaid::chart::{Chart, Segments, Size};
    /// let ways = Segments::new("ways", vec![1.0, 2.0], vec![5.0, 6.0], vec![3.0, 1.0]).with_x(vec![4.0, 5.5]);
    /// assert!(Chart::new("Ways").with_layer(ways).to_svg(Size::default())?.contains("<path"));
    /// # Ok::<(), inlaid::Error>(())
    /// ```
    Segments(
        /// The height where each begins; NaN leaves it out.
        y,
        /// Where each ends on the horizontal axis.
        end_x,
        /// The height where each ends; NaN leaves it out.
        end_y
    ) {}
}

layer! {
    /// Bars from zero; several layers of bars stand side by side. On a y axis of categories they lie.
    ///
    /// ```
    /// use inlaid::chart::{Axis, Bars, Chart, Size};
    /// let chart = Chart::new("Error by method")
    ///     .with_y(Axis::categories("", ["Naive", "Seasonal naive", "Theta"]))
    ///     .with_x(Axis::numbers("MASE"))
    ///     .with_layer(Bars::new("", vec![1.41, 1.0, 0.91]));
    /// assert!(chart.to_svg(Size::default())?.contains("Seasonal naive"));
    /// # Ok::<(), inlaid::Error>(())
    /// ```
    Bars(
        /// The lengths; NaN is left out.
        y
    ) {}
}

impl Line {
    /// Dashes instead of a full line.
    #[must_use]
    pub fn with_dashed(mut self, dashed: bool) -> Self {
        self.dashed = dashed;
        self
    }
}

impl Band {
    /// How strong the colour is, above 0 and at most 1.
    #[must_use]
    pub fn with_strength(mut self, strength: f64) -> Self {
        self.strength = strength;
        self
    }
}

impl Scatter {
    /// The width of a point in pixels.
    #[must_use]
    pub fn with_width(mut self, width: f64) -> Self {
        self.width = width;
        self
    }
}
