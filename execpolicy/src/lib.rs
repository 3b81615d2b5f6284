//! Policy text to rules, and a script to a verdict with its reasons.
#![forbid(unsafe_code)]

mod basis;
mod confinement;
mod context;
mod decision;
mod effect;
mod fallback;
mod knowledge;
mod origin;
mod rule;
mod verdict;

pub use basis::{Basis, Certainty, RuleMatch};
pub use confinement::ConfinementName;
pub use context::{Approval, Context, Directory, Lookup, Program};
pub use decision::Decision;
pub use effect::{Effect, EffectKind, Executed, Standing, UnknownEffect};
pub use fallback::{BuiltIn, Fallback, Ruling, Unspoken};
pub use knowledge::{
    Declaration, DeclarationError, Does, Entry, Knowledge, NestedScript, Reading, SpellingError, Syntax,
    Trait, compile,
};
pub use origin::{Layer, Origin};
pub use rule::{HostExecutable, NetworkRule, Pattern, Protocol, Rule, Token};
pub use shell_parser::Dialect;
pub use verdict::{SegmentVerdict, Verdict};
