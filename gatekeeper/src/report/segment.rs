//! One thing the command may execute, with its own decision.

use diagnostics::Source;
use execpolicy::SegmentVerdict;
use serde::{Serialize, Serializer};
use shell_parser::{FileRedirect, Place, RedirectMode, Setting, WorkingDirectory};

use super::{BasisReport, DecisionWord, EffectReport, WordReport, offsets};

/// One thing the kernel may be asked to execute.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SegmentReport {
    /// Its text in the command.
    pub text: String,
    /// First byte, and the byte after the last.
    pub span: [usize; 2],
    /// Program and arguments; empty where it only assigns or redirects.
    pub words: Vec<WordReport>,
    /// Variables that are set.
    pub assignments: Vec<AssignmentReport>,
    /// Redirects, those of enclosing blocks last.
    pub redirects: Vec<RedirectReport>,
    /// How it comes to run.
    pub place: PlaceReport,
    /// Where it runs, if that is not where the command starts: a path that `cd` led to, or null where that
    /// is not certain. A relative path starts where the command does.
    #[serde(skip_serializing_if = "Whereabouts::is_start")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub cwd: Whereabouts,
    /// Its answer: the strictest of `basis`.
    pub decision: DecisionWord,
    /// Why; never empty.
    pub basis: Vec<BasisReport>,
    /// What it does to the world.
    pub effects: Vec<EffectReport>,
}

/// A variable that is set.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AssignmentReport {
    /// The variable.
    pub name: String,
    /// What it gets.
    pub value: WordReport,
}

/// A redirect.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RedirectReport {
    /// The descriptor.
    pub fd: u16,
    /// What is done to it.
    pub mode: RedirectModeWord,
    /// The file, the descriptor's number, `-`, or the here-document's text.
    pub target: WordReport,
}

/// What a redirect does to its descriptor.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum RedirectModeWord {
    /// `<`
    Read,
    /// `>`
    Write,
    /// `>>`
    Append,
    /// `>|`
    Clobber,
    /// `<>`
    ReadWrite,
    /// `&>`
    WriteBoth,
    /// `&>>`
    AppendBoth,
    /// `2>&1`
    Duplicate,
    /// `2>&-`
    Close,
    /// `<<`
    Heredoc,
    /// `<<<`
    Herestring,
}

/// How a segment comes to run: a word, or `{"nested": PROGRAM}`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PlaceReport {
    /// In the command itself.
    Direct,
    /// In `$(…)` and its like.
    Substitution,
    /// In `( … )`, or as a background job.
    Subshell,
    /// In a function's body.
    Function,
    /// Run by another program, which is named.
    Nested(String),
    /// Inside a construct that is a gap: it may run, or not.
    Possible,
}

/// Where a segment runs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Whereabouts {
    /// Where the command starts.
    Start,
    /// There.
    Moved(String),
    /// Anywhere.
    Unknown,
}

impl SegmentReport {
    pub(super) fn of(source: &Source, judged: &SegmentVerdict) -> Self {
        let segment = &judged.segment;
        Self {
            text: source.snippet(segment.span).unwrap_or_default().to_owned(),
            span: offsets(segment.span),
            words: segment.argv.iter().map(|word| (&word.value).into()).collect(),
            assignments: segment.assignments.iter().map(AssignmentReport::of).collect(),
            redirects: segment.redirects.iter().map(RedirectReport::of).collect(),
            place: PlaceReport::of(&segment.place),
            cwd: Whereabouts::of(&segment.directory),
            decision: judged.decision.into(),
            basis: judged.basis.iter().map(BasisReport::of).collect(),
            effects: judged
                .effects
                .iter()
                .map(|effect| EffectReport::of(effect, judged))
                .collect(),
        }
    }
}

impl AssignmentReport {
    fn of(setting: &Setting) -> Self {
        Self {
            name: setting.name.to_string(),
            value: (&setting.value).into(),
        }
    }
}

impl RedirectReport {
    fn of(redirect: &FileRedirect) -> Self {
        Self {
            fd: redirect.fd,
            mode: redirect.mode.into(),
            target: (&redirect.target).into(),
        }
    }
}

impl From<RedirectMode> for RedirectModeWord {
    fn from(mode: RedirectMode) -> Self {
        match mode {
            RedirectMode::Read => Self::Read,
            RedirectMode::Write => Self::Write,
            RedirectMode::Append => Self::Append,
            RedirectMode::Clobber => Self::Clobber,
            RedirectMode::ReadWrite => Self::ReadWrite,
            RedirectMode::WriteBoth => Self::WriteBoth,
            RedirectMode::AppendBoth => Self::AppendBoth,
            RedirectMode::Duplicate => Self::Duplicate,
            RedirectMode::Close => Self::Close,
            RedirectMode::Heredoc => Self::Heredoc,
            RedirectMode::Herestring => Self::Herestring,
        }
    }
}

impl PlaceReport {
    fn of(place: &Place) -> Self {
        match place {
            Place::Direct => Self::Direct,
            Place::Substitution => Self::Substitution,
            Place::Subshell => Self::Subshell,
            Place::Function => Self::Function,
            Place::Nested(program) => Self::Nested(program.to_string()),
            Place::Possible => Self::Possible,
        }
    }
}

impl Whereabouts {
    fn of(directory: &WorkingDirectory) -> Self {
        match directory {
            WorkingDirectory::Start => Self::Start,
            WorkingDirectory::Moved(path) => Self::Moved(path.to_string()),
            WorkingDirectory::OneOf(_) | WorkingDirectory::Unknown => Self::Unknown,
        }
    }

    fn is_start(&self) -> bool {
        *self == Self::Start
    }
}

impl Serialize for Whereabouts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Moved(path) => serializer.serialize_some(path),
            Self::Start | Self::Unknown => serializer.serialize_none(),
        }
    }
}
