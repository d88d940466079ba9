//! How alike two values are: one value is prepared and held against many others.
//!
//! Jaro's matching and the edit distance both run on one word of 64 bits per symbol, so a comparison takes about as many
//! steps as the other value has symbols. Sources: Winkler (1990); Hyyrö, *A bit-vector algorithm for computing Levenshtein
//! and Damerau edit distances* (2003).

/// One value, ready to be compared with others; up to 64 symbols of it are seen.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    symbols: Vec<u32>,
    /// Where each symbol below 128 stands in the value.
    low: [u64; 128],
    /// Where each other symbol stands.
    high: Vec<(u32, u64)>,
}

impl Default for Probe {
    fn default() -> Self {
        Self { symbols: Vec::new(), low: [0; 128], high: Vec::new() }
    }
}

impl Probe {
    /// Take another value, at most 64 symbols.
    pub(super) fn load(&mut self, symbols: &[u32]) {
        for symbol in &self.symbols {
            if let Some(row) = self.low.get_mut(*symbol as usize) {
                *row = 0;
            }
        }
        self.high.clear();
        self.symbols.clear();
        self.symbols.extend_from_slice(symbols);
        for (position, symbol) in symbols.iter().enumerate() {
            let bit = 1 << position;
            if let Some(row) = self.low.get_mut(*symbol as usize) {
                *row |= bit;
            } else if let Some((_, row)) = self.high.iter_mut().find(|(known, _)| known == symbol) {
                *row |= bit;
            } else {
                self.high.push((*symbol, bit));
            }
        }
    }

    fn row(&self, symbol: u32) -> u64 {
        match self.low.get(symbol as usize) {
            Some(row) => *row,
            None => self.high.iter().find(|(known, _)| *known == symbol).map_or(0, |(_, row)| *row),
        }
    }

    /// The Jaro-Winkler similarity, 0 to 1: Jaro's, and where that is above 0.7 a tenth of what is missing for each of up to
    /// 4 symbols that both begin with.
    pub(super) fn jaro_winkler(&self, other: &[u32]) -> f64 {
        let (a, b) = (self.symbols.len(), other.len());
        if a == 0 || b == 0 {
            return if a == b { 1.0 } else { 0.0 };
        }
        let reach = (a.max(b) / 2).saturating_sub(1);
        let (mut mine, mut theirs) = (0_u64, 0_u64);
        for (position, symbol) in other.iter().enumerate().take(a + reach) {
            let first = position.saturating_sub(reach);
            let window = low_bits(position + reach + 1) & !low_bits(first);
            let free = self.row(*symbol) & window & !mine;
            mine |= free & free.wrapping_neg();
            theirs |= u64::from(free != 0) << position;
        }
        let matches = mine.count_ones();
        if matches == 0 {
            return 0.0;
        }
        let mut moved = 0;
        let (mut left, mut right) = (mine, theirs);
        while left != 0 {
            let (i, j) = (left.trailing_zeros() as usize, right.trailing_zeros() as usize);
            moved += u32::from(self.symbols[i] != other[j]);
            left &= left - 1;
            right &= right - 1;
        }
        let matches = f64::from(matches);
        let jaro = (matches / a as f64 + matches / b as f64 + (matches - f64::from(moved / 2)) / matches) / 3.0;
        with_beginning(jaro, &self.symbols, other)
    }

    /// The least insertions, deletions, replacements and exchanges of neighbours, no symbol twice (optimal alignment).
    pub(super) fn distance(&self, other: &[u32]) -> u32 {
        let length = self.symbols.len();
        if length == 0 {
            return other.len() as u32;
        }
        let last = 1_u64 << (length - 1);
        let (mut up, mut down, mut diagonal, mut before) = (u64::MAX, 0_u64, 0_u64, 0_u64);
        let mut distance = length as u32;
        for symbol in other {
            let row = self.row(*symbol);
            let exchanged = ((!diagonal & row) << 1) & before;
            diagonal = (((row & up).wrapping_add(up)) ^ up) | row | down | exchanged;
            let more = down | !(diagonal | up);
            let less = diagonal & up;
            distance += u32::from(more & last != 0);
            distance -= u32::from(less & last != 0);
            let more = (more << 1) | 1;
            up = (less << 1) | !(diagonal | more);
            down = more & diagonal;
            before = row;
        }
        distance
    }
}

/// The most that Jaro's similarity can be, from the number of symbols and their classes alone.
pub(super) fn jaro_bound((a, letters_a): (u32, u64), (b, letters_b): (u32, u64)) -> f64 {
    let only_a = (letters_a & !letters_b).count_ones();
    let only_b = (letters_b & !letters_a).count_ones();
    let matches = f64::from(a.saturating_sub(only_a).min(b.saturating_sub(only_b)));
    if matches == 0.0 { 0.0 } else { (matches / f64::from(a) + matches / f64::from(b) + 1.0) / 3.0 }
}

