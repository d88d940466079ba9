//! A plan as a picture: how much of every limit is used, and what more of it would be worth.
use serde::{Deserialize, Serialize};

use super::model::LinearModel;
use super::result::LinearSolution;
use crate::chart::{Axis, Bars, Card, Chart, Column, Page, Size, Table};
use crate::error::{Result, ensure};

/// The most rows that are drawn, those of the greatest prices first.
const DRAWN: usize = 24;
/// The most lines of a table.
const LISTED: usize = 500;

/// How a plan is drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LinearChart {
    /// The title. Default the name of the model, or `Plan`.
    pub title: String,
    /// The size of the picture. Default 720 x 400, on a page as [`Page`] has it.
    pub size: Option<Size>,
}

impl LinearChart {
    /// Set the title.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Set the size of the picture.
    #[must_use]
    pub fn with_size(mut self, size: Size) -> Self {
        self.size = Some(size);
        self
    }
}

/// A row as it stands in a plan.
struct Used {
    name: String,
    value: f64,
    lower: f64,
    upper: f64,
    price: f64,
}

impl Used {
    /// The limit that is drawn: the upper one where there is one.
    fn limit(&self) -> Option<f64> {
        [self.upper, self.lower].into_iter().find(|limit| limit.is_finite() && *limit != 0.0)
    }
}

impl LinearModel {
    /// The plan as a picture: a bar per row with a limit other than 0, the part of the limit that is used, with the price
    /// beside its name. Of more than 24 rows those of the greatest prices are drawn.
    ///
    /// # Errors
    /// `invalid_data` for a model that is none and for values or prices of another number than columns or rows;
    /// `not_enough_data` where no row has a limit, and where the solution has no point.
    pub fn chart(&self, solution: &LinearSolution) -> Result<Chart> {
        let mut rows = self.used(solution)?;
        rows.retain(|row| row.limit().is_some());
        ensure!(!rows.is_empty(), NotEnoughData, "no row has a limit other than 0; there is nothing to draw");
        if rows.len() > DRAWN {
            rows.sort_by(|a, b| b.price.abs().total_cmp(&a.price.abs()));
            rows.truncate(DRAWN);
        }
        let priced = !solution.row_duals.is_empty();
        let name = |row: &Used| {
            if priced { format!("{} ({})", row.name, short(row.price)) } else { row.name.clone() }
        };
        let used = rows.iter().map(|row| 100.0 * row.value / row.limit().unwrap_or(1.0)).collect::<Vec<f64>>();
        let mut chart = Chart::new(if self.name.is_empty() { "Plan" } else { &self.name })
            .with_x(Axis::categories("", rows.iter().map(name)))
            .with_y(Axis::numbers("Part of the limit").with_unit("%"))
            .with_layer(Bars::new("", used));
        if priced {
            chart = chart.with_subtitle("in brackets what one unit more of the limit is worth");
        }
        Ok(chart)
    }

    /// [`chart`](Self::chart) as a self-contained SVG.
    ///
    /// # Errors
    /// As [`chart`](Self::chart), and `invalid_config` for a size out of range.
    pub fn to_svg(&self, solution: &LinearSolution, options: &LinearChart) -> Result<String> {
        let mut chart = self.chart(solution)?;
        if !options.title.is_empty() {
            chart.title.clone_from(&options.title);
        }
        chart.to_svg(options.size.unwrap_or_default())
    }

    /// A self-contained page: the picture, the variables that are not 0, and every row with its price; at most 500 lines
    /// of each.
    ///
    /// # Errors
    /// As [`to_svg`](Self::to_svg), but a model without limits has a page without a picture.
    pub fn to_html(&self, solution: &LinearSolution, options: &LinearChart) -> Result<String> {
        let rows = self.used(solution)?;
        let title = [&options.title, &self.name].into_iter().find(|title| !title.is_empty());
        let aim = if self.maximize { "greatest" } else { "least" };
        let objective = self.objective_at(&solution.values.to_vec());
        let mut page = Page::new(title.map_or("Plan", String::as_str))
            .with_intro(format!("The objective, to be {aim}, is {}.", short(objective)))
            .with_table(self.variables(solution))
            .with_table(limits(&rows));
        if rows.iter().any(|row| row.limit().is_some()) {
            let mut chart = self.chart(solution)?;
            chart.title = String::new();
            page = page.with_card(Card::new("What is used", chart));
        }
        page.size = options.size;
        page.to_html()
    }

