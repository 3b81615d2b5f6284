//! Feeds bytes to the property of this name.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    support::properties::what_leans_allows_every_substitution_or_knows_why(bytes)
});
