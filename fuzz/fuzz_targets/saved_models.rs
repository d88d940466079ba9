//! Saved models: `core/tests/saved_models.rs` runs the same judgement on a fixed list of inputs.
#![no_main]

#[allow(dead_code)]
#[path = "../../core/tests/saved_models/harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    harness::run(input);
});
