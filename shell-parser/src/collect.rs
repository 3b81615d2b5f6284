//! Script to segments: every command that may run, with what surrounds it.

mod directory;
mod function;
mod loops;
mod pipeline;
mod redirects;
mod simple;

use diagnostics::Span;

use crate::assigned::Assigned;
use crate::environment::Environment;
use crate::variables::{HOME, Variables};
use crate::{
    Argument, Arm, Body, Command, Condition, FileRedirect, Input, Launch, Negation, Part, Place, Redirect,
    RedirectMode, RedirectTarget, Script, Segment, Setting, Stage, Statement, TestItem, Value, Word,
    WorkingDirectory,
};
use loops::{Header, any_field};

/// Everything that a script may execute, in the order of the text.
///
/// Each branch and each round of a loop is among it, whether it runs or not.
pub fn segments(script: &Script) -> Vec<Segment> {
    segments_in(script, &Environment::default())
}

/// As [`segments`], in a shell of which something is known.
pub fn segments_in(script: &Script, environment: &Environment<'_>) -> Vec<Segment> {
    let first = collect(script, environment, Vec::new());
    if first.defined.is_empty() {
        return first.segments;
    }
    // A function may be called before the place of its definition: from another function, or in a later round.
    collect(script, environment, first.defined).segments
}

/// One walk over a script, in which these functions may be defined from the start.
fn collect(script: &Script, environment: &Environment<'_>, functions: Vec<Function>) -> Collector {
    let mut variables = Variables::default();
    if let Some(home) = environment.home {
        variables.set(HOME, Value::Exact(home.into()));
    }
    let mut collector = Collector {
        segments: Vec::with_capacity(script.body.statements.len()),
        defined: Vec::new(),
        surroundings: Surroundings {
            place: Place::Direct,
            background: false,
            redirects: Vec::new(),
            input: Input::Inherited,
            directory: WorkingDirectory::Start,
            functions,
            variables,
            certain: true,
        },
    };
    collector.body(&script.body);
    collector
}

/// The segments so far, and what surrounds the next one.
struct Collector {
    segments: Vec<Segment>,
    /// Every function that was seen, as one that may be defined or not.
    defined: Vec<Function>,
    surroundings: Surroundings,
}

/// What a segment gets from where it stands.
#[derive(Clone)]
struct Surroundings {
    place: Place,
    background: bool,
    redirects: Vec<FileRedirect>,
    input: Input,
    directory: WorkingDirectory,
    functions: Vec<Function>,
    variables: Variables,
    /// Whether what stands here runs, once, if the script comes this far.
    certain: bool,
}

/// A function that was defined before.
#[derive(Clone)]
struct Function {
    name: Box<str>,
    /// Whether it surely is defined.
    certain: bool,
    /// Whether it may change the directory.
    moves: bool,
}

impl Collector {
    fn body(&mut self, body: &Body) {
        for statement in &body.statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement.launch {
            Launch::Foreground => {
                // Whether the `cd`s in it went through is not known any more.
                self.surroundings.directory = self.links(statement);
            }
            Launch::Background => {
                // What a job does to its directory and functions is its own affair.
                let outer = self.surroundings.clone();
                self.surroundings.background = true;
                self.maybe(|collector| {
                    collector.links(statement);
                });
                self.surroundings = outer;
            }
        }
    }

    /// Gives where the shell may be afterwards: before each link and behind it, for any of them may be the last.
    fn links(&mut self, statement: &Statement) -> WorkingDirectory {
        let mut passed = self.surroundings.directory.clone();
        for link in &statement.links {
            if link.condition == Condition::OnFailure {
                self.or_in(&passed);
            }
            let before = self.surroundings.directory.clone();
            match link.condition {
                Condition::Always => self.pipeline(&link.pipeline),
                Condition::OnSuccess | Condition::OnFailure => {
                    self.maybe(|collector| collector.pipeline(&link.pipeline));
                }
            }
            // What follows a `&&` may run because `|| cd x` did not, or because `! cd x` failed.
            if link.condition == Condition::OnFailure || link.pipeline.negation == Negation::Negated {
                self.or_in(&before);
            }
            passed = passed.or(&self.surroundings.directory);
        }
        passed
    }

    fn stage(&mut self, stage: &Stage) {
        let variables = &self.surroundings.variables;
        let redirects: Vec<FileRedirect> = stage
            .redirects
            .iter()
            .map(|redirect| redirects::file_redirect(redirect, variables))
            .collect();
        let input = redirects::input(&stage.redirects, variables);
        // Where a redirect fails, nothing of the command happens, and the script goes on.
        let fails = redirects
            .iter()
            .any(|redirect| !matches!(redirect.mode, RedirectMode::Heredoc | RedirectMode::Herestring));
        if let Command::Simple(invocation) = &stage.command {
            if fails {
                self.maybe(|collector| collector.simple(invocation, stage, redirects, input));
            } else {
                self.simple(invocation, stage, redirects, input);
            }
            return;
        }
        if !redirects.is_empty() {
            // The shell opens them itself, whatever runs inside.
            self.push(
                Vec::new(),
                Vec::new(),
                redirects.clone(),
                redirects::span(&stage.redirects, stage.span),
            );
        }
        self.substitutions_of_redirects(&stage.redirects);
        let outer = self.surroundings.clone();
        self.surround(redirects, input);
        if fails {
            let start = outer.directory.clone();
            self.maybe(|collector| collector.compound(&stage.command, outer));
            self.or_in(&start);
        } else {
            self.compound(&stage.command, outer);
        }
    }

