//! Methods and functions: each returns a promise and has a twin that runs in place.
use std::collections::BTreeMap;

use inlaid_bridge::api::{Class, Field, Kind, Method, Room};
use inlaid_bridge::{ArrayArgument, Asks, Letter};

use super::WIDTH;
use super::class::option_fields;
use super::docs::{comment, paragraphs};
use super::types::{Way, class, fields, is_tabular, shape, spell, spell_field, upper};
use crate::bindings::{camel, capital};

/// How the interfaces of call options are called: `PredictOptions` where every `predict` of the room takes the same.
pub(super) struct OptionNames {
    by_op: BTreeMap<String, String>,
    interfaces: BTreeMap<String, Method>,
}

impl OptionNames {
    pub(super) fn of(room: &Room) -> Self {
        let mut names = Self { by_op: BTreeMap::new(), interfaces: BTreeMap::new() };
        let owned = room.classes.iter().flat_map(|class| class.methods.iter().map(move |method| (Some(class), method)));
        for (owner, method) in owned.chain(room.functions.iter().map(|function| (None, function))) {
            let optional = optional(method);
            if optional.is_empty() {
                continue;
            }
            let short = format!("{}Options", capital(&method.name));
            let taken = room.classes.iter().any(|class| format!("{}Options", class.name) == short)
                || names.interfaces.get(&short).is_some_and(|other| !same(other, method));
            let name = match owner {
                Some(class) if taken => format!("{}{short}", class.name),
                _ => short,
            };
            names.by_op.insert(method.op.clone(), name.clone());
            names.interfaces.entry(name).or_insert_with(|| method.clone());
        }
        names
    }

    /// The interfaces themselves.
    pub(super) fn interfaces(&self, room: &Room) -> String {
        let mut text = String::new();
        for (name, method) in &self.interfaces {
            let of = camel(&method.name);
            text += &comment(0, &[format!("Options of `{of}`; every one has a default.")], &[]);
            let extends = if method.quick { "" } else { " extends CallOptions" };
            let optional: Vec<Field> = optional(method).into_iter().cloned().collect();
            text += &format!("export interface {name}{extends} {{\n{}}}\n\n", option_fields(room, &optional));
        }
        text
    }

    /// The type of the last argument, and of that of the twin; `None` if there is none.
    fn argument(&self, method: &Method) -> Option<(String, String)> {
        match (self.by_op.get(&method.op), method.quick) {
            (Some(name), true) => Some((name.clone(), name.clone())),
            (Some(name), false) => Some((name.clone(), format!("Omit<{name}, 'signal' | 'onProgress'>"))),
            (None, true) => None,
            (None, false) => Some(("CallOptions".into(), "SyncOptions".into())),
        }
    }
}

fn same(one: &Method, other: &Method) -> bool {
    let described = |method: &Method| serde_json::to_string(&optional(method)).unwrap_or_default();
    one.quick == other.quick && described(one) == described(other)
}

fn optional(method: &Method) -> Vec<&Field> {
    method.options.iter().filter(|field| !field.required).collect()
}

fn required(method: &Method) -> impl Iterator<Item = &Field> {
    method.options.iter().filter(|field| field.required)
}

/// A method of a class and its twin.
pub(super) fn method(room: &Room, class: &Class, method: &Method, names: &OptionNames) -> String {
    let receiver = if method.is_static { "undefined" } else { "this" };
    let start = if method.is_static { "  static " } else { "  " };
    both(room, method, names, 2, start, receiver, &operation_name(Some(class), method))
}

/// A free function and its twin.
pub(super) fn function(room: &Room, method: &Method, names: &OptionNames) -> String {
    both(room, method, names, 0, "export function ", "undefined", &operation_name(None, method))
}

fn operation_name(class: Option<&Class>, method: &Method) -> String {
    match class {
        Some(class) => format!("{}_{}", upper(&class.name), method.name.to_uppercase()),
        // A function may have the name of a class: `cdist` and `Cdist`.
        None => format!("CALL_{}", method.name.to_uppercase()),
    }
}

