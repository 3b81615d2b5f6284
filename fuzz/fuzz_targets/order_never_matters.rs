//! Feeds bytes to the property of this name.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::properties::order_never_matters(bytes));
