use ndarray::Array2;

use super::*;
use crate::data::Matrix;
use crate::math::random::Random;
use crate::{Code, Context};

/// Two tables whose scores are a given matrix: one-hot left rows by right rows' vectors would need unit length, so numbers of
/// one column per right row do it: similarity to a target per right row cannot; categories with a map can.
fn matcher_of(scores: &Array2<f64>, view: &str) -> CategoryAttribute {
    let mut similar = std::collections::BTreeMap::new();
    for ((row, column), &score) in scores.indexed_iter() {
        let row: &mut std::collections::BTreeMap<String, f64> = similar.entry(format!("l{row}")).or_default();
        row.insert(format!("r{column}"), score);
    }
    CategoryAttribute::default().with_left("id").with_right("id").with_name(view.to_owned()).with_similar(similar)
}

fn ids(prefix: &str, count: usize, capacities: &[i64]) -> Table {
    let names: Vec<String> = (0..count).map(|row| format!("{prefix}{row}")).collect();
    let groups: Vec<i64> = (0..count as i64).map(|row| row % 3).collect();
    table([("id", names.into()), ("group", groups.into()), ("room", capacities.to_vec().into())])
}

struct Market {
    left: Table,
    right: Table,
    /// Minus infinity where a rule forbids the pair.
    scores: Array2<f64>,
    matcher: CompatibilityMatcher,
    rooms: [Vec<i64>; 2],
}

fn market(random: &mut Random, rows: usize, columns: usize, levels: f64) -> Market {
    let mut draw =
        |shape: (usize, usize)| Array2::from_shape_fn(shape, |_| (random.uniform() * levels).round() / levels);
    let (own, other) = (draw((rows, columns)), draw((rows, columns)));
    let mut room = |count: usize| (0..count).map(|_| (random.uniform() * 4.0) as i64).collect::<Vec<i64>>();
    let rooms = [room(rows), room(columns)];
    let forbidden = CompareRule::default()
        .with_left("group".to_owned())
        .with_right("group".to_owned())
        .with_comparison(ComparisonOperator::Differs);
    let matcher = CompatibilityMatcher::default()
        .with_attributes(vec![matcher_of(&own, "own").into()])
        .with_right_attributes(vec![matcher_of(&other, "other").into()])
        .with_combine(CombineViews::Arithmetic)
        .with_must(vec![forbidden.into()]);
    let scores = Array2::from_shape_fn((rows, columns), |(row, column)| {
        if row % 3 == column % 3 { f64::NEG_INFINITY } else { (own[[row, column]] + other[[row, column]]) / 2.0 }
    });
    Market { left: ids("l", rows, &rooms[0]), right: ids("r", columns, &rooms[1]), scores, matcher, rooms }
}

impl Market {
    fn options(&self, strategy: MatchStrategy) -> RecommendMatches {
        RecommendMatches::default().with_matcher(self.matcher.clone()).with_strategy(strategy)
    }

    fn run(&self, options: &RecommendMatches) -> Recommendations {
        let found = recommend_matches(&self.left, &self.right, options, &Context::new()).unwrap();
        let total: f64 = pairs(&found).iter().map(|&(row, column)| self.scores[[row, column]]).sum();
        assert!((found.total_score - total).abs() < 1e-12);
        found
    }
}

fn pairs(found: &Recommendations) -> Vec<(usize, usize)> {
    let column = |name: &str| found.matches.integers(name).unwrap();
    let both = column("left_row").into_iter().zip(column("right_row"));
    both.map(|(left, right)| (left.unwrap() as usize, right.unwrap() as usize)).collect()
}

/// All sets of allowed pairs within the capacities.
fn every(scores: &Array2<f64>, takes: &[i64], seats: &[i64]) -> Vec<Vec<(usize, usize)>> {
    let allowed: Vec<(usize, usize)> =
        scores.indexed_iter().filter(|(_, score)| **score > f64::NEG_INFINITY).map(|(at, _)| at).collect();
    let mut all = vec![vec![]];
    for pair in allowed {
        for at in 0..all.len() {
            let set: &Vec<(usize, usize)> = &all[at];
            let fits = (set.iter().filter(|one| one.0 == pair.0).count() as i64) < takes[pair.0]
                && (set.iter().filter(|one| one.1 == pair.1).count() as i64) < seats[pair.1];
            if fits {
                let mut longer = set.clone();
                longer.push(pair);
                all.push(longer);
            }
        }
    }
    all
}

