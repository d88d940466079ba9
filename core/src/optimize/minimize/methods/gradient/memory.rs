//! The last steps and what they did to the gradient, as an approximate inverse Hessian.
//!
//! Source: Nocedal, Wright, *Numerical Optimization* (2nd ed.), algorithm 7.4.
use std::collections::VecDeque;

/// A step of the point and of the gradient.
#[derive(Clone, Debug)]
struct Pair {
    step: Vec<f64>,
    turn: Vec<f64>,
    curvature: f64,
}

/// At most `most` pairs, newest last.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    pairs: VecDeque<Pair>,
    most: usize,
}

impl Memory {
    pub(super) fn new(most: usize) -> Self {
        Self { pairs: VecDeque::with_capacity(most), most }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.pairs.len()
    }

    pub(super) fn clear(&mut self) {
        self.pairs.clear();
    }

    /// Take up a pair, unless it shows no curvature.
    pub(super) fn push(&mut self, step: Vec<f64>, turn: Vec<f64>) {
        let curvature = dot(&step, &turn);
        if curvature.is_finite() && curvature > 1e-12 * (dot(&step, &step) * dot(&turn, &turn)).sqrt() {
            if self.pairs.len() == self.most {
                self.pairs.pop_front();
            }
            self.pairs.push_back(Pair { step, turn, curvature });
        }
    }

    /// The direction `-H gradient` on the free coordinates, 0 on the others.
    pub(super) fn direction(&self, gradient: &[f64], free: &[bool]) -> Vec<f64> {
        let mut q: Vec<f64> = gradient.iter().zip(free).map(|(g, free)| if *free { -g } else { 0.0 }).collect();
        let mut factors = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let factor = dot(&pair.step, &q) / pair.curvature;
            add(&mut q, -factor, &pair.turn);
            factors.push(factor);
        }
        if let Some(pair) = self.pairs.back() {
            let scale = pair.curvature / dot(&pair.turn, &pair.turn);
            q.iter_mut().for_each(|q| *q *= scale);
        }
        for (pair, factor) in self.pairs.iter().zip(factors.iter().rev()) {
            let back = dot(&pair.turn, &q) / pair.curvature;
            add(&mut q, factor - back, &pair.step);
        }
        q.iter_mut().zip(free).for_each(|(q, free)| *q = if *free { *q } else { 0.0 });
        q
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(target: &mut [f64], factor: f64, other: &[f64]) {
    target.iter_mut().zip(other).for_each(|(t, o)| *t += factor * o);
}
