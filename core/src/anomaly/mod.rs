//! What is unlike the rest: rows of a table, points of a series, events of a stream.
//!
//! Scores grow with strangeness, whatever the detector: the higher, the less a row is like those that were fitted.
mod alert;
mod evaluate;
mod profile;
mod series;
mod stream;
mod tabular;
mod watch;

pub use alert::*;
pub use evaluate::*;
pub use profile::*;
pub use series::*;
pub use stream::*;
pub use tabular::*;
pub use watch::*;
