//! Reference problems and brute force.
#![allow(clippy::print_stdout, reason = "says the figures, and why a test is skipped")]
use super::super::simplex::tests::programme_of;
use super::super::text::ReadMps;
use super::*;

pub(in super::super) fn effort() -> Effort {
    Effort {
        until: None,
        nodes: usize::MAX,
        relative_gap: 1e-7,
        absolute_gap: 1e-9,
        presolve: true,
        cuts: true,
        heuristics: true,
        depth: 0,
        cutoff: f64::INFINITY,
        watch: None,
    }
}

#[test]
fn quick() {
    for name in ["flugpl", "egout", "lseu", "rgn", "gt2", "p0548", "bell5"] {
        let text = std::fs::read_to_string(format!("/tmp/lin_mps/{name}.mps")).unwrap();
        let model = ReadMps::default().read(&text).unwrap();
        let programme = programme_of(&model);
        let mut integer = vec![false; model.column_count()];
        model.integers.iter().for_each(|at| integer[*at as usize] = true);
        let start = Instant::now();
        let mut e = effort();
        e.until = Some(start + std::time::Duration::from_secs(30));
        let s = minimise(&programme, &integer, None, &e, &Context::new()).unwrap();
        println!(
            "{name} {:?} {:?} bound {} nodes {} its {} {:.1}ms",
            s.ending,
            s.point.map(|p| p.0 + model.constant),
            s.bound + model.constant,
            s.nodes,
            s.iterations,
            start.elapsed().as_secs_f64() * 1e3
        );
    }
}
