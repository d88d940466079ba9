//! The least value of a function that the caller evaluates.
use std::sync::{Mutex, MutexGuard, PoisonError};

use inlaid::data::Matrix;
use inlaid::optimize::{Minimize, MinimizeComparison, MinimizeMethod, Minimizer, Minimum, Space, compare_minimizers};
use inlaid::{Context, Result};
use ndarray::Array2;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::op::op;
use crate::session::{Answer, Session};
use crate::{ArrayArgument, Asks, Letter, Op, Reply};

/// The class of [`Minimizer`] with what it is.
pub(super) const MODEL: (&str, &str) = (
    "Minimizer",
    "A minimisation that asks for values: ask for candidates, tell what they are worth, until none are asked; saves and loads \
     at any time and goes on as if nothing had been.",
);

const MINIMIZER: &str = "optimize.Minimizer";

/// What is searched, and how.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Search {
    /// The parameters.
    space: Space,
    /// The method. Default auto.
    #[serde(default)]
    method: MinimizeMethod,
    /// Whether the greatest value is searched for instead. Default false.
    #[serde(default)]
    maximize: bool,
    /// The most evaluations, at least 1. Default 1000 per parameter, unless `seconds`, `target` or `stall` is set.
    #[serde(default)]
    evaluations: Option<usize>,
    /// The most seconds of wall time, from the first question on, above 0. Looked at before each question. Default none.
    #[serde(default)]
    seconds: Option<f64>,
    /// Stop once a feasible value is this good. Default none.
    #[serde(default)]
    target: Option<f64>,
    /// Stop after so many evaluations without a better point, at least 1. Default none.
    #[serde(default)]
    stall: Option<usize>,
    /// How many constraints g <= 0 are told behind each value. Default 0.
    #[serde(default)]
    inequalities: usize,
    /// How many constraints h = 0 are told behind those. Default 0.
    #[serde(default)]
    equalities: usize,
    /// How far from 0 an equality may be to count as met, 0 or more. Default 1e-6.
    #[serde(default)]
    equality_tolerance: Option<f64>,
    /// Whether the same candidate may give different values. The search then averages where ranks are unsure, and the last fifth
    /// of the evaluations repeats the best candidates; the result is the one of the best mean. Default false.
    #[serde(default)]
    noisy: bool,
    /// Whether the partial derivatives, one per parameter, are told behind the value. Only continuous parameters, no
    /// constraints, and the methods auto and l_bfgs_b. Default false.
    #[serde(default)]
    gradient: bool,
    /// How many candidates can be evaluated at once: methods that can ask for a multiple of it. Default 1.
    #[serde(default)]
    batch: Option<usize>,
    /// The population of methods that have one, at least 4; the points per axis of grid, at least 2. Default by method.
    #[serde(default)]
    population: Option<usize>,
    /// The first step of methods that start from a point, as a part of the range of a bounded parameter, above 0 and at most 1.
    /// Default by method.
    #[serde(default)]
    step: Option<f64>,
}

impl Search {
    fn start(self, context: &Context) -> Result<Minimizer> {
        let mut options = Minimize::default();
        options.method = self.method;
        options.maximize = self.maximize;
        options.evaluations = self.evaluations;
        options.seconds = self.seconds;
        options.target = self.target;
        options.stall = self.stall;
        options.inequalities = self.inequalities;
        options.equalities = self.equalities;
        options.equality_tolerance = self.equality_tolerance.unwrap_or(options.equality_tolerance);
        options.noisy = self.noisy;
        options.gradient = self.gradient;
        options.batch = self.batch.unwrap_or(options.batch);
        options.population = self.population;
        options.step = self.step;
        options.start(&self.space, context)
    }
}

/// A file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// The path of the file.
    path: String,
}

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

/// A minimisation whose caller is asked on the way.
struct Asking {
    minimizer: Minimizer,
    /// Whether answers are rows of several numbers.
    wide: bool,
}

impl Session for Asking {
    fn ask(&mut self, context: &Context) -> Result<Option<Reply>> {
        self.minimizer.ask(context)?.map(|candidates| Reply::value((candidates,))).transpose()
    }

    fn tell(&mut self, answer: Answer<'_>, _: &Context) -> Result<()> {
        if self.wide {
            return self.minimizer.tell(answer.matrix()?);
        }
        self.minimizer.tell_values(&answer.vector()?.to_vec())
    }

    fn finish(&mut self, _: &Context) -> Result<Reply> {
        Reply::value(self.minimizer.result()?)
    }

