//! `L D L'` of a symmetric matrix whose pivots have known signs.
//!
//! Source: Davis, *Direct Methods for Sparse Linear Systems* (2006), chapter 4; quasidefinite matrices have such a
//! factorisation for every order (Vanderbei 1995).
use super::ordering::minimum_degree;
use crate::Context;
use crate::error::Result;

const NONE: u32 = u32::MAX;

/// A symmetric matrix by its upper triangle, and its factors.
#[derive(Debug)]
pub(super) struct Symmetric {
    size: usize,
    /// The place of each row in the order of elimination.
    place: Vec<u32>,
    order: Vec<u32>,
    /// The permuted upper triangle by column; rows within a column do not ascend.
    start: Vec<usize>,
    index: Vec<u32>,
    value: Vec<f64>,
    /// Where each triplet went.
    slot: Vec<usize>,
    parent: Vec<u32>,
    factor_start: Vec<usize>,
    factor_index: Vec<u32>,
    factor_value: Vec<f64>,
    pivot: Vec<f64>,
}

impl Symmetric {
    /// The structure of triplets; of each pair of places off the diagonal one is given. Places must not repeat.
    pub(super) fn new(size: usize, triplets: &[(u32, u32)], context: &Context) -> Result<Self> {
        let mut neighbours: Vec<Vec<u32>> = vec![Vec::new(); size];
        for (row, column) in triplets {
            if row != column {
                neighbours[*row as usize].push(*column);
                neighbours[*column as usize].push(*row);
            }
        }
        let order = minimum_degree(neighbours, context)?;
        let mut place = vec![0u32; size];
        for (at, node) in order.iter().enumerate() {
            place[*node as usize] = at as u32;
        }
        let mut start = vec![0usize; size + 1];
        let of = |(row, column): (u32, u32)| {
            let (a, b) = (place[row as usize], place[column as usize]);
            (a.min(b), a.max(b))
        };
        for item in triplets {
            start[of(*item).1 as usize + 1] += 1;
        }
        for at in 0..size {
            start[at + 1] += start[at];
        }
        let mut next = start.clone();
        let mut index = vec![0u32; triplets.len()];
        let mut slot = Vec::with_capacity(triplets.len());
        for item in triplets {
            let (row, column) = of(*item);
            let at = next[column as usize];
            next[column as usize] += 1;
            index[at] = row;
            slot.push(at);
        }
        let (parent, counts) = tree(size, &start, &index, context)?;
        let mut factor_start = vec![0usize; size + 1];
        for at in 0..size {
            factor_start[at + 1] = factor_start[at] + counts[at];
        }
        let entries = factor_start[size];
        Ok(Self {
            size,
            place,
            order,
            start,
            value: vec![0.0; index.len()],
            index,
            slot,
            parent,
            factor_start,
            factor_index: vec![0; entries],
            factor_value: vec![0.0; entries],
            pivot: vec![0.0; size],
        })
    }

    /// Factorise with these values of the triplets. Gives the least pivot.
    pub(super) fn factorise(&mut self, values: &[f64], context: &Context) -> Result<f64> {
        for (slot, value) in self.slot.iter().zip(values) {
            self.value[*slot] = *value;
        }
        let size = self.size;
        let mut work = vec![0.0; size];
        let mut seen = vec![NONE; size];
        let mut filled = self.factor_start.clone();
        let (mut path, mut reach): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
        let mut least = f64::INFINITY;
        let mut operations = 0usize;
        for column in 0..size {
            if operations > 1 << 20 || column.is_multiple_of(1024) {
                operations = 0;
                context.check()?;
            }
            seen[column] = column as u32;
            reach.clear();
            let mut diagonal = 0.0;
            for at in self.start[column]..self.start[column + 1] {
                let mut row = self.index[at] as usize;
                if row == column {
                    diagonal += self.value[at];
                    continue;
                }
                work[row] += self.value[at];
                path.clear();
                while seen[row] != column as u32 {
                    seen[row] = column as u32;
                    path.push(row as u32);
                    match self.parent[row] {
                        NONE => break,
                        parent => row = parent as usize,
                    }
                }
                reach.extend(path.iter().rev());
            }
            // Paths were put one behind the other, each from its end: against that order a row comes after what it needs.
            for position in (0..reach.len()).rev() {
                let row = reach[position] as usize;
                let number = std::mem::take(&mut work[row]);
                let range = self.factor_start[row]..filled[row];
                operations += range.len();
                for (index, value) in self.factor_index[range.clone()].iter().zip(&self.factor_value[range]) {
                    work[*index as usize] -= value * number;
                }
                let entry = number / self.pivot[row];
                diagonal -= entry * number;
                self.factor_index[filled[row]] = column as u32;
                self.factor_value[filled[row]] = entry;
                filled[row] += 1;
            }
            self.pivot[column] = if diagonal == 0.0 { 1e-14 } else { diagonal };
            least = least.min(diagonal);
        }
        Ok(least)
    }

