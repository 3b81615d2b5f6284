//! Where a rule stands.

use std::fmt;

use diagnostics::{Source, Span};

/// The name of a layer of policy: whose word a rule is, and whether it may loosen anything.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Layer {
    name: Box<str>,
    is_trusted: bool,
}

impl Layer {
    /// The layer of that name: `system`, `user`, `project`, `command line`, `default`.
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self {
            name: name.into(),
            is_trusted: true,
        }
    }

    /// The same layer as the word of somebody whom nobody vouches for: what it restricts counts, what it loosens does
    /// not, and its justifications are told as a stranger's.
    #[must_use]
    pub fn untrusted(self) -> Self {
        Self {
            is_trusted: false,
            ..self
        }
    }

    /// Whether what it loosens counts.
    pub fn is_trusted(&self) -> bool {
        self.is_trusted
    }

    /// Whether it is the layer that speaks for the machine, above whoever uses it.
    pub fn is_system(&self) -> bool {
        &*self.name == "system"
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
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
