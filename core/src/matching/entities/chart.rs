//! What columns say, as pictures: of a pair, and of all that was learnt.
use serde::{Deserialize, Serialize};

use super::fitted::FittedLinkage;
use super::result::{ColumnEvidence, ColumnSummary, LinkageSummary, PairExplanation};
use crate::chart::{Axis, Bars, Card, Chart, Column, Page, Size, Table};
use crate::error::Result;

/// How a linkage or a pair of it is drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LinkageChart {
    /// The title of the page or of the picture. Default: says what is shown.
    pub title: String,
    /// The size of each picture. Default 720 x 400, on a page as [`Page`] has it.
    pub size: Option<Size>,
}

impl LinkageChart {
    /// Set the title.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Set the size of each picture.
    #[must_use]
    pub fn with_size(mut self, size: Size) -> Self {
        self.size = Some(size);
        self
    }

    fn titled(&self, otherwise: impl Into<String>) -> String {
        if self.title.is_empty() { otherwise.into() } else { self.title.clone() }
    }
}

const BITS: &str = "Weight";
const FOR: &str = "speaks for a match";
const AGAINST: &str = "speaks against";

fn bits() -> Axis {
    Axis::numbers(BITS).with_unit("bits")
}

/// Bars of weights, those for a match in another colour than those against.
fn weighed(chart: Chart, weights: &[f64]) -> Chart {
    let part = |of: &dyn Fn(f64) -> f64| weights.iter().map(|weight| of(*weight)).collect::<Vec<f64>>();
    let mut chart = chart;
    if weights.iter().any(|weight| *weight >= 0.0) {
        chart = chart.with_layer(Bars::new(FOR, part(&|weight| if weight >= 0.0 { weight } else { f64::NAN })));
    }
    if weights.iter().any(|weight| *weight < 0.0) {
        chart = chart.with_layer(Bars::new(AGAINST, part(&|weight| if weight < 0.0 { weight } else { f64::NAN })));
    }
    chart
}

impl PairExplanation {
    /// What the prior and every column say of the pair, and all of them together: a bar each, in bits.
    ///
    /// # Errors
    /// `invalid_config` for a size out of range.
    pub fn to_svg(&self, options: &LinkageChart) -> Result<String> {
        let title = options.titled(format!("Records {} and {}", self.left, self.right));
        let mut chart = self.chart();
        chart.title = title;
        chart.to_svg(options.size.unwrap_or_default())
    }

    /// A page with the picture of [`to_svg`](Self::to_svg) and a table of the values and how they agree.
    ///
    /// # Errors
    /// `invalid_config` for a size out of range.
    pub fn to_html(&self, options: &LinkageChart) -> Result<String> {
        let mut table = Table::new("What every column says, in bits").with_columns([
            Column::text("column"),
            Column::text("left"),
            Column::text("right"),
            Column::text("agreement"),
            Column::number("weight"),
        ]);
        let (missing, shown) = (String::from("–"), |bits: f64| format!("{bits:+.2}"));
        for column in &self.columns {
            let agreement = match &column.given {
                Some(given) => format!("{}, given that {given} is equal", column.level),
                None => column.level.clone(),
            };
            let value = |value: &Option<String>| value.clone().unwrap_or_else(|| missing.clone());
            let cells = [column.column.clone(), value(&column.left), value(&column.right), agreement];
            table = table.with_row(cells.into_iter().chain([shown(said(column))]));
        }
        let sums = [("before looking", self.prior_weight), ("together", self.weight)];
        for (name, bits) in sums {
            table = table.with_row([name.to_owned(), String::new(), String::new(), String::new(), shown(bits)]);
        }
        let mut page = Page::new(options.titled(format!("Records {} and {}", self.left, self.right)))
            .with_intro(format!("They are the same thing with a probability of {:.4}.", self.probability))
            .with_table(table)
            .with_card(Card::new("", self.chart()));
        page.size = options.size;
        page.to_html()
    }

