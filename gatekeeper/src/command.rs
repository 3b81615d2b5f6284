//! What is asked about: a text for a shell, or the words of one command.

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
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    Text,
    Words,
}

impl Command {
    /// Reads a text as a shell of that dialect would.
    pub fn of_text(text: &str, dialect: Dialect) -> Self {
        Self {
            source: Source::new("command", text),
            script: shell_parser::parse(text, dialect, &Limits::default()),
            form: Form::Text,
        }
    }

    /// Reads bytes that need not be UTF-8. What is not is a gap, and shown as replacement characters.
    pub fn of_bytes(bytes: &[u8], dialect: Dialect) -> Self {
        let (text, script) = shell_parser::parse_bytes(bytes, dialect, &Limits::default());
        Self {
            source: Source::new("command", text),
            script,
            form: Form::Text,
        }
    }

    /// Takes the words as they are: no shell reads them. An argv that calls a shell (`bash -lc TEXT`) is opened by
    /// what is known of that shell.
    pub fn of_argv(argv: &[&str]) -> Self {
        let (text, script) = shell_parser::script_of_argv(argv);
        Self {
            source: Source::new("command", text),
            script,
            form: Form::Words,
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
        self.form == Form::Words
    }
}
