//! Functions that are a sum over the parameters: found by a test, solved one coordinate at a time.
//!
//! For `f(x) = sum g_i(x_i)` the change from one point to another is the sum of the changes of single coordinates. Where that
//! holds for random points, each coordinate is searched on a grid, and its best minima are narrowed; all coordinates go side
//! by side, so that a question has many points.
use super::bracket::Bracket;
use crate::error::Result;
use crate::optimize::minimize::desk::Run;
use crate::optimize::space::Axis;

/// By which part sums may differ from the whole through rounding.
const ROUNDING: f64 = 1e-9;
/// Minima of a coordinate that are narrowed.
const MINIMA: usize = 4;
/// Narrowings of each of them before the best is chosen.
const SHORT: usize = 10;
/// Narrowings of the best.
const LONG: usize = 45;

/// Whether the function is a sum over the parameters, as far as two pairs of random points tell. Takes `d + 2` evaluations
/// where it is none, twice as many where it is one.
pub(super) async fn is_sum(run: &mut Run) -> Result<bool> {
    for _ in 0..2 {
        let n = run.dimensions();
        let draw = |run: &mut Run| -> Vec<f64> { (0..n).map(|_| run.random.uniform()).collect() };
        let (from, to) = (draw(run), draw(run));
        let mut points = from.clone();
        points.extend_from_slice(&to);
        for i in 0..n {
            points.extend_from_slice(&from);
            points[(2 + i) * n + i] = to[i];
        }
        run.evaluate(&points).await?;
        let start = run.merit(0);
        let whole = run.merit(1) - start;
        let parts: Vec<f64> = (0..n).map(|i| run.merit(2 + i) - start).collect();
        let size: f64 = parts.iter().map(|part| part.abs()).sum::<f64>() + whole.abs();
        let rounding = ROUNDING * size + 16.0 * f64::EPSILON * n as f64 * start.abs();
        let sum: f64 = parts.iter().sum();
        let tells = parts.iter().filter(|part| part.abs() > rounding).count();
        let holds = (whole - sum).abs() <= rounding;
        if !holds || tells < 2 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The minima of each coordinate, one after another from coarse to fine; gives the point of all best coordinates.
pub(super) async fn solve(run: &mut Run, evaluations: usize) -> Result<Vec<f64>> {
    let n = run.dimensions();
    let most = (evaluations / (2 * n)).clamp(8, 160);
    let base = run.best.point.clone();
    let brackets = scan(run, &base, most).await?;
    let base: Vec<f64> = brackets.iter().map(|minima| minima[0].best.0).collect();
    let brackets = again(run, &base, brackets).await?;
    let brackets = narrow(run, &base, brackets, SHORT).await?;
    let best = |minima: Vec<Bracket>| minima.into_iter().min_by(|a, b| a.best.1.total_cmp(&b.best.1));
    let mut brackets: Vec<Vec<Bracket>> = brackets.into_iter().filter_map(best).map(|bracket| vec![bracket]).collect();
    let mut base: Vec<f64> = brackets.iter().map(|minima| minima[0].best.0).collect();
    let mut value = run.value(&base).await?;
    for _ in 0..3 {
        brackets = again(run, &base, brackets).await?;
        brackets = narrow(run, &base, brackets, LONG).await?;
        let next: Vec<f64> = brackets.iter().map(|minima| minima[0].best.0).collect();
        let found = run.value(&next).await?;
        if found.is_nan() || found >= value {
            break;
        }
        (base, value) = (next, found);
    }
    Ok(base)
}

/// The grid of an axis: both ends of a continuous one, the cells of a discrete one.
fn grid(axis: &Axis, most: usize) -> Vec<f64> {
    let count = axis.count();
    if count <= most as f64 {
        return (0..count as usize).map(|cell| (cell as f64 + 0.5) / count).collect();
    }
    (0..most).map(|k| k as f64 / (most - 1) as f64).collect()
}

/// Look at every coordinate on a grid; its best minima with their neighbours, best first.
async fn scan(run: &mut Run, base: &[f64], most: usize) -> Result<Vec<Vec<Bracket>>> {
    let grids: Vec<Vec<f64>> = run.space.axes.iter().map(|axis| grid(axis, most)).collect();
    let values = along(run, base, &grids).await?;
    let minima = |(places, values): (&Vec<f64>, &Vec<f64>)| {
        let last = places.len() - 1;
        let at = |k: usize| (places[k], values[k]);
        let lower = |k: usize| values[k] <= values[k.saturating_sub(1)] && values[k] <= values[(k + 1).min(last)];
        let bracket = |k: usize| Bracket::new(at(k.saturating_sub(1)), at(k), at((k + 1).min(last)));
        let mut found: Vec<Bracket> = (0..=last).filter(|k| lower(*k)).map(bracket).collect();
        found.sort_by(|a, b| a.best.1.total_cmp(&b.best.1));
        found.truncate(MINIMA);
        if found.is_empty() { vec![bracket(0)] } else { found }
    };
    Ok(grids.iter().zip(&values).map(minima).collect())
}

/// The values of the base with one coordinate at each of its places.
async fn along(run: &mut Run, base: &[f64], places: &[Vec<f64>]) -> Result<Vec<Vec<f64>>> {
    let n = base.len();
    let mut points = Vec::new();
    for (i, places) in places.iter().enumerate() {
        for place in places {
            points.extend_from_slice(base);
            let last = points.len() - n + i;
            points[last] = *place;
        }
    }
    run.evaluate(&points).await?;
    let mut next = 0..;
    let mut take = || next.next().map_or(f64::INFINITY, |row| run.merit(row));
    Ok(places.iter().map(|places| places.iter().map(|_| take()).collect()).collect())
}

/// The brackets with their values at another base.
async fn again(run: &mut Run, base: &[f64], brackets: Vec<Vec<Bracket>>) -> Result<Vec<Vec<Bracket>>> {
    let places: Vec<Vec<f64>> =
        brackets.iter().map(|minima| minima.iter().flat_map(Bracket::places).collect()).collect();
    let values = along(run, base, &places).await?;
    let renew = |(minima, values): (Vec<Bracket>, Vec<f64>)| {
        minima.into_iter().zip(values.chunks_exact(3)).map(|(b, v)| b.with_values([v[0], v[1], v[2]])).collect()
    };
    Ok(brackets.into_iter().zip(values).map(renew).collect())
}

/// Narrow every bracket of a continuous axis so many times.
async fn narrow(
    run: &mut Run,
    base: &[f64],
    mut brackets: Vec<Vec<Bracket>>,
    times: usize,
) -> Result<Vec<Vec<Bracket>>> {
    let discrete: Vec<bool> = run.space.axes.iter().map(Axis::is_discrete).collect();
    for _ in 0..times {
        let wanted =
            |i: usize, bracket: &Bracket| !discrete[i] && bracket.width() > 1e-13 * bracket.best.0.abs().max(1e-3);
        let places: Vec<Vec<f64>> = brackets
            .iter()
            .enumerate()
            .map(|(i, minima)| minima.iter().filter(|b| wanted(i, b)).map(Bracket::next).collect())
            .collect();
        if places.iter().all(Vec::is_empty) {
            break;
        }
        let values = along(run, base, &places).await?;
        for (i, minima) in brackets.iter_mut().enumerate() {
            let told = places[i].iter().zip(&values[i]);
            for (bracket, (at, value)) in minima.iter_mut().filter(|b| wanted(i, b)).zip(told) {
                bracket.tell(*at, *value);
            }
        }
    }
    Ok(brackets)
}
