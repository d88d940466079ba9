//! A minimisation between two questions: what is asked, told, limited, saved.
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Instant;

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::desk::{Course, Desk, Given, Outcome, Run, SharedDesk, advance, open};
use super::methods;
use super::options::{Minimize, MinimizeMethod};
use super::record::{Record, Repeated, outcome};
use super::result::{MinimizeHistory, Minimum, Stage, StopReason};
use crate::Context;
use crate::data::{Matrix, Vector};
use crate::error::{Code, Error, Result, bail, ensure};
use crate::optimize::space::{Coordinates, Space};
use crate::store::{self, Stored};

/// A minimisation that asks for values: ask for candidates, tell what they are worth, until nothing more is asked.
///
/// It can be saved at any time and goes on after loading as if nothing had been, to the bit. What is saved is what was told:
/// the first question after loading takes as long as the method has thought so far, which matters for `bayesian` only.
/// Candidates depend on the seed and on what was told, not on time, threads or the order in which a batch is evaluated.
///
/// ```
/// use inlaid::optimize::{Minimize, Space};
/// let context = inlaid::Context::new();
/// let mut minimizer = Minimize::default().with_evaluations(500).start(&Space::cube(2, -5.0, 5.0), &context)?;
/// while let Some(candidates) = minimizer.ask(&context)? {
///     let values: Vec<f64> = candidates.rows().into_iter().map(|x| (x[0] - 1.0) * (x[0] - 1.0) + x[1] * x[1]).collect();
///     minimizer.tell_values(&values)?;
/// }
/// assert!(minimizer.result()?.value < 1e-9);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Debug)]
pub struct Minimizer {
    saved: Saved,
    coordinates: Arc<Coordinates>,
    options: Arc<Minimize>,
    pending: Option<Pending>,
    going: Option<Going>,
    began: Option<Instant>,
}

/// What makes a run: all else follows from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Saved {
    space: Space,
    options: Minimize,
    seed: u64,
    /// Candidates to evaluate first, row by row.
    starts: Vec<f64>,
    /// Candidates whose answers were given before the first question, row by row.
    given: Vec<f64>,
    given_answers: Vec<f64>,
    record: Record,
    stages: Vec<Stage>,
    reason: Option<StopReason>,
    seconds: f64,
}

/// A question without its answer.
#[derive(Debug)]
struct Pending {
    /// What the method asked, in coordinates.
    candidates: Matrix,
}

/// A method at work.
struct Going {
    desk: SharedDesk,
    course: Mutex<Course>,
}

impl std::fmt::Debug for Going {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Going").finish_non_exhaustive()
    }
}

impl Minimize {
    /// Begin to search `space`; the context gives the seed.
    ///
    /// # Errors
    /// `invalid_config` and `too_large` as [`Minimize::validate`], [`Space::validate`], and for a space that the method
    /// cannot search.
    pub fn start(&self, space: &Space, context: &Context) -> Result<Minimizer> {
        let saved = Saved {
            space: space.clone(),
            options: self.clone(),
            seed: context.seed(),
            starts: space.start().unwrap_or_default(),
            given: Vec::new(),
            given_answers: Vec::new(),
            record: Record::default(),
            stages: Vec::new(),
            reason: None,
            seconds: 0.0,
        };
        Minimizer::of(saved)
    }
}

impl Minimizer {
    fn of(saved: Saved) -> Result<Self> {
        saved.options.validate()?;
        let coordinates = saved.space.coordinates()?;
        saved.options.check_space(&coordinates)?;
        let (coordinates, options) = (Arc::new(coordinates), Arc::new(saved.options.clone()));
        Ok(Self { saved, coordinates, options, pending: None, going: None, began: None })
    }

    fn width(&self) -> usize {
        self.options.width(self.coordinates.len())
    }

    /// The space that is searched.
    #[must_use]
    pub fn space(&self) -> &Space {
        &self.saved.space
    }

    /// What it was told at the start.
    #[must_use]
    pub fn options(&self) -> &Minimize {
        &self.saved.options
    }

    /// How many evaluations were told.
    #[must_use]
    pub fn evaluations(&self) -> usize {
        self.saved.record.len(self.width())
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
        let limit = self.options.limit(self.coordinates.len());
        let count = limit.map_or(0.0, |limit| self.evaluations() as f64 / limit as f64);
        let time = self.options.seconds.map_or(0.0, |seconds| self.seconds() / seconds);
        count.max(time).min(1.0)
    }

