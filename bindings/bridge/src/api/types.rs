//! JSON schemas read into the few kinds of type that every language can express.
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::Method;

/// A type that every language can express.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Type {
    /// No value.
    Nothing,
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A double.
    Float,
    /// A Unicode text.
    Text,
    /// Bytes.
    Bytes,
    /// A row-major matrix of doubles beside the JSON.
    Matrix,
    /// A vector of doubles beside the JSON.
    Vector,
    /// A vector of whole numbers of 64 bits beside the JSON.
    Ints,
    /// A columnar table beside the JSON.
    Table,
    /// A list.
    List {
        /// Of what.
        of: Box<Type>,
    },
    /// A map from texts.
    Map {
        /// To what.
        of: Box<Type>,
    },
    /// A value or nothing.
    Optional {
        /// Of what.
        of: Box<Type>,
    },
    /// A class of the API by name.
    Class {
        /// Its name.
        name: String,
    },
}

/// What kind of class it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Options that users construct; every field has a default.
    Options,
    /// A fitted model.
    Model,
    /// A result.
    Report,
    /// One of several lower_snake words.
    Enum,
    /// One of several classes, written `{"Class": {…}}`.
    Union,
}

/// A class of the API.
#[derive(Clone, Debug, Serialize)]
pub struct Class {
    /// Its name, CamelCase.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// What it is.
    pub doc: String,
    /// Fields in their order, for options and reports.
    pub fields: Vec<Field>,
    /// Values in their order, for enums.
    pub values: Vec<Value>,
    /// The classes it may be, for unions.
    pub variants: Vec<String>,
    /// Methods by name.
    pub methods: Vec<Method>,
}

/// A field, an option or an argument.
#[derive(Clone, Debug, Serialize)]
pub struct Field {
    /// Its name, snake_case.
    pub name: String,
    /// What it is, its unit and range.
    pub doc: String,
    /// Its type.
    pub r#type: Type,
    /// Whether it must be given.
    pub required: bool,
    /// Its default where it need not be given.
    pub default: Option<Json>,
}

/// A value of an enum.
#[derive(Clone, Debug, Serialize)]
pub struct Value {
    /// The word, lower_snake.
    pub name: String,
    /// What it means.
    pub doc: String,
}

impl Type {
    /// The type that a schema describes.
    ///
    /// # Panics
    /// On a schema that no binding could express; the bridge's own tests meet it before a user can.
    pub(super) fn of(schema: &Json) -> Self {
        if let Some(letter) = schema.get("letter").and_then(Json::as_str) {
            return match letter {
                "matrix" => Type::Matrix,
                "vector" => Type::Vector,
                "ints" => Type::Ints,
                "table" => Type::Table,
                _ => panic!("no letter {letter} in the alphabet"),
            };
        }
        if let Some(name) = schema.get("$ref").and_then(Json::as_str) {
            return Type::Class { name: name.rsplit('/').next().unwrap_or(name).to_owned() };
        }
        if let Some(choices) = schema.get("anyOf").and_then(Json::as_array) {
            let some: Vec<_> = choices.iter().filter(|choice| choice.get("type") != Some(&"null".into())).collect();
            assert!(some.len() == 1 && choices.len() == 2, "only `T or nothing` can be bound: {schema}");
            return Type::Optional { of: Box::new(Type::of(some[0])) };
        }
        match schema.get("type") {
            Some(Json::Array(kinds)) => {
                let mut plain = schema.clone();
                plain["type"] = kinds.iter().find(|kind| *kind != "null").cloned().unwrap_or(Json::Null);
                Type::Optional { of: Box::new(Type::of(&plain)) }
            }
            Some(Json::String(kind)) => match kind.as_str() {
                "boolean" => Type::Bool,
                "integer" => Type::Int,
                "number" => Type::Float,
                "string" => Type::Text,
                "null" => Type::Nothing,
                "array" => Type::List { of: Box::new(Type::of(&schema["items"])) },
                "object" => Type::Map { of: Box::new(Type::of(&schema["additionalProperties"])) },
                _ => panic!("no binding for {schema}"),
            },
            _ => panic!("no binding for {schema}"),
        }
    }

