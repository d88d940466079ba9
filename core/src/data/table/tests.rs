use std::sync::Arc;

use arrow_array::builder::{PrimitiveRunBuilder, StringDictionaryBuilder};
use arrow_array::types::{Int8Type, Int32Type, UInt16Type};
use arrow_array::*;

use super::*;

fn one(name: &str, array: impl Array + 'static) -> Table {
    Table::from_arrays([(name, Arc::new(array) as ArrayRef)]).unwrap()
}

fn many() -> Table {
    let stamps = Values::Timestamps { values: vec![0, 1, 2], unit: TimeUnit::Microsecond, zone: Some("UTC".into()) };
    Table::from_columns([
        ("id", Column::from(vec!["a", "", "c"]).with_missing(vec![false, true, false])),
        ("y", vec![1.0, f64::NAN, 3.0].into()),
        ("n", Column::from(vec![1_i64, 2, i64::MAX]).with_missing(vec![false, true, false])),
        ("yes", vec![true, false, true].into()),
        ("day", Values::Dates(vec![0, -1, 20_000]).into()),
        ("at", stamps.into()),
    ])
    .unwrap()
}

fn chunked() -> Table {
    let batch = many().batches()[0].clone();
    let batches = vec![batch.slice(0, 1), batch.slice(1, 0), batch.slice(1, 2)];
    Table::from_batches(batch.schema(), batches).unwrap()
}

#[test]
fn a_float_column_of_one_chunk_is_borrowed_not_copied() {
    let values = vec![1.0, 2.0];
    let start = values.as_ptr();
    let table = Table::from_columns([("y", values.into())]).unwrap();
    let Cow::Borrowed(borrowed) = table.floats("y").unwrap() else { panic!("copied") };
    assert_eq!(borrowed.as_ptr(), start);
}

#[test]
fn chunks_do_not_change_what_is_read() {
    let (whole, chunked) = (many(), chunked());
    assert_eq!(chunked.batches().len(), 3);
    assert_eq!(whole, chunked);
    assert_eq!(chunked, whole);
    assert_eq!(whole.texts("id").unwrap(), [Some("a"), None, Some("c")]);
    assert_eq!(chunked.texts("id").unwrap(), [Some("a"), None, Some("c")]);
    assert_eq!(chunked.integers("n").unwrap(), [Some(1), None, Some(i64::MAX)]);
    assert!(chunked.floats("n").unwrap()[1].is_nan());
    assert!(chunked.floats("y").unwrap()[1].is_nan());
    for name in ["id", "n", "yes", "day", "at"] {
        assert_eq!(whole.column(name).unwrap(), chunked.column(name).unwrap());
    }
}

#[test]
fn other_values_names_or_types_make_another_table() {
    let base = Table::from_columns([("y", vec![1.0, 2.0].into())]).unwrap();
    assert_ne!(base, Table::from_columns([("y", vec![1.0, 3.0].into())]).unwrap());
    assert_ne!(base, Table::from_columns([("z", vec![1.0, 2.0].into())]).unwrap());
    assert_ne!(base, Table::from_columns([("y", vec![1_i64, 2].into())]).unwrap());
    assert_ne!(base, Table::from_columns([("y", vec![1.0].into())]).unwrap());
}

#[test]
fn every_number_type_reads_as_floats() {
    let tables = [
        one("y", Int8Array::from(vec![Some(1), None, Some(3)])),
        one("y", Int16Array::from(vec![Some(1), None, Some(3)])),
        one("y", Int32Array::from(vec![Some(1), None, Some(3)])),
        one("y", Int64Array::from(vec![Some(1), None, Some(3)])),
        one("y", UInt8Array::from(vec![Some(1), None, Some(3)])),
        one("y", UInt16Array::from(vec![Some(1), None, Some(3)])),
        one("y", UInt32Array::from(vec![Some(1), None, Some(3)])),
        one("y", UInt64Array::from(vec![Some(1), None, Some(3)])),
        one("y", Float32Array::from(vec![Some(1.0), None, Some(3.0)])),
        one("y", Float64Array::from(vec![Some(1.0), None, Some(3.0)])),
        one("y", [Some(1.0), None, Some(3.0)].into_iter().map(|v: Option<f32>| v.map(half)).collect::<Float16Array>()),
    ];
    for table in tables {
        let values = table.floats("y").unwrap();
        assert_eq!((values[0], values[2]), (1.0, 3.0), "{}", table.kind("y").unwrap());
        assert!(values[1].is_nan());
        assert_eq!(table.integers("y").unwrap(), [Some(1), None, Some(3)]);
    }
    assert!(one("y", NullArray::new(2)).floats("y").unwrap().iter().all(|value| value.is_nan()));
}

