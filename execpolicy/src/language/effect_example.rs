//! The examples of path and variable rules, checked when the whole file is known.

use diagnostics::{Diagnostic, Severity};

use super::LoadCode;
use super::bounds::Bound;
use super::example::shown;
use super::store::{EffectExamples, Example, Store};
use crate::path_glob::{Bare, Located, Question, Reach, meeting};
use crate::{About, Context, Directory, EffectRule};

/// Where the paths of examples lie.
const WORKSPACE: &str = "/workspace";
const HOME: &str = "/home/user";
const TEMPORARY: &str = "/tmp";
const POLICY: &str = "/etc/execpolicy";
const STORE: &str = "/home/user/.local/state/execpolicy";

/// Checks every example against the rule of its call; what fails is added to the errors.
pub(super) fn check(store: &mut Store) {
    let mut errors = Vec::new();
    let context = Context {
        workspace: Some(WORKSPACE.into()),
        cwd: Directory::Known(WORKSPACE.into()),
        home: Some(HOME.into()),
        temporary: Some(TEMPORARY.into()),
        policy: vec![POLICY.into()],
        store: vec![STORE.into()],
        ..Context::default()
    };
    let mut left = Bound::Checks.limit();
    for examples in &store.effect_examples {
        let Some(rule) = store.effects.get(examples.rule) else {
            continue;
        };
        let cost = cost(rule).saturating_mul(
            examples
                .matching
                .len()
                .saturating_add(examples.not_matching.len()),
        );
        let Some(enough) = left.checked_sub(cost) else {
            let stop = Bound::Checks.exceeded();
            let found = Diagnostic::new(stop.code.code(), Severity::Error, stop.message);
            errors.push(found.at(&rule.origin.source, rule.origin.span, ""));
            break;
        };
        left = enough;
        errors.extend(wrong(rule, examples, &context));
    }
    errors.truncate(Bound::Errors.limit());
    store.errors.append(&mut errors);
}

/// About how much is compared for one example.
fn cost(rule: &EffectRule) -> usize {
    match &rule.about {
        About::Paths(paths) => {
            let globs = paths.paths.iter().chain(&paths.outside);
            globs
                .map(|glob| glob.as_str().len())
                .fold(1, usize::saturating_add)
        }
        About::Variables(rule) => rule
            .names
            .iter()
            .chain(&rule.outside)
            .map(|name| name.as_str().len())
            .fold(1, usize::saturating_add),
        About::Host(_) | About::Effects(_) => 1,
    }
}

fn wrong(rule: &EffectRule, examples: &EffectExamples, context: &Context) -> Vec<Diagnostic> {
    let unmatched = examples
        .matching
        .iter()
        .filter(|example| !matches(rule, example, context));
    let unmatched = unmatched.map(|example| {
        let message = format!("the rule does not match `{}`, which it should", shown(example));
        finding(LoadCode::ExampleUnmatched, message, example, rule)
    });
    let matched = examples
        .not_matching
        .iter()
        .filter(|example| matches(rule, example, context));
    let matched = matched.map(|example| {
        let message = format!("the rule matches `{}`, which it should not", shown(example));
        finding(LoadCode::ExampleMatched, message, example, rule)
    });
    unmatched.chain(matched).collect()
}

fn finding(code: LoadCode, message: String, example: &Example, rule: &EffectRule) -> Diagnostic {
    Diagnostic::new(code.code(), Severity::Error, message)
        .at(&example.origin.source, example.origin.span, "this example")
        .beside(&rule.origin.source, rule.origin.span, "of this rule")
}

/// Whether the rule is about the one path or name of an example.
fn matches(rule: &EffectRule, example: &Example, context: &Context) -> bool {
    let [word] = example.words.as_slice() else {
        return false;
    };
    match &rule.about {
        About::Paths(paths) => {
            let path = absolute(word);
            let path = Located::of_path(&path);
            let question = Question {
                reach: Reach::Itself,
                bare: Bare::Counts,
                context,
            };
            let is_in = |globs: &[crate::PathGlob]| {
                globs.iter().any(|glob| meeting(glob, &path, &question).is_some())
            };
            is_in(&paths.paths) && !is_in(&paths.outside)
        }
        About::Variables(rule) => rule.means(word, |_| true),
        About::Host(_) | About::Effects(_) => false,
    }
}

/// The path of an example; a relative one lies in the workspace.
fn absolute(path: &str) -> String {
    let variables = [
        ("$WORKSPACE", WORKSPACE),
        ("$HOME", HOME),
        ("~", HOME),
        ("$TMPDIR", TEMPORARY),
        ("$POLICY", POLICY),
        ("$STORE", STORE),
    ];
    for (variable, directory) in variables {
        if let Some(rest) = path.strip_prefix(variable)
            && (rest.is_empty() || rest.starts_with('/'))
        {
            return format!("{directory}{rest}");
        }
    }
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{WORKSPACE}/{path}")
    }
}
