//! Words that stand for more words, which are in a file: `nm @x`.

use super::Arguments;
use crate::UnknownEffect;
use crate::knowledge::declaration::Trait;
use crate::knowledge::unknown_word::may_begin_with;

impl Arguments<'_, '_, '_> {
    /// Says of each word that may name such a file that it may be anything: the words in it are put in its place
    /// before any is read as an option, a value or an operand.
    pub(super) fn refuse_response_files(&mut self) {
        if !self.entry.has(Trait::ResponseFiles) {
            return;
        }
        for word in self.words.iter().filter(|word| may_begin_with(&word.value, '@')) {
            self.effects.unknown(UnknownEffect::Word, word.span);
        }
    }
}
