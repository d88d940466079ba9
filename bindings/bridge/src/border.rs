//! The border's own operations, for its tests and benches. They are called like any other and stand in no catalogue.
mod seek;

use inlaid::data::{Ints, Matrix, Table, Vector};
use inlaid::{Code, Context, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::op::op;
use crate::session::{self, Answer, Asks, Session};
use crate::{Args, ArrayArgument, Input, Letter, Op, Payload, Reply};

pub(crate) fn ops() -> Vec<Op> {
    let guess = "Find where a function is least by asking for its values at two places at a time.";
    let asks = Asks {
        name: "values",
        doc: "Gives the values of the function at the places.",
        question: vec![part("places", Letter::Vector), part("number", Letter::Ints)],
        answer: part("values", Letter::Vector),
        each: false,
    };
    let mut ops = vec![
        op("border.echo", "Give back every array as it came: what the engine saw of it.").quick().runs(echo),
        op("border.guess", guess).options::<Range>().gives::<Vector>().asks(asks).runs(|a| {
            let Range { low, high, most } = a.options()?;
            Reply::session(a, Guess::new(low, high, most))
        }),
    ];
    ops.extend(seek::ops());
    ops.extend(session::ops());
    ops
}

/// Where and how often `border.guess` may look.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Range {
    /// The least place.
    low: f64,
    /// The largest place.
    high: f64,
    /// How often it asks.
    most: usize,
}

fn part(name: &'static str, letter: Letter) -> ArrayArgument {
    ArrayArgument { name, letter, axes: &[], doc: "See the operation." }
}

