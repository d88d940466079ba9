//! Tests of assignments against brute force and known totals.
use ndarray::{Array2, array};

use super::dense::direct;
use super::small::{lanes, subsets, tiny};
use super::*;
use crate::Code;
use crate::math::random::Random;

/// All ways to pair, cheapest of the largest: number of pairs and total.
fn brute(costs: &Array2<f64>) -> (usize, f64) {
    fn go(costs: &Array2<f64>, row: usize, used: u32) -> (usize, f64) {
        if row == costs.nrows() {
            return (0, 0.0);
        }
        let mut best = go(costs, row + 1, used);
        for column in 0..costs.ncols() {
            let cost = costs[[row, column]];
            if used & (1 << column) == 0 && cost < f64::INFINITY {
                let (pairs, total) = go(costs, row + 1, used | (1 << column));
                let found = (pairs + 1, total + cost);
                if found.0 > best.0 || found.0 == best.0 && found.1 < best.1 {
                    best = found;
                }
            }
        }
        best
    }
    go(costs, 0, 0)
}

fn random_costs(random: &mut Random, rows: usize, columns: usize) -> Array2<f64> {
    let kind = random.bits() % 6;
    let forbidden = [0.0, 0.0, 0.3, 0.7][(random.bits() % 4) as usize];
    Array2::from_shape_fn((rows, columns), |_| {
        if random.uniform() < forbidden {
            return f64::INFINITY;
        }
        match kind {
            0 => random.uniform(),
            1 => (random.bits() % 3) as f64,
            2 => (random.bits() % 1000) as f64 - 500.0,
            3 => random.normal() * 1e300,
            4 => [0.0, -0.0, 1.0][(random.bits() % 3) as usize],
            _ => random.normal() * 1e-300,
        }
    })
}

#[test]
fn random_small_matrices_are_matched_as_by_brute_force() {
    let mut random = Random::new(11);
    for case in 0..100_000 {
        let (rows, columns) = ((random.bits() % 6) as usize, (random.bits() % 6) as usize);
        let costs = random_costs(&mut random, rows, columns);
        let (pairs, total) = brute(&costs);
        let options = Assign::default().with_unmatched(Unmatched::Leave);
        let found = assign(costs.view(), &options, &Context::new()).unwrap();
        let scale = costs.iter().filter(|cost| cost.is_finite()).fold(0.0_f64, |most, cost| most.max(cost.abs()));
        assert_eq!(found.rows.len(), pairs, "case {case}: {costs}");
        assert!((found.total_cost - total).abs() <= 1e-14 * scale, "case {case}: {} {total} {costs}", found.total_cost);
        let refused = assign(costs.view(), &Assign::default(), &Context::new());
        assert_eq!(refused.is_ok(), pairs == rows.min(columns), "case {case}: {costs}");
        let negated = costs.mapv(|cost| -cost);
        let other = assign(negated.view(), &options.with_maximize(true), &Context::new()).unwrap();
        assert_eq!(other.total_cost, -found.total_cost);
    }
}

