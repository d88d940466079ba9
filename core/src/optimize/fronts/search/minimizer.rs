//! A search for a front between two questions: what is asked, told, limited, saved.
use std::path::Path;
use std::time::Instant;

use ndarray::{Array2, ArrayView2};

use super::directions::reference_directions;
use super::moead::{self, Owner, Problems};
use super::nsga2::{self, Tournaments};
use super::nsga3::{self, Frame};
use super::options::{FrontMethod, MinimizeFront};
use super::population::Population;
use super::result::{Front, FrontHistory, FrontPopulation};
use super::saved::{Course, Saved, partitions, survivors};
use super::variation::{Children, Desk, Variation};
use crate::Context;
use crate::data::{Ints, Matrix};
use crate::error::{Code, Error, Result, bail, ensure};
use crate::math::random::Random;
use crate::optimize::fronts::volume;
use crate::optimize::minimize::StopReason;
use crate::optimize::space::{Coordinates, Space};
use crate::store;

/// A search for a front that asks for values: ask for candidates, tell what they are worth, until nothing more is asked.
///
/// Each question is a generation. It can be saved at any time and goes on after loading as if nothing had been, to the bit.
/// Candidates depend on the seed and on what was told, not on time, threads or the order in which they are evaluated.
///
/// ```
/// use inlaid::optimize::{MinimizeFront, Space};
/// let context = inlaid::Context::new();
/// let options = MinimizeFront::default().with_evaluations(2000);
/// let mut minimizer = options.start(&Space::cube(2, 0.0, 1.0), &context)?;
/// while let Some(candidates) = minimizer.ask(&context)? {
///     let mut answers = inlaid::ndarray::Array2::zeros((candidates.nrows(), 2));
///     for (x, mut f) in candidates.rows().into_iter().zip(answers.rows_mut()) {
///         (f[0], f[1]) = (x[0], (1.0 + x[1]) / (0.1 + x[0]));
///     }
///     minimizer.tell(answers.view())?;
/// }
/// let front = minimizer.result()?;
/// assert!(front.feasible && front.candidates.column(1).iter().all(|x| *x < 0.05));
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Debug)]
pub struct FrontMinimizer {
    saved: Saved,
    coordinates: Coordinates,
    /// `[direction, objective]`; empty for a method without directions.
    directions: Vec<f64>,
    neighbourhoods: Vec<u32>,
    survivors: usize,
    pending: Option<Pending>,
    desk: Desk,
    began: Option<Instant>,
}

/// A question without its answer.
#[derive(Debug)]
struct Pending {
    children: Children,
    owners: Vec<Owner>,
}

impl MinimizeFront {
    /// Begin to search `space`; the context gives the seed.
    ///
    /// # Errors
    /// `invalid_config` and `too_large` as [`MinimizeFront::validate`] and [`Space::validate`]; `invalid_config` for a
    /// parameter without bounds.
    pub fn start(&self, space: &Space, context: &Context) -> Result<FrontMinimizer> {
        FrontMinimizer::of(Saved {
            space: space.clone(),
            options: self.clone(),
            seed: context.seed(),
            starts: space.start().unwrap_or_default(),
            population: Population::default(),
            ranks: Vec::new(),
            spreads: Vec::new(),
            told: Population::default(),
            owners: Vec::new(),
            frame: Frame::default(),
            generation: 0,
            evaluations: 0,
            failed: 0,
            course: Course::default(),
            reason: None,
            seconds: 0.0,
        })
    }
}

impl FrontMinimizer {
    fn of(saved: Saved) -> Result<Self> {
        saved.options.validate()?;
        let coordinates = saved.space.coordinates()?;
        saved.options.check_space(&coordinates)?;
        let layers = partitions(&saved.options);
        let objectives = saved.options.objectives;
        let directions =
            if layers.is_empty() { Vec::new() } else { reference_directions(objectives, &layers)?.into_raw().0 };
        let neighbourhoods = if saved.options.method() == FrontMethod::Moead {
            moead::neighbourhoods(&directions, objectives, saved.options.neighbours)
        } else {
            Vec::new()
        };
        let survivors = survivors(&saved.options)?;
        let desk = Desk::of(&coordinates);
        Ok(Self { saved, coordinates, directions, neighbourhoods, survivors, pending: None, desk, began: None })
    }

    /// The space that is searched.
    #[must_use]
    pub fn space(&self) -> &Space {
        &self.saved.space
    }

    /// What it was told at the start.
    #[must_use]
    pub fn options(&self) -> &MinimizeFront {
        &self.saved.options
    }

