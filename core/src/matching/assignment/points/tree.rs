//! Points in a tree of boxes, searched for the cheapest by distance less price.
use crate::Context;
use crate::error::Result;
use crate::matching::assignment::points::PointMetric;

/// Points in a box that is not divided further.
const LEAF: usize = 16;
/// After so many questions, what boxes know of prices is renewed.
const RENEW: usize = 4096;

#[derive(Debug)]
struct Node {
    /// Its points, in the tree's order.
    from: u32,
    to: u32,
    /// Its first half; the second follows that. 0 for a leaf.
    child: u32,
}

/// Points in the order of a tree of boxes: each box is halved along its longest side.
#[derive(Debug)]
pub(in super::super) struct Tree {
    dimensions: usize,
    /// Coordinates in the tree's order, and the point's place in the caller's.
    points: Vec<f64>,
    pub(in super::super) order: Vec<u32>,
    nodes: Vec<Node>,
    /// Least and greatest coordinates of each box.
    boxes: Vec<f64>,
    /// No price in the box is above this.
    prices: Vec<f64>,
    asked: usize,
    stack: Vec<(f64, u32)>,
}

/// What is asked for: costs are distances times `sign`.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Question<'a> {
    pub(in super::super) metric: PointMetric,
    pub(in super::super) sign: f64,
    /// Pairs farther apart are forbidden.
    pub(in super::super) farthest: f64,
    pub(in super::super) point: &'a [f64],
}

impl Tree {
    /// Put points, `[point, dimension]`, in order.
    pub(in super::super) fn new(given: &[f64], dimensions: usize, context: &Context) -> Result<Self> {
        let count = given.len() / dimensions.max(1);
        let mut order: Vec<u32> = (0..count as u32).collect();
        let mut nodes = vec![Node { from: 0, to: count as u32, child: 0 }];
        let mut boxes = Vec::new();
        let mut at = 0;
        while at < nodes.len() {
            if at % 256 == 0 {
                context.check()?;
            }
            let (from, to) = (nodes[at].from as usize, nodes[at].to as usize);
            let place = |point: &u32, dimension: usize| given[*point as usize * dimensions + dimension];
            let (mut widest, mut along) = (0.0, 0);
            for dimension in 0..dimensions {
                let coordinates = order[from..to].iter().map(|point| place(point, dimension));
                let (low, high) =
                    coordinates.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
                boxes.extend([low, high]);
                if high - low > widest {
                    (widest, along) = (high - low, dimension);
                }
            }
            // Points that are all the same are not divided, however many they are.
            if to - from > LEAF && widest > 0.0 {
                let middle = (to - from) / 2;
                order[from..to]
                    .select_nth_unstable_by(middle, |a, b| place(a, along).total_cmp(&place(b, along)).then(a.cmp(b)));
                nodes[at].child = nodes.len() as u32;
                let middle = (from + middle) as u32;
                nodes.push(Node { from: from as u32, to: middle, child: 0 });
                nodes.push(Node { from: middle, to: to as u32, child: 0 });
            }
            at += 1;
        }
        let points = order.iter().flat_map(|point| &given[*point as usize * dimensions..][..dimensions]).copied();
        let prices = vec![f64::INFINITY; nodes.len()];
        Ok(Self { dimensions, points: points.collect(), order, nodes, boxes, prices, asked: RENEW, stack: Vec::new() })
    }

    /// The coordinates of a point, by its place in the tree.
    pub(in super::super) fn point(&self, place: usize) -> &[f64] {
        &self.points[place * self.dimensions..][..self.dimensions]
    }

    /// Learn the prices anew; older, higher ones stay true, but say less.
    fn renew(&mut self, prices: &[f64]) {
        self.asked += 1;
        if self.asked <= RENEW {
            return;
        }
        self.asked = 0;
        for at in (0..self.nodes.len()).rev() {
            let node = &self.nodes[at];
            self.prices[at] = if node.child == 0 {
                prices[node.from as usize..node.to as usize].iter().copied().fold(f64::NEG_INFINITY, f64::max)
            } else {
                self.prices[node.child as usize].max(self.prices[node.child as usize + 1])
            };
        }
    }