    /// Puts redirects around several commands.
    ///
    /// Commands that stand side by side read one input in turn: what is left of it for each is not known.
    fn surround(&mut self, redirects: Vec<FileRedirect>, input: Option<Input>) {
        self.surroundings.redirects.splice(0..0, redirects);
        if let Some(input) = input {
            self.surroundings.input = input;
        }
        if matches!(
            self.surroundings.input,
            Input::Text(_) | Input::Pipe(_) | Input::Stage(_) | Input::Found(_)
        ) {
            self.surroundings.input = Input::Text(any_field());
        }
    }

    fn compound(&mut self, command: &Command, outer: Surroundings) {
        let start = outer.directory.clone();
        match command {
            Command::Simple(_) => {}
            Command::Group(body) => {
                self.body(body);
                self.restore(outer, Keep::Shell);
            }
            Command::Subshell(body) => {
                self.inside(Place::Subshell, body);
                self.restore(outer, Keep::Nothing);
            }
            Command::If { branches, otherwise } => {
                for (condition, then) in branches {
                    self.maybe(|collector| collector.body(condition));
                    self.or_in(&start);
                    self.maybe(|collector| collector.body(then));
                    self.or_in(&start);
                }
                self.maybe(|collector| collector.body(otherwise));
                self.or_in(&start);
                self.restore(outer, Keep::Shell);
            }
            Command::While { condition, body, .. } => {
                self.forget_assigned(&Assigned::by(&[condition, body]));
                self.round(outer, |collector| {
                    collector.body(condition);
                    collector.body(body);
                });
            }
            Command::For {
                name,
                name_span,
                words,
                body,
            } => {
                let header = Header {
                    name,
                    span: *name_span,
                    words: words.as_deref(),
                };
                self.for_loop(outer, &header, body);
            }
            Command::ForArithmetic { sets, body, .. } => {
                let mut assigned = Assigned::by(&[body]);
                assigned.names.extend(sets.iter().cloned());
                self.forget_assigned(&assigned);
                self.round(outer, |collector| collector.body(body));
            }
            Command::Arithmetic { sets, .. } => {
                for name in sets {
                    self.surroundings.variables.forget(name);
                }
                self.restore(outer, Keep::Shell);
            }
            Command::Case { word, arms } => {
                self.substitutions(word);
                for Arm { patterns, body, .. } in arms {
                    for pattern in patterns {
                        self.substitutions(pattern);
                    }
                    self.maybe(|collector| collector.body(body));
                    self.or_in(&start);
                }
                self.restore(outer, Keep::Shell);
            }
            Command::Test(items) => {
                for item in items {
                    match item {
                        TestItem::Operator(_) => {}
                        TestItem::Operand(word) => self.substitutions(word),
                    }
                }
                self.restore(outer, Keep::Shell);
            }
            Command::Function { name, body, .. } => {
                let function = self.define(name, body);
                self.restore(outer, Keep::Nothing);
                self.defined.push(Function {
                    certain: false,
                    ..function.clone()
                });
                self.surroundings.functions.push(function);
            }
            Command::Unknown(body) => {
                self.inside(Place::Possible, body);
                self.restore(outer, Keep::Nothing);
                self.surroundings.variables.forget_all();
                self.surroundings.directory = WorkingDirectory::Unknown;
            }
        }
    }

    fn push(&mut self, argv: Vec<Argument>, assignments: Vec<Setting>, own: Vec<FileRedirect>, span: Span) {
        if argv.is_empty() && assignments.is_empty() && own.is_empty() {
            return;
        }
        let Surroundings {
            place,
            background,
            redirects,
            input,
            directory,
            functions: _,
            variables: _,
            certain: _,
        } = self.surroundings.clone();
        let redirects = own.into_iter().chain(redirects).collect();
        self.segments.push(Segment {
            argv,
            assignments,
            redirects,
            input,
            place,
            background,
            directory,
            span,
        });
    }

    /// What runs inside the expansions of a word.
    fn substitutions(&mut self, word: &Word) {
        self.substitutions_of_parts(&word.parts);
    }

    fn substitutions_of_parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Literal(_) | Part::Pattern(_) | Part::Parameter { .. } => {}
                Part::Derived { operand, .. } => self.substitutions_of_parts(operand),
                Part::Array(elements) => elements.iter().for_each(|element| self.substitutions(element)),
                Part::Substitution { body, .. } | Part::Process { body, .. } => {
                    self.in_subshell(Place::Substitution, body);
                }
                Part::Opaque { body, .. } => self.in_subshell(Place::Possible, body),
            }
        }
    }

    fn substitutions_of_redirects(&mut self, redirects: &[Redirect]) {
        for redirect in redirects {
            match &redirect.target {
                RedirectTarget::Word(word) | RedirectTarget::Heredoc(word) => self.substitutions(word),
                RedirectTarget::Descriptor(_) | RedirectTarget::Closed => {}
            }
        }
    }

    fn in_subshell(&mut self, place: Place, body: &Body) {
        if body.statements.is_empty() {
            return;
        }
        let outer = self.surroundings.clone();
        self.inside(place, body);
        self.surroundings = outer;
    }

    fn inside(&mut self, place: Place, body: &Body) {
        // What may not run at all stays so, however it is nested.
        if self.surroundings.place != Place::Possible {
            self.surroundings.place = place;
        }
        self.body(body);
    }

    fn restore(&mut self, outer: Surroundings, keep: Keep) {
        let inner = std::mem::replace(&mut self.surroundings, outer);
        match keep {
            Keep::Shell => {
                self.surroundings.directory = inner.directory;
                self.surroundings.functions = inner.functions;
                self.surroundings.variables = inner.variables;
            }
            Keep::Nothing => {}
        }
    }
}

/// What of the inner surroundings outlives a compound command.
#[derive(Clone, Copy)]
enum Keep {
    /// What the shell itself holds: its directory, its functions.
    Shell,
    /// Nothing: it was a subshell.
    Nothing,
}
