//! Reads a condition of `test` and `[`.

use shell_parser::Argument;

use crate::UnknownEffect;
use crate::knowledge::effects::Effects;

/// Says what a condition may do beside asking for names and comparing texts: bash evaluates the operand of `-v` and
/// `-R`, subscripts and the commands in them included. A word that is not known is none of these: the parser leaves a gap
/// where bash might take it for one, and outside bash nothing is evaluated.
pub(crate) fn read(name: &str, words: &[Argument], effects: &mut Effects<'_>) {
    let words = match (name, words.split_last()) {
        ("[", Some((last, condition))) if last.value.exact() == Some("]") => condition,
        ("[", _) => return effects.unknown(UnknownEffect::Operand, effects.name_span()),
        _ => words,
    };
    for word in words {
        if matches!(word.value.exact(), Some("-v" | "-R")) {
            effects.unknown(UnknownEffect::Option, word.span);
        }
    }
}
