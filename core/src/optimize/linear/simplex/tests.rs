//! Reference problems of the shared data, solved without presolve.
#![allow(clippy::print_stdout, reason = "says the figures, and why a test is skipped")]
use super::super::model::LinearModel;
use super::super::text::ReadMps;
use super::*;

pub(in super::super) fn programme_of(model: &LinearModel) -> Programme {
    let rows = model.by_row();
    let columns = rows.turned(model.column_count());
    let bounds = (0..model.column_count()).map(|at| model.column_bounds(at));
    let row_bounds = (0..model.row_count()).map(|at| model.row_bounds(at));
    let (lower, upper) = bounds.chain(row_bounds).unzip();
    Programme { columns, rows, cost: model.costs.clone(), lower, upper }
}

#[test]
fn quick() {
    for name in ["afiro", "adlittle", "israel", "e226", "stair", "shell", "scrs8", "25fv47", "qap04"] {
        let text = std::fs::read_to_string(format!("/tmp/lin_mps/{name}.mps")).unwrap();
        let model = ReadMps::default().read(&text).unwrap();
        let programme = programme_of(&model);
        let start = Instant::now();
        let mut simplex = Simplex::new(&programme);
        let outcome = simplex.solve(&Limits::default(), &Context::new()).unwrap();
        println!(
            "{name} {outcome:?} {} its {} {:.2}ms",
            simplex.objective() + model.constant,
            simplex.iterations,
            start.elapsed().as_secs_f64() * 1e3
        );
    }
}
