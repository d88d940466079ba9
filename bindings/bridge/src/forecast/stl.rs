//! Series taken apart by loess.
use inlaid::forecast::{Mstl, MstlParts, Stl, StlParts};

use super::ONE_SERIES;
use crate::op::op;
use crate::{Op, Reply};

pub(super) fn ops() -> Vec<Op> {
    let stl = "Take a series apart into trend, season and remainder by loess (Cleveland et al. 1990).\n\nFails with \
        `invalid_config` for an option out of range, `invalid_data` for NaN or infinite values or a season that cannot be \
        detected, `not_enough_data` for fewer than two seasons, `cancelled` if asked to stop.";
    let mstl = "Take a series with several seasons apart (Bandara, Hyndman, Bergmeir 2021).\n\nFails as `Stl.transform`.";
    vec![
        op("forecast.Stl.transform", stl)
            .on_options::<Stl>()
            .takes(ONE_SERIES)
            .gives::<StlParts>()
            .runs(|a| Reply::value(a.options::<Stl>()?.transform(&a.vector(0)?.to_vec(), a.context)?)),
        op("forecast.Mstl.transform", mstl)
            .on_options::<Mstl>()
            .takes(ONE_SERIES)
            .gives::<MstlParts>()
            .runs(|a| Reply::value(a.options::<Mstl>()?.transform(&a.vector(0)?.to_vec(), a.context)?)),
    ]
}
