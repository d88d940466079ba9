//! Runs every golden case of `tests/golden` through the catalogue; the other languages run the same files.
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use inlaid::Context;
use inlaid::data::{Column, OwnedLists, Table, Values, beside};
use inlaid_bridge::{ArrayArgument, Asks, Gives, Input, Letter, Model, Payload, Receiver, Reply, call, catalogue};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// What a step left behind for later ones.
enum Kept {
    Model(Model),
    Value(Value),
    Bytes(Vec<u8>),
}

/// An array of a step, owned for the time of the call.
enum Owned {
    Matrix(Vec<f64>, usize, usize),
    Vector(Vec<f64>),
    Ints(Vec<i64>),
    Texts(Vec<String>),
    Lists(OwnedLists),
    Bytes(Vec<u8>),
    Table(Table),
}

impl Owned {
    fn texts(&self) -> Vec<&str> {
        match self {
            Owned::Texts(texts) => texts.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    fn lend<'a>(&'a self, texts: &'a [&'a str]) -> Input<'a> {
        match self {
            Owned::Matrix(data, rows, columns) => Input::Matrix { data, rows: *rows, columns: *columns },
            Owned::Vector(data) => Input::Vector(data),
            Owned::Ints(data) => Input::Ints(data),
            Owned::Texts(_) => Input::Texts(texts),
            Owned::Lists(lists) => Input::Lists(lists.view()),
            Owned::Bytes(data) => Input::Bytes(data),
            Owned::Table(table) => Input::Table(table),
        }
    }
}

#[test]
fn every_golden_case_holds() {
    let mut failures = Vec::new();
    let mut count = 0;
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let cases: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for case in cases.as_array().expect("a golden file is a list of cases") {
            count += 1;
            if let Err(reason) = run(case) {
                failures.push(format!("{} / {}: {reason}", path.display(), case["name"]));
            }
        }
    }
    assert!(count > 0, "no golden case was found");
    assert!(failures.is_empty(), "{} of {count} cases fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_operation_has_a_success_and_a_failure() {
    let mut seen: BTreeMap<&str, [bool; 2]> = catalogue().keys().map(|name| (name.as_str(), [false; 2])).collect();
    let mut unknown = Vec::new();
    for path in files() {
        let cases: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for step in cases.as_array().unwrap().iter().flat_map(|case| case["steps"].as_array().unwrap().clone()) {
            let op = step["op"].as_str().unwrap();
            match seen.get_mut(op) {
                Some(kinds) => kinds[usize::from(step.get("fails").is_some())] = true,
                None => unknown.push(op.to_owned()),
            }
        }
    }
    unknown.retain(|op| op != "forecast.NoSuchThing.fit");
    assert!(unknown.is_empty(), "golden cases name operations that do not exist: {unknown:?}");
    let cannot_fail = |op: &str| {
        // A fitted model's plain getters take no data and no options that could be wrong, only unknown ones.
        catalogue().get(op).is_some_and(|op| op.arrays.is_empty() && op.options.is_none())
    };
    let missing: Vec<_> =
        seen.iter().filter(|(op, [good, bad])| !good || !(*bad || cannot_fail(op))).map(|(op, _)| op).collect();
    assert!(missing.is_empty(), "no success or no failure case for {missing:?}");
}

fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let mut files = Vec::new();
    for room in fs::read_dir(root).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        files.extend(fs::read_dir(room.path()).unwrap().flatten().map(|entry| entry.path()));
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

fn run(case: &Value) -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!(
        "inlaid-golden-{}-{}",
        std::process::id(),
        case["name"].as_str().map_or(0, str::len)
    ));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let text = case["steps"].to_string().replace("{tmp}", &folder.to_string_lossy().replace('\\', "/"));
    let steps: Vec<Value> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let mut kept = BTreeMap::new();
    let outcome = steps
        .iter()
        .enumerate()
        .try_for_each(|(number, step)| check(step, &mut kept).map_err(|reason| format!("step {number}: {reason}")));
    fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    outcome
}

