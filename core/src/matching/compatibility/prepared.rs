//! Attributes with the columns they compare, ready for any pair of rows.
use std::collections::HashMap;
use std::ops::Range;

use super::attributes::{
    Attribute, CategoryAttribute, Decay, HoursAttribute, MissingPolicy, NumberAttribute, NumberMeasure, OverlapMeasure,
    PlaceAttribute, RangeAttribute, SetAttribute, TextAttribute, VectorAttribute,
};
use super::columns::{Codes, MISSING, Source, shared};
use super::windows::{self, Parts};
use crate::Context;
use crate::data::Matrix;
use crate::error::{Result, bail, ensure};
use crate::matching::strings::{TextNormalization, TextSimilarity, similarity};

/// Mean radius of the Earth in kilometres (IUGG).
const RADIUS: f64 = 6371.0088;

/// Whose view it is: who wants something of whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Rows of the left table look at rows of the right one.
    Left,
    /// Rows of the right table look at rows of the left one.
    Right,
}

/// The two tables.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tables<'t> {
    pub(super) left: Source<'t>,
    pub(super) right: Source<'t>,
}

/// An attribute with its columns.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) name: String,
    pub(super) weight: f64,
    pub(super) missing: MissingPolicy,
    kind: Kind,
}

/// For each side, what one row is compared by.
type Sides<T> = [Vec<T>; 2];

#[derive(Debug)]
enum Kind {
    Distance {
        values: Sides<f64>,
        tolerance: f64,
        scale: f64,
        decay: Decay,
    },
    /// A similarity of each row of one side, whoever looks.
    OneSided {
        values: Vec<f64>,
        of: View,
    },
    Category {
        codes: Sides<u32>,
        similar: HashMap<(u32, u32), f64>,
    },
    Place {
        places: Sides<[f64; 3]>,
        half: f64,
        max: f64,
    },
    Set {
        sets: Sides<Option<Vec<u32>>>,
        measure: OverlapMeasure,
        view: View,
    },
    Within {
        values: Vec<f64>,
        low: Vec<f64>,
        high: Vec<f64>,
        slack: f64,
        values_of: View,
    },
    Overlap {
        low: Sides<f64>,
        high: Sides<f64>,
        measure: OverlapMeasure,
        view: View,
    },
    Hours {
        parts: Sides<Option<Parts>>,
        measure: OverlapMeasure,
        view: View,
    },
    Text {
        codes: Sides<u32>,
        texts: Sides<String>,
        how: Box<TextSimilarity>,
    },
    Vector {
        values: Sides<f64>,
        dimensions: usize,
    },
}

impl Prepared {
    pub(super) fn new(attribute: &Attribute, tables: Tables<'_>, view: View) -> Result<Self> {
        let name = attribute.name();
        let prepared = attribute.validate().and_then(|()| match attribute {
            Attribute::NumberAttribute(one) => number(one, tables, view),
            Attribute::CategoryAttribute(one) => category(one, tables),
            Attribute::PlaceAttribute(one) => place(one, tables),
            Attribute::SetAttribute(one) => set(one, tables, view),
            Attribute::RangeAttribute(one) => range(one, tables, view),
            Attribute::HoursAttribute(one) => hours(one, tables, view),
            Attribute::TextAttribute(one) => text(one, tables),
            Attribute::VectorAttribute(one) => vector(one, tables),
        });
        let kind = prepared.map_err(|error| error.at(format_args!("attribute \"{name}\"")))?;
        Ok(Self { name, weight: attribute.weight(), missing: attribute.missing(), kind })
    }

