//! The closed set of least weight, as a minimum cut.
use std::collections::VecDeque;

use super::lists::{NONE, Ticker};
use crate::Context;
use crate::error::Result;

/// Choose items of least total weight such that with each item all those before it are chosen. Of several optima the
/// smallest set. `before(i)` gives lower numbers only. Source: Picard, *Maximal closure of a graph* (1976); the cut by Dinic (1970).
pub(super) fn lightest_closed_set<'b>(
    weights: &[i64],
    before: impl Fn(usize) -> &'b [u32],
    context: &Context,
) -> Result<Vec<bool>> {
    let items = weights.len();
    let (source, sink) = (items as u32, items as u32 + 1);
    let mut network = Network::new(items + 2);
    for (item, &weight) in weights.iter().enumerate() {
        match weight {
            gain if gain < 0 => network.connect(source, item as u32, -gain),
            cost if cost > 0 => network.connect(item as u32, sink, cost),
            _ => {}
        }
        for &earlier in before(item) {
            network.connect(item as u32, earlier, i64::MAX);
        }
    }
    let levels = network.saturate(source, sink, context)?;
    Ok(levels[..items].iter().map(|&level| level != NONE).collect())
}

struct Network {
    /// The first arc of every node, and the next arc after each: arcs 2k and 2k + 1 are each other's reverse.
    first: Vec<u32>,
    next: Vec<u32>,
    head: Vec<u32>,
    room: Vec<i64>,
}

impl Network {
    fn new(nodes: usize) -> Self {
        Self { first: vec![NONE; nodes], next: Vec::new(), head: Vec::new(), room: Vec::new() }
    }

    fn connect(&mut self, from: u32, to: u32, room: i64) {
        for (tail, head, room) in [(from, to, room), (to, from, 0)] {
            self.next.push(self.first[tail as usize]);
            self.first[tail as usize] = self.head.len() as u32;
            self.head.push(head);
            self.room.push(room);
        }
    }

    /// Send as much as possible; gives the levels of the nodes that the source still reaches.
    fn saturate(&mut self, source: u32, sink: u32, context: &Context) -> Result<Vec<u32>> {
        let mut ticker = Ticker::new(context);
        loop {
            let levels = self.levels(source, &mut ticker)?;
            if levels[sink as usize] == NONE {
                return Ok(levels);
            }
            self.block(source, sink, &levels, &mut ticker)?;
        }
    }

    fn levels(&self, source: u32, ticker: &mut Ticker<'_>) -> Result<Vec<u32>> {
        let mut levels = vec![NONE; self.first.len()];
        levels[source as usize] = 0;
        let mut queue = VecDeque::from([source]);
        while let Some(node) = queue.pop_front() {
            let mut arc = self.first[node as usize];
            while arc != NONE {
                ticker.step()?;
                let head = self.head[arc as usize];
                if self.room[arc as usize] > 0 && levels[head as usize] == NONE {
                    levels[head as usize] = levels[node as usize] + 1;
                    queue.push_back(head);
                }
                arc = self.next[arc as usize];
            }
        }
        Ok(levels)
    }

    /// Fill shortest paths until each has a full arc.
    fn block(&mut self, source: u32, sink: u32, levels: &[u32], ticker: &mut Ticker<'_>) -> Result<()> {
        let mut current = self.first.clone();
        let mut path: Vec<u32> = Vec::new();
        loop {
            ticker.step()?;
            let node = path.last().map_or(source, |&arc| self.head[arc as usize]);
            if node == sink {
                let least = path.iter().map(|&arc| self.room[arc as usize]).min().unwrap_or(0);
                let mut keep = path.len();
                for (at, &arc) in path.iter().enumerate() {
                    self.send(arc, least);
                    if self.room[arc as usize] == 0 {
                        keep = keep.min(at);
                    }
                }
                path.truncate(keep);
                continue;
            }
            let arc = current[node as usize];
            if arc == NONE {
                let Some(dead) = path.pop() else { return Ok(()) };
                let tail = self.head[dead as usize ^ 1];
                current[tail as usize] = self.next[dead as usize];
                continue;
            }
            let head = self.head[arc as usize] as usize;
            if self.room[arc as usize] > 0 && levels[head] != NONE && levels[head] == levels[node as usize] + 1 {
                path.push(arc);
            } else {
                current[node as usize] = self.next[arc as usize];
            }
        }
    }

    fn send(&mut self, arc: u32, amount: i64) {
        let arc = arc as usize;
        // An arc that carries any amount stays so.
        if self.room[arc] != i64::MAX {
            self.room[arc] -= amount;
        }
        if self.room[arc ^ 1] != i64::MAX {
            self.room[arc ^ 1] += amount;
        }
    }
}