/// The method that gives a promise, and the one that runs in place.
fn both(
    room: &Room,
    method: &Method,
    names: &OptionNames,
    indent: usize,
    start: &str,
    receiver: &str,
    operation: &str,
) -> String {
    let name = camel(&method.name);
    let (generic, form) = generics(room, method);
    let result = spell(room, &method.gives, Way::Out(form));
    let argument = names.argument(method);
    let mut parameters: Vec<String> = Vec::new();
    let mut passed: Vec<String> = Vec::new();
    for array in &method.arrays {
        let of = match array.letter {
            Letter::Matrix => "MatrixInput",
            Letter::Vector => "VectorInput",
            Letter::Ints => "IntsInput",
            Letter::Texts => "TextsInput",
            Letter::Lists => "ListsInput",
            Letter::Table => "I",
            Letter::Bytes => "Uint8Array | ArrayBuffer",
        };
        parameters.push(format!("{}: {of}", camel(array.name)));
        passed.push(camel(array.name));
    }
    let callback = method.asks.as_ref().map(|asks| (parameters.len(), callback_types(asks)));
    if let Some(asks) = &method.asks {
        passed.push(camel(asks.name));
    }
    for field in required(method) {
        parameters.push(format!("{}: {}", camel(&field.name), spell_field(room, field, Way::In)));
        passed.push(camel(&field.name));
    }
    let twin = |suffix: &str, options: Option<&str>, gives: &str, run: &str| {
        let mut parameters = parameters.clone();
        if let Some((place, types)) = &callback {
            parameters.insert(*place, types[usize::from(!suffix.is_empty())].clone());
        }
        let mut arguments = vec![operation.to_owned(), receiver.to_owned(), format!("[{}]", passed.join(", "))];
        if let Some(options) = options {
            parameters.push(format!("options?: {options}"));
            arguments.push("options".into());
        }
        let pad = " ".repeat(indent);
        let head = signature(&format!("{start}{name}{suffix}{generic}"), &parameters, gives, indent);
        format!("{head} {{\n{pad}  return {run}<{result}>({});\n{pad}}}\n", arguments.join(", "))
    };
    let (asynchronous, synchronous) = match &argument {
        Some((one, other)) => (Some(one.as_str()), Some(other.as_str())),
        None => (None, None),
    };
    let gap = if indent > 0 { "\n" } else { "" };
    let after = if indent > 0 { "" } else { "\n" };
    [
        gap,
        &docs(method, indent, argument.is_some(), Some(&name)),
        &twin("", asynchronous, &format!("Promise<{result}>"), "run"),
        after,
        gap,
        &docs(method, indent, argument.is_some(), None),
        &twin("Sync", synchronous, &result, "runSync"),
        after,
    ]
    .concat()
}

/// A callback as a parameter: one that may give a promise, and one that may not.
fn callback_types(asks: &Asks) -> [String; 2] {
    let spelled = |letter: Letter, names: [&'static str; 3]| match letter {
        Letter::Matrix => names[0],
        Letter::Vector => names[1],
        Letter::Ints => names[2],
        other => panic!("`{}` is asked with {other:?}, which no callback takes yet", asks.name),
    };
    let (question, _) = asks.per_call();
    let given = question.iter().map(|array| {
        format!("{}: {}", camel(array.name), spelled(array.letter, ["Matrix", "Float64Array", "Int32Array"]))
    });
    let gives = match (asks.each, asks.answer.letter) {
        (true, Letter::Vector) => "number",
        (true, _) => "number | VectorInput",
        (false, letter) => spelled(letter, ["MatrixInput", "VectorInput", "IntsInput"]),
    };
    let start = format!("{}: ({}) => {gives}", camel(asks.name), given.collect::<Vec<_>>().join(", "));
    [format!("{start} | Promise<{gives}>"), start]
}

/// A signature, broken where it is too long.
fn signature(start: &str, parameters: &[String], gives: &str, indent: usize) -> String {
    let line = format!("{start}({}): {gives}", parameters.join(", "));
    if line.len() + 2 <= WIDTH {
        return line;
    }
    let pad = " ".repeat(indent);
    let lines: String = parameters.iter().map(|parameter| format!("{pad}  {parameter},\n")).collect();
    format!("{start}(\n{lines}{pad}): {gives}")
}

/// The type parameter of a method that takes a table, and the form in which tables come back.
fn generics(room: &Room, method: &Method) -> (&'static str, &'static str) {
    let takes = method.arrays.iter().any(|array| array.letter == Letter::Table);
    match (takes, is_tabular(room, &method.gives)) {
        (true, true) => ("<const I extends TableInput>", "SameForm<I>"),
        (true, false) => ("<I extends TableInput>", "TableColumns"),
        (false, _) => ("", "TableColumns"),
    }
}

