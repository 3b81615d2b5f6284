//! A policy file with one rule more, or one less: nothing else in it changes.

mod covering;
mod statement;
#[cfg(test)]
mod tests;

use diagnostics::{Diagnostic, Source, Span};

use crate::{Edit, Layer, Loaded, Origin, Packs, PolicyFile, PolicySet, load};

/// What adding a rule to a file comes to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Amended {
    /// The file says it with this change.
    Changed(Edit),
    /// A rule of the file, which stands here, says it already.
    Covered(Origin),
}

/// Why a file is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum AmendError {
    /// The text is not one `prefix_rule` or `network_rule`.
    #[error("`{text}` is not one rule about commands or a host")]
    NotARule {
        /// What was given.
        text: Box<str>,
    },
    /// The file does not load, so that nothing is allowed whatever is added.
    #[error("the policy file `{file}` does not load")]
    Broken {
        /// The file.
        file: Box<str>,
        /// What is wrong with it; never empty.
        findings: Vec<Diagnostic>,
    },
    /// With the change the file would not load, or hold other rules than it should: it is full, or it gives the name of
    /// the rule to a function of its own.
    #[error("the policy file `{file}` would not mean what it should with this change")]
    Misread {
        /// The file.
        file: Box<str>,
    },
    /// No rule stands there as a statement of its own: there is none, or a loop or a function makes it.
    #[error("no rule stands in line {line} of `{file}` as a statement of its own")]
    NoStatement {
        /// The file.
        file: Box<str>,
        /// The line, from 1.
        line: usize,
    },
}

/// Adds a rule, written as one `prefix_rule` or `network_rule`, behind everything that the file says. The text of the
/// file stays as it is, but for an end of line that its last line may lack. Nothing is added where a rule of the file
/// allows, asks or forbids the same of all commands that the new one speaks of, under no condition that the new one
/// lacks, or where the one about its host says the same. A new one about a host takes the place of those before it, as
/// the language has it.
///
/// # Errors
/// What is wrong with the rule, with the file, or with both together.
pub fn add_rule(file: &PolicyFile, rule: &str, packs: &dyn Packs) -> Result<Amended, AmendError> {
    let rule = rule.trim();
    let added = rules_of(rule).ok_or_else(|| AmendError::NotARule { text: rule.into() })?;
    let policy = loaded(file, packs)?;
    if let Some(origin) = covering::origin(&policy, &added) {
        return Ok(Amended::Covered(origin));
    }
    let text = file.source.text();
    let end = statement::end_of_line(text);
    let ended = text.is_empty() || text.ends_with('\n');
    let before = if ended { "" } else { end };
    let edit = Edit {
        at: text.len(),
        removed: Box::default(),
        inserted: [before, rule, end].concat().into(),
    };
    let start = text.len().saturating_add(before.len());
    let replaced = policy.network_rules().iter().filter(|old| {
        let mut hosts = added.network_rules().iter().map(|new| &new.host);
        hosts.any(|host| *host == old.host)
    });
    let replaced: Vec<Span> = replaced.map(|old| old.origin.span).collect();
    let mut wanted = places(&policy, file);
    wanted.retain(|place| !replaced.contains(place));
    let call = Span::of(start, start.saturating_add(rule.len()));
    wanted.extend(made(&added).map(|_| call));
    let amended = changed(file, &edit, packs)?;
    let is_meant = covering::ends_with(&amended, &added);
    checked(file, edit, &amended, wanted, is_meant).map(Amended::Changed)
}