    /// Whether the next question surely is found within a millisecond: few parameters and no Gaussian process.
    #[must_use]
    pub fn is_brief(&self) -> bool {
        let n = self.coordinates.len();
        let few = self.options.limit(n).is_some_and(|limit| limit < 20 * n);
        let modelled = match self.options.method {
            MinimizeMethod::Bayesian => true,
            MinimizeMethod::Auto => few,
            _ => false,
        };
        !modelled && n <= 20
    }

    fn seconds(&self) -> f64 {
        self.saved.seconds + self.began.map_or(0.0, |began| began.elapsed().as_secs_f64())
    }

    /// Candidates to evaluate first, `[candidate, parameter]`, instead of the parameters' starts. Before the first question.
    ///
    /// # Errors
    /// `invalid_data` for candidates that are not of the space, and once something was asked.
    pub fn suggest(&mut self, candidates: ArrayView2<'_, f64>) -> Result<()> {
        self.check_unasked()?;
        self.saved.space.check_candidates(candidates)?;
        self.saved.starts = candidates.iter().copied().collect();
        Ok(())
    }

    /// Candidates, `[candidate, parameter]`, whose answers are known already, `[candidate, 1 + constraints]`: a warm start.
    /// They do not count as evaluations and are not part of the result. Before the first question.
    ///
    /// # Errors
    /// `invalid_data` for candidates that are not of the space, answers that are not one row per candidate, and once
    /// something was asked.
    pub fn give(&mut self, candidates: ArrayView2<'_, f64>, answers: ArrayView2<'_, f64>) -> Result<()> {
        self.check_unasked()?;
        self.saved.space.check_candidates(candidates)?;
        self.check_answers(answers, candidates.nrows())?;
        self.saved.given.extend(candidates.iter());
        self.saved.given_answers.extend(answers.iter());
        Ok(())
    }

    fn check_unasked(&self) -> Result<()> {
        let unasked = self.saved.record.told.is_empty() && self.pending.is_none() && self.saved.reason.is_none();
        ensure!(unasked, InvalidData, "this must be told before the first question");
        Ok(())
    }

    fn check_answers(&self, answers: ArrayView2<'_, f64>, count: usize) -> Result<()> {
        let (rows, columns) = answers.dim();
        ensure!(rows == count, InvalidData, "{rows} answers for {count} candidates");
        let width = self.width();
        ensure!(
            columns == width,
            InvalidData,
            "answers of {columns} numbers; they need {width}: the value, {} inequalities, {} equalities and {} derivatives",
            self.options.inequalities,
            self.options.equalities,
            width - 1 - self.options.inequalities - self.options.equalities
        );
        Ok(())
    }

    /// The candidates whose answers must be told next, `[candidate, parameter]`; nothing once it has ended. Asking again
    /// before telling gives the same candidates.
    ///
    /// # Errors
    /// `cancelled`, after which it can be asked again. `incompatible` where a loaded run does not ask what it had asked: it
    /// was saved by another version, or on a machine whose arithmetic differs.
    pub fn ask(&mut self, context: &Context) -> Result<Option<Matrix>> {
        context.check()?;
        self.began.get_or_insert_with(Instant::now);
        if let Some(pending) = &self.pending {
            return Ok(Some(pending.candidates.clone()));
        }
        if self.saved.reason.is_none() {
            self.saved.reason = self.limit_reached();
        }
        if self.saved.reason.is_some() {
            self.going = None;
            return Ok(None);
        }
        let candidates = match self.next_starts() {
            Some(starts) => starts,
            None => match self.next(context) {
                Ok(Some(candidates)) => candidates,
                Ok(None) => return Ok(None),
                Err(error) => {
                    // The method may have stopped anywhere; it will be led back to here from what was told.
                    self.going = None;
                    return Err(error);
                }
            },
        };
        let candidates = Matrix::from(candidates);
        self.pending = Some(Pending { candidates: candidates.clone() });
        Ok(Some(candidates))
    }

    /// The candidates to evaluate before the method begins.
    fn next_starts(&self) -> Option<Array2<f64>> {
        let (done, columns) = (self.evaluations(), self.coordinates.len());
        let count = self.saved.starts.len() / columns;
        if done >= count {
            return None;
        }
        let until = (done + self.room()).min(count);
        let rows = self.saved.starts[done * columns..until * columns].to_vec();
        Array2::from_shape_vec((until - done, columns), rows).ok()
    }

    fn room(&self) -> usize {
        self.options.limit(self.coordinates.len()).map_or(usize::MAX, |limit| limit.saturating_sub(self.evaluations()))
    }

