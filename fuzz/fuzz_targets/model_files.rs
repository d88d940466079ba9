//! MPS and LP files: whatever the bytes, a model or an error; a model that was read is written and read again.
#![no_main]

use inlaid::optimize::{LinearModel, MpsFormat, ReadMps, read_lp, write_lp, write_mps};

fn again(model: &LinearModel) {
    if let Ok(text) = write_mps(model) {
        let back = ReadMps::default().with_format(MpsFormat::Free).read(&text);
        assert!(back.is_ok_and(|back| back.costs.len() == model.costs.len()), "{text}");
    }
    if let Ok(text) = write_lp(model) {
        let back = read_lp(&text);
        assert!(back.is_ok_and(|back| back.row_count() == model.row_count()), "{text}");
    }
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    let readers = [ReadMps::default().with_format(MpsFormat::Free), ReadMps::default().with_format(MpsFormat::Fixed)];
    for reader in readers {
        if let Ok(model) = reader.read(&text) {
            again(&model);
        }
    }
    if let Ok(model) = read_lp(&text) {
        again(&model);
    }
});
