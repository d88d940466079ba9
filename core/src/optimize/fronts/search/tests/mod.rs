mod problems;
mod running;

use super::*;
use crate::optimize::fronts::hypervolume;
use problems::Problem;

const METHODS: [FrontMethod; 3] = [FrontMethod::Nsga2, FrontMethod::Nsga3, FrontMethod::Moead];

/// The setting of the reference: 25,000 evaluations, a population of 100.
fn options(problem: &Problem, method: FrontMethod) -> MinimizeFront {
    MinimizeFront::default()
        .with_objectives(problem.objectives)
        .with_inequalities(problem.inequalities)
        .with_method(method)
        .with_population(100)
        .with_evaluations(25_000)
}

fn volume(problem: &Problem, front: &Front) -> f64 {
    if !front.feasible {
        return 0.0;
    }
    hypervolume(front.objectives.view(), &problem.reference, &Context::new()).unwrap()
}

/// The median hypervolume over five seeds.
fn median(name: &str, method: FrontMethod) -> f64 {
    let problem = problems::all().into_iter().find(|problem| problem.name == name).unwrap();
    let mut volumes: Vec<f64> = (21..26)
        .map(|seed| {
            let context = Context::new().with_seed(seed);
            volume(
                &problem,
                &minimize_front(problem.worth, &problem.space, &options(&problem, method), &context).unwrap(),
            )
        })
        .collect();
    volumes.sort_by(f64::total_cmp);
    volumes[2]
}

/// Medians of pymoo 0.6 and pygmo 2.20 as the reference has them, the better of both; ZDT4 and ZDT6, which differ much by
/// seed, with the least of pymoo's five seeds.
#[test]
fn nsga2_covers_as_much_as_its_peers() {
    let known = [
        ("zdt1", 0.86976),
        ("zdt2", 0.53638),
        ("zdt3", 1.32773),
        ("zdt4", 0.86471),
        ("zdt6", 0.49227),
        ("dtlz1", 0.1827),
        ("dtlz2", 0.7052),
        ("dtlz7", 2.97463),
    ];
    for (name, least) in known {
        let found = median(name, FrontMethod::Nsga2);
        assert!(found >= least, "{name}: {found} is below {least}");
    }
}

/// Medians of pymoo 0.6's NSGA-III as the reference has them, less a thousandth. MOEA/D loses parts of DTLZ7's front, which is
/// in four pieces, with some seeds.
#[test]
fn nsga3_and_moead_cover_as_much_as_a_peer() {
    let known = [("dtlz1", 0.18877), ("dtlz2", 0.74324), ("dtlz7", 2.98276)];
    for (method, problems) in [(FrontMethod::Nsga3, &known[..]), (FrontMethod::Moead, &known[..2])] {
        for (name, least) in problems {
            let found = median(name, method);
            assert!(found >= *least, "{name} by {method:?}: {found} is below {least}");
        }
    }
}

/// The least of pymoo's NSGA-II over five seeds, less two thousandths, ten for MOEA/D, whose directions do not meet the
/// pieces of TNK's front evenly.
#[test]
fn constrained_fronts_are_feasible_and_as_large_as_a_peers() {
    for (name, least) in [("bnh", 5247.2), ("srn", 42_325.7), ("tnk", 0.6502)] {
        for method in METHODS {
            let part = if method == FrontMethod::Moead { 0.99 } else { 0.998 };
            let found = median(name, method);
            assert!(found >= part * least, "{name} by {method:?}: {found} is below {least}");
        }
    }
}

#[test]
fn crowding_distances_are_those_worked_out_by_hand() {
    let points = ndarray::array![[0.0, 4.0, 7.0], [1.0, 2.0, 7.0], [3.0, 1.0, 7.0], [4.0, 0.0, 7.0]];
    let distances = crowding_distances(points.view()).unwrap().to_vec();
    // (3 - 0) / 4 + (4 - 1) / 4 and (4 - 1) / 4 + (2 - 0) / 4; the third objective is the same everywhere.
    assert_eq!(distances, [f64::INFINITY, 1.5, 1.25, f64::INFINITY]);
    assert_eq!(crowding_distances(ndarray::array![[2.0, 3.0]].view()).unwrap().to_vec(), [0.0]);
}

#[test]
fn pruning_by_crowding_leaves_what_measuring_again_each_time_leaves() {
    use crate::math::random::Random;
    use crate::optimize::fronts::points::Points;
    let mut random = Random::new(8);
    let mut xs: Vec<f64> = (0..70).map(|_| random.uniform()).collect();
    xs.sort_by(f64::total_cmp);
    let rows: Vec<[f64; 2]> = xs.iter().map(|x| [*x, 1.0 - x * x]).collect();
    let flat = rows.concat();
    let scale = [1.0 / (xs[69] - xs[0]), 1.0 / (rows[0][1] - rows[69][1])];
    let mut left: Vec<u32> = (0..70).collect();
    while left.len() > 30 {
        let distance = |place: usize| {
            let [below, above] = [left[place - 1], left[place + 1]].map(|at| rows[at as usize]);
            (above[0] - below[0]) * scale[0] + (below[1] - above[1]) * scale[1]
        };
        let least = (1..left.len() - 1).min_by(|a, b| distance(*a).total_cmp(&distance(*b))).unwrap();
        left.remove(least);
    }
    let (stay, spreads) = crowding::thinned(Points::new(&flat, 2), 30);
    assert_eq!(stay, left);
    // The same with a third objective that says nothing, which is found in another way.
    let wide: Vec<f64> = rows.iter().flat_map(|row| [row[0], row[1], 7.0]).collect();
    assert_eq!(crowding::thinned(Points::new(&wide, 3), 30).0, left);
    let stayed: Vec<f64> = left.iter().flat_map(|at| rows[*at as usize]).collect();
    let again = crowding_distances(ndarray::ArrayView2::from_shape((30, 2), &stayed).unwrap()).unwrap().to_vec();
    for (spread, again) in spreads.iter().zip(again) {
        assert!(*spread == again || (spread - again).abs() < 1e-12, "{spread} and {again}");
    }
    assert_eq!(crowding::thinned(Points::new(&flat, 2), 1), (vec![69], vec![f64::INFINITY]));
}
