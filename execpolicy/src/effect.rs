//! What a command does to the world, with the words that cause it.

use diagnostics::Span;
use shell_parser::Value;

/// One thing a segment does, or may do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Effect {
    /// What it is.
    pub kind: EffectKind,
    /// The words of the script that cause it.
    pub cause: Span,
    /// Whether an allow for the program speaks for it.
    pub standing: Standing,
}

/// Whether an effect is part of what a program ordinarily does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// It is what the program is for: an allow for the program speaks for it.
    Ordinary,
    /// It is asked for beside that: the fallback decides it, unless a rule names it.
    Extra,
}

/// The kinds of effect.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum EffectKind {
    /// Names or metadata of a path are read.
    List(Value),
    /// The content of a path is read.
    Read(Value),
    /// A path is created or changed.
    Write(Value),
    /// A path is removed.
    Delete(Value),
    /// A path is removed with all that is below it.
    DeleteAll(Value),
    /// A host is connected to.
    Connect(Value),
    /// Another program, script or code is run.
    Execute(Executed),
    /// What this directory configures is run (`make`, `cargo`, `npm test`).
    Configured(Value),
    /// More rights are taken.
    Escalate,
    /// Another process is signalled.
    Signal,
    /// Something that lasts is configured.
    Configure,
    /// What others have on another machine is rewritten or removed: a forced push.
    Overwrite,
    /// A variable is set in the environment of programs.
    Setting {
        /// The variable.
        name: Box<str>,
        /// What it gets.
        value: Value,
    },
    /// What it does is not known.
    Unknown(UnknownEffect),
}

/// What another program is told to run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Executed {
    /// A program with arguments.
    Command(Vec<Value>),
    /// A text in the shell's language.
    Script(Value),
    /// A text in another language, which is named.
    Code {
        /// The language.
        language: Box<str>,
        /// The text.
        text: Value,
    },
    /// A file that a shell reads when it starts for a login or for a person. It says what the user wants said in
    /// every such shell, so it asks for nothing by itself.
    Startup(Value),
}

/// Why an effect is not known.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum UnknownEffect {
    /// Nothing is known of the program.
    Program,
    /// Nothing is known of this sub-command of the program.
    Subcommand,
    /// The program is known, this option is not.
    Option,
    /// The program is known, this operand is not.
    Operand,
    /// A word that is only known when it runs might be an option that matters.
    Word,
}
