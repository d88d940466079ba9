//! Windows of a series compared with each other.
use inlaid::anomaly::{
    Discords, GrowingProfile, LeftNeighbours, MatrixProfile, Motif, Motifs, MultiProfile, Profile, ProfileStream,
    discords, mass,
};
use inlaid::data::Vector;
use schemars::JsonSchema;
use serde::Deserialize;

use super::saved_in_place;
use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

pub(super) const MODEL: (&str, &str) = (
    "ProfileStream",
    "A matrix profile in the course of its stream: points in, the nearest window before out, saved at any time. Memory is \
     bounded by that of its options.",
);
const CLASS: &str = "anomaly.ProfileStream";

/// How many windows to give.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HowMany {
    /// How many at most, at least 1. Default 3.
    #[serde(default = "three")]
    count: usize,
}

fn three() -> usize {
    3
}

/// How windows are compared.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Compared {
    /// Whether they are compared by shape alone. Default true.
    #[serde(default = "yes")]
    normalized: bool,
}

fn yes() -> bool {
    true
}

const fn vector(name: &'static str, doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Vector, axes: &["time"], doc }
}

pub(super) fn ops() -> Vec<Op> {
    let series = vector("series", "One series; a window with NaN or infinite points is like no other.");
    let columns = ArrayArgument {
        name: "series",
        letter: Letter::Matrix,
        axes: &["time", "column"],
        doc: "Several series of the same times, 1 to 1024 columns; a window with NaN or infinite points is like no other.",
    };
    let search = "How far every window is from the one most like it, before it and behind it.\n\nFails with `invalid_config` for an \
        option out of range, `not_enough_data` for a series shorter than the window, `too_large`, `cancelled` if asked to stop.";
    let between = "How far every window of a series is from the one most like it in another.\n\nFails as `search`.";
    let several = "The matrix profiles of several series: by the one most alike, by the two most alike, .. by all (mSTAMP).\n\nFails \
        as `search`.";
    let strangest = "The strangest windows, none overlapping another, the strangest first.\n\nFails with `invalid_config` for a \
        count of 0.";
    let motifs = "Patterns that come again, with every window like them, the closest first.\n\nFails with `invalid_config` for an \
        option out of range, `invalid_data` for another series than that of the profile; `cancelled` if asked to stop.";
    let distances = "How far a pattern is from every window of its length (MASS).\n\nFails with `invalid_config` for a pattern of \
        fewer than 3 points, `not_enough_data` for a series shorter than the pattern, `too_large`, `cancelled` if asked to stop.";
    let start = "Start with no points.\n\nFails with `invalid_config` for a window below 3 or a memory below 2, `too_large` from \
        2^30.";
    let batch = "Take points one after the other: how far the window that ends with each is from the nearest before, and where that \
        begins.\n\nFails with `cancelled`, after which the points before have been seen.";
    let mut ops = vec![
        op("anomaly.MatrixProfile.search", search)
            .on_options::<MatrixProfile>()
            .takes(series.clone())
            .gives::<Profile>()
            .runs(|a| Reply::value(a.options::<MatrixProfile>()?.search(&a.vector(0)?.to_vec(), a.context)?)),
        op("anomaly.MatrixProfile.search_between", between)
            .on_options::<MatrixProfile>()
            .takes(series.clone())
            .takes(vector("other", "The series whose windows are compared with."))
            .gives::<Profile>()
            .runs(|a| {
                let (series, other) = (a.vector(0)?.to_vec(), a.vector(1)?.to_vec());
                Reply::value(a.options::<MatrixProfile>()?.search_between(&series, &other, a.context)?)
            }),
        op("anomaly.MatrixProfile.search_columns", several)
            .on_options::<MatrixProfile>()
            .takes(columns)
            .gives::<MultiProfile>()
            .runs(|a| Reply::value(a.options::<MatrixProfile>()?.search_columns(a.matrix(0)?, a.context)?)),
        op("anomaly.Profile.discords", strangest).on_report::<Profile>().options::<HowMany>().gives::<Discords>().runs(
            |a| {
                let many: HowMany = a.options_beside_report()?;
                Reply::value(discords(&a.report::<Profile>()?, many.count)?)
            },
        ),
        op("anomaly.Profile.motifs", motifs)
            .on_report::<Profile>()
            .takes(vector("series", "The series that the profile is of."))
            .options::<Motifs>()
            .gives::<Vec<Motif>>()
            .runs(|a| {
                let motifs: Motifs = a.options_beside_report()?;
                Reply::value(motifs.search(&a.vector(0)?.to_vec(), &a.report::<Profile>()?, a.context)?)
            }),
        op("anomaly.mass", distances)
            .takes(vector("query", "The pattern, at least 3 points."))
            .takes(series)
            .options::<Compared>()
            .gives::<Vector>()
            .runs(|a| {
                let compared: Compared = a.options()?;
                let (query, series) = (a.vector(0)?.to_vec(), a.vector(1)?.to_vec());
                Reply::value(mass(&query, &series, compared.normalized, a.context)?)
            }),
        op("anomaly.GrowingProfile.start", start)
            .on_options::<GrowingProfile>()
            .gives_model(CLASS)
            .quick()
            .runs(|a| Ok(Reply::model_in_place(CLASS, a.options::<GrowingProfile>()?.start()?))),
        op("anomaly.ProfileStream.update", batch)
            .on_model()
            .takes(vector("values", "The points; NaN is a missing one."))
            .gives::<LeftNeighbours>()
            .once()
            .runs(|a| {
                let values = a.vector(0)?.to_vec();
                Reply::value(a.change(|stream: &mut ProfileStream| stream.update_batch(&values, a.context))?)
            }),
        op("anomaly.ProfileStream.seen", "How many points were seen.")
            .on_model()
            .gives::<u64>()
            .quick()
            .runs(|a| Reply::value(a.change(|stream: &mut ProfileStream| Ok(stream.seen()))?)),
    ];
    ops.extend(saved_in_place!("anomaly.ProfileStream", ProfileStream));
    ops
}
