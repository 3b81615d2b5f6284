//! Reads a condition of `test` and `[`.

use shell_parser::{Argument, Value};

use crate::UnknownEffect;
use crate::knowledge::effects::Effects;

/// Says what a condition may do beside asking for names and comparing texts: bash evaluates the operand of `-v` and
/// `-R`, subscripts and the commands in them included. A word that is not known counts only where it cannot be an
/// operator (POSIX fixes the meaning of up to four words by their number).
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
    let unknown = words.iter().find(|word| word.value.exact().is_none());
    if let Some(word) = unknown
        && !is_fixed(words)
    {
        effects.unknown(UnknownEffect::Word, word.span);
    }
}

/// Whether the number of words and those that are known fix which word is the operator.
fn is_fixed(words: &[Argument]) -> bool {
    if words
        .iter()
        .any(|word| matches!(word.value, Value::Many | Value::Glob(_)))
    {
        return false;
    }
    let words = match words.split_first() {
        Some((first, rest)) if first.value.exact() == Some("!") => rest,
        Some(_) | None => words,
    };
    match words {
        [] | [_] => true,
        [operator, _] => operator.value.exact().is_some(),
        [_, operator, _] => operator.value.exact().is_some_and(is_comparison),
        _ => false,
    }
}

/// Whether a word between two others compares them.
fn is_comparison(word: &str) -> bool {
    matches!(
        word,
        "=" | "==" | "!=" | "<" | ">" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-nt" | "-ot" | "-ef"
    )
}
