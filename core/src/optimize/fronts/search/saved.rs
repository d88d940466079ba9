//! What makes a search for a front: all else follows from it.
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::directions;
use super::moead::Owner;
use super::nsga3::Frame;
use super::options::{FrontMethod, MinimizeFront};
use super::population::Population;
use crate::error::{Code, Error, Result, ensure};
use crate::optimize::minimize::StopReason;
use crate::optimize::space::Space;
use crate::store::Stored;

/// How it went, one entry per generation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Course {
    pub(super) evaluations: Vec<u64>,
    pub(super) sizes: Vec<u64>,
    pub(super) violations: Vec<f64>,
    pub(super) hypervolumes: Vec<f64>,
}

/// A search between two questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Saved {
    pub(super) space: Space,
    pub(super) options: MinimizeFront,
    pub(super) seed: u64,
    /// Candidates to evaluate first, row by row.
    pub(super) starts: Vec<f64>,
    /// The survivors; before the first generation what was given.
    pub(super) population: Population,
    /// The front of each survivor and how far it is from others, where the method asks for it.
    pub(super) ranks: Vec<u32>,
    pub(super) spreads: Vec<f64>,
    /// Children whose worth was told but who have not been selected yet.
    pub(super) told: Population,
    /// For whom each of those was made.
    pub(super) owners: Vec<Owner>,
    pub(super) frame: Frame,
    pub(super) generation: u64,
    pub(super) evaluations: u64,
    pub(super) failed: u64,
    pub(super) course: Course,
    pub(super) reason: Option<StopReason>,
    pub(super) seconds: f64,
}

/// The layers of directions of a run; empty for a method without any.
pub(super) fn partitions(options: &MinimizeFront) -> Vec<usize> {
    if options.method() == FrontMethod::Nsga2 {
        return Vec::new();
    }
    if options.partitions.is_empty() {
        return directions::fitting(options.objectives, options.population());
    }
    options.partitions.clone()
}

/// How many survive a generation.
pub(super) fn survivors(options: &MinimizeFront) -> Result<usize> {
    let layers = partitions(options);
    let directions = if layers.is_empty() { 0 } else { directions::count(options.objectives, &layers)? };
    Ok(match options.method() {
        FrontMethod::Moead => directions,
        FrontMethod::Nsga3 => directions.max(options.population.unwrap_or(4)),
        _ => options.population(),
    })
}

impl Stored for Saved {
    const KIND: &'static str = "optimize.FrontMinimizer";
    const VERSION: u32 = 1;

    fn check(&self) -> Result<()> {
        self.options.validate()?;
        let coordinates = self.space.coordinates()?;
        self.options.check_space(&coordinates)?;
        let (columns, objectives) = (coordinates.len(), self.options.objectives);
        self.population.check(columns, objectives)?;
        self.told.check(columns, objectives)?;
        let rows =
            [("starts", &self.starts), ("survivors", &self.population.candidates), ("children", &self.told.candidates)];
        for (name, flat) in rows {
            let candidates = ArrayView2::from_shape((flat.len() / columns, columns), flat)
                .map_err(|_| Error::new(Code::InvalidData, format!("{name} are no whole number of candidates")))?;
            self.space.check_candidates(candidates)?;
        }
        let survivors = survivors(&self.options)?;
        let (count, method) = (self.population.len(), self.options.method());
        if self.generation > 0 {
            ensure!(count > 0 && count <= survivors, InvalidData, "{count} survivors of at most {survivors}");
            let whole = method != FrontMethod::Moead || count == survivors || self.told.len() == 0;
            ensure!(whole, InvalidData, "{count} survivors for {survivors} directions");
        }
        let ranked = if method == FrontMethod::Nsga2 && self.generation > 0 { count } else { 0 };
        let fits = self.ranks.len() == ranked && self.spreads.len() == ranked;
        ensure!(fits, InvalidData, "{} ranks and {} spreads of {ranked}", self.ranks.len(), self.spreads.len());
        let owned = self.owners.iter().all(|(owner, _)| (*owner as usize) < survivors)
            && (self.owners.is_empty() || self.owners.len() == self.told.len());
        ensure!(owned, InvalidData, "children of nobody");
        for (name, numbers, most) in [
            ("ideal point", &self.frame.ideal, objectives),
            ("extreme points", &self.frame.extremes, objectives * objectives),
        ] {
            let whole = numbers.is_empty() || numbers.len() == most;
            ensure!(whole && numbers.iter().all(|x| x.is_finite()), InvalidData, "an {name} that is none");
        }
        self.check_course()
    }
}

impl Saved {
    fn check_course(&self) -> Result<()> {
        let course = &self.course;
        let count = self.generation as usize;
        let measured = if self.options.hypervolume_reference.is_empty() { 0 } else { count };
        let whole = course.evaluations.len() == count
            && course.sizes.len() == count
            && course.violations.len() == count
            && course.hypervolumes.len() == measured;
        ensure!(whole, InvalidData, "a history of another length than {count}");
        let told = self.evaluations;
        ensure!(self.failed <= told, InvalidData, "{} of {told} evaluations failed", self.failed);
        ensure!(self.seconds.is_finite() && self.seconds >= 0.0, InvalidData, "{} seconds", self.seconds);
        Ok(())
    }
}
