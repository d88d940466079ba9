//! Models written as mathematics.
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

use super::model::LinearModel;
use crate::error::{Result, ensure};

/// A variable to be added to a [`LinearModel`]: 0 or more, without upper bound, not necessarily whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    name: String,
    lower: f64,
    upper: f64,
    integer: bool,
    semi_continuous: bool,
}

impl Variable {
    /// A variable of this name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), lower: 0.0, upper: f64::INFINITY, integer: false, semi_continuous: false }
    }

    /// Between two bounds; `-inf` and `inf` say that there is none.
    #[must_use]
    pub fn between(mut self, lower: f64, upper: f64) -> Self {
        (self.lower, self.upper) = (lower, upper);
        self
    }

    /// Without bounds.
    #[must_use]
    pub fn free(self) -> Self {
        self.between(f64::NEG_INFINITY, f64::INFINITY)
    }

    /// Only whole values.
    #[must_use]
    pub fn integer(mut self) -> Self {
        self.integer = true;
        self
    }

    /// 0 or 1.
    #[must_use]
    pub fn binary(self) -> Self {
        self.between(0.0, 1.0).integer()
    }

    /// 0, or between the bounds.
    #[must_use]
    pub fn semi_continuous(mut self) -> Self {
        self.semi_continuous = true;
        self
    }
}

/// A variable of a model, by its position: a term of expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Term(usize);

impl Term {
    /// The position of its column.
    #[must_use]
    pub fn position(self) -> usize {
        self.0
    }
}

/// A sum of variables with factors, products of two variables, and a constant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expression {
    linear: Vec<(usize, f64)>,
    products: Vec<(usize, usize, f64)>,
    constant: f64,
}

/// An [`Expression`] between two bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    expression: Expression,
    lower: f64,
    upper: f64,
}

/// A row of a model, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowOf(usize);

impl RowOf {
    /// The position of the row.
    #[must_use]
    pub fn position(self) -> usize {
        self.0
    }
}

impl Expression {
    /// At most what stands on the right.
    #[must_use]
    pub fn at_most(self, right: impl Into<Expression>) -> Constraint {
        Constraint { expression: self - right.into(), lower: f64::NEG_INFINITY, upper: 0.0 }
    }

    /// At least what stands on the right.
    #[must_use]
    pub fn at_least(self, right: impl Into<Expression>) -> Constraint {
        Constraint { expression: self - right.into(), lower: 0.0, upper: f64::INFINITY }
    }

    /// Equal to what stands on the right.
    #[must_use]
    pub fn equal_to(self, right: impl Into<Expression>) -> Constraint {
        Constraint { expression: self - right.into(), lower: 0.0, upper: 0.0 }
    }

    /// Between two numbers.
    #[must_use]
    pub fn between(self, lower: f64, upper: f64) -> Constraint {
        Constraint { expression: self, lower, upper }
    }
}

impl Term {
    /// At most what stands on the right.
    #[must_use]
    pub fn at_most(self, right: impl Into<Expression>) -> Constraint {
        Expression::from(self).at_most(right)
    }

    /// At least what stands on the right.
    #[must_use]
    pub fn at_least(self, right: impl Into<Expression>) -> Constraint {
        Expression::from(self).at_least(right)
    }

    /// Equal to what stands on the right.
    #[must_use]
    pub fn equal_to(self, right: impl Into<Expression>) -> Constraint {
        Expression::from(self).equal_to(right)
    }
}

impl From<Term> for Expression {
    fn from(term: Term) -> Self {
        Self { linear: vec![(term.0, 1.0)], ..Self::default() }
    }
}

impl From<f64> for Expression {
    fn from(constant: f64) -> Self {
        Self { constant, ..Self::default() }
    }
}

impl Neg for Expression {
    type Output = Expression;
    fn neg(self) -> Expression {
        self * -1.0
    }
}

impl Neg for Term {
    type Output = Expression;
    fn neg(self) -> Expression {
        self * -1.0
    }
}

impl<R: Into<Expression>> AddAssign<R> for Expression {
    fn add_assign(&mut self, right: R) {
        let right = right.into();
        self.linear.extend(right.linear);
        self.products.extend(right.products);
        self.constant += right.constant;
    }
}

impl<R: Into<Expression>> SubAssign<R> for Expression {
    fn sub_assign(&mut self, right: R) {
        *self += -right.into();
    }
}

impl<R: Into<Expression>> Add<R> for Expression {
    type Output = Expression;
    fn add(mut self, right: R) -> Expression {
        self += right;
        self
    }
}

impl<R: Into<Expression>> Sub<R> for Expression {
    type Output = Expression;
    fn sub(mut self, right: R) -> Expression {
        self -= right;
        self
    }
}

impl<R: Into<Expression>> Add<R> for Term {
    type Output = Expression;
    fn add(self, right: R) -> Expression {
        Expression::from(self) + right
    }
}

impl<R: Into<Expression>> Sub<R> for Term {
    type Output = Expression;
    fn sub(self, right: R) -> Expression {
        Expression::from(self) - right
    }
}

