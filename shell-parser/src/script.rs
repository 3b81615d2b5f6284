//! What a script means: statements, pipelines, commands, words. In the order of the grammar.
//!
//! Places ride along as [`Span`]s for messages; they are no part of the meaning.

use diagnostics::Span;

use crate::gap::Gap;

/// A whole script. Lowering is total: any text gives one, and what is not understood is in `gaps`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Script {
    /// What runs, in order.
    pub body: Body,
    /// What is not vouched for, in the order of the text.
    pub gaps: Vec<Gap>,
}

/// Statements that run one after the other.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Body {
    /// In the order of the text.
    pub statements: Vec<Statement>,
}

/// One and-or list: `a && b || c`, and whether the shell waits for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Statement {
    /// Its pipelines, the first with [`Condition::Always`].
    pub links: Vec<Link>,
    /// Whether it ends in `&`.
    pub launch: Launch,
    /// Its text.
    pub span: Span,
}

/// Whether the shell waits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Launch {
    /// It ends in `;`, a newline or the end.
    Foreground,
    /// It ends in `&`, so it runs in a subshell of its own.
    Background,
}

/// One pipeline of an and-or list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Link {
    /// When it runs.
    pub condition: Condition,
    /// What runs.
    pub pipeline: Pipeline,
}

/// When a link runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Condition {
    /// The first one.
    Always,
    /// After `&&`.
    OnSuccess,
    /// After `||`.
    OnFailure,
}

/// `a | b`, or a single command.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Pipeline {
    /// Whether it begins with `!`.
    pub negation: Negation,
    /// One or more commands, each reading what the one before writes.
    pub stages: Vec<Stage>,
}

/// Whether the status is turned round.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Negation {
    /// `a`
    #[default]
    Plain,
    /// `! a`
    Negated,
}

/// One command of a pipeline with its redirects.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Stage {
    /// What runs.
    pub command: Command,
    /// In the order of the text.
    pub redirects: Vec<Redirect>,
    /// Its text, redirects included.
    pub span: Span,
}

/// What one stage is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Command {
    /// `A=1 git status`, or assignments alone.
    Simple(Invocation),
    /// `{ a; b; }`
    Group(Body),
    /// `( a; b )`
    Subshell(Body),
    /// `if`/`elif` branches (condition, then) and the `else` body.
    If {
        /// The condition and the body of each branch.
        branches: Vec<(Body, Body)>,
        /// The `else` body; empty where there is none.
        otherwise: Body,
    },
    /// `while` and `until`: which of the two does not matter to what may run.
    While {
        /// What is run before each round.
        condition: Body,
        /// The round.
        body: Body,
    },
    /// `for name in words; do body; done`
    For {
        /// The variable.
        name: Box<str>,
        /// Where it is named.
        name_span: Span,
        /// What it runs over; `None` is the positional parameters.
        words: Option<Vec<Word>>,
        /// The round.
        body: Body,
    },
    /// `for ((i = 0; i < 3; i++)); do body; done`
    ForArithmetic {
        /// What stands between `((` and `))`; it runs no command.
        header: Box<str>,
        /// The variables that it sets.
        sets: Vec<Box<str>>,
        /// The round.
        body: Body,
    },
    /// `((i++))`
    Arithmetic {
        /// What stands between `((` and `))`; it runs no command.
        text: Box<str>,
        /// The variables that it sets.
        sets: Vec<Box<str>>,
    },
    /// `case word in pattern) body;; esac`
    Case {
        /// What is compared.
        word: Word,
        /// The patterns and the body of each arm.
        arms: Vec<(Vec<Word>, Body)>,
    },
    /// `[[ … ]]`: the words in it, whose expansions run.
    Test(Vec<Word>),
    /// `name() { body; }`: the body runs where the name is called later.
    Function {
        /// What it is called.
        name: Box<str>,
        /// What it runs.
        body: Body,
    },
    /// A construct that is a gap; the commands seen inside it, which may run or not.
    Unknown(Body),
}

impl Default for Command {
    fn default() -> Self {
        Self::Simple(Invocation::default())
    }
}

/// Assignments and words of a simple command.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Invocation {
    /// `A=1` before the words, or alone.
    pub assignments: Vec<Assignment>,
    /// Program and arguments; empty where there are only assignments.
    pub words: Vec<Word>,
    /// How many leading words bash takes off before it looks for the program: `command`, `exec`, `time`.
    pub wrappers: usize,
    /// The text among the words that the shell itself reads as a script: `eval 'a; b'`, `trap 'a' EXIT`.
    pub code: Option<Code>,
}

/// A script in an argument of a builtin.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Code {
    /// When it runs.
    pub moment: Moment,
    /// What runs.
    pub body: Body,
}

/// When the script in an argument runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Moment {
    /// At once, in this shell: `eval`.
    Now,
    /// When a signal comes or the shell ends: `trap`.
    Later,
}

/// `name=value`
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Assignment {
    /// The variable.
    pub name: Box<str>,
    /// What it gets: always one field, without splitting or globbing.
    pub value: Word,
    /// Its text.
    pub span: Span,
}

/// A shell word: what stands between blanks.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Word {
    /// Its pieces, side by side; none is the empty string.
    pub parts: Vec<Part>,
    /// Its text.
    pub span: Span,
}

/// A piece of a word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Part {
    /// Text as the program will see it, quotes and escapes resolved.
    Literal(Box<str>),
    /// Unquoted text with `*`, `?` or `[`, escapes kept: paths, or itself.
    Pattern(Box<str>),
    /// `$name`, `${name}`
    Parameter {
        /// The variable, or the special parameter's character.
        name: Box<str>,
        /// Whether it stands in double quotes.
        quoting: Quoting,
    },
    /// `${name:-text}` and its like: something made of a variable's value.
    Derived {
        /// The variable; `#` where it is the length of one.
        name: Box<str>,
        /// Whether it stands in double quotes.
        quoting: Quoting,
    },
    /// `$(…)`
    Substitution {
        /// What runs.
        body: Body,
        /// Whether it stands in double quotes.
        quoting: Quoting,
    },
    /// An expansion that is not followed further: a brace list, a tilde, a gap. What runs in it is in `body`.
    Opaque {
        /// Commands seen inside, which may run.
        body: Body,
        /// How many fields it may become.
        spread: Spread,
    },
}

/// How many fields an expansion may become.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Spread {
    /// Exactly one.
    One,
    /// Any number.
    Many,
}

/// Whether an expansion is split into fields.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Quoting {
    /// In double quotes: one field (`"$@"` and its like excepted).
    Quoted,
    /// Bare: split and globbed.
    Unquoted,
}

/// A redirect, in the order of the text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Redirect {
    /// The descriptor that changes; `&>` is 1 (and 2 follows).
    pub fd: u16,
    /// What is done to it.
    pub mode: RedirectMode,
    /// Where it leads.
    pub target: RedirectTarget,
    /// Its text.
    pub span: Span,
}

/// What a redirect does to its descriptor.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RedirectMode {
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
    /// `2>&1`, `<&3`
    Duplicate,
    /// `2>&-`
    Close,
    /// `<<`, `<<-`
    Heredoc,
    /// `<<<`
    Herestring,
}

/// What a redirect leads to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RedirectTarget {
    /// A file name or a here-string.
    Word(Word),
    /// Another descriptor.
    Descriptor(u16),
    /// Nothing: `2>&-`.
    Closed,
    /// The body of a here-document: one field, whatever it expands to.
    Heredoc(Word),
}
