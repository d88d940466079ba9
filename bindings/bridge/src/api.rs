//! What there is to bind: every class, method and function with types, defaults and docs, read from the Rust types.
//!
//! The generators of the bindings and the parity tests of every language read this description and nothing else.
mod types;

use std::collections::{BTreeMap, BTreeSet};

use inlaid::Code;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use crate::{ArrayArgument, Asks, Gives, Op, Receiver, catalogue};
pub use types::{Class, Field, Kind, Type, Value};

/// Everything public, for the bindings.
#[derive(Debug, Serialize)]
pub struct Api {
    /// The version of every package.
    pub version: &'static str,
    /// Every error code.
    pub codes: Vec<&'static str>,
    /// The rooms by name.
    pub rooms: Vec<Room>,
}

/// One room.
#[derive(Debug, Serialize)]
pub struct Room {
    /// Its name, such as `forecast`.
    pub name: String,
    /// Classes by name: options, models, results, enums and unions.
    pub classes: Vec<Class>,
    /// Free functions by name.
    pub functions: Vec<Method>,
}

/// An operation as a method or function.
#[derive(Clone, Debug, Serialize)]
pub struct Method {
    /// Its name, snake_case.
    pub name: String,
    /// The operation to call.
    pub op: String,
    /// What it does.
    pub doc: &'static str,
    /// Whether it belongs to the class rather than to an instance.
    pub is_static: bool,
    /// Arrays, in order.
    pub arrays: Vec<ArrayArgument>,
    /// Options, required ones first.
    pub options: Vec<Field>,
    /// What it gives.
    pub gives: Type,
    /// The callback that it asks while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asks: Option<Asks>,
    /// Cheap: it runs where it is called.
    pub quick: bool,
}

/// Describe the catalogue.
///
/// # Panics
/// On a schema that no binding could express; the bridge's own tests call this, so it cannot reach a user.
#[must_use]
pub fn describe() -> Api {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut rooms: BTreeMap<&str, Draft> = BTreeMap::new();
    for op in catalogue().values() {
        let mut parts = op.name.splitn(3, '.');
        let (room, second, third) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next());
        rooms.entry(room).or_default().add(op, [room, second], third, &mut generator);
    }
    let definitions = generator.take_definitions(true);
    let mut described = Vec::new();
    for (name, draft) in rooms {
        described.push(draft.finish(name, &definitions));
    }
    Api {
        version: env!("CARGO_PKG_VERSION"),
        codes: Code::ALL.iter().map(|code| code.as_str()).collect(),
        rooms: described,
    }
}

/// A room while its operations are gathered.
#[derive(Default)]
struct Draft {
    methods: BTreeMap<String, Vec<Method>>,
    models: BTreeMap<String, &'static str>,
    functions: Vec<Method>,
    mentioned: Vec<String>,
    /// Those of the mentioned that operations give, or take back as their receivers.
    given: Vec<String>,
}

