//! The border's own operations, for its tests and benches. They are called like any other and stand in no catalogue.
use inlaid::Result;
use inlaid::data::{Ints, Matrix, Table, Vector};
use serde::Serialize;

use crate::op::op;
use crate::{Args, Input, Op, Payload, Reply};

pub(crate) fn ops() -> Vec<Op> {
    vec![op("border.echo", "Give back every array as it came: what the engine saw of it.").quick().runs(echo)]
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
    use inlaid::{Code, Context};

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
        let takes = |letter| crate::ArrayArgument { name: "x", letter, axes: &[], doc: "" };
        let made = op("toy.sum", "").takes(takes(crate::Letter::Ints)).runs(|a| {
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

    #[test]
    fn the_catalogue_does_not_show_the_borders_own_operations() {
        assert!(catalogue().keys().all(|name| !name.starts_with("border.")));
    }
}
