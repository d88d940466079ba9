//! Loops over whole rows of costs.
use crate::math::simd::dispatch;

/// How many columns a step of a kernel takes.
const STEP: usize = 16;
/// Least values are kept apart for so many classes of columns.
pub(in super::super) const LANES: usize = 64;

dispatch! {
    /// Lower `least` to the column minima of some whole rows and note their number in `row`, the first of equals.
    ///
    /// Gives whether all costs are at most `largest` in size.
    pub(in super::super) fn lower_to_columns, portable lower_to_columns_portable(
        costs: &[f64],
        first: u64,
        largest: f64,
        least: &mut [f64],
        row: &mut [u64],
    ) -> bool {
        let columns = least.len();
        let mut odd = [0u64; STEP];
        let (least_steps, least_rest) = least.as_chunks_mut::<STEP>();
        let (row_steps, row_rest) = row.as_chunks_mut::<STEP>();
        let whole = STEP * least_steps.len();
        for (step, (least, row)) in least_steps.iter_mut().zip(row_steps).enumerate() {
            let (mut low, mut from) = (*least, *row);
            for (number, line) in (first..).zip(costs.chunks_exact(columns)) {
                let Some(line) = line.get(STEP * step..).and_then(|line| line.first_chunk::<STEP>()) else { continue };
                for lane in 0..STEP {
                    let cost = line[lane];
                    odd[lane] |= u64::from(cost.abs() <= largest) ^ 1;
                    from[lane] = if cost < low[lane] { number } else { from[lane] };
                    low[lane] = if cost < low[lane] { cost } else { low[lane] };
                }
            }
            (*least, *row) = (low, from);
        }
        for (column, (least, row)) in (whole..).zip(least_rest.iter_mut().zip(row_rest)) {
            for (number, line) in (first..).zip(costs.chunks_exact(columns)) {
                odd[0] |= u64::from(line[column].abs() <= largest) ^ 1;
                if line[column] < *least {
                    (*least, *row) = (line[column], number);
                }
            }
        }
        odd.iter().all(|odd| *odd == 0)
    }
}

dispatch! {
    /// The least cost and the column that has it, the first of equals; and the sum of the sizes of all costs.
    pub(in super::super) fn least_of, portable least_of_portable(costs: &[f64]) -> (f64, usize, f64) {
        let (steps, rest) = costs.as_chunks::<STEP>();
        let (mut least, mut place, mut sizes) = ([f64::INFINITY; STEP], [0u64; STEP], [0.0; STEP]);
        for (number, step) in (0u64..).zip(steps) {
            for lane in 0..STEP {
                let cost = step[lane];
                sizes[lane] += cost.abs();
                place[lane] = if cost < least[lane] { number } else { place[lane] };
                least[lane] = if cost < least[lane] { cost } else { least[lane] };
            }
        }
        let (mut low, mut column) = (f64::INFINITY, 0);
        for lane in 0..STEP {
            let own = place[lane] as usize * STEP + lane;
            if least[lane] < low || least[lane] == low && own < column {
                (low, column) = (least[lane], own);
            }
        }
        let mut size: f64 = sizes.iter().sum();
        for (lane, cost) in rest.iter().enumerate() {
            size += cost.abs();
            if *cost < low {
                (low, column) = (*cost, steps.len() * STEP + lane);
            }
        }
        (low, column, size)
    }
}

dispatch! {
    /// The least of cost minus price for every class of columns that are equal modulo [`LANES`].
    pub(in super::super) fn least_by_lane, portable least_by_lane_portable(costs: &[f64], prices: &[f64]) -> [f64; LANES] {
        let mut least = [f64::INFINITY; LANES];
        let (costs, prices) = (costs.chunks_exact(LANES), prices.chunks_exact(LANES));
        for (lane, (cost, price)) in costs.remainder().iter().zip(prices.remainder()).enumerate() {
            least[lane] = cost - price;
        }
        for (costs, prices) in costs.zip(prices) {
            for lane in 0..LANES {
                let value = costs[lane] - prices[lane];
                least[lane] = if value < least[lane] { value } else { least[lane] };
            }
        }
        least
    }
}

dispatch! {
    /// Append the columns, counted from `first`, whose cost minus price is at most `limit`, with their costs.
    pub(in super::super) fn collect, portable collect_portable(
        costs: &[f64],
        prices: &[f64],
        first: u32,
        limit: f64,
        found: &mut Vec<(f64, u32)>,
    ) {
        let (cost_steps, cost_rest) = costs.as_chunks::<STEP>();
        let (price_steps, price_rest) = prices.as_chunks::<STEP>();
        for (step, (costs, prices)) in cost_steps.iter().zip(price_steps).enumerate() {
            let mut below = [0u64; STEP];
            for lane in 0..STEP {
                below[lane] = u64::from(costs[lane] - prices[lane] <= limit);
            }
            if below.iter().fold(0, |any, below| any | below) == 0 {
                continue;
            }
            // Without branches, of which half would be guessed wrong.
            let (mut lanes, mut count) = ([0; STEP], 0);
            for (lane, below) in below.iter().enumerate() {
                lanes[count % STEP] = lane;
                count += *below as usize;
            }
            found.extend(lanes[..count].iter().map(|lane| (costs[lane % STEP], first + (step * STEP + lane) as u32)));
        }
        for (lane, (cost, price)) in cost_rest.iter().zip(price_rest).enumerate() {
            if cost - price <= limit {
                found.push((*cost, first + (STEP * cost_steps.len() + lane) as u32));
            }
        }
    }
}

