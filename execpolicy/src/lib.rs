//! Policy text to rules, and a script to a verdict with its reasons.
#![forbid(unsafe_code)]

mod amend;
mod amendment;
mod basis;
mod broken_file;
mod compiled;
mod confinement;
mod context;
mod decision;
mod edit;
mod effect;
mod effect_rule;
mod fallback;
mod judge;
mod knowledge;
mod language;
mod links;
mod matching;
mod origin;
mod path;
mod path_glob;
mod policy_set;
mod rule;
mod verdict;

pub use amend::{AmendError, Amended, add_rule, remove_rule};
pub use amendment::{Amendment, NoAmendment, propose, propose_whole};
pub use basis::{Basis, Certainty, EffectMatch, RuleMatch, Told};
pub use broken_file::BrokenFile;
pub use compiled::compile;
pub use confinement::{ConfinementName, Network, Profile};
pub use context::{Approval, Context, Directory, Lookup, Program};
pub use decision::Decision;
pub use edit::Edit;
pub use effect::{Effect, EffectKind, Executed, Standing, UnknownEffect};
pub use effect_rule::{
    About, Above, Access, EffectRule, EffectWord, NamePattern, PathRule, Stars, VariableRule,
};
pub use fallback::{BuiltIn, Fallback, Ruling, Unspoken};
pub use judge::{explain, judge};
pub use knowledge::{
    Declaration, DeclarationError, Does, Entry, Knowledge, Nested, Ran, Reading, SpellingError, Syntax, Trait,
};
pub use language::{LoadCode, Loaded, Packs, PolicyFile, load};
pub use links::{Link, LinkReader, Links, look_up};
pub use origin::{Layer, Origin};
pub use path_glob::{NameGlob, PathGlob, PathGlobError, PathPart};
pub use policy_set::PolicySet;
pub use rule::{
    Conditions, Covers, HostExecutable, NetworkRule, Pattern, Protocol, Rule, Token, WordPattern,
    WordPatternError,
};
pub use shell_parser::{Dialect, Value};
pub use verdict::{Covered, SegmentVerdict, Verdict};
