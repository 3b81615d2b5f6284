//! The smallest rule that would answer a prompt.

mod command_words;
mod never_proposed;
mod no_amendment;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use diagnostics::Source;
use shell_parser::{Limits, Script, WorkingDirectory};

use crate::knowledge::Trait;
use crate::path::base_name;
use crate::{
    Basis, Context, Decision, Directory, Fallback, Layer, PolicyFile, PolicySet, Rule, SegmentVerdict,
    Verdict, judge, load,
};

pub use no_amendment::NoAmendment;

/// Directories that anybody may put a program in.
const TEMPORARY: [&str; 4] = ["/tmp", "/var/tmp", "/dev/shm", "/run"];

/// A rule that would answer a prompt, with what it means.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Amendment {
    prefix: Vec<Box<str>>,
    rule: Box<str>,
    example: Box<str>,
    near_miss: Box<str>,
}

impl Amendment {
    /// The words of the rule's pattern.
    pub fn prefix(&self) -> &[Box<str>] {
        &self.prefix
    }

    /// The rule as one line of policy text.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Another command that asks without the rule and is allowed with it.
    pub fn example(&self) -> &str {
        &self.example
    }

    /// A command of the same kind that is not allowed with it.
    pub fn near_miss(&self) -> &str {
        &self.near_miss
    }

    /// A copy of a policy with these rules added.
    pub fn all_added_to(policy: &PolicySet, amendments: &[&Self]) -> PolicySet {
        let rules = amendments.iter().flat_map(|amendment| rules_of(&amendment.rule));
        policy.adding(&rules.collect::<Vec<_>>())
    }
}

/// The smallest rule that turns the prompt of `verdict` into an allow. `verdict` is what the other arguments judge
/// `script` to be. Everything that is promised of the rule has been judged with it.
///
/// # Errors
/// Why there is none.
pub fn propose<F: Fallback>(
    script: &Script,
    verdict: &Verdict,
    policy: &PolicySet,
    context: &Context,
    fallback: &F,
) -> Result<Amendment, NoAmendment> {
    proposed(script, verdict, policy, context, fallback, prefix)
}

/// The rule for all words of the one command that `script` is, which a person has chosen: it may be narrower than what
/// [`propose`] finds, and is never wider.
///
/// # Errors
/// Why there is none.
pub fn propose_whole<F: Fallback>(
    script: &Script,
    verdict: &Verdict,
    policy: &PolicySet,
    context: &Context,
    fallback: &F,
) -> Result<Amendment, NoAmendment> {
    let mut words = verdict
        .segments()
        .iter()
        .flat_map(|segment| &segment.segment.argv);
    let is_known = words.all(|word| word.value.exact().is_some());
    // What a wrapper runs is not what the person has chosen.
    let first = verdict.segments().first();
    let is_first = first.is_none_or(|segment| segment.decision == verdict.decision());
    if !is_known || !is_first {
        return Err(NoAmendment::Words);
    }
    proposed(script, verdict, policy, context, fallback, whole)
}

