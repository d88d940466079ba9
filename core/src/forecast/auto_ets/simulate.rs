//! Quantiles of future values from simulated paths, for the forms whose variance has no formula.
//!
//! All paths go one step, then the quantiles of the step are read off: memory is `paths * (period + 3)` numbers whatever the
//! horizon. Errors come in pairs of opposite sign. The stream depends on the seed alone, so that every series meets the
//! same errors and the order of the series changes nothing.
use super::form::Season;
use super::interval::End;
use super::recursion::{SMALLEST, Weights};
use crate::Context;
use crate::error::Result;
use crate::math::random::Random;

/// Lower and upper quantiles per step for each probability of being inside, in the order of `levels`; no value leaves
/// `range`.
pub(super) fn quantiles(
    end: &End<'_>,
    sigma: f64,
    horizon: usize,
    levels: &[f64],
    range: (f64, f64),
    paths: usize,
    context: &Context,
) -> Result<Vec<(Vec<f64>, Vec<f64>)>> {
    let Weights { alpha, beta, gamma, phi } = end.weights;
    let paths = paths.next_multiple_of(2);
    let period = end.seasons.len().max(1);
    let mut level = vec![end.states.level; paths];
    let mut slope = vec![end.states.slope; paths];
    let mut seasons: Vec<f64> = end.seasons.iter().flat_map(|s| std::iter::repeat_n(*s, paths)).collect();
    let mut values = vec![0.0; paths];
    let mut random = Random::new(context.seed());
    let mut bands = vec![(Vec::with_capacity(horizon), Vec::with_capacity(horizon)); levels.len()];
    for step in 0..horizon {
        context.check()?;
        let place = (end.place + step) % period;
        let ring = seasons.get_mut(place * paths..(place + 1) * paths).unwrap_or_default();
        let mut error = 0.0;
        for path in 0..paths {
            error = if path % 2 == 0 { sigma * random.normal() } else { -error };
            let base = level[path] + phi * slope[path];
            let season = ring.get(path).copied().unwrap_or(0.0);
            let mean = match end.form.season {
                Season::None => base,
                Season::Additive => base + season,
                Season::Multiplicative => base * season,
            };
            let shock = if end.form.is_multiplicative() { mean * error } else { error };
            values[path] = (mean + shock).clamp(range.0, range.1);
            // A path whose level or season has crossed zero goes on without learning.
            let multiplicative = end.form.season == Season::Multiplicative;
            let alive = !multiplicative || (base > SMALLEST && season > SMALLEST);
            let (to_level, to_season) = match (alive, multiplicative) {
                (false, _) => (0.0, 0.0),
                (true, true) => (shock / season, shock / base),
                (true, false) => (shock, shock),
            };
            level[path] = base + alpha * to_level;
            slope[path] = phi * slope[path] + beta * to_level;
            if let Some(season) = ring.get_mut(path) {
                *season += gamma * to_season;
            }
        }
        values.sort_unstable_by(f64::total_cmp);
        for ((lower, upper), inside) in bands.iter_mut().zip(levels) {
            lower.push(at(&values, 0.5 - inside / 2.0));
            upper.push(at(&values, 0.5 + inside / 2.0));
        }
    }
    Ok(bands)
}

/// The quantile of sorted values, between neighbours in proportion (type 7 of Hyndman and Fan 1996).
fn at(sorted: &[f64], p: f64) -> f64 {
    let position = p * (sorted.len() - 1) as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
}
