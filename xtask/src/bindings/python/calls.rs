//! Operations as methods and functions.
use inlaid_bridge::api::{Class, Field, Kind, Method, Room, Type};
use inlaid_bridge::{ArrayArgument, Asks, Letter};

use super::classes::entry;
use super::docs::Lines;
use super::types;

/// What a call takes besides its own options, unless it is quick: name and default, hint, docs.
const RUN: &[(&str, &str, &str)] = &[
    (
        "seed",
        "int = 0",
        "Decides everything random; the same seed gives the same answer on any number of threads. Default 0.",
    ),
    ("threads", "int = 0", "How many threads may work; 0, the default, is one per processor."),
    (
        "progress",
        "bool | Progress = False",
        "True shows a bar (of tqdm or rich where installed); a function is called with the part done, 0 to 1.",
    ),
    (
        "cancel",
        "Cancel | None = None",
        "A `threading.Event`, or what has `is_set()`: the call stops soon after it is set.",
    ),
];

/// Names that the bodies use themselves.
const TAKEN: &[&str] =
    &["self", "cls", "inputs", "options", "ask", "run", "reply", "done", "seed", "threads", "progress", "cancel"];

/// Functions whose calls may take a microsecond: the native library answers them past the catalogue where it can, by the
/// function named, which takes the class of the result, arrays, options and how to run, in the order of the parameters.
const AT_ONCE: &[(&str, &str)] = &[("matching.assign", "assign_small")];

/// A method of a class.
pub(super) fn method(room: &Room, class: &Class, method: &Method, body: &mut Lines) {
    body.gap(1);
    if method.is_static {
        body.put(1, "@classmethod");
    }
    let receiver = if method.is_static { "cls" } else { "self" };
    let options = match class.kind {
        Kind::Options => sent(room, method, Some("**self._wire()")),
        Kind::Report => sent(room, method, Some("\"self\": self")),
        _ => sent(room, method, None),
    };
    let model = class.kind == Kind::Model && !method.is_static;
    body.indented(1, |body| operation(room, method, Some(receiver), &options, model, body));
}

/// A free function.
pub(super) fn function(room: &Room, function: &Method, body: &mut Lines) {
    body.gap(2);
    operation(room, function, None, &sent(room, function, None), false, body);
}

fn operation(
    room: &Room,
    method: &Method,
    receiver: Option<&str>,
    options: &[String],
    on_model: bool,
    body: &mut Lines,
) {
    for name in method.arrays.iter().map(|array| array.name).chain(method.options.iter().map(|o| o.name.as_str())) {
        assert!(!TAKEN.contains(&name), "`{name}` of {} is a name that Python's calls need; rename it", method.op);
    }
    let gives = if method.is_static { "Self".to_owned() } else { types::given(&method.gives) };
    let open = format!("def {}(", method.name);
    body.sequence(0, &open, &parameters(room, method, receiver), &format!(") -> {gives}:"));
    body.docstring(1, method.doc, &sections(room, method));
    at_once(method, body);
    let converted: Vec<_> = method.arrays.iter().map(|array| lent(method, array)).collect();
    let mut arguments = vec![format!("\"{}\"", method.op)];
    let dictionary = match options {
        [wire] if wire.starts_with("**") => wire.trim_start_matches('*').to_owned(),
        _ => format!("{{{}}}", options.join(", ")),
    };
    if dictionary.len() < 76 {
        arguments.push(dictionary);
    } else {
        body.sequence(1, "options = {", options, "}");
        arguments.push("options".to_owned());
    }
    if converted.is_empty() {
        arguments.push("[]".to_owned());
    } else {
        body.sequence(1, "inputs = [", &converted, "]");
        arguments.push("inputs".to_owned());
    }
    if on_model {
        arguments.push("self._handle".to_owned());
    }
    if !method.quick {
        body.put(1, "run = Run(seed, threads, progress, cancel)");
        arguments.push("run=run".to_owned());
    }
    if let Some(asks) = &method.asks {
        let name = asks.name;
        arguments.push(format!("ask=Ask(\"{name}\", {name}, {})", ways_back(asks)));
    }
    if on_model && types::has_table(room, &method.gives) {
        arguments.push("kind=self._kind".to_owned());
    }
    result(room, method, &arguments, body);
}

