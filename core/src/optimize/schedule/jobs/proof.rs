//! A search tree that finds a schedule shorter than one that is known, or proves that there is none.
use super::shop::{NONE, Shop, one_machine};
use crate::Context;
use crate::error::Result;

/// Operations up to which a tree is grown.
pub(super) const LARGEST: usize = 200;

/// What a tree came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Proof {
    /// There is no schedule within the limit.
    None,
    /// Starts of one within the limit.
    Better(Vec<f64>),
    /// The nodes did not suffice.
    Open,
}

/// What is decided about each two operations that share a machine, and what follows from it.
#[derive(Clone, Debug)]
struct Node {
    head: Vec<f64>,
    tail: Vec<f64>,
    /// For each pair: 0 open, 1 the first before the second, 2 after it.
    decided: Vec<u8>,
}

struct Tree<'a> {
    shop: &'a Shop,
    limit: f64,
    pairs: Vec<(u32, u32)>,
    /// Operations after those they follow in their job.
    order: Vec<u32>,
}

/// Look for a schedule that ends by `limit`.
///
/// An operation that ends too late before another stands behind it; what stands before and behind an operation moves its
/// earliest begin and what comes after it; a machine that could not keep the limit even with interruptions closes a node. The
/// pair with the least freedom is decided next.
pub(super) fn within(shop: &Shop, limit: f64, nodes: u64, context: &Context) -> Result<Proof> {
    let mut pairs = Vec::new();
    for on in &shop.on {
        for (at, &first) in on.iter().enumerate() {
            pairs.extend(on[at + 1..].iter().map(|second| (first, *second)));
        }
    }
    let tree = Tree { shop, limit, order: (0..shop.count() as u32).collect(), pairs };
    let root = Node { head: shop.head.clone(), tail: shop.tail.clone(), decided: vec![0; tree.pairs.len()] };
    let mut open = vec![root];
    let mut looked_at = 0;
    while let Some(mut node) = open.pop() {
        if looked_at == nodes {
            return Ok(Proof::Open);
        }
        looked_at += 1;
        if !tree.propagate(&mut node, context)? {
            continue;
        }
        let Some((pair, first_earlier)) = tree.choose(&node) else {
            return Ok(Proof::Better(node.head));
        };
        let mut other = node.clone();
        (node.decided[pair], other.decided[pair]) = if first_earlier { (1, 2) } else { (2, 1) };
        open.push(other);
        open.push(node);
    }
    Ok(Proof::None)
}

impl Tree<'_> {
    /// Draw all conclusions; false if the limit cannot be kept.
    fn propagate(&self, node: &mut Node, context: &Context) -> Result<bool> {
        let shop = self.shop;
        loop {
            context.check()?;
            let mut changed = false;
            for &op in &self.order {
                let op = op as usize;
                if shop.before[op] != NONE {
                    let before = shop.before[op] as usize;
                    let to = node.head[before] + shop.duration[before];
                    changed |= lift(&mut node.head, op, to);
                }
            }
            for &op in self.order.iter().rev() {
                let op = op as usize;
                if shop.after[op] != NONE {
                    let after = shop.after[op] as usize;
                    let to = node.tail[after] + shop.duration[after];
                    changed |= lift(&mut node.tail, op, to);
                }
            }
            for (pair, &(first, second)) in self.pairs.iter().enumerate() {
                let (first, second) = (first as usize, second as usize);
                if node.decided[pair] == 0 {
                    let both = shop.duration[first] + shop.duration[second];
                    let ahead = node.head[first] + both + node.tail[second] <= self.limit;
                    let behind = node.head[second] + both + node.tail[first] <= self.limit;
                    node.decided[pair] = match (ahead, behind) {
                        (true, true) => continue,
                        (true, false) => 1,
                        (false, true) => 2,
                        (false, false) => return Ok(false),
                    };
                    changed = true;
                }
                let (first, second) = if node.decided[pair] == 1 { (first, second) } else { (second, first) };
                let to = node.head[first] + shop.duration[first];
                changed |= lift(&mut node.head, second, to);
                let to = node.tail[second] + shop.duration[second];
                changed |= lift(&mut node.tail, first, to);
            }
            let late = |op: usize| node.head[op] + shop.duration[op] + node.tail[op] > self.limit;
            if (0..shop.count()).any(late) {
                return Ok(false);
            }
            if !changed {
                break;
            }
        }
        let slack = 1e-9 * self.limit;
        let machine = |on: &Vec<u32>| one_machine(on, &node.head, &shop.duration, &node.tail) > self.limit + slack;
        Ok(!shop.on.iter().any(machine))
    }

    /// The open pair with the least freedom, and whether its first operation has more of it ahead of the second; none if all
    /// earliest begins together are a schedule.
    fn choose(&self, node: &Node) -> Option<(usize, bool)> {
        let shop = self.shop;
        let mut best: Option<(f64, usize, bool)> = None;
        for (pair, &(first, second)) in self.pairs.iter().enumerate() {
            if node.decided[pair] != 0 {
                continue;
            }
            let (first, second) = (first as usize, second as usize);
            let both = shop.duration[first] + shop.duration[second];
            let ahead = self.limit - (node.head[first] + both + node.tail[second]);
            let behind = self.limit - (node.head[second] + both + node.tail[first]);
            let freedom = ahead.max(behind) + ahead.min(behind).max(0.0).sqrt();
            if best.is_none_or(|(known, ..)| freedom < known) {
                best = Some((freedom, pair, ahead >= behind));
            }
        }
        best.map(|(_, pair, ahead)| (pair, ahead))
    }
}

/// Raise a number: whether it was below.
fn lift(numbers: &mut [f64], at: usize, to: f64) -> bool {
    let lifted = to > numbers[at];
    if lifted {
        numbers[at] = to;
    }
    lifted
}
