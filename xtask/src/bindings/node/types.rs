//! Types as TypeScript spells them, and as shapes that `schema.ts` follows.
use inlaid_bridge::api::{Class, Field, Kind, Room, Type};
use serde_json::Value as Json;

use crate::bindings::{camel, capital};

/// Which way a value goes: what users may give is wider than what they get.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Way {
    In,
    /// Results; tables come in the form of the type given.
    Out(&'static str),
}

/// The class of that name.
pub(super) fn class<'a>(room: &'a Room, name: &str) -> &'a Class {
    room.class(name).unwrap_or_else(|| panic!("{} has no {name}", room.name))
}

/// A type as TypeScript spells it.
pub(super) fn spell(room: &Room, of: &Type, way: Way) -> String {
    let inner = |of: &Type| spell(room, of, way);
    match (of, way) {
        (Type::Nothing, _) => "void".into(),
        (Type::Bool, _) => "boolean".into(),
        (Type::Int | Type::Float, _) => "number".into(),
        (Type::Text, _) => "string".into(),
        (Type::Bytes, Way::In) => "Uint8Array | ArrayBuffer".into(),
        (Type::Bytes, _) => "Uint8Array".into(),
        (Type::Matrix, Way::In) => "MatrixInput".into(),
        (Type::Matrix, _) => "Matrix".into(),
        (Type::Vector, Way::In) => "VectorInput".into(),
        (Type::Vector, _) => "Float64Array".into(),
        (Type::Ints, Way::In) => "IntsInput".into(),
        (Type::Ints, _) => "Int32Array".into(),
        (Type::Table, Way::In) => "TableInput".into(),
        (Type::Table, Way::Out(form)) => form.into(),
        (Type::List { of }, _) => {
            let of = inner(of);
            if of.contains(' ') { format!("readonly ({of})[]") } else { format!("readonly {of}[]") }
        }
        (Type::Map { of }, _) => format!("Readonly<Record<string, {}>>", inner(of)),
        (Type::Optional { of }, _) => format!("{} | null", inner(of)),
        (Type::Class { name }, Way::Out(form)) if is_tabular(room, of) => format!("{name}<{form}>"),
        (Type::Class { name }, _) => name.clone(),
    }
}

/// A field as TypeScript spells it; `null` where it may be missing.
pub(super) fn spell_field(room: &Room, field: &Field, way: Way) -> String {
    let text = spell(room, &field.r#type, way);
    if is_nullable(field) && !text.ends_with("| null") { format!("{text} | null") } else { text }
}

/// Whether the field may be missing, rather than have a default.
pub(super) fn is_nullable(field: &Field) -> bool {
    let no_default = !field.required && field.default.as_ref().is_none_or(Json::is_null);
    matches!(field.r#type, Type::Optional { .. }) || no_default
}

/// Whether a table stands somewhere inside.
pub(super) fn is_tabular(room: &Room, of: &Type) -> bool {
    match of {
        Type::Table => true,
        Type::List { of } | Type::Map { of } | Type::Optional { of } => is_tabular(room, of),
        Type::Class { name } => {
            let class = class(room, name);
            class.kind == Kind::Report && class.fields.iter().any(|field| is_tabular(room, &field.r#type))
        }
        _ => false,
    }
}

/// The shape of a type.
pub(super) fn shape(room: &Room, of: &Type) -> String {
    match of {
        Type::Nothing => "shape.nothing".into(),
        Type::Bool | Type::Int | Type::Float | Type::Text => "shape.plain".into(),
        Type::Bytes => "shape.bytes".into(),
        Type::Matrix => "shape.matrix".into(),
        Type::Vector => "shape.vector".into(),
        Type::Ints => "shape.ints".into(),
        Type::Table => "shape.table".into(),
        Type::List { of } => format!("shape.list({})", shape(room, of)),
        Type::Map { of } => format!("shape.map({})", shape(room, of)),
        Type::Optional { of } => format!("shape.optional({})", shape(room, of)),
        Type::Class { name } => {
            let class = class(room, name);
            match class.kind {
                Kind::Enum => "shape.plain".into(),
                Kind::Model => format!("shape.model(() => {name})"),
                Kind::Union => {
                    let variants: Vec<String> = class.variants.iter().map(|variant| upper(variant)).collect();
                    format!("shape.union(() => [{}])", variants.join(", "))
                }
                Kind::Options | Kind::Report => format!("shape.record(() => {})", upper(name)),
            }
        }
    }
}

/// The shape of a field.
pub(super) fn shape_field(room: &Room, field: &Field) -> String {
    let text = shape(room, &field.r#type);
    if is_nullable(field) && !matches!(field.r#type, Type::Optional { .. }) {
        format!("shape.optional({text})")
    } else {
        text
    }
}

/// Fields as an object of `schema.ts`.
pub(super) fn fields(room: &Room, fields: &[Field], indent: usize) -> String {
    if fields.is_empty() {
        return "{}".into();
    }
    let pad = " ".repeat(indent);
    let mut text = "{\n".to_owned();
    for field in fields {
        let mut parts = vec![format!("wire: '{}'", field.name), format!("shape: {}", shape_field(room, field))];
        if field.required {
            parts.push("required: true".into());
        } else if let Some(default) = field.default.as_ref().filter(|default| !default.is_null()) {
            parts.push(format!("default: {}", literal(default)));
        }
        text += &format!("{pad}  {}: {{ {} }},\n", camel(&field.name), parts.join(", "));
    }
    text + &pad + "}"
}

/// A JSON value as TypeScript would write it.
pub(super) fn literal(value: &Json) -> String {
    match value {
        Json::String(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        Json::Number(number) => number.to_string().trim_end_matches(".0").to_owned(),
        Json::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Json::Object(fields) if fields.is_empty() => "{}".into(),
        Json::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, field)| format!("{name}: {}", literal(field))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

/// `FittedAutoEts` as `FITTED_AUTO_ETS`, `fitted_values` as `FITTED_VALUES`.
pub(super) fn upper(name: &str) -> String {
    let mut text = String::new();
    for (position, letter) in name.chars().enumerate() {
        if position > 0 && letter.is_uppercase() {
            text.push('_');
        }
        text.extend(letter.to_uppercase());
    }
    text
}

/// `lower_snake` as the name of a constant in an object, `LowerSnake`.
pub(super) fn constant(word: &str) -> String {
    capital(word)
}
