//! The words that a wrapper runs, or hands to a shell.

use diagnostics::Span;
use shell_parser::{Argument, Dialect, Found, Input, Setting, Value, WorkingDirectory};

use super::Arguments;
use crate::knowledge::does::Does;
use crate::knowledge::effects::anything;
use crate::{Executed, UnknownEffect};

/// What stands, in a command that is run, for what is read.
pub(super) enum Template {
    /// Nothing does.
    None,
    /// This text.
    Text(Box<str>),
    /// A text that is not known.
    Unknown,
}

/// Options of `xargs` that have what is read split at NUL alone.
const SPLIT_BY_NUL: &[&str] = &["-0", "--null", "-0r", "-r0"];

/// Options of `xargs` that leave how it is split, and their numbers.
const PLAIN: &[&str] = &["", "-r", "--no-run-if-empty", "-t", "-n", "-P", "-L", "-x"];

/// Whether what is read is put behind a command that is run.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Appended {
    /// Unless a template is given.
    Unless,
    /// In any case.
    Always,
}

impl Template {
    pub(super) fn of(value: &Value) -> Self {
        match value.exact().filter(|text| !text.is_empty()) {
            Some(text) => Self::Text(text.into()),
            None => Self::Unknown,
        }
    }
}

impl Arguments<'_, '_, '_> {
    /// Says what is run, now that the options are read.
    pub(super) fn finish_rest(mut self, does: Does, is_needed: bool) {
        let mut words: Vec<&Argument> = std::mem::take(&mut self.operands);
        let mut settings = Vec::new();
        for (index, place) in self.entry.operands.places.iter().enumerate() {
            if self.taken.contains(&index) {
                if place.does.takes_the_rest() {
                    return;
                }
                continue;
            }
            if place.does == Does::Sets {
                let count = words.iter().map_while(|word| setting(word)).count();
                settings.extend(words.drain(..count).filter_map(setting));
            } else if !place.does.takes_the_rest()
                // Words that may be none or many leave it open what is run, so they begin it.
                && words.first().is_some_and(|word| !matches!(word.value, Value::Found(_) | Value::Many | Value::Glob(_)))
            {
                let word = words.remove(0);
                self.value(place.does, || word.value.clone(), word.span);
            }
        }
        let mut words: Vec<Argument> = words.into_iter().cloned().collect();
        let Some(first) = words.first() else {
            if is_needed && !self.effects.informs {
                let name = self.effects.name_span();
                self.effects.unknown(UnknownEffect::Operand, name);
            }
            return;
        };
        let has_text = first
            .value
            .exact()
            .and_then(|text| self.entry.option(text))
            .is_some_and(|option| option.does == Does::Script);
        if has_text {
            // `flock FILE -c TEXT`
            match words.get(1) {
                Some(text) => self.value(Does::Script, || text.value.clone(), text.span),
                None => self.effects.unknown(UnknownEffect::Operand, first.span),
            }
            return;
        }
        if does == Does::Joins && !self.rest_is_command {
            self.join(&words, Dialect::Sh);
        } else if does == Does::Remote {
            self.join(&words, Dialect::Zsh);
        } else {
            self.append(&mut words);
            let directory = self.effects.directory();
            self.effects.command(words, settings, directory);
        }
    }

    /// Puts what is read where it goes.
    fn append(&self, words: &mut Vec<Argument>) {
        if !self.entry.has_options_that(Does::Appends) {
            return;
        }
        let found = words
            .first()
            .and_then(|command| self.found_on_input(command.span));
        for word in &mut *words {
            word.value = match &self.template {
                Template::None => continue,
                Template::Text(template) => {
                    let read = found.clone().map_or_else(anything, Value::Found);
                    filled(&word.value, template, &read)
                }
                Template::Unknown => anything(),
            };
        }
        let is_appended = matches!(self.template, Template::None) || self.appended == Appended::Always;
        if let Some(last) = words.last().filter(|_| is_appended) {
            // No word of the script is it.
            let span = Span::of(last.span.end(), last.span.end());
            words.push(Argument {
                value: found.map_or(Value::Many, Value::Found),
                span,
            });
        }
    }

    /// The paths that are read, where it is certain that each is taken for one word: none can hold the NUL that stands
    /// between them, and any may hold a blank, a quote or a newline.
    fn found_on_input(&self, command: Span) -> Option<Box<Found>> {
        let Input::Found(found) = &self.effects.segment.input else {
            return None;
        };
        // What stands before the command; where places do not tell them apart, that is nothing.
        let mut options = self.words.iter().take_while(|word| word.span != command);
        let mut is_split_by_nul = false;
        while let Some(option) = options.next() {
            let text = option.value.exact()?;
            let letters = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
            if SPLIT_BY_NUL.contains(&text) {
                is_split_by_nul = true;
            } else if letters == "-I" {
                options.next()?;
            } else if !PLAIN.contains(&letters) && !letters.starts_with("-I") {
                return None;
            }
        }
        is_split_by_nul.then(|| found.clone())
    }

    /// Has a shell read the words as one text. zsh's reading, which is the least common of all shells, stands for a
    /// shell that is not known.
    fn join(&mut self, words: &[Argument], dialect: Dialect) {
        let texts: Vec<Option<&str>> = words.iter().map(|word| word.value.exact()).collect();
        let span = words.iter().map(|word| word.span).reduce(Span::to);
        let span = span.unwrap_or_else(|| self.effects.name_span());
        let known: Option<Vec<&str>> = texts.iter().copied().collect();
        let Some(known) = known else {
            let beginning: Vec<&str> = texts.iter().map_while(|text| *text).collect();
            let text = Value::One {
                prefix: beginning.join(" ").into(),
                suffix: "".into(),
            };
            return self.effects.execute(Executed::Script(text), span);
        };
        let text = Value::Exact(known.join(" ").into());
        let directory = self.effects.directory();
        self.effects.text(dialect, text, span, directory);
    }

    /// `env -S TEXT`: what the text says and what follows it are words of the same program.
    pub(super) fn split(&mut self, text: &Value, span: Span) {
        let is_plain = |text: &&str| !text.contains(['\\', '\'', '"', '$', '#']);
        let Some(text) = text.exact().filter(is_plain) else {
            return self.effects.unknown(UnknownEffect::Option, span);
        };
        let pieces = text.split_ascii_whitespace().map(|piece| Argument {
            value: Value::Exact(piece.into()),
            span,
        });
        let behind = self.words.get(self.next..).unwrap_or_default();
        let argv: Vec<Argument> = std::iter::once(self.effects.program.clone())
            .chain(pieces)
            .chain(behind.iter().cloned())
            .collect();
        self.next = self.words.len();
        // A directory that the text names would take the place of one named before it.
        let directory = match self.effects.directory() {
            WorkingDirectory::Start => WorkingDirectory::Start,
            WorkingDirectory::Moved(_) | WorkingDirectory::OneOf(_) | WorkingDirectory::Unknown => {
                WorkingDirectory::Unknown
            }
        };
        self.effects.command(argv, Vec::new(), directory);
    }

    /// Takes `NAME=VALUE` from among the operands of a program that runs nothing of them. A number can be neither a
    /// program nor a text to evaluate; any other value can be, whatever the variable.
    pub(super) fn take_settings(&mut self) {
        let has_settings = self
            .entry
            .operands
            .places
            .iter()
            .any(|place| place.does == Does::Sets);
        if !has_settings {
            return;
        }
        let (settings, operands): (Vec<&Argument>, Vec<&Argument>) = self
            .operands
            .iter()
            .copied()
            .partition(|word| setting(word).is_some());
        for word in operands.iter().filter(|word| may_be_setting(&word.value)) {
            self.effects.unknown(UnknownEffect::Word, word.span);
        }
        self.operands = operands;
        for word in settings {
            let is_number = setting(word).is_some_and(|setting| {
                let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
                setting.value.exact().is_some_and(is_digits)
            });
            if !is_number {
                self.effects.unknown(UnknownEffect::Operand, word.span);
            }
        }
    }
}

