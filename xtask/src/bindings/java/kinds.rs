//! One class of each kind: records, handles, enums, sealed interfaces, and a room's class of static methods.
use inlaid_bridge::api::{Class, Kind, Room, Type};

use super::docs::Doc;
use super::methods;
use super::options;
use super::source::Source;
use super::types::{Names, constant, identifier, quoted};

/// The file of a class.
pub(super) fn class(source: &mut Source, class: &Class, names: &Names) {
    match class.kind {
        Kind::Options => options_class(source, class, names),
        Kind::Report => record(source, class, names),
        Kind::Model => model(source, class, names),
        Kind::Enum => words(source, class),
        Kind::Union => union(source, class),
    }
}

fn options_class(source: &mut Source, class: &Class, names: &Names) {
    Doc::of(&class.doc)
        .paragraph(
            "Immutable; `builder()` starts from the defaults. Values are judged when they are used, by the engine.",
        )
        .write(source);
    let implements = match names.unions_of(class).as_slice() {
        [] => String::new(),
        unions => format!(" implements {}", unions.join(", ")),
    };
    source.block(format!("public final class {}{implements}", class.name), |source| {
        if names.is_lent(&class.name) {
            source.block("static", |source| source.line(format!("Lent.lend({0}.class, {0}::write);", class.name)));
            source.gap();
        }
        options::head(source, &class.name, &class.fields, names);
        methods::all(source, class, names);
        options::tail(source, &class.name, &class.fields, names);
    });
}

fn model(source: &mut Source, class: &Class, names: &Names) {
    Doc::of(&class.doc).write(source);
    source.block(format!("public final class {} extends Handle", class.name), |source| {
        source.block(format!("{}(Reply reply)", class.name), |source| source.line("super(reply);"));
        methods::all(source, class, names);
    });
}