/// The answer past the catalogue, if there is one.
fn at_once(method: &Method, body: &mut Lines) {
    let Some((_, native)) = AT_ONCE.iter().find(|(op, _)| *op == method.op) else { return };
    let mut arguments = vec![types::given(&method.gives)];
    arguments.extend(method.arrays.iter().map(|array| array.name.to_owned()));
    arguments.extend(method.options.iter().map(|field| field.name.clone()));
    arguments.extend(RUN.iter().map(|(name, ..)| (*name).to_owned()));
    body.sequence(1, &format!("done: {} | None = _native.{native}(", arguments[0]), &arguments, ")");
    body.put(1, "if done is not None:");
    body.put(2, "return done");
}

/// The call itself and what becomes of its reply.
fn result(room: &Room, method: &Method, arguments: &[String], body: &mut Lines) {
    let made = match &method.gives {
        Type::Class { name } if types::class(room, name).kind == Kind::Model => {
            let maker = if method.is_static { "cls" } else { name };
            let inputs = if method.arrays.is_empty() { "" } else { ", *inputs" };
            Some((format!("return {maker}._of(call("), format!("){inputs})")))
        }
        Type::Nothing => Some(("call(".to_owned(), ")".to_owned())),
        other => match types::read(room, other, "reply") {
            Some(_) => None,
            None => {
                body.sequence(1, &format!("reply: {} = call(", types::given(other)), arguments, ")");
                body.put(1, "return reply");
                return;
            }
        },
    };
    match made {
        Some((open, close)) => body.sequence(1, &open, arguments, &close),
        None => {
            body.sequence(1, "reply = call(", arguments, ")");
            body.put(1, format!("return {}", types::read(room, &method.gives, "reply").unwrap_or_default()));
        }
    }
}

/// Arrays and required options by position or name, the rest by name only.
fn parameters(room: &Room, method: &Method, receiver: Option<&str>) -> Vec<String> {
    let (required, optional): (Vec<_>, Vec<_>) = method.options.iter().partition(|field| field.required);
    let mut parameters: Vec<String> = receiver.into_iter().map(str::to_owned).collect();
    parameters.extend(method.arrays.iter().map(|array| format!("{}: {}", array.name, array_hint(array))));
    parameters.extend(method.asks.iter().map(|asks| format!("{}: {}", asks.name, callback_hint(asks))));
    parameters.extend(required.iter().map(|field| format!("{}: {}", field.name, types::option_hint(field))));
    if !optional.is_empty() || !method.quick {
        parameters.push("*".to_owned());
    }
    parameters.extend(optional.iter().map(|field| {
        let default = types::default(room, field).unwrap_or_default();
        format!("{}: {} = {default}", field.name, types::option_hint(field))
    }));
    if !method.quick {
        parameters.extend(RUN.iter().map(|(name, hint, _)| format!("{name}: {hint}")));
    }
    parameters
}

fn array_hint(array: &ArrayArgument) -> String {
    types::taken(&match array.letter {
        Letter::Matrix => Type::Matrix,
        Letter::Vector => Type::Vector,
        Letter::Ints => Type::Ints,
        Letter::Table => Type::Table,
        Letter::Bytes => Type::Bytes,
        Letter::Texts => return "TextsLike".into(),
        Letter::Lists => return "ListsLike".into(),
    })
}

/// Whether a table holds many series under each other, so that series by their names will do too.
fn is_panel(method: &Method, array: &ArrayArgument) -> bool {
    let names_columns = ["id", "time", "target"].iter().all(|name| method.options.iter().any(|o| o.name == *name));
    array.letter == Letter::Table && array.axes == ["observation"] && names_columns
}

fn lent(method: &Method, array: &ArrayArgument) -> String {
    if is_panel(method, array) {
        return format!("lend_panel(\"{0}\", {0}, id, time, target)", array.name);
    }
    format!("{}(\"{1}\", {1})", way_in(array.letter), array.name)
}

/// The function that makes an array ready to travel.
fn way_in(letter: Letter) -> &'static str {
    match letter {
        Letter::Matrix => "lend_matrix",
        Letter::Vector => "lend_vector",
        Letter::Ints => "lend_ints",
        Letter::Texts => "lend_texts",
        Letter::Lists => "lend_lists",
        Letter::Table => "lend_table",
        Letter::Bytes => "lend_bytes",
    }
}

