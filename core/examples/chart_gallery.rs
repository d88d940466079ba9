//! Draws what charts must cope with into a folder, to be looked at in a browser, in light and in dark:
//! `cargo run -p inlaid --example chart_gallery -- target/gallery [classics.csv]`.
use std::path::Path;

use inlaid::chart::{Axis, Band, Bars, Card, Chart, Column, Line, Page, Scatter, Size, Table};
use inlaid::data::Vector;
use inlaid::forecast::{Forecast, ForecastChart, Interval, Method, Naive};
use inlaid::{Context, Result};
use ndarray::Array2;

const HOUR: f64 = 3600.0;

/// A repeatable stand-in for noise in -1..1.
fn noise(at: usize) -> f64 {
    let mixed = (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed ^ (mixed >> 27)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

fn values(count: usize, value: impl Fn(f64, usize) -> f64) -> Vector {
    (0..count).map(|at| value(at as f64, at)).collect::<Vec<_>>().into()
}

fn cards() -> Vec<Card> {
    let hours: Vec<f64> = (0..168).map(|at| 1.7e9 + HOUR * at as f64).collect();
    let hourly = Line::new("load", values(168, |t, at| 40.0 + 12.0 * (t * 0.2618).sin() + 3.0 * noise(at)));
    let negative = Line::new("balance", values(60, |t, at| -2.4e6 + 1e5 * (t / 5.0).cos() + 3e4 * noise(at)));
    let gaps = values(80, |t, at| if at % 17 > 13 { f64::NAN } else { (t / 9.0).sin() });
    let many = |count: usize| {
        (0..count).fold(Chart::new(""), |chart, series| {
            let name = format!("series {series} with a long and telling name {}", "x".repeat(series % 7 * 9));
            chart.with_layer(Line::new(
                name,
                values(30, |t, at| series as f64 * 3.0 + (t / 4.0).sin() + noise(at) / 3.0),
            ))
        })
    };
    let long =
        ["Seasonal naive, twelve months", "Exponential smoothing (AICc)", "Theta, optimised", "Drift", "Mean of all"];
    let names: Vec<String> = (0..26).map(|at| format!("category number {at} of many")).collect();
    let spread = values(400, |_, at| noise(at) + noise(at + 999));
    let other = values(400, |_, at| noise(at + 5000) * 1.5 + 0.8);
    vec![
        Card::new(
            "Hours over a week",
            Chart::new("")
                .with_x(Axis::dates("UTC"))
                .with_y(Axis::numbers("Load").with_unit("MW"))
                .with_layer(hourly.with_x(hours)),
        ),
        Card::new(
            "Negative millions",
            Chart::new("").with_y(Axis::numbers("Balance").with_unit("EUR")).with_layer(negative),
        ),
        Card::new("Across zero with gaps", Chart::new("").with_layer(Line::new("", gaps))),
        Card::new(
            "Tiny",
            Chart::new("")
                .with_y(Axis::numbers("Charge").with_unit("C"))
                .with_layer(Line::new("", values(20, |t, _| 1e-9 * (1.0 + t * t)))),
        ),
        Card::new("Constant", Chart::new("").with_layer(Line::new("", values(20, |_, _| 42.0)))),
        Card::new(
            "A near constant million",
            Chart::new("").with_layer(Line::new("", values(20, |t, _| 1e6 + 1e-3 * t))),
        ),
        Card::new(
            "One point",
            Chart::new("").with_x(Axis::dates("")).with_layer(Line::new("", vec![3.5]).with_x(vec![1e9])),
        ),
        Card::new("Nothing but gaps", Chart::new("").with_layer(Line::new("", vec![f64::NAN; 5]))),
        Card::new(
            "Long categories",
            Chart::new("")
                .with_x(Axis::categories("", long))
                .with_y(Axis::numbers("MASE"))
                .with_layer(Bars::new("", vec![1.0, 0.84, 0.79, 1.3, -0.4])),
        ),
        Card::new(
            "Many categories",
            Chart::new("")
                .with_x(Axis::categories("", names.clone()))
                .with_y(Axis::numbers("Count"))
                .with_layer(Bars::new("", values(26, |t, _| 3.0 + t % 7.0))),
        ),
        Card::new(
            "Lying bars, two layers",
            Chart::new("")
                .with_y(Axis::categories("Method", long))
                .with_x(Axis::numbers("MASE"))
                .with_layer(Bars::new("M4", vec![1.0, 0.84, 0.79, 1.3, 0.9]))
                .with_layer(Bars::new("M3", vec![1.1, 0.8, 0.9, 1.2, 0.7])),
        ),
        Card::new(
            "Points",
            Chart::new("")
                .with_x(Axis::numbers("First"))
                .with_y(Axis::numbers("Second"))
                .with_layer(Scatter::new("these", values(400, |_, at| noise(at + 77))).with_x(spread))
                .with_layer(Scatter::new("those", values(400, |_, at| noise(at + 99) - 0.5)).with_x(other)),
        ),
        Card::new(
            "Histogram",
            Chart::new("")
                .with_x(Axis::numbers("Residual").with_unit("kWh"))
                .with_y(Axis::numbers("Count"))
                .with_layer(
                    Bars::new(
                        "",
                        values(41, |t, _| (4000.0 * (-((t - 20.0) / 7.0) * ((t - 20.0) / 7.0)).exp()).round()),
                    )
                    .with_x(values(41, |t, _| (t - 20.0) / 4.0)),
                ),
        ),
        Card::new("Six lines", many(6)),
        Card::new("Twenty-four lines", many(24)),
        Card::new(
            "A million points",
            Chart::new("").with_layer(Line::new("", values(1_000_000, |t, at| (t / 1e5).sin() + 0.2 * noise(at)))),
        ),
        Card::new(
            "Names in other scripts <b>&amp;</b>",
            Chart::new("")
                .with_y(Axis::numbers("מכירות").with_unit("₪"))
                .with_x(Axis::categories("月", ["一月", "二月", "三月", "四月", "📈 up", "ياناير"]))
                .with_layer(Line::new("日本語の系列", values(6, |t, _| t)))
                .with_layer(Line::new("المبيعات 👩‍👩‍👧 <i>\"&'", values(6, |t, _| 6.0 - t))),
        ),
        Card::new(
            "Centuries",
            Chart::new("").with_x(Axis::dates("")).with_layer(
                Line::new("", values(300, |_, at| noise(at))).with_x(values(300, |t, _| -1.2e10 + t * 3.2e7)),
            ),
        ),
        Card::new(
            "Seconds",
            Chart::new("")
                .with_x(Axis::dates(""))
                .with_layer(Line::new("", values(90, |_, at| noise(at))).with_x(values(90, |t, _| 1.7e9 - 20.0 + t))),
        ),
        Card::new(
            "Cut off",
            Chart::new("")
                .with_y(Axis::numbers("").with_minimum(0.0).with_maximum(10.0))
                .with_layer(Band::new(
                    "spread",
                    values(30, |t, _| 5.0 - t * t / 20.0),
                    values(30, |t, _| 5.0 + t * t / 20.0),
                ))
                .with_layer(Line::new("middle", values(30, |t, _| 5.0 + t / 9.0))),
        ),
    ]
}

/// A seasonal guess with made-up bands: something to look at, not a method.
fn guess(history: &[f64], season: usize, horizon: usize) -> Forecast {
    let step = |h: usize| history[history.len() - season + h % season];
    let row = |z: f64| {
        let spread = history.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>() / history.len() as f64;
        (0..horizon).map(|h| step(h) + z * spread * (1.0 + h as f64 / 4.0).sqrt()).collect::<Vec<f64>>()
    };
    let matrix = |row: Vec<f64>| Array2::from_shape_vec((1, horizon), row).expect("one row").into();
    let interval = |level: f64, z: f64| Interval { level, lower: matrix(row(-z)), upper: matrix(row(z)) };
    Forecast { mean: matrix(row(0.0)), intervals: vec![interval(0.8, 1.28), interval(0.95, 1.96)] }
}

fn classics(path: &Path) -> Result<Vec<Card>> {
    let text = std::fs::read_to_string(path).expect("the file of series can be read");
    let mut series: Vec<(String, usize, String, Vec<f64>)> = Vec::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if series.last().is_none_or(|last| last.0 != cells[0]) {
            series.push((cells[0].into(), cells[1].parse().expect("m"), cells[2].into(), Vec::new()));
        }
        series.last_mut().expect("pushed").3.push(cells[4].parse().expect("y"));
    }
    let mut cards = Vec::new();
    for (id, season, start, values) in series {
        let mut start = start.split('-').map(|part| part.parse::<f64>().expect("a number"));
        let (year, part) = (start.next().expect("a year"), start.next().unwrap_or(1.0) - 1.0);
        let horizon = if season > 1 { 2 * season } else { 10 };
        let month = |at: usize| {
            let months = (year * 12.0 + part * 12.0 / season as f64) as i64 + (at * 12 / season) as i64;
            days(months.div_euclid(12), months.rem_euclid(12) + 1) as f64 * 86_400.0
        };
        let times: Vec<f64> = (0..values.len()).map(month).collect();
        let history = Array2::from_shape_vec((1, values.len()), values.clone()).expect("one row");
        let options = ForecastChart::default().with_history(history).with_times(times).with_last(values.len().min(180));
        cards.push(
            Card::new(id, guess(&values, season, horizon).chart(0, &options)?)
                .with_caption("The last season again, with bands by eye."),
        );
    }
    Ok(cards)
}

fn days(year: i64, month: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * ((month + 9) % 12) + 2) / 5
        - 719_468
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "target/gallery".into());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).expect("the folder can be made");
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).expect("the file can be written");
    let mut page = Page::new("Gallery")
        .with_intro("What charts must cope with.\n\nLook at it in light and in dark, wide and narrow.");
    page.cards = cards();
    write("gallery.html", page.to_html()?);
    if let Some(classics_path) = arguments.next() {
        let cards = classics(Path::new(&classics_path))?;
        let mut air = cards[0].chart.clone();
        air.title = "AirPassengers".into();
        air.subtitle = Some("Monthly totals of international airline passengers".into());
        air.y = Axis::numbers("Passengers").with_unit("thousands");
        write("air.svg", air.to_svg(Size::default())?);
        write("air.html", air.to_html(Size::new(960.0, 460.0))?);
        let mut table = Table::new("Accuracy over three origins").with_columns([
            Column::text("Series"),
            Column::number("MASE naive"),
            Column::number("MASE AutoEts"),
            Column::number("Coverage 95 %"),
        ]);
        for (at, card) in cards.iter().enumerate() {
            let figures = [1.5 + noise(at) / 2.0, 0.9 + noise(at + 9) / 4.0, 94.0 + 2.0 * noise(at + 20)];
            table =
                table.with_row(std::iter::once(card.title.clone()).chain(figures.map(|figure| format!("{figure:.2}"))));
        }
        let mut page = Page::new("Classic series")
            .with_intro("A stand-in for the demo.")
            .with_table(table)
            .with_footer("Public statistics.");
        page.cards = cards;
        write("classics.html", page.to_html()?);
    }
    let flat = ndarray::array![[5.0, 5.0, 6.0, 5.0, 7.0]];
    let forecast = Naive::default().fit(flat.view(), &Context::default())?.predict(
        4,
        &[0.5, 0.8, 0.95, 0.99],
        &Context::default(),
    )?;
    write("naive.svg", forecast.to_svg(&ForecastChart::default().with_history(flat).with_title("Four levels"))?);
    Ok(())
}
