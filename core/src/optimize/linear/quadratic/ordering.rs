//! An order of elimination that keeps a symmetric matrix sparse.
//!
//! Minimum degree on the quotient graph: eliminated nodes become elements that stand for the cliques they leave (George and
//! Liu, *The evolution of the minimum degree ordering algorithm*, 1989), with degrees bounded from above as by Amestoy, Davis
//! and Duff (1996).
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::Context;
use crate::error::Result;

/// The order of nodes, given the neighbours of each.
pub(super) fn minimum_degree(neighbours: Vec<Vec<u32>>, context: &Context) -> Result<Vec<u32>> {
    let count = neighbours.len();
    let mut nodes = neighbours;
    // Elements next to each node, and the nodes of each element.
    let mut elements_of: Vec<Vec<u32>> = vec![Vec::new(); count];
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); count];
    let mut degree: Vec<usize> = nodes.iter().map(Vec::len).collect();
    let mut done = vec![false; count];
    let mut mark = vec![u32::MAX; count];
    let mut heap: BinaryHeap<Reverse<(usize, u32)>> =
        degree.iter().enumerate().map(|(node, degree)| Reverse((*degree, node as u32))).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse((known, node))) = heap.pop() {
        let at = node as usize;
        if done[at] || known != degree[at] {
            continue;
        }
        if order.len().is_multiple_of(256) {
            context.check()?;
        }
        done[at] = true;
        order.push(node);
        // The clique that elimination leaves: direct neighbours, and those through elements.
        let mut clique = Vec::new();
        mark[at] = node;
        let direct = std::mem::take(&mut nodes[at]);
        let through = std::mem::take(&mut elements_of[at]);
        for other in direct.iter().chain(through.iter().flat_map(|element| members[*element as usize].iter())) {
            if !done[*other as usize] && mark[*other as usize] != node {
                mark[*other as usize] = node;
                clique.push(*other);
            }
        }
        for element in &through {
            members[*element as usize] = Vec::new();
        }
        for other in &clique {
            let other = *other as usize;
            nodes[other].retain(|next| !done[*next as usize] && mark[*next as usize] != node);
            elements_of[other].retain(|element| !members[*element as usize].is_empty());
            let elements: usize = elements_of[other].iter().map(|element| members[*element as usize].len()).sum();
            elements_of[other].push(node);
            let bound = nodes[other].len() + elements + clique.len() - 1;
            degree[other] = bound.min(count - order.len());
            heap.push(Reverse((degree[other], other as u32)));
        }
        members[at] = clique;
    }
    Ok(order)
}
