//! Who or what belongs together: assignments, stable pairs, compatibility, names and entities.
pub mod assignment;
pub mod compatibility;
pub mod entities;
mod map;
pub mod stable;
pub mod strings;

pub use entities::*;
pub use map::MatchMap;
pub use strings::*;