/// The rule for those of the words that `choose` takes.
fn proposed<F: Fallback>(
    script: &Script,
    verdict: &Verdict,
    policy: &PolicySet,
    context: &Context,
    fallback: &F,
    choose: impl for<'w> Fn(&[&'w str], &PolicySet) -> Option<Vec<&'w str>>,
) -> Result<Amendment, NoAmendment> {
    if verdict.decision() != Decision::Prompt {
        return Err(NoAmendment::NotAsked);
    }
    if !verdict.broken().is_empty() {
        return Err(NoAmendment::BrokenFile);
    }
    if !verdict.gaps().is_empty() {
        return Err(NoAmendment::Gap);
    }
    let mut asking = verdict
        .segments()
        .iter()
        .filter(|segment| segment.decision != Decision::Allow);
    let first = asking.next().filter(|_| asking.next().is_none());
    let asks = first.ok_or(NoAmendment::Several)?;
    if asks.basis.iter().any(|basis| is_of_layer(basis, policy)) {
        return Err(NoAmendment::Layer);
    }
    let words: Vec<&str> = asks
        .segment
        .argv
        .iter()
        .map_while(|word| word.value.exact())
        .collect();
    if words
        .first()
        .is_some_and(|program| is_temporary(program, asks, context))
    {
        return Err(NoAmendment::Temporary);
    }
    let prefix = choose(&words, policy).ok_or(NoAmendment::Words)?;
    let rule = rule_text(&prefix);
    let amended = policy.adding(&rules_of(&rule));
    let decides = |text: &str, policy: &PolicySet| {
        let script = shell_parser::parse(text, context.dialect, &Limits::default());
        judge(&script, policy, context, fallback).decision()
    };
    if judge(script, &amended, context, fallback).decision() != Decision::Allow {
        return Err(NoAmendment::Unchanged { rule: rule.into() });
    }
    let whole = words.join(" ");
    let example = examples(&prefix).into_iter().find(|text| {
        *text != whole
            && decides(text, policy) != Decision::Allow
            && decides(text, &amended) == Decision::Allow
    });
    let near_miss = near_misses(&prefix)
        .into_iter()
        .find(|text| decides(text, &amended) != Decision::Allow);
    let (Some(example), Some(near_miss)) = (example, near_miss) else {
        return Err(NoAmendment::Unclear { rule: rule.into() });
    };
    Ok(Amendment {
        prefix: prefix.into_iter().map(Into::into).collect(),
        rule: rule.into(),
        example: example.into(),
        near_miss: near_miss.into(),
    })
}

/// Whether a layer's rule says it: what the fallback says, a person may answer.
fn is_of_layer(basis: &Basis, policy: &PolicySet) -> bool {
    match basis {
        Basis::Rule(found) => policy.rules().iter().any(|rule| Arc::ptr_eq(rule, &found.rule)),
        Basis::Effect(found) => policy
            .effect_rules()
            .iter()
            .any(|rule| Arc::ptr_eq(rule, &found.rule)),
        Basis::Knowledge { .. }
        | Basis::Default { .. }
        | Basis::Gap(_)
        | Basis::Confined { .. }
        | Basis::WouldAsk => false,
    }
}

/// The words that make the command: as many as the table says, else as lead to a sub-command that is known, else one.
/// Of a program that nothing is known of they are two, see [`unknown_words`].
fn prefix<'w>(words: &[&'w str], policy: &PolicySet) -> Option<Vec<&'w str>> {
    let program = words.first()?;
    let named: Vec<&str> = std::iter::once(base_name(program))
        .chain(words.iter().skip(1).copied())
        .collect();
    if never_proposed::is_never_proposed(&named) {
        return None;
    }
    if may_be_an_alias(&named, policy) {
        return None;
    }
    let count = match command_words::row_of(&named) {
        Some(row) => row.words,
        None => known_words(&named, policy)?,
    };
    let prefix = words.get(..count)?;
    let (first, behind) = prefix.split_first()?;
    let is_plain = is_plain(first, "_-.+/") && behind.iter().all(|word| is_plain(word, "_-.:+"));
    is_plain.then(|| prefix.to_vec())
}

/// All words, where they say at least as much as the smallest rule would, and need no quotes.
fn whole<'w>(words: &[&'w str], policy: &PolicySet) -> Option<Vec<&'w str>> {
    let smallest = prefix(words, policy)?;
    let mut behind = words.iter().skip(smallest.len());
    let is_plain = behind.all(|word| consists(word, "_-.:+/=@%,"));
    is_plain.then(|| words.to_vec())
}

fn known_words(words: &[&str], policy: &PolicySet) -> Option<usize> {
    let knowledge = policy.knowledge();
    let Some(mut entry) = words.first().and_then(|program| knowledge.entry(program)) else {
        return unknown_words(words);
    };
    let mut count = 1_usize;
    while entry.has(Trait::Subcommands) {
        let word = words.get(count)?;
        count = count.saturating_add(1);
        match knowledge.entry(&format!("{} {word}", entry.name())) {
            Some(below) => entry = below,
            None => break,
        }
    }
    // What runs the rest of its line is a wrapper.
    entry.operands.rest().is_none().then_some(count)
}

