//! Pairs of least total cost.
use inlaid::data::Matrix;
use inlaid::matching::{
    Assign, Assignment, AssignmentBatch, Certificate, PointCosts, Unmatched, assign, assign_batch, assign_points,
    point_costs, verify_assignment,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::COSTS;
use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

/// What is true of every problem of a batch.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Batch {
    /// Rows of each matrix, at least 1; it divides the costs of a problem.
    rows: usize,
    /// Whether the totals are to be greatest instead of least. Default false.
    #[serde(default)]
    maximize: bool,
    /// What happens where forbidden pairs leave no partner. Default refuse.
    #[serde(default)]
    unmatched: Unmatched,
}

const LEFT: ArrayArgument = ArrayArgument {
    name: "left",
    letter: Letter::Matrix,
    axes: &["point", "coordinate"],
    doc: "Points, whose positions are the rows of the result; for haversine latitude and longitude in degrees.",
};

const RIGHT: ArrayArgument = ArrayArgument {
    name: "right",
    letter: Letter::Matrix,
    axes: &["point", "coordinate"],
    doc: "Points with as many coordinates, whose positions are the columns of the result.",
};

pub(super) fn ops() -> Vec<Op> {
    let pairs = "Pair the rows of `costs` with its columns so that the total is least.\n\nAll of the shorter side are matched. \
        `inf` (`-inf` when maximising) forbids a pair. Whole numbers whose sums stay below 2^53 are added exactly.\n\nFails \
        with `invalid_data` for NaN, for the infinity that does not forbid, for a total beyond the largest number, and, \
        unless the unmatched may be left, where forbidden pairs make it impossible to match all of the shorter side: the \
        message names those that have too few partners. `too_large` for 2^31 rows or columns.";
    let batch = "Pair rows with columns in many matrices of one shape, each on its own and in parallel.\n\nFails as for one, \
        with the problem's number, and with `invalid_config` if `rows` is 0 or does not divide the costs of a problem.";
    let points = "Pair the points of `left` with those of `right` so that the sum of their distances is least.\n\nAll of the \
        smaller set are matched. The answer is as exact as that of `assign` on all distances, which are never all \
        there.\n\nFails with `invalid_config` for a `max_distance` below 0, `invalid_data` for coordinates that are not \
        finite, sets with different numbers of coordinates, and where `max_distance` leaves too few partners.";
    let distances = "The costs of all pairs of points as a matrix, for whatever takes one; see `assign_points`.\n\nPairs beyond \
        `max_distance` get the infinity that forbids them. Fails as `assign_points` for points and options, and with \
        `too_large` for 2^31 pairs.";
    let verify = "Judge the assignment by its prices: is it legal, and how far may it be from the best?\n\nGive the options \
        that it was made with. Fails with `invalid_data` for costs that `assign` refuses or of another shape.";
    let stack = ArrayArgument {
        name: "costs",
        letter: Letter::Matrix,
        axes: &["problem", "cost"],
        doc: "One matrix per row, its own rows one after the other. `inf` forbids a pair (`-inf` when maximising).",
    };
    vec![
        op("matching.assign", pairs)
            .takes(COSTS)
            .options::<Assign>()
            .gives::<Assignment>()
            .brief_up_to(8192)
            .runs(|a| Reply::value(assign(a.matrix(0)?, &a.options()?, a.context)?)),
        op("matching.assign_batch", batch).takes(stack).options::<Batch>().gives::<AssignmentBatch>().runs(|a| {
            let o: Batch = a.options()?;
            let options = Assign::default().with_maximize(o.maximize).with_unmatched(o.unmatched);
            Reply::value(assign_batch(a.matrix(0)?, o.rows, &options, a.context)?)
        }),
        op("matching.point_costs", distances)
            .takes(LEFT)
            .takes(RIGHT)
            .options::<PointCosts>()
            .gives::<Matrix>()
            .runs(|a| Reply::value(point_costs(a.matrix(0)?, a.matrix(1)?, &a.options()?, a.context)?)),
        op("matching.assign_points", points)
            .takes(LEFT)
            .takes(RIGHT)
            .options::<PointCosts>()
            .gives::<Assignment>()
            .runs(|a| Reply::value(assign_points(a.matrix(0)?, a.matrix(1)?, &a.options()?, a.context)?)),
        op("matching.Assignment.verify", verify)
            .on_report::<Assignment>()
            .takes(COSTS)
            .options::<Assign>()
            .gives::<Certificate>()
            .runs(|a| {
                let options: Assign = a.options_beside_report()?;
                Reply::value(verify_assignment(a.matrix(0)?, &a.report::<Assignment>()?, &options, a.context)?)
            }),
    ]
}
