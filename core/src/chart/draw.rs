//! Layers as SVG.
use std::fmt::Write as _;

use super::axis::{Scale, gap};
use super::check::{Kind, Ready, Shape};
use super::picture::{Canvas, Plot};
use super::spec::AxisKind;
use super::text::{clean, escape};
use super::{calendar, decimate, number as numbers};

/// Bars up to which each has a name for the pointer.
const NAMED_BARS: usize = 200;
/// Dashes of lines, by how often the colours were used up before.
const DASHES: [&str; 4] = ["", "7 4", "2 4", "9 3 2 3"];

/// A coordinate to a tenth of a pixel.
pub(super) fn number(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    if tenths % 10 == 0 {
        (tenths / 10).to_string()
    } else {
        let sign = if tenths < 0 { "-" } else { "" };
        format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
    }
}

/// All layers, the first at the back.
pub(super) fn layers(canvas: &mut Canvas, ready: &Ready<'_>, across: &Scale, up: &Scale, plot: Plot) {
    let cut = ready.across.cut || ready.up.cut;
    if cut {
        // An inner picture cuts off without needing an id.
        let [x, y, width, height] = [plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top].map(number);
        let _ = write!(
            canvas.svg,
            "<svg x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" viewBox=\"{x} {y} {width} {height}\">"
        );
    }
    for shape in &ready.shapes {
        match &shape.kind {
            Kind::Line { y, dashed } => line(canvas, shape, &decimate::line(&shape.x, y, across, up), *dashed),
            Kind::Band { lower, upper, strength } => {
                band(canvas, shape, &decimate::band(&shape.x, lower, upper, across, up), *strength);
            }
            Kind::Scatter { y, width } => scatter(canvas, shape, &decimate::scatter(&shape.x, y, across, up), *width),
            Kind::Segments { y, end_x, end_y } => {
                let point = |(x, y): (&f64, &f64)| (across.at(*x), up.at(*y));
                let starts = shape.x.iter().zip(y.iter());
                let drawn = starts
                    .zip(end_x.iter().zip(end_y.iter()))
                    .filter(|((_, y), (_, end))| !y.is_nan() && !end.is_nan());
                let runs: Vec<decimate::Run> = drawn.map(|(start, end)| vec![point(start), point(end)]).collect();
                line(canvas, shape, &runs, false);
            }
            Kind::Bars { y, place } => bars(canvas, ready, shape, y, *place, across, up),
        }
    }
    if cut {
        canvas.svg.push_str("</svg>");
    }
}

