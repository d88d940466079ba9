//! Files as they are written elsewhere, as they should not be, and back and forth.
use super::super::{LinearModel, Variable};
use super::*;
use crate::Code;
use crate::math::random::Random;

const DIALECTS: &str = "* a comment
NAME          test
ROWS
 N  cost
 L  lim1
 G  lim2
 E  eqn
 E  down
 N  spare
COLUMNS
    x  cost 1.5  lim1 1
    x  lim2 1d0
    MARKER  'MARKER'  'INTORG'
    i  cost 2  eqn -1
    j  lim1 4  down 1
    k  cost 1
    MARKER  'MARKER'  'INTEND'
    y  cost -1  eqn 1
    z  down 1 spare 3
RHS
    rhs  cost -3  lim1 4
    rhs  lim2 1  eqn 7
    rhs  down 2
RANGES
    rng  lim1 2.5  eqn 3
    rng  down -2 lim2 4
BOUNDS
 UP bnd x -4
 LI bnd i 2
 UI bnd i 9
 FR bnd y
 BV bnd j
 MI bnd z
 UP bnd z 1e30
ENDATA
";

#[test]
fn every_dialect_of_mps_is_read() {
    let model = ReadMps::default().read(DIALECTS).unwrap();
    assert_eq!(model.column_names, ["x", "i", "j", "k", "y", "z"]);
    assert_eq!(model.constant, 3.0);
    assert_eq!(model.costs, [1.5, 2.0, 0.0, 1.0, -1.0, 0.0]);
    assert_eq!(model.lower, [f64::NEG_INFINITY, 2.0, 0.0, 0.0, f64::NEG_INFINITY, f64::NEG_INFINITY]);
    assert_eq!(model.upper, [-4.0, 9.0, 1.0, 1.0, f64::INFINITY, f64::INFINITY]);
    assert_eq!(model.row_lower, [1.5, 1.0, 7.0, 0.0]);
    assert_eq!(model.row_upper, [4.0, 5.0, 10.0, 2.0]);
    assert_eq!(model.integers, [1, 2, 3]);
    let newer = ReadMps::default().with_integers_are_unbounded(true).read(DIALECTS).unwrap();
    assert_eq!(newer.upper[3], f64::INFINITY);
}

#[test]
fn fixed_columns_may_hold_blanks() {
    let text = "NAME          a model\nROWS\n N  the cost\n L  row one\nCOLUMNS\n    col one   the cost           1.0   row one            2.0\nRHS\n    RHS       row one            8.0\nBOUNDS\n UP BND       col one            3.0\nENDATA\n";
    let model = ReadMps::default().read(text).unwrap();
    assert_eq!(model.column_names, ["col one"]);
    assert_eq!((model.costs[0], model.entry_values[0], model.row_upper[0], model.upper[0]), (1.0, 2.0, 8.0, 3.0));
}

#[test]
fn errors_of_mps_name_line_and_reason() {
    let cases = [
        ("ROWS\n N c\n Q r\n", "line 3: the type of row r is \"Q\", it must be N, L, G or E"),
        ("ROWS\n N c\n L r\nCOLUMNS\n x q 1\nENDATA\n", "line 5: there is no row \"q\""),
        ("ROWS\n N c\n L r\nCOLUMNS\n x r one\n", "line 5: \"one\" is no number"),
        ("ROWS\n N c\n L r\nCOLUMNS\n x r nan\n", "line 5: NaN is no value"),
        ("ROWS\n N c\n L r\n L r\n", "line 4: there is a row r already"),
        ("ROWS\n N c\n L r\nCOLUMNS\n x r 1\n x r 2\n", "line 6: column x has row r twice"),
        ("ROWS\n N c\nCOLUMNS\n x c 1\nBOUNDS\n XX b x 1\n", "line 6: the type of the bound is \"XX\""),
        ("ROWS\n N c\nCOLUMNS\n x c 1\nBOUNDS\n UP b y 1\n", "line 6: there is no column \"y\""),
        ("ROWS\n N c\nCOLUMNS\n x c 1\n", "the file ends without ENDATA"),
        ("hello\n", "line 1: \"HELLO\" is no section"),
        ("", "there is no section"),
    ];
    for (text, expected) in cases {
        let error = ReadMps::default().read(text).unwrap_err();
        assert_eq!(error.code(), Code::InvalidData);
        assert!(error.message().starts_with(expected), "{text:?}: {}", error.message());
    }
}

