//! Whether one rule says all that another says.

use crate::{Conditions, Covers, NetworkRule, Origin, PolicySet, Rule, Token};

/// Where a rule stands that says what the first of these says, where all of them are said already.
pub(super) fn origin(policy: &PolicySet, added: &PolicySet) -> Option<Origin> {
    let of_commands = added.rules().iter().map(|new| {
        let old = policy.rules().iter().find(|old| covers(old, new));
        old.map(|old| old.origin.clone())
    });
    let of_hosts = added.network_rules().iter().map(|new| {
        let old = policy.network_rules().iter().find(|old| says_the_same(old, new));
        old.map(|old| old.origin.clone())
    });
    let origins: Option<Vec<Origin>> = of_commands.chain(of_hosts).collect();
    origins?.into_iter().next()
}

/// Whether the last rules of a policy are these.
pub(super) fn ends_with(policy: &PolicySet, added: &PolicySet) -> bool {
    let commands = policy.rules().iter().rev().zip(added.rules().iter().rev());
    let hosts = policy
        .network_rules()
        .iter()
        .rev()
        .zip(added.network_rules().iter().rev());
    let mut is_meant = commands.map(|(is, meant)| covers(is, meant) && covers(meant, is));
    let mut names_host = hosts.map(|(is, meant)| says_the_same(is, meant));
    is_meant.all(|is| is) && names_host.all(|is| is)
}

fn says_the_same(one: &NetworkRule, other: &NetworkRule) -> bool {
    one.host == other.host && one.protocol == other.protocol && one.decision == other.decision
}

/// Whether the old rule gives the same decision to every command that the new one speaks of, and speaks for as much of
/// it. It errs towards no: a rule that is said twice harms nobody.
fn covers(old: &Rule, new: &Rule) -> bool {
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
