//! Which variables a body may set, so that a loop does not believe what its own rounds change.

use crate::{Body, Code, Command, Invocation, Moment, Word};

/// What a body may do to the shell's variables.
#[derive(Debug, Default)]
pub(crate) struct Assigned {
    /// The names it may set.
    pub(crate) names: Vec<Box<str>>,
    /// Whether it may set any.
    pub(crate) any: bool,
    /// The names that it calls: of programs, builtins or functions.
    pub(crate) calls: Vec<Box<str>>,
    /// Whether it may change the directory.
    moves: bool,
}

impl Assigned {
    /// Looks through a body; what runs in a subshell changes nothing outside.
    pub(crate) fn by(bodies: &[&Body]) -> Self {
        let mut assigned = Self::default();
        for body in bodies {
            assigned.body(body);
        }
        assigned
    }

    /// Whether the shell may be another one after it.
    pub(crate) fn changes_shell(&self) -> bool {
        self.any || self.moves || !self.names.is_empty()
    }

    fn body(&mut self, body: &Body) {
        let stages = body.statements.iter().flat_map(|statement| &statement.links);
        for stage in stages.flat_map(|link| &link.pipeline.stages) {
            self.command(&stage.command);
        }
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Simple(invocation) => self.invocation(invocation),
            Command::Group(body) => self.body(body),
            Command::Subshell(_) | Command::Test(_) => {}
            Command::If { branches, otherwise } => {
                for (condition, then) in branches {
                    self.body(condition);
                    self.body(then);
                }
                self.body(otherwise);
            }
            Command::While { condition, body, .. } => {
                self.body(condition);
                self.body(body);
            }
            Command::For { name, body, .. } => {
                self.names.push(name.clone());
                self.body(body);
            }
            Command::ForArithmetic { sets, body, .. } => {
                self.names.extend(sets.iter().cloned());
                self.body(body);
            }
            Command::Arithmetic { sets, .. } => self.names.extend(sets.iter().cloned()),
            Command::Case { arms, .. } => arms.iter().for_each(|arm| self.body(&arm.body)),
            // A call of it, or what is not understood, may set anything.
            Command::Function { .. } | Command::Unknown(_) => self.any = true,
        }
    }

    fn invocation(&mut self, invocation: &Invocation) {
        self.names.extend(
            invocation
                .assignments
                .iter()
                .map(|assignment| assignment.name.clone()),
        );
        self.names.extend(set_by_words(invocation));
        match &invocation.code {
            Some(Code {
                moment: Moment::Now,
                body,
            }) => self.body(body),
            Some(Code {
                moment: Moment::Later,
                ..
            }) => self.any = true,
            None => {}
        }
        let name = invocation.words.get(invocation.wrappers).and_then(Word::literal);
        self.calls.extend(name.as_deref().map(Into::into));
        self.moves |= name.is_none_or(|name| matches!(&*name, "cd" | "pushd" | "popd"));
    }
}

/// The names that a builtin's words set: `read -r line`, `export A`, `unset B`.
pub(crate) fn set_by_words(invocation: &Invocation) -> impl Iterator<Item = Box<str>> {
    let words = invocation.words.get(invocation.wrappers..).unwrap_or_default();
    let name = words.first().and_then(Word::literal);
    let sets = matches!(
        name.as_deref(),
        Some("read" | "export" | "local" | "readonly" | "declare" | "unset")
    );
    let set = if sets {
        words.get(1..).unwrap_or_default()
    } else {
        &[]
    };
    set.iter()
        .filter_map(|word| Some(word.literal()?.into_owned().into()))
}
