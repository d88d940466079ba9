//! The catalogue's forecasting operations, called as a door calls them.
use inlaid::{Code, Context, Result};

use crate::{Input, Reply, call};

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
        (br#"{"horizon": 1.5}"#, "expected a whole number of 0 or more"),
        (br#"{"horizon": 1, "levels": 0.9}"#, "expected a list"),
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
