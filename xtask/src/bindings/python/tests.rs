//! The emitter on a made-up room that has every shape an operation may take.
use inlaid_bridge::api::{Api, Borrowed, Class, Field, Kind, Method, Room, Type, Value};
use inlaid_bridge::{ArrayArgument, Asks, Letter};
use serde_json::{Value as Json, json};

use super::{docs, files};

fn class(name: &str) -> Type {
    Type::Class { name: name.into() }
}

fn list(of: Type) -> Type {
    Type::List { of: Box::new(of) }
}

fn optional(of: Type) -> Type {
    Type::Optional { of: Box::new(of) }
}

fn field(name: &str, of: Type, default: Option<Json>) -> Field {
    Field { name: name.into(), doc: format!("The {name}."), r#type: of, required: default.is_none(), default }
}

fn definition(kind: Kind, name: &str, fields: Vec<Field>, methods: Vec<Method>) -> Class {
    let (name, doc) = (name.to_owned(), format!("A {name}."));
    Class { name, kind, doc, fields, values: Vec::new(), variants: Vec::new(), methods }
}

fn method(op: &str, letters: &[Letter], options: Vec<Field>, gives: Type, quick: bool) -> Method {
    let array = |letter: &Letter| ArrayArgument {
        name: match letter {
            Letter::Matrix => "rows",
            Letter::Vector => "values",
            Letter::Ints => "labels",
            Letter::Texts => "names",
            Letter::Lists => "prefer",
            Letter::Table => "table",
            Letter::Bytes => "data",
        },
        letter: *letter,
        axes: &["row"],
        doc: "What is known.",
    };
    Method {
        name: op.rsplit('.').next().unwrap().into(),
        op: op.into(),
        doc: "Do it.",
        is_static: op.ends_with("from_bytes"),
        arrays: letters.iter().map(array).collect(),
        options,
        gives,
        asks: None,
        quick,
    }
}

/// Every kind of class, receiver, letter, option and gift.
fn made_up() -> String {
    module_of("toys.py")
}

fn module_of(name: &str) -> String {
    let word = |name: &str, doc: &str| Value { name: name.into(), doc: doc.into() };
    let words = Class {
        values: vec![word("low", "Little."), word("high", "")],
        ..definition(Kind::Enum, "Grade", vec![], vec![])
    };
    let union =
        Class { variants: vec!["Mean".into(), "Tree".into()], ..definition(Kind::Union, "AnyKind", vec![], vec![]) };
    let fit = method("toys.Tree.fit", &[Letter::Matrix, Letter::Vector], vec![], class("FittedTree"), false);
    let tree = definition(
        Kind::Options,
        "Tree",
        vec![
            field("depth", Type::Int, Some(json!(3))),
            field("grade", class("Grade"), Some(json!("low"))),
            field("inner", class("Mean"), Some(json!({ "weight": 0.25 }))),
            field("start", optional(Type::Matrix), Some(Json::Null)),
            field("kinds", list(class("AnyKind")), Some(json!([{ "Mean": { "weight": 0.5 } }]))),
            field("costs", Type::Map { of: Box::new(Type::Float) }, Some(json!({}))),
            field("levels", list(Type::Float), Some(json!([0.5, 1.0]))),
        ],
        vec![fit],
    );
    let mean = definition(Kind::Options, "Mean", vec![field("weight", Type::Float, Some(json!(0.5)))], vec![]);
    let report = definition(
        Kind::Report,
        "Picture",
        vec![
            field("table", Type::Table, None),
            field("parts", list(class("Part")), None),
            field("best", optional(class("Part")), Some(Json::Null)),
        ],
        vec![method("toys.Picture.text", &[Letter::Vector], vec![field("width", Type::Int, None)], Type::Text, true)],
    );
    let part = definition(
        Kind::Report,
        "Part",
        vec![
            field("of", class("AnyKind"), None),
            field("area", Type::Vector, None),
            field("corners", Type::Ints, Some(json!([]))),
            field("names", list(Type::Text), Some(json!([]))),
        ],
        vec![],
    );
    let each = |name, answer| {
        let candidate = ArrayArgument {
            name: "candidate",
            letter: Letter::Matrix,
            axes: &["candidate", "parameter"],
            doc: "What.",
        };
        let worth = ArrayArgument { name: "worth", letter: answer, axes: &["candidate"], doc: "How good." };
        Asks { name, doc: "Gives its worth.", question: vec![candidate], answer: worth, each: true }
    };
    let improve = method("toys.FittedTree.improve", &[], vec![], Type::Vector, false);
    let improve = Method { asks: Some(each("goal", Letter::Vector)), ..improve };
    let spread = method("toys.FittedTree.spread", &[], vec![], Type::Matrix, false);
    let spread = Method { asks: Some(each("goals", Letter::Matrix)), ..spread };
    let model = definition(
        Kind::Model,
        "FittedTree",
        vec![],
        vec![
            method("toys.FittedTree.draw", &[], vec![field("path", Type::Text, None)], class("Picture"), false),
            method("toys.FittedTree.from_bytes", &[Letter::Bytes], vec![], class("FittedTree"), true),
            method("toys.FittedTree.to_bytes", &[], vec![], Type::Bytes, true),
            method("toys.FittedTree.forget", &[], vec![], Type::Nothing, true),
            improve,
            spread,
        ],
    );
    let function = method("toys.sort", &[Letter::Table], vec![field("start", Type::Vector, None)], Type::Table, true);
    let letters = [Letter::Ints, Letter::Texts, Letter::Lists];
    let pair =
        method("toys.pair", &letters, vec![field("ranks", optional(Type::Ints), Some(Json::Null))], Type::Ints, true);
    let piece = |name, letter| ArrayArgument { name, letter, axes: &["pair"], doc: "A part." };
    let asks = Asks {
        name: "rule",
        doc: "Gives costs.",
        question: vec![piece("rows", Letter::Ints), piece("weights", Letter::Matrix)],
        answer: piece("costs", Letter::Vector),
        each: false,
    };
    let size = field("size", Type::Int, None);
    let ask = method("toys.ask", &[], vec![size], Type::Vector, false);
    let ask = Method { asks: Some(asks), ..ask };
    let wish = field("first", class("AnyKind"), Some(json!({ "Mean": { "weight": 0.75 } })));
    let shop = Room {
        name: "shops".into(),
        classes: vec![definition(Kind::Options, "Wish", vec![wish], vec![])],
        functions: vec![],
        borrowed: [&mean, &tree, &union]
            .map(|class| Borrowed { room: "toys".into(), name: class.name.clone(), class: class.clone() })
            .into(),
        lent: vec![],
    };
    let room = Room {
        name: "toys".into(),
        classes: vec![model, words, mean, part, report, tree, union],
        functions: vec![function, pair, ask],
        borrowed: vec![],
        lent: vec!["AnyKind".into(), "Mean".into(), "Tree".into()],
    };
    let api = Api { version: "1.2.3", codes: vec![], rooms: vec![room, shop] };
    files(&api).into_iter().find(|file| file.path.ends_with(name)).unwrap().text
}

#[track_caller]
fn has(text: &str, part: &str) {
    assert!(text.contains(part), "not there:\n{part}\n\nin:\n{text}");
}

#[test]
fn enums_and_unions_become_aliases() {
    let text = made_up();
    has(&text, "Grade: TypeAlias = Literal[\"low\", \"high\"]\n\"\"\"A Grade.\n\n- `low`: Little.\n\"\"\"\n");
    has(&text, "AnyKind: TypeAlias = Mean | Tree\n");
}

#[test]
fn classes_of_another_room_are_imported_from_it() {
    let text = module_of("shops.py");
    has(&text, "from .toys import AnyKind, Mean, Tree\n");
    has(&text, "first: AnyKind = Mean(weight=0.75)");
    has(&text, "__all__ = [\n    \"Wish\",\n]\n");
}

#[test]
fn options_show_their_defaults_and_travel_by_their_types() {
    let text = made_up();
    for parameter in [
        "depth: int = 3,",
        "grade: Grade = \"low\",",
        "inner: Mean = Mean(weight=0.25),",
        "start: ArrayLike | None = None,",
        "kinds: Sequence[AnyKind] = (Mean(),),",
        "costs: Mapping[str, float] | None = None,",
        "levels: Sequence[float] = (0.5, 1.0),",
    ] {
        has(&text, &format!("        {parameter}\n"));
    }
    has(&text, "_ways: ClassVar[Mapping[str, Any]] = {\"start\": as_matrix, \"kinds\": as_tagged}");
    has(&text, "costs=costs or {},");
    has(&text, "        levels: The levels. Default `(0.5, 1.0)`.\n");
    assert!(text.find("class Mean(").unwrap() < text.find("class Tree(").unwrap(), "defaults need their classes first");
}

#[test]
fn a_fit_lends_its_arrays_and_gives_a_model() {
    let text = made_up();
    has(&text, "        inputs = [lend_matrix(\"rows\", rows), lend_vector(\"values\", values)]\n");
    has(&text, "return FittedTree._of(call(\"toys.Tree.fit\", self._wire(), inputs, run=run), *inputs)");
}

#[test]
fn methods_of_models_take_the_handle_and_remember_the_kind_of_tables() {
    let text = made_up();
    has(&text, "reply = call(\"toys.FittedTree.draw\", {\"path\": path}, [], self._handle, run=run, kind=self._kind)");
    has(&text, "        path: str | PathLike[str],\n");
    has(&text, "    @classmethod\n    def from_bytes(cls, data: bytes | bytearray | memoryview) -> Self:\n");
    has(&text, "return cls._of(call(\"toys.FittedTree.from_bytes\", {}, inputs), *inputs)");
    has(&text, "reply: bytes = call(\"toys.FittedTree.to_bytes\", {}, [], self._handle)\n        return reply\n");
    has(&text, "    def forget(self) -> None:\n");
}

#[test]
fn results_are_read_into_their_classes_and_sent_back() {
    let text = made_up();
    has(&text, "wire[\"parts\"] = [Part._read(item) for item in wire[\"parts\"]]");
    has(&text, "wire[\"best\"] = None if wire[\"best\"] is None else Part._read(wire[\"best\"])");
    has(&text, "wire[\"of\"] = untagged(wire[\"of\"], Mean, Tree)");
    has(&text, "call(\"toys.Picture.text\", {\"self\": self, \"width\": width}, inputs)");
    has(&text, "_ways: ClassVar[Mapping[str, Any]] = {\"of\": as_tagged, \"area\": as_vector, \"corners\": as_ints}");
}

#[test]
fn an_empty_tuple_may_stand_for_an_array_that_is_read() {
    let text = made_up();
    has(&text, "    corners: NDArray[np.int64]\n    names: list[str]\n");
    has(&text, "corners: ArrayLike = ()");
    has(&text, "names: Sequence[str] = ()");
}

#[test]
fn functions_take_tables_and_array_options() {
    let text = made_up();
    has(&text, "def sort(table: TableLike, start: ArrayLike) -> Any:\n");
    has(&text, "reply: Any = call(\"toys.sort\", {\"start\": as_vector(\"start\", start)}, inputs)");
}

#[test]
fn whole_numbers_texts_and_lists_are_lent() {
    let text = made_up();
    has(
        &text,
        "    labels: ArrayLike,\n    names: TextsLike,\n    prefer: ListsLike,\n    *,\n    ranks: ArrayLike | None = \
         None,\n) -> NDArray[np.int64]:\n",
    );
    has(
        &text,
        "inputs = [lend_ints(\"labels\", labels), lend_texts(\"names\", names), lend_lists(\"prefer\", prefer)]\n",
    );
    has(&text, "reply: NDArray[np.int64] = call(\"toys.pair\", {\"ranks\": as_ints(\"ranks\", ranks)}, inputs)");
    has(&text, "        prefer: `[row]`, whole numbers; rows may differ in length. What is known.\n");
}

#[test]
fn what_an_operation_asks_is_a_parameter() {
    let text = made_up();
    has(
        &text,
        "def ask(\n    rule: Callable[[NDArray[np.int64], NDArray[np.float64]], ArrayLike],\n    size: int,\n    *,\n",
    );
    has(&text, "call(\"toys.ask\", {\"size\": size}, [], run=run, ask=Ask(\"rule\", rule, lend_vector))");
    has(
        &text,
        "        rule: Gives costs. It is given `rows` `[pair]`: A part. `weights` `[pair]`: A part. It gives `costs`",
    );
    has(&text, "from ._asking import Ask, lend_number, lend_row\nfrom ._bridge import Cancel, Run,");
}

#[test]
fn what_is_asked_row_by_row_is_a_function_of_a_row() {
    let text = made_up();
    has(
        &text,
        "    def improve(\n        self,\n        goal: Callable[[NDArray[np.float64]], SupportsFloat],\n        *,\n",
    );
    has(&text, "self._handle,\n            run=run,\n            ask=Ask(\"goal\", goal, lend_number, each=True),\n");
    has(&text, "        goals: Callable[[NDArray[np.float64]], ArrayLike],\n");
    has(&text, "ask=Ask(\"goals\", goals, lend_row, each=True)");
    has(
        &text,
        "            goal: Gives its worth. It is given `candidate` `[parameter]`: What. It gives `worth`: How good.",
    );
    has(&text, "from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, SupportsFloat, TypeAlias\n");
}

#[test]
fn what_is_imported_is_used_and_nothing_is_longer_than_a_line() {
    let text = made_up();
    has(&text, "from collections.abc import Callable, Mapping, Sequence\nfrom os import PathLike\n");
    has(&text, "from ._records import Model, Options, Report, as_ints, as_matrix, as_table, as_tagged, as_vector\n");
    has(
        &text,
        "if TYPE_CHECKING:\n    import numpy as np\n    from numpy.typing import ArrayLike, NDArray\n\n    from ._arrays import ListsLike\n    from ._tables import TableLike\n    from ._texts import TextsLike\n",
    );
    for line in text.lines() {
        assert!(line.chars().count() <= docs::WIDTH && line.trim_end() == line, "{line}");
    }
}

#[test]
fn rust_docs_are_wrapped_and_their_examples_left_out() {
    let doc = "One\ntwo.\n\n| a | b |\n|---|---|\n\n```\nlet x = 1;\n```\n# Errors\n- first\n- second";
    assert_eq!(docs::reflow(doc, 8), ["One two.", "", "| a | b |", "|---|---|", "", "Errors:", "- first", "- second"]);
    assert_eq!(docs::reflow("aaa bbb ccc", 7), ["aaa bbb", "ccc"]);
}
