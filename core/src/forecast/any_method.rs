//! Any method of the room in one type, for calls that take a list of them.
//!
//! Written as `{"Theta": {"season": 12}}`: the name of the method, and its options.
use serde::{Deserialize, Serialize};

use super::method::{Method, SeriesState};
use super::result::{SeriesForecast, Summary};
use super::{AutoEts, Drift, Naive, Naive2, SeasonalNaive, Theta};
use crate::Context;
use crate::error::Result;

macro_rules! methods {
    (plain: $($plain:ident),*; seasonal: $($seasonal:ident),*;) => {
        methods!(@types $($plain,)* $($seasonal,)*);

        impl AnyMethod {
            /// The season set in the options; `None` where it is to be detected or the method has none.
            #[must_use]
            pub fn season(&self) -> Option<usize> {
                match self {
                    $(AnyMethod::$plain(_) => None,)*
                    $(AnyMethod::$seasonal(method) => method.season,)*
                }
            }

            /// The same method with a season, unless its options set one or it has none.
            #[must_use]
            pub fn with_default_season(mut self, season: usize) -> Self {
                match &mut self {
                    $(AnyMethod::$plain(_) => {})*
                    $(AnyMethod::$seasonal(method) => method.season = method.season.or(Some(season)),)*
                }
                self
            }
        }
    };
    (@types $($method:ident,)*) => {
        /// A method of the room with its options, such as `{"Theta": {"season": 12}}`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub enum AnyMethod {
            $(#[doc = concat!("`", stringify!($method), "` with its options.")]
            $method($method),)*
        }

        /// One series known to any method.
        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum AnyState {
            $(#[doc = concat!("A series known to `", stringify!($method), "`.")]
            $method(<$method as Method>::State),)*
        }

        $(impl From<$method> for AnyMethod {
            fn from(method: $method) -> Self {
                AnyMethod::$method(method)
            }
        })*

        impl AnyMethod {
            /// The names of all methods.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($method)),*];

            /// The name of the method, such as `Theta`.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(AnyMethod::$method(_) => stringify!($method),)* }
            }
        }

        impl Method for AnyMethod {
            type State = AnyState;
            const FITTED: &'static str = "forecast.FittedAnyMethod";
            // Raised with any of them, and by a new one.
            const SAVED: u32 = 0 $(+ <$method as Method>::SAVED)*;

            fn validate(&self) -> Result<()> {
                match self { $(AnyMethod::$method(method) => method.validate(),)* }
            }

            fn shortest(&self) -> usize {
                match self { $(AnyMethod::$method(method) => method.shortest(),)* }
            }

            fn fit_series(&self, series: &[f64], context: &Context) -> Result<AnyState> {
                match self {
                    $(AnyMethod::$method(method) => method.fit_series(series, context).map(AnyState::$method),)*
                }
            }
        }

        impl SeriesState for AnyState {
            fn observed(&self) -> &[f64] {
                match self { $(AnyState::$method(state) => state.observed(),)* }
            }

            fn fitted_values(&self) -> Vec<f64> {
                match self { $(AnyState::$method(state) => state.fitted_values(),)* }
            }

            fn predict(&self, horizon: usize, levels: &[f64], context: &Context) -> Result<SeriesForecast> {
                match self { $(AnyState::$method(state) => state.predict(horizon, levels, context),)* }
            }

            fn update(&mut self, new: &[f64]) -> Result<()> {
                match self { $(AnyState::$method(state) => state.update(new),)* }
            }

            fn summary(&self) -> Summary {
                match self { $(AnyState::$method(state) => state.summary(),)* }
            }

            fn check(&self) -> Result<()> {
                match self { $(AnyState::$method(state) => state.check(),)* }
            }

            fn level(&self) -> Option<Vec<f64>> {
                match self { $(AnyState::$method(state) => state.level(),)* }
            }

            fn trend(&self) -> Option<Vec<f64>> {
                match self { $(AnyState::$method(state) => state.trend(),)* }
            }

            fn season(&self) -> Option<Vec<f64>> {
                match self { $(AnyState::$method(state) => state.season(),)* }
            }
        }
    };
}
// The methods of the room; a new one is one word here, under `plain` where it has no `season` option.
methods! {
    plain: Naive, Drift;
    seasonal: AutoEts, Theta, SeasonalNaive, Naive2;
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_method_is_written_as_its_name_and_options() {
        let method: AnyMethod = serde_json::from_str(r#"{"Theta": {"season": 12}}"#).unwrap();
        assert_eq!(method, Theta::default().with_season(12).into());
        assert_eq!((method.name(), method.season()), ("Theta", Some(12)));
        let error = serde_json::from_str::<AnyMethod>(r#"{"Prophet": {}}"#).unwrap_err().to_string();
        assert!(error.contains("Prophet") && error.contains("SeasonalNaive"), "{error}");
        assert!(serde_json::from_str::<AnyMethod>(r#"{"Naive": {"seasons": 1}}"#).is_err());
        for name in AnyMethod::NAMES {
            let method: AnyMethod = serde_json::from_str(&format!(r#"{{"{name}": {{}}}}"#)).unwrap();
            assert_eq!(method.name(), *name);
            method.validate().unwrap();
        }
    }

    #[test]
    fn any_method_does_what_the_method_does() {
        let series = array![[1.0, 5.0, 2.0, 6.0, 3.0, 7.0, 4.0, 8.0, 5.0, 9.0]];
        let context = Context::new();
        let own = SeasonalNaive::default().with_season(2);
        let any = AnyMethod::from(own.clone());
        let (mut any, mut own) = (any.fit(series.view(), &context).unwrap(), own.fit(series.view(), &context).unwrap());
        assert_eq!(any.predict(3, &[0.9], &context).unwrap(), own.predict(3, &[0.9], &context).unwrap());
        assert_eq!(any.summary(), own.summary());
        any.update(array![[6.0]].view(), &context).unwrap();
        own.update(array![[6.0]].view(), &context).unwrap();
        assert_eq!(any.predict(3, &[], &context).unwrap(), own.predict(3, &[], &context).unwrap());
    }

    #[test]
    fn a_default_season_yields_to_one_that_is_set() {
        let season = |method: AnyMethod| method.with_default_season(7).season();
        assert_eq!(season(SeasonalNaive::default().into()), Some(7));
        assert_eq!(season(SeasonalNaive::default().with_season(4).into()), Some(4));
        assert_eq!(season(Naive::default().into()), None);
    }
}