fn docs(method: &Method, indent: usize, options: bool, twin_of: Option<&str>) -> String {
    let mut text = paragraphs(method.doc);
    match (twin_of, method.quick) {
        (Some(name), false) if method.arrays.is_empty() => {
            text.push(format!("Runs away from the event loop; `{name}Sync` runs in place."));
        }
        (Some(name), false) => text.push(format!(
            "Runs away from the event loop on a copy of its arrays; `{name}Sync` runs in place and borrows them."
        )),
        (Some(name), true) => text.push(format!("Cheap: it runs in place, as `{name}Sync` does.")),
        (None, false) => text.push("Runs in place: the event loop waits.".into()),
        (None, true) => text.push("Runs in place.".into()),
    }
    let mut tags = Vec::new();
    for array in &method.arrays {
        let axes = if array.axes.is_empty() { String::new() } else { format!("`[{}]`. ", array.axes.join(", ")) };
        tags.push(format!("@param {} - {axes}{}", camel(array.name), paragraphs(array.doc).join(" ")));
    }
    if let Some(asks) = &method.asks {
        let part = |array: &ArrayArgument| match array.axes {
            [] => format!("`{}`: {}", camel(array.name), array.doc),
            axes => format!("`{}` `[{}]`: {}", camel(array.name), axes.join(", "), array.doc),
        };
        let (question, answer) = asks.per_call();
        let given = question.iter().map(part).collect::<Vec<_>>().join(" ");
        let promise = match (twin_of, asks.each) {
            (Some(_), true) => " It may give a promise; those of one question are awaited together.",
            (Some(_), false) => " It may give a promise.",
            (None, _) => "",
        };
        tags.push(format!(
            "@param {} - {} It is given {given} It gives {}{promise} What it throws comes out as it is.",
            camel(asks.name),
            asks.doc,
            part(&answer)
        ));
    }
    for field in required(method) {
        tags.push(format!("@param {} - {}", camel(&field.name), paragraphs(&field.doc).join(" ")));
    }
    if options {
        tags.push("@param options - What differs from the defaults.".into());
    }
    let verb = if twin_of.is_some() { "Rejects with" } else { "Throws" };
    tags.push(format!("@throws {{@link InlaidError}} {verb} a stable code; the message says what is allowed."));
    comment(indent, &text, &tags)
}

/// How `bridge.ts` runs an operation.
pub(super) fn operation(room: &Room, method: &Method) -> String {
    let mut parts = method.op.split('.').skip(1);
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    let owner = second.map(|_| class(room, first));
    let mut text = format!("const {}: Operation = {{\n  name: '{}',\n", operation_name(owner, method), method.op);
    match owner.filter(|_| !method.is_static).map(|owner| (owner.kind, &owner.name)) {
        Some((Kind::Model, _)) => text += "  model: true,\n",
        Some((Kind::Options, name)) => {
            text += &format!("  receiver: {{ as: 'options', record: () => {} }},\n", upper(name))
        }
        Some((Kind::Report, name)) => {
            text += &format!("  receiver: {{ as: 'self', record: () => {} }},\n", upper(name))
        }
        _ => {}
    }
    if !method.arrays.is_empty() {
        let letter = |array: &ArrayArgument| serde_json::to_value(array.letter).unwrap_or_default();
        let arrays: Vec<String> = method
            .arrays
            .iter()
            .map(|array| {
                format!("{{ name: '{}', shape: shape.{} }}", camel(array.name), letter(array).as_str().unwrap_or(""))
            })
            .collect();
        let line = format!("  arrays: [{}],\n", arrays.join(", "));
        text += &match line.len() <= WIDTH {
            true => line,
            false => format!("  arrays: [\n    {},\n  ],\n", arrays.join(",\n    ")),
        };
    }
    if let Some(asks) = &method.asks {
        let shape = |array: &ArrayArgument| {
            format!("shape.{}", serde_json::to_value(array.letter).unwrap_or_default().as_str().unwrap_or(""))
        };
        let question = asks.question.iter().map(shape).collect::<Vec<_>>().join(", ");
        let (name, answer) = (camel(asks.name), shape(&asks.answer));
        let each = if asks.each { ", each: true" } else { "" };
        text += &format!("  asks: {{ name: '{name}', question: [{question}], answer: {answer}{each} }},\n");
    }
    if !method.options.is_empty() {
        text += &format!("  options: {},\n", fields(room, &method.options, 2));
    }
    text += &format!("  gives: {},\n", shape(room, &method.gives));
    if method.quick {
        text += "  quick: true,\n";
    }
    text + "};\n\n"
}
