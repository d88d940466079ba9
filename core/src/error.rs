//! One error type for the whole engine: a stable code, a sentence, and the cause.
//!
//! The message says what was wrong, the value seen and what is allowed; the code never changes its meaning and is the
//! same string in every language.
use std::error::Error as StdError;
use std::fmt;

/// What every fallible function of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed. The list is closed and a code never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// An option is unknown or out of range.
    InvalidConfig,
    /// Wrong shape, NaN where refused, bad bytes.
    InvalidData,
    /// Too few rows or points.
    NotEnoughData,
    /// No answer within the limits.
    DidNotConverge,
    /// A file or model that the caller named does not exist.
    NotFound,
    /// A file could not be read or written.
    Io,
    /// A newer save format, damaged bytes or weights of another model.
    Incompatible,
    /// Not compiled in, or not on this platform.
    Unsupported,
    /// Over a stated limit; found before allocating.
    TooLarge,
    /// The caller asked to stop.
    Cancelled,
    /// A defect of inlaid; the message asks for a report.
    Internal,
}

impl Code {
    /// Every code, in the order of the documentation.
    pub const ALL: &'static [Code] = &[
        Code::InvalidConfig,
        Code::InvalidData,
        Code::NotEnoughData,
        Code::DidNotConverge,
        Code::NotFound,
        Code::Io,
        Code::Incompatible,
        Code::Unsupported,
        Code::TooLarge,
        Code::Cancelled,
        Code::Internal,
    ];

    /// The string that every language shows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Code::InvalidConfig => "invalid_config",
            Code::InvalidData => "invalid_data",
            Code::NotEnoughData => "not_enough_data",
            Code::DidNotConverge => "did_not_converge",
            Code::NotFound => "not_found",
            Code::Io => "io",
            Code::Incompatible => "incompatible",
            Code::Unsupported => "unsupported",
            Code::TooLarge => "too_large",
            Code::Cancelled => "cancelled",
            Code::Internal => "internal",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A failure: a [`Code`] for programs, a sentence for people, and the cause where there is one.
#[derive(Debug)]
pub struct Error {
    code: Code,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// A failure with its code and sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), source: None }
    }

    /// The same failure with the error that caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// The same failure with where it happened put before its sentence.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// Why the call failed.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The sentence alone.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// Return an [`Error`] with the named [`Code`] and a formatted sentence.
macro_rules! bail {
    ($code:ident, $($sentence:tt)+) => {
        return Err($crate::error::Error::new($crate::error::Code::$code, format!($($sentence)+)))
    };
}

/// [`bail!`] unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $code:ident, $($sentence:tt)+) => {
        // A comparison with NaN is false and must refuse, so the condition is evaluated before it is negated.
        let holds: bool = $condition;
        if !holds {
            $crate::error::bail!($code, $($sentence)+);
        }
    };
}

pub(crate) use {bail, ensure};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_lower_snake_strings() {
        let mut seen: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(seen.iter().all(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '_')));
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), Code::ALL.len());
    }

    #[test]
    fn an_error_shows_its_place_and_keeps_its_cause() {
        let cause = std::io::Error::other("disk gone");
        let error = Error::new(Code::Io, "cannot write").with_source(cause).at("model.inlaid");
        assert_eq!(error.to_string(), "model.inlaid: cannot write");
        assert_eq!(StdError::source(&error).map(ToString::to_string).as_deref(), Some("disk gone"));
    }
}
