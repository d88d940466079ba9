//! What may happen to the bytes of a saved model, and what must hold whatever they are. The fuzz target runs the same.
use inlaid::forecast::{AutoEts, Drift, Fitted, Forecast, Method, Naive, Naive2, SeasonalNaive, SeriesState, Theta};
use inlaid::store::{self, Stored};
use inlaid::{Code, Context};
use ndarray::{Array2, array};

/// A method with the options that its saved model is tried with: those with the most state.
trait Example: Method {
    const OPTIONS: fn() -> Self;
}

impl Example for Naive {
    const OPTIONS: fn() -> Self = Naive::default;
}

impl Example for SeasonalNaive {
    const OPTIONS: fn() -> Self = || SeasonalNaive::default().with_season(4);
}

impl Example for Naive2 {
    const OPTIONS: fn() -> Self = || Naive2::default().with_season(4);
}

impl Example for Theta {
    const OPTIONS: fn() -> Self = || Theta::default().with_season(4);
}

impl Example for AutoEts {
    const OPTIONS: fn() -> Self = || AutoEts::default().with_season(4);
}

impl Example for Drift {
    const OPTIONS: fn() -> Self = Drift::default;
}

/// A kind of saved models: the payload of a good one, and the judgement of a changed one.
struct Subject {
    kind: &'static str,
    version: u32,
    good: fn() -> Vec<u8>,
    judge: fn(&[u8]) -> bool,
}

/// Every method of the room.
const SUBJECTS: &[Subject] = &[
    subject::<AutoEts>(),
    subject::<Naive>(),
    subject::<SeasonalNaive>(),
    subject::<Drift>(),
    subject::<Naive2>(),
    subject::<Theta>(),
];

const fn subject<M: Example>() -> Subject {
    Subject { kind: Fitted::<M>::KIND, version: Fitted::<M>::VERSION, good: payload::<M>, judge: judge::<M> }
}

/// Two short seasonal series with a trend, long enough for every method.
fn series() -> Array2<f64> {
    let season = [3.0, -1.0, -4.0, 2.0];
    Array2::from_shape_fn((2, 16), |(row, t)| {
        20.0 + t as f64 * 0.5 + season[(t + row) % 4] * (1.0 + (t % 3) as f64 / 9.0)
    })
}

/// The part of a good saved model that belongs to the model itself.
fn payload<M: Example>() -> Vec<u8> {
    let model = (M::OPTIONS)().fit(series().view(), &quiet()).expect("the series suits every method");
    let bytes = model.to_bytes().expect("a fitted model can be saved");
    let kind = store::kind(&bytes).expect("a saved model has a kind");
    let head = seal(&kind.name, kind.version, &kind.writer, &[]).len();
    bytes[head..].to_vec()
}

/// A container with a right checksum around any payload, written after the table in `inlaid::store`, not with its code.
pub(crate) fn seal(kind: &str, version: u32, writer: &str, payload: &[u8]) -> Vec<u8> {
    let mut rest = postcard::to_stdvec(&(kind, version, writer)).expect("texts and a number can be written");
    rest.extend_from_slice(payload);
    let mut checked = (rest.len() as u64).to_le_bytes().to_vec();
    checked.append(&mut rest);
    let mut bytes = b"\x89INLAID\n\x01\0\0\0".to_vec();
    bytes.extend_from_slice(&crc32fast::hash(&checked).to_le_bytes());
    bytes.append(&mut checked);
    bytes
}

/// Load what `input` describes and use it if it loads, which is the answer. Panics if something does not hold.
pub(crate) fn run(input: &[u8]) -> bool {
    let Some((&choice, rest)) = input.split_first() else { return false };
    let subject = &SUBJECTS[usize::from(choice) % SUBJECTS.len()];
    let sealed = |payload: &[u8]| seal(subject.kind, subject.version, "0.1.0", payload);
    match usize::from(choice) / SUBJECTS.len() % 4 {
        0 => (subject.judge)(rest),
        1 => (subject.judge)(&sealed(rest)),
        _ => (subject.judge)(&sealed(&edited((subject.good)(), rest))),
    }
}