fn dash(shape: &Shape<'_>, dashed: bool) -> &'static str {
    let dash = DASHES.get(shape.round % DASHES.len()).copied().unwrap_or_default();
    if dash.is_empty() && dashed { "5 4" } else { dash }
}

fn line(canvas: &mut Canvas, shape: &Shape<'_>, runs: &[decimate::Run], dashed: bool) {
    let (mut path, mut dots) = (String::new(), String::new());
    for run in runs {
        if let [(x, y)] = run[..] {
            let _ = write!(dots, "M{} {}h0", number(x), number(y));
            continue;
        }
        for (at, &(x, y)) in run.iter().enumerate() {
            let _ = write!(path, "{}{} {}", if at == 0 { 'M' } else { 'L' }, number(x), number(y));
        }
    }
    let colour = &shape.colour;
    if !path.is_empty() {
        let dash = match dash(shape, dashed) {
            "" => String::new(),
            dash => format!(" stroke-dasharray=\"{dash}\""),
        };
        let butt = if dash.is_empty() { "" } else { " d" };
        let _ = write!(canvas.svg, "<path class=\"l {colour}{butt}\"{dash} d=\"{path}\"/>");
    }
    if !dots.is_empty() {
        let _ =
            write!(canvas.svg, "<path class=\"m {colour}\" stroke-width=\"5\" stroke-linecap=\"round\" d=\"{dots}\"/>");
    }
}

fn band(canvas: &mut Canvas, shape: &Shape<'_>, runs: &[Vec<[f64; 3]>], strength: f64) {
    let mut path = String::new();
    for run in runs {
        // A slice alone has no width; it is shown two pixels wide.
        let widened;
        let run = match run[..] {
            [[x, lower, upper]] => {
                widened = [[x - 1.0, lower, upper], [x + 1.0, lower, upper]];
                &widened[..]
            }
            _ => run,
        };
        for (at, [x, _, upper]) in run.iter().enumerate() {
            let _ = write!(path, "{}{} {}", if at == 0 { 'M' } else { 'L' }, number(*x), number(*upper));
        }
        for [x, lower, _] in run.iter().rev() {
            let _ = write!(path, "L{} {}", number(*x), number(*lower));
        }
        path.push('Z');
    }
    if !path.is_empty() {
        let strength = opacity(strength);
        let _ = write!(canvas.svg, "<path class=\"b {}\" fill-opacity=\"{strength}\" d=\"{path}\"/>", shape.colour);
    }
}

/// An opacity in (0, 1] to a thousandth, not below one.
fn opacity(strength: f64) -> f64 {
    ((strength * 1000.0).round() / 1000.0).max(0.001)
}

/// The path of one point; which shape depends on how often the colours were used up before.
fn point(path: &mut String, round: usize, (x, y): (f64, f64), width: f64) {
    let half = width / 2.0;
    let _ = match round % 4 {
        0 | 1 => write!(path, "M{} {}h0", number(x), number(y)),
        2 => write!(path, "M{} {}h{w}m-{h} -{h}v{w}", number(x - half), number(y), w = number(width), h = number(half)),
        _ => {
            let w = number(width);
            write!(path, "M{} {}l{w} {w}m0 -{w}l-{w} {w}", number(x - half), number(y - half))
        }
    };
}

/// Stroke width and cap of points: dots, squares, plus signs, crosses.
fn pen(round: usize, width: f64) -> (String, &'static str) {
    match round % 4 {
        0 => (number(width), "round"),
        1 => (number(width), "square"),
        _ => ("1.5".to_owned(), "butt"),
    }
}

fn scatter(canvas: &mut Canvas, shape: &Shape<'_>, points: &[(f64, f64)], width: f64) {
    if points.is_empty() {
        return;
    }
    let mut path = String::new();
    for &at in points {
        point(&mut path, shape.round, at, width);
    }
    let (stroke, cap) = pen(shape.round, width);
    let _ = write!(
        canvas.svg,
        "<path class=\"m {}\" stroke-width=\"{stroke}\" stroke-linecap=\"{cap}\" stroke-opacity=\"0.75\" d=\"{path}\"/>",
        shape.colour
    );
}

/// The rectangles of a layer of bars: left, top, width, height, and which value.
fn rectangles(
    ready: &Ready<'_>,
    shape: &Shape<'_>,
    y: &[f64],
    place: usize,
    across: &Scale,
    up: &Scale,
) -> Vec<([f64; 4], usize)> {
    let (base, value) = if ready.lying { (up, across) } else { (across, up) };
    let pixels_per_unit = (base.end - base.start) / (base.domain.high - base.domain.low);
    // Bars over numbers are bins and touch, others are things apart.
    let histogram = !ready.lying && ready.x.kind == AxisKind::Numbers && ready.bars == 1;
    let slot = (gap(&ready.shapes) * pixels_per_unit).abs() * if histogram { 0.96 } else { 0.8 };
    let width = slot / ready.bars.max(1) as f64;
    let zero = value.at(0.0);
    let shown = shape.x.iter().zip(y).enumerate().filter(|(_, (_, y))| !y.is_nan());
    let bars = shown.map(|(at, (&x, &y))| {
        let start = base.at(x) - slot / 2.0 + width * place as f64;
        (start, width, value.at(y), at)
    });
    let bars: Vec<_> = if width < 0.5 { narrow(bars, zero) } else { bars.collect() };
    let rectangle = |(start, width, end, at): (f64, f64, f64, usize)| {
        let (low, high) = (zero.min(end), zero.max(end));
        if ready.lying { ([low, start, high - low, width], at) } else { ([start, low, width, high - low], at) }
    };
    bars.into_iter().map(rectangle).collect()
}

/// Of bars narrower than half a pixel, the longest to each side per pixel.
fn narrow(bars: impl Iterator<Item = (f64, f64, f64, usize)>, zero: f64) -> Vec<(f64, f64, f64, usize)> {
    let mut pixels = std::collections::BTreeMap::<(i64, bool), (f64, usize)>::new();
    for (start, _, end, at) in bars {
        let longest = pixels.entry((start.floor() as i64, end > zero)).or_insert((end, at));
        if (end - zero).abs() > (longest.0 - zero).abs() {
            *longest = (end, at);
        }
    }
    pixels.into_iter().map(|((pixel, _), (end, at))| (pixel as f64, 1.0, end, at)).collect()
}

fn bars(
    canvas: &mut Canvas,
    ready: &Ready<'_>,
    shape: &Shape<'_>,
    y: &[f64],
    place: usize,
    across: &Scale,
    up: &Scale,
) {
    let rectangles = rectangles(ready, shape, y, place, across, up);
    if rectangles.is_empty() {
        return;
    }
    let _ = write!(canvas.svg, "<g class=\"b {}\">", shape.colour);
    if rectangles.len() <= NAMED_BARS {
        let (base, value) = if ready.lying { (ready.y, ready.x) } else { (ready.x, ready.y) };
        let unit = value.unit.as_deref().map(|unit| format!(" {}", clean(unit))).unwrap_or_default();
        for (rectangle, at) in rectangles {
            let position = shape.x.get(at).copied().unwrap_or_default();
            let position = match base.kind {
                AxisKind::Numbers => numbers::alone(position),
                AxisKind::Dates => calendar::alone(position),
                AxisKind::Categories => base.categories.get(position as usize).map(|n| clean(n)).unwrap_or_default(),
            };
            let value = numbers::alone(y.get(at).copied().unwrap_or_default());
            let [x, y, width, height] = rectangle.map(number);
            let _ = write!(
                canvas.svg,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"><title>{}: {value}{}</title></rect>",
                escape(&position),
                escape(&unit)
            );
        }
    } else {
        canvas.svg.push_str("<path d=\"");
        for (rectangle, _) in rectangles {
            let [x, y, width, height] = rectangle.map(number);
            let _ = write!(canvas.svg, "M{x} {y}h{width}v{height}h-{width}z");
        }
        canvas.svg.push_str("\"/>");
    }
    canvas.svg.push_str("</g>");
}

/// What shows the colour of layer `at` in the legend, from `x` on around the height `y`.
pub(super) fn swatch(canvas: &mut Canvas, shapes: &[Shape<'_>], at: usize, x: f64, y: f64) {
    let Some(shape) = shapes.get(at) else { return };
    let width = super::legend::SWATCH;
    let (colour, middle) = (&shape.colour, x + width / 2.0);
    match &shape.kind {
        Kind::Line { dashed, .. } => line(canvas, shape, &[vec![(x, y), (x + width, y)]], *dashed),
        Kind::Segments { .. } => line(canvas, shape, &[vec![(x, y), (x + width, y)]], false),
        Kind::Scatter { width, .. } => scatter(canvas, shape, &[(middle, y)], width.clamp(5.0, 12.0)),
        Kind::Band { .. } | Kind::Bars { .. } => {
            // A band lies on the bands of its colour behind it and takes their strength on.
            let behind = shapes.iter().take(at + 1).filter(|other| other.colour == shape.colour);
            let clear = behind.fold(1.0, |clear, other| match other.kind {
                Kind::Band { strength, .. } => clear * (1.0 - strength),
                _ => clear,
            });
            let opacity = if matches!(shape.kind, Kind::Band { .. }) { opacity(1.0 - clear) } else { 1.0 };
            let [x, y, width] = [x, y - 5.0, width].map(number);
            let _ = write!(
                canvas.svg,
                "<rect class=\"b {colour}\" fill-opacity=\"{opacity}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"10\"/>"
            );
        }
    }
}
