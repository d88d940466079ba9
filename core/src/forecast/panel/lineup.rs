//! The methods of one call with the names of their columns.
use crate::error::{Result, bail, ensure};
use crate::forecast::{AnyMethod, Method};

/// The methods of one call, each with its name in the result.
#[derive(Clone, Debug)]
pub(in crate::forecast) struct Lineup {
    pub(in crate::forecast) methods: Vec<(String, AnyMethod)>,
    pub(in crate::forecast) levels: Vec<f64>,
}

impl Lineup {
    /// Judge and name the methods; `taken` are the other columns of the result.
    pub(in crate::forecast) fn new(
        methods: &[AnyMethod],
        names: &[String],
        levels: &[f64],
        taken: &[&str],
    ) -> Result<Self> {
        ensure!(!methods.is_empty(), InvalidConfig, "methods is empty; name at least one of {:?}", AnyMethod::NAMES);
        ensure!(
            names.is_empty() || names.len() == methods.len(),
            InvalidConfig,
            "there are {} names for {} methods; give one each, or none",
            names.len(),
            methods.len()
        );
        for (position, level) in levels.iter().enumerate() {
            ensure!(
                !levels[..position].contains(level),
                InvalidConfig,
                "level {level} stands twice; levels must differ"
            );
        }
        let names = if names.is_empty() { numbered(methods) } else { names.to_vec() };
        for (name, method) in names.iter().zip(methods) {
            method.validate().map_err(|error| error.at(name))?;
        }
        let lineup =
            Self { methods: names.into_iter().zip(methods.iter().cloned()).collect(), levels: levels.to_vec() };
        let mut columns: Vec<String> = lineup.columns();
        columns.extend(taken.iter().map(|name| (*name).to_owned()));
        columns.sort_unstable();
        if let Some(pair) = columns.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!(InvalidConfig, "two columns of the result would be named \"{}\"; names must differ", pair[0]);
        }
        Ok(lineup)
    }

    /// The columns of the forecasts: per method the point, and a lower and upper one per level.
    pub(in crate::forecast) fn columns(&self) -> Vec<String> {
        let of_method = |name: &String| {
            let levels = self.levels.iter().map(|level| percent(*level));
            let bands = levels.flat_map(|level| [format!("{name}-lo-{level}"), format!("{name}-hi-{level}")]);
            std::iter::once(name.clone()).chain(bands).collect::<Vec<_>>()
        };
        self.methods.iter().flat_map(|(name, _)| of_method(name)).collect()
    }

    /// How many columns each method has.
    pub(in crate::forecast) fn width(&self) -> usize {
        1 + 2 * self.levels.len()
    }

    /// The longest season set in the options of a method.
    pub(in crate::forecast) fn season(&self) -> Option<usize> {
        self.methods.iter().filter_map(|(_, method)| method.season()).max()
    }
}

/// The level in percent, as users of other forecasting tools write it: `95`, `99.9`.
pub(in crate::forecast) fn percent(level: f64) -> String {
    // Past the noise of the multiplication: 0.07 * 100 is 7.000000000000001.
    format!("{}", (level * 1e11).round() / 1e9)
}

/// The names of the methods, with a number from the second of its kind on.
fn numbered(methods: &[AnyMethod]) -> Vec<String> {
    let name = |(position, method): (usize, &AnyMethod)| {
        let earlier = methods[..position].iter().filter(|other| other.name() == method.name()).count();
        if earlier == 0 { method.name().into() } else { format!("{}_{}", method.name(), earlier + 1) }
    };
    methods.iter().enumerate().map(name).collect()
}