/// An array on its way back: numbers beside the text, texts and lists inside it.
#[derive(Serialize)]
#[serde(untagged)]
enum Seen<'a> {
    Matrix(Matrix),
    Vector(Vector),
    Ints(Ints),
    Table(Table),
    Texts(&'a [&'a str]),
    Lists(Vec<&'a [i64]>),
    Bytes(&'a [u8]),
}

/// The session behind `border.guess`, which the tests of the doors drive: a search that keeps two thirds of its range with
/// every question.
struct Guess {
    /// The range in which the least value is.
    low: f64,
    high: f64,
    asked: usize,
    most: usize,
}

impl Guess {
    fn new(low: f64, high: f64, most: usize) -> Self {
        Self { low, high, asked: 0, most }
    }

    fn places(&self) -> [f64; 2] {
        let third = (self.high - self.low) / 3.0;
        [self.low + third, self.high - third]
    }
}

impl Session for Guess {
    fn ask(&mut self, context: &Context) -> Result<Option<Reply>> {
        context.check()?;
        if self.asked == self.most {
            return Ok(None);
        }
        self.asked += 1;
        let number = Ints::from(vec![self.asked as i64]);
        Reply::value((Vector::from(self.places().to_vec()), number)).map(Some)
    }

    fn tell(&mut self, answer: Answer<'_>, context: &Context) -> Result<()> {
        context.check()?;
        let off = answer.vector()?;
        let &[first, second] = off.to_vec().as_slice() else {
            let sentence = format!("what `{}` gives must hold 2 numbers, got {}", answer.name(), off.len());
            return Err(Error::new(Code::InvalidData, sentence));
        };
        let [left, right] = self.places();
        (self.low, self.high) = if first < second { (self.low, right) } else { (left, self.high) };
        Ok(())
    }

    fn finish(&mut self, _: &Context) -> Result<Reply> {
        Reply::value(Vector::from(vec![self.low, self.high]))
    }

    fn progress(&self) -> f64 {
        self.asked as f64 / self.most.max(1) as f64
    }
}

fn echo(a: &Args<'_>) -> Result<Reply> {
    Reply::value(a.inputs().iter().map(seen).collect::<Result<Vec<_>>>()?)
}

fn seen<'a>(input: &'a Input<'a>) -> Result<Seen<'a>> {
    Ok(match input {
        Input::Texts(texts) => Seen::Texts(texts),
        Input::Lists(lists) => Seen::Lists(lists.iter().collect()),
        Input::Bytes(bytes) => Seen::Bytes(bytes),
        numbers => match numbers.to_payload()? {
            Payload::Matrix(matrix) => Seen::Matrix(matrix),
            Payload::Vector(vector) => Seen::Vector(vector),
            Payload::Ints(ints) => Seen::Ints(ints),
            Payload::Table(table) => Seen::Table(table),
        },
    })
}

#[cfg(test)]
mod tests {
    use inlaid::data::OwnedLists;

    use super::*;
    use crate::{call, catalogue};

    #[test]
    fn every_letter_comes_and_goes() {
        let lists: OwnedLists = [vec![1, 2], vec![], vec![3]].into_iter().collect();
        let inputs = [
            Input::Matrix { data: &[1.0, 2.0], rows: 1, columns: 2 },
            Input::Vector(&[3.0]),
            Input::Ints(&[-4, i64::MAX]),
            Input::Texts(&["ä", ""]),
            Input::Lists(lists.view()),
            Input::Bytes(&[7]),
        ];
        let reply = call("border.echo", b"", None, &inputs, &Context::new()).unwrap();
        let wanted = r#"[{"$array":0},{"$array":1},{"$array":2},["ä",""],[[1,2],[],[3]],[7]]"#;
        assert_eq!(reply.report, wanted);
        let Payload::Ints(ints) = &reply.blocks[2] else { panic!("{:?}", reply.blocks[2]) };
        assert_eq!(ints.to_vec(), [-4, i64::MAX]);
    }

    #[test]
    fn letters_are_told_apart() {
        let takes = |letter| ArrayArgument { name: "x", letter, axes: &[], doc: "" };
        let made = op("toy.sum", "").takes(takes(Letter::Ints)).runs(|a| {
            a.ints(0)?;
            a.texts(0).unwrap_err();
            a.lists(0).unwrap_err();
            Ok(Reply::nothing())
        });
        let context = Context::new();
        let run = |inputs: &[Input<'_>]| (made.run)(&Args::new(&made, b"", None, inputs, &context)?);
        assert!(run(&[Input::Ints(&[1])]).is_ok());
        for other in [Input::Vector(&[1.0]), Input::Texts(&["1"]), Input::Bytes(b"1")] {
            let error = run(&[other]).unwrap_err();
            assert_eq!(error.code(), Code::InvalidData);
            assert_eq!(error.message(), "`x` of toy.sum must be whole numbers");
        }
    }

    fn guess(most: usize, context: &Context) -> crate::Model {
        let options = format!(r#"{{"low": 0, "high": 9, "most": {most}}}"#);
        call("border.guess", options.as_bytes(), None, &[], context).unwrap().model.unwrap()
    }

    #[test]
    fn a_session_asks_until_it_knows() {
        let context = Context::new();
        let session = guess(40, &context);
        let mut reply = call("border.step", b"", Some(&session), &[], &context).unwrap();
        let mut asked = 0;
        while !reply.report.contains("done") {
            asked += 1;
            assert_eq!(
                reply.report,
                format!(r#"{{"progress":{:?},"ask":[{{"$array":0}},{{"$array":1}}]}}"#, asked as f64 / 40.0)
            );
            let Payload::Vector(places) = &reply.blocks[0] else { panic!("{:?}", reply.blocks) };
            let values: Vec<f64> = places.iter().map(|place| (place - 2.0).abs()).collect();
            reply = call("border.step", b"", Some(&session), &[Input::Vector(&values)], &context).unwrap();
        }
        assert_eq!((asked, reply.report.as_str()), (40, r#"{"progress":1.0,"done":{"$array":0}}"#));
        let Payload::Vector(found) = &reply.blocks[0] else { panic!("{:?}", reply.blocks) };
        assert!(found.iter().all(|end| (end - 2.0).abs() < 1e-6), "{found:?}");
        let over = call("border.step", b"", Some(&session), &[], &context).unwrap_err();
        assert_eq!((over.code(), over.message()), (Code::InvalidData, "this session has ended"));
    }

    #[test]
    fn a_wrong_answer_a_cancellation_and_a_close_end_a_session() {
        let context = Context::new();
        for answer in [Input::Vector(&[1.0]), Input::Ints(&[1, 2])] {
            let session = guess(2, &context);
            call("border.step", b"", Some(&session), &[], &context).unwrap();
            let wrong = call("border.step", b"", Some(&session), &[answer], &context).unwrap_err();
            assert_eq!(wrong.code(), Code::InvalidData);
            assert!(wrong.message().starts_with("what `values` gives must"), "{wrong}");
            assert!(call("border.step", b"", Some(&session), &[], &context).is_err());
        }
        let (session, stopped) = (guess(2, &context), Context::new());
        stopped.cancel();
        assert_eq!(call("border.step", b"", Some(&session), &[], &stopped).unwrap_err().code(), Code::Cancelled);
        assert!(call("border.step", b"", Some(&session), &[], &context).is_err());
        let session = guess(2, &context);
        for _ in 0..2 {
            call("border.close", b"", Some(&session), &[], &context).unwrap();
        }
        assert!(call("border.step", b"", Some(&session), &[], &context).is_err());
        assert!(!crate::is_repeatable("border.step") && crate::is_repeatable("border.guess"));
    }

    #[test]
    fn the_catalogue_does_not_show_the_borders_own_operations() {
        assert!(catalogue().keys().all(|name| !name.starts_with("border.")));
    }
}
