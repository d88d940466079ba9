//! What is known so far about the neighbours of some rows.
//!
//! A row's hopes are the others that may be among its nearest, by the distances of rounded rows, which are wrong by a little that is
//! known. Where there are more than there is room for, the nearest so many of them limit the others.
use super::grain::Coarse;
use super::panels::{BLOCK, FEW, Panels};
use super::products::Held;

/// What is known so far about the neighbours of some rows.
#[derive(Clone, Default)]
pub(super) struct Hopes {
    pub(super) wanted: usize,
    /// The most hopes of a row.
    pub(super) room: usize,
    /// Rows that may be among the nearest, `room` for each: half the squared distance above, the row below.
    hopes: Vec<u64>,
    counts: Vec<u32>,
    /// Beyond this half of a squared distance a row is too far.
    limits: Vec<i32>,
    /// The same for rows as they are held in blocks, where those are coarser.
    coarse: Option<(Coarse, Vec<i32>)>,
}

impl Hopes {
    /// For so many rows, of which the first so many exist.
    pub(super) fn new(rows: usize, real: usize, wanted: usize, coarse: Option<Coarse>) -> Self {
        let mut limits = vec![i32::MAX; real];
        limits.resize(rows, -1);
        let room = 2 * wanted + 16;
        let coarse = coarse.map(|coarse| (coarse, limits.clone()));
        Self { wanted, room, hopes: vec![0; real * room], counts: vec![0; real], limits, coarse }
    }

    /// Begin anew with so many rows.
    pub(super) fn renew(&mut self, rows: usize, wanted: usize, coarse: Option<Coarse>) {
        (self.wanted, self.room) = (wanted, 2 * wanted + 16);
        // What is there stays: counts say how much of it is meant.
        let size = rows * self.room;
        if self.hopes.len() < size {
            self.hopes.resize(size, 0);
        }
        self.counts.clear();
        self.counts.resize(rows, 0);
        self.limits.clear();
        self.limits.resize(rows, i32::MAX);
        self.coarse = coarse.map(|coarse| (coarse, self.limits.clone()));
    }

    /// The limits of rows as they are held in blocks.
    pub(super) fn held(&self) -> &[i32] {
        self.coarse.as_ref().map_or(&self.limits, |(_, limits)| limits)
    }

    /// Lower a limit.
    pub(super) fn limit(&mut self, row: usize, limit: i32) {
        if limit >= self.limits[row] {
            return;
        }
        self.limits[row] = limit;
        if let Some((coarse, limits)) = &mut self.coarse {
            limits[row] = if limit < 0 { -1 } else { coarse.limit(limit) };
        }
    }

    /// Limit a row by a distance of rows as they are held, beyond which its nearest do not lie.
    pub(super) fn begin(&mut self, row: usize, held: i32, blur: f64) {
        let distance = self.coarse.as_ref().map_or_else(|| Panels::distance(held), |(coarse, _)| coarse.distance(held));
        self.limit(row, Panels::limit(distance + blur, blur));
    }

    pub(super) fn of(&self, row: usize) -> &[u64] {
        &self.hopes[row * self.room..][..self.counts[row] as usize]
    }

    /// Take up a hope where it is within the limit; whether there is no room for another.
    #[inline(always)]
    pub(super) fn add(&mut self, row: usize, other: usize, half: i32) -> bool {
        let count = self.counts[row] as usize;
        // Without a branch: half of these are not within it.
        self.hopes[row * self.room + count] = (half as u64) << 32 | other as u64;
        let count = count + usize::from(half <= self.limits[row]);
        self.counts[row] = count as u32;
        count == self.room
    }

    /// Drop hopes that are too far.
    pub(super) fn cut(&mut self, row: usize, blur: f64) {
        let count = self.counts[row] as usize;
        if count <= self.wanted {
            return;
        }
        let hopes = &mut self.hopes[row * self.room..][..count];
        let (_, last, _) = hopes.select_nth_unstable(self.wanted - 1);
        let limit = Panels::limit(Panels::distance((*last >> 32) as i32) + blur, blur).min(self.limits[row]);
        let mut kept = 0;
        for from in 0..count {
            let hope = hopes[from];
            hopes[kept] = hope;
            kept += usize::from((hope >> 32) as i64 <= i64::from(limit));
        }
        self.limit(row, limit);
        self.counts[row] = kept as u32;
    }

    /// Whether only measuring can make room.
    pub(super) fn is_crowded(&self, row: usize) -> bool {
        self.counts[row] as usize > self.room - self.room / 4
    }

    /// Keep the hopes that `keeps` says, by their number among them.
    pub(super) fn retain(&mut self, row: usize, keeps: impl Fn(usize) -> bool, limit: i32) {
        let (own, mut to) = (row * self.room, 0);
        for from in 0..self.counts[row] as usize {
            if keeps(from) {
                self.hopes[own + to] = self.hopes[own + from];
                to += 1;
            }
        }
        self.counts[row] = to as u32;
        self.limit(row, limit);
    }

    /// The greatest limit of some rows, below 0 where there is none.
    pub(super) fn most(&self, rows: std::ops::Range<usize>) -> i32 {
        self.limits[rows].iter().copied().max().unwrap_or(-1)
    }
}

/// Call `with` for every marked pair: which of the few rows, the other row, and half their squared distance.
#[inline(always)]
pub(super) fn each_mark(held: &Held, blocks: &[u32], rows: usize, mut with: impl FnMut(usize, usize, i32)) {
    for ((block, halves), marks) in blocks.iter().zip(&held.halves).zip(&held.marks) {
        if *marks == [0; FEW] {
            continue;
        }
        for (which, (halves, marks)) in halves.iter().zip(marks).take(rows).enumerate() {
            let mut left = *marks;
            while left != 0 {
                let lane = left.trailing_zeros() as usize % BLOCK;
                left &= left - 1;
                with(which, *block as usize * BLOCK + lane, halves[lane]);
            }
        }
    }
}
