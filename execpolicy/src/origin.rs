//! Where a rule stands.

use std::fmt;

use diagnostics::{Source, Span};

/// The name of a layer of policy: whose word a rule is.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Layer(Box<str>);

impl Layer {
    /// The layer of that name: `system`, `user`, `project`, `command line`, `default`.
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self(name.into())
    }

    /// Whether it is the layer that speaks for the machine, above whoever uses it.
    pub fn is_system(&self) -> bool {
        &*self.0 == "system"
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The place of a rule: file, the bytes of its call, and the layer the file belongs to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin {
    /// The policy file.
    pub source: Source,
    /// The call that made the rule.
    pub span: Span,
    /// Whose word it is.
    pub layer: Layer,
}