    /// The classes that the type mentions.
    pub(super) fn classes(&self) -> Vec<String> {
        match self {
            Type::Class { name } => vec![name.clone()],
            Type::List { of } | Type::Map { of } | Type::Optional { of } => of.classes(),
            _ => Vec::new(),
        }
    }
}

impl Class {
    /// The class that a definition describes.
    pub(super) fn of(name: &str, schema: &Json) -> Self {
        let mut class = Class {
            name: name.to_owned(),
            kind: Kind::Report,
            doc: doc(schema),
            fields: Vec::new(),
            values: Vec::new(),
            variants: Vec::new(),
            methods: Vec::new(),
        };
        if let Some(words) = schema.get("enum").and_then(Json::as_array) {
            class.kind = Kind::Enum;
            class.values = words.iter().map(|word| Value { name: text(word), doc: String::new() }).collect();
        } else if let Some(choices) = schema.get("oneOf").and_then(Json::as_array) {
            if choices.iter().all(|choice| choice.get("const").is_some() || choice.get("enum").is_some()) {
                class.kind = Kind::Enum;
                class.values = choices.iter().flat_map(values).collect();
            } else {
                class.kind = Kind::Union;
                class.variants = choices.iter().flat_map(variant).collect();
            }
        } else {
            class.fields = fields(schema);
        }
        class
    }

    /// The class of a fitted model.
    pub(super) fn model(name: String, doc: &str, methods: Vec<Method>) -> Self {
        let (fields, values, variants) = Default::default();
        Class { name, kind: Kind::Model, doc: doc.to_owned(), fields, values, variants, methods }
    }

    /// The classes that it mentions.
    pub(super) fn mentions(&self) -> Vec<String> {
        self.fields.iter().flat_map(|field| field.r#type.classes()).chain(self.variants.iter().cloned()).collect()
    }
}

/// The fields of a struct's schema, which may be a reference; required ones first.
pub(super) fn fields_of(schema: &schemars::Schema, definitions: &Map<String, Json>) -> Vec<Field> {
    let schema = schema.as_value();
    let mut fields = match Type::of_reference(schema) {
        Some(name) => definitions.get(&name).map(fields).unwrap_or_default(),
        None => fields(schema),
    };
    fields.sort_by_key(|field| !field.required);
    fields
}

impl Type {
    fn of_reference(schema: &Json) -> Option<String> {
        schema.get("$ref").and_then(Json::as_str).and_then(|name| name.rsplit('/').next()).map(str::to_owned)
    }
}

fn fields(schema: &Json) -> Vec<Field> {
    let required: Vec<_> = schema.get("required").and_then(Json::as_array).into_iter().flatten().map(text).collect();
    let properties = schema.get("properties").and_then(Json::as_object).into_iter().flatten();
    properties
        .map(|(name, property)| {
            let (required, default) = (required.contains(name), property.get("default").cloned());
            let mut r#type = Type::of(property);
            if !required && default.as_ref().is_none_or(Json::is_null) && !matches!(r#type, Type::Optional { .. }) {
                r#type = Type::Optional { of: Box::new(r#type) }; // a letter's schema does not say that it may be null
            }
            Field { name: name.clone(), doc: doc(property), r#type, required, default }
        })
        .collect()
}

/// The words of one choice of an enum; values without docs share one choice.
fn values(choice: &Json) -> Vec<Value> {
    match choice.get("enum").and_then(Json::as_array) {
        Some(words) => words.iter().map(|word| Value { name: text(word), doc: String::new() }).collect(),
        None => vec![Value { name: text(&choice["const"]), doc: doc(choice) }],
    }
}

/// The class of one choice of a union, `{"Class": {…}}`.
fn variant(choice: &Json) -> Vec<String> {
    let properties = choice.get("properties").and_then(Json::as_object).into_iter().flatten();
    properties.flat_map(|(_, property)| Type::of(property).classes()).collect()
}

fn doc(schema: &Json) -> String {
    schema.get("description").map(text).unwrap_or_default()
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
