use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::*;

use super::civil::{civil_from_days, days_from_civil, weekday};
use super::stamp;
use super::*;
use crate::Context;
use crate::data::{Table, read_csv};
use crate::error::{Code, Result};

fn data(name: &str) -> Table {
    read_csv(format!("{}/../tests/data/{name}", env!("CARGO_MANIFEST_DIR")), &Context::new()).unwrap()
}

fn table(column: ArrayRef) -> Table {
    Table::from_arrays([("ds", column)]).unwrap()
}

/// The history and the next stamps of one series that is the whole column.
fn continued(table: &Table, horizon: usize) -> Result<ArrayRef> {
    let column = TimeColumn::of(table, "ds")?;
    let (axis, _) = column.axis(&(0..table.rows()).collect::<Vec<_>>())?;
    column.array(vec![axis.future(horizon)?])
}

fn message(column: ArrayRef) -> String {
    let error = continued(&table(column), 1).unwrap_err();
    assert_eq!(error.code(), Code::InvalidData);
    error.message().to_owned()
}

fn texts(texts: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(texts.to_vec()))
}

#[test]
fn days_and_weekdays_are_those_of_python() {
    let table = data("calendar_days.csv");
    let column = |name| table.integers(name).unwrap().into_iter().map(Option::unwrap).collect::<Vec<_>>();
    let (years, months, days) = (column("year"), column("month"), column("day"));
    for (row, (since, of_week)) in column("days").into_iter().zip(column("weekday")).enumerate() {
        let date = (years[row], months[row] as u32, days[row] as u32);
        assert_eq!(days_from_civil(date.0, date.1, date.2), since);
        assert_eq!(civil_from_days(since), date);
        assert_eq!(i64::from(weekday(since)), of_week);
    }
}

#[test]
fn histories_go_on_as_in_python_in_every_type() {
    let table = data("calendar_steps.csv");
    let column = |name| table.texts(name).unwrap().into_iter().map(Option::unwrap).collect::<Vec<_>>();
    for ((case, history), future) in column("case").into_iter().zip(column("history")).zip(column("future")) {
        let split = |list: &str| list.split(';').map(String::from).collect::<Vec<_>>();
        let (history, future) = (split(history), split(future));
        let as_texts = self::table(Arc::new(StringArray::from(history.clone())));
        let got = continued(&as_texts, future.len()).unwrap();
        let got: Vec<_> = got.as_string::<i32>().iter().map(Option::unwrap).collect();
        assert_eq!(got, future, "{case} from {history:?}");
        let positions = |texts: &[String]| texts.iter().map(|text| stamp::read(text).unwrap()).collect::<Vec<_>>();
        let (history, future) = (positions(&history), positions(&future));
        let dates = matches!(history[0].0, stamp::Format::Date);
        let instants = matches!(history[0].0, stamp::Format::DateTime { .. });
        let typed = |stamps: &[(stamp::Format, i64)]| -> Vec<ArrayRef> {
            let positions: Vec<i64> = stamps.iter().map(|stamp| stamp.1).collect();
            let days = || positions.iter().map(|&day| day as i32).collect::<Vec<_>>();
            let scaled = |by: i64| positions.iter().map(|value| value * by).collect::<Vec<_>>();
            if dates {
                vec![
                    Arc::new(Date32Array::from(days())),
                    Arc::new(Date64Array::from(scaled(86_400_000))),
                    Arc::new(TimestampSecondArray::from(scaled(86_400))),
                    Arc::new(TimestampMillisecondArray::from(scaled(86_400_000))),
                ]
            } else if instants {
                // Local times two hours east of UTC, kept in UTC.
                let utc: Vec<i64> = positions.iter().map(|value| value - 7_200_000_000).collect();
                vec![
                    Arc::new(TimestampMicrosecondArray::from(positions)),
                    Arc::new(TimestampMicrosecondArray::from(utc).with_timezone("+02:00")),
                ]
            } else {
                vec![]
            }
        };
        for (known, next) in typed(&history).into_iter().zip(typed(&future)) {
            let got = continued(&self::table(known), future.len()).unwrap();
            assert_eq!(&got, &next, "{case}");
        }
    }
}

