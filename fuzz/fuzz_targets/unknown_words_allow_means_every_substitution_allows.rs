//! Feeds bytes to the property of this name.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    support::properties::unknown_words_allow_means_every_substitution_allows(bytes)
});
