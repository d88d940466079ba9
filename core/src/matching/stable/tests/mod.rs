mod one_group;
mod tied_lists;
mod tied_scores;
mod two_sides;

use crate::math::random::Random;

/// A list of some of `others` people in random order; every one is on it with the given probability.
fn list(random: &mut Random, others: usize, share: f64) -> Vec<i64> {
    let mut list: Vec<i64> = (0..others as i64).filter(|_| random.uniform() < share).collect();
    for end in (1..list.len()).rev() {
        list.swap(end, (random.uniform() * (end + 1) as f64) as usize);
    }
    list
}

fn lists(random: &mut Random, people: usize, others: usize, share: f64) -> Vec<Vec<i64>> {
    (0..people).map(|_| list(random, others, share)).collect()
}

fn lent(lists: &[Vec<i64>]) -> Vec<&[i64]> {
    lists.iter().map(Vec::as_slice).collect()
}

/// The place on a list, the length of it for nobody, nothing for the unacceptable.
fn place(list: &[i64], other: i64) -> Option<usize> {
    if other < 0 { Some(list.len()) } else { list.iter().position(|&id| id == other) }
}

/// Everything that proposers may be matched with so that no receiver has more than there are seats, acceptable or not.
fn all_matchings(proposers: usize, seats: &[i64]) -> Vec<Vec<i64>> {
    let mut all = vec![vec![]];
    for _ in 0..proposers {
        all = all
            .into_iter()
            .flat_map(|partial: Vec<i64>| {
                let free = (0..seats.len() as i64)
                    .filter(|id| partial.iter().filter(|&other| other == id).count() < seats[*id as usize] as usize);
                let extended = |id| partial.iter().copied().chain([id]).collect::<Vec<i64>>();
                [-1].into_iter().chain(free).map(extended).collect::<Vec<_>>()
            })
            .collect();
    }
    all
}

/// By definition: nobody has an unacceptable partner, and no pair would both rather have each other.
fn is_stable(proposers: &[Vec<i64>], receivers: &[Vec<i64>], seats: &[i64], receiver_of: &[i64]) -> bool {
    let acceptable = receiver_of
        .iter()
        .enumerate()
        .all(|(p, &r)| r < 0 || (proposers[p].contains(&r) && receivers[r as usize].contains(&(p as i64))));
    acceptable && blocking(proposers, receivers, seats, receiver_of).is_empty()
}

fn blocking(proposers: &[Vec<i64>], receivers: &[Vec<i64>], seats: &[i64], receiver_of: &[i64]) -> Vec<(i64, i64)> {
    let mut pairs = Vec::new();
    for (p, own) in proposers.iter().enumerate() {
        for &r in own {
            let list = &receivers[r as usize];
            let Some(mine) = place(list, p as i64) else { continue };
            let wants = place(own, r) < place(own, receiver_of[p]).or(Some(own.len()));
            let have: Vec<usize> = (0..receiver_of.len())
                .filter(|&other| receiver_of[other] == r)
                .map(|other| place(list, other as i64).unwrap_or(usize::MAX))
                .collect();
            let wanted = have.len() < seats[r as usize] as usize || have.iter().any(|&other| mine < other);
            if wants && wanted {
                pairs.push((p as i64, r));
            }
        }
    }
    pairs
}
