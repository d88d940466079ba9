//! The operations of the room `forecast`.
use inlaid::forecast::{Components, Fitted, Forecast, Method, Naive, Summary};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::op::schema;
use crate::{ArrayArgument, Gives, Letter, Op, Receiver, Reply};

/// Docs of the fitted classes, which have no fields of their own to describe.
pub(crate) const MODELS: &[(&str, &str)] = &[(
    "FittedNaive",
    "Naive fitted to one or several series; predicts, explains itself, learns new observations, saves and loads.",
)];

pub(crate) fn ops() -> Vec<Op> {
    let mut ops = Vec::new();
    ops.extend(method_ops::<Naive>("forecast.Naive"));
    ops
}

/// How far and how sure a forecast should be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Predict {
    /// How many steps ahead, at least 1.
    horizon: usize,
    /// One interval per level, each in (0, 1), such as 0.8 and 0.95.
    #[serde(default)]
    levels: Vec<f64>,
}

const SERIES: ArrayArgument = ArrayArgument {
    name: "series",
    letter: Letter::Matrix,
    axes: &["series", "time"],
    doc: "One series per row, equally spaced in time, oldest first. NaN and infinite values are refused.",
};

const NEW: ArrayArgument = ArrayArgument {
    name: "series",
    letter: Letter::Matrix,
    axes: &["series", "time"],
    doc: "The observations that follow those already known, one row per fitted series. NaN and infinite values are refused.",
};

/// What every forecasting method offers: `fit` on the options class, the rest on the fitted model.
fn method_ops<M: Method + JsonSchema>(class: &str) -> Vec<Op> {
    let on_model = |name: &str| format!("{}.{name}", M::FITTED);
    vec![
        Op {
            name: format!("{class}.fit"),
            doc: "Fit one model per row.",
            receiver: Receiver::Options(schema::<M>),
            arrays: vec![SERIES],
            options: None,
            gives: Gives::Model(M::FITTED),
            quick: false,
            run: |a| Ok(Reply::model(M::FITTED, a.options::<M>()?.fit(a.matrix(0)?, a.context)?)),
        },
        Op {
            name: on_model("predict"),
            doc: "Forecast every series `horizon` steps ahead, with one interval per level.",
            receiver: Receiver::Model,
            arrays: vec![],
            options: Some(schema::<Predict>),
            gives: Gives::Value(schema::<Forecast>),
            quick: false,
            run: |a| {
                let o: Predict = a.options()?;
                Reply::value(a.model::<Fitted<M>>()?.predict(o.horizon, &o.levels, a.context)?)
            },
        },
        Op {
            name: on_model("fitted_values"),
            doc: "One-step-ahead values at each observation, `[series, time]`; NaN where none exists.",
            receiver: Receiver::Model,
            arrays: vec![],
            options: None,
            gives: Gives::Value(schema::<inlaid::data::Matrix>),
            quick: true,
            run: |a| Reply::value(a.model::<Fitted<M>>()?.fitted_values()),
        },
        Op {
            name: on_model("residuals"),
            doc: "Observations less their one-step-ahead values, `[series, time]`; NaN where none exists.",
            receiver: Receiver::Model,
            arrays: vec![],
            options: None,
            gives: Gives::Value(schema::<inlaid::data::Matrix>),
            quick: true,
            run: |a| Reply::value(a.model::<Fitted<M>>()?.residuals()),
        },
        Op {
            name: on_model("components"),
            doc: "Level, trend and season at each observation, as far as the method has them.",
            receiver: Receiver::Model,
            arrays: vec![],
            options: None,
            gives: Gives::Value(schema::<Components>),
            quick: true,
            run: |a| Reply::value(a.model::<Fitted<M>>()?.components()),
        },
        Op {
            name: on_model("summary"),
            doc: "What was fitted, one entry per series.",
            receiver: Receiver::Model,
            arrays: vec![],
            options: None,
            gives: Gives::Value(schema::<Vec<Summary>>),
            quick: true,
            run: |a| Reply::value(a.model::<Fitted<M>>()?.summary()),
        },
        Op {
            name: on_model("update"),
            doc: "Learn new observations with the parameters as they are. On an error nothing is learnt.",
            receiver: Receiver::Model,
            arrays: vec![NEW],
            options: None,
            gives: Gives::Nothing,
            quick: false,
            run: |a| {
                let new = a.matrix(0)?;
                a.model_handle()?.update::<Fitted<M>>(|fitted| fitted.update(new, a.context))?;
                Ok(Reply::nothing())
            },
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Input, call};
    use inlaid::{Code, Context, Result};

    fn fit(data: &[f64]) -> Result<Reply> {
        let series = Input::Matrix { data, rows: 1, columns: data.len() };
        call("forecast.Naive.fit", b"", None, &[series], &Context::new())
    }

    #[test]
    fn a_fitted_model_forecasts_through_the_bridge() {
        let model = fit(&[1.0, 2.0, 3.0]).unwrap().model.unwrap();
        let options = br#"{"horizon": 2, "levels": [0.95]}"#;
        let reply = call("forecast.FittedNaive.predict", options, Some(&model), &[], &Context::new()).unwrap();
        assert_eq!(
            reply.report,
            r#"{"mean":{"$array":0},"intervals":[{"level":0.95,"lower":{"$array":1},"upper":{"$array":2}}]}"#
        );
        assert_eq!(reply.blocks.len(), 3);
    }

    #[test]
    fn bad_options_name_the_option() {
        let model = fit(&[1.0]).unwrap().model.unwrap();
        for (options, word) in [
            (&br#"{"horizon": 1, "level": [0.9]}"#[..], "unknown field `level`"),
            (br#"{"horizon": "1"}"#, "option `horizon`"),
            (br#"{"horizon": -1}"#, "option `horizon`"),
            (br#"{"horizon": 1, "levels": [0.9, null]}"#, "option `levels[1]`"),
            (br#"{"horizon""#, "not a JSON object"),
            (b"[]", "not a JSON object"),
            (b"{}", "missing field `horizon`"),
        ] {
            let error = call("forecast.FittedNaive.predict", options, Some(&model), &[], &Context::new()).unwrap_err();
            assert_eq!(error.code(), Code::InvalidConfig, "{error}");
            assert!(error.message().contains(word), "{error}");
        }
    }

    #[test]
    fn inputs_of_another_shape_are_invalid_data() {
        let context = Context::new();
        let short = Input::Matrix { data: &[1.0], rows: 1, columns: 2 };
        for inputs in [vec![short], vec![Input::Vector(&[1.0])], vec![]] {
            let error = call("forecast.Naive.fit", b"", None, &inputs, &context).unwrap_err();
            assert_eq!(error.code(), Code::InvalidData, "{error}");
        }
    }
}
