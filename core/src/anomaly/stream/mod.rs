//! Detectors that see one event after the other, in constant memory.
//!
//! Every detector is started by its options and then is a [`StreamState`]: events in, scores out, saved at any time.
mod detector;
mod machine;
mod score;
mod state;

pub use detector::StreamDetector;
pub use score::{StreamNote, StreamScore};
pub use state::StreamState;
