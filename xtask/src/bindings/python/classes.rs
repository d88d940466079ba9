//! Options, results, models, enums and unions as Python classes.
use inlaid_bridge::api::{Class, Field, Kind, Room, Type};
use serde_json::Value as Json;

use super::docs::Lines;
use super::{BY_HAND, calls, types};

/// An enum: an alias of its words.
pub(super) fn words(class: &Class, body: &mut Lines) {
    body.gap(2);
    let words: Vec<_> = class.values.iter().map(|value| format!("\"{}\"", value.name)).collect();
    body.sequence(0, &format!("{}: TypeAlias = Literal[", class.name), &words, "]");
    let meanings = class.values.iter().filter(|value| !value.doc.is_empty());
    let meanings: String =
        meanings.map(|value| format!("\n- `{}`: {}", value.name, value.doc.replace('\n', " "))).collect();
    let doc = if meanings.is_empty() { class.doc.clone() } else { format!("{}\n{meanings}", class.doc) };
    body.docstring(0, &doc, &[]);
}

/// A union: an alias of its classes.
pub(super) fn union(class: &Class, body: &mut Lines) {
    body.gap(2);
    let line = format!("{}: TypeAlias = {}", class.name, class.variants.join(" | "));
    if line.len() <= super::docs::WIDTH {
        body.put(0, line);
    } else {
        body.put(0, format!("{}: TypeAlias = (", class.name));
        for (position, variant) in class.variants.iter().enumerate() {
            body.put(1, if position == 0 { variant.clone() } else { format!("| {variant}") });
        }
        body.put(0, ")");
    }
    body.docstring(0, &class.doc, &[]);
}

/// Options or a result.
pub(super) fn record(room: &Room, class: &Class, body: &mut Lines) {
    let is_options = class.kind == Kind::Options;
    let base = if is_options { "Options" } else { "Report" };
    let by_hand = BY_HAND.iter().find(|(of, name, _)| *of == room.name && *name == class.name);
    let bases = by_hand.map_or_else(|| base.to_owned(), |(_, _, part)| format!("{part}, {base}"));
    body.gap(2);
    body.put(0, format!("class {}({bases}):", class.name));
    let title = if is_options { "Args" } else { "Attributes" };
    let entry = |field: &Field| match is_options {
        true => entry(room, field),
        false => (field.name.clone(), field.doc.clone()),
    };
    body.docstring(1, &class.doc, &[(title, class.fields.iter().map(entry).collect())]);
    body.gap(1);
    let mut fields: Vec<&Field> = class.fields.iter().collect();
    for field in &fields {
        body.put(1, format!("{}: {}", field.name, attribute(class.kind, field)));
    }
    let ways: Vec<_> = fields
        .iter()
        .filter_map(|field| types::way(room, &field.r#type).map(|way| format!("\"{}\": {way}", field.name)))
        .collect();
    if !ways.is_empty() {
        body.gap(1);
        body.sequence(1, "_ways: ClassVar[Mapping[str, Any]] = {", &ways, "}");
    }
    fields.sort_by_key(|field| !field.required);
    constructor(room, class.kind, &fields, body);
    reader(room, class, body);
    for method in &class.methods {
        calls::method(room, class, method, body);
    }
}

/// The docs of a field; a default that the docs do not name is added.
pub(super) fn entry(room: &Room, field: &Field) -> (String, String) {
    let mut doc = field.doc.clone();
    if let Some(default) = types::default(room, field)
        && !doc.to_lowercase().contains("default")
    {
        let default = if default == "()" { "none".to_owned() } else { format!("`{default}`") };
        let default = if default == "`None`" { "none".to_owned() } else { default };
        doc = format!("{} Default {default}.", doc.trim_end());
    }
    (field.name.clone(), doc)
}

/// The hint of a field as users read it.
fn attribute(kind: Kind, field: &Field) -> String {
    if kind == Kind::Options { types::option_hint(field) } else { types::given(&field.r#type) }
}

fn constructor(room: &Room, kind: Kind, fields: &[&Field], body: &mut Lines) {
    body.gap(1);
    let parameter = |field: &&Field| match types::default(room, field) {
        // An empty tuple may be given for an array or a list, though it is not what is read.
        Some(default) if default == "()" => format!("{}: {} = ()", field.name, types::option_hint(field)),
        Some(default) => format!("{}: {} = {default}", field.name, attribute(kind, field)),
        None => format!("{}: {}", field.name, attribute(kind, field)),
    };
    let mut parameters = vec!["self".to_owned()];
    if !fields.is_empty() {
        parameters.push("*".to_owned());
    }
    parameters.extend(fields.iter().map(parameter));
    body.sequence(1, "def __init__(", &parameters, ") -> None:");
    let given: Vec<_> = fields
        .iter()
        .map(|field| match field.r#type {
            Type::Map { .. } if !field.required => format!("{0}={0} or {{}}", field.name),
            _ => format!("{0}={0}", field.name),
        })
        .collect();
    body.sequence(2, "self._set(", &given, ")");
}

/// How the record is made of what the engine gave, where a field is more than JSON.
fn reader(room: &Room, class: &Class, body: &mut Lines) {
    let nested =
        class.fields.iter().filter_map(|field| types::read(room, &field.r#type, "value").map(|made| (field, made)));
    let lines: Vec<String> = nested
        .map(|(field, _)| {
            let value = format!("wire[\"{}\"]", field.name);
            format!("{value} = {}", types::read(room, &field.r#type, &value).unwrap_or_default())
        })
        .collect();
    if lines.is_empty() {
        return;
    }
    body.gap(1);
    body.put(1, "@classmethod");
    body.put(1, "def _read(cls, wire: Wire) -> Self:");
    for line in &lines {
        match line.strip_suffix(')').and_then(|line| line.split_once(" = untagged(")) {
            Some((to, rest)) => {
                let arguments: Vec<String> = rest.split(", ").map(str::to_owned).collect();
                body.sequence(2, &format!("{to} = untagged("), &arguments, ")");
            }
            None => body.put(2, line),
        }
    }
    body.put(2, "return super()._read(wire)");
}

/// A fitted model.
pub(super) fn model(room: &Room, class: &Class, body: &mut Lines) {
    body.gap(2);
    body.put(0, format!("class {}(Model):", class.name));
    body.docstring(1, &class.doc, &[]);
    body.gap(1);
    body.put(1, "__slots__ = ()");
    for method in &class.methods {
        calls::method(room, class, method, body);
    }
}

/// The classes that the defaults of a class are made of.
pub(super) fn of_defaults(room: &Room, class: &Class) -> Vec<String> {
    fn named(room: &Room, of: &Type, value: &Json, names: &mut Vec<String>) {
        match (of, value) {
            (Type::Optional { of }, value) => named(room, of, value, names),
            (Type::List { of }, Json::Array(items)) => items.iter().for_each(|item| named(room, of, item, names)),
            (Type::Class { name }, Json::Object(fields)) => match types::class(room, name).kind {
                Kind::Union => names.extend(fields.keys().cloned()),
                _ => names.push(name.clone()),
            },
            _ => {}
        }
    }
    let mut names = Vec::new();
    let own = class.fields.iter().map(|field| (&field.r#type, &field.default));
    let options = class.methods.iter().flat_map(|method| &method.options).map(|field| (&field.r#type, &field.default));
    for (of, default) in own.chain(options) {
        if let Some(value) = default {
            named(room, of, value, &mut names);
        }
    }
    names.retain(|name| *name != class.name);
    names
}