    fn progress(&self) -> f64 {
        self.minimizer.progress()
    }
}

/// A minimizer that several threads may hold; one at a time changes it.
struct Shared(Mutex<Minimizer>);

impl Shared {
    fn reply(minimizer: Minimizer) -> Reply {
        Reply::model(MINIMIZER, Self(Mutex::new(minimizer)))
    }

    fn open(&self) -> MutexGuard<'_, Minimizer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const CANDIDATES: ArrayArgument = ArrayArgument {
    name: "candidates",
    letter: Letter::Matrix,
    axes: &["candidate", "parameter"],
    doc: "One number per parameter, in the order of the space: choices by their position, from 0.",
};
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
    ops.extend(state());
    ops.extend(saving());
    ops
}

fn functions() -> Vec<Op> {
    let minimize = "Search a space for the least value of an objective.\n\nThe objective is given some candidates at a time and \
        gives the value of each. What it throws ends the call and comes out as it is; for a search that outlives that, or that \
        several evaluate at once, ask and tell a `Minimizer`. The same seed gives the same search.\n\nFails with \
        `invalid_config` for a space or options that cannot be searched, `too_large`, `did_not_converge` where all evaluations \
        failed, `invalid_data` for another number of values than candidates, `cancelled`.";
    let constrained = "As `minimize`, where the objective gives a row per candidate: the value, then its constraints g <= 0, then \
        its constraints h = 0, then with `gradient` the partial derivatives.\n\nPopulations prefer feasible candidates, other \
        methods see an augmented Lagrangian. A result that is not feasible is the one of least violation. Fails as `minimize`.";
    let compare = "Compare methods by the best values of their runs: quantiles at the end, success rates and expected running \
        times at targets, and how likely differences are chance.\n\nFails with `invalid_data` for another number of methods \
        than runs, infinite values or targets, `not_enough_data` without runs.";
    let svg = "The best value so far over the evaluations, as SVG.\n\nFails with `not_enough_data` where no feasible value was \
        found.";
    let asks = |answer: ArrayArgument| Asks {
        name: "objective",
        doc: "Gives what the candidates are worth.",
        question: vec![CANDIDATES],
        answer,
    };
    let best = ArrayArgument {
        name: "best",
        letter: Letter::Matrix,
        axes: &["run", "evaluation"],
        doc: "The best value so far of each run, less being better; NaN before the first and after the end of a shorter run.",
    };
    vec![
        op("optimize.minimize", minimize).options::<Search>().gives::<Minimum>().asks(asks(VALUES)).runs(|a| {
            let minimizer = a.options::<Search>()?.start(a.context)?;
            Reply::session(a, Asking { minimizer, wide: false })
        }),
        op("optimize.minimize_constrained", constrained)
            .options::<Search>()
            .gives::<Minimum>()
            .asks(asks(ANSWERS))
            .runs(|a| {
                let minimizer = a.options::<Search>()?.start(a.context)?;
                Reply::session(a, Asking { minimizer, wide: true })
            }),
        op("optimize.compare_minimizers", compare).takes(best).options::<Compare>().gives::<MinimizeComparison>().runs(
            |a| {
                let o: Compare = a.options()?;
                let methods: Vec<&str> = o.methods.iter().map(String::as_str).collect();
                Reply::value(compare_minimizers(&methods, a.matrix(0)?, &o.targets)?)
            },
        ),
        op("optimize.Minimum.to_svg", svg)
            .on_report::<Minimum>()
            .gives::<String>()
            .quick()
            .runs(|a| Reply::value(a.report::<Minimum>()?.to_svg()?)),
    ]
}

fn named(name: &str) -> String {
    format!("{MINIMIZER}.{name}")
}