fn half(value: f32) -> <types::Float16Type as ArrowPrimitiveType>::Native {
    <types::Float16Type as ArrowPrimitiveType>::Native::from_f32(value)
}

#[test]
fn every_text_type_reads_as_texts() {
    let cells = [Some("a"), None, Some("a"), Some("longer than twelve bytes")];
    let mut dictionary = StringDictionaryBuilder::<UInt16Type>::new();
    dictionary.extend(cells);
    let tables = [
        one("id", StringArray::from(cells.to_vec())),
        one("id", LargeStringArray::from(cells.to_vec())),
        one("id", StringViewArray::from(cells.to_vec())),
        one("id", cells.into_iter().collect::<DictionaryArray<Int8Type>>()),
        one("id", dictionary.finish()),
    ];
    for table in tables {
        assert_eq!(table.texts("id").unwrap(), cells, "{}", table.kind("id").unwrap());
        let Column { values: Values::Texts(texts), missing: Some(missing) } = table.column("id").unwrap() else {
            panic!("not texts");
        };
        assert_eq!((texts[3].as_str(), missing), ("longer than twelve bytes", vec![false, true, false, false]));
    }
}

#[test]
fn a_dictionary_of_slices_and_missing_words_is_read_through() {
    let keys = Int32Array::from(vec![Some(1), Some(0), None, Some(1)]);
    let words = Arc::new(StringArray::from(vec![Some("x"), None])) as ArrayRef;
    let array = DictionaryArray::<Int32Type>::try_new(keys, words).unwrap().slice(1, 3);
    let table = one("id", array);
    assert_eq!(table.texts("id").unwrap(), [Some("x"), None, None]);
    assert_eq!(table.column("id").unwrap().missing, Some(vec![false, true, true]));
    let empty: DictionaryArray<Int8Type> = Vec::<Option<&str>>::new().into_iter().collect();
    assert_eq!(one("id", empty).texts("id").unwrap(), []);
}

#[test]
fn errors_name_the_column_and_what_there_is() {
    let table = many();
    let error = table.floats("value").unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    assert_eq!(error.message(), "there is no column \"value\"; the table has [id, y, n, yes, day, at]");
    let error = table.floats("id").unwrap_err();
    assert_eq!(error.message(), "column \"id\" has type Utf8; a column of integers or floats is needed");
    assert_eq!(table.texts("y").unwrap_err().code(), Code::InvalidData);
    assert_eq!(table.integers("id").unwrap_err().code(), Code::InvalidData);
    let error = one("y", Float64Array::from(vec![1.5])).integers("y").unwrap_err();
    assert!(error.message().contains("1.5 in row 0"));
    let error = one("y", Decimal128Array::from(vec![1])).floats("y").unwrap_err();
    assert_eq!(error.code(), Code::Unsupported);
    assert!(error.message().contains("\"y\""));
    let error = one("n", UInt64Array::from(vec![u64::MAX])).integers("n").unwrap_err();
    assert_eq!(error.code(), Code::Unsupported);
    assert!(error.message().contains("18446744073709551615"));
}