fn check(step: &Value, kept: &mut BTreeMap<String, Kept>) -> Result<(), String> {
    let outcome = perform(step, kept);
    if let Some(code) = step.get("fails").and_then(Value::as_str) {
        let error = match outcome {
            Ok(_) => return Err(format!("expected {code}, but it succeeded")),
            Err(error) => error,
        };
        if error.code().as_str() != code {
            return Err(format!("expected {code}, got {}: {error}", error.code()));
        }
        return contains(step, error.message());
    }
    let reply = outcome.map_err(|error| format!("{}: {error}", error.code()))?;
    let value = restored(&reply)?;
    let fails = step.pointer("/objective/fails_at").is_some();
    if fails != (value == THROWN) {
        return Err(format!("the objective {} fail", if fails { "did not" } else { "did" }));
    }
    if let Some(expected) = step.get("expect") {
        compare(expected, &value, step.get("within").and_then(Value::as_f64).unwrap_or(0.0), "")?;
    }
    if let Some(text) = value.as_str() {
        contains(step, text)?;
    }
    if let Some(name) = step.get("as").and_then(Value::as_str) {
        let what = match (reply.model, reply.bytes) {
            (Some(model), _) => Kept::Model(model),
            (_, Some(bytes)) => Kept::Bytes(bytes),
            _ => Kept::Value(value),
        };
        kept.insert(name.to_owned(), what);
    }
    Ok(())
}

fn contains(step: &Value, text: &str) -> Result<(), String> {
    match step.get("contains").and_then(Value::as_str) {
        Some(part) if !text.contains(part) => Err(format!("`{part}` is not in: {text}")),
        _ => Ok(()),
    }
}

fn perform(step: &Value, kept: &BTreeMap<String, Kept>) -> inlaid::Result<Reply> {
    let name = step["op"].as_str().expect("a step names its operation");
    let mut arrays: Vec<Owned> =
        step.get("arrays").and_then(Value::as_array).into_iter().flatten().map(|array| owned(array, kept)).collect();
    let own = arrays.len();
    let mut options = step.get("options").cloned().unwrap_or_else(|| json!({}));
    let op = catalogue().get(name);
    set_aside(&mut options, &ArrayFields::of(op.and_then(|op| op.options)), own, &mut arrays);
    let mut model = None;
    match step.get("on").and_then(Value::as_str).map(|name| kept.get(name).expect("`on` names an earlier `as`")) {
        Some(Kept::Model(kept)) => model = Some(kept),
        Some(Kept::Value(report)) => {
            let mut report = report.clone();
            let schema = op.and_then(|op| if let Receiver::Report(schema) = op.receiver { Some(schema) } else { None });
            set_aside(&mut report, &ArrayFields::of(schema), own, &mut arrays);
            options.as_object_mut().expect("options are an object").insert("self".into(), report);
        }
        Some(Kept::Bytes(_)) => panic!("no operation belongs to bytes"),
        None => {}
    }
    let texts: Vec<Vec<&str>> = arrays.iter().map(Owned::texts).collect();
    let inputs: Vec<Input<'_>> = arrays.iter().zip(&texts).map(|(array, texts)| array.lend(texts)).collect();
    let context = Context::new();
    let mut reply = call(name, options.to_string().as_bytes(), model, &inputs, &context)?;
    if let Some(asks) = catalogue().get(name).and_then(|op| op.asks.as_ref()) {
        let session = reply.model.take().expect("a session");
        let mut calls = 0;
        let answer = |question: &[Payload]| match step.get("objective") {
            Some(objective) => valued(objective, question, asks, &mut calls),
            None => Some(found(&step["answers"], question)),
        };
        reply = answered(&session, answer, &context)?;
    }
    Ok(reply)
}

/// Answer what a session asks until it gives its value, or until there is no answer, as if the callback had thrown.
fn answered(
    session: &Model,
    mut answer: impl FnMut(&[Payload]) -> Option<Owned>,
    context: &Context,
) -> inlaid::Result<Reply> {
    let mut reply = call("border.step", b"", Some(session), &[], context)?;
    loop {
        let mut step: Value = serde_json::from_str(&reply.report).expect("a report is JSON");
        if let Some(done) = step.get_mut("done") {
            reply.report = done.take().to_string();
            return Ok(reply);
        }
        let Some(array) = answer(&reply.blocks) else {
            call("border.close", b"", Some(session), &[], context)?;
            return Ok(Reply { report: format!("\"{THROWN}\""), ..Reply::nothing() });
        };
        reply = call("border.step", b"", Some(session), &[array.lend(&[])], context)?;
    }
}

/// What a call gives here whose callback threw.
const THROWN: &str = "the objective fails here";

