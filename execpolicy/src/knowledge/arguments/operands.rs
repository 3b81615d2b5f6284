//! What the operands do, once it is known which words they are.

use diagnostics::Span;
use shell_parser::{Argument, Value};

use super::{Arguments, Roles};
use crate::UnknownEffect;
use crate::knowledge::declaration::Trait;
use crate::knowledge::does::Does;
use crate::knowledge::effects::Effects;
use crate::knowledge::entry::Entry;
use crate::knowledge::unknown_word::after_dashes;

impl Arguments<'_, '_, '_> {
    /// Says what the operands do, now that it is known which words they are.
    pub(super) fn finish(mut self) {
        self.run_found();
        if let Some(place) = self.entry.operands.rest() {
            return self.finish_rest(place.does, place.implied.is_some());
        }
        self.take_settings();
        let Self {
            entry,
            operands,
            taken,
            flags,
            roles,
            copies,
            archives,
            effects,
            ..
        } = self;
        if roles == Roles::Uncertain {
            let anything = entry.anything();
            for word in &operands {
                for does in &anything {
                    effects.value(entry, *does, || word.value.clone(), word.span);
                    if !entry.takes_values_that(*does) {
                        continue;
                    }
                    for attached in after_dashes(&word.value) {
                        effects.value(entry, *does, || attached, word.span);
                    }
                }
            }
            return;
        }
        let places = &entry.operands.places;
        let is_setting = |place: &usize| places.get(*place).is_some_and(|place| place.does == Does::Sets);
        let left: Vec<usize> = (0..places.len())
            .filter(|place| !taken.contains(place) && !is_setting(place))
            .collect();
        let certain = operands
            .iter()
            .position(|word| matches!(word.value, Value::Found(_) | Value::Many | Value::Glob(_)))
            .unwrap_or(operands.len());
        let removes_trees = flags.iter().any(|(does, _)| *does == Does::DeletesAll);
        let mut touched: Vec<&Argument> = Vec::new();
        for (index, word) in operands.iter().copied().enumerate() {
            let range = entry.operands.places_of(&left, index, operands.len(), certain);
            if range.is_empty() {
                effects.unknown(no_place(entry, &word.value), word.span);
            }
            for place in left
                .get(range)
                .unwrap_or_default()
                .iter()
                .filter_map(|place| places.get(*place))
            {
                let begins = place.begins.is_none_or(|first| begins_with(&word.value, first));
                if !begins {
                    effects.unknown(UnknownEffect::Operand, word.span);
                }
                if place.does == Does::Unknown {
                    effects.unknown(unknown_operand(entry, &word.value), word.span);
                    continue;
                }
                // With all that is below says it, too.
                if place.does != Does::Deletes || !removes_trees {
                    effects.value(entry, place.does, || word.value.clone(), word.span);
                }
                if touches(place.does) {
                    touched.push(word);
                }
            }
        }
        for place in left.iter().skip(certain).filter_map(|place| places.get(*place)) {
            if let Some(implied) = place.implied.as_ref().filter(|_| !effects.informs) {
                let name = effects.name_span();
                if place.does == Does::Unknown {
                    effects.unknown(UnknownEffect::Operand, name);
                    continue;
                }
                effects.value(entry, place.does, || Value::Exact(implied.clone()), name);
            }
        }
        let said = Said {
            flags,
            archives,
            copies,
            touched,
        };
        said.happens(entry, effects);
    }
}

/// What options say of the operands.
struct Said<'a> {
    flags: Vec<(Does, Span)>,
    archives: Vec<(Value, Span)>,
    /// Endings of copies that are kept.
    copies: Vec<(Box<str>, Span)>,
    /// The operands that it is said of.
    touched: Vec<&'a Argument>,
}

impl Said<'_> {
    fn happens(self, entry: &Entry, effects: &mut Effects<'_>) {
        let Self {
            flags,
            archives,
            copies,
            touched,
        } = self;
        for (does, span) in flags {
            if does == Does::Unpacks {
                effects.flag(entry, does, span);
                continue;
            }
            // What is removed beside an archive is what was packed.
            if !archives.is_empty() && !matches!(does, Does::Deletes | Does::DeletesAll) {
                for (archive, named) in &archives {
                    effects.value(entry, does, || archive.clone(), span.to(*named));
                }
                continue;
            }
            if touched.is_empty() {
                effects.value(entry, does, || Value::Exact(".".into()), span);
            }
            for word in touched
                .iter()
                .filter(|_| !matches!(does, Does::Reads | Does::Object | Does::Lists))
            {
                effects.value(entry, does, || word.value.clone(), span.to(word.span));
            }
        }
        for (ending, span) in copies {
            for word in &touched {
                let copy = || with_ending(&word.value, &ending);
                effects.value(entry, Does::Rewrites, copy, span.to(word.span));
            }
        }
    }
}

/// The path with a few letters behind it.
fn with_ending(path: &Value, ending: &str) -> Value {
    match path {
        Value::Exact(path) => Value::Exact(format!("{path}{ending}").into()),
        Value::One { prefix, suffix } => Value::One {
            prefix: prefix.clone(),
            suffix: format!("{suffix}{ending}").into(),
        },
        Value::Glob(pattern) => Value::Glob(format!("{pattern}{ending}").into()),
        Value::OneOf(paths) => Value::OneOf(
            paths
                .iter()
                .map(|path| format!("{path}{ending}").into())
                .collect(),
        ),
        Value::Found(_) | Value::Many => Value::Many,
    }
}

/// Whether it is done to a path, so that flags may do more to it.
fn touches(does: Does) -> bool {
    matches!(
        does,
        Does::Lists
            | Does::Reads
            | Does::Follows
            | Does::Object
            | Does::Writes
            | Does::Deletes
            | Does::DeletesAll
            | Does::Moves
            | Does::Rewrites
            | Does::Unknown
    )
}

/// Why a word has no place among the operands.
fn no_place(entry: &Entry, value: &Value) -> UnknownEffect {
    match value {
        Value::Found(_) | Value::Many => UnknownEffect::Word,
        Value::Exact(_) | Value::OneOf(_) | Value::One { .. } | Value::Glob(_) => {
            unknown_operand(entry, value)
        }
    }
}

/// What an operand is that nothing is known of. A word that is not known to the byte may be a sub-command that is
/// described, and `+x` is none.
fn unknown_operand(entry: &Entry, value: &Value) -> UnknownEffect {
    let is_name = value.exact().is_some_and(|text| !text.starts_with('+'));
    if entry.has(Trait::Subcommands) && is_name {
        UnknownEffect::Subcommand
    } else {
        UnknownEffect::Operand
    }
}

/// Whether a word surely begins with this character.
fn begins_with(value: &Value, first: char) -> bool {
    match value {
        Value::Exact(text) => text.starts_with(first),
        Value::One { prefix, .. } => prefix.starts_with(first),
        Value::OneOf(texts) => texts.iter().all(|text| text.starts_with(first)),
        Value::Glob(_) | Value::Found(_) | Value::Many => false,
    }
}
