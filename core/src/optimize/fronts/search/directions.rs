//! Directions in which a front is looked for: points of the simplex, evenly placed.
use ndarray::Array2;

use crate::data::Matrix;
use crate::error::{Result, ensure};

/// The most directions.
const MOST: usize = 1 << 24;

/// Points on the simplex of as many weights as objectives, which add up to 1: all whose weights are multiples of
/// 1 / `partitions` (Das and Dennis 1998), `[direction, objective]`, the first weight growing slowest. Each further number is
/// a layer inside, shrunk by half towards the middle (Deb and Jain 2014).
///
/// ```
/// use inlaid::optimize::reference_directions;
/// assert_eq!(reference_directions(3, &[12])?.nrows(), 91);
/// assert_eq!(reference_directions(8, &[3, 2])?.nrows(), 156);
/// # Ok::<(), inlaid::Error>(())
/// ```
///
/// # Errors
/// `invalid_config` without objectives or partitions, or for 0 partitions; `too_large` above 2^24 directions.
pub fn reference_directions(objectives: usize, partitions: &[usize]) -> Result<Matrix> {
    let count = count(objectives, partitions)?;
    let mut flat = Vec::with_capacity(count * objectives);
    let mut scale = 1.0;
    for &parts in partitions {
        let mut steps = vec![0; objectives];
        steps[objectives - 1] = parts;
        loop {
            let weight = |step: &usize| scale * (*step as f64 / parts as f64) + (1.0 - scale) / objectives as f64;
            flat.extend(steps.iter().map(weight));
            if !advance(&mut steps) {
                break;
            }
        }
        scale *= 0.5;
    }
    Ok(Array2::from_shape_vec((count, objectives), flat).unwrap_or_else(|_| Array2::zeros((0, objectives))).into())
}

/// The next way to share the same number of steps, if there is one.
fn advance(steps: &mut [usize]) -> bool {
    // The last share that is not empty gives one step to the share before it and the rest to the last.
    let Some(from) = steps.iter().rposition(|step| *step > 0).filter(|from| *from > 0) else { return false };
    let rest = steps[from] - 1;
    steps[from] = 0;
    steps[from - 1] += 1;
    let last = steps.len() - 1;
    steps[last] += rest;
    true
}

/// How many directions these partitions make.
pub(super) fn count(objectives: usize, partitions: &[usize]) -> Result<usize> {
    ensure!(objectives > 0, InvalidConfig, "directions need at least one objective");
    ensure!(!partitions.is_empty(), InvalidConfig, "directions need at least one number of partitions");
    let mut total = 0_usize;
    for &parts in partitions {
        ensure!(parts > 0, InvalidConfig, "partitions has a 0; each layer needs at least 1");
        total = total.saturating_add(shares(objectives, parts));
    }
    ensure!(total <= MOST, TooLarge, "partitions {partitions:?} make {total} directions; at most {MOST} are allowed");
    Ok(total)
}

/// In how many ways `parts` steps are shared among `objectives`: the binomial of parts + objectives - 1 over parts.
fn shares(objectives: usize, parts: usize) -> usize {
    let mut count = 1_u128;
    for step in 1..objectives.min(parts + 1).max(1) {
        let step = step as u128;
        let top = (objectives - 1).max(parts) as u128;
        count = count.saturating_mul(top + step) / step;
        if count > u128::from(u32::MAX) {
            return usize::MAX;
        }
    }
    count as usize
}

/// Partitions with at most as many directions as a population has places: one layer, or two where one would have no
/// direction inside the simplex.
pub(super) fn fitting(objectives: usize, population: usize) -> Vec<usize> {
    if objectives == 1 {
        return vec![1];
    }
    let parts = (1..population).take_while(|parts| shares(objectives, *parts) <= population).last().unwrap_or(1);
    if parts >= objectives || parts < 2 {
        return vec![parts];
    }
    // Two layers: as fine an outer one as leaves room for a coarser inner one.
    let outer = (1..=parts).rev().find(|outer| shares(objectives, *outer) + objectives <= population);
    let Some(outer) = outer else { return vec![parts] };
    let room = population - shares(objectives, outer);
    let inner = (1..=outer).take_while(|inner| shares(objectives, *inner) <= room).last().unwrap_or(1);
    vec![outer, inner]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Code;

    /// The sizes of Deb and Jain (2014), table I.
    #[test]
    fn directions_are_as_many_as_published_distinct_and_on_the_simplex() {
        for (objectives, partitions, count) in [
            (3, vec![12], 91),
            (5, vec![6], 210),
            (8, vec![3, 2], 156),
            (10, vec![3, 2], 275),
            (15, vec![2, 1], 135),
            (1, vec![4], 1),
            (2, vec![99], 100),
        ] {
            let directions = reference_directions(objectives, &partitions).unwrap();
            assert_eq!(directions.dim(), (count, objectives));
            let distinct: BTreeSet<Vec<u64>> =
                directions.rows().into_iter().map(|row| row.iter().map(|x| x.to_bits()).collect()).collect();
            assert_eq!(distinct.len(), count);
            for row in directions.rows() {
                assert!((row.sum() - 1.0).abs() < 1e-12 && row.iter().all(|x| *x >= 0.0));
            }
        }
    }

    #[test]
    fn partitions_that_are_found_fit_the_population() {
        for objectives in 1..=15 {
            for population in [4, 10, 92, 100, 156, 275, 1000] {
                let partitions = fitting(objectives, population);
                let count = count(objectives, &partitions).unwrap();
                assert!(count <= population.max(objectives), "{objectives} {population}: {partitions:?}");
            }
        }
        assert_eq!((fitting(3, 100), fitting(2, 100), fitting(8, 156)), (vec![12], vec![99], vec![3, 2]));
    }

    #[test]
    fn too_many_directions_and_none_are_refused() {
        assert_eq!(reference_directions(50, &[50]).unwrap_err().code(), Code::TooLarge);
        assert_eq!(reference_directions(3, &[]).unwrap_err().code(), Code::InvalidConfig);
        assert_eq!(reference_directions(3, &[0]).unwrap_err().code(), Code::InvalidConfig);
        assert_eq!(reference_directions(0, &[2]).unwrap_err().code(), Code::InvalidConfig);
    }
}
