//! What a program has run: commands and texts for a shell, to be judged by themselves.

use shell_parser::{Argument, Dialect, Setting, WorkingDirectory};

/// Something that a program runs, or has a shell run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Nested {
    /// The program that does it, for [`shell_parser::Place::Nested`].
    pub wrapper: Box<str>,
    /// What is run.
    pub ran: Ran,
    /// Where it runs, seen from where the program itself does.
    pub directory: WorkingDirectory,
}

/// What is run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ran {
    /// A program with arguments; never empty.
    Command {
        /// Program and arguments.
        argv: Vec<Argument>,
        /// Variables that are set for it.
        settings: Vec<Setting>,
    },
    /// A text that a shell reads.
    Script {
        /// The shell's language.
        dialect: Dialect,
        /// The text; its value is exact.
        text: Argument,
    },
}
