//! Collects what a command does while its words are read.

use diagnostics::Span;
use shell_parser::Value;

use crate::knowledge::does::Does;
use crate::knowledge::entry::Entry;
use crate::knowledge::path;
use crate::knowledge::{jq, sed};
use crate::{Effect, EffectKind, Executed, Standing, UnknownEffect};

/// The effects found so far.
#[derive(Debug)]
pub(crate) struct Effects {
    /// What the command does.
    pub(crate) found: Vec<Effect>,
    /// Where it runs instead, as an option says.
    pub(crate) entered: Option<Value>,
    /// The program's name in the script, for what no other word causes.
    pub(crate) name_span: Span,
}

impl Effects {
    /// Nothing yet.
    pub(crate) fn new(name_span: Span) -> Self {
        Self {
            found: Vec::new(),
            entered: None,
            name_span,
        }
    }

    /// What an operand or an option's value does.
    pub(crate) fn value(&mut self, entry: &Entry, does: Does, value: impl FnOnce() -> Value, cause: Span) {
        let kind = match does {
            Does::Harmless => return,
            Does::Enters => {
                let value = self.place(value());
                self.entered = Some(value);
                return;
            }
            Does::Lists | Does::Reads => {
                let value = value();
                if value.exact() == Some("-") {
                    return;
                }
                let value = self.place(value);
                if does == Does::Lists {
                    EffectKind::List(value)
                } else {
                    EffectKind::Read(value)
                }
            }
            Does::Writes | Does::Rewrites => EffectKind::Write(self.place(value())),
            Does::Deletes => EffectKind::Delete(self.place(value())),
            Does::Connects => EffectKind::Connect(value()),
            Does::Executes => EffectKind::Execute(Executed::Command(vec![value()])),
            Does::Sed => {
                let text = value();
                if text.exact().is_some_and(sed::only_edits) {
                    return;
                }
                EffectKind::Execute(Executed::Code {
                    language: "sed".into(),
                    text,
                })
            }
            Does::Jq => {
                let text = value();
                if text.exact().is_some_and(jq::only_computes) {
                    return;
                }
                EffectKind::Execute(Executed::Code {
                    language: "jq".into(),
                    text,
                })
            }
            Does::Escalates | Does::Signals | Does::Configures | Does::Unknown => {
                return self.flag(entry, does, cause);
            }
        };
        self.push(entry, does, kind, cause);
    }

    /// What an option does that has no value, or whose value does not matter.
    pub(crate) fn flag(&mut self, entry: &Entry, does: Does, cause: Span) {
        let kind = match does {
            Does::Escalates => EffectKind::Escalate,
            Does::Signals => EffectKind::Signal,
            Does::Configures => EffectKind::Configure,
            Does::Harmless
            | Does::Lists
            | Does::Reads
            | Does::Writes
            | Does::Deletes
            | Does::Connects
            | Does::Executes
            | Does::Sed
            | Does::Jq
            | Does::Enters
            | Does::Rewrites
            | Does::Unknown => return self.unknown(UnknownEffect::Option, cause),
        };
        self.push(entry, does, kind, cause);
    }

    /// Something that is not known. An allow for a sub-command that nothing is known of speaks for it, as one for
    /// such a program does; beside what is known, the unknown is extra.
    pub(crate) fn unknown(&mut self, why: UnknownEffect, cause: Span) {
        let standing = match why {
            UnknownEffect::Program | UnknownEffect::Subcommand => Standing::Ordinary,
            UnknownEffect::Option | UnknownEffect::Operand | UnknownEffect::Word => Standing::Extra,
        };
        self.found.push(Effect {
            kind: EffectKind::Unknown(why),
            cause,
            standing,
        });
    }

    /// Another program is run.
    pub(crate) fn executes(&mut self, command: Vec<Value>, cause: Span) {
        self.found.push(Effect {
            kind: EffectKind::Execute(Executed::Command(command)),
            cause,
            standing: Standing::Extra,
        });
    }

    fn push(&mut self, entry: &Entry, does: Does, kind: EffectKind, cause: Span) {
        let is_ordinary = matches!(does, Does::Lists | Does::Reads) || entry.ordinary.contains(&does);
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
            (Some(_) | None, Value::OneOf(_) | Value::Glob(_) | Value::Many) => Value::Many,
        }
    }
}
