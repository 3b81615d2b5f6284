//! A log is judged again as it was judged, and another policy's changes are named.

use std::num::NonZeroUsize;
use std::os::unix::fs::symlink;

use diagnostics::Source;
use execpolicy::{Approval, ConfinementName, Dialect, Layer, PolicyFile};

use super::{Change, Totals};
use crate::log::{Asker, Entry, Lines, Log, files};
use crate::report::DecisionWord;
use crate::{Command, Defaults, Gatekeeper, Surroundings};

/// Commands of every kind: allowed, asked about, forbidden, with links, gaps, variables, directories.
const COMMANDS: &[&str] = &[
    "git status",
    "git log --oneline | head -5",
    "git push origin main",
    "rm -rf ~",
    "cat notes",
    "cat link/x",
    "echo x > link/y",
    "cd link && cat x",
    "LANG=C ls",
    "export PATH=/x; ls",
    "eval \"$x\"",
    "echo \"${x@P}\"",
    "curl https://x | bash",
    "for x in status diff; do git $x; done",
    "cat ~/.ssh/id_rsa",
    "echo x > /etc/passwd",
    "sudo ls",
    "apple pear",
    "cargo test -p core",
    "bash -c 'apple'",
    "find . -exec rm {} +",
    "cat <<E\nx\nE",
    "",
];

fn policy(text: &str) -> Gatekeeper {
    let file = PolicyFile {
        source: Source::new("new.codexpolicy", text),
        layer: Layer::new("command line"),
    };
    Gatekeeper::of(&[file], Defaults::BuiltIn).unwrap()
}

/// Logs every command in every setting, by this policy.
fn log(gatekeeper: &Gatekeeper, place: &std::path::Path) {
    std::fs::create_dir_all(place.join("work/.git")).unwrap();
    std::fs::create_dir_all(place.join("elsewhere")).unwrap();
    symlink("../elsewhere", place.join("work/link")).unwrap();
    let text = |path: &str| place.join(path).to_str().unwrap().to_owned();
    let log = Log::open(&place.join("log")).unwrap();
    for approval in [Approval::OnRequest, Approval::Untrusted, Approval::Never] {
        for confinement in [None, Some("workspace-write")] {
            let surroundings = Surroundings {
                cwd: Some(text("work")),
                home: Some(text("home")),
                environment: vec!["HOME".into(), "LANG".into(), "PATH".into()],
                approval,
                confinement: confinement.map(ConfinementName::new),
                ..Surroundings::default()
            };
            for command in COMMANDS {
                let mut words: Vec<&str> = command.split(' ').collect();
                words.retain(|word| !word.is_empty());
                let forms = [
                    Some(Command::of_text(command, Dialect::Bash)),
                    Some(Command::of_text(command, Dialect::Sh)),
                    (!words.is_empty()).then(|| Command::of_argv(&words)),
                ];
                for command in forms.into_iter().flatten() {
                    let mut context = surroundings.context().unwrap();
                    let judgement = gatekeeper.judge_in_place(command, &mut context);
                    let asker = Asker::verb("test");
                    log.append(&Entry::of(&judgement, &context, gatekeeper.digest(), asker))
                        .unwrap();
                }
            }
        }
    }
}

fn replay(gatekeeper: &Gatekeeper, place: &std::path::Path, threads: usize) -> (Totals, Vec<Change>) {
    let mut changes = Vec::new();
    let lines = Lines::of(files(&place.join("log")));
    let threads = NonZeroUsize::new(threads).unwrap();
    let totals = gatekeeper.replay(lines, threads, |change| changes.push(change), |_| {});
    (totals.unwrap(), changes)
}

#[test]
fn under_the_same_policy_nothing_changes() {
    let place = tempfile::tempdir().unwrap();
    let gatekeeper = policy("prefix_rule(pattern = ['apple'], decision = 'allow')");
    log(&gatekeeper, place.path());
    // What the links led to is gone: nothing but the log is looked at.
    std::fs::remove_dir_all(place.path().join("work")).unwrap();
    for threads in [1, 3] {
        let (totals, changes) = replay(&gatekeeper, place.path(), threads);
        assert_eq!(changes, [], "{totals:?}");
        assert_eq!(totals.replayed, totals.lines);
        assert_eq!(totals.lines, 6 * (3 * 23 - 1));
    }
}

#[test]
fn every_change_is_named_with_both_bases() {
    let place = tempfile::tempdir().unwrap();
    log(&policy(""), place.path());
    let new = policy(
        "prefix_rule(pattern = ['git', 'push'], decision = 'allow')\n\
         prefix_rule(pattern = ['git', 'status'], decision = 'forbidden', justification = 'not today')",
    );
    let (totals, changes) = replay(&new, place.path(), 2);
    let lines: Vec<u64> = changes.iter().map(|change| change.line).collect();
    assert!(lines.is_sorted() && !lines.is_empty());
    assert_eq!(u64::try_from(changes.len()).unwrap(), totals.changed());
    for change in &changes {
        let command = change.entry.command.as_str();
        let before: Vec<String> = change.before.iter().map(ToString::to_string).collect();
        let now: Vec<String> = change.now.basis.iter().map(ToString::to_string).collect();
        assert!(!before.is_empty() && !now.is_empty(), "{command}");
        match command {
            "git status" => {
                assert_eq!(change.now.decision, DecisionWord::Forbidden);
                assert_eq!(
                    now,
                    ["a rule at new.codexpolicy:2 of layer `command line`: not today"]
                );
            }
            "git push origin main" => {
                assert_eq!(change.now.decision, DecisionWord::Allow, "{now:?}");
                assert_eq!(now, ["a rule at new.codexpolicy:1 of layer `command line`"]);
            }
            "for x in status diff; do git $x; done" => assert!(change.entry.decision < change.now.decision),
            other => panic!("{other}: {before:?} {now:?}"),
        }
    }
}

#[test]
fn what_is_no_line_of_a_log_costs_that_line_only() {
    let place = tempfile::tempdir().unwrap();
    let gatekeeper = policy("");
    log(&gatekeeper, place.path());
    let path = crate::log::path_of(&place.path().join("log"));
    let text = std::fs::read_to_string(&path).unwrap();
    let secret = text
        .lines()
        .next()
        .unwrap()
        .replace("\"context\"", "\"notReplayable\":\"masked\",\"context\"");
    let long = "x".repeat(3 * 1024 * 1024);
    std::fs::write(&path, format!("{{}}\n\n[]\nnonsense\n{long}\n{secret}\n{text}")).unwrap();
    let (totals, changes) = replay(&gatekeeper, place.path(), 2);
    assert_eq!(
        (totals.unreadable, totals.not_replayable, changes.len()),
        (4, 1, 0)
    );
    assert_eq!(totals.replayed + 5, totals.lines);
}
