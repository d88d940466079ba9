//! How many tests a tool says it ran, read from what it prints.
use std::fmt;

/// Tests by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// How many passed.
    pub(crate) passed: usize,
    /// How many failed.
    pub(crate) failed: usize,
    /// How many were skipped.
    pub(crate) skipped: usize,
}

impl Counts {
    /// One check that passed.
    pub(crate) const ONE: Counts = Counts { passed: 1, failed: 0, skipped: 0 };

    /// Add another's.
    pub(crate) fn add(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// What `cargo test` printed: one `test result:` line per program.
    pub(crate) fn of_cargo(output: &str) -> Self {
        let mut counts = Counts::default();
        for line in output.lines().filter_map(|line| line.strip_prefix("test result: ")) {
            counts.add(Counts {
                passed: before(line, " passed"),
                failed: before(line, " failed"),
                skipped: before(line, " ignored"),
            });
        }
        counts
    }

    /// What pytest printed last: `3 failed, 10 passed, 1 skipped in 2.1s`.
    pub(crate) fn of_pytest(output: &str) -> Self {
        let line = output.lines().rev().find(|line| line.contains(" in ") && line.contains('s')).unwrap_or("");
        let failed = before(line, " failed") + before(line, " error");
        Counts { passed: before(line, " passed"), failed, skipped: before(line, " skipped") }
    }

    /// What Node's test runner printed: `# pass 10` or `ℹ pass 10`.
    pub(crate) fn of_node(output: &str) -> Self {
        let total = |word: &str| {
            let lines = output.lines().filter_map(|line| line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")));
            lines.filter_map(|line| line.strip_prefix(word)).filter_map(|rest| rest.trim().parse::<usize>().ok()).sum()
        };
        Counts { passed: total("pass "), failed: total("fail ") + total("cancelled "), skipped: total("skipped ") }
    }

    /// What Surefire printed per module: `Tests run: 5, Failures: 0, Errors: 0, Skipped: 1` without a class name.
    pub(crate) fn of_surefire(output: &str) -> Self {
        let mut counts = Counts::default();
        for line in output.lines().filter(|line| line.contains("Tests run:") && !line.contains("Time elapsed")) {
            let after = |word: &str| {
                let rest = line.split_once(word).map_or("", |(_, rest)| rest);
                rest.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty()).and_then(|n| n.parse().ok())
            };
            let number = |word: &str| after(word).unwrap_or(0);
            let (run, skipped) = (number("Tests run:"), number("Skipped:"));
            let failed = number("Failures:") + number("Errors:");
            counts.add(Counts { passed: run - failed - skipped, failed, skipped });
        }
        counts
    }

    /// Fail where a tool ran nothing: a green run of no test is not a pass.
    pub(crate) fn not_empty(self) -> Result<Self, String> {
        if self.passed + self.failed > 0 { Ok(self) } else { Err("no test was run".into()) }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:5} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// The number that stands before `word`, or 0.
fn before(line: &str, word: &str) -> usize {
    let head = line.split_once(word).map_or("", |(head, _)| head);
    head.rsplit(|c: char| !c.is_ascii_digit()).next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_runner_is_understood() {
        let counts = |passed, failed, skipped| Counts { passed, failed, skipped };
        let cargo = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured\ntest result: FAILED. 2 passed; 3 failed; 0 ignored";
        assert_eq!(Counts::of_cargo(cargo), counts(7, 3, 1));
        assert_eq!(
            Counts::of_pytest("..\n=== 3 failed, 10 passed, 1 skipped, 2 errors in 2.10s ==="),
            counts(10, 5, 1)
        );
        assert_eq!(Counts::of_node("# tests 3\n# pass 2\n# fail 1\n# cancelled 0\n# skipped 4"), counts(2, 1, 4));
        let surefire = "Tests run: 2, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.1 s -- in A\n[INFO] Tests run: 5, Failures: 1, Errors: 1, Skipped: 1";
        assert_eq!(Counts::of_surefire(surefire), counts(2, 2, 1));
        assert!(Counts::of_cargo("running 0 tests").not_empty().is_err());
    }
}
