use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{ArrayRef, DictionaryArray};
use ndarray::array;

use super::*;
use crate::error::Code;

fn table() -> Table {
    Table::from_columns([
        ("unique_id", vec!["b", "a", "b", "a", "b"].into()),
        ("ds", vec![3_i64, 1, 1, 2, 2].into()),
        ("y", vec![30.0, 1.0, 10.0, 2.0, 20.0].into()),
    ])
    .unwrap()
}

#[test]
fn series_stand_in_the_order_of_their_first_rows_and_sorted_by_time() {
    let table = table();
    let panel = Panel::from_table(&table, "unique_id", Some("ds"), "y").unwrap();
    assert_eq!((panel.len(), panel.ids()), (2, &["b".to_owned(), "a".to_owned()][..]));
    let series = panel.series(0).unwrap();
    assert_eq!(series.values(), [10.0, 20.0, 30.0]);
    assert_eq!(series.rows().collect::<Vec<_>>(), [2, 4, 0]);
    assert_eq!(panel.series(2).unwrap_err().code(), Code::InvalidConfig);
    assert_eq!(panel.series(1).unwrap().values(), [1.0, 2.0]);
}

#[test]
fn without_times_the_order_of_the_rows_counts() {
    let table = table();
    let panel = Panel::from_table(&table, "unique_id", None, "y").unwrap();
    assert_eq!(panel.series(0).unwrap().values(), [30.0, 10.0, 20.0]);
    let panel = Panel::from_series([("x", vec![1.0, 2.0]), ("y", vec![]), ("z", vec![3.0])]).unwrap();
    assert_eq!(panel.series(0).unwrap().values(), [1.0, 2.0]);
    assert!(panel.series(1).unwrap().values().is_empty());
    assert_eq!(panel.series(2).unwrap().values(), [3.0]);
}

#[test]
fn numbers_in_order_are_borrowed_from_the_table() {
    let columns =
        [("id", vec![7_i64, 7, 5].into()), ("t", vec![1_i64, 2, 1].into()), ("y", vec![1.0, 2.0, 3.0].into())];
    let table = Table::from_columns(columns).unwrap();
    let panel = Panel::from_table(&table, "id", Some("t"), "y").unwrap();
    let start = table.floats("y").unwrap().as_ptr();
    assert_eq!(panel.series(0).unwrap().values().as_ptr(), start);
    assert_eq!(panel.series(1).unwrap().values(), [3.0]);
    assert_eq!(panel.series(1).unwrap().rows().collect::<Vec<_>>(), [2]);
    assert_eq!(panel.ids(), ["7", "5"]);
}

#[test]
fn a_matrix_is_a_panel_of_its_rows() {
    let matrix = array![[1.0, 2.0], [3.0, 4.0]];
    let panel = Panel::from_matrix(matrix.view()).unwrap();
    assert_eq!(panel.series(1).unwrap().values(), [3.0, 4.0]);
    let panel = Panel::from_matrix(matrix.t()).unwrap();
    assert_eq!(panel.series(1).unwrap().values(), [2.0, 4.0]);
    assert_eq!(panel.ids(), ["0", "1"]);
}

#[test]
fn bad_tables_are_refused_with_the_column() {
    let table = table();
    let refused = |id, time, target| {
        let error = Panel::from_table(&table, id, time, target).unwrap_err();
        assert_eq!(error.code(), Code::InvalidData);
        error.message().to_owned()
    };
    assert!(refused("id", None, "y").contains("\"id\"; the table has [unique_id, ds, y]"));
    assert!(refused("unique_id", None, "unique_id").contains("integers or floats"));
    assert!(refused("y", None, "y").contains("texts or integers"));
    let gone = Table::from_columns([
        ("id", crate::data::Column::from(vec!["a"]).with_missing(vec![true])),
        ("y", vec![1.0].into()),
    ]);
    let error = Panel::from_table(&gone.unwrap(), "id", None, "y").unwrap_err();
    assert!(error.message().contains("row 0"));
    let empty = Table::from_columns([("id", Vec::<&str>::new().into()), ("y", Vec::<f64>::new().into())]).unwrap();
    assert_eq!(Panel::from_table(&empty, "id", None, "y").unwrap_err().message(), "the table has no rows");
    assert!(Panel::from_series([("a", vec![1.0]), ("a", vec![2.0])]).is_err());
}

#[test]
fn names_leave_in_the_type_they_came_in() {
    use arrow_array::{Int16Array, LargeStringArray, StringViewArray, UInt64Array};
    let ids: [ArrayRef; 5] = [
        Arc::new(Int16Array::from(vec![300, -1])),
        Arc::new(UInt64Array::from(vec![300, 1])),
        Arc::new(LargeStringArray::from(vec!["x", "y"])),
        Arc::new(StringViewArray::from(vec!["x", "y"])),
        Arc::new(["x", "y"].into_iter().collect::<DictionaryArray<Int8Type>>()),
    ];
    for id in ids {
        let y: ArrayRef = Arc::new(arrow_array::Float64Array::from(vec![1.0, 2.0]));
        let table = Table::from_arrays([("id", Arc::clone(&id)), ("y", y)]).unwrap();
        let panel = Panel::from_table(&table, "id", None, "y").unwrap();
        assert_eq!(&panel.id_column(&[(0, 1), (1, 1)]).unwrap(), &id);
        assert_eq!(panel.id_column(&[(0, 2), (1, 3)]).unwrap().len(), 5);
    }
}

#[test]
fn two_hundred_series_of_small_dictionary_chunks_leave_as_texts() {
    let chunk = |from: usize| {
        let ids: DictionaryArray<Int8Type> =
            (from..from + 100).map(|i| i.to_string()).collect::<Vec<_>>().iter().map(String::as_str).collect();
        let y: ArrayRef = Arc::new(arrow_array::Float64Array::from(vec![1.0; 100]));
        Table::from_arrays([("id", Arc::new(ids) as ArrayRef), ("y", y)]).unwrap().batches()[0].clone()
    };
    let table = Table::from_batches(chunk(0).schema(), vec![chunk(0), chunk(100)]).unwrap();
    let panel = Panel::from_table(&table, "id", None, "y").unwrap();
    let all: Vec<_> = (0..200).map(|i| (i, 1)).collect();
    let column = panel.id_column(&all).unwrap();
    assert_eq!((column.len(), column.data_type()), (200, &DataType::Utf8));
}
