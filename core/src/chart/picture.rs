//! From a chart to SVG: where everything stands.
use std::fmt::Write as _;

use super::axis::{self, Bottom, Scale, TICK};
use super::check::{Ready, label};
use super::draw;
use super::legend::{self, Entry};
use super::number;
use super::spec::{AxisKind, Chart, Size};
use super::text::{Font, clean, escape};
use super::theme;
use crate::error::Result;

const TITLE: Font = Font::bold(15.0);
const TEXT: Font = Font::plain(12.0);

/// Which end of a text its point is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A text as laid out: its estimated box, and whether it is slanted (then the box is the one before slanting).
#[derive(Clone, Debug)]
#[cfg_attr(not(test), allow(dead_code))]
pub(super) struct Placed {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
    pub(super) slanted: bool,
    pub(super) text: String,
}

/// The rectangle between the axes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// Where SVG is written and texts are remembered.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    pub(super) svg: String,
    pub(super) texts: Vec<Placed>,
}

impl Canvas {
    /// A text with its baseline at `y`. `class` holds colour and size.
    pub(super) fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, font: Font, class: &str, text: &str) {
        let width = font.width(text);
        let (anchor, left) = match anchor {
            Anchor::Start => ("", x),
            Anchor::Middle => (" text-anchor=\"middle\"", x - width / 2.0),
            Anchor::End => (" text-anchor=\"end\"", x - width),
        };
        let (top, bottom) = (y - 0.8 * font.size, y + 0.25 * font.size);
        self.texts.push(Placed { left, top, right: left + width, bottom, slanted: false, text: text.to_owned() });
        let (x, y) = (draw::number(x), draw::number(y));
        let _ = write!(self.svg, "<text x=\"{x}\" y=\"{y}\"{anchor} class=\"{class}\">{}</text>", escape(text));
    }

    /// A text that rises to its end at a point.
    fn slanted(&mut self, (x, y): (f64, f64), font: Font, class: &str, text: &str) {
        let left = x - font.width(text);
        let (top, bottom) = (y - 0.8 * font.size, y + 0.25 * font.size);
        self.texts.push(Placed { left, top, right: x, bottom, slanted: true, text: text.to_owned() });
        let (x, y) = (draw::number(x), draw::number(y));
        let _ = write!(
            self.svg,
            "<text transform=\"translate({x} {y}) rotate({})\" text-anchor=\"end\" class=\"{class}\">{}</text>",
            axis::SLANT_DEGREES,
            escape(text)
        );
    }

    /// A straight line.
    fn rule(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(draw::number);
        let _ = write!(self.svg, "<path class=\"{class}\" d=\"M{x1} {y1}L{x2} {y2}\"/>");
    }
}

/// What is shown besides the plot; small pictures leave things out, from the last on.
struct Shown {
    title: Vec<String>,
    subtitle: Vec<String>,
    legend: Vec<Entry>,
    x_label: String,
    y_label: String,
}

/// What a chart looks like: its SVG body with all texts, and the plot.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) canvas: Canvas,
    #[cfg_attr(not(test), allow(dead_code))]
    pub(super) plot: Plot,
    title: String,
    description: String,
    size: Size,
}

/// The smallest height of a plot for which nothing is left out.
const COMFORTABLE: f64 = 84.0;

impl Picture {
    pub(super) fn of(chart: &Chart, size: Size) -> Result<Self> {
        let ready = Ready::new(chart, size)?;
        let mut layout = Layout::new(&ready, size, 0);
        for leave_out in 1..=4 {
            if layout.plot.bottom - layout.plot.top >= COMFORTABLE {
                break;
            }
            layout = Layout::new(&ready, size, leave_out);
        }
        let mut canvas = Canvas::default();
        layout.head(&mut canvas, &ready);
        layout.axes(&mut canvas, &ready);
        draw::layers(&mut canvas, &ready, &layout.across, &layout.up, layout.plot);
        if ready.empty {
            let Plot { left, top, right, bottom } = layout.plot;
            canvas.text(((left + right) / 2.0, (top + bottom) / 2.0), Anchor::Middle, TEXT, "cs", "no values");
        }
        layout.frame(&mut canvas, &ready);
        let plot = layout.plot;
        Ok(Self { canvas, plot, title: ready.title, description: ready.description, size })
    }

