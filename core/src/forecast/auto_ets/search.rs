//! Which forms in which order, from which starts, and which one is kept.
use super::form::{Form, Season, Trend};
use super::guard;
use super::interval::End;
use super::likelihood::{Estimate, Places, Problem, Workspace};
use super::options::{AutoEts, EtsCriterion, EtsMode};
use super::prior::slope_share;
use super::start::{FirstStates, first_states};
use crate::Context;
use crate::error::Result;
use crate::math::quasi_newton::Stopping;

/// Places of alpha, beta and gamma between their bounds, and phi, where the forecasting mode begins.
const QUICK: [[f64; 4]; 3] = [[0.1, 0.1, 0.1, 0.95], [0.5, 0.1, 0.1, 0.95], [0.9, 0.05, 0.5, 0.95]];

/// The same for the exact mode.
const THOROUGH: [[f64; 4]; 12] = [
    [0.02, 0.1, 0.02, 0.98],
    [0.03, 0.95, 0.02, 0.95],
    [0.05, 0.9, 0.5, 0.9],
    [0.2, 0.1, 0.1, 0.97],
    [0.2, 0.5, 0.8, 0.85],
    [0.5, 0.05, 0.1, 0.97],
    [0.5, 0.5, 0.5, 0.9],
    [0.5, 0.95, 0.05, 0.82],
    [0.9, 0.05, 0.5, 0.97],
    [0.9, 0.5, 0.9, 0.9],
    [0.98, 0.95, 0.1, 0.82],
    [0.99, 0.001, 0.01, 0.98],
];

/// How far one climb goes: in the forecasting mode, from each start of the exact mode, and from the best of them.
const QUICKLY: Stopping = Stopping { tolerance: 1e-3, steps: 100 };
const ROUGHLY: Stopping = Stopping { tolerance: 1e-4, steps: 200 };
const FINELY: Stopping = Stopping { tolerance: 1e-9, steps: 500 };

/// One form with its criterion.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) estimate: Estimate,
    pub(super) log_likelihood: f64,
    pub(super) criterion: f64,
    pub(super) aicc: f64,
    /// Variance of the one-step errors: squares over `freedom`, the observations less the parameters but sigma.
    pub(super) sigma2: f64,
    pub(super) freedom: f64,
}

/// A search over the forms of one scaled series.
pub(super) struct Search<'a> {
    pub(super) options: &'a AutoEts,
    pub(super) series: &'a [f64],
    pub(super) period: usize,
    pub(super) context: &'a Context,
}

