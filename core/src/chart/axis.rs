//! From data to pixels, and which ticks have room.
use super::check::{Kind, Shape, bounds};
use super::spec::{Axis, AxisKind};
use super::text::{Font, clean};
use super::{calendar, number};

/// The font of tick labels.
pub(super) const TICK: Font = Font::plain(11.0);
/// The least room between two labels side by side.
const APART: f64 = 10.0;
/// The sine and cosine of the slant of labels.
pub(super) const SLANT: (f64, f64) = (0.573_576_436_351_046, 0.819_152_044_288_991_8);
/// The angle of slanted labels in degrees.
pub(super) const SLANT_DEGREES: i32 = -35;

/// What an axis spans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Domain {
    pub(super) low: f64,
    pub(super) high: f64,
    /// Whether the caller's limits may cut data off.
    pub(super) cut: bool,
    /// Whether only whole numbers mean something.
    pub(super) whole: bool,
}

impl Domain {
    /// The span of the axis that bars stand on or a line runs along.
    pub(super) fn of_positions(axis: &Axis, shapes: &[Shape<'_>]) -> Self {
        if axis.kind == AxisKind::Categories {
            return Self { low: -0.5, high: axis.categories.len() as f64 - 0.5, cut: false, whole: true };
        }
        let (low, high) = bounds(shapes.iter().flat_map(Shape::positions));
        let half_bar =
            if shapes.iter().any(|shape| matches!(shape.kind, Kind::Bars { .. })) { gap(shapes) / 2.0 } else { 0.0 };
        let points = shapes.iter().any(|shape| matches!(shape.kind, Kind::Scatter { .. }));
        let air = half_bar.max((high - low) * if points { 0.03 } else { 0.0 });
        let alone = match axis.kind {
            AxisKind::Dates => 43_200.0,
            _ => 1.0f64.max(low.abs() * 0.1),
        };
        let least = if axis.kind == AxisKind::Dates { 0.005 } else { 0.0 };
        let whole = shapes.iter().all(|shape| shape.positions().all(|x| x.fract() == 0.0));
        let (low, high) = widen(low - air, high + air, alone, least);
        Self { whole, ..Self::limited(axis, low, high) }
    }

    /// The span of the axis of values: some air, and zero where bars stand or the values come near to it.
    pub(super) fn of_values(axis: &Axis, shapes: &[Shape<'_>]) -> Self {
        let (mut low, mut high) = bounds(shapes.iter().flat_map(Shape::values));
        if low > high {
            return Self::limited(axis, 0.0, 1.0);
        }
        let bars = shapes.iter().any(|shape| matches!(shape.kind, Kind::Bars { .. }));
        let reaches_down = low > 0.0 && (bars || low < high * 0.35);
        let reaches_up = high < 0.0 && (bars || high > low * 0.35);
        if reaches_down {
            low = 0.0;
        }
        if reaches_up {
            high = 0.0;
        }
        (low, high) = widen(low, high, if low == 0.0 { 1.0 } else { low.abs() * 0.05 }, 0.0);
        let air = (high - low) * 0.04;
        Self::limited(axis, if low == 0.0 { low } else { low - air }, if high == 0.0 { high } else { high + air })
    }

    /// The caller's limits in place of the data's, kept a positive span.
    fn limited(axis: &Axis, low: f64, high: f64) -> Self {
        let span = high - low;
        let (low, high) = match (axis.minimum, axis.maximum) {
            (Some(low), Some(high)) => (low, high),
            (Some(minimum), None) => (minimum, if high > minimum { high } else { minimum + span }),
            (None, Some(maximum)) => (if low < maximum { low } else { maximum - span }, maximum),
            (None, None) => (low, high),
        };
        let (low, high) = widen(low, high, low.abs().max(1.0) * 0.05, 0.0);
        let cut = axis.minimum.is_some() || axis.maximum.is_some();
        Self { low, high, cut, whole: false }
    }
}

/// A span that can be divided: one too narrow for its magnitude becomes `alone` to both sides.
fn widen(low: f64, high: f64, alone: f64, least: f64) -> (f64, f64) {
    let magnitude = low.abs().max(high.abs());
    if high - low > (magnitude * 1e-12).max(least).max(1e-290) {
        (low, high)
    } else {
        let middle = low / 2.0 + high / 2.0;
        let alone = alone.max(1e-289);
        (middle - alone, middle + alone)
    }
}

/// The smallest distance between two positions of bars; 1 where there is one position.
pub(super) fn gap(shapes: &[Shape<'_>]) -> f64 {
    let mut positions: Vec<f64> = shapes
        .iter()
        .filter(|shape| matches!(shape.kind, Kind::Bars { .. }))
        .flat_map(|shape| shape.x.iter().copied())
        .collect();
    positions.sort_unstable_by(f64::total_cmp);
    let gaps = positions.windows(2).map(|pair| pair[1] - pair[0]).filter(|gap| *gap > 0.0);
    let gap = gaps.fold(f64::INFINITY, f64::min);
    if gap.is_finite() { gap } else { 1.0 }
}

/// A linear map from data to pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) domain: Domain,
    pub(super) start: f64,
    pub(super) end: f64,
}

impl Scale {
    /// The pixel of a finite value; far outside of the picture values are held at a distance.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (value - self.domain.low) / (self.domain.high - self.domain.low);
        (self.start + share * (self.end - self.start)).clamp(-20_000.0, 20_000.0)
    }
}

/// A label below the axis: its point, and its baseline counted from the axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label {
    pub(super) x: f64,
    pub(super) down: f64,
    pub(super) text: String,
}

