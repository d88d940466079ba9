//! Assignments of other kinds: few possible pairs, the k best, the worst pair, capacities, one after another.
use inlaid::data::Ints;
use inlaid::matching::{
    Assign, AssignBottleneck, AssignCapacities, AssignEachRow, Assignment, BottleneckAssignment, CapacityAssignment,
    Certificate, EachRowAssignment, OnlineAssign, OnlineDecision, OnlineMatching, OnlineReport, RankedAssignment,
    SparseCosts, Unmatched, assign_bottleneck, assign_each_row, assign_k_best, assign_sparse,
    assign_sparse_with_capacities, assign_with_capacities, verify_sparse,
};
use inlaid::{Code, Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use super::COSTS;
use crate::op::{Args, op};
use crate::{ArrayArgument, Letter, Op, Reply};

/// The class of [`OnlineMatching`] with what it is.
pub(super) const MODEL: (&str, &str) = (
    "OnlineMatching",
    "Columns that are being matched with rows as they come: takes the next row, tells what is left and what deciding at \
     once has cost, saves and loads.",
);

const ONLINE: &str = "matching.OnlineMatching";

const fn ints(name: &'static str, axes: &'static [&'static str], doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Ints, axes, doc }
}

const PAIR_ROWS: ArrayArgument = ints("rows", &["pair"], "The row of each possible pair, from 0.");
const PAIR_COLUMNS: ArrayArgument = ints("columns", &["pair"], "The column of each possible pair, from 0.");
const STARTS: ArrayArgument = ints(
    "starts",
    &["row and end"],
    "Where the pairs of each row start, and where the last row's end: one more than the rows, ascending from 0.",
);
const ROW_CAPACITIES: ArrayArgument = ints("row_capacities", &["row"], "How many units each row wants, 0 or more.");
const COLUMN_CAPACITIES: ArrayArgument =
    ints("column_capacities", &["column"], "How many units each column holds, 0 or more.");
const PAIR_COSTS: ArrayArgument = ArrayArgument {
    name: "costs",
    letter: Letter::Vector,
    axes: &["pair"],
    doc: "What each possible pair costs. Of repeated pairs the cheapest counts (the dearest when maximising); NaN is refused.",
};

/// What is paired, and how.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Sparse {
    /// Whether the total is to be greatest instead of least. Default false.
    maximize: bool,
    /// What happens where no partner is left. Default refuse.
    unmatched: Unmatched,
    /// How many rows there are. Default: one more than the last that has a pair.
    row_count: Option<usize>,
    /// How many columns there are. Default: one more than the last that has a pair.
    column_count: Option<usize>,
}

/// What is paired, and how.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct SparseRows {
    /// Whether the total is to be greatest instead of least. Default false.
    maximize: bool,
    /// What happens where no partner is left. Default refuse.
    unmatched: Unmatched,
    /// How many columns there are. Default: one more than the last that has a pair.
    column_count: Option<usize>,
}

/// How many assignments, and of which kind.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Best {
    /// How many assignments, at least 1.
    count: usize,
    /// Whether the total is to be greatest instead of least. Default false.
    #[serde(default)]
    maximize: bool,
    /// What happens where forbidden pairs leave no partner. Default refuse.
    #[serde(default)]
    unmatched: Unmatched,
}

/// A file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// The path of the file.
    path: String,
}

fn plain(maximize: bool, unmatched: Unmatched) -> Assign {
    Assign::default().with_maximize(maximize).with_unmatched(unmatched)
}

/// One more than the last position; positions below 0 are refused later, with their place.
fn count(given: Option<usize>, positions: &[i64]) -> Result<usize> {
    let last = positions.iter().copied().max().unwrap_or(-1);
    let needed = usize::try_from(last.saturating_add(1)).unwrap_or(0);
    if given.is_none() && needed >= u32::MAX as usize {
        return Err(Error::new(Code::TooLarge, format!("position {last}: it must be below {}", u32::MAX - 1)));
    }
    Ok(given.unwrap_or(needed))
}

