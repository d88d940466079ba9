//! Prices: plain numbers, or numbers of two tiers where a unit that is not delivered costs more than any delivery.
use std::fmt::Debug;
use std::ops::{Add, Sub};

/// What a unit costs or is worth.
pub(super) trait Price: Copy + Debug + PartialOrd + Add<Output = Self> + Sub<Output = Self> {
    /// Nothing.
    const ZERO: Self;
    /// More than anything.
    const INFINITE: Self;
    /// What it costs to deliver nothing.
    const DROPPED: Self;
    /// A cost of the caller.
    fn of(cost: f64) -> Self;
    /// A plain number, where a dropped unit costs `dropped`.
    fn told(self, dropped: f64) -> f64;
    /// How large `dropped` must at least be for a price that is not below 0 to be told as one.
    fn least_dropped(self) -> f64;
}

impl Price for f64 {
    const ZERO: Self = 0.0;
    const INFINITE: Self = f64::INFINITY;
    const DROPPED: Self = f64::INFINITY;
    fn of(cost: f64) -> Self {
        cost
    }
    fn told(self, _: f64) -> f64 {
        self
    }
    fn least_dropped(self) -> f64 {
        0.0
    }
}

/// So many dropped units and a cost; fewer dropped units are always better.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Tiered {
    dropped: f64,
    cost: f64,
}

impl Add for Tiered {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { dropped: self.dropped + other.dropped, cost: self.cost + other.cost }
    }
}

impl Sub for Tiered {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { dropped: self.dropped - other.dropped, cost: self.cost - other.cost }
    }
}

impl Price for Tiered {
    const ZERO: Self = Self { dropped: 0.0, cost: 0.0 };
    const INFINITE: Self = Self { dropped: f64::INFINITY, cost: 0.0 };
    const DROPPED: Self = Self { dropped: 1.0, cost: 0.0 };
    fn of(cost: f64) -> Self {
        Self { dropped: 0.0, cost }
    }
    fn told(self, dropped: f64) -> f64 {
        self.dropped * dropped + self.cost
    }
    fn least_dropped(self) -> f64 {
        if self.dropped > 0.0 { (-self.cost / self.dropped).max(0.0) } else { 0.0 }
    }
}
