//! Which rules commands meet, as tables.

use std::collections::BTreeMap;

use diagnostics::{Source, Span};
use shell_parser::{Argument, Input, Place, Segment, Value, WorkingDirectory};

use super::{Subject, rules_met};
use crate::path_glob::Whereabouts;
use crate::{Certainty, Context, Layer, Lookup, PolicyFile, PolicySet, Program, load};

/// A policy that has to load.
pub(crate) fn policy(text: &str) -> PolicySet {
    let file = PolicyFile {
        source: Source::new("test.rules", text),
        layer: Layer::new("user"),
    };
    let loaded = load(&[file], &|_: &str| None);
    assert_eq!(loaded.broken, vec![], "{text}");
    loaded.policy
}

/// A segment of these words, one byte of blank between them.
///
/// `a|b` is one of two, `<x..y>` one word that begins with x and ends with y, `*` in a word makes a glob, `$@` is
/// any number of words.
pub(crate) fn segment(words: &[&str]) -> Segment {
    let mut start = 0;
    let mut argv = Vec::new();
    for word in words {
        let span = Span::of(start, start + word.len());
        start += word.len() + 1;
        argv.push(Argument {
            value: value(word),
            span,
        });
    }
    Segment {
        argv,
        assignments: Vec::new(),
        redirects: Vec::new(),
        input: Input::Inherited,
        place: Place::Direct,
        background: false,
        directory: WorkingDirectory::Start,
        span: Span::of(0, start.saturating_sub(1)),
    }
}

fn value(word: &str) -> Value {
    if word == "$@" {
        return Value::Many;
    }
    if word.contains('|') {
        return Value::OneOf(word.split('|').map(Into::into).collect());
    }
    if let Some((prefix, suffix)) = word
        .strip_prefix('<')
        .and_then(|word| word.strip_suffix('>')?.split_once(".."))
    {
        return Value::One {
            prefix: prefix.into(),
            suffix: suffix.into(),
        };
    }
    if word.contains('*') {
        Value::Glob(word.into())
    } else {
        Value::Exact(word.into())
    }
}

/// The rules that a segment of a program meets of which nothing is known.
fn met(policy: &PolicySet, segment: &Segment, context: &Context) -> Vec<crate::RuleMatch> {
    let whereabouts = Whereabouts::new(segment, context);
    let subject = Subject {
        segment,
        whereabouts: &whereabouts,
        entry: None,
    };
    rules_met(policy, &subject)
}

/// What a command meets: the first letter of each decision, upper case where it is sure.
fn met_in(policy_text: &str, words: &[&str], context: &Context) -> String {
    let found = met(&policy(policy_text), &segment(words), context);
    let letters = found.iter().map(|found| {
        let letter: String = found.rule.decision.word().chars().take(1).collect();
        match found.certainty {
            Certainty::Yes => letter.to_uppercase(),
            Certainty::Maybe => letter,
        }
    });
    letters.collect()
}

/// `name: policy, words => what is met`, one named test a line.
macro_rules! meets {
    ($( $name:ident: $policy:expr, [$($word:expr),*] => $met:expr; )+) => {
        $( #[test] fn $name() {
            assert_eq!(met_in($policy, &[$($word),*], &Context::default()), $met);
        } )+
    };
}

const ALLOW: &str = "prefix_rule(['git', ['status', 'diff']])";
const FORBID: &str = "prefix_rule(['git', 'push'], 'forbidden')";
const LISTED: &str = "prefix_rule(['git'])\nhost_executable('git', ['/usr/bin/git', '~/bin/git'])";
const ROOT: &str = "prefix_rule(['rm'], 'forbidden')";

