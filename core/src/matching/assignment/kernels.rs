//! Loops over whole rows of costs.
use crate::math::simd::dispatch;

/// How many columns a step of a kernel takes.
const STEP: usize = 16;
/// Least values are kept apart for so many classes of columns.
pub(super) const LANES: usize = 64;

dispatch! {
    /// Lower `least` to the column minima of some whole rows and note their number in `row`, the first of equals.
    ///
    /// Gives whether all costs are at most `largest` in size.
    pub(super) fn lower_to_columns, portable lower_to_columns_portable(
        costs: &[f64],
        first: u64,
        largest: f64,
        least: &mut [f64],
        row: &mut [u64],
    ) -> bool {
        let columns = least.len();
        let whole = columns - columns % STEP;
        let mut odd = [false; STEP];
        for start in (0..whole).step_by(STEP) {
            let mut low = [0.0; STEP];
            let mut from = [0u64; STEP];
            low.copy_from_slice(&least[start..start + STEP]);
            from.copy_from_slice(&row[start..start + STEP]);
            for (number, line) in (first..).zip(costs.chunks_exact(columns)) {
                let line = &line[start..start + STEP];
                for lane in 0..STEP {
                    let cost = line[lane];
                    odd[lane] |= !(cost.abs() <= largest);
                    let lower = cost < low[lane];
                    low[lane] = if lower { cost } else { low[lane] };
                    from[lane] = if lower { number } else { from[lane] };
                }
            }
            least[start..start + STEP].copy_from_slice(&low);
            row[start..start + STEP].copy_from_slice(&from);
        }
        let mut rest = false;
        for column in whole..columns {
            for (number, line) in (first..).zip(costs.chunks_exact(columns)) {
                rest |= !(line[column].abs() <= largest);
                if line[column] < least[column] {
                    (least[column], row[column]) = (line[column], number);
                }
            }
        }
        !rest && !odd.iter().any(|odd| *odd)
    }
}

dispatch! {
    /// The least of cost minus price for every class of columns that are equal modulo [`LANES`].
    pub(super) fn least_by_lane, portable least_by_lane_portable(costs: &[f64], prices: &[f64]) -> [f64; LANES] {
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
    pub(super) fn collect, portable collect_portable(
        costs: &[f64],
        prices: &[f64],
        first: u32,
        limit: f64,
        found: &mut Vec<(f64, u32)>,
    ) {
        let whole = costs.len() - costs.len() % STEP;
        for (step, (costs, prices)) in costs.chunks_exact(STEP).zip(prices.chunks_exact(STEP)).enumerate() {
            let mut any = false;
            for lane in 0..STEP {
                any |= costs[lane] - prices[lane] <= limit;
            }
            if any {
                for lane in 0..STEP {
                    if costs[lane] - prices[lane] <= limit {
                        found.push((costs[lane], first + (step * STEP + lane) as u32));
                    }
                }
            }
        }
        for column in whole..costs.len() {
            if costs[column] - prices[column] <= limit {
                found.push((costs[column], first + column as u32));
            }
        }
    }
}

dispatch! {
    /// The first column whose cost is at most its limit.
    pub(super) fn first_within, portable first_within_portable(costs: &[f64], limits: &[f64]) -> Option<usize> {
        for (step, (costs, limits)) in costs.chunks(STEP).zip(limits.chunks(STEP)).enumerate() {
            let mut any = false;
            for (cost, limit) in costs.iter().zip(limits) {
                any |= cost <= limit;
            }
            if any {
                let lane = costs.iter().zip(limits).position(|(cost, limit)| cost <= limit);
                return lane.map(|lane| step * STEP + lane);
            }
        }
        None
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
