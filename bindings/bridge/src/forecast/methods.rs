//! The forecasting methods: `fit` on the options class, everything else on the fitted model.
use inlaid::data::Matrix;
use inlaid::forecast::{
    AutoEts, Components, Drift, Fitted, Forecast, Method, Naive, Naive2, SeasonalNaive, Summary, Theta,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::SERIES;
use crate::op::op;
use crate::{ArrayArgument, Letter, Op, Reply};

/// Every method of the room, with its name; the docs of its fitted class follow the same pattern for all.
macro_rules! methods {
    ($($name:literal $method:ty, $what:literal;)+) => {
        pub(super) fn ops() -> Vec<Op> {
            [$(method_ops::<$method>(concat!("forecast.", $name))),+].into_iter().flatten().collect()
        }

        /// Docs of the fitted classes, which have no fields of their own to describe.
        pub(crate) const MODELS: &[(&str, &str)] = &[$((
            concat!("Fitted", $name),
            concat!($what, " fitted to one or several series: predicts any horizon and level, explains itself, learns new \
                observations, saves and loads."),
        )),+];
    };
}

methods! {
    "AutoEts" AutoEts, "Exponential smoothing";
    "Naive" Naive, "The naive method";
    "SeasonalNaive" SeasonalNaive, "The seasonal naive method";
    "Naive2" Naive2, "The seasonally adjusted naive method";
    "Drift" Drift, "The drift method";
    "Theta" Theta, "The theta method";
}

const BYTES: ArrayArgument = ArrayArgument {
    name: "bytes",
    letter: Letter::Bytes,
    axes: &["byte"],
    doc: "What `to_bytes` gave, or the content of a file that `save` wrote.",
};

/// How far and how sure a forecast should be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Predict {
    /// How many steps ahead, at least 1.
    horizon: usize,
    /// One interval per level, each in (0, 1), such as 0.8 and 0.95. Default none.
    #[serde(default)]
    levels: Vec<f64>,
}

/// A file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// The path of the file.
    path: String,
}

const NEW: ArrayArgument = ArrayArgument {
    name: "series",
    letter: Letter::Matrix,
    axes: &["series", "time"],
    doc: "The observations that follow those already known, one row per fitted series. NaN and infinite values are refused.",
};

fn method_ops<M: Method + JsonSchema>(class: &str) -> Vec<Op> {
    let named = |name: &str| format!("{}.{name}", M::FITTED);
    let fit = "Fit one model per row of `series`.\n\nFails with `invalid_config` for an option out of range, `invalid_data` \
        for NaN, infinite values or no rows, `not_enough_data` for too few columns, `cancelled` if asked to stop.";
    let predict = "Forecast every series `horizon` steps ahead, with one interval per level.\n\nFails with `invalid_config` \
        for a horizon of 0 or a level outside (0, 1), `too_large` above 2^27 numbers, `cancelled` if asked to stop.";
    let fitted_values = "One-step-ahead values at each observation, `[series, time]`; NaN where none exists.";
    let residuals = "Observations less their one-step-ahead values, `[series, time]`; NaN where none exists.";
    let components = "Level, trend and season at each observation, as far as the method has them.";
    let summary = "What was fitted, one entry per series.";
    let update = "Learn new observations with the parameters as they are; on an error nothing is learnt.\n\nFails with \
        `invalid_data` for another number of series than was fitted, or NaN or infinite values; `cancelled`.";
    let to_bytes =
        "The model as bytes: versioned, checksummed, every number bit for bit.\n\nFails with `too_large` above 1 GiB.";
    let from_bytes = "The model that `to_bytes` gave; it predicts bit for bit as that one would.\n\nFails with `incompatible` \
        for bytes that are damaged, of a newer version, or another model.";
    let save = "Save the model to a file, which is replaced as a whole or not at all.\n\nFails with `not_found` for a folder \
        that does not exist, `io` if the file cannot be written.";
    let load = "The model in a file that `save` wrote.\n\nFails with `not_found` for a file that does not exist, `io` if it \
        cannot be read, `incompatible` if it is damaged, of a newer version, or another model.";
    vec![
        op(format!("{class}.fit"), fit)
            .on_options::<M>()
            .takes(SERIES)
            .gives_model(M::FITTED)
            .runs(|a| Ok(Reply::model(M::FITTED, a.options::<M>()?.fit(a.matrix(0)?, a.context)?))),
        op(named("predict"), predict).on_model().options::<Predict>().gives::<Forecast>().runs(|a| {
            let o: Predict = a.options()?;
            Reply::value(a.model::<Fitted<M>>()?.predict(o.horizon, &o.levels, a.context)?)
        }),
        op(named("fitted_values"), fitted_values)
            .on_model()
            .gives::<Matrix>()
            .quick()
            .runs(|a| Reply::value(a.model::<Fitted<M>>()?.fitted_values())),
        op(named("residuals"), residuals)
            .on_model()
            .gives::<Matrix>()
            .quick()
            .runs(|a| Reply::value(a.model::<Fitted<M>>()?.residuals())),
        op(named("components"), components)
            .on_model()
            .gives::<Components>()
            .quick()
            .runs(|a| Reply::value(a.model::<Fitted<M>>()?.components())),
        op(named("summary"), summary)
            .on_model()
            .gives::<Vec<Summary>>()
            .quick()
            .runs(|a| Reply::value(a.model::<Fitted<M>>()?.summary())),
        op(named("to_bytes"), to_bytes)
            .on_model()
            .gives_bytes()
            .quick()
            .runs(|a| Ok(Reply::bytes(a.model::<Fitted<M>>()?.to_bytes()?))),
        op(named("from_bytes"), from_bytes)
            .on_model_class()
            .takes(BYTES)
            .gives_model(M::FITTED)
            .quick()
            .runs(|a| Ok(Reply::model(M::FITTED, Fitted::<M>::from_bytes(a.bytes(0)?)?))),
        op(named("save"), save).on_model().options::<File>().runs(|a| {
            a.model::<Fitted<M>>()?.save(a.options::<File>()?.path)?;
            Ok(Reply::nothing())
        }),
        op(named("load"), load)
            .on_model_class()
            .options::<File>()
            .gives_model(M::FITTED)
            .runs(|a| Ok(Reply::model(M::FITTED, Fitted::<M>::load(a.options::<File>()?.path)?))),
        op(named("update"), update).on_model().takes(NEW).runs(|a| {
            let new = a.matrix(0)?;
            a.model_handle()?.update::<Fitted<M>>(|fitted| fitted.update(new, a.context))?;
            Ok(Reply::nothing())
        }),
    ]
}
