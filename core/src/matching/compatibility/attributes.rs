//! What of two rows is compared, and how.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::data::Matrix;
use crate::error::{Result, ensure};
use crate::matching::strings::TextSimilarity;

/// Declare an options struct with its defaults and `with_*` methods.
macro_rules! options {
    ($(#[$about:meta])* $name:ident { $($(#[$field_about:meta])* $field:ident / $with:ident: $type:ty = $default:expr,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(default, deny_unknown_fields)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_about])* pub $field: $type,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $name {
            $(#[doc = concat!("Set `", stringify!($field), "`.")]
            #[must_use]
            pub fn $with(mut self, $field: impl Into<$type>) -> Self {
                self.$field = $field.into();
                self
            })*
        }
    };
}
pub(super) use options;

/// [`options!`] with the fields that every attribute has.
macro_rules! attribute {
    ($(#[$about:meta])* $name:ident { $($rest:tt)* }) => {
        options! {
            $(#[$about])*
            $name {
                $($rest)*
                /// What the attribute is called in explanations. Default the name of its first column.
                name / with_name: Option<String> = None,
                /// How much it counts beside the others, 0 or more; only ratios matter. Default 1.
                weight / with_weight: f64 = 1.0,
                /// What it counts where a value is missing. Default skip.
                missing / with_missing: MissingPolicy = MissingPolicy::default(),
            }
        }
    };
}

/// What an attribute counts where a value is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MissingPolicy {
    /// Nothing: the other attributes' weights are scaled up to fill its place.
    #[default]
    Skip,
    /// Similarity 0.
    Zero,
    /// Similarity 0.5.
    Neutral,
}

/// How numbers are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NumberMeasure {
    /// How close both numbers are.
    #[default]
    Closeness,
    /// How high the other side's number is between `low` and `high`; the own column is not read.
    HigherIsBetter,
    /// How low the other side's number is between `low` and `high`; the own column is not read.
    LowerIsBetter,
    /// How close the other side's number is to `target`; the own column is not read.
    Target,
}

/// How similarity falls with distance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Decay {
    /// On a straight line to 0 at `scale`.
    #[default]
    Linear,
    /// Halved by every `scale`.
    Exponential,
    /// `exp(-distance^2 / (2 scale^2))`.
    Gaussian,
}

/// How sets, ranges and weekly hours are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OverlapMeasure {
    /// The share of what the own side needs that the other side has; 1 where nothing is needed.
    #[default]
    Coverage,
    /// What both have over what either has; 1 where neither has anything.
    Jaccard,
}

attribute! {
    /// Compare numbers, such as an age or a price.
    NumberAttribute {
        /// The column of the left table.
        left / with_left: String = String::new(),
        /// The column of the right table.
        right / with_right: String = String::new(),
        /// How. Default closeness.
        measure / with_measure: NumberMeasure = NumberMeasure::default(),
        /// closeness and target: how similarity falls with distance. Default linear.
        decay / with_decay: Decay = Decay::default(),
        /// closeness and target: the distance up to which numbers count as equal, 0 or more. Default 0.
        tolerance / with_tolerance: f64 = 0.0,
        /// closeness and target: the distance, beyond the tolerance, that `decay` speaks of, above 0. Default the distance
        /// from the least to the greatest number of the columns compared.
        scale / with_scale: Option<f64> = None,
        /// target: the number wanted.
        target / with_target: Option<f64> = None,
        /// higher_is_better and lower_is_better: the low end. Default the least number of the other side's column.
        low / with_low: Option<f64> = None,
        /// higher_is_better and lower_is_better: the high end. Default the greatest number of the other side's column.
        high / with_high: Option<f64> = None,
    }
}

attribute! {
    /// Compare categories: texts, whole numbers or booleans that are equal or not, or similar by a map.
    CategoryAttribute {
        /// The column of the left table.
        left / with_left: String = String::new(),
        /// The column of the right table.
        right / with_right: String = String::new(),
        /// Similarities 0 to 1 of unequal categories, such as `{"red": {"pink": 0.7}}`, in both directions unless the other
        /// one is given too; pairs not given are 0. Default none.
        similar / with_similar: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new(),
    }
}