    /// How many evaluations were told.
    #[must_use]
    pub fn evaluations(&self) -> usize {
        self.saved.evaluations as usize
    }

    /// Why it ended; none while it goes on.
    #[must_use]
    pub fn finished(&self) -> Option<StopReason> {
        self.saved.reason
    }

    /// How much is done, 0 to 1, as far as limits of evaluations and time tell.
    #[must_use]
    pub fn progress(&self) -> f64 {
        if self.saved.reason.is_some() {
            return 1.0;
        }
        let limit = self.saved.options.limit(self.survivors);
        let count = limit.map_or(0.0, |limit| self.evaluations() as f64 / limit as f64);
        let time = self.saved.options.seconds.map_or(0.0, |seconds| self.seconds() / seconds);
        count.max(time).min(1.0)
    }

    fn seconds(&self) -> f64 {
        self.saved.seconds + self.began.map_or(0.0, |began| began.elapsed().as_secs_f64())
    }

    /// Candidates to evaluate first, `[candidate, parameter]`, at most as many as the population holds, instead of the
    /// parameters' starts. Before the first question.
    ///
    /// # Errors
    /// `invalid_data` for candidates that are not of the space or too many, and once something was asked.
    pub fn suggest(&mut self, candidates: ArrayView2<'_, f64>) -> Result<()> {
        self.check_unasked()?;
        self.saved.space.check_candidates(candidates)?;
        let (rows, most) = (candidates.nrows(), self.survivors);
        ensure!(rows <= most, InvalidData, "{rows} suggestions for a population of {most}");
        self.saved.starts = candidates.iter().copied().collect();
        Ok(())
    }

    /// Candidates, `[candidate, parameter]`, whose answers are known already, `[candidate, objective + constraint]`: a warm
    /// start. They take part as if they had been asked for, but do not count as evaluations. Before the first question.
    ///
    /// # Errors
    /// `invalid_data` for candidates that are not of the space, answers that are not one row per candidate, and once
    /// something was asked.
    pub fn give(&mut self, candidates: ArrayView2<'_, f64>, answers: ArrayView2<'_, f64>) -> Result<()> {
        self.check_unasked()?;
        self.saved.space.check_candidates(candidates)?;
        self.check_answers(answers.dim(), candidates.nrows())?;
        for (candidate, answer) in candidates.rows().into_iter().zip(answers.rows()) {
            let candidate = candidate.to_vec();
            let point = self.coordinates.encode(&candidate);
            self.saved.population.push(&candidate, &point, &answer.to_vec(), &self.saved.options);
        }
        Ok(())
    }

    fn check_unasked(&self) -> Result<()> {
        let saved = &self.saved;
        let unasked =
            saved.generation == 0 && saved.told.len() == 0 && self.pending.is_none() && saved.reason.is_none();
        ensure!(unasked, InvalidData, "this must be told before the first question");
        Ok(())
    }

    fn check_answers(&self, (rows, columns): (usize, usize), count: usize) -> Result<()> {
        ensure!(rows == count, InvalidData, "{rows} answers for {count} candidates");
        let options = &self.saved.options;
        ensure!(
            columns == options.width(),
            InvalidData,
            "answers of {columns} numbers; they need {}: {} objectives, {} inequalities and {} equalities",
            options.width(),
            options.objectives,
            options.inequalities,
            options.equalities
        );
        Ok(())
    }

    /// The candidates whose answers must be told next, `[candidate, parameter]`; nothing once it has ended. Asking again
    /// before telling gives the same candidates.
    ///
    /// # Errors
    /// `cancelled`, after which it can be asked again.
    pub fn ask(&mut self, context: &Context) -> Result<Option<Matrix>> {
        context.check()?;
        self.began.get_or_insert_with(Instant::now);
        if self.pending.is_none() {
            let pending = loop {
                if self.saved.told.len() > 0 {
                    self.select(context)?;
                }
                if self.saved.reason.is_none() {
                    self.saved.reason = self.limit_reached();
                }
                if self.saved.reason.is_some() {
                    return Ok(None);
                }
                let pending = self.next();
                if !pending.children.points.is_empty() {
                    break pending;
                }
                if self.saved.generation > 0 {
                    self.saved.reason = Some(StopReason::Exhausted);
                } else {
                    // Everything is given already.
                    self.select(context)?;
                }
            };
            self.pending = Some(pending);
        }
        let columns = self.coordinates.len();
        let flat = self.pending.as_ref().map_or(&[][..], |pending| &pending.children.candidates).to_vec();
        let candidates = Array2::from_shape_vec((flat.len() / columns, columns), flat)
            .map_err(|error| Error::new(Code::Internal, "a question is torn; please report this").with_source(error))?;
        Ok(Some(candidates.into()))
    }