impl Mul<f64> for Expression {
    type Output = Expression;
    fn mul(mut self, factor: f64) -> Expression {
        self.linear.iter_mut().for_each(|(_, value)| *value *= factor);
        self.products.iter_mut().for_each(|(.., value)| *value *= factor);
        self.constant *= factor;
        self
    }
}

impl Mul<f64> for Term {
    type Output = Expression;
    fn mul(self, factor: f64) -> Expression {
        Expression { linear: vec![(self.0, factor)], ..Expression::default() }
    }
}

impl Mul<Term> for Term {
    type Output = Expression;
    fn mul(self, other: Term) -> Expression {
        Expression { products: vec![(self.0, other.0, 1.0)], ..Expression::default() }
    }
}

/// What stands on the right of a number.
macro_rules! number_first {
    ($($type:ty),*) => {$(
        impl Mul<$type> for f64 {
            type Output = Expression;
            fn mul(self, right: $type) -> Expression {
                right * self
            }
        }
        impl Add<$type> for f64 {
            type Output = Expression;
            fn add(self, right: $type) -> Expression {
                Expression::from(self) + right
            }
        }
        impl Sub<$type> for f64 {
            type Output = Expression;
            fn sub(self, right: $type) -> Expression {
                Expression::from(self) - right
            }
        }
    )*};
}
number_first!(Term, Expression);

impl std::iter::Sum for Expression {
    fn sum<I: Iterator<Item = Expression>>(parts: I) -> Expression {
        parts.fold(Expression::default(), |sum, part| sum + part)
    }
}

impl LinearModel {
    /// Add a variable.
    pub fn add(&mut self, variable: Variable) -> Term {
        let column = self.column_count();
        self.costs.push(0.0);
        fill(&mut self.lower, column, 0.0);
        fill(&mut self.upper, column, f64::INFINITY);
        fill(&mut self.column_names, column, String::new());
        self.lower.push(variable.lower);
        self.upper.push(variable.upper);
        self.column_names.push(variable.name);
        if variable.integer {
            self.integers.push(column as i64);
        }
        if variable.semi_continuous {
            self.semi_continuous.push(column as i64);
        }
        Term(column)
    }

    /// Look for the least value of an expression, which may hold products of two variables.
    ///
    /// # Errors
    /// `invalid_data` for a variable of another model that this one does not have.
    pub fn minimize(&mut self, objective: impl Into<Expression>) -> Result<()> {
        self.set_objective(objective.into(), false)
    }

    /// Look for the greatest value of an expression, which may hold products of two variables.
    ///
    /// # Errors
    /// `invalid_data` for a variable of another model that this one does not have.
    pub fn maximize(&mut self, objective: impl Into<Expression>) -> Result<()> {
        self.set_objective(objective.into(), true)
    }

    fn set_objective(&mut self, objective: Expression, maximize: bool) -> Result<()> {
        self.check_terms(&objective)?;
        self.maximize = maximize;
        self.constant = objective.constant;
        self.costs.fill(0.0);
        for (column, factor) in objective.linear {
            self.costs[column] += factor;
        }
        self.quadratic_rows = objective.products.iter().map(|(first, ..)| *first as i64).collect();
        self.quadratic_columns = objective.products.iter().map(|(_, second, _)| *second as i64).collect();
        self.quadratic_values = objective.products.iter().map(|(.., factor)| *factor).collect();
        Ok(())
    }

    /// Add a constraint.
    ///
    /// # Errors
    /// `invalid_data` for a variable that this model does not have; `unsupported` for products of variables.
    pub fn subject_to(&mut self, name: impl Into<String>, constraint: Constraint) -> Result<RowOf> {
        let Constraint { expression, lower, upper } = constraint;
        self.check_terms(&expression)?;
        let row = self.row_count();
        ensure!(
            expression.products.is_empty(),
            Unsupported,
            "row {row} holds products of variables, only objectives may"
        );
        fill(&mut self.row_lower, row, f64::NEG_INFINITY);
        fill(&mut self.row_upper, row, f64::INFINITY);
        fill(&mut self.row_names, row, String::new());
        self.row_lower.push(lower - expression.constant);
        self.row_upper.push(upper - expression.constant);
        self.row_names.push(name.into());
        for (column, factor) in expression.linear {
            self.entry_rows.push(row as i64);
            self.entry_columns.push(column as i64);
            self.entry_values.push(factor);
        }
        Ok(RowOf(row))
    }

    fn check_terms(&self, expression: &Expression) -> Result<()> {
        let products = expression.products.iter().flat_map(|(first, second, _)| [*first, *second]);
        let largest = expression.linear.iter().map(|(column, _)| *column).chain(products).max();
        let count = self.column_count();
        let known = largest.is_none_or(|largest| largest < count);
        ensure!(known, InvalidData, "variable {} is not of this model, which has {count}", largest.unwrap_or(0));
        Ok(())
    }
}

/// Lengthen a list that was left empty.
fn fill<T: Clone>(list: &mut Vec<T>, length: usize, value: T) {
    if list.len() < length {
        list.resize(length, value);
    }
}
