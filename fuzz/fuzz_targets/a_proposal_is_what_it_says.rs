//! Feeds bytes to the property of this name.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| support::properties::a_proposal_is_what_it_says(bytes));
