//! Control charts on standardised values: exponentially weighted moving average and cumulative sums.
use serde::{Deserialize, Serialize};

use super::machine::Machine;
use super::score::{Band, Verdict};
use super::state::{Event, StreamState, check_count};
use crate::error::{Result, ensure};

/// EWMA control chart: small lasting shifts of the mean.
///
/// `z_t = (1 - r) z_{t-1} + r x_t` with rate `r` must stay within
/// `limit * deviation * sqrt(r / (2 - r) * (1 - (1 - r)^(2 t)))` of the mean. Mean and deviation are those of the first
/// `warm_up` events unless they are given. The score is one half at the limit. One column. O(1) per event.
///
/// Source: Roberts, *Control chart tests based on geometric moving averages*, Technometrics 1 (1959).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Ewma {
    /// Weight of the newest value, in (0, 1]. Default 0.2.
    pub rate: f64,
    /// Width of the chart in standard deviations of `z`, above 0. Default 3.
    pub limit: f64,
    /// How many events mean and deviation are learned from, at least 2. Default 100.
    pub warm_up: u64,
    /// The mean under control. Default: learned.
    pub mean: Option<f64>,
    /// The standard deviation under control, above 0. Default: learned.
    pub deviation: Option<f64>,
}

/// CUSUM control chart: cumulative sums of what exceeds a slack, upwards and downwards.
///
/// With standardised `u_t`, `up_t = max(0, up_{t-1} + u_t - slack)` and `down_t = max(0, down_{t-1} - u_t - slack)` must not
/// exceed `limit`; both start again at 0 after an alarm. Mean and deviation are those of the first `warm_up` events unless
/// they are given. The score is one half at the limit. One column. O(1) per event.
///
/// Source: Page, *Continuous inspection schemes*, Biometrika 41 (1954).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Cusum {
    /// What is allowed per event in standard deviations, at least 0: half of the shift to be found. Default 0.5.
    pub slack: f64,
    /// What the sums must not exceed, in standard deviations, above 0. Default 5.
    pub limit: f64,
    /// How many events mean and deviation are learned from, at least 2. Default 100.
    pub warm_up: u64,
    /// The mean under control. Default: learned.
    pub mean: Option<f64>,
    /// The standard deviation under control, above 0. Default: learned.
    pub deviation: Option<f64>,
}

impl Default for Ewma {
    fn default() -> Self {
        Self { rate: 0.2, limit: 3.0, warm_up: 100, mean: None, deviation: None }
    }
}

impl Default for Cusum {
    fn default() -> Self {
        Self { slack: 0.5, limit: 5.0, warm_up: 100, mean: None, deviation: None }
    }
}

/// The setters that both charts share.
macro_rules! chart_setters {
    ($chart:ident) => {
        impl $chart {
            /// Set what must not be exceeded, in standard deviations.
            #[must_use]
            pub fn with_limit(mut self, limit: f64) -> Self {
                self.limit = limit;
                self
            }

            /// Set how many events mean and deviation are learned from.
            #[must_use]
            pub fn with_warm_up(mut self, warm_up: u64) -> Self {
                self.warm_up = warm_up;
                self
            }

            /// Set the mean under control instead of learning it.
            #[must_use]
            pub fn with_mean(mut self, mean: f64) -> Self {
                self.mean = Some(mean);
                self
            }

            /// Set the standard deviation under control instead of learning it.
            #[must_use]
            pub fn with_deviation(mut self, deviation: f64) -> Self {
                self.deviation = Some(deviation);
                self
            }
        }
    };
}
chart_setters!(Ewma);
chart_setters!(Cusum);

impl Ewma {
    /// Set the weight of the newest value.
    #[must_use]
    pub fn with_rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }

    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range.
    pub fn validate(&self) -> Result<()> {
        ensure!(self.rate > 0.0 && self.rate <= 1.0, InvalidConfig, "rate must lie in (0, 1], got {}", self.rate);
        check_chart(self.limit, self.warm_up, self.mean, self.deviation)
    }

    /// Begin to watch a stream of one column.
    ///
    /// # Errors
    /// `invalid_config` as [`Ewma::validate`].
    pub fn start(&self) -> Result<StreamState> {
        self.validate()?;
        let control = Control::new(self.mean, self.deviation, self.warm_up);
        Ok(StreamState::of(Machine::Ewma(RunningEwma { options: self.clone(), control, average: 0.0, rest: 1.0 })))
    }
}

