//! Set cover and set partition: sets of least total cost that hold every element.
//!
//! `reduce` drops what the best cover does without, `lagrange` finds covers and a bound, and what lies between is proved by
//! branch and bound of the linear model. Partitions are left to the latter alone.
mod incidence;
mod lagrange;
mod reduce;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use self::incidence::Incidence;
use self::lagrange::{Covered, Coverer};
use super::watch::{Watch, are_whole, check_sizes, check_time_limit};
use crate::Context;
use crate::data::Ints;
use crate::error::{Result, bail, ensure};
use crate::optimize::linear::{LinearModel, LinearStatus, SolveLinear};

/// The most pairs for which the linear model is solved to prove a cover.
const MOST_PROVED: usize = 1_000_000;

/// Choose sets of least total cost so that every element is in one of them, or in exactly one.
///
/// ```
/// use inlaid::optimize::CoverSets;
/// let sets = [0, 0, 0, 1, 1, 2, 2]; // set 0 holds the elements 0, 1, 2; set 1 holds 2, 3; set 2 holds 0, 3
/// let elements = [0, 1, 2, 2, 3, 0, 3];
/// let cover = CoverSets::default().solve(&sets, &elements, &[5.0, 3.0, 2.0], &inlaid::Context::new())?;
/// assert_eq!((cover.chosen.to_vec(), cover.cost, cover.optimal), (vec![0, 2], 7.0, true));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CoverSets {
    /// Whether every element must be in exactly one chosen set. Default false: in one at least.
    pub exactly_once: bool,
    /// How many elements there are. Default none: the largest that a pair names, plus 1.
    pub element_count: Option<usize>,
    /// Seconds after which to stop with the best cover so far, above 0. Default none.
    pub time_limit: Option<f64>,
    /// Nodes of branch and bound after which to stop with the best cover so far. Default 100,000.
    pub node_limit: u64,
}

impl Default for CoverSets {
    fn default() -> Self {
        Self { exactly_once: false, element_count: None, time_limit: None, node_limit: 100_000 }
    }
}

/// Which sets hold every element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SetCover {
    /// The positions of the chosen sets, rising.
    pub chosen: Ints,
    /// What they cost.
    pub cost: f64,
    /// No choice costs less than this.
    pub bound: f64,
    /// Whether the choice is proved best: exactly if all costs are whole, otherwise to 1e-7 of the cost.
    pub optimal: bool,
    /// Seconds that it took.
    pub seconds: f64,
}

impl CoverSets {
    /// Set whether every element must be in exactly one chosen set.
    #[must_use]
    pub fn with_exactly_once(mut self, exactly_once: bool) -> Self {
        self.exactly_once = exactly_once;
        self
    }

    /// Set how many elements there are.
    #[must_use]
    pub fn with_element_count(mut self, count: usize) -> Self {
        self.element_count = Some(count);
        self
    }

    /// Set the seconds after which to stop.
    #[must_use]
    pub fn with_time_limit(mut self, seconds: f64) -> Self {
        self.time_limit = Some(seconds);
        self
    }

    /// Set the nodes after which to stop.
    #[must_use]
    pub fn with_node_limit(mut self, nodes: u64) -> Self {
        self.node_limit = nodes;
        self
    }

    /// Whether the options make sense.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range.
    pub fn validate(&self) -> Result<()> {
        check_time_limit(self.time_limit)?;
        ensure!(self.node_limit > 0, InvalidConfig, "node_limit is 0, it must be at least 1");
        Ok(())
    }

