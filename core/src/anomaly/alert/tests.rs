use super::*;
use crate::Code;
use crate::store::Stored;

fn run(policy: &AlertPolicy, scores: &[(&str, f64, f64)]) -> (Vec<AlertNotice>, AlertState) {
    let mut state = policy.start().unwrap();
    let mut notices = Vec::new();
    for (series, time, score) in scores {
        let event = AlertEvent::new(*series, *score).with_time(*time).with_value(*time / 10.0);
        notices.extend(state.update(&event).unwrap());
        state.check().unwrap();
    }
    (notices, state)
}

fn kinds(notices: &[AlertNotice]) -> Vec<(AlertKind, f64)> {
    notices.iter().map(|notice| (notice.kind, notice.time)).collect()
}

fn one<'a>(scores: &[f64]) -> Vec<(&'a str, f64, f64)> {
    scores.iter().enumerate().map(|(minute, score)| ("a", 60.0 * minute as f64, *score)).collect()
}

#[test]
fn a_score_that_hovers_around_the_limit_is_one_incident() {
    let scores: Vec<f64> = (0..40).map(|event| if event % 2 == 0 { 0.52 } else { 0.45 }).chain([0.1; 3]).collect();
    let (notices, state) = run(&AlertPolicy::default().with_escalate_after(0.0), &one(&scores));
    assert_eq!(kinds(&notices), [(AlertKind::Opened, 0.0), (AlertKind::Closed, 60.0 * 42.0)]);
    assert_eq!(notices[1].incident.events, 20);
    assert!(state.open_incidents().is_empty());
}

#[test]
fn so_many_of_so_many_events_must_be_unusual() {
    let policy = AlertPolicy::default().with_open_after(3).with_open_within(5);
    let (notices, _) = run(&policy, &one(&[0.8, 0.0, 0.8, 0.0, 0.0, 0.0, 0.8]));
    assert!(notices.is_empty());
    let (notices, _) = run(&policy, &one(&[0.0, 0.6, 0.0, 0.6, 0.6]));
    assert_eq!(kinds(&notices), [(AlertKind::Opened, 240.0)]);
    let incident = &notices[0].incident;
    assert_eq!((incident.opened, incident.events, incident.severity), (60.0, 3, Severity::Info));
}

#[test]
fn what_lasts_or_rises_becomes_graver() {
    let policy = AlertPolicy::default().with_escalate_after(180.0);
    let (notices, _) = run(&policy, &one(&[0.6; 10]));
    let severities: Vec<_> = notices.iter().map(|notice| (notice.time, notice.incident.severity)).collect();
    assert_eq!(severities, [(0.0, Severity::Info), (180.0, Severity::Warning), (360.0, Severity::Critical)]);
    let (notices, _) = run(&policy, &one(&[0.6, 0.95]));
    assert_eq!(notices[1].incident.severity, Severity::Critical);
    assert_eq!(notices[1].incident.members[0].peak_value, Some(6.0));
}

#[test]
fn series_that_are_unusual_together_share_an_incident_which_ends_with_the_last() {
    let scores = [
        ("a", 0.0, 0.8),
        ("b", 100.0, 0.6),
        ("c", 1000.0, 0.6),
        ("a", 1100.0, 0.0),
        ("b", 1200.0, 0.0),
        ("c", 1300.0, 0.0),
    ];
    let policy = AlertPolicy::default().with_close_after(1);
    let (notices, _) = run(&policy, &scores);
    let told: Vec<_> = notices.iter().map(|notice| (notice.kind, notice.incident.id)).collect();
    use AlertKind::{Closed, Joined, Opened};
    assert_eq!(told, [(Opened, 1), (Joined, 1), (Opened, 2), (Closed, 1), (Closed, 2)]);
    let first = &notices[3].incident;
    assert_eq!(first.closed, Some(1200.0));
    assert_eq!(first.members.iter().map(|member| member.closed).collect::<Vec<_>>(), [Some(1100.0), Some(1200.0)]);
    let (alone, _) = run(&policy.with_group_within(-1.0), &scores);
    assert_eq!(alone.iter().map(|notice| notice.incident.id).max(), Some(3));
}

#[test]
fn a_cool_down_keeps_quiet_unless_it_gets_worse() {
    let policy = AlertPolicy::default().with_close_after(1).with_cool_down(600.0);
    let (notices, state) = run(&policy, &one(&[0.8, 0.0, 0.75, 0.6, 0.0, 0.95]));
    assert_eq!(
        kinds(&notices),
        [(AlertKind::Opened, 0.0), (AlertKind::Closed, 60.0), (AlertKind::Opened, 300.0)],
        "the two events in between are no news, the critical one is"
    );
    assert_eq!(state.cooled(), 2);
}

