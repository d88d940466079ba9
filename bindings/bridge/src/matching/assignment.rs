//! Pairs of least total cost.
use std::sync::{Mutex, PoisonError};

use inlaid::matching::assignment::{
    Assign, AssignByRule, Assignment, AssignmentBatch, Certificate, PointCosts, Request, Unmatched, assign,
    assign_batch, assign_points, verify_assignment,
};
use inlaid::{Code, Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::COSTS;
use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

/// What is known of a matrix whose costs come line by line.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ByRule {
    /// Rows of the matrix.
    rows: usize,
    /// Columns of the matrix.
    columns: usize,
    /// Whether the total is to be greatest instead of least. Default false.
    #[serde(default)]
    maximize: bool,
}

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

/// The class of a session that asks for costs.
const SESSION: &str = "matching.AssignByRule";

/// Models of this part.
pub(super) const MODEL: (&str, &str) = (
    "AssignByRule",
    "An assignment whose costs come line by line, when they are asked for: ask, tell the costs of the line, until nothing is \
        asked; then take the assignment. The matrix is never there: memory is that of the cheapest pairs of each line.",
);

type Session = Mutex<Option<AssignByRule>>;

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
    let mut ops = whole();
    ops.extend(by_rule());
    ops
}

/// Costs that are all there, or points.
fn whole() -> Vec<Op> {
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
            .runs(|a| Reply::value(assign(a.matrix(0)?, &a.options()?, a.context)?)),
        op("matching.assign_batch", batch).takes(stack).options::<Batch>().gives::<AssignmentBatch>().runs(|a| {
            let o: Batch = a.options()?;
            let options = Assign::default().with_maximize(o.maximize).with_unmatched(o.unmatched);
            Reply::value(assign_batch(a.matrix(0)?, o.rows, &options, a.context)?)
        }),
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

/// Costs that are asked for.
fn by_rule() -> Vec<Op> {
    let begin = "Begin an assignment whose costs come line by line: ask for a line, tell its costs, until nothing is \
        asked.\n\nFails with `too_large` for 2^31 rows or columns.";
    let ask = "The next line whose costs must be told; nothing once the assignment is found.\n\nFails with `invalid_data` \
        where forbidden pairs make it impossible to match all of the shorter side.";
    let tell = "Tell the costs of the line that was asked for, in order of its pairs.\n\nFails with `invalid_data` for another \
        number of costs than the line has, for NaN, for a finite cost above 1e290 in size, and if nothing was asked; the \
        session then still waits.";
    let result = "The assignment, once nothing more is asked.\n\nFails with `invalid_data` while lines are still asked for, and \
        once it was taken.";
    let line = ArrayArgument {
        name: "costs",
        letter: Letter::Vector,
        axes: &["pair"],
        doc: "The costs of the line that was asked for: of a row with every column, or of a column with every row.",
    };
    vec![
        op("matching.assign_by_rule", begin).options::<ByRule>().gives_model(SESSION).runs(|a| {
            let o: ByRule = a.options()?;
            let session = AssignByRule::new(o.rows, o.columns, &Assign::default().with_maximize(o.maximize))?;
            Ok(Reply::model(SESSION, Mutex::new(Some(session))))
        }),
        op("matching.AssignByRule.ask", ask).on_model().gives::<Option<Request>>().runs(|a| {
            let context = a.context;
            let session = a.model::<Session>()?;
            Reply::value(with(&session, |session| session.ask(context))?)
        }),
        op("matching.AssignByRule.tell", tell).on_model().takes(line).runs(|a| {
            let costs = a.vector(0)?.to_vec();
            let session = a.model::<Session>()?;
            with(&session, |session| session.tell(&costs))?;
            Ok(Reply::nothing())
        }),
        op("matching.AssignByRule.assignment", result).on_model().gives::<Assignment>().runs(|a| {
            let session = a.model::<Session>()?;
            with(&session, |session| session.check_done())?;
            let taken = session.lock().unwrap_or_else(PoisonError::into_inner).take();
            Reply::value(taken.ok_or_else(gone)?.assignment()?)
        }),
    ]
}

/// Use a session; whoever comes second waits.
fn with<T>(session: &Session, work: impl FnOnce(&mut AssignByRule) -> Result<T>) -> Result<T> {
    work(session.lock().unwrap_or_else(PoisonError::into_inner).as_mut().ok_or_else(gone)?)
}

fn gone() -> Error {
    Error::new(Code::InvalidData, "the assignment was already taken from this session")
}
