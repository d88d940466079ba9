//! What a minimisation may be told.
use serde::{Deserialize, Serialize};

use crate::error::{Result, bail, ensure};
use crate::optimize::space::Coordinates;

/// How the least value is searched for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MinimizeMethod {
    /// Several methods in turn, chosen by the kind of the space, its dimension, the evaluations and what probes find.
    #[default]
    Auto,
    /// CMA-ES with restarts in two regimes of population size (BIPOP), active updates, margins for whole numbers.
    CmaEs,
    /// Differential evolution whose parameters adapt and whose population shrinks (L-SHADE with jSO's weights).
    DifferentialEvolution,
    /// Genetic algorithm: simulated binary crossover and polynomial mutation, exchange of choices.
    GeneticAlgorithm,
    /// Particle swarm with a ring of neighbours.
    ParticleSwarm,
    /// Generalised simulated annealing with local searches.
    SimulatedAnnealing,
    /// Nelder and Mead's simplex with coefficients by dimension, restarted.
    NelderMead,
    /// Quasi-Newton steps of limited memory within bounds, restarted.
    LBfgsB,
    /// A Gaussian process and the expected improvement; where choices have more than 64 values together, tree-structured
    /// density estimates.
    Bayesian,
    /// Uniform random points.
    Random,
    /// Every combination on a grid.
    Grid,
    /// Sobol's sequence, scrambled.
    Sobol,
}

impl MinimizeMethod {
    /// Every method.
    pub const ALL: &'static [MinimizeMethod] = &[
        Self::Auto,
        Self::CmaEs,
        Self::DifferentialEvolution,
        Self::GeneticAlgorithm,
        Self::ParticleSwarm,
        Self::SimulatedAnnealing,
        Self::NelderMead,
        Self::LBfgsB,
        Self::Bayesian,
        Self::Random,
        Self::Grid,
        Self::Sobol,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::CmaEs => "cma_es",
            Self::DifferentialEvolution => "differential_evolution",
            Self::GeneticAlgorithm => "genetic_algorithm",
            Self::ParticleSwarm => "particle_swarm",
            Self::SimulatedAnnealing => "simulated_annealing",
            Self::NelderMead => "nelder_mead",
            Self::LBfgsB => "l_bfgs_b",
            Self::Bayesian => "bayesian",
            Self::Random => "random",
            Self::Grid => "grid",
            Self::Sobol => "sobol",
        }
    }
}

/// Find the parameters with the least value of a function.
///
/// The search ends with the first limit that is reached; the result says with which.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Minimize {
    /// The method. Default auto.
    pub method: MinimizeMethod,
    /// Whether the greatest value is searched for instead. Default false.
    pub maximize: bool,
    /// The most evaluations, at least 1. Default 1000 per parameter, unless `seconds`, `target` or `stall` is set.
    pub evaluations: Option<usize>,
    /// The most seconds of wall time, from the first question on, above 0. Looked at before each question. Default none.
    pub seconds: Option<f64>,
    /// Stop once a feasible value is this good. Default none.
    pub target: Option<f64>,
    /// Stop after so many evaluations without a better point, at least 1. Default none.
    pub stall: Option<usize>,
    /// How many constraints g <= 0 are told behind each value. Default 0.
    pub inequalities: usize,
    /// How many constraints h = 0 are told behind those. Default 0.
    pub equalities: usize,
    /// How far from 0 an equality may be to count as met, 0 or more. Default 1e-6.
    pub equality_tolerance: f64,
    /// Whether the same candidate may give different values. The search then averages where ranks are unsure, and the last
    /// fifth of the evaluations repeats the best candidates; the result is the one of the best mean. Default false.
    pub noisy: bool,
    /// Whether the partial derivatives, one per parameter, are told behind the value and the constraints. Only continuous
    /// parameters, no constraints, and the methods auto and l_bfgs_b. Default false.
    pub gradient: bool,
    /// How many candidates can be evaluated at once: methods that can ask for a multiple of it. Default 1.
    pub batch: usize,
    /// The population of methods that have one, at least 4; the points per axis of grid, at least 2. Default by method.
    pub population: Option<usize>,
    /// The first step of methods that start from a point, as a part of the range of a bounded parameter, above 0 and at
    /// most 1. Default by method.
    pub step: Option<f64>,
}

impl Default for Minimize {
    fn default() -> Self {
        Self {
            method: MinimizeMethod::Auto,
            maximize: false,
            evaluations: None,
            seconds: None,
            target: None,
            stall: None,
            inequalities: 0,
            equalities: 0,
            equality_tolerance: 1e-6,
            noisy: false,
            gradient: false,
            batch: 1,
            population: None,
            step: None,
        }
    }
}