/// `bytes` after up to three edits of four bytes each: where (two), what, with which value.
fn edited(mut bytes: Vec<u8>, edits: &[u8]) -> Vec<u8> {
    const NUMBERS: [f64; 8] = [f64::NAN, f64::INFINITY, -1.0, 0.0, 1.0, 1e308, -1e308, 5e-324];
    for edit in edits.chunks_exact(4).take(3) {
        let at = usize::from(u16::from_le_bytes([edit[0], edit[1]])) % (bytes.len() + 1);
        let value = edit[3];
        match edit[2] % 6 {
            0 if at < bytes.len() => bytes[at] = value,
            1 if at < bytes.len() => bytes[at] ^= 1 << (value % 8),
            2 => bytes.insert(at, value),
            3 => drop(bytes.drain(at..bytes.len().min(at + 1 + usize::from(value % 16)))),
            4 if at + 8 <= bytes.len() => {
                bytes[at..at + 8].copy_from_slice(&NUMBERS[usize::from(value % 8)].to_le_bytes());
            }
            5 => bytes.truncate(at),
            _ => {}
        }
    }
    bytes
}

/// Whether the bytes load. If they do, everything that a model is asked for gives whole answers or a typed error.
fn judge<M: Method>(bytes: &[u8]) -> bool {
    let mut model = match Fitted::<M>::from_bytes(bytes) {
        Ok(model) => model,
        Err(error) => {
            assert_eq!(error.code(), Code::Incompatible, "{error}");
            return false;
        }
    };
    let again = Fitted::<M>::from_bytes(&model.to_bytes().expect("what loads can be saved")).expect("and loads again");
    assert_eq!(predict(&again), predict(&model), "a loaded model predicts as the saved one");
    check_history(&model);
    let new = Array2::from_shape_fn((model.states().len(), 3), |(row, _)| {
        model.states()[row].observed().last().copied().unwrap_or(1.0)
    });
    match model.update(new.view(), &quiet()) {
        Ok(()) => {
            check_history(&model);
            predict(&model);
        }
        Err(error) => assert_eq!(error.code(), Code::InvalidData, "{error}"),
    }
    true
}

fn quiet() -> Context {
    Context::new().with_threads(1)
}

/// The bits of forecasts, or the sentences of why there are none.
fn predict<M: Method>(model: &Fitted<M>) -> Vec<Result<Vec<u64>, String>> {
    let bits = |forecast: Forecast, horizon: usize| {
        assert_eq!(forecast.intervals.len(), 2);
        for interval in &forecast.intervals {
            let mut ends = interval.lower.iter().zip(interval.upper.iter());
            assert!(ends.all(|(lower, upper)| lower <= upper), "an interval begins after its end");
        }
        let lines = [&forecast.mean].into_iter().chain(forecast.intervals.iter().flat_map(|i| [&i.lower, &i.upper]));
        let values = lines.flat_map(|matrix| {
            assert_eq!(matrix.dim(), (model.states().len(), horizon));
            matrix.iter().copied().collect::<Vec<_>>()
        });
        values
            .map(|value| {
                assert!(value.is_finite(), "a forecast of {value}");
                value.to_bits()
            })
            .collect()
    };
    [1, 9]
        .into_iter()
        .map(|horizon| {
            model.predict(horizon, &[0.5, 0.95], &quiet()).map(|forecast| bits(forecast, horizon)).map_err(|error| {
                assert_eq!(error.code(), Code::InvalidData, "{error}");
                error.to_string()
            })
        })
        .collect()
}

/// Everything that looks back has a value per observation.
fn check_history<M: Method>(model: &Fitted<M>) {
    let dim = (model.states().len(), model.states()[0].observed().len());
    assert_eq!(model.fitted_values().dim(), dim);
    assert_eq!(model.residuals().dim(), dim);
    let parts = model.components();
    for part in [parts.level, parts.trend, parts.season].into_iter().flatten() {
        assert_eq!(part.dim(), dim);
    }
    let summary = model.summary();
    assert_eq!(summary.len(), dim.0);
    assert!(summary.iter().all(|one| one.observations == dim.1));
}

/// A good saved model of the first kind, small.
pub(crate) fn small() -> Vec<u8> {
    let series = array![[1.0, 2.0, 3.0]];
    Naive::default().fit(series.view(), &quiet()).and_then(|model| model.to_bytes()).expect("a good model")
}