    /// The cheapest sets that hold every element, of pairs of a set and an element that is in it; repeated pairs count once.
    ///
    /// Costs of 0 or more, one per set.
    ///
    /// # Errors
    /// `invalid_config` for options out of range; `invalid_data` for lists of different lengths, positions that do not exist,
    /// NaN or negative costs, an element in no set, which is named, and elements that no choice holds exactly once;
    /// `did_not_converge` if the limits end the search for a partition before one is found; `too_large` for 2^31 elements or
    /// sets; `cancelled`.
    pub fn solve(&self, sets: &[i64], elements: &[i64], costs: &[f64], context: &Context) -> Result<SetCover> {
        self.validate()?;
        check_sizes("cost", costs)?;
        let mut watch = Watch::new(context, self.time_limit, u64::MAX);
        watch.look()?;
        let problem = self.incidence(sets, elements, costs, context)?;
        watch.look()?;
        let whole = are_whole(costs.iter().copied());
        let (chosen, bound) = if self.exactly_once {
            self.partition(&problem, whole, &mut watch)?
        } else {
            self.cover(&problem, whole, &mut watch)?
        };
        let mut solution = verified(&problem, self.exactly_once, chosen)?;
        let margin = if whole { 1e-9 } else { 2e-7 };
        solution.optimal = bound >= solution.cost - margin * solution.cost.max(1e-9);
        solution.bound = if solution.optimal { solution.cost } else { bound };
        solution.seconds = watch.seconds();
        context.report(1, 1);
        Ok(solution)
    }

    fn incidence(&self, sets: &[i64], elements: &[i64], costs: &[f64], context: &Context) -> Result<Incidence> {
        let (many, others) = (sets.len(), elements.len());
        ensure!(many == others, InvalidData, "{many} sets and {others} elements of pairs, they must be as many");
        let limit = 1_usize << 31;
        let largest = elements.iter().copied().max().map_or(0, |at| at.saturating_add(1).max(0) as usize);
        let count = self.element_count.unwrap_or(largest);
        ensure!(
            count < limit && costs.len() < limit,
            TooLarge,
            "{count} elements and {} sets, they must be below 2^31",
            costs.len()
        );
        let mut pairs = Vec::with_capacity(many);
        for (at, (set, element)) in sets.iter().zip(elements).enumerate() {
            let fits =
                *set >= 0 && (*set as u64) < costs.len() as u64 && *element >= 0 && (*element as u64) < count as u64;
            ensure!(
                fits,
                InvalidData,
                "pair {at} (0-based) is of set {set} and element {element}, there are {} and {count}",
                costs.len()
            );
            pairs.push((*set as u32, *element as u32));
        }
        // A list over all elements is only made for as many as pairs can hold.
        ensure!(
            count <= many,
            InvalidData,
            "{count} elements in {many} pairs: some element is in no set; element {} is one",
            first_missing(elements, count)
        );
        let problem = Incidence::of(&pairs, count, costs.to_vec(), context)?;
        problem.check_covered()?;
        Ok(problem)
    }

    /// The chosen sets and the bound.
    fn cover(&self, problem: &Incidence, whole: bool, watch: &mut Watch<'_>) -> Result<(Vec<u32>, f64)> {
        let reduced = reduce::reduce(problem, watch)?;
        let given: f64 = reduced.chosen.iter().map(|set| problem.costs[*set as usize]).sum();
        let mut chosen = reduced.chosen.clone();
        if reduced.elements.is_empty() {
            return Ok((chosen, given));
        }
        let part = problem.part(&reduced.sets, &reduced.elements, watch.context())?;
        let coverer = Coverer::new(&part, whole);
        let mut covered = coverer.solve(watch.context().seed(), watch)?;
        let bound = covered.bound;
        covered.bound = coverer.lifted(bound);
        if covered.bound < covered.cost && !watch.is_over() && part.elements_of.pairs() <= MOST_PROVED {
            self.prove(&part, &mut covered, bound, whole, watch)?;
        }
        chosen.extend(covered.sets.iter().map(|set| reduced.sets[*set as usize]));
        Ok((chosen, given + covered.bound.min(covered.cost)))
    }

    fn solver(&self, whole: bool, watch: &Watch<'_>) -> SolveLinear {
        let solver = watch.solver().with_node_limit(self.node_limit);
        if whole { solver.with_absolute_gap(0.999) } else { solver }
    }