    /// No point of a box costs less than this, prices aside.
    fn bound(&self, node: u32, question: &Question<'_>) -> f64 {
        let sides = &self.boxes[node as usize * 2 * self.dimensions..][..2 * self.dimensions];
        let gaps = question.point.iter().zip(sides.as_chunks::<2>().0).map(|(x, [low, high])| {
            if question.sign > 0.0 { (low - x).max(x - high).max(0.0) } else { (x - low).abs().max((high - x).abs()) }
        });
        question.sign * question.metric.distance(gaps)
    }

    /// Put the `wanted` points of least cost less price (or somewhat more) into `found`, with their costs. Gives a bound that
    /// no other is below.
    pub(in super::super) fn nearest(
        &mut self,
        question: &Question<'_>,
        prices: &[f64],
        wanted: usize,
        found: &mut Vec<(f64, u32)>,
    ) -> f64 {
        self.renew(prices);
        self.walk(question, prices, f64::MAX, wanted, found)
    }

    /// Put all points of cost less price up to `limit` into `found`, with their costs.
    pub(in super::super) fn within(
        &mut self,
        question: &Question<'_>,
        prices: &[f64],
        limit: f64,
        found: &mut Vec<(f64, u32)>,
    ) {
        self.renew(prices);
        self.walk(question, prices, limit.min(f64::MAX), usize::MAX, found);
    }

    fn walk(
        &mut self,
        question: &Question<'_>,
        prices: &[f64],
        mut limit: f64,
        wanted: usize,
        found: &mut Vec<(f64, u32)>,
    ) -> f64 {
        found.clear();
        let mut cut = f64::INFINITY;
        let reduced = |(cost, place): &(f64, u32)| cost - prices[*place as usize];
        let mut keep = |found: &mut Vec<(f64, u32)>, limit: &mut f64| {
            let (_, last, _) = found.select_nth_unstable_by(wanted - 1, |a, b| reduced(a).total_cmp(&reduced(b)));
            cut = reduced(last);
            *limit = cut.next_down();
            found.truncate(wanted);
        };
        let mut stack = std::mem::take(&mut self.stack);
        stack.clear();
        stack.push((f64::NEG_INFINITY, 0));
        while let Some((bound, at)) = stack.pop() {
            if bound > limit {
                continue;
            }
            let node = &self.nodes[at as usize];
            if node.child == 0 {
                for place in node.from..node.to {
                    let cost = self.cost(question, place as usize);
                    if cost - prices[place as usize] <= limit {
                        found.push((cost, place));
                    }
                }
                if found.len() / 2 >= wanted {
                    keep(found, &mut limit);
                }
                continue;
            }
            let mut children = [node.child, node.child + 1].map(|child| {
                let cost = self.bound(child, question);
                let allowed = question.sign < 0.0 || cost <= question.farthest;
                (if allowed { cost - self.prices[child as usize] } else { f64::INFINITY }, child)
            });
            if children[0].0 < children[1].0 {
                children.swap(0, 1);
            }
            stack.extend(children.into_iter().filter(|(bound, _)| *bound <= limit));
        }
        self.stack = stack;
        if found.len() > wanted {
            keep(found, &mut limit);
        }
        cut
    }

    /// What a pair costs; infinite where it is forbidden.
    pub(in super::super) fn cost(&self, question: &Question<'_>, place: usize) -> f64 {
        let gaps = question.point.iter().zip(self.point(place)).map(|(x, y)| (x - y).abs());
        let distance = question.metric.distance(gaps);
        if distance <= question.farthest { question.sign * distance } else { f64::INFINITY }
    }
}
