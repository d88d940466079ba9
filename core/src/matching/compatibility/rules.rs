//! What must hold for a pair to be allowed at all.
use serde::{Deserialize, Serialize};

use super::attributes::{Attribute, RangeAttribute, options, positive};
use super::columns::{Codes, MISSING, shared};
use super::prepared::{Prepared, Tables, View, kilometres, places};
use crate::Context;
use crate::error::{Result, bail, ensure};

/// Which of two sets must lie within the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubsetDirection {
    /// Everything of the left set is in the right one.
    #[default]
    LeftInRight,
    /// Everything of the right set is in the left one.
    RightInLeft,
}

/// How two numbers must stand to each other, the left one first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ComparisonOperator {
    /// Left is right or more.
    #[default]
    AtLeast,
    /// Left is right or less.
    AtMost,
    /// Left is more than right.
    Above,
    /// Left is less than right.
    Below,
    /// Left and right differ.
    Differs,
}

macro_rules! rule {
    ($(#[$about:meta])* $name:ident { $($rest:tt)* }) => {
        options! {
            $(#[$about])*
            $name {
                $($rest)*
                /// Whether a pair with a missing value is allowed. Default false.
                missing_passes / with_missing_passes: bool = false,
            }
        }
    };
}

rule! {
    /// Two categories must be equal: texts, whole numbers or booleans.
    EqualRule {
        /// The column of the left table.
        left / with_left: String = String::new(),
        /// The column of the right table.
        right / with_right: String = String::new(),
    }
}

rule! {
    /// A set must lie within another; a single text or number is a set of one.
    SubsetRule {
        /// The column of the left table: texts such as `a|b`, or Arrow lists.
        left / with_left: String = String::new(),
        /// The column of the right table.
        right / with_right: String = String::new(),
        /// Which within which. Default left_in_right.
        direction / with_direction: SubsetDirection = SubsetDirection::default(),
        /// What separates the items of a text. Default `|`.
        separator / with_separator: String = "|".to_owned(),
    }
}

rule! {
    /// Two sets must share items.
    ShareRule {
        /// The column of the left table: texts such as `a|b`, or Arrow lists.
        left / with_left: String = String::new(),
        /// The column of the right table.
        right / with_right: String = String::new(),
        /// How many items at least. Default 1.
        least / with_least: usize = 1,
        /// What separates the items of a text. Default `|`.
        separator / with_separator: String = "|".to_owned(),
    }
}

rule! {
    /// A number of the left row must stand so to one of the right row, or to a fixed one.
    CompareRule {
        /// The column of the left table; a fixed `value` instead, where not given.
        left / with_left: Option<String> = None,
        /// The column of the right table; a fixed `value` instead, where not given.
        right / with_right: Option<String> = None,
        /// How, the left number first. Default at_least.
        comparison / with_comparison: ComparisonOperator = ComparisonOperator::default(),
        /// The number in place of the column that is not given.
        value / with_value: Option<f64> = None,
    }
}

rule! {
    /// Booleans must be true.
    FlagRule {
        /// The column of the left table, if one must be true.
        left / with_left: Option<String> = None,
        /// The column of the right table, if one must be true.
        right / with_right: Option<String> = None,
    }
}

rule! {
    /// Two places must be near each other.
    DistanceRule {
        /// The left table's column of latitudes in degrees.
        left_latitude / with_left_latitude: String = String::new(),
        /// The left table's column of longitudes in degrees.
        left_longitude / with_left_longitude: String = String::new(),
        /// The right table's column of latitudes in degrees.
        right_latitude / with_right_latitude: String = String::new(),
        /// The right table's column of longitudes in degrees.
        right_longitude / with_right_longitude: String = String::new(),
        /// The greatest distance in kilometres, above 0. Default 50.
        max_distance / with_max_distance: f64 = 50.0,
    }
}

rule! {
    /// A value must lie within a range, or two ranges must overlap.
    RangeRule {
        /// The columns, as for the attribute; its measure is what `least` speaks of. Its weight and name do not count.
        range / with_range: RangeAttribute = RangeAttribute::default(),
        /// The least overlap, 0 to 1; 0 is any that is above 0. Default 0.
        least / with_least: f64 = 0.0,
    }
}

rule! {
    /// An attribute of the left's view must be similar enough.
    ScoreRule {
        /// The attribute's name.
        attribute / with_attribute: String = String::new(),
        /// Its least similarity, 0 to 1. Default 0.5.
        least / with_least: f64 = 0.5,
    }
}

/// What must hold for a pair to be allowed at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Rule {
    /// Categories are equal.
    EqualRule(EqualRule),
    /// A set lies within another.
    SubsetRule(SubsetRule),
    /// Sets share items.
    ShareRule(ShareRule),
    /// A number stands so to another.
    CompareRule(CompareRule),
    /// Booleans are true.
    FlagRule(FlagRule),
    /// Places are near each other.
    DistanceRule(DistanceRule),
    /// A value lies within a range, or ranges overlap.
    RangeRule(RangeRule),
    /// An attribute is similar enough.
    ScoreRule(ScoreRule),
}

macro_rules! into_rule {
    ($($name:ident)*) => {$(
        impl From<$name> for Rule {
            fn from(one: $name) -> Self {
                Rule::$name(one)
            }
        }
    )*};
}
into_rule! { EqualRule SubsetRule ShareRule CompareRule FlagRule DistanceRule RangeRule ScoreRule }

/// A rule with its columns.
#[derive(Debug)]
pub(super) struct PreparedRule {
    /// The rule in words.
    pub(super) words: String,
    missing_passes: bool,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Equal([Vec<u32>; 2]),
    Subset([Vec<Option<Vec<u32>>>; 2], SubsetDirection),
    Share([Vec<Option<Vec<u32>>>; 2], usize),
    Compare([Vec<f64>; 2], ComparisonOperator),
    /// One flag per row, `None` for a missing one.
    Flag([Vec<Option<bool>>; 2]),
    Distance([Vec<[f64; 3]>; 2], f64),
    /// A similarity that must be above 0 and at least so much.
    Range(Prepared, f64),
    /// The position of an attribute of the left's view.
    Score(usize, f64),
}

impl PreparedRule {
    pub(super) fn new(rule: &Rule, tables: Tables<'_>, attributes: &[Prepared]) -> Result<Self> {
        let Tables { left, right } = tables;
        let (words, missing_passes, kind) = match rule {
            Rule::EqualRule(one) => {
                let mut known = Codes::default();
                let codes = [
                    known.column(left.categories("left", &one.left)?),
                    known.column(right.categories("right", &one.right)?),
                ];
                (format!("{} = {}", one.left, one.right), one.missing_passes, Kind::Equal(codes))
            }
            Rule::SubsetRule(one) => {
                let sets = sets(&one.left, &one.right, &one.separator, tables)?;
                let (inner, outer) = match one.direction {
                    SubsetDirection::LeftInRight => (&one.left, &one.right),
                    SubsetDirection::RightInLeft => (&one.right, &one.left),
                };
                (format!("{inner} within {outer}"), one.missing_passes, Kind::Subset(sets, one.direction))
            }
            Rule::ShareRule(one) => {
                let sets = sets(&one.left, &one.right, &one.separator, tables)?;
                let words = format!("{} and {} share at least {}", one.left, one.right, one.least);
                (words, one.missing_passes, Kind::Share(sets, one.least))
            }
            Rule::CompareRule(one) => (compare_words(one), one.missing_passes, compare(one, tables)?),
            Rule::FlagRule(one) => {
                ensure!(
                    one.left.is_some() || one.right.is_some(),
                    InvalidConfig,
                    "a flag rule needs `left` or `right`"
                );
                let flags = |source: super::columns::Source<'_>, option: &str, name: &Option<String>| match name {
                    Some(name) => source.flags(option, name),
                    None => Ok(Vec::new()),
                };
                let both = [flags(left, "left", &one.left)?, flags(right, "right", &one.right)?];
                let names: Vec<&str> = [&one.left, &one.right].into_iter().flatten().map(String::as_str).collect();
                (names.join(" and "), one.missing_passes, Kind::Flag(both))
            }
            Rule::DistanceRule(one) => {
                positive("max_distance", Some(one.max_distance))?;
                let columns = [&one.left_latitude, &one.left_longitude, &one.right_latitude, &one.right_longitude];
                let kind = Kind::Distance(places(columns, tables)?, one.max_distance);
                (format!("within {} km", one.max_distance), one.missing_passes, kind)
            }
            Rule::RangeRule(one) => {
                share_of_one("least", one.least)?;
                let attribute = Attribute::from(one.range.clone());
                let words = format!("{} in range", attribute.name());
                let kind = Kind::Range(Prepared::new(&attribute, tables, View::Left)?, one.least);
                (words, one.missing_passes, kind)
            }
            Rule::ScoreRule(one) => {
                share_of_one("least", one.least)?;
                let Some(position) = attributes.iter().position(|known| known.name == one.attribute) else {
                    let names: Vec<&str> = attributes.iter().map(|known| known.name.as_str()).collect();
                    bail!(
                        InvalidConfig,
                        "there is no attribute \"{}\"; the attributes are [{}]",
                        one.attribute,
                        names.join(", ")
                    )
                };
                let words = format!("{} at least {}", one.attribute, one.least);
                (words, one.missing_passes, Kind::Score(position, one.least))
            }
        };
        Ok(Self { words, missing_passes, kind })
    }

    /// Whether the rule allows a pair.
    pub(super) fn allows(&self, left: usize, right: usize, attributes: &[Prepared], context: &Context) -> Result<bool> {
        let holds = match &self.kind {
            Kind::Equal([own, other]) => {
                (own[left] != MISSING && other[right] != MISSING).then(|| own[left] == other[right])
            }
            Kind::Subset([own, other], direction) => both(&own[left], &other[right]).map(|(a, b)| {
                let inner = if *direction == SubsetDirection::LeftInRight { a.len() } else { b.len() };
                shared(a, b) == inner
            }),
            Kind::Share([own, other], least) => both(&own[left], &other[right]).map(|(a, b)| shared(a, b) >= *least),
            Kind::Compare([own, other], comparison) => {
                let number = |values: &[f64], row: usize| if values.len() == 1 { values[0] } else { values[row] };
                let (a, b) = (number(own, left), number(other, right));
                (!a.is_nan() && !b.is_nan()).then_some(match comparison {
                    ComparisonOperator::AtLeast => a >= b,
                    ComparisonOperator::AtMost => a <= b,
                    ComparisonOperator::Above => a > b,
                    ComparisonOperator::Below => a < b,
                    ComparisonOperator::Differs => a != b,
                })
            }
            Kind::Flag([own, other]) => {
                let flags =
                    [own.get(left).copied().unwrap_or(Some(true)), other.get(right).copied().unwrap_or(Some(true))];
                match flags {
                    [Some(false), _] | [_, Some(false)] => Some(false),
                    [Some(true), Some(true)] => Some(true),
                    _ => None,
                }
            }
            Kind::Distance([own, other], most) => {
                let distance = kilometres(own[left], other[right]);
                (!distance.is_nan()).then_some(distance <= *most)
            }
            Kind::Range(prepared, least) => {
                let value = prepared.one(left, right, context)?;
                (!value.is_nan()).then_some(value > 0.0 && value >= *least)
            }
            Kind::Score(position, least) => {
                let value = attributes[*position].one(left, right, context)?;
                (!value.is_nan()).then_some(value >= *least)
            }
        };
        Ok(holds.unwrap_or(self.missing_passes))
    }
}

