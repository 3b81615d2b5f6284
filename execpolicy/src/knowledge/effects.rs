//! Collects what a command does while its words are read.

mod chosen;
mod execution;
mod followed;
mod object;

use diagnostics::Span;
use shell_parser::{Argument, Found, Segment, Value, WorkingDirectory};

use crate::knowledge::declaration::Trait;
use crate::knowledge::does::Does;
use crate::knowledge::entry::Entry;
use crate::knowledge::{Nested, host, path};
use crate::links::Last;
use crate::{Context, Effect, EffectKind, Standing, UnknownEffect};

/// The effects found so far.
#[derive(Debug)]
pub(crate) struct Effects<'s> {
    /// The command.
    pub(crate) segment: &'s Segment,
    /// Where it is given.
    pub(crate) context: &'s Context,
    /// What the command does.
    pub(crate) found: Vec<Effect>,
    /// What it has run.
    pub(crate) nested: Vec<Nested>,
    /// The directories whose configuration it obeys since they are the workspace's.
    pub(crate) trusted: Vec<Box<str>>,
    /// What it looks for.
    pub(crate) sought: Vec<Value>,
    /// The names of the files that it reads below its directories, as patterns.
    pub(crate) chosen: Vec<Box<str>>,
    /// Whether it follows the links below its directories.
    pub(crate) follows: bool,
    /// The program in a language of its own, of what only computes, as far as it is given.
    pub(crate) computing: Option<String>,
    /// The paths that it writes to its output, each with a NUL behind it, where it writes nothing else.
    pub(crate) names: Option<Box<Found>>,
    /// Where it runs instead, as an option says.
    pub(crate) entered: Option<Value>,
    /// Whether what it runs does not surely run there.
    pub(crate) runs_elsewhere: bool,
    /// Whether it only says something of itself.
    pub(crate) informs: bool,
    /// The program's name as it stands in the script.
    pub(crate) program: &'s Argument,
}

impl<'s> Effects<'s> {
    /// Nothing yet.
    pub(crate) fn new(program: &'s Argument, segment: &'s Segment, context: &'s Context) -> Self {
        Self {
            segment,
            context,
            found: Vec::new(),
            nested: Vec::new(),
            trusted: Vec::new(),
            sought: Vec::new(),
            chosen: Vec::new(),
            follows: false,
            computing: None,
            names: None,
            entered: None,
            runs_elsewhere: false,
            informs: false,
            program,
        }
    }

    /// The program's name in the script, for what no other word causes.
    pub(crate) fn name_span(&self) -> Span {
        self.program.span
    }

    /// What an operand or an option's value does.
    pub(crate) fn value(&mut self, entry: &Entry, does: Does, value: impl FnOnce() -> Value, cause: Span) {
        match does {
            Does::Harmless | Does::Informs | Does::Template | Does::Appends => {}
            Does::Searches => self.sought.push(value()),
            Does::Chooses => self.chooses(&value(), cause),
            Does::Columns => self.columns(entry, &value(), cause),
            Does::Enters => self.entered = Some(self.place(value())),
            Does::Lists => self.path(entry, does, value(), EffectKind::List, cause),
            Does::Reads | Does::Follows | Does::Archive => {
                let value = value();
                self.follows |= does == Does::Follows;
                if let Some(file) = behind_sign(&value) {
                    self.path(entry, Does::Reads, file, EffectKind::Read, cause);
                }
                self.path(entry, Does::Reads, value, EffectKind::Read, cause);
            }
            Does::Object => {
                let value = value();
                for path in object::paths(&value) {
                    self.path(entry, Does::Reads, path, EffectKind::Read, cause);
                }
                if let Some(pattern) = object::pattern(&value) {
                    self.chooses(&pattern, cause);
                    self.path(
                        entry,
                        Does::Reads,
                        Value::Exact(".".into()),
                        EffectKind::Read,
                        cause,
                    );
                }
                self.path(entry, Does::Reads, value, EffectKind::Read, cause);
            }
            Does::Writes | Does::Rewrites | Does::Unpacks => {
                self.path(entry, does, value(), EffectKind::Write, cause);
            }
            Does::Deletes => self.path(entry, does, value(), EffectKind::Delete, cause),
            Does::DeletesAll => self.path(entry, does, value(), EffectKind::DeleteAll, cause),
            Does::Moves => {
                let value = value();
                self.path(entry, Does::Reads, value.clone(), EffectKind::Read, cause);
                self.path(entry, does, value, EffectKind::Delete, cause);
            }
            Does::Sends => {
                let value = value();
                // In a format of curl 8.3 this opens a file.
                if value.exact().is_some_and(|text| text.contains("%output{")) {
                    self.unknown(UnknownEffect::Option, cause);
                }
                if let Some(file) = host::sent_file(&value) {
                    self.path(entry, Does::Reads, file, EffectKind::Read, cause);
                }
            }
            Does::Connects => match host::of(&value()) {
                host::Destination::Program => self.unknown(UnknownEffect::Operand, cause),
                host::Destination::Host(host) => self.push(entry, does, EffectKind::Connect(host), cause),
                host::Destination::File(file) => self.path(entry, Does::Reads, file, EffectKind::Read, cause),
            },
            Does::Refspec => match value().exact() {
                Some(text) if text.starts_with(['+', ':']) => {
                    self.flag(entry, Does::Overwrites, cause);
                }
                Some(_) => {}
                None => self.unknown(UnknownEffect::Operand, cause),
            },
            Does::Loads => self.loads(entry, value(), cause),
            Does::Executes => self.program(value(), cause),
            Does::Script => self.script(value(), cause),
            Does::Awk | Does::Sed | Does::Jq | Does::Code => self.code(entry, does, value(), cause),
            Does::ExecutesElsewhere | Does::Runs | Does::Joins | Does::Remote | Does::Sets | Does::Splits => {
                self.unknown(UnknownEffect::Option, cause);
            }
            Does::Escalates | Does::Signals | Does::Configures | Does::Overwrites | Does::Unknown => {
                self.flag(entry, does, cause);
            }
        }
    }

