//! A heap of distances: the least first, four children to a place.

/// Places with their keys; the least key comes first.
#[derive(Debug, Default)]
pub(in super::super) struct Heap {
    places: Vec<(f64, u32)>,
}

impl Heap {
    pub(in super::super) fn clear(&mut self) {
        self.places.clear();
    }

    /// The least key and what it belongs to.
    pub(in super::super) fn first(&self) -> Option<(f64, u32)> {
        self.places.first().copied()
    }

    pub(in super::super) fn push(&mut self, key: f64, what: u32) {
        let mut at = self.places.len();
        self.places.push((key, what));
        while at > 0 {
            let parent = (at - 1) / 4;
            if self.places[parent].0 <= key {
                break;
            }
            self.places[at] = self.places[parent];
            at = parent;
        }
        self.places[at] = (key, what);
    }

    /// Take the first away.
    pub(in super::super) fn pop(&mut self) {
        let Some(last) = self.places.pop() else { return };
        let length = self.places.len();
        if length == 0 {
            return;
        }
        let mut at = 0;
        loop {
            let first = 4 * at + 1;
            if first >= length {
                break;
            }
            let mut least = first;
            for child in first + 1..length.min(first + 4) {
                if self.places[child].0 < self.places[least].0 {
                    least = child;
                }
            }
            if self.places[least].0 >= last.0 {
                break;
            }
            self.places[at] = self.places[least];
            at = least;
        }
        self.places[at] = last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    #[test]
    fn keys_leave_in_order() {
        let mut random = Random::new(2);
        let mut heap = Heap::default();
        let mut keys: Vec<f64> = (0..500).map(|_| (random.bits() % 100) as f64).collect();
        keys.iter().enumerate().for_each(|(at, key)| heap.push(*key, at as u32));
        let mut left = Vec::new();
        while let Some((key, at)) = heap.first() {
            assert_eq!(keys[at as usize], key);
            left.push(key);
            heap.pop();
        }
        keys.sort_by(f64::total_cmp);
        assert_eq!(left, keys);
    }
}
