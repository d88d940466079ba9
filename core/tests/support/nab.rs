//! The development half of the Numenta Anomaly Benchmark, where it is there.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One file of the benchmark.
#[derive(Debug, Default)]
pub(crate) struct File {
    pub(crate) name: String,
    /// Nanoseconds since 1970.
    pub(crate) times: Vec<i64>,
    pub(crate) values: Vec<f64>,
    /// First and last row of each window.
    pub(crate) windows: Vec<(usize, usize)>,
}

/// The folder that is looked into.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/anomaly")
}

/// Seconds since 1970 of `2014-04-01 00:05:00`, perhaps with a fraction, as nanoseconds.
fn nanoseconds(text: &str) -> Option<i64> {
    let field = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (field(0, 4)?, field(5, 7)?, field(8, 10)?);
    // Days from civil (Hinnant).
    let year = if month <= 2 { year - 1 } else { year };
    let (era, month) = (year.div_euclid(400), (month + 9) % 12);
    let of_era = year.rem_euclid(400);
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 + day - 1 - 719_468;
    let seconds = days * 86_400 + field(11, 13)? * 3600 + field(14, 16)? * 60 + field(17, 19)?;
    Some(seconds * 1_000_000_000)
}

/// All files in the order of the data; none where the data is not there.
pub(crate) fn files() -> Option<Vec<File>> {
    let folder = folder();
    let unpacked = Command::new("gzip").arg("-dc").arg(folder.join("nab.csv.gz")).output().ok()?;
    let windows = std::fs::read_to_string(folder.join("nab_windows.json")).ok()?;
    let windows: BTreeMap<String, Vec<(String, String)>> = serde_json::from_str(&windows).ok()?;
    let text = String::from_utf8(unpacked.stdout).ok()?;
    let mut files: Vec<File> = Vec::new();
    for line in text.lines().skip(1) {
        let mut fields = line.split(',');
        let (name, time, value) = (fields.next()?, fields.next()?, fields.next()?);
        if files.last().is_none_or(|file| file.name != name) {
            files.push(File { name: name.to_owned(), ..File::default() });
        }
        let file = files.last_mut()?;
        file.times.push(nanoseconds(time)?);
        file.values.push(value.parse().ok()?);
    }
    for file in &mut files {
        for (begin, end) in windows.get(&file.name)? {
            let (begin, end) = (nanoseconds(begin)?, nanoseconds(end)?);
            let inside = |time: &i64| (begin..=end).contains(time);
            file.windows.push((file.times.iter().position(inside)?, file.times.iter().rposition(inside)?));
        }
        file.windows.sort_unstable();
    }
    (!files.is_empty()).then_some(files)
}

/// The score of some of the files, each with its row scores.
pub(crate) fn evaluate(
    nab: &inlaid::anomaly::NabScore,
    files: &[(&File, &[f64])],
) -> inlaid::Result<inlaid::anomaly::NabReport> {
    let (mut scores, mut lengths) = (Vec::new(), Vec::new());
    let (mut series, mut first, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for (index, (file, own)) in files.iter().enumerate() {
        scores.extend_from_slice(own);
        lengths.push(own.len() as i64);
        for window in &file.windows {
            series.push(index as i64);
            first.push(window.0 as i64);
            last.push(window.1 as i64);
        }
    }
    let windows = inlaid::anomaly::NabWindows { series: &series, first: &first, last: &last };
    nab.evaluate(&scores, &lengths, windows)
}
