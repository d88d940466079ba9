//! How the few kinds of type look in Java: as types, as code that reads and writes them, and as literals.
use std::collections::{BTreeMap, BTreeSet};

use inlaid_bridge::api::{Class, Field, Kind, Room, Type};
use inlaid_bridge::{Asks, Letter};
use serde_json::Value as Json;

use super::super::{camel, capital};

/// Words that cannot be names in Java, or already are methods of every object, record or builder.
const TAKEN: &[&str] = &[
    "abstract",
    "assert",
    "boolean",
    "break",
    "build",
    "byte",
    "case",
    "catch",
    "char",
    "class",
    "clone",
    "const",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extends",
    "final",
    "finalize",
    "finally",
    "float",
    "for",
    "getClass",
    "goto",
    "hashCode",
    "if",
    "implements",
    "import",
    "instanceof",
    "int",
    "interface",
    "long",
    "native",
    "new",
    "notify",
    "notifyAll",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "short",
    "static",
    "strictfp",
    "super",
    "switch",
    "synchronized",
    "this",
    "throw",
    "throws",
    "toString",
    "transient",
    "try",
    "void",
    "volatile",
    "wait",
    "while",
];

/// The classes of a room by kind, and which of them cross the border in which direction.
#[derive(Default)]
pub(super) struct Names {
    kinds: BTreeMap<String, Kind>,
    docs: BTreeMap<String, String>,
    fields: BTreeMap<String, Vec<Field>>,
    variants: BTreeMap<String, Vec<String>>,
    /// Classes that replies hold.
    read: BTreeSet<String>,
    /// Classes that options hold, and results that travel back.
    written: BTreeSet<String>,
    /// Borrowed classes, with the rooms that they belong to.
    borrowed: BTreeMap<String, String>,
    /// Classes that other rooms borrow.
    lent: BTreeSet<String>,
    /// The class of the room's free functions.
    front: String,
    /// What operations ask, by name.
    callbacks: BTreeMap<&'static str, Callback>,
}

/// A callback of a room: one interface, however many operations ask it.
pub(super) struct Callback {
    asks: Asks,
    /// The class in which its interface stands.
    pub(super) home: String,
    /// The operation that it stands beside.
    pub(super) op: String,
}

impl Names {
    pub(super) fn of(room: &Room) -> Self {
        let mut names = Self::default();
        for borrowed in &room.borrowed {
            names.borrowed.insert(borrowed.name.clone(), borrowed.room.clone());
        }
        names.lent.extend(room.lent.iter().cloned());
        for class in room.classes.iter().chain(room.borrowed.iter().map(|borrowed| &borrowed.class)) {
            names.kinds.insert(class.name.clone(), class.kind);
            names.docs.insert(class.name.clone(), class.doc.clone());
            names.fields.insert(class.name.clone(), class.fields.clone());
            names.variants.insert(class.name.clone(), class.variants.clone());
        }
        for class in &room.classes {
            let own = class.methods.iter().any(|method| !method.is_static);
            if own && matches!(class.kind, Kind::Options | Kind::Report) {
                names.mark_class(&class.name, false);
            }
        }
        for method in room.classes.iter().flat_map(|class| &class.methods).chain(&room.functions) {
            names.mark(&method.gives, true);
            method.options.iter().for_each(|option| names.mark(&option.r#type, false));
        }
        names.front = super::front(&room.name).0;
        let functions = room.functions.iter().map(|function| (&names.front, function));
        let methods =
            room.classes.iter().flat_map(|class| class.methods.iter().map(move |method| (&class.name, method)));
        let mut callbacks: BTreeMap<&'static str, Callback> = BTreeMap::new();
        for (home, method) in functions.chain(methods) {
            let Some(asks) = &method.asks else { continue };
            let make = || Callback { asks: asks.clone(), home: home.clone(), op: method.op.clone() };
            let known = callbacks.entry(asks.name).or_insert_with(make);
            assert_eq!(signature(&known.asks), signature(asks), "`{}` of {} and of {}", asks.name, known.op, method.op);
        }
        names.callbacks = callbacks;
        names
    }

    /// The callback of that name.
    pub(super) fn callback(&self, name: &str) -> Option<&Callback> {
        self.callbacks.get(name)
    }

    /// The class of the room's free functions.
    pub(super) fn front(&self) -> &str {
        &self.front
    }

    fn mark(&mut self, r#type: &Type, reading: bool) {
        match r#type {
            Type::Class { name } => self.mark_class(name, reading),
            Type::List { of } | Type::Map { of } | Type::Optional { of } => self.mark(of, reading),
            _ => {}
        }
    }

    fn mark_class(&mut self, name: &str, reading: bool) {
        let set = if reading { &mut self.read } else { &mut self.written };
        if set.insert(name.to_owned()) {
            for field in self.fields.get(name).cloned().unwrap_or_default() {
                self.mark(&field.r#type, reading);
            }
            for variant in self.variants.get(name).cloned().unwrap_or_default() {
                self.mark_class(&variant, reading);
            }
        }
    }

    pub(super) fn is_class(&self, name: &str) -> bool {
        self.kinds.contains_key(name)
    }

    pub(super) fn is_read(&self, class: &str) -> bool {
        self.read.contains(class)
    }

    pub(super) fn is_written(&self, class: &str) -> bool {
        self.written.contains(class)
    }

    /// Whether other rooms borrow the class.
    pub(super) fn is_lent(&self, class: &str) -> bool {
        self.lent.contains(class)
    }

    /// The borrowed classes, with the rooms that they belong to.
    pub(super) fn borrowed(&self) -> &BTreeMap<String, String> {
        &self.borrowed
    }

    /// The unions that a class is one of.
    pub(super) fn unions_of(&self, class: &Class) -> Vec<&str> {
        let own = self.variants.iter().filter(|(union, _)| !self.borrowed.contains_key(*union));
        let holding = own.filter(|(_, variants)| variants.contains(&class.name));
        holding.map(|(union, _)| union.as_str()).collect()
    }

    pub(super) fn kind(&self, class: &str) -> Option<Kind> {
        self.kinds.get(class).copied()
    }

    pub(super) fn doc(&self, class: &str) -> &str {
        self.docs.get(class).map_or("", String::as_str)
    }

    /// The type, primitive where Java has one.
    pub(super) fn plain(&self, r#type: &Type) -> String {
        match r#type {
            Type::Nothing => "void".into(),
            Type::Bool => "boolean".into(),
            Type::Int => "long".into(),
            Type::Float => "double".into(),
            Type::Text => "String".into(),
            Type::Bytes => "byte[]".into(),
            Type::Matrix => "Matrix".into(),
            Type::Vector => "double[]".into(),
            Type::Ints => "int[]".into(),
            Type::Table => "Table".into(),
            Type::List { of } => format!("List<{}>", self.boxed(of)),
            Type::Map { of } => format!("Map<String, {}>", self.boxed(of)),
            Type::Optional { of } => match **of {
                Type::Int => "OptionalLong".into(),
                Type::Float => "OptionalDouble".into(),
                _ => format!("Optional<{}>", self.boxed(of)),
            },
            Type::Class { name } => name.clone(),
        }
    }

    /// The type as a type argument.
    pub(super) fn boxed(&self, r#type: &Type) -> String {
        match r#type {
            Type::Nothing => "Void".into(),
            Type::Bool => "Boolean".into(),
            Type::Int => "Long".into(),
            Type::Float => "Double".into(),
            other => self.plain(other),
        }
    }

