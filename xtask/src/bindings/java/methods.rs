//! Operations as methods: with and without their options, a context, and an executor.
use inlaid_bridge::api::{Class, Field, Kind, Method, Type};
use inlaid_bridge::{ArrayArgument, Asks, Letter};

use super::docs::{Doc, first_sentence, lowered};
use super::options;
use super::source::Source;
use super::types::{Names, identifier, quoted, type_name};

/// How an array is given.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// As the class of its letter.
    Own,
    /// A matrix as rows.
    Rows,
    /// A matrix of one row.
    Row,
    /// Whole numbers as `long[]`, texts as a list.
    Wide,
}

/// Whom a method belongs to.
#[derive(Clone, Copy)]
enum Receiver {
    Nobody,
    Options,
    Model,
    Report,
}

/// A parameter: its Java type, name and doc, and the call that puts it into the request.
struct Parameter {
    r#type: String,
    name: String,
    doc: String,
    put: String,
}

/// One way to call an operation: everything but context and executor.
struct Variant<'a> {
    class: &'a str,
    method: &'a Method,
    receiver: Receiver,
    parameters: Vec<Parameter>,
    remark: &'static str,
}

/// The methods of a class.
pub(super) fn all(source: &mut Source, class: &Class, names: &Names) {
    for method in &class.methods {
        let receiver = match class.kind {
            _ if method.is_static => Receiver::Nobody,
            Kind::Options => Receiver::Options,
            Kind::Model => Receiver::Model,
            _ => Receiver::Report,
        };
        operation(source, &class.name, method, &class.methods, receiver, names);
    }
}

/// The free functions of a room.
pub(super) fn free(source: &mut Source, functions: &[Method], names: &Names) {
    functions
        .iter()
        .for_each(|function| operation(source, names.front(), function, functions, Receiver::Nobody, names));
}

fn operation(
    source: &mut Source,
    class: &str,
    method: &Method,
    siblings: &[Method],
    receiver: Receiver,
    names: &Names,
) {
    let required: Vec<&Field> = method.options.iter().filter(|option| option.required).collect();
    let optional: Vec<Field> = method.options.iter().filter(|option| !option.required).cloned().collect();
    let owner = siblings.iter().find(|sibling| shares_options(method, sibling)).unwrap_or(method);
    let bundle = format!("{}Options", type_name(&owner.name));
    for form in forms(method) {
        let mut variant = Variant { class, method, receiver, parameters: Vec::new(), remark: form.remark() };
        variant.parameters.extend(method.arrays.iter().map(|array| of_array(array, form)));
        variant.parameters.extend(method.asks.iter().map(|asks| of_callback(asks, class, names)));
        variant.parameters.extend(required.iter().map(|option| of_option(option, names)));
        all_ways(source, &variant, names);
        match optional.as_slice() {
            [] => continue,
            [only] => variant.parameters.push(of_option(only, names)),
            _ => variant.parameters.push(of_bundle(&bundle)),
        }
        all_ways(source, &variant, names);
    }
    if let Some(asks) =
        method.asks.as_ref().filter(|asks| names.callback(asks.name).is_some_and(|it| it.op == method.op))
    {
        callback(source, asks);
    }
    if optional.len() > 1 && owner.name == method.name {
        source.gap();
        Doc::of(&format!("What `{}` may be told besides what it needs; immutable.", identifier(&owner.name)))
            .write(source);
        source.block(format!("public static final class {bundle}"), |source| {
            options::head(source, &bundle, &optional, names);
            options::tail(source, &bundle, &optional, names);
        });
    }
}

