//! Judging a linkage that came from a file.
use super::cluster::Match;
use super::compare::Comparator;
use super::fitted::FittedLinkage;
use super::options::{Comparison, ComparisonKind, MOST_COMPARISONS};
use super::weights::Weights;
use crate::error::{Result, ensure};
use crate::store::Stored;

/// The most blocking passes of a model: those of the options, or those chosen.
const MOST_PASSES: usize = 64;

impl Stored for FittedLinkage {
    const KIND: &'static str = "matching.FittedLinkage";
    const VERSION: u32 = 1;

    fn check(&self) -> Result<()> {
        self.options.validate()?;
        self.roster.check()?;
        self.weights.check()?;
        let (columns, plans) = (self.weights.comparators.len(), &self.roster.plans);
        let suits = |(comparator, plan): (&Comparator, &super::roster::FieldPlan)| {
            comparator.kind == plan.kind && comparator.column == plan.name
        };
        ensure!(
            plans.len() >= columns && self.weights.comparators.iter().zip(plans).all(suits),
            InvalidData,
            "the comparisons are not those of the records"
        );
        let passes = self.passes.len();
        ensure!((1..=MOST_PASSES).contains(&passes), InvalidData, "there are {passes} blocking passes");
        for pass in &self.passes {
            pass.validate()?;
            let known = |column: &&str| plans.iter().any(|plan| plan.name == **column);
            ensure!(
                pass.columns().iter().all(known),
                InvalidData,
                "the pass \"{}\" uses a column that is not there",
                pass.describe()
            );
        }
        let rows = self.roster.rows;
        let sound = |pair: &Match| pair.left < pair.right && pair.right < rows && pair.bits.is_finite();
        ensure!(self.matches.iter().all(sound), InvalidData, "a match is of records that are not there");
        ensure!(
            self.entities.len() == rows as usize
                && self.entities.iter().all(|entity| (0..i64::from(rows)).contains(entity)),
            InvalidData,
            "{} entities are known of {rows} records",
            self.entities.len()
        );
        let blocking = &self.blocking;
        ensure!(
            blocking.all_pairs.is_finite() && blocking.reduction.is_finite(),
            InvalidData,
            "the report of blocking holds no number"
        );
        Ok(())
    }
}

impl Weights {
    fn check(&self) -> Result<()> {
        let columns = self.comparators.len();
        ensure!(
            (1..=MOST_COMPARISONS).contains(&columns)
                && [self.m.len(), self.u.len(), self.parents.len()] == [columns; 3],
            InvalidData,
            "{columns} comparisons have {} lists of m, {} of u and {} dependences",
            self.m.len(),
            self.u.len(),
            self.parents.len()
        );
        ensure!(self.prior > 0.0 && self.prior < 1.0, InvalidData, "the prior is {}", self.prior);
        for (column, comparator) in self.comparators.iter().enumerate() {
            let name = &comparator.column;
            let mut options =
                Comparison::new(name).with_kind(comparator.kind).with_thresholds(comparator.thresholds.clone());
            options.longitude = (comparator.kind == ComparisonKind::Geo).then(String::new);
            options.validate()?;
            ensure!(comparator.kind != ComparisonKind::Auto, InvalidData, "the kind of \"{name}\" is not decided");
            let other =
                |other: Option<u32>| other.is_none_or(|other| (other as usize) < columns && other as usize != column);
            let partner = comparator.partner.and_then(|partner| self.comparators.get(partner as usize));
            ensure!(
                other(comparator.partner)
                    && other(self.parents[column])
                    && partner.is_none_or(|partner| partner.partner == Some(column as u32)),
                InvalidData,
                "\"{name}\" depends on, or is exchanged with, a column that is not there"
            );
            let levels = usize::from(comparator.levels()) + 1;
            let expected = if self.parents[column].is_some() { 2 * levels } else { levels };
            let probabilities =
                |list: &[f64]| list.iter().all(|probability| (1e-15..=1.0 + 1e-9).contains(probability));
            ensure!(
                self.m[column].len() == levels
                    && self.u[column].len() == expected
                    && probabilities(&self.m[column])
                    && probabilities(&self.u[column])
                    && self.m[column][0] == 1.0
                    && self.u[column].iter().step_by(levels).all(|missing| *missing == 1.0),
                InvalidData,
                "the levels of \"{name}\" are no probabilities"
            );
        }
        Ok(())
    }
}