attribute! {
    /// Compare places by their distance on the globe (haversine, radius 6371.0088 km), halved by every `half_distance`.
    PlaceAttribute {
        /// The left table's column of latitudes in degrees, -90 to 90.
        left_latitude / with_left_latitude: String = String::new(),
        /// The left table's column of longitudes in degrees, -180 to 360.
        left_longitude / with_left_longitude: String = String::new(),
        /// The right table's column of latitudes in degrees.
        right_latitude / with_right_latitude: String = String::new(),
        /// The right table's column of longitudes in degrees.
        right_longitude / with_right_longitude: String = String::new(),
        /// The distance in kilometres at which similarity is 0.5, above 0. Default 10.
        half_distance / with_half_distance: f64 = 10.0,
        /// The distance in kilometres beyond which similarity is 0, above 0. Default none.
        max_distance / with_max_distance: Option<f64> = None,
    }
}

attribute! {
    /// Compare sets: texts such as `python|sql|r`, or Arrow lists of texts or whole numbers.
    SetAttribute {
        /// The column of the left table.
        left / with_left: String = String::new(),
        /// The column of the right table.
        right / with_right: String = String::new(),
        /// How. Default coverage: the share of the own side's items that the other side has.
        measure / with_measure: OverlapMeasure = OverlapMeasure::default(),
        /// What separates the items of a text; space around items is dropped, an empty text is the empty set. Default `|`.
        separator / with_separator: String = "|".to_owned(),
    }
}

attribute! {
    /// Compare a number with a range, or two ranges, of numbers, dates or timestamps.
    ///
    /// Name `left` or `left_low` and `left_high`, and `right` or `right_low` and `right_high`, at least one of them a range. A
    /// number within a range has similarity 1 (a missing bound is none); two ranges are compared by `measure`.
    RangeAttribute {
        /// The left table's column of single values.
        left / with_left: Option<String> = None,
        /// The left table's column of lower bounds.
        left_low / with_left_low: Option<String> = None,
        /// The left table's column of upper bounds.
        left_high / with_left_high: Option<String> = None,
        /// The right table's column of single values.
        right / with_right: Option<String> = None,
        /// The right table's column of lower bounds.
        right_low / with_right_low: Option<String> = None,
        /// The right table's column of upper bounds.
        right_high / with_right_high: Option<String> = None,
        /// How two ranges are compared. Default coverage: the share of the own range that the other covers.
        measure / with_measure: OverlapMeasure = OverlapMeasure::default(),
        /// A value outside the range falls on a straight line to 0 at this distance (seconds for dates and timestamps), 0 or
        /// more. Default 0: outside is 0.
        slack / with_slack: f64 = 0.0,
    }
}

attribute! {
    /// Compare weekly hours, written `mon 09:00-17:00; tue-thu 10:00-12:30; sat 22:00-02:00`.
    HoursAttribute {
        /// The column of the left table.
        left / with_left: String = String::new(),
        /// The column of the right table.
        right / with_right: String = String::new(),
        /// How. Default coverage: the share of the own side's hours that the other side has too.
        measure / with_measure: OverlapMeasure = OverlapMeasure::default(),
    }
}

attribute! {
    /// Compare texts by how they are written.
    TextAttribute {
        /// The column of the left table.
        left / with_left: String = String::new(),
        /// The column of the right table.
        right / with_right: String = String::new(),
        /// The metric, its parameters and the normalisation. Default Jaro-Winkler of the texts as they are.
        similarity / with_similarity: TextSimilarity = TextSimilarity::default(),
    }
}

attribute! {
    /// Compare vectors that stand beside the tables, such as embeddings, by the cosine of their angle; below 0 counts as 0.
    VectorAttribute {
        /// One vector per row of the left table, `[row, dimension]`; a row with NaN is missing, one of zeros is refused.
        left / with_left: Option<Matrix> = None,
        /// One vector per row of the right table, `[row, dimension]`.
        right / with_right: Option<Matrix> = None,
    }
}

/// What of two rows is compared, and how; similarities are 0 to 1.
///
/// The own side is the left table for the attributes of the left's view, and the right table for those of the right's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Attribute {
    /// Numbers.
    NumberAttribute(NumberAttribute),
    /// Categories.
    CategoryAttribute(CategoryAttribute),
    /// Places on the globe.
    PlaceAttribute(PlaceAttribute),
    /// Sets.
    SetAttribute(SetAttribute),
    /// Ranges of numbers or times.
    RangeAttribute(RangeAttribute),
    /// Weekly hours.
    HoursAttribute(HoursAttribute),
    /// Texts.
    TextAttribute(TextAttribute),
    /// Vectors beside the tables.
    VectorAttribute(VectorAttribute),
}

macro_rules! each {
    ($self:expr, $one:ident => $line:expr) => {
        match $self {
            Attribute::NumberAttribute($one) => $line,
            Attribute::CategoryAttribute($one) => $line,
            Attribute::PlaceAttribute($one) => $line,
            Attribute::SetAttribute($one) => $line,
            Attribute::RangeAttribute($one) => $line,
            Attribute::HoursAttribute($one) => $line,
            Attribute::TextAttribute($one) => $line,
            Attribute::VectorAttribute($one) => $line,
        }
    };
}