    /// The whole SVG element. `name` stands in for a missing title, `salt` keeps ids of one document apart.
    pub(super) fn svg(&self, name: &str, salt: &str, with_style: bool) -> String {
        let name = if self.title.is_empty() { clean(name) } else { self.title.clone() };
        let name = if name.is_empty() { "Chart".to_owned() } else { name };
        let id = format!("chart{salt}-{:016x}", fingerprint([&name, &self.description, &self.canvas.svg]));
        let (width, height) = (draw::number(self.size.width), draw::number(self.size.height));
        let style = if with_style { format!("<style>{}</style>", theme::style()) } else { String::new() };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"inlaid-chart\" role=\"img\" width=\"{width}\" \
             height=\"{height}\" viewBox=\"0 0 {width} {height}\" aria-labelledby=\"{id}-t {id}-d\">\
             <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>{style}\
             <rect class=\"surface\" width=\"100%\" height=\"100%\"/>{}</svg>",
            escape(&name),
            escape(&self.description),
            self.canvas.svg
        )
    }
}

/// FNV-1a over several texts.
fn fingerprint<const N: usize>(texts: [&str; N]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0xFF]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Where everything stands.
struct Layout {
    shown: Shown,
    size: Size,
    margin: f64,
    plot: Plot,
    across: Scale,
    up: Scale,
    bottom: Bottom,
    /// Ticks on the left: pixel and lines of text.
    left: Vec<(f64, Vec<String>)>,
}

impl Layout {
    /// `leave_out`: 1 the subtitle, 2 the legend too, 3 the labels of the axes too, 4 the title too.
    fn new(ready: &Ready<'_>, size: Size, leave_out: usize) -> Self {
        let margin = if size.width < 420.0 { 10.0 } else { 14.0 };
        let room = size.width - 2.0 * margin;
        let keep = |level: usize, text: String| if leave_out < level { text } else { String::new() };
        let legend_rows = if leave_out < 2 { ((size.height * 0.25 / legend::ROW) as usize).clamp(1, 6) } else { 0 };
        let shown = Shown {
            title: TITLE.wrap(&keep(4, ready.title.clone()), room, 2),
            subtitle: TEXT.wrap(&keep(1, ready.subtitle.clone()), room, 2),
            legend: legend::rows(&ready.shapes, room, legend_rows),
            x_label: TEXT.fit(&keep(3, label(ready.x)), room).into_owned(),
            y_label: TEXT.fit(&keep(3, label(ready.y)), room).into_owned(),
        };
        let top = shown.head_height(margin) + 10.0;
        let below = margin - 4.0 + if shown.x_label.is_empty() { 0.0 } else { 18.0 };
        // The ticks on the left decide the width, that decides the labels below, those decide the height: twice round
        // settles it. The width only grows, so that labels never lack room.
        let mut plot = Plot { left: margin, top, right: size.width - margin, bottom: size.height - below - 22.0 };
        let mut across = Scale { domain: ready.across, start: plot.left, end: plot.right };
        let mut bottom = Bottom::default();
        for _ in 0..2 {
            let (_, width) = left(ready, &scale_up(ready, plot), size.width * 0.4);
            plot.left = plot.left.max(margin + width);
            across.start = plot.left;
            bottom = axis::bottom(ready.x, &across, ready.bars > 0, 2.0, size.width - 2.0);
            plot.bottom = (size.height - below - bottom.height).max(top + 10.0);
        }
        let up = scale_up(ready, plot);
        let (left, _) = left(ready, &up, size.width * 0.4);
        Self { shown, size, margin, plot, across, up, bottom, left }
    }

    /// Title, subtitle, legend and the label of the y axis.
    fn head(&self, canvas: &mut Canvas, ready: &Ready<'_>) {
        let mut y = self.margin;
        for line in &self.shown.title {
            y += TITLE.line();
            canvas.text((self.margin, y - 5.0), Anchor::Start, TITLE, "t ci", line);
        }
        for line in &self.shown.subtitle {
            y += TEXT.line();
            canvas.text((self.margin, y - 4.0), Anchor::Start, TEXT, "cs", line);
        }
        if !self.shown.legend.is_empty() {
            y += 6.0;
        }
        for entry in &self.shown.legend {
            let middle = y + legend::ROW * (entry.row as f64 + 0.5);
            if let Some(at) = entry.shape {
                draw::swatch(canvas, &ready.shapes, at, self.margin + entry.x, middle);
            }
            let at = (self.margin + entry.text_x(), middle + 4.0);
            canvas.text(at, Anchor::Start, legend::FONT, "ci", &entry.text);
        }
        if !self.shown.y_label.is_empty() {
            let y = self.plot.top - 12.0;
            canvas.text((self.margin, y), Anchor::Start, TEXT, "cs", &self.shown.y_label);
        }
    }

