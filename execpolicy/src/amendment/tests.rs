//! Which rule is proposed for which prompt.

use shell_parser::{Dialect, Limits};

use super::*;
use crate::{Ruling, Unspoken};

/// Asks for everything.
fn ask(unspoken: &Unspoken<'_>, _context: &Context) -> Ruling {
    vec![Basis::Default {
        decision: Decision::Prompt,
        reason: "no rule allows it".into(),
        cause: unspoken.segment.span,
    }]
}

fn proposed(policy: &str, command: &str, context: &Context) -> Result<Amendment, NoAmendment> {
    let file = PolicyFile {
        source: Source::new("team", policy),
        layer: Layer::new("user"),
    };
    let loaded = load(&[file], &|_: &str| None);
    assert!(loaded.broken.is_empty(), "{:?}", loaded.broken);
    let script = shell_parser::parse(command, Dialect::Bash, &Limits::default());
    let verdict = judge(&script, &loaded.policy, context, &ask);
    propose(&script, &verdict, &loaded.policy, context, &ask)
}

/// Why nothing is proposed.
fn refused(policy: &str, command: &str, context: &Context) -> Option<NoAmendment> {
    proposed(policy, command, context).err()
}

#[test]
fn a_command_is_as_many_words_as_the_table_says() {
    for (command, prefix) in [
        ("git push origin main", "git push"),
        ("git remote add x y", "git remote add"),
        ("git stash drop", "git stash drop"),
        ("npm run build -- --watch", "npm run build"),
        ("npm publish", "npm publish"),
        ("docker compose up -d", "docker compose up"),
        ("docker build .", "docker build"),
        ("cargo publish --dry-run", "cargo publish"),
        ("kubectl apply -f x.yaml", "kubectl apply"),
        ("mytool deploy production", "mytool deploy"),
        ("mytool --fast", ""),
        ("mytool a.txt", ""),
        ("mytool", ""),
        ("A=1; mytool x", ""),
        ("mytool x && mytool y", ""),
    ] {
        let found = proposed("", command, &Context::default());
        let words = found.map(|found| found.prefix().join(" ")).unwrap_or_default();
        assert_eq!(words, prefix, "{command}");
    }
}

#[test]
fn it_is_said_why_nothing_is_proposed() {
    let unchanged = NoAmendment::Unchanged {
        rule: r#"prefix_rule(pattern = ["mytool", "deploy"], decision = "allow")"#.into(),
    };
    let layer = r#"prefix_rule(pattern = ["mytool"], decision = "prompt")"#;
    for (policy, command, why) in [
        (
            r#"prefix_rule(pattern = ["mytool"])"#,
            "mytool",
            NoAmendment::NotAsked,
        ),
        ("", "mytool; $(", NoAmendment::Gap),
        ("", "mytool x; mytool y", NoAmendment::Several),
        (layer, "mytool x", NoAmendment::Layer),
        ("", "bash x.sh", NoAmendment::Words),
        ("", "sudo mytool x", NoAmendment::Words),
        ("", "/tmp/x", NoAmendment::Temporary),
        ("", "mytool deploy > x", unchanged),
    ] {
        assert_eq!(
            refused(policy, command, &Context::default()),
            Some(why),
            "{command}"
        );
    }
}

#[test]
fn commands_that_say_too_little_get_no_proposal() {
    for command in [
        "bash x.sh",
        "python3.12 x.py",
        "node x.js",
        "sed -i x y",
        "sudo ls",
        "/usr/bin/sudo ls",
        "timeout 5 ls",
        "xargs ls",
        "npx thing",
        "docker run image",
        "uv run x",
        "git",
        "git -C x push",
        "git --version",
        "npm run",
        "rm -rf x",
        "mkfs.ext4 /dev/x",
        ". x",
        "eval x",
        "/tmp/x",
        "/var/tmp/a/x",
        "./../tmp/x",
        "./build.sh",
        "cd /tmp && ./x",
        "\"$x\" y",
        "mytool > \"$x\"",
        "mytool $(",
        "/lib64/ld-linux-x86-64.so.2 /bin/sh -c ls",
        "/lib64/ld-linux-x86-64.so.2 deploy",
        "ld.so deploy",
        "ld-musl-aarch64.so.1 deploy",
        "qemu-x86_64 deploy",
        "capsh --",
        "wsl deploy",
        "bash.exe deploy",
        "vagrant ssh",
        "flatpak run org.x",
        "distrobox enter x",
        "toolbox run x",
        "lerna exec x",
        "at now",
        "batch x",
        "java x",
        "kotlin x",
        "octave x",
        "gnuplot x",
        "socat x",
        "mytool deploy sh",
        "mytool deploy /bin/bash",
        "mytool deploy --command=/usr/bin/python3.12",
        "mytool deploy 'exec zsh'",
        "mytool deploy ld-linux.so.2",
    ] {
        assert!(proposed("", command, &Context::default()).is_err(), "{command}");
    }
}