    /// The similarity of a row of the left table with some of the right one, 0 to 1; NaN where a value is missing.
    pub(super) fn fill(&self, left: usize, rights: Range<usize>, into: &mut [f64], context: &Context) -> Result<()> {
        let each = rights.clone().zip(into.iter_mut());
        match &self.kind {
            Kind::Distance { values: [own, other], tolerance, scale, decay } => {
                let value = own[left];
                each.for_each(|(right, out)| {
                    let beyond = ((value - other[right]).abs() - tolerance).max(0.0);
                    // `max` drops NaN.
                    *out = if (value - other[right]).is_nan() { f64::NAN } else { falling(beyond / scale, *decay) };
                });
            }
            Kind::OneSided { values, of: View::Left } => each.for_each(|(_, out)| *out = values[left]),
            Kind::OneSided { values, of: View::Right } => each.for_each(|(right, out)| *out = values[right]),
            Kind::Category { codes: [own, other], similar } => {
                let code = own[left];
                each.for_each(|(right, out)| *out = category_similarity(code, other[right], similar));
            }
            Kind::Place { places: [own, other], half, max } => {
                let place = own[left];
                each.for_each(|(right, out)| {
                    let distance = kilometres(place, other[right]);
                    *out = if distance > *max { 0.0 } else { (-distance / half).exp2() };
                });
            }
            Kind::Set { sets: [own, other], measure, view } => each.for_each(|(right, out)| {
                *out = match (&own[left], &other[right]) {
                    (Some(a), Some(b)) => {
                        let sizes = if *view == View::Left { [a.len(), b.len()] } else { [b.len(), a.len()] };
                        share(shared(a, b) as f64, sizes.map(|size| size as f64), *measure)
                    }
                    _ => f64::NAN,
                };
            }),
            Kind::Within { values, low, high, slack, values_of } => each.for_each(|(right, out)| {
                let (value, bounds) = if *values_of == View::Left { (left, right) } else { (right, left) };
                *out = within(values[value], low[bounds], high[bounds], *slack);
            }),
            Kind::Overlap { low, high, measure, view } => each.for_each(|(right, out)| {
                let ranges = [(low[0][left], high[0][left]), (low[1][right], high[1][right])];
                *out = if *view == View::Left {
                    overlap(ranges[0], ranges[1], *measure)
                } else {
                    overlap(ranges[1], ranges[0], *measure)
                };
            }),
            Kind::Hours { parts: [own, other], measure, view } => each.for_each(|(right, out)| {
                *out = match (&own[left], &other[right]) {
                    (Some(a), Some(b)) => {
                        let lengths = [f64::from(windows::length(a)), f64::from(windows::length(b))];
                        let lengths = if *view == View::Left { lengths } else { [lengths[1], lengths[0]] };
                        share(f64::from(windows::shared(a, b)), lengths, *measure)
                    }
                    _ => f64::NAN,
                };
            }),
            Kind::Text { codes, texts, how } => {
                return texts_similarity(codes, texts, how, left, rights, into, context);
            }
            Kind::Vector { values: [own, other], dimensions } => {
                let a = &own[left * dimensions..(left + 1) * dimensions];
                each.for_each(|(right, out)| {
                    let b = &other[right * dimensions..(right + 1) * dimensions];
                    let cosine = a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
                    *out = if cosine.is_nan() { f64::NAN } else { cosine.clamp(0.0, 1.0) };
                });
            }
        }
        Ok(())
    }

    /// The similarity of one pair.
    pub(super) fn one(&self, left: usize, right: usize, context: &Context) -> Result<f64> {
        let mut out = [f64::NAN];
        self.fill(left, right..right + 1, &mut out, context)?;
        Ok(out[0])
    }
}

fn falling(distance: f64, decay: Decay) -> f64 {
    match decay {
        Decay::Linear => (1.0 - distance).max(0.0),
        Decay::Exponential => (-distance).exp2(),
        Decay::Gaussian => (-0.5 * distance * distance).exp(),
    }
}

fn category_similarity(left: u32, right: u32, similar: &HashMap<(u32, u32), f64>) -> f64 {
    if left == MISSING || right == MISSING {
        f64::NAN
    } else if left == right {
        1.0
    } else if similar.is_empty() {
        0.0
    } else {
        similar.get(&(left, right)).copied().unwrap_or(0.0)
    }
}

/// What both have against what the first needs, or either has.
fn share(both: f64, [needed, offered]: [f64; 2], measure: OverlapMeasure) -> f64 {
    let of = match measure {
        OverlapMeasure::Coverage => needed,
        OverlapMeasure::Jaccard => needed + offered - both,
    };
    if of == 0.0 { 1.0 } else { both / of }
}

fn within(value: f64, low: f64, high: f64, slack: f64) -> f64 {
    if value.is_nan() || (low.is_nan() && high.is_nan()) {
        return f64::NAN;
    }
    // A missing bound is none: comparisons with NaN are false.
    let outside = if value < low {
        low - value
    } else if value > high {
        value - high
    } else {
        return 1.0;
    };
    if slack > 0.0 { (1.0 - outside / slack).max(0.0) } else { 0.0 }
}