#[test]
fn who_cannot_be_matched_is_named() {
    let inf = f64::INFINITY;
    let costs = array![[1.0, inf, inf], [2.0, inf, inf], [1.0, 1.0, 1.0]];
    let error = assign(costs.view(), &Assign::default(), &Context::new()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    assert_eq!(error.message(), "not all rows can be matched: rows 0 and 1 can only use column 0");
    let costs = array![[1.0, inf], [2.0, inf], [1.0, inf]];
    let error = assign(costs.view(), &Assign::default(), &Context::new()).unwrap_err();
    assert_eq!(error.message(), "column 1 cannot be matched: every pair is forbidden");
}

/// What full rows give, whatever the size.
fn by_full_rows(costs: &Array2<f64>) -> Option<f64> {
    let turned = if costs.nrows() > costs.ncols() { costs.t().to_owned() } else { costs.clone() };
    let (rows, columns) = turned.dim();
    let mut column_of_row = vec![ALONE; rows];
    let plain: Vec<f64> = turned.iter().copied().collect();
    let mut desk = direct::Desk::new(columns);
    direct::solve(&plain, &mut column_of_row, &mut desk, &Context::new()).unwrap().ok()?;
    Some(column_of_row.iter().enumerate().map(|(row, column)| turned[[row, *column as usize]]).sum())
}

fn certified(costs: &Array2<f64>, found: &Assignment, options: &Assign) {
    let certificate = verify_assignment(costs.view(), found, options, &Context::new()).unwrap();
    assert!(certificate.is_optimal, "{certificate:?}");
}

#[test]
fn lists_and_full_rows_give_the_same_total() {
    let mut random = Random::new(7);
    for case in 0..300 {
        let rows = if case < 20 { 257 + case } else { 17 + (random.bits() % 80) as usize };
        let columns = if case % 2 == 0 { rows } else { 17 + (random.bits() % 300) as usize };
        let costs = if case % 5 == 0 {
            let spread = [0.0, 0.3][(random.bits() % 2) as usize];
            let weights: Vec<f64> = (0..rows + columns).map(|_| random.uniform()).collect();
            Array2::from_shape_fn((rows, columns), |(i, j)| {
                weights[i] * weights[rows + j] * (1.0 + spread * random.uniform())
            })
        } else {
            random_costs(&mut random, rows, columns)
        };
        let scale = costs.iter().filter(|cost| cost.is_finite()).fold(0.0_f64, |most, cost| most.max(cost.abs()));
        let found = assign(costs.view(), &Assign::default(), &Context::new());
        match by_full_rows(&costs) {
            Some(total) => {
                let found = found.unwrap();
                assert!((found.total_cost - total).abs() <= 1e-12 * scale, "case {case}: {} {total}", found.total_cost);
                certified(&costs, &found, &Assign::default());
            }
            None => assert_eq!(found.unwrap_err().code(), Code::InvalidData),
        }
        let leave = Assign::default().with_unmatched(Unmatched::Leave);
        certified(&costs, &assign(costs.view(), &leave, &Context::new()).unwrap(), &leave);
        let negated = costs.mapv(|cost| -cost);
        let greatest = leave.with_maximize(true);
        certified(&negated, &assign(negated.view(), &greatest, &Context::new()).unwrap(), &greatest);
    }
}

/// The reference's numbers from a counter.
fn mixed(seed: u64, count: usize) -> Vec<u64> {
    let mix = |i: usize| {
        let z = seed.wrapping_add((i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    (0..count).map(mix).collect()
}

fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

fn family(name: &str, rows: usize, columns: usize) -> Array2<f64> {
    let seed = if rows == columns { 1000 + rows } else { 77 + rows } as u64;
    let points = |seed, count: usize| mixed(seed, 2 * count).into_iter().map(unit).collect::<Vec<_>>();
    let (left, right) = (points(seed, rows), points(seed + 1, columns));
    let raw = mixed(seed, rows * columns);
    Array2::from_shape_fn((rows, columns), |(i, j)| {
        let bits = raw[i * columns + j];
        match name {
            "uniform_real" => unit(bits),
            "int_1_1000" => (bits % 1000 + 1) as f64,
            "int_1_10" => (bits % 10 + 1) as f64,
            "geometric" => {
                let (x, y) = (left[2 * i] - right[2 * j], left[2 * i + 1] - right[2 * j + 1]);
                x * x + y * y
            }
            _ => ((i + 1) * (j + 1)) as f64,
        }
    })
}

/// Totals of `linear_sum_assignment` (scipy 1.16), as the project's reference has them.
#[test]
#[allow(clippy::excessive_precision)]
fn reference_instances_have_the_known_totals() {
    let known = [
        ("uniform_real", 100, 100, 1.406_668_319_585_105_1),
        ("uniform_real", 1000, 1000, 1.587_987_373_864_221_8),
        ("uniform_real", 500, 2000, 0.273_873_784_172_770_53),
        ("uniform_real", 2000, 500, 0.262_393_221_029_779_6),
        ("int_1_1000", 100, 100, 1596.0),
        ("int_1_1000", 1000, 1000, 2182.0),
        ("int_1_1000", 500, 2000, 584.0),
        ("int_1_1000", 2000, 500, 591.0),
        ("int_1_10", 1000, 1000, 1000.0),
        ("geometric", 500, 500, 0.997_093_862_324_095_8),
        ("geometric", 1000, 1000, 1.396_381_364_930_848),
        ("geometric", 100, 1000, 0.027_875_535_237_731_758),
        ("geometric", 2000, 500, 0.088_576_952_200_435_57),
        ("product", 500, 500, 20_958_500.0),
        ("product", 1000, 1000, 167_167_000.0),
    ];
    for (name, rows, columns, total) in known {
        let costs = family(name, rows, columns);
        let found = assign(costs.view(), &Assign::default(), &Context::new()).unwrap();
        assert!((found.total_cost - total).abs() <= 1e-12 * total, "{name} {rows} {columns}: {}", found.total_cost);
        certified(&costs, &found, &Assign::default());
    }
}

#[test]
fn a_matrix_in_any_order_of_memory_gives_the_same_total() {
    let costs = family("int_1_1000", 100, 100);
    let total = |costs: ArrayView2<'_, f64>| assign(costs, &Assign::default(), &Context::new()).unwrap().total_cost;
    assert_eq!(total(costs.view()), 1596.0);
    assert_eq!(total(costs.t()), 1596.0);
    assert_eq!(total(costs.slice(ndarray::s![..;-1, ..;-1])), 1596.0);
}

#[test]
fn nothing_to_match_is_an_empty_match() {
    for (rows, columns) in [(0, 0), (0, 5), (5, 0)] {
        let costs = Array2::zeros((rows, columns));
        let found = assign(costs.view(), &Assign::default(), &Context::new()).unwrap();
        assert!(found.rows.is_empty() && found.total_cost == 0.0);
        assert_eq!((found.row_prices.len(), found.column_prices.len()), (rows, columns));
        certified(&costs, &found, &Assign::default());
        let points = assign_points(
            Array2::zeros((rows, 2)).view(),
            Array2::zeros((columns, 2)).view(),
            &PointCosts::default(),
            &Context::new(),
        );
        assert_eq!(points.unwrap(), found);
        let ruled = assign_by(rows, columns, |_, _| Ok(()), &Assign::default(), &Context::new());
        assert_eq!(ruled.unwrap(), found);
    }
}

#[test]
fn costs_near_the_largest_number_are_added_without_overflow() {
    let huge = 1.7e308;
    for size in [4, 50] {
        let costs = Array2::from_shape_fn((size, size), |(i, j)| if i == j { -huge } else { huge });
        let costs = costs.mapv(|cost: f64| cost / if size == 4 { 4.0 } else { 2.0 });
        let found = assign(costs.view(), &Assign::default(), &Context::new());
        if size == 4 {
            let found = found.unwrap();
            assert_eq!(found.columns.to_vec(), [0, 1, 2, 3]);
            assert!(found.total_cost.is_finite());
        } else {
            assert_eq!(found.unwrap_err().code(), Code::InvalidData, "the total is beyond the largest number");
        }
    }
}

#[test]
fn costs_that_say_nothing_are_refused_by_place() {
    for size in [3, 40] {
        let mut costs = Array2::<f64>::zeros((size, size + 1));
        costs[[2, 1]] = f64::NAN;
        for view in [costs.view(), costs.t()] {
            let error = assign(view, &Assign::default(), &Context::new()).unwrap_err();
            let place = if view.nrows() == size { "row 2 and column 1" } else { "row 1 and column 2" };
            assert!(error.code() == Code::InvalidData && error.message().contains(place), "{error}");
        }
        costs[[2, 1]] = f64::NEG_INFINITY;
        let error = assign(costs.view(), &Assign::default(), &Context::new()).unwrap_err();
        assert!(error.message().contains("is -inf"), "{error}");
        assert!(assign(costs.view(), &Assign::default().with_maximize(true), &Context::new()).is_ok());
    }
}

#[test]
fn a_poor_or_illegal_assignment_does_not_pass() {
    let costs = array![[4.0, 1.0, 3.0], [2.0, 0.0, 5.0], [3.0, 2.0, 2.0]];
    let options = Assign::default();
    let best = assign(costs.view(), &options, &Context::new()).unwrap();
    let verdict = |found: &Assignment| verify_assignment(costs.view(), found, &options, &Context::new()).unwrap();
    assert!(verdict(&best).is_optimal && verdict(&best).gap == 0.0);
    let mut poor = best.clone();
    (poor.columns, poor.total_cost) = (vec![0, 1, 2].into(), 6.0);
    let certificate = verdict(&poor);
    assert!(certificate.feasible && !certificate.is_optimal && certificate.gap >= 1.0);
    let mut wrong = best.clone();
    wrong.total_cost = 4.0;
    assert!(!verdict(&wrong).feasible);
    let mut twice = best.clone();
    twice.columns = vec![1, 1, 2].into();
    assert!(!verdict(&twice).feasible);
    let mut fewer = best.clone();
    (fewer.rows, fewer.columns, fewer.total_cost) = (vec![0].into(), vec![1].into(), 1.0);
    assert!(!verdict(&fewer).feasible);
    let mut dear = best;
    dear.row_prices = vec![100.0, 0.0, 0.0].into();
    assert!(!verdict(&dear).is_optimal);
}

/// A problem of a batch as an assignment of its own.
fn one_of(batch: &AssignmentBatch, at: usize, rows: usize) -> Assignment {
    let own = batch.columns.to_vec()[at * rows..(at + 1) * rows].to_vec();
    let pairs = own.iter().enumerate().filter(|(_, column)| **column >= 0);
    let (rows, columns) = pairs.map(|(row, column)| (row as i64, *column)).unzip();
    let prices = [&batch.row_prices, &batch.column_prices].map(|prices| match prices {
        Some(prices) => prices.row(at).to_vec(),
        None => Vec::new(),
    });
    Assignment::new(rows, columns, batch.total_costs[at], prices)
}

#[test]
fn many_problems_at_once_are_those_of_each() {
    let mut random = Random::new(3);
    let shapes = (1..=10).map(|n| (n, n)).chain([(2, 5), (6, 4), (3, 10), (9, 7), (7, 9), (1, 16), (13, 16), (16, 12)]);
    for (rows, columns) in shapes.chain([(40, 45), (17, 3)]) {
        for maximize in [false, true] {
            let options = Assign::default().with_maximize(maximize).with_unmatched(Unmatched::Leave);
            // Every problem of its own kind: real, with ties, negative, huge, tiny, with forbidden pairs.
            let mut stack = Array2::zeros((301, rows * columns));
            for mut problem in stack.rows_mut() {
                problem.assign(&random_costs(&mut random, 1, rows * columns).row(0));
            }
            stack.mapv_inplace(|cost: f64| if maximize && cost == f64::INFINITY { -cost } else { cost });
            let context = Context::new().with_threads(2);
            let batch = assign_batch(stack.view(), rows, false, &options, &context).unwrap();
            let priced = assign_batch(stack.view(), rows, true, &options, &context).unwrap();
            assert!(batch.row_prices.is_none() && batch.column_prices.is_none());
            for (at, problem) in stack.rows().into_iter().enumerate() {
                let costs = problem.to_shape((rows, columns)).unwrap().to_owned();
                let one = assign(costs.view(), &options, &Context::new()).unwrap();
                let found = one_of(&priced, at, rows);
                certified(&costs, &found, &options);
                assert_eq!(found.total_cost, one.total_cost);
                assert_eq!((&found.row_prices, &found.column_prices), (&one.row_prices, &one.column_prices));
                // Without prices: legal, and as good, as the prices of the other prove.
                let bare = one_of(&batch, at, rows);
                let proved = Assignment { row_prices: one.row_prices, column_prices: one.column_prices, ..bare };
                certified(&costs, &proved, &options);
            }
        }
    }
    let plain = Assign::default();
    let refused = assign_batch(array![[1.0, f64::NAN]].view(), 1, false, &plain, &Context::new()).unwrap_err();
    assert_eq!(refused.message(), "problem 0: the cost of row 0 and column 1 is NaN");
    let refused = assign_batch(array![[1.0, 2.0]].view(), 0, false, &plain, &Context::new()).unwrap_err();
    assert_eq!(refused.code(), Code::InvalidConfig);
}

#[test]
fn batches_of_any_kind_cost_what_each_problem_costs_alone() {
    let mut random = Random::new(12);
    let squares = [5, 6, 8, 9, 10, 12, 13, 16].map(|size| (size, size));
    for (rows, columns) in squares.into_iter().chain([(7, 9), (10, 12), (9, 5)]) {
        // Products, on which bids lead nowhere, points, and costs without order, in this and in the other order.
        let mut stack = Array2::zeros((900, rows * columns));
        for (at, mut problem) in stack.rows_mut().into_iter().enumerate() {
            let line: Vec<f64> = (0..rows + columns).map(|_| random.uniform()).collect();
            for (place, cost) in problem.iter_mut().enumerate() {
                let (row, column) = (line[place / columns], line[rows + place % columns]);
                *cost = [row * column, (row - column).abs(), random.uniform()][[0, 1, 2, 2, 1, 0][at / 150]];
            }
        }
        let (options, context) = (Assign::default(), Context::new());
        let batch = assign_batch(stack.view(), rows, false, &options, &context).unwrap();
        for (at, problem) in stack.rows().into_iter().enumerate() {
            let costs = problem.to_shape((rows, columns)).unwrap().to_owned();
            let one = assign(costs.view(), &options, &context).unwrap();
            let bare = one_of(&batch, at, rows);
            certified(
                &costs,
                &Assignment { row_prices: one.row_prices, column_prices: one.column_prices, ..bare },
                &options,
            );
        }
    }
}

#[test]
fn batches_give_the_same_bits_on_every_processor() {
    let mut random = Random::new(8);
    let shapes =
        [(3, 3, false), (5, 6, true), (7, 7, false), (8, 8, false), (9, 9, true), (10, 10, false), (11, 13, false)];
    // Often equal, which is for searches; all different, for bids; and equal from the second problem on, where bids run out.
    for ((rows, columns, turned), kind) in shapes.into_iter().flat_map(|shape| (0..3).map(move |kind| (shape, kind))) {
        let size = rows * columns;
        let cost = |at: usize, random: &mut Random| match kind {
            0 => (random.bits() % 50) as f64 / 7.0,
            2 if at >= size => (random.bits() % 3) as f64 / 7.0,
            _ => random.uniform() - 0.5,
        };
        let costs: Vec<f64> = (0..37 * size).map(|at| cost(at, &mut random)).collect();
        let shape = tiny::Shape { rows, columns, turned, factor: if turned { -1.0 } else { 1.0 } };
        let own_rows = if turned { columns } else { rows };
        let run = |wide: bool| {
            let (mut pairs, mut totals) = (vec![-1; 37 * own_rows], vec![0.0; 37]);
            if columns <= subsets::WIDEST {
                let mut desk = subsets::Desk::new(shape);
                let solve = if wide { subsets::solve } else { subsets::solve_portable };
                solve(&costs, shape, &mut desk, &mut pairs, &mut totals);
            }
            let mut answers = lanes::Answers {
                columns_of_rows: &mut vec![-1; 37 * own_rows],
                totals: &mut vec![0.0; 37],
                prices: None,
            };
            if wide {
                lanes::solve(&costs, shape, &mut answers);
            } else {
                lanes::solve_portable(&costs, shape, &mut answers);
            }
            (pairs, totals, answers.columns_of_rows.to_vec(), answers.totals.to_vec())
        };
        let found = run(true);
        assert_eq!(found, run(false));
        if columns <= subsets::WIDEST {
            // Both ways to the least.
            for (one, other) in found.1.iter().zip(&found.3) {
                assert!((one - other).abs() <= 1e-13 * size as f64, "{rows} x {columns}: {one} and {other}");
            }
        }
    }
}

#[test]
fn nothing_costs_zero_and_not_minus_zero() {
    let context = Context::new();
    for (rows, columns) in [(0, 0), (0, 3), (3, 0)] {
        let costs = Array2::zeros((rows, columns));
        for maximize in [false, true] {
            let options = Assign::default().with_maximize(maximize);
            let totals = [
                assign(costs.view(), &options, &context).unwrap().total_cost,
                assign_bottleneck(costs.view(), &AssignBottleneck::default().with_maximize(maximize), &context)
                    .unwrap()
                    .total_cost,
                assign_k_best(costs.view(), 1, &options, &context).unwrap()[0].total_cost,
                assign_points(
                    Array2::zeros((rows, 2)).view(),
                    Array2::zeros((columns, 2)).view(),
                    &PointCosts::default().with_maximize(maximize),
                    &context,
                )
                .unwrap()
                .total_cost,
            ];
            assert!(totals.iter().all(|total| total.to_bits() == 0), "{totals:?}");
        }
    }
    let inf = f64::INFINITY;
    let none =
        assign(array![[inf, inf]].view(), &Assign::default().with_unmatched(Unmatched::Leave), &context).unwrap();
    assert_eq!(none.total_cost.to_bits(), 0);
}

#[test]
fn points_are_matched_as_by_all_their_distances() {
    let mut random = Random::new(9);
    let metrics = [
        PointMetric::Euclidean,
        PointMetric::SquaredEuclidean,
        PointMetric::Manhattan,
        PointMetric::Chebyshev,
        PointMetric::Haversine,
    ];
    for case in 0..120 {
        let metric = metrics[case % 5];
        let dimensions = if metric == PointMetric::Haversine { 2 } else { 1 + (random.bits() % 3) as usize };
        let sizes = [(60, 60), (30, 90), (80, 20)][(random.bits() % 3) as usize];
        let mut points = |count| {
            Array2::from_shape_fn((count, dimensions), |_| match case % 3 {
                0 => (random.bits() % 5) as f64,
                _ => 100.0 * (random.uniform() - 0.5),
            })
        };
        let (left, right) = (points(sizes.0), points(sizes.1));
        let maximize = case % 4 == 3;
        let farthest = if case % 2 == 0 && !maximize { Some(60.0) } else { None };
        let distance = |i: usize, j: usize| {
            let gaps: Vec<f64> = (0..dimensions).map(|k| (left[[i, k]] - right[[j, k]]).abs()).collect();
            match metric {
                PointMetric::Euclidean => gaps.iter().map(|gap| gap * gap).sum::<f64>().sqrt(),
                PointMetric::SquaredEuclidean => gaps.iter().map(|gap| gap * gap).sum(),
                PointMetric::Manhattan => gaps.iter().sum(),
                PointMetric::Chebyshev => gaps.iter().copied().fold(0.0, f64::max),
                PointMetric::Haversine => {
                    let [a, b] = [left[[i, 0]], right[[j, 0]]].map(f64::to_radians);
                    let (up, along) = (((a - b) / 2.0).sin(), (gaps[1].to_radians() / 2.0).sin());
                    2.0 * 6_371_008.8 * (up * up + a.cos() * b.cos() * along * along).sqrt().asin()
                }
            }
        };
        let forbidden = if maximize { f64::NEG_INFINITY } else { f64::INFINITY };
        let costs = Array2::from_shape_fn(sizes, |(i, j)| {
            let distance = distance(i, j);
            if distance <= farthest.unwrap_or(f64::INFINITY) { distance } else { forbidden }
        });
        let options = PointCosts { metric, maximize, max_distance: farthest, unmatched: Unmatched::Refuse };
        let plain = Assign::default().with_maximize(maximize);
        let found = assign_points(left.view(), right.view(), &options, &Context::new());
        match assign(costs.view(), &plain, &Context::new()) {
            Ok(wanted) => {
                let found = found.unwrap();
                let scale = 1e-9 * wanted.total_cost.abs().max(1e-3);
                assert!((found.total_cost - wanted.total_cost).abs() <= scale, "case {case} {metric:?}");
                if metric != PointMetric::Haversine {
                    certified(&costs, &found, &plain);
                }
            }
            Err(_) => assert_eq!(found.unwrap_err().code(), Code::InvalidData, "case {case}"),
        }
    }
}

#[test]
fn points_without_a_partner_near_enough_may_be_left() {
    let mut random = Random::new(10);
    let plain = Assign::default().with_unmatched(Unmatched::Leave);
    for case in 0..200 {
        let (some, others) = (1 + (random.bits() % 30) as usize, 1 + (random.bits() % 30) as usize);
        let left = Array2::from_shape_fn((some, 2), |_| random.uniform());
        let right = Array2::from_shape_fn((others, 2), |_| random.uniform());
        let options = PointCosts::default().with_max_distance(0.3 * random.uniform()).with_maximize(case % 3 == 0);
        let leaving = options.clone().with_unmatched(Unmatched::Leave);
        let costs = point_costs(left.view(), right.view(), &options, &Context::new()).unwrap();
        let found = assign_points(left.view(), right.view(), &leaving, &Context::new()).unwrap();
        let plain = plain.clone().with_maximize(options.maximize);
        certified(&costs.view().to_owned(), &found, &plain);
        let other = assign(costs.view(), &plain, &Context::new()).unwrap();
        assert_eq!(found.rows.len(), other.rows.len());
        assert!((found.total_cost - other.total_cost).abs() < 1e-12);
        let refused = assign_points(left.view(), right.view(), &options, &Context::new());
        assert_eq!(refused.is_ok(), found.rows.len() == some.min(others));
    }
}

#[test]
fn points_that_cannot_be_matched_are_named() {
    let (left, right) = (array![[0.0], [0.1], [9.0]], array![[0.0], [5.0], [9.5]]);
    let near = PointCosts::default().with_max_distance(1.0);
    let error = assign_points(left.view(), right.view(), &near, &Context::new()).unwrap_err();
    assert!(error.message().ends_with("rows 0 and 1 can only use column 0"), "{error}");
    for (left, options) in [
        (array![[f64::NAN]], PointCosts::default()),
        (array![[1.0, 2.0]], PointCosts::default()),
        (array![[1.0]], PointCosts::default().with_metric(PointMetric::Haversine)),
        (array![[1.0]], PointCosts::default().with_max_distance(-1.0)),
    ] {
        assert!(assign_points(left.view(), right.view(), &options, &Context::new()).is_err());
    }
}

#[test]
fn costs_by_rule_are_those_of_the_matrix() {
    let mut random = Random::new(21);
    for case in 0..200 {
        let (rows, columns) = (1 + (random.bits() % 50) as usize, 1 + (random.bits() % 50) as usize);
        let columns = if case % 3 == 0 { rows } else { columns };
        let mut costs = random_costs(&mut random, rows, columns);
        costs.mapv_inplace(|cost| if cost.is_finite() { cost.clamp(-1e280, 1e280) } else { cost });
        let rule = |request: Request, line: &mut [f64]| {
            let own = match request.line {
                Line::Row => costs.row(request.position),
                Line::Column => costs.column(request.position),
            };
            line.iter_mut().zip(own).for_each(|(cost, own)| *cost = *own);
            Ok(())
        };
        let found = assign_by(rows, columns, rule, &Assign::default(), &Context::new());
        match assign(costs.view(), &Assign::default(), &Context::new()) {
            Ok(wanted) => {
                let found = found.unwrap();
                assert!((found.total_cost - wanted.total_cost).abs() <= 1e-12 * wanted.total_cost.abs().max(1e-290));
                certified(&costs, &found, &Assign::default());
            }
            Err(_) => assert_eq!(found.unwrap_err().code(), Code::InvalidData),
        }
    }
    let stopped = assign_by(3, 3, |_, _| bail!(Io, "gone"), &Assign::default(), &Context::new());
    assert_eq!(stopped.unwrap_err().code(), Code::Io);
}

#[test]
fn a_session_keeps_waiting_for_a_line_that_was_refused() {
    let context = Context::new();
    let mut session = AssignByRule::new(2, 2, &Assign::default()).unwrap();
    assert!(session.tell(&[1.0, 2.0]).is_err(), "nothing was asked");
    let asked = session.ask(&context).unwrap().unwrap();
    assert!(session.tell(&[1.0]).is_err() && session.tell(&[1.0, f64::NAN]).is_err());
    assert_eq!(session.ask(&context).unwrap(), Some(asked));
    while session.ask(&context).unwrap().is_some() {
        session.tell(&[1.0, 2.0]).unwrap();
    }
    assert_eq!(session.assignment().unwrap().total_cost, 3.0);
    assert!(AssignByRule::new(2, 2, &Assign::default()).unwrap().assignment().is_err());
    let leave = Assign::default().with_unmatched(Unmatched::Leave);
    assert_eq!(AssignByRule::new(2, 2, &leave).unwrap_err().code(), Code::Unsupported);
}

/// How long after a cancel calls return, at worst, over several delays; every one of them ends as cancelled or done.
fn latest_return(call: impl Fn(&Context) -> Result<()>) -> std::time::Duration {
    let mut latest = std::time::Duration::ZERO;
    for delay in [0, 2, 8, 20, 50, 120] {
        let context = Context::new().with_threads(1);
        let watch = context.clone();
        let asked = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(delay));
            watch.cancel();
            std::time::Instant::now()
        });
        let answer = call(&context);
        let returned = std::time::Instant::now();
        latest = latest.max(returned.saturating_duration_since(asked.join().unwrap()));
        assert!(answer.is_ok() || answer.is_err_and(|error| error.code() == Code::Cancelled));
    }
    latest
}

#[test]
fn a_cancelled_call_returns_at_once() {
    let costs = family("uniform_real", 2500, 2500);
    let holes = costs.mapv(|cost| if cost < 0.6 { f64::INFINITY } else { cost });
    let huge = costs.mapv(|cost| cost * 1e300);
    let wide = costs.slice(ndarray::s![..1500, ..]);
    let (leave, most) = (Assign::default().with_unmatched(Unmatched::Leave), Assign::default().with_maximize(true));
    let twice = vec![2_i64; 2500];
    let points = costs.slice(ndarray::s![..8, ..]).to_shape((10_000, 2)).unwrap().to_owned();
    let others = costs.slice(ndarray::s![8..16, ..]).to_shape((10_000, 2)).unwrap().to_owned();
    let near = PointCosts::default().with_max_distance(0.01).with_unmatched(Unmatched::Leave);
    type Call<'a> = Box<dyn Fn(&Context) -> Result<()> + 'a>;
    let calls: Vec<(&str, Call<'_>)> = vec![
        ("square", Box::new(|c| assign(costs.view(), &Assign::default(), c).map(drop))),
        ("greatest", Box::new(|c| assign(wide, &most, c).map(drop))),
        ("turned", Box::new(|c| assign(wide.t(), &Assign::default(), c).map(drop))),
        ("left alone", Box::new(|c| assign(holes.view(), &leave, c).map(drop))),
        ("huge", Box::new(|c| assign(huge.view(), &Assign::default(), c).map(drop))),
        ("worst pair", Box::new(|c| assign_bottleneck(costs.view(), &AssignBottleneck::default(), c).map(drop))),
        ("k best", Box::new(|c| assign_k_best(wide, 20, &Assign::default(), c).map(drop))),
        ("each row", Box::new(|c| assign_each_row(costs.view(), Some(&twice), &AssignEachRow::default(), c).map(drop))),
        (
            "capacities",
            Box::new(|c| {
                assign_with_capacities(costs.view(), &twice, &twice, &AssignCapacities::default(), c).map(drop)
            }),
        ),
        ("points", Box::new(|c| assign_points(points.view(), others.view(), &PointCosts::default(), c).map(drop))),
        ("near points", Box::new(|c| assign_points(points.view(), others.view(), &near, c).map(drop))),
    ];
    for (name, call) in calls {
        // 100 ms are promised; a loaded machine may take the processor away in between.
        let late = latest_return(call);
        assert!(late.as_millis() < 250, "{name}: {late:?}");
    }
}