#[test]
fn a_word_that_may_be_an_alias_gets_no_proposal() {
    let git = r#"program(name = "git", source = "git 2.47, git.txt", subcommands = True)
program(name = "git push", source = "git 2.47, git-push.txt")"#;
    let prefix = |command: &str| {
        let found = proposed(git, command, &Context::default());
        found.map_or_else(|why| why.to_string(), |found| found.prefix().join(" "))
    };
    assert_ne!(prefix("git push x"), NoAmendment::Words.to_string());
    assert_eq!(prefix("git foo x"), NoAmendment::Words.to_string());
}

#[test]
fn what_a_layer_has_spoken_of_is_not_asked_about_again() {
    let restricts = r#"prefix_rule(pattern = ["mytool"], decision = "prompt")"#;
    let forbids = r#"prefix_rule(pattern = ["mytool"], decision = "forbidden")"#;
    let about = r#"path_rule(access = ["write"], paths = ["**/x"], decision = "prompt")"#;
    let other = r#"prefix_rule(pattern = ["other"], decision = "prompt")"#;
    for (policy, command, is_proposed) in [
        (restricts, "mytool x", false),
        (forbids, "mytool x", false),
        (about, "mytool > x", false),
        (other, "mytool deploy", true),
    ] {
        let found = proposed(policy, command, &Context::default());
        assert_eq!(found.is_ok(), is_proposed, "{policy} {command}");
    }
}

#[test]
fn nobody_is_told_how_to_answer_where_nobody_is_asked() {
    let context = Context {
        approval: crate::Approval::Never,
        ..Context::default()
    };
    assert_eq!(refused("", "mytool x", &context), Some(NoAmendment::NotAsked));
}

#[test]
fn a_proposal_says_what_it_means() {
    let found = proposed("", "git push origin main", &Context::default()).unwrap();
    assert_eq!(
        found.rule(),
        r#"prefix_rule(pattern = ["git", "push"], decision = "allow")"#
    );
    assert_eq!(found.example(), "git push --force");
    assert_eq!(found.near_miss(), "git reset");
}

#[test]
fn a_person_may_choose_more_words_and_never_fewer() {
    let chosen = |command: &str| {
        let policy = PolicySet::default();
        let context = Context::default();
        let script = shell_parser::parse(command, Dialect::Bash, &Limits::default());
        let verdict = judge(&script, &policy, &context, &ask);
        let found = propose_whole(&script, &verdict, &policy, &context, &ask);
        found.map_or_else(|why| why.to_string(), |found| found.rule().to_owned())
    };
    let rule = |words: &str| format!("prefix_rule(pattern = [{words}], decision = \"allow\")");
    for (command, words) in [
        ("git push", r#""git", "push""#),
        ("git push origin main", r#""git", "push", "origin", "main""#),
        (
            "mytool deploy --level=3 a/b",
            r#""mytool", "deploy", "--level=3", "a/b""#,
        ),
    ] {
        assert_eq!(chosen(command), rule(words), "{command}");
    }
    for command in [
        "git",
        "bash x.sh",
        "rm -rf x",
        "sudo mytool",
        "mytool 'a b'",
        "mytool \"$x\"",
        "env mytool",
        "nice -n 5 mytool",
        "mytool --level=3 a/b",
        "mytool deploy x sh",
        "/lib64/ld-linux-x86-64.so.2 /bin/ls",
    ] {
        assert_ne!(chosen(command), "", "{command}");
        assert!(
            !chosen(command).contains("prefix_rule"),
            "{command}: {}",
            chosen(command)
        );
    }
}