fn overlap(own: (f64, f64), other: (f64, f64), measure: OverlapMeasure) -> f64 {
    if [own.0, own.1, other.0, other.1].iter().any(|bound| bound.is_nan()) {
        return f64::NAN;
    }
    let (low, high) = (own.0.max(other.0), own.1.min(other.1));
    let lengths = [own.1 - own.0, other.1 - other.0];
    // A single point is covered or not.
    if lengths[0] == 0.0 && (measure == OverlapMeasure::Coverage || lengths[1] == 0.0) {
        return f64::from(low <= high);
    }
    share((high - low).max(0.0), lengths, measure)
}

/// The great-circle distance of two points on the unit sphere, which is the haversine formula in terms of the chord.
pub(super) fn kilometres(a: [f64; 3], b: [f64; 3]) -> f64 {
    let [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    let half_chord = (0.5 * (x * x + y * y + z * z).sqrt()).min(if x.is_nan() { f64::NAN } else { 1.0 });
    if x.is_nan() { f64::NAN } else { 2.0 * RADIUS * half_chord.asin() }
}

fn texts_similarity(
    codes: &Sides<u32>,
    texts: &Sides<String>,
    how: &TextSimilarity,
    left: usize,
    rights: Range<usize>,
    into: &mut [f64],
    context: &Context,
) -> Result<()> {
    let code = codes[0][left];
    // Each different text of the right table is compared once.
    let mut known: HashMap<u32, f64> = HashMap::new();
    for (right, out) in rights.zip(into) {
        let other = codes[1][right];
        *out = if code == MISSING || other == MISSING {
            f64::NAN
        } else if let Some(value) = known.get(&other) {
            *value
        } else {
            context.check()?;
            let value = similarity(&texts[0][code as usize], &texts[1][other as usize], how, context)?;
            known.insert(other, value);
            value
        };
    }
    Ok(())
}

fn ends(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| !value.is_nan()).fold(None, |ends, value| match ends {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

fn number(one: &NumberAttribute, tables: Tables<'_>, view: View) -> Result<Kind> {
    let other = || match view {
        View::Left => Ok::<_, crate::Error>((tables.right.numbers("right", &one.right)?, View::Right)),
        View::Right => Ok((tables.left.numbers("left", &one.left)?, View::Left)),
    };
    let usual = |ends: Option<(f64, f64)>| {
        let length = ends.map_or(0.0, |(low, high)| high - low);
        one.scale.unwrap_or(if length > 0.0 { length } else { 1.0 })
    };
    Ok(match one.measure {
        NumberMeasure::Closeness => {
            let values = [tables.left.numbers("left", &one.left)?, tables.right.numbers("right", &one.right)?];
            let scale = usual(ends(values.iter().flatten().copied()));
            Kind::Distance { values, tolerance: one.tolerance, scale, decay: one.decay }
        }
        NumberMeasure::Target => {
            let (values, of) = other()?;
            let target = one.target.unwrap_or_default();
            let scale = usual(ends(values.iter().copied().chain([target])));
            let each = |value: f64| match (value - target).abs() - one.tolerance {
                beyond if beyond.is_nan() => f64::NAN,
                beyond => falling(beyond.max(0.0) / scale, one.decay),
            };
            Kind::OneSided { values: values.into_iter().map(each).collect(), of }
        }
        NumberMeasure::HigherIsBetter | NumberMeasure::LowerIsBetter => {
            let (values, of) = other()?;
            let found = ends(values.iter().copied());
            let (low, high) = (one.low.or(found.map(|ends| ends.0)), one.high.or(found.map(|ends| ends.1)));
            let (low, high) = (low.unwrap_or(0.0), high.unwrap_or(1.0));
            let rises = one.measure == NumberMeasure::HigherIsBetter;
            let each = |value: f64| {
                if value.is_nan() {
                    return f64::NAN;
                }
                // Between equal ends everybody who reaches them is the best.
                let height =
                    if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { f64::from(value >= low) };
                match (rises, high > low) {
                    (true, _) => height,
                    (false, true) => 1.0 - height,
                    (false, false) => f64::from(value <= high),
                }
            };
            Kind::OneSided { values: values.into_iter().map(each).collect(), of }
        }
    })
}

fn category(one: &CategoryAttribute, tables: Tables<'_>) -> Result<Kind> {
    let mut known = Codes::default();
    let codes = [
        known.column(tables.left.categories("left", &one.left)?),
        known.column(tables.right.categories("right", &one.right)?),
    ];
    let mut similar = HashMap::new();
    for (left, row) in &one.similar {
        for (right, &value) in row {
            if let (Some(left), Some(right)) = (known.find(left), known.find(right)) {
                similar.insert((left, right), value);
            }
        }
    }
    // The other direction, unless it is given too.
    for ((left, right), value) in similar.clone() {
        similar.entry((right, left)).or_insert(value);
    }
    Ok(Kind::Category { codes, similar })
}

fn place(one: &PlaceAttribute, tables: Tables<'_>) -> Result<Kind> {
    let columns = [&one.left_latitude, &one.left_longitude, &one.right_latitude, &one.right_longitude];
    let places = places(columns, tables)?;
    Ok(Kind::Place { places, half: one.half_distance, max: one.max_distance.unwrap_or(f64::INFINITY) })
}

/// Points on the unit sphere from columns of degrees; NaN where one is missing.
pub(super) fn places(columns: [&String; 4], tables: Tables<'_>) -> Result<Sides<[f64; 3]>> {
    let side = |source: Source<'_>, options: [&str; 2], names: [&String; 2]| {
        let latitudes = source.numbers(options[0], names[0])?;
        let longitudes = source.numbers(options[1], names[1])?;
        let point = |(row, (latitude, longitude)): (usize, (f64, f64))| {
            let fits = (latitude.is_nan() || latitude.abs() <= 90.0)
                && (longitude.is_nan() || (-180.0..=360.0).contains(&longitude));
            ensure!(
                fits,
                InvalidData,
                "{} table: row {row} (0-based) is at latitude {latitude}, longitude {longitude}; they must be -90 to 90 \
                 and -180 to 360",
                source.side
            );
            let (latitude, longitude) = (latitude.to_radians(), longitude.to_radians());
            if latitude.is_nan() || longitude.is_nan() {
                return Ok([f64::NAN; 3]);
            }
            Ok([latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()])
        };
        latitudes.into_iter().zip(longitudes).enumerate().map(point).collect::<Result<Vec<_>>>()
    };
    Ok([
        side(tables.left, ["left_latitude", "left_longitude"], [columns[0], columns[1]])?,
        side(tables.right, ["right_latitude", "right_longitude"], [columns[2], columns[3]])?,
    ])
}

fn set(one: &SetAttribute, tables: Tables<'_>, view: View) -> Result<Kind> {
    let mut known = Codes::default();
    let sets = [
        known.sets(tables.left.sets("left", &one.left, &one.separator)?),
        known.sets(tables.right.sets("right", &one.right, &one.separator)?),
    ];
    Ok(Kind::Set { sets, measure: one.measure, view })
}

/// One side of a range attribute.
enum Points {
    Values(Vec<f64>),
    Bounds(Vec<f64>, Vec<f64>),
}

fn points(
    source: Source<'_>,
    value: Option<&String>,
    low: Option<&String>,
    high: Option<&String>,
) -> Result<(Points, bool)> {
    let side = source.side;
    match (value, low, high) {
        (Some(value), None, None) => source.points(side, value).map(|(values, times)| (Points::Values(values), times)),
        (None, Some(low_name), Some(high_name)) => {
            let ((low, times), (high, other)) = (source.points(side, low_name)?, source.points(side, high_name)?);
            ensure!(
                times == other,
                InvalidData,
                "{side} table: one of the columns \"{low_name}\" and \"{high_name}\" holds times and the other numbers"
            );
            if let Some(row) = (0..low.len()).find(|&row| low[row] > high[row]) {
                bail!(
                    InvalidData,
                    "{side} table: row {row} (0-based) has a range from {} to {}; the low end must not be above the high one",
                    low[row],
                    high[row]
                );
            }
            Ok((Points::Bounds(low, high), times))
        }
        _ => bail!(InvalidConfig, "a range needs `{side}`, or `{side}_low` and `{side}_high`"),
    }
}

fn range(one: &RangeAttribute, tables: Tables<'_>, view: View) -> Result<Kind> {
    let (left, times) = points(tables.left, one.left.as_ref(), one.left_low.as_ref(), one.left_high.as_ref())?;
    let (right, other) = points(tables.right, one.right.as_ref(), one.right_low.as_ref(), one.right_high.as_ref())?;
    ensure!(
        times == other,
        InvalidData,
        "one table has times and the other numbers; both must be dates or timestamps, or both numbers"
    );
    let slack = one.slack;
    Ok(match (left, right) {
        (Points::Values(values), Points::Bounds(low, high)) => {
            Kind::Within { values, low, high, slack, values_of: View::Left }
        }
        (Points::Bounds(low, high), Points::Values(values)) => {
            Kind::Within { values, low, high, slack, values_of: View::Right }
        }
        (Points::Bounds(low, high), Points::Bounds(other_low, other_high)) => {
            Kind::Overlap { low: [low, other_low], high: [high, other_high], measure: one.measure, view }
        }
        (Points::Values(_), Points::Values(_)) => {
            bail!(
                InvalidConfig,
                "neither side is a range; name `left_low` and `left_high` or `right_low` and `right_high`"
            )
        }
    })
}

fn hours(one: &HoursAttribute, tables: Tables<'_>, view: View) -> Result<Kind> {
    let side = |source: Source<'_>, option: &str, name: &str| {
        let read = |(row, text): (usize, Option<&str>)| match text {
            Some(text) => windows::weekly(text).map(Some).map_err(|error| {
                error.at(format_args!("{} table: column \"{name}\", row {row} (0-based)", source.side))
            }),
            None => Ok(None),
        };
        source.texts(option, name)?.into_iter().enumerate().map(read).collect::<Result<Vec<_>>>()
    };
    let parts = [side(tables.left, "left", &one.left)?, side(tables.right, "right", &one.right)?];
    Ok(Kind::Hours { parts, measure: one.measure, view })
}

fn text(one: &TextAttribute, tables: Tables<'_>) -> Result<Kind> {
    let side = |source: Source<'_>, option: &str, name: &str| {
        let (mut known, mut texts) = (Codes::default(), Vec::new());
        let texts_of_rows = source.texts(option, name)?;
        let code = |text: Option<&str>| {
            text.map_or(MISSING, |text| {
                let text = one.similarity.normalization.apply(text).into_owned();
                let code = known.code(text.clone());
                if known.len() > texts.len() {
                    texts.push(text);
                }
                code
            })
        };
        Ok::<_, crate::Error>((texts_of_rows.into_iter().map(code).collect::<Vec<u32>>(), texts))
    };
    let (left, right) = (side(tables.left, "left", &one.left)?, side(tables.right, "right", &one.right)?);
    let how = Box::new(one.similarity.clone().with_normalization(TextNormalization::default()));
    Ok(Kind::Text { codes: [left.0, right.0], texts: [left.1, right.1], how })
}

