//! A chart judged and made ready: texts cleaned, positions filled in, ranges known.
use std::borrow::Cow;

use super::number;
use super::spec::{Axis, AxisKind, Chart, Colour, Layer, Size};
use super::text::clean;
use super::{axis::Domain, calendar};
use crate::data::Vector;
use crate::error::{Result, bail, ensure};

/// The most values that one chart may hold.
const MOST: usize = 10_000_000;
/// The largest magnitude that can be drawn: ranges of such values do not overflow.
const LARGEST: f64 = 1e300;
/// How many colours differ.
pub(super) const COLOURS: usize = 6;

/// A layer with everything filled in.
#[derive(Debug)]
pub(super) struct Shape<'a> {
    pub(super) name: String,
    pub(super) kind: Kind<'a>,
    pub(super) x: Cow<'a, [f64]>,
    /// The class of the colour: `c0` to `c5`, `ci`, `cs`.
    pub(super) colour: String,
    /// How often the colours were used up before: the dash or the shape.
    pub(super) round: usize,
}

/// The values of a layer.
#[derive(Debug)]
pub(super) enum Kind<'a> {
    Line { y: Cow<'a, [f64]>, dashed: bool },
    Band { lower: Cow<'a, [f64]>, upper: Cow<'a, [f64]>, strength: f64 },
    Scatter { y: Cow<'a, [f64]>, width: f64 },
    Segments { y: Cow<'a, [f64]>, end_x: Cow<'a, [f64]>, end_y: Cow<'a, [f64]> },
    Bars { y: Cow<'a, [f64]>, place: usize },
}

impl Kind<'_> {
    fn word(&self) -> &'static str {
        match self {
            Kind::Line { .. } => "line",
            Kind::Band { .. } => "band",
            Kind::Scatter { .. } => "points",
            Kind::Segments { .. } => "segments",
            Kind::Bars { .. } => "bars",
        }
    }

    /// Every slice of values.
    fn values(&self) -> impl Iterator<Item = &[f64]> {
        let (first, second) = match self {
            Kind::Line { y, .. } | Kind::Scatter { y, .. } | Kind::Bars { y, .. } => (y, None),
            Kind::Band { lower, upper, .. } => (lower, Some(upper)),
            Kind::Segments { y, end_y, .. } => (y, Some(end_y)),
        };
        std::iter::once(first).chain(second).map(|values| values.as_ref())
    }
}

/// A chart that can be drawn.
#[derive(Debug)]
pub(super) struct Ready<'a> {
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) description: String,
    pub(super) shapes: Vec<Shape<'a>>,
    /// The axis at the bottom and the axis on the left.
    pub(super) x: &'a Axis,
    pub(super) y: &'a Axis,
    /// What the bottom and the left span.
    pub(super) across: Domain,
    pub(super) up: Domain,
    /// Whether bars lie, from the left.
    pub(super) lying: bool,
    /// How many layers of bars stand side by side.
    pub(super) bars: usize,
    /// Whether there are only gaps.
    pub(super) empty: bool,
}

impl<'a> Ready<'a> {
    pub(super) fn new(chart: &'a Chart, size: Size) -> Result<Self> {
        check_size(size)?;
        let lying = chart.y.kind == AxisKind::Categories;
        check_axes(chart, lying)?;
        let base = if lying { &chart.y } else { &chart.x };
        let shapes = shapes(chart, base)?;
        let bars = shapes.iter().filter(|shape| matches!(shape.kind, Kind::Bars { .. })).count();
        let positions = Domain::of_positions(base, &shapes);
        let values = Domain::of_values(if lying { &chart.x } else { &chart.y }, &shapes);
        let (across, up) = if lying { (values, positions) } else { (positions, values) };
        let title = clean(&chart.title);
        let description = match &chart.description {
            Some(description) => clean(description),
            None => describe(chart, base, &shapes),
        };
        let subtitle = chart.subtitle.as_deref().map(clean).unwrap_or_default();
        let empty = shapes.iter().all(|shape| shape.values().all(f64::is_nan));
        Ok(Self { title, subtitle, description, shapes, x: &chart.x, y: &chart.y, across, up, lying, bars, empty })
    }
}

/// The label of an axis with its unit.
pub(super) fn label(axis: &Axis) -> String {
    let label = clean(&axis.label);
    match axis.unit.as_deref().map(clean) {
        Some(unit) if !unit.is_empty() && label.is_empty() => unit,
        Some(unit) if !unit.is_empty() => format!("{label} ({unit})"),
        _ => label,
    }
}

fn check_size(size: Size) -> Result<()> {
    let Size { width, height } = size;
    ensure!(
        (160.0..=8000.0).contains(&width),
        InvalidConfig,
        "width must lie between 160 and 8000 pixels, got {width}"
    );
    ensure!(
        (120.0..=8000.0).contains(&height),
        InvalidConfig,
        "height must lie between 120 and 8000 pixels, got {height}"
    );
    Ok(())
}

