//! What a front of NSGA-II costs where the problem is compiled too, as pygmo's are in `benches/compare/optimize_fronts.py`:
//! `cargo run --profile dist -p inlaid --example front_speed`.
//!
//! 25,000 evaluations with 100 points, the problem's own time among them. Linux tells processor time in steps of some milliseconds,
//! so nine seeds are timed together; the least of five rounds counts.
#![allow(clippy::print_stdout, reason = "an example says what it found")]
use std::error::Error;
use std::f64::consts::PI;
use std::time::Duration;

use inlaid::Context;
use inlaid::math::power::whole;
use inlaid::ndarray::ArrayView2;
use inlaid::optimize::{ContinuousParameter, MinimizeFront, Space};

type Objectives = fn(&[f64], &mut [f64]);

/// Zitzler, Deb, Thiele (2000) and Deb, Thiele, Laumanns, Zitzler (2002): name, parameters, least and greatest of all but the
/// first parameter, objectives.
const PROBLEMS: [(&str, usize, [f64; 2], usize, Objectives); 8] = [
    ("zdt1", 30, [0.0, 1.0], 2, |x, f| zdt(x, f, mean(x), |share, _| 1.0 - share.sqrt())),
    ("zdt2", 30, [0.0, 1.0], 2, |x, f| zdt(x, f, mean(x), |share, _| 1.0 - share * share)),
    ("zdt3", 30, [0.0, 1.0], 2, |x, f| {
        zdt(x, f, mean(x), |share, first| 1.0 - share.sqrt() - share * (10.0 * PI * first).sin());
    }),
    ("zdt4", 10, [-5.0, 5.0], 2, |x, f| {
        let waves: f64 = x[1..].iter().map(|x| x * x - 10.0 * (4.0 * PI * x).cos()).sum();
        zdt(x, f, 1.0 + 10.0 * (x.len() - 1) as f64 + waves, |share, _| 1.0 - share.sqrt());
    }),
    ("zdt6", 10, [0.0, 1.0], 2, |x, f| {
        f[0] = 1.0 - (-4.0 * x[0]).exp() * whole((6.0 * PI * x[0]).sin(), 6);
        let g = 1.0 + 9.0 * (x[1..].iter().sum::<f64>() / (x.len() - 1) as f64).powf(0.25);
        f[1] = g * (1.0 - whole(f[0] / g, 2));
    }),
    ("dtlz1", 7, [0.0, 1.0], 3, |x, f| {
        let waves: f64 = x[2..].iter().map(|x| whole(x - 0.5, 2) - (20.0 * PI * (x - 0.5)).cos()).sum();
        let g = 0.5 * (1.0 + 100.0 * ((x.len() - 2) as f64 + waves));
        f.copy_from_slice(&[g * x[0] * x[1], g * x[0] * (1.0 - x[1]), g * (1.0 - x[0])]);
    }),
    ("dtlz2", 12, [0.0, 1.0], 3, |x, f| {
        let g = 1.0 + x[2..].iter().map(|x| whole(x - 0.5, 2)).sum::<f64>();
        let ((sin_a, cos_a), (sin_b, cos_b)) = ((x[0] * PI / 2.0).sin_cos(), (x[1] * PI / 2.0).sin_cos());
        f.copy_from_slice(&[g * cos_a * cos_b, g * cos_a * sin_b, g * sin_a]);
    }),
    ("dtlz7", 22, [0.0, 1.0], 3, |x, f| {
        let g = 1.0 + 9.0 * x[2..].iter().sum::<f64>() / (x.len() - 2) as f64;
        let bends: f64 = x[..2].iter().map(|x| x / (1.0 + g) * (1.0 + (3.0 * PI * x).sin())).sum();
        f.copy_from_slice(&[x[0], x[1], (1.0 + g) * (3.0 - bends)]);
    }),
];

fn mean(x: &[f64]) -> f64 {
    1.0 + 9.0 * x[1..].iter().sum::<f64>() / (x.len() - 1) as f64
}

fn zdt(x: &[f64], f: &mut [f64], g: f64, shape: impl Fn(f64, f64) -> f64) {
    f[0] = x[0];
    f[1] = g * shape(x[0] / g, x[0]);
}

/// The processor time of this thread.
fn spent() -> Result<Duration, Box<dyn Error>> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(Duration::from_nanos(told.split(' ').next().ok_or("schedstat is empty")?.parse()?))
}

fn main() -> Result<(), Box<dyn Error>> {
    for (name, parameters, [low, high], objectives, evaluate) in PROBLEMS {
        let mut space = Space::cube(1, 0.0, 1.0);
        for at in 1..parameters {
            space = space.with(ContinuousParameter::new(format!("x{at}"), low, high));
        }
        let options =
            MinimizeFront::default().with_objectives(objectives).with_population(100).with_evaluations(25_000);
        let mut least = Duration::MAX;
        for _ in 0..5 {
            let began = spent()?;
            for seed in 0..9 {
                let context = Context::new().with_seed(seed).with_threads(1);
                let mut search = options.start(&space, &context)?;
                let mut values = Vec::new();
                while let Some(points) = search.ask(&context)? {
                    values.clear();
                    values.resize(points.nrows() * objectives, 0.0);
                    for (point, values) in points.rows().into_iter().zip(values.chunks_exact_mut(objectives)) {
                        evaluate(point.as_slice().ok_or("a point in pieces")?, values);
                    }
                    search.tell(ArrayView2::from_shape((points.nrows(), objectives), &values)?)?;
                }
                std::hint::black_box(search.result()?);
            }
            least = least.min(spent()?.saturating_sub(began) / 9);
        }
        println!("{name}: {:.1} ms", 1e3 * least.as_secs_f64());
    }
    Ok(())
}
