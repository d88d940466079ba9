//! Doubles within one list of texts.
use serde::{Deserialize, Serialize};

use super::index::best_first;
use super::options::TextJoin;
use crate::Context;
use crate::data::{Ints, Vector};
use crate::error::{Result, ensure};

/// Pairs, at most.
const MOST_PAIRS: u64 = (1 << 31) - 1;

/// Which texts of a list are alike, in pairs and in groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DuplicateTexts {
    /// The row of the text that comes first, in ascending order.
    pub left: Ints,
    /// The row of the other text.
    pub right: Ints,
    /// Their similarity, 0 to 1.
    pub score: Vector,
    /// For each text the number of its group: texts in a pair are in one group, and so on from pair to pair. Groups are
    /// numbered in the order of their first texts.
    pub group: Ints,
}

/// All pairs of texts of one list that reach the cut-off, each once, and the groups they make.
///
/// As [`join_texts`](crate::matching::join_texts) of the list with itself; with `k`, the pairs are those of each text with its
/// `k` best among those that come later. Where costs make insertions and deletions unequal, the shorter text is the left one.
///
/// # Errors
/// `invalid_config` for an option out of range; `invalid_data` for hamming without padding on texts of unequal length;
/// `too_large` from 2^31 pairs or 2^32 texts on; `cancelled`.
///
/// ```
/// use inlaid::matching::{TextJoin, TextMetric, dedup_texts};
/// let options = TextJoin::default().with_metric(TextMetric::Levenshtein).with_cutoff(0.75);
/// let doubles = dedup_texts(&["smith", "jones", "smyth"], &options, &inlaid::Context::new())?;
/// assert_eq!((doubles.left.to_vec(), doubles.right.to_vec()), (vec![0], vec![2]));
/// assert_eq!(doubles.group.to_vec(), [0, 1, 0]);
/// # Ok::<(), inlaid::Error>(())
/// ```
pub fn dedup_texts(texts: &[&str], options: &TextJoin, context: &Context) -> Result<DuplicateTexts> {
    let join = options.fit(texts, context)?;
    let all = &join.texts;
    let hits = join.hits(all, true, context)?;
    let mut count = 0_u64;
    for (text, hits) in hits.iter().enumerate() {
        let own = all.rows(text as u32).len() as u64;
        for (other, _) in hits {
            let others = all.rows(*other).len() as u64;
            count += if *other as usize == text { own * (own - 1) / 2 } else { own * others };
        }
    }
    ensure!(count <= MOST_PAIRS, TooLarge, "{count} pairs are over the limit of {MOST_PAIRS}; raise the cut-off");
    let mut groups = Groups::new(texts.len());
    let mut pairs: Vec<(u32, u32, f64)> = Vec::with_capacity(count as usize);
    for (text, hits) in hits.iter().enumerate() {
        let own = all.rows(text as u32);
        for (other, score) in hits {
            for (index, row) in own.iter().enumerate() {
                let others = if *other as usize == text { &own[index + 1..] } else { all.rows(*other) };
                for second in others {
                    pairs.push((*row.min(second), *row.max(second), *score));
                    groups.join(*row, *second);
                }
            }
        }
        if text % 1024 == 0 {
            context.check()?;
        }
    }
    best_first(&mut pairs);
    context.check()?;
    if let Some(k) = options.k {
        let (mut last, mut taken) = (None, 0);
        pairs.retain(|(left, ..)| {
            taken = if last == Some(*left) { taken + 1 } else { 1 };
            last = Some(*left);
            taken <= k
        });
        groups = Groups::new(texts.len());
        pairs.iter().for_each(|(left, right, _)| groups.join(*left, *right));
    }
    Ok(DuplicateTexts {
        left: pairs.iter().map(|pair| i64::from(pair.0)).collect::<Vec<_>>().into(),
        right: pairs.iter().map(|pair| i64::from(pair.1)).collect::<Vec<_>>().into(),
        score: pairs.iter().map(|pair| pair.2).collect::<Vec<_>>().into(),
        group: groups.numbered().into(),
    })
}

/// Groups that are joined; each points to its smallest row.
struct Groups(Vec<u32>);

impl Groups {
    fn new(rows: usize) -> Self {
        Self((0..rows as u32).collect())
    }

    fn first(&mut self, mut row: u32) -> u32 {
        while self.0[row as usize] != row {
            let next = self.0[row as usize];
            self.0[row as usize] = self.0[next as usize];
            row = next;
        }
        row
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.first(a), self.first(b));
        self.0[a.max(b) as usize] = a.min(b);
    }

    fn numbered(mut self) -> Vec<i64> {
        let mut numbers = vec![-1; self.0.len()];
        let mut next = 0;
        for row in 0..self.0.len() {
            let first = self.first(row as u32) as usize;
            if numbers[first] < 0 {
                numbers[first] = next;
                next += 1;
            }
            numbers[row] = numbers[first];
        }
        numbers
    }
}