fn triplets(a: &Args<'_>, o: &Sparse) -> Result<SparseCosts> {
    let (rows, columns) = (a.ints(0)?, a.ints(1)?);
    let shape = [count(o.row_count, rows)?, count(o.column_count, columns)?];
    SparseCosts::from_triplets(rows, columns, &a.vector(2)?.to_vec(), shape, a.context)
}

pub(super) fn ops() -> Vec<Op> {
    let mut ops = sparse();
    ops.extend(dense());
    ops.extend(online());
    ops
}

fn sparse() -> Vec<Op> {
    let pairs = "Pair rows with columns so that the total is least, where only the listed pairs are possible.\n\nAll of the \
        shorter side are matched. Memory grows with the listed pairs, not with rows times columns. Whole numbers whose sums \
        stay below 2^53 are added exactly.\n\nFails with `invalid_data` for lists of unequal length, positions out of range, \
        NaN, the infinity that does not forbid, a total beyond the largest number, and, unless the unmatched may be left, \
        where it is impossible to match all of the shorter side: the message names those that have too few partners. \
        `too_large` for 2^32 - 1 rows, columns or pairs, `cancelled`.";
    let by_rows = "As `assign_sparse`, with the pairs listed by row: row `i` has the entries `starts[i]` to `starts[i + 1]` of \
        `columns` and `costs` (compressed sparse rows).\n\nFails as `assign_sparse`, and with `invalid_data` for starts that do \
        not begin at 0, fall, or do not end at the number of entries.";
    let verify = "Certify from nothing but costs, pairs and prices that the assignment is the best one for the listed \
        pairs.\n\nFails with `invalid_data` for prices that are not finite or not one per row and column, and as \
        `assign_sparse` for the lists; `cancelled`.";
    let capacities = "As `assign_with_capacities`, where only the listed pairs are possible.\n\nThere are as many rows and \
        columns as capacities. Fails as that, and with `invalid_data` for lists of unequal length and positions out of range.";
    vec![
        op("matching.assign_sparse", pairs)
            .takes(PAIR_ROWS)
            .takes(PAIR_COLUMNS)
            .takes(PAIR_COSTS)
            .options::<Sparse>()
            .gives::<Assignment>()
            .runs(|a| {
                let o: Sparse = a.options()?;
                Reply::value(assign_sparse(&triplets(a, &o)?, &plain(o.maximize, o.unmatched), a.context)?)
            }),
        op("matching.assign_sparse_rows", by_rows)
            .takes(STARTS)
            .takes(PAIR_COLUMNS)
            .takes(PAIR_COSTS)
            .options::<SparseRows>()
            .gives::<Assignment>()
            .runs(|a| {
                let o: SparseRows = a.options()?;
                let columns = a.ints(1)?;
                let width = count(o.column_count, columns)?;
                let costs = SparseCosts::from_csr(a.ints(0)?, columns, &a.vector(2)?.to_vec(), width, a.context)?;
                Reply::value(assign_sparse(&costs, &plain(o.maximize, o.unmatched), a.context)?)
            }),
        op("matching.Assignment.verify_sparse", verify)
            .on_report::<Assignment>()
            .takes(PAIR_ROWS)
            .takes(PAIR_COLUMNS)
            .takes(PAIR_COSTS)
            .options::<Sparse>()
            .gives::<Certificate>()
            .runs(|a| {
                let mut o: Sparse = a.options_beside_report()?;
                let assignment: Assignment = a.report()?;
                o.row_count = o.row_count.or(Some(assignment.row_prices.len()));
                o.column_count = o.column_count.or(Some(assignment.column_prices.len()));
                let costs = triplets(a, &o)?;
                Reply::value(verify_sparse(&costs, &assignment, &plain(o.maximize, o.unmatched), a.context)?)
            }),
        op("matching.assign_sparse_with_capacities", capacities)
            .takes(PAIR_ROWS)
            .takes(PAIR_COLUMNS)
            .takes(PAIR_COSTS)
            .takes(ROW_CAPACITIES)
            .takes(COLUMN_CAPACITIES)
            .options::<AssignCapacities>()
            .gives::<CapacityAssignment>()
            .runs(|a| {
                let (rows, columns) = (a.ints(3)?, a.ints(4)?);
                let shape = [rows.len(), columns.len()];
                let costs =
                    SparseCosts::from_triplets(a.ints(0)?, a.ints(1)?, &a.vector(2)?.to_vec(), shape, a.context)?;
                Reply::value(assign_sparse_with_capacities(&costs, rows, columns, &a.options()?, a.context)?)
            }),
    ]
}

