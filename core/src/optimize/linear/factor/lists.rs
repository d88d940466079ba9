//! Lists that grow in one buffer.

/// Many short lists of positions, with values where the owner wants them.
#[derive(Debug, Default)]
pub(super) struct Lists {
    start: Vec<usize>,
    length: Vec<u32>,
    room: Vec<u32>,
    index: Vec<u32>,
    value: Vec<f64>,
}

impl Lists {
    /// Lists with room for so many entries each, and a few more.
    pub(super) fn with_room(rooms: impl Iterator<Item = usize>) -> Self {
        let mut lists = Self::default();
        let mut total = 0;
        for room in rooms {
            lists.start.push(total);
            lists.length.push(0);
            lists.room.push(room as u32);
            total += room;
        }
        lists.index = vec![0; total];
        lists.value = vec![0.0; total];
        lists
    }

    #[inline]
    pub(super) fn len(&self, list: usize) -> usize {
        self.length[list] as usize
    }

    #[inline]
    pub(super) fn index(&self, list: usize) -> &[u32] {
        &self.index[self.start[list]..self.start[list] + self.length[list] as usize]
    }

    #[inline]
    pub(super) fn value(&self, list: usize) -> &[f64] {
        &self.value[self.start[list]..self.start[list] + self.length[list] as usize]
    }

    #[inline]
    pub(super) fn value_mut(&mut self, list: usize) -> &mut [f64] {
        &mut self.value[self.start[list]..self.start[list] + self.length[list] as usize]
    }

    /// Put an entry behind a list, which moves to the end of the buffer when it is full.
    pub(super) fn push(&mut self, list: usize, index: u32, value: f64) {
        if self.length[list] == self.room[list] {
            let (from, length) = (self.start[list], self.length[list] as usize);
            let to = self.index.len();
            let room = 2 * length + 4;
            self.index.extend_from_within(from..from + length);
            self.value.extend_from_within(from..from + length);
            self.index.resize(to + room, 0);
            self.value.resize(to + room, 0.0);
            self.start[list] = to;
            self.room[list] = room as u32;
        }
        let at = self.start[list] + self.length[list] as usize;
        self.index[at] = index;
        self.value[at] = value;
        self.length[list] += 1;
    }

    /// Take the entry at `at` out of a list, whose last entry takes its place.
    pub(super) fn remove(&mut self, list: usize, at: usize) {
        let (from, last) = (self.start[list], self.length[list] as usize - 1);
        self.index[from + at] = self.index[from + last];
        self.value[from + at] = self.value[from + last];
        self.length[list] -= 1;
    }

    /// Take the entry of a position out of a list, and give its value.
    pub(super) fn remove_index(&mut self, list: usize, index: u32) -> Option<f64> {
        let at = self.index(list).iter().position(|other| *other == index)?;
        let value = self.value(list)[at];
        self.remove(list, at);
        Some(value)
    }

    pub(super) fn clear(&mut self, list: usize) {
        self.length[list] = 0;
    }
}

/// Items in doubly linked lists by their number of entries.
#[derive(Debug)]
pub(super) struct ByCount {
    first: Vec<u32>,
    next: Vec<u32>,
    previous: Vec<u32>,
    count: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl ByCount {
    pub(super) fn new(items: usize, largest: usize) -> Self {
        let absent = vec![NONE; items];
        Self { first: vec![NONE; largest + 1], next: absent.clone(), previous: absent.clone(), count: absent }
    }

    pub(super) fn insert(&mut self, item: usize, count: usize) {
        let old = self.first[count];
        self.first[count] = item as u32;
        self.next[item] = old;
        self.previous[item] = NONE;
        self.count[item] = count as u32;
        if old != NONE {
            self.previous[old as usize] = item as u32;
        }
    }

    pub(super) fn remove(&mut self, item: usize) {
        let count = self.count[item];
        if count == NONE {
            return;
        }
        let (before, after) = (self.previous[item], self.next[item]);
        if before == NONE {
            self.first[count as usize] = after;
        } else {
            self.next[before as usize] = after;
        }
        if after != NONE {
            self.previous[after as usize] = before;
        }
        self.count[item] = NONE;
    }

    pub(super) fn change(&mut self, item: usize, count: usize) {
        if self.count[item] != count as u32 {
            self.remove(item);
            self.insert(item, count);
        }
    }

    pub(super) fn with_count(&self, count: usize) -> impl Iterator<Item = usize> + '_ {
        let mut at = self.first.get(count).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            (at != NONE).then(|| {
                let item = at as usize;
                at = self.next[item];
                item
            })
        })
    }
}
