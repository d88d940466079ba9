//! Linear, mixed-integer and quadratic models.
use inlaid::optimize::{
    LinearChart, LinearCheck, LinearConflict, LinearModel, LinearSolution, LinearStatus, ReadMps, SolveLinear, read_lp,
    verify_linear, write_lp, write_mps,
};
use inlaid::{Code, Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::op::{Draft, op};
use crate::{Args, ArrayArgument, Letter, Op, Reply};

/// What of a model is no array.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct BuildModel {
    /// What the model is called. Default empty.
    name: String,
    /// Whether the objective is to be greatest instead of least. Default false.
    maximize: bool,
    /// What is added to the objective. Default 0.
    constant: f64,
    /// One name per column, or none at all. Default none: x0, x1, ..
    column_names: Vec<String>,
    /// One name per row, or none at all. Default none: r0, r1, ..
    row_names: Vec<String>,
}

/// What a point is held against.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct VerifyValues {
    /// What violations and the gap may be, in 1e-12..1e-2. Default 1e-6.
    tolerance: f64,
    /// What is claimed to be proved: no point is better than this. Only of use with whole columns. Default none.
    bound: Option<f64>,
}

impl Default for VerifyValues {
    fn default() -> Self {
        Self { tolerance: 1e-6, bound: None }
    }
}

const fn vector(name: &'static str, axes: &'static [&'static str], doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Vector, axes, doc }
}

const fn ints(name: &'static str, axes: &'static [&'static str], doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter: Letter::Ints, axes, doc }
}

const TEXT: ArrayArgument =
    ArrayArgument { name: "text", letter: Letter::Bytes, axes: &["byte"], doc: "The bytes of the file, in UTF-8." };

const ARRAYS: [ArrayArgument; 13] = [
    vector("costs", &["column"], "The cost (or profit) of one unit of each column."),
    vector("lower", &["column"], "The least value of each column; empty for 0, `-inf` for none."),
    vector("upper", &["column"], "The greatest value of each column; empty or `inf` for none."),
    ints("integers", &["column"], "The positions of columns whose values must be whole."),
    ints("semi_continuous", &["column"], "The positions of columns that are 0 or between their bounds."),
    vector("row_lower", &["row"], "The least value of each row; empty or `-inf` for none."),
    vector("row_upper", &["row"], "The greatest value of each row; empty or `inf` for none."),
    ints("entry_rows", &["entry"], "The row of each coefficient."),
    ints("entry_columns", &["entry"], "The column of each coefficient."),
    vector("entry_values", &["entry"], "The coefficients; those of the same place are added up."),
    ints("quadratic_rows", &["product"], "The first column of each product in the objective."),
    ints("quadratic_columns", &["product"], "The second column of each product in the objective."),
    vector("quadratic_values", &["product"], "The factor of each product: 3 at 0 and 1 is 3 times x0 times x1."),
];

fn build(a: &Args<'_>) -> Result<Reply> {
    let o: BuildModel = a.options()?;
    let numbers = |at: usize| a.vector(at).map(|values| values.to_vec());
    let positions = |at: usize| a.ints(at).map(<[i64]>::to_vec);
    let mut model = LinearModel::new();
    (model.name, model.maximize, model.constant) = (o.name, o.maximize, o.constant);
    (model.column_names, model.row_names) = (o.column_names, o.row_names);
    (model.costs, model.lower, model.upper) = (numbers(0)?, numbers(1)?, numbers(2)?);
    (model.integers, model.semi_continuous) = (positions(3)?, positions(4)?);
    (model.row_lower, model.row_upper) = (numbers(5)?, numbers(6)?);
    (model.entry_rows, model.entry_columns, model.entry_values) = (positions(7)?, positions(8)?, numbers(9)?);
    (model.quadratic_rows, model.quadratic_columns) = (positions(10)?, positions(11)?);
    model.quadratic_values = numbers(12)?;
    model.check()?;
    Reply::value(model)
}

fn text<'a>(a: &Args<'a>) -> Result<&'a str> {
    std::str::from_utf8(a.bytes(0)?).map_err(|error| {
        Error::new(Code::InvalidData, format!("the file is not UTF-8 from byte {} on", error.valid_up_to()))
    })
}

fn verify(a: &Args<'_>) -> Result<Reply> {
    let o: VerifyValues = a.options_beside_report()?;
    let model = a.report::<LinearModel>()?;
    let mut solution = LinearSolution::claimed(a.vector(0)?.to_vec(), a.vector(1)?.to_vec(), a.vector(2)?.to_vec());
    solution.status = LinearStatus::Optimal;
    solution.bound = o.bound;
    Reply::value(verify_linear(&model, &solution, o.tolerance)?)
}

const VALUES: ArrayArgument = vector("values", &["column"], "The value of each column.");
const DUALS: ArrayArgument = vector("row_duals", &["row"], "The price of each row, or nothing.");
const REDUCED: ArrayArgument = vector("reduced_costs", &["column"], "The reduced cost of each column, or nothing.");

/// An operation that draws a plan.
fn draws(name: &str, doc: &'static str) -> Draft {
    op(format!("optimize.LinearModel.{name}"), doc)
        .on_report::<LinearModel>()
        .takes(VALUES)
        .takes(DUALS)
        .takes(REDUCED)
        .options::<LinearChart>()
        .gives::<String>()
}