fn dense() -> Vec<Op> {
    let best = "The `count` best assignments, best first, no two with the same pairs; fewer where fewer exist.\n\nFails with \
        `invalid_config` for a count of 0, and as `assign` for the costs; `cancelled`.";
    let worst = "Pair the rows of `costs` with its columns so that the worst cost is as low as possible, and, if asked, the \
        total least among those pairings.\n\nFails as `assign`; `cancelled`.";
    let capacities = "Give each row of `costs` its units from columns that hold only so many, at least total cost; a pair is \
        used once, or, with `repeat`, as often as both sides allow.\n\nFails with `invalid_data` for capacities that are not \
        one per row and column or below 0, for NaN, the infinity that does not forbid, a total beyond the largest number, and, \
        unless `demand` is at_most, where demands cannot be met: the message names the rows and how much they can get. \
        `too_large` for 2^32 - 1 pairs, `cancelled`.";
    let each = "Give every row of `costs` one column, at least total cost; a column takes as many rows as its capacity says, \
        any number where `column_capacities` is empty.\n\nFails with `invalid_data` for capacities that are not one per column \
        or below 0, for NaN, the infinity that does not forbid, a total beyond the largest number, and where not every row can \
        have a column: the message names rows that have too few; `cancelled`.";
    let limits =
        ArrayArgument { doc: "How many rows each column takes, 0 or more; empty for any number.", ..COLUMN_CAPACITIES };
    vec![
        op("matching.assign_k_best", best).takes(COSTS).options::<Best>().gives::<Vec<RankedAssignment>>().runs(|a| {
            let o: Best = a.options()?;
            Reply::value(assign_k_best(a.matrix(0)?, o.count, &plain(o.maximize, o.unmatched), a.context)?)
        }),
        op("matching.assign_bottleneck", worst)
            .takes(COSTS)
            .options::<AssignBottleneck>()
            .gives::<BottleneckAssignment>()
            .runs(|a| Reply::value(assign_bottleneck(a.matrix(0)?, &a.options()?, a.context)?)),
        op("matching.assign_with_capacities", capacities)
            .takes(COSTS)
            .takes(ROW_CAPACITIES)
            .takes(COLUMN_CAPACITIES)
            .options::<AssignCapacities>()
            .gives::<CapacityAssignment>()
            .runs(|a| {
                let (rows, columns) = (a.ints(1)?, a.ints(2)?);
                Reply::value(assign_with_capacities(a.matrix(0)?, rows, columns, &a.options()?, a.context)?)
            }),
        op("matching.assign_each_row", each)
            .takes(COSTS)
            .takes(limits)
            .options::<AssignEachRow>()
            .gives::<EachRowAssignment>()
            .runs(|a| {
                let limits = Some(a.ints(1)?).filter(|limits| !limits.is_empty());
                Reply::value(assign_each_row(a.matrix(0)?, limits, &a.options()?, a.context)?)
            }),
    ]
}