    /// What the method asks next, no more than evaluations are left.
    fn next(&mut self, context: &Context) -> Result<Option<Array2<f64>>> {
        if self.going.is_none() {
            self.lead(context)?;
        }
        let Some(going) = &mut self.going else { return Ok(None) };
        open(&going.desk).context = context.clone();
        let course = going.course.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        let state = advance(course);
        let stages = std::mem::take(&mut open(&going.desk).stages);
        let began = self.evaluations();
        self.saved.stages.extend(stages.into_iter().map(|name| Stage { name: name.to_owned(), began }));
        match state {
            Poll::Pending => Ok(Some(self.question())),
            Poll::Ready(Ok(())) => {
                let finite = self.saved.stages.last().is_some_and(|stage| stage.name == "grid");
                self.saved.reason = Some(if finite { StopReason::Exhausted } else { StopReason::Converged });
                self.going = None;
                Ok(None)
            }
            Poll::Ready(Err(error)) => Err(error),
        }
    }

    /// What lies on the desk, as candidates.
    fn question(&self) -> Array2<f64> {
        let columns = self.coordinates.len();
        let Some(going) = &self.going else { return Array2::zeros((0, columns)) };
        let desk = open(&going.desk);
        let rows = (desk.question.len() / columns).min(self.room());
        let mut candidates = vec![0.0; rows * columns];
        for (at, values) in desk.question.chunks_exact(columns).zip(candidates.chunks_exact_mut(columns)) {
            self.coordinates.decode(at, values);
        }
        Array2::from_shape_vec((rows, columns), candidates).unwrap_or_else(|_| Array2::zeros((0, columns)))
    }

    /// Begin the method, and lead it through what was told already.
    fn lead(&mut self, context: &Context) -> Result<()> {
        let (columns, width) = (self.coordinates.len(), self.width());
        let starts = (self.saved.starts.len() / columns).min(self.evaluations());
        let desk: SharedDesk = Arc::new(Mutex::new(Desk { context: context.clone(), ..Desk::default() }));
        open(&desk).told = starts;
        let known = self.known(starts);
        let run = |known, seed| {
            let (coordinates, options) = (Arc::clone(&self.coordinates), Arc::clone(&self.options));
            Run::new(Arc::clone(&desk), coordinates, options, known, seed)
        };
        let (method, mut repeats) = (run(known, self.saved.seed), run(Vec::new(), !self.saved.seed));
        repeats.budget = self.options.limit(columns);
        let course = Mutex::new(methods::begin(method, repeats));
        self.going = Some(Going { desk, course });
        let told = std::mem::take(&mut self.saved.record);
        let stages = std::mem::take(&mut self.saved.stages);
        let led = self.follow(&told, starts, width, context);
        let asked = std::mem::replace(&mut self.saved.record, told).asked;
        self.saved.stages = stages;
        led?;
        if self.saved.record.len(width) > starts {
            // Stages will be named again from here on only.
            ensure!(
                asked == self.saved.record.asked,
                Incompatible,
                "the run does not ask what it had asked: it was saved by another version, or on a machine whose arithmetic \
                 differs; start a new one with the best point as a suggestion"
            );
        }
        Ok(())
    }

    /// Answer what the method asks from `told`, whose first `starts` it does not ask.
    fn follow(&mut self, told: &Record, starts: usize, width: usize, context: &Context) -> Result<()> {
        let columns = self.coordinates.len();
        let count = told.len(width);
        let mut done = starts;
        self.saved.record.told = told.told[..starts * width].to_vec();
        while done < count {
            let Some(candidates) = self.next(context)? else { break };
            let rows = candidates.nrows().min(count - done);
            let flat: Vec<f64> = candidates.iter().copied().take(rows * columns).collect();
            self.saved.record.note(&flat);
            let answers = &told.told[done * width..(done + rows) * width];
            self.saved.record.told.extend_from_slice(answers);
            self.pass_on(answers);
            done += rows;
        }
        Ok(())
    }

    /// What is known before the method begins: what was given, and the first `starts` evaluations.
    fn known(&self, starts: usize) -> Vec<Given> {
        let (columns, width) = (self.coordinates.len(), self.width());
        let rows = self.saved.given.chunks_exact(columns).zip(self.saved.given_answers.chunks_exact(width));
        let first =
            self.saved.starts.chunks_exact(columns).zip(self.saved.record.told.chunks_exact(width)).take(starts);
        let point = |(candidate, answers): (&[f64], &[f64])| Given {
            point: self.coordinates.encode(candidate),
            outcome: outcome(answers, &self.options),
        };
        let mut known: Vec<Given> =
            rows.chain(first).map(point).filter(|given| given.outcome != Outcome::WORST).collect();
        known.sort_by(|a, b| a.outcome.order(&b.outcome));
        known
    }

