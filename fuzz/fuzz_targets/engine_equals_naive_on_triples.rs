//! Feeds bytes to the property of this name.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::properties::engine_equals_naive_on_triples(bytes));