/// What stands at the positions that are asked for, in a list or lists of lists.
fn found(answers: &Value, question: &[Payload]) -> Owned {
    let part = |payload: &Payload| match payload {
        Payload::Ints(ints) => ints.iter().map(|at| *at as usize).collect::<Vec<_>>(),
        other => panic!("`answers` stand at positions, not at {other:?}"),
    };
    let question: Vec<_> = question.iter().map(part).collect();
    let find = |at: usize| question.iter().fold(answers, |inside, part| &inside[part[at]]).clone();
    owned(&(0..question[0].len()).map(find).collect(), &BTreeMap::new())
}

/// What a function is worth at every row of a question; nothing once it fails.
fn valued(objective: &Value, question: &[Payload], asks: &Asks, calls: &mut u64) -> Option<Owned> {
    let [Payload::Matrix(rows)] = question else { panic!("an `objective` is asked for rows of a matrix") };
    let fails_at = objective.get("fails_at").map(|at| at.as_u64().expect("a whole number"));
    let columns = objective.get("columns").and_then(Value::as_array).map_or(1, Vec::len);
    let mut values = Vec::new();
    for row in rows.rows() {
        *calls += u64::from(asks.each || values.is_empty());
        if Some(*calls) == fails_at {
            return None;
        }
        match objective.get("columns").and_then(Value::as_array) {
            Some(parts) => values.extend(parts.iter().map(|part| value_at(part, &row.to_vec()))),
            None => values.push(value_at(objective, &row.to_vec())),
        }
    }
    Some(match asks.answer.letter {
        Letter::Vector => Owned::Vector(values),
        _ => Owned::Matrix(values, rows.nrows(), columns),
    })
}

/// The sum of `scale * (x - center)^2` over the parameters.
fn value_at(objective: &Value, point: &[f64]) -> f64 {
    let of = |name: &str, at: usize| number(&objective["quadratic"][name][at]);
    let term = |(at, x): (usize, &f64)| of("scale", at) * (x - of("center", at)) * (x - of("center", at));
    point.iter().enumerate().map(term).sum()
}

/// The names of the fields that are matrices or vectors, and of those that are whole numbers.
#[derive(Default)]
struct ArrayFields {
    numbers: BTreeSet<String>,
    whole: BTreeSet<String>,
}

impl ArrayFields {
    fn of(schema: Option<fn(&mut SchemaGenerator) -> Schema>) -> Self {
        let mut fields = Self::default();
        if let Some(schema) = schema {
            let mut generator = SchemaGenerator::default();
            fields.gather(schema(&mut generator).as_value());
            generator.definitions().values().for_each(|definition| fields.gather(definition));
        }
        fields
    }

    /// Look for properties everywhere, also in definitions.
    fn gather(&mut self, schema: &Value) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            for (name, property) in properties {
                let kinds = [property, &property["anyOf"][0], &property["allOf"][0]];
                let letter = kinds.iter().find_map(|kind| kind.get("letter").or_else(|| kind.get("$ref")));
                match letter.and_then(Value::as_str).and_then(|letter| letter.rsplit('/').next()) {
                    Some("matrix" | "vector") => drop(self.numbers.insert(name.clone())),
                    Some("ints") => drop(self.whole.insert(name.clone())),
                    _ => {}
                }
            }
        }
        match schema {
            Value::Object(fields) => fields.values().for_each(|field| self.gather(field)),
            Value::Array(items) => items.iter().for_each(|item| self.gather(item)),
            _ => {}
        }
    }
}

/// Replace tables, and nested lists under the named fields, by marks and put their numbers beside the options.
fn set_aside(value: &mut Value, names: &ArrayFields, own: usize, arrays: &mut Vec<Owned>) {
    match value {
        Value::Object(fields)
            if fields.len() == 1 && (fields.contains_key("columns") || fields.contains_key("ints")) =>
        {
            arrays.push(owned(value, &BTreeMap::new()));
            *value = json!({ "$array": arrays.len() - 1 - own });
        }
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                if names.whole.contains(name) && field.is_array() {
                    arrays.push(Owned::Ints(whole(field)));
                    *field = json!({ "$array": arrays.len() - 1 - own });
                } else if names.numbers.contains(name) && field.is_array() {
                    arrays.push(owned(field, &BTreeMap::new()));
                    *field = json!({ "$array": arrays.len() - 1 - own });
                } else {
                    set_aside(field, names, own, arrays);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| set_aside(item, names, own, arrays)),
        _ => {}
    }
}