#[test]
fn columns_must_be_equally_long_and_differ_in_name() {
    let error = Table::from_columns([("a", vec![1.0].into()), ("b", vec![1.0, 2.0].into())]).unwrap_err();
    assert!(error.message().contains("\"b\" has 2 rows"));
    let error = Table::from_columns([("a", vec![1.0].into()), ("a", vec![2.0].into())]).unwrap_err();
    assert!(error.message().contains("two columns are named \"a\""));
    let error = Table::from_columns([("a", Column::from(vec![1.0]).with_missing(vec![]))]).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    let (a, b) = (many(), one("y", Int8Array::from(vec![1])));
    let error = Table::from_batches(Arc::clone(a.schema()), b.batches().to_vec()).unwrap_err();
    assert!(error.message().contains("chunk 0"));
}

#[test]
fn a_table_without_columns_or_rows_is_a_table() {
    let table = Table::from_columns(Vec::<(String, Column)>::new()).unwrap();
    assert_eq!((table.rows(), table.names().len()), (0, 0));
    let none = Table::from_batches(Arc::clone(many().schema()), Vec::new()).unwrap();
    assert!(none.floats("y").unwrap().is_empty());
    assert_eq!(none.column("id").unwrap().values, Values::Texts(Vec::new()));
}

#[test]
fn a_table_goes_through_an_arrow_reader_unchanged() {
    let table = chunked();
    assert_eq!(Table::from_reader(table.reader()).unwrap(), table);
}

#[test]
fn a_table_goes_through_the_c_stream_interface_without_a_copy() {
    let table = many();
    let stream = ffi_stream::FFI_ArrowArrayStream::new(Box::new(table.reader()));
    let back = Table::from_reader(ffi_stream::RecordBatchStreamReader::try_new(stream).unwrap()).unwrap();
    assert_eq!(back, table);
    let address = |table: &Table| table.batches()[0].column(1).as_primitive::<Float64Type>().values().as_ptr();
    assert_eq!(address(&back), address(&table));
}

#[test]
fn a_table_travels_beside_the_text_and_back() {
    use crate::data::beside;
    let table = many();
    let (text, blocks) = beside::collect(|| serde_json::to_string(&table).unwrap());
    assert_eq!(text, r#"{"$array":0}"#);
    let back: Table = beside::with(blocks, || serde_json::from_str(&text).unwrap());
    assert_eq!(back, table);
    let wrong = vec![beside::Payload::Vector(vec![1.0].into())];
    assert!(beside::with(wrong, || serde_json::from_str::<Table>(&text)).is_err());
}

#[test]
fn a_table_survives_text_and_bytes() {
    let table = chunked();
    let text = serde_json::to_string(&table).unwrap();
    assert!(text.starts_with(r#"{"id":{"texts":["a",null,"c"]},"y":{"floats":[1.0,null,3.0]}"#), "{text}");
    let back: Table = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    let bytes = postcard::to_stdvec(&table).unwrap();
    assert_eq!(postcard::from_bytes::<Table>(&bytes).unwrap(), table);
}

#[test]
fn plain_arrays_are_taken_as_columns() {
    let table: Table =
        serde_json::from_str(r#"{"b": ["x", null], "a": [1, 2], "c": [1, 2.5], "d": [true, null]}"#).unwrap();
    assert_eq!(table.names(), ["b", "a", "c", "d"]);
    assert_eq!(*table.kind("a").unwrap(), DataType::Int64);
    assert_eq!(table.floats("c").unwrap()[..], [1.0, 2.5]);
    assert_eq!(table.texts("b").unwrap(), [Some("x"), None]);
    assert!(serde_json::from_str::<Table>(r#"{"a": [1, "x"]}"#).is_err());
}

#[test]
fn a_type_without_a_plain_form_is_unsupported_by_name() {
    let mut runs = PrimitiveRunBuilder::<Int32Type, types::Int64Type>::new();
    runs.append_value(5);
    let table = one("odd", runs.finish());
    let error = table.column("odd").unwrap_err();
    assert_eq!(error.code(), Code::Unsupported);
    assert!(error.message().contains("\"odd\""));
    assert!(serde_json::to_string(&table).is_err());
}
