//! Columns as numbers: what each family of detectors can make something of.
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::super::options::Missing;
use super::super::rows::Role;
use super::Unseen;
use super::read::{Cells, read};
use crate::Context;
use crate::data::Table;
use crate::error::{Result, bail, ensure};

/// The most different categories of a column, whose names are kept.
const MOST_NAMES: usize = 1 << 16;
/// Rows between two looks at the context.
const TOGETHER: usize = 1 << 16;

/// How categories become numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Coding {
    /// Their surprise `-ln p`: one column in which rare ones lie far out.
    Surprise,
    /// A column for each that is `size` where it is the row's; `beyond`, one more for those that were not fitted.
    Indicators { size: f64, beyond: bool },
    /// Surprise for what asks how rare values are, indicators for what asks how far apart rows lie.
    Both,
}

/// How columns become numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) coding: Coding,
    /// Whether numbers are centred and divided by their standard deviation.
    pub(super) standardised: bool,
}

/// The categories of a column, the most frequent first; none is a missing one.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Categories {
    names: Vec<Option<String>>,
    /// So many have a place of their own; all others share one.
    alone: usize,
    /// `-ln p` of every place, and last of a category that was not fitted.
    surprise: Vec<f64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Kind {
    /// What a number is less, and times.
    Number {
        centre: f64,
        scale: f64,
    },
    Category(Categories),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Field {
    name: String,
    kind: Kind,
}

/// From the columns of a table to those of a detector.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Encoder {
    fields: Vec<Field>,
    coding: Coding,
    unseen: Unseen,
}

/// A table as numbers and places of categories, column by column.
pub(super) struct Coded<'a> {
    columns: Vec<Codes<'a>>,
    pub(super) rows: usize,
}

pub(super) enum Codes<'a> {
    Numbers(Cow<'a, [f64]>),
    Places(Vec<u32>),
}

impl Categories {
    /// How many places there are, that of categories not fitted left out.
    fn places(&self) -> usize {
        self.surprise.len() - 1
    }

    /// From the weight of every category; the place of each.
    fn of(found: Vec<(Option<Cow<'_, str>>, f64)>, most: usize) -> (Self, Vec<u32>) {
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_by(|left, right| {
            found[*right].1.total_cmp(&found[*left].1).then(found[*left].0.cmp(&found[*right].0))
        });
        let alone = if found.len() <= most { found.len() } else { most - 1 };
        let mut weights: Vec<f64> = order[..alone].iter().map(|at| found[*at].1).collect();
        if alone < found.len() {
            weights.push(order[alone..].iter().map(|at| found[*at].1).sum());
        }
        // One row more for each, and one for what was not fitted: rarest of all, and still with a finite surprise.
        let total: f64 = weights.iter().sum::<f64>() + weights.len() as f64 + 1.0;
        let surprise = weights.iter().chain([&0.0]).map(|weight| -((weight + 1.0) / total).ln()).collect();
        let mut places = vec![0; found.len()];
        order.iter().enumerate().for_each(|(place, at)| places[*at] = place.min(alone) as u32);
        let names = order.into_iter().map(|at| found[at].0.as_deref().map(str::to_owned)).collect();
        (Self { names, alone, surprise }, places)
    }

    /// The place of the rarest.
    fn rarest(&self) -> usize {
        let each = self.surprise[..self.places()].iter().enumerate();
        each.fold((0, f64::NEG_INFINITY), |best, (at, own)| if *own > best.1 { (at, *own) } else { best }).0
    }

    fn width(&self, coding: Coding) -> usize {
        match coding {
            Coding::Surprise => 1,
            Coding::Indicators { beyond, .. } => self.places() + usize::from(beyond),
            Coding::Both => self.places() + 2,
        }
    }

    fn write(&self, place: usize, coding: Coding, to: &mut [f64]) {
        let shown = |place: usize, size: f64, beyond: bool, to: &mut [f64]| {
            let at = if beyond || place < self.places() { place } else { self.rarest() };
            to.fill(0.0);
            to[at] = size;
        };
        match coding {
            Coding::Surprise => to[0] = self.surprise[place],
            Coding::Indicators { size, beyond } => shown(place, size, beyond, to),
            Coding::Both => {
                to[0] = self.surprise[place];
                shown(place, 1.0, true, &mut to[1..]);
            }
        }
    }
}

impl Field {
    fn width(&self, coding: Coding) -> usize {
        match &self.kind {
            Kind::Number { .. } => 1,
            Kind::Category(categories) => categories.width(coding),
        }
    }
}

/// Categories of rows that weigh anything, with what they weigh.
type Found<'a> = Vec<(Option<Cow<'a, str>>, f64)>;

