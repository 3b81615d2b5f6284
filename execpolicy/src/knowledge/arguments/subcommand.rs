//! The word of a sub-command, and the options in front of it.

use shell_parser::Value;

use super::{Arguments, Ended};
use crate::UnknownEffect;

impl Arguments<'_, '_, '_> {
    /// Reads options up to a word that `leads` on to a sub-command; gives that word's index.
    ///
    /// Behind a sub-command only one that does nothing by itself is read on: in `git stash -u -- list` the last word is a
    /// path.
    pub(crate) fn read_to_subcommand(&mut self, leads: impl Fn(&str) -> bool) -> Option<usize> {
        let outermost = !self.entry.name.contains(' ');
        let does_nothing = self.entry.always.is_empty() && self.entry.operands.places.is_empty();
        while let Some(word) = self.words.get(self.next) {
            let ended = self.ended == Ended::Yes;
            let is_option = match &word.value {
                // Behind `--` a word with a dash is an operand.
                Value::Exact(text) if leads(text) && (!ended || outermost && !text.starts_with('-')) => {
                    if let Some((_, span)) = self.flags.first() {
                        // What was said of operands may be said of the sub-command's.
                        self.effects.unknown(UnknownEffect::Option, *span);
                    }
                    return Some(self.next);
                }
                _ if ended => false,
                Value::Exact(text) => text.starts_with('-') && text.len() > 1,
                // A word that may be no option may be a sub-command, and what follows is not one then.
                Value::One { prefix, .. } => prefix.starts_with('-'),
                Value::OneOf(_) | Value::Glob(_) | Value::Found(_) | Value::Many => false,
            };
            if !(outermost || does_nothing) || !is_option {
                return None;
            }
            self.step();
        }
        None
    }
}
