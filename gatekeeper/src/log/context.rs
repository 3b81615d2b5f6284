//! The context of a judgement as the log keeps it: all that is needed to judge again.

use std::collections::{BTreeMap, BTreeSet};

use execpolicy::{
    Approval, ConfinementName, Context, Dialect, Directory, EffectKind, Link, Links, Lookup, Program, Verdict,
};
use serde::{Deserialize, Serialize};

/// Where a command was judged, and who could be asked. What is not known is left out.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ContextEntry {
    /// Where the command was to start, absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<Box<str>>,
    /// The root of the work tree, absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<Box<str>>,
    /// The user's home directory, absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<Box<str>>,
    /// Where temporary files go, absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporary: Option<Box<str>>,
    /// Where policy is read from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<Box<str>>,
    /// Where trust and log are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub store: Vec<Box<str>>,
    /// Symbolic links that were seen: where each leads, or null where nobody could say. Left out where nobody has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<BTreeMap<Box<str>, Option<Box<str>>>>,
    /// Names of variables of the environment that the command speaks of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<Box<str>>,
    /// What program names lead to, where the caller said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<BTreeMap<Box<str>, ProgramEntry>>,
    /// Of the names in the text, those that the `PATH` led to a file that a confined command could have put there.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub replaceable: BTreeSet<Box<str>>,
    /// The shell that reads the text.
    pub dialect: DialectWord,
    /// Who could be asked.
    pub approval: ApprovalEntry,
    /// What the caller said that it enforces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confinement: Option<Box<str>>,
}

/// An executable that a name leads to.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProgramEntry {
    /// The file, absolute.
    pub path: Box<str>,
    /// Whether a confined command could have put it there.
    pub replaceable: bool,
}

/// The shell that reads a text.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum DialectWord {
    Bash,
    Sh,
    Zsh,
    Unknown,
}

/// Who could be asked.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalEntry {
    /// A person; nothing leans on a confinement.
    Untrusted,
    /// A person.
    OnRequest,
    /// Nobody.
    Never,
    /// A person, about what is switched on.
    Granular {
        /// Prompts that a rule makes.
        rules: bool,
        /// Prompts that the fallback makes.
        fallback: bool,
    },
}

impl ContextEntry {
    /// Of the context that this verdict on this text was made in. Of the environment it keeps what the text names or the
    /// verdict says is set: nothing else can count.
    pub(super) fn of(context: &Context, dialect: Dialect, text: &str, verdict: &Verdict) -> Self {
        let is_set = |name: &str| {
            let effects = verdict.segments().iter().flat_map(|segment| &segment.effects);
            let mut effects = effects;
            effects
                .any(|effect| matches!(&effect.kind, EffectKind::Setting { name: set, .. } if &**set == name))
        };
        let environment = context.environment.iter();
        Self {
            cwd: match &context.cwd {
                Directory::Known(path) => Some(path.clone()),
                Directory::Unknown => None,
            },
            workspace: context.workspace.clone(),
            home: context.home.clone(),
            temporary: context.temporary.clone(),
            policy: context.policy.clone(),
            store: context.store.clone(),
            links: match &context.links {
                Links::Assumed => None,
                Links::Table(table) => {
                    let each = table.iter().map(|(path, link)| (path.clone(), target(link)));
                    Some(each.collect())
                }
            },
            environment: environment
                .filter(|name| text.contains(&***name) || is_set(name))
                .cloned()
                .collect(),
            lookup: match &context.lookup {
                Lookup::Assumed | Lookup::AssumedBut(_) => None,
                Lookup::Table(table) => {
                    let each = table.iter().map(|(name, program)| (name.clone(), program.into()));
                    Some(each.collect())
                }
            },
            replaceable: match &context.lookup {
                Lookup::AssumedBut(replaceable) => {
                    let named = replaceable.iter().filter(|name| text.contains(&***name));
                    named.cloned().collect()
                }
                Lookup::Assumed | Lookup::Table(_) => BTreeSet::new(),
            },
            dialect: dialect.into(),
            approval: context.approval.into(),
            confinement: context.confinement.as_ref().map(|name| name.as_str().into()),
        }
    }

    /// The context to judge in again.
    pub fn context(&self) -> Context {
        let link = |target: &Option<Box<str>>| target.clone().map_or(Link::Unknown, Link::To);
        let links = self.links.as_ref().map_or(Links::Assumed, |table| {
            let each = table.iter().map(|(path, target)| (path.clone(), link(target)));
            Links::Table(each.collect())
        });
        let assumed = if self.replaceable.is_empty() {
            Lookup::Assumed
        } else {
            Lookup::AssumedBut(self.replaceable.clone())
        };
        let lookup = self.lookup.as_ref().map_or(assumed, |table| {
            let each = table.iter().map(|(name, program)| {
                let program = Program {
                    path: program.path.clone(),
                    replaceable: program.replaceable,
                };
                (name.clone(), program)
            });
            Lookup::Table(each.collect())
        });
        Context {
            workspace: self.workspace.clone(),
            cwd: self.cwd.clone().map_or(Directory::Unknown, Directory::Known),
            home: self.home.clone(),
            temporary: self.temporary.clone(),
            policy: self.policy.clone(),
            store: self.store.clone(),
            links,
            environment: self.environment.clone(),
            lookup,
            dialect: self.dialect.into(),
            approval: self.approval.into(),
            confinement: self.confinement.as_deref().map(ConfinementName::new),
        }
    }
}

fn target(link: &Link) -> Option<Box<str>> {
    match link {
        Link::To(target) => Some(target.clone()),
        Link::Unknown => None,
    }
}

impl From<&Program> for ProgramEntry {
    fn from(program: &Program) -> Self {
        Self {
            path: program.path.clone(),
            replaceable: program.replaceable,
        }
    }
}

impl From<Dialect> for DialectWord {
    fn from(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Bash => Self::Bash,
            Dialect::Sh => Self::Sh,
            Dialect::Zsh => Self::Zsh,
            Dialect::Unknown => Self::Unknown,
        }
    }
}

impl From<DialectWord> for Dialect {
    fn from(word: DialectWord) -> Self {
        match word {
            DialectWord::Bash => Self::Bash,
            DialectWord::Sh => Self::Sh,
            DialectWord::Zsh => Self::Zsh,
            DialectWord::Unknown => Self::Unknown,
        }
    }
}

impl From<Approval> for ApprovalEntry {
    fn from(approval: Approval) -> Self {
        match approval {
            Approval::Untrusted => Self::Untrusted,
            Approval::OnRequest => Self::OnRequest,
            Approval::Never => Self::Never,
            Approval::Granular { rules, fallback } => Self::Granular { rules, fallback },
        }
    }
}

impl From<ApprovalEntry> for Approval {
    fn from(entry: ApprovalEntry) -> Self {
        match entry {
            ApprovalEntry::Untrusted => Self::Untrusted,
            ApprovalEntry::OnRequest => Self::OnRequest,
            ApprovalEntry::Never => Self::Never,
            ApprovalEntry::Granular { rules, fallback } => Self::Granular { rules, fallback },
        }
    }
}