fn check_axes(chart: &Chart, lying: bool) -> Result<()> {
    ensure!(chart.y.kind != AxisKind::Dates, InvalidConfig, "the y axis cannot show dates; put them on the x axis");
    if lying {
        ensure!(chart.x.kind == AxisKind::Numbers, InvalidConfig, "with categories on the y axis, x must be numbers");
        let only_bars = chart.layers.iter().all(|layer| matches!(layer, Layer::Bars(_)));
        ensure!(only_bars, InvalidConfig, "with categories on the y axis, every layer must be bars");
    }
    for (name, axis) in [("x", &chart.x), ("y", &chart.y)] {
        let categories = axis.kind == AxisKind::Categories;
        ensure!(!categories || !axis.categories.is_empty(), InvalidConfig, "the {name} axis has no categories");
        let unnamed = categories || axis.categories.is_empty();
        ensure!(unnamed, InvalidConfig, "the {name} axis names categories, but its kind is another");
        for limit in [axis.minimum, axis.maximum].into_iter().flatten() {
            let allowed = limit.is_finite() && limit.abs() <= LARGEST && !categories;
            ensure!(
                allowed,
                InvalidConfig,
                "the {name} axis cannot end at {limit}: numbers up to 1e300, not categories"
            );
        }
        if let (Some(low), Some(high)) = (axis.minimum, axis.maximum) {
            let rises = low < high;
            ensure!(rises, InvalidConfig, "the {name} axis must end above its start, got {low} to {high}");
        }
        if axis.kind == AxisKind::Dates {
            for limit in [axis.minimum, axis.maximum].into_iter().flatten() {
                check_stamp(limit).map_err(|error| error.at(format_args!("{name} axis")))?;
            }
        }
    }
    Ok(())
}

fn check_stamp(stamp: f64) -> Result<()> {
    ensure!(
        (calendar::EARLIEST..calendar::LATEST).contains(&stamp),
        InvalidData,
        "dates are seconds since 1970 within the years 0 to 9999, got {stamp} (milliseconds?)"
    );
    Ok(())
}

fn shapes<'a>(chart: &'a Chart, base: &Axis) -> Result<Vec<Shape<'a>>> {
    ensure!(!chart.layers.is_empty(), NotEnoughData, "a chart needs at least one layer, got none");
    let (mut shapes, mut taken, mut bars, mut total) = (Vec::new(), 0, 0, 0);
    for (at, layer) in chart.layers.iter().enumerate() {
        let (name, x, colour, kind) = open(layer, &mut bars);
        let name = clean(name);
        let place = format!("layer {at} ({} {name:?})", kind.word());
        let shape = fill(name, x, kind, base).map_err(|error| error.at(&place))?;
        total += shape.x.len();
        ensure!(total <= MOST, TooLarge, "{place}: more than {MOST} values in one chart");
        let (colour, round) = class(colour, &mut taken);
        shapes.push(Shape { colour, round, ..shape });
    }
    Ok(shapes)
}

/// The parts of a layer.
fn open<'a>(layer: &'a Layer, bars: &mut usize) -> (&'a str, Option<&'a Vector>, Colour, Kind<'a>) {
    match layer {
        Layer::Line(line) => {
            let kind = Kind::Line { y: slice(&line.y), dashed: line.dashed };
            (&line.name, line.x.as_ref(), line.colour, kind)
        }
        Layer::Band(band) => {
            let kind = Kind::Band { lower: slice(&band.lower), upper: slice(&band.upper), strength: band.strength };
            (&band.name, band.x.as_ref(), band.colour, kind)
        }
        Layer::Scatter(points) => {
            let kind = Kind::Scatter { y: slice(&points.y), width: points.width };
            (&points.name, points.x.as_ref(), points.colour, kind)
        }
        Layer::Segments(layer) => {
            let kind = Kind::Segments { y: slice(&layer.y), end_x: slice(&layer.end_x), end_y: slice(&layer.end_y) };
            (&layer.name, layer.x.as_ref(), layer.colour, kind)
        }
        Layer::Bars(layer) => {
            let kind = Kind::Bars { y: slice(&layer.y), place: *bars };
            *bars += 1;
            (&layer.name, layer.x.as_ref(), layer.colour, kind)
        }
    }
}

fn slice(values: &Vector) -> Cow<'_, [f64]> {
    values.as_slice().map_or_else(|| Cow::Owned(values.to_vec()), Cow::Borrowed)
}

/// The class of a colour, and how often the colours were used up before.
fn class(colour: Colour, taken: &mut usize) -> (String, usize) {
    let number = match colour {
        Colour::Ink => return ("ci".into(), 0),
        Colour::Soft => return ("cs".into(), 0),
        Colour::Auto => {
            *taken += 1;
            *taken - 1
        }
        Colour::Blue => 0,
        Colour::Orange => 1,
        Colour::Green => 2,
        Colour::Purple => 3,
        Colour::Yellow => 4,
        Colour::Sky => 5,
    };
    (format!("c{}", number % COLOURS), number / COLOURS)
}