fn both<'s>(a: &'s Option<Vec<u32>>, b: &'s Option<Vec<u32>>) -> Option<(&'s [u32], &'s [u32])> {
    Some((a.as_deref()?, b.as_deref()?))
}

fn share_of_one(name: &str, value: f64) -> Result<()> {
    ensure!((0.0..=1.0).contains(&value), InvalidConfig, "{name} is {value}, it must be 0 to 1");
    Ok(())
}

fn sets(left: &str, right: &str, separator: &str, tables: Tables<'_>) -> Result<[Vec<Option<Vec<u32>>>; 2]> {
    ensure!(!separator.is_empty(), InvalidConfig, "separator is empty; it must be a text such as \"|\"");
    let mut known = Codes::default();
    let mut side = |source: super::columns::Source<'_>, option: &str, name: &str| {
        let rows = if source.holds_numbers(name) {
            source.categories(option, name)?.into_iter().map(|item| item.map(|item| vec![item])).collect()
        } else {
            source.sets(option, name, separator)?
        };
        Ok::<_, crate::Error>(known.sets(rows))
    };
    Ok([side(tables.left, "left", left)?, side(tables.right, "right", right)?])
}

fn compare(one: &CompareRule, tables: Tables<'_>) -> Result<Kind> {
    let fixed = || match one.value {
        Some(value) if value.is_finite() => Ok(vec![value]),
        Some(value) => bail!(InvalidConfig, "value is {value}, it must be finite"),
        None => bail!(InvalidConfig, "a compare rule needs two of `left`, `right` and `value`"),
    };
    let numbers = match (&one.left, &one.right) {
        (Some(left), Some(right)) => [tables.left.numbers("left", left)?, tables.right.numbers("right", right)?],
        (Some(left), None) => [tables.left.numbers("left", left)?, fixed()?],
        (None, Some(right)) => [fixed()?, tables.right.numbers("right", right)?],
        (None, None) => bail!(InvalidConfig, "a compare rule needs `left` or `right`"),
    };
    Ok(Kind::Compare(numbers, one.comparison))
}

fn compare_words(one: &CompareRule) -> String {
    let sign = match one.comparison {
        ComparisonOperator::AtLeast => ">=",
        ComparisonOperator::AtMost => "<=",
        ComparisonOperator::Above => ">",
        ComparisonOperator::Below => "<",
        ComparisonOperator::Differs => "!=",
    };
    let word = |name: &Option<String>| {
        name.clone().unwrap_or_else(|| one.value.map_or_else(String::new, |value| value.to_string()))
    };
    format!("{} {sign} {}", word(&one.left), word(&one.right))
}