fn state() -> Vec<Op> {
    let start = "Start a minimisation.\n\nFails with `invalid_config` or `too_large` for a space or options that cannot be \
        searched.";
    let ask = "The candidates whose values must be told next; no rows once the minimisation has ended. Asking again before \
        telling gives the same candidates.\n\nFails with `cancelled`, after which it can be asked again, and `incompatible` \
        where a loaded run does not ask what it had asked: it was saved by another version, or on a machine whose arithmetic \
        differs.";
    let tell = "Tell the values of the candidates that were asked for, in their order.\n\nFails with `invalid_data` for another \
        number of values, where constraints must be told too, and if nothing was asked; the question then still waits.";
    let tell_all =
        "Tell values, constraints and derivatives of the candidates that were asked for.\n\nFails as `tell`.";
    let suggest = "Candidates to evaluate first. Before the first question.\n\nFails with `invalid_data` for candidates that are \
        not of the space, and once something was asked.";
    let give = "Candidates whose answers are known already: a warm start. They do not count as evaluations and are not part of \
        the result. Before the first question.\n\nFails as `suggest`, and for answers that are not one row per candidate.";
    let result = "What was found so far; also before the end.\n\nFails with `not_enough_data` before the first evaluation and \
        `did_not_converge` where all evaluations failed.";
    vec![
        op(named("start"), start)
            .on_model_class()
            .options::<Search>()
            .gives_model(MINIMIZER)
            .quick()
            .runs(|a| Ok(Shared::reply(a.options::<Search>()?.start(a.context)?))),
        op(named("ask"), ask).on_model().gives::<Matrix>().runs(|a| {
            let shared = a.model::<Shared>()?;
            let mut minimizer = shared.open();
            let columns = minimizer.space().len();
            let asked = minimizer.ask(a.context)?;
            Reply::value(asked.unwrap_or_else(|| Array2::zeros((0, columns)).into()))
        }),
        op(named("tell"), tell).on_model().takes(VALUES).once().quick().runs(|a| {
            a.model::<Shared>()?.open().tell_values(&a.vector(0)?.to_vec())?;
            Ok(Reply::nothing())
        }),
        op(named("tell_all"), tell_all).on_model().takes(ANSWERS).once().quick().runs(|a| {
            a.model::<Shared>()?.open().tell(a.matrix(0)?)?;
            Ok(Reply::nothing())
        }),
        op(named("suggest"), suggest).on_model().takes(CANDIDATES).once().quick().runs(|a| {
            a.model::<Shared>()?.open().suggest(a.matrix(0)?)?;
            Ok(Reply::nothing())
        }),
        op(named("give"), give).on_model().takes(CANDIDATES).takes(ANSWERS).once().quick().runs(|a| {
            a.model::<Shared>()?.open().give(a.matrix(0)?, a.matrix(1)?)?;
            Ok(Reply::nothing())
        }),
        op(named("is_finished"), "Whether nothing more is asked.")
            .on_model()
            .gives::<bool>()
            .quick()
            .runs(|a| Reply::value(a.model::<Shared>()?.open().finished().is_some())),
        op(named("result"), result).on_model().gives::<Minimum>().quick().runs(|a| {
            let shared = a.model::<Shared>()?;
            let found = shared.open().result()?;
            Reply::value(found)
        }),
    ]
}

fn saving() -> Vec<Op> {
    let to_bytes = "The minimisation as bytes: versioned, checksummed.\n\nFails with `too_large` above 1 GiB.";
    let from_bytes = "The minimisation that `to_bytes` gave; it goes on as that one would.\n\nFails with `incompatible` for bytes \
        that are damaged, of a newer version, or something else.";
    let save = "Save the minimisation to a file, which is replaced as a whole or not at all.\n\nFails with `not_found` for a \
        folder that does not exist, `io` if the file cannot be written.";
    let load = "The minimisation in a file that `save` wrote.\n\nFails with `not_found` for a file that does not exist, `io` if \
        it cannot be read, `incompatible` if it is damaged, of a newer version, or something else.";
    let bytes = ArrayArgument {
        name: "bytes",
        letter: Letter::Bytes,
        axes: &["byte"],
        doc: "What `to_bytes` gave, or the content of a file that `save` wrote.",
    };
    vec![
        op(named("to_bytes"), to_bytes)
            .on_model()
            .gives_bytes()
            .quick()
            .runs(|a| Ok(Reply::bytes(a.model::<Shared>()?.open().to_bytes()?))),
        op(named("from_bytes"), from_bytes)
            .on_model_class()
            .takes(bytes)
            .gives_model(MINIMIZER)
            .quick()
            .runs(|a| Ok(Shared::reply(Minimizer::from_bytes(a.bytes(0)?)?))),
        op(named("save"), save).on_model().options::<File>().runs(|a| {
            a.model::<Shared>()?.open().save(a.options::<File>()?.path)?;
            Ok(Reply::nothing())
        }),
        op(named("load"), load)
            .on_model_class()
            .options::<File>()
            .gives_model(MINIMIZER)
            .runs(|a| Ok(Shared::reply(Minimizer::load(a.options::<File>()?.path)?))),
    ]
}