fn drawn(a: &Args<'_>, draw: fn(&LinearModel, &LinearSolution, &LinearChart) -> Result<String>) -> Result<Reply> {
    let o: LinearChart = a.options_beside_report()?;
    let [values, duals, reduced] = [a.vector(0)?.to_vec(), a.vector(1)?.to_vec(), a.vector(2)?.to_vec()];
    Reply::value(draw(&a.report()?, &LinearSolution::claimed(values, duals, reduced), &o)?)
}

pub(super) fn ops() -> Vec<Op> {
    let build_doc = "A linear, mixed-integer or quadratic model from its arrays.\n\nThe objective is `constant + sum(costs * \
        x) + sum(quadratic_values * x[quadratic_rows] * x[quadratic_columns])`; rows are sums of columns between \
        `row_lower` and `row_upper`, their coefficients are triplets. Fails with `invalid_data` for lists of different \
        lengths, positions that do not exist, NaN, infinite costs or coefficients, and semi-continuous columns without \
        upper bound; `too_large` from 2^31 rows or columns up.";
    let solve_doc = "The best values of the columns, or why there are none.\n\nBy the simplex method; with whole columns by \
        branch and bound with cuts; with products in the objective, which must be convex, by an interior point method. A \
        limit that is reached gives what is known then. Fails with `invalid_config` for options out of range, \
        `unsupported` for products together with whole columns, `invalid_data` for an objective that is not convex.";
    let from_doc = "As `solve`, beginning at a point: its whole values are completed to a first solution if that is \
        possible.\n\nFails as `solve`, and with `invalid_data` for a start of another length or with values that are not \
        finite.";
    let conflict_doc = "Bounds and rows of a model without any point that contradict each other, none of which can be left \
        out.\n\nFails as `solve`, and with `invalid_data` if the model has a point or the limits came first.";
    let verify_doc = "Whether values and prices are the best of the model, by arithmetic alone.\n\nWithout prices, which may \
        be empty, only bounds, rows and whole columns are checked. Fails with `invalid_data` for lists of other lengths \
        than the model, `invalid_config` for the tolerance.";
    let svg_doc = "The plan as SVG: the part of each limit that is used, with its price.\n\nFails with `invalid_data` for values \
        or prices of another number than columns or rows, `not_enough_data` where no row has a limit other than 0 and \
        without values.";
    let html_doc = "The plan as a self-contained page: the picture of `to_svg`, the variables that are not 0, and every row with \
        its price.\n\nFails with `invalid_data` for values or prices of another number than columns or rows, `not_enough_data` \
        without values.";
    let mps_doc = "The model of an MPS file, fixed or free.\n\nFails with `invalid_data`, line and reason for anything that \
        does not belong there, `unsupported` for sections such as SOS.";
    let lp_doc = "The model of an LP file, as CPLEX and others write them.\n\nFails with `invalid_data`, line and reason for \
        anything that does not belong there, `unsupported` for special ordered sets and quadratic constraints.";
    let build_op = ARRAYS.into_iter().fold(op("optimize.linear_model", build_doc), Draft::takes);
    let start = vector("start", &["column"], "A value for each column.");
    let model = |name: &str, doc| op(format!("optimize.LinearModel.{name}"), doc).on_report::<LinearModel>();
    vec![
        build_op.options::<BuildModel>().gives::<LinearModel>().runs(build),
        op("optimize.read_mps", mps_doc).takes(TEXT).options::<ReadMps>().gives::<LinearModel>().runs(|a| {
            let o: ReadMps = a.options()?;
            Reply::value(o.read(text(a)?)?)
        }),
        op("optimize.read_lp", lp_doc).takes(TEXT).gives::<LinearModel>().runs(|a| Reply::value(read_lp(text(a)?)?)),
        model("solve", solve_doc).options::<SolveLinear>().gives::<LinearSolution>().runs(|a| {
            let o: SolveLinear = a.options_beside_report()?;
            Reply::value(o.solve(&a.report()?, a.context)?)
        }),
        model("solve_from", from_doc).takes(start).options::<SolveLinear>().gives::<LinearSolution>().runs(|a| {
            let o: SolveLinear = a.options_beside_report()?;
            Reply::value(o.solve_from(&a.report()?, Some(&a.vector(0)?.to_vec()), a.context)?)
        }),
        model("conflict", conflict_doc).options::<SolveLinear>().gives::<LinearConflict>().runs(|a| {
            let o: SolveLinear = a.options_beside_report()?;
            Reply::value(o.conflict(&a.report()?, a.context)?)
        }),
        model("verify", verify_doc)
            .takes(VALUES)
            .takes(DUALS)
            .takes(REDUCED)
            .options::<VerifyValues>()
            .gives::<LinearCheck>()
            .runs(verify),
        draws("to_svg", svg_doc).runs(|a| drawn(a, LinearModel::to_svg)),
        draws("to_html", html_doc).runs(|a| drawn(a, LinearModel::to_html)),
        model(
            "to_mps",
            "The text of a free MPS file with full precision. Fails with `invalid_data` for a model that is none.",
        )
        .gives::<String>()
        .runs(|a| Reply::value(write_mps(&a.report()?)?)),
        model(
            "to_lp",
            "The text of an LP file with full precision. Fails with `invalid_data` for a model that is none.",
        )
        .gives::<String>()
        .runs(|a| Reply::value(write_lp(&a.report()?)?)),
    ]
}
