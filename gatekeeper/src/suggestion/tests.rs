//! Few rules, each with its evidence, and none that says too much.

use diagnostics::Source;
use execpolicy::{Dialect, Layer, PolicyFile};

use super::Suggestions;
use crate::log::{Asker, Entry, Lines, Log, files};
use crate::{Command, Defaults, Gatekeeper, Surroundings};

/// What the log of these commands suggests: each with how often it came and what was answered.
fn suggested(policy: &str, asked: &[(&str, u64, &str)], most: usize) -> Suggestions {
    let place = tempfile::tempdir().unwrap();
    let of = |text: &str| {
        let file = PolicyFile {
            source: Source::new("team.codexpolicy", text),
            layer: Layer::new("user"),
        };
        Gatekeeper::of(&[file], Defaults::BuiltIn).unwrap()
    };
    let log = Log::open(place.path()).unwrap();
    let (then, now) = (of(""), of(policy));
    let surroundings = Surroundings {
        cwd: Some("/w/repo".to_owned()),
        home: Some("/home/u".to_owned()),
        ..Surroundings::default()
    };
    for (command, times, answer) in asked {
        for _ in 0..*times {
            let context = surroundings.context().unwrap();
            let judgement = then.judge(Command::of_text(command, Dialect::Bash), &context);
            let entry = Entry::of(&judgement, &context, then.digest(), Asker::verb("run"));
            log.append(&entry.answered("person", answer)).unwrap();
        }
    }
    now.suggest(Lines::of(files(place.path())), most).unwrap()
}

fn rules(found: &Suggestions) -> Vec<(String, u64, u64)> {
    let rules = found.rules.iter();
    let told = rules.map(|rule| (rule.amendment.prefix().join(" "), rule.prompts, rule.approved));
    told.collect()
}

#[test]
fn the_fewest_rules_that_answer_most() {
    let asked = [
        ("apple build -x", 5, "once"),
        ("apple build -y", 2, "once"),
        ("apple run", 1, "once"),
        ("pear test", 3, "once"),
        ("apple build && pear test", 4, "once"),
        ("git status", 9, "once"),
    ];
    let found = suggested("", &asked, 2);
    let want = [("apple build".to_owned(), 11, 11), ("pear test".to_owned(), 7, 7)];
    assert_eq!(rules(&found), want);
    assert_eq!((found.prompts, found.answered, found.settled), (15, 14, 0));
    assert_eq!(found.rules[0].commands[0], "apple build -x");
    // What was asked once is no habit.
    assert_eq!(rules(&suggested("", &asked, 9)), want);
}

#[test]
fn what_is_settled_needs_no_rule() {
    let policy = "prefix_rule(pattern = ['apple'], decision = 'allow')";
    let found = suggested(policy, &[("apple build", 3, "once")], 5);
    assert_eq!((rules(&found), found.settled), (Vec::new(), 3));
}

macro_rules! nothing_suggested {
    ($($name:ident: $policy:expr, [$($command:expr),+];)+) => {
        $(#[test] fn $name() {
            for command in [$($command),+] {
                let found = suggested($policy, &[(command, 5, "once")], 5);
                assert_eq!(rules(&found), [], "{command}");
            }
        })+
    };
}

nothing_suggested! {
    shells: "", ["bash x.sh", "sh -c \"$x\"", "fish -c 'apple build'", "bash"];
    interpreters: "", ["python3 x.py", "node x.js", "perl -e 'x'", "awk '{system($1)}' x"];
    wrappers: "", ["sudo apple build", "env LD_PRELOAD=x apple build", "xargs", "timeout 5 \"$x\"", "ssh host apple"];
    writers: "", ["cp a /etc/b", "tee /etc/x", "mkdir /srv/x", "sort -o /etc/x y", "rm -rf /srv/x", "touch /etc/x"];
    executors: "", ["npx apple", "parallel apple", "docker run x", "make -C /elsewhere"];
    gaps: "", ["eval \"$x\"", "apple \"$(cat x)\" && $y"];
    rules_of_a_layer: "prefix_rule(pattern = ['apple'], decision = 'prompt')", ["apple build"];
    forbidden: "prefix_rule(pattern = ['apple'], decision = 'forbidden')", ["apple build"];
    what_is_temporary: "", ["/tmp/apple build"];
}

#[test]
fn a_rule_is_about_what_a_wrapper_runs_and_not_about_the_wrapper() {
    for command in [
        "sh -c 'apple build'",
        "timeout 5 apple build",
        "nice apple build",
        "find . -exec apple build {} +",
    ] {
        let found = suggested("", &[(command, 5, "once")], 5);
        let prefixes: Vec<String> = rules(&found).into_iter().map(|(prefix, _, _)| prefix).collect();
        assert_eq!(prefixes, ["apple build"], "{command}");
    }
}

#[test]
fn what_a_person_has_said_no_to_is_never_allowed_by_a_rule() {
    for (no, times) in [("apple build --all", 1), ("apple build x; pear test", 1)] {
        let asked = [
            ("apple build", 9, "once"),
            ("pear test", 9, "once"),
            (no, times, "no"),
        ];
        let found = suggested("", &asked, 5);
        let together = rules(&found).len();
        assert!(together <= 1, "{no}: {:?}", rules(&found));
    }
    let found = suggested("", &[("apple build", 9, "once"), ("apple run", 1, "no")], 5);
    assert_eq!(rules(&found), [("apple build".to_owned(), 9, 9)]);
}
