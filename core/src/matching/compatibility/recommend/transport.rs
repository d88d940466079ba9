//! Pairs within capacities, by shortest augmenting paths; and how many pairs are possible at all.
use ndarray::ArrayView2;

use crate::Context;
use crate::error::Result;

/// Nobody.
const NONE: u32 = u32::MAX;

/// The greatest total score of pairs such that row `i` is in at most `takes[i]` of them and column `j` in `seats[j]`; no
/// pair comes twice, minus infinity forbids it. O(pairs * (rows + columns)^2).
///
/// Pairs are added one by one along the path of the greatest gain while there is one; prices keep the reduced costs of the
/// remaining network from being negative (Ahuja, Magnanti, Orlin, *Network Flows*, section 9.7).
pub(super) fn greatest(
    scores: ArrayView2<'_, f64>,
    takes: &[usize],
    seats: &[usize],
    context: &Context,
) -> Result<Vec<(usize, usize)>> {
    let (rows, columns) = scores.dim();
    let top = scores.iter().copied().fold(0.0, f64::max);
    let mut paired = vec![false; rows * columns];
    let (mut takes, mut seats) = (takes.to_vec(), seats.to_vec());
    // Nodes are the rows, the columns, and one behind all columns with a seat left.
    let (sink, nodes) = (rows + columns, rows + columns + 1);
    let mut prices = vec![0.0_f64; nodes];
    loop {
        let mut distance: Vec<f64> = (0..nodes)
            .map(|node| if node < rows && takes[node] > 0 { (-prices[node]).max(0.0) } else { f64::INFINITY })
            .collect();
        let mut came = vec![NONE; nodes];
        let mut done = vec![false; nodes];
        loop {
            context.check()?;
            let open = (0..nodes).filter(|&node| !done[node]);
            let nearest = open.min_by(|&a, &b| distance[a].total_cmp(&distance[b]));
            let Some(node) = nearest.filter(|&node| distance[node].is_finite()) else { break };
            done[node] = true;
            if node == sink {
                break;
            }
            let mut reach = |next: usize, cost: f64| {
                let through = distance[node] + (cost + prices[node] - prices[next]).max(0.0);
                if !done[next] && through < distance[next] {
                    (distance[next], came[next]) = (through, node as u32);
                }
            };
            if node < rows {
                for column in 0..columns {
                    let score = scores[[node, column]];
                    if score > f64::NEG_INFINITY && !paired[node * columns + column] {
                        reach(rows + column, top - score);
                    }
                }
            } else {
                if seats[node - rows] > 0 {
                    reach(sink, 0.0);
                }
                for row in (0..rows).filter(|row| paired[row * columns + node - rows]) {
                    reach(row, scores[[row, node - rows]] - top);
                }
            }
        }
        if !done[sink] {
            break;
        }
        let length = distance[sink];
        for (price, (distance, done)) in prices.iter_mut().zip(distance.iter().zip(&done)) {
            *price += if *done { *distance } else { length };
        }
        // The price of the sink is the length of the path; a pair costs what it lacks to the greatest score.
        if top - prices[sink] <= 0.0 {
            break;
        }
        let mut node = came[sink] as usize;
        seats[node - rows] -= 1;
        while came[node] != NONE {
            let before = came[node] as usize;
            let (row, column) = if node >= rows { (before, node - rows) } else { (node, before - rows) };
            paired[row * columns + column] = node >= rows;
            node = before;
        }
        takes[node] -= 1;
    }
    let pairs = paired.iter().enumerate().filter(|(_, paired)| **paired);
    Ok(pairs.map(|(at, _)| (at / columns, at % columns)).collect())
}

/// How many rows can have a column each within `most` regret; the lists are sorted by regret. Hopcroft, Karp (1973).
pub(super) fn most_pairs(rows: &[Vec<(f64, u32)>], most: f64, columns: usize, context: &Context) -> Result<usize> {
    let ends: Vec<usize> = rows.iter().map(|list| list.partition_point(|(regret, _)| *regret <= most)).collect();
    let mut holder = vec![NONE; columns];
    let mut partner = vec![NONE; rows.len()];
    let mut count = 0;
    loop {
        context.check()?;
        // Levels of rows by alternating paths from rows that are free.
        let mut levels = vec![NONE; rows.len()];
        let mut queue: Vec<u32> = (0..rows.len() as u32).filter(|&row| partner[row as usize] == NONE).collect();
        queue.iter().for_each(|&row| levels[row as usize] = 0);
        let (mut at, mut found) = (0, false);
        while let Some(&row) = queue.get(at) {
            at += 1;
            if at & 0xff == 0 {
                context.check()?;
            }
            for &(_, column) in &rows[row as usize][..ends[row as usize]] {
                match holder[column as usize] {
                    NONE => found = true,
                    next if levels[next as usize] == NONE => {
                        levels[next as usize] = levels[row as usize] + 1;
                        queue.push(next);
                    }
                    _ => {}
                }
            }
        }
        if !found {
            return Ok(count);
        }
        let mut next = vec![0_usize; rows.len()];
        for start in 0..rows.len() as u32 {
            if partner[start as usize] != NONE {
                continue;
            }
            context.check()?;
            // Rows of the path; each is left through the entry before its `next`.
            let mut path = vec![start];
            while let Some(&row) = path.last() {
                let place = next[row as usize];
                if place == ends[row as usize] {
                    path.pop();
                    continue;
                }
                next[row as usize] += 1;
                let column = rows[row as usize][place].1 as usize;
                match holder[column] {
                    NONE => {
                        for &row in path.iter().rev() {
                            let column = rows[row as usize][next[row as usize] - 1].1;
                            holder[column as usize] = row;
                            partner[row as usize] = column;
                        }
                        count += 1;
                        break;
                    }
                    other if levels[other as usize] == levels[row as usize] + 1 => path.push(other),
                    _ => {}
                }
            }
        }
    }
}
