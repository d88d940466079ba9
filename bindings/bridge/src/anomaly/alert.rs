//! From scores to incidents.
use inlaid::anomaly::{AlertEvent, AlertNotice, AlertPolicy, AlertState, Incident};

use super::saved_in_place;
use crate::op::op;
use crate::{Op, Reply};

pub(super) const MODEL: (&str, &str) = (
    "AlertState",
    "A policy at work: scored events in, notices out, saved at any time. Memory grows with the number of series and of open \
     incidents only; incidents that are over are given out once.",
);

pub(super) fn ops() -> Vec<Op> {
    let start = "Begin to watch.\n\nFails with `invalid_config` for a limit in the wrong order, or a count or a duration out of \
        range.";
    let update = "Take a scored event of a series, and tell what it causes: notices of this incident and, as time goes on, of \
        others.\n\nEvents of all series should come in the order of time; one that comes late is judged as if it came now. Fails \
        with `invalid_data` for a name that is too long or a time farther than 292 years from 1970, `too_large` above 1,000,000 \
        series; nothing is changed then.";
    let open = "The incidents that are not over, the oldest first.";
    let suppressed = "How many unusual events a suppression kept from opening anything.";
    let cooled = "How many unusual events a cool-down kept from opening anything.";
    let mut ops = vec![
        op("anomaly.AlertPolicy.start", start)
            .on_options::<AlertPolicy>()
            .gives_model("anomaly.AlertState")
            .quick()
            .runs(|a| Ok(Reply::model_in_place("anomaly.AlertState", a.options::<AlertPolicy>()?.start()?))),
        op("anomaly.AlertState.update", update)
            .on_model()
            .options::<AlertEvent>()
            .gives::<Vec<AlertNotice>>()
            .once()
            .quick()
            .runs(|a| {
                let event: AlertEvent = a.options()?;
                Reply::value(a.change(|state: &mut AlertState| state.update(&event))?)
            }),
        op("anomaly.AlertState.open_incidents", open)
            .on_model()
            .gives::<Vec<Incident>>()
            .quick()
            .runs(|a| Reply::value(a.change(|state: &mut AlertState| Ok(state.open_incidents()))?)),
        op("anomaly.AlertState.suppressed", suppressed)
            .on_model()
            .gives::<u64>()
            .quick()
            .runs(|a| Reply::value(a.change(|state: &mut AlertState| Ok(state.suppressed()))?)),
        op("anomaly.AlertState.cooled", cooled)
            .on_model()
            .gives::<u64>()
            .quick()
            .runs(|a| Reply::value(a.change(|state: &mut AlertState| Ok(state.cooled()))?)),
    ];
    ops.extend(saved_in_place!("anomaly.AlertState", AlertState));
    ops
}
