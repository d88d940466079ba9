//! The M4 development subset: reading it, and the competition's measures.
//!
//! Shared by the accuracy test and the accuracy example; the measures are written from the competition's rules, apart
//! from those of the crate, so that they judge it from outside.
use std::path::Path;
use std::process::{Command, Stdio};

/// One series with what followed it.
#[derive(Clone, Debug)]
pub struct Series {
    pub id: String,
    pub group: String,
    pub period: usize,
    pub horizon: usize,
    pub train: Vec<f64>,
    pub test: Vec<f64>,
}

/// The text of a file; one that ends in `.gz` is unpacked by the program `gzip`.
pub fn text(path: &Path) -> std::io::Result<String> {
    if path.extension().is_some_and(|extension| extension == "gz") {
        let output = Command::new("gzip").arg("-dc").arg(path).stderr(Stdio::inherit()).output()?;
        return String::from_utf8(output.stdout).map_err(std::io::Error::other);
    }
    std::fs::read_to_string(path)
}

/// Series from lines `unique_id,freq,m,h,split,ds,y`, in order of appearance.
pub fn parse(text: &str) -> Vec<Series> {
    let mut all: Vec<Series> = Vec::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [id, group, period, horizon, split, _, y] = fields[..] else {
            panic!("a line with {} fields instead of 7: {line}", fields.len());
        };
        if all.last().is_none_or(|last| last.id != id) {
            all.push(Series {
                id: id.into(),
                group: group.into(),
                period: period.parse().expect("m"),
                horizon: horizon.parse().expect("h"),
                train: Vec::new(),
                test: Vec::new(),
            });
        }
        let last = all.last_mut().expect("one was pushed");
        let part = if split == "train" { &mut last.train } else { &mut last.test };
        part.push(y.parse().expect("y"));
    }
    all
}

/// What a forecast of one series is worth.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measures {
    pub smape: f64,
    pub mase: f64,
    pub naive_smape: f64,
    pub naive_mase: f64,
    pub coverage: f64,
    pub msis: f64,
    pub cpu_ms: f64,
}

/// Measures of point forecasts and a 95 % interval.
pub fn measure(series: &Series, mean: &[f64], lower: &[f64], upper: &[f64]) -> Measures {
    let Series { train, test, period, .. } = series;
    let steps = test.len() as f64;
    let gaps = train.iter().zip(&train[*period..]).map(|(before, now)| (now - before).abs());
    let scale = gaps.sum::<f64>() / (train.len() - period) as f64;
    let smape = |forecast: &[f64]| {
        let one = |(y, f): (&f64, &f64)| if y == f { 0.0 } else { 200.0 * (y - f).abs() / (y.abs() + f.abs()) };
        test.iter().zip(forecast).map(one).sum::<f64>() / steps
    };
    let mase = |forecast: &[f64]| test.iter().zip(forecast).map(|(y, f)| (y - f).abs()).sum::<f64>() / steps / scale;
    let benchmark = naive2(train, *period, test.len());
    let mut inside = 0.0;
    let mut width = 0.0;
    for ((y, low), high) in test.iter().zip(lower).zip(upper) {
        inside += f64::from(u8::from(low <= y && y <= high));
        width += high - low + 40.0 * ((low - y).max(0.0) + (y - high).max(0.0));
    }
    Measures {
        smape: smape(mean),
        mase: mase(mean),
        naive_smape: smape(&benchmark),
        naive_mase: mase(&benchmark),
        coverage: inside / steps,
        msis: width / steps / scale,
        cpu_ms: 0.0,
    }
}

/// The benchmark of the competition: naive on classically deseasonalised values where the season is significant.
pub fn naive2(train: &[f64], period: usize, horizon: usize) -> Vec<f64> {
    let n = train.len();
    let last = train[n - 1];
    if period == 1 || n < 3 * period {
        return vec![last; horizon];
    }
    let mean = train.iter().sum::<f64>() / n as f64;
    let product = |lag: usize| (lag..n).map(|t| (train[t] - mean) * (train[t - lag] - mean)).sum::<f64>();
    let r: Vec<f64> = (1..=period).map(|lag| product(lag) / product(0).max(f64::MIN_POSITIVE)).collect();
    let limit = 1.645 * ((1.0 + 2.0 * r[..period - 1].iter().map(|r| r * r).sum::<f64>()) / n as f64).sqrt();
    if r[period - 1].abs() <= limit {
        return vec![last; horizon];
    }
    let half = period / 2;
    let (mut sums, mut counts) = (vec![0.0; period], vec![0.0; period]);
    for t in half..n - half {
        let window = &train[t - half..=t + half];
        let ends = if period.is_multiple_of(2) { 0.5 * (window[0] + window[2 * half]) } else { 0.0 };
        sums[t % period] += train[t] * period as f64 / (window.iter().sum::<f64>() - ends);
        counts[t % period] += 1.0;
    }
    let ratios: Vec<f64> = sums.iter().zip(&counts).map(|(sum, count)| sum / count).collect();
    let mean_ratio = ratios.iter().sum::<f64>() / period as f64;
    let index = |t: usize| ratios[t % period] / mean_ratio;
    (n..n + horizon).map(|t| last / index(n - 1) * index(t)).collect()
}

/// One line of the table: means over a group, and OWA from them.
#[derive(Clone, Debug)]
pub struct Line {
    pub group: String,
    pub series: usize,
    pub owa: f64,
    pub mean: Measures,
}

/// One line per group in order of appearance, one for all series, one for all but the hourly ones.
pub fn table(rows: &[(String, Measures)]) -> Vec<Line> {
    let mut groups: Vec<&str> = Vec::new();
    for (group, _) in rows {
        if !groups.contains(&group.as_str()) {
            groups.push(group);
        }
    }
    let mut lines: Vec<Line> = groups.iter().map(|g| line(g, rows, |group| group == *g)).collect();
    lines.push(line("all", rows, |_| true));
    lines.push(line("all but Hourly", rows, |group| group != "Hourly"));
    lines
}

fn line(name: &str, rows: &[(String, Measures)], wanted: impl Fn(&str) -> bool) -> Line {
    let picked: Vec<&Measures> = rows.iter().filter(|(group, _)| wanted(group)).map(|(_, measures)| measures).collect();
    let mean = |pick: fn(&Measures) -> f64| picked.iter().map(|m| pick(m)).sum::<f64>() / picked.len() as f64;
    let mean = Measures {
        smape: mean(|m| m.smape),
        mase: mean(|m| m.mase),
        naive_smape: mean(|m| m.naive_smape),
        naive_mase: mean(|m| m.naive_mase),
        coverage: mean(|m| m.coverage),
        msis: mean(|m| m.msis),
        cpu_ms: mean(|m| m.cpu_ms),
    };
    let owa = (mean.smape / mean.naive_smape + mean.mase / mean.naive_mase) / 2.0;
    Line { group: name.into(), series: picked.len(), owa, mean }
}
