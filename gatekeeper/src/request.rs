//! A request for a verdict, as programs write it: JSON with `command` or `argv`, and what is known of the place.

use std::collections::BTreeMap;
use std::str;

use diagnostics::Code;
use execpolicy::{Approval, ConfinementName, Context, Dialect, Link, Links};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Command, Surroundings, SurroundingsError, codes};

/// Words of one `argv`; few kernels take a longer command.
const MAX_WORDS: usize = 32_768;

/// A request, ready to be judged.
#[derive(Debug)]
pub struct Asked {
    /// What the answer carries, so that it can be told whose it is.
    pub id: Option<Value>,
    /// What is asked about.
    pub command: Command,
    /// Where, and who may be asked.
    pub context: Context,
}

/// Why a text is no request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// It is not UTF-8.
    #[error("the line is not UTF-8: byte {}", .0.valid_up_to().saturating_add(1))]
    Encoding(#[source] str::Utf8Error),
    /// It is not JSON.
    #[error("the line is not JSON: {}", without_line(.0))]
    Syntax(#[source] serde_json::Error),
    /// It is JSON, and not of this shape.
    #[error("the line is not a request: {}", without_line(.0))]
    Shape(#[source] serde_json::Error),
    /// It is a list.
    #[error("the line is not a request: it is a list, and a request is an object")]
    List,
    /// It names no command, or two.
    #[error("a request has either `command` or `argv`")]
    Subject,
    /// It has no program.
    #[error("`argv` is empty")]
    NoWords,
    /// It has more words than any kernel takes.
    #[error("`argv` has more than {MAX_WORDS} words")]
    ManyWords,
    /// No kernel takes it.
    #[error("an argument holds a NUL byte, which no argument can")]
    Nul,
    /// The place cannot be.
    #[error(transparent)]
    Surroundings(#[from] SurroundingsError),
}

impl RequestError {
    /// The stable number of this error.
    pub fn code(&self) -> Code {
        match self {
            Self::Encoding(_) | Self::Syntax(_) => codes::NOT_JSON,
            Self::Shape(_) | Self::List | Self::Subject | Self::NoWords | Self::ManyWords | Self::Nul => {
                codes::WRONG_REQUEST
            }
            Self::Surroundings(_) => codes::WRONG_SURROUNDINGS,
        }
    }
}

/// A request as it is written: either `command` or `argv`. A key that is not known is an error: it may be a restriction,
/// misspelt.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    /// Anything; the answer carries it.
    id: Option<Value>,
    /// A text for a shell.
    command: Option<String>,
    /// Words; no shell reads them.
    argv: Option<Vec<String>>,
    /// Where the command starts, absolute.
    cwd: Option<String>,
    /// What is known of the place.
    context: Option<CheckContext>,
}

/// What is known of the place, and who may be asked.
#[derive(Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct CheckContext {
    /// The root of the work tree, absolute.
    workspace: Option<String>,
    /// The user's home directory, absolute.
    home: Option<String>,
    /// Who may be asked.
    approval: Option<ApprovalWord>,
    /// The profile that the caller enforces.
    confinement: Option<String>,
    /// The shell that reads the text.
    dialect: Option<DialectWord>,
    /// Where symbolic links lead, by their paths; `null` is not known.
    links: Option<BTreeMap<Box<str>, Option<Box<str>>>>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum ApprovalWord {
    Untrusted,
    OnRequest,
    Never,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum DialectWord {
    Bash,
    Sh,
    Zsh,
    Unknown,
}

impl CheckRequest {
    /// Reads a line of JSON.
    ///
    /// # Errors
    /// Where it is no such request.
    pub fn read(line: &[u8]) -> Result<Self, RequestError> {
        let text = str::from_utf8(line).map_err(RequestError::Encoding)?;
        // The reader that serde makes of a struct takes a list for it too.
        if text.trim_ascii_start().starts_with('[') {
            serde_json::from_str::<IgnoredAny>(text).map_err(RequestError::Syntax)?;
            return Err(RequestError::List);
        }
        serde_json::from_str(text).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => RequestError::Shape(error),
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => RequestError::Syntax(error),
        })
    }

    /// What is asked, ready to be judged. What it leaves out is as `base` says.
    ///
    /// # Errors
    /// Where there is no such command or place.
    pub fn resolve(self, base: &Surroundings) -> Result<Asked, RequestError> {
        let surroundings = surroundings(&self, base);
        let context = surroundings.context()?;
        let command = command(
            self.command.as_deref(),
            self.argv.as_deref(),
            surroundings.dialect,
        )?;
        Ok(Asked {
            id: self.id,
            command,
            context,
        })
    }
}

/// The command of a request that has either a text or words.
///
/// # Errors
/// Where it has both or none, or words that no kernel takes.
pub fn command(
    text: Option<&str>,
    argv: Option<&[String]>,
    dialect: Dialect,
) -> Result<Command, RequestError> {
    match (text, argv) {
        (Some(text), None) => Ok(Command::of_text(text, dialect)),
        (None, Some(argv)) => of_argv(argv),
        (Some(_), Some(_)) | (None, None) => Err(RequestError::Subject),
    }
}

/// The `id` of a line that is JSON, whatever else it is.
pub fn id(line: &[u8]) -> Option<Value> {
    match serde_json::from_slice(line).ok()? {
        Value::Object(mut object) => object.remove("id"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

/// The message with its column alone: every request is the first line of its own text.
fn without_line(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let said = message
        .rsplit_once(" at line ")
        .map_or(&*message, |(said, _)| said);
    format!("{said} at column {}", error.column())
}

fn of_argv(argv: &[String]) -> Result<Command, RequestError> {
    if argv.is_empty() {
        return Err(RequestError::NoWords);
    }
    if argv.len() > MAX_WORDS {
        return Err(RequestError::ManyWords);
    }
    if argv.iter().any(|word| word.contains('\0')) {
        return Err(RequestError::Nul);
    }
    let words: Vec<&str> = argv.iter().map(String::as_str).collect();
    Ok(Command::of_argv(&words))
}

fn links(written: &BTreeMap<Box<str>, Option<Box<str>>>) -> Links {
    let link = |target: &Option<Box<str>>| target.clone().map_or(Link::Unknown, Link::To);
    let written = written.iter();
    Links::Table(
        written
            .map(|(path, target)| (path.clone(), link(target)))
            .collect(),
    )
}

fn surroundings(written: &CheckRequest, base: &Surroundings) -> Surroundings {
    let unsaid = CheckContext::default();
    let context = written.context.as_ref().unwrap_or(&unsaid);
    let approval = context.approval.map(|word| match word {
        ApprovalWord::Untrusted => Approval::Untrusted,
        ApprovalWord::OnRequest => Approval::OnRequest,
        ApprovalWord::Never => Approval::Never,
    });
    let dialect = context.dialect.map(|word| match word {
        DialectWord::Bash => Dialect::Bash,
        DialectWord::Sh => Dialect::Sh,
        DialectWord::Zsh => Dialect::Zsh,
        DialectWord::Unknown => Dialect::Unknown,
    });
    let confinement = context.confinement.as_deref().map(ConfinementName::new);
    Surroundings {
        cwd: written.cwd.clone().or_else(|| base.cwd.clone()),
        workspace: context.workspace.clone().or_else(|| base.workspace.clone()),
        home: context.home.clone().or_else(|| base.home.clone()),
        temporary: base.temporary.clone(),
        // Another home has settings of its own.
        settings: base.settings.clone().filter(|_| context.home.is_none()),
        data: base.data.clone().filter(|_| context.home.is_none()),
        state: base.state.clone().filter(|_| context.home.is_none()),
        store: base.store.clone(),
        agents: base.agents.clone(),
        environment: base.environment.clone(),
        path: base.path.clone(),
        links: context.links.as_ref().map_or_else(|| base.links.clone(), links),
        approval: approval.unwrap_or(base.approval),
        confinement: confinement.or_else(|| base.confinement.clone()),
        dialect: dialect.unwrap_or(base.dialect),
    }
}
