//! Sparse matrices and vectors of the solvers.

/// A matrix by columns (or, where its owner says so, by rows).
#[derive(Clone, Debug, Default)]
pub(super) struct Sparse {
    /// Where each line begins, one more than there are lines.
    pub(super) start: Vec<usize>,
    /// The position across the line of each entry.
    pub(super) index: Vec<u32>,
    /// The entries.
    pub(super) value: Vec<f64>,
}

impl Sparse {
    /// No lines yet.
    pub(super) fn empty() -> Self {
        Self { start: vec![0], index: Vec::new(), value: Vec::new() }
    }

    pub(super) fn lines(&self) -> usize {
        self.start.len() - 1
    }

    /// The positions and values of a line.
    #[inline]
    pub(super) fn line(&self, at: usize) -> (&[u32], &[f64]) {
        let (from, to) = (self.start[at], self.start[at + 1]);
        (&self.index[from..to], &self.value[from..to])
    }

    /// The pairs of position and value of a line.
    #[inline]
    pub(super) fn pairs(&self, at: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let (index, value) = self.line(at);
        index.iter().zip(value).map(|(index, value)| (*index as usize, *value))
    }

    /// Put a line behind the others.
    pub(super) fn push_line(&mut self, pairs: impl IntoIterator<Item = (usize, f64)>) {
        for (index, value) in pairs {
            self.index.push(index as u32);
            self.value.push(value);
        }
        self.start.push(self.index.len());
    }

    /// The same matrix by its other axis, which has `across` lines; positions within a line ascend.
    pub(super) fn turned(&self, across: usize) -> Self {
        let mut start = vec![0usize; across + 1];
        for index in &self.index {
            start[*index as usize + 1] += 1;
        }
        for at in 0..across {
            start[at + 1] += start[at];
        }
        let mut next = start.clone();
        let mut index = vec![0u32; self.index.len()];
        let mut value = vec![0.0; self.index.len()];
        for line in 0..self.lines() {
            for (other, number) in self.pairs(line) {
                let at = next[other];
                next[other] += 1;
                index[at] = line as u32;
                value[at] = number;
            }
        }
        Self { start, index, value }
    }

    /// From triplets; those of the same place are added up, and sums of zero are left out.
    pub(super) fn from_triplets(lines: usize, across: usize, line: &[i64], index: &[i64], value: &[f64]) -> Self {
        let mut start = vec![0usize; across + 1];
        for at in index {
            start[*at as usize + 1] += 1;
        }
        for at in 0..across {
            start[at + 1] += start[at];
        }
        // By the other axis first, so that turning it sorts and brings equal places together.
        let mut next = start.clone();
        let mut by_other = Self { start, index: vec![0; value.len()], value: vec![0.0; value.len()] };
        for ((line, index), value) in line.iter().zip(index).zip(value) {
            let at = next[*index as usize];
            next[*index as usize] += 1;
            by_other.index[at] = *line as u32;
            by_other.value[at] = *value;
        }
        let sorted = by_other.turned(lines);
        let mut merged = Self::empty();
        merged.start.reserve(lines);
        merged.index.reserve(sorted.index.len());
        merged.value.reserve(sorted.value.len());
        for line in 0..lines {
            let first = merged.index.len();
            for (index, value) in sorted.pairs(line) {
                if merged.index.len() > first && merged.index.last() == Some(&(index as u32)) {
                    if let Some(last) = merged.value.last_mut() {
                        *last += value;
                    }
                } else {
                    merged.index.push(index as u32);
                    merged.value.push(value);
                }
            }
            let mut kept = first;
            for at in first..merged.index.len() {
                if merged.value[at] != 0.0 {
                    merged.index[kept] = merged.index[at];
                    merged.value[kept] = merged.value[at];
                    kept += 1;
                }
            }
            merged.index.truncate(kept);
            merged.value.truncate(kept);
            merged.start.push(kept);
        }
        merged
    }
}

/// A dense vector that knows where it is not zero.
#[derive(Clone, Debug, Default)]
pub(super) struct Scattered {
    /// Every number.
    pub(super) value: Vec<f64>,
    /// The positions that may be other than zero, each once.
    pub(super) index: Vec<u32>,
}

impl Scattered {
    pub(super) fn zeros(length: usize) -> Self {
        Self { value: vec![0.0; length], index: Vec::new() }
    }

    /// Zero everywhere.
    pub(super) fn clear(&mut self) {
        if self.index.len() * 3 > self.value.len() {
            self.value.fill(0.0);
        } else {
            for at in &self.index {
                self.value[*at as usize] = 0.0;
            }
        }
        self.index.clear();
    }

    /// Set a position that was zero.
    #[inline]
    pub(super) fn put(&mut self, at: usize, value: f64) {
        self.value[at] = value;
        self.index.push(at as u32);
    }

    /// Add to a position.
    #[inline]
    pub(super) fn add(&mut self, at: usize, value: f64) {
        let old = self.value[at];
        if old == 0.0 {
            self.index.push(at as u32);
        }
        let new = old + value;
        // A sum that cancels stays listed, and must not be listed twice.
        self.value[at] = if new == 0.0 { f64::MIN_POSITIVE } else { new };
    }

    /// Become a copy of another vector.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.clear();
        for at in &other.index {
            self.value[*at as usize] = other.value[*at as usize];
        }
        self.index.extend_from_slice(&other.index);
    }

    /// Forget numbers below `least` in size.
    pub(super) fn tidy(&mut self, least: f64) {
        let value = &mut self.value;
        self.index.retain(|at| {
            let keep = value[*at as usize].abs() > least;
            if !keep {
                value[*at as usize] = 0.0;
            }
            keep
        });
    }

    pub(super) fn square(&self) -> f64 {
        self.index.iter().map(|at| self.value[*at as usize] * self.value[*at as usize]).sum()
    }
}