dispatch! {
    /// Shorten paths to columns by those through `row`, at cost minus price minus offset; gives the nearest column.
    pub(in super::super) fn pass, portable pass_portable(
        costs: &[f64],
        prices: &[f64],
        offset: f64,
        row: u64,
        distances: &mut [f64],
        before: &mut [u64],
    ) -> (f64, u32) {
        let (cost_steps, cost_rest) = costs.as_chunks::<STEP>();
        let (price_steps, price_rest) = prices.as_chunks::<STEP>();
        let (distance_steps, distance_rest) = distances.as_chunks_mut::<STEP>();
        let (before_steps, before_rest) = before.as_chunks_mut::<STEP>();
        let (mut least, mut place) = ([f64::INFINITY; STEP], [0u64; STEP]);
        let whole = cost_steps.len();
        let steps = cost_steps.iter().zip(price_steps).zip(distance_steps).zip(before_steps);
        for (step, (((costs, prices), distances), before)) in (0u64..).zip(steps) {
            for lane in 0..STEP {
                let through = costs[lane] - prices[lane] - offset;
                let shorter = through < distances[lane];
                let distance = if shorter { through } else { distances[lane] };
                before[lane] = if shorter { row } else { before[lane] };
                distances[lane] = distance;
                place[lane] = if distance < least[lane] { step } else { place[lane] };
                least[lane] = if distance < least[lane] { distance } else { least[lane] };
            }
        }
        let mut nearest = (f64::INFINITY, 0);
        for lane in 0..STEP {
            if least[lane] < nearest.0 {
                nearest = (least[lane], place[lane] as u32 * STEP as u32 + lane as u32);
            }
        }
        let rest = cost_rest.iter().zip(price_rest).zip(distance_rest.iter_mut()).zip(before_rest.iter_mut());
        for (lane, (((cost, price), distance), before)) in rest.enumerate() {
            let through = cost - price - offset;
            if through < *distance {
                (*distance, *before) = (through, row);
            }
            if *distance < nearest.0 {
                nearest = (*distance, (whole * STEP + lane) as u32);
            }
        }
        nearest
    }
}

dispatch! {
    /// The first column whose cost is at most its limit.
    pub(in super::super) fn first_within, portable first_within_portable(costs: &[f64], limits: &[f64]) -> Option<usize> {
        let (cost_steps, cost_rest) = costs.as_chunks::<STEP>();
        let (limit_steps, limit_rest) = limits.as_chunks::<STEP>();
        for (step, (costs, limits)) in cost_steps.iter().zip(limit_steps).enumerate() {
            let mut any = 0;
            for lane in 0..STEP {
                any |= u64::from(costs[lane] <= limits[lane]);
            }
            if any != 0 {
                let lane = costs.iter().zip(limits).position(|(cost, limit)| cost <= limit);
                return lane.map(|lane| step * STEP + lane);
            }
        }
        let lane = cost_rest.iter().zip(limit_rest).position(|(cost, limit)| cost <= limit);
        lane.map(|lane| STEP * cost_steps.len() + lane)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    #[test]
    fn kernels_give_the_same_bits_on_every_processor() {
        let mut random = Random::new(5);
        for columns in [1, 7, 16, 63, 64, 100, 333] {
            let costs: Vec<f64> = (0..3 * columns).map(|_| (random.bits() % 9) as f64).collect();
            let prices: Vec<f64> = (0..columns).map(|_| random.uniform()).collect();
            let line = &costs[..columns];
            assert_eq!(least_by_lane(line, &prices), least_by_lane_portable(line, &prices));
            let least = line.iter().copied().fold(f64::INFINITY, f64::min);
            let first = line.iter().position(|cost| *cost == least).unwrap();
            assert_eq!(least_of(line), (least, first, line.iter().sum()));
            assert_eq!(least_of_portable(line), least_of(line));
            let (mut wide, mut narrow) = (Vec::new(), Vec::new());
            collect(line, &prices, 3, 2.5, &mut wide);
            collect_portable(line, &prices, 3, 2.5, &mut narrow);
            assert_eq!(wide, narrow);
            assert_eq!(first_within(line, &prices), line.iter().zip(&prices).position(|(cost, price)| cost <= price));
            let mut wide = (vec![f64::INFINITY; columns], vec![9; columns]);
            let mut narrow = wide.clone();
            assert!(lower_to_columns(&costs, 0, 8.0, &mut wide.0, &mut wide.1));
            assert!(lower_to_columns_portable(&costs, 0, 8.0, &mut narrow.0, &mut narrow.1));
            assert_eq!(wide, narrow);
            for column in 0..columns {
                let own: Vec<f64> = (0..3).map(|row| costs[row * columns + column]).collect();
                let least = own.iter().copied().fold(f64::INFINITY, f64::min);
                assert_eq!(wide.0[column], least);
                assert_eq!(wide.1[column] as usize, own.iter().position(|cost| *cost == least).unwrap());
            }
        }
    }
}