/// The categories in the order they come, and which of them each row has; none of them for one that only rows without weight
/// have.
fn distinct<'a>(
    name: &str,
    cells: &[Option<Cow<'a, str>>],
    weights: Option<&[f64]>,
    context: &Context,
) -> Result<(Found<'a>, Vec<u32>)> {
    let (mut known, mut found) = (HashMap::new(), Vec::new());
    let (mut ids, mut silent) = (vec![u32::MAX; cells.len()], Vec::new());
    for (row, cell) in cells.iter().enumerate() {
        if row % TOGETHER == 0 {
            context.check()?;
        }
        let weight = weights.map_or(1.0, |weights| weights[row]);
        if weight == 0.0 {
            silent.push(row);
            continue;
        }
        let id = *known.entry(cell).or_insert_with(|| {
            found.push((cell.clone(), 0.0));
            found.len() - 1
        });
        ensure!(
            found.len() <= MOST_NAMES,
            TooLarge,
            "column \"{name}\" has more than {MOST_NAMES} categories; ignore it, names that hardly repeat say nothing"
        );
        found[id].1 += weight;
        ids[row] = id as u32;
    }
    for row in silent {
        ids[row] = known.get(&cells[row]).map_or(u32::MAX, |id| *id as u32);
    }
    Ok((found, ids))
}