#[test]
fn suppressed_times_open_nothing_and_come_again() {
    let nightly = Suppression::new(3600.0, 7200.0).with_every(86_400.0).with_series(["a"]);
    let policy = AlertPolicy::default().with_close_after(1).with_suppressions(vec![nightly]);
    let scores =
        [("a", 3600.0, 0.9), ("a", 7200.0, 0.9), ("a", 9000.0, 0.0), ("a", 90_001.0, 0.9), ("b", 90_001.0, 0.9)];
    let (notices, state) = run(&policy, &scores);
    let opened = notices.iter().filter(|notice| notice.kind == AlertKind::Opened);
    let opened: Vec<_> = opened.map(|notice| (notice.time, notice.incident.members[0].series.clone())).collect();
    assert_eq!(opened, [(7200.0, "a".to_owned()), (90_001.0, "b".to_owned())]);
    assert_eq!(state.suppressed(), 2);
}

#[test]
fn a_series_that_falls_silent_does_not_keep_its_incident_open_for_ever() {
    let policy = AlertPolicy::default().with_silent_after(600.0).with_escalate_after(0.0);
    let (notices, _) = run(&policy, &[("a", 0.0, 0.9), ("b", 500.0, 0.1), ("b", 600.0, 0.1)]);
    assert_eq!(kinds(&notices), [(AlertKind::Opened, 0.0), (AlertKind::Closed, 0.0)]);
}

#[test]
fn the_summary_says_what_where_and_when() {
    let mut state = AlertPolicy::default().with_close_after(1).start().unwrap();
    let begin = 1_393_452_300.0; // 2014-02-26 22:05
    let event =
        AlertEvent::new("cpu", 0.93).with_time(begin).with_value(97.3).with_band(Some(41.2), Some(35.1), Some(48.0));
    assert_eq!(
        state.update(&event).unwrap()[0].incident.summary,
        "Critical: cpu was 97.3 at 2014-02-26 22:05, expected 41.2 (usually 35.1 to 48). Since 2014-02-26 22:05. \
         1 unusual event, highest score 0.93."
    );
    let over = state.update(&AlertEvent::new("cpu", 0.0).with_time(begin + 3900.0)).unwrap();
    let closed = &over[over.len() - 1].incident;
    assert!(
        closed
            .summary
            .ends_with("From 2014-02-26 22:05 to 2014-02-26 23:10 (1 h 5 min). 1 unusual event, highest score 0.93.")
    );
}

#[test]
fn unknown_scores_change_nothing_and_events_may_have_no_times() {
    let mut state = AlertPolicy::default().start().unwrap();
    let unknown = AlertEvent { series: "a".into(), ..AlertEvent::default() };
    for score in [None, Some(f64::NAN), Some(f64::NEG_INFINITY)] {
        assert!(state.update(&AlertEvent { score, ..unknown.clone() }).unwrap().is_empty());
    }
    let notices = state.update(&AlertEvent::new("a", f64::INFINITY)).unwrap();
    assert!(notices[0].incident.summary.contains("unusual at event 3"), "{}", notices[0].incident.summary);
}

#[test]
fn late_events_and_wild_options_leave_a_sound_state() {
    let (_, state) = run(
        &AlertPolicy::default().with_close_after(1),
        &[("a", 1e9, 0.9), ("a", -1e9, 0.95), ("b", -2e9, 0.9), ("a", -3e9, 0.0), ("b", 0.0, 0.0)],
    );
    assert!(state.open_incidents().is_empty());
    let restored = AlertState::from_bytes(&state.to_bytes().unwrap()).unwrap();
    assert_eq!(restored, state);
    for policy in [
        AlertPolicy::default().with_open_at(f64::NAN),
        AlertPolicy::default().with_close_below(0.6),
        AlertPolicy::default().with_warning_at(0.95),
        AlertPolicy::default().with_open_after(2),
        AlertPolicy::default().with_open_within(65),
        AlertPolicy::default().with_close_after(0),
        AlertPolicy::default().with_cool_down(-1.0),
        AlertPolicy::default().with_escalate_after(f64::INFINITY),
        AlertPolicy::default().with_suppressions(vec![Suppression::new(2.0, 1.0)]),
        AlertPolicy::default().with_suppressions(vec![Suppression::new(0.0, 10.0).with_every(5.0)]),
    ] {
        assert_eq!(policy.start().unwrap_err().code(), Code::InvalidConfig, "{policy:?}");
    }
}

#[test]
fn a_detector_that_keeps_quiet_after_its_alarm_does_not_end_the_incident() {
    let mut state = AlertPolicy::default().with_close_after(2).start().unwrap();
    let mut kinds = Vec::new();
    for (minute, (score, raw)) in
        [(0.8, 0.8), (0.0, 0.7), (0.0, 0.75), (0.0, 0.1), (0.0, 0.1), (0.0, 0.9)].into_iter().enumerate()
    {
        let event = AlertEvent::new("a", score).with_raw(raw).with_time(60.0 * minute as f64);
        kinds.extend(state.update(&event).unwrap().into_iter().map(|notice| (notice.kind, notice.incident.events)));
    }
    assert_eq!(kinds, [(AlertKind::Opened, 1), (AlertKind::Closed, 3)], "and what is quiet opens nothing");
}