/// What stands below the plot.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Bottom {
    /// Where ticks are, in pixels.
    pub(super) ticks: Vec<f64>,
    /// Labels around their point, or up to it where slanted.
    pub(super) labels: Vec<Label>,
    pub(super) slanted: bool,
    pub(super) height: f64,
}

const FIRST_ROW: f64 = 17.0;
const ROW: f64 = 14.0;

/// The ticks of the axis at the bottom that have room between `left` and `right`, the ends of the picture.
pub(super) fn bottom(axis: &Axis, scale: &Scale, every_name: bool, left: f64, right: f64) -> Bottom {
    match axis.kind {
        AxisKind::Numbers => numbers(scale, left, right),
        AxisKind::Dates => dates(scale, left, right),
        AxisKind::Categories => names(axis, scale, every_name, left, right),
    }
}

/// Labels in a row if they keep apart; those at the ends move into the picture.
fn row(points: &[(f64, String)], down: f64, left: f64, right: f64) -> Option<Vec<Label>> {
    let mut end = f64::NEG_INFINITY;
    let mut labels = Vec::with_capacity(points.len());
    for (x, text) in points {
        let half = TICK.width(text) / 2.0;
        let x = x.min(right - half).max(left + half);
        if x - half < end + APART || x + half > right + 0.5 {
            return None;
        }
        end = x + half;
        labels.push(Label { x, down, text: text.clone() });
    }
    Some(labels)
}

fn numbers(scale: &Scale, left: f64, right: f64) -> Bottom {
    let room = (scale.end - scale.start).abs();
    let most = ((room / 70.0) as usize).clamp(1, 12);
    for most in (1..=most).rev() {
        let ticks = number::ticks(scale.domain.low, scale.domain.high, most, scale.domain.whole);
        let points: Vec<_> = ticks.at.iter().map(|&at| scale.at(at)).zip(ticks.labels).collect();
        if let Some(labels) = row(&points, FIRST_ROW, left, right) {
            let ticks = points.iter().map(|point| point.0).collect();
            return Bottom { ticks, labels, slanted: false, height: FIRST_ROW + 5.0 };
        }
    }
    Bottom { height: 6.0, ..Bottom::default() }
}

fn dates(scale: &Scale, left: f64, right: f64) -> Bottom {
    let most = ((scale.end - scale.start).abs() / 34.0) as usize;
    // The finest distance that has room, unless it leaves a single tick.
    for every in calendar::LADDER {
        let Some(ticks) = calendar::ticks(scale.domain.low, scale.domain.high, every, most.max(2)) else { continue };
        let points: Vec<_> = ticks.iter().map(|tick| (scale.at(tick.at), tick.label.clone())).collect();
        let Some(mut labels) = row(&points, FIRST_ROW, left, right) else { continue };
        let Some(within) = contexts(&ticks, scale, left, right) else { continue };
        let height = FIRST_ROW + 5.0 + if within.is_empty() { 0.0 } else { ROW };
        labels.extend(within);
        return Bottom { ticks: points.into_iter().map(|point| point.0).collect(), labels, slanted: false, height };
    }
    Bottom { height: 6.0, ..Bottom::default() }
}