fn number(value: &Value) -> f64 {
    match value {
        Value::String(word) => match word.as_str() {
            "NaN" => f64::NAN,
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            _ => panic!("{word} is not a number"),
        },
        _ => value.as_f64().expect("a number"),
    }
}

fn owned(array: &Value, kept: &BTreeMap<String, Kept>) -> Owned {
    if let Some(name) = array.get("kept").and_then(Value::as_str) {
        let Some(Kept::Bytes(bytes)) = kept.get(name) else { panic!("`{name}` is not bytes") };
        return Owned::Bytes(bytes.clone());
    }
    if let Some(text) = array.get("base64").and_then(Value::as_str) {
        return Owned::Bytes(base64(text));
    }
    if let Some(columns) = array.get("columns").and_then(Value::as_object) {
        let columns = columns.iter().map(|(name, cells)| (name.clone(), column(cells.as_array().unwrap())));
        return Owned::Table(Table::from_columns(columns).unwrap());
    }
    if let Some(numbers) = array.get("ints") {
        return Owned::Ints(whole(numbers));
    }
    if let Some(texts) = array.get("texts").and_then(Value::as_array) {
        return Owned::Texts(texts.iter().map(|text| text.as_str().expect("a text").to_owned()).collect());
    }
    if let Some(rows) = array.get("lists").and_then(Value::as_array) {
        return Owned::Lists(rows.iter().map(whole).collect());
    }
    let items = array.as_array().expect("an array of a step is a list");
    if items.iter().all(Value::is_array) && !items.is_empty() {
        let columns = items[0].as_array().map_or(0, Vec::len);
        let data = items.iter().flat_map(|row| row.as_array().unwrap().iter().map(number)).collect();
        Owned::Matrix(data, items.len(), columns)
    } else {
        Owned::Vector(items.iter().map(number).collect())
    }
}

fn whole(numbers: &Value) -> Vec<i64> {
    numbers.as_array().expect("a list").iter().map(|number| number.as_i64().expect("a whole number")).collect()
}

/// A column of a table: whole numbers, numbers, truths or texts, whichever holds all cells; `null` is missing.
fn column(cells: &[Value]) -> Column {
    let missing: Vec<bool> = cells.iter().map(Value::is_null).collect();
    let is_number = |cell: &Value| cell.is_number() || matches!(cell.as_str(), Some("NaN" | "Infinity" | "-Infinity"));
    let all = |test: &dyn Fn(&Value) -> bool| cells.iter().all(|cell| cell.is_null() || test(cell));
    let values = if all(&|cell| cell.is_i64()) {
        Values::Integers(cells.iter().map(|cell| cell.as_i64().unwrap_or(0)).collect())
    } else if all(&is_number) {
        Values::Floats(cells.iter().map(|cell| if cell.is_null() { f64::NAN } else { number(cell) }).collect())
    } else if all(&Value::is_boolean) {
        Values::Booleans(cells.iter().map(|cell| cell.as_bool().unwrap_or(false)).collect())
    } else {
        Values::Texts(cells.iter().map(|cell| cell.as_str().unwrap_or_default().to_owned()).collect())
    };
    let column = Column::from(values);
    if missing.contains(&true) { column.with_missing(missing) } else { column }
}

/// A column of a table as a list, missing cells as the number NaN or as `null`.
fn cells(table: &Table, name: &str) -> Value {
    let column = table.column(name).unwrap();
    let gone = |row: usize| column.missing.as_ref().is_some_and(|missing| missing[row]);
    let cell = |row: usize| match &column.values {
        Values::Floats(values) => write(if gone(row) { f64::NAN } else { values[row] }),
        _ if gone(row) => Value::Null,
        Values::Integers(values) => json!(values[row]),
        Values::Booleans(values) => json!(values[row]),
        Values::Texts(values) => json!(values[row]),
        Values::Timestamps { values, .. } => json!(values[row]),
        other => panic!("golden cases have no columns such as {other:?}"),
    };
    (0..table.rows()).map(cell).collect()
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'=').collect();
    let value = |byte: &u8| DIGITS.iter().position(|digit| digit == byte).expect("a base64 digit") as u32;
    let bytes = digits.chunks(4).flat_map(|four| {
        let bits = four.iter().fold(0, |bits, byte| bits << 6 | value(byte)) << (6 * (4 - four.len()));
        bits.to_be_bytes()[1..four.len()].to_vec()
    });
    bytes.collect()
}