meets! {
    allow_by_prefix: ALLOW, ["git", "status", "-s"] => "A";
    allow_needs_every_token: ALLOW, ["git"] => "";
    allow_of_another_word: ALLOW, ["git", "log"] => "";
    allow_of_one_of_both: ALLOW, ["git", "diff|status"] => "A";
    allow_of_one_of_more: ALLOW, ["git", "diff|push"] => "";
    allow_of_an_unknown_word: ALLOW, ["git", "<..>"] => "";
    allow_before_unknown_words: ALLOW, ["git", "diff", "$@", "<-..>"] => "A";
    allow_after_a_vanishing_word: ALLOW, ["git", "$@", "diff"] => "";
    allow_after_a_glob: "prefix_rule(['ls', '*.rs'])", ["ls", "*.rs"] => "";
    allow_is_not_a_path: ALLOW, ["/usr/bin/git", "diff"] => "";
    allow_is_not_a_relative_path: ALLOW, ["./git", "diff"] => "";
    allow_of_a_listed_path: LISTED, ["/usr/bin/git"] => "A";
    allow_of_a_listed_path_with_dots: LISTED, ["/usr//bin/./git"] => "A";
    allow_does_not_trust_dot_dot: LISTED, ["/usr/bin/../bin/git"] => "";
    allow_of_an_unlisted_path: LISTED, ["/tmp/git"] => "";
    allow_of_a_home_path_without_home: LISTED, ["/home/user/bin/git"] => "";
    allow_that_names_a_path: "prefix_rule(['./gradlew', 'test'])", ["./gradlew", "test"] => "A";
    allow_that_names_another_path: "prefix_rule(['./gradlew'])", ["../gradlew"] => "";
    allow_of_unknown_name: "prefix_rule(['git'])", ["<gi..>"] => "";
    restriction_by_prefix: FORBID, ["git", "push", "-f"] => "F";
    restriction_of_another_word: FORBID, ["git", "pull"] => "";
    restriction_wherever_it_lives: FORBID, ["/tmp/git", "push"] => "F";
    restriction_of_a_relative_path: FORBID, ["./git", "push"] => "F";
    restriction_through_dot_dot: FORBID, ["/usr/bin/../bin/git", "push"] => "F";
    restriction_of_an_unknown_word: FORBID, ["git", "<..>"] => "f";
    restriction_of_a_word_that_fits: FORBID, ["git", "<pu..h>"] => "f";
    restriction_of_a_word_that_does_not_fit: FORBID, ["git", "<--..>"] => "";
    restriction_of_overlapping_ends: FORBID, ["git", "<push..h>"] => "";
    restriction_of_one_of_a_few: FORBID, ["git", "pull|push"] => "f";
    restriction_after_a_vanishing_word: FORBID, ["git", "$@", "status"] => "f";
    restriction_by_a_missing_word: FORBID, ["git"] => "";
    restriction_by_a_glob: FORBID, ["git", "p*"] => "f";
    restriction_by_a_glob_that_cannot: FORBID, ["git", "*.rs"] => "";
    restriction_by_a_glob_of_two_words: "prefix_rule(['git', 'push', 'now'], 'prompt')", ["git", "*"] => "p";
    restriction_by_a_glob_and_the_next_word: "prefix_rule(['git', 'push', 'now'], 'prompt')", ["git", "pu*", "now"] => "p";
    restriction_by_a_glob_and_another_word: "prefix_rule(['git', 'push', 'now'], 'prompt')", ["git", "pu*", "then"] => "";
    restriction_of_an_unknown_name: ROOT, ["<..>", "-rf"] => "f";
    restriction_of_an_unknown_path: ROOT, ["</bin/..>"] => "f";
    restriction_of_a_name_that_cannot_be: ROOT, ["<..x>"] => "";
    restriction_of_a_file_that_cannot_be: ROOT, ["<../ls>"] => "";
    restriction_of_a_file_that_can_be: ROOT, ["<../rm>"] => "f";
    restriction_of_a_vanishing_name: ROOT, ["$@", "ls"] => "f";
    restriction_of_one_of_two_names: ROOT, ["ls|/bin/rm"] => "f";
    restriction_of_unknown_name_looks_at_words: FORBID, ["<..>", "pull"] => "";
    restriction_that_names_a_path: "prefix_rule(['/bin/rm'], 'forbidden')", ["/bin/../bin/rm"] => "F";
    restriction_that_names_a_path_meets_a_bare_name: "prefix_rule(['/bin/rm'], 'forbidden')", ["rm"] => "f";
    restriction_that_names_a_path_meets_another: "prefix_rule(['/bin/rm'], 'forbidden')", ["/usr/bin/rm"] => "f";
    both_kinds: "prefix_rule(['git'])\nprefix_rule(['git', 'push'], 'prompt')\nprefix_rule(['git', 'push', '-f'], 'forbidden')", ["git", "push", "-f"] => "APF";
    empty_name: "prefix_rule(['a'], 'forbidden')", [""] => "";
    no_words: ROOT, [] => "";
}

