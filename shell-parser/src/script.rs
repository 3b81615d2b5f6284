//! What a script means: statements, pipelines, commands, words. In the order of the grammar.
//!
//! Places ride along as [`Span`]s for messages; they are no part of the meaning.

mod word;

use diagnostics::Span;

use crate::gap::Gap;

pub use word::{Direction, Part, Quoting, Spread, Word};

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
    /// `while condition; do body; done`, and `until`.
    While {
        /// Which of the two.
        repeat: Repeat,
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
        /// In the order of the text.
        arms: Vec<Arm>,
    },
    /// `[[ … ]]`: operators and operands in the order of the text; the operands' expansions run.
    Test(Vec<TestItem>),
    /// `name() { body; }`: the body runs where the name is called later.
    Function {
        /// What it is called.
        name: Box<str>,
        /// What its body stands in.
        enclosure: Enclosure,
        /// What it runs.
        body: Body,
    },
    /// A construct that is a gap; the commands seen inside it, which may run or not.
    Unknown(Body),
}

/// Until when a loop goes on. What may run does not depend on it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Repeat {
    /// `while`
    WhileTrue,
    /// `until`
    UntilTrue,
}

/// One arm of a `case`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Arm {
    /// Any of which lets the body run.
    pub patterns: Vec<Word>,
    /// What runs.
    pub body: Body,
    /// What comes after it.
    pub next: NextArm,
}

/// What a `case` does behind the body of an arm. What may run does not depend on it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum NextArm {
    /// `;;`, or the end.
    #[default]
    Leave,
    /// `;&`: the next body runs too.
    Run,
    /// `;;&`: the next patterns are tried too.
    Try,
}

/// One item of `[[ … ]]`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum TestItem {
    /// `-f`, `==`, `&&`, `!`, `(`: as it is written.
    Operator(Box<str>),
    /// What is tested, or compared with.
    Operand(Word),
}

/// What a function's body stands in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Enclosure {
    /// `{ body; }`
    Group,
    /// `( body )`
    Subshell,
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
    /// How many words of the command stand before it: none but in a declaration, `export A B=1`.
    pub words_before: usize,
    /// The variable.
    pub name: Box<str>,
    /// Whether the value replaces what it holds.
    pub operator: AssignmentOperator,
    /// What it gets: always one field, without splitting or globbing. Where it is appended to, the variable itself
    /// is the first part.
    pub value: Word,
    /// Its text.
    pub span: Span,
}

/// What an assignment does with the value that is there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AssignmentOperator {
    /// `=`
    Set,
    /// `+=`
    Append,
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
