//! The passes of blocking and their options.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};

/// What of a value is put into a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyTransform {
    /// The whole value.
    #[default]
    Whole,
    /// Its first `length` symbols.
    Prefix,
    /// Its last `length` symbols.
    Suffix,
    /// `length` symbols from `start` on; values that end before are in no block.
    Substring,
    /// Its first word.
    FirstWord,
    /// Its last word.
    LastWord,
    /// The American Soundex code of its first word: values that sound alike.
    Soundex,
    /// The Double Metaphone keys of its first word: values that sound alike by either way of saying them.
    DoubleMetaphone,
}

/// One part of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct KeyPart {
    /// The column.
    pub column: String,
    /// What of it. Default the whole value.
    pub transform: KeyTransform,
    /// How many symbols, at least 1. Default 4.
    pub length: usize,
    /// The first symbol of a substring, from 0. Default 0.
    pub start: usize,
}

impl Default for KeyPart {
    fn default() -> Self {
        Self { column: String::new(), transform: KeyTransform::default(), length: 4, start: 0 }
    }
}

impl KeyPart {
    /// The whole value of a column.
    #[must_use]
    pub fn new(column: impl Into<String>) -> Self {
        Self { column: column.into(), ..Self::default() }
    }

    /// Set what of the value is taken.
    #[must_use]
    pub fn with_transform(mut self, transform: KeyTransform) -> Self {
        self.transform = transform;
        self
    }

    /// Set how many symbols are taken.
    #[must_use]
    pub fn with_length(mut self, length: usize) -> Self {
        self.length = length;
        self
    }

    /// Set the first symbol of a substring.
    #[must_use]
    pub fn with_start(mut self, start: usize) -> Self {
        self.start = start;
        self
    }
}

/// Pairs of records with the same key; a record that misses a part of it is in no block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Keys {
    /// The parts, which must all agree; at least one.
    pub parts: Vec<KeyPart>,
}

impl Keys {
    /// A key of these parts.
    #[must_use]
    pub fn new(parts: impl Into<Vec<KeyPart>>) -> Self {
        Self { parts: parts.into() }
    }

    /// Pairs that agree in all these columns.
    #[must_use]
    pub fn of<N: Into<String>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self { parts: columns.into_iter().map(KeyPart::new).collect() }
    }
}

/// Pairs of records that stand near each other when all are sorted by one or several columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SortedNeighbourhood {
    /// The columns, the most important first; at least one. Missing values come last.
    pub columns: Vec<String>,
    /// How many records before and behind each are its neighbours, 1 to 1000. Default 5.
    pub window: usize,
}

impl Default for SortedNeighbourhood {
    fn default() -> Self {
        Self { columns: Vec::new(), window: 5 }
    }
}

impl SortedNeighbourhood {
    /// Sort by these columns.
    #[must_use]
    pub fn new<N: Into<String>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Set how many neighbours are compared.
    #[must_use]
    pub fn with_window(mut self, window: usize) -> Self {
        self.window = window;
        self
    }
}

/// Pairs of records that share letter groups of a column: every pair with at least `share` of the groups of the value that
/// has more is among them, and others that share a rare group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct QGrams {
    /// The column.
    pub column: String,
    /// Letters in a group, 1 to 8. Default 2.
    pub size: usize,
    /// The part of the distinct groups that pairs share, in (0, 1]. Default 0.8.
    pub share: f64,
}

impl Default for QGrams {
    fn default() -> Self {
        Self { column: String::new(), size: 2, share: 0.8 }
    }
}

impl QGrams {
    /// Groups of two letters of a column.
    #[must_use]
    pub fn new(column: impl Into<String>) -> Self {
        Self { column: column.into(), ..Self::default() }
    }

    /// Set the letters in a group.
    #[must_use]
    pub fn with_size(mut self, size: usize) -> Self {
        self.size = size;
        self
    }

    /// Set which part of the groups pairs share.
    #[must_use]
    pub fn with_share(mut self, share: f64) -> Self {
        self.share = share;
        self
    }
}

/// Pairs of records whose letter groups are alike, by locality-sensitive hashing: a pair with Jaccard similarity s of its
/// groups is found with probability `1 - (1 - s^rows)^bands`. The hashes belong to the seed of the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MinHash {
    /// The columns whose groups stand for the record. Default: all names and texts that are compared.
    pub columns: Vec<String>,
    /// Letters in a group, 1 to 8. Default 2.
    pub size: usize,
    /// How many keys a record has, 1 to 128. Default 8.
    pub bands: usize,
    /// How many hashes agree in a key, 1 to 16. Default 4.
    pub rows: usize,
}

impl Default for MinHash {
    fn default() -> Self {
        Self { columns: Vec::new(), size: 2, bands: 8, rows: 4 }
    }
}

impl MinHash {
    /// Groups of these columns together.
    #[must_use]
    pub fn new<N: Into<String>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Set the letters in a group.
    #[must_use]
    pub fn with_size(mut self, size: usize) -> Self {
        self.size = size;
        self
    }

