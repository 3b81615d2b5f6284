//! Reads the arguments of a program the way the program does.

mod find;
mod flags;
mod operands;
mod response_files;
mod rest;
mod subcommand;

pub(crate) use find::plain_sets;

use diagnostics::Span;
use shell_parser::{Argument, Value};

use crate::UnknownEffect;
use crate::knowledge::declaration::{Syntax, Trait};
use crate::knowledge::does::Does;
use crate::knowledge::effects::Effects;
use crate::knowledge::entry::{Entry, Opt};
use crate::knowledge::spelling::Takes;
use crate::knowledge::unknown_word::may_begin_with_dash;
use rest::{Appended, Template};

pub(crate) use flags::one_dash;

/// A walk over the words behind a program's name.
pub(crate) struct Arguments<'a, 'e, 's> {
    entry: &'a Entry,
    words: &'a [Argument],
    next: usize,
    /// After `--`, or after the first operand where that ends the options.
    ended: Ended,
    /// Words that are operands, in order.
    operands: Vec<&'a Argument>,
    /// Places of operands that options have taken.
    taken: Vec<usize>,
    /// Options without a value that do something with what the operands name.
    flags: Vec<(Does, Span)>,
    /// Set once an unknown word may have been an option: from then on no word's part is certain.
    roles: Roles,
    /// Endings of the copies that are kept of what is rewritten.
    copies: Vec<(Box<str>, Span)>,
    /// Files that flags which write are said of.
    archives: Vec<(Value, Span)>,
    /// What stands, in a command that is run, for what is read.
    template: Template,
    /// Whether what is read is put behind a command that is run.
    appended: Appended,
    /// Whether the rest of the words is a command, where it else were a text.
    rest_is_command: bool,
    /// The commands of `find`.
    commands: Vec<find::Found>,
    effects: &'e mut Effects<'s>,
}

/// Whether options may still come.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Ended {
    No,
    Yes,
}

/// Whether it is certain which words are operands.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Roles {
    Certain,
    Uncertain,
}

impl<'a, 'e, 's> Arguments<'a, 'e, 's> {
    /// The walk over `words`, none read yet; what they do goes to `effects`.
    pub(crate) fn new(entry: &'a Entry, words: &'a [Argument], effects: &'e mut Effects<'s>) -> Self {
        Self {
            entry,
            words,
            next: 0,
            ended: match entry.syntax {
                Syntax::Words => Ended::Yes,
                Syntax::Getopt | Syntax::Find | Syntax::Flags | Syntax::Test | Syntax::Keys => Ended::No,
            },
            operands: Vec::new(),
            taken: Vec::new(),
            flags: Vec::new(),
            roles: Roles::Certain,
            copies: Vec::new(),
            archives: Vec::new(),
            template: Template::None,
            appended: Appended::Unless,
            rest_is_command: false,
            commands: Vec::new(),
            effects,
        }
    }

    /// Reads all the words that are left.
    pub(crate) fn read(mut self) {
        self.refuse_response_files();
        while self.next < self.words.len() {
            self.step();
        }
        self.finish();
    }

    /// Reads one word, with the values that belong to it.
    fn step(&mut self) {
        let Some(word) = self.words.get(self.next) else {
            return;
        };
        self.next = self.next.saturating_add(1);
        if self.ended == Ended::Yes {
            self.operands.push(word);
            return;
        }
        match self.entry.syntax {
            Syntax::Find => self.find_word(word),
            Syntax::Flags => self.flags_word(word),
            Syntax::Keys => self.key(word),
            Syntax::Getopt if self.next == 1 && self.entry.has(Trait::Bundled) => self.bundle(word),
            Syntax::Getopt | Syntax::Words | Syntax::Test => self.getopt_word(word),
        }
    }

    /// The first word where it may be a cluster without a dash: `tar xzf x`. The values are the next words, one after
    /// the other, so only the last letter may have one here.
    fn bundle(&mut self, word: &'a Argument) {
        let Some(letters) = word.value.exact().filter(|text| !text.starts_with('-')) else {
            return self.getopt_word(word);
        };
        let mut before = letters.chars();
        before.next_back();
        let is_plain = |letter| {
            self.letter(letter)
                .is_some_and(|option| matches!(option.takes, Takes::Nothing | Takes::Optional))
        };
        if before.all(is_plain) {
            self.cluster(letters, None, word);
        } else {
            self.effects.unknown(UnknownEffect::Option, word.span);
        }
    }

