//! Planning problems by their names.
use inlaid::Result;
use inlaid::optimize::{
    CoverSets, FacilityPlan, KnapsackSolution, LocateFacilities, PackBins, PackedBins, Roster, RosterShifts, SetCover,
    SolveKnapsack,
};

use crate::op::op;
use crate::{Args, ArrayArgument, Letter, Op, Reply};

const fn array(name: &'static str, letter: Letter, axes: &'static [&'static str], doc: &'static str) -> ArrayArgument {
    ArrayArgument { name, letter, axes, doc }
}

const PROFITS: ArrayArgument = array(
    "profits",
    Letter::Vector,
    &["item"],
    "What one copy of each item is worth; items without profit are left out.",
);
const WEIGHTS: ArrayArgument =
    array("weights", Letter::Vector, &["item"], "What one copy of each item weighs, 0 or more.");
const CAPACITIES: ArrayArgument =
    array("capacities", Letter::Vector, &["knapsack"], "What each knapsack holds, 0 or more; at least one.");
const SIZES: ArrayArgument =
    array("sizes", Letter::Vector, &["item"], "The size of each item, from 0 to the capacity.");
const SETS: ArrayArgument = array("sets", Letter::Ints, &["pair"], "The set of each pair, from 0.");
const ELEMENTS: ArrayArgument =
    array("elements", Letter::Ints, &["pair"], "An element that is in that set, from 0. Repeated pairs count once.");
const COSTS: ArrayArgument = array("costs", Letter::Vector, &["set"], "What each set costs, 0 or more.");
const OPENING: ArrayArgument =
    array("opening", Letter::Vector, &["facility"], "What opening each facility costs, 0 or more.");
const SERVICE: ArrayArgument = array(
    "service",
    Letter::Matrix,
    &["customer", "facility"],
    "What serving each customer from each facility costs in all; `inf` forbids.",
);
const DEMANDS: ArrayArgument = array(
    "demands",
    Letter::Vector,
    &["customer"],
    "How much of a capacity each customer needs, 0 or more; empty for 1 each.",
);
const ROOMS: ArrayArgument = array(
    "capacities",
    Letter::Vector,
    &["facility"],
    "How much demand each facility serves, `inf` for any; empty for no limits.",
);
const DEMAND: ArrayArgument =
    array("demand", Letter::Matrix, &["day", "shift"], "How many workers each shift of each day needs: whole numbers.");
const SHIFT_COSTS: ArrayArgument = array(
    "costs",
    Letter::Matrix,
    &["worker", "day and shift"],
    "What each worker costs, or dislikes, in each shift of each day, at the column `day * shifts + shift`; `inf` where the \
     worker cannot work.",
);

fn numbers(a: &Args<'_>, at: usize) -> Result<Vec<f64>> {
    a.vector(at).map(|values| values.to_vec())
}

pub(super) fn ops() -> Vec<Op> {
    let knapsack = "Choose items for one knapsack or several so that their profit is greatest.\n\nWhole weights are added \
        exactly; others may exceed a capacity by 1e-12 of it. A limit that is reached gives the best packing so far with its \
        bound. Fails with `invalid_config` for options out of range, `invalid_data` for lists of different lengths, no \
        knapsack, NaN and numbers below 0, `too_large` for 2^27 counts in the answer or 2^22 copies for several knapsacks.";
    let bins = "Put items into as few bins of one capacity as possible.\n\nWhole sizes are added exactly; others may exceed \
        the capacity by 1e-12 of it. A limit that is reached gives the best packing so far with its bound. Fails with \
        `invalid_config` for options out of range, `invalid_data` for NaN, sizes below 0, an item larger than a bin, which is \
        named, and for `most_bins` that are proved too few, `did_not_converge` if no packing into `most_bins` was found within \
        the limits.";
    let cover = "Choose sets of least total cost that hold every element, at least or exactly once.\n\nA limit that is reached \
        gives the best choice so far with its bound. Fails with `invalid_config` for options out of range, `invalid_data` for \
        lists of different lengths, positions that do not exist, NaN and costs below 0, an element in no set, which is named, \
        and where no choice holds every element exactly once, `did_not_converge` if none was found within the limits.";
    let facilities = "Choose which facilities to open so that opening them and serving every customer from one of them costs \
        least.\n\nEach customer is served by one facility alone. A limit that is reached gives the best choice so far with its \
        bound. Fails with `invalid_config` for options out of range, `invalid_data` for lists of other lengths, NaN, numbers \
        below 0 where they cannot be, a customer that no facility may serve or has room for, which is named, and if there is \
        no choice at all, `did_not_converge` if none was found within the limits, `too_large` for 2^25 pairs.";
    let roster = "The cheapest roster that gives every shift its workers and keeps the rules.\n\nEverybody works one shift a \
        day at most; shifts may have more workers than they need. A limit that is reached gives the best roster so far with \
        its bound. Fails with `invalid_config` for options out of range, `invalid_data` for shapes that do not fit, demand \
        that is not whole, NaN, and if no roster keeps the rules, naming what cannot be covered, `did_not_converge` if none \
        was found within the limits, `too_large` for 2^24 cells.";
    vec![
        op("optimize.SolveKnapsack.solve", knapsack)
            .on_options::<SolveKnapsack>()
            .takes(PROFITS)
            .takes(WEIGHTS)
            .takes(CAPACITIES)
            .gives::<KnapsackSolution>()
            .runs(|a| {
                let o: SolveKnapsack = a.options()?;
                Reply::value(o.solve(&numbers(a, 0)?, &numbers(a, 1)?, &numbers(a, 2)?, a.context)?)
            }),
        op("optimize.PackBins.solve", bins).on_options::<PackBins>().takes(SIZES).gives::<PackedBins>().runs(|a| {
            let o: PackBins = a.options()?;
            Reply::value(o.solve(&numbers(a, 0)?, a.context)?)
        }),
        op("optimize.CoverSets.solve", cover)
            .on_options::<CoverSets>()
            .takes(SETS)
            .takes(ELEMENTS)
            .takes(COSTS)
            .gives::<SetCover>()
            .runs(|a| {
                let o: CoverSets = a.options()?;
                Reply::value(o.solve(a.ints(0)?, a.ints(1)?, &numbers(a, 2)?, a.context)?)
            }),
        op("optimize.LocateFacilities.solve", facilities)
            .on_options::<LocateFacilities>()
            .takes(OPENING)
            .takes(SERVICE)
            .takes(DEMANDS)
            .takes(ROOMS)
            .gives::<FacilityPlan>()
            .runs(|a| {
                let o: LocateFacilities = a.options()?;
                let (demands, rooms) = (numbers(a, 2)?, numbers(a, 3)?);
                Reply::value(o.solve(&numbers(a, 0)?, a.matrix(1)?, &demands, &rooms, a.context)?)
            }),
        op("optimize.RosterShifts.solve", roster)
            .on_options::<RosterShifts>()
            .takes(DEMAND)
            .takes(SHIFT_COSTS)
            .gives::<Roster>()
            .runs(|a| {
                let o: RosterShifts = a.options()?;
                Reply::value(o.solve(a.matrix(0)?, a.matrix(1)?, a.context)?)
            }),
    ]
}