/// Whether a method is the batch form of another with the same optional options.
fn shares_options(method: &Method, single: &Method) -> bool {
    let optional = |method: &Method| -> Vec<_> {
        let optional = method.options.iter().filter(|option| !option.required);
        optional.map(|option| (option.name.clone(), option.r#type.clone(), option.default.clone())).collect()
    };
    method.name.strip_suffix("_batch") == Some(&single.name) && optional(method) == optional(single)
}

/// The ways in which a method's arrays may be given: matrices also as rows, and as one row unless it has a twin for that;
/// whole numbers and texts as Java's other containers of them.
fn forms(method: &Method) -> Vec<Form> {
    let takes = |letters: &[Letter]| method.arrays.iter().any(|array| letters.contains(&array.letter));
    let mut forms = vec![Form::Own];
    if takes(&[Letter::Matrix]) {
        forms.push(Form::Rows);
        if !method.name.ends_with("_batch") {
            forms.push(Form::Row);
        }
    }
    if takes(&[Letter::Ints, Letter::Texts]) {
        forms.push(Form::Wide);
    }
    forms
}

impl Form {
    fn remark(self) -> &'static str {
        match self {
            Form::Own | Form::Wide => "",
            Form::Rows => "Rows are copied and must be equally long.",
            Form::Row => "This form takes a single row.",
        }
    }
}

fn of_array(array: &ArrayArgument, form: Form) -> Parameter {
    let name = identifier(array.name);
    let (r#type, letter) = match (array.letter, form) {
        (Letter::Matrix, Form::Own | Form::Wide) => ("Matrix", "matrix"),
        (Letter::Matrix, Form::Rows) => ("double[][]", "matrix"),
        (Letter::Matrix, Form::Row) => ("double[]", "matrix"),
        (Letter::Vector, _) => ("double[]", "vector"),
        (Letter::Ints, Form::Wide) => ("long[]", "ints"),
        (Letter::Ints, _) => ("int[]", "ints"),
        (Letter::Texts, Form::Wide) => ("List<String>", "texts"),
        (Letter::Texts, _) => ("String[]", "texts"),
        (Letter::Lists, _) => ("int[][]", "lists"),
        (Letter::Bytes, _) => ("byte[]", "bytes"),
        (Letter::Table, _) => ("Table", "table"),
    };
    let axes = if array.letter == Letter::Matrix && form != Form::Row && !array.axes.is_empty() {
        format!(" Shape `[{}]`.", array.axes.join(", "))
    } else {
        String::new()
    };
    let put = format!(".{letter}({}, {name})", quoted(array.name));
    Parameter { r#type: r#type.into(), doc: format!("{}{axes}", array.doc), put, name }
}

/// The class of a letter, and the methods of `Value` and `Request` for it.
fn of_callbacks(letter: Letter) -> (&'static str, &'static str) {
    match letter {
        Letter::Matrix => ("Matrix", "matrix"),
        Letter::Vector => ("double[]", "vector"),
        Letter::Ints => ("int[]", "ints"),
        other => panic!("no callback takes or gives {other:?} yet"),
    }
}

/// A callback as a parameter.
fn of_callback(asks: &Asks, class: &str, names: &Names) -> Parameter {
    let name = identifier(asks.name);
    let shown = quoted(&format!("{}()", asks.name));
    let method = identifier(asks.answer.name);
    let call = if asks.each {
        let word = if asks.answer.letter == Letter::Vector { "numbers" } else { "rows" };
        format!("answer.{word}({shown}, asked.item(0).matrix(), {name}::{method})")
    } else {
        let part = |(position, array): (usize, &ArrayArgument)| {
            format!("asked.item({position}).{}()", of_callbacks(array.letter).1)
        };
        let given: Vec<String> = asks.question.iter().enumerate().map(part).collect();
        format!("answer.{}({shown}, {name}.{method}({}))", of_callbacks(asks.answer.letter).1, given.join(", "))
    };
    let rest = format!("\n{}{call})", " ".repeat(24));
    let put = format!(".asking({}, {name}, (asked, answer) ->{rest}", quoted(asks.name));
    let doc = format!("{} It runs on the thread of the call, and what it throws comes out as it is.", asks.doc);
    let home = names.callback(asks.name).map(|callback| callback.home.as_str()).filter(|home| *home != class);
    let r#type = home.map(|home| format!("{home}.")).unwrap_or_default() + &type_name(asks.name);
    Parameter { r#type, name, doc, put }
}

/// The interface of a callback.
fn callback(source: &mut Source, asks: &Asks) {
    source.gap();
    Doc::of(asks.doc).write(source);
    source.line("@FunctionalInterface");
    source.block(format!("public interface {}", type_name(asks.name)), |source| {
        let (question, answer) = asks.per_call();
        let shape = |array: &ArrayArgument| match array.axes {
            [] => array.doc.to_owned(),
            axes => format!("{} Shape `[{}]`.", array.doc, axes.join(", ")),
        };
        let doc = question
            .iter()
            .fold(Doc::of("Answers one question."), |doc, array| doc.parameter(&identifier(array.name), &shape(array)));
        doc.tag("@return", &lowered(&shape(&answer))).write(source);
        let parameters: Vec<String> = question
            .iter()
            .map(|array| format!("{} {}", of_callbacks(array.letter).0, identifier(array.name)))
            .collect();
        let gives = match (asks.each, asks.answer.letter) {
            (true, Letter::Vector) => "double",
            (true, _) => "double[]",
            (false, letter) => of_callbacks(letter).0,
        };
        source.line(format!("{gives} {}({});", identifier(answer.name), parameters.join(", ")));
        if asks.each && asks.answer.letter == Letter::Matrix {
            of_one_value(source, asks, &identifier(question[0].name));
        }
    });
}

/// The factory of a callback that gives one value where it could give several.
fn of_one_value(source: &mut Source, asks: &Asks, given: &str) {
    source.gap();
    Doc::of("Answers with the one value of a function.")
        .tag("@param function", "gives the value")
        .tag("@return", "the same as a row of one value")
        .write(source);
    source.block(format!("static {} of(ToDoubleFunction<double[]> function)", type_name(asks.name)), |source| {
        source.line("Objects.requireNonNull(function, \"function\");");
        source.line(format!("return {given} -> new double[] {{function.applyAsDouble({given})}};"));
    });
}

fn of_option(option: &Field, names: &Names) -> Parameter {
    let name = identifier(&option.name);
    // The form without the option stands for nothing, so the form with it takes the value itself.
    let of_value = match &option.r#type {
        Type::Optional { of } => of,
        other => other,
    };
    // A text that is a path is one in Java, too.
    let (r#type, value) = if *of_value == Type::Text && option.name == "path" {
        ("Path".to_owned(), format!("Given.value(\"path\", {name}).toString()"))
    } else {
        (names.plain(of_value), name.clone())
    };
    let put = format!(".option({}, {value}, {})", quoted(&option.name), names.writer(of_value));
    Parameter { r#type, doc: option.doc.clone(), put, name }
}

fn of_bundle(class: &str) -> Parameter {
    Parameter {
        r#type: class.into(),
        name: "options".into(),
        doc: "what else there is to say".into(),
        put: format!(".options(options, {class}::write)"),
    }
}

/// The call itself, with a context, on an executor, and both; cheap operations only the call itself.
fn all_ways(source: &mut Source, variant: &Variant<'_>, names: &Names) {
    sync(source, variant, false, names);
    if !variant.method.quick {
        sync(source, variant, true, names);
        on_executor(source, variant, false, names);
        on_executor(source, variant, true, names);
    }
    request(source, variant);
}

fn sync(source: &mut Source, variant: &Variant<'_>, with_context: bool, names: &Names) {
    source.gap();
    let mut doc = variant.doc();
    let mut parameters = variant.signature();
    if with_context {
        doc = doc.tag("@param context", "its seed, threads, cancellation and progress");
        parameters.push("Context context".into());
    }
    let gives = &variant.method.gives;
    if *gives != Type::Nothing {
        doc = doc.tag("@return", &what_it_gives(gives, names));
    }
    if with_context {
        doc = doc.tag("@throws CancelledException", "if the context was cancelled");
    }
    doc = doc.tag("@throws InlaidException", "if the call fails; its {@link InlaidException#code() code} says why");
    if matches!(variant.receiver, Receiver::Model) {
        doc = doc.tag("@throws IllegalStateException", "if this model is closed");
    }
    doc.write(source);
    let before = format!("public {}{} {}", variant.modifier(), names.plain(gives), identifier(&variant.method.name));
    source.method(&before, &parameters, "", |source| {
        let context = if with_context { "context" } else { "" };
        let run = format!("{}.run({context})", variant.request());
        source.line(match gives {
            Type::Nothing => format!("{run};"),
            _ => format!("return {};", from_reply(gives, &run, names)),
        });
    });
}

fn on_executor(source: &mut Source, variant: &Variant<'_>, with_context: bool, names: &Names) {
    source.gap();
    let name = identifier(&variant.method.name);
    let mut doc = variant.doc().paragraph(
        "Runs on the executor; arrays are copied first. Cancelling the future stops the call within 100 ms.",
    );
    let mut parameters = variant.signature();
    if with_context {
        doc = doc.tag("@param context", "its seed, threads and progress; cancelled when the future is");
        parameters.push("Context context".into());
    }
    doc = doc
        .tag("@param executor", "runs the call")
        .tag("@return", "a future of the answer, or of the exception that the call without a future throws");
    parameters.push("Executor executor".into());
    doc.write(source);
    let gives = &variant.method.gives;
    let before = format!("public {}CompletableFuture<{}> {name}Async", variant.modifier(), names.boxed(gives));
    source.method(&before, &parameters, "", |source| {
        let read = match gives {
            Type::Nothing => "reply -> null".to_owned(),
            Type::Class { name } if names.kind(name) == Some(Kind::Model) => format!("{name}::new"),
            _ => format!("reply -> {}", from_reply(gives, "reply", names)),
        };
        let mut arguments = vec![format!("() -> {}", variant.request()), read];
        if with_context {
            arguments.push("context".into());
        }
        arguments.push("executor".into());
        source.statement("return Async.start", &arguments, ");");
    });
}

/// The private method that takes the arguments up.
fn request(source: &mut Source, variant: &Variant<'_>) {
    source.gap();
    let before = format!("private {}Request {}Request", variant.modifier(), identifier(&variant.method.name));
    source.method(&before, &variant.signature(), "", |source| {
        let mut calls = Vec::new();
        if matches!(variant.receiver, Receiver::Model) {
            calls.push(".on(this)".to_owned());
        }
        let arrays = variant.method.arrays.len();
        calls.extend(variant.parameters.iter().take(arrays).map(|parameter| parameter.put.clone()));
        match variant.receiver {
            Receiver::Options => calls.push(format!(".options(this, {}::write)", variant.class)),
            Receiver::Report => {
                calls.push(format!(".option(\"self\", this, (to, self) -> to.object(self, {}::write))", variant.class));
            }
            _ => {}
        }
        calls.extend(variant.parameters.iter().skip(arrays).map(|parameter| parameter.put.clone()));
        source.chain(&format!("return new Request({})", quoted(&variant.method.op)), &calls);
    });
}

impl Variant<'_> {
    fn modifier(&self) -> &'static str {
        if matches!(self.receiver, Receiver::Nobody) { "static " } else { "" }
    }

    fn signature(&self) -> Vec<String> {
        self.parameters.iter().map(|parameter| format!("{} {}", parameter.r#type, parameter.name)).collect()
    }

    fn request(&self) -> String {
        let names: Vec<&str> = self.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        format!("{}Request({})", identifier(&self.method.name), names.join(", "))
    }

    fn doc(&self) -> Doc {
        let mut doc = Doc::of(self.method.doc);
        if !self.remark.is_empty() {
            doc = doc.and(self.remark);
        }
        self.parameters.iter().fold(doc, |doc, parameter| doc.parameter(&parameter.name, &parameter.doc))
    }
}

/// The answer out of an expression that is a `Reply`.
fn from_reply(gives: &Type, reply: &str, names: &Names) -> String {
    match gives {
        Type::Bytes => format!("{reply}.bytes()"),
        Type::Class { name } if names.kind(name) == Some(Kind::Model) => format!("new {name}({reply})"),
        other => names.read(other, &format!("{reply}.value()")),
    }
}

fn what_it_gives(gives: &Type, names: &Names) -> String {
    match gives {
        Type::Class { name } if names.kind(name) == Some(Kind::Model) => {
            "the fitted model; close it when it is no longer needed".into()
        }
        Type::Class { name } => match names.doc(name) {
            "" => format!("the {{@link {name}}}"),
            doc => lowered(&first_sentence(doc)),
        },
        Type::List { of } => match &**of {
            Type::Class { name } => format!("a list of {{@link {name}}}"),
            _ => "the list".into(),
        },
        Type::Optional { of } => format!("{}, or nothing", what_it_gives(of, names)),
        Type::Map { .. } => "the map".into(),
        Type::Matrix => "the matrix".into(),
        Type::Vector | Type::Ints => "the numbers".into(),
        Type::Table => "the table".into(),
        Type::Bytes => "the bytes".into(),
        Type::Text => "the text".into(),
        Type::Bool => "true or false".into(),
        _ => "the number".into(),
    }
}