impl Cusum {
    /// Set what is allowed per event, in standard deviations.
    #[must_use]
    pub fn with_slack(mut self, slack: f64) -> Self {
        self.slack = slack;
        self
    }

    /// Judge the options.
    ///
    /// # Errors
    /// `invalid_config` for a value out of its range.
    pub fn validate(&self) -> Result<()> {
        ensure!(
            self.slack >= 0.0 && self.slack.is_finite(),
            InvalidConfig,
            "slack must be finite and at least 0, got {}",
            self.slack
        );
        check_chart(self.limit, self.warm_up, self.mean, self.deviation)
    }

    /// Begin to watch a stream of one column.
    ///
    /// # Errors
    /// `invalid_config` as [`Cusum::validate`].
    pub fn start(&self) -> Result<StreamState> {
        self.validate()?;
        let control = Control::new(self.mean, self.deviation, self.warm_up);
        Ok(StreamState::of(Machine::Cusum(RunningCusum { options: self.clone(), control, up: 0.0, down: 0.0 })))
    }
}

fn check_chart(limit: f64, warm_up: u64, mean: Option<f64>, deviation: Option<f64>) -> Result<()> {
    ensure!(limit > 0.0 && limit.is_finite(), InvalidConfig, "limit must be finite and above 0, got {limit}");
    ensure!(warm_up >= 2, InvalidConfig, "warm_up must be at least 2 events, got {warm_up}");
    ensure!(
        mean.is_none_or(super::state::is_usable),
        InvalidConfig,
        "mean must be finite and within 1e150, got {}",
        mean.unwrap_or(f64::NAN)
    );
    ensure!(
        deviation.is_none_or(|deviation| deviation > 0.0 && deviation <= 1e150),
        InvalidConfig,
        "deviation must be above 0 and at most 1e150, got {}",
        deviation.unwrap_or(f64::NAN)
    );
    Ok(())
}

/// Mean and deviation under control: given, or learned from the first events (Welford).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Control {
    given: (Option<f64>, Option<f64>),
    left: u64,
    count: u64,
    mean: f64,
    squares: f64,
}

impl Control {
    fn new(mean: Option<f64>, deviation: Option<f64>, warm_up: u64) -> Self {
        let left = if mean.is_some() && deviation.is_some() { 0 } else { warm_up };
        Self { given: (mean, deviation), left, count: 0, mean: 0.0, squares: 0.0 }
    }

    /// Learn a value if it still is learning, and say so.
    fn learn(&mut self, value: f64) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
        true
    }

    fn mean(&self) -> f64 {
        self.given.0.unwrap_or(self.mean)
    }

    fn deviation(&self) -> f64 {
        self.given.1.unwrap_or_else(|| (self.squares / (self.count.max(2) - 1) as f64).max(0.0).sqrt())
    }

    /// A difference from the mean in standard deviations; a constant stream has none, so there any difference is infinite.
    fn standardised(&self, difference: f64) -> f64 {
        let deviation = self.deviation();
        if difference == 0.0 {
            0.0
        } else if deviation > 0.0 {
            difference / deviation
        } else {
            f64::INFINITY.copysign(difference)
        }
    }

    fn check(&self) -> Result<()> {
        check_count(self.count)?;
        ensure!(
            self.mean.is_finite() && self.squares.is_finite(),
            InvalidData,
            "mean {} and sum of squares {} must be finite",
            self.mean,
            self.squares
        );
        Ok(())
    }
}

/// The state of an [`Ewma`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RunningEwma {
    options: Ewma,
    control: Control,
    /// The moving average of differences from the mean.
    average: f64,
    /// `(1 - r)^(2 t)`.
    rest: f64,
}