macro_rules! setters {
    ($($(#[$about:meta])* $with:ident $field:ident: $type:ty => $value:expr;)*) => {
        $($(#[$about])*
        #[must_use]
        pub fn $with(mut self, $field: $type) -> Self {
            self.$field = $value;
            self
        })*
    };
}

/// The most evaluations of one run.
const MOST_EVALUATIONS: usize = 1 << 30;
/// The most constraints.
const MOST_CONSTRAINTS: usize = 10_000;
/// The most candidates of a question.
const MOST_BATCH: usize = 1 << 20;
/// The most numbers of a question.
const MOST_NUMBERS: usize = 1 << 26;

impl Minimize {
    setters! {
        /// Set the method.
        with_method method: MinimizeMethod => method;
        /// Set whether the greatest value is searched for.
        with_maximize maximize: bool => maximize;
        /// Set the most evaluations.
        with_evaluations evaluations: usize => Some(evaluations);
        /// Set the most seconds.
        with_seconds seconds: f64 => Some(seconds);
        /// Set the value that is good enough.
        with_target target: f64 => Some(target);
        /// Set after how many evaluations without a better point to stop.
        with_stall stall: usize => Some(stall);
        /// Set how many constraints g <= 0 are told.
        with_inequalities inequalities: usize => inequalities;
        /// Set how many constraints h = 0 are told.
        with_equalities equalities: usize => equalities;
        /// Set how far from 0 an equality may be.
        with_equality_tolerance equality_tolerance: f64 => equality_tolerance;
        /// Set whether the same candidate may give different values.
        with_noisy noisy: bool => noisy;
        /// Set whether partial derivatives are told.
        with_gradient gradient: bool => gradient;
        /// Set how many candidates can be evaluated at once.
        with_batch batch: usize => batch;
        /// Set the population.
        with_population population: usize => Some(population);
        /// Set the first step.
        with_step step: f64 => Some(step);
    }

    /// Refuse options that contradict each other or are out of range.
    ///
    /// # Errors
    /// `invalid_config`.
    pub fn validate(&self) -> Result<()> {
        for (name, number) in [("evaluations", self.evaluations), ("stall", self.stall), ("batch", Some(self.batch))] {
            ensure!(number != Some(0), InvalidConfig, "{name} is 0; it must be at least 1");
        }
        if let Some(evaluations) = self.evaluations {
            ensure!(
                evaluations <= MOST_EVALUATIONS,
                TooLarge,
                "{evaluations} evaluations; at most {MOST_EVALUATIONS} are allowed"
            );
        }
        ensure!(self.batch <= MOST_BATCH, TooLarge, "a batch of {}; at most {MOST_BATCH} are allowed", self.batch);
        if let Some(seconds) = self.seconds {
            ensure!(seconds > 0.0 && seconds.is_finite(), InvalidConfig, "seconds is {seconds}; it must be above 0");
        }
        if let Some(target) = self.target {
            ensure!(target.is_finite(), InvalidConfig, "target is {target}; it must be finite");
        }
        let tolerance = self.equality_tolerance;
        ensure!(
            tolerance >= 0.0 && tolerance.is_finite(),
            InvalidConfig,
            "equality_tolerance is {tolerance}; it must be 0 or more"
        );
        let constraints = self.inequalities.saturating_add(self.equalities);
        ensure!(
            constraints <= MOST_CONSTRAINTS,
            TooLarge,
            "{constraints} constraints; at most {MOST_CONSTRAINTS} are allowed"
        );
        if let Some(step) = self.step {
            ensure!(step > 0.0 && step <= 1.0, InvalidConfig, "step is {step}; it must be above 0 and at most 1");
        }
        if let Some(population) = self.population {
            let least = if self.method == MinimizeMethod::Grid { 2 } else { 4 };
            ensure!(
                (least..=MOST_BATCH).contains(&population),
                InvalidConfig,
                "population is {population}; it must be from {least} to {MOST_BATCH}"
            );
        }
        if self.gradient {
            let method = self.method;
            let fits = matches!(method, MinimizeMethod::Auto | MinimizeMethod::LBfgsB);
            ensure!(fits, InvalidConfig, "gradient goes with auto and l_bfgs_b, not with {}", method.as_str());
            ensure!(constraints == 0, InvalidConfig, "gradient does not go with constraints");
            ensure!(!self.noisy, InvalidConfig, "gradient does not go with noisy");
        }
        Ok(())
    }

    /// Refuse a space that the method cannot search.
    pub(super) fn check_space(&self, space: &Coordinates) -> Result<()> {
        use MinimizeMethod as M;
        let method = self.method.as_str();
        let from_a_point = matches!(self.method, M::Auto | M::CmaEs | M::NelderMead | M::LBfgsB);
        ensure!(
            space.is_bounded() || from_a_point,
            InvalidConfig,
            "{method} needs both bounds of every parameter; auto, cma_es, nelder_mead and l_bfgs_b do without"
        );
        let most = match self.method {
            M::CmaEs | M::Bayesian => 1000,
            M::NelderMead => 10_000,
            _ => usize::MAX,
        };
        ensure!(
            space.len() <= most,
            TooLarge,
            "{method} goes with at most {most} parameters, the space has {}; auto goes with more",
            space.len()
        );
        let numbers = self.population.unwrap_or(0).max(self.batch).saturating_mul(space.len());
        ensure!(
            numbers <= MOST_NUMBERS,
            TooLarge,
            "a population or batch of {numbers} numbers in all; at most {MOST_NUMBERS} are allowed"
        );
        let local = matches!(self.method, M::NelderMead | M::LBfgsB) || self.gradient;
        if local && !space.is_continuous() {
            bail!(InvalidConfig, "{method} needs continuous parameters; leave the method to auto for others");
        }
        Ok(())
    }

    /// The limit of evaluations for so many parameters.
    pub(super) fn limit(&self, dimensions: usize) -> Option<usize> {
        let other = self.seconds.is_some() || self.target.is_some() || self.stall.is_some();
        self.evaluations.or_else(|| (!other).then(|| dimensions.saturating_mul(1000).min(MOST_EVALUATIONS)))
    }

    /// How many numbers are told of each candidate.
    pub(super) fn width(&self, dimensions: usize) -> usize {
        1 + self.inequalities + self.equalities + if self.gradient { dimensions } else { 0 }
    }
}