    /// What an option does that has no value, or whose value does not matter.
    pub(crate) fn flag(&mut self, entry: &Entry, does: Does, cause: Span) {
        let kind = match does {
            Does::Harmless | Does::Searches | Does::Template | Does::Appends => return,
            Does::Informs => {
                self.informs = true;
                return;
            }
            Does::Escalates => EffectKind::Escalate,
            Does::Signals => EffectKind::Signal,
            Does::Configures => EffectKind::Configure,
            Does::Overwrites => EffectKind::Overwrite,
            Does::Connects => EffectKind::Connect(anything()),
            Does::Unpacks => return self.value(entry, does, || Value::Exact(".".into()), cause),
            Does::Columns
            | Does::Lists
            | Does::Reads
            | Does::Follows
            | Does::Object
            | Does::Sends
            | Does::Writes
            | Does::Deletes
            | Does::DeletesAll
            | Does::Moves
            | Does::Archive
            | Does::Refspec
            | Does::Runs
            | Does::Joins
            | Does::Chooses
            | Does::Remote
            | Does::Sets
            | Does::Splits
            | Does::Executes
            | Does::ExecutesElsewhere
            | Does::Script
            | Does::Code
            | Does::Loads
            | Does::Awk
            | Does::Sed
            | Does::Jq
            | Does::Enters
            | Does::Rewrites
            | Does::Unknown => return self.unknown(UnknownEffect::Option, cause),
        };
        self.push(entry, does, kind, cause);
    }

    /// Something that is not known. An allow for a program that nothing is known of speaks for it. Beside what is
    /// known the unknown is extra: who allows `git` has not said that `git remote-ext` may run what it is told.
    pub(crate) fn unknown(&mut self, why: UnknownEffect, cause: Span) {
        let standing = match why {
            UnknownEffect::Program => Standing::Ordinary,
            UnknownEffect::Subcommand
            | UnknownEffect::Option
            | UnknownEffect::Operand
            | UnknownEffect::Word => Standing::Extra,
        };
        self.found.push(Effect {
            kind: EffectKind::Unknown(why),
            cause,
            standing,
        });
    }

    /// What else is read beside each path that is read.
    fn beside_reads(&self, more: impl Fn(&Value) -> Option<Value>) -> Vec<Effect> {
        let beside = |effect: &Effect| {
            let EffectKind::Read(path) = &effect.kind else {
                return None;
            };
            Some(Effect {
                kind: EffectKind::Read(more(path)?),
                cause: effect.cause,
                standing: effect.standing,
            })
        };
        self.found.iter().filter_map(beside).collect()
    }

    /// What the program does whatever its arguments, and what its directory configures.
    pub(crate) fn in_any_case(&mut self, entry: &Entry) {
        let name = self.name_span();
        // What it only says of itself it says without its work.
        let informs = self.informs;
        for (does, path) in entry.always.iter().filter(|_| !informs) {
            if path.is_empty() {
                self.flag(entry, *does, name);
            } else {
                self.value(entry, *does, || Value::Exact(path.clone()), name);
            }
        }
        if !entry.has(Trait::Trusts) {
            return;
        }
        let entered = self.entered.as_ref();
        let is_near = path::is_in_workspace(self.segment, entered, Last::Followed, self.context);
        if let Some(directory) = entered.map_or(Some("."), Value::exact).filter(|_| is_near) {
            self.trusted.push(directory.into());
        }
        // What a program does only with the workspace's consent, and never does harm there, needs no mention.
        if is_near && (self.informs || !entry.ordinary.contains(&Does::Loads)) {
            return;
        }
        let here = || {
            path::directory(self.segment, self.context)
                .map_or(Value::Many, |directory| Value::Exact(directory.into()))
        };
        let kind = EffectKind::Configured(self.entered.clone().unwrap_or_else(here));
        let standing = if is_near {
            Standing::Ordinary
        } else {
            Standing::Extra
        };
        self.found.push(Effect {
            kind,
            cause: name,
            standing,
        });
    }

