//! One target of `crates/fuzzing`, by the name under which this file is built.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzzing::run(env!("CARGO_BIN_NAME"), data));
