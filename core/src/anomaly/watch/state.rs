//! Watching several series, event by event.
use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Context;
use crate::anomaly::alert::{AlertEvent, AlertNotice, AlertPolicy, AlertState, Incident};
use crate::anomaly::stream::{
    Adwin, Cusum, Ewma, HalfSpaceTrees, PageHinkley, RobustRandomCutForest, Spot, StreamDetector, StreamScore,
    StreamState,
};
use crate::error::{Result, ensure};
use crate::store::{self, Stored};

/// The most series that are watched: each has a detector of its own, of some 40 kB.
const MOST_SERIES: usize = 100_000;
const NANOSECONDS: f64 = 1e9;

/// The detectors of streams in one type.
macro_rules! detectors {
    ($($name:ident: $start:expr;)+) => {
        /// Any detector of streams, written as `{"Ewma": {"rate": 0.2}}`: its name, and its options.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub enum AnyStream {
            $(#[doc = concat!("`", stringify!($name), "` with its options.")]
            $name($name),)+
        }

        $(impl From<$name> for AnyStream {
            fn from(detector: $name) -> Self {
                AnyStream::$name(detector)
            }
        })+

        impl AnyStream {
            /// Begin a stream.
            ///
            /// # Errors
            /// `invalid_config` for an option out of range.
            pub fn start(&self, context: &Context) -> Result<StreamState> {
                match self {
                    $(AnyStream::$name(detector) => ($start)(detector, context),)+
                }
            }
        }
    };
}

detectors! {
    StreamDetector: |detector: &StreamDetector, _| detector.start();
    Ewma: |detector: &Ewma, _| detector.start();
    Cusum: |detector: &Cusum, _| detector.start();
    PageHinkley: |detector: &PageHinkley, _| detector.start();
    Adwin: |detector: &Adwin, _| detector.start();
    Spot: |detector: &Spot, _| detector.start();
    HalfSpaceTrees: |detector: &HalfSpaceTrees, context| detector.start(context);
    RobustRandomCutForest: |detector: &RobustRandomCutForest, context| detector.start(context);
}

impl Default for AnyStream {
    fn default() -> Self {
        AnyStream::StreamDetector(StreamDetector::default())
    }
}

/// Watch any number of series: a detector for each, one policy for all.
///
/// ```
/// use inlaid::Context;
/// use inlaid::anomaly::{AlertPolicy, Watch};
///
/// let mut watch = Watch::default().with_policy(AlertPolicy::default().with_close_after(2)).start(&Context::new())?;
/// let mut incidents = 0;
/// for minute in 0..2000 {
///     let load = if minute == 1500 { 95.0 } else { 40.0 + (minute % 7) as f64 };
///     let step = watch.update(Some(60.0 * minute as f64), &["cpu"], &[load])?;
///     incidents += step.notices.iter().filter(|notice| notice.incident.closed.is_some()).count();
/// }
/// assert_eq!(incidents, 1);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Watch {
    /// The detector that every series gets one of. Default `StreamDetector`.
    pub detector: AnyStream,
    /// When scores become incidents. Default: the policy's own defaults.
    pub policy: AlertPolicy,
}

impl Watch {
    /// The detector that every series gets one of.
    #[must_use]
    pub fn with_detector(mut self, detector: impl Into<AnyStream>) -> Self {
        self.detector = detector.into();
        self
    }

    /// When scores become incidents.
    #[must_use]
    pub fn with_policy(mut self, policy: AlertPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Begin to watch; the seed of `context` is that of detectors which draw random numbers.
    ///
    /// # Errors
    /// `invalid_config` for an option of the detector or the policy that is out of range.
    pub fn start(&self, context: &Context) -> Result<WatchState> {
        let alerts = self.policy.start()?;
        let fresh = self.detector.start(context)?;
        Ok(WatchState { fresh, streams: BTreeMap::new(), alerts })
    }
}

/// What the values of one moment were, and what they caused.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WatchStep {
    /// What the detectors say of the values, in their order.
    pub scores: Vec<StreamScore>,
    /// What people should be told: incidents that open, grow graver or are over.
    pub notices: Vec<AlertNotice>,
}

