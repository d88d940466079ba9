//! Computations that need answers of the program that called them, such as a cost that only it can tell.
//!
//! The engine never calls into a host. An operation that [`asks`](crate::Op::asks) gives a session instead of its value; the door
//! then goes to and fro on the host's own thread: `border.step` gives the next question, the host's callback answers it,
//! the answer goes in with the next step, until the step gives the value. `border.close` ends a session early.
//!
//! A callback is put to the whole question, or, where the operation asks for [`each`](Asks::each), to one row of it after
//! the other; then the door gathers what it gives, and the session sees no difference.
use std::sync::{Mutex, PoisonError};

use inlaid::{Code, Context, Error, Result};
use ndarray::{ArrayView1, ArrayView2};
use serde::Serialize;

use crate::input::shape_mismatch;
use crate::op::op;
use crate::{Args, ArrayArgument, Input, Letter, Op, Payload, Reply};

/// What an operation asks of its caller while it runs.
#[derive(Clone, Debug, Serialize)]
pub struct Asks {
    /// The name of the argument that answers, a callback, snake_case.
    pub name: &'static str,
    /// What it should do.
    pub doc: &'static str,
    /// What it is given, in order: matrices, vectors and whole numbers.
    pub question: Vec<ArrayArgument>,
    /// What it gives back: a matrix, a vector or whole numbers.
    pub answer: ArrayArgument,
    /// Whether it is called once per row of the question, which then is one matrix, and given that row as a vector. Each call
    /// gives the item of a vector, or the row of a matrix; one number will do for a row.
    pub each: bool,
}

impl Asks {
    /// What one call of the callback is given, and what it gives: the question and the answer as they are, or, for
    /// [`each`](Self::each), a row of them. A row without axes is a number.
    #[must_use]
    pub fn per_call(&self) -> (Vec<ArrayArgument>, ArrayArgument) {
        let seen = |array: &ArrayArgument| match (self.each, array.axes) {
            (true, [_, inner @ ..]) => ArrayArgument { letter: Letter::Vector, axes: inner, ..array.clone() },
            _ => array.clone(),
        };
        (self.question.iter().map(seen).collect(), seen(&self.answer))
    }
}

/// A computation between two questions.
///
/// A step that fails or is cancelled ends the session, so that no step is ever done twice.
pub(crate) trait Session: Send {
    /// The next question as a reply with a list of arrays, one per argument of the callback; nothing once the value is
    /// known.
    fn ask(&mut self, context: &Context) -> Result<Option<Reply>>;

    /// Take up the answer to the last question.
    fn tell(&mut self, answer: Answer<'_>, context: &Context) -> Result<()>;

    /// The value of the operation.
    fn finish(&mut self, context: &Context) -> Result<Reply>;

    /// How much is done, 0 to 1.
    fn progress(&self) -> f64;

    /// Whether the next step, taking up the answer and finding the next question or the value, surely takes below a
    /// millisecond. It then runs on the calling thread, where nobody looks at signals until it is over: one that says so and
    /// takes longer delays Ctrl-C by as much.
    fn is_brief(&self) -> bool {
        false
    }
}

/// What the callback gave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    asks: &'static Asks,
    input: &'a Input<'a>,
    /// How many rows the question had.
    rows: usize,
}

