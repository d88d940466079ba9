//! Says which tools are there and what to install where one is missing.
use crate::Outcome;
use crate::shell::version;

struct Tool {
    name: &'static str,
    ask: (&'static str, &'static [&'static str]),
    /// The oldest that works: major and minor.
    least: (u32, u32),
    mend: &'static str,
}

const TOOLS: &[Tool] = &[
    Tool {
        name: "Rust",
        ask: ("cargo", &["--version"]),
        least: (1, 95),
        mend: "install Rust with rustup, then `rustup update stable`",
    },
    Tool {
        name: "rustfmt",
        ask: ("cargo", &["fmt", "--version"]),
        least: (1, 8),
        mend: "`rustup component add rustfmt`",
    },
    Tool {
        name: "clippy",
        ask: ("cargo", &["clippy", "--version"]),
        least: (0, 1),
        mend: "`rustup component add clippy`",
    },
    Tool {
        name: "Python",
        ask: ("python3", &["--version"]),
        least: (3, 11),
        mend: "install Python 3.11 or newer with venv (`apt-get install python3 python3-venv`)",
    },
    Tool { name: "Node.js", ask: ("node", &["--version"]), least: (20, 0), mend: "install Node.js 20 or newer" },
    Tool { name: "npm", ask: ("npm", &["--version"]), least: (10, 0), mend: "it comes with Node.js" },
    Tool {
        name: "JDK",
        ask: ("javac", &["-version"]),
        least: (17, 0),
        mend: "install a JDK, 17 or newer (`apt-get install openjdk-17-jdk-headless`)",
    },
    Tool {
        name: "Maven",
        ask: ("mvn", &["--version"]),
        least: (3, 8),
        mend: "install Maven 3.8 or newer (`apt-get install maven`)",
    },
];

/// Print every tool; fail if one is missing or too old.
pub(crate) fn run() -> Outcome {
    let mut wrong = Vec::new();
    for tool in TOOLS {
        match judge(tool) {
            Ok(found) => println!("  {:9} {found}", tool.name),
            Err(sentence) => {
                println!("  {:9} MISSING", tool.name);
                wrong.push(sentence);
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// Fail with one line per tool that is missing among those named.
pub(crate) fn require(names: &[&str]) -> Outcome {
    let wrong: Vec<String> =
        TOOLS.iter().filter(|tool| names.contains(&tool.name)).filter_map(|tool| judge(tool).err()).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// Fail with one line per missing tool.
pub(crate) fn require_all() -> Outcome {
    require(&TOOLS.iter().map(|tool| tool.name).collect::<Vec<_>>())
}

fn judge(tool: &Tool) -> Result<String, String> {
    let found = version(tool.ask.0, tool.ask.1).ok_or_else(|| format!("{} is missing: {}", tool.name, tool.mend))?;
    let numbers = numbers(&found);
    if numbers < tool.least {
        let (major, minor) = tool.least;
        return Err(format!("{} is too old ({found}; {major}.{minor} or newer is needed): {}", tool.name, tool.mend));
    }
    Ok(found)
}

/// The first `major.minor` in a version line.
fn numbers(line: &str) -> (u32, u32) {
    // Colours are escape sequences with digits of their own.
    let mut plain = String::new();
    let mut pieces = line.split('\u{1b}');
    plain.push_str(pieces.next().unwrap_or_default());
    pieces.for_each(|piece| plain.push_str(piece.split_once('m').map_or(piece, |(_, text)| text)));
    let start = plain.find(|c: char| c.is_ascii_digit()).unwrap_or(plain.len());
    let mut parts = plain[start..].split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_tools_print() {
        assert_eq!(numbers("Python 3.11.7"), (3, 11));
        assert_eq!(numbers("v20.20.2"), (20, 20));
        assert_eq!(numbers("\u{1b}[1mApache Maven 3.8.7\u{1b}[m"), (3, 8));
        assert_eq!(numbers("javac 25"), (25, 0));
    }
}
