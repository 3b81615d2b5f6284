//! Feeds bytes to the property of this name.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::properties::raising_an_effect_never_loosens(bytes));
