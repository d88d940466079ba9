//! Classes of options, models and results; enums and unions.
use inlaid_bridge::api::{Class, Field, Kind, Room, Type};

use super::docs::{comment, paragraphs};
use super::method::{self, OptionNames};
use super::types::{Way, constant, fields, is_nullable, is_tabular, literal, spell_field, upper};
use crate::bindings::camel;

/// What users see of a class.
pub(super) fn declaration(room: &Room, class: &Class, names: &OptionNames) -> String {
    match class.kind {
        Kind::Enum => enumeration(class),
        Kind::Union => union(class),
        Kind::Options => options(room, class, names),
        Kind::Report => report(room, class, names),
        Kind::Model => model(room, class, names),
    }
}

/// How `schema.ts` reads and writes a class.
pub(super) fn record(room: &Room, class: &Class) -> String {
    if !matches!(class.kind, Kind::Options | Kind::Report) {
        return String::new();
    }
    let Class { name, .. } = class;
    let fields = fields(room, &class.fields, 2);
    format!(
        "const {}: RecordShape = {{\n  name: '{name}',\n  type: () => {name},\n  fields: {fields},\n}};\n\n",
        upper(name)
    )
}

fn enumeration(class: &Class) -> String {
    let mut text = comment(0, &paragraphs(&class.doc), &[]);
    text += &format!("export const {} = {{\n", class.name);
    for value in &class.values {
        text += &comment(2, &paragraphs(&value.doc), &[]);
        text += &format!("  {}: '{}',\n", constant(&value.name), value.name);
    }
    text += "} as const;\n\n";
    text += &comment(0, &paragraphs(&class.doc), &[]);
    text + &format!("export type {0} = (typeof {0})[keyof typeof {0}];\n\n", class.name)
}

fn union(class: &Class) -> String {
    comment(0, &paragraphs(&class.doc), &[])
        + &format!("export type {} = {};\n\n", class.name, class.variants.join(" | "))
}

fn options(room: &Room, class: &Class, names: &OptionNames) -> String {
    let Class { name, .. } = class;
    let mut text = interface(room, class);
    text += &comment(0, &paragraphs(&class.doc), &[]);
    text += &format!("export class {name} {{\n");
    for field in &class.fields {
        text += &comment(2, &field_doc(field), &[]);
        text += &format!("  readonly {}: {};\n\n", camel(&field.name), spell_field(room, field, Way::In));
    }
    let required = class.fields.iter().any(|field| field.required);
    let throws = "@throws {@link InlaidError} `invalid_config` for an option that does not exist; values are judged by the \
                  first call.";
    text += &comment(2, &[], &["@param options - What differs from the defaults.".into(), throws.into()]);
    text += &format!("  constructor(options: {name}Options{}) {{\n", if required { "" } else { " = {}" });
    let read = format!("read<Required<{name}Options>>({}, options)", upper(name));
    if class.fields.is_empty() {
        text += &format!("    {read};\n");
    } else {
        text += &format!("    const fields = {read};\n");
        for field in &class.fields {
            text += &format!("    this.{0} = fields.{0};\n", camel(&field.name));
        }
    }
    text += "  }\n";
    text += &methods(room, class, names);
    text + "}\n\n"
}

/// The interface of what the constructor takes.
fn interface(room: &Room, class: &Class) -> String {
    let Class { name, .. } = class;
    if class.fields.is_empty() {
        let doc = format!("Options of {{@link {name}}}; there are none.");
        return comment(0, &[doc], &[]) + &format!("export type {name}Options = Record<string, never>;\n\n");
    }
    let all = if class.fields.iter().any(|field| field.required) { "." } else { "; every one has a default." };
    let mut text = comment(0, &[format!("Options of {{@link {name}}}{all}")], &[]);
    text += &format!("export interface {name}Options {{\n");
    text += &option_fields(room, &class.fields);
    text + "}\n\n"
}

/// Options as the members of an interface.
pub(super) fn option_fields(room: &Room, fields: &[Field]) -> String {
    let member = |field: &Field| {
        let sign = if field.required { "" } else { "?" };
        let of = spell_field(room, field, Way::In);
        comment(2, &field_doc(field), &[]) + &format!("  {}{sign}: {of};\n", camel(&field.name))
    };
    fields.iter().map(member).collect()
}

/// What a field is, with its default.
pub(super) fn field_doc(field: &Field) -> Vec<String> {
    let mut doc = paragraphs(&field.doc);
    let default = field.default.as_ref().filter(|default| !default.is_null());
    if let Some(default) = default.filter(|_| !field.required) {
        let already = field.doc.contains("Default") || field.doc.contains("default");
        if let Some(last) = doc.last_mut().filter(|_| !already) {
            last.push_str(&format!(" Default `{}`.", literal(default)));
        }
    }
    doc
}

fn report(room: &Room, class: &Class, names: &OptionNames) -> String {
    let Class { name, .. } = class;
    let tabular = is_tabular(room, &Type::Class { name: name.clone() });
    let mut text = comment(0, &paragraphs(&class.doc), &[]);
    let generic = if tabular { "<T extends Table = TableColumns>" } else { "" };
    text += &format!("export class {name}{generic} {{\n");
    for field in &class.fields {
        let mut doc = paragraphs(&field.doc);
        if is_nullable(field) {
            doc.push("`null` where there is none.".into());
        }
        text += &comment(2, &doc, &[]);
        text += &format!("  readonly {}: {};\n\n", camel(&field.name), spell_field(room, field, Way::Out("T")));
    }
    let members: Vec<String> = class
        .fields
        .iter()
        .map(|field| format!("{}: {}", camel(&field.name), spell_field(room, field, Way::Out("T"))))
        .collect();
    text += &comment(2, &[], &["@param fields - Every field.".into()]);
    let line = format!("  constructor(fields: {{ {} }}) {{\n", members.join("; "));
    text += &match line.len() <= super::WIDTH {
        true => line,
        false => format!("  constructor(fields: {{\n    {};\n  }}) {{\n", members.join(";\n    ")),
    };
    for field in &class.fields {
        text += &format!("    this.{0} = fields.{0};\n", camel(&field.name));
    }
    text += "  }\n";
    text += &methods(room, class, names);
    text + "}\n\n"
}

fn model(room: &Room, class: &Class, names: &OptionNames) -> String {
    let Class { name, .. } = class;
    let mut doc = paragraphs(&class.doc);
    doc.push("It holds native memory, which is freed when nothing refers to it any more.".into());
    let mut text = comment(0, &doc, &[]);
    text +=
        &format!("export class {name} {{\n  private constructor() {{\n    throw notConstructible('{name}');\n  }}\n");
    text += &methods(room, class, names);
    text + "}\n\n"
}

fn methods(room: &Room, class: &Class, names: &OptionNames) -> String {
    class.methods.iter().map(|method| method::method(room, class, method, names)).collect()
}