fn online() -> Vec<Op> {
    let start = "Start with columns that take so many rows each.\n\nFails with `invalid_config` for a reserve that is not \
        finite and `invalid_data` for capacities below 0.";
    let update = "Match the next row with the best column that has room, for good; of equally good ones with the \
        first.\n\nFails with `invalid_data` for costs that are not one per column, NaN, and the infinity that does not forbid; \
        the row is then as if it had not come.";
    let batch = "Match the next rows, one after another; all or, on an error, none.\n\nMuch cheaper than one call per row. \
        Fails as `update`, for the first row that is refused; `cancelled`.";
    let report = "Compare with the best that could have been done, had all rows been known.\n\nFails with `invalid_data` for \
        totals beyond the largest number; `cancelled`.";
    let to_bytes = "The matching as bytes: versioned, checksummed.\n\nFails with `too_large` above 1 GiB.";
    let from_bytes = "The matching that `to_bytes` gave; it goes on as that one would.\n\nFails with `incompatible` for bytes \
        that are damaged, of a newer version, or something else.";
    let save = "Save the matching to a file, which is replaced as a whole or not at all.\n\nFails with `not_found` for a folder \
        that does not exist, `io` if the file cannot be written.";
    let load = "The matching in a file that `save` wrote.\n\nFails with `not_found` for a file that does not exist, `io` if it \
        cannot be read, `incompatible` if it is damaged, of a newer version, or something else.";
    let named = |name: &str| format!("{ONLINE}.{name}");
    let costs = ArrayArgument {
        name: "costs",
        letter: Letter::Vector,
        axes: &["column"],
        doc: "What pairing the row with each column costs. `inf` forbids the pair (`-inf` when maximising).",
    };
    let bytes = ArrayArgument {
        name: "bytes",
        letter: Letter::Bytes,
        axes: &["byte"],
        doc: "What `to_bytes` gave, or the content of a file that `save` wrote.",
    };
    vec![
        op("matching.OnlineAssign.start", start)
            .on_options::<OnlineAssign>()
            .takes(COLUMN_CAPACITIES)
            .gives_model(ONLINE)
            .quick()
            .runs(|a| Ok(Reply::model(ONLINE, a.options::<OnlineAssign>()?.start(a.ints(0)?)?))),
        op(named("update"), update).on_model().takes(costs).gives::<OnlineDecision>().quick().runs(|a| {
            let costs = a.vector(0)?.to_vec();
            let mut decision = None;
            a.model_handle()?.update::<OnlineMatching>(|matching| {
                decision = Some(matching.update(&costs)?);
                Ok(())
            })?;
            Reply::value(decision)
        }),
        op(named("update_batch"), batch).on_model().takes(COSTS).gives::<Vec<OnlineDecision>>().runs(|a| {
            let costs = a.matrix(0)?;
            let mut decisions = Vec::new();
            a.model_handle()?.update::<OnlineMatching>(|matching| {
                decisions = matching.update_batch(costs, a.context)?;
                Ok(())
            })?;
            Reply::value(decisions)
        }),
        op(named("room"), "How many more rows each column takes.")
            .on_model()
            .gives::<Ints>()
            .quick()
            .runs(|a| Reply::value(a.model::<OnlineMatching>()?.room())),
        op(named("report"), report)
            .on_model()
            .gives::<OnlineReport>()
            .runs(|a| Reply::value(a.model::<OnlineMatching>()?.report(a.context)?)),
        op(named("to_bytes"), to_bytes)
            .on_model()
            .gives_bytes()
            .quick()
            .runs(|a| Ok(Reply::bytes(a.model::<OnlineMatching>()?.to_bytes()?))),
        op(named("from_bytes"), from_bytes)
            .on_model_class()
            .takes(bytes)
            .gives_model(ONLINE)
            .quick()
            .runs(|a| Ok(Reply::model(ONLINE, OnlineMatching::from_bytes(a.bytes(0)?)?))),
        op(named("save"), save).on_model().options::<File>().runs(|a| {
            a.model::<OnlineMatching>()?.save(a.options::<File>()?.path)?;
            Ok(Reply::nothing())
        }),
        op(named("load"), load)
            .on_model_class()
            .options::<File>()
            .gives_model(ONLINE)
            .runs(|a| Ok(Reply::model(ONLINE, OnlineMatching::load(a.options::<File>()?.path)?))),
    ]
}