fn total(scores: &Array2<f64>, set: &[(usize, usize)]) -> f64 {
    set.iter().map(|&at| scores[at]).sum()
}

fn greatest(sets: &[Vec<(usize, usize)>], scores: &Array2<f64>) -> f64 {
    sets.iter().map(|set| total(scores, set)).fold(0.0, f64::max)
}

#[test]
fn optimal_and_capacity_aware_have_the_greatest_total_of_all() {
    let mut random = Random::new(31);
    for case in 0..120 {
        let levels = [4.0, 1000.0][case % 2];
        let market = market(&mut random, 1 + case % 4, 1 + (case / 4) % 4, levels);
        let (rows, columns) = market.scores.dim();
        let singles = every(&market.scores, &vec![1; rows], &vec![1; columns]);
        let found = market.run(&market.options(MatchStrategy::Optimal));
        assert!(singles.iter().any(|set| same(set, &pairs(&found))));
        assert!((found.total_score - greatest(&singles, &market.scores)).abs() < 1e-12);
        let mut options = market.options(MatchStrategy::CapacityAware).with_right_capacity("room".to_owned());
        let ones = vec![1; rows];
        for own in [&ones, &market.rooms[0]] {
            let sets = every(&market.scores, own, &market.rooms[1]);
            let found = market.run(&options);
            assert!(sets.iter().any(|set| same(set, &pairs(&found))), "{:?}", pairs(&found));
            assert!((found.total_score - greatest(&sets, &market.scores)).abs() < 1e-12);
            options.left_capacity = Some("room".to_owned());
        }
    }
}

fn same(a: &[(usize, usize)], b: &[(usize, usize)]) -> bool {
    let sorted = |set: &[(usize, usize)]| {
        let mut set = set.to_vec();
        set.sort_unstable();
        set
    };
    sorted(a) == sorted(b)
}

#[test]
fn fair_has_the_least_worst_regret_of_all_largest_matchings() {
    let mut random = Random::new(32);
    for case in 0..150 {
        let market = market(&mut random, 1 + case % 4, 1 + (case / 4) % 4, [4.0, 1000.0][case % 2]);
        let (rows, columns) = market.scores.dim();
        let sets = every(&market.scores, &vec![1; rows], &vec![1; columns]);
        let most = sets.iter().map(Vec::len).max().unwrap();
        let best = |row: usize| market.scores.row(row).iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let regret = |set: &[(usize, usize)]| set.iter().map(|&at| best(at.0) - market.scores[at]).fold(0.0, f64::max);
        let largest: Vec<Vec<(usize, usize)>> = sets.into_iter().filter(|set| set.len() == most).collect();
        let least = largest.iter().map(|set| regret(set)).fold(f64::INFINITY, f64::min);
        let found = market.run(&market.options(MatchStrategy::Fair));
        assert!(largest.iter().any(|set| same(set, &pairs(&found))));
        assert!((found.worst_regret - least).abs() < 1e-12);
        let among: Vec<Vec<(usize, usize)>> = largest.into_iter().filter(|set| regret(set) <= least + 1e-12).collect();
        assert!((found.total_score - greatest(&among, &market.scores)).abs() < 1e-12);
    }
}

