//! Feeds bytes to the property of this name.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    support::properties::whatever_a_client_writes_costs_nobody_else_anything(bytes)
});
