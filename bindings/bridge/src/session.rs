//! Computations that need answers of the program that called them, such as a cost that only it can tell.
//!
//! The engine never calls into a host. An operation that [`asks`](crate::Op::asks) gives a session instead of its value; the door
//! then goes to and fro on the host's own thread: `border.step` gives the next question, the host's callback answers it,
//! the answer goes in with the next step, until the step gives the value. `border.close` ends a session early.
use std::sync::{Mutex, PoisonError};

use inlaid::{Code, Context, Error, Result};
use ndarray::{ArrayView1, ArrayView2};
use serde::Serialize;

use crate::input::shape_mismatch;
use crate::op::op;
use crate::{Args, ArrayArgument, Input, Op, Reply};

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
}

/// What the callback gave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    asks: &'static Asks,
    input: &'a Input<'a>,
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

    /// The answer as a matrix.
    pub(crate) fn matrix(&self) -> Result<ArrayView2<'a, f64>> {
        match self.input {
            Input::Matrix { data, rows, columns } => {
                ArrayView2::from_shape((*rows, *columns), data).map_err(|_| shape_mismatch(data.len(), *rows, *columns))
            }
            _ => Err(self.wrong("a matrix with two axes")),
        }
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
    session: Mutex<Option<Box<dyn Session>>>,
}

impl Reply {
    /// A session of the operation that `a` calls.
    pub(crate) fn session(a: &Args<'_>, session: impl Session + 'static) -> Result<Self> {
        let asks = crate::find(a.op_name()).and_then(|op| op.asks.as_ref());
        let asks = asks.ok_or_else(|| Error::new(Code::Internal, format!("`{}` asks nothing", a.op_name())))?;
        Ok(Reply::model("session", Running { asks, session: Mutex::new(Some(Box::new(session))) }))
    }
}

pub(crate) fn ops() -> Vec<Op> {
    let step = "Go on with the answer to the last question, none at first: gives `progress` and the next question as `ask`, or \
        the value as `done`.";
    let close = "End a session; it may have ended already.";
    vec![
        op("border.step", step).on_model().once().runs(next),
        op("border.close", close).on_model().quick().runs(|a| {
            let running = a.model::<Running>()?;
            let ended = running.session.lock().unwrap_or_else(PoisonError::into_inner).take();
            drop(ended);
            Ok(Reply::nothing())
        }),
    ]
}

fn next(a: &Args<'_>) -> Result<Reply> {
    let running = a.model::<Running>()?;
    let mut place = running.session.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(mut session) = place.take() else {
        return Err(Error::new(Code::InvalidData, "this session has ended"));
    };
    if let Some(input) = a.inputs().first() {
        session.tell(Answer { asks: running.asks, input }, a.context)?;
    }
    match session.ask(a.context)? {
        Some(question) => {
            let report = format!("{{\"progress\":{:?},\"ask\":{}}}", session.progress(), question.report);
            *place = Some(session);
            Ok(Reply { report, ..question })
        }
        None => {
            let value = session.finish(a.context)?;
            Ok(Reply { report: format!("{{\"progress\":1.0,\"done\":{}}}", value.report), ..value })
        }
    }
}