/// The second row: what the ticks are part of, where it changes. The first gives way where the second is near.
fn contexts(ticks: &[calendar::Tick], scale: &Scale, left: f64, right: f64) -> Option<Vec<Label>> {
    let mut points: Vec<(f64, String)> = Vec::new();
    let mut before = "";
    for tick in ticks {
        if tick.within != before {
            points.push((scale.at(tick.at), tick.within.clone()));
            before = &tick.within;
        }
    }
    row(&points, FIRST_ROW + ROW, left, right)
        .or_else(|| row(points.get(1..).filter(|rest| !rest.is_empty())?, FIRST_ROW + ROW, left, right))
}

fn names(axis: &Axis, scale: &Scale, every_name: bool, left: f64, right: f64) -> Bottom {
    let count = axis.categories.len();
    let slot = (scale.end - scale.start).abs() / count as f64;
    let ticks: Vec<f64> = (0..count).map(|place| scale.at(place as f64)).collect();
    if let Some(bottom) = wrapped(axis, &ticks, slot) {
        bottom
    } else if every_name && slot * SLANT.0 >= TICK.size + 1.5 {
        slanted(axis, ticks, left)
    } else {
        thinned(axis, &ticks, slot, left, right)
    }
}

/// All names, in up to three lines of the width of their slots.
fn wrapped(axis: &Axis, ticks: &[f64], slot: f64) -> Option<Bottom> {
    if slot < 24.0 {
        return None;
    }
    let (mut rows, mut labels) = (1, Vec::new());
    for (name, &x) in axis.categories.iter().zip(ticks) {
        let name = clean(name);
        let lines = TICK.wrap(&name, slot - 8.0, 4);
        // Words torn or cut do not join to the name again.
        if lines.len() > 3 || lines.join(" ") != name {
            return None;
        }
        rows = rows.max(lines.len());
        let place = |(row, text)| Label { x, down: FIRST_ROW + ROW * row as f64, text };
        labels.extend(lines.into_iter().enumerate().map(place));
    }
    let height = FIRST_ROW + 5.0 + ROW * (rows - 1) as f64;
    Some(Bottom { labels, ticks: ticks.to_vec(), slanted: false, height })
}

/// Every second, fifth, tenth, .. name in a row.
fn thinned(axis: &Axis, ticks: &[f64], slot: f64, left: f64, right: f64) -> Bottom {
    let steps = (0..9).flat_map(|power| [1, 2, 5].map(|lead| lead * 10usize.pow(power)));
    for step in steps.filter(|&step| slot * step as f64 >= 16.0) {
        let shown = axis.categories.iter().zip(ticks).step_by(step);
        let shown: Vec<_> = shown.map(|(name, &x)| (x, TICK.fit(&clean(name), 120.0).into_owned())).collect();
        if let Some(labels) = row(&shown, FIRST_ROW, left, right) {
            let ticks = shown.into_iter().map(|point| point.0).collect();
            return Bottom { ticks, labels, slanted: false, height: FIRST_ROW + 5.0 };
        }
    }
    Bottom { height: 6.0, ..Bottom::default() }
}

fn slanted(axis: &Axis, ticks: Vec<f64>, left: f64) -> Bottom {
    let mut longest: f64 = 0.0;
    let labels = axis.categories.iter().zip(&ticks).map(|(name, &x)| {
        // A slanted label ends below its tick and reaches to the lower left.
        let room = ((x - left) / SLANT.1 - 6.0).clamp(20.0, 130.0);
        let text = TICK.fit(&clean(name), room).into_owned();
        longest = longest.max(TICK.width(&text));
        Label { x: x + 4.0, down: 13.0, text }
    });
    let labels = labels.collect();
    Bottom { ticks, labels, slanted: true, height: 16.0 + longest * SLANT.0 }
}
