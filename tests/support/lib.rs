//! What the tests share: generators, properties, a second judge, the spec harness.
//!
//! [`scripts`] and [`policies`] grow texts out of [`choices`], so that a property test, a fuzzer and a fixed-seed
//! run use the same generators. [`properties`] holds one function per promise of the engine; [`naive_judge`] is a
//! second engine, slow and obvious; [`oracle`] asks real shells ([`executor`]) about [`cases`] and their [`mutation`]s.
//! [`spec`] reads Markdown chapters as tests, [`corpora`] finds real commands, [`repository`] reads the house itself.
//! All of it judges through [`engine`].
#![forbid(unsafe_code)]

pub mod cases;
pub mod choices;
pub mod claims;
pub mod codes;
pub mod corpora;
pub mod engine;
pub mod executor;
pub mod manuals;
pub mod mutation;
pub mod naive_judge;
pub mod oracle;
pub mod pathological;
pub mod policies;
pub mod properties;
pub mod repository;
pub mod scripts;
pub mod spec;
pub mod splicing;
pub mod triples;
