//! What is known about programs: from an argv to what it does.

mod arguments;
mod awk;
mod compiled;
mod condition;
mod declaration;
mod does;
mod effects;
mod entry;
mod host;
mod jq;
mod name;
mod nested;
mod operand;
pub(crate) mod path;
mod sed;
pub(crate) mod shell;
mod spelling;
mod unknown_word;

use std::collections::BTreeMap;

use shell_parser::{Argument, Found, Segment, Value};

use crate::{Context, Effect, UnknownEffect};
use arguments::Arguments;
use compiled::Compiled;
use effects::Effects;
use shell::Shell;

pub(crate) use arguments::one_dash;
pub use declaration::{Declaration, DeclarationError, Syntax, Trait};
pub use does::Does;
pub use entry::Entry;
pub use nested::{Nested, Ran};
pub use spelling::SpellingError;
pub(crate) use spelling::Takes;
pub(crate) use unknown_word::{may_be, may_begin_with_dash, may_match};

/// How many ways a segment is read in where words are one of a known few.
const WAYS: usize = 64;

/// How many words those ways may hold together.
const WORDS_OF_WAYS: usize = 1024;

/// Entries about programs. Empty knowledge is sound: of every program it says that nothing is known, shells apart,
/// whose `-c TEXT` is always opened.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    own: BTreeMap<Box<str>, Entry>,
    compiled: Compiled,
}

/// A segment as its program would read it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Reading {
    /// The entry that described it, such as `git log`; `None` where nothing is known of the program.
    pub entry: Option<Box<str>>,
    /// What it does. Redirects and assignments are not among them: they are the shell's doing.
    pub effects: Vec<Effect>,
    /// What it has run, to be judged by itself.
    pub nested: Vec<Nested>,
    /// Directories whose configuration it obeys since they are the workspace's, seen from where it runs.
    pub trusted: Vec<Box<str>>,
    /// What it looks for: the patterns of a search.
    pub sought: Vec<Value>,
    /// The paths that it writes to its output, each with a NUL behind it, where that is all it writes.
    pub names: Option<Box<Found>>,
}

impl Knowledge {
    /// The knowledge of a text that [`compile`](crate::compile) wrote. An entry is read from it when a command first
    /// names it.
    pub fn compiled(text: &'static str) -> Self {
        Self {
            compiled: Compiled::new(text),
            ..Self::default()
        }
    }

    /// The same knowledge, and the compiled one of `base` for what it does not describe itself. What is read of that is
    /// read once for all that share it.
    #[must_use]
    pub(crate) fn over_compiled(self, base: &Self) -> Self {
        Self {
            compiled: base.compiled.clone(),
            ..self
        }
    }

    /// Adds an entry; gives back the one that it replaces.
    pub fn insert(&mut self, entry: Entry) -> Option<Entry> {
        self.own.insert(entry.name.clone(), entry)
    }

