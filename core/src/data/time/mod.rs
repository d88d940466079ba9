//! Time axes: stamps of many kinds as whole positions, their step, and how it goes on.
//!
//! | stamps | kinds |
//! |---|---|
//! | numbers | integers of any width, floats without a fraction |
//! | dates | Arrow dates of 32 and 64 bits |
//! | timestamps | any unit; with a zone, `UTC` and fixed offsets step in local time, other zones step in UTC |
//! | texts | `1949`, `1949-01`, `2020Q1`, `2020-Q1`, `1949-01-31`, `2020-01-01T05:00:00` (or a space), with `Z` or decimals |
pub(crate) mod civil;
mod column;
pub(crate) mod stamp;
pub(crate) mod step;
#[cfg(test)]
mod tests;

pub(crate) use column::{Axis, Stamps, TimeColumn};