#[test]
fn lp_files_are_read_as_they_are_written() {
    let text = "\\ a comment
Maximize
 profit: 3 x + 2y - z + 4 + [ - 2 x ^ 2 + 2 x * y ] / 2
Subject To
 c1: x + y <= 4
 c2: - x + 2 y >= -2 + z
 rng: 1 <= x + z <= 6
 x - y = 0.5
Bounds
 -1 <= x <= 10
 y <= 5
 z free
 w >= 2
Generals
 z
Binary
 w
End
";
    let model = read_lp(text).unwrap();
    assert_eq!(model.column_names, ["x", "y", "z", "w"]);
    assert_eq!((model.costs.as_slice(), model.constant), (&[3.0, 2.0, -1.0, 0.0][..], 4.0));
    assert_eq!(model.quadratic_values, [-1.0, 1.0]);
    assert_eq!(model.row_upper, [4.0, f64::INFINITY, 6.0, 0.5]);
    assert_eq!(model.row_lower, [f64::NEG_INFINITY, -2.0, 1.0, 0.5]);
    assert_eq!(model.lower, [-1.0, 0.0, f64::NEG_INFINITY, 0.0]);
    assert_eq!(model.upper, [10.0, 5.0, f64::INFINITY, 1.0]);
    assert_eq!(model.integers, [2, 3]);
}

#[test]
fn errors_of_lp_files_name_line_and_reason() {
    let cases = [
        ("hello", "line 1: an LP file begins with Minimize or Maximize"),
        ("min x\nst\n c: x <= \nbounds\n", "line 5"),
        ("min x\nst\n c: x + y\nend", "line 3: a constraint has <=, >= or ="),
        ("min x\nst\n c: x ! <= 3 @@\nend", "line 3"),
        ("min x\nst\n c: x <= 3\n", "line 3: the file ends without End"),
        ("min x\nst\n c: x <= 3\ngeneral\n y\nend", "line 5: there is no column \"y\""),
        ("min x\nst\n c: x <=> 3\nend", "line 3: \"<=>\" is no comparison"),
        ("min x + - \nst\n c: x <= 3\nend", "line 1: a sign stands alone"),
    ];
    for (text, expected) in cases {
        match read_lp(text) {
            Err(error) if expected.len() < 8 => assert!(error.message().starts_with("line"), "{}", error.message()),
            Err(error) => assert!(error.message().starts_with(expected), "{text:?}: {}", error.message()),
            Ok(model) => assert!(expected.len() < 8, "{text:?} gave {model:?}"),
        }
    }
}

fn random_model(random: &mut Random) -> LinearModel {
    let mut model = LinearModel::new();
    let mut below = |limit: u64| random.bits() % limit;
    let columns = 1 + below(6) as usize;
    let mut terms = Vec::new();
    for at in 0..columns {
        let mut variable = Variable::named(format!("col{at}"));
        variable = match below(6) {
            0 => variable.free(),
            1 => variable.between(-2.5, 7.25),
            2 => variable.between(f64::NEG_INFINITY, -1.0),
            3 => variable.binary(),
            4 => variable.between(1.0, 4.0).semi_continuous(),
            _ => variable.integer(),
        };
        terms.push(model.add(variable));
    }
    let mut sum = |scale: f64| {
        terms.iter().map(|term| *term * (scale * (below(9) as f64 - 4.0))).sum::<super::super::Expression>()
    };
    let objective = sum(0.3) + 2.5;
    let rows: Vec<_> = (0..3).map(|_| sum(1.7)).collect();
    let kind = random.bits() % 2;
    model.minimize(objective + terms[0] * terms[0] * 3.0 + terms[0] * terms[columns - 1] * 0.1).unwrap();
    for (at, row) in rows.into_iter().enumerate() {
        let constraint = match (at as u64 + kind) % 4 {
            0 => row.at_most(3.5),
            1 => row.at_least(-1e-7),
            2 => row.equal_to(12.0),
            _ => row.between(-3.0, 1e6),
        };
        model.subject_to(format!("row{at}"), constraint).unwrap();
    }
    model.maximize = kind == 1;
    model
}

