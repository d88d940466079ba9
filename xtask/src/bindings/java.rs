//! The classes of the Java binding: one file per class, one class of static methods per room.
//!
//! Options become immutable classes with builders, results records, fitted models handles, words enums, and one-of-several
//! sealed interfaces. Everything that is not mechanical stands by hand in `io.inlaid` and `io.inlaid.internal`.
mod docs;
mod kinds;
mod methods;
mod options;
mod source;
#[cfg(test)]
mod tests;
mod types;

use inlaid_bridge::ABI;
use inlaid_bridge::api::{Api, Kind, Room};

use super::{Generated, capital};
use source::Source;
use types::Names;

/// Where they stand.
pub(super) const FOLDER: &str = "bindings/jvm/inlaid/src/main/java";

/// A room's class of static methods, and what the room is.
fn front(room: &str) -> (String, &'static str) {
    match room {
        "anomaly" => {
            ("Anomalies".into(), "What is unlike the rest: rows of a table, events of a stream, and incidents.")
        }
        "forecast" => ("Forecasting".into(), "Forecasting of time series: methods, metrics, cross-validation, panels."),
        "matching" => (
            "Matching".into(),
            "Who or what belongs together: assignments, stable pairs, compatibility, names and entities.",
        ),
        "optimize" => (
            "Optimization".into(),
            "The best point of a function, fronts of several objectives, linear and integer programmes, and planning.",
        ),
        "data" => ("Tables".into(), "Reading data into tables."),
        other => (capital(other) + "Functions", "A room of inlaid."),
    }
}

/// Every generated file.
pub(super) fn files(api: &Api) -> Vec<Generated> {
    let mut files = vec![module(api), abi(api), loaders(api)];
    for room in &api.rooms {
        let names = Names::of(room);
        files.push(package(room));
        files.extend(room.classes.iter().map(|class| {
            let mut source = Source::new();
            kinds::class(&mut source, class, &names);
            file(room, &class.name, source, &names)
        }));
        if !room.functions.is_empty() {
            let (name, _) = front(&room.name);
            let mut source = Source::new();
            kinds::functions(&mut source, room, &name, &names);
            files.push(file(room, &name, source, &names));
        }
        if room.classes.iter().any(|class| class.kind == Kind::Union) {
            let mut source = Source::new();
            kinds::wire(&mut source, room, &names);
            files.push(file(room, "Wire", source, &names));
        }
    }
    files
}

fn file(room: &Room, class: &str, source: Source, names: &Names) -> Generated {
    let package = format!("io.inlaid.{}", room.name);
    Generated {
        path: format!("{FOLDER}/io/inlaid/{}/{class}.java", room.name).into(),
        text: source.finish(&package, names),
    }
}

fn package(room: &Room) -> Generated {
    let (_, sentence) = front(&room.name);
    let text = format!("// {}\n/** {sentence} */\npackage io.inlaid.{};\n", super::MARK, room.name);
    Generated { path: format!("{FOLDER}/io/inlaid/{}/package-info.java", room.name).into(), text }
}

/// The module exports every room.
fn module(api: &Api) -> Generated {
    let exports: String = api.rooms.iter().map(|room| format!("    exports io.inlaid.{};\n", room.name)).collect();
    let text = format!(
        "// {}
/**
 * Forecasting and other AI capabilities on one native engine.
 *
 * <p>The engine is a native library: from Java 24 on run with {{@code --enable-native-access=io.inlaid}}, or
 * {{@code ALL-UNNAMED}} where inlaid is on the class path, else the JVM prints a warning.
 */
module io.inlaid {{
    exports io.inlaid;
{exports}}}
",
        super::MARK
    );
    Generated { path: format!("{FOLDER}/module-info.java").into(), text }
}

/// How a saved model of any class is loaded.
fn loaders(api: &Api) -> Generated {
    let mut imports = String::new();
    let mut entries = Vec::new();
    for room in &api.rooms {
        for class in room.classes.iter().filter(|class| class.kind == Kind::Model) {
            if class.methods.iter().any(|method| method.is_static && method.name == "load") {
                imports.push_str(&format!("import io.inlaid.{}.{};\n", room.name, class.name));
                entries.push(format!("{}::load", class.name));
            }
        }
    }
    let text = format!(
        "// {}
package io.inlaid.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

import io.inlaid.Handle;
{imports}
/** Every class of saved models. */
public final class Loaders {{
    /** What loads a model of one class from a file, and fails with {{@code incompatible}} for a model of another. */
    public static final List<Function<Path, Handle>> ALL = List.of({});

    private Loaders() {{}}
}}
",
        super::MARK,
        wrapped(&entries)
    );
    Generated { path: format!("{FOLDER}/io/inlaid/internal/Loaders.java").into(), text }
}

/// Items on lines of their own.
fn wrapped(items: &[String]) -> String {
    let lines: Vec<String> = items.iter().map(|item| format!("\n            {item}")).collect();
    lines.join(",")
}

/// What the loader compares the native library with.
fn abi(api: &Api) -> Generated {
    let text = format!(
        "// {}
package io.inlaid.internal;

/** What these classes were generated for. */
final class Abi {{
    /** What the border looks like; the native library must have the same number. */
    static final int NUMBER = {ABI};
    /** The version of inlaid. */
    static final String VERSION = \"{}\";

    private Abi() {{}}
}}
",
        super::MARK,
        api.version
    );
    Generated { path: format!("{FOLDER}/io/inlaid/internal/Abi.java").into(), text }
}