    /// Grid and labels.
    fn axes(&self, canvas: &mut Canvas, ready: &Ready<'_>) {
        let Plot { left, right, bottom, .. } = self.plot;
        if ready.lying {
            for &x in &self.bottom.ticks {
                canvas.rule((x, self.plot.top), (x, bottom), "grid");
            }
        }
        for (y, lines) in &self.left {
            if !ready.lying {
                canvas.rule((left, *y), (right, *y), "grid");
            }
            let first = y + 4.0 - (lines.len() as f64 - 1.0) * 6.5;
            for (at, line) in lines.iter().enumerate() {
                canvas.text((left - 8.0, first + 13.0 * at as f64), Anchor::End, TICK, "k cs", line);
            }
        }
        for label in &self.bottom.labels {
            let at = (label.x, bottom + label.down);
            if self.bottom.slanted {
                canvas.slanted(at, TICK, "k cs", &label.text);
            } else {
                canvas.text(at, Anchor::Middle, TICK, "k cs", &label.text);
            }
        }
        if !self.shown.x_label.is_empty() {
            let middle = (left + right) / 2.0;
            let half = TEXT.width(&self.shown.x_label) / 2.0;
            let x = middle.min(self.size.width - self.margin - half).max(self.margin + half);
            let y = self.size.height - self.margin + 2.0;
            canvas.text((x, y), Anchor::Middle, TEXT, "cs", &self.shown.x_label);
        }
    }

    /// The lines of the axes, in front of the layers.
    fn frame(&self, canvas: &mut Canvas, ready: &Ready<'_>) {
        let Plot { left, top, right, bottom } = self.plot;
        if ready.lying {
            let zero = self.across.at(0.0).clamp(left, right);
            canvas.rule((zero, top), (zero, bottom), "axis");
            return;
        }
        for &x in &self.bottom.ticks {
            canvas.rule((x, bottom), (x, bottom + 4.0), "axis");
        }
        canvas.rule((left, bottom), (right, bottom), "axis");
        let zero = self.up.at(0.0);
        if zero > top && zero < bottom - 0.5 {
            canvas.rule((left, zero), (right, zero), "axis");
        }
    }
}

impl Shown {
    fn head_height(&self, margin: f64) -> f64 {
        let rows = self.legend.last().map_or(0, |entry| entry.row + 1);
        let legend = if rows == 0 { 0.0 } else { 6.0 + rows as f64 * legend::ROW };
        let titles = self.title.len() as f64 * TITLE.line() + self.subtitle.len() as f64 * TEXT.line();
        margin + titles + legend + if self.y_label.is_empty() { 0.0 } else { 20.0 }
    }
}

fn scale_up(ready: &Ready<'_>, plot: Plot) -> Scale {
    // Numbers rise; the first category is at the top.
    let (start, end) = if ready.lying { (plot.top, plot.bottom) } else { (plot.bottom, plot.top) };
    Scale { domain: ready.up, start, end }
}

/// The ticks on the left, with the width that their labels take.
fn left(ready: &Ready<'_>, up: &Scale, room: f64) -> (Vec<(f64, Vec<String>)>, f64) {
    let height = (up.end - up.start).abs();
    let ticks: Vec<(f64, Vec<String>)> = if ready.y.kind == AxisKind::Categories {
        names_on_the_left(ready, up, height, room - 8.0)
    } else {
        let most = ((height / 34.0) as usize).clamp(2, 10);
        let ticks = if ready.empty { number::Ticks::default() } else { numbers_on_the_left(up, height, most) };
        let lines = |label: &String| vec![TICK.fit(label, room - 8.0).into_owned()];
        // In a picture that is too low for two labels, every second, third, .. stays.
        let apart = match ticks.at[..] {
            [first, second, ..] => (up.at(first) - up.at(second)).abs(),
            _ => height,
        };
        let step = (15.0 / apart.max(0.1)).ceil().max(1.0) as usize;
        let shown = ticks.at.iter().zip(&ticks.labels).step_by(step);
        shown.map(|(&at, label)| (up.at(at), lines(label))).collect()
    };
    let widest = ticks.iter().flat_map(|(_, lines)| lines).map(|line| TICK.width(line)).fold(0.0, f64::max);
    (ticks, widest + 8.0)
}

/// Three ticks or more where they have room: steps of 1, 2 and 5 can leave a low picture with one.
fn numbers_on_the_left(up: &Scale, height: f64, most: usize) -> number::Ticks {
    let of = |most| number::ticks(up.domain.low, up.domain.high, most, false);
    let mut ticks = of(most);
    for more in most + 1..=3 * most {
        let finer = of(more);
        if ticks.at.len() >= 3 || height / (finer.at.len() as f64) < 18.0 {
            break;
        }
        ticks = finer;
    }
    ticks
}

fn names_on_the_left(ready: &Ready<'_>, up: &Scale, height: f64, room: f64) -> Vec<(f64, Vec<String>)> {
    let names = &ready.y.categories;
    let slot = height / names.len() as f64;
    let lines = ((slot / 13.0) as usize).clamp(1, 3);
    let step = (14.0 / slot).ceil().max(1.0) as usize;
    let shown = names.iter().enumerate().step_by(step);
    shown.map(|(at, name)| (up.at(at as f64), TICK.wrap(&clean(name), room, lines))).collect()
}
