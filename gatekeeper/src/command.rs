//! What is asked about: a text for a shell, or the words of one command.

use std::ffi::OsString;

use diagnostics::Source;
use shell_parser::{Dialect, Limits, Script};

/// A command, read. Findings call it `command`.
#[derive(Clone, Debug)]
pub struct Command {
    source: Source,
    script: Script,
    form: Form,
}

/// How it was given.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Form {
    /// For a shell of this dialect; the source holds it to the byte.
    Text(Dialect),
    /// For a shell, in bytes that no source can hold.
    Bytes,
    Words(Vec<OsString>),
}

/// What is executed for a command.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Invocation {
    /// These words: the program's name and its arguments.
    Words(Vec<OsString>),
    /// Bash reads this text.
    Bash(String),
}

impl Command {
    /// Reads a text as a shell of that dialect would.
    pub fn of_text(text: &str, dialect: Dialect) -> Self {
        Self {
            source: Source::new("command", text),
            script: shell_parser::parse(text, dialect, &Limits::default()),
            form: Form::Text(dialect),
        }
    }

    /// Reads bytes that need not be UTF-8. What is not is a gap, and shown as replacement characters.
    pub fn of_bytes(bytes: &[u8], dialect: Dialect) -> Self {
        let (text, script) = shell_parser::parse_bytes(bytes, dialect, &Limits::default());
        Self {
            source: Source::new("command", text),
            script,
            form: match std::str::from_utf8(bytes) {
                Ok(_) => Form::Text(dialect),
                Err(_) => Form::Bytes,
            },
        }
    }

    /// Takes the words as they are: no shell reads them. An argv that calls a shell (`bash -lc TEXT`) is opened by
    /// what is known of that shell.
    pub fn of_argv(argv: &[&str]) -> Self {
        let (text, script) = shell_parser::script_of_argv(argv);
        Self {
            source: Source::new("command", text),
            script,
            form: Form::Words(argv.iter().map(OsString::from).collect()),
        }
    }

    /// The text that every place of the judgement refers to: the one that was given, or the words as they would be
    /// written for a shell.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// What it means.
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// Whether the text was made from words, so that whoever asked does not know it.
    pub fn is_rendered(&self) -> bool {
        matches!(self.form, Form::Words(_))
    }

    /// The words that were given, where words were.
    pub(crate) fn words(&self) -> Option<Vec<String>> {
        match &self.form {
            Form::Words(words) => {
                let words = words.iter().map(|word| word.to_string_lossy().into_owned());
                Some(words.collect())
            }
            Form::Text(_) | Form::Bytes => None,
        }
    }

    /// The shell that the text was read for, where a text was given.
    pub(crate) fn dialect(&self) -> Option<Dialect> {
        match &self.form {
            Form::Text(dialect) => Some(*dialect),
            Form::Words(_) | Form::Bytes => None,
        }
    }

    /// What is executed for it, to the byte; `None` where it is not text, or not read as bash reads it.
    pub(crate) fn invocation(&self) -> Option<Invocation> {
        match &self.form {
            Form::Words(words) => Some(Invocation::Words(words.clone())),
            Form::Text(Dialect::Bash) => Some(Invocation::Bash(self.source.text().to_owned())),
            Form::Text(Dialect::Sh | Dialect::Zsh | Dialect::Unknown) | Form::Bytes => None,
        }
    }
}