/// A watch at work: values in, scores and notices out, saved at any time.
///
/// A series is known from its first event on. No event stops the watch: a missing value, a gap or a time that goes backwards
/// is noted in its score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WatchState {
    /// A detector that has seen nothing, to begin a series with.
    fresh: StreamState,
    streams: BTreeMap<String, StreamState>,
    alerts: AlertState,
}

impl WatchState {
    /// Score the values that some series have at one moment, learn from them, and tell what they cause. `time` is in seconds
    /// since 1970, in local time where days and weeks matter. NaN is a missing value.
    ///
    /// # Errors
    /// `invalid_data` for another number of names than values, a name longer than 1000 bytes, or a time that is not finite or
    /// farther than 292 years from 1970; `too_large` above 100,000 series. Nothing is changed then.
    pub fn update(&mut self, time: Option<f64>, series: &[&str], values: &[f64]) -> Result<WatchStep> {
        let (names, count) = (series.len(), values.len());
        ensure!(names == count, InvalidData, "there are {names} names of series for {count} values");
        for name in series {
            self.alerts.admit(name, time)?;
            let known = self.streams.len() + names;
            ensure!(
                known <= MOST_SERIES || self.streams.contains_key(*name),
                TooLarge,
                "{MOST_SERIES} series are watched at most"
            );
        }
        let mut step = WatchStep::default();
        for (name, value) in series.iter().zip(values) {
            let score = self.take(time, name, *value, &mut step.notices)?;
            step.scores.push(score);
        }
        Ok(step)
    }

    /// One event that was admitted.
    pub(super) fn take(
        &mut self,
        time: Option<f64>,
        series: &str,
        value: f64,
        notices: &mut Vec<AlertNotice>,
    ) -> Result<StreamScore> {
        if !self.streams.contains_key(series) {
            self.streams.insert(series.to_owned(), self.fresh.clone());
        }
        let Some(stream) = self.streams.get_mut(series) else { return Ok(StreamScore::default()) };
        let score = stream.update(time.map(|time| (time * NANOSECONDS) as i64), &[value])?;
        let event = AlertEvent {
            time,
            value: Some(value),
            score: value.is_finite().then_some(score.score),
            raw: value.is_finite().then_some(score.raw),
            expected: score.expected,
            lower: score.lower,
            upper: score.upper,
            ..AlertEvent::default()
        };
        notices.extend(self.alerts.take(series, &event)?);
        Ok(score)
    }

    /// The incidents that are not over, the oldest first.
    #[must_use]
    pub fn open_incidents(&self) -> Vec<Incident> {
        self.alerts.open_incidents()
    }

    /// The names of the series that are watched, sorted.
    #[must_use]
    pub fn series(&self) -> Vec<String> {
        self.streams.keys().cloned().collect()
    }

    /// How many unusual events suppressions and cool-downs kept from opening anything.
    #[must_use]
    pub fn silenced(&self) -> u64 {
        self.alerts.suppressed() + self.alerts.cooled()
    }

    /// The watch as bytes: versioned, checksummed.
    ///
    /// # Errors
    /// As [`store::to_bytes`].
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        store::to_bytes(self)
    }

    /// The watch that [`to_bytes`](Self::to_bytes) gave; it goes on as if nothing had been, bit for bit.
    ///
    /// # Errors
    /// As [`store::from_bytes`]: `incompatible` for damaged bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        store::from_bytes(bytes).map(Self::restored)
    }

    /// Save the watch to a file, which is replaced as a whole or not at all.
    ///
    /// # Errors
    /// As [`store::save`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        store::save(self, path)
    }

    /// The watch in a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// As [`store::load`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        store::load(path).map(Self::restored)
    }

    fn restored(mut self) -> Self {
        self.fresh = self.fresh.restored();
        self.streams = self.streams.into_iter().map(|(name, stream)| (name, stream.restored())).collect();
        self
    }
}

impl Stored for WatchState {
    const KIND: &'static str = "anomaly.WatchState";
    const VERSION: u32 = 2;

    fn check(&self) -> Result<()> {
        let series = self.streams.len();
        ensure!(series <= MOST_SERIES, InvalidData, "{series} series are watched, at most {MOST_SERIES} are allowed");
        self.fresh.check()?;
        self.streams.values().try_for_each(Stored::check)?;
        self.alerts.check()
    }
}