/// Takes out the statement that begins in this line, counted from 1, and makes rules, with the rest of its last line
/// where that is a comment. Everything else stays, comments above it too.
///
/// # Errors
/// No rule stands there as a statement of its own, or the file does not load, before or after.
pub fn remove_rule(file: &PolicyFile, line: usize, packs: &dyn Packs) -> Result<Edit, AmendError> {
    let policy = loaded(file, packs)?;
    let places = places(&policy, file);
    let source = &file.source;
    let none = || AmendError::NoStatement {
        file: source.name().into(),
        line,
    };
    let mut there = places
        .iter()
        .filter(|place| source.position(place.start()).line == line);
    let call = *there.next().ok_or_else(none)?;
    if there.any(|other| *other != call) {
        return Err(none());
    }
    let stretch = statement::lines_of(source.text(), call).ok_or_else(none)?;
    let edit = Edit {
        at: stretch.start(),
        removed: source.snippet(stretch).ok_or_else(none)?.into(),
        inserted: Box::default(),
    };
    let stays = places.iter().filter(|place| **place != call).map(|place| {
        let shift = if place.start() > call.start() {
            stretch.len()
        } else {
            0
        };
        Span::of(
            place.start().saturating_sub(shift),
            place.end().saturating_sub(shift),
        )
    });
    let stays = stays.collect();
    // A loop whose only statement is gone does not load; a function that still has others would make fewer rules.
    let amended = changed(file, &edit, packs).map_err(|_| none())?;
    checked(file, edit, &amended, stays, true)
}

/// The policy that is one rule, where the text is one call that makes rules about commands or a host.
fn rules_of(text: &str) -> Option<PolicySet> {
    let file = PolicyFile {
        source: Source::new("amendment", text),
        layer: Layer::new("amendment"),
    };
    let policy = loaded(&file, &|_: &str| None).ok()?;
    let whole = Span::of(0, text.len());
    // A rule about a host is one about effects, too; there are no others.
    let is_one =
        !places(&policy, &file).is_empty() && policy.effect_rules().len() == policy.network_rules().len();
    (is_one && made(&policy).all(|place| place.span == whole)).then_some(policy)
}

fn loaded(file: &PolicyFile, packs: &dyn Packs) -> Result<PolicySet, AmendError> {
    let Loaded { policy, broken, .. } = load(std::slice::from_ref(file), packs);
    if broken.is_empty() {
        return Ok(policy);
    }
    Err(AmendError::Broken {
        file: file.source.name().into(),
        findings: broken,
    })
}

/// The policy of the file with the change.
fn changed(file: &PolicyFile, edit: &Edit, packs: &dyn Packs) -> Result<PolicySet, AmendError> {
    let text = edit.apply(file.source.text()).ok_or_else(|| misread(file))?;
    let file = PolicyFile {
        source: Source::new(file.source.name(), text),
        layer: file.layer.clone(),
    };
    loaded(&file, packs).map_err(|_| misread(&file))
}

/// The change, where the policy that it makes has its rules in these places and is what was meant.
fn checked(
    file: &PolicyFile,
    edit: Edit,
    amended: &PolicySet,
    mut wanted: Vec<Span>,
    is_meant: bool,
) -> Result<Edit, AmendError> {
    let mut found = places(amended, file);
    found.sort_unstable();
    wanted.sort_unstable();
    if found == wanted && is_meant {
        Ok(edit)
    } else {
        Err(misread(file))
    }
}

fn misread(file: &PolicyFile) -> AmendError {
    AmendError::Misread {
        file: file.source.name().into(),
    }
}

/// Where the rules of all kinds stand in a file, one place for each rule. Those that its packs make are not among them.
fn places(policy: &PolicySet, file: &PolicyFile) -> Vec<Span> {
    made(policy)
        .filter(|origin| origin.source.name() == file.source.name())
        .map(|origin| origin.span)
        .collect()
}

/// Where the rules of all kinds stand; one about a host is there twice.
fn made(policy: &PolicySet) -> impl Iterator<Item = &Origin> {
    let rules = policy.rules().iter().map(|rule| &rule.origin);
    let effects = policy.effect_rules().iter().map(|rule| &rule.origin);
    let network = policy.network_rules().iter().map(|rule| &rule.origin);
    rules.chain(effects).chain(network)
}
