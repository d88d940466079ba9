use super::*;
use crate::anomaly::alert::{AlertKind, AlertPolicy, Suppression};
use crate::anomaly::stream::{Ewma, StreamNote};
use crate::data::{Column, Table};
use crate::store::Stored;
use crate::{Code, Context};

/// Two series of a busy service: every third hundred of events one of them jumps.
fn table(rows: usize) -> Table {
    let (mut times, mut cpu, mut disk) = (Vec::new(), Vec::new(), Vec::new());
    let mut noise = 7_u64;
    let mut random = || {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (noise >> 40) as f64 / (1 << 24) as f64
    };
    for row in 0..rows {
        let seconds = row * 300;
        let (day, hour, minute) = (1 + seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
        times.push(format!("2024-03-{day:02} {hour:02}:{minute:02}:00"));
        cpu.push(40.0 + 5.0 * random() + if row % 700 > 690 { 55.0 } else { 0.0 });
        disk.push(if row == 100 { f64::NAN } else { 10.0 + random() + if row % 700 > 690 { 20.0 } else { 0.0 } });
    }
    Table::from_columns([("timestamp", Column::from(times)), ("cpu", cpu.into()), ("disk", disk.into())]).unwrap()
}

#[test]
fn a_replay_is_what_the_events_one_by_one_give() {
    let (table, context) = (table(2200), Context::new());
    let watch = Watch::default().with_policy(AlertPolicy::default().with_group_within(600.0));
    let (mut at_once, mut one_by_one) = (watch.start(&context).unwrap(), watch.start(&context).unwrap());
    let report = at_once.replay(&table, &Replay::default(), &context).unwrap();
    let (cpu, disk) = (table.floats("cpu").unwrap(), table.floats("disk").unwrap());
    let (mut scores, mut notices) = (Vec::new(), Vec::new());
    let begin = 1_709_251_200.0; // 2024-03-01
    for row in 0..table.rows() {
        for (name, value) in [("cpu", cpu[row]), ("disk", disk[row])] {
            let step = one_by_one.update(Some(begin + 300.0 * row as f64), &[name], &[value]).unwrap();
            scores.push(step.scores[0].score);
            notices.extend(step.notices);
        }
    }
    assert_eq!(at_once, one_by_one);
    assert_eq!(report.scores.to_vec(), scores);
    assert_eq!(report.notices, notices);
    assert_eq!(report.series, ["cpu", "disk"]);
    assert_eq!(report.times[2], begin + 300.0);
    assert!(report.values[201].is_nan() && report.scores[201] == 0.0);
    let joined = notices.iter().filter(|notice| notice.kind == AlertKind::Joined).count();
    assert!(joined > 0, "the two series jump together");
    let both = report.incidents.iter().find(|incident| incident.members.len() == 2).unwrap();
    assert!(both.summary.contains("Also "), "{}", both.summary);
}

#[test]
fn a_long_table_is_watched_by_its_column_of_series() {
    let wide = table(800);
    let context = Context::new();
    let (cpu, disk) = (wide.floats("cpu").unwrap(), wide.floats("disk").unwrap());
    let (mut names, mut values, mut times) = (Vec::new(), Vec::new(), Vec::new());
    for (row, time) in wide.texts("timestamp").unwrap().into_iter().enumerate() {
        for (name, value) in [("cpu", cpu[row]), ("disk", disk[row])] {
            names.push(name);
            values.push(value);
            times.push(time.unwrap());
        }
    }
    let long = Table::from_columns([("host", Column::from(names)), ("when", times.into()), ("load", values.into())]);
    let columns = Replay::default().with_series("host").with_time("when");
    let by_rows = Watch::default().start(&context).unwrap().replay(&long.unwrap(), &columns, &context).unwrap();
    let by_columns = Watch::default().start(&context).unwrap().replay(&wide, &Replay::default(), &context).unwrap();
    assert_eq!((by_rows.scores, by_rows.incidents), (by_columns.scores, by_columns.incidents));
}

#[test]
fn a_watch_that_was_saved_goes_on_bit_for_bit() {
    let context = Context::new();
    let mut watch = Watch::default().start(&context).unwrap();
    let mut saved = None;
    for event in 0..900_u32 {
        let value = f64::from(event % 13) + if event > 880 { 200.0 } else { 0.0 };
        if event == 885 {
            saved = Some(WatchState::from_bytes(&watch.to_bytes().unwrap()).unwrap());
        }
        let step = watch.update(Some(f64::from(event) * 60.0), &["a"], &[value]).unwrap();
        if let Some(other) = &mut saved {
            assert_eq!(other.update(Some(f64::from(event) * 60.0), &["a"], &[value]).unwrap(), step);
        }
    }
    assert!(saved.unwrap().check().is_ok());
    let mut bytes = watch.to_bytes().unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    assert_eq!(WatchState::from_bytes(&bytes).unwrap_err().code(), Code::Incompatible);
}

#[test]
fn bad_events_are_reported_and_bad_tables_refused_without_a_trace() {
    let context = Context::new();
    let mut watch = Watch::default().with_detector(Ewma::default()).start(&context).unwrap();
    for event in 0..200_u32 {
        watch.update(Some(f64::from(event)), &["a"], &[f64::from(event % 5)]).unwrap();
    }
    assert_eq!(watch.update(Some(200.0), &["a"], &[f64::NAN]).unwrap().scores[0].note, StreamNote::Missing);
    assert_eq!(watch.update(Some(100.0), &["a"], &[3.0]).unwrap().scores[0].note, StreamNote::Backwards);
    assert_eq!(watch.update(Some(5000.0), &["a"], &[f64::INFINITY]).unwrap().scores[0].note, StreamNote::Missing);
    let before = watch.clone();
    assert_eq!(watch.update(Some(f64::NAN), &["a"], &[1.0]).unwrap_err().code(), Code::InvalidData);
    assert_eq!(watch.update(None, &[&"x".repeat(1001)], &[1.0]).unwrap_err().code(), Code::InvalidData);
    assert_eq!(watch.update(None, &["a", "b"], &[1.0]).unwrap_err().code(), Code::InvalidData);
    let texts = Table::from_columns([("timestamp", Column::from(vec!["soon"])), ("a", vec![1.0].into())]).unwrap();
    let refused = |watch: &mut WatchState, table: &Table, columns: &Replay| {
        watch.replay(table, columns, &Context::new()).unwrap_err()
    };
    assert!(refused(&mut watch, &texts, &Replay::default()).message().contains("\"soon\""));
    assert_eq!(refused(&mut watch, &texts, &Replay::default().with_time("when")).code(), Code::InvalidData);
    assert_eq!(
        refused(&mut watch, &texts, &Replay::default().with_time("").with_values(["b"])).code(),
        Code::InvalidData
    );
    let two = Replay::default().with_series("timestamp").with_time("").with_values(["a", "a"]);
    assert_eq!(refused(&mut watch, &texts, &two).code(), Code::InvalidConfig);
    let stopped = Context::new();
    stopped.cancel();
    let fine = Replay::default().with_time("");
    assert_eq!(watch.replay(&texts, &fine, &stopped).unwrap_err().code(), Code::Cancelled);
    assert_eq!(watch, before);
}

#[test]
fn silenced_events_are_told_and_drawn_as_such() {
    let context = Context::new();
    // Both series jump at row 691 for the first time, at 9:35 of the third day.
    let begin = 1_709_251_200.0 + 300.0 * 690.0;
    let policy = AlertPolicy::default().with_suppressions(vec![Suppression::new(begin, begin + 3600.0)]);
    let mut watch = Watch::default().with_policy(policy).start(&context).unwrap();
    let report = watch.replay(&table(1000), &Replay::default(), &context).unwrap();
    assert!(report.incidents.is_empty() && report.silenced.len() as u64 == watch.silenced());
    assert!(report.silenced.iter().all(|event| (1382..1400).contains(event)) && report.silenced.len() >= 2);
    let svg = report.to_svg(&WatchChart::default().with_series("cpu")).unwrap();
    assert!(svg.contains("silenced") && !svg.contains("incident"));
    let html = report.to_html(&WatchChart::default()).unwrap();
    assert!(html.contains(&format!("{} unusual events silenced", report.silenced.len())));
}

#[test]
fn the_pictures_show_values_band_and_incidents() {
    let context = Context::new();
    let report = Watch::default().start(&context).unwrap().replay(&table(2200), &Replay::default(), &context).unwrap();
    assert!(!report.incidents.is_empty());
    let svg = report.to_svg(&WatchChart::default().with_series("disk").with_unit("MB/s")).unwrap();
    for word in ["incident", "usual", "unusual", "disk"] {
        assert!(svg.contains(word), "{word}");
    }
    roxmltree::Document::parse(&svg).unwrap();
    let html = report.to_html(&WatchChart::default()).unwrap();
    assert!(html.contains("cpu: scores") && html.contains(&report.incidents[0].summary.replace('&', "&amp;")));
    let scores = report.to_svg(&WatchChart::default().with_scores(true)).unwrap();
    assert!(scores.contains("Score"));
    assert_eq!(report.to_svg(&WatchChart::default().with_series("gpu")).unwrap_err().code(), Code::InvalidConfig);
    assert_eq!(WatchReport::default().to_svg(&WatchChart::default()).unwrap_err().code(), Code::NotEnoughData);
    let events = report.events_table().unwrap();
    assert_eq!((events.rows(), report.incidents_table().unwrap().rows()), (4400, report.incidents.len()));
    assert_eq!(events.names(), ["time", "series", "value", "score", "is_anomaly", "expected", "lower", "upper"]);
}
