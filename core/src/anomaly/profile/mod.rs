//! Windows of a series compared with each other: matrix profiles and what is found with them.
//!
//! | which one | for what |
//! |---|---|
//! | [`MatrixProfile`] | how far every window is from the one most like it, in the series or in another |
//! | [`discords`], [`Motifs`] | the strangest windows of a profile; the patterns that come again |
//! | [`mass`] | how far one pattern is from every window |
//! | [`DiscordDetector`] | anomalies by the matrix profile: shapes that come only once |
//! | [`GrowingProfile`] | the same for a stream: every new window and the one before most like it |
//! | [`KMeansAd`] | anomalies as windows far from typical ones; long series |
//! | [`SubPca`] | anomalies as windows that do not vary as the others do: try this first |
mod dimensions;
mod discord_detector;
mod discords;
mod engine;
mod growing;
mod judge;
mod kernel;
mod kmeans;
mod mass;
mod options;
mod result;
mod search;
mod sub_pca;
#[cfg(test)]
mod tests;
mod windows;

pub use dimensions::{ColumnsProfile, MultiProfile};
pub use discord_detector::DiscordDetector;
pub use discords::{Discords, Motif, Motifs, discords};
pub use growing::{GrowingProfile, LeftNeighbour, LeftNeighbours, ProfileStream};
pub use kmeans::KMeansAd;
pub use mass::mass;
pub use options::MatrixProfile;
pub use result::Profile;
pub use sub_pca::SubPca;