    fn limit_reached(&self) -> Option<StopReason> {
        let options = &self.saved.options;
        if options.limit(self.survivors).is_some_and(|limit| self.evaluations() >= limit) {
            return Some(StopReason::Evaluations);
        }
        options.seconds.filter(|seconds| self.seconds() >= *seconds).map(|_| StopReason::Seconds)
    }

    /// The random numbers of one part of this generation, so that nothing but the generation needs to be saved.
    fn random(&self, part: u64) -> Random {
        let stream = (2 * self.saved.generation + part).wrapping_mul(0xd134_2543_de82_ef95);
        Random::new(self.saved.seed ^ stream)
    }

    /// The children of this generation, no more than evaluations are left.
    fn next(&mut self) -> Pending {
        let mut desk = std::mem::take(&mut self.desk);
        let pending = self.next_on(&mut desk);
        self.desk = desk;
        pending
    }

    fn next_on(&self, desk: &mut Desk) -> Pending {
        let (saved, columns) = (&self.saved, self.coordinates.len());
        let options = &saved.options;
        let left = options.limit(self.survivors).map_or(usize::MAX, |limit| limit - self.evaluations());
        let mut random = self.random(0);
        let mut owners = Vec::new();
        let mut children = if saved.generation == 0 {
            self.first(desk, &mut random)
        } else {
            let parents = &saved.population;
            let mut variation = Variation::new(&self.coordinates, options, parents, desk);
            let count = self.survivors;
            match options.method() {
                FrontMethod::Moead => {
                    let (pairs, all) = moead::mates(&self.neighbourhoods, count, parents.len(), options, &mut random);
                    let (children, kept) = variation.one_each(parents, &pairs, &mut random);
                    owners = kept.into_iter().map(|pair| all[pair]).collect();
                    children
                }
                FrontMethod::Nsga3 => {
                    let mut tournaments = Tournaments::of_violations(&parents.violations);
                    variation.children(parents, count, &mut random, |random| {
                        (tournaments.winner(random), tournaments.winner(random))
                    })
                }
                _ => {
                    let mut tournaments = Tournaments::new(&saved.ranks, &saved.spreads);
                    variation.children(parents, count, &mut random, |random| {
                        (tournaments.winner(random), tournaments.winner(random))
                    })
                }
            }
        };
        children.points.truncate(left.saturating_mul(columns));
        children.candidates.truncate(left.saturating_mul(columns));
        owners.truncate(children.points.len() / columns);
        Pending { children, owners }
    }

    /// The candidates at the start: those suggested, then spread over the space.
    fn first(&self, desk: &mut Desk, random: &mut Random) -> Children {
        let (saved, columns) = (&self.saved, self.coordinates.len());
        let mut known = Population::default();
        known.candidates.extend_from_slice(&saved.population.candidates);
        known.candidates.extend_from_slice(&saved.starts);
        known.violations.resize(known.candidates.len() / columns, 0.0);
        let missing = self.survivors.saturating_sub(known.len());
        let mut children = Children::default();
        for start in saved.starts.chunks_exact(columns) {
            children.candidates.extend_from_slice(start);
            children.points.extend(self.coordinates.encode(start));
        }
        let more = Variation::new(&self.coordinates, &saved.options, &known, desk).first(missing, random);
        children.candidates.extend(more.candidates);
        children.points.extend(more.points);
        children
    }

    /// Tell the answers for the candidates that were asked for, `[candidate, objective + constraint]`: the objectives, then
    /// the inequalities, then the equalities. NaN or infinite numbers are a failed evaluation, which counts and is worse than
    /// any other.
    ///
    /// # Errors
    /// `invalid_data` for another shape, and if nothing was asked. The question then still waits.
    pub fn tell(&mut self, answers: ArrayView2<'_, f64>) -> Result<()> {
        let Some(pending) = &self.pending else { bail!(InvalidData, "answers were told, but nothing was asked") };
        self.check_answers(answers.dim(), pending.children.points.len() / self.coordinates.len())?;
        match answers.to_slice() {
            Some(flat) => self.tell_flat(flat),
            None => self.tell_flat(&answers.iter().copied().collect::<Vec<f64>>()),
        }
    }

