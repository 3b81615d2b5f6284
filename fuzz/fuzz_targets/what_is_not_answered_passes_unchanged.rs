//! Feeds bytes to the property of this name.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::properties::what_is_not_answered_passes_unchanged(bytes));
