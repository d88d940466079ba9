//! The least value of a function that the caller evaluates.
use inlaid::data::Matrix;
use inlaid::optimize::{Minimize, MinimizeComparison, Minimizer, Minimum, Space, compare_minimizers};
use inlaid::{Context, Result};
use ndarray::ArrayView2;
use schemars::JsonSchema;
use serde::Deserialize;

use super::asking::{self, Search, WithSpace, asks, held, run_alone, runs, sought};
use crate::op::op;
use crate::{Args, ArrayArgument, Asks, Letter, Op, Reply};

/// The class of [`Minimizer`] with what it is.
pub(super) const MODEL: (&str, &str) = (
    "Minimizer",
    "A minimisation that asks for values: ask for candidates, tell what they are worth, until none are asked; saves and loads \
     at any time and goes on as if nothing had been.",
);

/// Whose runs are compared, and at which values.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Compare {
    /// The method of each run, in the order of the rows.
    methods: Vec<String>,
    /// Values whose first reaching counts. Default none.
    #[serde(default)]
    targets: Vec<f64>,
}

impl Search for Minimizer {
    const CLASS: &'static str = "optimize.Minimizer";
    type Found = Minimum;

    fn space(&self) -> &Space {
        self.space()
    }

    fn ask(&mut self, context: &Context) -> Result<Option<Matrix>> {
        self.ask(context)
    }

    fn tell(&mut self, answers: ArrayView2<'_, f64>) -> Result<()> {
        self.tell(answers)
    }

    fn suggest(&mut self, candidates: ArrayView2<'_, f64>) -> Result<()> {
        self.suggest(candidates)
    }

    fn give(&mut self, candidates: ArrayView2<'_, f64>, answers: ArrayView2<'_, f64>) -> Result<()> {
        self.give(candidates, answers)
    }

    fn result(&self) -> Result<Minimum> {
        self.result()
    }

    fn progress(&self) -> f64 {
        self.progress()
    }

    fn is_finished(&self) -> bool {
        self.finished().is_some()
    }

    fn is_brief(&self) -> bool {
        self.is_brief()
    }

    fn to_bytes(&self) -> Result<Vec<u8>> {
        self.to_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::from_bytes(bytes)
    }

    fn save(&self, path: &str) -> Result<()> {
        self.save(path)
    }

    fn load(path: &str) -> Result<Self> {
        Self::load(path)
    }
}

const VALUES: ArrayArgument = ArrayArgument {
    name: "values",
    letter: Letter::Vector,
    axes: &["candidate"],
    doc: "The value of each candidate; NaN or infinite is a failed evaluation.",
};
const ANSWERS: ArrayArgument = ArrayArgument {
    name: "answers",
    letter: Letter::Matrix,
    axes: &["candidate", "value and constraints"],
    doc: "The value of each candidate, then its inequalities, then its equalities, then with `gradient` its partial derivatives; \
          NaN or infinite numbers are a failed evaluation.",
};

pub(super) fn ops() -> Vec<Op> {
    let mut ops = functions();
    ops.extend(model());
    ops.extend(asking::state::<Minimizer>(&ANSWERS));
    ops.extend(asking::saving::<Minimizer>());
    ops
}

const ONE: &str = "Gives what a candidate is worth; NaN or infinite is a failed evaluation.";
const ROW: &str = "Gives the value of a candidate, then its constraints.";
const MANY: &str = "Gives what each of some candidates is worth: a number each, or a row each with constraints.";

