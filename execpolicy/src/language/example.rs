//! The examples of rules, checked when the whole file is known.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Severity, Span};
use shell_parser::{Argument, Value};

use super::LoadCode;
use super::bounds::Bound;
use super::stop::{Stop, clipped};
use super::store::{Example, Examples, Store};
use crate::matching::{cover, occurs, upstream_names};
use crate::{HostExecutable, Rule};

/// Checks every example against the rules of its own call, counterexamples first; what fails is added to the errors.
///
/// A program is known as policies of openai/codex mean it: by its literal name, or by an absolute path that its
/// `host_executable` lists, any such path where there is none. So an example says what a rule's words are, not yet
/// what a verdict will be: for that an allow wants more of a path, and a restriction less.
pub(super) fn check(store: &mut Store) {
    let mut errors = Vec::new();
    let mut checks = Checks {
        hosts: store.hosts_by_name(),
        left: Bound::Checks.limit(),
    };
    for examples in &store.examples {
        if errors.len() > Bound::Errors.limit() {
            break;
        }
        if let Err(stop) = checks.check(store, examples, &mut errors) {
            let found = Diagnostic::new(stop.code.code(), Severity::Error, stop.message);
            errors.push(found.at(&examples.origin.source, examples.origin.span, ""));
            break;
        }
    }
    store.errors.append(&mut errors);
}

/// What the checks of a file know, and how many more there may be.
struct Checks<'s> {
    hosts: BTreeMap<&'s str, &'s HostExecutable>,
    left: usize,
}

impl<'s> Checks<'s> {
    /// Checks the examples of one call.
    fn check(
        &mut self,
        store: &'s Store,
        examples: &Examples,
        errors: &mut Vec<Diagnostic>,
    ) -> Result<(), Stop> {
        let own = store.rules.get(examples.rules.clone()).unwrap_or(&[]);
        for example in &examples.not_matching {
            if let Some(rule) = self.first(own, example)? {
                errors.push(matched(examples, example, rule));
            }
            bounded(errors)?;
        }
        for example in &examples.matching {
            if self.first(own, example)?.is_none() {
                let other = self.first(&store.rules, example)?;
                errors.push(unmatched(examples, example, own, other));
            }
            bounded(errors)?;
        }
        Ok(())
    }

    /// The first rule that matches an example.
    fn first<'r>(&mut self, rules: &'r [Rule], example: &Example) -> Result<Option<&'r Rule>, Stop> {
        let Some((name, words)) = example.words.split_first() else {
            return Ok(None);
        };
        let bytes = words.iter().map(String::len).fold(0, usize::saturating_add);
        let words: Vec<Value> = words
            .iter()
            .map(|word| Value::Exact(word.as_str().into()))
            .collect();
        for rule in rules {
            let program = &rule.pattern.program;
            let host = self.hosts.get(&**program).copied();
            let paths = host
                .filter(|_| name.starts_with('/'))
                .map_or(0, |host| host.paths.len());
            self.pay(paths.saturating_add(name.len() / 64).saturating_add(1))?;
            if !upstream_names(program, host, name) {
                continue;
            }
            let alternatives = rule.pattern.rest.iter().map(|token| token.words().len());
            let cost = alternatives.fold(words.len(), usize::saturating_add);
            let options = rule
                .conditions
                .without
                .len()
                .saturating_add(rule.pattern.rest.len());
            let cost = cost.saturating_add(options.saturating_mul(words.len()));
            self.pay(cost.saturating_add(bytes / 64))?;
            if cover(&rule.pattern.rest, words.iter()).is_some() && !is_taken_away(rule, &example.words) {
                return Ok(Some(rule));
            }
        }
        Ok(None)
    }

    fn pay(&mut self, count: usize) -> Result<(), Stop> {
        self.left = self
            .left
            .checked_sub(count)
            .ok_or_else(|| Bound::Checks.exceeded())?;
        Ok(())
    }
}

/// Whether an option that takes the rule away may be among an example's words. Here nothing is known of the program.
fn is_taken_away(rule: &Rule, words: &[String]) -> bool {
    let argument = |word: &String| Argument {
        value: Value::Exact(word.as_str().into()),
        span: Span::default(),
    };
    let without = &rule.conditions.without;
    let words: Vec<Argument> = words.iter().skip(1).map(argument).collect();
    !without.is_empty() && occurs(without, &words, rule.pattern.fixed(), None).is_some()
}

/// Fails where more errors are told than anyone reads.
fn bounded(errors: &[Diagnostic]) -> Result<(), Stop> {
    if errors.len() > Bound::Errors.limit() {
        return Err(Bound::Errors.exceeded());
    }
    Ok(())
}

fn matched(examples: &Examples, example: &Example, rule: &Rule) -> Diagnostic {
    let shown = shown(example);
    let message = format!("the rule matches `{shown}`, which it should not");
    let found = Diagnostic::new(LoadCode::ExampleMatched.code(), Severity::Error, message);
    found
        .at(&example.origin.source, example.origin.span, "this is matched")
        .beside(
            &examples.origin.source,
            examples.origin.span,
            format!("by `{}`", clipped(&rule.pattern)),
        )
}

fn unmatched(examples: &Examples, example: &Example, own: &[Rule], other: Option<&Rule>) -> Diagnostic {
    let shown = shown(example);
    let message = format!("the rule does not match `{shown}`, which it should");
    let patterns: Vec<String> = own
        .iter()
        .take(16)
        .map(|rule| format!("`{}`", clipped(&rule.pattern)))
        .collect();
    let found = Diagnostic::new(LoadCode::ExampleUnmatched.code(), Severity::Error, message)
        .at(&example.origin.source, example.origin.span, "this is not matched")
        .beside(
            &examples.origin.source,
            examples.origin.span,
            format!("by {}", patterns.join(" or ")),
        );
    match other {
        Some(rule) => found.beside(
            &rule.origin.source,
            rule.origin.span,
            format!("this rule matches it: `{}`", clipped(&rule.pattern)),
        ),
        None => found,
    }
}

/// The example as a command line, or how it begins.
pub(super) fn shown(example: &Example) -> String {
    let mut room = 1000_usize;
    let words = example.words.iter().map(String::as_str);
    let words: Vec<&str> = words
        .take_while(|word| {
            let fits = room > 0;
            room = room.saturating_sub(word.len().saturating_add(1));
            fits
        })
        .collect();
    clipped(shlex::try_join(words.iter().copied()).unwrap_or_else(|_| words.join(" ")))
}
