//! Pairs as a picture.
use inlaid::matching::MatchMap;

use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

/// Points of a side.
const fn points(name: &'static str, doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Matrix, axes: &["point", "coordinate"], doc }
}

/// One side of the pairs.
const fn positions(name: &'static str, doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Ints, axes: &["pair"], doc }
}

pub(super) fn ops() -> Vec<Op> {
    let draw = "A map of pairs of points as a self-contained SVG: a line joins the points of each pair.\n\nFails with \
        `invalid_config` for a width out of range, `invalid_data` for points that are not two finite numbers each or a pair \
        of a point that is not there, `not_enough_data` without any point.";
    vec![
        op("matching.MatchMap.to_svg", draw)
            .on_options::<MatchMap>()
            .takes(points("left", "Two coordinates per point: x and y, or latitude and longitude in degrees."))
            .takes(points("right", "Two coordinates per point, as of the left side."))
            .takes(positions("rows", "The point of the left side of each pair, from 0."))
            .takes(positions("columns", "The point of the right side of each pair, from 0."))
            .gives::<String>()
            .runs(|a| {
                let map: MatchMap = a.options()?;
                Reply::value(map.to_svg(a.matrix(0)?, a.matrix(1)?, a.ints(2)?, a.ints(3)?)?)
            }),
    ]
}