fn functions() -> Vec<Op> {
    let minimize = "Search a space for the least value of an objective.\n\nThe objective is given one candidate at a time and \
        gives its value. What it throws ends the call and comes out as it is; for a search that outlives that, or that \
        several evaluate at once, take a `Minimizer`. The same seed gives the same search.\n\nFails with \
        `invalid_config` for a space or options that cannot be searched, `too_large`, `did_not_converge` where all evaluations \
        failed, `invalid_data` where what the objective gives is no number, `cancelled`.";
    let batch = "As `minimize`, where the objectives of several candidates are found in one call: a matrix of candidates goes \
        in, a number for each comes out. How many come at once is the method's choice; `batch` says how many can be evaluated \
        side by side. With constraints or `gradient` a row for each comes out, as in `minimize_constrained`.\n\nFails as \
        `minimize`, and with `invalid_data` for another number of rows than candidates.";
    let constrained = "As `minimize`, where the objective gives a row: the value, then its constraints g <= 0, then \
        its constraints h = 0, then with `gradient` the partial derivatives.\n\nPopulations prefer feasible candidates, other \
        methods see an augmented Lagrangian. A result that is not feasible is the one of least violation. Fails as `minimize`.";
    let compare = "Compare methods by the best values of their runs: quantiles at the end, success rates and expected running \
        times at targets, and how likely differences are chance.\n\nFails with `invalid_data` for another number of methods \
        than runs, infinite values or targets, `not_enough_data` without runs.";
    let html = "A self-contained page: the picture of `to_svg`, what was done in order, and the improvements.\n\nFails with \
        `not_enough_data` where no feasible value was found.";
    let svg = "The best value so far over the evaluations, as SVG.\n\nFails with `not_enough_data` where no feasible value was \
        found.";
    let best = ArrayArgument {
        name: "best",
        letter: Letter::Matrix,
        axes: &["run", "evaluation"],
        doc: "The best value so far of each run, less being better; NaN before the first and after the end of a shorter run.",
    };
    vec![
        searches("optimize.minimize", minimize, asks("objective", ONE, VALUES, true)),
        searches("optimize.minimize_batch", batch, asks("batch_objective", MANY, ANSWERS, false)),
        searches("optimize.minimize_constrained", constrained, asks("evaluate", ROW, ANSWERS, true)),
        op("optimize.compare_minimizers", compare).takes(best).options::<Compare>().gives::<MinimizeComparison>().runs(
            |a| {
                let o: Compare = a.options()?;
                let methods: Vec<&str> = o.methods.iter().map(String::as_str).collect();
                Reply::value(compare_minimizers(&methods, a.matrix(0)?, &o.targets)?)
            },
        ),
        op("optimize.Minimum.to_html", html)
            .on_report::<Minimum>()
            .gives::<String>()
            .quick()
            .runs(|a| Reply::value(a.report::<Minimum>()?.to_html()?)),
        op("optimize.Minimum.to_svg", svg)
            .on_report::<Minimum>()
            .gives::<String>()
            .quick()
            .runs(|a| Reply::value(a.report::<Minimum>()?.to_svg()?)),
    ]
}

fn started(a: &Args<'_>) -> Result<Minimizer> {
    let (space, options): (Space, Minimize) = sought(a)?;
    options.start(&space, a.context)
}

fn searches(name: &str, doc: &'static str, asks: Asks) -> Op {
    op(name, doc).options::<WithSpace<Minimize>>().gives::<Minimum>().asks(asks).runs(|a| run_alone(a, started(a)?))
}

/// The minimisation as a model, and how it is led.
fn model() -> Vec<Op> {
    let start = "Start a minimisation.\n\nFails with `invalid_config` or `too_large` for a space or options that cannot be \
        searched.";
    let run = "Go on to the end with an objective that is given one candidate at a time.\n\nWhat it throws ends the call and \
        comes out as it is; all that was told before stays, and the search can go on. Fails as `minimize`.";
    let run_batch =
        "As `run`, where the objectives of several candidates are found in one call.\n\nFails as `minimize_batch`.";
    let run_constrained = "As `run`, where the objective gives a row: the value, then its constraints.\n\nFails as \
        `minimize_constrained`.";
    let tell = "Tell the values of the candidates that were asked for, in their order.\n\nFails with `invalid_data` for another \
        number of values, where constraints must be told too, and if nothing was asked; the question then still waits.";
    vec![
        op("optimize.Minimizer.start", start)
            .on_model_class()
            .options::<WithSpace<Minimize>>()
            .gives_model(Minimizer::CLASS)
            .runs(|a| Ok(held(started(a)?))),
        runs::<Minimizer>("run", run, asks("objective", ONE, VALUES, true)),
        runs::<Minimizer>("run_batch", run_batch, asks("batch_objective", MANY, ANSWERS, false)),
        runs::<Minimizer>("run_constrained", run_constrained, asks("evaluate", ROW, ANSWERS, true)),
        op("optimize.Minimizer.tell", tell).on_model().takes(VALUES).once().quick().runs(|a| {
            let values = a.vector(0)?.to_vec();
            a.change(|minimizer: &mut Minimizer| minimizer.tell_values(&values))?;
            Ok(Reply::nothing())
        }),
    ]
}
