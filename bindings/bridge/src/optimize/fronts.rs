//! Fronts of several objectives that the caller evaluates.
use inlaid::data::{Matrix, Vector};
use inlaid::optimize::{
    Front, FrontChart, FrontIndicator, FrontMinimizer, FrontPreference, MinimizeFront, Space, crowding_distances,
    front_indicator, hypervolume, hypervolume_contributions, non_dominated_ranks, reference_directions,
};
use inlaid::{Context, Result};
use ndarray::ArrayView2;
use schemars::JsonSchema;
use serde::Deserialize;

use super::asking::{self, Search, WithSpace, asks, held, run_alone, runs, sought};
use crate::op::op;
use crate::{Args, ArrayArgument, Asks, Letter, Op, Reply};

/// The class of [`FrontMinimizer`] with what it is.
pub(super) const MODEL: (&str, &str) = (
    "FrontMinimizer",
    "A search for a front that asks for values: ask for candidates, tell what they are worth, until none are asked; saves and \
     loads at any time and goes on as if nothing had been.",
);

impl Search for FrontMinimizer {
    const CLASS: &'static str = "optimize.FrontMinimizer";
    type Found = Front;

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

    fn result(&self) -> Result<Front> {
        self.result()
    }

    fn progress(&self) -> f64 {
        self.progress()
    }

    fn is_finished(&self) -> bool {
        self.finished().is_some()
    }

    fn is_brief(&self) -> bool {
        // A generation of the usual size is ranked in far less than a millisecond, but not one of thousands.
        let options = self.options();
        options.population.unwrap_or(100) <= 200 && options.objectives <= 3 && options.hypervolume_reference.is_empty()
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

/// What is measured.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Indicate {
    /// The measure. Default inverted_generational_distance_plus.
    indicator: FrontIndicator,
}

/// How directions are placed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Directions {
    /// How many weights a direction has.
    objectives: usize,
    /// How many equal steps each weight has from 0 to 1; each further number is a layer shrunk by half towards the middle.
    partitions: Vec<usize>,
}

const ANSWERS: ArrayArgument = ArrayArgument {
    name: "answers",
    letter: Letter::Matrix,
    axes: &["candidate", "objective and constraints"],
    doc: "The objectives of each candidate, then its inequalities, then its equalities; NaN or infinite numbers are a failed \
          evaluation.",
};
const OBJECTIVES: ArrayArgument = ArrayArgument {
    name: "objectives",
    letter: Letter::Matrix,
    axes: &["point", "objective"],
    doc: "Points, all objectives minimised: the smaller, the better.",
};
const REFERENCE: ArrayArgument = ArrayArgument {
    name: "reference",
    letter: Letter::Vector,
    axes: &["objective"],
    doc: "The point up to which is measured, worse than the front in every objective.",
};

pub(super) fn ops() -> Vec<Op> {
    let mut ops = searches();
    ops.extend(asking::state::<FrontMinimizer>(&ANSWERS));
    ops.extend(asking::saving::<FrontMinimizer>());
    ops.extend(measures());
    ops.extend(choosing());
    ops
}

fn started(a: &Args<'_>) -> Result<FrontMinimizer> {
    let (space, options): (Space, MinimizeFront) = sought(a)?;
    options.start(&space, a.context)
}

fn searches() -> Vec<Op> {
    const ROW: &str = "Gives the objectives of a candidate, then its constraints.";
    const MANY: &str = "Gives the objectives of each of some candidates, a row each, then their constraints.";
    let minimize = "Search a space for candidates of which none is better than another in all of several objectives.\n\nThe \
        objective is given one candidate at a time and gives a row: one number per objective, then its constraints g <= 0, then \
        its constraints h = 0. What it throws ends the call and comes out as it is; for a search that outlives that, take a \
        `FrontMinimizer`. The same seed gives the same front.\n\nFails with `invalid_config` for a space or options that \
        cannot be searched, `too_large`, `did_not_converge` where all evaluations failed, `invalid_data` for rows of another \
        width, `cancelled`.";
    let batch = "As `minimize_front`, where the objectives of a whole generation are found in one call: a matrix of candidates \
        goes in, a row for each comes out.\n\nFails as `minimize_front`, and with `invalid_data` for another number of rows \
        than candidates.";
    let start = "Start a search for a front.\n\nFails with `invalid_config` or `too_large` for a space or options that cannot \
        be searched.";
    let run = "Go on to the end with an objective that is given one candidate at a time.\n\nWhat it throws ends the call and \
        comes out as it is; all that was told before stays, and the search can go on. Fails as `minimize_front`.";
    let run_batch = "As `run`, where the objectives of a whole generation are found in one call.\n\nFails as \
        `minimize_front_batch`.";
    let search = |name: &str, doc, asks: Asks| {
        op(name, doc)
            .options::<WithSpace<MinimizeFront>>()
            .gives::<Front>()
            .asks(asks)
            .runs(|a| run_alone(a, started(a)?))
    };
    vec![
        search("optimize.minimize_front", minimize, asks("evaluate", ROW, ANSWERS, true)),
        search("optimize.minimize_front_batch", batch, asks("batch_objective", MANY, ANSWERS, false)),
        op("optimize.FrontMinimizer.start", start)
            .on_model_class()
            .options::<WithSpace<MinimizeFront>>()
            .gives_model(FrontMinimizer::CLASS)
            .runs(|a| Ok(held(started(a)?))),
        runs::<FrontMinimizer>("run", run, asks("evaluate", ROW, ANSWERS, true)),
        runs::<FrontMinimizer>("run_batch", run_batch, asks("batch_objective", MANY, ANSWERS, false)),
    ]
}

