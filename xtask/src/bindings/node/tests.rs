//! The emitter on a made-up room that has every shape of class and method.
use inlaid_bridge::api::{Api, Borrowed, Class, Field, Kind, Method, Room, Type, Value};
use inlaid_bridge::{ArrayArgument, Asks, Letter};
use serde_json::json;

use super::files;

fn class(name: &str, kind: Kind) -> Class {
    let (fields, values, variants, methods) = Default::default();
    Class { name: name.into(), kind, doc: format!("A [`{name}`]."), fields, values, variants, methods }
}

fn field(name: &str, of: Type, default: Option<serde_json::Value>) -> Field {
    Field { name: name.into(), doc: format!("The {name}."), r#type: of, required: default.is_none(), default }
}

fn array(name: &'static str, letter: Letter) -> ArrayArgument {
    ArrayArgument { name, letter, axes: &["row"], doc: "What it is." }
}

fn method(op: &str, arrays: Vec<ArrayArgument>, options: Vec<Field>, gives: Type) -> Method {
    let name = op.rsplit('.').next().unwrap_or(op).into();
    Method { name, op: op.into(), doc: "Do it.", is_static: false, arrays, options, gives, asks: None, quick: false }
}

fn named(name: &str) -> Type {
    Type::Class { name: name.into() }
}

fn list(of: Type) -> Type {
    Type::List { of: Box::new(of) }
}

/// A room `toys` with options, a model, results with and without a table, an enum, a union and functions.
fn toys() -> Api {
    let mut colour = class("Colour", Kind::Enum);
    colour.values = vec![Value { name: "dark_red".into(), doc: "Like wine.".into() }];
    let mut top = class("Top", Kind::Options);
    top.fields = vec![
        field("spin_speed", Type::Optional { of: Box::new(Type::Int) }, Some(json!(null))),
        field("colour", named("Colour"), Some(json!("dark_red"))),
        field("weights", list(Type::Optional { of: Box::new(Type::Float) }), Some(json!([1.0, 2.5]))),
        field("start", Type::Matrix, Some(json!(null))),
    ];
    top.methods = vec![method("toys.Top.fit", vec![array("rows", Letter::Matrix)], vec![], named("FittedTop"))];
    let mut either = class("AnyToy", Kind::Union);
    either.variants = vec!["Top".into(), "Ball".into()];
    let mut ball = class("Ball", Kind::Options);
    ball.fields = vec![field("radius", Type::Float, None)];
    let mut fitted = class("FittedTop", Kind::Model);
    let mut load = method("toys.FittedTop.load", vec![], vec![field("path", Type::Text, None)], named("FittedTop"));
    load.is_static = true;
    let mut bytes = method("toys.FittedTop.to_bytes", vec![], vec![], Type::Bytes);
    bytes.quick = true;
    let each = |name, answer| {
        let candidate = ArrayArgument { axes: &["candidate", "parameter"], ..array("candidate", Letter::Matrix) };
        let answer = ArrayArgument { axes: &["candidate"], ..array("worth", answer) };
        Asks { name, doc: "Gives what it is worth.", question: vec![candidate], answer, each: true }
    };
    let improve = method("toys.FittedTop.improve", vec![], vec![], Type::Vector);
    let improve = Method { asks: Some(each("goal", Letter::Vector)), ..improve };
    let spread = method("toys.FittedTop.spread", vec![], vec![], Type::Matrix);
    let spread = Method { asks: Some(each("all_goals", Letter::Matrix)), ..spread };
    fitted.methods = vec![load, bytes, improve, spread];
    let mut spun = class("Spun", Kind::Report);
    spun.fields = vec![field("table", Type::Table, None), field("path", Type::Vector, Some(json!(null)))];
    let size = field("size", Type::Int, Some(json!(3)));
    spun.methods = vec![method("toys.Spun.to_svg", vec![], vec![size], Type::Text)];
    let play = method(
        "toys.play_all",
        vec![array("old_toys", Letter::Table)],
        vec![field("toys", list(named("AnyToy")), None), field("times", Type::Int, Some(json!(1)))],
        named("Spun"),
    );
    let letters = vec![array("labels", Letter::Ints), array("names", Letter::Texts), array("prefer", Letter::Lists)];
    let ranks = field("ranks", Type::Optional { of: Box::new(Type::Ints) }, Some(json!(null)));
    let pair = method("toys.pair", letters, vec![ranks], Type::Ints);
    let asks = Asks {
        name: "the_rule",
        doc: "Gives costs.",
        question: vec![array("row_places", Letter::Ints), array("weights", Letter::Matrix)],
        answer: array("costs", Letter::Vector),
        each: false,
    };
    let ask = method("toys.ask", vec![], vec![field("size", Type::Int, None)], Type::Vector);
    let ask = Method { asks: Some(asks), ..ask };
    let borrowed = [&ball, &either, &top].map(|class| {
        let (room, name, class) = ("toys".into(), class.name.clone(), class.clone());
        Borrowed { room, name, class }
    });
    let lent = borrowed.iter().map(|borrowed| borrowed.name.clone()).collect();
    let mut wish = class("Wish", Kind::Options);
    wish.fields = vec![field("first", named("AnyToy"), Some(json!({"Ball": {"radius": 1.0}})))];
    let classes = vec![either, ball, colour, fitted, spun, top];
    let (borrowed, functions) = (borrowed.into(), vec![play, pair, ask]);
    let toys = Room { name: "toys".into(), classes, functions, borrowed: vec![], lent };
    let shops = Room { name: "shops".into(), classes: vec![wish], functions: vec![], borrowed, lent: vec![] };
    Api { version: "1.2.3", codes: vec!["io"], rooms: vec![toys, shops] }
}

fn room() -> String {
    text("toys.ts")
}

fn text(name: &str) -> String {
    let file = files(&toys()).into_iter().find(|file| file.path.ends_with(name));
    file.map(|file| file.text).unwrap_or_default()
}

/// That each piece stands in the room.
fn holds(pieces: &[&str]) {
    let text = room();
    for piece in pieces {
        assert!(text.contains(piece), "{piece}\nis not in\n{text}");
    }
}

#[test]
fn every_file_says_that_it_was_generated() {
    let files = files(&toys());
    let names: Vec<_> = files.iter().map(|file| file.path.file_name().and_then(|name| name.to_str())).collect();
    let rooms = ["toys.ts", "toys.mts", "shops.ts", "shops.mts"];
    assert_eq!(names[0], Some("catalogue.ts"));
    assert_eq!(names[1..], rooms.map(Some));
    for file in &files {
        assert!(file.text.lines().next().is_some_and(crate::bindings::is_mark), "{:?}", file.path);
        assert!(file.text.lines().all(|line| line.len() <= super::WIDTH && line.trim_end() == line), "{}", file.text);
    }
    assert!(files[0].text.contains("export const VERSION = '1.2.3';"));
}

#[test]
fn options_have_defaults_and_may_be_left_out() {
    holds(&[
        "export interface TopOptions {",
        "  spinSpeed?: number | null;",
        "  /** The colour. Default `'dark_red'`. */\n  colour?: Colour;",
        "  weights?: readonly (number | null)[];",
        "  start?: MatrixInput | null;",
        "  constructor(options: TopOptions = {}) {",
        "spinSpeed: { wire: 'spin_speed', shape: shape.optional(shape.plain) }",
        "weights: { wire: 'weights', shape: shape.list(shape.optional(shape.plain)), default: [1, 2.5] }",
    ]);
}

#[test]
fn required_options_must_be_given() {
    holds(&[
        "export interface BallOptions {\n  /** The radius. */\n  radius: number;",
        "constructor(options: BallOptions) {",
    ]);
}

#[test]
fn every_method_has_a_twin() {
    holds(&[
        "  fit(rows: MatrixInput, options?: CallOptions): Promise<FittedTop> {\n    return run<FittedTop>(TOP_FIT, this, \
         [rows], options);",
        "  fitSync(rows: MatrixInput, options?: SyncOptions): FittedTop {",
        "  static load(path: string, options?: CallOptions): Promise<FittedTop> {\n    return \
         run<FittedTop>(FITTED_TOP_LOAD, undefined, [path], options);",
        "  toBytes(): Promise<Uint8Array> {",
        "  receiver: { as: 'options', record: () => TOP },",
        "  receiver: { as: 'self', record: () => SPUN },",
    ]);
}

#[test]
fn enums_are_words_and_unions_one_of_several_classes() {
    holds(&[
        "export const Colour = {\n  /** Like wine. */\n  DarkRed: 'dark_red',\n} as const;",
        "export type Colour = (typeof Colour)[keyof typeof Colour];",
        "export type AnyToy = Top | Ball;",
        "shape: shape.list(shape.union(() => [TOP, BALL]))",
    ]);
}

#[test]
fn tables_come_back_in_the_form_in_which_they_came() {
    holds(&[
        "export class Spun<T extends Table = TableColumns> {\n  /** The table. */\n  readonly table: T;",
        "  readonly path: Float64Array | null;",
        "export function playAll<const I extends TableInput>(",
        "  oldToys: I,\n  toys: readonly AnyToy[],\n  options?: PlayAllOptions,\n): Promise<Spun<SameForm<I>>> {",
        "  options?: Omit<PlayAllOptions, 'signal' | 'onProgress'>,\n): Spun<SameForm<I>> {",
        "export interface PlayAllOptions extends CallOptions {\n  /** The times. Default `1`. */\n  times?: number;",
    ]);
}

#[test]
fn whole_numbers_texts_and_lists_have_inputs_of_their_own() {
    holds(&[
        "  labels: IntsInput,\n  names: TextsInput,\n  prefer: ListsInput,\n  options?: PairOptions,\n): Promise<Int32Array> {",
        "  ranks?: IntsInput | null;",
        "  arrays: [\n    { name: 'labels', shape: shape.ints },\n    { name: 'names', shape: shape.texts },\n",
        "    { name: 'prefer', shape: shape.lists },\n  ],\n",
        "shape: shape.optional(shape.ints)",
        "  gives: shape.ints,",
        "import type { IntsInput, ListsInput, TextsInput } from './whole.js';",
    ]);
}

#[test]
fn what_an_operation_asks_is_a_parameter() {
    holds(&[
        "  theRule: (rowPlaces: Int32Array, weights: Matrix) => VectorInput | Promise<VectorInput>,\n  size: number,\n",
        "  theRule: (rowPlaces: Int32Array, weights: Matrix) => VectorInput,\n  size: number,\n  options?: SyncOptions,\n",
        "return run<Float64Array>(CALL_ASK, undefined, [theRule, size], options);",
        "  asks: { name: 'theRule', question: [shape.ints, shape.matrix], answer: shape.vector },",
        " * @param theRule - Gives costs. It is given `rowPlaces` `[row]`: What it is. `weights` `[row]`: What it is. It gives",
    ]);
}

#[test]
fn what_is_asked_row_by_row_is_a_function_of_a_row() {
    holds(&[
        "  improve(goal: (candidate: Float64Array) => number | Promise<number>, options?: CallOptions): Promise<Float64Array> {\n",
        "  improveSync(goal: (candidate: Float64Array) => number, options?: SyncOptions): Float64Array {\n",
        "    return run<Float64Array>(FITTED_TOP_IMPROVE, this, [goal], options);",
        "    allGoals: (candidate: Float64Array) => number | VectorInput | Promise<number | VectorInput>,\n",
        "  model: true,\n  asks: { name: 'goal', question: [shape.matrix], answer: shape.vector, each: true },\n",
        "It is given `candidate` `[parameter]`: What it is. It gives `worth`: What it",
        "those of one question are awaited together",
    ]);
}

#[test]
fn only_what_is_used_is_imported() {
    let text = room();
    assert!(text.contains("import type { SameForm, Table, TableColumns, TableInput } from './table.js';"), "{text}");
    assert!(text.contains("import type { Matrix, MatrixInput, VectorInput } from './matrix.js';"), "{text}");
}

#[test]
fn a_room_uses_the_shapes_that_another_lends() {
    holds(&["\nshape.lend(BALL, TOP);\n"]);
    let text = text("shops.ts");
    for piece in [
        "import { Ball, type AnyToy, Top } from './toys.js';\n",
        "const BALL: RecordShape = shape.borrowed(Ball);\nconst TOP: RecordShape = shape.borrowed(Top);\n\n",
        "shape: shape.union(() => [TOP, BALL])",
    ] {
        assert!(text.contains(piece), "{piece}\nis not in\n{text}");
    }
}

#[test]
fn a_file_by_hand_is_part_of_its_room() {
    let mut api = toys();
    api.rooms[0].name = super::WHOLLY_BY_HAND[0].0.to_owned();
    let of_room = format!("\n\nexport * from './{}.js';\n\n", super::WHOLLY_BY_HAND[0].1);
    assert!(files(&api)[1].text.contains(&of_room));
    assert!(!room().contains("export * from"));
}