    /// Tell the answers for the candidates that were asked for, `[candidate, 1 + constraints]`: the value, then the
    /// inequalities, then the equalities, then, with `gradient`, the partial derivatives. NaN or infinite numbers are a
    /// failed evaluation, which counts and is worse than any other.
    ///
    /// # Errors
    /// `invalid_data` for another shape, and if nothing was asked. The question then still waits.
    pub fn tell(&mut self, answers: ArrayView2<'_, f64>) -> Result<()> {
        let Some(pending) = &self.pending else { bail!(InvalidData, "answers were told, but nothing was asked") };
        self.check_answers(answers, pending.candidates.nrows())?;
        let Some(pending) = self.pending.take() else { return Ok(()) };
        let flat: Vec<f64> = answers.iter().copied().collect();
        let (columns, width) = (self.coordinates.len(), self.width());
        let (candidates, _) = pending.candidates.into_raw();
        if self.going.is_some() {
            self.saved.record.note(&candidates);
        }
        let repeating = self.going.as_ref().is_some_and(|going| open(&going.desk).repeating);
        for (candidate, row) in candidates.chunks_exact(columns).zip(flat.chunks_exact(width)) {
            let found = self.saved.record.push(candidate, row, &self.options);
            if repeating {
                self.saved.record.repeat(candidate, found);
            }
        }
        self.pass_on(&flat);
        Ok(())
    }

    /// [`tell`](Minimizer::tell) where the value is all there is to tell.
    ///
    /// # Errors
    /// As [`tell`](Minimizer::tell).
    pub fn tell_values(&mut self, values: &[f64]) -> Result<()> {
        let rows = ArrayView2::from_shape((values.len(), 1), values)
            .map_err(|error| Error::new(Code::Internal, "a column could not be viewed").with_source(error))?;
        self.tell(rows)
    }

    /// Lay answers on the desk of the method at work.
    fn pass_on(&mut self, flat: &[f64]) {
        let (width, count) = (self.width(), self.options.inequalities + self.options.equalities);
        let Some(going) = &self.going else { return };
        let mut desk = open(&going.desk);
        let desk = &mut *desk;
        let (sign, answers) = (if self.options.maximize { -1.0 } else { 1.0 }, &mut desk.answers);
        answers.outcomes.clear();
        answers.constraints.clear();
        answers.gradients.clear();
        for (row, at) in flat.chunks_exact(width).zip(desk.question.chunks_exact(self.coordinates.len())) {
            answers.outcomes.push(outcome(row, &self.options));
            answers.constraints.extend_from_slice(&row[1..1 + count]);
            let slopes = row[1 + count..].iter().zip(self.coordinates.axes.iter().zip(at));
            answers.gradients.extend(slopes.map(|(slope, (axis, at))| sign * slope * axis.slope(*at)));
        }
        desk.told += answers.outcomes.len();
        if self.options.noisy && !desk.repeating {
            desk.remember(self.coordinates.len());
        }
    }

    fn limit_reached(&self) -> Option<StopReason> {
        let (count, width) = (self.evaluations(), self.width());
        let best = self.saved.record.best_outcome(&self.options, width);
        let sign = if self.options.maximize { -1.0 } else { 1.0 };
        if best.violation == 0.0 && self.options.target.is_some_and(|target| best.value <= sign * target) {
            return Some(StopReason::Target);
        }
        if self.room() == 0 {
            return Some(StopReason::Evaluations);
        }
        let last = self.saved.record.improved.last().map_or(0, |last| *last as usize + 1);
        if self.options.stall.is_some_and(|stall| count - last >= stall) {
            return Some(StopReason::Stall);
        }
        self.options.seconds.filter(|seconds| self.seconds() >= *seconds).map(|_| StopReason::Seconds)
    }

    /// The best candidate so far and its value; none until an evaluation did not fail.
    #[must_use]
    pub fn best(&self) -> Option<(&[f64], f64)> {
        let record = &self.saved.record;
        let at = record.best_at * self.width();
        (!record.best.is_empty()).then(|| (record.best.as_slice(), record.told[at]))
    }

