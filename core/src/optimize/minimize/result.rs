//! What a minimisation found, and how it went.
use serde::{Deserialize, Serialize};

use crate::chart::{Axis, Card, Chart, Column, Line, Page, Size, Table};
use crate::data::{Ints, Vector};
use crate::error::{Result, ensure};

/// Why a minimisation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The evaluations are used up.
    Evaluations,
    /// The time is used up.
    Seconds,
    /// A value as good as the target was found.
    Target,
    /// Too many evaluations without a better point.
    Stall,
    /// The method sees nothing left to do.
    Converged,
    /// Every candidate of the grid or of a finite space was evaluated.
    Exhausted,
}

/// A part of a minimisation: what was done, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Stage {
    /// What was done.
    pub name: String,
    /// How many evaluations had been told when it began.
    pub began: usize,
}

/// How a minimisation went, one entry per evaluation in the order asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MinimizeHistory {
    /// The value told; NaN where the evaluation failed.
    pub values: Vector,
    /// By how much constraints were violated, 0 where none was; empty without constraints.
    pub violations: Vector,
    /// The best feasible value so far; NaN until there is one.
    pub best: Vector,
}

/// The best point of a minimisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Minimum {
    /// The best candidate, one number per parameter: categories by the position of the choice.
    pub point: Vector,
    /// Its value; with `noisy` the mean of its evaluations.
    pub value: f64,
    /// By how much its constraints are violated: the sum of what exceeds 0, or the tolerance of equalities.
    pub violation: f64,
    /// Whether it meets all constraints.
    pub feasible: bool,
    /// How often it was evaluated: 1 unless `noisy`.
    pub repeats: usize,
    /// The standard error of `value` where it was evaluated more than once.
    pub standard_error: Option<f64>,
    /// How many evaluations were told.
    pub evaluations: usize,
    /// How many of them failed: NaN or infinite values.
    pub failed: usize,
    /// Wall time from the first question on.
    pub seconds: f64,
    /// Why it ended; none while it has not.
    pub reason: Option<StopReason>,
    /// What was done, in order.
    pub stages: Vec<Stage>,
    /// The evaluation, from 0, of each improvement of the best point.
    pub improved_at: Ints,
    /// How it went.
    pub history: MinimizeHistory,
}

impl Minimum {
    /// The best value so far over the evaluations, as a picture.
    ///
    /// # Errors
    /// `not_enough_data` where no feasible value was found.
    pub fn chart(&self) -> Result<Chart> {
        let best = self.history.best.to_vec();
        ensure!(best.iter().any(|value| value.is_finite()), NotEnoughData, "no feasible value was found to draw");
        let numbers: Vec<f64> = (1..=best.len()).map(|count| count as f64).collect();
        Ok(Chart::new("Best value so far")
            .with_x(Axis::numbers("Evaluations"))
            .with_y(Axis::numbers("Value"))
            .with_layer(Line::new("best", best).with_x(numbers)))
    }

    /// [`chart`](Minimum::chart) as a self-contained SVG.
    ///
    /// # Errors
    /// As [`chart`](Minimum::chart).
    pub fn to_svg(&self) -> Result<String> {
        self.chart()?.to_svg(Size::default())
    }

    /// A self-contained page: the picture of [`to_svg`](Minimum::to_svg), what was done in order, and every improvement of
    /// the best value, at most the last 200 of them.
    ///
    /// # Errors
    /// As [`chart`](Minimum::chart).
    pub fn to_html(&self) -> Result<String> {
        let mut chart = self.chart()?;
        chart.title = String::new();
        let mut stages =
            Table::new("What was done").with_columns([Column::text("method"), Column::number("from evaluation")]);
        for stage in &self.stages {
            stages = stages.with_row([stage.name.clone(), stage.began.to_string()]);
        }
        let columns = [Column::number("evaluation"), Column::number("value")];
        let mut steps = Table::new("Improvements").with_columns(columns);
        let improved = self.improved_at.to_vec();
        for at in &improved[improved.len().saturating_sub(200)..] {
            let value = self.history.values.get(*at as usize).copied().unwrap_or(f64::NAN);
            steps = steps.with_row([at.to_string(), format!("{value:.9e}")]);
        }
        let told =
            format!("{} evaluations, {} of them failed, in {:.1} s.", self.evaluations, self.failed, self.seconds);
        Page::new("Search")
            .with_intro(format!("The best value is {:.9e}, after {told}", self.value))
            .with_card(Card::new("Best value so far", chart))
            .with_table(stages)
            .with_table(steps)
            .to_html()
    }
}
