//! Saved linkages: bytes that were changed are refused, or are a linkage that still answers without a panic.
#![cfg(feature = "matching")]

use inlaid::data::Table;
use inlaid::matching::{FittedLinkage, Linkage};
use inlaid::{Code, Context};

/// SplitMix64 (Steele, Lea, Flood 2014), so that a failure comes back on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

fn table() -> Table {
    Table::from_columns([
        ("first", vec!["anna", "ana", "bert", "bert", "carla", "dora", "", "emil"].into()),
        ("last", vec!["novak", "novak", "braun", "brown", "stein", "stein", "ruiz", "ruiz"].into()),
        (
            "born",
            vec!["1980-01-01", "1980-01-01", "1975-03-04", "1975-03-04", "1990-12-12", "1991-01-05", "", "2001-02-03"]
                .into(),
        ),
        ("lat", vec![1.5, 1.5, 48.2, 48.2, -30.1, 12.7, 12.7, 50.4].into()),
        ("lon", vec![1.5, 1.5, 16.3, 16.3, -30.1, 12.7, 12.7, 50.4].into()),
        ("price", vec![10.5, 10.4, 99.25, 99.0, 1.25, 2.5, f64::NAN, 3.5].into()),
    ])
    .unwrap()
}

/// The container's checksum, after the table in `inlaid::store`.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = (bytes.len() as u64).saturating_sub(24);
    bytes[16..24].copy_from_slice(&length.to_le_bytes());
    let sum = crc32fast::hash(&bytes[16..]);
    bytes[12..16].copy_from_slice(&sum.to_le_bytes());
    bytes
}

fn use_everything(model: &mut FittedLinkage) {
    let context = Context::new().with_threads(1);
    let finite = |value: f64| assert!(value.is_finite(), "{value}");
    let rows = model.entities().len() as i64;
    let summary = model.summary();
    for level in summary.columns.iter().flat_map(|column| &column.levels) {
        finite(level.weight);
    }
    for row in 0..rows.min(20) {
        if let Ok(why) = model.explain(row, rows - 1, &context) {
            finite(why.weight);
            assert!((0.0..=1.0).contains(&why.probability));
        }
    }
    model.pairs(None).unwrap();
    for answer in [model.match_new(&table(), true, &context), model.update(&table(), false, &context)] {
        if let Err(error) = answer {
            assert!([Code::InvalidData, Code::TooLarge].contains(&error.code()), "{error}");
        }
    }
    assert_eq!(FittedLinkage::from_bytes(&model.to_bytes().unwrap()).unwrap().summary(), model.summary());
}

#[test]
fn changed_bytes_are_refused_or_still_answer() {
    let good = Linkage::default().fit(&table(), &Context::new()).unwrap().to_bytes().unwrap();
    use_everything(&mut FittedLinkage::from_bytes(&good).unwrap());
    let head = 60;
    let (mut random, mut loaded) = (Random(7), 0);
    let numbers = [f64::NAN, f64::INFINITY, -1.0, 0.0, 1.0, 1e308, -1e308, 5e-324];
    for round in 0..12_000 {
        let mut bytes = good.clone();
        for _ in 0..=random.next() % 3 {
            let at = head + (random.next() as usize) % (bytes.len() - head);
            let value = random.next();
            match random.next() % 5 {
                0 => bytes[at] = value as u8,
                1 => bytes[at] ^= 1 << (value % 8),
                2 => bytes.insert(at, value as u8),
                3 => drop(bytes.drain(at..bytes.len().min(at + 1 + (value % 9) as usize))),
                _ if at + 8 <= bytes.len() => {
                    bytes[at..at + 8].copy_from_slice(&numbers[(value % 8) as usize].to_le_bytes());
                }
                _ => {}
            }
        }
        match FittedLinkage::from_bytes(&sealed(bytes)) {
            Ok(mut model) => {
                loaded += 1;
                if round % 3 == 0 {
                    use_everything(&mut model);
                }
            }
            Err(error) => assert_eq!(error.code(), Code::Incompatible, "{error}"),
        }
    }
    assert!(loaded > 300, "{loaded} of the changed models loaded; most changes of texts and weights should");
}

#[test]
fn every_changed_byte_without_its_checksum_is_refused() {
    let good = Linkage::default().fit(&table(), &Context::new()).unwrap().to_bytes().unwrap();
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 0x55;
        assert_eq!(FittedLinkage::from_bytes(&bytes).unwrap_err().code(), Code::Incompatible);
    }
}