/// What makes the answers of a callback ready to travel.
fn ways_back(asks: &Asks) -> String {
    match (asks.each, asks.answer.letter) {
        (true, Letter::Vector) => "lend_number, each=True".into(),
        (true, _) => "lend_row, each=True".into(),
        (false, letter) => way_in(letter).into(),
    }
}

/// The hint of a callback.
fn callback_hint(asks: &Asks) -> String {
    let given = asks.question.iter().map(|array| match array.letter {
        Letter::Ints => "NDArray[np.int64]",
        _ => "NDArray[np.float64]",
    });
    let gives = match (asks.each, asks.answer.letter) {
        (true, Letter::Vector) => "SupportsFloat".into(),
        _ => array_hint(&asks.answer),
    };
    format!("Callable[[{}], {gives}]", given.collect::<Vec<_>>().join(", "))
}

/// The options of the call as entries of a dictionary; `first` stands before them.
fn sent(room: &Room, method: &Method, first: Option<&str>) -> Vec<String> {
    let own = method.options.iter().map(|field| format!("\"{}\": {}", field.name, types::sent(room, field)));
    first.into_iter().map(str::to_owned).chain(own).collect()
}

fn sections(room: &Room, method: &Method) -> Vec<(&'static str, Vec<(String, String)>)> {
    let mut arguments: Vec<(String, String)> = method.arrays.iter().map(|array| array_entry(method, array)).collect();
    arguments.extend(method.asks.iter().map(callback_entry));
    arguments.extend(method.options.iter().map(|field: &Field| entry(room, field)));
    if !method.quick {
        arguments.extend(RUN.iter().map(|(name, _, doc)| ((*name).to_owned(), (*doc).to_owned())));
    }
    let mut raises = Vec::new();
    if !method.options.is_empty() || !method.arrays.is_empty() && !method.quick {
        raises.push(("InvalidConfigError", "An option is out of range or of another type."));
    }
    if method.arrays.iter().any(|array| array.letter != Letter::Bytes) {
        raises.push(("InvalidDataError", "Data of another shape or kind, or with values that are refused."));
        raises.push(("NotEnoughDataError", "Too little data."));
    }
    if method.is_static {
        raises.push(("IncompatibleError", "A newer format, damaged bytes, or a model of another class."));
    }
    if method.options.iter().any(|field| field.name == "path") {
        raises.push(("ModelNotFoundError", "There is no such file or folder."));
        raises.push(("IoError", "The file cannot be read or written."));
    }
    if !method.quick {
        raises.push(("CancelledError", "`cancel` was set. Ctrl-C raises KeyboardInterrupt."));
    }
    let raises = raises.into_iter().map(|(name, doc)| (name.to_owned(), doc.to_owned())).collect();
    let mut returns = Vec::new();
    if types::has_table(room, &method.gives) {
        let doc = "Tables are of the kind that came in; a dict of numpy arrays where none did.";
        returns.push((String::new(), doc.to_owned()));
    }
    vec![("Args", arguments), ("Returns", returns), ("Raises", raises)]
}

/// The docs of a callback with what it is given.
fn callback_entry(asks: &Asks) -> (String, String) {
    let part = |array: &ArrayArgument| match array.axes {
        [] => format!("`{}`: {}", array.name, array.doc),
        axes => format!("`{}` `[{}]`: {}", array.name, axes.join(", "), array.doc),
    };
    let (question, answer) = asks.per_call();
    let given: Vec<String> = question.iter().map(part).collect();
    let doc = format!(
        "{} It is given {} It gives {} It runs on the calling thread, and what it raises comes out as it is.",
        asks.doc,
        given.join(" "),
        part(&answer)
    );
    (asks.name.to_owned(), doc)
}

/// The docs of an array with its shape.
fn array_entry(method: &Method, array: &ArrayArgument) -> (String, String) {
    let axes = array.axes.join(", ");
    let shape = match array.letter {
        Letter::Matrix => format!("`[{axes}]`; one axis is one row. "),
        Letter::Vector => format!("`[{axes}]`. "),
        Letter::Ints => format!("`[{axes}]`, whole numbers. "),
        Letter::Texts => format!("`[{axes}]`, texts. "),
        Letter::Lists => format!("`[{axes}]`, whole numbers; rows may differ in length. "),
        Letter::Table | Letter::Bytes => String::new(),
    };
    let other = if is_panel(method, array) { " Or a mapping of ids to series, oldest value first." } else { "" };
    (array.name.to_owned(), format!("{shape}{}{other}", array.doc))
}
