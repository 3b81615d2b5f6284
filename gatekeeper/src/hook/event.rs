//! What an agent is about to do.

use std::collections::BTreeMap;

use serde_json::Value;

use super::capabilities::Shell;
use super::fields::Field;
use super::input::Input;
use super::{patch, reasons};

/// What an agent is about to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When it is told.
    pub moment: Moment,
    /// What it is about.
    pub subject: Subject,
    /// Where it would happen; `None` where the agent does not say.
    pub cwd: Option<String>,
    /// The roots of work trees that the agent names: what restricts in one of them counts.
    pub workspaces: Vec<String>,
    /// The tool's arguments as they came: a rewritten command replaces one of them.
    pub(crate) arguments: BTreeMap<String, Value>,
    /// What reads the command, where it is not what reads the agent's others.
    pub(crate) shell: Option<Shell>,
    /// Which of the agent's spellings the answer has.
    pub(crate) spelling: Spelling,
}

/// What the name of a tool that writes files holds.
const WRITERS: [&str; 11] = [
    "write", "edit", "replace", "create", "insert", "patch", "delete", "remove", "rename", "move", "append",
];

/// Arguments that only a tool that writes files takes.
const WRITTEN: [&str; 11] = [
    "content",
    "contents",
    "new_string",
    "newString",
    "new_str",
    "newText",
    "new_text",
    "edits",
    "replacements",
    "patch",
    "diff",
];

/// Where a tool that calls others names them.
const CALLED: [&str; 5] = ["tool", "tool_name", "toolName", "name", "recipient_name"];

/// When an event is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Moment {
    /// Before a tool is used, whatever the agent's own rules say.
    BeforeTool,
    /// When the agent is about to ask a person.
    WhenAsked,
}

/// What an event is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Subject {
    /// A text for a shell.
    Text(String),
    /// The words of one command.
    Words(Vec<String>),
    /// Files that are created, changed or removed by a tool of the agent's own.
    Writes(Vec<String>),
    /// A tool that runs something in a language that is not read here.
    Unread {
        /// The tool.
        tool: String,
    },
    /// A tool that neither runs a command nor writes a file: it is not judged.
    Other,
}

/// How the answer to an event is spelled, where an agent has two ways.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Spelling {
    /// Keys at the top.
    Flat,
    /// Keys in `hookSpecificOutput`.
    Nested,
    /// It is not known which: both.
    Both,
}

/// An input that is no event.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EventError {
    /// It is no JSON object.
    #[error("the event is no JSON object: {why}")]
    NotJson {
        /// What the reader said.
        why: String,
    },
    /// A key is not there.
    #[error("the event has no `{key}`")]
    Missing {
        /// The key.
        key: &'static str,
    },
    /// A key holds something else than it should.
    #[error("`{key}` of the event is not what it should be")]
    WrongType {
        /// The key.
        key: &'static str,
    },
    /// Two spellings of one key say different things.
    #[error("`{key}` of the event contradicts another key")]
    Contradiction {
        /// The later key.
        key: &'static str,
    },
    /// An event of a kind that is not known here.
    #[error("the event `{name}` is not known here")]
    UnknownEvent {
        /// Its name.
        name: String,
    },
    /// A patch whose files cannot be told.
    #[error("the patch cannot be read: {why}")]
    Patch {
        /// What is wrong with it.
        why: &'static str,
    },
}

impl Subject {
    /// What a tool does that no adapter knows: one that takes a command runs something, one that is called like a
    /// writer or takes what a writer takes writes the files that it names. One that calls others is all of them: an
    /// agent may not tell of these by themselves.
    pub(crate) fn of_unknown(tool: &str, arguments: &Input) -> Result<Self, EventError> {
        // What a server does with a path or a command is its own matter.
        if tool.starts_with("mcp__") {
            return Ok(Self::Other);
        }
        if arguments.has_below(&["command", "script", "cmd", "commands"]) {
            return Ok(Self::Unread {
                tool: reasons::line(tool),
            });
        }
        let called = arguments.texts_below(&CALLED);
        let mut names = called.into_iter().chain([tool]);
        if !arguments.has_below(&WRITTEN) && !names.any(is_called_like_a_writer) {
            return Ok(Self::Other);
        }
        let files = written(arguments.patches_below(), arguments)?;
        Ok(if files.is_empty() {
            Self::Other
        } else {
            Self::Writes(files)
        })
    }

    /// The files that patches write, and those that are named beside them.
    pub(crate) fn of_patch(arguments: &Input) -> Result<Self, EventError> {
        Ok(Self::Writes(written(arguments.patches()?, arguments)?))
    }
}

/// The files that patches write, and those that are named beside them; there may be none.
fn written<'p>(
    patches: impl IntoIterator<Item = &'p str>,
    arguments: &Input,
) -> Result<Vec<String>, EventError> {
    let mut files = Vec::new();
    for patch in patches {
        files.extend(patch::files(patch)?);
    }
    match arguments.paths() {
        Ok(paths) => files.extend(paths),
        Err(EventError::Missing { .. }) => {}
        Err(error) => return Err(error),
    }
    Ok(files)
}

fn is_called_like_a_writer(tool: &str) -> bool {
    let name = tool.to_ascii_lowercase();
    WRITERS.iter().any(|word| name.contains(word))
}

impl Event {
    /// A question that an agent puts to a person by another way than a hook. A directory that it does not name is not
    /// known, and then every one counts; the roots are those of the work trees that it is about.
    pub fn asked(subject: Subject, cwd: Option<String>, workspaces: Vec<String>) -> Self {
        Self {
            workspaces,
            ..Self::of(Moment::WhenAsked, subject).at(cwd)
        }
    }

    /// An event of which nothing is known but what it is about.
    pub(crate) fn of(moment: Moment, subject: Subject) -> Self {
        Self {
            moment,
            subject,
            cwd: None,
            workspaces: Vec::new(),
            arguments: BTreeMap::new(),
            shell: None,
            spelling: Spelling::Flat,
        }
    }

    /// The event that could not be read.
    pub(crate) fn unread() -> Self {
        Self {
            spelling: Spelling::Both,
            ..Self::of(Moment::BeforeTool, Subject::Other)
        }
    }

    /// The same, in this directory.
    pub(crate) fn at(self, cwd: Option<String>) -> Self {
        Self { cwd, ..self }
    }

    /// The same, of a tool with these arguments.
    pub(crate) fn with(self, arguments: Input) -> Self {
        Self {
            arguments: arguments.into_arguments(),
            ..self
        }
    }

    /// The arguments of the tool, with another command.
    pub(crate) fn rewritten(&self, key: &str, command: &str) -> BTreeMap<String, Value> {
        let mut arguments = self.arguments.clone();
        arguments.insert(key.to_owned(), Value::String(command.to_owned()));
        arguments
    }
}

impl<'a> From<&'a BTreeMap<String, Value>> for Field<'a> {
    fn from(arguments: &'a BTreeMap<String, Value>) -> Self {
        Self::Arguments(arguments)
    }
}