fn record(source: &mut Source, class: &Class, names: &Names) {
    let mut doc = Doc::of(&class.doc);
    for field in &class.fields {
        doc = doc.parameter(&identifier(&field.name), &field.doc);
    }
    doc.write(source);
    let components: Vec<String> = class
        .fields
        .iter()
        .map(|field| format!("{} {}", names.plain(&field.r#type), identifier(&field.name)))
        .collect();
    source.method(&format!("public record {}", class.name), &components, "", |source| {
        compact_constructor(source, class);
        if class.fields.iter().any(|field| options::holds_arrays(&field.r#type)) {
            let fields: Vec<String> = class.fields.iter().map(|field| identifier(&field.name)).collect();
            options::equality(source, &class.name, &fields);
        }
        methods::all(source, class, names);
        if names.is_read(&class.name) {
            source.gap();
            source.block(format!("static {} read(Value value)", class.name), |source| {
                let values: Vec<String> = class
                    .fields
                    .iter()
                    .map(|field| format!("value.field({}, {})", quoted(&field.name), names.reader(&field.r#type)))
                    .collect();
                source.statement(&format!("return new {}", class.name), &values, ");");
            });
        }
        if names.is_written(&class.name) {
            source.gap();
            options::write_method(source, &class.fields, names);
        }
    });
}

/// Records refuse null and do not change with the lists they were made of.
fn compact_constructor(source: &mut Source, class: &Class) {
    let checks: Vec<String> = class
        .fields
        .iter()
        .filter_map(|field| {
            let name = identifier(&field.name);
            match &field.r#type {
                Type::List { .. } => Some(format!("{name} = List.copyOf({name});")),
                Type::Map { .. } => Some(format!("{name} = Given.map({}, {name});", quoted(&field.name))),
                Type::Bool | Type::Int | Type::Float => None,
                _ => Some(format!("Objects.requireNonNull({name}, {});", quoted(&name))),
            }
        })
        .collect();
    if checks.is_empty() {
        return;
    }
    let doc = Doc::of("Refuses null, and copies lists and maps.");
    let named = |doc: Doc, name: String| doc.tag(&format!("@param {name}"), "as the record says");
    class.fields.iter().map(|field| identifier(&field.name)).fold(doc, named).write(source);
    source.block(format!("public {}", class.name), |source| checks.iter().for_each(|check| source.line(check)));
}

fn words(source: &mut Source, class: &Class) {
    Doc::of(&class.doc).write(source);
    source.block(format!("public enum {}", class.name), |source| {
        for (position, value) in class.values.iter().enumerate() {
            let doc = if value.doc.is_empty() { format!("The word `{}`.", value.name) } else { value.doc.clone() };
            Doc::of(&doc).write(source);
            let end = if position + 1 == class.values.len() { ";" } else { "," };
            source.line(format!("{}({}){end}", constant(&value.name), quoted(&value.name)));
        }
        source.gap();
        source.line("private final String wireName;");
        source.gap();
        source.block(format!("{}(String wireName)", class.name), |source| source.line("this.wireName = wireName;"));
        source.gap();
        Doc::of("The word as every language and saved file has it.")
            .tag("@return", "the word, lower_snake")
            .write(source);
        source.block("public String wireName()", |source| source.line("return wireName;"));
        source.gap();
        Doc::of("The constant of a word.")
            .tag("@param wireName", "the word, lower_snake")
            .tag("@return", "its constant")
            .tag("@throws InvalidConfigException", "if there is none")
            .write(source);
        source.block(format!("public static {} ofWireName(String wireName)", class.name), |source| {
            source.block(format!("for ({} value : values())", class.name), |source| {
                source.block("if (value.wireName.equals(wireName))", |source| source.line("return value;"));
            });
            let words: Vec<&str> = class.values.iter().map(|value| value.name.as_str()).collect();
            let allowed = quoted(&format!("` is no {}; one of: {}", class.name, words.join(", ")));
            source.line("throw new InvalidConfigException(");
            source.line(format!("        \"`\" + wireName + {allowed});"));
        });
        source.gap();
        source.block(format!("static {} read(Value value)", class.name), |source| {
            source.line("return ofWireName(value.text());");
        });
    });
}

fn union(source: &mut Source, class: &Class) {
    Doc::of(&class.doc).write(source);
    let permits = class.variants.join(", ");
    let one = format!("public sealed interface {} permits {permits} {{}}", class.name);
    if one.len() <= super::source::WIDTH {
        return source.line(one);
    }
    source.line(format!("public sealed interface {}", class.name));
    source.line(format!("        permits {permits} {{}}"));
}

/// How unions cross the border; package-private, so that interfaces show nothing of it.
pub(super) fn wire(source: &mut Source, room: &Room, names: &Names) {
    Doc::of("Writes and reads values that are one of several classes.").write(source);
    source.block("final class Wire", |source| {
        source.line("private Wire() {}");
        for union in room.classes.iter().filter(|class| class.kind == Kind::Union) {
            if names.is_written(&union.name) {
                source.gap();
                write_union(source, union);
            }
            if names.is_read(&union.name) {
                source.gap();
                read_union(source, union);
            }
        }
    });
}

fn write_union(source: &mut Source, union: &Class) {
    source.block(format!("static void write{0}(Writer to, {0} value)", union.name), |source| {
        for (position, variant) in union.variants.iter().enumerate() {
            let otherwise = if position == 0 { "" } else { "} else " };
            source.line(format!("{otherwise}if (value instanceof {variant} item) {{"));
            source.line(format!("    to.variant({}, item, {variant}::write);", quoted(variant)));
        }
        source.line("}");
    });
}

fn read_union(source: &mut Source, union: &Class) {
    source.block(format!("static {0} read{0}(Value value)", union.name), |source| {
        source.line("return switch (value.onlyField()) {");
        for variant in &union.variants {
            source.line(format!("    case {0} -> value.field({0}, {variant}::read);", quoted(variant)));
        }
        let sentence = format!("a reply holds no {} that these classes know; please report this", union.name);
        source.line("    default -> throw new InternalException(");
        source.line(format!("            {});", quoted(&sentence)));
        source.line("};");
    });
}

/// The class of a room's free functions.
pub(super) fn functions(source: &mut Source, room: &Room, name: &str, names: &Names) {
    Doc::of(&format!("What the room `{}` does without a class of its own.", room.name)).write(source);
    source.block(format!("public final class {name}"), |source| {
        source.line(format!("private {name}() {{}}"));
        methods::free(source, &room.functions, names);
    });
}