    /// Solve in place.
    pub(super) fn solve(&self, x: &mut [f64]) {
        let mut work: Vec<f64> = self.order.iter().map(|node| x[*node as usize]).collect();
        for column in 0..self.size {
            let number = work[column];
            let range = self.factor_start[column]..self.factor_start[column + 1];
            for (index, value) in self.factor_index[range.clone()].iter().zip(&self.factor_value[range]) {
                work[*index as usize] -= value * number;
            }
        }
        for (number, pivot) in work.iter_mut().zip(&self.pivot) {
            *number /= pivot;
        }
        for column in (0..self.size).rev() {
            let range = self.factor_start[column]..self.factor_start[column + 1];
            let mut number = work[column];
            for (index, value) in self.factor_index[range.clone()].iter().zip(&self.factor_value[range]) {
                number -= value * work[*index as usize];
            }
            work[column] = number;
        }
        for (node, value) in self.place.iter().zip(x.iter_mut()) {
            *value = work[*node as usize];
        }
    }
}

/// The elimination tree, and how many entries each column of the factor has.
fn tree(size: usize, start: &[usize], index: &[u32], context: &Context) -> Result<(Vec<u32>, Vec<usize>)> {
    let mut parent = vec![NONE; size];
    let mut seen = vec![NONE; size];
    let mut counts = vec![0usize; size];
    for column in 0..size {
        if column.is_multiple_of(256) {
            context.check()?;
        }
        seen[column] = column as u32;
        for row in &index[start[column]..start[column + 1]] {
            let mut row = *row as usize;
            while seen[row] != column as u32 {
                if parent[row] == NONE {
                    parent[row] = column as u32;
                }
                counts[row] += 1;
                seen[row] = column as u32;
                row = parent[row] as usize;
            }
        }
    }
    Ok((parent, counts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    #[test]
    fn quasidefinite_systems_are_solved() {
        let mut random = Random::new(3);
        for size in [1usize, 2, 5, 20, 60] {
            let (mut triplets, mut values) = (Vec::new(), Vec::new());
            for column in 0..size {
                triplets.push((column as u32, column as u32));
                values.push(if column % 3 == 2 { -5.0 - random.uniform() } else { 5.0 + random.uniform() });
                for row in 0..column {
                    if random.uniform() < 0.15 && (row % 3 == 2) != (column % 3 == 2) {
                        triplets.push((row as u32, column as u32));
                        values.push(random.normal());
                    }
                }
            }
            let mut matrix = Symmetric::new(size, &triplets, &Context::new()).unwrap();
            matrix.factorise(&values, &Context::new()).unwrap();
            let right: Vec<f64> = (0..size).map(|_| random.normal()).collect();
            let mut x = right.clone();
            matrix.solve(&mut x);
            let mut rest = right;
            for ((row, column), value) in triplets.iter().zip(&values) {
                rest[*row as usize] -= value * x[*column as usize];
                if row != column {
                    rest[*column as usize] -= value * x[*row as usize];
                }
            }
            assert!(rest.iter().all(|value| value.abs() < 1e-10), "{size}: {rest:?}");
        }
    }
}
