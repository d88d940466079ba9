//! Where a method and its driver meet: the method leaves questions and waits, the driver brings the answers.
//!
//! A method is an `async` function that reads like its paper: where the paper evaluates, the function waits for
//! [`Run::evaluate`]. What the compiler makes of it is the state between two questions, which the driver polls by hand; no
//! executor and no thread is involved. Since a method is deterministic, the answers told so far are its saved form.
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use super::lagrangian::Lagrangian;
use super::options::Minimize;
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;
use crate::optimize::space::{Axis, Coordinates};

/// What was told of one point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Outcome {
    /// The value to be made small; infinite where the evaluation failed.
    pub(super) value: f64,
    /// By how much constraints are violated, 0 where none is.
    pub(super) violation: f64,
}

impl Outcome {
    /// Worse than any other.
    pub(super) const WORST: Self = Self { value: f64::INFINITY, violation: f64::INFINITY };

    /// Whether it is better: feasible before infeasible, then by value or by violation (Deb, 2000).
    pub(super) fn beats(&self, other: &Self) -> bool {
        self.order(other).is_lt()
    }

    /// The better one first.
    pub(super) fn order(&self, other: &Self) -> std::cmp::Ordering {
        let (mine, theirs) = (self.violation, other.violation);
        mine.total_cmp(&theirs).then(self.value.total_cmp(&other.value))
    }
}

/// What is told of several points, one entry per point.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    /// Value and violation.
    pub(super) outcomes: Vec<Outcome>,
    /// The constraints' values, `[point, constraint]`, inequalities first.
    pub(super) constraints: Vec<f64>,
    /// Partial derivatives by coordinate, `[point, parameter]`, where they are told.
    pub(super) gradients: Vec<f64>,
}

/// With noise, this part of the evaluations repeats the best candidates.
pub(super) const REPEATED: usize = 5;

/// What lies between method and driver.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// The points asked for, row by row.
    pub(super) question: Vec<f64>,
    /// What was told of them.
    pub(super) answers: Answers,
    /// Names of the stages entered since the driver last looked.
    pub(super) stages: Vec<&'static str>,
    /// The context of the running call.
    pub(super) context: Context,
    /// Evaluations told so far.
    pub(super) told: usize,
    /// Numbers per point.
    pub(super) columns: usize,
    /// Whether candidates are being repeated, to judge them by their means.
    pub(super) repeating: bool,
    /// With noise, the points that looked best, better ones first.
    pub(super) promising: Vec<Given>,
}

/// Points that are kept as promising.
const PROMISING: usize = 12;

impl Desk {
    /// Keep the points of the question that look best.
    pub(super) fn remember(&mut self, dimensions: usize) {
        for (point, outcome) in self.question.chunks_exact(dimensions).zip(&self.answers.outcomes) {
            let rank = self.promising.partition_point(|known| known.outcome.beats(outcome));
            if rank < PROMISING && *outcome != Outcome::WORST {
                self.promising.insert(rank, Given { point: point.to_vec(), outcome: *outcome });
                self.promising.truncate(PROMISING);
            }
        }
    }
}

/// The desk, shared by both.
pub(super) type SharedDesk = Arc<Mutex<Desk>>;

/// Nobody can leave the desk half written, so a panic elsewhere does not spoil it.
pub(super) fn open(desk: &SharedDesk) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A point that was evaluated before the method began, better ones first.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Given {
    pub(super) point: Vec<f64>,
    pub(super) outcome: Outcome,
}

/// What a method may use.
#[derive(Debug)]
pub(super) struct Run {
    desk: SharedDesk,
    /// The space as coordinates.
    pub(super) space: Arc<Coordinates>,
    /// What the caller set.
    pub(super) options: Arc<Minimize>,
    /// Points that are known from the start, better ones first.
    pub(super) given: Vec<Given>,
    /// The method's random numbers.
    pub(super) random: Random,
    /// What was told of the last question.
    pub(super) answers: Answers,
    /// How constraints become part of the value, for methods that know none.
    pub(super) lagrangian: Lagrangian,
    /// The evaluations that a method may plan with, if they are limited.
    pub(super) budget: Option<usize>,
    /// Evaluations so far, with those before the method began.
    pub(super) used: usize,
    /// The best point seen by the method or given, and its outcome; the start until an evaluation did not fail.
    pub(super) best: Given,
    /// What the best point was worth when it was found, with constraints as the Lagrangian then saw them.
    pub(super) best_merit: f64,
}

impl Run {
    pub(super) fn new(
        desk: SharedDesk,
        space: Arc<Coordinates>,
        options: Arc<Minimize>,
        given: Vec<Given>,
        seed: u64,
    ) -> Self {
        let start = || Given { point: start(&space), outcome: Outcome::WORST };
        let best = given.first().cloned().unwrap_or_else(start);
        let lagrangian = Lagrangian::new(options.inequalities, options.equalities);
        let (random, answers) = (Random::new(seed), Answers::default());
        let best_merit = best.outcome.value;
        let limit = options.limit(space.len());
        let budget = if options.noisy { limit.map(|limit| limit - limit / REPEATED) } else { limit };
        let used = open(&desk).told;
        open(&desk).columns = space.len();
        Self { desk, space, options, given, random, answers, lagrangian, budget, used, best, best_merit }
    }

