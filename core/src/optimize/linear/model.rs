//! A linear, mixed-integer or quadratic model as plain arrays.
use serde::{Deserialize, Serialize};

use super::sparse::Sparse;
use crate::error::{Result, bail, ensure};

/// Lists of a model cross borders as arrays beside the text.
mod numbers {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::data::Vector;

    pub(super) fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        Vector::from(values.to_vec()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        Vector::deserialize(deserializer).map(Vector::into_raw)
    }
}

/// As [`numbers`], for positions.
mod positions {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::data::Ints;

    pub(super) fn serialize<S: Serializer>(values: &[i64], serializer: S) -> Result<S::Ok, S::Error> {
        Ints::from(values.to_vec()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<i64>, D::Error> {
        Ints::deserialize(deserializer).map(Ints::into_raw)
    }
}

/// A model: the least or greatest value of an objective over columns (variables) that rows (constraints) tie together.
///
/// `objective = constant + sum costs_j x_j + sum quadratic_values_k x_(quadratic_rows_k) x_(quadratic_columns_k)`,
/// `row_lower <= A x <= row_upper`, `lower <= x <= upper`. An equation has equal bounds; `-inf` and `inf`, and
/// numbers from 1e20 in size on, say that there is none. Entries of `A` and of the quadratic part are triplets, those of the same place are added up. In Rust the methods
/// [`add`](LinearModel::add), [`minimize`](LinearModel::minimize), [`maximize`](LinearModel::maximize) and
/// [`subject_to`](LinearModel::subject_to) fill the lists; other languages and readers of files fill them themselves.
///
/// ```
/// use inlaid::optimize::{LinearModel, SolveLinear, Variable};
/// let mut model = LinearModel::new();
/// let tables = model.add(Variable::named("tables"));
/// let chairs = model.add(Variable::named("chairs").integer());
/// model.maximize(30.0 * tables + 20.0 * chairs)?;
/// model.subject_to("wood", (8.0 * tables + 3.0 * chairs).at_most(120.0))?;
/// model.subject_to("hours", (tables + chairs).at_most(25.0))?;
/// let solution = SolveLinear::default().solve(&model, &inlaid::Context::new())?;
/// assert!((solution.objective.unwrap() - 590.0).abs() < 1e-6);
/// assert!((solution.value(tables) - 9.0).abs() < 1e-6);
/// # Ok::<(), inlaid::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct LinearModel {
    /// What the model is called. Default empty.
    pub name: String,
    /// Whether the objective is to be greatest instead of least. Default false.
    pub maximize: bool,
    /// What is added to the objective. Default 0.
    pub constant: f64,
    /// The cost (or profit) of one unit of each column; says how many columns there are.
    #[serde(with = "numbers")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::data::Vector"))]
    pub costs: Vec<f64>,
    /// The least value of each column. Empty: 0 for all.
    #[serde(with = "numbers")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::data::Vector"))]
    pub lower: Vec<f64>,
    /// The greatest value of each column. Empty: no bound for any.
    #[serde(with = "numbers")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::data::Vector"))]
    pub upper: Vec<f64>,
    /// The positions of columns whose values must be whole.
    #[serde(with = "positions")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::data::Ints"))]
    pub integers: Vec<i64>,
    /// The positions of columns that are 0 or between their bounds; the upper bound must be finite.
    #[serde(with = "positions")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::data::Ints"))]
    pub semi_continuous: Vec<i64>,
    /// The least value of each row. Empty: no bound for any.
    #[serde(with = "numbers")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::data::Vector"))]
    pub row_lower: Vec<f64>,
    /// The greatest value of each row. Empty: no bound for any.
    #[serde(with = "numbers")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::data::Vector"))]
    pub row_upper: Vec<f64>,
    /// The row of each coefficient.
    #[serde(with = "positions")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::data::Ints"))]
    pub entry_rows: Vec<i64>,
    /// The column of each coefficient.
    #[serde(with = "positions")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::data::Ints"))]
    pub entry_columns: Vec<i64>,
    /// The coefficients.
    #[serde(with = "numbers")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::data::Vector"))]
    pub entry_values: Vec<f64>,
    /// The first column of each product in the objective.
    #[serde(with = "positions")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::data::Ints"))]
    pub quadratic_rows: Vec<i64>,
    /// The second column of each product in the objective.
    #[serde(with = "positions")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::data::Ints"))]
    pub quadratic_columns: Vec<i64>,
    /// The factor of each product in the objective: 3 at columns 0 and 1 is `3 x_0 x_1`, 3 at 0 and 0 is `3 x_0^2`.
    #[serde(with = "numbers")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::data::Vector"))]
    pub quadratic_values: Vec<f64>,
    /// One name per column, or none at all: `x0`, `x1`, ..
    pub column_names: Vec<String>,
    /// One name per row, or none at all: `r0`, `r1`, ..
    pub row_names: Vec<String>,
}

impl LinearModel {
    /// A model without columns and rows, to be minimised.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many columns there are.
    #[must_use]
    pub fn column_count(&self) -> usize {
        self.costs.len()
    }

    /// How many rows there are.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.row_lower.len().max(self.row_upper.len())
    }

