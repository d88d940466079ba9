//! A detector and a policy together: values in, scores and incidents out.
mod chart;
mod replay;
mod report;
mod state;
#[cfg(test)]
mod tests;

pub use chart::WatchChart;
pub use replay::Replay;
pub use report::WatchReport;
pub use state::{AnyStream, Watch, WatchState, WatchStep};
