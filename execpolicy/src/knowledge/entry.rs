//! What is known of one program or sub-command, checked and ready to read arguments with.

use diagnostics::Span;

use crate::knowledge::declaration::{Declaration, DeclarationError, Syntax, Trait};
use crate::knowledge::does::Does;
use crate::knowledge::operand::Operands;
use crate::knowledge::spelling::{Takes, spellings};

/// What is known of one program or sub-command. Made from a [`Declaration`] and immutable.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    pub(crate) name: Box<str>,
    pub(crate) source: Box<str>,
    pub(crate) file: Box<str>,
    pub(crate) span: Span,
    pub(crate) syntax: Syntax,
    pub(crate) traits: Vec<Trait>,
    pub(crate) ordinary: Vec<Does>,
    /// What it does whatever its arguments, and to which path.
    pub(crate) always: Vec<(Does, Box<str>)>,
    /// Whether no option does more than read, and no operand is run.
    pub(crate) tame: bool,
    /// Sorted by name.
    pub(crate) options: Vec<(Box<str>, Opt)>,
    /// What `-5` does.
    pub(crate) number: Option<Does>,
    pub(crate) operands: Operands,
}

/// One option.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Opt {
    /// Its value.
    pub(crate) takes: Takes,
    /// What it, or its value, does.
    pub(crate) does: Does,
    /// The operand whose place it takes.
    pub(crate) instead_of: Option<usize>,
}

impl Entry {
    /// The program, with its sub-command where it has one: `git log`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The policy file that says it, and the bytes of the call in it.
    pub fn place(&self) -> (&str, Span) {
        (&self.file, self.span)
    }

    /// Where the facts are from: the manual and its version.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it claims to describe every option of its manual.
    pub fn is_complete(&self) -> bool {
        self.has(Trait::Complete)
    }

    /// Whether an option of exactly this name is described: `-a`, `--all`, `-name`.
    pub fn describes(&self, option: &str) -> bool {
        self.option(option).is_some()
    }

    /// How it reads its arguments.
    pub fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// Whether this sets it apart.
    pub fn has(&self, asked: Trait) -> bool {
        self.traits.contains(&asked)
    }

    /// The option of exactly this name.
    pub(crate) fn option(&self, name: &str) -> Option<Opt> {
        let found = self
            .options
            .binary_search_by(|(known, _)| (**known).cmp(name))
            .ok()?;
        self.options.get(found).map(|(_, option)| *option)
    }

    /// The long option that `name` is, or is the beginning of no other than. Only a complete entry knows the latter.
    pub(crate) fn long_option(&self, name: &str) -> Option<Opt> {
        if let Some(option) = self.option(name) {
            return Some(option);
        }
        if !self.has(Trait::Complete) {
            return None;
        }
        let from = self.options.partition_point(|(known, _)| **known < *name);
        let mut candidates = self
            .options
            .get(from..)?
            .iter()
            .take_while(|(known, _)| known.starts_with(name))
            .map(|(_, option)| *option);
        let first = candidates.next()?;
        candidates.all(|other| other == first).then_some(first)
    }

    /// Whether the value of some option does this.
    pub(crate) fn takes_values_that(&self, does: Does) -> bool {
        self.options
            .iter()
            .any(|(_, option)| option.does == does && option.takes != Takes::Nothing)
    }

    /// Whether it is there to look for something: some word of a command may be what it looks for.
    pub fn searches(&self) -> bool {
        let mut places = self.operands.places.iter();
        places.any(|place| place.does == Does::Searches) || self.has_options_that(Does::Searches)
    }

    /// Whether some option does this.
    pub(crate) fn has_options_that(&self, does: Does) -> bool {
        self.options_that(does).next().is_some()
    }

    /// The names of the options that do this.
    pub(crate) fn options_that(&self, does: Does) -> impl Iterator<Item = &str> {
        let options = self.options.iter().filter(move |(_, option)| option.does == does);
        options.map(|(name, _)| &**name)
    }

    /// Everything that some operand or option may do outside the program, each once.
    pub(crate) fn anything(&self) -> Vec<Does> {
        let mut all: Vec<Does> = self
            .operands
            .places
            .iter()
            .map(|place| place.does)
            .chain(self.options.iter().map(|(_, option)| option.does))
            .filter(|does| {
                !matches!(
                    does,
                    Does::Harmless | Does::Searches | Does::Chooses | Does::Follows
                )
            })
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl TryFrom<&Declaration> for Entry {
    type Error = DeclarationError;

    fn try_from(declared: &Declaration) -> Result<Self, DeclarationError> {
        let name = &declared.name;
        if name.is_empty()
            || name
                .split(' ')
                .any(|word| word.is_empty() || word.contains(char::is_whitespace))
        {
            return Err(DeclarationError::Name { name: name.clone() });
        }
        let operands = Operands::declared(&declared.operands)?;
        let mut options = Vec::new();
        let mut number = None;
        for (does, spelled) in &declared.options {
            for text in spelled {
                if &**text == "-NUM" {
                    number = Some(*does);
                    continue;
                }
                let names = spellings(text).map_err(|error| DeclarationError::Option {
                    option: text.clone(),
                    error,
                })?;
                options.extend(names.into_iter().map(|spelling| {
                    let option = Opt {
                        takes: spelling.takes,
                        does: *does,
                        instead_of: None,
                    };
                    (spelling.name, option)
                }));
            }
        }
        options.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        let twice = options
            .iter()
            .zip(options.iter().skip(1))
            .find(|((first, _), (second, _))| first == second);
        if let Some(((option, _), _)) = twice {
            return Err(DeclarationError::Twice {
                option: option.clone(),
            });
        }
        for (operand, by) in &declared.instead_of {
            let place = operands
                .places
                .iter()
                .position(|place| place.name == *operand)
                .ok_or_else(|| DeclarationError::InsteadOf {
                    name: operand.clone(),
                })?;
            for name in by {
                let option = options
                    .iter_mut()
                    .find(|(known, _)| known == name)
                    .ok_or_else(|| DeclarationError::InsteadOf { name: name.clone() })?;
                option.1.instead_of = Some(place);
            }
        }
        Ok(Self {
            name: name.clone(),
            source: declared.source.clone(),
            file: declared.file.clone(),
            span: Span::new(declared.span.0, declared.span.1),
            syntax: declared.syntax,
            traits: declared.traits.clone(),
            ordinary: declared.ordinary.clone(),
            always: declared.always.clone(),
            tame: options.iter().all(|(_, option)| option.does.is_tame()) && operands.rest().is_none(),
            options,
            number,
            operands,
        })
    }
}
