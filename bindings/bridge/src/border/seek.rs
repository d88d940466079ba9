//! A search over points, for the tests of callbacks that are given a point at a time, and of sessions that live in models.
use inlaid::data::{Matrix, Vector};
use inlaid::{Code, Context, Error, Result};
use ndarray::Array2;
use schemars::JsonSchema;
use serde::Deserialize;

use super::part;
use crate::op::op;
use crate::session::{Answer, Asks, Session};
use crate::{ArrayArgument, Letter, Model, Op, Reply};

pub(super) fn ops() -> Vec<Op> {
    let seek = "Find where a function of a point is least, beginning at 0: gives the point and how often was asked.";
    let asks = |answer, each| Asks {
        name: "objective",
        doc: "Gives the value at a point; several values are added up.",
        question: vec![ArrayArgument { axes: &["point", "parameter"], ..part("point", Letter::Matrix) }],
        answer: ArrayArgument {
            axes: if answer == Letter::Vector { &["point"] } else { &["point", "value"] },
            ..part("value", answer)
        },
        each,
    };
    let one = |name: &str, answer, each| op(name, seek).options::<Sought>().gives::<Vector>().asks(asks(answer, each));
    vec![
        one("border.seek", Letter::Vector, true).runs(|a| Reply::session(a, Seek::new(a.options()?))),
        one("border.seek_sums", Letter::Matrix, true).runs(|a| Reply::session(a, Seek::new(a.options()?))),
        one("border.seek_at_once", Letter::Matrix, false).runs(|a| Reply::session(a, Seek::new(a.options()?))),
        op("border.seeker", "The same search as a model.")
            .options::<Sought>()
            .gives_model("border.Seeker")
            .runs(|a| Ok(Reply::model_in_place("border.Seeker", Seek::new(a.options()?)))),
        op("border.Seeker.run", seek)
            .on_model()
            .gives::<Vector>()
            .asks(asks(Letter::Vector, true))
            .runs(|a| Reply::session(a, Kept(a.model_handle()?.clone()))),
        op("border.Seeker.asked", "How often was asked.")
            .on_model()
            .gives::<usize>()
            .quick()
            .runs(|a| Reply::value(a.change(|seek: &mut Seek| Ok(seek.asked))?)),
    ]
}

/// How `border.seek` searches.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Sought {
    /// How many parameters a point has.
    parameters: usize,
    /// How often it asks.
    most: usize,
    /// Whether its steps are brief.
    #[serde(default)]
    brief: bool,
}

/// A search that looks a step to both sides along every axis, goes where it is lowest, and halves the step where it stays.
struct Seek {
    best: Vec<f64>,
    step: f64,
    /// The question that waits for an answer.
    pending: Option<Array2<f64>>,
    asked: usize,
    most: usize,
    brief: bool,
}

impl Seek {
    fn new(Sought { parameters, most, brief }: Sought) -> Self {
        Self { best: vec![0.0; parameters], step: 1.0, pending: None, asked: 0, most, brief }
    }

    /// The point where it is, and its neighbours.
    fn around(&self) -> Array2<f64> {
        let count = self.best.len();
        let mut points = Array2::from_shape_fn((2 * count + 1, count), |(_, axis)| self.best[axis]);
        for axis in 0..count {
            points[[2 * axis + 1, axis]] += self.step;
            points[[2 * axis + 2, axis]] -= self.step;
        }
        points
    }
}

impl Session for Seek {
    fn ask(&mut self, context: &Context) -> Result<Option<Reply>> {
        context.check()?;
        if self.pending.is_none() {
            if self.asked == self.most {
                return Ok(None);
            }
            self.asked += 1;
            self.pending = Some(self.around());
        }
        let points = self.pending.clone().map(Matrix::from);
        points.map(|points| Reply::value((points,))).transpose()
    }

    fn tell(&mut self, answer: Answer<'_>, _: &Context) -> Result<()> {
        let values = match answer.letter() {
            Letter::Vector => answer.vector()?.to_vec(),
            _ => answer.matrix()?.rows().into_iter().map(|row| row.sum()).collect(),
        };
        let rows = self.pending.as_ref().map_or(0, Array2::nrows);
        if values.len() != rows {
            let sentence = format!("what `{}` gives must hold {rows} rows, got {}", answer.name(), values.len());
            return Err(Error::new(Code::InvalidData, sentence));
        }
        let lowest = (0..rows).reduce(|best, row| if values[row] < values[best] { row } else { best }).unwrap_or(0);
        if lowest == 0 {
            self.step /= 2.0;
        }
        if let Some(points) = self.pending.take() {
            self.best = points.row(lowest).to_vec();
        }
        Ok(())
    }