    /// Set how many keys a record has.
    #[must_use]
    pub fn with_bands(mut self, bands: usize) -> Self {
        self.bands = bands;
        self
    }

    /// Set how many hashes agree in a key.
    #[must_use]
    pub fn with_rows(mut self, rows: usize) -> Self {
        self.rows = rows;
        self
    }
}

/// Every pair; for small tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AllPairs {}

/// A pass of blocking with its options, such as `{"Keys": {"parts": [{"column": "surname"}]}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Blocking {
    /// Records with the same key.
    Keys(Keys),
    /// Neighbours when sorted.
    SortedNeighbourhood(SortedNeighbourhood),
    /// Records that share letter groups of a column.
    QGrams(QGrams),
    /// Records whose letter groups are alike.
    MinHash(MinHash),
    /// Every pair.
    AllPairs(AllPairs),
}

macro_rules! blocking_from {
    ($($pass:ident),*) => {$(
        impl From<$pass> for Blocking {
            fn from(pass: $pass) -> Self {
                Blocking::$pass(pass)
            }
        }
    )*};
}
blocking_from!(Keys, SortedNeighbourhood, QGrams, MinHash, AllPairs);

impl Blocking {
    /// Judge the options alone.
    pub(in super::super) fn validate(&self) -> Result<()> {
        let within = |name: &str, value: usize, highest: usize| {
            ensure!(
                (1..=highest).contains(&value),
                InvalidConfig,
                "{}: {name} is {value}, it must be 1 to {highest}",
                self.describe()
            );
            Ok(())
        };
        match self {
            Blocking::Keys(keys) => {
                let count = keys.parts.len();
                ensure!((1..=16).contains(&count), InvalidConfig, "a key has {count} parts, it must have 1 to 16");
                keys.parts.iter().try_for_each(|part| within("length", part.length, 1 << 20))?;
            }
            Blocking::SortedNeighbourhood(sorted) => {
                let count = sorted.columns.len();
                ensure!(
                    (1..=16).contains(&count),
                    InvalidConfig,
                    "a sorted neighbourhood has {count} columns, it must have 1 to 16"
                );
                within("window", sorted.window, 1000)?;
            }
            Blocking::QGrams(grams) => {
                within("size", grams.size, 8)?;
                ensure!(
                    grams.share > 0.0 && grams.share <= 1.0,
                    InvalidConfig,
                    "{}: share is {}, it must be above 0 and at most 1",
                    self.describe(),
                    grams.share
                );
            }
            Blocking::MinHash(hashes) => {
                within("size", hashes.size, 8)?;
                within("bands", hashes.bands, 128)?;
                within("rows", hashes.rows, 16)?;
            }
            Blocking::AllPairs(_) => {}
        }
        let empty = self.columns().iter().any(|column| column.is_empty());
        ensure!(!empty, InvalidConfig, "{}: a column has no name", self.describe());
        Ok(())
    }

    /// The columns that the pass names.
    pub(in super::super) fn columns(&self) -> Vec<&str> {
        match self {
            Blocking::Keys(keys) => keys.parts.iter().map(|part| part.column.as_str()).collect(),
            Blocking::SortedNeighbourhood(sorted) => sorted.columns.iter().map(String::as_str).collect(),
            Blocking::QGrams(grams) => vec![&grams.column],
            Blocking::MinHash(hashes) => hashes.columns.iter().map(String::as_str).collect(),
            Blocking::AllPairs(_) => Vec::new(),
        }
    }

    /// The pass in a few words.
    pub(in super::super) fn describe(&self) -> String {
        match self {
            Blocking::Keys(keys) => {
                let part = |part: &KeyPart| match part.transform {
                    KeyTransform::Whole => part.column.clone(),
                    KeyTransform::Prefix => format!("first {} of {}", part.length, part.column),
                    KeyTransform::Suffix => format!("last {} of {}", part.length, part.column),
                    KeyTransform::Substring => format!("{} from {} of {}", part.length, part.start, part.column),
                    KeyTransform::FirstWord => format!("first word of {}", part.column),
                    KeyTransform::LastWord => format!("last word of {}", part.column),
                    KeyTransform::Soundex => format!("soundex of {}", part.column),
                    KeyTransform::DoubleMetaphone => format!("double metaphone of {}", part.column),
                };
                format!("key: {}", keys.parts.iter().map(part).collect::<Vec<_>>().join(" + "))
            }
            Blocking::SortedNeighbourhood(sorted) => format!("sorted by {}", sorted.columns.join(", ")),
            Blocking::QGrams(grams) => format!("letter groups of {}", grams.column),
            Blocking::MinHash(hashes) if hashes.columns.is_empty() => "min-hash of all texts".into(),
            Blocking::MinHash(hashes) => format!("min-hash of {}", hashes.columns.join(", ")),
            Blocking::AllPairs(_) => "all pairs".into(),
        }
    }
}
