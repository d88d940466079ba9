//! Plan what to make of what there is, so that the profit is greatest, and say what more of each resource would be worth.
//!
//! Usage: main PRODUCTS.csv RESOURCES.csv FOLDER, where PRODUCTS.csv has the columns product, profit, least, most, whole
//! (1 where batches are whole) and one for what a batch needs of each resource, and RESOURCES.csv resource, available and
//! price. Writes plan.csv, prices.csv and plan.svg into the folder.
use std::error::Error;
use std::path::PathBuf;

use inlaid::Context;
use inlaid::data::{Column, Table, read_csv, write_csv};
use inlaid::optimize::{Expression, LinearChart, LinearModel, LinearSolution, RowOf, SolveLinear, Term, Variable};

/// The texts of a column.
fn names<'t>(table: &'t Table, column: &str) -> Result<Vec<&'t str>, Box<dyn Error>> {
    Ok(table.texts(column)?.into_iter().map(Option::unwrap_or_default).collect())
}

/// The sum of variables, each times its factor.
fn total(variables: &[Term], factors: &[f64]) -> Expression {
    variables.iter().zip(factors).fold(Expression::default(), |sum, (variable, factor)| sum + *factor * *variable)
}

/// The programme, its variables and its rows; without `whole` any part of a batch may be made.
fn model_of(
    products: &Table,
    resources: &Table,
    whole: bool,
) -> Result<(LinearModel, Vec<Term>, Vec<RowOf>), Box<dyn Error>> {
    let mut model = LinearModel::new();
    model.name = "Production".to_owned();
    let (least, most) = (products.floats("least")?, products.floats("most")?);
    let kinds = products.floats("whole")?;
    let mut batches = Vec::new();
    for (at, name) in names(products, "product")?.into_iter().enumerate() {
        let variable = Variable::named(name).between(least[at], most[at]);
        batches.push(model.add(if whole && kinds[at] == 1.0 { variable.integer() } else { variable }));
    }
    model.maximize(total(&batches, &products.floats("profit")?))?;
    let available = resources.floats("available")?;
    let mut limits = Vec::new();
    for (at, resource) in names(resources, "resource")?.into_iter().enumerate() {
        let used = total(&batches, &products.floats(resource)?);
        limits.push(model.subject_to(resource, used.at_most(available[at]))?);
    }
    Ok((model, batches, limits))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().ok_or("name two files and a folder");
    let context = Context::new();
    let (products, resources) = (read_csv(argument()?, &context)?, read_csv(argument()?, &context)?);
    let folder = PathBuf::from(argument()?);

    // Without whole batches: what one more unit of a resource is worth, and up to where that holds.
    let (model, _, limits) = model_of(&products, &resources, false)?;
    let relaxed = SolveLinear::default().with_sensitivity(true).solve(&model, &context)?;
    println!("profit without whole batches: {:.2}", relaxed.objective.ok_or("there is no plan")?);
    let duals: Vec<f64> = limits.iter().map(|limit| relaxed.dual(*limit)).collect();
    let ranges = relaxed.sensitivity.as_ref().ok_or("ranges were asked for")?;
    let prices = resources.floats("price")?;
    for (at, resource) in names(&resources, "resource")?.into_iter().enumerate() {
        let (dual, price, upper) = (duals[at], prices[at], ranges.right_to[limits[at].position()]);
        let until = if upper.is_finite() { format!("up to {upper:.1}") } else { "without end".to_owned() };
        let more = if dual > price { "buy more" } else { "enough" };
        println!("{resource}: one more is worth {dual:.3} ({until}), costs {price:.2}: {more}");
    }

    // With whole batches: the plan.
    let (model, batches, _) = model_of(&products, &resources, true)?;
    let plan = SolveLinear::default().solve(&model, &context)?;
    let objective = plan.objective.ok_or("there is no plan")?;
    println!("profit of the plan: {objective:.2}");
    let made: Vec<f64> = batches.iter().map(|batch| plan.value(*batch)).collect();
    let named = |name, texts: Vec<&str>, number, numbers: &[f64]| {
        Table::from_columns([(name, Column::from(texts)), (number, Column::from(numbers.to_vec()))])
    };
    let table = named("product", names(&products, "product")?, "batches", &made)?;
    write_csv(&table, folder.join("plan.csv"), &context)?;
    let table = named("resource", names(&resources, "resource")?, "worth", &duals)?;
    write_csv(&table, folder.join("prices.csv"), &context)?;
    let drawn = LinearSolution::claimed(plan.values.to_vec(), relaxed.row_duals.to_vec(), Vec::new());
    let chart = LinearChart::default().with_title("What the plan uses");
    std::fs::write(folder.join("plan.svg"), model.to_svg(&drawn, &chart)?)?;
    Ok(())
}