/// Jaro's similarity with what Winkler adds for a common beginning.
pub(super) fn with_beginning(jaro: f64, a: &[u32], b: &[u32]) -> f64 {
    if jaro <= 0.7 {
        return jaro;
    }
    let common = a.iter().zip(b).take(4).take_while(|(a, b)| a == b).count();
    jaro + 0.1 * common as f64 * (1.0 - jaro)
}

/// The least that [`Probe::distance`] can be.
pub(super) fn distance_bound((a, letters_a): (u32, u64), (b, letters_b): (u32, u64)) -> u32 {
    let only_a = (letters_a & !letters_b).count_ones();
    let only_b = (letters_b & !letters_a).count_ones();
    only_a.max(only_b).max(a.abs_diff(b))
}

/// Twice the pairs in common over the pairs of both (Dice), of sorted lists.
pub(super) fn dice(a: &[u32], b: &[u32]) -> f64 {
    let (mut i, mut j, mut common) = (0, 0, 0_usize);
    while i < a.len() && j < b.len() {
        common += usize::from(a[i] == b[j]);
        let (left, right) = (a[i], b[j]);
        i += usize::from(left <= right);
        j += usize::from(right <= left);
    }
    if a.len() + b.len() == 0 { 1.0 } else { 2.0 * common as f64 / (a.len() + b.len()) as f64 }
}

/// Kilometres between two places in degrees on a sphere of radius 6371.0088 km (haversine).
pub(super) fn kilometres(latitude: [f64; 2], longitude: [f64; 2]) -> f64 {
    let [a, b] = latitude.map(f64::to_radians);
    let north = ((b - a) / 2.0).sin();
    let east = ((longitude[1] - longitude[0]).to_radians() / 2.0).sin();
    let half = north * north + a.cos() * b.cos() * east * east;
    2.0 * 6371.0088 * half.sqrt().min(1.0).asin()
}

fn low_bits(count: usize) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::{jaro_winkler, osa};
    use crate::math::random::Random;

    fn symbols(text: &str) -> Vec<u32> {
        text.chars().map(u32::from).collect()
    }

    fn words(seed: u64, count: usize, alphabet: &[char]) -> Vec<String> {
        let mut random = Random::new(seed);
        let mut below = |end: usize| ((u128::from(random.bits()) * end as u128) >> 64) as usize;
        (0..count).map(|_| (0..below(14)).map(|_| alphabet[below(alphabet.len())]).collect()).collect()
    }

    #[test]
    fn similarities_and_distances_are_those_of_the_strings() {
        for alphabet in ["abc", "abcdefghij", "aäöж漢b"] {
            let words = words(1, 120, &alphabet.chars().collect::<Vec<_>>());
            let mut probe = Probe::default();
            for a in &words {
                probe.load(&symbols(a));
                for b in &words {
                    let expected = jaro_winkler(a, b);
                    let found = probe.jaro_winkler(&symbols(b));
                    assert!((expected - found).abs() < 1e-12, "{a} {b}: {expected} {found}");
                    assert_eq!(probe.distance(&symbols(b)) as usize, osa(a, b), "{a} {b}");
                }
            }
        }
    }

    #[test]
    fn bounds_are_never_on_the_wrong_side() {
        let words = words(2, 150, &"abcdefgh".chars().collect::<Vec<_>>());
        let shape = |text: &str| {
            let symbols = symbols(text);
            (symbols.len() as u32, symbols.iter().fold(0, |letters: u64, symbol| letters | 1 << (symbol & 63)))
        };
        for a in words.iter().filter(|word| !word.is_empty()) {
            for b in words.iter().filter(|word| !word.is_empty()) {
                let bound = with_beginning(jaro_bound(shape(a), shape(b)), &symbols(a), &symbols(b));
                assert!(bound >= jaro_winkler(a, b) - 1e-12, "{a} {b}");
                assert!(distance_bound(shape(a), shape(b)) as usize <= osa(a, b), "{a} {b}");
            }
        }
    }

    /// Of 2 x 2 common pairs of 3 + 3; Paris to London 343.6 km by any calculator for this radius.
    #[test]
    fn dice_and_kilometres_are_those_of_hand() {
        assert!((dice(&[1, 2, 5], &[2, 3, 5]) - 4.0 / 6.0).abs() < 1e-15);
        assert_eq!(dice(&[], &[]), 1.0);
        let distance = kilometres([48.8566, 51.5074], [2.3522, -0.1278]);
        assert!((distance - 343.56).abs() < 0.1, "{distance}");
        assert!((kilometres([0.0, 0.0], [0.0, 1.0]) - 6371.0088 * std::f64::consts::PI / 180.0).abs() < 1e-9);
    }
}