    /// [`tell`](FrontMinimizer::tell) row by row, of the right length.
    pub(super) fn tell_flat(&mut self, answers: &[f64]) -> Result<()> {
        let Some(pending) = self.pending.take() else { return Ok(()) };
        let (columns, width) = (self.coordinates.len(), self.saved.options.width());
        let saved = &mut self.saved;
        let Children { points, candidates } = pending.children;
        let rows = points.len() / columns;
        for answer in answers.chunks_exact(width).take(rows) {
            saved.failed += u64::from(!saved.told.push_worth(answer, &saved.options));
        }
        (saved.told.points, saved.told.candidates) = (points, candidates);
        saved.evaluations += saved.told.len() as u64;
        saved.owners = pending.owners;
        Ok(())
    }

    /// Choose who survives among survivors and children.
    fn select(&mut self, context: &Context) -> Result<()> {
        let (saved, columns) = (&self.saved, self.coordinates.len());
        let (options, objectives) = (&saved.options, saved.options.objectives);
        let mut random = self.random(1);
        let (mut ranks, mut spreads, mut frame) = (Vec::new(), Vec::new(), saved.frame.clone());
        let population = if options.method() == FrontMethod::Moead {
            let (population, ideal) = self.share(&mut random, context)?;
            frame.ideal = if ideal.iter().all(|x| x.is_finite()) { ideal } else { Vec::new() };
            population
        } else {
            let all = saved.population.worths(&saved.told);
            let count = self.survivors;
            let members = if options.method() == FrontMethod::Nsga3 {
                let (members, seen) =
                    nsga3::survive(&all, &self.directions, &frame, objectives, count, &mut random, context)?;
                frame = seen;
                members
            } else {
                let chosen = nsga2::survive(&all, objectives, count, options.spread, context)?;
                (ranks, spreads) = (chosen.ranks, chosen.spreads);
                chosen.members
            };
            saved.population.select(&saved.told, &members, columns, objectives)
        };
        let size = if ranks.is_empty() {
            population.fronts(objectives, context)?.first().map_or(0, Vec::len)
        } else {
            ranks.iter().filter(|rank| **rank == 0).count()
        };
        let volume = self.measure(&population, context)?;
        let least = population.violations.iter().copied().fold(f64::INFINITY, f64::min);
        let saved = &mut self.saved;
        saved.course.evaluations.push(saved.evaluations);
        saved.course.sizes.push(if least == 0.0 { size as u64 } else { 0 });
        saved.course.violations.push(if least.is_finite() { least } else { f64::NAN });
        saved.course.hypervolumes.extend(volume);
        (saved.population, saved.ranks, saved.spreads, saved.frame) = (population, ranks, spreads, frame);
        saved.told = Population::default();
        saved.owners.clear();
        saved.generation += 1;
        Ok(())
    }

    /// Let the children of MOEA/D take their places.
    fn share(&self, random: &mut Random, context: &Context) -> Result<(Population, Vec<f64>)> {
        let (saved, columns) = (&self.saved, self.coordinates.len());
        let objectives = saved.options.objectives;
        let ideal = &saved.frame.ideal;
        let mut population = saved.population.clone();
        let mut children = saved.told.clone();
        if saved.generation == 0 {
            // Each direction takes the best for it of what is left; the rest competes with those.
            population.append(&children);
            let problems = Problems::new(&self.directions, &saved.options, ideal, &population, context)?;
            let (here, beyond) = problems.assign(&population, self.survivors, context)?;
            let none = Population::default();
            children = population.select(&none, &beyond, columns, objectives);
            population = population.select(&none, &here, columns, objectives);
        }
        let mut problems = Problems::new(&self.directions, &saved.options, ideal, &population, context)?;
        let size = self.neighbourhoods.len() / self.survivors;
        let mut pool = Vec::new();
        for at in 0..children.len() {
            if at % 64 == 0 {
                context.check()?;
            }
            let (owner, near) = saved.owners.get(at).copied().unwrap_or((0, false));
            pool.clear();
            if near {
                let start = owner as usize * size;
                pool.extend(
                    self.neighbourhoods[start..start + size].iter().filter(|by| (**by as usize) < population.len()),
                );
            } else {
                pool.extend(0..population.len() as u32);
            }
            problems.place(&mut population, &children, at, &mut pool, random);
        }
        Ok((population, problems.into_ideal()))
    }