    /// A word `KEY=VALUE`.
    fn key(&mut self, word: &'a Argument) {
        let (text, unknown) = match &word.value {
            Value::Exact(text) => (text, None),
            Value::One { prefix, suffix } => (prefix, Some(&**suffix)),
            Value::OneOf(_) | Value::Glob(_) | Value::Found(_) | Value::Many => {
                return self.effects.unknown(UnknownEffect::Word, word.span);
            }
        };
        let described = text
            .split_once('=')
            .and_then(|(key, value)| Some((self.entry.option(&format!("-{key}"))?, value)));
        match described {
            Some((option, value)) => self.value(option.does, || attached(value, unknown), word.span),
            None if matches!(&**text, "--help" | "--version") => {}
            None => self.effects.unknown(UnknownEffect::Option, word.span),
        }
    }

    /// What the value of an option does.
    fn value(&mut self, does: Does, value: impl FnOnce() -> Value, span: Span) {
        if does == Does::Template {
            self.template = Template::of(&value());
        } else if does == Does::Appends {
            self.appended = Appended::Always;
        } else if does == Does::Splits {
            self.split(&value(), span);
        } else if does == Does::Rewrites {
            self.rewrites(&value(), span);
        } else if does == Does::Archive {
            let value = value();
            // `host:file` is on another machine.
            if value.exact().is_none_or(|path| path.contains(':')) {
                self.effects.unknown(UnknownEffect::Option, span);
            }
            self.archives.push((value.clone(), span));
            self.effects.value(self.entry, does, || value, span);
        } else {
            self.effects.value(self.entry, does, value, span);
        }
    }

    /// The operands are rewritten, and copies are kept with this ending. One that names a place is not known further.
    fn rewrites(&mut self, ending: &Value, span: Span) {
        self.flags.push((Does::Rewrites, span));
        match ending.exact().filter(|ending| !ending.contains(['*', '/'])) {
            Some(ending) => self.copies.push((ending.into(), span)),
            None => self.effects.unknown(UnknownEffect::Option, span),
        }
    }

    fn getopt_word(&mut self, word: &'a Argument) {
        match &word.value {
            Value::Exact(text) => match text.strip_prefix('-') {
                Some("") if self.entry.option("-").is_some() => {}
                None | Some("") => self.operand(word),
                Some("-") => {
                    // A word before may have taken this one as its value.
                    if self.roles == Roles::Certain {
                        self.ended = Ended::Yes;
                    }
                }
                Some(rest) if rest.starts_with('-') => self.long(text, None, word.span),
                Some(cluster) => self.cluster(cluster, None, word),
            },
            Value::One { prefix, suffix } => match prefix.strip_prefix('-') {
                None if !prefix.is_empty() => self.operand(word),
                Some(rest) if rest.starts_with('-') && rest.contains('=') => {
                    self.long(prefix, Some(suffix), word.span);
                }
                Some(cluster) if !cluster.is_empty() && !cluster.starts_with('-') => {
                    self.cluster(cluster, Some(suffix), word);
                }
                None | Some(_) => self.unknown_word(word),
            },
            Value::OneOf(_) | Value::Glob(_) | Value::Found(_) | Value::Many => {
                if may_begin_with_dash(&word.value) {
                    self.unknown_word(word);
                } else {
                    self.operand(word);
                }
            }
        }
    }

    /// `--name` or `--name=value`; with `unknown`, text that is not known follows, ending as it says.
    fn long(&mut self, text: &str, unknown: Option<&str>, span: Span) {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let Some(option) = self.entry.long_option(name) else {
            self.effects.unknown(UnknownEffect::Option, span);
            return;
        };
        self.take_place(option);
        match (option.takes, value) {
            (Takes::Nothing | Takes::Optional, None) => self.flag(option.does, span),
            (Takes::One, None) => self.separate(option, 1, span),
            (Takes::Two, None) => self.separate(option, 2, span),
            (Takes::Optional | Takes::One, Some(value)) => {
                self.value(option.does, || attached(value, unknown), span);
            }
            (Takes::Nothing | Takes::Two, Some(_)) => self.effects.unknown(UnknownEffect::Option, span),
        }
    }