impl Encoder {
    /// Learn the columns named, and code the table that they were learnt from.
    pub(super) fn learn<'a>(
        table: &'a Table,
        columns: &[(String, bool)],
        plan: Plan,
        most: usize,
        unseen: Unseen,
        weights: Option<&[f64]>,
        context: &Context,
    ) -> Result<(Self, Coded<'a>)> {
        let (mut fields, mut coded) = (Vec::with_capacity(columns.len()), Vec::with_capacity(columns.len()));
        for (name, categorical) in columns {
            context.check()?;
            let (kind, codes) = match read(table, name, *categorical)? {
                Cells::Numbers(values) => {
                    let (centre, scale) = if plan.standardised { standard(&values, weights) } else { (0.0, 1.0) };
                    (Kind::Number { centre, scale }, Codes::Numbers(values))
                }
                Cells::Names(cells) => {
                    let (found, mut ids) = distinct(name, &cells, weights, context)?;
                    ensure!(!found.is_empty(), NotEnoughData, "column \"{name}\" has no rows to learn from");
                    let (categories, places) = Categories::of(found, most);
                    let beyond = categories.places() as u32;
                    ids.iter_mut().for_each(|id| *id = places.get(*id as usize).copied().unwrap_or(beyond));
                    (Kind::Category(categories), Codes::Places(ids))
                }
            };
            fields.push(Field { name: name.clone(), kind });
            coded.push(codes);
        }
        Ok((Self { fields, coding: plan.coding, unseen }, Coded { columns: coded, rows: table.rows() }))
    }

    /// Code another table.
    pub(super) fn code<'a>(&self, table: &'a Table, context: &Context) -> Result<Coded<'a>> {
        let mut coded = Vec::with_capacity(self.fields.len());
        for field in &self.fields {
            context.check()?;
            let codes = match (&field.kind, read(table, &field.name, matches!(field.kind, Kind::Category(_)))?) {
                (Kind::Number { .. }, Cells::Numbers(values)) => Codes::Numbers(values),
                (Kind::Category(categories), Cells::Names(cells)) => {
                    Codes::Places(self.places(&field.name, categories, cells, context)?)
                }
                (Kind::Number { .. }, Cells::Names(_)) => bail!(
                    InvalidData,
                    "column \"{}\" was fitted as numbers and has type {}",
                    field.name,
                    table.kind(&field.name)?
                ),
                (Kind::Category(_), Cells::Numbers(_)) => {
                    bail!(Internal, "a column of categories was read as numbers; please report this with the input")
                }
            };
            coded.push(codes);
        }
        Ok(Coded { columns: coded, rows: table.rows() })
    }

    fn places(
        &self,
        name: &str,
        categories: &Categories,
        cells: Vec<Option<Cow<'_, str>>>,
        context: &Context,
    ) -> Result<Vec<u32>> {
        let known: HashMap<Option<&str>, usize> =
            categories.names.iter().enumerate().map(|(at, name)| (name.as_deref(), at)).collect();
        let mut places = Vec::with_capacity(cells.len());
        for (row, cell) in cells.iter().enumerate() {
            if row % TOGETHER == 0 {
                context.check()?;
            }
            let place = match known.get(&cell.as_deref()) {
                Some(at) => (*at).min(categories.alone),
                None => {
                    ensure!(
                        self.unseen == Unseen::Rare,
                        InvalidData,
                        "row {row}, column \"{name}\": no fitted row had the category {}; set unseen to rare to take it as the \
                         rarest",
                        cell.as_deref().map_or_else(|| "of a missing value".to_owned(), |cell| format!("{cell:?}"))
                    );
                    categories.places()
                }
            };
            places.push(place as u32);
        }
        Ok(places)
    }

    /// Refuse what no detector takes, by the name of the column.
    pub(super) fn check_numbers(&self, coded: &Coded<'_>, missing: Missing) -> Result<()> {
        for (field, codes) in self.fields.iter().zip(&coded.columns) {
            let Codes::Numbers(values) = codes else { continue };
            if let Some(row) = values.iter().position(|value| value.is_infinite()) {
                bail!(
                    InvalidData,
                    "row {row}, column \"{}\" is {}; only finite values can be judged",
                    field.name,
                    values[row]
                );
            }
            if missing == Missing::Refuse
                && let Some(row) = values.iter().position(|value| value.is_nan())
            {
                bail!(
                    InvalidData,
                    "row {row}, column \"{}\" is missing; fill it, or set missing of the detector to median, or to ignore where it \
                     can",
                    field.name
                );
            }
        }
        Ok(())
    }

    /// The columns of the detector that each column became.
    pub(super) fn groups(&self) -> Vec<Range<usize>> {
        let mut start = 0;
        self.fields
            .iter()
            .map(|field| {
                let own = start..start + field.width(self.coding);
                start = own.end;
                own
            })
            .collect()
    }

    /// How many columns the detector sees.
    pub(super) fn width(&self) -> usize {
        self.fields.iter().map(|field| field.width(self.coding)).sum()
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.fields.iter().map(|field| field.name.as_str()).collect()
    }

    /// The known categories of a column, the most frequent first; none where it holds numbers.
    pub(super) fn categories(&self, name: &str) -> Result<Option<&[Option<String>]>> {
        match self.fields.iter().find(|field| field.name == name).map(|field| &field.kind) {
            Some(Kind::Category(categories)) => Ok(Some(&categories.names)),
            Some(Kind::Number { .. }) => Ok(None),
            None => bail!(NotFound, "column \"{name}\" was not fitted; there are [{}]", self.names().join(", ")),
        }
    }

    /// Whether some column holds categories.
    pub(super) fn has_categories(&self) -> bool {
        self.fields.iter().any(|field| matches!(field.kind, Kind::Category(_)))
    }

    /// What each column says to a detector that asks both questions; nothing to the others.
    pub(super) fn roles(&self) -> Vec<Role> {
        if self.coding != Coding::Both {
            return Vec::new();
        }
        let mut roles = Vec::with_capacity(self.width());
        for field in &self.fields {
            match &field.kind {
                Kind::Number { .. } => roles.push(Role::Number),
                Kind::Category(categories) => {
                    roles.push(Role::Surprise);
                    roles.resize(roles.len() + categories.width(self.coding) - 1, Role::Indicator);
                }
            }
        }
        roles
    }

    /// Some rows as the detector sees them, one after the other.
    pub(super) fn write(&self, coded: &Coded<'_>, rows: Range<usize>) -> Vec<f64> {
        let width = self.width();
        let mut values = vec![0.0; rows.len() * width];
        for ((field, codes), own) in self.fields.iter().zip(&coded.columns).zip(self.groups()) {
            for (row, to) in rows.clone().zip(values.chunks_exact_mut(width)) {
                match (&field.kind, codes) {
                    (Kind::Number { centre, scale }, Codes::Numbers(values)) => {
                        to[own.start] = (values[row] - centre) * scale;
                    }
                    (Kind::Category(categories), Codes::Places(places)) => {
                        categories.write(places[row] as usize, self.coding, &mut to[own.clone()]);
                    }
                    _ => {}
                }
            }
        }
        values
    }

    /// All rows, as [`write`](Self::write) does some.
    pub(super) fn write_all(&self, coded: &Coded<'_>, context: &Context) -> Result<Vec<f64>> {
        let mut values = Vec::with_capacity(coded.rows * self.width());
        for start in (0..coded.rows).step_by(TOGETHER) {
            context.check()?;
            values.extend(self.write(coded, start..coded.rows.min(start + TOGETHER)));
        }
        Ok(values)
    }

    /// Put the commonest of the categories of some rows into a typical row, column by column.
    pub(super) fn typify(&self, coded: &Coded<'_>, rows: &[(u32, f64)], typical: &mut [f64]) {
        for ((field, codes), own) in self.fields.iter().zip(&coded.columns).zip(self.groups()) {
            let (Kind::Category(categories), Codes::Places(places)) = (&field.kind, codes) else { continue };
            let mut weights = vec![0.0; categories.surprise.len()];
            rows.iter().for_each(|(row, weight)| weights[places[*row as usize] as usize] += weight);
            let most = weights
                .iter()
                .enumerate()
                .fold((0, 0.0), |best, (at, own)| if *own > best.1 { (at, *own) } else { best });
            categories.write(most.0, self.coding, &mut typical[own]);
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let sound = |field: &Field| match &field.kind {
            Kind::Number { centre, scale } => centre.is_finite() && scale.is_finite(),
            Kind::Category(categories) => {
                let names = categories.names.len();
                let shared = usize::from(categories.alone < names);
                (1..=MOST_NAMES).contains(&names)
                    && categories.alone <= names
                    && categories.surprise.len() == categories.alone + shared + 1
                    && categories.surprise.iter().all(|own| own.is_finite())
            }
        };
        let coding = match self.coding {
            Coding::Indicators { size, .. } => size.is_finite() && size > 0.0,
            _ => true,
        };
        ensure!(
            coding && !self.fields.is_empty() && self.fields.iter().all(sound),
            InvalidData,
            "the columns of the table are broken"
        );
        Ok(())
    }
}

impl<'a> Coded<'a> {
    pub(super) fn columns(&self) -> &[Codes<'a>] {
        &self.columns
    }
}

/// The mean of the present values and one over their standard deviation; 1 where they do not differ.
fn standard(values: &[f64], weights: Option<&[f64]>) -> (f64, f64) {
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let present = || values.iter().enumerate().filter(|(_, value)| value.is_finite());
    let total: f64 = present().map(|(row, _)| weight(row)).sum();
    if total <= 0.0 {
        return (0.0, 1.0);
    }
    let mean = present().map(|(row, value)| weight(row) * value).sum::<f64>() / total;
    let variance = present().map(|(row, value)| weight(row) * ((value - mean) * (value - mean))).sum::<f64>() / total;
    let deviation = variance.sqrt();
    let scale = 1.0 / deviation;
    let varies = deviation > 10.0 * f64::EPSILON * mean.abs() && scale.is_finite() && scale > 0.0;
    let mean = if mean.is_finite() { mean } else { 0.0 };
    (mean, if varies { scale } else { 1.0 })
}
