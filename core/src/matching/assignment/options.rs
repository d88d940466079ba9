//! What an assignment may be told.
use serde::{Deserialize, Serialize};

/// What happens to rows and columns for which forbidden pairs leave no partner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unmatched {
    /// The call fails with `invalid_data` and names them.
    #[default]
    Refuse,
    /// They stay alone: as many pairs as possible, and of the least total cost among those.
    Leave,
}

/// Pair rows with columns so that the total cost is least.
///
/// Every row has at most one column and every column at most one row; all of the shorter side are matched. A forbidden pair
/// costs `inf` (`-inf` when maximising).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Assign {
    /// Whether the total is to be greatest instead of least. Default false.
    pub maximize: bool,
    /// What happens where forbidden pairs leave no partner. Default refuse.
    pub unmatched: Unmatched,
}

impl Assign {
    /// Set whether the total is to be greatest.
    #[must_use]
    pub fn with_maximize(mut self, maximize: bool) -> Self {
        self.maximize = maximize;
        self
    }

    /// Set what happens where forbidden pairs leave no partner.
    #[must_use]
    pub fn with_unmatched(mut self, unmatched: Unmatched) -> Self {
        self.unmatched = unmatched;
        self
    }
}