/// The reply as one value, numbers put back in their places.
fn restored(reply: &Reply) -> Result<Value, String> {
    fn put_back(value: &mut Value, blocks: &[Payload]) {
        if let Some(position) = value.get("$array").and_then(Value::as_u64) {
            *value = match &blocks[position as usize] {
                Payload::Matrix(matrix) => {
                    matrix.rows().into_iter().map(|row| row.iter().map(|v| write(*v)).collect::<Value>()).collect()
                }
                Payload::Vector(vector) => vector.iter().map(|v| write(*v)).collect(),
                Payload::Ints(ints) => ints.iter().map(|v| json!(v)).collect(),
                Payload::Table(table) => {
                    let columns = table.names().into_iter().map(|name| (name.to_owned(), cells(table, name)));
                    json!({ "columns": Value::Object(columns.collect()) })
                }
            };
            return;
        }
        match value {
            Value::Object(fields) => fields.values_mut().for_each(|field| put_back(field, blocks)),
            Value::Array(items) => items.iter_mut().for_each(|item| put_back(item, blocks)),
            _ => {}
        }
    }
    let mut value: Value = serde_json::from_str(&reply.report).map_err(|e| e.to_string())?;
    put_back(&mut value, &reply.blocks);
    Ok(value)
}

fn write(number: f64) -> Value {
    if number.is_finite() { json!(number) } else { json!(format!("{number}").replace("inf", "Infinity")) }
}

fn compare(expected: &Value, got: &Value, within: f64, place: &str) -> Result<(), String> {
    let differs = || Err(format!("{place}: expected {expected}, got {got}"));
    match (expected, got) {
        (Value::Object(fields), Value::Object(have)) => {
            let empty = Map::new();
            let have = if have.is_empty() { &empty } else { have };
            fields.iter().try_for_each(|(name, field)| {
                compare(field, have.get(name).unwrap_or(&Value::Null), within, &format!("{place}.{name}"))
            })
        }
        (Value::Array(items), Value::Array(have)) if items.len() == have.len() => items
            .iter()
            .zip(have)
            .enumerate()
            .try_for_each(|(i, (item, got))| compare(item, got, within, &format!("{place}[{i}]"))),
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            if (a - b).abs() <= within * a.abs().max(1.0) { Ok(()) } else { differs() }
        }
        _ if expected == got => Ok(()),
        _ => differs(),
    }
}

#[test]
fn an_objective_is_worth_what_its_form_says() {
    let asks = |each, letter| {
        let part = |letter| ArrayArgument { name: "x", letter, axes: &[], doc: "" };
        Asks { name: "objective", doc: "", question: vec![part(Letter::Matrix)], answer: part(letter), each }
    };
    let points = inlaid::data::Matrix::from(ndarray::arr2(&[[1.0, 2.0], [0.0, 0.0]]));
    let question = [Payload::Matrix(points)];
    let bowl = |x: f64, y: f64| json!({ "quadratic": { "center": [x, y], "scale": [1, 10] } });
    let mut calls = 0;
    let one = valued(&bowl(1.0, 1.0), &question, &asks(true, Letter::Vector), &mut calls);
    assert!(matches!(one, Some(Owned::Vector(values)) if values == [10.0, 11.0]) && calls == 2);
    let two = json!({ "columns": [bowl(1.0, 1.0), bowl(0.0, 0.0)], "fails_at": 4 });
    let (mut calls, both) = (0, asks(false, Letter::Matrix));
    for _ in 0..3 {
        let rows = valued(&two, &question, &both, &mut calls);
        assert!(matches!(rows, Some(Owned::Matrix(values, 2, 2)) if values == [10.0, 41.0, 11.0, 0.0]));
    }
    assert!(valued(&two, &question, &both, &mut calls).is_none());
}

#[test]
fn numbers_stand_beside_the_text_only_where_asked() {
    let (text, blocks) = beside::collect(|| serde_json::to_string(&inlaid::data::Vector::from(vec![1.0])).unwrap());
    assert_eq!((text.as_str(), blocks.len()), (r#"{"$array":0}"#, 1));
    assert!(catalogue().values().any(|op| matches!(op.gives, Gives::Model(_))));
}
