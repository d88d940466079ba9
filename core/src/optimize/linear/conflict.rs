//! Why a model has no point: bounds and rows that cannot hold together, none of which can be left out.
//!
//! A proof of infeasibility names a few; a deletion filter takes out one after the other and keeps it out if the rest still
//! contradicts itself (Chinneck, *Feasibility and Infeasibility in Optimization*, 2008).
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::convert::{Converted, convert};
use super::integer::{self, Effort, Ending};
use super::model::LinearModel;
use super::options::SolveLinear;
use super::simplex::{Limits, Outcome, Simplex};
use crate::Context;
use crate::data::Ints;
use crate::error::{Result, bail};

/// Bounds and rows that contradict each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LinearConflict {
    /// Rows whose greatest value is part of it.
    pub row_upper: Ints,
    /// Rows whose least value is part of it.
    pub row_lower: Ints,
    /// Columns whose greatest value is part of it.
    pub column_upper: Ints,
    /// Columns whose least value is part of it.
    pub column_lower: Ints,
    /// Whether columns must be whole for it; then those of the model are part of it.
    pub needs_whole: bool,
    /// Whether it is known that none can be left out. False if the time limit came
    /// first, or a search for whole values did not end in time without one of them.
    pub is_minimal: bool,
}

/// Nodes that a search without one of the bounds may have.
const TRIAL_NODES: usize = 1000;

/// One side of a column or row, counted as in programmes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Side {
    at: usize,
    is_upper: bool,
}

impl SolveLinear {
    /// Find bounds and rows of an infeasible model that contradict each other, and none of which can be left out.
    ///
    /// Products in the objective play no part. Costs about one solve per bound and row of the first proof; where only whole
    /// columns make the model infeasible, one search per bound and row of the model.
    ///
    /// # Errors
    /// As [`SolveLinear::solve`], and `invalid_data` if the model has a point, or none was found to be impossible in time.
    pub fn conflict(&self, model: &LinearModel, context: &Context) -> Result<LinearConflict> {
        self.validate()?;
        model.check()?;
        let mut converted = convert(model);
        converted.programme.cost.fill(0.0);
        if let Some(crossed) = crossed(&converted) {
            return Ok(describe(&converted, &crossed, false, true));
        }
        let started = Instant::now();
        let limits = Limits { until: self.until(started), ..Limits::default() };
        let mut simplex = self.simplex(&converted);
        match simplex.solve(&limits, context)? {
            Outcome::Infeasible => {
                let (sides, minimal) = filter_linear(&converted, simplex, &limits, context)?;
                Ok(describe(&converted, &sides, false, minimal))
            }
            Outcome::Optimal if model.is_discrete() => self.conflict_of_whole(&converted, started, context),
            Outcome::Optimal => bail!(InvalidData, "the model has a point, so that nothing contradicts itself"),
            _ => bail!(InvalidData, "the limits ended before the model was found to be infeasible"),
        }
    }

    fn conflict_of_whole(&self, converted: &Converted, started: Instant, context: &Context) -> Result<LinearConflict> {
        let mut trial = converted.clone();
        let effort = self.effort(started);
        // Without a bound the search for whole values may not end: then the bound is kept.
        let effort = Effort { nodes: effort.nodes.min(TRIAL_NODES), ..effort };
        let is_infeasible = |trial: &Converted| -> Result<Option<bool>> {
            let searched = integer::minimise(&trial.programme, &trial.integer, None, &effort, context)?;
            Ok(match (searched.ending, searched.point.is_some()) {
                (Ending::Infeasible, _) => Some(true),
                (_, true) => Some(false),
                _ => None,
            })
        };
        match is_infeasible(&trial)? {
            Some(true) => {}
            Some(false) => bail!(InvalidData, "the model has a point, so that nothing contradicts itself"),
            None => bail!(InvalidData, "the limits ended before the model was found to be infeasible"),
        }
        let mut minimal = true;
        let mut kept = Vec::new();
        let all = sides(converted);
        for (done, side) in all.iter().enumerate() {
            context.check()?;
            context.report(done, all.len());
            let bounds = (trial.programme.lower[side.at], trial.programme.upper[side.at]);
            if side.is_upper {
                trial.programme.upper[side.at] = f64::INFINITY;
            } else {
                trial.programme.lower[side.at] = f64::NEG_INFINITY;
            }
            let without = is_infeasible(&trial)?;
            if without != Some(true) {
                minimal &= without.is_some();
                (trial.programme.lower[side.at], trial.programme.upper[side.at]) = bounds;
                kept.push(*side);
            }
        }
        Ok(describe(converted, &kept, true, minimal))
    }
}

/// The finite sides of the model's own rows and columns.
fn sides(converted: &Converted) -> Vec<Side> {
    let inner = converted.programme.column_count();
    let rows = (inner..inner + converted.rows).chain(0..converted.columns);
    let mut all = Vec::new();
    for at in rows {
        if converted.programme.upper[at].is_finite() {
            all.push(Side { at, is_upper: true });
        }
        if converted.programme.lower[at].is_finite() {
            all.push(Side { at, is_upper: false });
        }
    }
    all
}

