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
    /// Classes of other rooms that options of this one hold, by name.
    pub borrowed: Vec<Borrowed>,
    /// The names of its own classes that other rooms borrow.
    pub lent: Vec<String>,
}

/// A class that belongs to another room.
#[derive(Debug, Serialize)]
pub struct Borrowed {
    /// The room that it belongs to.
    pub room: String,
    /// Its name.
    pub name: String,
    /// The class itself.
    #[serde(skip)]
    pub class: Class,
}

impl Room {
    /// The class of that name, of this room or borrowed.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<&Class> {
        let borrowed = self.borrowed.iter().map(|borrowed| &borrowed.class);
        self.classes.iter().chain(borrowed).find(|class| class.name == name)
    }
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
    let owners = owners(&definitions);
    for (class, room) in &owners {
        if let Some(draft) = rooms.get_mut(room) {
            draft.mentioned.push(class.clone());
        }
    }
    let mut described: Vec<Room> =
        rooms.into_iter().map(|(name, draft)| draft.finish(name, &definitions, &owners)).collect();
    lend(&mut described);
    Api {
        version: env!("CARGO_PKG_VERSION"),
        codes: Code::ALL.iter().map(|code| code.as_str()).collect(),
        rooms: described,
    }
}

/// The room that each class belongs to: options to that of their operations, a union to that of its classes. A class that
/// is not here belongs to every room that mentions it.
fn owners(definitions: &serde_json::Map<String, serde_json::Value>) -> BTreeMap<String, &'static str> {
    let mut owners: BTreeMap<String, &'static str> = BTreeMap::new();
    for op in catalogue().values() {
        let mut parts = op.name.splitn(3, '.');
        if let (Some(room), Some(class), Some(_), Receiver::Options(_)) =
            (parts.next(), parts.next(), parts.next(), op.receiver)
        {
            let before = owners.insert(class.to_owned(), room);
            assert!(before.is_none_or(|before| before == room), "two rooms have a class {class}");
        }
    }
    let unions =
        definitions.iter().map(|(name, schema)| Class::of(name, schema)).filter(|class| class.kind == Kind::Union);
    for union in unions {
        let mut rooms = union.variants.iter().map(|variant| owners.get(variant).copied());
        if let Some(Some(first)) = rooms.next()
            && rooms.all(|room| room == Some(first))
        {
            owners.insert(union.name, first);
        }
    }
    owners
}

/// Give every room the classes that it borrows, once these are whole.
fn lend(rooms: &mut [Room]) {
    for at in 0..rooms.len() {
        let mut borrowed = std::mem::take(&mut rooms[at].borrowed);
        for one in &mut borrowed {
            let Some(owner) = rooms.iter_mut().find(|room| room.name == one.room) else { continue };
            if let Some(class) = owner.classes.iter().find(|class| class.name == one.name) {
                one.class = class.clone();
            }
            if !owner.lent.contains(&one.name) {
                owner.lent.push(one.name.clone());
                owner.lent.sort();
            }
        }
        rooms[at].borrowed = borrowed;
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

    fn finish(
        mut self,
        name: &str,
        definitions: &serde_json::Map<String, serde_json::Value>,
        owners: &BTreeMap<String, &'static str>,
    ) -> Room {
        let mut classes: BTreeMap<String, Class> = BTreeMap::new();
        let mut borrowed: BTreeMap<String, Borrowed> = BTreeMap::new();
        let mut waiting = std::mem::take(&mut self.mentioned);
        while let Some(class_name) = waiting.pop() {
            if classes.contains_key(&class_name) || self.models.contains_key(&class_name) {
                continue;
            }
            let Some(schema) = definitions.get(&class_name) else {
                panic!("{class_name} is mentioned in {name} but has no schema");
            };
            let mut class = Class::of(&class_name, schema);
            if let Some(owner) = owners.get(&class_name).filter(|owner| **owner != name) {
                // What its fields mention stays with its owner.
                waiting.extend(class.variants.iter().cloned());
                borrowed.insert(class_name.clone(), Borrowed { room: (*owner).to_owned(), name: class_name, class });
                continue;
            }
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
        Room {
            name: name.to_owned(),
            classes: classes.into_values().collect(),
            functions: self.functions,
            borrowed: borrowed.into_values().collect(),
            lent: Vec::new(),
        }
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
    fn a_class_stands_in_one_room_and_others_borrow_it() {
        let api = describe();
        let room = |name: &str| api.rooms.iter().find(|room| room.name == name).unwrap();
        let anomaly = room("anomaly");
        let borrowed = |name: &str| anomaly.borrowed.iter().find(|borrowed| borrowed.name == name).unwrap();
        assert_eq!(borrowed("AnyMethod").room, "forecast");
        assert_eq!(borrowed("Theta").class.kind, Kind::Options, "so are the classes of a union");
        assert!(!anomaly.classes.iter().any(|class| class.name == "AnyMethod"));
        assert!(anomaly.classes.iter().any(|class| class.name == "Expectation"), "its classes are the room's own");
        assert!(room("forecast").lent.contains(&"Stl".to_owned()));
        assert_eq!(anomaly.class("Theta").unwrap().fields.len(), room("forecast").class("Theta").unwrap().fields.len());
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