    /// The hypervolume of the feasible members, if it is asked for.
    fn measure(&self, population: &Population, context: &Context) -> Result<Option<f64>> {
        let options = &self.saved.options;
        if options.hypervolume_reference.is_empty() {
            return Ok(None);
        }
        let reference: Vec<f64> =
            options.hypervolume_reference.iter().enumerate().map(|(at, bound)| options.sign(at) * bound).collect();
        let inside = (0..population.len())
            .filter(|at| population.violations[*at] == 0.0)
            .map(|at| population.worth(at, options.objectives))
            .filter(|worth| worth.iter().zip(&reference).all(|(value, bound)| value < bound));
        let rows: Vec<f64> = inside.flatten().copied().collect();
        volume::volume(&rows, &reference, context).map(Some)
    }

    /// What was found so far; also before the end.
    ///
    /// # Errors
    /// `not_enough_data` before the first answers; `did_not_converge` where all evaluations failed.
    pub fn result(&self) -> Result<Front> {
        let (saved, columns) = (&self.saved, self.coordinates.len());
        let (options, objectives) = (&saved.options, saved.options.objectives);
        let mut all = saved.population.clone();
        all.append(&saved.told);
        ensure!(all.len() > 0, NotEnoughData, "nothing was told yet");
        let fronts = all.fronts(objectives, &Context::new())?;
        let mut first = fronts.first().cloned().unwrap_or_default();
        let least = first.first().map_or(f64::INFINITY, |at| all.violations[*at as usize]);
        ensure!(
            least.is_finite(),
            DidNotConverge,
            "all {} evaluations failed: an objective or a constraint was NaN or infinite",
            saved.evaluations
        );
        let worth = |at: &u32| all.worth(*at as usize, objectives);
        first.sort_by(|a, b| crate::optimize::fronts::ranking::compare(worth(a), worth(b)).then(a.cmp(b)));
        let front = all.select(&Population::default(), &first, columns, objectives);
        let mut ranks = vec![0_i64; all.len()];
        for (rank, front) in fronts.iter().enumerate() {
            for at in front {
                ranks[*at as usize] = rank as i64;
            }
        }
        let course = &saved.course;
        let history = FrontHistory {
            evaluations: ints(&course.evaluations),
            sizes: ints(&course.sizes),
            violations: course.violations.clone().into(),
            hypervolumes: course.hypervolumes.clone().into(),
        };
        Ok(Front {
            candidates: matrix(front.candidates.clone(), columns),
            objectives: as_told(&front, options),
            violations: front.violations.clone().into(),
            feasible: least == 0.0,
            maximize: options.maximize.clone(),
            population: FrontPopulation {
                candidates: matrix(all.candidates.clone(), columns),
                objectives: as_told(&all, options),
                violations: all
                    .violations
                    .iter()
                    .map(|v| if v.is_finite() { *v } else { f64::NAN })
                    .collect::<Vec<_>>()
                    .into(),
                ranks: ranks.into(),
            },
            evaluations: self.evaluations(),
            failed: saved.failed as usize,
            generations: saved.generation as usize,
            seconds: self.seconds(),
            reason: saved.reason,
            history,
        })
    }

    /// The search as bytes: versioned, checksummed.
    ///
    /// # Errors
    /// As [`store::to_bytes`].
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        store::to_bytes(&self.to_save())
    }

    /// The search that [`to_bytes`](FrontMinimizer::to_bytes) gave.
    ///
    /// # Errors
    /// As [`store::from_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::of(store::from_bytes(bytes)?)
    }

    /// Save the search to a file, which is replaced as a whole or not at all. A question without answer is asked again.
    ///
    /// # Errors
    /// As [`store::save`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        store::save(&self.to_save(), path)
    }

    /// The search in a file that [`save`](FrontMinimizer::save) wrote.
    ///
    /// # Errors
    /// As [`store::load`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        Self::of(store::load(path)?)
    }

    pub(super) fn to_save(&self) -> Saved {
        Saved { seconds: self.seconds(), ..self.saved.clone() }
    }
}

fn matrix(flat: Vec<f64>, columns: usize) -> Matrix {
    let rows = flat.len() / columns;
    Array2::from_shape_vec((rows, columns), flat).unwrap_or_else(|_| Array2::zeros((0, columns))).into()
}

/// The objectives with the signs they were told with; NaN where the evaluation failed.
fn as_told(population: &Population, options: &MinimizeFront) -> Matrix {
    let told = population.objectives.chunks_exact(options.objectives).flat_map(|row| {
        row.iter().enumerate().map(|(at, value)| if value.is_finite() { options.sign(at) * value } else { f64::NAN })
    });
    matrix(told.collect(), options.objectives)
}

fn ints(counts: &[u64]) -> Ints {
    counts.iter().map(|count| *count as i64).collect::<Vec<_>>().into()
}
