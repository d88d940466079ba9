//! Detectors that see one event after the other, in constant memory.
//!
//! Every detector is started by its options and then is a [`StreamState`]: events in, scores out, saved at any time.
//!
//! | which one | for what |
//! |---|---|
//! | [`StreamDetector`] | the default: any measure, with or without times and seasons |
//! | [`Ewma`], [`Cusum`] | a process with a fixed mean, shifts of it |
//! | [`PageHinkley`], [`Adwin`] | a mean that changes and then stays |
//! | [`HalfSpaceTrees`] | several columns, constant time per event |
//! | [`RobustRandomCutForest`] | several columns or patterns of one, compared with a sliding window |
//! | [`Spot`] | single extreme values, with a stated risk; with a depth also in streams that drift |
mod change;
mod control;
mod cut_tree;
mod detector;
mod digest;
mod half_space;
mod machine;
mod pareto;
mod random_cut;
mod rarity;
mod score;
mod spot;
mod state;

pub use change::{Adwin, ChangeDirection, PageHinkley};
pub use control::{Cusum, Ewma};
pub use detector::StreamDetector;
pub use half_space::HalfSpaceTrees;
pub use random_cut::RobustRandomCutForest;
pub use score::{StreamNote, StreamScore, StreamScores};
pub use spot::{Spot, SpotTails};
pub use state::StreamState;