    /// What was found so far; also before the end.
    ///
    /// # Errors
    /// `not_enough_data` before the first evaluation; `did_not_converge` where all evaluations failed.
    pub fn result(&self) -> Result<Minimum> {
        let (record, width, count) = (&self.saved.record, self.width(), self.evaluations());
        ensure!(count > 0, NotEnoughData, "nothing was told yet");
        let history = self.history();
        let failed = history.values.iter().filter(|value| value.is_nan()).count();
        ensure!(
            !record.best.is_empty(),
            DidNotConverge,
            "all {count} evaluations failed: every value or constraint was NaN or infinite"
        );
        let best = record.best_outcome(&self.options, width);
        let sign = if self.options.maximize { -1.0 } else { 1.0 };
        let repeated = record.best_repeated();
        let violation = repeated.map_or(best.violation, |repeated| repeated.violation);
        Ok(Minimum {
            point: Vector::from(repeated.map_or(&record.best, |repeated| &repeated.candidate).clone()),
            value: repeated.map_or(record.told[record.best_at * width], |repeated| sign * repeated.mean()),
            violation,
            feasible: violation == 0.0,
            repeats: repeated.map_or(1, |repeated| repeated.count as usize),
            standard_error: repeated.and_then(Repeated::standard_error),
            evaluations: count,
            failed,
            seconds: self.seconds(),
            reason: self.saved.reason,
            stages: self.saved.stages.clone(),
            improved_at: record.improved.iter().map(|at| *at as i64).collect::<Vec<_>>().into(),
            history,
        })
    }

    /// How it went so far.
    #[must_use]
    pub fn history(&self) -> MinimizeHistory {
        let (record, width, count) = (&self.saved.record, self.width(), self.evaluations());
        let (mut values, mut violations) = (Vec::with_capacity(count), Vec::new());
        let (mut best, mut least) = (Vec::with_capacity(count), f64::INFINITY);
        let sign = if self.options.maximize { -1.0 } else { 1.0 };
        for at in 0..count {
            let found = record.outcome(at, &self.options, width);
            values.push(if found == Outcome::WORST { f64::NAN } else { sign * found.value });
            if width > 1 && !self.options.gradient {
                violations.push(found.violation.min(f64::MAX));
            }
            if found.violation == 0.0 {
                least = least.min(found.value);
            }
            best.push(if least == f64::INFINITY { f64::NAN } else { sign * least });
        }
        MinimizeHistory { values: values.into(), violations: violations.into(), best: best.into() }
    }

    /// The run as bytes: versioned, checksummed.
    ///
    /// # Errors
    /// As [`store::to_bytes`].
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        store::to_bytes(&self.to_save())
    }

    /// The run that [`to_bytes`](Minimizer::to_bytes) gave.
    ///
    /// # Errors
    /// As [`store::from_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::of(store::from_bytes(bytes)?)
    }

    /// Save the run to a file, which is replaced as a whole or not at all. A question without answer is asked again.
    ///
    /// # Errors
    /// As [`store::save`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        store::save(&self.to_save(), path)
    }

    /// The run in a file that [`save`](Minimizer::save) wrote.
    ///
    /// # Errors
    /// As [`store::load`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        Self::of(store::load(path)?)
    }

    fn to_save(&self) -> Saved {
        Saved { seconds: self.seconds(), ..self.saved.clone() }
    }
}

impl Stored for Saved {
    const KIND: &'static str = "optimize.Minimizer";
    const VERSION: u32 = 1;

    fn check(&self) -> Result<()> {
        self.options.validate()?;
        let coordinates = self.space.coordinates()?;
        self.options.check_space(&coordinates)?;
        let (columns, width) = (coordinates.len(), self.options.width(coordinates.len()));
        self.record.check(width, columns)?;
        for (name, rows) in [("starts", &self.starts), ("given", &self.given)] {
            let candidates = ArrayView2::from_shape((rows.len() / columns, columns), rows)
                .map_err(|_| Error::new(Code::InvalidData, format!("{name} is no whole number of candidates")))?;
            self.space.check_candidates(candidates)?;
        }
        if !self.record.best.is_empty() {
            let best = ArrayView2::from_shape((1, columns), &self.record.best);
            let best = best.map_err(|_| Error::new(Code::InvalidData, "the best candidate is none"))?;
            self.space.check_candidates(best)?;
        }
        let given = self.given_answers.len() / width * columns == self.given.len();
        ensure!(
            given && self.given_answers.len().is_multiple_of(width),
            InvalidData,
            "answers given for no candidates"
        );
        let time = self.seconds.is_finite() && self.seconds >= 0.0;
        ensure!(time, InvalidData, "{} seconds", self.seconds);
        let limit = self.options.limit(columns);
        ensure!(limit.is_none_or(|limit| self.record.len(width) <= limit), InvalidData, "more answers than allowed");
        Ok(())
    }
}
