//! Texts to tokens: the crate `tokenizers` behind our errors, with truncation that keeps the special tokens.
use tokenizers::{
    PostProcessor, Tokenizer as Inner, TruncationDirection, TruncationParams, TruncationStrategy, truncate_encodings,
};

use super::encoder::Tokens;
use crate::error::{Code, Error, Result, ensure};

/// How a text becomes tokens.
#[derive(Debug)]
pub(super) struct Tokenizer {
    inner: Inner,
}

/// One text or two that are read together.
#[derive(Clone, Copy, Debug)]
pub enum Text<'a> {
    /// One text.
    One(&'a str),
    /// A pair, such as a question and a passage.
    Two(&'a str, &'a str),
}

impl Tokenizer {
    /// Of the bytes of a tokenizer.json.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        let mut inner = Inner::from_bytes(bytes).map_err(|error| failed("tokenizer.json cannot be read", &error))?;
        // Batches are made here, and how long a text may be is the caller's to say.
        inner.with_truncation(None).map_err(|error| failed("tokenizer.json", &error))?;
        inner.with_padding(None);
        Ok(Self { inner })
    }

    /// At most `longest` tokens, special ones among them; of two texts the longer one is cut first.
    pub(super) fn encode(&self, text: Text<'_>, longest: usize) -> Result<Tokens> {
        let read = |text: &str| {
            self.inner.encode_fast(text, false).map_err(|error| failed("a text cannot be cut into tokens", &error))
        };
        let (first, second) = match text {
            Text::One(text) => (read(text)?, None),
            Text::Two(first, second) => (read(first)?, Some(read(second)?)),
        };
        let special = self.inner.get_post_processor().map_or(0, |after| after.added_tokens(second.is_some()));
        ensure!(
            longest > special,
            InvalidConfig,
            "texts are cut to {longest} tokens, but {special} special ones are put around every text"
        );
        let rule = TruncationParams {
            direction: TruncationDirection::Right,
            max_length: longest - special,
            strategy: TruncationStrategy::LongestFirst,
            stride: 0,
        };
        let (first, second) =
            truncate_encodings(first, second, &rule).map_err(|error| failed("a text cannot be cut short", &error))?;
        let whole = self
            .inner
            .post_process(first, second, true)
            .map_err(|error| failed("special tokens cannot be put around a text", &error))?;
        Ok(Tokens { ids: whole.get_ids().to_vec(), kinds: whole.get_type_ids().to_vec() })
    }
}

fn failed(what: &str, error: &tokenizers::Error) -> Error {
    Error::new(Code::InvalidData, format!("{what}: {error}"))
}
