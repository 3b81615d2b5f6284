//! Policy text to rules, and a script to a verdict with its reasons.
#![forbid(unsafe_code)]

mod basis;
mod compiled;
mod confinement;
mod context;
mod decision;
mod effect;
mod fallback;
mod judge;
mod knowledge;
mod language;
mod matching;
mod origin;
mod path;
mod policy_set;
mod rule;
mod verdict;

pub use basis::{Basis, Certainty, RuleMatch};
pub use compiled::compile;
pub use confinement::ConfinementName;
pub use context::{Approval, Context, Directory, Lookup, Program};
pub use decision::Decision;
pub use effect::{Effect, EffectKind, Executed, Standing, UnknownEffect};
pub use fallback::{BuiltIn, Fallback, Ruling, Unspoken};
pub use judge::judge;
pub use knowledge::{
    Declaration, DeclarationError, Does, Entry, Knowledge, Nested, Ran, Reading, SpellingError, Syntax, Trait,
};
pub use language::{LoadCode, Loaded, Packs, PolicyFile, load};
pub use origin::{Layer, Origin};
pub use policy_set::PolicySet;
pub use rule::{HostExecutable, NetworkRule, Pattern, Protocol, Rule, Token};
pub use shell_parser::Dialect;
pub use verdict::{SegmentVerdict, Verdict};
