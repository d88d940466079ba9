//! Give every order a driver near to it who has room, so that the way to all of them together is shortest.
//!
//! Usage: main ORDERS.csv DRIVERS.csv FOLDER, where ORDERS.csv has the columns order, latitude and longitude, and
//! DRIVERS.csv driver, latitude, longitude and capacity. Writes assignment.csv and map.svg into the folder.
use std::error::Error;
use std::path::PathBuf;

use inlaid::Context;
use inlaid::data::{Column, Table, read_csv, write_csv};
use inlaid::matching::{AssignCapacities, MatchMap, PointMetric, PointCosts, assign_with_capacities, point_costs};
use inlaid::ndarray::{Array2, Axis, stack};

/// Latitude and longitude, a row each.
fn points(table: &Table) -> Result<Array2<f64>, Box<dyn Error>> {
    let [latitude, longitude] = [table.floats("latitude")?, table.floats("longitude")?];
    Ok(stack(Axis(1), &[latitude.as_ref().into(), longitude.as_ref().into()])?)
}

/// The texts of a column.
fn names<'t>(table: &'t Table, column: &str) -> Result<Vec<&'t str>, Box<dyn Error>> {
    Ok(table.texts(column)?.into_iter().map(Option::unwrap_or_default).collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || arguments.next().ok_or("name two files and a folder");
    let context = Context::new();
    let (orders, drivers) = (read_csv(argument()?, &context)?, read_csv(argument()?, &context)?);
    let folder = PathBuf::from(argument()?);
    let (left, right) = (points(&orders)?, points(&drivers)?);

    // Metres from every order to every driver; each order wants one place, each driver has some.
    let haversine = PointCosts::default().with_metric(PointMetric::Haversine);
    let metres = point_costs(left.view(), right.view(), &haversine, &context)?;
    let capacities: Vec<i64> = drivers.integers("capacity")?.into_iter().map(Option::unwrap_or_default).collect();
    let wanted = vec![1; left.nrows()];
    let found = assign_with_capacities(metres.view(), &wanted, &capacities, &AssignCapacities::default(), &context)?;
    let capacity: i64 = capacities.iter().sum();
    println!(
        "{} of {} orders have one of {} drivers, who have {capacity} places",
        found.units,
        left.nrows(),
        right.nrows()
    );
    println!("{:.3} km in all", found.total_cost / 1000.0);

    // The price of a driver says what one more place there would save.
    let (order_names, driver_names) = (names(&orders, "order")?, names(&drivers, "driver")?);
    let prices = found.column_prices.iter().enumerate();
    let (best, price) = prices.min_by(|a, b| a.1.total_cmp(b.1)).ok_or("there is no driver")?;
    println!("one more place is worth most with {}: {:.0} m", driver_names[best], -price);

    let pairs = || found.rows.iter().zip(found.columns.iter()).map(|(row, column)| (*row as usize, *column as usize));
    let assignment = Table::from_columns([
        ("order", Column::from(pairs().map(|(row, _)| order_names[row]).collect::<Vec<_>>())),
        ("driver", Column::from(pairs().map(|(_, column)| driver_names[column]).collect::<Vec<_>>())),
        ("metres", Column::from(pairs().map(|pair| metres[pair]).collect::<Vec<_>>())),
    ])?;
    write_csv(&assignment, folder.join("assignment.csv"), &context)?;
    let map = MatchMap::default().with_title("Who delivers what").with_sides("orders", "drivers").with_geographic(true);
    let (rows, columns) = (found.rows.to_vec(), found.columns.to_vec());
    std::fs::write(folder.join("map.svg"), map.to_svg(left.view(), right.view(), &rows, &columns)?)?;
    Ok(())
}