    /// Where something runs that the program runs, seen from where the segment does.
    pub(crate) fn directory(&self) -> WorkingDirectory {
        match self.entered.as_ref().map(Value::exact) {
            _ if self.runs_elsewhere => WorkingDirectory::Unknown,
            None => WorkingDirectory::Start,
            Some(Some(directory)) => WorkingDirectory::Moved(path::join("", directory).into()),
            Some(None) => WorkingDirectory::Unknown,
        }
    }

    /// Columns are shown; what stands in the environment of a process is for its user.
    fn columns(&mut self, entry: &Entry, value: &Value, cause: Span) {
        let Some(text) = value.exact() else {
            return self.unknown(UnknownEffect::Option, cause);
        };
        if text.to_ascii_lowercase().contains("environ") {
            self.flag(entry, Does::Escalates, cause);
        }
    }

    /// Something is done with a path; `-` is standard input or output.
    fn path(&mut self, entry: &Entry, does: Does, value: Value, kind: fn(Value) -> EffectKind, cause: Span) {
        if value.exact() == Some("-") {
            return;
        }
        let value = self.place(value);
        self.push(entry, does, kind(value), cause);
    }

    /// Adds an effect. It is ordinary where the entry says so, and where what is changed is surely in the workspace.
    fn push(&mut self, entry: &Entry, does: Does, kind: EffectKind, cause: Span) {
        let reads = matches!(does, Does::Lists | Does::Reads);
        let is_ordinary = reads || (entry.ordinary.contains(&does) && self.is_near(&kind));
        let standing = if is_ordinary {
            Standing::Ordinary
        } else {
            Standing::Extra
        };
        self.found.push(Effect {
            kind,
            cause,
            standing,
        });
    }

    /// Whether what is changed or obeyed is surely in the workspace; so for all that is not a path.
    fn is_near(&self, kind: &EffectKind) -> bool {
        match kind {
            EffectKind::Write(path) | EffectKind::Configured(path) => {
                path::is_in_workspace(self.segment, Some(path), Last::Followed, self.context)
            }
            EffectKind::Delete(path) | EffectKind::DeleteAll(path) => {
                path::is_in_workspace(self.segment, Some(path), Last::Itself, self.context)
            }
            EffectKind::List(_)
            | EffectKind::Read(_)
            | EffectKind::Connect(_)
            | EffectKind::Execute(_)
            | EffectKind::Escalate
            | EffectKind::Signal
            | EffectKind::Configure
            | EffectKind::Overwrite
            | EffectKind::Setting { .. }
            | EffectKind::Unknown(_) => true,
        }
    }

    /// A path as seen from where the segment runs, where an option leads elsewhere.
    fn place(&self, value: Value) -> Value {
        let Some(entered) = &self.entered else {
            return value;
        };
        match (entered.exact(), value) {
            (Some(directory), Value::Exact(text))
                if directory.len() <= path::MAX_DIRECTORY_BYTES && text.len() <= path::MAX_BYTES =>
            {
                Value::Exact(path::join(directory, &text).into())
            }
            (Some(_) | None, Value::Exact(text)) if text.starts_with('/') => Value::Exact(text),
            (Some(_) | None, Value::Exact(text)) => Value::One {
                prefix: "".into(),
                suffix: text,
            },
            (Some(_) | None, Value::One { suffix, .. }) => Value::One {
                prefix: "".into(),
                suffix,
            },
            (Some(_) | None, Value::OneOf(_) | Value::Glob(_) | Value::Found(_) | Value::Many) => Value::Many,
        }
    }
}

/// The file that a format of kubectl names: what stands behind `jsonpath-file=` and the like.
fn behind_sign(value: &Value) -> Option<Value> {
    let text = match value {
        Value::Exact(text) | Value::One { prefix: text, .. } => text,
        Value::OneOf(_) | Value::Glob(_) | Value::Found(_) | Value::Many => return None,
    };
    let (key, file) = text.split_once('=')?;
    if key.contains('/') || !key.ends_with("file") {
        return None;
    }
    match value {
        Value::One { suffix, .. } => Some(Value::One {
            prefix: file.into(),
            suffix: suffix.clone(),
        }),
        Value::Exact(_) | Value::OneOf(_) | Value::Glob(_) | Value::Found(_) | Value::Many => {
            Some(Value::Exact(file.into()))
        }
    }
}

/// One word of which nothing is known.
pub(crate) fn anything() -> Value {
    Value::One {
        prefix: "".into(),
        suffix: "".into(),
    }
}