fn vector(one: &VectorAttribute, tables: Tables<'_>) -> Result<Kind> {
    let given = |vectors: &Option<Matrix>, source: Source<'_>| {
        let Some(vectors) = vectors.clone() else {
            bail!(
                InvalidConfig,
                "`{}` is not given; it must hold one vector per row of the {} table",
                source.side,
                source.side
            )
        };
        ensure!(
            vectors.nrows() == source.table.rows(),
            InvalidData,
            "`{}` has {} vectors, the {} table has {} rows",
            source.side,
            vectors.nrows(),
            source.side,
            source.table.rows()
        );
        Ok(vectors)
    };
    let (left, right) = (given(&one.left, tables.left)?, given(&one.right, tables.right)?);
    let dimensions = left.ncols();
    ensure!(
        right.ncols() == dimensions,
        InvalidData,
        "the left vectors have {dimensions} dimensions and the right ones {}",
        right.ncols()
    );
    let unit = |vectors: Matrix, side: &str| {
        let (mut values, _) = vectors.into_raw();
        for (row, vector) in values.chunks_mut(dimensions.max(1)).enumerate() {
            // Scaled by the largest first, so that squares stay in range.
            let largest = vector
                .iter()
                .fold(0.0_f64, |largest, value| if value.is_nan() { f64::NAN } else { largest.max(value.abs()) });
            let length = vector.iter().map(|value| (value / largest) * (value / largest)).sum::<f64>().sqrt();
            if vector.iter().any(|value| value.is_nan()) {
                vector.fill(f64::NAN);
                continue;
            }
            ensure!(
                largest > 0.0 && largest.is_finite(),
                InvalidData,
                "the {side} vector of row {row} (0-based) is all zero or not finite; its direction is needed"
            );
            vector.iter_mut().for_each(|value| *value = *value / largest / length);
        }
        Ok(values)
    };
    Ok(Kind::Vector { values: [unit(left, "left")?, unit(right, "right")?], dimensions })
}