fn crossed(converted: &Converted) -> Option<Vec<Side>> {
    let programme = &converted.programme;
    let inner = programme.column_count();
    let own = (0..converted.columns).chain(inner..inner + converted.rows);
    let mut own = own.filter(|at| programme.lower[*at] > programme.upper[*at]);
    own.next().map(|at| vec![Side { at, is_upper: true }, Side { at, is_upper: false }])
}

/// The sides that a proof uses.
fn support(converted: &Converted, proof: &[f64]) -> Vec<Side> {
    let programme = &converted.programme;
    let columns = programme.column_count();
    let mut sums = vec![0.0; columns];
    let mut sizes = vec![0.0; columns];
    for (row, factor) in proof.iter().enumerate().filter(|(_, factor)| **factor != 0.0) {
        for (at, value) in programme.rows.pairs(row) {
            sums[at] += factor * value;
            sizes[at] += (factor * value).abs();
        }
    }
    let of = |direction: f64| {
        let mut used = Vec::new();
        let mut least = 0.0;
        for (at, sum) in sums.iter().enumerate() {
            let sum = direction * sum;
            if sum.abs() > 1e-11 * sizes[at] {
                let is_upper = sum < 0.0;
                least += sum * if is_upper { programme.upper[at] } else { programme.lower[at] };
                used.push(Side { at, is_upper });
            }
        }
        for (row, factor) in proof.iter().enumerate().filter(|(_, factor)| **factor != 0.0) {
            let (factor, at) = (-direction * factor, columns + row);
            let is_upper = factor < 0.0;
            least += factor * if is_upper { programme.upper[at] } else { programme.lower[at] };
            used.push(Side { at, is_upper });
        }
        (least, used)
    };
    let (up, down) = (of(1.0), of(-1.0));
    if up.0 > 0.0 || down.0.is_nan() || up.0 > down.0 { up.1 } else { down.1 }
}

fn filter_linear(
    converted: &Converted,
    mut simplex: Simplex,
    limits: &Limits,
    context: &Context,
) -> Result<(Vec<Side>, bool)> {
    let programme = &converted.programme;
    let own = |side: &Side| {
        let inner = programme.column_count();
        side.at < converted.columns || (side.at >= inner && side.at < inner + converted.rows)
    };
    let all: Vec<Side> = sides(converted);
    let mut open = vec![true; programme.lower.len() * 2];
    let key = |side: &Side| 2 * side.at + usize::from(side.is_upper);
    let apply = |simplex: &mut Simplex, open: &[bool], at: usize| {
        let lower = if open[2 * at] { programme.lower[at] } else { f64::NEG_INFINITY };
        let upper = if open[2 * at + 1] { programme.upper[at] } else { f64::INFINITY };
        simplex.set_bounds(at, lower, upper);
    };
    let restrict = |open: &mut [bool], simplex: &mut Simplex, used: &[Side]| {
        for side in &all {
            if open[key(side)] && !used.contains(side) {
                open[key(side)] = false;
                apply(simplex, open, side.at);
            }
        }
    };
    // Only what the first proof uses is of interest, if that is enough in itself.
    let first = support(converted, &simplex.proof());
    let before = open.clone();
    restrict(&mut open, &mut simplex, &first);
    if simplex.solve(limits, context)? != Outcome::Infeasible {
        open = before;
        for at in 0..programme.lower.len() {
            apply(&mut simplex, &open, at);
        }
    }
    let candidates: Vec<Side> = all.iter().filter(|side| open[key(side)]).copied().collect();
    let mut minimal = true;
    for (done, side) in candidates.iter().enumerate() {
        context.check()?;
        context.report(done, candidates.len());
        if !open[key(side)] {
            continue;
        }
        open[key(side)] = false;
        apply(&mut simplex, &open, side.at);
        match simplex.solve(limits, context)? {
            Outcome::Infeasible => {
                let used = support(converted, &simplex.proof());
                let kept = open.clone();
                restrict(&mut open, &mut simplex, &used);
                if open != kept && simplex.solve(limits, context)? != Outcome::Infeasible {
                    open = kept;
                    for at in 0..programme.lower.len() {
                        apply(&mut simplex, &open, at);
                    }
                }
            }
            other => {
                minimal &= other == Outcome::Optimal;
                open[key(side)] = true;
                apply(&mut simplex, &open, side.at);
            }
        }
    }
    let kept = all.into_iter().filter(|side| open[key(side)] && own(side)).collect();
    Ok((kept, minimal))
}

fn describe(converted: &Converted, sides: &[Side], needs_whole: bool, is_minimal: bool) -> LinearConflict {
    let inner = converted.programme.column_count();
    let list = |rows: bool, upper: bool| {
        let mut positions: Vec<i64> = sides
            .iter()
            .filter(|side| (side.at >= inner) == rows && side.is_upper == upper)
            .map(|side| (side.at - if rows { inner } else { 0 }) as i64)
            .collect();
        positions.sort_unstable();
        Ints::from(positions)
    };
    LinearConflict {
        row_upper: list(true, true),
        row_lower: list(true, false),
        column_upper: list(false, true),
        column_lower: list(false, false),
        needs_whole,
        is_minimal,
    }
}
