//! Whether one rule says all that another says.

use crate::{Conditions, Covers, Rule, Token};

/// Whether the old rule gives the same decision to every command that the new one speaks of, and speaks for as much of
/// it. It errs towards no: a rule that is said twice harms nobody.
pub(super) fn covers(old: &Rule, new: &Rule) -> bool {
    let is_unconditional = old.conditions == Conditions::default();
    old.decision == new.decision
        && old.confinement == new.confinement
        && (is_unconditional || old.conditions == new.conditions)
        && speaks_for(&old.covers, &new.covers)
        && new.reads.iter().all(|path| old.reads.contains(path))
        && old.pattern.program == new.pattern.program
        && begins(&old.pattern.rest, &new.pattern.rest)
}

fn speaks_for(old: &Covers, new: &Covers) -> bool {
    match (old, new) {
        (Covers::Everything, Covers::Everything | Covers::Ordinary(_)) => true,
        (Covers::Ordinary(old), Covers::Ordinary(new)) => new.iter().all(|word| old.contains(word)),
        (Covers::Ordinary(_), Covers::Everything) => false,
    }
}

/// Whether every command that meets the new tokens meets the old ones.
fn begins(old: &[Token], new: &[Token]) -> bool {
    if let (Some(Token::Rest(_)), true) = (old.last(), old != new) {
        return false;
    }
    old.len() <= new.len() && old.iter().zip(new).all(|(old, new)| admits(old, new))
}

fn admits(old: &Token, new: &Token) -> bool {
    let words = new.words();
    let each = |holds: &dyn Fn(&str) -> bool| !words.is_empty() && words.iter().all(|word| holds(word));
    match old {
        Token::Word(_) | Token::OneOf(_) => each(&|word| old.words().iter().any(|own| **own == *word)),
        Token::Matching(pattern) => old == new || each(&|word| pattern.matches(word)),
        Token::Any => !matches!(new, Token::Rest(_)),
        Token::Rest(_) => old == new,
    }
}