#[allow(dead_code, reason = "each operation asks for one of these")]
impl<'a> Answer<'a> {
    /// The answer as whole numbers.
    pub(crate) fn ints(&self) -> Result<&'a [i64]> {
        match self.input {
            Input::Ints(data) => Ok(data),
            _ => Err(self.wrong("whole numbers")),
        }
    }

    /// The answer as a vector.
    pub(crate) fn vector(&self) -> Result<ArrayView1<'a, f64>> {
        match self.input {
            Input::Vector(data) => Ok(ArrayView1::from(*data)),
            _ => Err(self.wrong("a vector with one axis")),
        }
    }

    /// The answer as a matrix. A single row with one number for each of several rows of the question is a column: one axis
    /// is what a function of one value gives for a whole batch.
    pub(crate) fn matrix(&self) -> Result<ArrayView2<'a, f64>> {
        match self.input {
            Input::Matrix { data, rows, columns } => {
                let is_column = *rows == 1 && *columns == self.rows;
                let (rows, columns) = if is_column { (self.rows, 1) } else { (*rows, *columns) };
                ArrayView2::from_shape((rows, columns), data).map_err(|_| shape_mismatch(data.len(), rows, columns))
            }
            _ => Err(self.wrong("a matrix with two axes")),
        }
    }

    /// What kind of array it is said to be.
    pub(crate) fn letter(&self) -> Letter {
        self.asks.answer.letter
    }

    /// What the callback is called.
    pub(crate) fn name(&self) -> &'static str {
        self.asks.name
    }

    fn wrong(&self, wanted: &str) -> Error {
        Error::new(Code::InvalidData, format!("what `{}` gives must be {wanted}", self.asks.name))
    }
}

/// A session as a door holds it; empty once it has ended.
struct Running {
    asks: &'static Asks,
    place: Mutex<Option<Waiting>>,
}

/// A session that waits for an answer.
struct Waiting {
    session: Box<dyn Session>,
    /// How many rows the last question had.
    rows: usize,
}

impl Reply {
    /// A session of the operation that `a` calls.
    pub(crate) fn session(a: &Args<'_>, session: impl Session + 'static) -> Result<Self> {
        let asks = crate::find(a.op_name()).and_then(|op| op.asks.as_ref());
        let asks = asks.ok_or_else(|| Error::new(Code::Internal, format!("`{}` asks nothing", a.op_name())))?;
        let waiting = Waiting { session: Box::new(session), rows: 0 };
        Ok(Reply::model("session", Running { asks, place: Mutex::new(Some(waiting)) }))
    }
}

pub(crate) fn ops() -> Vec<Op> {
    let step = "Go on with the answer to the last question, none at first: gives `progress` and the next question as `ask`, or \
        the value as `done`. With `brief` the step after that is a `border.brief_step`.";
    let brief = "A step of a session that said that it is brief.";
    let close = "End a session; it may have ended already.";
    vec![
        op("border.step", step).on_model().once().runs(next),
        op("border.brief_step", brief).on_model().once().quick().runs(next),
        op("border.close", close).on_model().quick().runs(|a| {
            let running = a.model::<Running>()?;
            let ended = running.place.lock().unwrap_or_else(PoisonError::into_inner).take();
            drop(ended);
            Ok(Reply::nothing())
        }),
    ]
}

fn next(a: &Args<'_>) -> Result<Reply> {
    let running = a.model::<Running>()?;
    let mut place = running.place.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(Waiting { mut session, rows }) = place.take() else {
        return Err(Error::new(Code::InvalidData, "this session has ended"));
    };
    if let Some(input) = a.inputs().first() {
        session.tell(Answer { asks: running.asks, input, rows }, a.context)?;
    }
    match session.ask(a.context)? {
        Some(question) => {
            let brief = if session.is_brief() { ",\"brief\":true" } else { "" };
            let report = format!("{{\"progress\":{:?}{brief},\"ask\":{}}}", session.progress(), question.report);
            *place = Some(Waiting { session, rows: question.blocks.first().map_or(0, rows_of) });
            Ok(Reply { report, ..question })
        }
        None => {
            let value = session.finish(a.context)?;
            Ok(Reply { report: format!("{{\"progress\":1.0,\"done\":{}}}", value.report), ..value })
        }
    }
}

/// How many rows a part of a question has.
fn rows_of(block: &Payload) -> usize {
    match block {
        Payload::Matrix(matrix) => matrix.nrows(),
        Payload::Vector(vector) => vector.len(),
        Payload::Ints(ints) => ints.len(),
        Payload::Table(table) => table.rows(),
    }
}