impl Search<'_> {
    /// The forms that this series allows: enough observations for the numbers, positive data where a form divides.
    pub(super) fn forms(&self) -> Vec<Form> {
        let n = self.series.len();
        let positive = self.series.iter().all(|y| *y > super::recursion::SMALLEST);
        let mut forms = self.options.forms();
        forms.retain(|form| {
            (positive || !form.needs_positive())
                && (!form.has_season() || (self.period > 1 && n > self.period))
                && n >= form.parameters(self.period) + 2
        });
        forms
    }

    /// Every form that could be estimated, the best first.
    ///
    /// # Errors
    /// `cancelled`.
    pub(super) fn candidates(&self, forms: &[Form]) -> Result<Vec<Candidate>> {
        let mut workspace = Workspace::default();
        let mut found: Vec<Candidate> = Vec::new();
        let mut first: Option<(Season, FirstStates)> = None;
        for &form in forms {
            if first.as_ref().is_none_or(|(season, _)| *season != form.season) {
                first = Some((form.season, first_states(self.series, self.period, form.season)));
            }
            let Some((_, states)) = &first else { continue };
            if let Some(estimate) = self.fit(form, states, &found, &mut workspace)? {
                found.push(self.judge(estimate));
            }
        }
        found.sort_by(|a, b| a.criterion.total_cmp(&b.criterion));
        Ok(found)
    }

    /// Whether the future of a candidate is one to be trusted.
    pub(super) fn is_sound(&self, candidate: &Candidate) -> bool {
        let estimate = &candidate.estimate;
        let end = End {
            form: estimate.form,
            weights: estimate.weights,
            states: estimate.last,
            seasons: &estimate.ring,
            place: self.series.len() % self.period,
        };
        guard::is_sound(self.series, self.period, &end, candidate.sigma2)
    }

    fn problem(&self, form: Form) -> Problem<'_> {
        let slope_share = match self.options.mode {
            EtsMode::Forecast => slope_share(self.period),
            EtsMode::Exact => 1.0,
        };
        Problem { series: self.series, period: self.period, form, slope_share, context: self.context }
    }

    fn fit(
        &self,
        form: Form,
        states: &FirstStates,
        found: &[Candidate],
        workspace: &mut Workspace,
    ) -> Result<Option<Estimate>> {
        let problem = self.problem(form);
        let mut starts = rank(&problem, self.starts(&problem, states, found), workspace)?;
        if starts.is_empty() {
            let neutral = if form.season == Season::Multiplicative { 1.0 } else { 0.0 };
            let places = Places { alpha: 0.1, beta: 0.1, gamma: 0.0, phi: 0.9 };
            let plain = problem.vector(places, states.flat, &vec![neutral; states.seasons.len()]);
            starts = rank(&problem, vec![plain], workspace)?;
        }
        match self.options.mode {
            EtsMode::Forecast => match starts.into_iter().next() {
                Some((_, x)) => workspace.climb(&problem, x, QUICKLY),
                None => Ok(None),
            },
            EtsMode::Exact => {
                let mut best: Option<Estimate> = None;
                for (_, x) in starts {
                    best = better(best, workspace.climb(&problem, x, ROUGHLY)?);
                }
                let Some(rough) = best else { return Ok(None) };
                let polished = workspace.climb(&problem, rough.x.clone(), FINELY)?;
                Ok(better(Some(rough), polished))
            }
        }
    }

    /// Where to begin: a small grid of weights at the heuristic first states, and the relatives already found.
    fn starts(&self, problem: &Problem<'_>, states: &FirstStates, found: &[Candidate]) -> Vec<Vec<f64>> {
        let form = problem.form;
        let exact = self.options.mode == EtsMode::Exact;
        let grid: &[[f64; 4]] = if exact { &THOROUGH } else { &QUICK };
        let mut first = vec![if form.has_trend() { states.with_trend } else { states.flat }];
        if form.has_trend() && (exact || form.needs_positive()) {
            first.push(states.flat);
        }
        if exact && form.has_trend() {
            first.push(states.overall);
        }
        let mut starts = Vec::with_capacity(first.len() * grid.len() + found.len());
        for start in first {
            for &[alpha, beta, gamma, phi] in grid {
                starts.push(problem.vector(Places { alpha, beta, gamma, phi }, start, &states.seasons));
            }
        }
        for candidate in found {
            let other = candidate.estimate.form;
            if other.season != form.season {
                continue;
            }
            if other.trend == form.trend {
                starts.push(candidate.estimate.x.clone());
            } else if form.has_trend() && other.error == form.error {
                starts.push(self.widened(problem, &candidate.estimate, states.with_trend.slope));
            }
        }
        starts
    }

    /// The vector of a form with a trend, from an estimate of one without it or with another damping.
    fn widened(&self, problem: &Problem<'_>, from: &Estimate, slope: f64) -> Vec<f64> {
        let layout = from.form.layout(self.period);
        let places = Places {
            alpha: from.x[0],
            beta: if from.form.has_trend() { from.x[layout.beta] } else { 0.01 },
            gamma: if from.form.has_season() { from.x[layout.gamma] } else { 0.0 },
            phi: if from.form.trend == Trend::Additive { 0.98 } else { 0.9 },
        };
        let mut start = from.start;
        if !from.form.has_trend() {
            start.slope = slope;
            start.level -= slope;
        }
        problem.vector(places, start, &from.seasons)
    }

    fn judge(&self, estimate: Estimate) -> Candidate {
        let n = self.series.len() as f64;
        let k = estimate.form.parameters(self.period) as f64;
        let log_likelihood = -0.5 * estimate.objective;
        let aic = -2.0 * log_likelihood + 2.0 * k;
        let aicc = aic + 2.0 * k * (k + 1.0) / (n - k - 1.0);
        let criterion = match self.options.criterion {
            EtsCriterion::Aicc => aicc,
            EtsCriterion::Aic => aic,
            EtsCriterion::Bic => aic + k * (n.ln() - 2.0),
        };
        let freedom = n - k + 1.0;
        let sigma2 = estimate.sums.square / freedom;
        Candidate { estimate, log_likelihood, criterion, aicc, sigma2, freedom }
    }
}

/// Starts at which the form is defined with their values, the best first.
fn rank(problem: &Problem<'_>, starts: Vec<Vec<f64>>, workspace: &mut Workspace) -> Result<Vec<(f64, Vec<f64>)>> {
    let mut ranked = Vec::with_capacity(starts.len());
    for x in starts {
        let value = workspace.value(problem, &x)?;
        if value.is_finite() {
            ranked.push((value, x));
        }
    }
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(ranked)
}

fn better(a: Option<Estimate>, b: Option<Estimate>) -> Option<Estimate> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.objective < a.objective { b } else { a }),
        (a, b) => a.or(b),
    }
}