#[test]
fn stable_leaves_no_two_who_would_rather_have_each_other() {
    let mut random = Random::new(33);
    for case in 0..150 {
        let market = market(&mut random, 2 + case % 6, 2 + case % 5, 1e6);
        let several = case % 2 == 1;
        let mut options = market.options(MatchStrategy::Stable).with_min_score(0.2);
        let columns = market.scores.ncols();
        let seats = if several { market.rooms[1].clone() } else { vec![1; columns] };
        options.right_capacity = several.then(|| "room".to_owned());
        let found = pairs(&market.run(&options));
        let view = |which: usize| {
            let attributes = [&market.matcher.attributes, &market.matcher.right_attributes][which].clone();
            let matcher = CompatibilityMatcher::default().with_attributes(attributes);
            matcher.score(&market.left, &market.right, &Context::new()).unwrap()
        };
        let (own, other) = (view(0), view(1));
        for (at, &score) in market.scores.indexed_iter().filter(|(_, score)| **score >= 0.2) {
            assert!(score >= 0.2);
            let mine = found.iter().find(|pair| pair.0 == at.0).map_or(-1.0, |pair| own[*pair]);
            let theirs: Vec<f64> = found.iter().filter(|pair| pair.1 == at.1).map(|pair| other[*pair]).collect();
            let wanted = (theirs.len() as i64) < seats[at.1] || theirs.iter().any(|&score| score < other[at]);
            assert!(own[at] <= mine || !wanted, "{at:?} would leave {found:?}");
        }
        assert!(
            seats
                .iter()
                .enumerate()
                .all(|(seat, &most)| found.iter().filter(|pair| pair.1 == seat).count() as i64 <= most)
        );
    }
}

#[test]
fn greedy_takes_the_best_pair_first() {
    let mut random = Random::new(34);
    for case in 0..60 {
        let market = market(&mut random, 5, 4, 8.0);
        let mut options = market.options(MatchStrategy::Greedy);
        let [mut takes, mut seats] = [vec![1; 5], vec![1; 4]];
        if case % 2 == 1 {
            options = options.with_left_capacity("room".to_owned()).with_right_capacity("room".to_owned());
            [takes, seats] = market.rooms.clone();
        }
        let mut expected = Vec::new();
        loop {
            let open = market.scores.indexed_iter().filter(|(at, score)| {
                **score > f64::NEG_INFINITY && takes[at.0] > 0 && seats[at.1] > 0 && !expected.contains(at)
            });
            // The first of the greatest.
            let next = open.fold(None, |best: Option<((usize, usize), f64)>, (at, &score)| match best {
                Some((_, most)) if most >= score => best,
                _ => Some((at, score)),
            });
            let Some((at, _)) = next else { break };
            takes[at.0] -= 1;
            seats[at.1] -= 1;
            expected.push(at);
        }
        assert!(same(&pairs(&market.run(&options)), &expected));
    }
}

#[test]
fn best_threshold_and_mutual_are_cut_from_the_whole_matrix() {
    let mut random = Random::new(35);
    for case in 0..40 {
        // Few levels, so that ties have to go to the lower row.
        let market = market(&mut random, 30, 1 + 23 * case, [4.0, 1e6][case % 2]);
        let scores = &market.scores;
        let (rows, columns) = scores.dim();
        let min_score = [0.0, 0.6][case % 2];
        let order = |own: ndarray::ArrayView1<'_, f64>| {
            let mut order: Vec<usize> = (0..own.len()).filter(|&at| own[at] >= min_score).collect();
            order.sort_by(|&a, &b| own[b].total_cmp(&own[a]).then(a.cmp(&b)));
            order
        };
        let k = 1 + case % 7;
        let options = |strategy| market.options(strategy).with_k(k).with_min_score(min_score);
        let best = market.run(&options(MatchStrategy::Best));
        let expected: Vec<(usize, usize)> = (0..rows)
            .flat_map(|row| order(scores.row(row)).into_iter().take(k).map(move |column| (row, column)))
            .collect();
        assert_eq!(pairs(&best), expected);
        let ranks = best.matches.integers("rank").unwrap();
        assert!(ranks.iter().zip(&expected).enumerate().all(|(at, (rank, pair))| {
            let first = expected.iter().position(|other| other.0 == pair.0).unwrap();
            *rank == Some((at - first) as i64 + 1)
        }));
        let all: usize = scores.iter().filter(|score| **score >= min_score).count();
        assert_eq!(pairs(&market.run(&options(MatchStrategy::Threshold))).len(), all);
        let mutual: Vec<(usize, usize)> = expected
            .into_iter()
            .filter(|&(row, column)| order(scores.column(column)).into_iter().take(k).any(|other| other == row))
            .collect();
        let found = market.run(&options(MatchStrategy::MutualTopK));
        assert_eq!(pairs(&found), mutual);
        for threads in [1, 4] {
            let context = Context::new().with_threads(threads);
            let again = recommend_matches(&market.left, &market.right, &options(MatchStrategy::MutualTopK), &context);
            assert_eq!(again.unwrap(), found);
        }
        let without: Vec<i64> =
            (0..columns as i64).filter(|&column| pairs(&found).iter().all(|pair| pair.1 as i64 != column)).collect();
        assert_eq!(found.unmatched_right.to_vec(), without);
    }
}

