//! Assignments whose costs the caller tells, pair by pair, when they are asked for.
use inlaid::data::Ints;
use inlaid::matching::{Assign, AssignByRule, Assignment, Line};
use inlaid::{Code, Context, Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::op::op;
use crate::session::{Answer, Session};
use crate::{ArrayArgument, Asks, Letter, Op, Reply};

/// What is known of a matrix whose costs are asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ByRule {
    /// Rows of the matrix.
    row_count: usize,
    /// Columns of the matrix.
    column_count: usize,
    /// Whether the total is to be greatest instead of least. Default false.
    #[serde(default)]
    maximize: bool,
}

/// The costs of one line of the matrix after the other.
struct Lines {
    search: Option<AssignByRule>,
    rows: usize,
    columns: usize,
    asked: usize,
}

impl Lines {
    fn search(&mut self) -> Result<&mut AssignByRule> {
        self.search.as_mut().ok_or_else(|| Error::new(Code::InvalidData, "the assignment was already taken"))
    }
}

impl Session for Lines {
    fn ask(&mut self, context: &Context) -> Result<Option<Reply>> {
        let (rows, columns) = (self.rows, self.columns);
        let Some(request) = self.search()?.ask(context)? else { return Ok(None) };
        self.asked += 1;
        let line = |count: usize| Ints::from(vec![request.position as i64; count]);
        let all = |count: usize| Ints::from((0..count as i64).collect::<Vec<_>>());
        let question = match request.line {
            Line::Row => (line(columns), all(columns)),
            Line::Column => (all(rows), line(rows)),
        };
        Reply::value(question).map(Some)
    }

    fn tell(&mut self, answer: Answer<'_>, _: &Context) -> Result<()> {
        self.search()?.tell(&answer.vector()?.to_vec())
    }

    fn finish(&mut self, _: &Context) -> Result<Reply> {
        self.search()?;
        let found = self.search.take().map(AssignByRule::assignment).transpose()?;
        Reply::value(found)
    }

    fn progress(&self) -> f64 {
        // Each line of the shorter side is asked for about twice, and a few more often.
        let expected = 2 * self.rows.min(self.columns) + 1;
        self.asked as f64 / (self.asked + expected) as f64
    }

    fn is_brief(&self) -> bool {
        // A step looks at every pair that it knows of a few times, and once per line in the worst case.
        self.rows.saturating_mul(self.columns) <= 4096
    }
}

/// One side of the pairs that are asked about.
const fn positions(name: &'static str, doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Ints, axes: &["pair"], doc }
}

pub(super) fn ops() -> Vec<Op> {
    let pairs = "Pair rows with columns so that the total is least, at costs that a function tells when they are asked for.\n\n\
        The matrix is never there: memory is that of the cheapest pairs of each line, and one line. The function is asked for \
        the costs of one row with every column (or of one column with every row, where these are fewer), some lines more than \
        once. What it throws ends the call and comes out as it is.\n\nFails with `invalid_data` for another number of costs \
        than pairs, for NaN, for the infinity that does not forbid, for a finite cost above 1e290 in size, and where forbidden \
        pairs make it impossible to match all of the shorter side; `too_large` for 2^31 rows or columns.";
    let asks = Asks {
        name: "rule",
        doc: "Gives the costs of the pairs; `inf` forbids one (`-inf` when maximising).",
        question: vec![
            positions("rows", "The row of each pair, from 0."),
            positions("columns", "The column of each pair, from 0."),
        ],
        answer: ArrayArgument {
            name: "costs",
            letter: Letter::Vector,
            axes: &["pair"],
            doc: "What each pair costs, in the order asked.",
        },
        each: false,
    };
    vec![op("matching.assign_by_rule", pairs).options::<ByRule>().gives::<Assignment>().asks(asks).runs(|a| {
        let o: ByRule = a.options()?;
        let search = AssignByRule::new(o.row_count, o.column_count, &Assign::default().with_maximize(o.maximize))?;
        Reply::session(a, Lines { search: Some(search), rows: o.row_count, columns: o.column_count, asked: 0 })
    })]
}
