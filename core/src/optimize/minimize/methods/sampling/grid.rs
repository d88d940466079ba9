//! Every combination of values.
use crate::error::Result;
use crate::optimize::minimize::desk::Run;
use crate::optimize::space::Axis;

/// Candidates asked for at once.
const BATCH: usize = 256;

/// How many combinations a grid of `most` values per axis has; infinite numbers are possible.
pub(crate) fn cells(axes: &[Axis], most: f64) -> f64 {
    axes.iter().map(|axis| axis.count().min(most)).product()
}

/// Go through the grid once, the last parameter fastest. Continuous parameters take `population` values from bound to bound,
/// without it as many as the evaluations allow, whole numbers and choices all their values where these are no more.
pub(crate) async fn search(run: &mut Run) -> Result<()> {
    run.stage("grid");
    let most = match run.options.population {
        Some(most) => most,
        None => {
            let mut most = 2;
            while most < 1_000_000 && cells(&run.space.axes, (most + 1) as f64) <= run.left() as f64 {
                most += 1;
            }
            most
        }
    };
    let values: Vec<Vec<f64>> = run.space.axes.iter().map(|axis| places(axis, most)).collect();
    let mut digits = vec![0; values.len()];
    let mut points = Vec::new();
    let batch = BATCH.max(run.options.batch) * digits.len();
    loop {
        points.extend(digits.iter().zip(&values).map(|(digit, values): (&usize, &Vec<f64>)| values[*digit]));
        let mut axis = digits.len();
        let wrapped = loop {
            if axis == 0 {
                break true;
            }
            axis -= 1;
            digits[axis] += 1;
            if digits[axis] < values[axis].len() {
                break false;
            }
            digits[axis] = 0;
        };
        if wrapped || points.len() >= batch {
            run.evaluate(&points).await?;
            points.clear();
        }
        if wrapped {
            return Ok(());
        }
    }
}

/// The coordinates that an axis takes.
fn places(axis: &Axis, most: usize) -> Vec<f64> {
    let count = axis.count();
    if count <= most as f64 {
        return (0..count as usize).map(|cell| axis.encode(axis.decode((cell as f64 + 0.5) / count))).collect();
    }
    (0..most).map(|at| at as f64 / (most - 1).max(1) as f64).collect()
}
