//! One thing the kernel may be asked to execute.

use std::borrow::Cow;
use std::slice;

use diagnostics::Span;

use crate::{Found, RedirectMode, Value, WorkingDirectory};

/// One command that a script may run, with all that is known of it before it runs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Segment {
    /// Program and arguments; empty where the command only assigns or redirects.
    pub argv: Vec<Argument>,
    /// Variables set for this command, or for the shell where `argv` is empty.
    pub assignments: Vec<Setting>,
    /// Redirects to and from files and descriptors, those of the enclosing blocks last.
    pub redirects: Vec<FileRedirect>,
    /// Where its standard input comes from.
    pub input: Input,
    /// How it comes to run.
    pub place: Place,
    /// Whether the shell does not wait for it.
    pub background: bool,
    /// Where it runs.
    pub directory: WorkingDirectory,
    /// Its text in the script, without redirects that stand on an enclosing block.
    pub span: Span,
}

impl Segment {
    /// It in each of the few directories that it may run in, or as it is.
    pub fn in_each_directory(&self) -> Cow<'_, [Self]> {
        let there = |directory: &WorkingDirectory| Self {
            directory: directory.clone(),
            ..self.clone()
        };
        match self.directory.choices() {
            [] => Cow::Borrowed(slice::from_ref(self)),
            few => few.iter().map(there).collect(),
        }
    }
}

/// One word of an argv.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Argument {
    /// What the program will see.
    pub value: Value,
    /// The word's text in the script.
    pub span: Span,
}

/// A variable that is set.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Setting {
    /// The variable.
    pub name: Box<str>,
    /// What it gets.
    pub value: Value,
    /// The assignment's text.
    pub span: Span,
}

/// A redirect of a segment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileRedirect {
    /// The descriptor.
    pub fd: u16,
    /// What is done to it.
    pub mode: RedirectMode,
    /// The file, or the descriptor's number, or `-`, or the here-document's text.
    pub target: Value,
    /// The redirect's text.
    pub span: Span,
}

/// Where standard input comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Input {
    /// From whoever runs the script.
    Inherited,
    /// From the stage before, whose segments have these indices in the list.
    Pipe(Vec<usize>),
    /// From the stage before, which is one command and nothing else; its segment has this index in the list.
    Stage(usize),
    /// Paths that the stage before finds, each with a NUL behind it. No text of a shell gives it.
    Found(Box<Found>),
    /// A text that is known, or not.
    Text(Value),
    /// A file or descriptor; it is among the redirects.
    File,
}

/// How a segment comes to run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// In the script itself.
    Direct,
    /// In `$(…)` and its like.
    Substitution,
    /// In `( … )`, or as a background job.
    Subshell,
    /// In a function's body.
    Function,
    /// Run by another program, which is named: `bash -c`, `sudo`, `xargs`.
    Nested(Box<str>),
    /// Inside a construct that is a gap: it may run, or not.
    Possible,
}