/// A model without names and in one order of entries.
fn canonical(model: &LinearModel) -> LinearModel {
    let mut same = model.clone();
    let matrix = model.by_row();
    (same.entry_rows, same.entry_columns, same.entry_values) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..matrix.lines() {
        for (column, value) in matrix.pairs(row) {
            same.entry_rows.push(row as i64);
            same.entry_columns.push(column as i64);
            same.entry_values.push(value);
        }
    }
    let squares = |model: &LinearModel, a: i64, b: i64| -> f64 {
        let items = model.quadratic_rows.iter().zip(&model.quadratic_columns).zip(&model.quadratic_values);
        items.filter(|((x, y), _)| (**x, **y) == (a, b) || (**x, **y) == (b, a)).map(|(_, value)| value).sum()
    };
    let last = model.costs.len() as i64 - 1;
    same.quadratic_values = vec![squares(model, 0, 0), squares(model, 0, last)];
    (same.quadratic_rows, same.quadratic_columns) = (vec![0, 0], vec![0, last]);
    same.name = String::new();
    same
}

#[test]
fn models_survive_being_written_and_read() {
    let mut random = Random::new(11);
    for case in 0..300 {
        let model = random_model(&mut random);
        let mps = write_mps(&model).unwrap();
        let back = ReadMps::default().read(&mps).unwrap();
        assert_eq!(canonical(&back), canonical(&model), "case {case}\n{mps}");
        let lp = write_lp(&model).unwrap();
        let back = read_lp(&lp).unwrap_or_else(|error| panic!("{error}\n{lp}"));
        assert_eq!(canonical(&back), canonical(&model), "case {case}\n{lp}");
    }
}

#[test]
fn damaged_files_give_errors_and_never_panic() {
    let mut random = Random::new(5);
    let lp = write_lp(&random_model(&mut random)).unwrap();
    for source in [DIALECTS.to_string(), lp] {
        for _ in 0..4000 {
            let mut bytes = source.clone().into_bytes();
            for _ in 0..1 + random.bits() % 6 {
                if bytes.is_empty() {
                    break;
                }
                let at = (random.bits() % bytes.len() as u64) as usize;
                match random.bits() % 4 {
                    0 => bytes[at] = (random.bits() % 128) as u8,
                    1 => {
                        bytes.remove(at);
                    }
                    2 => bytes.insert(at, b" \n-+<>=:[]^*/e.'$\\"[(random.bits() % 18) as usize]),
                    _ => bytes.truncate(at.max(1)),
                }
            }
            let text = String::from_utf8_lossy(&bytes);
            let _ = ReadMps::default().read(&text);
            let _ = ReadMps::default().with_format(MpsFormat::Fixed).read(&text);
            let _ = read_lp(&text);
        }
    }
}

#[test]
fn a_constraint_without_a_right_side_is_refused() {
    for text in ["min x\nst\n c: x >=\nend\n", "min x\nst\n c: 1 <= x <=\nbounds\n x <= 3\nend\n"] {
        let error = read_lp(text).unwrap_err();
        assert_eq!(error.message(), "line 3: nothing stands behind the <=, >= or =", "{text}");
    }
}