fn measures() -> Vec<Op> {
    let ranks = "The front of each point: 0 for those that no other dominates, 1 for those that only those dominate, and so on; \
        equal points have equal ranks.\n\nFails with `invalid_data` for NaN, `too_large` above 1000 objectives, `cancelled`.";
    let crowding = "How far apart the neighbours of each point are, as parts of the range of each objective, added up; infinite \
        at both ends of an objective.\n\nFails with `invalid_data` for numbers that are not finite.";
    let volume = "The volume between a front and a reference point, dominated by the front: exact.\n\nPoints that are not \
        better than the reference in every objective add nothing. Quick up to about seven objectives. Fails with \
        `invalid_data` for NaN, a reference of another length or not finite, and a volume beyond the largest number; \
        `cancelled`.";
    let contributions = "By how much the hypervolume would shrink without each point; 0 for dominated ones.\n\nFails as \
        `hypervolume`.";
    let indicator = "How far a front is from a reference front; the smaller the better.\n\nFails with `invalid_data` for \
        numbers that are not finite and fronts of different objectives, `not_enough_data` for an empty front, `cancelled`.";
    let directions = "Evenly placed directions, whose weights add up to 1.\n\nFails with `invalid_config` without objectives or \
        partitions, or for 0 partitions; `too_large` above 2^24 directions.";
    let goal = ArrayArgument { name: "reference", doc: "The points of the reference front.", ..OBJECTIVES };
    vec![
        op("optimize.non_dominated_ranks", ranks)
            .takes(OBJECTIVES)
            .gives::<inlaid::data::Ints>()
            .runs(|a| Reply::value(non_dominated_ranks(a.matrix(0)?, a.context)?)),
        op("optimize.crowding_distances", crowding)
            .takes(OBJECTIVES)
            .gives::<Vector>()
            .runs(|a| Reply::value(crowding_distances(a.matrix(0)?)?)),
        op("optimize.hypervolume", volume)
            .takes(OBJECTIVES)
            .takes(REFERENCE)
            .gives::<f64>()
            .runs(|a| Reply::value(hypervolume(a.matrix(0)?, &a.vector(1)?.to_vec(), a.context)?)),
        op("optimize.hypervolume_contributions", contributions)
            .takes(OBJECTIVES)
            .takes(REFERENCE)
            .gives::<Vector>()
            .runs(|a| Reply::value(hypervolume_contributions(a.matrix(0)?, &a.vector(1)?.to_vec(), a.context)?)),
        op("optimize.front_indicator", indicator)
            .takes(OBJECTIVES)
            .takes(goal)
            .options::<Indicate>()
            .gives::<f64>()
            .runs(|a| {
                let o: Indicate = a.options()?;
                Reply::value(front_indicator(a.matrix(0)?, a.matrix(1)?, o.indicator, a.context)?)
            }),
        op("optimize.reference_directions", directions).options::<Directions>().gives::<Matrix>().runs(|a| {
            let o: Directions = a.options()?;
            Reply::value(reference_directions(o.objectives, &o.partitions)?)
        }),
    ]
}

fn choosing() -> Vec<Op> {
    let score = "How much each point of a front is to be taken: the larger, the more.\n\nFails with `invalid_config` for \
        weights or aspirations of another number than objectives and for `bend_angle` of other than two objectives, \
        `invalid_data` for numbers that are not finite, `not_enough_data` without points.";
    let pick = "The position of the point to take, from 0: the one of the greatest score.\n\nFails as `score`.";
    let svg = "The front as SVG: two objectives as points, more as a line per candidate over the objectives.\n\nFails with \
        `invalid_config` for names of another number than objectives and picked positions beyond the front, \
        `not_enough_data` for a front of one objective.";
    let html = "The front as a self-contained page: the picture, and for three to six objectives every pair of them.\n\nFails \
        as `to_svg`.";
    vec![
        op("optimize.FrontPreference.score", score)
            .on_options::<FrontPreference>()
            .takes(OBJECTIVES)
            .gives::<Vector>()
            .runs(|a| Reply::value(a.options::<FrontPreference>()?.score(a.matrix(0)?)?)),
        op("optimize.FrontPreference.pick", pick)
            .on_options::<FrontPreference>()
            .takes(OBJECTIVES)
            .gives::<usize>()
            .runs(|a| Reply::value(a.options::<FrontPreference>()?.pick(a.matrix(0)?)?)),
        op("optimize.Front.to_svg", svg).on_report::<Front>().options::<FrontChart>().gives::<String>().runs(|a| {
            let chart: FrontChart = a.options_beside_report()?;
            Reply::value(a.report::<Front>()?.to_svg(&chart)?)
        }),
        op("optimize.Front.to_html", html).on_report::<Front>().options::<FrontChart>().gives::<String>().runs(|a| {
            let chart: FrontChart = a.options_beside_report()?;
            Reply::value(a.report::<Front>()?.to_html(&chart)?)
        }),
    ]
}