/// A word `NAME=VALUE`.
fn setting(word: &Argument) -> Option<Setting> {
    let (name, value) = match &word.value {
        Value::Exact(text) => {
            let (name, value) = text.split_once('=')?;
            (name, Value::Exact(value.into()))
        }
        Value::One { prefix, suffix } => {
            let (name, value) = prefix.split_once('=')?;
            let value = Value::One {
                prefix: value.into(),
                suffix: suffix.clone(),
            };
            (name, value)
        }
        Value::OneOf(_) | Value::Glob(_) | Value::Found(_) | Value::Many => return None,
    };
    Some(Setting {
        name: name.into(),
        value,
        span: word.span,
    })
}

/// Whether a word that is not surely `NAME=VALUE` may be.
fn may_be_setting(value: &Value) -> bool {
    match value {
        Value::Exact(_) => false,
        Value::OneOf(texts) => texts.iter().any(|text| text.contains('=')),
        Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => true,
    }
}

/// What each of these begins with.
pub(super) fn common_beginning(roots: &[Box<str>]) -> &str {
    let Some((first, rest)) = roots.split_first() else {
        return "";
    };
    let mut common = &**first;
    for root in rest {
        let mut shared = common.char_indices().zip(root.chars());
        let differs = shared.find(|((_, left), right)| left != right);
        let end = differs.map_or(common.len().min(root.len()), |((at, _), _)| at);
        common = common.get(..end).unwrap_or_default();
    }
    common
}

/// The word with each `template` in it replaced by `by`, one word of which the beginning may be known, or many. Only
/// a word that is nothing but the template becomes many.
pub(super) fn filled(word: &Value, template: &str, by: &Value) -> Value {
    let Value::Exact(text) = word else {
        // What is not known may hold the template.
        return match word {
            Value::Glob(_) | Value::Found(_) | Value::Many => Value::Many,
            Value::Exact(_) | Value::OneOf(_) | Value::One { .. } => anything(),
        };
    };
    let Some((before, _)) = text.split_once(template) else {
        return word.clone();
    };
    if **text == *template {
        return by.clone();
    }
    let beginning = match by {
        Value::One { prefix, .. } => prefix,
        Value::Found(found) => common_beginning(&found.roots),
        Value::Exact(_) | Value::OneOf(_) | Value::Glob(_) | Value::Many => "",
    };
    let after = text.rsplit_once(template).map_or("", |(_, after)| after);
    Value::One {
        prefix: format!("{before}{beginning}").into(),
        suffix: after.into(),
    }
}
