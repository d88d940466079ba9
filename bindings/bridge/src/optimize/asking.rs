//! What the searches with one and with several objectives share at the border: sessions, and models that are told.
use std::borrow::Cow;
use std::marker::PhantomData;

use inlaid::data::Matrix;
use inlaid::optimize::Space;
use inlaid::{Context, Result};
use ndarray::{Array2, ArrayView2};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::op::op;
use crate::session::{Answer, Session};
use crate::{Args, ArrayArgument, Asks, Letter, Model, Op, Reply};

/// A search that asks for candidates' values and is told them.
pub(super) trait Search: Sized + Send + 'static {
    /// The class on the wire, such as `optimize.Minimizer`.
    const CLASS: &'static str;
    /// What it finds.
    type Found: Serialize + JsonSchema + 'static;

    fn space(&self) -> &Space;
    fn ask(&mut self, context: &Context) -> Result<Option<Matrix>>;
    fn tell(&mut self, answers: ArrayView2<'_, f64>) -> Result<()>;
    fn suggest(&mut self, candidates: ArrayView2<'_, f64>) -> Result<()>;
    fn give(&mut self, candidates: ArrayView2<'_, f64>, answers: ArrayView2<'_, f64>) -> Result<()>;
    fn result(&self) -> Result<Self::Found>;
    fn progress(&self) -> f64;
    fn is_finished(&self) -> bool;
    /// Whether a step after the first surely takes below a millisecond.
    fn is_brief(&self) -> bool;
    fn to_bytes(&self) -> Result<Vec<u8>>;
    fn from_bytes(bytes: &[u8]) -> Result<Self>;
    fn save(&self, path: &str) -> Result<()>;
    fn load(path: &str) -> Result<Self>;
}

/// The candidates of a question.
pub(super) const CANDIDATES: ArrayArgument = ArrayArgument {
    name: "candidates",
    letter: Letter::Matrix,
    axes: &["candidate", "parameter"],
    doc: "One number per parameter, in the order of the space: choices by their position, from 0.",
};

/// A file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// The path of the file.
    path: String,
}

/// Options of a search, and the space beside them, as they are described; [`sought`] reads them.
#[derive(Debug)]
pub(super) struct WithSpace<O>(PhantomData<fn(O)>);

/// The space among the options.
#[derive(Debug, Deserialize)]
struct Where {
    space: Space,
}

/// The space, and the other options.
pub(super) fn sought<O: DeserializeOwned>(a: &Args<'_>) -> Result<(Space, O)> {
    let (Where { space }, options) = a.options_split("space")?;
    Ok((space, options))
}

impl<O: JsonSchema> JsonSchema for WithSpace<O> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}WithSpace", O::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = O::json_schema(generator);
        let mut properties = Map::new();
        let mut space = generator.subschema_for::<Space>();
        space.insert("description".to_owned(), "The parameters.".into());
        properties.insert("space".to_owned(), space.to_value());
        if let Some(Value::Object(own)) = schema.remove("properties") {
            properties.extend(own);
        }
        schema.insert("properties".to_owned(), Value::Object(properties));
        schema.insert("required".to_owned(), vec!["space"].into());
        schema
    }
}

/// A callback that is put to one candidate after the other, or to all of a question.
pub(super) fn asks(name: &'static str, doc: &'static str, answer: ArrayArgument, each: bool) -> Asks {
    Asks { name, doc, question: vec![CANDIDATES], answer, each }
}

/// A search on its way; what was told stays in the model, whatever becomes of the session.
struct Running<S> {
    model: Model,
    asked: bool,
    search: PhantomData<fn(S)>,
}

impl<S: Search> Running<S> {
    fn look<T>(&self, look: impl FnOnce(&S) -> T) -> Option<T> {
        self.model.change(&Context::new(), |search: &mut S| Ok(look(search))).ok()
    }
}

impl<S: Search> Session for Running<S> {
    fn ask(&mut self, context: &Context) -> Result<Option<Reply>> {
        let asked = self.model.change(context, |search: &mut S| search.ask(context))?;
        self.asked = true;
        asked.map(|candidates| Reply::value((candidates,))).transpose()
    }

    fn tell(&mut self, answer: Answer<'_>, context: &Context) -> Result<()> {
        if answer.letter() == Letter::Vector {
            let values = answer.vector()?;
            let column = values.view().insert_axis(ndarray::Axis(1));
            return self.model.change(context, |search: &mut S| search.tell(column));
        }
        let rows = answer.matrix()?;
        self.model.change(context, |search: &mut S| search.tell(rows))
    }

    fn finish(&mut self, context: &Context) -> Result<Reply> {
        Reply::value(self.model.change(context, |search: &mut S| search.result())?)
    }

    fn progress(&self) -> f64 {
        self.look(S::progress).unwrap_or(0.0)
    }

    fn is_brief(&self) -> bool {
        // The first question of a loaded search comes after all that it was told before.
        self.asked && self.look(S::is_brief).unwrap_or(false)
    }
}

/// The session of a search that nobody else holds.
pub(super) fn run_alone<S: Search>(a: &Args<'_>, search: S) -> Result<Reply> {
    run(a, Model::in_place(S::CLASS, search), PhantomData::<fn(S)>)
}

fn run<S: Search>(a: &Args<'_>, model: Model, search: PhantomData<fn(S)>) -> Result<Reply> {
    Reply::session(a, Running { model, asked: false, search })
}

