//! Judging a linkage that came from a file.
use super::fitted::FittedLinkage;
use crate::error::{Result, ensure};
use crate::store::Stored;

impl Stored for FittedLinkage {
    const KIND: &'static str = "matching.FittedLinkage";
    const VERSION: u32 = 1;

    fn check(&self) -> Result<()> {
        self.options.validate()?;
        self.roster.check()?;
        ensure!(!self.roster.plans.is_empty(), InvalidData, "no column is compared");
        Ok(())
    }
}
