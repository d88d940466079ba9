//! The keys of records: hashes of what a pass takes of them.
use std::collections::HashMap;

use super::passes::{Blocking, KeyPart, KeyTransform, Keys, MinHash, QGrams};
use crate::Context;
use crate::error::Result;
use crate::matching::entities::clean::{hash, mix};
use crate::matching::entities::options::ComparisonKind;
use crate::matching::entities::records::Field;
use crate::matching::strings::{PhoneticKey, phonetic_key};

/// How many records are read between two looks at the context.
const STRIDE: usize = 512;
/// How many symbols of a value letter groups are taken from.
const GROUPED: usize = 512;

/// Makes the keys of records, always in the same way.
#[derive(Clone, Debug)]
pub(super) enum KeyMaker {
    Parts { pass: Keys, fields: Vec<usize> },
    Groups { pass: QGrams, field: usize, frequencies: HashMap<u64, u32> },
    Signatures { pass: MinHash, fields: Vec<usize>, seeds: Vec<u64> },
}

impl KeyMaker {
    /// The maker of a pass; `None` for one without keys. `find` knows the field of a column.
    pub(super) fn new(pass: &Blocking, fields: &[Field], find: &dyn Fn(&str) -> usize, seed: u64) -> Option<Self> {
        Some(match pass {
            Blocking::Keys(keys) => KeyMaker::Parts {
                fields: keys.parts.iter().map(|part| find(&part.column)).collect(),
                pass: keys.clone(),
            },
            Blocking::QGrams(grams) => {
                let field = find(&grams.column);
                KeyMaker::Groups { frequencies: frequencies(&fields[field], grams.size), pass: grams.clone(), field }
            }
            Blocking::MinHash(hashes) => {
                let chosen = match hashes.columns.is_empty() {
                    true => written(fields),
                    false => hashes.columns.iter().map(|column| find(column)).collect(),
                };
                let count = (hashes.bands * hashes.rows) as u64;
                let seeds = (0..count).map(|position| mix(seed ^ mix(position + 1))).collect();
                KeyMaker::Signatures { pass: hashes.clone(), fields: chosen, seeds }
            }
            Blocking::SortedNeighbourhood(_) | Blocking::AllPairs(_) => return None,
        })
    }

    /// The keys of the records from `first` on.
    pub(super) fn keys(&self, fields: &[Field], first: usize, context: &Context) -> Result<Vec<(u64, u32)>> {
        let rows = fields.first().map_or(0, Field::len);
        let mut entries = Vec::with_capacity(rows - first);
        match self {
            KeyMaker::Parts { pass, fields: chosen } => {
                // A value has its keys once, however many records hold it.
                let parts: Vec<PartKeys<'_>> =
                    pass.parts.iter().zip(chosen).map(|(part, field)| PartKeys::new(part, &fields[*field])).collect();
                let (mut keys, mut longer) = (Vec::new(), Vec::new());
                for row in first..rows {
                    watch(row, context)?;
                    keys.clear();
                    keys.push(0x5eed_u64);
                    for part in &parts {
                        longer.clear();
                        for code in part.of(row) {
                            longer.extend(keys.iter().map(|key| mix(key.rotate_left(17) ^ code)));
                        }
                        std::mem::swap(&mut keys, &mut longer);
                    }
                    entries.extend(keys.iter().map(|key| (*key, row as u32)));
                }
            }
            KeyMaker::Groups { pass, field, frequencies } => {
                let field = &fields[*field];
                let rare: Vec<Option<Vec<u64>>> = vec![None; field.values.len()];
                let mut rare = rare;
                for row in first..rows {
                    watch(row, context)?;
                    let code = field.codes[row] as usize;
                    let Some(value) = field.values.get(code) else { continue };
                    let keys = rare[code].get_or_insert_with(|| rarest(value, pass, frequencies));
                    entries.extend(keys.iter().map(|key| (*key, row as u32)));
                }
            }
            KeyMaker::Signatures { pass, fields: chosen, seeds } => {
                let mut groups: Vec<Vec<Vec<u64>>> = Vec::new();
                for field in chosen {
                    groups.push(fields[*field].values.iter().map(|value| letter_groups(value, pass.size)).collect());
                }
                let mut all: Vec<u64> = Vec::new();
                let mut least = vec![u64::MAX; seeds.len()];
                for row in first..rows {
                    watch(row, context)?;
                    all.clear();
                    for (field, groups) in chosen.iter().zip(&groups) {
                        if let Some(groups) = groups.get(fields[*field].codes[row] as usize) {
                            all.extend_from_slice(groups);
                        }
                    }
                    if all.is_empty() {
                        continue;
                    }
                    signature(&all, seeds, &mut least);
                    for (band, rows_of_band) in least.chunks_exact(pass.rows).enumerate() {
                        let start = mix(0xba_4d ^ band as u64);
                        let key = rows_of_band.iter().fold(start, |key, least| mix(key.rotate_left(17) ^ least));
                        entries.push((key, row as u32));
                    }
                }
            }
        }
        Ok(entries)
    }
}

