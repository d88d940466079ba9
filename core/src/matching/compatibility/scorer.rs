//! Scores of pairs of rows, row by row, without ever holding all of them.
use super::attributes::MissingPolicy;
use super::columns::Source;
use super::matcher::{AttributePart, CombineViews, CompatibilityExplanation, CompatibilityMatcher, ViewSide};
use super::prepared::{Prepared, Tables, View};
use super::rules::PreparedRule;
use crate::Context;
use crate::data::Table;
use crate::error::{Result, ensure};

/// A matcher with the columns of two tables.
#[derive(Debug)]
pub(super) struct Scorer {
    pub(super) left_rows: usize,
    pub(super) right_rows: usize,
    left: Vec<Prepared>,
    right: Vec<Prepared>,
    rules: Vec<PreparedRule>,
    combine: CombineViews,
}

/// The scores of one left row with every right row; minus infinity where a rule forbids the pair.
#[derive(Debug)]
pub(super) struct RowScores {
    pub(super) combined: Vec<f64>,
    /// What the left row thinks, without the rules.
    pub(super) left: Vec<f64>,
    /// What the right rows think, without the rules; empty if they have no view of their own.
    pub(super) right: Vec<f64>,
}

impl Scorer {
    pub(super) fn new(matcher: &CompatibilityMatcher, left: &Table, right: &Table) -> Result<Self> {
        ensure!(
            !matcher.attributes.is_empty(),
            InvalidConfig,
            "`attributes` is empty; at least one attribute is needed"
        );
        for (option, attributes) in
            [("attributes", &matcher.attributes), ("right_attributes", &matcher.right_attributes)]
        {
            ensure!(
                attributes.is_empty() || attributes.iter().any(|attribute| attribute.weight() != 0.0),
                InvalidConfig,
                "all weights of `{option}` are 0; at least one must be above 0"
            );
        }
        let tables =
            Tables { left: Source { table: left, side: "left" }, right: Source { table: right, side: "right" } };
        let view = |attributes: &[super::Attribute], view| {
            attributes.iter().map(|attribute| Prepared::new(attribute, tables, view)).collect::<Result<Vec<_>>>()
        };
        let prepared = view(&matcher.attributes, View::Left)?;
        let rule = |(at, rule)| {
            PreparedRule::new(rule, tables, &prepared).map_err(|error| error.at(format_args!("rule {at} of `must`")))
        };
        let rules = matcher.must.iter().enumerate().map(rule).collect::<Result<Vec<_>>>()?;
        Ok(Self {
            left_rows: left.rows(),
            right_rows: right.rows(),
            right: view(&matcher.right_attributes, View::Right)?,
            left: prepared,
            rules,
            combine: matcher.combine,
        })
    }

    /// The scores of a left row with every right row.
    pub(super) fn row(&self, left: usize, context: &Context) -> Result<RowScores> {
        let mut scores = RowScores {
            combined: Vec::new(),
            left: self.view(&self.left, left, context)?,
            right: if self.right.is_empty() { Vec::new() } else { self.view(&self.right, left, context)? },
        };
        scores.combined = if self.right.is_empty() {
            scores.left.clone()
        } else {
            scores.left.iter().zip(&scores.right).map(|(a, b)| self.combine.of(*a, *b)).collect()
        };
        for (right, score) in scores.combined.iter_mut().enumerate() {
            if right & 0xfff == 0 {
                context.check()?;
            }
            for rule in &self.rules {
                if !rule.allows(left, right, &self.left, context)? {
                    *score = f64::NEG_INFINITY;
                    break;
                }
            }
        }
        Ok(scores)
    }

    /// The weighted mean of the similarities.
    fn view(&self, attributes: &[Prepared], left: usize, context: &Context) -> Result<Vec<f64>> {
        let count = self.right_rows;
        let (mut sums, mut weights, mut similar) = (vec![0.0; count], vec![0.0; count], vec![0.0; count]);
        for attribute in attributes.iter().filter(|attribute| attribute.weight > 0.0) {
            context.check()?;
            attribute.fill(left, 0..count, &mut similar, context)?;
            for ((sum, weight), value) in sums.iter_mut().zip(&mut weights).zip(&similar) {
                if let Some(value) = filled(*value, attribute.missing) {
                    *sum += attribute.weight * value;
                    *weight += attribute.weight;
                }
            }
        }
        for (sum, weight) in sums.iter_mut().zip(weights) {
            *sum = if weight > 0.0 { (*sum / weight).min(1.0) } else { 0.0 };
        }
        Ok(sums)
    }

    /// What each attribute adds to the score of a pair.
    pub(super) fn explain(&self, left: usize, right: usize, context: &Context) -> Result<CompatibilityExplanation> {
        let (left_score, mut parts) = self.explain_view(&self.left, ViewSide::Left, left, right, context)?;
        let mut right_score = None;
        let mut score = left_score;
        if !self.right.is_empty() {
            let (theirs, their_parts) = self.explain_view(&self.right, ViewSide::Right, left, right, context)?;
            score = self.combine.of(left_score, theirs);
            // The combined score has no unit of its own: twice both views is twice the score. So the slopes share it out.
            let slopes = self.combine.slopes(left_score, theirs);
            parts.iter_mut().for_each(|part| part.contribution *= slopes.0);
            parts.extend(their_parts.into_iter().map(|mut part| {
                part.contribution *= slopes.1;
                part
            }));
            right_score = Some(theirs);
        }
        let mut forbidden_by = Vec::new();
        for rule in &self.rules {
            if !rule.allows(left, right, &self.left, context)? {
                forbidden_by.push(rule.words.clone());
            }
        }
        Ok(CompatibilityExplanation {
            score,
            allowed: forbidden_by.is_empty(),
            forbidden_by,
            left_score,
            right_score,
            parts,
        })
    }

    fn explain_view(
        &self,
        attributes: &[Prepared],
        view: ViewSide,
        left: usize,
        right: usize,
        context: &Context,
    ) -> Result<(f64, Vec<AttributePart>)> {
        let mut parts = Vec::with_capacity(attributes.len());
        let (mut sum, mut total) = (0.0, 0.0);
        for attribute in attributes {
            let similarity = attribute.one(left, right, context)?;
            let counted = filled(similarity, attribute.missing);
            let weight = if counted.is_some() { attribute.weight } else { 0.0 };
            let gained = weight * counted.unwrap_or(0.0);
            sum += gained;
            total += weight;
            let similarity = (!similarity.is_nan()).then_some(similarity);
            let name = attribute.name.clone();
            parts.push(AttributePart { view, name, similarity, weight, contribution: gained });
        }
        if total > 0.0 {
            for part in &mut parts {
                part.weight /= total;
                part.contribution /= total;
            }
        }
        Ok((if total > 0.0 { (sum / total).min(1.0) } else { 0.0 }, parts))
    }
}

/// The similarity that counts, nothing if the attribute is left out.
fn filled(similarity: f64, missing: MissingPolicy) -> Option<f64> {
    if !similarity.is_nan() {
        return Some(similarity);
    }
    match missing {
        MissingPolicy::Skip => None,
        MissingPolicy::Zero => Some(0.0),
        MissingPolicy::Neutral => Some(0.5),
    }
}
