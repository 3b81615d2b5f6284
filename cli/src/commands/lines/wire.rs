//! The JSON of one request.

use std::collections::BTreeMap;
use std::str;

use diagnostics::Code;
use gatekeeper::{
    Approval, Command, ConfinementName, Context, Dialect, Link, Links, Surroundings, SurroundingsError, codes,
};
use serde::Deserialize;
use serde_json::Value;

/// Words of one `argv`; few kernels take a longer command.
const MAX_WORDS: usize = 32_768;

/// A request, ready to be judged.
#[derive(Debug)]
pub(super) struct Asked {
    /// What the answer carries, so that it can be told whose it is.
    pub(super) id: Option<Value>,
    pub(super) command: Command,
    pub(super) context: Context,
}

/// Why a line is no request.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    #[error("the line is not UTF-8: byte {}", .0.valid_up_to().saturating_add(1))]
    Encoding(#[source] str::Utf8Error),
    #[error("the line is not JSON: {}", without_line(.0))]
    Syntax(#[source] serde_json::Error),
    #[error("the line is not a request: {}", without_line(.0))]
    Shape(#[source] serde_json::Error),
    #[error("a request has either `command` or `argv`")]
    Subject,
    #[error("`argv` is empty")]
    NoWords,
    #[error("`argv` has more than {MAX_WORDS} words")]
    ManyWords,
    #[error("an argument holds a NUL byte, which no argument can")]
    Nul,
    #[error(transparent)]
    Surroundings(#[from] SurroundingsError),
}

impl WireError {
    /// The stable number of this error.
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Encoding(_) | Self::Syntax(_) => codes::NOT_JSON,
            Self::Shape(_) | Self::Subject | Self::NoWords | Self::ManyWords | Self::Nul => {
                codes::WRONG_REQUEST
            }
            Self::Surroundings(_) => codes::WRONG_SURROUNDINGS,
        }
    }
}

/// A request as it is written. A key that is not known is an error: it may be a restriction, misspelt.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: Option<Value>,
    command: Option<String>,
    argv: Option<Vec<String>>,
    cwd: Option<String>,
    context: Option<WrittenContext>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenContext {
    workspace: Option<String>,
    home: Option<String>,
    approval: Option<WrittenApproval>,
    confinement: Option<String>,
    dialect: Option<WrittenDialect>,
    /// Where symbolic links lead, by their paths; `null` is not known.
    links: Option<BTreeMap<Box<str>, Option<Box<str>>>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenApproval {
    Untrusted,
    OnRequest,
    Never,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenDialect {
    Bash,
    Sh,
    Zsh,
    Unknown,
}

/// Reads a line. What it leaves out is as `base` says.
pub(super) fn read(line: &[u8], base: &Surroundings) -> Result<Asked, WireError> {
    let text = str::from_utf8(line).map_err(WireError::Encoding)?;
    let written: Written = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => WireError::Shape(error),
        serde_json::error::Category::Io
        | serde_json::error::Category::Syntax
        | serde_json::error::Category::Eof => WireError::Syntax(error),
    })?;
    let surroundings = surroundings(&written, base);
    let context = surroundings.context()?;
    let command = match (&written.command, &written.argv) {
        (Some(text), None) => Command::of_text(text, surroundings.dialect),
        (None, Some(argv)) => of_argv(argv)?,
        (Some(_), Some(_)) | (None, None) => return Err(WireError::Subject),
    };
    Ok(Asked {
        id: written.id,
        command,
        context,
    })
}

/// The `id` of a line that is JSON, whatever else it is.
pub(super) fn id(line: &[u8]) -> Option<Value> {
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

fn of_argv(argv: &[String]) -> Result<Command, WireError> {
    if argv.is_empty() {
        return Err(WireError::NoWords);
    }
    if argv.len() > MAX_WORDS {
        return Err(WireError::ManyWords);
    }
    if argv.iter().any(|word| word.contains('\0')) {
        return Err(WireError::Nul);
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

fn surroundings(written: &Written, base: &Surroundings) -> Surroundings {
    let unsaid = WrittenContext::default();
    let context = written.context.as_ref().unwrap_or(&unsaid);
    let approval = context.approval.map(|word| match word {
        WrittenApproval::Untrusted => Approval::Untrusted,
        WrittenApproval::OnRequest => Approval::OnRequest,
        WrittenApproval::Never => Approval::Never,
    });
    let dialect = context.dialect.map(|word| match word {
        WrittenDialect::Bash => Dialect::Bash,
        WrittenDialect::Sh => Dialect::Sh,
        WrittenDialect::Zsh => Dialect::Zsh,
        WrittenDialect::Unknown => Dialect::Unknown,
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
        agents: base.agents.clone(),
        environment: base.environment.clone(),
        path: base.path.clone(),
        links: context.links.as_ref().map_or_else(|| base.links.clone(), links),
        approval: approval.unwrap_or(base.approval),
        confinement: confinement.or_else(|| base.confinement.clone()),
        dialect: dialect.unwrap_or(base.dialect),
    }
}
