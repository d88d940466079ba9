//! Whole numbers in CMA-ES: a margin keeps neighbouring cells likely.
//!
//! Where the chance to leave the cell of the mean falls below `1 / (d * population)`, mean and width of that axis are moved so
//! that it does not. Source: Hamano, Saito, Nomura, Shirakawa, *CMA-ES with margin: lower-bounding marginal probability for
//! mixed-integer black-box optimization* (GECCO 2022).
use super::state::State;
use crate::math::normal;
use crate::optimize::minimize::methods::population::below;
use crate::optimize::space::Axis;

/// Keep the margins of all discrete axes.
pub(super) fn keep(state: &mut State, axes: &[Axis]) {
    let least = 1.0 / (axes.len() as f64 * state.rates.population as f64);
    for (i, axis) in axes.iter().enumerate().filter(|(_, axis)| axis.is_discrete()) {
        let at = state.mean[i].clamp(0.0, 1.0);
        let (low, high) = edges(axis, at);
        let deviation = state.deviation(i);
        if !(deviation.is_finite() && deviation > 0.0) {
            continue;
        }
        if low <= 0.0 && high >= 1.0 {
            continue;
        }
        let reach = normal::quantile(1.0 - least);
        if low <= 0.0 {
            // Only one way to leave.
            state.mean[i] = at.max(high - deviation * reach);
        } else if high >= 1.0 {
            state.mean[i] = at.min(low + deviation * reach);
        } else {
            let (down, up) = (below((low - at) / deviation), below((at - high) / deviation));
            if down >= 0.5 * least && up >= 0.5 * least {
                state.mean[i] = at;
                continue;
            }
            let (wider_down, wider_up) = (down.max(0.5 * least), up.max(0.5 * least));
            let middle = (1.0 - down - up).max(0.5 * least);
            let over = 1.0 - wider_down - wider_up - middle;
            let share = wider_down + middle + wider_up - 1.5 * least;
            let part = |p: f64| if share > 0.0 { p + over * (p - 0.5 * least) / share } else { p };
            let (down, up) = (normal::quantile(part(wider_down)), normal::quantile(1.0 - part(wider_up)));
            if up - down > 1e-9 {
                let wanted = (high - low) / (up - down);
                state.mean[i] = low - wanted * down;
                state.stretch[i] *= wanted / deviation;
            }
        }
    }
}

/// The ends of the cell that a coordinate lies in.
fn edges(axis: &Axis, at: f64) -> (f64, f64) {
    match *axis {
        Axis::LogSteps { low, high } => {
            let value = axis.decode(at);
            let (first, last) = ((low - 0.5).ln(), (high + 0.5).ln());
            let place = |value: f64| (value.ln() - first) / (last - first);
            (place(value - 0.5), place(value + 0.5))
        }
        _ => {
            let count = axis.count();
            let cell = (at * count).floor().min(count - 1.0);
            (cell / count, (cell + 1.0) / count)
        }
    }
}
