//! What a search for a front may be told.
use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure};
use crate::optimize::space::Coordinates;

/// How a front is searched for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FrontMethod {
    /// `nsga2` up to three objectives, `nsga3` above.
    #[default]
    Auto,
    /// Ranks, then the spread within a rank.
    Nsga2,
    /// Ranks, then the nearness to evenly placed directions.
    Nsga3,
    /// One problem of a single number per direction, which share what their neighbours find.
    Moead,
}

/// How NSGA-II thins out the last front that finds a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FrontSpread {
    /// One point after the other leaves, the most crowded first, and its neighbours are measured again: by crowding distance
    /// for two objectives, by the nearest neighbours, as many as objectives, for more (Kukkonen and Deb 2006).
    #[default]
    Pruned,
    /// All at once by crowding distance (Deb, Pratap, Agarwal and Meyarivan 2002).
    Crowding,
}

/// How MOEA/D makes one number of several objectives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FrontDecomposition {
    /// `tchebycheff` for two objectives, `boundary_intersection` for more.
    #[default]
    Auto,
    /// The largest weighted distance from the best of each objective.
    Tchebycheff,
    /// The distance along the direction plus `penalty` times the distance from it (PBI).
    BoundaryIntersection,
}

/// Find candidates of which none is better than another in all of several objectives.
///
/// All objectives are minimised unless `maximize` says otherwise. The search ends with the first limit that is reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MinimizeFront {
    /// How many objectives are told of each candidate, 1 to 100. Default 2.
    pub objectives: usize,
    /// The method. Default auto.
    pub method: FrontMethod,
    /// For each objective whether it is maximised instead; empty for none. Default empty.
    pub maximize: Vec<bool>,
    /// How many candidates survive a generation, at least 4. Default 100; `nsga3` keeps at least one per direction and
    /// `moead` exactly one.
    pub population: Option<usize>,
    /// The most evaluations, at least 1. Default 250 per candidate of the population, unless `seconds` is set.
    pub evaluations: Option<usize>,
    /// The most seconds of wall time, from the first question on, above 0. Looked at before each question. Default none.
    pub seconds: Option<f64>,
    /// How many constraints g <= 0 are told behind the objectives. Default 0.
    pub inequalities: usize,
    /// How many constraints h = 0 are told behind those. Default 0.
    pub equalities: usize,
    /// How far from 0 an equality may be to count as met, 0 or more. Default 1e-4.
    pub equality_tolerance: f64,
    /// How often two parents are crossed and not copied, 0 to 1. Default 0.9, 1 for `nsga3` and `moead`.
    pub crossover_probability: Option<f64>,
    /// The distribution index of the simulated binary crossover, 0 to 1000: the larger, the nearer children are to their
    /// parents. Default 15, for `nsga3` 30, for `moead` 20.
    pub crossover_index: Option<f64>,
    /// How often a parameter of a child is mutated, 0 to 1. Default 0.8 over the number of parameters.
    pub mutation_probability: Option<f64>,
    /// The distribution index of the polynomial mutation, 0 to 1000. Default 20.
    pub mutation_index: f64,
    /// How `nsga2` thins out. Default pruned.
    pub spread: FrontSpread,
    /// How many equal steps the directions of `nsga3` and `moead` have from 0 to 1 (Das and Dennis 1998), each further
    /// number being a layer shrunk by half towards the middle. Default: one layer, or two where the objectives are more than
    /// fit otherwise, with as many directions as the population holds.
    pub partitions: Vec<usize>,
    /// How `moead` makes one number of several objectives. Default auto.
    pub decomposition: FrontDecomposition,
    /// The weight of the distance from the direction in `boundary_intersection`, above 0. Default 5.
    pub penalty: f64,
    /// How many neighbours, itself among them, a direction of `moead` has, at least 2. Default 20.
    pub neighbours: usize,
    /// How often `moead` takes both parents from the neighbours and not from all, 0 to 1. Default 0.9.
    pub neighbour_mating: f64,
    /// How many neighbours a child of `moead` may replace, at least 1. Default 2.
    pub replacements: usize,
    /// The reference up to which the history measures the hypervolume of each generation, one number per objective; empty
    /// for no measure. Default empty.
    pub hypervolume_reference: Vec<f64>,
}

