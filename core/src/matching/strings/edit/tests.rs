//! Bit-parallel distances against the tables they stand for.
use super::*;
use crate::Context;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    fn text(&mut self, length: usize, letters: usize) -> Vec<u32> {
        (0..length).map(|_| [97, 0x1F600, 0x301][self.below(3) % letters.min(3)] + self.below(letters) as u32).collect()
    }

    /// A text and the same with some edits.
    fn pair(&mut self, length: usize, letters: usize, edits: usize) -> (Vec<u32>, Vec<u32>) {
        let a = self.text(length, letters);
        let mut b = a.clone();
        for _ in 0..edits {
            let place = self.below(b.len() + 1);
            match self.below(4) {
                0 => b.insert(place, 97 + self.below(letters) as u32),
                1 if place < b.len() => drop(b.remove(place)),
                2 if place + 1 < b.len() => b.swap(place, place + 1),
                _ if place < b.len() => b[place] = 97 + self.below(letters) as u32,
                _ => {}
            }
        }
        (a, b)
    }
}

/// The full table, cell by cell, for each distance.
fn table(a: &[u32], b: &[u32], substitution: usize, swaps: bool) -> usize {
    let mut cost = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            cost[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let same = a[i - 1] == b[j - 1];
                let mut least = cost[i - 1][j - 1] + if same { 0 } else { substitution };
                least = least.min(cost[i - 1][j] + 1).min(cost[i][j - 1] + 1);
                if swaps && i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least = least.min(cost[i - 2][j - 2] + 1);
                }
                least
            };
        }
    }
    cost[a.len()][b.len()]
}

/// Lowrance and Wagner's full table.
fn damerau_table(a: &[u32], b: &[u32]) -> usize {
    let far = a.len() + b.len();
    let mut cost = vec![vec![far; b.len() + 2]; a.len() + 2];
    for i in 0..=a.len() {
        cost[i + 1][1] = i;
    }
    for j in 0..=b.len() {
        cost[1][j + 1] = j;
    }
    let mut rows = std::collections::HashMap::new();
    for i in 1..=a.len() {
        let mut column = 0;
        for j in 1..=b.len() {
            let (k, l) = (*rows.get(&b[j - 1]).unwrap_or(&0), column);
            let same = a[i - 1] == b[j - 1];
            if same {
                column = j;
            }
            cost[i + 1][j + 1] = (cost[i][j] + usize::from(!same))
                .min(cost[i + 1][j] + 1)
                .min(cost[i][j + 1] + 1)
                .min(cost[k][l] + (i - k - 1) + 1 + (j - l - 1));
        }
        rows.insert(a[i - 1], i);
    }
    cost[a.len() + 1][b.len() + 1]
}

fn far(_: usize) -> usize {
    usize::MAX
}

#[test]
fn distances_are_those_of_the_full_table() {
    let context = Context::new();
    let mut random = Random(7);
    for round in 0..1500 {
        let length = [3, 12, 70, 130, 64, 600][round % 6] * if round % 36 == 35 { 2 } else { 1 };
        let length = random.below(length + 1);
        let letters = [2, 4, 26][random.below(3)];
        let edits = [2, 10, 200][random.below(3)];
        let (a, b) = if random.below(4) == 0 {
            let other = random.below(length + 30);
            (random.text(length, letters), random.text(other, letters))
        } else {
            random.pair(length, letters, edits)
        };
        let truth = [table(&a, &b, 1, false), table(&a, &b, 1, true), damerau_table(&a, &b), table(&a, &b, 2, false)];
        let functions =
            [levenshtein::<u32, Context>, osa::<u32, Context>, damerau::<u32, Context>, indel::<u32, Context>];
        for (kind, (function, truth)) in functions.iter().zip(truth).enumerate() {
            assert_eq!(function(&a, &b, far(kind), &context).unwrap(), truth, "kind {kind} of {a:?} and {b:?}");
            assert_eq!(function(&b, &a, far(kind), &context).unwrap(), truth, "kind {kind} the other way round");
            let bound = random.below(truth + 4);
            let within = function(&a, &b, bound, &context).unwrap();
            assert!(
                if truth <= bound { within == truth } else { within > bound },
                "kind {kind} within {bound}: {within}"
            );
        }
        assert_eq!(subsequence(&a, &b, &context).unwrap(), (a.len() + b.len() - truth[3]) / 2);
        assert_eq!(weighted(&a, &b, [1, 1, 1], &context).unwrap(), truth[0] as u64);
        assert_eq!(weighted(&a, &b, [3, 3, 9], &context).unwrap(), 3 * truth[3] as u64);
    }
}

#[test]
fn the_levenshtein_distance_is_a_metric() {
    let context = Context::new();
    let mut random = Random(11);
    for _ in 0..2000 {
        let (a, b) = random.pair(12, 3, 5);
        let c = random.text(10, 3);
        let d = |x: &[u32], y: &[u32]| levenshtein(x, y, usize::MAX, &context).unwrap();
        assert!(d(&a, &c) <= d(&a, &b) + d(&b, &c));
        assert_eq!(d(&a, &b), d(&b, &a));
        assert_eq!(d(&a, &b) == 0, a == b);
    }
}

#[test]
fn a_cancelled_distance_stops() {
    let context = Context::new();
    let a: Vec<u32> = (0..200_000).map(|i| i % 7).collect();
    let b: Vec<u32> = (0..200_000).map(|i| (i * i) % 11).collect();
    context.cancel();
    assert!(levenshtein(&a, &b, usize::MAX, &context).is_err());
    assert!(indel(&a, &b, usize::MAX, &context).is_err());
    assert!(osa(&a, &b, usize::MAX, &context).is_err());
    assert!(damerau(&a, &b, usize::MAX, &context).is_err());
    assert!(weighted(&a, &b, [1, 2, 3], &context).is_err());
}