#[test]
fn integers_of_every_width_go_on_in_their_type_and_stop_at_its_end() {
    let next = |column: ArrayRef| continued(&table(column), 1);
    assert_eq!(
        next(Arc::new(UInt8Array::from(vec![250, 252]))).unwrap().as_primitive::<types::UInt8Type>().value(0),
        254
    );
    assert_eq!(next(Arc::new(Int64Array::from(vec![-4, -2]))).unwrap().as_primitive::<types::Int64Type>().value(0), 0);
    assert_eq!(
        next(Arc::new(Float64Array::from(vec![1.0, 2.0]))).unwrap().as_primitive::<types::Float64Type>().value(0),
        3.0
    );
    assert_eq!(
        next(Arc::new(Float32Array::from(vec![1.0, 2.0]))).unwrap().as_primitive::<types::Float32Type>().value(0),
        3.0
    );
    assert_eq!(next(Arc::new(UInt8Array::from(vec![250, 253]))).unwrap_err().code(), Code::InvalidData);
    let end = i64::MAX - 1;
    let error = next(Arc::new(TimestampNanosecondArray::from(vec![end - 10, end]))).unwrap_err();
    assert!(error.message().contains("leave the range"));
    assert!(next(texts(&["9999-12-30", "9999-12-31"])).unwrap_err().message().contains("leave the range"));
}

#[test]
fn text_types_go_on_in_their_type_and_dictionaries_as_plain_texts() {
    let cells = ["2020-01", "2020-02"];
    let large = continued(&table(Arc::new(LargeStringArray::from(cells.to_vec()))), 1).unwrap();
    assert_eq!(large.as_string::<i64>().value(0), "2020-03");
    let view = continued(&table(Arc::new(StringViewArray::from(cells.to_vec()))), 1).unwrap();
    assert_eq!(view.as_string_view().value(0), "2020-03");
    let coded: DictionaryArray<types::Int8Type> = cells.into_iter().collect();
    assert_eq!(continued(&table(Arc::new(coded)), 1).unwrap().as_string::<i32>().value(0), "2020-03");
}

#[test]
fn rows_in_another_order_are_sorted_by_time() {
    let table = table(texts(&["2020-03", "2020-01", "2020-02", "x"]));
    let column = TimeColumn::of(&table, "ds").unwrap();
    let (axis, order) = column.axis(&[0, 1, 2]).unwrap();
    assert_eq!(order, Some(vec![1, 2, 0]));
    let Stamps::Texts(next) = axis.future(1).unwrap() else { panic!("not texts") };
    assert_eq!(next, ["2020-04"]);
}

#[test]
fn what_is_wrong_with_times_is_told_with_the_place() {
    assert_eq!(message(texts(&["2020-01", "2020-01"])), "ds 2020-01 stands twice; keep one row per time");
    let gap = message(texts(&["2020-01", "2020-02", "2020-04", "2020-05"]));
    assert!(gap.starts_with("ds goes from 2020-02 to 2020-04 where its step is 1 month, 1 missing; add"), "{gap}");
    let odd = message(texts(&["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-03T12:00"]));
    assert!(odd.contains("\"2020-01-01\" and as \"2020-01-03T12:00\""), "{odd}");
    let odd = message(Arc::new(Int64Array::from(vec![0, 10, 20, 25])));
    assert!(odd.contains("from 20 to 25 where its step is mostly 10"), "{odd}");
    assert!(message(texts(&["01/02/2020", "02/02/2020"])).contains("cannot read ds \"01/02/2020\""));
    assert_eq!(message(Arc::new(Int64Array::from(vec![Some(1), None]))), "ds is missing at position 1 (0-based)");
    assert!(message(Arc::new(BooleanArray::from(vec![true]))).contains("type Boolean"));
    let hours: Vec<i64> = [0, 24, 47, 71].iter().map(|hour| hour * 3600).collect();
    let zoned = message(Arc::new(TimestampSecondArray::from(hours).with_timezone("Europe/Berlin")));
    assert!(zoned.contains("1970-01-02T00:00:00 to 1970-01-02T23:00:00") && zoned.contains("drop the zone"), "{zoned}");
    let error = continued(&table(texts(&["2020"])), 1).unwrap_err();
    assert_eq!(error.code(), Code::NotEnoughData);
}