macro_rules! into_attribute {
    ($($name:ident)*) => {$(
        impl From<$name> for Attribute {
            fn from(one: $name) -> Self {
                Attribute::$name(one)
            }
        }
    )*};
}
into_attribute! {
    NumberAttribute CategoryAttribute PlaceAttribute SetAttribute RangeAttribute HoursAttribute TextAttribute VectorAttribute
}

impl Attribute {
    /// How much it counts beside the others.
    #[must_use]
    pub fn weight(&self) -> f64 {
        each!(self, one => one.weight)
    }

    pub(super) fn missing(&self) -> MissingPolicy {
        each!(self, one => one.missing)
    }

    /// What it is called in explanations.
    #[must_use]
    pub fn name(&self) -> String {
        let given = each!(self, one => one.name.clone());
        given.unwrap_or_else(|| match self {
            Attribute::NumberAttribute(one) if one.left.is_empty() => one.right.clone(),
            Attribute::NumberAttribute(one) => one.left.clone(),
            Attribute::CategoryAttribute(one) => one.left.clone(),
            Attribute::PlaceAttribute(_) => "place".to_owned(),
            Attribute::SetAttribute(one) => one.left.clone(),
            Attribute::RangeAttribute(one) => {
                let columns = [&one.left, &one.left_low, &one.left_high];
                columns.into_iter().flatten().next().cloned().unwrap_or_else(|| "range".to_owned())
            }
            Attribute::HoursAttribute(one) => one.left.clone(),
            Attribute::TextAttribute(one) => one.left.clone(),
            Attribute::VectorAttribute(_) => "vector".to_owned(),
        })
    }

    pub(super) fn validate(&self) -> Result<()> {
        let weight = self.weight();
        ensure!(
            weight >= 0.0 && weight.is_finite(),
            InvalidConfig,
            "weight is {weight}, it must be finite and 0 or more"
        );
        match self {
            Attribute::NumberAttribute(one) => number(one),
            Attribute::CategoryAttribute(one) => {
                for (left, right, value) in
                    one.similar.iter().flat_map(|(l, row)| row.iter().map(move |(r, v)| (l, r, v)))
                {
                    ensure!(
                        (0.0..=1.0).contains(value),
                        InvalidConfig,
                        "the similarity of \"{left}\" and \"{right}\" is {value}, it must be 0 to 1"
                    );
                }
                Ok(())
            }
            Attribute::PlaceAttribute(one) => {
                positive("half_distance", Some(one.half_distance))?;
                positive("max_distance", one.max_distance)
            }
            Attribute::SetAttribute(one) => {
                ensure!(
                    !one.separator.is_empty(),
                    InvalidConfig,
                    "separator is empty; it must be a text such as \"|\""
                );
                Ok(())
            }
            Attribute::RangeAttribute(one) => {
                ensure!(
                    one.slack >= 0.0 && one.slack.is_finite(),
                    InvalidConfig,
                    "slack is {}, it must be finite and 0 or more",
                    one.slack
                );
                Ok(())
            }
            Attribute::TextAttribute(one) => one.similarity.validate(),
            Attribute::HoursAttribute(_) | Attribute::VectorAttribute(_) => Ok(()),
        }
    }
}

fn number(one: &NumberAttribute) -> Result<()> {
    ensure!(
        one.tolerance >= 0.0 && one.tolerance.is_finite(),
        InvalidConfig,
        "tolerance is {}, it must be finite and 0 or more",
        one.tolerance
    );
    positive("scale", one.scale)?;
    for (name, value) in [("target", one.target), ("low", one.low), ("high", one.high)] {
        ensure!(value.is_none_or(f64::is_finite), InvalidConfig, "{name} is {value:?}, it must be finite");
    }
    ensure!(
        one.measure != NumberMeasure::Target || one.target.is_some(),
        InvalidConfig,
        "measure is target, but target is not given"
    );
    if let (Some(low), Some(high)) = (one.low, one.high) {
        ensure!(low < high, InvalidConfig, "low is {low} and high is {high}; low must be below high");
    }
    Ok(())
}

pub(super) fn positive(name: &str, value: Option<f64>) -> Result<()> {
    ensure!(
        value.is_none_or(|value| value > 0.0 && value.is_finite()),
        InvalidConfig,
        "{name} is {}, it must be finite and above 0",
        value.unwrap_or_default()
    );
    Ok(())
}
