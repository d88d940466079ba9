//! Solving while the caller is told of every better point.
//!
//! The solver runs on a thread of its own and waits there while the caller looks at a point; what it may tell and what it
//! is answered pass through channels, so that a session that ends early ends the solver too.
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use inlaid::data::Matrix;
use inlaid::optimize::{Incumbent, LinearModel, LinearSolution, SolveLinear};
use inlaid::{Code, Context, Error, Result};
use ndarray::Array2;

use crate::op::op;
use crate::session::{Answer, Session};
use crate::{ArrayArgument, Asks, Letter, Op, Reply};

/// How long a step waits before it looks whether it was cancelled.
const TICK: Duration = Duration::from_millis(20);

/// A solver at work.
struct Watched {
    /// Rows of a question; closed once the solver has ended.
    found: Receiver<Vec<f64>>,
    go_on: Option<Sender<bool>>,
    solver: Option<JoinHandle<Result<LinearSolution>>>,
    /// The solver's own, cancelled with the caller's.
    context: Context,
    told: usize,
}

impl Watched {
    fn start(options: SolveLinear, model: LinearModel, context: &Context) -> Result<Self> {
        let own = Context::new().with_seed(context.seed());
        let (tell, found) = channel();
        let (go_on, answers) = channel();
        let answers = Mutex::new(answers);
        let watcher = move |incumbent: &Incumbent, values: &[f64]| {
            let mut row = Vec::with_capacity(4 + values.len());
            row.extend([incumbent.objective, incumbent.bound.unwrap_or(f64::NAN)]);
            row.extend([incumbent.nodes as f64, incumbent.seconds]);
            row.extend_from_slice(values);
            // A session that is gone wants nothing more.
            tell.send(row).is_ok() && answers.lock().is_ok_and(|answers| answers.recv().unwrap_or(false))
        };
        let inside = own.clone();
        let solver = std::thread::Builder::new()
            .name("inlaid solver".to_owned())
            .spawn(move || options.solve_watched(&model, None, watcher, &inside))
            .map_err(|error| Error::new(Code::Io, "no thread for the solver could be started").with_source(error))?;
        Ok(Self { found, go_on: Some(go_on), solver: Some(solver), context: own, told: 0 })
    }
}

impl Session for Watched {
    fn ask(&mut self, context: &Context) -> Result<Option<Reply>> {
        loop {
            match self.found.recv_timeout(TICK) {
                Ok(row) => {
                    self.told += 1;
                    let row = Array2::from_shape_vec((1, row.len()), row)
                        .map_err(|error| Error::new(Code::Internal, "a point has no shape").with_source(error))?;
                    return Reply::value((Matrix::from(row),)).map(Some);
                }
                Err(RecvTimeoutError::Timeout) => context.check()?,
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
    }

    fn tell(&mut self, answer: Answer<'_>, _: &Context) -> Result<()> {
        let stop = answer.vector()?.iter().any(|value| *value != 0.0);
        if let Some(go_on) = &self.go_on {
            // The solver is gone only if it has failed, and `finish` says how.
            let _ = go_on.send(!stop);
        }
        Ok(())
    }

    fn finish(&mut self, _: &Context) -> Result<Reply> {
        let ended = self.solver.take().map(JoinHandle::join);
        match ended {
            Some(Ok(solution)) => Reply::value(solution?),
            _ => Err(Error::new(Code::Internal, "the solver ended without an answer; please report this")),
        }
    }

    fn progress(&self) -> f64 {
        self.told as f64 / (self.told + 4) as f64
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.context.cancel();
        self.go_on = None;
        if let Some(solver) = self.solver.take() {
            let _ = solver.join();
        }
    }
}

pub(super) fn ops() -> Vec<Op> {
    let solve = "As `solve`, and tells of every point that is better than those before; with whole columns only.\n\nThe watcher \
        is given a row: the objective, the bound (NaN before it is known), the nodes looked at, the seconds since the start, \
        then the value of each column. It gives 0 to go on; any other number, or true, stops the search with the status \
        `stopped` and the best point so far. Fails as `solve`.";
    let asks = Asks {
        name: "watcher",
        doc: "Looks at a better point, and says whether to stop.",
        question: vec![ArrayArgument {
            name: "found",
            letter: Letter::Matrix,
            axes: &["point", "objective, bound, nodes, seconds, values"],
            doc: "The objective, the bound, nodes, seconds, then the value of each column.",
        }],
        answer: ArrayArgument {
            name: "stop",
            letter: Letter::Vector,
            axes: &["point"],
            doc: "0 to go on, any other number to stop.",
        },
        each: true,
    };
    vec![
        op("optimize.LinearModel.solve_watched", solve)
            .on_report::<LinearModel>()
            .options::<SolveLinear>()
            .gives::<LinearSolution>()
            .asks(asks)
            .runs(|a| {
                let o: SolveLinear = a.options_beside_report()?;
                Reply::session(a, Watched::start(o, a.report()?, a.context)?)
            }),
    ]
}