    /// The letters of `-abc`; with `unknown`, text that is not known follows, ending as it says.
    fn cluster(&mut self, letters: &str, unknown: Option<&str>, word: &'a Argument) {
        for (at, letter) in letters.char_indices() {
            let rest = letters
                .get(at.saturating_add(letter.len_utf8())..)
                .unwrap_or_default();
            let Some(option) = self.letter(letter) else {
                self.effects.unknown(UnknownEffect::Option, word.span);
                return;
            };
            self.take_place(option);
            let is_attached = !rest.is_empty() || unknown.is_some();
            match option.takes {
                Takes::Nothing => self.flag(option.does, word.span),
                Takes::Optional | Takes::One if is_attached => {
                    self.value(option.does, || attached(rest, unknown), word.span);
                    if unknown.is_some() && rest.is_empty() {
                        // Where the unknown text is empty, the value is the next word, or none.
                        self.unknown_word(word);
                    }
                    return;
                }
                Takes::Optional => return self.flag(option.does, word.span),
                Takes::One => return self.separate(option, 1, word.span),
                Takes::Two => return self.separate(option, 2, word.span),
            }
        }
        if unknown.is_some() {
            self.unknown_word(word);
        }
    }

    /// The option of one letter.
    fn letter(&self, letter: char) -> Option<Opt> {
        let found = self
            .entry
            .options
            .binary_search_by(|(known, _)| known.chars().cmp(['-', letter]));
        match found {
            Ok(at) => self.entry.options.get(at).map(|(_, option)| *option),
            Err(_) if letter.is_ascii_digit() => self.entry.number.map(|does| Opt {
                takes: Takes::Nothing,
                does,
                instead_of: None,
            }),
            Err(_) => None,
        }
    }

    /// The next words as the values of an option.
    fn separate(&mut self, option: Opt, count: usize, span: Span) {
        for _ in 0..count {
            let Some(word) = self.words.get(self.next) else {
                // It is not known what the program makes of an option without its value.
                return self.effects.unknown(UnknownEffect::Option, span);
            };
            self.next = self.next.saturating_add(1);
            self.value(option.does, || word.value.clone(), span.to(word.span));
            match word.value {
                Value::Found(_) | Value::Many | Value::Glob(_) => self.stretched(word),
                Value::Exact(_) | Value::OneOf(_) | Value::One { .. } => {}
            }
        }
    }

    /// A word in a value's place that may be none or several: what follows may be read in another way.
    fn stretched(&mut self, word: &'a Argument) {
        match self.entry.syntax {
            Syntax::Find if self.meets_an_option(&word.value) => {
                self.effects.unknown(UnknownEffect::Word, word.span);
            }
            Syntax::Find => {}
            Syntax::Getopt | Syntax::Flags | Syntax::Words | Syntax::Test | Syntax::Keys => {
                self.unknown_word(word);
            }
        }
    }

    fn operand(&mut self, word: &'a Argument) {
        self.operands.push(word);
        if self.entry.has(Trait::Subcommands) {
            // A sub-command that nothing is known of: the rest is its own.
            self.next = self.words.len();
        }
        if self.entry.has(Trait::OptionsFirst) && self.roles == Roles::Certain {
            self.ended = Ended::Yes;
        }
    }

    /// A word that may be an option: the join over all of them.
    fn unknown_word(&mut self, word: &'a Argument) {
        if self.entry.has(Trait::Complete) && self.entry.tame {
            self.roles = Roles::Uncertain;
            if let Value::Glob(pattern) = &word.value {
                self.effects.may_choose(self.entry, pattern, word.span);
                self.effects.may_follow(self.entry, pattern);
            }
        } else {
            self.effects.unknown(UnknownEffect::Word, word.span);
        }
        self.operands.push(word);
    }

    fn take_place(&mut self, option: Opt) {
        self.taken.extend(option.instead_of);
    }

    /// An option without a value.
    fn flag(&mut self, does: Does, span: Span) {
        if does == Does::Template {
            self.template = Template::Text("{}".into());
        } else if does == Does::Appends {
            self.appended = Appended::Always;
        } else if does == Does::Runs {
            self.rest_is_command = true;
        } else if does == Does::Follows {
            self.effects.follows = true;
            self.flags.push((Does::Reads, span));
        } else if does.is_said_of_operands() {
            self.flags.push((does, span));
        } else {
            self.effects.flag(self.entry, does, span);
        }
    }
}

/// A value in the same word as its option; with `unknown`, text that is not known follows, ending as it says.
fn attached(text: &str, unknown: Option<&str>) -> Value {
    match unknown {
        None => Value::Exact(text.into()),
        Some(suffix) => Value::One {
            prefix: text.into(),
            suffix: suffix.into(),
        },
    }
}
