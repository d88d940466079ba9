//! What is taken out of texts before they are compared.
use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use unicase::UniCase;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{UnicodeNormalization, is_nfc, is_nfkc};

/// What becomes of upper and lower case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CaseRule {
    /// Nothing.
    #[default]
    Keep,
    /// Lower case.
    Lower,
    /// Unicode's full case folding, made for comparing: `ß` becomes `ss`, `Σ` and `ς` become `σ`.
    Fold,
}

/// What becomes of punctuation and symbols: all that is no letter, digit, mark or white space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PunctuationRule {
    /// Nothing.
    #[default]
    Keep,
    /// It is left out: `O'Brien` becomes `OBrien`.
    Remove,
    /// Each becomes a space: `Smith-Jones` becomes two words.
    Space,
}

/// What becomes of white space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WhitespaceRule {
    /// Nothing.
    #[default]
    Keep,
    /// It is left out at both ends.
    Trim,
    /// It is left out at both ends, and each run of it becomes one space.
    Collapse,
    /// It is left out.
    Remove,
}

/// The Unicode form texts are brought to, so that one character is always written with the same code points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnicodeForm {
    /// As they are: `é` as one code point and as `e` with a mark are different.
    #[default]
    Keep,
    /// Canonical composition.
    Nfc,
    /// Compatibility composition: ligatures, full-width letters and superscripts become plain ones too.
    Nfkc,
}

/// What is taken out of texts before they are compared; applied once to each text, in the order of the fields.
///
/// By default nothing is. Comparison is by code points, not by what looks like one character on the screen; choose a form
/// where texts come from several sources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TextNormalization {
    /// Whether marks are left out after taking characters apart by compatibility (NFKD): `Zürich` becomes `Zurich`. Letters
    /// that Unicode does not take apart stay: `ø`, `ł`, `ß`. Default false.
    pub strip_accents: bool,
    /// What becomes of upper and lower case. Default keep.
    pub letter_case: CaseRule,
    /// What becomes of punctuation and symbols. Default keep.
    pub punctuation: PunctuationRule,
    /// What becomes of white space. Default keep.
    pub whitespace: WhitespaceRule,
    /// The Unicode form at the end. Default keep.
    pub form: UnicodeForm,
}

impl TextNormalization {
    /// For names typed by people: no accents, folded case, punctuation as spaces, single spaces.
    #[must_use]
    pub fn loose() -> Self {
        Self {
            strip_accents: true,
            letter_case: CaseRule::Fold,
            punctuation: PunctuationRule::Space,
            whitespace: WhitespaceRule::Collapse,
            form: UnicodeForm::Keep,
        }
    }

    /// Set whether accents are left out.
    #[must_use]
    pub fn with_strip_accents(mut self, strip_accents: bool) -> Self {
        self.strip_accents = strip_accents;
        self
    }

    /// Set what becomes of upper and lower case.
    #[must_use]
    pub fn with_letter_case(mut self, letter_case: CaseRule) -> Self {
        self.letter_case = letter_case;
        self
    }

    /// Set what becomes of punctuation.
    #[must_use]
    pub fn with_punctuation(mut self, punctuation: PunctuationRule) -> Self {
        self.punctuation = punctuation;
        self
    }

    /// Set what becomes of white space.
    #[must_use]
    pub fn with_whitespace(mut self, whitespace: WhitespaceRule) -> Self {
        self.whitespace = whitespace;
        self
    }

    /// Set the Unicode form at the end.
    #[must_use]
    pub fn with_form(mut self, form: UnicodeForm) -> Self {
        self.form = form;
        self
    }

    /// The text, normalised; borrowed where nothing is to be done. Time `O(text)`.
    #[must_use]
    pub fn apply<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if *self == Self::default() {
            return Cow::Borrowed(text);
        }
        let text = if self.strip_accents { without_accents(text) } else { Cow::Borrowed(text) };
        let text = cased(text, self.letter_case);
        let text = punctuated(text, self.punctuation);
        let text = spaced(text, self.whitespace);
        formed(text, self.form)
    }
}

/// `text` as the normalisation leaves it.
#[must_use]
pub fn normalize_text(text: &str, normalization: &TextNormalization) -> String {
    normalization.apply(text).into_owned()
}

fn without_accents(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    // What is not a mark but was taken apart, such as Hangul, is put together again.
    Cow::Owned(text.nfkd().filter(|c| !is_combining_mark(*c)).nfc().collect())
}

fn cased(text: Cow<'_, str>, rule: CaseRule) -> Cow<'_, str> {
    match rule {
        CaseRule::Keep => text,
        CaseRule::Lower | CaseRule::Fold if text.is_ascii() => {
            if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                Cow::Owned(text.to_ascii_lowercase())
            } else {
                text
            }
        }
        CaseRule::Lower => Cow::Owned(text.to_lowercase()),
        CaseRule::Fold => Cow::Owned(UniCase::new(text.as_ref()).to_folded_case()),
    }
}

fn is_punctuation(c: char) -> bool {
    !(c.is_alphanumeric() || c.is_whitespace() || is_combining_mark(c))
}

fn punctuated(text: Cow<'_, str>, rule: PunctuationRule) -> Cow<'_, str> {
    if rule == PunctuationRule::Keep || !text.chars().any(is_punctuation) {
        return text;
    }
    Cow::Owned(match rule {
        PunctuationRule::Space => text.chars().map(|c| if is_punctuation(c) { ' ' } else { c }).collect(),
        _ => text.chars().filter(|c| !is_punctuation(*c)).collect(),
    })
}

fn spaced(text: Cow<'_, str>, rule: WhitespaceRule) -> Cow<'_, str> {
    match rule {
        WhitespaceRule::Keep => text,
        WhitespaceRule::Trim => {
            if text.trim().len() == text.len() {
                text
            } else {
                Cow::Owned(text.trim().to_owned())
            }
        }
        WhitespaceRule::Remove => {
            if text.contains(char::is_whitespace) {
                Cow::Owned(text.split_whitespace().collect())
            } else {
                text
            }
        }
        WhitespaceRule::Collapse => {
            if !text.contains(char::is_whitespace) {
                return text;
            }
            let mut collapsed = String::with_capacity(text.len());
            for word in text.split_whitespace() {
                if !collapsed.is_empty() {
                    collapsed.push(' ');
                }
                collapsed.push_str(word);
            }
            Cow::Owned(collapsed)
        }
    }
}

fn formed(text: Cow<'_, str>, form: UnicodeForm) -> Cow<'_, str> {
    match form {
        UnicodeForm::Nfc if !is_nfc(&text) => Cow::Owned(text.nfc().collect()),
        UnicodeForm::Nfkc if !is_nfkc(&text) => Cow::Owned(text.nfkc().collect()),
        _ => text,
    }
}