    /// The entry of a program or sub-command, such as `git log`.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.own.get(name).or_else(|| self.compiled.entry(name))
    }

    /// The names of all entries.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.own.keys().map(|name| &**name).chain(self.compiled.names())
    }

    /// Reads a segment as its program would. A segment without argv does nothing by itself.
    ///
    /// Where words are one of a known few, it is everything that some choice of them does.
    pub fn read(&self, segment: &Segment, context: &Context) -> Reading {
        match ways(&segment.argv) {
            None => self.read_words(segment, &segment.argv, context),
            Some(ways) => ways
                .iter()
                .map(|words| self.read_words(segment, words, context))
                .reduce(join)
                .unwrap_or_default(),
        }
    }

    fn read_words(&self, segment: &Segment, words: &[Argument], context: &Context) -> Reading {
        let Some((program, words)) = words.split_first() else {
            return Reading::default();
        };
        let mut effects = Effects::new(program, segment, context);
        let known = name::program(&program.value, context);
        if let Some(shell) = program.value.exact().and_then(Shell::named) {
            if known.is_none() {
                effects.unknown(UnknownEffect::Program, program.span);
            }
            shell::read(shell, words, &mut effects);
            let entry = program.value.exact().map(name::base);
            return reading(entry.unwrap_or_default(), effects);
        }
        let Some(entry) = known.and_then(|name| self.entry(name)) else {
            effects.unknown(UnknownEffect::Program, program.span);
            return Reading {
                entry: None,
                effects: effects.found,
                ..Reading::default()
            };
        };
        let entry = self.read_entry(entry, words, &mut effects);
        effects.in_any_case(entry);
        effects.read_behind_links();
        effects.read_chosen();
        reading(&entry.name, effects)
    }

    /// Reads the words with an entry or the sub-command's that they lead to; gives the entry that had the last word.
    fn read_entry<'k>(
        &'k self,
        first: &'k Entry,
        words: &[Argument],
        effects: &mut Effects<'_>,
    ) -> &'k Entry {
        let mut entry = first;
        let mut words = words;
        loop {
            effects.runs_elsewhere = entry.has(Trait::RunsElsewhere);
            match entry.syntax {
                Syntax::Test => {
                    condition::read(&entry.name, words, effects);
                    return entry;
                }
                Syntax::Getopt | Syntax::Find | Syntax::Flags | Syntax::Words | Syntax::Keys => {}
            }
            let mut arguments = Arguments::new(entry, words, effects);
            let found = if entry.has(Trait::Subcommands) {
                arguments.read_to_subcommand(|word| self.subcommand(entry, word).is_some())
            } else {
                None
            };
            let Some((at, subcommand)) = found.and_then(|at| {
                let word = words.get(at)?.value.exact()?;
                Some((at, self.subcommand(entry, word)?))
            }) else {
                arguments.read();
                return entry;
            };
            words = words.get(at.saturating_add(1)..).unwrap_or_default();
            entry = subcommand;
            // Only what is said to the sub-command itself keeps it from its work for sure.
            effects.informs = false;
        }
    }

    fn subcommand(&self, entry: &Entry, word: &str) -> Option<&Entry> {
        self.entry(&format!("{} {word}", entry.name))
    }
}

/// What was found, by the entry of this name.
fn reading(entry: &str, effects: Effects<'_>) -> Reading {
    Reading {
        entry: Some(entry.into()),
        effects: effects.found,
        nested: effects.nested,
        trusted: effects.trusted,
        sought: effects.sought,
        names: effects.names,
    }
}

/// Every choice of the words that are one of a known few; `None` where none is. Too many choices leave the word
/// unknown.
fn ways(argv: &[Argument]) -> Option<Vec<Vec<Argument>>> {
    if !argv.iter().any(|word| matches!(word.value, Value::OneOf(_))) {
        return None;
    }
    let mut ways = vec![Vec::with_capacity(argv.len())];
    let most = WAYS.min(WORDS_OF_WAYS.checked_div(argv.len()).unwrap_or_default());
    for word in argv {
        match &word.value {
            Value::OneOf(texts) if ways.len().saturating_mul(texts.len()) <= most => {
                ways = texts
                    .iter()
                    .flat_map(|text| {
                        ways.iter().cloned().map(|mut way| {
                            way.push(Argument {
                                value: Value::Exact(text.clone()),
                                span: word.span,
                            });
                            way
                        })
                    })
                    .collect();
            }
            Value::OneOf(_) => {
                let unknown = Argument {
                    value: Value::One {
                        prefix: "".into(),
                        suffix: "".into(),
                    },
                    span: word.span,
                };
                for way in &mut ways {
                    way.push(unknown.clone());
                }
            }
            Value::Exact(_) | Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => {
                for way in &mut ways {
                    way.push(word.clone());
                }
            }
        }
    }
    Some(ways)
}

/// What one of two readings does.
fn join(mut one: Reading, other: Reading) -> Reading {
    one.names = one.names.filter(|names| other.names.as_ref() == Some(names));
    if one.entry != other.entry {
        let program =
            |entry: Option<Box<str>>| entry.map(|name| name.split(' ').next().unwrap_or_default().into());
        let (left, right): (Option<Box<str>>, Option<Box<str>>) = (program(one.entry), program(other.entry));
        one.entry = if left == right { left } else { None };
    }
    add_new(&mut one.effects, other.effects);
    add_new(&mut one.nested, other.nested);
    add_new(&mut one.sought, other.sought);
    add_new(&mut one.trusted, other.trusted);
    one
}

/// Adds those that are not there yet.
fn add_new<T: PartialEq>(to: &mut Vec<T>, from: Vec<T>) {
    for item in from {
        if !to.contains(&item) {
            to.push(item);
        }
    }
}

#[cfg(test)]
mod tests;