/// The words of a program that nothing is known of: two, where the second looks like a sub-command. A rule for its name
/// alone would allow whatever it can be told, and it may be one that runs others.
fn unknown_words(words: &[&str]) -> Option<usize> {
    let (_, behind) = words.split_first()?;
    let second = behind.first().filter(|word| !word.starts_with('-'))?;
    let is_subcommand = second
        .chars()
        .all(|letter| letter.is_ascii_lowercase() || letter == '-');
    let runs_others = behind.iter().any(|word| never_proposed::names_a_runner(word));
    (is_subcommand && !runs_others).then_some(2)
}

/// Whether `git` runs what its configuration says: a word that is none of its own commands may be an alias of any.
fn may_be_an_alias(words: &[&str], policy: &PolicySet) -> bool {
    let knowledge = policy.knowledge();
    let ["git", command, ..] = words else {
        return false;
    };
    knowledge.entry("git").is_some() && knowledge.entry(&format!("git {command}")).is_none()
}

/// Whether a word needs no quotes, neither in a shell nor in a policy, and is no option.
fn is_plain(word: &str, besides: &str) -> bool {
    !word.starts_with('-') && consists(word, besides)
}

/// Whether a word has letters and digits, and of other characters only these.
fn consists(word: &str, besides: &str) -> bool {
    let may_stand = |letter: char| letter.is_ascii_alphanumeric() || besides.contains(letter);
    !word.is_empty() && word.chars().all(may_stand)
}

/// Whether a program is named by a path that may lie where anybody puts files.
fn is_temporary(program: &str, asks: &SegmentVerdict, context: &Context) -> bool {
    if !program.contains('/') {
        return false;
    }
    let lies_there = |path: &str| {
        let directories = TEMPORARY.into_iter().chain(context.temporary.as_deref());
        let mut directories = directories.filter_map(|directory| path.strip_prefix(directory));
        directories.any(|below| below.is_empty() || below.starts_with('/'))
    };
    let starts_there = match &context.cwd {
        Directory::Known(start) => lies_there(start),
        Directory::Unknown => true,
    };
    program.split('/').any(|name| name == "..")
        || lies_there(program)
        || !program.starts_with('/') && (starts_there || asks.segment.directory != WorkingDirectory::Start)
}

fn rule_text(prefix: &[&str]) -> String {
    let tokens: Vec<String> = prefix.iter().map(|word| format!("\"{word}\"")).collect();
    format!(
        "prefix_rule(pattern = [{}], decision = \"allow\")",
        tokens.join(", ")
    )
}

/// The rule as it loads; none where it does not.
fn rules_of(text: &str) -> Vec<Arc<Rule>> {
    let file = PolicyFile {
        source: Source::new("proposal", text),
        layer: Layer::new("proposal"),
    };
    let loaded = load(&[file], &|_: &str| None);
    if loaded.broken.is_empty() {
        loaded.policy.rules().to_vec()
    } else {
        Vec::new()
    }
}

/// Commands that the rule may allow too, the one that shows the most first.
fn examples(prefix: &[&str]) -> Vec<String> {
    let prefix = prefix.join(" ");
    vec![
        format!("{prefix} --force"),
        format!("{prefix} other"),
        format!("{prefix} --verbose"),
        prefix,
    ]
}

/// Commands that the rule hardly allows, the nearest first.
fn near_misses(prefix: &[&str]) -> Vec<String> {
    let mut near = Vec::new();
    if let (Some(row), Some((last, before))) = (command_words::row_of(prefix), prefix.split_last())
        && !before.is_empty()
    {
        let siblings = row.siblings.into_iter().filter(|sibling| sibling != last);
        if row.words == prefix.len() {
            near.extend(siblings.map(|sibling| format!("{} {sibling}", before.join(" "))));
        } else {
            near.push(before.join(" "));
        }
    }
    let prefix = prefix.join(" ");
    near.push(format!("{prefix} > ~/.profile"));
    near.push(format!("{prefix}; rm -rf ~"));
    near
}