/// A search as a model.
pub(super) fn held<S: Search>(search: S) -> Reply {
    Reply::model_in_place(S::CLASS, search)
}

fn named<S: Search>(name: &str) -> String {
    format!("{}.{name}", S::CLASS)
}

/// `run` with a callback, under `name`.
pub(super) fn runs<S: Search>(name: &str, doc: &'static str, asks: Asks) -> Op {
    op(named::<S>(name), doc)
        .on_model()
        .gives::<S::Found>()
        .asks(asks)
        .runs(|a| run(a, a.model_handle()?.clone(), PhantomData::<fn(S)>))
}

/// Asking, telling and what was found.
pub(super) fn state<S: Search>(answers: &ArrayArgument) -> Vec<Op> {
    let ask = "The candidates whose values must be told next; no rows once the search has ended. Asking again before \
        telling gives the same candidates.\n\nFails with `cancelled`, after which it can be asked again, and `incompatible` \
        where a loaded run does not ask what it had asked: it was saved by another version, or on a machine whose arithmetic \
        differs.";
    let tell_all = "Tell everything about the candidates that were asked for, a row for each.\n\nFails with `invalid_data` for \
        rows of another number or width, and if nothing was asked; the question then still waits.";
    let suggest = "Candidates to evaluate first. Before the first question.\n\nFails with `invalid_data` for candidates that are \
        not of the space, and once something was asked.";
    let give = "Candidates whose answers are known already: a warm start. They do not count as evaluations and are not part of \
        the result. Before the first question.\n\nFails as `suggest`, and for answers that are not one row per candidate.";
    let result = "What was found so far; also before the end.\n\nFails with `not_enough_data` before the first evaluation and \
        `did_not_converge` where all evaluations failed.";
    vec![
        op(named::<S>("ask"), ask).on_model().gives::<Matrix>().runs(|a| {
            let asked = a.change(|search: &mut S| {
                let columns = search.space().len();
                Ok((search.ask(a.context)?, columns))
            })?;
            Reply::value(asked.0.unwrap_or_else(|| Array2::zeros((0, asked.1)).into()))
        }),
        op(named::<S>("tell_all"), tell_all).on_model().takes(answers.clone()).once().quick().runs(|a| {
            let told = a.matrix(0)?;
            a.change(|search: &mut S| search.tell(told))?;
            Ok(Reply::nothing())
        }),
        op(named::<S>("suggest"), suggest).on_model().takes(CANDIDATES).once().quick().runs(|a| {
            let candidates = a.matrix(0)?;
            a.change(|search: &mut S| search.suggest(candidates))?;
            Ok(Reply::nothing())
        }),
        op(named::<S>("give"), give).on_model().takes(CANDIDATES).takes(answers.clone()).once().quick().runs(|a| {
            let (candidates, told) = (a.matrix(0)?, a.matrix(1)?);
            a.change(|search: &mut S| search.give(candidates, told))?;
            Ok(Reply::nothing())
        }),
        op(named::<S>("is_finished"), "Whether nothing more is asked.")
            .on_model()
            .gives::<bool>()
            .quick()
            .runs(|a| Reply::value(a.change(|search: &mut S| Ok(search.is_finished()))?)),
        op(named::<S>("result"), result)
            .on_model()
            .gives::<S::Found>()
            .quick()
            .runs(|a| Reply::value(a.change(|search: &mut S| search.result())?)),
    ]
}

/// Bytes and files.
pub(super) fn saving<S: Search>() -> Vec<Op> {
    let to_bytes = "The search as bytes: versioned, checksummed.\n\nFails with `too_large` above 1 GiB.";
    let from_bytes = "The search that `to_bytes` gave; it goes on as that one would.\n\nFails with `incompatible` for bytes \
        that are damaged, of a newer version, or something else.";
    let save = "Save the search to a file, which is replaced as a whole or not at all.\n\nFails with `not_found` for a \
        folder that does not exist, `io` if the file cannot be written.";
    let load = "The search in a file that `save` wrote.\n\nFails with `not_found` for a file that does not exist, `io` if \
        it cannot be read, `incompatible` if it is damaged, of a newer version, or something else.";
    let bytes = ArrayArgument {
        name: "bytes",
        letter: Letter::Bytes,
        axes: &["byte"],
        doc: "What `to_bytes` gave, or the content of a file that `save` wrote.",
    };
    vec![
        op(named::<S>("to_bytes"), to_bytes)
            .on_model()
            .gives_bytes()
            .quick()
            .runs(|a| Ok(Reply::bytes(a.change(|search: &mut S| search.to_bytes())?))),
        op(named::<S>("from_bytes"), from_bytes)
            .on_model_class()
            .takes(bytes)
            .gives_model(S::CLASS)
            .quick()
            .runs(|a| Ok(held(S::from_bytes(a.bytes(0)?)?))),
        op(named::<S>("save"), save).on_model().options::<File>().runs(|a| {
            let path = a.options::<File>()?.path;
            a.change(|search: &mut S| search.save(&path))?;
            Ok(Reply::nothing())
        }),
        op(named::<S>("load"), load)
            .on_model_class()
            .options::<File>()
            .gives_model(S::CLASS)
            .runs(|a| Ok(held(S::load(&a.options::<File>()?.path)?))),
    ]
}