impl Draft {
    fn add(
        &mut self,
        op: &'static Op,
        [room, second]: [&str; 2],
        third: Option<&str>,
        generator: &mut SchemaGenerator,
    ) {
        if let Receiver::Options(schema) | Receiver::Report(schema) = op.receiver {
            self.mentioned.extend(Type::of(schema(generator).as_value()).classes());
        }
        if let Receiver::Report(schema) = op.receiver {
            self.given.extend(Type::of(schema(generator).as_value()).classes());
        }
        let options = op.options.map_or_else(Vec::new, |schema| {
            // An options struct of a call is not a class of its own: its fields become arguments.
            let schema = schema(generator);
            types::fields_of(&schema, generator.definitions())
        });
        let gives = match op.gives {
            Gives::Nothing => Type::Nothing,
            Gives::Bytes => Type::Bytes,
            Gives::Model(class) => Type::Class { name: class.rsplit('.').next().unwrap_or(class).to_owned() },
            Gives::Value(schema) => Type::of(schema(generator).as_value()),
        };
        if !matches!(op.gives, Gives::Model(_)) {
            self.mentioned.extend(gives.classes());
            self.given.extend(gives.classes());
        }
        self.mentioned.extend(options.iter().flat_map(|field| field.r#type.classes()));
        let method = Method {
            name: third.unwrap_or(second).to_owned(),
            op: op.name.clone(),
            doc: op.doc,
            is_static: matches!(op.receiver, Receiver::ModelClass),
            arrays: op.arrays.clone(),
            options,
            gives,
            asks: op.asks.clone(),
            quick: op.quick,
        };
        match third {
            None => self.functions.push(method),
            Some(_) => {
                if matches!(op.receiver, Receiver::Model | Receiver::ModelClass) {
                    self.models.insert(second.to_owned(), crate::model_doc(room, second));
                }
                self.methods.entry(second.to_owned()).or_default().push(method);
            }
        }
    }

    fn finish(mut self, name: &str, definitions: &serde_json::Map<String, serde_json::Value>) -> Room {
        let mut classes: BTreeMap<String, Class> = BTreeMap::new();
        let mut waiting = std::mem::take(&mut self.mentioned);
        while let Some(class_name) = waiting.pop() {
            if classes.contains_key(&class_name) || self.models.contains_key(&class_name) {
                continue;
            }
            let Some(schema) = definitions.get(&class_name) else {
                panic!("{class_name} is mentioned in {name} but has no schema");
            };
            let mut class = Class::of(&class_name, schema);
            waiting.extend(class.mentions());
            class.methods = self.methods.remove(&class_name).unwrap_or_default();
            if class.kind == Kind::Report && class.methods.iter().any(|method| is_constructor(&method.op)) {
                class.kind = Kind::Options;
            }
            classes.insert(class_name, class);
        }
        let given = reached(&classes, self.given);
        for class in classes.values_mut().filter(|class| class.kind == Kind::Report && !given.contains(&class.name)) {
            class.kind = Kind::Options; // only ever taken, inside other options: users construct it
        }
        for (class_name, doc) in self.models {
            let methods = self.methods.remove(&class_name).unwrap_or_default();
            classes.insert(class_name.clone(), Class::model(class_name, doc, methods));
        }
        Room { name: name.to_owned(), classes: classes.into_values().collect(), functions: self.functions }
    }
}

/// The classes that stand anywhere in those named.
fn reached(classes: &BTreeMap<String, Class>, mut waiting: Vec<String>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if let Some(class) = classes.get(&name)
            && reached.insert(name)
        {
            waiting.extend(class.mentions());
        }
    }
    reached
}

/// Whether the operation takes its receiver's fields as its options, so that users construct the class.
fn is_constructor(op: &str) -> bool {
    catalogue().get(op).is_some_and(|op| matches!(op.receiver, Receiver::Options(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Letter;

    #[test]
    fn the_catalogue_describes_itself() {
        let api = describe();
        let room = api.rooms.iter().find(|room| room.name == "forecast").unwrap();
        let class = |name: &str| room.classes.iter().find(|class| class.name == name).unwrap();
        assert_eq!(class("Naive").kind, Kind::Options);
        assert_eq!(class("FittedNaive").kind, Kind::Model);
        assert_eq!(class("Forecast").kind, Kind::Report);
        let predict = class("FittedNaive").methods.iter().find(|method| method.name == "predict").unwrap();
        assert_eq!(predict.options[0].name, "horizon");
        assert!(predict.options[0].required && !predict.options[1].required);
        assert_eq!(predict.options[1].r#type, Type::List { of: Box::new(Type::Float) });
    }

    #[test]
    fn no_field_or_argument_is_a_keyword_of_a_language() {
        // Of Python, Java and JavaScript; `case` is one in Java alone, `pass` in Python alone.
        let words = "and as assert async await break byte case catch char class const continue debugger def default del delete do \
            double elif else enum except export extends final finally float for from function global goto if import in int \
            interface is lambda let long native new nonlocal not null or package pass private public raise return short static \
            super switch this throw try typeof var void volatile while with yield";
        let words: Vec<&str> = words.split_whitespace().collect();
        for room in describe().rooms {
            let of_classes = room.classes.iter().flat_map(|class| class.fields.iter().map(|field| field.name.clone()));
            let methods = room.classes.iter().flat_map(|class| &class.methods).chain(&room.functions);
            let of_methods = methods.flat_map(|method| method.options.iter().map(|field| field.name.clone()));
            for name in of_classes.chain(of_methods) {
                assert!(!words.contains(&name.as_str()), "`{name}` cannot be written in every language");
            }
        }
    }

    #[test]
    fn what_is_asked_row_by_row_is_one_matrix_and_answered_by_numbers() {
        let border = crate::border::ops();
        let each: Vec<_> = catalogue().values().chain(&border).filter_map(|op| op.asks.as_ref()).collect();
        for asks in each.iter().filter(|asks| asks.each) {
            let [question] = asks.question.as_slice() else { panic!("`{}` is asked several arrays", asks.name) };
            assert_eq!((question.letter, question.axes.len()), (Letter::Matrix, 2), "{}", asks.name);
            let axes = match asks.answer.letter {
                Letter::Vector => 1,
                Letter::Matrix => 2,
                other => panic!("`{}` answers with {other:?}", asks.name),
            };
            assert_eq!((asks.answer.axes.len(), asks.answer.axes[0]), (axes, question.axes[0]), "{}", asks.name);
        }
        assert!(each.iter().any(|asks| asks.each) && each.iter().any(|asks| !asks.each));
    }

    #[test]
    fn everything_public_has_a_doc() {
        for room in describe().rooms {
            for class in &room.classes {
                assert!(!class.doc.is_empty(), "{} has no doc", class.name);
                for field in &class.fields {
                    assert!(!field.doc.is_empty(), "{}.{} has no doc", class.name, field.name);
                }
                for value in &class.values {
                    assert!(!value.doc.is_empty(), "{}::{} has no doc", class.name, value.name);
                }
            }
            let methods = room.classes.iter().flat_map(|class| &class.methods).chain(&room.functions);
            for method in methods {
                for option in &method.options {
                    assert!(!option.doc.is_empty(), "option {} of {} has no doc", option.name, method.op);
                }
            }
        }
    }
}