    /// A function from `Value` to the type.
    pub(super) fn reader(&self, r#type: &Type) -> String {
        self.reader_at(r#type, 1)
    }

    fn reader_at(&self, r#type: &Type, depth: usize) -> String {
        if let Type::Class { name } = r#type {
            assert!(!self.borrowed.contains_key(name), "{name} of another room is read: there is no way for that yet");
        }
        let inner = |call: &str, of: &Type| {
            let item = numbered("item", depth);
            format!("{item} -> {item}.{call}({})", self.reader_at(of, depth + 1))
        };
        match r#type {
            Type::Class { name } if self.kind(name) == Some(Kind::Union) => format!("Wire::read{name}"),
            Type::Class { name } => format!("{name}::read"),
            Type::List { of } => inner("list", of),
            Type::Map { of } => inner("map", of),
            Type::Optional { of } if !matches!(**of, Type::Int | Type::Float) => inner("optional", of),
            simple => format!("Value::{}", word(simple)),
        }
    }

    /// The type read from the expression `value`.
    pub(super) fn read(&self, r#type: &Type, value: &str) -> String {
        match r#type {
            Type::Class { name } if self.kind(name) == Some(Kind::Union) => format!("Wire.read{name}({value})"),
            Type::Class { name } => format!("{name}.read({value})"),
            Type::List { of } => format!("{value}.list({})", self.reader(of)),
            Type::Map { of } => format!("{value}.map({})", self.reader(of)),
            Type::Optional { of } if !matches!(**of, Type::Int | Type::Float) => {
                format!("{value}.optional({})", self.reader(of))
            }
            simple => format!("{value}.{}()", word(simple)),
        }
    }

    /// A function from `Writer` and the type.
    pub(super) fn writer(&self, r#type: &Type) -> String {
        self.writer_at(r#type, 1)
    }

    fn writer_at(&self, r#type: &Type, depth: usize) -> String {
        let (to, item) = (numbered("to", depth), numbered("item", depth));
        let inner =
            |call: &str, of: &Type| format!("({to}, {item}) -> {to}.{call}({item}, {})", self.writer_at(of, depth + 1));
        match r#type {
            Type::Class { name } if self.borrowed.contains_key(name) => {
                if self.kind(name) == Some(Kind::Union) {
                    "Lent::writeVariant".into()
                } else {
                    "Lent::write".into()
                }
            }
            Type::Class { name } => match self.kind(name) {
                Some(Kind::Union) => format!("Wire::write{name}"),
                Some(Kind::Enum) => format!("({to}, {item}) -> {to}.text({item}.wireName())"),
                _ => format!("({to}, {item}) -> {to}.object({item}, {name}::write)"),
            },
            Type::List { of } => inner("list", of),
            Type::Map { of } => inner("map", of),
            Type::Optional { of } if !matches!(**of, Type::Int | Type::Float) => inner("optional", of),
            simple => format!("Writer::{}", word(simple)),
        }
    }

    /// A default as Java source.
    pub(super) fn literal(&self, r#type: &Type, value: Option<&Json>) -> String {
        let value = value.unwrap_or(&Json::Null);
        match r#type {
            Type::Optional { of } => {
                let class = match **of {
                    Type::Int => "OptionalLong",
                    Type::Float => "OptionalDouble",
                    _ => "Optional",
                };
                if value.is_null() {
                    format!("{class}.empty()")
                } else {
                    format!("{class}.of({})", self.literal(of, Some(value)))
                }
            }
            Type::List { of } => {
                let items = value.as_array().into_iter().flatten().map(|item| self.item_literal(of, item));
                format!("List.of({})", items.collect::<Vec<_>>().join(", "))
            }
            Type::Map { of } => {
                let items = value.as_object().into_iter().flatten();
                let items = items.map(|(name, item)| format!("{}, {}", quoted(name), self.item_literal(of, item)));
                format!("Map.of({})", items.collect::<Vec<_>>().join(", "))
            }
            Type::Text => quoted(value.as_str().unwrap_or_default()),
            Type::Float => format!("{:?}", value.as_f64().unwrap_or_default()),
            Type::Int => match value.as_i64().unwrap_or_default() {
                large if i32::try_from(large).is_err() => format!("{large}L"),
                small => small.to_string(),
            },
            Type::Class { name } => self.class_literal(name, value),
            _ => value.to_string(),
        }
    }

    /// Items are boxed, so whole numbers need their suffix.
    fn item_literal(&self, of: &Type, item: &Json) -> String {
        match of {
            Type::Int => format!("{}L", item.as_i64().unwrap_or_default()),
            _ => self.literal(of, Some(item)),
        }
    }

    fn class_literal(&self, name: &str, value: &Json) -> String {
        match self.kind(name) {
            Some(Kind::Enum) => format!("{name}.{}", constant(value.as_str().unwrap_or_default())),
            Some(Kind::Union) => match value.as_object().and_then(|fields| fields.iter().next()) {
                Some((variant, fields)) => self.class_literal(variant, fields),
                None => "null".into(),
            },
            _ => {
                let given = value.as_object();
                let differing = self.fields.get(name).into_iter().flatten().filter_map(|field| {
                    let value = given?.get(&field.name)?;
                    let inner = match &field.r#type {
                        Type::Optional { of } if !value.is_null() => of,
                        other => other,
                    };
                    (field.default.as_ref() != Some(value))
                        .then(|| format!(".{}({})", identifier(&field.name), self.literal(inner, Some(value))))
                });
                match differing.collect::<String>() {
                    none if none.is_empty() => format!("{name}.defaults()"),
                    calls => format!("{name}.builder(){calls}.build()"),
                }
            }
        }
    }
}