#[test]
fn a_table_says_where_bare_names_lead() {
    let program = |path: &str, replaceable| Program {
        path: path.into(),
        replaceable,
    };
    let table = BTreeMap::from([
        ("git".into(), program("/usr/bin/git", false)),
        ("rm".into(), program("/bin/rm", false)),
        ("pytest".into(), program("/w/.venv/bin/pytest", true)),
    ]);
    let context = Context {
        lookup: Lookup::Table(table),
        home: Some("/home/user".into()),
        ..Context::default()
    };
    for (policy, words, met) in [
        ("prefix_rule(['git'])", ["git"], "A"),
        ("prefix_rule(['git'])", ["/usr/bin/git"], "A"),
        ("prefix_rule(['git'])", ["/bin/git"], ""),
        ("prefix_rule(['pytest'])", ["pytest"], ""),
        ("prefix_rule(['pytest'])", ["/w/.venv/bin/pytest"], ""),
        ("prefix_rule(['nothing'])", ["nothing"], ""),
        ("prefix_rule(['pytest'], 'prompt')", ["pytest"], "P"),
        ("prefix_rule(['nothing'], 'prompt')", ["nothing"], "P"),
        ("prefix_rule(['/bin/rm'], 'forbidden')", ["rm"], "F"),
        (LISTED, ["/home/user/bin/git"], "A"),
        (LISTED, ["/bin/git"], ""),
    ] {
        assert_eq!(met_in(policy, &words, &context), met, "{policy} {words:?}");
    }
}

#[test]
fn an_allow_is_not_for_a_name_that_a_confined_command_could_have_taken() {
    let context = Context {
        lookup: Lookup::AssumedBut(["git".into()].into()),
        ..Context::default()
    };
    for (policy, words, met) in [
        ("prefix_rule(['git'])", ["git"], ""),
        ("prefix_rule(['ls'])", ["ls"], "A"),
        ("prefix_rule(['/usr/bin/git'])", ["/usr/bin/git"], "A"),
        ("prefix_rule(['git'], 'prompt')", ["git"], "P"),
        ("prefix_rule(['git'], 'forbidden')", ["git"], "F"),
    ] {
        assert_eq!(met_in(policy, &words, &context), met, "{policy} {words:?}");
    }
}

#[test]
fn a_relative_path_is_only_itself_where_the_script_started() {
    let policy = policy("prefix_rule(['./gradlew'])\nprefix_rule(['/opt/gradlew'])");
    for (directory, name, expected) in [
        (WorkingDirectory::Start, "./gradlew", 1),
        (WorkingDirectory::Moved("/tmp".into()), "./gradlew", 0),
        (WorkingDirectory::Unknown, "./gradlew", 0),
        (WorkingDirectory::Unknown, "/opt/gradlew", 1),
    ] {
        let segment = Segment {
            directory,
            ..segment(&[name])
        };
        assert_eq!(
            met(&policy, &segment, &Context::default()).len(),
            expected,
            "{name}"
        );
    }
}

#[test]
fn a_match_tells_its_words_and_path() {
    let policy = policy(FORBID);
    let found = met(
        &policy,
        &segment(&["/bin/git", "push", "-f"]),
        &Context::default(),
    );
    assert_eq!(found[0].words, 2);
    assert_eq!(found[0].cause, Span::of(0, 13));
    assert_eq!(found[0].resolved_program.as_deref(), Some("/bin/git"));
}

#[test]
fn past_a_number_of_rules_an_unknown_name_meets_one_for_all() {
    let many = "[prefix_rule(['t' + str(n), 'x'], 'prompt') for n in range(400)]";
    let found = met(&policy(many), &segment(&["<..>", "y"]), &Context::default());
    assert_eq!(found.len(), 1);
}

/// Facts about openai/codex's examples: pattern, argv, whether it matches.
#[test]
fn upstream_examples() {
    for (pattern, argv, expected) in [
        (
            &["git", "reset", "--hard"][..],
            &["git", "reset", "--hard"][..],
            true,
        ),
        (&["git", "reset", "--hard"], &["git", "reset", "--keep"], false),
        (&["git", "reset", "--hard"], &["git", "reset", "--merge"], false),
        (&["ls"], &["ls", "-l"], true),
        (&["ls"], &["ls", "-a", "."], true),
        (&["cp"], &["cp", "-r", "src", "dest"], true),
        (&["head"], &["head", "-n", "5", "CHANGELOG.md"], true),
        (&["printenv"], &["printenv"], true),
        (&["printenv"], &["printenv", "PATH"], true),
        (&["which"], &["which", "python3"], true),
    ] {
        for decision in ["allow", "prompt", "forbidden"] {
            let policy = policy(&format!("prefix_rule({pattern:?}, {decision:?})"));
            let is_met = !met(&policy, &segment(argv), &Context::default()).is_empty();
            assert_eq!(is_met, expected, "{pattern:?} {argv:?}");
        }
    }
}
