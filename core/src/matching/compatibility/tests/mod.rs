mod recommending;
mod scoring;

use super::*;
use crate::data::{Column, Table};

fn table<'n>(columns: impl IntoIterator<Item = (&'n str, Column)>) -> Table {
    Table::from_columns(columns).unwrap()
}

fn number(column: &str) -> NumberAttribute {
    NumberAttribute::default().with_left(column).with_right(column)
}