/// What decides about the interface of a callback.
fn signature(asks: &Asks) -> (Vec<(&'static str, Letter)>, bool) {
    let parts = asks.question.iter().chain([&asks.answer]);
    (parts.map(|array| (array.name, array.letter)).collect(), asks.each)
}

/// `x`, then `x2`, `x3` for lambdas inside lambdas.
fn numbered(name: &str, depth: usize) -> String {
    if depth == 1 { name.to_owned() } else { format!("{name}{depth}") }
}

/// The method of `Value` and `Writer` for a type without parts.
fn word(r#type: &Type) -> &'static str {
    match r#type {
        Type::Bool => "bool",
        Type::Int => "integer",
        Type::Float => "number",
        Type::Matrix => "matrix",
        Type::Vector => "vector",
        Type::Ints => "ints",
        Type::Table => "table",
        Type::Optional { of } if **of == Type::Int => "optionalInteger",
        Type::Optional { .. } => "optionalNumber",
        _ => "text",
    }
}

/// A wire name as a Java name.
pub(super) fn identifier(name: &str) -> String {
    let name = camel(name);
    if TAKEN.contains(&name.as_str()) { name + "_" } else { name }
}

/// A wire name as the beginning of a class name.
pub(super) fn type_name(name: &str) -> String {
    capital(name)
}

/// A word of an enum as a constant.
pub(super) fn constant(word: &str) -> String {
    word.to_uppercase()
}

/// A text as a Java literal.
pub(super) fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
