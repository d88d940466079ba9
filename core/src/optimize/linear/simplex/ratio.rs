//! Which variable enters in the dual method, and which boxed ones pass to their other bound on the way.

/// A variable whose reduced cost falls towards zero along the step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) variable: u32,
    /// Size of its entry in the row of the tableau.
    pub(super) size: f64,
    /// Distance of its reduced cost to zero; slightly negative where tolerances were used up.
    pub(super) distance: f64,
    /// Distance between its bounds.
    pub(super) range: f64,
}

/// Candidates of one row, and what becomes of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Ratio {
    pub(super) candidates: Vec<Candidate>,
    group_end: Vec<usize>,
    /// After [`choose`](Ratio::choose): the candidates before this one pass to their other bound.
    pub(super) passed: usize,
    /// After [`choose`](Ratio::choose): from `passed` up to this one they may end with the wrong sign.
    pub(super) tied: usize,
}

impl Ratio {
    /// The position of the candidate that enters when `slope` is how far the leaving value is outside.
    ///
    /// Candidates are gone through in groups that Harris's tolerance does not tell apart; as long as the slope of the dual
    /// objective stays positive after a group, its members pass to their other bounds. Within the last groups the entry of the
    /// largest size is taken.
    pub(super) fn choose(&mut self, slope: f64, tolerance: f64) -> Option<usize> {
        self.group_end.clear();
        // What tolerances hide is no slope: a value that its last candidate just brings inside has one that enters.
        let mut left = slope - 1e-10 * (1.0 + slope);
        let mut done = 0;
        let mut near = self.preselect(slope, tolerance);
        while done < self.candidates.len() && left >= 0.0 {
            if done == near {
                near = self.candidates.len();
            }
            let rest = &mut self.candidates[done..near];
            let farthest =
                rest.iter().map(|c| (c.distance.max(0.0) + tolerance) / c.size).fold(f64::INFINITY, f64::min);
            let mut end = 0;
            for at in 0..rest.len() {
                if rest[at].distance <= farthest * rest[at].size {
                    left -= rest[at].range * rest[at].size;
                    rest.swap(end, at);
                    end += 1;
                }
            }
            if end == 0 {
                break;
            }
            done += end;
            self.group_end.push(done);
        }
        if left >= 0.0 || self.group_end.is_empty() {
            return None;
        }
        let best_of = |from: usize, to: usize| {
            (from..to).max_by(|a, b| {
                let (a, b) = (&self.candidates[*a], &self.candidates[*b]);
                a.size.total_cmp(&b.size).then(b.variable.cmp(&a.variable))
            })
        };
        let mut best = Vec::with_capacity(self.group_end.len());
        let mut from = 0;
        for end in &self.group_end {
            best.push((from, *end, best_of(from, *end)?));
            from = *end;
        }
        let largest = best.iter().map(|(.., at)| self.candidates[*at].size).fold(0.0, f64::max);
        let enough = (0.1 * largest).min(1.0);
        let (from, end, at) = *best.iter().rev().find(|(.., at)| self.candidates[*at].size >= enough)?;
        (self.passed, self.tied) = (from, end);
        Some(at)
    }

    /// Bring the candidates that a step can reach to the front, and say how many they are.
    fn preselect(&mut self, slope: f64, tolerance: f64) -> usize {
        let nearest =
            self.candidates.iter().map(|c| (c.distance.max(0.0) + tolerance) / c.size).fold(f64::INFINITY, f64::min);
        let (mut step, mut front, mut left) = (10.0 * nearest + 1e-7, 0, slope);
        while front < self.candidates.len() {
            let first = front;
            for at in first..self.candidates.len() {
                if self.candidates[at].distance <= step * self.candidates[at].size {
                    left -= self.candidates[at].range * self.candidates[at].size;
                    self.candidates.swap(front, at);
                    front += 1;
                }
            }
            if left < 0.0 || !step.is_finite() {
                break;
            }
            step *= 10.0;
        }
        front
    }
}