#[test]
fn some_rows_are_recommended_for_alone_with_reasons() {
    let left = table([("x", vec![0.0, 1.0, 2.0].into()), ("kind", vec!["a", "b", "a"].into())]);
    let right = table([("x", vec![2.0, 0.5].into()), ("kind", vec!["a", "b"].into())]);
    let kind = CategoryAttribute::default().with_left("kind").with_right("kind").with_weight(3.0);
    let matcher = CompatibilityMatcher::default().with_attributes(vec![number("x").into(), kind.into()]);
    let options = RecommendMatches::default().with_matcher(matcher).with_left_rows(vec![2, 1]).with_k(1_usize);
    let found = recommend_matches(&left, &right, &options, &Context::new()).unwrap();
    assert_eq!(pairs(&found), [(1, 1), (2, 0)]);
    // Closeness 1 - 0.5 / 2 with weight 1 of 4.
    assert_eq!(found.matches.texts("reasons").unwrap(), [Some("kind 0.75, x 0.19"), Some("kind 0.75, x 0.25")]);
    assert_eq!(found.matches.floats("score").unwrap()[..], [0.9375, 1.0]);
    assert_eq!((found.unmatched_left.len(), found.worst_regret), (0, 0.0));
    let none = RecommendMatches { left_rows: Some(vec![]), strategy: MatchStrategy::Fair, ..options };
    assert_eq!(recommend_matches(&left, &right, &none, &Context::new()).unwrap().matches.rows(), 0);
}

#[test]
fn options_that_a_strategy_cannot_use_are_refused() {
    let mut random = Random::new(36);
    let market = market(&mut random, 3, 3, 4.0);
    let fails = |options: RecommendMatches, code: Code, words: &str| {
        let error = recommend_matches(&market.left, &market.right, &options, &Context::new()).unwrap_err();
        assert_eq!((error.code(), error.message()), (code, words));
    };
    let best = market.options(MatchStrategy::Best);
    fails(best.clone().with_k(0_usize), Code::InvalidConfig, "k is 0, it must be 1 or more");
    fails(best.clone().with_min_score(1.5), Code::InvalidConfig, "min_score is 1.5, it must be 0 to 1");
    fails(
        best.clone().with_left_capacity("room".to_owned()),
        Code::InvalidConfig,
        "left_capacity is for the strategies greedy and capacity_aware, not for Best",
    );
    fails(best.clone().with_left_rows(vec![3]), Code::InvalidData, "left_rows names row 3, the left table has 3 rows");
    fails(best.with_left_rows(vec![1, 1]), Code::InvalidData, "left_rows names row 1 twice");
    let left = table([("id", vec!["l0"].into()), ("group", vec![0].into()), ("room", vec![-2].into())]);
    let options = market.options(MatchStrategy::Greedy).with_left_capacity("room".to_owned());
    let error = recommend_matches(&left, &market.right, &options, &Context::new()).unwrap_err();
    assert_eq!(error.message(), "left table: the capacity in row 0 (0-based) is -2, it must be 0 or more");
    let vectors = Matrix::from(Array2::ones((20_000, 1)));
    let many = table([("x", vec![1.0; 20_000].into())]);
    let same = VectorAttribute::default().with_left(vectors.clone()).with_right(vectors);
    let matcher = CompatibilityMatcher::default().with_attributes(vec![same.into()]);
    let options = RecommendMatches::default().with_matcher(matcher).with_strategy(MatchStrategy::Optimal);
    let error = recommend_matches(&many, &many, &options, &Context::new()).unwrap_err();
    assert_eq!(error.code(), Code::TooLarge);
}