    fn used(&self, solution: &LinearSolution) -> Result<Vec<Used>> {
        self.check()?;
        let (columns, rows) = (self.column_count(), self.row_count());
        let (values, prices) = (&solution.values, &solution.row_duals);
        ensure!(
            columns == 0 || !values.is_empty(),
            NotEnoughData,
            "the solution has no point; there is nothing to draw"
        );
        for (what, given, wanted) in [
            ("values", values.len(), columns),
            ("row_duals", prices.len(), rows),
            ("reduced_costs", solution.reduced_costs.len(), columns),
        ] {
            let fits = given == wanted || (given == 0 && what != "values");
            ensure!(fits, InvalidData, "{what} has {given} items; the model needs {wanted}");
        }
        let mut sums = vec![0.0; rows];
        for ((row, column), factor) in self.entry_rows.iter().zip(&self.entry_columns).zip(&self.entry_values) {
            sums[*row as usize] += factor * values[*column as usize];
        }
        let used = |(row, value): (usize, &f64)| {
            let (lower, upper) = self.row_bounds(row);
            let price = prices.get(row).copied().unwrap_or(0.0);
            Used { name: self.row_name(row), value: *value, lower, upper, price }
        };
        Ok(sums.iter().enumerate().map(used).collect())
    }

    fn variables(&self, solution: &LinearSolution) -> Table {
        let columns = ["variable", "value", "objective per unit", "reduced cost"];
        let mut table = Table::new("Variables that are not 0").with_columns(
            columns
                .iter()
                .enumerate()
                .map(|(at, name)| if at == 0 { Column::text(*name) } else { Column::number(*name) }),
        );
        let shown = solution.values.iter().enumerate().filter(|(_, value)| value.abs() > 1e-9).take(LISTED);
        for (column, value) in shown {
            let reduced = solution.reduced_costs.get(column).map_or_else(|| "–".to_owned(), |cost| short(*cost));
            table = table.with_row([self.column_name(column), short(*value), short(self.costs[column]), reduced]);
        }
        table
    }
}

fn limits(rows: &[Used]) -> Table {
    let mut table = Table::new("Rows").with_columns([
        Column::text("row"),
        Column::number("value"),
        Column::number("least"),
        Column::number("most"),
        Column::number("price"),
    ]);
    for row in rows.iter().take(LISTED) {
        let bound = |bound: f64| if bound.is_finite() { short(bound) } else { "–".to_owned() };
        table =
            table.with_row([row.name.clone(), short(row.value), bound(row.lower), bound(row.upper), short(row.price)]);
    }
    table
}

/// Six digits at most, without zeros that say nothing.
fn short(value: f64) -> String {
    if value == 0.0 || value.abs() < 1e-9 {
        return "0".to_owned();
    }
    let digits = (5.0 - value.abs().log10().floor()).clamp(0.0, 9.0) as usize;
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Context;
    use crate::error::Code;
    use crate::optimize::{SolveLinear, Variable};

    #[test]
    fn a_plan_shows_limits_and_prices() {
        let mut model = LinearModel::new();
        let (doors, windows) = (model.add(Variable::named("doors")), model.add(Variable::named("windows")));
        model.maximize(3.0 * doors + 5.0 * windows).unwrap();
        model.subject_to("plant <1>", doors.at_most(4.0)).unwrap();
        model.subject_to("plant 3", (3.0 * doors + 2.0 * windows).at_most(18.0)).unwrap();
        let plan = SolveLinear::default().solve(&model, &Context::new()).unwrap();
        let svg = model.to_svg(&plan, &LinearChart::default().with_title("Factory")).unwrap();
        assert!(svg.contains("Factory") && svg.contains("plant &lt;1&gt; (0)") && svg.contains("plant 3 (2.5)"));
        let page = model.to_html(&plan, &LinearChart::default()).unwrap();
        assert!(page.contains("The objective, to be greatest, is 45.") && page.contains("windows"));
        let claimed = LinearSolution::claimed(vec![1.0], Vec::new(), Vec::new());
        assert_eq!(model.chart(&claimed).unwrap_err().code(), Code::InvalidData);
        let none = LinearSolution::claimed(Vec::new(), Vec::new(), Vec::new());
        assert_eq!(model.chart(&none).unwrap_err().code(), Code::NotEnoughData);
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in
            [(36.0, "36"), (2.5, "2.5"), (-1234567.0, "-1234567"), (1.0 / 3.0, "0.333333"), (1e-12, "0")]
        {
            assert_eq!(short(value), text);
        }
    }
}