impl RunningEwma {
    pub(super) fn update(&mut self, event: &Event<'_>) -> Verdict {
        let value = event.values[0];
        if self.control.learn(value) {
            return Verdict::LEARNING;
        }
        let Ewma { rate, limit, .. } = self.options;
        let (mean, deviation) = (self.control.mean(), self.control.deviation());
        self.average = (1.0 - rate) * self.average + rate * (value - mean);
        self.rest *= (1.0 - rate) * (1.0 - rate);
        let width = (rate / (2.0 - rate) * (1.0 - self.rest)).sqrt();
        let verdict = Verdict::against(self.control.standardised(self.average).abs() / width, limit);
        let half = limit * deviation * width;
        let band = Band { expected: Some(mean), lower: Some(mean - half), upper: Some(mean + half) };
        Verdict { band, ..verdict }
    }

    pub(super) fn check(&self) -> Result<()> {
        self.options.validate()?;
        ensure!(
            self.average.is_finite() && (0.0..=1.0).contains(&self.rest),
            InvalidData,
            "the moving average is {} with a remaining weight of {}",
            self.average,
            self.rest
        );
        self.control.check()
    }
}

/// The state of a [`Cusum`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RunningCusum {
    options: Cusum,
    control: Control,
    up: f64,
    down: f64,
}

impl RunningCusum {
    pub(super) fn update(&mut self, event: &Event<'_>) -> Verdict {
        let value = event.values[0];
        if self.control.learn(value) {
            return Verdict::LEARNING;
        }
        let Cusum { slack, limit, .. } = self.options;
        let standardised = self.control.standardised(value - self.control.mean());
        self.up = (self.up + standardised - slack).max(0.0);
        self.down = (self.down - standardised - slack).max(0.0);
        let verdict = Verdict::against(self.up.max(self.down), limit);
        if verdict.is_anomaly {
            (self.up, self.down) = (0.0, 0.0);
        }
        verdict
    }

