//! The operations of the room `anomaly`: each part has a file with its `ops()`, and a line in each list here.
mod alert;
mod evaluate;
mod profile;
mod series;
mod stream;
mod table;
mod tabular;
mod thresholds;
mod watch;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{ArrayArgument, Letter, Op};

/// Every class of models with what it is.
pub(crate) const MODELS: &[(&str, &str)] =
    &[alert::MODEL, profile::MODEL, stream::MODEL, table::MODEL, tabular::MODEL, watch::MODEL];

pub(crate) fn ops() -> Vec<Op> {
    [
        alert::ops(),
        evaluate::ops(),
        profile::ops(),
        series::ops(),
        stream::ops(),
        table::ops(),
        tabular::ops(),
        thresholds::ops(),
        watch::ops(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// The path of the file.
    path: String,
}

const BYTES: ArrayArgument = ArrayArgument {
    name: "bytes",
    letter: Letter::Bytes,
    axes: &["byte"],
    doc: "What `to_bytes` gave, or the content of a file that `save` wrote.",
};

const TO_BYTES: &str =
    "It as bytes: versioned, checksummed, every number bit for bit.\n\nFails with `too_large` above 1 GiB.";
const FROM_BYTES: &str = "What `to_bytes` gave; it goes on bit for bit as that one would.\n\nFails with `incompatible` for bytes \
    that are damaged, of a newer version, or something else.";
const SAVE: &str = "Save it to a file, which is replaced as a whole or not at all.\n\nFails with `not_found` for a folder that \
    does not exist, `io` if the file cannot be written.";
const LOAD: &str = "What is in a file that `save` wrote.\n\nFails with `not_found` for a file that does not exist, `io` if it \
    cannot be read, `incompatible` if it is damaged, of a newer version, or something else.";

/// The four operations that save a state which calls change in place.
macro_rules! saved_in_place {
    ($class:expr, $type:ty) => {
        [
            op(concat!($class, ".to_bytes"), super::TO_BYTES)
                .on_model()
                .gives_bytes()
                .quick()
                .runs(|a| Ok(Reply::bytes(a.change(|state: &mut $type| state.to_bytes())?))),
            op(concat!($class, ".from_bytes"), super::FROM_BYTES)
                .on_model_class()
                .takes(super::BYTES)
                .gives_model($class)
                .quick()
                .runs(|a| Ok(Reply::model_in_place($class, <$type>::from_bytes(a.bytes(0)?)?))),
            op(concat!($class, ".save"), super::SAVE).on_model().options::<super::File>().runs(|a| {
                let file: super::File = a.options()?;
                a.change(|state: &mut $type| state.save(&file.path))?;
                Ok(Reply::nothing())
            }),
            op(concat!($class, ".load"), super::LOAD)
                .on_model_class()
                .options::<super::File>()
                .gives_model($class)
                .runs(|a| Ok(Reply::model_in_place($class, <$type>::load(a.options::<super::File>()?.path)?))),
        ]
    };
}
use saved_in_place;