impl Default for MinimizeFront {
    fn default() -> Self {
        Self {
            objectives: 2,
            method: FrontMethod::Auto,
            maximize: Vec::new(),
            population: None,
            evaluations: None,
            seconds: None,
            inequalities: 0,
            equalities: 0,
            equality_tolerance: 1e-4,
            crossover_probability: None,
            crossover_index: None,
            mutation_probability: None,
            mutation_index: 20.0,
            spread: FrontSpread::Pruned,
            partitions: Vec::new(),
            decomposition: FrontDecomposition::Auto,
            penalty: 5.0,
            neighbours: 20,
            neighbour_mating: 0.9,
            replacements: 2,
            hypervolume_reference: Vec::new(),
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
/// The largest population.
const MOST_POPULATION: usize = 20_000;
/// The most objectives that are searched.
const MOST_OBJECTIVES: usize = 100;
/// The most constraints.
const MOST_CONSTRAINTS: usize = 10_000;
/// The default population.
const POPULATION: usize = 100;

impl MinimizeFront {
    setters! {
        /// Set how many objectives are told.
        with_objectives objectives: usize => objectives;
        /// Set the method.
        with_method method: FrontMethod => method;
        /// Set which objectives are maximised.
        with_maximize maximize: impl Into<Vec<bool>> => maximize.into();
        /// Set how many candidates survive a generation.
        with_population population: usize => Some(population);
        /// Set the most evaluations.
        with_evaluations evaluations: usize => Some(evaluations);
        /// Set the most seconds.
        with_seconds seconds: f64 => Some(seconds);
        /// Set how many constraints g <= 0 are told.
        with_inequalities inequalities: usize => inequalities;
        /// Set how many constraints h = 0 are told.
        with_equalities equalities: usize => equalities;
        /// Set how far from 0 an equality may be.
        with_equality_tolerance equality_tolerance: f64 => equality_tolerance;
        /// Set how often two parents are crossed.
        with_crossover_probability crossover_probability: f64 => Some(crossover_probability);
        /// Set the distribution index of the crossover.
        with_crossover_index crossover_index: f64 => Some(crossover_index);
        /// Set how often a parameter is mutated.
        with_mutation_probability mutation_probability: f64 => Some(mutation_probability);
        /// Set the distribution index of the mutation.
        with_mutation_index mutation_index: f64 => mutation_index;
        /// Set how NSGA-II thins out.
        with_spread spread: FrontSpread => spread;
        /// Set the steps of the directions, layer by layer.
        with_partitions partitions: impl Into<Vec<usize>> => partitions.into();
        /// Set how MOEA/D makes one number of several objectives.
        with_decomposition decomposition: FrontDecomposition => decomposition;
        /// Set the weight of the distance from the direction.
        with_penalty penalty: f64 => penalty;
        /// Set how many neighbours a direction has.
        with_neighbours neighbours: usize => neighbours;
        /// Set how often parents are neighbours.
        with_neighbour_mating neighbour_mating: f64 => neighbour_mating;
        /// Set how many neighbours a child may replace.
        with_replacements replacements: usize => replacements;
        /// Set the reference of the history's hypervolume.
        with_hypervolume_reference hypervolume_reference: impl Into<Vec<f64>> => hypervolume_reference.into();
    }

    /// Refuse options that contradict each other or are out of range.
    ///
    /// # Errors
    /// `invalid_config`; `too_large` beyond 2^30 evaluations, a population of 20,000, 10,000 constraints.
    pub fn validate(&self) -> Result<()> {
        self.validate_counts()?;
        let within = |name: &str, value: f64, low: f64, high: f64| {
            ensure!(
                (low..=high).contains(&value),
                InvalidConfig,
                "{name} is {value}; it must lie within {low}..={high}"
            );
            Ok(())
        };
        within("crossover_probability", self.crossover_probability(), 0.0, 1.0)?;
        within("crossover_index", self.crossover_index(), 0.0, 1000.0)?;
        within("mutation_probability", self.mutation_probability.unwrap_or(0.0), 0.0, 1.0)?;
        within("mutation_index", self.mutation_index, 0.0, 1000.0)?;
        within("neighbour_mating", self.neighbour_mating, 0.0, 1.0)?;
        within("equality_tolerance", self.equality_tolerance, 0.0, f64::MAX)?;
        for (name, value) in [("seconds", self.seconds), ("penalty", Some(self.penalty))] {
            if let Some(value) = value {
                ensure!(value > 0.0 && value.is_finite(), InvalidConfig, "{name} is {value}; it must be above 0");
            }
        }
        for (objective, bound) in self.hypervolume_reference.iter().enumerate() {
            ensure!(
                bound.is_finite(),
                InvalidConfig,
                "hypervolume_reference of objective {objective} is {bound}; it must be finite"
            );
        }
        Ok(())
    }

    fn validate_counts(&self) -> Result<()> {
        let objectives = self.objectives;
        ensure!(
            (1..=MOST_OBJECTIVES).contains(&objectives),
            InvalidConfig,
            "objectives is {objectives}; it must be from 1 to {MOST_OBJECTIVES}"
        );
        for (name, length) in
            [("maximize", self.maximize.len()), ("hypervolume_reference", self.hypervolume_reference.len())]
        {
            let fits = length == 0 || length == objectives;
            ensure!(
                fits,
                InvalidConfig,
                "{name} has {length} entries for {objectives} objectives; give one for each or none"
            );
        }
        if let Some(evaluations) = self.evaluations {
            ensure!(evaluations > 0, InvalidConfig, "evaluations is 0; it must be at least 1");
            ensure!(
                evaluations <= MOST_EVALUATIONS,
                TooLarge,
                "{evaluations} evaluations; at most {MOST_EVALUATIONS} are allowed"
            );
        }
        if let Some(population) = self.population {
            ensure!(population >= 4, InvalidConfig, "population is {population}; it must be at least 4");
            ensure!(
                population <= MOST_POPULATION,
                TooLarge,
                "a population of {population}; at most {MOST_POPULATION} are allowed"
            );
        }
        let constraints = self.inequalities.saturating_add(self.equalities);
        ensure!(
            constraints <= MOST_CONSTRAINTS,
            TooLarge,
            "{constraints} constraints; at most {MOST_CONSTRAINTS} are allowed"
        );
        ensure!(self.neighbours >= 2, InvalidConfig, "neighbours is {}; it must be at least 2", self.neighbours);
        ensure!(self.replacements >= 1, InvalidConfig, "replacements is 0; it must be at least 1");
        if !self.partitions.is_empty() {
            let count = super::directions::count(objectives, &self.partitions)?;
            ensure!(
                count <= MOST_POPULATION,
                TooLarge,
                "partitions make {count} directions; at most {MOST_POPULATION} are allowed"
            );
        }
        Ok(())
    }

    /// Refuse a space that cannot be searched.
    pub(super) fn check_space(&self, space: &Coordinates) -> Result<()> {
        ensure!(space.is_bounded(), InvalidConfig, "a front needs both bounds of every parameter");
        Ok(())
    }

    /// The method, chosen.
    pub(super) fn method(&self) -> FrontMethod {
        match self.method {
            FrontMethod::Auto if self.objectives <= 3 => FrontMethod::Nsga2,
            FrontMethod::Auto => FrontMethod::Nsga3,
            method => method,
        }
    }

    /// The population asked for, before directions have their say.
    pub(super) fn population(&self) -> usize {
        self.population.unwrap_or(POPULATION)
    }

    pub(super) fn crossover_probability(&self) -> f64 {
        let usual = if self.method() == FrontMethod::Nsga2 { 0.9 } else { 1.0 };
        self.crossover_probability.unwrap_or(usual)
    }

    pub(super) fn crossover_index(&self) -> f64 {
        let usual = match self.method() {
            FrontMethod::Nsga3 => 30.0,
            FrontMethod::Moead => 20.0,
            _ => 15.0,
        };
        self.crossover_index.unwrap_or(usual)
    }

    /// A little less than the usual once per child: some children are then pure crossings, with which fronts of the
    /// literature are found sooner and covered more evenly by all three methods.
    pub(super) fn mutation_probability(&self, parameters: usize) -> f64 {
        self.mutation_probability.unwrap_or(0.8 / parameters as f64)
    }

    /// The limit of evaluations for a population.
    pub(super) fn limit(&self, population: usize) -> Option<usize> {
        let usual = || population.saturating_mul(250).min(MOST_EVALUATIONS);
        self.evaluations.or_else(|| self.seconds.is_none().then(usual))
    }

    /// How many numbers are told of each candidate.
    pub(super) fn width(&self) -> usize {
        self.objectives + self.inequalities + self.equalities
    }

    /// 1, or -1 for an objective that is maximised.
    pub(super) fn sign(&self, objective: usize) -> f64 {
        if self.maximize.get(objective).copied().unwrap_or(false) { -1.0 } else { 1.0 }
    }
}