    /// The name of a column.
    #[must_use]
    pub fn column_name(&self, column: usize) -> String {
        match self.column_names.get(column) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => format!("x{column}"),
        }
    }

    /// The name of a row.
    #[must_use]
    pub fn row_name(&self, row: usize) -> String {
        match self.row_names.get(row) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => format!("r{row}"),
        }
    }

    /// The bounds of a column.
    #[must_use]
    pub fn column_bounds(&self, column: usize) -> (f64, f64) {
        let lower = self.lower.get(column).copied().unwrap_or(0.0);
        (lower, self.upper.get(column).copied().unwrap_or(f64::INFINITY))
    }

    /// The bounds of a row.
    #[must_use]
    pub fn row_bounds(&self, row: usize) -> (f64, f64) {
        let lower = self.row_lower.get(row).copied().unwrap_or(f64::NEG_INFINITY);
        (lower, self.row_upper.get(row).copied().unwrap_or(f64::INFINITY))
    }

    /// Whether a solver has to branch.
    #[must_use]
    pub fn is_discrete(&self) -> bool {
        !self.integers.is_empty() || !self.semi_continuous.is_empty()
    }

    /// The coefficients by row, those of the same place added up.
    pub(super) fn by_row(&self) -> Sparse {
        let (rows, columns) = (self.row_count(), self.column_count());
        Sparse::from_triplets(rows, columns, &self.entry_rows, &self.entry_columns, &self.entry_values)
    }

    /// The objective at a point.
    pub(super) fn objective_at(&self, values: &[f64]) -> f64 {
        let linear: f64 = self.costs.iter().zip(values).map(|(cost, value)| cost * value).sum();
        let products = self.quadratic_rows.iter().zip(&self.quadratic_columns).zip(&self.quadratic_values);
        let quadratic: f64 = products.map(|((a, b), factor)| factor * values[*a as usize] * values[*b as usize]).sum();
        self.constant + linear + quadratic
    }

    /// Whether the lists fit each other and hold numbers that make sense.
    ///
    /// Bounds that contradict each other are no error here: such a model is infeasible.
    ///
    /// # Errors
    /// `invalid_data` for lists of different lengths, positions that do not exist, NaN anywhere, infinite costs or
    /// coefficients, `inf` as a lower or `-inf` as an upper bound, a semi-continuous column without upper bound or with a
    /// negative lower bound. `too_large` from 2^31 rows or columns up.
    pub fn check(&self) -> Result<()> {
        let (columns, rows) = (self.column_count(), self.row_count());
        let limit = 1usize << 31;
        ensure!(
            columns < limit && rows < limit,
            TooLarge,
            "{rows} rows and {columns} columns, at most 2^31 - 1 are possible"
        );
        length("lower", self.lower.len(), columns)?;
        length("upper", self.upper.len(), columns)?;
        length("row_lower", self.row_lower.len(), rows)?;
        length("row_upper", self.row_upper.len(), rows)?;
        length("column_names", self.column_names.len(), columns)?;
        length("row_names", self.row_names.len(), rows)?;
        ensure!(self.constant.is_finite(), InvalidData, "the constant is {}, it must be finite", self.constant);
        finite("cost", &self.costs, |at| self.column_name(at))?;
        triplets("entry", &self.entry_rows, &self.entry_columns, &self.entry_values, rows, columns)?;
        let (first, second) = (&self.quadratic_rows, &self.quadratic_columns);
        triplets("quadratic", first, second, &self.quadratic_values, columns, columns)?;
        bounds("column", columns, |at| self.column_bounds(at), |at| self.column_name(at))?;
        bounds("row", rows, |at| self.row_bounds(at), |at| self.row_name(at))?;
        for (what, list) in [("integers", &self.integers), ("semi_continuous", &self.semi_continuous)] {
            for at in list {
                ensure!(in_range(*at, columns), InvalidData, "{what} names column {at}, there are {columns}");
            }
        }
        for at in &self.semi_continuous {
            let (lower, upper) = self.column_bounds(*at as usize);
            let sound = lower >= 0.0 && upper.is_finite();
            let name = self.column_name(*at as usize);
            ensure!(
                sound,
                InvalidData,
                "semi-continuous column {name} has bounds {lower} .. {upper}: they must be finite, from 0 up"
            );
        }
        Ok(())
    }
}

fn in_range(at: i64, count: usize) -> bool {
    usize::try_from(at).is_ok_and(|at| at < count)
}

fn length(what: &str, found: usize, wanted: usize) -> Result<()> {
    ensure!(found == 0 || found == wanted, InvalidData, "{what} has {found} items, it must have {wanted} or none");
    Ok(())
}

fn finite(what: &str, values: &[f64], name: impl Fn(usize) -> String) -> Result<()> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(at) => bail!(InvalidData, "the {what} of {} is {}, it must be finite", name(at), values[at]),
        None => Ok(()),
    }
}

fn triplets(what: &str, rows: &[i64], columns: &[i64], values: &[f64], m: usize, n: usize) -> Result<()> {
    let equal = rows.len() == columns.len() && rows.len() == values.len();
    let lengths = (rows.len(), columns.len(), values.len());
    ensure!(
        equal,
        InvalidData,
        "{what}_rows, {what}_columns and {what}_values have {lengths:?} items, they must have as many"
    );
    for (at, ((row, column), value)) in rows.iter().zip(columns).zip(values).enumerate() {
        let fits = in_range(*row, m) && in_range(*column, n);
        ensure!(fits, InvalidData, "{what} {at} is at row {row} and column {column}, there are {m} and {n}");
        ensure!(
            value.is_finite(),
            InvalidData,
            "{what} {at} (row {row}, column {column}) is {value}, it must be finite"
        );
    }
    Ok(())
}

fn bounds(what: &str, count: usize, of: impl Fn(usize) -> (f64, f64), name: impl Fn(usize) -> String) -> Result<()> {
    for at in 0..count {
        let (lower, upper) = of(at);
        let sound = lower < f64::INFINITY && upper > f64::NEG_INFINITY;
        ensure!(
            sound,
            InvalidData,
            "{what} {} has bounds {lower} .. {upper}: NaN, inf below and -inf above are no bounds",
            name(at)
        );
    }
    Ok(())
}
