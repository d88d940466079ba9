//! Types of the API as hints, defaults and conversions of Python.
use inlaid_bridge::api::{Class, Field, Kind, Room, Type};
use serde_json::Value as Json;

/// The class of that name.
pub(super) fn class<'a>(room: &'a Room, name: &str) -> &'a Class {
    room.class(name).unwrap_or_else(|| panic!("{name} is not in {}", room.name))
}

/// The hint of what users give.
pub(super) fn taken(of: &Type) -> String {
    match of {
        Type::Nothing => "None".into(),
        Type::Bool => "bool".into(),
        Type::Int => "int".into(),
        Type::Float => "float".into(),
        Type::Text => "str".into(),
        Type::Bytes => "bytes | bytearray | memoryview".into(),
        Type::Matrix | Type::Vector | Type::Ints => "ArrayLike".into(),
        Type::Table => "TableLike".into(),
        Type::List { of } => format!("Sequence[{}]", taken(of)),
        Type::Map { of } => format!("Mapping[str, {}]", taken(of)),
        Type::Optional { of } => format!("{} | None", taken(of)),
        Type::Class { name } => name.clone(),
    }
}

/// The hint of an option, with what its name says about it.
pub(super) fn option_hint(field: &Field) -> String {
    let hint = match &field.r#type {
        Type::Text if field.name == "path" => "str | PathLike[str]".into(),
        other => taken(other),
    };
    if is_map(field) { format!("{hint} | None") } else { hint }
}

/// The hint of what users get.
pub(super) fn given(of: &Type) -> String {
    match of {
        Type::Bytes => "bytes".into(),
        Type::Matrix | Type::Vector => "NDArray[np.float64]".into(),
        Type::Ints => "NDArray[np.int64]".into(),
        Type::Table => "Any".into(),
        Type::List { of } => format!("list[{}]", given(of)),
        Type::Map { of } => format!("dict[str, {}]", given(of)),
        Type::Optional { of } => format!("{} | None", given(of)),
        plain => taken(plain),
    }
}

/// A map that need not be given: mappings can be changed, so its default is made inside.
fn is_map(field: &Field) -> bool {
    matches!(field.r#type, Type::Map { .. }) && !field.required
}

/// The default of a field as an expression.
pub(super) fn default(room: &Room, field: &Field) -> Option<String> {
    if field.required {
        return None;
    }
    if is_map(field) {
        assert!(field.default.as_ref().is_none_or(|map| *map == Json::Object(Default::default())), "{}", field.name);
        return Some("None".into());
    }
    Some(literal(room, &field.r#type, field.default.as_ref().unwrap_or(&Json::Null)))
}

/// A JSON value of a type as an expression.
pub(super) fn literal(room: &Room, of: &Type, value: &Json) -> String {
    match (of, value) {
        (_, Json::Null) => "None".into(),
        (_, Json::Bool(yes)) => if *yes { "True" } else { "False" }.into(),
        (Type::Optional { of }, value) => literal(room, of, value),
        (Type::Float, Json::Number(number)) => format!("{:?}", number.as_f64().unwrap_or_default()),
        (_, Json::Number(number)) => number.to_string(),
        (_, Json::String(text)) => format!("{text:?}"),
        (Type::List { of }, Json::Array(items)) => {
            let items: Vec<_> = items.iter().map(|item| literal(room, of, item)).collect();
            format!("({}{})", items.join(", "), if items.len() == 1 { "," } else { "" })
        }
        (Type::Vector | Type::Ints | Type::Matrix, Json::Array(items)) if items.is_empty() => "()".into(),
        (Type::Class { name }, Json::Object(fields)) => match class(room, name) {
            union if union.kind == Kind::Union => {
                let (name, fields) = fields.iter().next().expect("a union names its class");
                literal(room, &Type::Class { name: name.clone() }, fields)
            }
            options => construction(room, options, fields),
        },
        (of, value) => panic!("no Python literal for {value} as {of:?}"),
    }
}

/// The call that makes options with these fields; defaults are left out.
fn construction(room: &Room, options: &Class, given: &serde_json::Map<String, Json>) -> String {
    let changed: Vec<_> = options
        .fields
        .iter()
        .filter_map(|field| given.get(&field.name).map(|value| (field, value)))
        .filter(|(field, value)| field.required || field.default.as_ref() != Some(value))
        .map(|(field, value)| format!("{}={}", field.name, literal(room, &field.r#type, value)))
        .collect();
    format!("{}({})", options.name, changed.join(", "))
}

/// The function that makes a value ready to travel, if it is not ready as it is.
pub(super) fn way(room: &Room, of: &Type) -> Option<&'static str> {
    match of {
        Type::Matrix => Some("as_matrix"),
        Type::Vector => Some("as_vector"),
        Type::Ints => Some("as_ints"),
        Type::Table => Some("as_table"),
        Type::Class { name } => (class(room, name).kind == Kind::Union).then_some("as_tagged"),
        Type::Optional { of } => way(room, of),
        Type::List { of } | Type::Map { of } => match way(room, of) {
            None | Some("as_tagged") => way(room, of),
            Some(_) => panic!("a list of arrays has no way to travel yet"),
        },
        _ => None,
    }
}

/// An option of a call as it travels.
pub(super) fn sent(room: &Room, field: &Field) -> String {
    let name = &field.name;
    match way(room, &field.r#type) {
        Some(way) => format!("{way}(\"{name}\", {name})"),
        None if is_map(field) => format!("{name} or {{}}"),
        None => name.clone(),
    }
}

/// The expression that makes `value`, as JSON gave it, what users get; nothing where it is that already.
pub(super) fn read(room: &Room, of: &Type, value: &str) -> Option<String> {
    match of {
        Type::Class { name } => match class(room, name) {
            words if words.kind == Kind::Enum => None,
            union if union.kind == Kind::Union => Some(format!("untagged({value}, {})", union.variants.join(", "))),
            _ => Some(format!("{name}._read({value})")),
        },
        Type::List { of } => read(room, of, "item").map(|item| format!("[{item} for item in {value}]")),
        Type::Map { of } => {
            read(room, of, "item").map(|item| format!("{{key: {item} for key, item in {value}.items()}}"))
        }
        Type::Optional { of } => read(room, of, value).map(|made| format!("None if {value} is None else {made}")),
        _ => None,
    }
}

/// Whether a table stands anywhere in what users get.
pub(super) fn has_table(room: &Room, of: &Type) -> bool {
    match of {
        Type::Table => true,
        Type::List { of } | Type::Map { of } | Type::Optional { of } => has_table(room, of),
        Type::Class { name } => class(room, name).fields.iter().any(|field| has_table(room, &field.r#type)),
        _ => false,
    }
}
