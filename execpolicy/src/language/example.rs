//! The examples of rules, checked when the whole file is known.

use diagnostics::{Diagnostic, Severity};
use shell_parser::Value;

use super::LoadCode;
use super::store::{Example, Examples, Store};
use crate::Rule;
use crate::matching::{cover, upstream_names};

/// Checks every example against the rules of its own call, counterexamples first; what fails is added to the errors.
///
/// A program is known as policies of openai/codex mean it: by its literal name, or by an absolute path that its
/// `host_executable` lists, any such path where there is none. So an example says what a rule's words are, not yet
/// what a verdict will be: for that an allow wants more of a path, and a restriction less.
pub(super) fn check(store: &mut Store) {
    let mut errors = Vec::new();
    for examples in &store.examples {
        let own = store.rules.get(examples.rules.clone()).unwrap_or(&[]);
        for example in &examples.not_matching {
            if let Some(rule) = own.iter().find(|rule| matches(store, rule, example)) {
                errors.push(matched(examples, example, rule));
            }
        }
        for example in &examples.matching {
            if !own.iter().any(|rule| matches(store, rule, example)) {
                let other = store.rules.iter().find(|rule| matches(store, rule, example));
                errors.push(unmatched(examples, example, own, other));
            }
        }
    }
    store.errors.append(&mut errors);
}

/// Whether a rule matches an example.
fn matches(store: &Store, rule: &Rule, example: &Example) -> bool {
    let Some((name, words)) = example.words.split_first() else {
        return false;
    };
    let program = &rule.pattern.program;
    if !upstream_names(program, store.host(program), name) {
        return false;
    }
    let words: Vec<Value> = words
        .iter()
        .map(|word| Value::Exact(word.as_str().into()))
        .collect();
    cover(&rule.pattern.rest, words.iter()).is_some()
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
            format!("by `{}`", rule.pattern),
        )
}

fn unmatched(examples: &Examples, example: &Example, own: &[Rule], other: Option<&Rule>) -> Diagnostic {
    let shown = shown(example);
    let message = format!("the rule does not match `{shown}`, which it should");
    let patterns: Vec<String> = own.iter().map(|rule| format!("`{}`", rule.pattern)).collect();
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
            format!("this rule matches it: `{}`", rule.pattern),
        ),
        None => found,
    }
}

/// The example as a command line.
fn shown(example: &Example) -> String {
    let words = example.words.iter().map(String::as_str);
    shlex::try_join(words).unwrap_or_else(|_| example.words.join(" "))
}