fn watch(row: usize, context: &Context) -> Result<()> {
    if row.is_multiple_of(STRIDE) { context.check() } else { Ok(()) }
}

/// The fields that are written in words or symbols.
pub(super) fn written(fields: &[Field]) -> Vec<usize> {
    let numeric = |field: &Field| matches!(field.kind, ComparisonKind::Numeric | ComparisonKind::Geo);
    (0..fields.len()).filter(|field| !numeric(&fields[*field])).collect()
}

/// The least hash of the groups for every seed: a group's hash is multiplied by an odd number and its high bits compared.
fn signature(groups: &[u64], seeds: &[u64], least: &mut [u64]) {
    for (least, seed) in least.iter_mut().zip(seeds) {
        let factor = seed | 1;
        *least = groups.iter().fold(u64::MAX, |least, group| least.min((group ^ seed).wrapping_mul(factor) >> 8));
    }
}

/// The keys of the values of a field: one, and a second one for names that may be said in two ways.
struct PartKeys<'f> {
    field: &'f Field,
    first: Vec<Option<u64>>,
    second: Vec<Option<u64>>,
}

impl<'f> PartKeys<'f> {
    fn new(part: &KeyPart, field: &'f Field) -> Self {
        let second = match part.transform {
            KeyTransform::DoubleMetaphone => {
                field.values.iter().map(|value| sound(value, PhoneticKey::DoubleMetaphoneAlternate)).collect()
            }
            _ => Vec::new(),
        };
        Self { field, first: part_keys(part, field), second }
    }

    /// The keys of a record, none where its value is missing.
    fn of(&self, row: usize) -> impl Iterator<Item = u64> {
        let of = |keys: &[Option<u64>]| keys.get(self.field.codes[row] as usize).copied().flatten();
        let first = of(&self.first);
        first.into_iter().chain(of(&self.second).filter(move |second| first != Some(*second)))
    }
}

/// What a part takes of every value of its field; of names that may be said in two ways the first.
pub(super) fn part_keys(part: &KeyPart, field: &Field) -> Vec<Option<u64>> {
    let key = |value: &str, whole: u64| -> Option<u64> {
        let hashed = |text: String| (!text.is_empty()).then(|| hash(text.as_bytes()));
        match part.transform {
            KeyTransform::Whole => Some(whole),
            KeyTransform::Prefix => hashed(value.chars().take(part.length).collect()),
            KeyTransform::Suffix => {
                let count = value.chars().count();
                hashed(value.chars().skip(count.saturating_sub(part.length)).collect())
            }
            KeyTransform::Substring => {
                let text: String = value.chars().skip(part.start).take(part.length).collect();
                (text.chars().count() == part.length).then(|| hash(text.as_bytes()))
            }
            KeyTransform::FirstWord => value.split(' ').next().map(|word| hash(word.as_bytes())),
            KeyTransform::LastWord => value.split(' ').next_back().map(|word| hash(word.as_bytes())),
            KeyTransform::Soundex => sound(value, PhoneticKey::Soundex),
            KeyTransform::DoubleMetaphone => sound(value, PhoneticKey::DoubleMetaphone),
        }
    };
    field.values.iter().zip(&field.hashes).map(|(value, whole)| key(value, *whole)).collect()
}

/// The distinct groups of `size` letters of a text between blanks, as hashes.
pub(super) fn letter_groups(text: &str, size: usize) -> Vec<u64> {
    let symbols: Vec<u32> = [' '].into_iter().chain(text.chars().take(GROUPED)).chain([' ']).map(u32::from).collect();
    let group = |group: &[u32]| mix(group.iter().fold(0x617a, |key: u64, symbol| mix(key ^ u64::from(*symbol))));
    let mut groups: Vec<u64> = symbols.windows(size.min(symbols.len())).map(group).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// How many values of a field have each letter group.
fn frequencies(field: &Field, size: usize) -> HashMap<u64, u32> {
    let mut frequencies = HashMap::new();
    for value in &field.values {
        for group in letter_groups(value, size) {
            *frequencies.entry(group).or_default() += 1;
        }
    }
    frequencies
}

/// The rarest groups of a value, as many as can be missing from another that shares enough, and one more.
fn rarest(value: &str, pass: &QGrams, frequencies: &HashMap<u64, u32>) -> Vec<u64> {
    let mut groups = letter_groups(value, pass.size);
    let shared = (pass.share * groups.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    let kept = groups.len() + 1 - shared.min(groups.len());
    groups.sort_by_key(|group| (frequencies.get(group).copied().unwrap_or(0), *group));
    groups.truncate(kept);
    groups
}

/// The phonetic key of the first word; the word itself where it has none, as in other scripts.
fn sound(value: &str, key: PhoneticKey) -> Option<u64> {
    let word = value.split(' ').next().unwrap_or(value);
    let code = phonetic_key(word, key);
    Some(hash(if code.is_empty() { word.as_bytes() } else { code.as_bytes() }))
}