/// A layer with its positions, judged; the colour comes later.
fn fill<'a>(name: String, x: Option<&'a Vector>, kind: Kind<'a>, base: &Axis) -> Result<Shape<'a>> {
    let count = kind.values().next().map_or(0, <[f64]>::len);
    ensure!(count > 0, NotEnoughData, "there are no values");
    for values in kind.values() {
        let (first, second) =
            if let Kind::Segments { .. } = kind { ("starts", "ends") } else { ("lower values", "upper ones") };
        ensure!(values.len() == count, InvalidData, "{count} {first} but {} {second}", values.len());
        if let Some(at) = values.iter().position(|value| !(value.is_nan() || value.abs() <= LARGEST)) {
            bail!(InvalidData, "value {} at position {at} (0-based); up to 1e300, or NaN for a gap", values[at]);
        }
    }
    match kind {
        Kind::Band { strength, .. } => {
            let allowed = strength > 0.0 && strength <= 1.0;
            ensure!(allowed, InvalidConfig, "strength must be above 0 and at most 1, got {strength}");
        }
        Kind::Scatter { width, .. } => {
            let allowed = width > 0.0 && width <= 40.0;
            ensure!(allowed, InvalidConfig, "width must be above 0 and at most 40 pixels, got {width}");
        }
        _ => {}
    }
    let x = match x {
        Some(x) => slice(x),
        None if base.kind == AxisKind::Dates => bail!(InvalidData, "on an axis of dates every layer needs its x"),
        None => (0..count).map(|at| at as f64).collect(),
    };
    ensure!(x.len() == count, InvalidData, "{count} values but {} positions x", x.len());
    check_positions(&x, &kind, base)?;
    if let Kind::Segments { end_x, .. } = &kind {
        ensure!(end_x.len() == count, InvalidData, "{count} values but {} positions end_x", end_x.len());
        check_positions(end_x, &kind, base).map_err(|error| error.at("end_x"))?;
    }
    Ok(Shape { name, kind, x, colour: String::new(), round: 0 })
}

fn check_positions(x: &[f64], kind: &Kind<'_>, base: &Axis) -> Result<()> {
    for (at, &position) in x.iter().enumerate() {
        let good = position.abs() <= LARGEST;
        ensure!(
            good,
            InvalidData,
            "x is {position} at position {at} (0-based); finite numbers up to 1e300 are allowed"
        );
        match base.kind {
            AxisKind::Numbers => {}
            AxisKind::Dates => check_stamp(position).map_err(|error| error.at(format_args!("x at position {at}")))?,
            AxisKind::Categories => {
                let count = base.categories.len();
                let known = position >= 0.0 && position < count as f64 && position.fract() == 0.0;
                ensure!(
                    known,
                    InvalidData,
                    "x is {position} at position {at}; the axis has categories 0 to {}",
                    count - 1
                );
            }
        }
    }
    if matches!(kind, Kind::Line { .. } | Kind::Band { .. }) {
        let falls = x.windows(2).position(|pair| pair[1] < pair[0]);
        if let Some(at) = falls {
            bail!(InvalidData, "x must not decrease along a {}, but does behind position {at} (0-based)", kind.word());
        }
    }
    Ok(())
}

/// What is drawn, in words.
fn describe(chart: &Chart, base: &Axis, shapes: &[Shape<'_>]) -> String {
    let position = |at: f64| match base.kind {
        AxisKind::Numbers => number::alone(at),
        AxisKind::Dates => calendar::alone(at),
        AxisKind::Categories => base.categories.get(at as usize).map(|name| clean(name)).unwrap_or_default(),
    };
    let mut sentences = Vec::new();
    for (name, axis) in [("Horizontal", &chart.x), ("Vertical", &chart.y)] {
        let label = label(axis);
        if !label.is_empty() {
            sentences.push(format!("{name} axis: {label}."));
        }
    }
    for shape in shapes.iter().take(20) {
        let (low, high) = bounds(shape.kind.values().flatten().copied());
        let (from, to) = bounds(shape.positions());
        let name = if shape.name.is_empty() { String::new() } else { format!(" {}", shape.name) };
        let range = if low > high {
            "no values".to_owned()
        } else {
            let (first, last) = (position(from), position(to));
            format!("{} to {}, from {first} to {last}", number::alone(low), number::alone(high))
        };
        sentences.push(format!("{}{name}: {} values, {range}.", capital(shape.kind.word()), shape.x.len()));
    }
    if shapes.len() > 20 {
        sentences.push(format!("And {} more layers.", shapes.len() - 20));
    }
    sentences.join(" ")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The smallest and the largest of the numbers that are not NaN; infinity and its negative without any.
pub(super) fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}

impl Shape<'_> {
    /// Every position, ends of segments included.
    pub(super) fn positions(&self) -> impl Iterator<Item = f64> + '_ {
        let ends = if let Kind::Segments { end_x, .. } = &self.kind { end_x.as_ref() } else { &[] };
        self.x.iter().chain(ends).copied()
    }

    /// Every value, NaN included.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.kind.values().flatten().copied()
    }
}
