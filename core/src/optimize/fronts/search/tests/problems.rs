//! Problems of the literature, as they are measured here. ZDT6 with `g = 1 + 9 (sum / 9)^0.25` over 10 parameters; DTLZ7 with
//! `g = 1 + 9 mean` over the last 20 of 22, and its last objective from 6 - to 2.6 at the knees; ZDT4's other parameters from
//! -5 to 5 (all as in pymoo 0.6 and pygmo 2.20).
use std::f64::consts::PI;

use crate::optimize::space::{ContinuousParameter, Space};

/// A problem: the space, the objectives, the constraints g <= 0, and the reference of its hypervolume.
pub(super) struct Problem {
    pub name: &'static str,
    pub space: Space,
    pub objectives: usize,
    pub inequalities: usize,
    pub reference: Vec<f64>,
    pub worth: fn(&[f64], &mut [f64]),
}

fn unit(dimensions: usize) -> Space {
    Space::cube(dimensions, 0.0, 1.0)
}

fn rectangle(bounds: &[(f64, f64)]) -> Space {
    bounds.iter().enumerate().fold(Space::default(), |space, (at, (low, high))| {
        space.with(ContinuousParameter::new(format!("x{at}"), *low, *high))
    })
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn zdt1(x: &[f64], f: &mut [f64]) {
    let g = 1.0 + 9.0 * mean(&x[1..]);
    (f[0], f[1]) = (x[0], g * (1.0 - (x[0] / g).sqrt()));
}

fn zdt2(x: &[f64], f: &mut [f64]) {
    let g = 1.0 + 9.0 * mean(&x[1..]);
    (f[0], f[1]) = (x[0], g * (1.0 - (x[0] / g) * (x[0] / g)));
}

fn zdt3(x: &[f64], f: &mut [f64]) {
    let g = 1.0 + 9.0 * mean(&x[1..]);
    (f[0], f[1]) = (x[0], g * (1.0 - (x[0] / g).sqrt() - x[0] / g * (10.0 * PI * x[0]).sin()));
}

fn zdt4(x: &[f64], f: &mut [f64]) {
    let g = 1.0 + 10.0 * (x.len() - 1) as f64 + x[1..].iter().map(|x| x * x - 10.0 * (4.0 * PI * x).cos()).sum::<f64>();
    (f[0], f[1]) = (x[0], g * (1.0 - (x[0] / g).sqrt()));
}

fn zdt6(x: &[f64], f: &mut [f64]) {
    let s = (6.0 * PI * x[0]).sin();
    f[0] = 1.0 - (-4.0 * x[0]).exp() * s * s * s * s * s * s;
    let g = 1.0 + 9.0 * mean(&x[1..]).sqrt().sqrt();
    f[1] = g * (1.0 - (f[0] / g) * (f[0] / g));
}

fn rough(x: &[f64]) -> f64 {
    let sum: f64 = x.iter().map(|x| (x - 0.5) * (x - 0.5) - (20.0 * PI * (x - 0.5)).cos()).sum();
    100.0 * (x.len() as f64 + sum)
}

fn dtlz1(x: &[f64], f: &mut [f64]) {
    let half = 0.5 * (1.0 + rough(&x[2..]));
    (f[0], f[1], f[2]) = (half * x[0] * x[1], half * x[0] * (1.0 - x[1]), half * (1.0 - x[0]));
}

fn sphere(radius: f64, a: f64, b: f64, f: &mut [f64]) {
    let (a, b) = (a * PI / 2.0, b * PI / 2.0);
    (f[0], f[1], f[2]) = (radius * a.cos() * b.cos(), radius * a.cos() * b.sin(), radius * a.sin());
}

fn flat(x: &[f64]) -> f64 {
    1.0 + x.iter().map(|x| (x - 0.5) * (x - 0.5)).sum::<f64>()
}

fn dtlz2(x: &[f64], f: &mut [f64]) {
    sphere(flat(&x[2..]), x[0], x[1], f);
}

fn dtlz4(x: &[f64], f: &mut [f64]) {
    sphere(flat(&x[2..]), x[0].powf(100.0), x[1].powf(100.0), f);
}

fn dtlz7(x: &[f64], f: &mut [f64]) {
    let g = 1.0 + 9.0 * mean(&x[2..]);
    let h = 3.0 - [x[0], x[1]].iter().map(|f| f / (1.0 + g) * (1.0 + (3.0 * PI * f).sin())).sum::<f64>();
    (f[0], f[1], f[2]) = (x[0], x[1], (1.0 + g) * h);
}

/// CEC 2009: the two sums over the parameters of odd and of even number, from the second on.
fn split(x: &[f64], term: impl Fn(usize, f64) -> f64) -> (f64, f64) {
    let part = |odd: usize| {
        let terms: Vec<f64> = (2..=x.len()).filter(|j| j % 2 == odd).map(|j| term(j, x[j - 1])).collect();
        2.0 * mean(&terms)
    };
    (part(1), part(0))
}

fn uf1(x: &[f64], f: &mut [f64]) {
    let count = x.len() as f64;
    let (odd, even) = split(x, |j, value| {
        let y = value - (6.0 * PI * x[0] + j as f64 * PI / count).sin();
        y * y
    });
    (f[0], f[1]) = (x[0] + odd, 1.0 - x[0].sqrt() + even);
}

fn uf4(x: &[f64], f: &mut [f64]) {
    let count = x.len() as f64;
    let (odd, even) = split(x, |j, value| {
        let y = (value - (6.0 * PI * x[0] + j as f64 * PI / count).sin()).abs();
        y / (1.0 + (2.0 * y).exp())
    });
    (f[0], f[1]) = (x[0] + odd, 1.0 - x[0] * x[0] + even);
}

fn kursawe(x: &[f64], f: &mut [f64]) {
    f[0] = x.windows(2).map(|p| -10.0 * (-0.2 * (p[0] * p[0] + p[1] * p[1]).sqrt()).exp()).sum();
    f[1] = x.iter().map(|x| x.abs().powf(0.8) + 5.0 * (x * x * x).sin()).sum();
}

fn bnh(x: &[f64], f: &mut [f64]) {
    let (a, b) = (x[0], x[1]);
    f[0] = 4.0 * a * a + 4.0 * b * b;
    f[1] = (a - 5.0) * (a - 5.0) + (b - 5.0) * (b - 5.0);
    f[2] = ((a - 5.0) * (a - 5.0) + b * b - 25.0) / 25.0;
    f[3] = -((a - 8.0) * (a - 8.0) + (b + 3.0) * (b + 3.0) - 7.7) / 7.7;
}

fn srn(x: &[f64], f: &mut [f64]) {
    let (a, b) = (x[0], x[1]);
    f[0] = 2.0 + (a - 2.0) * (a - 2.0) + (b - 1.0) * (b - 1.0);
    f[1] = 9.0 * a - (b - 1.0) * (b - 1.0);
    f[2] = (a * a + b * b - 225.0) / 225.0;
    f[3] = (a - 3.0 * b + 10.0) / 10.0;
}

fn tnk(x: &[f64], f: &mut [f64]) {
    let (a, b) = (x[0], x[1]);
    (f[0], f[1]) = (a, b);
    f[2] = -(a * a + b * b - 1.0 - 0.1 * (16.0 * (a / b).atan()).cos());
    f[3] = 2.0 * ((a - 0.5) * (a - 0.5) + (b - 0.5) * (b - 0.5)) - 1.0;
}

fn osy(x: &[f64], f: &mut [f64]) {
    let sq = |x: f64| x * x;
    f[0] = -(25.0 * sq(x[0] - 2.0) + sq(x[1] - 2.0) + sq(x[2] - 1.0) + sq(x[3] - 4.0) + sq(x[4] - 1.0));
    f[1] = x.iter().map(|x| x * x).sum();
    f[2] = -(x[0] + x[1] - 2.0) / 2.0;
    f[3] = -(6.0 - x[0] - x[1]) / 6.0;
    f[4] = -(2.0 - x[1] + x[0]) / 2.0;
    f[5] = -(2.0 - x[0] + 3.0 * x[1]) / 2.0;
    f[6] = -(4.0 - sq(x[2] - 3.0) - x[3]) / 4.0;
    f[7] = -(sq(x[4] - 3.0) + x[5] - 4.0) / 4.0;
}

/// Every problem.
pub(super) fn all() -> Vec<Problem> {
    let one = |name, space, objectives, inequalities, reference: &[f64], worth| Problem {
        name,
        space,
        objectives,
        inequalities,
        reference: reference.to_vec(),
        worth,
    };
    let mut zdt4_bounds = vec![(0.0, 1.0)];
    zdt4_bounds.extend([(-5.0, 5.0); 9]);
    let mut uf1_bounds = vec![(0.0, 1.0)];
    uf1_bounds.extend([(-1.0, 1.0); 29]);
    let mut uf4_bounds = vec![(0.0, 1.0)];
    uf4_bounds.extend([(-2.0, 2.0); 29]);
    let osy_bounds = [(0.0, 10.0), (0.0, 10.0), (1.0, 5.0), (0.0, 6.0), (1.0, 5.0), (0.0, 10.0)];
    vec![
        one("zdt1", unit(30), 2, 0, &[1.1; 2], zdt1 as fn(&[f64], &mut [f64])),
        one("zdt2", unit(30), 2, 0, &[1.1; 2], zdt2),
        one("zdt3", unit(30), 2, 0, &[1.1; 2], zdt3),
        one("zdt4", rectangle(&zdt4_bounds), 2, 0, &[1.1; 2], zdt4),
        one("zdt6", unit(10), 2, 0, &[1.1; 2], zdt6),
        one("dtlz1", unit(7), 3, 0, &[0.6; 3], dtlz1),
        one("dtlz2", unit(12), 3, 0, &[1.1; 3], dtlz2),
        one("dtlz7", unit(22), 3, 0, &[1.1, 1.1, 7.0], dtlz7),
        one("dtlz4", unit(12), 3, 0, &[1.1; 3], dtlz4),
        one("uf1", rectangle(&uf1_bounds), 2, 0, &[1.1; 2], uf1),
        one("uf4", rectangle(&uf4_bounds), 2, 0, &[1.1; 2], uf4),
        one("kursawe", Space::cube(3, -5.0, 5.0), 2, 0, &[-14.0, 1.0], kursawe),
        one("bnh", rectangle(&[(0.0, 5.0), (0.0, 3.0)]), 2, 2, &[140.0, 50.0], bnh),
        one("srn", Space::cube(2, -20.0, 20.0), 2, 2, &[250.0, 50.0], srn),
        one("tnk", rectangle(&[(1e-30, PI); 2]), 2, 2, &[1.2; 2], tnk),
        one("osy", rectangle(&osy_bounds), 2, 6, &[0.0, 80.0], osy),
    ]
}
