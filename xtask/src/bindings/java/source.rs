//! Java source text under construction: indentation, wrapped signatures, and the imports that its words need.
use super::super::MARK;
use super::types::Names;

/// The longest line.
pub(super) const WIDTH: usize = 120;

/// Classes that generated code may mention, with where they come from.
const IMPORTS: &[(&str, &str)] = &[
    ("Path", "java.nio.file.Path"),
    ("List", "java.util.List"),
    ("Map", "java.util.Map"),
    ("Objects", "java.util.Objects"),
    ("Optional", "java.util.Optional"),
    ("OptionalDouble", "java.util.OptionalDouble"),
    ("OptionalLong", "java.util.OptionalLong"),
    ("CompletableFuture", "java.util.concurrent.CompletableFuture"),
    ("Executor", "java.util.concurrent.Executor"),
    ("ToDoubleFunction", "java.util.function.ToDoubleFunction"),
    ("CancelledException", "io.inlaid.CancelledException"),
    ("Context", "io.inlaid.Context"),
    ("Handle", "io.inlaid.Handle"),
    ("InlaidException", "io.inlaid.InlaidException"),
    ("InternalException", "io.inlaid.InternalException"),
    ("InvalidConfigException", "io.inlaid.InvalidConfigException"),
    ("Matrix", "io.inlaid.Matrix"),
    ("Table", "io.inlaid.Table"),
    ("Async", "io.inlaid.internal.Async"),
    ("Equality", "io.inlaid.internal.Equality"),
    ("Given", "io.inlaid.internal.Given"),
    ("Lent", "io.inlaid.internal.Lent"),
    ("Reply", "io.inlaid.internal.Reply"),
    ("Request", "io.inlaid.internal.Request"),
    ("Value", "io.inlaid.internal.Value"),
    ("Writer", "io.inlaid.internal.Writer"),
];

/// The body of a file.
#[derive(Default)]
pub(super) struct Source {
    text: String,
    depth: usize,
}

impl Source {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// The column at which lines begin.
    pub(super) fn margin(&self) -> usize {
        4 * self.depth
    }

    /// A line at the current depth; an empty one has no spaces.
    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        let line = line.as_ref();
        if !line.is_empty() {
            self.text.push_str(&" ".repeat(self.margin()));
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    /// A blank line, unless a block has just begun.
    pub(super) fn gap(&mut self) {
        if !self.text.ends_with("{\n") && !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// `head {`, what `inside` writes, `}`.
    pub(super) fn block(&mut self, head: impl AsRef<str>, inside: impl FnOnce(&mut Self)) {
        self.line(format!("{} {{", head.as_ref()));
        self.depth += 1;
        inside(self);
        self.depth -= 1;
        self.line("}");
    }

    /// `before(a, b)after {`, the parameters on lines of their own where they do not fit, and a body.
    pub(super) fn method(&mut self, before: &str, parameters: &[String], after: &str, inside: impl FnOnce(&mut Self)) {
        let head = self.call(before, parameters, &format!("){after} {{"));
        self.text.push_str(&head);
        self.depth += 1;
        inside(self);
        self.depth -= 1;
        self.line("}");
    }

    /// A statement `before(a, b)after`, wrapped like a signature.
    pub(super) fn statement(&mut self, before: &str, arguments: &[String], after: &str) {
        let text = self.call(before, arguments, after);
        self.text.push_str(&text);
    }

    /// A statement that is a chain of calls: on one line if it fits, else one call per line.
    pub(super) fn chain(&mut self, head: &str, calls: &[String]) {
        let one = format!("{head}{};", calls.concat());
        if self.margin() + one.len() <= WIDTH && calls.len() <= 2 {
            return self.line(one);
        }
        self.line(head);
        for (position, call) in calls.iter().enumerate() {
            let end = if position + 1 == calls.len() { ";" } else { "" };
            self.line(format!("        {call}{end}"));
        }
    }

    fn call(&self, before: &str, items: &[String], after: &str) -> String {
        let margin = " ".repeat(self.margin());
        let joined = items.join(", ");
        let fits = |line: &str| line.len() <= WIDTH;
        let one = format!("{margin}{before}({joined}{after}");
        if fits(&one) {
            return one + "\n";
        }
        let two = format!("{margin}        {joined}{after}");
        if fits(&two) {
            return format!("{margin}{before}(\n{two}\n");
        }
        let lines = items.join(&format!(",\n{margin}        "));
        format!("{margin}{before}(\n{margin}        {lines}{after}\n")
    }

    /// The whole file.
    pub(super) fn finish(self, package: &str, names: &Names) -> String {
        let words: Vec<&str> = self.text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let mut groups = [String::new(), String::new()];
        for (name, from) in IMPORTS {
            if words.contains(name) && !names.is_class(name) {
                let group = usize::from(!from.starts_with("java."));
                groups[group].push_str(&format!("import {from};\n"));
            }
        }
        for (name, room) in names.borrowed() {
            if words.contains(&name.as_str()) {
                groups[1].push_str(&format!("import io.inlaid.{room}.{name};\n"));
            }
        }
        let imports: String =
            groups.iter().filter(|group| !group.is_empty()).map(|group| format!("{group}\n")).collect();
        format!("// {MARK}\npackage {package};\n\n{imports}{}", self.text)
    }
}