    /// How many parameters there are.
    pub(super) fn dimensions(&self) -> usize {
        self.space.len()
    }

    /// Evaluations left; the largest number without a limit.
    pub(super) fn left(&self) -> usize {
        self.budget.map_or(usize::MAX, |budget| budget.saturating_sub(self.used))
    }

    /// Whether the caller asked to stop.
    pub(super) fn check(&self) -> Result<()> {
        open(&self.desk).context.check()
    }

    /// The context of the running call.
    pub(super) fn context(&self) -> Context {
        open(&self.desk).context.clone()
    }

    /// The desk.
    pub(super) fn desk(&self) -> SharedDesk {
        Arc::clone(&self.desk)
    }

    /// Say what is done from here on.
    pub(super) fn stage(&self, name: &'static str) {
        open(&self.desk).stages.push(name);
    }

    /// Wait for what the points, row by row, are worth; the answers are then in [`Run::answers`]. Coordinates outside are
    /// evaluated at the nearest bound.
    pub(super) async fn evaluate(&mut self, points: &[f64]) -> Result<()> {
        if points.is_empty() {
            self.answers.outcomes.clear();
            return Ok(());
        }
        Question { run: self, points, asked: false }.await;
        self.used += self.answers.outcomes.len();
        let width = self.dimensions();
        for row in 0..self.answers.outcomes.len() {
            let outcome = self.answers.outcomes[row];
            if outcome.beats(&self.best.outcome) {
                self.best.outcome = outcome;
                self.best_merit = self.merit(row);
                self.best.point.clear();
                self.best.point.extend_from_slice(&points[row * width..(row + 1) * width]);
            }
        }
        self.check()
    }

    /// Wait for one point; its value, with constraints as the Lagrangian sees them.
    pub(super) async fn value(&mut self, point: &[f64]) -> Result<f64> {
        self.evaluate(point).await?;
        Ok(self.merit(0))
    }

    /// The value of a point whose value was `value` before the Lagrangian learnt; asks only where there are constraints.
    pub(super) async fn value_again(&mut self, point: &[f64], value: f64) -> Result<f64> {
        if self.lagrangian.len() == 0 { Ok(value) } else { self.value(point).await }
    }

    /// Where a search from a point begins: in the middle of bounded parameters, at the start of others.
    pub(super) fn start(&self) -> Vec<f64> {
        start(&self.space)
    }

    /// A random point: uniform on bounded axes, normal around the start on others.
    pub(super) fn random_point(&mut self) -> Vec<f64> {
        let random = &mut self.random;
        let draw = |axis: &Axis| {
            if axis.is_bounded() {
                return random.uniform();
            }
            let (low, high) = axis.range();
            random.normal().clamp(low, high)
        };
        self.space.axes.iter().map(draw).collect()
    }

    /// The value of point `row` of the last question, with constraints as the Lagrangian sees them; infinite where the
    /// evaluation failed.
    pub(super) fn merit(&self, row: usize) -> f64 {
        let outcome = self.answers.outcomes[row];
        let count = self.lagrangian.len();
        if count == 0 || outcome.value == f64::INFINITY {
            return outcome.value;
        }
        outcome.value + self.lagrangian.term(&self.answers.constraints[row * count..(row + 1) * count])
    }
}

/// The middle of bounded parameters, the start of others.
fn start(space: &Coordinates) -> Vec<f64> {
    let middle = |axis: &Axis| {
        let (low, high) = axis.range();
        if axis.is_bounded() { 0.5 * (low + high) } else { 0f64.clamp(low, high) }
    };
    space.axes.iter().map(middle).collect()
}

/// A question on the desk until its answer is there.
struct Question<'a> {
    run: &'a mut Run,
    points: &'a [f64],
    asked: bool,
}

impl Future for Question<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut std::task::Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut desk = open(&this.run.desk);
        if this.asked {
            std::mem::swap(&mut desk.answers, &mut this.run.answers);
            return Poll::Ready(());
        }
        this.asked = true;
        desk.question.clear();
        desk.question.extend_from_slice(this.points);
        Poll::Pending
    }
}

/// A method until so many evaluations are told; its last question is then taken back.
pub(super) struct Until {
    pub(super) course: Course,
    pub(super) desk: SharedDesk,
    pub(super) told: usize,
}

impl Future for Until {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> Poll<Result<()>> {
        if open(&self.desk).told >= self.told {
            return Poll::Ready(Ok(()));
        }
        match self.course.as_mut().poll(context) {
            Poll::Pending => {
                let mut desk = open(&self.desk);
                let room = self.told - desk.told;
                // A last question that is cut short is never answered to the method.
                let columns = desk.columns;
                desk.question.truncate(room * columns);
                Poll::Pending
            }
            ready => ready,
        }
    }
}

/// A method between two questions.
pub(super) type Course = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// Go on to the next question, or to the end.
pub(super) fn advance(course: &mut Course) -> Poll<Result<()>> {
    course.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop()))
}
