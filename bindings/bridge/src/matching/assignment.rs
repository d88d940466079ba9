//! Pairs of least total cost.
use inlaid::matching::assignment::{Assign, Assignment, assign};

use super::COSTS;
use crate::op::op;
use crate::{Op, Reply};

pub(super) fn ops() -> Vec<Op> {
    let pairs = "Pair the rows of `costs` with its columns so that the total is least.\n\nAll of the shorter side are matched. \
        `inf` (`-inf` when maximising) forbids a pair. Whole numbers whose sums stay below 2^53 are added exactly.\n\nFails \
        with `invalid_data` for NaN, for the infinity that does not forbid, for a total beyond the largest number, and, \
        unless the unmatched may be left, where forbidden pairs make it impossible to match all of the shorter side: the \
        message names those that have too few partners. `too_large` for 2^32 rows or columns.";
    vec![
        op("matching.assign", pairs)
            .takes(COSTS)
            .options::<Assign>()
            .gives::<Assignment>()
            .runs(|a| Reply::value(assign(a.matrix(0)?, &a.options()?, a.context)?)),
    ]
}