    fn chart(&self) -> Chart {
        let names = self.columns.iter().map(|column| column.column.clone());
        let names: Vec<String> =
            [String::from("prior")].into_iter().chain(names).chain([String::from("together")]).collect();
        let columns = self.columns.iter().map(said);
        let weights: Vec<f64> = [self.prior_weight].into_iter().chain(columns).chain([self.weight]).collect();
        let chart = Chart::new("")
            .with_subtitle(format!("probability of a match {:.4}", self.probability))
            .with_x(Axis::categories("", names))
            .with_y(bits());
        weighed(chart, &weights)
    }
}

/// All that a column adds.
fn said(column: &ColumnEvidence) -> f64 {
    column.weight + column.frequency_weight
}

impl LinkageSummary {
    /// A page with the weights of every level of every column, a picture for each column, and what blocking found.
    ///
    /// # Errors
    /// `invalid_config` for a size out of range.
    pub fn to_html(&self, options: &LinkageChart) -> Result<String> {
        let intro = format!(
            "{} records, {} matches, {} entities. A random pair matches with a probability of {:.3e}, which is {:+.1} bits; a \
             pair is a match where its columns make up for them.",
            self.records,
            self.matches,
            self.entities,
            self.prior,
            (self.prior / (1.0 - self.prior)).log2()
        );
        let mut table = Table::new("How often levels are seen").with_columns([
            Column::text("column"),
            Column::text("level"),
            Column::number("of matches"),
            Column::number("of others"),
            Column::number("weight in bits"),
        ]);
        let share = |share: f64| if share >= 1e-3 { format!("{:.2} %", 100.0 * share) } else { format!("{share:.1e}") };
        for column in &self.columns {
            for level in &column.levels {
                let weight = format!("{:+.2}", level.weight);
                let cells = [column.column.clone(), level.level.clone(), share(level.m), share(level.u), weight];
                table = table.with_row(cells);
            }
        }
        let mut page = Page::new(options.titled("What agreement weighs")).with_intro(intro).with_table(table);
        page.size = options.size;
        for column in &self.columns {
            let mut card = Card::new(column.column.clone(), column.chart());
            if let Some(parent) = &column.depends_on {
                card = card.with_caption(format!("Judged by how often it agrees where {parent} is equal, if it is."));
            }
            page = page.with_card(card);
        }
        page.to_html()
    }

    /// The weights of every level of every column in one picture.
    ///
    /// # Errors
    /// `invalid_config` for a size out of range.
    pub fn to_svg(&self, options: &LinkageChart) -> Result<String> {
        let levels = || self.columns.iter().flat_map(|column| column.levels.iter().map(move |level| (column, level)));
        let names = levels().map(|(column, level)| format!("{}: {}", column.column, level.level));
        let weights: Vec<f64> = levels().map(|(_, level)| level.weight).collect();
        let chart =
            Chart::new(options.titled("What agreement weighs")).with_x(Axis::categories("", names)).with_y(bits());
        weighed(chart, &weights).to_svg(options.size.unwrap_or_default())
    }
}

impl ColumnSummary {
    fn chart(&self) -> Chart {
        let names = self.levels.iter().map(|level| level.level.clone());
        let weights: Vec<f64> = self.levels.iter().map(|level| level.weight).collect();
        weighed(Chart::new("").with_x(Axis::categories("", names)).with_y(bits()), &weights)
    }
}

impl FittedLinkage {
    /// The weights that were learnt, of every level of every column, as one picture.
    ///
    /// # Errors
    /// `invalid_config` for a size out of range.
    pub fn to_svg(&self, options: &LinkageChart) -> Result<String> {
        self.summary().to_svg(options)
    }

    /// The same as a page: a picture for each column, a table, and what blocking found.
    ///
    /// # Errors
    /// `invalid_config` for a size out of range.
    pub fn to_html(&self, options: &LinkageChart) -> Result<String> {
        self.summary().to_html(options)
    }
}