    pub(super) fn check(&self) -> Result<()> {
        self.options.validate()?;
        ensure!(
            self.up >= 0.0 && self.down >= 0.0 && self.up.is_finite() && self.down.is_finite(),
            InvalidData,
            "the sums are {} and {}; they must be finite and not negative",
            self.up,
            self.down
        );
        self.control.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    /// Montgomery, *Introduction to Statistical Quality Control*, table 9.1: mean 10, deviation 1, shift to 11 at the 21st.
    const MONTGOMERY: [f64; 30] = [
        9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.2, 10.34, 9.03, 11.47, 10.51, 9.4, 10.08, 9.37, 10.62,
        10.31, 8.52, 10.84, 10.9, 9.33, 12.29, 11.5, 10.6, 11.08, 10.38, 11.62, 11.31, 10.52,
    ];

    fn first_alarm(mut stream: StreamState) -> Option<usize> {
        MONTGOMERY.iter().position(|value| stream.update(None, &[*value]).unwrap().is_anomaly)
    }

    #[test]
    fn cusum_finds_the_shift_of_the_textbook_at_its_event() {
        // Table 9.2 with k = 0.5 and h = 5: the upper sum is 5.28 at sample 29.
        let chart = Cusum::default().with_mean(10.0).with_deviation(1.0);
        assert_eq!(first_alarm(chart.start().unwrap()), Some(28));
        let mut stream = chart.start().unwrap();
        let scores: Vec<f64> = MONTGOMERY.iter().map(|value| stream.update(None, &[*value]).unwrap().score).collect();
        assert!((scores[28] - 5.28 / 10.28).abs() < 1e-9, "{}", scores[28]);
        assert!((scores[27] - 4.47 / 9.47).abs() < 1e-9, "{}", scores[27]);
    }

    #[test]
    fn ewma_finds_the_shift_of_the_textbook_at_its_event() {
        // Table 9.11 with rate 0.10 and L = 2.7: z is 10.5731 at sample 28, and 10.6468 at sample 29, above 10.62.
        let chart = Ewma::default().with_rate(0.1).with_limit(2.7).with_mean(10.0).with_deviation(1.0);
        assert_eq!(first_alarm(chart.start().unwrap()), Some(28));
        let mut stream = chart.start().unwrap();
        let band = stream.update(None, &[9.45]).unwrap();
        // The first limits are 9.73 and 10.27, z = 9.945.
        assert!((band.lower.unwrap() - 9.73).abs() < 1e-9 && (band.upper.unwrap() - 10.27).abs() < 1e-9);
        let statistic = 0.055 / 0.1;
        assert!((band.score - statistic / (statistic + 2.7)).abs() < 1e-9);
    }

    #[derive(Deserialize)]
    struct Peers {
        run_lengths: Vec<RunLength>,
    }

    #[derive(Deserialize)]
    struct RunLength {
        chart: String,
        options: (f64, f64),
        shift: f64,
        mean: f64,
    }

    #[test]
    fn average_run_lengths_are_those_of_the_markov_chains() {
        // Brook and Evans' chains with 801 states, by `tests/data/make_stream_peers.py`.
        let peers: Peers = serde_json::from_str(include_str!("../../../../tests/data/stream_peers.json")).unwrap();
        let mut random = crate::math::random::Random::new(12);
        for case in peers.run_lengths {
            let (first, limit) = case.options;
            let stream = if case.chart == "ewma" {
                Ewma::default().with_rate(first).with_limit(limit).with_mean(0.0).with_deviation(1.0).start()
            } else {
                Cusum::default().with_slack(first).with_limit(limit).with_mean(0.0).with_deviation(1.0).start()
            };
            let stream = stream.unwrap();
            let (mut sum, mut squares) = (0.0, 0.0);
            let runs = 1000.0;
            for _ in 0..1000 {
                let mut stream = stream.clone();
                let mut length = 1.0;
                while !stream.update(None, &[case.shift + random.normal()]).unwrap().is_anomaly {
                    length += 1.0;
                }
                sum += length;
                squares += length * length;
            }
            let mean: f64 = sum / runs;
            let error = ((squares / runs - mean * mean) / runs).sqrt();
            assert!((mean - case.mean).abs() < 4.0 * error, "{} {:?} {}: {mean}", case.chart, case.options, case.shift);
        }
    }

    #[test]
    fn mean_and_deviation_are_learned_first() {
        for mut stream in
            [Ewma::default().with_warm_up(4).start().unwrap(), Cusum::default().with_warm_up(4).start().unwrap()]
        {
            for value in [1.0, 3.0, 1.0, 3.0] {
                assert_eq!(stream.update(None, &[value]).unwrap().note, super::super::StreamNote::Learning);
            }
            assert_eq!(stream.update(None, &[2.0]).unwrap().score, 0.0);
            assert!(stream.update(None, &[50.0]).unwrap().is_anomaly);
            let again = StreamState::from_bytes(&stream.to_bytes().unwrap()).unwrap();
            assert_eq!(again, stream);
        }
    }

    #[test]
    fn after_a_constant_anything_else_is_certain() {
        for mut stream in
            [Ewma::default().with_warm_up(5).start().unwrap(), Cusum::default().with_warm_up(5).start().unwrap()]
        {
            for _ in 0..10 {
                assert_eq!(stream.update(None, &[7.0]).unwrap().score, 0.0);
            }
            let score = stream.update(None, &[7.5]).unwrap();
            assert!(score.is_anomaly && score.score == 1.0);
            stream.to_bytes().unwrap();
        }
    }

    #[test]
    fn options_out_of_range_are_refused() {
        for error in [
            Ewma::default().with_rate(0.0).start().unwrap_err(),
            Ewma::default().with_limit(f64::NAN).start().unwrap_err(),
            Cusum::default().with_slack(-1.0).start().unwrap_err(),
            Cusum::default().with_deviation(0.0).start().unwrap_err(),
            Cusum::default().with_warm_up(1).start().unwrap_err(),
        ] {
            assert_eq!(error.code(), Code::InvalidConfig);
        }
    }
}