    /// Branch and bound over the sets that a better cover may have.
    fn prove(
        &self,
        part: &Incidence,
        covered: &mut Covered,
        bound: f64,
        whole: bool,
        watch: &mut Watch<'_>,
    ) -> Result<()> {
        let coverer = Coverer::new(part, whole);
        let mut inside = vec![false; part.sets()];
        covered.sets.iter().for_each(|set| inside[*set as usize] = true);
        let useful = |set: usize| coverer.lifted(bound + covered.reduced[set].max(0.0)) < covered.cost;
        let sets: Vec<u32> =
            (0..part.sets()).filter(|set| inside[*set] || useful(*set)).map(|set| set as u32).collect();
        let elements: Vec<u32> = (0..part.elements() as u32).collect();
        let small = part.part(&sets, &elements, watch.context())?;
        let start: Vec<f64> = sets.iter().map(|set| f64::from(u8::from(inside[*set as usize]))).collect();
        let model = model_of(&small, false);
        let solution = self.solver(whole, watch).solve_from(&model, Some(&start), watch.context())?;
        let found: Vec<u32> =
            sets.iter().zip(solution.values.iter()).filter(|(_, value)| **value > 0.5).map(|(set, _)| *set).collect();
        if let Some(cost) = solution.objective.filter(|cost| *cost < covered.cost - 1e-9 * covered.cost) {
            (covered.cost, covered.sets) = (cost, found);
        }
        if let Some(bound) = solution.bound {
            // Sets left out are of no use below the cost that was known.
            let bound = coverer.lifted(if solution.status == LinearStatus::Optimal { covered.cost } else { bound });
            covered.bound = covered.bound.max(bound.min(covered.cost));
        }
        Ok(())
    }

    fn partition(&self, problem: &Incidence, whole: bool, watch: &mut Watch<'_>) -> Result<(Vec<u32>, f64)> {
        if problem.elements() == 0 {
            return Ok((Vec::new(), 0.0));
        }
        let solution = self.solver(whole, watch).solve(&model_of(problem, true), watch.context())?;
        if solution.status == LinearStatus::Infeasible {
            bail!(InvalidData, "no choice of sets holds every element exactly once");
        }
        let Some(cost) = solution.objective else {
            bail!(DidNotConverge, "no choice that holds every element exactly once was found within the limits");
        };
        let chosen = (0..problem.sets() as u32).filter(|set| solution.values[*set as usize] > 0.5).collect();
        let bound =
            if solution.status == LinearStatus::Optimal { cost } else { solution.bound.unwrap_or(0.0).max(0.0) };
        Ok((chosen, bound))
    }
}

/// The first element below `count` that is in no pair, or 0.
fn first_missing(elements: &[i64], count: usize) -> usize {
    let mut sorted: Vec<i64> = elements.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let gap = sorted.iter().enumerate().find(|(at, element)| **element != *at as i64).map(|(at, _)| at);
    gap.unwrap_or(sorted.len()).min(count)
}

fn model_of(problem: &Incidence, exactly: bool) -> LinearModel {
    let mut model = LinearModel::new();
    model.costs.clone_from(&problem.costs);
    model.upper = vec![1.0; problem.sets()];
    model.integers = (0..problem.sets() as i64).collect();
    model.row_lower = vec![1.0; problem.elements()];
    if exactly {
        model.row_upper = vec![1.0; problem.elements()];
    }
    for element in 0..problem.elements() {
        for set in problem.sets_of.of_one(element) {
            model.entry_rows.push(element as i64);
            model.entry_columns.push(i64::from(*set));
            model.entry_values.push(1.0);
        }
    }
    model
}

/// The answer, recomputed from what was given.
fn verified(problem: &Incidence, exactly: bool, mut chosen: Vec<u32>) -> Result<SetCover> {
    chosen.sort_unstable();
    chosen.dedup();
    let mut times = vec![0_u32; problem.elements()];
    for set in &chosen {
        problem.elements_of.of_one(*set as usize).iter().for_each(|at| times[*at as usize] += 1);
    }
    let wrong = times.iter().position(|times| *times == 0 || (exactly && *times > 1));
    if let Some(element) = wrong {
        bail!(Internal, "element {element} is in {} chosen sets; please report this", times[element]);
    }
    let cost = chosen.iter().map(|set| problem.costs[*set as usize]).sum::<f64>() + 0.0;
    let chosen = Ints::from(chosen.into_iter().map(i64::from).collect::<Vec<_>>());
    Ok(SetCover { chosen, cost, bound: 0.0, optimal: false, seconds: 0.0 })
}