    fn finish(&mut self, _: &Context) -> Result<Reply> {
        let mut found = self.best.clone();
        found.push(self.asked as f64);
        Reply::value(Vector::from(found))
    }

    fn progress(&self) -> f64 {
        self.asked as f64 / self.most.max(1) as f64
    }

    fn is_brief(&self) -> bool {
        self.brief
    }
}

/// The search inside a model: what was told stays there, whatever becomes of the session.
struct Kept(Model);

impl Session for Kept {
    fn ask(&mut self, context: &Context) -> Result<Option<Reply>> {
        self.0.change(context, |seek: &mut Seek| seek.ask(context))
    }

    fn tell(&mut self, answer: Answer<'_>, context: &Context) -> Result<()> {
        self.0.change(context, |seek: &mut Seek| seek.tell(answer, context))
    }

    fn finish(&mut self, context: &Context) -> Result<Reply> {
        self.0.change(context, |seek: &mut Seek| seek.finish(context))
    }

    fn progress(&self) -> f64 {
        self.0.change(&Context::new(), |seek: &mut Seek| Ok(seek.progress())).unwrap_or(0.0)
    }

    fn is_brief(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Input, Payload, call};

    /// Answer with the distance from (1, -2), as `lend` wants it, until the value is there or `most` questions were asked.
    fn answered(session: &Model, most: usize, lend: impl Fn(&[f64]) -> Input<'_>) -> Result<Option<Vec<f64>>> {
        let context = Context::new();
        let mut reply = call("border.step", b"", Some(session), &[], &context)?;
        for _ in 0..most {
            let [first] = reply.blocks.as_slice() else { panic!("{reply:?}") };
            let points = match first {
                Payload::Vector(found) => return Ok(Some(found.to_vec())),
                Payload::Matrix(points) => points,
                other => panic!("{other:?}"),
            };
            let brief = reply.report.contains("\"brief\":true");
            let values: Vec<f64> = points.rows().into_iter().map(|x| (x[0] - 1.0).abs() + (x[1] + 2.0).abs()).collect();
            let step = if brief { "border.brief_step" } else { "border.step" };
            reply = call(step, b"", Some(session), &[lend(&values)], &context)?;
        }
        Ok(None)
    }

    fn started(op: &str, options: &str, model: Option<&Model>) -> Model {
        call(op, options.as_bytes(), model, &[], &Context::new()).unwrap().model.unwrap()
    }

    fn vector(values: &[f64]) -> Input<'_> {
        Input::Vector(values)
    }

    const OPTIONS: &str = r#"{"parameters": 2, "most": 8, "brief": true}"#;

    #[test]
    fn a_matrix_is_told_as_rows_or_as_one_column_on_its_side() {
        let shapes: [fn(&[f64]) -> Input<'_>; 2] = [
            |values| Input::Matrix { data: values, rows: values.len(), columns: 1 },
            |values| Input::Matrix { data: values, rows: 1, columns: values.len() },
        ];
        for lend in shapes {
            let session = started("border.seek_at_once", OPTIONS, None);
            assert_eq!(answered(&session, 9, lend).unwrap(), Some(vec![1.0, -2.0, 8.0]));
        }
        let session = started("border.seek_at_once", OPTIONS, None);
        let wrong = answered(&session, 9, |values| Input::Matrix { data: &values[1..], rows: 1, columns: 4 });
        assert_eq!(wrong.unwrap_err().message(), "what `objective` gives must hold 5 rows, got 1");
    }

    #[test]
    fn what_lives_in_a_model_goes_on_after_a_session_that_ended_early() {
        let model = started("border.seeker", OPTIONS, None);
        let asked = || call("border.Seeker.asked", b"", Some(&model), &[], &Context::new()).unwrap().report;
        let session = started("border.Seeker.run", "", Some(&model));
        assert_eq!(answered(&session, 3, vector).unwrap(), None);
        call("border.close", b"", Some(&session), &[], &Context::new()).unwrap();
        assert_eq!(asked(), "4", "the fourth question still waits");
        let session = started("border.Seeker.run", "", Some(&model));
        assert_eq!(answered(&session, 9, vector).unwrap(), Some(vec![1.0, -2.0, 8.0]));
    }
}
