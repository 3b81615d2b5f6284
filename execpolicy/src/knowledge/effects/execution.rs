//! Commands, texts and code that a program is told to run.

use diagnostics::Span;
use shell_parser::{Argument, Dialect, Input, Setting, Value, WorkingDirectory};

use super::{Effects, anything};
use crate::knowledge::does::Does;
use crate::knowledge::entry::Entry;
use crate::knowledge::{Nested, Ran, awk, host, jq, name, sed};
use crate::{Effect, EffectKind, Executed, Standing, UnknownEffect};

impl Effects<'_> {
    /// A command is run; without words it is not.
    pub(crate) fn command(
        &mut self,
        argv: Vec<Argument>,
        settings: Vec<Setting>,
        directory: WorkingDirectory,
    ) {
        if argv.is_empty() {
            return;
        }
        let wrapper = self.wrapper();
        self.nested.push(Nested {
            wrapper,
            ran: Ran::Command { argv, settings },
            directory,
        });
    }

    /// A shell reads a text; one that is not known is an effect.
    pub(crate) fn text(&mut self, dialect: Dialect, value: Value, cause: Span, directory: WorkingDirectory) {
        if value.exact().is_none() {
            self.execute(Executed::Script(value), cause);
            return;
        }
        let wrapper = self.wrapper();
        self.nested.push(Nested {
            wrapper,
            ran: Ran::Script {
                dialect,
                text: Argument { value, span: cause },
            },
            directory,
        });
    }

    /// `sh` reads a text where the segment runs.
    pub(super) fn script(&mut self, value: Value, cause: Span) {
        let directory = self.directory();
        self.text(Dialect::Sh, value, cause, directory);
    }

    /// A program is run by its name, with words that only it knows. A name with blanks may be split, or not.
    pub(super) fn program(&mut self, value: Value, cause: Span) {
        let is_name = value
            .exact()
            .is_some_and(|name| !name.is_empty() && !name.contains(char::is_whitespace));
        if !is_name {
            self.execute(Executed::Command(vec![value]), cause);
            return;
        }
        let words = [value, Value::Many];
        let argv = words.map(|value| Argument { value, span: cause });
        let directory = self.directory();
        self.command(argv.into(), Vec::new(), directory);
    }

    /// A text in a language that is not a shell's is run. One that surely only computes does nothing.
    pub(super) fn code(&mut self, entry: &Entry, does: Does, text: Value, cause: Span) {
        let (language, only_computes) = recognized(does).unwrap_or_else(|| {
            let program = entry.name.split(' ').next().unwrap_or_default();
            (program, |_| false)
        });
        if let Some(text) = text.exact()
            && only_computes(text)
        {
            // Several texts are one program, a line behind the other: what one leaves open the next may end.
            let whole = match self.computing.take() {
                Some(before) => format!("{before}\n{text}"),
                None => text.to_owned(),
            };
            let computes = only_computes(&whole);
            self.computing = Some(whole);
            if computes {
                return;
            }
        }
        let kind = EffectKind::Execute(Executed::Code {
            language: language.into(),
            text,
        });
        self.push(entry, does, kind, cause);
    }

    /// What a file or directory says is done; `-` is standard input, whose text is code.
    pub(super) fn loads(&mut self, entry: &Entry, value: Value, cause: Span) {
        if matches!(value.exact(), Some("-" | "/dev/stdin")) {
            let text = match &self.segment.input {
                Input::Text(text) => text.clone(),
                Input::Inherited | Input::Pipe(_) | Input::Stage(_) | Input::Found(_) | Input::File => {
                    anything()
                }
            };
            self.code(entry, Does::Code, text, cause);
            return;
        }
        if value.exact().is_some_and(|text| text.starts_with('@')) {
            // pytest 8.2 reads more words from the file behind it.
            self.unknown(UnknownEffect::Operand, cause);
        }
        if let Some(host) = host::of_remote(&value) {
            // It is fetched, and nobody here has seen it.
            self.found.push(Effect {
                kind: EffectKind::Connect(host),
                cause,
                standing: Standing::Extra,
            });
            self.found.push(Effect {
                kind: EffectKind::Configured(anything()),
                cause,
                standing: Standing::Extra,
            });
            return;
        }
        let value = self.place(value);
        self.push(entry, Does::Loads, EffectKind::Configured(value), cause);
    }

    /// Something is run that cannot be judged by itself.
    pub(crate) fn execute(&mut self, executed: Executed, cause: Span) {
        self.found.push(Effect {
            kind: EffectKind::Execute(executed),
            cause,
            standing: Standing::Extra,
        });
    }

    /// The name that what is run is said to be run by.
    fn wrapper(&self) -> Box<str> {
        self.program
            .value
            .exact()
            .map(name::base)
            .unwrap_or_default()
            .into()
    }
}

/// Whether a text surely only computes.
type Recognizer = fn(&str) -> bool;

/// The languages in which texts that only compute are told from others.
fn recognized(does: Does) -> Option<(&'static str, Recognizer)> {
    let known: [(Does, Recognizer); 3] = [
        (Does::Awk, awk::only_computes),
        (Does::Sed, sed::only_edits),
        (Does::Jq, jq::only_computes),
    ];
    let found = known.into_iter().find(|(known, _)| *known == does);
    found.map(|(does, only_computes)| (does.word(), only_computes))
}
