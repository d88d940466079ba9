//! The one door between the engine and every language: a name, options as JSON, numbers beside them.
//!
//! [`catalogue`] holds every public operation as code that runs; [`call`] runs one; [`api::describe`] tells the
//! generators of the bindings what there is, from the same Rust types.
mod anomaly;
pub mod api;
mod border;
mod data;
mod forecast;
mod input;
mod matching;
mod model;
mod op;
mod optimize;
mod session;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use inlaid::{Code, Context, Error, Result};

pub use inlaid::data::beside::Payload;
pub use input::Input;
pub use model::Model;
pub use op::{Args, ArrayArgument, Gives, Letter, Op, Receiver, Reply};
pub use session::Asks;

/// Changes whenever [`call`] or the catalogue's wire format does; every door checks it when it loads.
pub const ABI: u32 = 3;

/// Every public operation by name, such as `forecast.AutoEts.fit`.
pub fn catalogue() -> &'static BTreeMap<String, Op> {
    static ALL: OnceLock<BTreeMap<String, Op>> = OnceLock::new();
    ALL.get_or_init(|| named([anomaly::ops(), data::ops(), forecast::ops(), matching::ops(), optimize::ops()]))
}

/// Operations by name.
fn named(ops: impl IntoIterator<Item = Vec<Op>>) -> BTreeMap<String, Op> {
    ops.into_iter().flatten().map(|op| (op.name.clone(), op)).collect()
}

/// An operation of the catalogue, or one of the border's own.
fn find(name: &str) -> Option<&'static Op> {
    static BORDER: OnceLock<BTreeMap<String, Op>> = OnceLock::new();
    catalogue().get(name).or_else(|| BORDER.get_or_init(|| named([border::ops()])).get(name))
}

/// Whether a call is cheap enough to run without a thread that watches for cancellation.
#[must_use]
pub fn is_quick(name: &str, options: &[u8], inputs: &[Input<'_>]) -> bool {
    let size = || options.len() + inputs.iter().map(Input::size).sum::<usize>();
    find(name).is_some_and(|op| op.quick || op.brief > 0 && size() <= op.brief)
}

/// Whether a call that was cancelled may be made again, as if it had never been.
#[must_use]
pub fn is_repeatable(name: &str) -> bool {
    find(name).is_none_or(|op| op.repeatable)
}

/// What a class of models is, `room.Class`, for the docs of every language.
fn model_doc(room: &str, class: &str) -> &'static str {
    let models = match room {
        "anomaly" => anomaly::MODELS,
        "forecast" => forecast::MODELS,
        "matching" => matching::MODELS,
        "optimize" => optimize::MODELS,
        _ => &[],
    };
    models.iter().find(|(name, _)| *name == class).map_or("", |(_, doc)| doc)
}

/// Run the operation `name` with `options` (a JSON object, or nothing), the model it belongs to and its inputs.
///
/// The inputs are the operation's arrays in their order; after them stand the blocks that `{"$array": position}` marks
/// inside the options refer to. A panic becomes an error.
///
/// # Errors
/// `invalid_config` for an unknown operation or option, `invalid_data` for inputs of another shape than the operation
/// takes, `internal` for a panic, and everything the operation itself returns.
pub fn call(
    name: &str,
    options: &[u8],
    model: Option<&Model>,
    inputs: &[Input<'_>],
    context: &Context,
) -> Result<Reply> {
    let op =
        find(name).ok_or_else(|| Error::new(Code::InvalidConfig, format!("there is no operation named `{name}`")))?;
    let run = || (op.run)(&Args::new(op, options, model, inputs, context)?);
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let cause = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("unknown cause");
        Err(Error::new(
            Code::Internal,
            format!("{name} failed inside inlaid ({cause}); please report this with the input"),
        ))
    })
}
