//! Immutable options with a builder: of a class, and of a call that takes several.
use inlaid_bridge::api::{Field, Type};

use super::docs::{Doc, lowered};
use super::source::Source;
use super::types::{Names, identifier, quoted};

/// The beginning of an options class: fields, ways to make it, accessors.
pub(super) fn head(source: &mut Source, class: &str, fields: &[Field], names: &Names) {
    for field in fields {
        source.line(format!("private final {} {};", names.plain(&field.r#type), identifier(&field.name)));
    }
    source.gap();
    constructor(source, class, fields);
    entries(source, class, fields);
    for field in fields {
        source.gap();
        let name = identifier(&field.name);
        Doc::of(&described(field)).tag("@return", "the value").write(source);
        let value = if field.r#type == Type::Bytes { format!("{name}.clone()") } else { name.clone() };
        source.block(format!("public {} {name}()", names.plain(&field.r#type)), |source| {
            source.line(format!("return {value};"));
        });
    }
}

/// The end of an options class: equality, wire form and builder.
pub(super) fn tail(source: &mut Source, class: &str, fields: &[Field], names: &Names) {
    equality(source, class, &fields.iter().map(|field| identifier(&field.name)).collect::<Vec<_>>());
    source.gap();
    write_method(source, fields, names);
    if names.is_read(class) {
        source.gap();
        read_method(source, class, fields, names);
    }
    source.gap();
    builder(source, class, fields, names);
}

fn constructor(source: &mut Source, class: &str, fields: &[Field]) {
    if fields.is_empty() {
        return source.line(format!("private {class}(Builder builder) {{}}"));
    }
    source.block(format!("private {class}(Builder builder)"), |source| {
        for field in fields {
            let name = identifier(&field.name);
            let wire = quoted(&field.name);
            source.line(match &field.r#type {
                Type::List { .. } => format!("{name} = Given.list({wire}, builder.{name});"),
                Type::Map { .. } => format!("{name} = Given.map({wire}, builder.{name});"),
                Type::Bool | Type::Int | Type::Float if !field.required => format!("{name} = builder.{name};"),
                _ => format!("{name} = Given.value({wire}, builder.{name});"),
            });
        }
    });
}

fn entries(source: &mut Source, class: &str, fields: &[Field]) {
    source.gap();
    Doc::of("Starts from the defaults.").tag("@return", "a builder").write(source);
    source.block("public static Builder builder()", |source| source.line("return new Builder();"));
    if fields.iter().all(|field| !field.required) {
        source.gap();
        Doc::of("The defaults as they are.").tag("@return", "the options").write(source);
        source.block(format!("public static {class} defaults()"), |source| source.line("return builder().build();"));
    }
    source.gap();
    Doc::of("Starts from these options.").tag("@return", "a builder that holds the same values").write(source);
    source.block("public Builder toBuilder()", |source| {
        if fields.is_empty() {
            return source.line("return new Builder();");
        }
        source.line("Builder builder = new Builder();");
        for name in fields.iter().map(|field| identifier(&field.name)) {
            source.line(format!("builder.{name} = {name};"));
        }
        source.line("return builder;");
    });
}

/// A field's doc with its default, unless the doc says it already.
fn described(field: &Field) -> String {
    let said = field.doc.to_lowercase().contains("default");
    match &field.default {
        Some(default) if !field.required && !said && !default.is_null() => {
            format!("{} Default `{default}`.", full_stop(&field.doc))
        }
        _ => full_stop(&field.doc),
    }
}

fn full_stop(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', ':', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// `equals`, `hashCode` and `toString` that look into arrays.
pub(super) fn equality(source: &mut Source, class: &str, fields: &[String]) {
    source.gap();
    source.line("@Override");
    source.block("public boolean equals(Object other)", |source| {
        if fields.is_empty() {
            return source.line(format!("return other instanceof {class};"));
        }
        source.line(format!("return other instanceof {class} that"));
        for (position, name) in fields.iter().enumerate() {
            let end = if position + 1 == fields.len() { ";" } else { "" };
            source.line(format!("        && Equality.equal({name}, that.{name}){end}"));
        }
    });
    source.gap();
    source.line("@Override");
    source.block("public int hashCode()", |source| match fields {
        [] => source.line(format!("return {class}.class.hashCode();")),
        fields => source.statement("return Equality.hash", fields, ");"),
    });
    source.gap();
    source.line("@Override");
    source.block("public String toString()", |source| {
        let mut parts: Vec<String> = Vec::new();
        for (position, name) in fields.iter().enumerate() {
            let before = if position == 0 { format!("{class}[{name}=") } else { format!(", {name}=") };
            parts.push(format!("{} + Equality.text({name})", quoted(&before)));
        }
        if parts.is_empty() {
            return source.line(format!("return {};", quoted(&format!("{class}[]"))));
        }
        parts.push("\"]\"".into());
        source.line(format!("return {}", parts[0]));
        for (position, part) in parts.iter().enumerate().skip(1) {
            let end = if position + 1 == parts.len() { ";" } else { "" };
            source.line(format!("        + {part}{end}"));
        }
    });
}

/// Whether the type is or holds a bare array, which Java compares by identity.
pub(super) fn holds_arrays(r#type: &Type) -> bool {
    match r#type {
        Type::Vector | Type::Ints | Type::Bytes => true,
        Type::List { of } | Type::Map { of } | Type::Optional { of } => holds_arrays(of),
        _ => false,
    }
}

/// Writes the fields by their wire names.
pub(super) fn write_method(source: &mut Source, fields: &[Field], names: &Names) {
    source.block("void write(Writer out)", |source| {
        if fields.is_empty() {
            return source.line("// nothing to say");
        }
        for field in fields {
            let arguments = [quoted(&field.name), identifier(&field.name), names.writer(&field.r#type)];
            source.statement("out.field", &arguments, ");");
        }
    });
}

fn read_method(source: &mut Source, class: &str, fields: &[Field], names: &Names) {
    source.block(format!("static {class} read(Value value)"), |source| {
        source.line("Builder builder = new Builder();");
        for field in fields {
            let arguments = [quoted(&field.name), names.reader(&field.r#type)];
            source.statement(&format!("builder.{} = value.field", identifier(&field.name)), &arguments, ");");
        }
        source.line("return builder.build();");
    });
}

fn builder(source: &mut Source, class: &str, fields: &[Field], names: &Names) {
    Doc::of(&format!("Collects the options of a `{class}`.")).write(source);
    source.block("public static final class Builder", |source| {
        for field in fields {
            let name = identifier(&field.name);
            source.line(if field.required {
                // Required numbers are boxed here, so that leaving them out can be seen.
                format!("private {} {name};", names.boxed(&field.r#type))
            } else {
                let default = names.literal(&field.r#type, field.default.as_ref());
                format!("private {} {name} = {default};", names.plain(&field.r#type))
            });
        }
        source.gap();
        source.line("private Builder() {}");
        for field in fields {
            setters(source, field, names);
        }
        source.gap();
        Doc::of("Makes the options.").tag("@return", "the options").write(source);
        source.block(format!("public {class} build()"), |source| source.line(format!("return new {class}(this);")));
    });
}

/// One setter per field; lists also as varargs, and a way back to nothing where nothing is not the default.
fn setters(source: &mut Source, field: &Field, names: &Names) {
    let name = identifier(&field.name);
    let doc = || Doc::of(&described(field));
    let setter = |source: &mut Source, doc: Doc, parameter: &str, value: &str| {
        source.gap();
        let shown = if parameter.is_empty() { doc } else { doc.parameter(&name, "the value") };
        shown.tag("@return", "this").write(source);
        source.block(format!("public Builder {name}({parameter})"), |source| {
            source.line(format!("this.{name} = {value};"));
            source.line("return this;");
        });
    };
    match &field.r#type {
        Type::Optional { of } => {
            let given = match **of {
                Type::Int => format!("OptionalLong.of({name})"),
                Type::Float => format!("OptionalDouble.of({name})"),
                _ => format!("Optional.of(Given.value({}, {name}))", quoted(&field.name)),
            };
            setter(source, doc(), &format!("{} {name}", names.plain(of)), &given);
            if field.default.as_ref().is_some_and(|default| !default.is_null()) {
                source.gap();
                let text = format!("Leaves `{name}` open: {}", lowered(&field.doc));
                Doc::of(&full_stop(&text)).tag("@return", "this").write(source);
                let nothing = names.literal(&field.r#type, None);
                source.block(format!("public Builder without{}()", super::types::type_name(&field.name)), |source| {
                    source.line(format!("{name} = {nothing};"));
                    source.line("return this;");
                });
            }
        }
        Type::List { of } => {
            setter(source, doc(), &format!("{} {name}", names.plain(&field.r#type)), &name);
            let list = match **of {
                Type::Int | Type::Float => format!("Given.items({}, {name})", quoted(&field.name)),
                Type::Text | Type::Class { .. } => format!("Given.items({}, {name})", quoted(&field.name)),
                _ => return,
            };
            setter(source, doc(), &format!("{}... {name}", names.plain(of)), &list);
        }
        other => setter(source, doc(), &format!("{} {name}", names.plain(other)), &name),
    }
}
