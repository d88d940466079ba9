//! The emitter on a made-up catalogue that has every shape, also those that no room has yet.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use inlaid_bridge::api::{Api, Borrowed, Class, Field, Kind, Method, Room, Type, Value};
use inlaid_bridge::{ArrayArgument, Asks, Letter};
use serde_json::{Value as Json, json};

use super::files;

fn field(name: &str, r#type: Type, required: bool, default: Json) -> Field {
    let default = (!required).then_some(default);
    Field { name: name.into(), doc: format!("The {name}, such as `1 < 2`."), r#type, required, default }
}

fn class(name: &str, kind: Kind) -> Class {
    Class {
        name: name.into(),
        kind,
        doc: format!("{name} is made up."),
        fields: vec![],
        values: vec![],
        variants: vec![],
        methods: vec![],
    }
}

fn method(name: &str, gives: Type) -> Method {
    Method {
        name: name.into(),
        op: format!("made.{name}"),
        doc: "Do it.",
        is_static: false,
        arrays: vec![],
        options: vec![],
        gives,
        asks: None,
        quick: false,
    }
}

fn named(name: &str) -> Type {
    Type::Class { name: name.into() }
}

fn list(of: Type) -> Type {
    Type::List { of: Box::new(of) }
}

fn optional(of: Type) -> Type {
    Type::Optional { of: Box::new(of) }
}

/// A callback that is given one row after the other.
fn each(name: &'static str, answer: &'static str, letter: Letter) -> Asks {
    let question = vec![array("candidate", Letter::Matrix)];
    Asks { name, doc: "Gives what it is worth.", question, answer: array(answer, letter), each: true }
}

fn array(name: &'static str, letter: Letter) -> ArrayArgument {
    ArrayArgument { name, letter, axes: &["series", "time"], doc: "Some numbers." }
}

/// A room with a class of every kind.
fn made_up() -> Api {
    let mut kind = class("Kind", Kind::Enum);
    kind.values = vec![
        Value { name: "very_slow".into(), doc: "Takes its time.".into() },
        Value { name: "fast".into(), doc: String::new() },
    ];
    let mut options = class("Smooth", Kind::Options);
    options.fields = vec![
        field("season", optional(Type::Int), false, Json::Null),
        field("time", optional(Type::Text), false, json!("ds")),
        field("weights", list(Type::Float), false, json!([0.5, 1.0])),
        field("lags", list(Type::Int), false, json!([1, 2])),
        field("kind", named("Kind"), false, json!("very_slow")),
        field("default", Type::Bool, false, json!(true)),
        field("limits", Type::Map { of: Box::new(Type::Float) }, false, json!({"a": 1.5})),
        field("prior", optional(Type::Matrix), false, Json::Null),
    ];
    options.methods =
        vec![Method { arrays: vec![array("series", Letter::Matrix)], ..method("fit", named("FittedSmooth")) }];
    let mut other = class("Rough", Kind::Options);
    other.fields = vec![field("steps", Type::Int, true, Json::Null)];
    other.methods =
        vec![Method { arrays: vec![array("series", Letter::Vector)], ..method("fit", named("FittedSmooth")) }];
    let mut union = class("Either", Kind::Union);
    union.variants = vec!["Smooth".into(), "Rough".into()];
    let mut model = class("FittedSmooth", Kind::Model);
    model.methods = vec![
        Method {
            is_static: true,
            options: vec![field("path", Type::Text, true, Json::Null)],
            ..method("load", named("FittedSmooth"))
        },
        Method { quick: true, ..method("to_bytes", Type::Bytes) },
        Method {
            options: vec![
                field("horizon", Type::Int, true, Json::Null),
                field("levels", list(Type::Float), false, json!([])),
            ],
            ..method("predict", named("Outlook"))
        },
        method("forget", Type::Nothing),
        Method { asks: Some(each("goal", "value", Letter::Vector)), ..method("improve", Type::Vector) },
        Method { asks: Some(each("goals", "values", Letter::Matrix)), ..method("spread", Type::Matrix) },
    ];
    let mut report = class("Outlook", Kind::Report);
    report.fields = vec![
        field("mean", Type::Vector, true, Json::Null),
        field("rows", Type::Table, true, Json::Null),
        field("parts", list(named("Part")), true, Json::Null),
        field("best", optional(named("Either")), false, Json::Null),
    ];
    report.methods = vec![Method {
        quick: true,
        options: vec![field("title", Type::Text, false, json!("")), field("width", Type::Float, false, json!(720.0))],
        ..method("to_svg", Type::Text)
    }];
    let mut part = class("Part", Kind::Report);
    part.fields = vec![field("share", optional(Type::Float), false, Json::Null)];
    let ranks = field("ranks", optional(Type::Ints), false, Json::Null);
    let strict = field("strict", Type::Bool, false, json!(true));
    let letters = [("labels", Letter::Ints), ("names", Letter::Texts), ("prefer", Letter::Lists)];
    let arrays = letters.map(|(name, letter)| array(name, letter)).to_vec();
    let pair = Method { arrays, options: vec![ranks, strict], ..method("pair", Type::Ints) };
    let asks = Asks {
        name: "rule",
        doc: "Gives costs.",
        question: vec![array("rows", Letter::Ints), array("weights", Letter::Matrix)],
        answer: array("costs", Letter::Vector),
        each: false,
    };
    let size = field("size", Type::Int, true, Json::Null);
    let ask = Method { asks: Some(asks), options: vec![size], ..method("ask", Type::Vector) };
    let seek = Method { asks: Some(each("goal", "value", Letter::Vector)), ..method("seek", Type::Vector) };
    let functions = vec![
        pair,
        ask,
        seek,
        Method {
            arrays: vec![array("table", Letter::Table)],
            options: vec![
                field("methods", list(named("Either")), false, json!([{"Smooth": {"season": 12, "time": "ds"}}])),
                field("windows", Type::Int, false, json!(3)),
            ],
            ..method("compare", Type::Table)
        },
    ];
    let borrowed = [&other, &options, &union].map(|class| {
        let (room, name, class) = ("made".into(), class.name.clone(), class.clone());
        Borrowed { room, name, class }
    });
    let lent = borrowed.iter().map(|borrowed| borrowed.name.clone()).collect();
    let mut wish = class("Wish", Kind::Options);
    wish.fields = vec![
        field("first", named("Either"), false, json!({"Smooth": {"season": 12}})),
        field("second", optional(named("Rough")), false, Json::Null),
    ];
    wish.methods = vec![method("come_true", Type::Nothing)];
    let classes = vec![union, model, kind, report, part, other, options];
    let made = Room { name: "made".into(), classes, functions, borrowed: vec![], lent };
    let borrowed = borrowed.into();
    let shops = Room { name: "shops".into(), classes: vec![wish], functions: vec![], borrowed, lent: vec![] };
    Api { version: "9.9.9", codes: vec!["internal"], rooms: vec![made, shops] }
}

/// The text of a made-up class.
fn text(name: &str) -> String {
    text_in("made", name)
}

fn text_in(room: &str, name: &str) -> String {
    let wanted = format!("/{room}/{name}.java");
    let file = files(&made_up()).into_iter().find(|file| file.path.to_string_lossy().ends_with(&wanted));
    file.map(|file| file.text).unwrap_or_else(|| panic!("no file {wanted}"))
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}

#[test]
fn options_have_defaults_and_builders() {
    has(
        &text("Smooth"),
        &[
            "public final class Smooth implements Either {",
            "private OptionalLong season = OptionalLong.empty();",
            "private Optional<String> time = Optional.of(\"ds\");",
            "public Builder withoutTime() {",
            "private List<Double> weights = List.of(0.5, 1.0);",
            "private List<Long> lags = List.of(1L, 2L);",
            "public Builder weights(double... weights) {",
            "private Kind kind = Kind.VERY_SLOW;",
            "private boolean default_ = true;",
            "private Map<String, Double> limits = Map.of(\"a\", 1.5);",
            "out.field(\"default\", default_, Writer::bool);",
            "out.field(\"prior\", prior, (to, item) -> to.optional(item, Writer::matrix));",
            "public static Smooth defaults() {",
        ],
    );
}

#[test]
fn required_options_have_no_default_and_are_seen_when_they_are_missing() {
    let rough = text("Rough");
    has(
        &rough,
        &["private Long steps;", "steps = Given.value(\"steps\", builder.steps);", "private final long steps;"],
    );
    assert!(!rough.contains("defaults()"));
}

#[test]
fn calls_come_with_rows_contexts_and_executors() {
    let smooth = text("Smooth");
    has(
        &smooth,
        &[
            "public FittedSmooth fit(Matrix series) {",
            "public FittedSmooth fit(double[][] series, Context context) {",
            "public CompletableFuture<FittedSmooth> fitAsync(double[] series, Executor executor) {",
            "Async.start(() -> fitRequest(series), FittedSmooth::new, context, executor)",
            "return new Request(\"made.fit\").matrix(\"series\", series).options(this, Smooth::write);",
        ],
    );
    let model = text("FittedSmooth");
    has(
        &model,
        &[
            "public static FittedSmooth load(Path path) {",
            "return toBytesRequest().run().bytes();",
            "public Outlook predict(long horizon, List<Double> levels, Context context) {",
            "return Async.start(() -> forgetRequest(), reply -> null, executor);",
            "public CompletableFuture<Void> forgetAsync(Executor executor) {",
        ],
    );
    assert!(!model.contains("toBytesAsync"), "cheap calls need no future");
}

#[test]
fn records_read_what_comes_and_write_what_goes_back() {
    has(
        &text("Outlook"),
        &[
            "public record Outlook(double[] mean, Table rows, List<Part> parts, Optional<Either> best) {",
            "value.field(\"best\", item -> item.optional(Wire::readEither))",
            "&& Equality.equal(mean, that.mean)",
            ".option(\"self\", this, (to, self) -> to.object(self, Outlook::write))",
            "public String toSvg(ToSvgOptions options) {",
            "public static final class ToSvgOptions {",
            "out.field(\"parts\", parts, (to, item) -> to.list(item, (to2, item2) -> to2.object(item2, Part::write)));",
        ],
    );
    assert!(!text("Part").contains("Equality"), "a record without arrays keeps its own equality");
}

#[test]
fn unions_are_sealed_and_cross_the_border_by_name() {
    has(&text("Either"), &["public sealed interface Either permits Smooth, Rough {}"]);
    has(
        &text("Wire"),
        &[
            "} else if (value instanceof Rough item) {",
            "to.variant(\"Smooth\", item, Smooth::write);",
            "case \"Rough\" -> value.field(\"Rough\", Rough::read);",
        ],
    );
    has(
        &text("MadeFunctions"),
        &[
            "public static Table compare(Table table, CompareOptions options) {",
            "private List<Either> methods = List.of(Smooth.builder().season(12).build());",
        ],
    );
}

#[test]
fn a_room_writes_what_it_borrows_as_its_class_has_said() {
    has(
        &text_in("shops", "Wish"),
        &[
            "import io.inlaid.internal.Lent;\n",
            "import io.inlaid.made.Either;\nimport io.inlaid.made.Rough;\nimport io.inlaid.made.Smooth;\n",
            "private Either first = Smooth.builder().season(12).build();",
            "out.field(\"first\", first, Lent::writeVariant);",
            "(to, item) -> to.optional(item, Lent::write)",
        ],
    );
    has(&text("Rough"), &["    static {\n        Lent.lend(Rough.class, Rough::write);\n    }\n"]);
}

#[test]
fn whole_numbers_and_texts_come_in_javas_containers() {
    has(
        &text("MadeFunctions"),
        &[
            "public static int[] pair(int[] labels, String[] names, int[][] prefer) {",
            "public static int[] pair(long[] labels, List<String> names, int[][] prefer, PairOptions options) {",
            ".ints(\"labels\", labels)",
            ".texts(\"names\", names)",
            ".lists(\"prefer\", prefer)",
            "private final Optional<int[]> ranks;",
            "out.field(\"ranks\", ranks, (to, item) -> to.optional(item, Writer::ints));",
            "return pairRequest(labels, names, prefer).run().value().ints();",
        ],
    );
}

#[test]
fn what_is_asked_row_by_row_is_a_function_of_a_row() {
    has(
        &text("MadeFunctions"),
        &[
            "        double value(double[] candidate);\n",
            "         * @param candidate some numbers. Shape {@code [time]}.\n",
            "public static double[] seek(Goal goal, Context context) {",
            ".asking(\"goal\", goal, (asked, answer) ->\n                        answer.numbers(\"goal()\", \
             asked.item(0).matrix(), goal::value))",
        ],
    );
    let model = text("FittedSmooth");
    has(
        &model,
        &[
            "public double[] improve(MadeFunctions.Goal goal, Context context) {",
            "public CompletableFuture<double[]> improveAsync(MadeFunctions.Goal goal, Executor executor) {",
            "                .on(this)\n                .asking(\"goal\", goal, (asked, answer) ->\n",
            "        double[] values(double[] candidate);\n",
            "        static Goals of(ToDoubleFunction<double[]> function) {\n            \
             Objects.requireNonNull(function, \"function\");\n            \
             return candidate -> new double[] {function.applyAsDouble(candidate)};\n",
            "answer.rows(\"goals()\", asked.item(0).matrix(), goals::values))",
            "import java.util.function.ToDoubleFunction;\n",
        ],
    );
    assert!(!model.contains("public interface Goal {"), "the interface stands in the class of the functions");
    assert!(!text("MadeFunctions").contains("ToDoubleFunction"));
}

#[test]
fn what_an_operation_asks_is_an_interface() {
    has(
        &text("MadeFunctions"),
        &[
            "    @FunctionalInterface\n    public interface Rule {",
            "        double[] costs(int[] rows, Matrix weights);",
            "public static double[] ask(Rule rule, long size) {",
            "public static CompletableFuture<double[]> askAsync(Rule rule, long size, Context context, Executor executor) {",
            ".asking(\"rule\", rule, (asked, answer) ->\n                        answer.vector(\"rule()\", \
             rule.costs(asked.item(0).ints(), asked.item(1).matrix())))",
        ],
    );
}

#[test]
fn words_are_constants_and_docs_are_javadoc() {
    has(&text("Kind"), &["/** Takes its time. */\n    VERY_SLOW(\"very_slow\"),", "FAST(\"fast\");"]);
    has(&text("Rough"), &["The steps, such as {@code 1 < 2}."]);
}

#[test]
fn every_file_says_that_it_was_generated_and_no_line_is_too_long() {
    for file in files(&made_up()) {
        assert!(file.text.lines().next().is_some_and(super::super::is_mark), "{:?}", file.path);
        for line in file.text.lines() {
            assert!(line.len() <= 120, "{:?}: {line}", file.path);
            assert_eq!(line, line.trim_end(), "{:?}", file.path);
        }
    }
}

#[test]
fn the_module_exports_the_rooms_and_the_loader_knows_the_version() {
    let find = |end: &str| files(&made_up()).into_iter().find(|file| file.path.ends_with(end)).map(|file| file.text);
    has(&find("module-info.java").unwrap_or_default(), &["exports io.inlaid.made;"]);
    has(&find("Abi.java").unwrap_or_default(), &["VERSION = \"9.9.9\""]);
    has(&find("Loaders.java").unwrap_or_default(), &["FittedSmooth::load"]);
}

#[test]
fn the_compiler_finds_nothing_to_say_about_generated_code() {
    let Some(_) = crate::shell::version("javac", &["-version"]) else {
        return println!("skipped: there is no javac");
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let folder = root.join("target/made-up-java");
    crate::shell::empty_folder(&folder).unwrap();
    let mut sources: Vec<PathBuf> = Vec::new();
    for file in files(&made_up()) {
        let path = folder.join(&file.path);
        fs::create_dir_all(path.parent().unwrap_or(&folder)).unwrap();
        fs::write(&path, file.text).unwrap();
        sources.push(path);
    }
    for by_hand in ["io/inlaid", "io/inlaid/internal"] {
        for entry in fs::read_dir(root.join(super::FOLDER).join(by_hand)).unwrap().flatten() {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            let is_generated = text.lines().next().is_some_and(super::super::is_mark);
            if entry.path().extension().is_some_and(|extension| extension == "java") && !is_generated {
                sources.push(entry.path());
            }
        }
    }
    let options = ["--release", "17", "-Xlint:all", "-Werror", "-Xdoclint:all/protected", "-d"];
    let output = Command::new("javac").args(options).arg(folder.join("classes")).args(sources).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
